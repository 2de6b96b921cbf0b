"""The workbook that goes back to whoever wrote the list: their rows, and beside them what could not be read and why.

Every cell is text, whatever it begins with: a formula in a list is never one in the answer.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cctv_probe.compare.reading.cell_problems import cell_problem
from cctv_probe.compare.reading.declared_list import DeclaredCamera, DeclaredList, Row, RowKind, Sheet
from cctv_probe.compare.reading.grid import column_letters
from cctv_probe.compare.reading.limits import MOST_CELL_CHARACTERS
from cctv_probe.compare.reading.write_file import write_whole
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell

_ROW = Text(en="row in the file", th="แถวในไฟล์เดิม")
_PROBLEM_TH = "สิ่งที่ต้องแก้ไข"
_PROBLEM_EN = "What to correct"
_LIST = "รายการ"
_ROW_COLOUR, _CELL_COLOUR, _HEAD_COLOUR = "FFFFF2CC", "FFF8B4B4", "FFDDEBF7"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\\/*?:\[\]\x00-\x1f']")
_WIDTH = 60

Problems = Mapping[int, Sequence[Text]]
"""By column counted from 0."""


def write_unread(declared: DeclaredList, path: Path) -> None:
    """Write the workbook to `path` in one step. Raises ReadingError."""
    write_whole(path, unread_workbook(declared))


def unread_workbook(declared: DeclaredList) -> bytes:
    """The workbook: every row of every sheet, three columns more, and what could not be read in colour."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    cameras = {(one.row.sheet, one.row.row): one for one in declared.cameras}
    for number, sheet in enumerate(declared.sheets, 1):
        _write_sheet(book, sheet, cameras, number)
    for note in declared.notes:
        book.worksheets[0].append([None])
        book.worksheets[0].append([_Painter(book.worksheets[0]).text(f"{note.th} / {note.en}", _HEAD_COLOUR)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems_of(row: Row, camera: DeclaredCamera | None) -> tuple[Problems, Sequence[Text]]:
    """(what is wrong by column, what is wrong with the row as a whole)."""
    if row.kind is RowKind.UNREAD:
        return {}, (row.why,) if row.why else ()
    found: dict[int, list[Text]] = {}
    whole: list[Text] = []
    for field, cell in (camera.cells if camera else {}).items():
        sentence = cell_problem(field, cell)
        if sentence is not None and cell.column is not None:
            found.setdefault(cell.column, []).append(sentence)
        elif sentence is not None:
            whole.append(sentence)
    return found, whole


def _write_sheet(book: Any, sheet: Sheet, cameras: Mapping[tuple[str, int], DeclaredCamera], number: int) -> None:
    written = book.create_sheet(_NOT_IN_SHEET_NAMES.sub(" ", sheet.name).strip()[:31] or f"{_LIST} {number}")
    width = max((len(row.grid.texts) for row in sheet.rows), default=0)
    for column in range(3):
        written.column_dimensions[column_letters(width + column)].width = 12 if column == 0 else _WIDTH
    painter = _Painter(written)
    head = next((row for row in sheet.rows if row.kind is RowKind.HEADER), None)
    if head is None and sheet.rows and not sheet.hidden:
        written.append([None] * width + painter.heading())
    for row in () if sheet.hidden else sheet.rows:
        cells, whole = problems_of(row, cameras.get((sheet.name, row.place.row)))
        beside = painter.heading() if row is head else painter.beside(row, cells, whole)
        written.append(painter.row(row, width, cells, bool(whole) or row.kind is RowKind.UNREAD) + beside)
    for note in sheet.notes:
        written.append([painter.text(f"{note.th} / {note.en}", _HEAD_COLOUR)])


class _Painter:
    """Makes cells of one sheet: always text, with a colour where there is something to say."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import PatternFill

        self.sheet = sheet
        colours = (_ROW_COLOUR, _CELL_COLOUR, _HEAD_COLOUR)
        self.fills = {colour: PatternFill("solid", fgColor=colour) for colour in colours}

    def text(self, text: str, colour: str | None = None) -> SheetCell:
        from openpyxl.cell.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet)
        cell.value = _NOT_IN_XML.sub(" ", text)[:MOST_CELL_CHARACTERS]
        # openpyxl takes what begins with "=" for a formula; as a text cell with a quote prefix it never becomes one.
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True
        if colour:
            cell.fill = self.fills[colour]
        return cell

    def heading(self) -> list[SheetCell]:
        names = (f"{_ROW.th} / {_ROW.en}", _PROBLEM_TH, _PROBLEM_EN)
        return [self.text(name, _HEAD_COLOUR) for name in names]

    def row(self, row: Row, width: int, cells: Problems, whole: bool) -> list[SheetCell | None]:
        behind = _ROW_COLOUR if cells or whole else None
        made: list[SheetCell | None] = []
        for column in range(width):
            text = "" if column in row.grid.spread else row.grid.text(column)
            colour = _CELL_COLOUR if column in cells else behind
            made.append(self.text(text, colour) if text or colour else None)
        return made

    def beside(self, row: Row, cells: Problems, whole: Sequence[Text]) -> list[SheetCell | None]:
        said = [*whole, *(sentence for column in sorted(cells) for sentence in cells[column])]
        made: list[SheetCell | None] = [self.text(str(row.place.row))]
        if said:
            made.append(self.text("\n".join(sentence.th for sentence in said), _ROW_COLOUR))
            made.append(self.text("\n".join(sentence.en for sentence in said), _ROW_COLOUR))
        return made
