"""Times and durations as devices write them in XML (XML Schema part 2, 3.2.6 and 3.2.7): text → values, tolerant. Pure."""

from __future__ import annotations

import datetime as dt
import re

YEARS = range(1900, 3000)
"""Beyond them nothing was meant; inside them arithmetic with a clock's offset cannot leave the calendar."""
MOST_S = 1e10

_MOMENT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9})\d*)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.I,
)
_DURATION = re.compile(
    r"(-?)P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?",
    re.ASCII | re.I,
)
_UNITS_S = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def moment(text: str | None) -> dt.datetime | None:
    """A time in UTC; one without a zone is taken as UTC. None where it is none, or no calendar has it."""
    found = _MOMENT.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if year not in YEARS:
        return None
    try:
        told = dt.datetime(year, month, day, tzinfo=_zone(found[8]))
        micro = int((found[7] or "0").ljust(6, "0")[:6])
        if hour > 24 or minute > 59 or second > 60:
            return None
        told += dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
        return told.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> dt.timezone:
    if text is None or text in "zZ":
        return dt.UTC
    away = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-away if text[0] == "-" else away)


def duration_s(text: str | None) -> float | None:
    """A duration in seconds, a month counted as 30 days, a year as 365; None where it is none, or negative."""
    found = _DURATION.fullmatch(text.strip()) if text else None
    if found is None or found[1] or not any(found.groups()[1:]):
        return None
    total = sum(int(part) * unit for part, unit in zip(found.groups()[1:], _UNITS_S, strict=True) if part)
    return float(total) if total < MOST_S else None
