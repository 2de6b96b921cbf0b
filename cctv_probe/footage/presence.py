"""Which days are present, and how far back they prove the archive to reach. Pure; used by the plan and by the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cctv_probe.footage.days import SiteDays
from cctv_probe.model.footage import Outcome, Sample, Span

ENOUGH = 0.95
"""Of the sampled days 1 to D so many must be present, and D itself."""
ISLAND_DAYS = 7
"""Footage behind a hole longer than this and than all the footage before it is no history: kept by hand, or forgotten."""
CLOCK_READING = timedelta(seconds=3)
"""Devices tell their clocks in whole seconds, over a network: so far instants may lie beside the truth."""
_IN_VAIN, _AT_THE_EDGE = 2, 2
"""So many days asked in vain in a later night, one of them at most so far before the oldest that played earlier, take back what was proved."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One sampled day. `proved` is the greatest age at which an instant of it played (0: none did)."""

    day: int
    answered: int
    played: int
    proved: int

    @property
    def present(self) -> bool:
        """Whether any instant of it played."""
        return self.played > 0


@dataclass(frozen=True, slots=True)
class History:
    """What all nights showed, seen from the newest. `rows` by day, `nights` by date; `end` is the oldest day of the history proper, `islands` days
    that played far behind it."""

    rows: Mapping[int, DayRow]
    end: int
    islands: tuple[int, ...]
    verified: int

    @property
    def present(self) -> tuple[int, ...]:
        """The days that are present, newest first."""
        return tuple(day for day, row in sorted(self.rows.items()) if row.present)

    @property
    def inside(self) -> tuple[DayRow, ...]:
        """The sampled days of the history proper, newest first."""
        return tuple(row for day, row in sorted(self.rows.items()) if day <= self.end)


def history(samples: Iterable[Sample], days: SiteDays, locked: Sequence[Span] = ()) -> History:
    """Put the samples of all nights together. Footage in `locked` spans, and today's, says nothing."""
    told = [
        sample
        for sample in samples
        if speaks(sample, locked) and days.day_of(sample.at_utc) >= 1 and not at_border(sample, days)
    ]
    against = _taken_back(told, days)
    by_day: dict[int, list[Sample]] = {}
    for sample in told:
        by_day.setdefault(days.day_of(sample.at_utc), []).append(sample)
    rows = {day: _row(day, asked, against) for day, asked in sorted(by_day.items())}
    main, islands = _without_islands(rows)
    end = max((row.proved for row in main), default=0)
    return History(rows, end, islands, _verified(main, rows))


def speaks(sample: Sample, locked: Sequence[Span] = ()) -> bool:
    """Whether a sample says anything about retention."""
    if not sample.outcome.says_something:
        return False
    return not any(span.start_utc <= sample.at_utc < span.end_utc for span in locked if span.locked)


def at_border(sample: Sample, days: SiteDays) -> bool:
    """Whether what played lies so near midnight, or behind it, that it proves nothing of the day it was asked for."""
    if sample.outcome is not Outcome.PLAYED or sample.seen_utc is None:
        return False
    day = days.day_of(sample.at_utc)
    return any(days.day_of(sample.seen_utc + away) != day for away in (-CLOCK_READING, CLOCK_READING))


def asked_on(sample: Sample, days: SiteDays) -> date:
    """The local date on which a sample was asked for."""
    return days.local_date(sample.at_utc) + timedelta(days=sample.day)


def verified_days(is_present: Mapping[int, bool]) -> int:
    """The largest D that is present, and of whose sampled days 1 to D at least 95 % are; 0 where there is none."""
    best = present = 0
    for seen, (day, here) in enumerate(sorted(is_present.items()), 1):
        present += here
        if here and present >= ENOUGH * seen:
            best = day
    return best


def _row(day: int, asked: Sequence[Sample], against: Callable[[Sample], bool]) -> DayRow:
    played = [sample for sample in asked if sample.outcome is Outcome.PLAYED]
    lasting = [sample.day for sample in played if not against(sample)]
    # What was overwritten since it played is no gap: it proves its age at that time, which a later night may take back.
    return DayRow(day, len(asked), len(played) if lasting else 0, max(lasting, default=0))


def _taken_back(told: Sequence[Sample], days: SiteDays) -> Callable[[Sample], bool]:
    """Says of a played sample whether a later night has shown that footage so old is no longer kept."""
    nights: dict[date, list[Sample]] = {}
    for sample in told:
        nights.setdefault(asked_on(sample, days), []).append(sample)
    from_age: dict[date, int] = {}
    before = 0
    for night, asked in sorted(nights.items()):
        oldest = max((sample.day for sample in asked if sample.outcome is Outcome.PLAYED), default=0)
        vain = {sample.day for sample in asked if sample.day > oldest}
        if len(vain) >= _IN_VAIN and before - _AT_THE_EDGE <= max(vain):
            from_age[night] = min(vain)
        before = max(before, oldest)

    def taken_back(sample: Sample) -> bool:
        night = asked_on(sample, days)
        return any(later > night and sample.day >= age for later, age in from_age.items())

    return taken_back


def _without_islands(rows: Mapping[int, DayRow]) -> tuple[list[DayRow], tuple[int, ...]]:
    present = [row for row in rows.values() if row.present]
    for place in range(1, len(present)):
        hole = present[place].day - present[place - 1].day - 1
        empty = [day for day in rows if present[place - 1].day < day < present[place].day]
        if empty and hole > max(ISLAND_DAYS, present[place - 1].day - present[0].day + 1):
            return present[:place], tuple(row.day for row in present[place:])
    return present, ()


def _verified(main: Sequence[DayRow], rows: Mapping[int, DayRow]) -> int:
    """The largest proved age by the rule of `verified_days`, where nights differ in what "day D" was."""
    return max((row.proved for row in main if _holds(rows, row.proved)), default=0)


def _holds(rows: Mapping[int, DayRow], reach: int) -> bool:
    within = [row.present for day, row in rows.items() if day <= reach]
    return bool(within) and sum(within) >= ENOUGH * len(within)
