"""What the agent remembers of its way to the register between two tries. Pure: every change gives a new `Link`."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from cctv_probe.agent.upload.backoff import QUICK_TRIES, hourly_s, next_backlog, next_try
from cctv_probe.model.words import Text

Severity = Literal["problem", "warning"]

LONGEST_WAIT_S = 3 * 3600.0
"""Longer than any wait made here: one that seems longer comes from a clock that was set back."""
_OF_THE_WAY = frozenset({"unreachable", "between", "busy", "not_found", "unbelieved", "not_enrolled"})
RECOVERY_S = 3600.0
PLAIN_FOR_S = 86_400.0
"""How long the register is believed not to read gzip."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The register refuses this agent: nothing but one try an hour goes out until it accepts one. `why` is for people."""

    since_utc: datetime
    code: str
    why: Text


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that status shows until it has passed."""

    code: str
    severity: Severity
    text: Text
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """The state of the way to the register. Times are this machine's, UTC.

    `failures`: in a row, of the way itself (not of one report). `refusals`: in a row, of reports without a reason.
    `recovering`: there was an outage, and everything goes at the pace of recovery, until nothing waits and an hour has
    passed since that was so first (`recovered_utc`).
    """

    failures: int = 0
    not_before_utc: datetime | None = None
    recovering: bool = False
    recovered_utc: datetime | None = None
    refusals: int = 0
    clock_offset_s: float | None = None
    plain_until_utc: datetime | None = None
    gate: Gate | None = None
    troubles: tuple[Trouble, ...] = ()
    last_status: Text | None = None
    last_try_utc: datetime | None = None
    last_contact_utc: datetime | None = None
    rotation_not_before_utc: datetime | None = None

    def open_at(self, now: datetime) -> datetime | None:
        """When the next request may go; None for at once."""
        at = self.not_before_utc
        if at is None or at <= now or (at - now).total_seconds() > LONGEST_WAIT_S:
            return None
        return at

    def plain(self, now: datetime) -> bool:
        """Whether bodies go uncompressed now."""
        until = self.plain_until_utc
        return until is not None and 0 < (until - now).total_seconds() <= PLAIN_FOR_S

    def failed(
        self,
        now: datetime,
        agent_id: str,
        rng: random.Random,
        *,
        retry_after_s: float | None = None,
        trouble: Trouble | None = None,
    ) -> Link:
        """The register could not be reached or could not answer: the whole way waits."""
        failures = self.failures + 1
        at = next_try(now, failures, agent_id, rng, retry_after_s=retry_after_s)
        failed = replace(
            self,
            failures=failures,
            not_before_utc=at,
            recovering=self.recovering or failures > QUICK_TRIES,
            recovered_utc=None,
        )
        return failed.with_trouble(trouble) if trouble else failed

    def waits_an_hour(self, now: datetime, rng: random.Random, trouble: Trouble) -> Link:
        """Something that only a person can mend: a try about every hour."""
        at = now + timedelta(seconds=hourly_s(rng))
        waits = replace(self, failures=self.failures + 1, not_before_utc=at, recovering=True, recovered_utc=None)
        return waits.with_trouble(trouble)

    def closed(self, now: datetime, rng: random.Random, code: str, why: Text) -> Link:
        """The one gate closes for all traffic, or stays closed. Nothing is deleted, nobody is unenrolled."""
        since = self.gate.since_utc if self.gate else now
        shut = replace(self, gate=Gate(since, code, why))
        return shut.waits_an_hour(now, rng, Trouble("gate", "problem", why, since))

    def reached(self, now: datetime, agent_id: str, rng: random.Random) -> Link:
        """The register answered, though with no receipt: the way is good. A closed gate stays closed."""
        if self.gate is not None:
            return replace(self, not_before_utc=now + timedelta(seconds=hourly_s(rng)))
        at = next_backlog(now, agent_id, None) if self.recovering else None
        return replace(self._passable(now), not_before_utc=at)

    def _passable(self, now: datetime) -> Link:
        kept = tuple(trouble for trouble in self.troubles if trouble.code not in _OF_THE_WAY)
        return replace(self, failures=0, troubles=kept, last_contact_utc=now)

    def rotation_open(self, now: datetime) -> bool:
        """Whether a rotation may be tried."""
        at = self.rotation_not_before_utc
        return at is None or at <= now or (at - now).total_seconds() > LONGEST_WAIT_S

    def succeeded(self, now: datetime, agent_id: str, *, waiting: int, pace_s: float | None) -> Link:
        """A receipt was believed. `waiting`: how many reports are still queued."""
        since = self.recovered_utc or (None if waiting else now)
        settled = since is not None and abs((now - since).total_seconds()) >= RECOVERY_S
        recovering = self.recovering and (waiting > 0 or not settled)
        paced = recovering or (waiting > 0 and pace_s is not None)
        return replace(
            self._passable(now).without_trouble("gate").without_trouble("refused_all"),
            refusals=0,
            gate=None,
            recovering=recovering,
            recovered_utc=since if recovering else None,
            not_before_utc=next_backlog(now, agent_id, pace_s) if paced else None,
        )

    def enrolled(self, offset_s: float | None) -> Link:
        """A new enrolment: the gate and the waits of the one before are gone."""
        return Link(clock_offset_s=offset_s, recovering=self.recovering, plain_until_utc=self.plain_until_utc)

    def with_trouble(self, trouble: Trouble) -> Link:
        """`trouble` in the list once; it keeps the time at which it began."""
        began = next((known.since_utc for known in self.troubles if known.code == trouble.code), trouble.since_utc)
        others = tuple(known for known in self.troubles if known.code != trouble.code)
        return replace(self, troubles=(*others, replace(trouble, since_utc=began)))

    def without_trouble(self, code: str) -> Link:
        """The same without the trouble `code`."""
        return replace(self, troubles=tuple(known for known in self.troubles if known.code != code))
