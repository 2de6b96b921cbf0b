"""Another municipality's list: its owners read as another authority than the one that the scan was made for. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.normalise import normalise, to_value
from cctv_probe.compare.normalise.tables import squeezed
from cctv_probe.model.words import Text
from cctv_probe.survey.result import Survey
from cctv_probe.survey.safe_text import clean

WHOLE_LIST = Text(
    en="This is another authority's list: its cameras belong to {declared}, but the scan was made for {scanned}. Please check that it is the "
    "right list before using these results.",
    th="บัญชีนี้เป็นของหน่วยงานอื่น: กล้องในบัญชีเป็นของ {declared} แต่การสำรวจทำในนามของ {scanned} โปรดตรวจสอบว่าใช้บัญชีถูกต้อง"
    "ก่อนนำผลนี้ไปใช้",
)
SOME_ROWS = Text(
    en="{count} of {total} cameras in this list belong to another authority ({declared}), but the scan was made for {scanned}. Please check "
    "these rows.",
    th="กล้อง {count} จาก {total} ตัวในบัญชีนี้เป็นของหน่วยงานอื่น ({declared}) แต่การสำรวจทำในนามของ {scanned} โปรดตรวจสอบแถวเหล่านี้",
)
_CODE = re.compile(r"(?:^|;)code=(\d{8})(?:;|$)")
_NAME = re.compile(r"(?:^|;)name=([^;]+)")
_SURE = ("high", "medium")
_SAME_NAME = 0.8
"""Likeness of two names from which they are one name in two spellings."""
_MOST_NAMES = 3
_LONGEST_NAME = 80


def other_owner(comparison: Comparison) -> Text | None:
    """One sentence where owners of the list are not the one of the scan; None where all are, or where it cannot be told.

    A code in both is compared by its last six digits, unique alone; where the list has no code, the names are compared
    without their type (a subdistrict may have become a municipality under the same name). Readings of low confidence say
    nothing.
    """
    code, name = _scanned(comparison.survey)
    if not code:
        return None
    others: Counter[str] = Counter()
    total = 0
    for raw, canonical in _owners(comparison):
        total += 1
        if _differs(canonical, code, name):
            others[_shown(raw, canonical)] += 1
    if not others:
        return None
    names = [said for said, _ in others.most_common(_MOST_NAMES)]
    declared = ", ".join(names) + (", …" if len(others) > len(names) else "")
    told = {"declared": declared, "scanned": f"{clean(name, _LONGEST_NAME)} ({code})" if name else code}
    count = sum(others.values())
    return WHOLE_LIST.with_(**told) if count == total else SOME_ROWS.with_(count=count, total=total, **told)


def _scanned(survey: Survey) -> tuple[str, str]:
    """(LAO code, name) of the authority that the scan was made for; empty where it is not known."""
    owners = [camera.fields["owner"].value for camera in survey.cameras]
    known = [owner for owner in owners if isinstance(owner, Mapping) and owner.get("lao_code")]
    code = survey.run.lao_code or next((str(owner["lao_code"]) for owner in known), "")
    name = next((str(owner["name"]) for owner in known if owner["lao_code"] == code and owner.get("name")), "")
    return (code, name) if re.fullmatch(r"\d{8}", code) else ("", "")


def _owners(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """(as written, canonical) of every owner that was read as one authority and not as a guess."""
    for row in comparison.rows:
        cell = row.declared.cells.get("owner")
        if cell and cell.confidence in _SURE and (_CODE.search(cell.canonical) or _NAME.search(cell.canonical)):
            yield cell.raw, cell.canonical


def _differs(canonical: str, code: str, name: str) -> bool:
    if found := _CODE.search(canonical):
        return found[1][-6:] != code[-6:]
    here, there = _NAME.search(canonical), _NAME.search(normalise("owner", name).canonical)
    if not here or not there:
        return False
    return SequenceMatcher(None, squeezed(here[1]), squeezed(there[1]), autojunk=False).ratio() < _SAME_NAME


def _shown(raw: str, canonical: str) -> str:
    """`เทศบาลตำบลบ้านน้ำใส (05819101)`; as it was written where no code is known."""
    value = to_value("owner", canonical)
    if not isinstance(value, Mapping):
        return clean(raw, _LONGEST_NAME)
    name, code = clean(str(value.get("name") or ""), _LONGEST_NAME), str(value["lao_code"])
    return f"{name} ({code})" if name else code
