"""One sheet of a workbook, streamed row by row, then its merged cells spread over the rows that hold something."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.grid import NO_KINDS, CellKind, GridRow
from cctv_probe.compare.reading.number_text import iso_date_text, number_text
from cctv_probe.compare.reading.problem import TOO_MANY_COLUMNS, TOO_MANY_ROWS, TOO_MUCH, refused
from cctv_probe.compare.reading.shared_strings import string_of, unescaped
from cctv_probe.compare.reading.workbook_zip import Package
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from lxml import etree

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
_HIDDEN = Text(
    en="{count} rows are hidden or filtered out in the workbook. They were read, too, and are marked.",
    th="มี {count} แถวที่ถูกซ่อนหรือถูกกรองออกในสมุดงาน โปรแกรมอ่านแถวเหล่านั้นด้วยและทำเครื่องหมายไว้",
)
_NO_RESULT = Text(
    en="{count} formulas were saved without their results and could not be read. Open the file in Excel, save it, and read it again.",
    th="มีสูตร {count} เซลล์ที่ไม่มีผลลัพธ์บันทึกไว้ จึงอ่านค่าไม่ได้ โปรดเปิดไฟล์ด้วย Excel แล้วบันทึกและอ่านใหม่",
)


class Shown(Protocol):
    """How numbers are shown (`workbook.Styles`)."""

    @property
    def formats(self) -> tuple[str, ...]:
        """Number-format codes by style number."""

    @property
    def from_1904(self) -> bool:
        """Whether day 0 is 1 January 1904."""


@dataclass(slots=True)
class Counted:
    """What was read of one file so far, over all its sheets."""

    file: str
    rows: int = 0
    cells: int = 0

    def row(self, cells: int) -> None:
        """Counts one row with something in it; raises ReadingError beyond the limits."""
        self.rows += 1
        self.cells += cells
        if self.rows > limits.MOST_ROWS:
            raise refused(TOO_MANY_ROWS, self.file, limit=limits.MOST_ROWS)
        if self.cells > limits.MOST_CELLS:
            raise refused(TOO_MUCH, self.file, limit=limits.MOST_CELLS)


def read_sheet(
    package: Package, part: str, sheet: str, strings: Sequence[str], shown: Shown, counted: Counted
) -> tuple[tuple[GridRow, ...], int, tuple[Text, ...]]:
    """(rows with something in them, rows before the last one without, notes). Raises ReadingError."""
    reader = _Reader(sheet, strings, shown, counted)
    merges: list[str] = []
    for name, element in package.elements(part, ("row", "mergeCell")):
        if name == "row":
            reader.row(element)
        elif len(merges) < limits.MOST_MERGES:
            merges.append(element.get("ref", ""))
    rows = _spread(reader.rows, merges)
    blank = rows[-1].number - len(rows) if rows else 0
    hidden = sum(row.hidden for row in rows)
    notes = [_HIDDEN.with_(count=hidden)] if hidden else []
    without = sum(kind == "no_result" for row in rows for kind in row.kinds.values())
    if without:
        notes.append(_NO_RESULT.with_(count=without))
    return tuple(rows), max(blank, 0), tuple(notes)


class _Reader:
    def __init__(self, sheet: str, strings: Sequence[str], shown: Shown, counted: Counted) -> None:
        self.sheet, self.strings, self.shown, self.counted = sheet, strings, shown, counted
        self.rows: list[GridRow] = []
        self.number = 0

    def row(self, element: etree._Element) -> None:
        given = element.get("r", "")
        self.number = int(given) if given.isdecimal() and len(given) < 8 else self.number + 1
        texts: dict[int, str] = {}
        kinds: dict[int, CellKind] = {}
        column = -1
        for cell in element:
            column = _column(cell.get("r"), column + 1)
            text, kind = self.cell(cell)
            if text:
                texts[column] = text
            if kind and (text or kind == "no_result"):
                kinds[column] = kind
        if texts or kinds:
            self.keep(texts, kinds, element.get("hidden") in ("1", "true"))

    def keep(self, texts: dict[int, str], kinds: dict[int, CellKind], hidden: bool) -> None:
        width = max((*texts, *kinds)) + 1
        if width > limits.MOST_COLUMNS:
            limit = limits.MOST_COLUMNS
            raise refused(TOO_MANY_COLUMNS, self.counted.file, sheet=self.sheet, row=self.number, limit=limit)
        self.counted.row(width)
        too_long = any(len(text) > limits.MOST_CELL_CHARACTERS for text in texts.values())
        row = tuple(texts.get(at, "")[: limits.MOST_CELL_CHARACTERS] for at in range(width))
        if self.rows and self.rows[-1].number >= self.number:
            self.number = self.rows[-1].number + 1  # rows out of order, or one number twice
        self.rows.append(GridRow(self.number, row, kinds or NO_KINDS, hidden=hidden, too_long=too_long))

    def cell(self, cell: etree._Element) -> tuple[str, CellKind | None]:
        kind = cell.get("t", "n")
        value, formula = "", False
        for child in cell:
            name = str(child.tag).rpartition("}")[2]
            if name == "v":
                value = child.text or ""
            elif name == "is":
                return string_of(child), None
            elif name == "f":
                formula = True
        if not value:
            return "", "no_result" if formula and kind != "str" else None
        return self.value(kind, value, cell.get("s", ""))

    def value(self, kind: str, value: str, style: str) -> tuple[str, CellKind | None]:
        if kind == "s":
            return (self.strings[int(value)] if value.isdecimal() and int(value) < len(self.strings) else ""), None
        if kind == "str":
            return unescaped(value).strip()[: limits.MOST_CELL_CHARACTERS + 1], None
        if kind == "b":
            return ("TRUE" if value == "1" else "FALSE"), None
        if kind == "e":
            return value[:40], "error"
        if kind == "d":
            return iso_date_text(value[:40]), "date"
        return number_text(value.strip()[:400], self.format_of(style), from_1904=self.shown.from_1904)

    def format_of(self, style: str) -> str:
        number = int(style) if style.isdecimal() else -1
        return self.shown.formats[number] if 0 <= number < len(self.shown.formats) else "General"


def _column(reference: str | None, otherwise: int) -> int:
    """`C7` → 2."""
    found = _REFERENCE.match(reference or "")
    if not found:
        return otherwise
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _spread(rows: list[GridRow], merges: list[str]) -> list[GridRow]:
    """Writes the text of each merged cell into the empty cells that it covers, in rows that hold something."""
    at = {row.number: index for index, row in enumerate(rows)}
    numbers = [row.number for row in rows]
    left = limits.MOST_SPREAD_CELLS
    added: dict[int, dict[int, str]] = {}
    for merge in merges:
        area = _area(merge)
        if area is None or area[0] not in at:
            continue
        top, first, bottom, last = area
        text = rows[at[top]].text(first)
        inside = range(at[top], _first_after(numbers, bottom))
        left -= len(inside) * (last - first + 1)
        if left < 0:
            break
        if not text:
            continue
        for index in inside:
            for column in range(first, last + 1):
                if (rows[index].number, column) != (top, first) and not rows[index].text(column):
                    added.setdefault(index, {})[column] = text
    for index, cells in added.items():
        rows[index] = _with(rows[index], cells)
    return rows


def _with(row: GridRow, cells: dict[int, str]) -> GridRow:
    texts = list(row.texts) + [""] * (max(cells) + 1 - len(row.texts))
    for column, text in cells.items():
        texts[column] = text
    return replace(row, texts=tuple(texts), spread=frozenset(cells))


def _area(merge: str) -> tuple[int, int, int, int] | None:
    """`B3:D9` → (3, 1, 9, 3): first row, first column, last row, last column; columns from 0, cut at the limit."""
    ends = [_REFERENCE.match(end) for end in merge.split(":")]
    if len(ends) != 2 or not ends[0] or not ends[1]:
        return None
    top, bottom = sorted((int(ends[0][2]), int(ends[1][2])))
    first, last = sorted((_column(ends[0][0], 0), _column(ends[1][0], 0)))
    return top, first, bottom, min(last, limits.MOST_COLUMNS - 1)


def _first_after(numbers: list[int], row: int) -> int:
    return bisect_right(numbers, row)
