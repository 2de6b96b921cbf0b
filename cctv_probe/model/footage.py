"""What is recorded: spans that an index claims, samples that were played, and what both prove together.

All instants are aware datetimes in UTC, corrected by the recorder's measured clock offset. A day is a calendar day of the
site's time zone, counted back from yesterday = 1.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

Purpose = Literal["presence", "search", "recheck", "edge", "twin", "long"]
"""Why an instant was asked for: drawn at random, looking for the oldest footage, another instant of a day of which nothing
played, the day behind the last one, the time of day of another sample (a day that was copied shows itself so), or a
longer piece for fields 7, 10 and 11."""


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
    UNTIMED = "untimed"
    """A key frame decoded that carries no time of its own. Says nothing about the instant."""
    NOT_ASKED = "not_asked"
    """It could not be asked: busy, budget spent, interrupted, no answer. Says nothing about the footage."""

    @property
    def says_something(self) -> bool:
        """Whether it tells anything about the instant that was asked for."""
        return self in (Outcome.PLAYED, Outcome.MISSING, Outcome.UNPLAYABLE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One instant that was asked for. `seen_utc` is the footage's own time; `at_utc` the time that was wanted; `day` its day
    when it was asked, so that `at_utc`'s date plus `day` is the date of the asking."""

    at_utc: datetime
    day: int
    outcome: Outcome
    seen_utc: datetime | None = None
    line: str = ""
    picture_sha256: str | None = None
    """Of the decoded picture: two instants with the same picture to the last bit are a frozen loop."""
    purpose: Purpose = "presence"
    line_th: str = ""
    """`line` in Thai."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Time without footage. `known_from`: `samples` (whole days of which nothing played) or `index`."""

    start_utc: datetime
    end_utc: datetime
    known_from: str = "samples"

    @property
    def length_s(self) -> float:
        """Seconds without footage."""
        return (self.end_utc - self.start_utc).total_seconds()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a longer piece of one recording showed, for fields 7, 10 and 11.

    `resolution` as decoded after cropping (`1920x1080`), `codec` as in records, `container` or `not_observable`,
    `frame_rate` ± `plus_minus` in frames per second (None where too little came). `at_utc` is the instant it was taken at.
    """

    at_utc: datetime
    codec: str
    container: str
    resolution: str | None = None
    frame_rate: float | None = None
    plus_minus: float | None = None
    bit_rate_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """What index and samples of one channel prove together; definitions in the facts about the survey.

    `verified_days`: 0 where the archive answered and nothing played, None (with `why_code` and `why`) where it could not
    be asked. `oldest_playable_days` and `oldest_playable_utc` leave out footage kept by hand. `coverage_ratio` lies between `coverage_low` and `coverage_high` (Wilson,
    95 %) and counts `coverage_of` (`instants` or `days`). `longest_gap_s` in seconds, 0 where no gap was found. `claimed_days` is the index's
    claim. `samples` said something; `played` of them played; `missing` and `unplayable` did not; `silent` ones said nothing.
    `complete`: everything the plan wants was sampled; else the verdict waits for more nights. `nights` is how many it rests on.
    """

    verified_days: int | None
    verdict: str
    direction: str | None = None
    oldest_playable_days: int | None = None
    oldest_playable_utc: datetime | None = None
    coverage_ratio: float | None = None
    coverage_low: float | None = None
    coverage_high: float | None = None
    coverage_of: str = "instants"
    longest_gap_s: float | None = None
    gaps: tuple[Gap, ...] = ()
    recording_mode: str = "unknown"
    configured_days: int | str | None = None
    claimed_days: int | None = None
    samples: int = 0
    played: int = 0
    missing: int = 0
    unplayable: int = 0
    silent: int = 0
    nights: int = 0
    complete: bool = False
    seed: str | None = None
    why_code: str | None = None
    why: Text | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DayMark:
    """One calendar day of the site on a channel's timeline.

    `day` counts back from yesterday = 1 (today is 0); `date` is `2026-11-22`, of the common era. `claimed`: whether the
    index claims footage of that day, None where it lists none. Of the day's `asked` instants that said something, `played` did.
    """

    day: int
    date: str
    claimed: bool | None
    asked: int
    played: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the index claims and what samples proved, day by day, newest first. `declared_days` is what was declared or asked
    for with `--days`, None where nothing was."""

    days: tuple[DayMark, ...]
    zone_name: str
    declared_days: int | None = None


@dataclass(frozen=True, slots=True)
class Footage:
    """What was found out about the recordings of one channel. `source` names the archive (`onvif.replay`, `folder`);
    `stopped_by` says why tonight's sampling ended before its plan was done; `notes` what went wrong with the state file."""

    retention: Retention
    timeline: Timeline
    source: str
    stopped_by: Text | None = None
    notes: tuple[Text, ...] = ()
