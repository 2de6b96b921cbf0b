"""Days as retention counts them: calendar days of the site's time zone, counted back from yesterday = 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Bangkok"


@dataclass(frozen=True, slots=True)
class SiteDays:
    """Days seen from `today`, the local date on which the question is asked. Day 0 is today, day 1 yesterday."""

    today: date
    zone: ZoneInfo

    @classmethod
    def at(cls, now_utc: datetime, zone_name: str = DEFAULT_ZONE) -> SiteDays:
        """Days seen from the instant `now_utc` at a site in the time zone `zone_name`."""
        zone = ZoneInfo(zone_name)
        return cls(now_utc.astimezone(zone).date(), zone)

    def day_of(self, at_utc: datetime) -> int:
        """The day of an instant; negative in the future."""
        return (self.today - self.local_date(at_utc)).days

    def local_date(self, at_utc: datetime) -> date:
        """The calendar date of an instant at the site."""
        return at_utc.astimezone(self.zone).date()

    def local_hour(self, at_utc: datetime) -> float:
        """The hour of day at the site, 0 to 24."""
        local = at_utc.astimezone(self.zone)
        return local.hour + local.minute / 60 + local.second / 3600

    def date_of(self, day: int) -> date:
        """The calendar date of a day."""
        return self.today - timedelta(days=day)

    def bounds(self, day: int) -> tuple[datetime, datetime]:
        """When a day begins and ends, in UTC."""
        first = self.date_of(day)
        return self._midnight(first), self._midnight(first + timedelta(days=1))

    def instant(self, day: int, share: float) -> datetime:
        """The instant at `share` (0 to 1) of a day, in UTC, whole seconds."""
        start, end = self.bounds(day)
        return start + timedelta(seconds=int((end - start).total_seconds() * share))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
