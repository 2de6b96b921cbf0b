"""The memory of the way to the register, and its file."""

from __future__ import annotations

import random
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.places import Places
from cctv_probe.agent.upload.link import Gate, Link, Trouble
from cctv_probe.agent.upload.link_file import link_path, load_link, read_link, save_link, written
from cctv_probe.model.words import Text

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AGENT = "01900000-0000-7000-8000-000000000001"
WHY = Text(en="Because.", th="เพราะ")


def _full() -> Link:
    return Link(
        failures=3,
        not_before_utc=NOW + timedelta(minutes=5),
        recovering=True,
        recovered_utc=NOW,
        refusals=2,
        clock_offset_s=-86_400.5,
        plain_until_utc=NOW + timedelta(days=1),
        gate=Gate(NOW, "revoked", WHY),
        troubles=(Trouble("gate", "problem", WHY, NOW), Trouble("clock", "warning", WHY, NOW)),
        last_status=WHY,
        last_try_utc=NOW,
        last_contact_utc=NOW,
        rotation_not_before_utc=NOW,
    )


def test_what_is_remembered_outlives_the_process(tmp_path: Path) -> None:
    places = Places(tmp_path)
    save_link(places, _full())
    assert load_link(places) == _full()
    assert stat.S_IMODE(link_path(places).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"failures": "x", "gate": 3}', b"\xff"]
)
def test_a_damaged_file_is_a_new_beginning(tmp_path: Path, content: bytes) -> None:
    places = Places(tmp_path)
    places.folder.mkdir()
    link_path(places).write_bytes(content)
    assert load_link(places) == Link()


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda value: repr(value).encode()))
def test_any_bytes_give_a_link(data: bytes) -> None:
    assert isinstance(read_link(data), Link)


@given(st.integers(0, 2000), st.data())
def test_a_cut_or_changed_file_gives_a_link(at: int, data: st.DataObject) -> None:
    whole = written(_full())
    at = min(at, len(whole) - 1)
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    assert isinstance(read_link(changed), Link)
    assert isinstance(read_link(whole[:at]), Link)


def test_a_wait_from_a_clock_that_was_set_back_does_not_hold() -> None:
    link = Link(not_before_utc=NOW + timedelta(days=365))
    assert link.open_at(NOW) is None
    assert Link(not_before_utc=NOW + timedelta(hours=1)).open_at(NOW) == NOW + timedelta(hours=1)
    assert Link(plain_until_utc=NOW + timedelta(days=365)).plain(NOW) is False


def test_a_closed_gate_says_since_when_and_only_a_receipt_opens_it() -> None:
    rng = random.Random(1)
    closed = Link().closed(NOW, rng, "revoked", WHY)
    again = closed.closed(NOW + timedelta(hours=1), rng, "revoked", WHY)
    assert again.gate == Gate(NOW, "revoked", WHY)
    assert again.reached(NOW, AGENT, rng).gate is not None
    opened = again.succeeded(NOW, AGENT, waiting=0, pace_s=None)
    assert (opened.gate, opened.troubles, opened.failures, opened.recovering) == (None, (), 0, True)


def test_a_trouble_stands_once_with_the_time_it_began() -> None:
    link = Link().with_trouble(Trouble("busy", "warning", WHY, NOW))
    link = link.with_trouble(Trouble("busy", "warning", WHY, NOW + timedelta(hours=1)))
    assert link.troubles == (Trouble("busy", "warning", WHY, NOW),)
    assert link.without_trouble("busy").troubles == ()


def test_a_new_enrolment_begins_with_an_open_gate() -> None:
    link = _full().enrolled(12.0)
    assert (link.gate, link.not_before_utc, link.clock_offset_s, link.troubles) == (None, None, 12.0, ())


def test_after_an_outage_everything_goes_by_slots_for_an_hour() -> None:
    rng = random.Random(1)
    link = Link()
    for _ in range(4):
        link = link.failed(NOW, AGENT, rng)
    link = link.succeeded(NOW, AGENT, waiting=0, pace_s=None)
    assert link.recovering
    assert link.not_before_utc is not None
    link = link.succeeded(NOW + timedelta(minutes=59), AGENT, waiting=0, pace_s=None)
    assert link.recovering
    link = link.succeeded(NOW + timedelta(minutes=61), AGENT, waiting=1, pace_s=None)
    assert link.recovering
    link = link.succeeded(NOW + timedelta(minutes=62), AGENT, waiting=0, pace_s=None)
    assert (link.recovering, link.not_before_utc) == (False, None)


def test_a_short_interruption_is_no_outage() -> None:
    rng = random.Random(1)
    link = Link()
    for _ in range(3):
        link = link.failed(NOW, AGENT, rng)
    link = link.succeeded(NOW, AGENT, waiting=3, pace_s=None)
    assert (link.recovering, link.not_before_utc) == (False, None)
