"""`read_declared`: a file that somebody wrote becomes a `DeclaredList`."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cctv_probe.compare.normalise import Context
from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.cameras import Builder
from cctv_probe.compare.reading.columns import propose, propose_without_header
from cctv_probe.compare.reading.declared_list import DeclaredCamera, DeclaredList, Place, Row, RowKind, Sheet
from cctv_probe.compare.reading.doubles import doubled
from cctv_probe.compare.reading.fields import IDENTITY, RECORD
from cctv_probe.compare.reading.file_type import file_type
from cctv_probe.compare.reading.grid import Grid
from cctv_probe.compare.reading.header import find_header
from cctv_probe.compare.reading.mapping import ColumnMapping, SheetMapping
from cctv_probe.compare.reading.mended import mended
from cctv_probe.compare.reading.problem import (
    ALL_HIDDEN,
    EMPTY,
    KINDS,
    NO_HEADER,
    NOT_READABLE,
    NOT_THERE,
    PASSWORD,
    TOO_LARGE,
    WRONG_TYPE,
    refused,
)
from cctv_probe.compare.reading.rows import Judge, Judged
from cctv_probe.compare.reading.secrets_out import without_secrets
from cctv_probe.compare.reading.text_grid import text_grid
from cctv_probe.compare.reading.workbook import workbook_grids
from cctv_probe.model.words import Text

_NOT_A_LIST = Text(
    en="No names of columns were recognised in this sheet; it was left out.",
    th="ไม่พบชื่อคอลัมน์ที่รู้จักในแผ่นงานนี้ จึงไม่ได้อ่านแผ่นงานนี้",
)
_HIDDEN = Text(
    en="The sheet is hidden in the workbook and was left out. Unhide it if it belongs to the list.",
    th="แผ่นงานนี้ถูกซ่อนไว้ในสมุดงาน จึงไม่ได้อ่าน หากเป็นส่วนหนึ่งของรายการโปรดยกเลิกการซ่อน",
)
_NO_CAMERAS = Text(
    en="The sheet has names of columns and no cameras under them.",
    th="แผ่นงานนี้มีหัวตาราง แต่ไม่มีรายการกล้องอยู่ด้านล่าง",
)
_WITHOUT_HEADER = Text(
    en="The sheet has no row with names of columns; they were told from their values. Please confirm them.",
    th="แผ่นงานนี้ไม่มีแถวชื่อคอลัมน์ โปรแกรมคาดจากค่าในแต่ละคอลัมน์ โปรดยืนยัน",
)
_PUT_TOGETHER = Text(
    en="The row was put together from {count} lines that a line break had cut.",
    th="แถวนี้ต่อกลับจาก {count} บรรทัดที่ขาดออกจากกันเพราะการขึ้นบรรทัดใหม่",
)
_OPEN_QUOTE = Text(
    en="A quotation mark of this row is never closed; it was read as a plain character.",
    th="แถวนี้มีเครื่องหมายคำพูดที่ไม่มีตัวปิด จึงอ่านเป็นอักขระธรรมดา",
)
_LEAST_FIELDS = 2


def read_declared(
    source: Path | bytes,
    mapping: ColumnMapping | None = None,
    *,
    name: str = "",
    context: Context | None = None,
) -> DeclaredList:
    """Read a declared list (CSV, TSV, XLSX, XLSM) from a path or from its bytes, which `name` then names for people.

    `mapping` holds columns that a person confirmed; `context` what the normaliser may know besides the cell (owners).
    Raises ReadingError where the file is not a list, is protected, damaged, unsafe or beyond `limits`.
    """
    file = name or (source.name if isinstance(source, Path) else "")
    data = _bytes_of(source, file) if isinstance(source, Path) else source
    if len(data) > limits.MOST_FILE_BYTES:
        raise refused(TOO_LARGE, file, limit=limits.MOST_FILE_BYTES >> 20)
    grids, encoding, notes = _grids(data, file)
    if not any(grid.rows for grid in grids):
        raise refused(EMPTY, file)
    many = sum(bool(grid.rows) and not grid.hidden for grid in grids) > 1
    sheets: list[Sheet] = []
    cameras: list[DeclaredCamera] = []
    mappings: list[SheetMapping] = []
    for grid in grids:
        sheet, found, columns = _read_sheet(grid, file, mapping, context, many)
        sheets.append(sheet)
        cameras.extend(found)
        if columns is not None:
            mappings.append(columns)
    if not mappings:
        raise refused(ALL_HIDDEN if all(grid.hidden for grid in grids if grid.rows) else NO_HEADER, file)
    confirmed = mapping is not None and mapping.confirmed
    columns_read = ColumnMapping(tuple(mappings), confirmed)
    notes = (*notes, *doubled(cameras))
    return DeclaredList(file, encoding, tuple(sheets), tuple(cameras), columns_read, notes)


def _bytes_of(path: Path, file: str) -> bytes:
    try:
        # O_NONBLOCK: a named pipe nobody writes to would hold the program for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise refused(NOT_THERE, file)
            return opened.read(limits.MOST_FILE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise refused(NOT_THERE, file) from None
    except (OSError, ValueError) as error:
        raise refused(NOT_READABLE, file, reason=getattr(error, "strerror", None) or "path") from None


def _grids(data: bytes, file: str) -> tuple[tuple[Grid, ...], str, tuple[Text, ...]]:
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        raise refused(EMPTY, file)
    kind = file_type(data)
    if kind == "zip":
        grids, notes = workbook_grids(data, file)
        return grids, "xlsx", notes
    if kind == "password":
        raise refused(PASSWORD, file)
    if kind != "text":
        raise refused(WRONG_TYPE, file, kind=KINDS[kind])
    grid, encoding = text_grid(data, file)
    return (grid,), encoding, ()


def _read_sheet(
    grid: Grid, file: str, confirmed: ColumnMapping | None, context: Context | None, many: bool
) -> tuple[Sheet, Sequence[DeclaredCamera], SheetMapping | None]:
    if grid.hidden:
        return _left_out(grid, file, RowKind.HIDDEN_SHEET, _HIDDEN), (), None
    header = find_header(grid, confirmed.header_words() if confirmed else {})
    if header is not None:
        grid = mended(grid, header)
    columns = propose(grid, header, confirmed) if header else propose_without_header(grid)
    if columns is None or not _is_a_list(columns):
        return _left_out(grid, file, RowKind.OTHER_SHEET, _NOT_A_LIST), (), None
    grid = without_secrets(grid, header, columns)
    judged = Judge(grid, header, columns, limits.MOST_CELL_CHARACTERS).all()
    cameras = tuple(Builder(file, grid.sheet, columns, context, many).cameras(judged))
    notes = [*grid.notes]
    if header is None:
        notes.append(_WITHOUT_HEADER)
    if not cameras:
        notes.append(_NO_CAMERAS)
    rows = tuple(_row(one, file, grid.sheet) for one in judged)
    return Sheet(grid.sheet, rows, grid.blank, False, tuple(notes)), cameras, columns


def _is_a_list(columns: SheetMapping) -> bool:
    """Whether the columns say anything about cameras: two of the record's fields, or one and what identifies it."""
    record = len(columns.fields & set(RECORD))
    return (
        record >= _LEAST_FIELDS or record + len(columns.fields & {*IDENTITY, "latitude", "longitude"}) >= _LEAST_FIELDS
    )


def _left_out(grid: Grid, file: str, kind: RowKind, why: Text) -> Sheet:
    rows = tuple(Row(Place(file, grid.sheet, row.number), kind, row) for row in grid.rows)
    return Sheet(grid.sheet, rows, grid.blank, grid.hidden, (*grid.notes, why) if rows else grid.notes)


def _row(one: Judged, file: str, sheet: str) -> Row:
    why = one.why
    if why is None and one.row.lines > 1:
        why = _PUT_TOGETHER.with_(count=one.row.lines)
    elif why is None and one.row.repaired:
        why = _OPEN_QUOTE
    return Row(Place(file, sheet, one.row.number), one.kind, one.row, why)
