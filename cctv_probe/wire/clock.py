"""The one place that asks what time it is. Everything else takes a `Clock` as an argument."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time in UTC, and a monotonic count of seconds."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


@dataclass
class FakeClock:
    """A clock that moves only when told to, for tests and rehearsals."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    ticks_s: float = 0.0

    def now(self) -> datetime:
        """The time in UTC."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self.ticks_s

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.at += timedelta(seconds=seconds)
        self.ticks_s += seconds


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z`, whole seconds (`2026-11-23T02:00:00Z`)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
