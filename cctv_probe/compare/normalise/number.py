"""Plain numbers: `1920`, `29.97`, `range:15..30`, or what is wrong with them."""

from __future__ import annotations

import re

from cctv_probe.compare.normalise.damage import excel_date, slipped_letter
from cctv_probe.compare.normalise.numerals import words_to_digits
from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.text import without_thousands

_MULTIPLIED = re.compile(r"โหล|คู่|dozen|pairs?|%|เปอร์เซ็นต์|ร้อยละ|กุรุส")
_COUNTED = re.compile(
    r"(?:จำนวน|ประมาณ|ราว|~|no\.?|#|ที่)?\s*(-?\d+(?:\.\d+)?)\s*(?:ตัว|กล้อง|เครื่อง|ชุด|จุด|แห่ง|ช่อง|อัน|รายการ|ลูก|units?|cameras?|cams?|sets?|pcs?|ch|channels?)?\.?"
)
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|~|ถึง|to)\s*(\d+(?:\.\d+)?)")
_DOTTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_TWICE = re.compile(r"(\S+)\s*\(\s*(\S+?)\s*\)")


def read(text: str) -> Reading | None:
    """The number that a cleaned cell holds; None where it holds none."""
    text = words_to_digits(without_thousands(text).casefold(), millions=True).strip()
    damaged = slipped_letter(text) or (excel_date(text) if not text.isdigit() else None)
    if damaged:
        return damaged
    if _MULTIPLIED.search(text) and re.search(r"\d", text):
        return Reading("suspect:unit", "medium", "unit_that_multiplies")
    twice = _TWICE.fullmatch(text)
    if twice and twice[1] == twice[2]:
        text = twice[1]
    if found := _COUNTED.fullmatch(text.strip("()' ")):
        sure: Confidence = "high" if found[0] == found[1] and not _DOTTED_THOUSANDS.fullmatch(text) else "medium"
        return Reading(_shown(found[1]), sure, "number" if sure == "high" else "counted")
    if found := _RANGE.fullmatch(text):
        low, high = sorted((found[1], found[2]), key=float)
        return Reading(f"range:{_shown(low)}..{_shown(high)}", "medium", "range")
    if re.fullmatch(r"\d+(?:,\d+)+", text):
        return Reading("suspect:comma", "medium", "comma")
    return Reading("suspect:unit", "low", "other_unit") if re.match(r"\d+(?:\.\d+)?\s*\D", text) else None


def _shown(number: str) -> str:
    """Without zeros that say nothing: `030.50` → `30.5`."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, _, part = digits.partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    return (sign if whole + part != "0" else "") + (f"{whole}.{part}" if part else whole)
