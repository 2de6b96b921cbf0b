"""What is kept between nights: whole or not at all, never guessed at."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.footage.state import CannotKeepError, ChannelState, Night, StateStore, spent
from cctv_probe.model.footage import Outcome, Recorded, Sample
from tests.unit.footage.oracle import NOW, today

DAYS = today()
STATE = ChannelState(
    (Night(DAYS.today, "seed", 3, 1.5),),
    (
        Sample(NOW - timedelta(days=3), 3, Outcome.PLAYED, NOW - timedelta(days=3), picture_sha256="ab"),
        Sample(NOW - timedelta(days=4), 4, Outcome.MISSING, line="nothing there", line_th="ไม่มี", purpose="search"),
    ),
    (Recorded(NOW, "h265", "dav", "1920x1080", 25.0, 0.1, 4_000_000),),
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    store = StateStore(tmp_path / "new")
    assert store.load("serial:1", "2") == ChannelState()
    store.save("serial:1", "2", STATE)
    assert store.load("serial:1", "2") == STATE
    assert store.load("serial:1", "3") == ChannelState()
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".json"]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b'{"version": 2}', b"\xff\xfe", b"[" * 100_000,
     json.dumps({"version": 1, "device_id": "d", "channel": "1", "nights": [], "recorded": [], "samples": [[1, 2]]}).encode(),
     json.dumps({"version": 1, "device_id": "other", "channel": "1", "nights": [], "recorded": [], "samples": []}).encode()],
)  # fmt: skip
def test_a_damaged_file_is_put_aside_with_a_sentence(tmp_path: Path, damage: bytes) -> None:
    store = StateStore(tmp_path)
    store.path("d", "1").write_bytes(damage)
    found = store.load("d", "1")
    assert found == ChannelState()
    assert found.note is not None
    assert "put aside" in found.note.en
    assert [path.read_bytes() for path in tmp_path.glob("*.damaged-*")] == [damage]
    assert store.load("d", "1").note is None


@given(st.binary(max_size=200))
def test_no_file_stops_the_program(tmp_path_factory: pytest.TempPathFactory, damage: bytes) -> None:
    store = StateStore(tmp_path_factory.mktemp("state"))
    store.path("d", "1").write_bytes(damage)
    assert store.load("d", "1").samples == ()


def test_names_of_any_kind_get_a_file_of_their_own(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    names = ["../../etc/passwd", "a/b", "a-b", "กล้อง", "", "x" * 500]
    paths = {store.path("d", name) for name in names}
    assert len(paths) == len(names)
    assert all(path.parent == tmp_path for path in paths)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotKeepError, match="could not be kept"):
        StateStore(tmp_path / "file").save("d", "1", STATE)


def test_only_the_last_week_counts() -> None:
    later = today(NOW + timedelta(days=7))
    assert STATE.recent(later).samples == STATE.samples
    assert STATE.recent(today(NOW + timedelta(days=8))) == ChannelState()
    assert STATE.recent(today(NOW - timedelta(days=2))).samples == (), "a clock that was set back"


def test_what_a_night_cost_is_added_up() -> None:
    nights = [Night(DAYS.today, "a", 3, 1.5), Night(DAYS.today, "b", 4, 2.0), Night(DAYS.date_of(1), "c", 9, 9.0)]
    assert spent(nights, DAYS.today) == (3.5, 7)
