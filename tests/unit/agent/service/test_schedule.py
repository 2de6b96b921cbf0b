"""The schedule over simulated years: nothing is missed for long, nothing runs twice in a slot, no clock makes a storm."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.config import ACTIVITIES, Activity, Plan
from cctv_probe.agent.service.diary import Diary
from cctv_probe.agent.service.quiet_hours import Hours, open_minutes, stretches
from cctv_probe.agent.service.schedule import (
    Last,
    Seat,
    due,
    included,
    next_start,
    next_starts,
    retry_s,
    slot_after,
)
from cctv_probe.wire.clock import FakeClock

START = datetime(2026, 11, 23, tzinfo=UTC)
BANGKOK, BERLIN, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Bangkok", "Europe/Berlin", "Australia/Lord_Howe"))
ZONES = st.sampled_from([BANGKOK, BERLIN, LORD_HOWE, ZoneInfo("America/New_York"), ZoneInfo("UTC")])
EVERY_S = st.sampled_from([900, 3600, 6 * 3600, 86_400, 7 * 86_400]) | st.integers(300, 10 * 86_400)
MINUTE = st.integers(0, 1439)
HOURS = (
    st.lists(st.tuples(MINUTE, MINUTE).filter(lambda pair: pair[0] != pair[1]), max_size=3)
    .map(tuple)
    .filter(lambda hours: open_minutes(hours) >= 60)
)
AGENT = st.uuids().map(str)


def longest_quiet_s(hours: Hours, zone: ZoneInfo, first: datetime, days: int) -> float:
    """The longest stretch of quiet hours in so many days."""
    found = [
        (stretch.end - stretch.begin).total_seconds()
        for day in range(0, days, 2)
        for stretch in stretches(hours, zone, first + timedelta(days=day))
    ]
    return max(found, default=0.0)


def runs_of(plan: Plan, seat: Seat, zone: ZoneInfo, days: int, last: Last) -> Iterator[datetime]:
    """When one activity runs where the machine is always on, its clock right, and every run succeeds."""
    now, end = START, START + timedelta(days=days)
    while True:
        at = max(next_start(plan, last, now, seat, zone), now)
        if at >= end:
            return
        if at == now:
            yield now
            last = Last(served_utc=now)
        now = at


@settings(max_examples=60, deadline=None)
@given(EVERY_S, HOURS, ZONES, AGENT)
def test_nothing_is_missed_by_more_than_interval_and_quiet_hours(
    every_s: int, hours: Hours, zone: ZoneInfo, agent: str
) -> None:
    seat, plan = Seat.of(agent), Plan(every_s, hours)
    days = min(800, max(8, every_s * 150 // 86_400))
    times = list(runs_of(plan, seat, zone, days, Last(served_utc=START)))
    assert len(times) >= min(5, days * 86_400 // (every_s + 2 * 86_400))
    allowed_s = every_s + longest_quiet_s(hours, zone, START, days)
    for before, after in zip([START, *times], times, strict=False):
        late_s = (after - slot_after(before, every_s, seat)).total_seconds()
        assert late_s <= allowed_s + 1, (before, after)
        assert (after - before).total_seconds() >= every_s / 2 - 1
        assert slot_after(before, every_s, seat) <= after, "twice in one slot"
    assert not any(quiet.holds(at) for at in times for quiet in stretches(hours, zone, at))


def test_without_quiet_hours_every_slot_is_served_at_its_instant_for_years() -> None:
    for agent in ("one", "two", "three"):
        seat = Seat.of(agent)
        times = list(runs_of(Plan(3600), seat, BERLIN, 3 * 366, Last(served_utc=START)))
        gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert set(gaps[1:]) == {3600.0}
        assert len(times) >= 3 * 366 * 24 - 1


@pytest.mark.parametrize("every_s", [3600, 86_400])
def test_a_nation_spreads_evenly_over_the_interval(every_s: int) -> None:
    begins = [
        (slot_after(START, every_s, Seat.of(f"agent {number}")) - START).total_seconds() for number in range(7850)
    ]
    tenths = [
        sum(tenth * every_s / 10 <= begin < (tenth + 1) * every_s / 10 for begin in begins) for tenth in range(10)
    ]
    assert min(tenths) > 0.85 * 785
    assert max(tenths) < 1.15 * 785


def test_quiet_hours_do_not_gather_a_nation_at_their_end() -> None:
    plan, end = Plan(86_400, ((360, 1200),)), datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 20:00 in Bangkok
    times = []
    for number in range(7850):
        seat = Seat.of(f"agent {number}")
        times.append(next(runs_of(plan, seat, BANGKOK, 3, Last(served_utc=START))))
    in_one_minute = max(
        sum(end + timedelta(minutes=minute) <= at < end + timedelta(minutes=minute + 1) for at in times)
        for minute in range(600)
    )
    assert in_one_minute <= 40
    assert statistics.mean((at - end).total_seconds() for at in times if at >= end) > 3 * 3600


def test_slots_of_shorter_intervals_lie_under_those_of_longer_ones() -> None:
    seat = Seat.of("agent")
    assert slot_after(START, 86_400, seat) in {
        slot_after(START, 3600, seat) + timedelta(hours=hour) for hour in range(24)
    }


def test_however_many_slots_were_missed_they_are_caught_up_once() -> None:
    seat, plan = Seat.of("agent"), Plan(3600)
    last = Last(served_utc=START - timedelta(days=10))
    assert next_start(plan, last, START, seat, BANGKOK) <= START
    following = next_start(plan, Last(served_utc=START), START, seat, BANGKOK)
    assert START + timedelta(minutes=30) <= following <= START + timedelta(hours=1)


def test_a_failed_run_is_tried_again_soon_and_then_less_often() -> None:
    seat, plan = Seat.of("agent"), Plan(86_400)
    waits = []
    for failures in range(1, 8):
        last = Last(served_utc=START - timedelta(days=3), tried_utc=START, failures=failures)
        waits.append((next_start(plan, last, START, seat, BANGKOK) - START).total_seconds())
    assert waits == [300, 600, 1200, 2400, 3600, 3600, 3600]
    assert retry_s(10**9, 86_400) == 3600
    assert retry_s(1, 60) == 60


def test_a_failed_deep_run_does_not_hold_up_the_lighter_ones() -> None:
    plans = {activity: Plan(86_400) for activity in ACTIVITIES}
    old = Last(served_utc=START - timedelta(days=3))
    lasts: dict[Activity, Last] = dict.fromkeys(ACTIVITIES, old)
    assert due(START, lasts, plans, Seat.of("a"), BANGKOK) == "footage"
    lasts["footage"] = Last(old.served_utc, START, 1)
    assert due(START, lasts, plans, Seat.of("a"), BANGKOK) == "measuring"


def test_the_deepest_due_activity_serves_the_lighter_ones(tmp_path: Path) -> None:
    clock = FakeClock(START)
    diary = Diary(tmp_path / "schedule.json", clock)
    plans: dict[Activity, Plan] = {"discovery": Plan(3600), "reading": Plan(86_400), "measuring": Plan(86_400)}
    seat = Seat.of("agent")
    assert due(START, diary.lasts, plans, seat, BANGKOK) == "measuring"
    diary.begin("measuring")
    clock.advance(600)
    diary.served("measuring")
    assert included("measuring") == ("discovery", "reading", "measuring")
    assert due(clock.now(), diary.lasts, plans, seat, BANGKOK) is None
    starts = next_starts(clock.now(), diary.lasts, plans, seat, BANGKOK)
    assert all(at > clock.now() for at in starts.values())
    assert "footage" not in starts


def test_a_reading_that_is_wanted_early_comes_half_an_interval_after_the_last_and_then_by_its_slots(
    tmp_path: Path,
) -> None:
    clock, seat, plans = FakeClock(START), Seat.of("agent"), {"reading": Plan(86_400)}
    diary = Diary(tmp_path / "schedule.json", clock)
    diary.begin("reading")
    diary.served("reading")
    clock.advance(60)
    diary.hurry("reading")
    diary = Diary(tmp_path / "schedule.json", clock)
    starts = next_starts(clock.now(), diary.lasts, plans, seat, BANGKOK)  # type: ignore[arg-type]
    assert starts["reading"] == START + timedelta(hours=12)
    clock.advance(12 * 3600)
    diary.begin("reading")
    diary.served("reading")
    assert not diary.lasts["reading"].hurried


def test_an_activity_that_is_switched_off_is_never_due() -> None:
    plans: dict[Activity, Plan] = {"footage": Plan(60, enabled=False), "discovery": Plan(60)}
    assert due(START, {}, plans, Seat.of("a"), BANGKOK) == "discovery"
    assert list(next_starts(START, {}, plans, Seat.of("a"), BANGKOK)) == ["discovery"]


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (((360, 1200),), "2026-11-23T06:00", True),
        (((360, 1200),), "2026-11-23T19:59", True),
        (((360, 1200),), "2026-11-23T20:00", False),
        (((1320, 360),), "2026-11-23T23:30", True),
        (((1320, 360),), "2026-11-24T05:59", True),
        (((1320, 360),), "2026-11-24T06:00", False),
        (((1320, 0),), "2026-11-23T23:59", True),
        (((1320, 0),), "2026-11-24T00:00", False),
        (((1320, 1400), (1400, 30)), "2026-11-24T00:20", True),
    ],
)
def test_quiet_hours_are_of_the_sites_clock_and_may_run_over_midnight(hours: Hours, at: str, quiet: bool) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BANGKOK).astimezone(UTC)
    assert any(stretch.holds(moment) for stretch in stretches(hours, BANGKOK, moment)) is quiet


def test_quiet_hours_hold_longer_not_shorter_on_days_when_clocks_change() -> None:
    spring = [s for s in stretches(((150, 180),), BERLIN, datetime(2027, 3, 28, 12, tzinfo=UTC)) if s.begin.day == 28]
    assert (spring[0].begin, spring[0].end) == (
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    )
    autumn = [s for s in stretches(((120, 150),), BERLIN, datetime(2027, 10, 31, 12, tzinfo=UTC)) if s.begin.day == 31]
    assert (autumn[0].begin, autumn[0].end) == (
        datetime(2027, 10, 31, 0, 0, tzinfo=UTC),
        datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    )


# --- Clocks that jump -------------------------------------------------------------------------------------------------

JUMPS_S = st.sampled_from([86_400.0, -86_400.0, 3600.0, -3600.0]) | st.floats(-2e6, 2e6)


@settings(max_examples=60, deadline=None)
@given(
    EVERY_S.filter(lambda every: every <= 86_400),
    AGENT,
    st.lists(st.tuples(st.floats(1, 50_000), JUMPS_S, st.booleans()), max_size=40),
)
def test_no_jump_of_the_clock_makes_a_storm_or_a_silence(
    tmp_path_factory: pytest.TempPathFactory, every_s: int, agent: str, events: list[tuple[float, float, bool]]
) -> None:
    path = tmp_path_factory.mktemp("jumps") / "schedule.json"
    clock, plans, seat = FakeClock(START), {"reading": Plan(every_s)}, Seat.of(agent)
    diary = Diary(path, clock)
    ran: list[float] = []

    def turn() -> None:
        diary.tick()
        if due(clock.now(), diary.lasts, plans, seat, BANGKOK):  # type: ignore[arg-type]
            diary.begin("reading")
            diary.served("reading")
            ran.append(clock.monotonic())

    for pass_s, jump_s, restart in [*events, (2.0 * every_s, 0.0, False)]:
        until = clock.monotonic() + pass_s
        while clock.monotonic() < until:
            turn()
            clock.advance(min(60.0 if every_s < 7200 else 600.0, until - clock.monotonic()))
        away = restart and jump_s < 0  # away while the clock is set forward cannot be told from a long absence
        if away:
            diary.tick()
            diary.save()
        clock.at += timedelta(seconds=jump_s)
        diary = Diary(path, clock) if away else diary
    step_s = 60.0 if every_s < 7200 else 600.0
    gaps = [after - before for before, after in pairwise(ran)]
    assert ran
    assert ran[0] == 0.0
    assert all(gap >= every_s / 2 - 1 for gap in gaps), gaps
    assert all(gap <= every_s + 2 * step_s + 61 * len(events) for gap in gaps), gaps  # under 60 s is no jump


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_reset_to_another_age_and_back_costs_neither_silence_nor_storm(tmp_path: Path, year: int) -> None:
    clock, plans, seat = FakeClock(START), {"discovery": Plan(3600)}, Seat.of("agent")
    diary = Diary(tmp_path / "schedule.json", clock)
    ran = []
    for minute in range(24 * 60):
        if minute == 6 * 60:
            clock.at = datetime(year, 1, 1, 0, 0, 7, tzinfo=UTC)
        if minute == 12 * 60:
            clock.at = START + timedelta(minutes=minute)
        diary.tick()
        if due(clock.now(), diary.lasts, plans, seat, BANGKOK):  # type: ignore[arg-type]
            diary.begin("discovery")
            diary.served("discovery")
            ran.append(minute)
        clock.advance(60)
    gaps = [after - before for before, after in pairwise(ran)]
    assert max(gaps) <= 61
    assert min(gaps) >= 30
    assert len(ran) >= 23


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_reset_while_the_agent_was_away_is_noticed(tmp_path: Path, year: int) -> None:
    clock, plans, seat = FakeClock(datetime(year, 1, 2, tzinfo=UTC)), {"discovery": Plan(3600)}, Seat.of("agent")
    diary = Diary(tmp_path / "schedule.json", clock)
    diary.begin("discovery")
    diary.served("discovery")
    clock = FakeClock(START)
    diary = Diary(tmp_path / "schedule.json", clock)
    soon = next_starts(clock.now(), diary.lasts, plans, seat, BANGKOK)["discovery"]  # type: ignore[arg-type]
    assert soon <= START + timedelta(hours=1)


# --- The diary's file -------------------------------------------------------------------------------------------------


def test_what_ran_survives_a_restart_and_a_begun_run_counts_as_failed(tmp_path: Path) -> None:
    clock = FakeClock(START)
    diary = Diary(tmp_path / "schedule.json", clock)
    diary.begin("reading")
    diary.served("reading")
    clock.advance(90_000)
    diary.begin("measuring")
    again = Diary(tmp_path / "schedule.json", clock)
    assert again.lasts == diary.lasts
    assert again.lasts["measuring"].failures == 1
    assert again.lasts["measuring"].served_utc is None
    assert again.lasts["discovery"].served_utc == START


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 300,
        b"{",
        b"[]",
        b'{"version": 2, "saved_utc": "2026-01-01T00:00:00Z", "activities": {}}',
        b'{"version": 1, "saved_utc": "yesterday", "activities": {}}',
        b'{"version": 1, "saved_utc": "2026-01-01T00:00:00", "activities": {}}',
        b'{"version": 1, "saved_utc": "2026-01-01T00:00:00Z", "activities": []}',
        b'{"version": 1, "saved_utc": "2026-01-01T00:00:00Z", "activities": {"reading": {"failures": -1}}}',
        b'{"version":1,"saved_utc":"2026-01-01T00:00:00Z","activities":{"reading":{"failures":1,"served_utc":5,"tried_utc":null}}}',
        b"[" * 60_000,
        b" " * 200_000,
    ],
)
def test_a_corrupt_diary_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "schedule.json"
    path.write_bytes(content)
    diary = Diary(path, FakeClock(START))
    assert diary.begun_anew
    assert diary.lasts == {}
    diary.begin("reading")
    assert not Diary(path, FakeClock(START)).begun_anew


def test_a_diary_that_cannot_be_written_goes_on_in_memory(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "no such folder" / "schedule.json", FakeClock(START))
    diary.begin("reading")
    assert diary.cannot_write is not None
    assert diary.lasts["reading"].failures == 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_content_of_the_file_breaks_the_diary(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("diary") / "schedule.json"
    path.write_bytes(content)
    assert Diary(path, FakeClock(START)).begun_anew
