"""How a channel records, from the shape of what its index lists and from the samples. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from cctv_probe.footage.archive import Index
from cctv_probe.footage.days import SiteDays
from cctv_probe.model.footage import Outcome, Sample, Span

MODES = ("continuous", "schedule", "motion", "event", "unknown")
DRAWN_IN_SPANS = ("motion", "event", "schedule")
"""In these modes footage is not meant to be there all the time: instants are drawn inside what the index lists."""

_WHOLE = 0.95
_SHORT_S = 1800.0
_SAME_TIME_S = 600.0
_ENOUGH_SAMPLES = 20
_PIECES_A_DAY = 3
_DAY_S = 86_400.0


def mode_of(index: Index, samples: Sequence[Sample], days: SiteDays) -> str:
    """`continuous`, `schedule`, `motion`, `event` or `unknown`: as the index says, as its list looks, or as samples fell."""
    if index.recording_mode in MODES and index.recording_mode != "unknown":
        return index.recording_mode
    listed = [span for span in index.spans if not span.locked]
    if index.spans_known and listed:
        return _by_name(listed) or _by_shape(listed, days)
    return _by_samples(samples)


def _by_name(spans: Sequence[Span]) -> str | None:
    """What most of the listed time is called."""
    named: Counter[str] = Counter()
    for span in spans:
        named[span.kind] += max(1, int((span.end_utc - span.start_utc).total_seconds()))
    kind, most = named.most_common(1)[0]
    return kind if kind in MODES and kind != "unknown" and most > 0.5 * named.total() else None


def _by_shape(spans: Sequence[Span], days: SiteDays) -> str:
    lengths = [(span.end_utc - span.start_utc).total_seconds() for span in spans]
    reached_s = (max(span.end_utc for span in spans) - min(span.start_utc for span in spans)).total_seconds()
    if sum(lengths) >= _WHOLE * reached_s:
        return "continuous"
    if _same_every_day(spans, days):
        return "schedule"
    a_day = len(spans) / max(1.0, reached_s / _DAY_S)
    if a_day > _PIECES_A_DAY and statistics.median(lengths) <= _SHORT_S:
        return "motion"
    long_s = sum(length for length in lengths if length >= _DAY_S / 2)  # a few old clips kept by hand change no mode
    return "continuous" if statistics.median(lengths) >= _DAY_S / 2 or long_s >= _WHOLE * sum(lengths) else "unknown"


def _same_every_day(spans: Sequence[Span], days: SiteDays) -> bool:
    """Few pieces a day, each beginning at one of the same few times of day and shorter than a day."""
    begins = [days.local_hour(span.start_utc) * 3600 for span in spans]
    if len(spans) < 2 * _PIECES_A_DAY or max((s.end_utc - s.start_utc).total_seconds() for s in spans) >= _DAY_S:
        return False
    times = Counter(round(begin / _SAME_TIME_S) for begin in begins)
    usual = sum(count for _, count in times.most_common(_PIECES_A_DAY))
    return usual >= 0.8 * len(spans) and len(spans) <= _PIECES_A_DAY * len({days.day_of(s.start_utc) for s in spans})


def _by_samples(samples: Sequence[Sample]) -> str:
    """Without a list only one thing can be told: that everything plays, whatever the hour."""
    drawn = [sample for sample in samples if sample.purpose == "presence" and sample.outcome.says_something]
    end = max((sample.day for sample in drawn if sample.outcome is Outcome.PLAYED), default=0)
    inside = [sample for sample in drawn if 1 <= sample.day < end]
    played = sum(sample.outcome is Outcome.PLAYED for sample in inside)
    return "continuous" if len(inside) >= _ENOUGH_SAMPLES and played >= _WHOLE * len(inside) else "unknown"
