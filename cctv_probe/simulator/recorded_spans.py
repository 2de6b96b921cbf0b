"""Where footage lies, worked out from a channel's truths and the present instant. Pure.

Spans are `(start, end)` in UTC, rising, apart from one another. Days are Thai calendar days counted back from today.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

from cctv_probe.simulator.fleet_recordings import Recordings

THAILAND = timezone(timedelta(hours=7))
Span = tuple[datetime, datetime]
_LATEST_S = 10
_CLIP_S = (20, 90)


def spans_of(truth: Recordings, now_utc: datetime) -> tuple[Span, ...]:
    """Where footage really is, locked clips included, up to a few seconds before now."""
    return _merged([*unlocked_spans(truth, now_utc), *locked_spans(truth, now_utc)])


def unlocked_spans(truth: Recordings, now_utc: datetime) -> tuple[Span, ...]:
    """Where footage is that nobody locked."""
    kept = (oldest_utc(truth, now_utc), now_utc - timedelta(seconds=_LATEST_S))
    spans = _clipped(_recorded(truth, now_utc), kept)
    return _without(_merged(spans), gaps_of(truth, now_utc))


def locked_spans(truth: Recordings, now_utc: datetime) -> tuple[Span, ...]:
    """Where the locked clips are."""
    starts = [(at(one.day, one.at, now_utc), one.for_s) for one in truth.locked]
    return _merged((start, start + timedelta(seconds=for_s)) for start, for_s in starts)


def claimed_spans(truth: Recordings, now_utc: datetime) -> tuple[Span, ...]:
    """Where the index says that footage is."""
    lies = truth.lies
    told = replace(
        truth,
        days=truth.days if lies.claims_days is None else lies.claims_days,
        oldest_at=truth.oldest_at if lies.claims_days is None else "00:00",
        gaps=() if lies.hides_gaps else truth.gaps,
    )
    return spans_of(told, now_utc)


def gaps_of(truth: Recordings, now_utc: datetime) -> tuple[Span, ...]:
    """The gaps inside what is kept: where something should be and nothing is."""
    gaps = [(at(one.day, one.starts, now_utc), at(one.day, one.ends, now_utc)) for one in truth.gaps]
    return _merged(_clipped(gaps, (oldest_utc(truth, now_utc), now_utc)))


def oldest_utc(truth: Recordings, now_utc: datetime) -> datetime:
    """The instant from which footage is kept."""
    return at(truth.days, truth.oldest_at, now_utc)


def at(day: int, clock: str, now_utc: datetime) -> datetime:
    """The UTC instant of the local time `clock` (`"02:30"`, `"24:00"`) of day `day` back from today."""
    hours, minutes = clock.split(":")
    midnight = datetime.combine(_date(day, now_utc), time(), THAILAND)
    return (midnight + timedelta(hours=int(hours), minutes=int(minutes))).astimezone(UTC)


def day_of(moment: datetime, now_utc: datetime) -> int:
    """Which day back from today `moment` lies in; 0 is today."""
    return (_date(0, now_utc) - moment.astimezone(THAILAND).date()).days


def days_in(spans: Iterable[Span], now_utc: datetime) -> frozenset[int]:
    """The days in which at least something of `spans` lies."""
    instant = timedelta(microseconds=1)
    return frozenset(
        day for start, end in spans for day in range(day_of(end - instant, now_utc), day_of(start, now_utc) + 1)
    )


def span_at(spans: tuple[Span, ...], moment: datetime) -> int | None:
    """The number of the span that `moment` lies in."""
    before = bisect_right(spans, moment, key=lambda span: span[0]) - 1
    return before if before >= 0 and moment < spans[before][1] else None


def _date(day: int, now_utc: datetime) -> date:
    return now_utc.astimezone(THAILAND).date() - timedelta(days=day)


def _recorded(truth: Recordings, now_utc: datetime) -> list[Span]:
    """What the recording mode records, gaps not yet taken out."""
    if truth.mode == "continuous":
        return [(at(truth.days, "00:00", now_utc), now_utc)]
    if truth.mode == "schedule":
        return [
            (at(day, one.starts, now_utc), at(day, one.ends, now_utc))
            for day in range(truth.days + 1)
            for one in truth.hours
        ]
    return [clip for day in range(truth.days + 1) for clip in _clips(truth, at(day, "00:00", now_utc))]


def _clips(truth: Recordings, midnight: datetime) -> list[Span]:
    """The clips of one day, always the same for the same date and seed."""
    random = Random(f"{truth.seed}/{midnight.date()}/{truth.mode}")
    starts = [midnight + timedelta(seconds=random.randrange(86_400 - _CLIP_S[1])) for _ in range(truth.clips_a_day)]
    return [(start, start + timedelta(seconds=random.randint(*_CLIP_S))) for start in starts]


def _clipped(spans: Iterable[Span], window: Span) -> list[Span]:
    cut = [(max(start, window[0]), min(end, window[1])) for start, end in spans]
    return [(start, end) for start, end in cut if start < end]


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def _without(spans: tuple[Span, ...], holes: tuple[Span, ...]) -> tuple[Span, ...]:
    result = list(spans)
    for first, last in holes:
        result = [
            piece
            for start, end in result
            for piece in ((start, min(end, first)), (max(start, last), end))
            if piece[0] < piece[1]
        ]
    return tuple(result)
