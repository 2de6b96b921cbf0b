"""An archive whose truth is known: what it holds, what its index says, and how it answers; and the true days of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cctv_probe.footage.archive import Index
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.findings import plausible
from cctv_probe.footage.plan import Ask, Planner, Wish
from cctv_probe.footage.presence import verified_days
from cctv_probe.footage.verdict import Case, judge
from cctv_probe.model.footage import Outcome, Retention, Sample, Span

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
"""21:30 in Bangkok."""
HOUR = timedelta(hours=1)


def today(now: datetime = NOW) -> SiteDays:
    return SiteDays.at(now)


def whole_days(first: int, last: int, kind: str = "", now: datetime = NOW) -> Span:
    """Footage from the beginning of day `last` to the end of day `first`."""
    days = today(now)
    return Span(days.bounds(last)[0], min(days.bounds(first)[1], now), kind)


def without(spans: Sequence[Span], *holes: Span) -> tuple[Span, ...]:
    left = list(spans)
    for hole in holes:
        cut = []
        for span in left:
            if span.start_utc < hole.start_utc:
                cut.append(replace(span, end_utc=min(span.end_utc, hole.start_utc)))
            if span.end_utc > hole.end_utc:
                cut.append(replace(span, start_utc=max(span.start_utc, hole.end_utc)))
        left = [span for span in cut if span.start_utc < span.end_utc]
    return tuple(sorted(left))


@dataclass
class Truth:
    """`spans` are what plays. `jumps`: plays the nearest footage instead of saying that there is none. `pictures`: how
    many different pictures there are in all (a loop), None where each instant has its own. `copied`: every day shows the same."""

    spans: tuple[Span, ...]
    jumps: bool = False
    pictures: int | None = None
    copied: bool = False
    answers: int | None = None
    asked: list[Ask] = field(default_factory=list)

    def covers(self, at: datetime) -> bool:
        return any(span.start_utc <= at < span.end_utc for span in self.spans)

    def answer(self, ask: Ask) -> Sample:
        self.asked.append(ask)
        sample = Sample(ask.at_utc, ask.day, Outcome.MISSING, purpose=ask.purpose)
        if self.answers is not None and len(self.asked) > self.answers:
            return replace(sample, outcome=Outcome.NOT_ASKED)
        if self.covers(ask.at_utc):
            return replace(sample, outcome=Outcome.PLAYED, seen_utc=ask.at_utc, picture_sha256=self.picture(ask.at_utc))
        if self.jumps and self.spans:
            return replace(
                sample, seen_utc=min((span.start_utc for span in self.spans), key=lambda at: abs(at - ask.at_utc))
            )
        return sample

    def picture(self, at: datetime) -> str:
        period = 86_400 if self.copied else self.pictures
        number = int(at.timestamp()) if period is None else int(at.timestamp()) % period
        return hashlib.sha256(str(number).encode()).hexdigest()

    def verified(self, now: datetime = NOW) -> int:
        """By the definition, with every day sampled."""
        days = today(now)
        return verified_days({day: self.has(day, days) for day in range(1, 400)})

    def has(self, day: int, days: SiteDays) -> bool:
        start, end = days.bounds(day)
        return any(span.start_utc < end and span.end_utc > start for span in self.spans)


def summary(spans: Sequence[Span], **claims: object) -> Index:
    """An index that tells the ends only."""
    oldest = min((span.start_utc for span in spans), default=None)
    return replace(Index(oldest, max((span.end_utc for span in spans), default=None)), **claims)  # type: ignore[arg-type]


def listing(spans: Sequence[Span], **claims: object) -> Index:
    """An index that lists everything."""
    return replace(summary(spans), spans=tuple(spans), spans_known=True, **claims)  # type: ignore[arg-type]


def night(
    truth: Truth,
    index: Index,
    *,
    seed: str = "s",
    now: datetime = NOW,
    before: Sequence[Sample] = (),
    most: int | None = None,
    declared: int | None = 30,
    wish: Wish | None = None,
) -> list[Sample]:
    """One night: the samples of all nights so far."""
    index, _ = plausible(index, now)
    planner = Planner(seed, today(now), index, replace(wish or Wish(), declared_days=declared))
    samples = list(before)
    while asks := planner.next(samples):
        for ask in asks:
            if most is not None and len(samples) - len(before) >= most:
                return samples
            samples.append(truth.answer(ask))
    return samples


def verdict(
    truth: Truth, index: Index, *, declared: int | None = 30, seed: str = "s", now: datetime = NOW, **more: object
) -> Retention:
    """One night, judged."""
    samples = night(truth, index, declared=declared, seed=seed, now=now)
    return judged(samples, index, declared=declared, seed=seed, now=now, **more)


def judged(
    samples: Sequence[Sample],
    index: Index,
    *,
    declared: int | None = 30,
    seed: str = "s",
    now: datetime = NOW,
    **more: object,
) -> Retention:
    index, noted = plausible(index, now)
    case = Case(index, samples, today(now), declared_days=declared, seeds=(seed,), noted=noted)
    return judge(replace(case, **more))  # type: ignore[arg-type]
