"""From a header and the values under it to a proposal of what every column is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cctv_probe.compare.reading.column_values import PROVES, field_of_values, sample, share_read, ticked_share
from cctv_probe.compare.reading.declared_list import Confidence
from cctv_probe.compare.reading.fields import RECORD, header_field, purpose_part
from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.header import Header, HeaderCell, is_numbering, is_repeated
from cctv_probe.compare.reading.mapping import Column, ColumnMapping, SheetMapping
from cctv_probe.model.words import Text

_SURE: dict[Confidence, int] = {"high": 2, "medium": 1, "low": 0}
_TICKED = 0.7
_TICKS_LOOKED_AT = 2000
_DENIES = 0.2
_MANY = ("note", "purposes", "secret")
"""Fields that several columns may have."""
_LEAST_WITHOUT_HEADER = 3
_ROWS_WITHOUT_HEADER = 400

_TWICE = Text(
    en="Another column of this sheet is taken as the same field; please choose one.",
    th="มีอีกคอลัมน์หนึ่งในแผ่นงานนี้ที่ถูกอ่านเป็นข้อมูลเดียวกัน โปรดเลือกเพียงคอลัมน์เดียว",
)
_VALUES_DIFFER = Text(
    en="The values under this header look like another field; please check the column.",
    th="ค่าที่อยู่ใต้หัวคอลัมน์นี้ดูเหมือนเป็นข้อมูลอื่น โปรดตรวจสอบคอลัมน์นี้",
)
_BY_VALUES = Text(
    en="The header is not known; the field was told from the values. Please confirm it.",
    th="ไม่รู้จักชื่อหัวคอลัมน์นี้ โปรแกรมคาดจากค่าที่อยู่ในคอลัมน์ โปรดยืนยัน",
)


def propose(grid: Grid, header: Header, confirmed: ColumnMapping | None) -> SheetMapping:
    """The sheet's columns: what a person confirmed first, then names, then values; doubts are said in each column."""
    below = _data_rows(grid, header)
    width = max(len(header.cells), max((len(row.texts) for row in below), default=0))
    cells = [*header.cells, *(HeaderCell(column, ()) for column in range(len(header.cells), width))]
    columns = []
    for cell in cells:
        values = sample(row.text(cell.column) for row in below)
        if not cell.parts and not values:
            continue
        ticks = ticked_share([text for row in below[:_TICKS_LOOKED_AT] if (text := row.text(cell.column))])
        columns.append(_decided(grid.sheet, cell, confirmed) or _column(cell, values, ticks))
    return SheetMapping(grid.sheet, _without_doubles(columns, below))


def propose_without_header(grid: Grid) -> SheetMapping | None:
    """Columns told from their values alone, where at least three fields can be; else None."""
    rows = grid.rows[:_ROWS_WITHOUT_HEADER]
    width = max((len(row.texts) for row in rows), default=0)
    columns = []
    for column in range(width):
        values = sample(row.text(column) for row in rows)
        if values:
            columns.append(_by_values(HeaderCell(column, ()), values))
    found = {column.field for column in columns if column.field}
    if len(found) < _LEAST_WITHOUT_HEADER:
        return None
    return SheetMapping(grid.sheet, _without_doubles(columns, rows))


def _decided(sheet: str, cell: HeaderCell, confirmed: ColumnMapping | None) -> Column | None:
    known = confirmed.column(sheet, cell.text, cell.column) if confirmed else None
    if known is None:
        return None
    return Column(cell.column, cell.text, known.field, "high", "mapping", known.part)


def _data_rows(grid: Grid, header: Header) -> Sequence[GridRow]:
    """The rows under the header that may be cameras: no numbers of columns, no header again, no line with one text."""
    below = grid.rows[header.rows[-1] + 1 :]
    if below and is_numbering(below[0]):
        below = below[1:]
    return [row for row in below if len(row.own()) > 1 and not is_repeated(row, header)]


def _column(cell: HeaderCell, values: Sequence[str], ticks: float) -> Column:
    field, sure, rule = _named(cell)
    part = _part(cell, field, ticks if values else None)
    if part:
        return Column(cell.column, cell.text, "purposes", "high" if values else "medium", "header:purpose", part)
    if field is None:
        return _by_values(cell, values)
    if field in RECORD and field != "purposes" and len(values) >= _LEAST_WITHOUT_HEADER:
        told, _, share = field_of_values(values)
        if told and told != field and share >= PROVES and share_read(field, values) <= _DENIES:
            return Column(cell.column, cell.text, field, "low", rule, others=(told,), why=_VALUES_DIFFER)
    return Column(cell.column, cell.text, field, sure, rule)


def _by_values(cell: HeaderCell, values: Sequence[str]) -> Column:
    told, sure, _ = field_of_values(values)
    if told is None:
        return Column(cell.column, cell.text, None, "low", "unknown")
    confidence: Confidence = "medium" if sure == "high" else "low"
    others = () if confidence == "medium" else (told,)
    return Column(cell.column, cell.text, told, confidence, "values", others=others, why=_BY_VALUES)


def _named(cell: HeaderCell) -> tuple[str | None, Confidence, str]:
    """The field that the lowest known name gives, then all names together, then the upper ones."""
    joined = " ".join(cell.parts)
    for text in (*cell.parts[:0:-1], joined, *cell.parts[:1]):
        field, sure, rule = header_field(text)
        if field:
            return field, sure, rule
    return None, "low", "header:unknown"


def _part(cell: HeaderCell, field: str | None, ticks: float | None) -> str | None:
    """Which of the three kinds of field 3 a column ticks, if it is one of the boxes. `ticks`: their share, None if empty."""
    part = next((found for text in reversed(cell.parts) if (found := purpose_part(text))), None)
    if part is None:
        return None
    under_purposes = any(header_field(text)[0] == "purposes" for text in cell.parts[:-1])
    if not under_purposes and field not in (None, "purposes", "sequence"):
        return None
    return part if ticks is None or ticks >= _TICKED else None


def _without_doubles(columns: list[Column], rows: Sequence[GridRow]) -> tuple[Column, ...]:
    """Keeps one column a field: the surest, then the fuller, then the first. The others become doubts."""
    filled = {one.column: sum(bool(row.text(one.column)) for row in rows) for one in columns}
    best: dict[str, Column] = {}
    for one in columns:
        if one.field is None or one.field in _MANY:
            continue
        held = best.get(one.field)
        if held is None or _rank(one, filled) > _rank(held, filled):
            best[one.field] = one
    tidy = []
    for one in columns:
        kept = best.get(one.field or "")
        if one.field is None or kept is None or kept is one or one.rule == "mapping":
            tidy.append(one)
        elif one.rule == "values":
            tidy.append(replace(one, field=None, confidence="low", others=()))
        else:
            tidy.append(replace(one, field=None, confidence="low", others=(one.field,), why=_TWICE))
    return tuple(tidy)


def _rank(column: Column, filled: dict[int, int]) -> tuple[bool, int, int, int]:
    return column.rule == "mapping", _SURE[column.confidence], filled[column.column], -column.column
