"""What a column holds, told from its values: the second evidence beside its name.

Only values that carry their own meaning count (`1920x1080`, `H.265`, `30 วัน`, a MAC, a brand); bare numbers fit too many
fields to prove any. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cctv_probe.compare.normalise import normalise
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.declared_list import Confidence

SAMPLE = 200
"""Distinct values of a column that are looked at."""

PROVES = 0.7
"""The share of values from which they name their column."""
_LEAST_VALUES = 2
_TRIED = (
    "resolution",
    "file_format",
    "retention_days",
    "frame_rate",
    "brand",
    "network",
    "purposes",
    "linked_agencies",
)
_SHAPES = (
    ("mac", re.compile(r"^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$", re.I)),
    ("address", re.compile(r"^(?:https?://)?(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?/?$")),
)
_NO_VALUE = ("missing", "unknown", "unparsable", "broken", "none", "NONE")
_NOT_OWN = ("suspect:", "wrong_field:", "ambiguous")
_BARE = re.compile(r"^[\d.,/\-\s]*$")
_TICKS = {
    "✓": "yes", "✔": "yes", "√": "yes", "☑": "yes", "/": "yes", "//": "yes", "1": "yes", "มี": "yes", "ใช่": "yes",
    "y": "yes", "yes": "yes", "true": "yes", "v": "yes", "ü": "yes", "þ": "yes", "p": "yes", "●": "yes", "•": "yes",
    "o": "yes", "*": "yes", "v/": "yes", "ü/": "yes", "ใช้": "yes", "เป็น": "yes", "⁄": "yes",
    "x": "cross", "×": "cross", "✗": "cross", "✘": "cross", "✕": "cross", "☒": "cross",
    "": "no", "-": "no", "–": "no", "—": "no", "0": "no", "ไม่มี": "no", "ไม่ใช่": "no", "n": "no", "no": "no", "false": "no",
    "☐": "no", "ไม่": "no", "ไม่ใช้": "no", "¨": "no",
}  # fmt: skip
"""How people tick a box. `ü`, `þ`, `p` and `¨` are what the letters of Wingdings become as text."""


def tick(text: str) -> str | None:
    """`yes`, `no` or `cross` (which is either, as the column goes) for a ticked box; None for any other text."""
    shown = text.strip().casefold()
    return _TICKS.get(shown) or _TICKS.get(clean(text).casefold())


def sample(values: Iterable[str]) -> tuple[str, ...]:
    """The first `SAMPLE` distinct values that are not empty."""
    found: dict[str, None] = {}
    for value in values:
        if value.strip():
            found[value] = None
        if len(found) >= SAMPLE:
            break
    return tuple(found)


def ticked_share(values: Sequence[str]) -> float:
    """The share of values that are ticks."""
    return sum(tick(value) is not None for value in values) / len(values) if values else 0.0


def share_read(field: str, values: Sequence[str]) -> float:
    """The share of values that are values of `field`; empty and missing ones do not count. 0.0 where none is left."""
    judged = [verdict for value in values if (verdict := _is_value_of(field, value)) is not None]
    return sum(judged) / len(judged) if judged else 0.0


def field_of_values(values: Sequence[str]) -> tuple[str | None, Confidence, float]:
    """(the field whose values these are, how sure, their share); None where none stands out."""
    telling = [value for value in values if not _BARE.match(clean(value)) or _shape(value)]
    if len(telling) < min(_LEAST_VALUES, max(len(values), 1)) or len(telling) * 2 < len(values):
        return None, "low", 0.0
    for name, _ in _SHAPES:
        share = sum(_shape(value) == name for value in telling) / len(telling)
        if share >= PROVES:
            return name, "high", share
    shares = sorted(((share_read(field, telling), field) for field in _TRIED), reverse=True)
    (best, field), (second, _) = shares[0], shares[1]
    if best >= PROVES and second < best:
        return field, "medium", best
    return None, "low", best


def _shape(value: str) -> str | None:
    tidy = clean(value).replace(" ", "")
    return next((name for name, pattern in _SHAPES if pattern.match(tidy)), None)


def _is_value_of(field: str, value: str) -> bool | None:
    found = normalise(field, value)
    if found.canonical in ("missing", "unknown"):
        return None
    if found.canonical in _NO_VALUE or found.canonical.startswith(_NOT_OWN):
        return False
    return found.confidence != "low"
