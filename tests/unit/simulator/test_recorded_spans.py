"""Where footage lies, by a channel's truths, at an instant that is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.simulator.fleet import ArchiveFaults, Recorded
from cctv_probe.simulator.fleet_recordings import Hours, Locked, RecordedGap, RecordingLies, Recordings
from cctv_probe.simulator.oracle_retention import largest_verified
from cctv_probe.simulator.recorded_pictures import Grid
from cctv_probe.simulator.recorded_spans import at, claimed_spans, days_in, gaps_of, span_at, spans_of
from cctv_probe.simulator.replay_course import NoFootageError, course, first_group

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 17:00 in Thailand
MIDNIGHT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
LATEST = NOW - timedelta(seconds=10)
DAY = timedelta(days=1)


def _spans(**truths: Any) -> tuple[tuple[datetime, datetime], ...]:
    return spans_of(Recordings(**truths), NOW)


def test_days_begin_at_midnight_in_thailand() -> None:
    assert at(0, "00:00", NOW) == MIDNIGHT
    assert at(3, "24:00", NOW) == at(2, "00:00", NOW) == MIDNIGHT - 2 * DAY
    assert _spans(days=30) == ((MIDNIGHT - 30 * DAY, LATEST),)
    assert _spans(days=0) == ((MIDNIGHT, LATEST),)
    assert _spans(days=6, oldest_at="10:40") == ((at(6, "10:40", NOW), LATEST),)


def test_gaps_cut_and_locked_clips_stand_apart() -> None:
    gaps = (RecordedGap(day=2), RecordedGap(day=1, starts="01:00", ends="05:30"))
    assert _spans(days=3, gaps=gaps, locked=(Locked(day=50, at="21:00", for_s=60),)) == (
        (at(50, "21:00", NOW), at(50, "21:01", NOW)),
        (at(3, "00:00", NOW), at(2, "00:00", NOW)),
        (at(1, "00:00", NOW), at(1, "01:00", NOW)),
        (at(1, "05:30", NOW), LATEST),
    )


def test_a_gap_over_midnight_is_one_and_one_before_the_oldest_footage_none() -> None:
    gaps = (RecordedGap(day=9, starts="22:00"), RecordedGap(day=8, ends="04:00"), RecordedGap(day=40))
    assert gaps_of(Recordings(days=20, gaps=gaps), NOW) == ((at(9, "22:00", NOW), at(8, "04:00", NOW)),)


def test_a_schedule() -> None:
    hours = (Hours(starts="08:00", ends="12:00"), Hours(starts="13:00", ends="24:00"))
    assert _spans(days=1, mode="schedule", hours=hours) == (
        (at(1, "08:00", NOW), at(1, "12:00", NOW)),
        (at(1, "13:00", NOW), at(0, "00:00", NOW)),
        (at(0, "08:00", NOW), at(0, "12:00", NOW)),
        (at(0, "13:00", NOW), LATEST),
    )


def test_motion_of_a_date_is_the_same_on_any_later_day() -> None:
    truth = Recordings(days=5, mode="motion", clips_a_day=12)
    today, tomorrow = spans_of(truth, NOW), spans_of(truth, NOW + DAY)
    assert set(today) - {span for span in today if span[0] < at(4, "00:00", NOW)} <= set(tomorrow)
    assert days_in(today, NOW) == {0, 1, 2, 3, 4, 5}
    assert spans_of(Recordings(days=5, mode="motion", clips_a_day=12, seed=2), NOW) != today
    assert _spans(days=5, mode="motion", clips_a_day=0) == ()


def test_what_the_index_claims() -> None:
    gaps = (RecordedGap(day=4),)
    lies = RecordingLies(claims_days=30, hides_gaps=True)
    assert claimed_spans(Recordings(days=12, gaps=gaps, lies=lies), NOW) == ((at(30, "00:00", NOW), LATEST),)
    assert claimed_spans(Recordings(days=12, gaps=gaps), NOW) == _spans(days=12, gaps=gaps)


@given(
    days=st.integers(0, 40),
    gaps=st.lists(st.integers(0, 40), max_size=10),
    mode=st.sampled_from(["continuous", "schedule", "motion", "event"]),
    locked=st.lists(st.integers(0, 90), max_size=3),
)
def test_spans_rise_and_do_not_touch(days: int, gaps: list[int], mode: Any, locked: list[int]) -> None:
    truth = Recordings(
        days=days,
        mode=mode,
        gaps=tuple(RecordedGap(day=day) for day in gaps),
        locked=tuple(Locked(day=day, at="03:00") for day in locked),
    )
    spans = spans_of(truth, NOW)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(span_at(spans, start) == number for number, (start, _) in enumerate(spans))
    assert all(span_at(spans, end) != number for number, (_, end) in enumerate(spans))
    assert not any(day in gaps and day not in locked for day in days_in(spans, NOW))


@pytest.mark.parametrize(
    ("present", "verified"),
    [
        (range(1, 31), 30),
        ([day for day in range(1, 31) if day != 4], 30),
        ([day for day in range(1, 31) if day % 2], 1),
        ([*range(1, 13), 40, 58], 12),
        ([2, 3], 0),
        ([], 0),
    ],
)
def test_verified_days_by_the_definition(present: Any, verified: int) -> None:
    assert largest_verified(frozenset(present)) == verified


GRID = Grid(Recorded(frame_rate=12.5, gop=25))
TWO = ((at(1, "08:00", NOW), at(1, "09:00", NOW)), (at(1, "10:00", NOW), at(1, "10:01", NOW)))


@pytest.mark.parametrize(
    ("no_footage", "clock", "begins"),
    [
        ("refuse", "08:30", "08:30"),
        ("jump_nearest", "09:20", "08:59"),
        ("jump_nearest", "09:40", "10:00"),
        ("jump_next", "09:20", "10:00"),
        ("jump_next", "11:00", "10:00"),
    ],
)
def test_where_playback_begins(no_footage: Any, clock: str, begins: str) -> None:
    first = first_group(TWO, GRID, at(1, clock, NOW), ArchiveFaults(no_footage=no_footage))
    assert first is not None
    assert timedelta() <= GRID.time_of(first) - at(1, begins, NOW) < timedelta(minutes=1)


def test_where_nothing_plays() -> None:
    with pytest.raises(NoFootageError):
        first_group(TWO, GRID, at(1, "09:20", NOW), ArchiveFaults())
    with pytest.raises(NoFootageError):
        first_group((), GRID, at(1, "09:20", NOW), ArchiveFaults(no_footage="jump_nearest"))
    assert first_group(TWO, GRID, at(1, "09:20", NOW), ArchiveFaults(no_footage="nothing")) is None


def test_the_course_leaps_over_the_gap_and_ends() -> None:
    steps = list(course(TWO, GRID, GRID.at_or_after(at(1, "08:59", NOW)), never_ends=False))
    assert len(steps) == 60
    assert [number for number, step in enumerate(steps) if step.ends] == [29, 59]
    assert [number for number, step in enumerate(steps) if step.follows_gap] == [30]
    assert [number for number, step in enumerate(steps) if step.is_last] == [59]
    assert GRID.time_of(steps[30].number) == at(1, "10:00", NOW)
