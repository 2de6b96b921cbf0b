"""Field 3: purposes in the order in which they were written, joined by `|`."""

from __future__ import annotations

import functools
import re

from cctv_probe.compare.normalise.reading import Confidence, Reading, least
from cctv_probe.compare.normalise.tables import either, rows, squeezed

PURPOSES = ("deterrence", "investigation", "traffic")
_ITEM = r"(?<![\d.])(?:3\s*[.,]\s*)(?P<item>[123])(?![\d])"
_RANGE = re.compile(r"(?<![\d.])(?:3\.)?([123])\s*(?:-|~|ถึง|to)\s*(?:3\.)?([123])(?![\d.])")
_COUNTED = re.compile(r"(?<![\d.])3\s*(?:ข้อ|ประเภท|ด้าน|อย่าง)(?!\s*\d)")
_OTHER_USE = re.compile("ไม่(?:ใช่|ได้|มี)")


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"{_ITEM}|(?P<word>{either(row['word'] for row in rows('purpose_words'))})")


@functools.cache
def _meanings() -> dict[str, tuple[str, Confidence]]:
    sure: dict[str, Confidence] = {"high": "high", "medium": "medium", "low": "low"}
    return {squeezed(row["word"]): (row["purpose"], sure[row["sure"]]) for row in rows("purpose_words")}


def read(text: str) -> Reading | None:
    """The purposes that a cleaned cell names by number or in words; None where it names none."""
    text = text.casefold()
    numbered = _numbers(text)
    if numbered:
        return numbered
    found: list[str] = []
    sure: Confidence = "high"
    by_item = False
    for match in _pattern().finditer(_RANGE.sub(_spelt, text)):
        if match["item"]:
            purpose, how = PURPOSES[int(match["item"]) - 1], "high"
            by_item = True
        else:
            purpose, how = _meanings()[squeezed(match["word"])]
        found.extend(PURPOSES if purpose == "all" else (purpose,))
        sure = least(sure, "high" if how == "high" else "medium" if how == "medium" else "low")
    if not found:
        return None
    if _OTHER_USE.search(text):
        sure = "low"
    return Reading("|".join(dict.fromkeys(found)), sure, "item_numbers" if by_item else "purpose_words")


def _spelt(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    return " ".join(f"3.{item}" for item in range(first, last + 1))


def _numbers(text: str) -> Reading | None:
    """`1, 3` or `ข้อ 2`: numbers of the three kinds without the form's `3.` before them."""
    bare = re.sub(r"[\s,;/|&+()]+|ข้อ(?:ที่)?|ประเภท(?:ที่)?|และ|and", " ", _RANGE.sub(_spelt, text)).split()
    if _COUNTED.search(text) or not bare or not all(re.fullmatch(r"(?:3\.)?[123]\.?", word) for word in bare):
        return None
    items = [int(word.rstrip(".")[-1]) for word in bare]
    said = "ข้อ" in text or "ประเภท" in text or all(word.startswith("3.") for word in bare)
    confidence: Confidence = (
        "high" if all(word.startswith("3.") for word in bare) else "medium" if said or len(items) > 1 else "low"
    )
    return Reading("|".join(dict.fromkeys(PURPOSES[item - 1] for item in items)), confidence, "item_numbers")
