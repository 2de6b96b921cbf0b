"""What is given up first when too much waits. Pure.

A report carries a snapshot of everything known, so a later one of the same day supersedes it: superseded ones go first,
oldest first, and the newest of each day stays. Only then goes what is oldest. Gaps are never given up, nor is what is
being sent at this moment. A day is a stretch of consecutive reports with one date, at most 24 hours long by the outbox's
own count of time, so that a clock that restarts in 1970 every morning does not make one day of a whole year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One body that waits: `bytes` compressed, `day` by the site's calendar (None where unknown), `aged_s` by the outbox's
    own count, `family` the report whose part it is, else itself. `fixed`: must not be given up."""

    seq: int
    bytes: int
    snapshot: bool
    day: date | None
    aged_s: float
    family: str
    fixed: bool = False


def superseded(waiting: Sequence[Waiting]) -> set[int]:
    """The numbers of snapshots that have a newer one of the same day. `waiting` is in order of number."""
    found: set[int] = set()
    for day in _days([one for one in waiting if one.snapshot]):
        stays = day[-1].family
        found |= {one.seq for one in day if one.family != stays}
    return found


def victims(waiting: Sequence[Waiting], surplus_bytes: int) -> list[int]:
    """The numbers to give up, in order, until `surplus_bytes` are gained or nothing is left that may go."""
    old = superseded(waiting)
    free = [one for one in waiting if not one.fixed]
    order = [one for one in free if one.seq in old] + [one for one in free if one.seq not in old]
    chosen: list[int] = []
    for one in order:
        if surplus_bytes <= 0:
            break
        chosen.append(one.seq)
        surplus_bytes -= one.bytes
    return chosen


def _days(snapshots: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    day: list[Waiting] = []
    for one in snapshots:
        if day and (one.day != day[0].day or one.aged_s - day[0].aged_s >= DAY_S):
            yield day
            day = []
        day.append(one)
    if day:
        yield day
