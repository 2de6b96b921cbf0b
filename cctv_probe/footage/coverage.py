"""Shares with their intervals, and holes in time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.presence import DayRow
from cctv_probe.model.footage import Gap, Span

Z_95 = 1.959963984540054
LEAST_GAP_S = 60.0
"""Shorter breaks between listed spans are how recorders cut files."""


def wilson(hits: int, tries: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share: 60 of 60 bound the true share between 0.94 and 1 (E. B. Wilson, 1927)."""
    if tries <= 0:
        return 0.0, 1.0
    share, weight = hits / tries, z * z / tries
    middle = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / tries + weight / (4 * tries)) / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def empty_days(inside: Iterable[DayRow], days: SiteDays) -> list[Gap]:
    """Sampled days of which nothing played, neighbours put together; `inside` is newest first."""
    runs: list[list[int]] = []
    for day in sorted(row.day for row in inside if not row.present):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [Gap(days.bounds(run[-1])[0], days.bounds(run[0])[1], "samples") for run in runs]


def listed_holes(spans: Iterable[Span], start: datetime, end: datetime, played: Sequence[datetime]) -> list[Gap]:
    """What the index itself leaves out between `start` and `end`, unless something played in it after all."""
    holes, reached = [], start
    for span in sorted(spans):
        if span.end_utc <= start or span.start_utc >= end:
            continue
        if (span.start_utc - reached).total_seconds() > LEAST_GAP_S:
            holes.append(Gap(reached, span.start_utc, "index"))
        reached = max(reached, span.end_utc)
    if (end - reached).total_seconds() > LEAST_GAP_S:
        holes.append(Gap(reached, end, "index"))
    return [hole for hole in holes if not any(hole.start_utc < instant < hole.end_utc for instant in played)]


def merged(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Gaps that overlap or touch become one; what samples prove keeps that name."""
    result: list[Gap] = []
    for gap in sorted(gaps):
        if result and gap.start_utc - result[-1].end_utc <= timedelta(seconds=LEAST_GAP_S):
            last = result[-1]
            known_from = "samples" if "samples" in (last.known_from, gap.known_from) else "index"
            result[-1] = Gap(last.start_utc, max(last.end_utc, gap.end_utc), known_from)
        else:
            result.append(gap)
    return tuple(result)
