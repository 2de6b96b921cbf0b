"""Promise 7: a clock that is wrong by a day, restarts in 1970 or jumps to 2099 discards nothing and stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.outbox.ageing import MOST_OFF_S, MOST_WAIT_S, Age, Moment, Wait, left_s, wait_until
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.outbox.bodies import days, deliver, outbox, put

LATER = datetime(2099, 1, 1, tzinfo=UTC)
EARLIER = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "jumped", [LATER, EARLIER, FakeClock().at + timedelta(days=1), FakeClock().at - timedelta(days=1)]
)
def test_promise_7_a_jump_of_the_clock_discards_nothing(tmp_path: Path, jumped: datetime) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock)
    put(box, "before")
    clock.at = jumped
    put(box, "after")
    assert box.housekeeping().given_up == 0
    clock.at = FakeClock().at
    put(box, "back again")
    assert box.housekeeping().given_up == 0
    assert [body["seq"] for body in deliver(box)] == [1, 2, 3], "the order is that of the numbers"
    assert box.verify() == []


def test_promise_7_a_restart_with_a_wrong_clock_discards_nothing(tmp_path: Path) -> None:
    """Every morning the machine begins in 1970 until the network tells it the time."""
    for day in range(100):
        clock = FakeClock(EARLIER)
        box = outbox(tmp_path, clock, boot=lambda day=day: f"boot {day}")
        put(box, f"morning {day}")
        clock.at = FakeClock().at + timedelta(days=day)
        clock.advance(8 * 3600)
        put(box, f"evening {day}")
        box.housekeeping()
        box.close()
    assert box.depth().queued == 200


def test_age_counts_over_restarts_of_a_machine_whose_clock_is_right(tmp_path: Path) -> None:
    start = FakeClock().at
    for day in range(92):
        box = outbox(tmp_path, FakeClock(start + timedelta(days=day)), boot=lambda day=day: f"boot {day}")
        put(box, f"day {day}")
        given_up = box.housekeeping().given_up
        assert given_up == (1 if day > 90 else 0)
        box.close()


@pytest.mark.parametrize("jumped", [LATER, EARLIER])
def test_promise_7_a_jump_never_makes_a_report_wait_longer_than_it_should(tmp_path: Path, jumped: datetime) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock)
    row = put(box, "run")
    box.begin(row.report_id)
    box.retry(row.report_id, clock.now() + timedelta(seconds=900), "busy")
    clock.at = jumped
    clock.advance(899)
    if jumped is EARLIER:
        at = box.next_due_at()
        assert at is not None
        assert timedelta() <= at - clock.now() <= timedelta(seconds=1)
    clock.advance(1)
    assert box.next_due() is not None


def test_a_next_try_that_lies_years_ahead_is_due(tmp_path: Path) -> None:
    clock = FakeClock(LATER)
    box = outbox(tmp_path, clock, boot=lambda: "one")
    row = put(box, "run")
    box.begin(row.report_id)
    box.retry(row.report_id, clock.now() + timedelta(seconds=900), "busy")
    box.close()
    with outbox(tmp_path, FakeClock(), boot=lambda: "another") as after:
        assert after.next_due() is not None


def test_nothing_waits_longer_than_six_hours(tmp_path: Path) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock)
    row = put(box, "run")
    box.retry(row.report_id, clock.now() + timedelta(days=400), "busy")
    at = box.next_due_at()
    assert at is not None
    assert at - clock.now() == timedelta(seconds=MOST_WAIT_S)


MOMENTS = st.builds(Moment, st.floats(-1e9, 1e10), st.floats(0, 1e9), st.sampled_from(["", "one", "another"]))


@given(st.lists(MOMENTS, min_size=2, max_size=20))
def test_the_count_of_time_never_runs_backwards_nor_jumps_over_a_restart(moments: list[Moment]) -> None:
    age = Age(0.0, moments[0])
    for moment in moments[1:]:
        after = age.moved_to(moment)
        grown = after.aged_s - age.aged_s
        assert grown >= 0
        if moment.boot != age.at.boot:
            assert grown <= MOST_OFF_S + 1e-3
        age = after


@given(st.floats(0, 4e9), st.floats(0, 4e9), st.floats(0, 1e9), st.floats(0, 1e6), st.floats(-4e9, 4e9))
def test_a_wait_is_over_at_the_latest_when_its_time_has_passed(
    until_s: float, now_s: float, aged_s: float, passed_s: float, jump_s: float
) -> None:
    wait = wait_until(until_s, now_s, aged_s)
    asked_s = min(max(until_s - now_s, 0.0), MOST_WAIT_S)
    left = left_s(wait, now_s + passed_s + jump_s, aged_s + passed_s)
    assert 0 <= left <= max(asked_s - passed_s, 0) + 1e-3


def test_a_day_is_a_day() -> None:
    assert days(1) == MOST_OFF_S
    assert left_s(Wait(100, 100), 40, 70) == 30
