"""A device's local time: POSIX zones as it writes them, and its times with a `Z` that means nothing. Pure.

`CST-7:00:00` is seven hours ahead of UTC: POSIX writes what must be added to reach UTC (POSIX.1, 8.3, TZ). A rule for summer time
(`DST01:00:00,M4.1.0/02:00:00,M10.5.0/02:00:00`) is followed, because the recorder follows it (quirks 27 and 30).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

YEARS = range(1970, 2800)
"""Buddhist years among them: what is implausible is found and named later, not passed over."""
_NAME = r"(?:[A-Za-z]{1,10}|<[A-Za-z0-9+-]{1,10}>)"
_CLOCK = r"(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?"
_ZONE = re.compile(rf"\s*{_NAME}([+-]?){_CLOCK}(?:{_NAME}(?:([+-]?){_CLOCK})?(?:,(.{{1,60}}?),(.{{1,60}}))?)?\s*$")
_RULE = re.compile(rf"M(\d{{1,2}})\.(\d)\.(\d)(?:/{_CLOCK})?$")
_LOCAL = re.compile(
    r"\s*(\d{4})-?(\d{1,2})-?(\d{1,2})[T ]?(\d{1,2}):?(\d{2}):?(\d{2})(?:[.,]\d{1,9})?\s*(Z|[+-]\d{1,2}:?\d{2})?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One change of the clock: weekday `weekday` (0 Sunday) of week `week` (5: the last) of a month, `at` past midnight."""

    month: int
    week: int
    weekday: int
    at: dt.timedelta

    def in_year(self, year: int) -> dt.datetime:
        """The change in local time, naive."""
        first, days = calendar.monthrange(year, self.month)
        day = 1 + (self.weekday - (first + 1) % 7) % 7 + 7 * (self.week - 1)
        midnight = dt.datetime(year, self.month, day if day <= days else day - 7)  # noqa: DTZ001 - a device's local time, whose zone is told apart
        return midnight + self.at


@dataclass(frozen=True, slots=True)
class Zone:
    """By how much local time is ahead of UTC, with summer time where a rule says when."""

    ahead: dt.timedelta
    summer: dt.timedelta = dt.timedelta(0)
    """How much more, while summer time holds."""
    begins: Rule | None = None
    ends: Rule | None = None
    text: str = ""

    @property
    def has_summer(self) -> bool:
        """Whether a rule for summer time is in force."""
        return bool(self.summer and self.begins and self.ends)

    def local(self, at: dt.datetime) -> dt.datetime:
        """An aware instant of the device's clock → its local time, naive."""
        standard = at.astimezone(dt.UTC).replace(tzinfo=None) + self.ahead
        return standard + self.summer if self._in_summer(standard) else standard

    def instant(self, local: dt.datetime) -> dt.datetime:
        """Local time, naive → the instant of the device's clock, aware. An hour told twice is the earlier one."""
        standard = local - self.summer if self._in_summer(local - self.summer) else local
        return (standard - self.ahead).replace(tzinfo=dt.UTC)

    def ahead_at(self, at: dt.datetime) -> dt.timedelta:
        """By how much local time is ahead of UTC at an instant of the device's clock."""
        return self.local(at) - at.astimezone(dt.UTC).replace(tzinfo=None)

    def _in_summer(self, standard: dt.datetime) -> bool:
        if self.begins is None or self.ends is None or not self.summer:
            return False
        start, end = self.begins.in_year(standard.year), self.ends.in_year(standard.year) - self.summer
        return start <= standard < end if start < end else not end <= standard < start


UTC_ZONE = Zone(dt.timedelta(0))


def fixed(ahead: dt.timedelta) -> Zone:
    """A zone without summer time."""
    return Zone(ahead)


def parse_zone(text: str | None) -> Zone | None:
    """A POSIX zone; None where it is none, or says more than a day."""
    found = _ZONE.match(text or "") if text and len(text) <= 160 else None
    if found is None or text is None:
        return None
    sign, hours, minutes, seconds, summer_sign, *rest = found.groups()
    behind = _span(hours, minutes, seconds) * (-1 if sign == "-" else 1)
    begins, ends = _rule(rest[3]), _rule(rest[4])
    summer = dt.timedelta(0)
    if begins and ends:
        # Hikvision writes how much is added (`DST01:00:00`); POSIX would write the offset itself, or nothing for an hour.
        told = _span(*rest[:3]) if rest[0] and not summer_sign else dt.timedelta(hours=1)
        summer = told if told <= dt.timedelta(hours=2) else dt.timedelta(hours=1)
    if abs(behind) > dt.timedelta(hours=26):
        return None
    return Zone(-behind, summer, begins, ends, text.strip())


def parse_local(text: str | None) -> tuple[dt.datetime, dt.timedelta | None] | None:
    """(local time, naive; the offset from UTC written behind it) of `2026-11-23T09:00:00Z`, `…+07:00` or `20261123T090000Z`.

    A `Z` counts for nothing: recorders write it behind their local time. None where it is no time of the years 1970 to 2799.
    """
    found = _LOCAL.match(text) if text and len(text) <= 64 else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    ahead = _offset(found[7])
    if year not in YEARS or (ahead is not None and abs(ahead) > dt.timedelta(hours=26)):
        return None
    try:
        midnight = dt.datetime(year, month, day)  # noqa: DTZ001 - a device's local time, whose zone is told apart
    except ValueError:
        return None
    if (hour, minute, second) != (24, 0, 0) and (hour > 23 or minute > 59 or second > 60):
        return None
    return midnight + dt.timedelta(hours=hour, minutes=minute, seconds=min(second, 59)), ahead


def _offset(text: str | None) -> dt.timedelta | None:
    if not text or text.upper() == "Z":
        return None
    digits = text[1:].replace(":", "").rjust(4, "0")
    span = dt.timedelta(hours=int(digits[:-2]), minutes=int(digits[-2:]))
    return -span if text[0] == "-" else span


def _span(hours: str | None, minutes: str | None, seconds: str | None) -> dt.timedelta:
    return dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0))


def _rule(text: str | None) -> Rule | None:
    found = _RULE.match(text.strip()) if text else None
    if found is None:
        return None
    month, week, weekday = int(found[1]), int(found[2]), int(found[3])
    if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
        return None
    at = _span(found[4] or "2", found[5], found[6])
    return Rule(month, week, weekday, at) if at <= dt.timedelta(days=7) else None
