"""Names of columns in Thai and English → the record's key, or what else the column holds (`serial`, `mac`, `latitude`…)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.spelling import distance, nearest
from cctv_probe.compare.normalise.tables import rows, squeezed

_NUMBERING = re.compile(
    r"^\s*(?:(?:ข้อ|ช่อง|field|column|col|item)\s*(?:ที่)?\s*)?[(\[]?\s*\d{1,2}(?:\.\d{1,2})*\s*(?:[.)\]:]|-\s|\s)\s*|^\s*[-•*>]+\s*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_UNIT_ONLY = frozenset(
    map(
        str.casefold,
        [
            "วัน",
            "days",
            "day",
            "ตัว",
            "กล้อง",
            "fps",
            "mp",
            "px",
            "pixel",
            "pixels",
            "wxh",
            "บาท",
            "tb",
            "gb",
            "ภาพ/วินาที",
            "เฟรม/วินาที",
            "เฟรม",
            "พิกเซล",
            "ถ้ามี",
            "optional",
            "required",
            "บังคับ",
            "ระบุ",
        ],
    )
)
_LONGEST = 200


@functools.cache
def _by_name() -> dict[str, str]:
    return {
        squeezed(name): row["key"]
        for row in rows("headers")
        for name in (row["key"], *row["names"].split("|"))
        if squeezed(name)
    }


@functools.cache
def keys() -> frozenset[str]:
    """Everything that a column can hold."""
    return frozenset(row["key"] for row in rows("headers"))


@functools.cache
def _rules() -> tuple[tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]], ...]:
    return tuple(
        (
            row["key"],
            tuple(tuple(word.split("|")) for word in row["with"].split()),
            tuple(filter(None, (row["without"] or "").split("|"))),
        )
        for row in rows("header_rules")
    )


def read(text: str) -> Reading | None:
    """The key that a cleaned column name stands for; None for no known column."""
    if len(text) > _LONGEST:
        return None
    if text.strip() == "#":
        return Reading("sequence", "high", "column_name")
    inside = _by_brackets(text)
    if inside and inside.canonical in ("latitude", "longitude"):
        return inside
    for name in _forms(text):
        if key := _by_name().get(squeezed(name)):
            return Reading(key, "high", "column_name")
    without_number = _NUMBERING.sub("", text)
    return _by_rule(without_number) or _by_brackets(without_number) or _misspelt(without_number)


def _forms(text: str) -> Iterator[str]:
    """The name whole, without its number, and without brackets."""
    yield text
    numberless = _NUMBERING.sub("", text)
    if squeezed(numberless):
        yield numberless
        yield _BRACKETS.sub(" ", numberless)
        yield re.sub(r"\s*[*:]+$|^\W+", "", numberless)


def _by_brackets(text: str) -> Reading | None:
    """`จุดที่ 1 (Location)`: what the brackets say, where they are more than a unit."""
    for found in _BRACKETS.finditer(text):
        inside = found[1].strip()
        if inside.casefold() not in _UNIT_ONLY and (key := _by_name().get(squeezed(inside))):
            return Reading(key, "medium", "column_name_in_brackets")
    return None


def _by_rule(text: str) -> Reading | None:
    spaced = re.sub(r"[_\-\s]+", " ", text.casefold())
    joined = spaced.replace(" ", "")
    for key, wanted, unwanted in _rules():
        if all(any(_holds(joined, spaced, word) for word in group) for group in wanted) and not any(
            word in joined for word in unwanted
        ):
            return Reading(key, "medium", "words_of_column")
    return None


def _holds(joined: str, spaced: str, word: str) -> bool:
    """Thai words are found anywhere; short Latin ones only where they stand alone."""
    if word.isascii() and len(word) <= 4:
        return bool(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", spaced))
    return word in joined


def _misspelt(text: str) -> Reading | None:
    compared = squeezed(_BRACKETS.sub(" ", text)) or squeezed(text)
    if len(compared) < 4 or len(compared) > 40:
        return None
    if compared.isascii():
        close = nearest(compared, _by_name())
        return Reading(close[0], _sure(close[1]), "misspelt_column") if close else None
    most = 1 if len(compared) < 8 else 2 if len(compared) < 16 else 3
    near: dict[str, int] = {}
    for name, key in _by_name().items():
        if not name.isascii() and len(name) > 3 and name[0] == compared[0]:
            slips = distance(compared, name, most)
            if slips <= most:
                near[key] = min(slips, near.get(key, slips))
    best = [key for key, slips in near.items() if slips == min(near.values())]
    return Reading(best[0], _sure(near[best[0]]), "misspelt_column") if len(best) == 1 else None


def _sure(slips: int) -> Confidence:
    return "medium" if slips == 1 else "low"
