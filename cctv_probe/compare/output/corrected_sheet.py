"""One sheet of the corrected copy: rows as they were read, at their old numbers, changed cells in colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cctv_probe.compare.output import corrected_words as words
from cctv_probe.compare.output.corrected_changes import Change, RowChanges
from cctv_probe.compare.output.corrected_new import NewCamera
from cctv_probe.compare.output.form_sheet_text import comment_of, font, put_text
from cctv_probe.compare.reading import Row, RowKind, SheetMapping
from cctv_probe.compare.reading.grid import GridRow, column_letters
from cctv_probe.model.words import Language

_MOST_ROW = 1_000_000
"""Rows further down are put together: Excel ends at 1,048,576, and the new cameras need room."""
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?")
_NARROW, _WIDE = 7.0, 46.0
_HEADING_COLUMNS = 6


class SheetWriter:
    """Writes rows into one sheet, in their order."""

    def __init__(self, sheet: Any, language: Language) -> None:
        from openpyxl.styles import Alignment

        self.sheet, self.language = sheet, language
        self.plain, self.bold = font(), font(bold=True)
        self.wrapped = Alignment(wrap_text=True, vertical="top")
        self.centred = Alignment(wrap_text=True, vertical="center", horizontal="center")
        self.fills: dict[str, Any] = {}
        self.widths: dict[int, int] = {}
        self.above: tuple[int, GridRow] | None = None
        self.at = 0

    # --- Rows of the list ---

    def row(self, row: Row, grid: GridRow, changed: RowChanges | None) -> None:
        """One row as it was read, with its changes. `grid` holds its texts, passwords taken out."""
        self.at = grid.number if self.at < grid.number <= _MOST_ROW else self.at + 1
        self._texts(row, grid)
        if grid.hidden:
            self.sheet.row_dimensions[self.at].hidden = True
        if changed and changed.changes:
            for change in changed.changes:
                self._change(change)
        elif changed and changed.result.state != "paired":
            colour, meaning = words.ROWS[changed.result.state]
            self._mark(grid, colour, [meaning.in_(self.language), changed.result.why.in_(self.language)])
        elif row.kind is RowKind.UNREAD:
            self._mark(grid, words.UNREAD_COLOUR, [row.why.in_(self.language)] if row.why else [])
        self.above = (self.at, grid) if row.kind is RowKind.HEADER else None

    def _texts(self, row: Row, grid: GridRow) -> None:
        merged = self._merge(grid) if row.kind is not RowKind.CAMERA else frozenset()
        for column, text in enumerate(grid.texts):
            if not text or column in merged:
                continue
            cell = self.sheet.cell(self.at, column + 1)
            if grid.kinds.get(column) == "number" and _PLAIN_NUMBER.fullmatch(text):
                cell.value = float(text) if "." in text else int(text)
            else:
                put_text(cell, text)
            self._style(cell, row.kind)
            if row.kind in (RowKind.CAMERA, RowKind.HEADER):
                self.widths[column] = max(self.widths.get(column, 0), min(len(text), int(_WIDE)))

    def _style(self, cell: Any, kind: RowKind) -> None:
        cell.font, cell.alignment = self.plain, self.wrapped
        if kind is RowKind.HEADER:
            cell.font, cell.alignment, cell.fill = self.bold, self.centred, self._fill(words.HEAD_COLOUR)
        elif kind in (RowKind.TITLE, RowKind.SECTION):
            cell.font = self.bold

    def _merge(self, grid: GridRow) -> frozenset[int]:
        """Merges cells again where the row shows that they were; the columns that merged cells cover."""
        covered: set[int] = set()
        for first in range(len(grid.texts)):
            if first in covered or not grid.texts[first]:
                continue
            if first in grid.spread:
                if self._merge_up(grid, first):
                    covered.add(first)
                continue
            last = first
            while last + 1 in grid.spread and grid.text(last + 1) == grid.texts[first]:
                last += 1
            if last > first:
                self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=first + 1, end_column=last + 1)
                covered.update(range(first + 1, last + 1))
        return frozenset(covered)

    def _merge_up(self, grid: GridRow, column: int) -> bool:
        """Merges a head's cell with the one above that holds its text."""
        if self.above is None or self.above[0] != self.at - 1 or column in self.above[1].spread:
            return False
        alone = self.above[1].text(column + 1) != grid.text(column)
        if not alone or self.above[1].text(column) != grid.text(column):
            return False
        self.sheet.merge_cells(start_row=self.at - 1, end_row=self.at, start_column=column + 1, end_column=column + 1)
        return True

    def _change(self, change: Change) -> None:
        if change.column is None:
            return
        cell = self.sheet.cell(self.at, change.column + 1)
        if change.kind != "check" and change.new is not None:
            if isinstance(change.new, (int, float)):
                cell.value, cell.number_format, cell.quotePrefix = change.new, "General", False
            else:
                put_text(cell, change.new)
            cell.font, cell.alignment = self.bold, self.wrapped
        cell.fill = self._fill(words.KINDS[change.kind][0])
        cell.comment = comment_of(change_lines(change, self.language))

    def _mark(self, grid: GridRow, colour: str, lines: Sequence[str]) -> None:
        own = grid.own() or tuple(column for column, text in enumerate(grid.texts) if text)
        for column, text in enumerate(grid.texts):
            if text:
                self.sheet.cell(self.at, column + 1).fill = self._fill(colour)
        if own and any(lines):
            self.sheet.cell(self.at, own[0] + 1).comment = comment_of(lines)

    def _fill(self, colour: str) -> Any:
        from openpyxl.styles import PatternFill

        return self.fills.setdefault(colour, PatternFill("solid", fgColor=colour))

    def finish(self, *, hidden: bool) -> None:
        """Widths of columns, and whether the sheet is hidden as it was."""
        for column, longest in self.widths.items():
            width = min(_WIDE, max(_NARROW, longest * 0.95 + 2))
            self.sheet.column_dimensions[column_letters(column)].width = width
        if hidden:
            self.sheet.sheet_state = "hidden"

    # --- Cameras that the list does not have ---

    def append(self, new: Sequence[NewCamera], mapping: SheetMapping, last: int) -> None:
        """The cameras under a heading, after everything that stands in the sheet, numbered on from `last`."""
        if not new:
            return
        self.at = self.sheet.max_row + 2
        heading = self.sheet.cell(self.at, 1)
        put_text(heading, words.APPENDED.with_(count=len(new)).in_(self.language))
        heading.font = self.bold
        width = max((one.column + 1 for one in mapping.columns), default=_HEADING_COLUMNS)
        self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=max(width, 2))
        columns = {one.field: one.column for one in reversed(mapping.columns) if one.field and not one.part}
        for number, camera in enumerate(new, last + 1):
            self.at += 1
            self._new(number, camera, columns)

    def _new(self, number: int, camera: NewCamera, columns: dict[str, int]) -> None:
        first = True
        for field, column in sorted(columns.items(), key=lambda item: item[1]):
            filled = camera.cells.get(field)
            value = number if field == "sequence" else (filled.value if filled else camera.told.get(field))
            if value is None:
                continue
            cell = self.sheet.cell(self.at, column + 1)
            if isinstance(value, (int, float)):
                cell.value = value
            else:
                put_text(cell, value)
            cell.font, cell.alignment = self.plain, self.wrapped
            cell.fill = self._fill(words.NEW_COLOUR)
            lines = [*(camera.about if first else ()), *(filled.lines() if filled else ())]
            cell.comment = comment_of(lines)
            first = False


def change_lines(change: Change, language: Language) -> Iterable[str]:
    """What the comment of a changed cell says: the old value, what was found, the verdict's sentence."""
    if change.kind != "check":
        yield words.OLD.with_(old=change.old.strip() or words.EMPTY).in_(language)
    elif change.new is not None:
        yield words.FOUND.with_(new=change.new).in_(language)
    yield words.KINDS[change.kind][1].in_(language)
    yield change.why.in_(language)
    if change.kind == "check" and change.unsure_pair:
        yield words.UNSURE_PAIR.in_(language)
