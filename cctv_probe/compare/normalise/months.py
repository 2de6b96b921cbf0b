"""Names of months in Thai and English, whole and short, with and without dots."""

from __future__ import annotations

import re

from cctv_probe.compare.normalise.spelling import distance, sound
from cctv_probe.compare.normalise.tables import rows, squeezed

_FULL = {squeezed(row["name"]): int(row["month"]) for row in rows("months")}
_THAI_FULL = {sound(name): month for name, month in _FULL.items() if len(name) > 4 and not name.isascii()}


def _pattern(name: str) -> str:
    letters = r"\s?\.?\s?".join(map(re.escape, name)) if not name.isascii() and len(name) <= 4 else re.escape(name)
    return letters + (r"(?![a-z])\.?" if name.isascii() else r"\.?")


MONTH = "(?:" + "|".join(_pattern(name) for name in sorted(_FULL, key=len, reverse=True)) + ")"
"""A month's name as a regular expression, to be used without case."""


def month_of(word: str) -> tuple[int, bool] | None:
    """The number of a month, and whether its name was misspelt; None for any other word."""
    compared = squeezed(word)
    if compared in _FULL:
        return _FULL[compared], False
    if len(compared) < 5 or len(compared) > 20 or compared.isascii():
        return None
    heard = sound(compared)
    near = {month for name, month in _THAI_FULL.items() if distance(heard, name, 2) <= 2}
    return (near.pop(), True) if len(near) == 1 else None
