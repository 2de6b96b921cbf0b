"""The official form as a workbook: the form itself, what its marks mean, and where every value comes from.

Prints on A4 across, with its head on every page. A mark stands behind a value by the cell's number format, so that numbers
stay numbers and texts stay as they are; an unknown cell is empty and hatched.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.output import form_words as words
from cctv_probe.compare.output.form_cells import FormCell
from cctv_probe.compare.output.form_rows import FormRow, OfficialForm, official_form
from cctv_probe.compare.output.form_sheet_text import AUTHOR, Painted, comment_of, font, put_text
from cctv_probe.compare.output.form_words import COLUMNS, MARKS, SEQUENCE_WIDTH, SIGNERS, Column, thai_first
from cctv_probe.compare.output.form_xlsx_sources import across_a4, write_marks, write_sources
from cctv_probe.model.words import Language
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.result import Survey

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEAD_ROW, _PARTS_ROW, _NUMBERS_ROW = 6, 7, 8
_LAST = 1 + len(COLUMNS)
_THAI_NUMBER = "[$-D00041E]0"
"""A number shown in Thai digits."""
_HEAD_COLOUR = "FFE8EEF4"
MARK_COLOURS = {"differs": "FFF8CBAD", "doubt": "FFFFE699", "old": "FFD9D9D9", "proxy": "FFFFF7DC"}
_SIGN_COLUMNS = ((2, 3), (7, 9), (11, 14))
"""First and last column of each signature. They stay clear of the three tick columns, which must hold ticks alone to be read as
such when a filled form is handed in as a list."""


def write_form(comparison: Comparison | None, survey: Survey, path: Path, language: Language) -> None:
    """Write the filled form to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, form_workbook(comparison, survey, language))


