"""The sheets behind the form: what the marks mean, and the source of every cell for those who cannot see comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cctv_probe.compare.output import form_words as words
from cctv_probe.compare.output.form_rows import FormRow, OfficialForm
from cctv_probe.compare.output.form_sheet_text import Painted, font, put_text
from cctv_probe.compare.output.form_words import COLUMNS, MARKS
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_LINES = 60_000
"""Lines of the sheet of sources: 5,000 cameras fit. More would make a workbook that few computers open."""
_HEADS = (
    (words.SEQUENCE, 7), (words.CAMERA, 30), (words.COLUMN, 7), (words.VALUE, 30), (words.MARKS_TITLE, 11),
    (words.SOURCES_TITLE, 120),
)  # fmt: skip
"""The field's name stands in the last column: a line that named it in a cell of its own would be taken for the head of a list
when somebody hands the workbook in as one."""
_HEAD_COLOUR = "FFE8EEF4"
_A4 = "9"


def write_marks(sheet: Worksheet, form: OfficialForm) -> None:
    """One line for each mark."""
    from openpyxl.styles import Alignment, PatternFill

    wrapped = Alignment(wrap_text=True, vertical="top")
    _head(sheet, ((words.MARKS_TITLE, 14), (words.REMARKS, 90)), form)
    for row, (mark, (sign, meaning)) in enumerate(MARKS.items(), 2):
        for place, text in enumerate((sign, meaning.in_(form.language)), 1):
            cell = sheet.cell(row, place)
            put_text(cell, text)
            cell.font, cell.alignment = font(), wrapped
        if mark == "unknown":
            sheet.cell(row, 1).fill = PatternFill("lightUp", fgColor="FF8C8C8C")
    across_a4(sheet)


def write_sources(sheet: Worksheet, form: OfficialForm) -> None:
    """One line for each cell of the form that was filled or could not be."""
    from openpyxl.styles import Alignment

    _head(sheet, _HEADS, form)
    at = 1
    look = {"font": font(12), "alignment": Alignment(wrap_text=True, vertical="top")}
    painted = Painted()
    for row in form.rows:
        for line in _lines(row, form):
            if at > MOST_LINES:
                put_text(sheet.cell(at + 1, 1), words.SHEET_CUT.with_(count=MOST_LINES).in_(form.language))
                return
            at += 1
            _line(sheet, at, line, painted, look)
    sheet.auto_filter.ref = f"A1:{sheet.cell(at, len(_HEADS)).coordinate}"
    across_a4(sheet)


def _lines(row: FormRow, form: OfficialForm) -> Iterator[Sequence[str | int]]:
    for column in COLUMNS:
        cell = row.cells[column.key]
        if not cell.lines():
            continue
        yield (
            row.number,
            row.camera,
            column.number,
            f"{cell.shown} {cell.plus_minus}".strip(),
            " ".join(MARKS[mark][0] for mark in cell.marks),
            "\n".join((column.heading.in_(form.language), *cell.lines())),
        )


def _line(sheet: Any, at: int, line: Sequence[str | int], painted: Painted, look: dict[str, Any]) -> None:
    for place, value in enumerate(line, 1):
        if value == "":
            continue
        cell = sheet.cell(at, place)
        shown = "General" if isinstance(value, int) else "@"
        painted.paint(cell, shown, number_format=shown, **look)
        if isinstance(value, int):
            cell.value = value
        else:
            put_text(cell, value, None)


def _head(sheet: Any, heads: Sequence[tuple[Text, float]], form: OfficialForm) -> None:
    from openpyxl.styles import PatternFill

    fill = PatternFill("solid", fgColor=_HEAD_COLOUR)
    for place, (name, width) in enumerate(heads, 1):
        cell = sheet.cell(1, place)
        put_text(cell, name.in_(form.language))
        cell.font, cell.fill = font(bold=True), fill
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def across_a4(sheet: Any, footer_right: str = "หน้า &P / &N", footer_left: str = "") -> None:
    """Print on A4 across, as wide as the paper, pages numbered."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = footer_right
    if footer_left:
        sheet.oddFooter.left.text = footer_left.replace("&", "&&")
