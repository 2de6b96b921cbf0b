"""The corrected copy of a declared list: the person's own sheets, rows and columns, with what the evidence changes in colour.

Rows keep their numbers. Every changed cell holds its old value and the reason in a comment; cameras that the list does not have
stand under a heading after the last row; one more sheet sums it all up. Read again as a list, the copy gives the same rows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.output import corrected_words as words
from cctv_probe.compare.output.corrected_changes import RowChanges, changes
from cctv_probe.compare.output.corrected_new import NewCamera, new_cameras
from cctv_probe.compare.output.corrected_sheet import SheetWriter
from cctv_probe.compare.output.corrected_summary import Summary, write_summary
from cctv_probe.compare.output.form_sheet_text import AUTHOR, sheet_name
from cctv_probe.compare.reading import DeclaredList, RowKind, Sheet, SheetMapping
from cctv_probe.compare.reading.columns import propose
from cctv_probe.compare.reading.grid import Grid
from cctv_probe.compare.reading.header import find_header
from cctv_probe.compare.reading.secrets_out import without_secrets
from cctv_probe.model.words import Language
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.result import Survey

_COUNTED = re.compile(r"[0-9]{1,6}")


def write_corrected(
    declared: DeclaredList, comparison: Comparison, survey: Survey, path: Path, language: Language
) -> None:
    """Write the corrected copy to `path` in one step. Raises CannotWriteError; ValueError where the comparison is another
    list's."""
    write_atomically(path, corrected_workbook(declared, comparison, survey, language))


def corrected_workbook(declared: DeclaredList, comparison: Comparison, survey: Survey, language: Language) -> bytes:
    """The workbook's bytes."""
    from openpyxl import Workbook

    changed = changes(declared, comparison)
    new = new_cameras(comparison, survey, language)
    home = _home(declared)
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = AUTHOR
    book.properties.created = comparison.options.now.replace(tzinfo=None)
    names: dict[str, str] = {}
    by_sheet = _by_sheet(changed)
    for sheet in declared.sheets:
        name = sheet_name(sheet.name, book.sheetnames, words.LIST.in_(language))
        names[sheet.name] = name
        _write(book.create_sheet(name), sheet, by_sheet.get(sheet.name, {}), language)
        if sheet is home:
            _append(book[name], sheet, declared, new, language)
    summary = book.create_sheet(sheet_name(words.SUMMARY.in_(language), book.sheetnames, words.SUMMARY.th))
    write_summary(summary, Summary(declared, comparison, changed, new, names, language))
    book.active = book.sheetnames.index(names[home.name]) if home else 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _by_sheet(changed: tuple[RowChanges, ...]) -> dict[str, dict[int, RowChanges]]:
    found: dict[str, dict[int, RowChanges]] = {}
    for one in changed:
        found.setdefault(one.place.sheet, {})[one.place.row] = one
    return found


def _home(declared: DeclaredList) -> Sheet | None:
    """The sheet with most cameras: new ones stand at its end."""
    mapped = {one.sheet for one in declared.mapping.sheets}
    lists = [sheet for sheet in declared.sheets if sheet.name in mapped]
    return max(lists, key=lambda sheet: sum(row.kind is RowKind.CAMERA for row in sheet.rows), default=None)


def _write(target: Any, sheet: Sheet, changed: Mapping[int, RowChanges], language: Language) -> None:
    rows = {row.number: row for row in _masked(sheet).rows}
    writer = SheetWriter(target, language)
    for row in sheet.rows:
        writer.row(row, rows[row.grid.number], changed.get(row.place.row))
    writer.finish(hidden=sheet.hidden)


def _append(target: Any, sheet: Sheet, declared: DeclaredList, new: tuple[NewCamera, ...], language: Language) -> None:
    mapping = next((one for one in declared.mapping.sheets if one.sheet == sheet.name), SheetMapping(sheet.name, ()))
    here = [camera for camera in declared.cameras if camera.row.sheet == sheet.name]
    told = [
        int(cell.canonical)
        for one in here
        if (cell := one.cells.get("sequence")) and _COUNTED.fullmatch(cell.canonical)
    ]
    SheetWriter(target, language).append(new, mapping, max([len(here), *told]))


def _masked(sheet: Sheet) -> Grid:
    """The rows of a sheet. One that was not read as a list may hold passwords still: they are taken out here too."""
    grid = Grid(sheet.name, tuple(row.grid for row in sheet.rows))
    if not any(row.kind in (RowKind.OTHER_SHEET, RowKind.HIDDEN_SHEET) for row in sheet.rows):
        return grid
    header = find_header(grid, {})
    columns = propose(grid, header, None) if header else SheetMapping(sheet.name, ())
    return without_secrets(grid, header, columns)
