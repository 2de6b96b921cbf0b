"""What the index claims and what samples proved, day by day, for a person to look at. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cctv_probe.footage.archive import Index
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.verifier import Verified
from cctv_probe.model.footage import DayMark, Outcome, Sample, Timeline

LEAST_DAYS = 7
MOST_DAYS = 400


def timeline_of(verified: Verified, declared_days: int | None) -> Timeline:
    """From today back to the oldest day that was declared, claimed or played; at least a week, at most 400 days."""
    days = verified.days
    claimed = _claimed_days(verified.index, days)
    told = _by_day(verified.samples, days)
    played = [day for day, (_, hits) in told.items() if hits]
    last = max([LEAST_DAYS, declared_days or 0, *(claimed or ()), *played])
    marks = [
        DayMark(
            day=day,
            date=days.date_of(day).isoformat(),
            claimed=None if claimed is None else day in claimed,
            asked=told.get(day, (0, 0))[0],
            played=told.get(day, (0, 0))[1],
        )
        for day in range(min(last, MOST_DAYS) + 1)
    ]
    return Timeline(tuple(marks), str(days.zone), declared_days)


def _claimed_days(index: Index, days: SiteDays) -> set[int] | None:
    """The days of which the index claims footage: by its spans, else between its oldest and newest instant."""
    if index.spans_known:
        spans = ((span.start_utc, span.end_utc) for span in index.spans)
        return {day for start, end in spans for day in _days_between(start, end, days)}
    if index.oldest_utc is None:
        return None
    return set(_days_between(index.oldest_utc, index.newest_utc or days.bounds(0)[1], days))


def _days_between(start: datetime, end: datetime, days: SiteDays) -> Iterable[int]:
    """A span that ends at midnight claims nothing of the day that begins then."""
    newest = max(0, days.day_of(max(start, end - timedelta(microseconds=1))))
    oldest = min(MOST_DAYS, days.day_of(start))
    return range(newest, oldest + 1)


def _by_day(samples: Iterable[Sample], days: SiteDays) -> dict[int, tuple[int, int]]:
    """(instants that said something, instants that played) by day."""
    found: dict[int, tuple[int, int]] = {}
    for sample in samples:
        if sample.outcome.says_something:
            asked, played = found.get(days.day_of(sample.at_utc), (0, 0))
            hit = sample.outcome is Outcome.PLAYED
            found[days.day_of(sample.at_utc)] = (asked + 1, played + hit)
    return found
