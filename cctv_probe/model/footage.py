"""What is recorded: spans that an index claims, samples that were played, and what both prove together.

All instants are aware datetimes in UTC, corrected by the recorder's measured clock offset. A day is a calendar day of the
site's time zone, counted back from yesterday = 1.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Footage without a break from `start_utc` to `end_utc`. `kind` is what the index calls it: `continuous`, `motion`,
    `event`, `schedule`, or nothing; `locked` footage is kept by hand and says nothing about retention."""

    start_utc: datetime
    end_utc: datetime
    kind: str = ""
    locked: bool = False


class Outcome(enum.StrEnum):
    """How playing one instant ended."""

    PLAYED = "played"
    """A key frame decoded whose own time lies within 60 s of the request."""
    MISSING = "missing"
    """The archive answered, and has nothing there (or jumped to other footage)."""
    UNPLAYABLE = "unplayable"
    """It claims footage, and nothing of it could be decoded."""
    NOT_ASKED = "not_asked"
    """It could not be asked: busy, budget spent, interrupted, no answer. Says nothing about the footage."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One instant that was asked for. `seen_utc` is the footage's own time; `at_utc` the time that was wanted."""

    at_utc: datetime
    day: int
    outcome: Outcome
    seen_utc: datetime | None = None
    line: str = ""
    picture_sha256: str | None = None
    """Of the decoded picture: two instants with the same picture to the last bit are a frozen loop."""
