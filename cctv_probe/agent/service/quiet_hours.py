"""Quiet hours as stretches of real time: the site's clock, nights over midnight, days on which clocks change. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_AROUND_DAYS = 3

Hours = tuple[tuple[int, int], ...]
"""Begin and end in minutes after midnight, site time; an end before its begin lies on the next day."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Quiet from `begin` (included) to `end` (excluded), UTC; `open_s` seconds until the next one, None where none comes."""

    begin: datetime
    end: datetime
    open_s: float | None

    def holds(self, moment: datetime) -> bool:
        """Whether it is quiet then."""
        return self.begin <= moment < self.end


def open_minutes(hours: Hours) -> int:
    """Minutes of an ordinary day that are not quiet: 0 where nothing could ever begin."""
    quiet = {
        minute % DAY_MINUTES
        for begin, end in hours
        for minute in range(begin, end if end > begin else end + DAY_MINUTES)
    }
    return DAY_MINUTES - len(quiet)


def stretches(hours: Hours, zone: ZoneInfo, around: datetime) -> tuple[Stretch, ...]:
    """The quiet stretches of some days before and after `around`, in order, joined where they touch or overlap."""
    return _stretches(hours, zone.key, around.astimezone(UTC).date()) if hours else ()


@lru_cache(maxsize=32)
def _stretches(hours: Hours, zone_name: str, day: date) -> tuple[Stretch, ...]:
    zone = ZoneInfo(zone_name)
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(_raw(hours, zone, day)):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    following: list[datetime | None] = [begin for begin, _ in joined[1:]]
    return tuple(
        Stretch(begin, end, (after - end).total_seconds() if after else None)
        for (begin, end), after in zip(joined, [*following, None], strict=True)
    )


def _raw(hours: Hours, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    for offset in range(-_AROUND_DAYS, _AROUND_DAYS + 1):
        begins_on = day + timedelta(days=offset)
        for begin, end in hours:
            ends_on = begins_on if end > begin else begins_on + timedelta(days=1)
            from_utc, to_utc = min(_both(begins_on, begin, zone)), max(_both(ends_on, end, zone))
            if from_utc < to_utc:
                yield from_utc, to_utc


def _both(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A time of the site's clock in UTC, twice: where the clock skips or repeats it, quiet hours hold longer, not shorter."""
    at = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return at.astimezone(UTC), at.replace(fold=1).astimezone(UTC)
