"""Field 4: codes of the agencies a camera is linked with, joined by `|`; `OTHER` for one that has no code here."""

from __future__ import annotations

import functools
import re

from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.tables import either, rows

_BETWEEN = re.compile(r"\s*(?:[,;/|+&\n]|\bและ|(?<=\s)กับ(?=\s)|\band\b|(?<!\d)\d{1,2}[.)](?=\s|[ก-๙]))\s*|\s-\s|^-\s*")
_MEANINGLESS = re.compile(r"^(?:หน่วยงาน|เชื่อมโยง(?:กับ)?|เชื่อมต่อ(?:กับ)?|ศูนย์\s*cctv|ศูนย์|ห้องควบคุม|ห้อง|กล้อง|ระบบ|[\W_]+)*$")


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile(either(row["word"] for row in rows("agency_words")))


@functools.cache
def _codes() -> dict[str, str]:
    return {_form(row["word"]): row["code"] for row in rows("agency_words")}


def read(text: str) -> Reading | None:
    """The codes in the order in which they stand; None where there is no word of an agency at all."""
    text = text.casefold()
    parts = [part for part in _BETWEEN.split(text) if part and not _MEANINGLESS.match(part)]
    named: list[tuple[str, Confidence]] = [_agency(part) for part in parts]
    if not named:
        return None
    codes = list(dict.fromkeys(code for code, _ in named))
    sure: Confidence = "low" if "OTHER" in codes else "medium" if any(each == "medium" for _, each in named) else "high"
    if len(codes) > 1 and "NONE" in codes:
        return Reading("suspect:contradiction", "medium", "none_and_some")
    return Reading("|".join(codes), sure, "agency_words" if "OTHER" not in codes else "agency_without_code")


def _agency(part: str) -> tuple[str, Confidence]:
    """The agency that a part begins with, else the first that it names."""
    found = _pattern().search(part)
    if not found:
        return "OTHER", "low"
    code = _codes()[_form(found[0])]
    if "ไม่" in part and code != "NONE" and re.search("ไม่(?:มี|ได้)|ยังไม่", part):
        return "NONE", "medium"
    near = _MEANINGLESS.match(part[: found.start()])
    return code, "high" if near and not (found[0] in ("อ.", "จ.", "de") and len(part) > 12) else "medium"


def _form(word: str) -> str:
    return re.sub(r"[\s\-_.]+", "", word).casefold()