def form_workbook(comparison: Comparison | None, survey: Survey, language: Language) -> bytes:
    """The workbook's bytes."""
    from openpyxl import Workbook

    form = official_form(comparison, survey, language)
    book = Workbook()
    book.properties.creator = AUTHOR
    book.properties.title = words.TITLE.th
    book.properties.created = form.made_at.replace(tzinfo=None)
    sheet = book.worksheets[0]
    sheet.title = words.FORM_SHEET.in_(language)
    _Form(sheet, form).write()
    write_marks(book.create_sheet(words.MARKS_TITLE.in_(language)), form)
    write_sources(book.create_sheet(words.SOURCES_TITLE.in_(language)), form)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Form:
    """Writes the first sheet, from its title down to the signatures."""

    def __init__(self, sheet: Worksheet, form: OfficialForm) -> None:
        from openpyxl.styles import Alignment, Border, PatternFill, Side

        self.sheet, self.form, self.language = sheet, form, form.language
        line = Side(style="thin", color="FF7F7F7F")
        self.box = Border(left=line, right=line, top=line, bottom=line)
        self.head_fill = PatternFill("solid", fgColor=_HEAD_COLOUR)
        self.fills: dict[str | None, Any] = {
            mark: PatternFill("solid", fgColor=colour) for mark, colour in MARK_COLOURS.items()
        }
        self.unknown = PatternFill("lightUp", fgColor="FF8C8C8C")
        self.centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.left = Alignment(horizontal="left", vertical="center", wrap_text=True)
        self.top = Alignment(horizontal="left", vertical="top", wrap_text=True)
        self.plain, self.bold, self.small = font(), font(bold=True), font(12)
        self.title = font(18, bold=True)
        self.painted = Painted()

    def write(self) -> None:
        """The whole sheet."""
        self._heading()
        self._head()
        for row in self.form.rows:
            self._row(row, _NUMBERS_ROW + row.number)
        last = self._under(_NUMBERS_ROW + len(self.form.rows) + 2)
        self._page(last)

    def _across(self, row: int, text: str, style: Any, align: Any, first: int = 1, last: int = _LAST) -> None:
        cell = self.sheet.cell(row, first)
        put_text(cell, text)
        cell.font, cell.alignment = style, align
        self.sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)

    def _heading(self) -> None:
        form, language = self.form, self.language
        self._across(1, words.TITLE.th, self.title, self.centre)
        if language == "en":
            self._across(2, words.TITLE.en, self.bold, self.centre)
        told = (
            (words.AGENCY, form.agency),
            (words.LAO_CODE, form.lao_code),
            (words.PROVINCE, form.province),
        )
        line = "      ".join(f"{thai_first(name, language, ' / ')} {value or words.TO_FILL}" for name, value in told)
        self._across(3, line, self.bold, self.centre)
        as_of = f"{thai_first(words.AS_OF, language, ' / ')} {form.as_of}"
        self._across(4, as_of, self.plain, self.centre)
        self._across(5, form.filled_by, self.small, self.centre)
        self.sheet.row_dimensions[1].height = 27

    def _head(self) -> None:
        sheet = self.sheet
        self._head_cell(_HEAD_ROW, 1, thai_first(words.SEQUENCE, self.language))
        sheet.column_dimensions["A"].width = SEQUENCE_WIDTH
        sheet.merge_cells(start_row=_HEAD_ROW, end_row=_PARTS_ROW, start_column=1, end_column=1)
        first_part = next(place for place, column in enumerate(COLUMNS, 2) if column.part)
        parts = sum(bool(column.part) for column in COLUMNS)
        for place, column in enumerate(COLUMNS, 2):
            self._head_column(place, column)
        self._head_cell(_HEAD_ROW, first_part, thai_first(words.PURPOSES_HEADING, self.language))
        sheet.merge_cells(
            start_row=_HEAD_ROW, end_row=_HEAD_ROW, start_column=first_part, end_column=first_part + parts - 1
        )
        taller = self.language == "en"
        sheet.row_dimensions[_HEAD_ROW].height = 84 if taller else 48
        sheet.row_dimensions[_PARTS_ROW].height = 104 if taller else 66

    def _head_column(self, place: int, column: Column) -> None:
        sheet = self.sheet
        heading = thai_first(column.heading, self.language)
        self._head_cell(_HEAD_ROW, place, "" if column.part else heading)
        self._head_cell(_PARTS_ROW, place, heading if column.part else "")
        self._head_cell(_NUMBERS_ROW, place, f"({column.number})")
        if not column.part:
            sheet.merge_cells(start_row=_HEAD_ROW, end_row=_PARTS_ROW, start_column=place, end_column=place)
        sheet.column_dimensions[sheet.cell(1, place).coordinate.rstrip("1")].width = column.width

    def _head_cell(self, row: int, place: int, text: str) -> None:
        cell = self.sheet.cell(row, place)
        if text:
            put_text(cell, text)
        cell.font, cell.alignment, cell.border, cell.fill = self.bold, self.centre, self.box, self.head_fill
        if place == 1 and row == _HEAD_ROW:
            for under in (_PARTS_ROW, _NUMBERS_ROW):
                self._head_cell(under, 1, "")

    def _row(self, row: FormRow, at: int) -> None:
        number = self.sheet.cell(at, 1, row.number)
        number.number_format = _THAI_NUMBER
        number.font, number.alignment, number.border = self.plain, self.centre, self.box
        for place, column in enumerate(COLUMNS, 2):
            self._cell(self.sheet.cell(at, place), column, row.cells[column.key])

    def _cell(self, cell: Any, column: Column, filled: FormCell) -> None:
        signs = " ".join(MARKS[mark][0] for mark in filled.marks)
        is_number = isinstance(filled.value, (int, float))
        shown = "General" if is_number or not filled.value else "@"
        left = column.field in ("owner", "position", "linked_agencies")
        first = filled.marks[0] if filled.marks else None
        self.painted.paint(
            cell,
            (signs, shown, left),
            font=self.plain,
            border=self.box,
            alignment=self.left if left else self.centre,
            number_format=f'{shown}"  {signs}"' if signs else shown,
            fill=self.unknown if first == "unknown" else self.fills.get(first),
        )
        if is_number:
            cell.value = filled.value
        elif isinstance(filled.value, str) and filled.value:
            put_text(cell, filled.value, None)
        comment = comment_of(filled.lines())
        if comment:
            cell.comment = comment

    def _under(self, at: int) -> int:
        """Notes and signatures; the last row used."""
        self._across(at, words.NOTES_TITLE.in_(self.language), self.bold, self.left)
        for note in (*self.form.notes, self._signs()):
            at += 1
            self._across(at, f"– {note}", self.small, self.top)
            self.sheet.row_dimensions[at].height = 17 * (1 + len(note) // 185)
        at += 2
        for signer, (first, last) in zip(SIGNERS, _SIGN_COLUMNS, strict=True):
            lines = (words.SIGN, words.SIGN_NAME, words.SIGN_POST, words.SIGN_DATE)
            self._across(at, thai_first(signer, self.language, " / "), self.bold, self.centre, first, last)
            for below, line in enumerate(lines, 2):
                self._across(at + below, line, self.plain, self.centre, first, last)
        return at + 1 + 4

    def _signs(self) -> str:
        told = [f"{sign} {meaning.in_(self.language)}" for sign, meaning in MARKS.values()]
        return "   ".join(told)

    def _page(self, last: int) -> None:
        sheet = self.sheet
        pages = "หน้า &P / &N" if self.language == "th" else "หน้า / page &P / &N"
        across_a4(sheet, pages, f"{words.AS_OF.th} {self.form.as_of}")
        sheet.print_title_rows = f"{_HEAD_ROW}:{_NUMBERS_ROW}"
        sheet.print_area = f"A1:{sheet.cell(last, _LAST).coordinate}"
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.25, 0.3
        sheet.freeze_panes = f"B{_NUMBERS_ROW + 1}"
