"""Waits: full jitter, slots, Retry-After."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.upload.backoff import (
    SLOT_S,
    full_jitter_s,
    hourly_s,
    next_backlog,
    next_try,
    phase_s,
    retry_after_s,
    slot_after,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AGENT = "01900000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(("failures", "most_s"), [(1, 5), (2, 10), (3, 20), (5, 80), (8, 640), (9, 900), (10_000, 900)])
def test_full_jitter_is_spread_over_its_whole_width(failures: int, most_s: float) -> None:
    rng = random.Random(7)
    waits = [full_jitter_s(failures, rng) for _ in range(2000)]
    assert 0 <= min(waits) < 0.01 * most_s
    assert 0.99 * most_s < max(waits) <= most_s
    assert abs(sum(waits) / len(waits) - most_s / 2) < 0.05 * most_s


def test_about_an_hour_is_never_the_same_hour() -> None:
    rng = random.Random(7)
    waits = [hourly_s(rng) for _ in range(1000)]
    assert 2700 <= min(waits) < 2800
    assert 4400 < max(waits) <= 4500


def test_the_first_failures_are_tried_again_soon_an_outage_in_the_slot() -> None:
    rng = random.Random(7)
    for failures in (1, 2, 3):
        assert next_try(NOW, failures, AGENT, rng) <= NOW + timedelta(seconds=20)
    for failures in (4, 20):
        at = next_try(NOW, failures, AGENT, rng)
        assert (at.timestamp() - phase_s(AGENT) + 1) % SLOT_S == pytest.approx(1, abs=0.001)
        assert NOW < at <= NOW + timedelta(seconds=900 + SLOT_S)


def test_retry_after_is_kept_and_spread() -> None:
    rng = random.Random(7)
    waits = {(next_try(NOW, 1, AGENT, rng, retry_after_s=60) - NOW).total_seconds() for _ in range(50)}
    assert 60 <= min(waits) < max(waits) <= 65


def test_agents_have_slots_all_over_the_period() -> None:
    phases = sorted(phase_s(f"agent-{number}") for number in range(7850))
    busiest = max(sum(1 for phase in phases if start <= phase < start + 60) for start in range(0, 900, 10))
    assert busiest / 60 <= 10


@given(st.integers(0, 2**32), st.text(max_size=40))
def test_a_slot_lies_within_the_next_period(second: int, agent: str) -> None:
    aware = datetime.fromtimestamp(second, UTC)
    assert timedelta(0) < slot_after(aware, agent) - aware <= timedelta(seconds=SLOT_S + 0.001)


def test_the_register_may_set_the_pace_of_the_backlog() -> None:
    assert next_backlog(NOW, AGENT, 2.5) == NOW + timedelta(seconds=2.5)
    assert next_backlog(NOW, AGENT, 0) == NOW
    assert next_backlog(NOW, AGENT, 1e9) == NOW + timedelta(hours=1)
    slot = slot_after(NOW, AGENT)
    assert next_backlog(slot, AGENT, None) == slot + timedelta(seconds=SLOT_S)
    assert next_backlog(slot - timedelta(microseconds=1), AGENT, None) == slot + timedelta(seconds=SLOT_S)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999", 3600),
        ("Mon, 23 Nov 2026 02:05:00 GMT", 300),
        ("Monday, 23-Nov-26 02:05:00 GMT", 300),
        ("Mon, 23 Nov 2020 02:05:00 GMT", 0),
        ("Mon, 23 Nov 9999 02:05:00 GMT", 3600),
        ("-5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("๑๒๐", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_read_as_rfc_9110_says(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_bounded(header: str) -> None:
    found = retry_after_s(header, NOW)
    assert found is None or 0 <= found <= 3600
