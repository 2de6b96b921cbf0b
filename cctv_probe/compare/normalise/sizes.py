"""Picture sizes: their names, the megapixel classes, and which of them agree."""

from __future__ import annotations

import functools
import re

from cctv_probe.compare.normalise.numerals import plain
from cctv_probe.compare.normalise.reading import Confidence
from cctv_probe.compare.normalise.tables import either, rows, squeezed

_CLASSES = (
    (0.85, 1.1, 1.0), (1.2, 1.4, 1.3), (1.9, 2.3, 2.0), (2.8, 3.3, 3.0), (3.6, 4.2, 4.0), (4.6, 5.2, 5.0), (5.8, 6.4, 6.0),
    (7.9, 8.5, 8.0), (11.5, 12.5, 12.0),
)  # fmt: skip
"""(from, to, class) in millions of pixels (facts: survey, "Reading declared values")."""

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


@functools.cache
def names() -> re.Pattern[str]:
    """Every name of a size, in a casefolded text."""
    return re.compile(either(row["name"] for row in rows("sizes")))


@functools.cache
def _by_form() -> dict[str, tuple[str, Confidence]]:
    by_form: dict[str, tuple[str, Confidence]] = {}
    for row in rows("sizes"):
        sure: Confidence = (
            "high" if row["confidence"] == "high" else "medium" if row["confidence"] == "medium" else "low"
        )
        by_form[_form(row["name"])] = (row["size"], sure)
    return by_form


def named(word: str) -> tuple[str, Confidence]:
    """The size that a name found by `names` means."""
    return _by_form()[_form(word)]


@functools.cache
def known() -> frozenset[tuple[int, int]]:
    """(width, height) of the sizes that cameras have."""
    return frozenset((int(row["width"]), int(row["height"])) for row in rows("known_sizes"))


def class_of(megapixels: float) -> str:
    """`mp:2` for 1.9 to 2.3 million pixels; outside of every class the number as it is."""
    for low, high, nominal in _CLASSES:
        if low <= megapixels <= high:
            return f"mp:{plain(nominal)}"
    return f"mp:{plain(round(megapixels, 1))}"


def megapixels(canonical: str) -> float | None:
    """Millions of pixels of `WxH` or `mp:N`; None for anything else."""
    if canonical.startswith("mp:"):
        return float(canonical[3:])
    size = SIZE.fullmatch(canonical)
    return int(size[1]) * int(size[2]) / 1e6 if size else None


def agree(one: str, other: str) -> bool:
    """Whether two ways of giving a resolution mean one: a size and its class, or the same size."""
    first, second = megapixels(one), megapixels(other)
    if first is None or second is None:
        return one == other
    if one.startswith("mp:") == other.startswith("mp:"):
        return one == other or (
            not one.startswith("mp:") and abs(first - second) <= 0.1 * max(first, second) and second < 0.6
        )
    return class_of(first) == class_of(second) or abs(first - second) <= 0.08 * max(first, second)


def _form(name: str) -> str:
    return squeezed(name) + ("+" if name.rstrip().endswith("+") else "")
