"""The seeded draw: which instants are asked for. Anyone with the seed can repeat it, in any language.

A draw is the first eight bytes of the SHA-256 of the seed and its words, joined with `/`, as a fraction of 2^64.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from cctv_probe.footage.days import SiteDays
from cctv_probe.model.footage import Span

STRATA = 24
"""A day is cut into so many parts; so many days in a row each get another part, so that nights are asked as often as days."""
INSIDE_S = 90
"""Instants keep so far from midnight, as long as there is a choice: footage 60 s beside the instant is still of the day."""
_AGAIN = 7
"""Further instants of one day lie so many parts apart; it shares no divisor with 24."""


def fraction(seed: str, *words: object) -> float:
    """A number from 0 to (not including) 1, the same for the same seed and words."""
    told = "/".join([seed, *map(str, words)])
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big") / 2**64


def shuffled(seed: str, items: Iterable[int], *words: object) -> list[int]:
    """`items` in the order of their draws."""
    return sorted(items, key=lambda item: fraction(seed, *words, item))


def share_of_day(seed: str, day: date, again: int) -> float:
    """Where in the day (0 to 1) instant number `again` of `day` lies."""
    block, place = divmod(day.toordinal(), STRATA)
    parts = shuffled(seed, range(STRATA), "part", block)
    part = (parts[place] + again * _AGAIN) % STRATA
    return (part + fraction(seed, "within", day.isoformat(), again)) / STRATA


def instant_of_day(seed: str, days: SiteDays, day: int, again: int, spans: Sequence[Span] = ()) -> datetime:
    """Instant number `again` of a day: anywhere in it, or inside `spans` where there are any."""
    share = share_of_day(seed, days.date_of(day), again)
    start, end = days.bounds(day)
    first, last = start + timedelta(seconds=INSIDE_S), end - timedelta(seconds=INSIDE_S)
    within = (_clipped(spans, first, last) or _clipped(spans, start, end)) if spans else []
    if not within:
        return first + timedelta(seconds=int(_length_s((first, last)) * share))
    left_s = share * sum(_length_s(span) for span in within)
    for start, end in within:
        if left_s < _length_s((start, end)):
            return start + timedelta(seconds=int(left_s))
        left_s -= _length_s((start, end))
    return within[-1][0]


def _clipped(spans: Iterable[Span], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    cut = ((max(span.start_utc, start), min(span.end_utc, end)) for span in spans if not span.locked)
    return sorted((first, last) for first, last in cut if last > first)


def _length_s(span: tuple[datetime, datetime]) -> float:
    return (span[1] - span[0]).total_seconds()
