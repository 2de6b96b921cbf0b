"""Lines of a text file that were broken in the middle of a row, put together again.

A cell with a line break that was written without quotation marks leaves two short lines. Where their cells together are
exactly as many as the header has (the broken cell counted once), they are one row.
"""

from __future__ import annotations

from dataclasses import replace

from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.header import Header
from cctv_probe.model.words import Text

_MOST_LINES = 6
_MENDED = Text(
    en="Rows {rows}: a line break inside a cell had cut the row; the lines were put together. Please check them.",
    th="แถวที่ {rows}: มีการขึ้นบรรทัดใหม่ในเซลล์ทำให้แถวขาดออกจากกัน โปรแกรมต่อกลับให้แล้ว โปรดตรวจสอบ",
)
_MOST_SHOWN = 20


def mended(grid: Grid, header: Header) -> Grid:
    """The grid with broken rows put together; a note names them. Workbooks come back as they are."""
    if grid.merged:
        return grid
    width = max(grid.rows[index].given for index in header.rows)
    rows = list(grid.rows[: header.rows[-1] + 1])
    joined: list[int] = []
    index = header.rows[-1] + 1
    while index < len(grid.rows):
        row = grid.rows[index]
        taken = _broken(grid.rows, index, width)
        for below in grid.rows[index + 1 : index + taken]:
            row = _together(row, below)
        if taken > 1:
            joined.append(row.number)
        rows.append(row)
        index += taken
    if not joined:
        return grid
    shown = ", ".join(str(number) for number in joined[:_MOST_SHOWN]) + ("…" if len(joined) > _MOST_SHOWN else "")
    return replace(grid, rows=tuple(rows), notes=(*grid.notes, _MENDED.with_(rows=shown)))


def _broken(rows: tuple[GridRow, ...], index: int, width: int) -> int:
    """How many lines from `index` on make one row of `width` cells: 1 where the line is whole or fits no other."""
    cells = rows[index].given
    if not 1 <= cells < width or len(rows[index].texts) < cells:
        return 1
    for taken in range(2, _MOST_LINES + 1):
        if index + taken > len(rows) or rows[index + taken - 1].number != rows[index].number + taken - 1:
            return 1
        cells += rows[index + taken - 1].given - 1
        if cells == width:
            return taken
        if cells > width:
            return 1
    return 1


def _together(first: GridRow, second: GridRow) -> GridRow:
    head, tail = list(first.texts), list(second.texts) or [""]
    texts = (*head[:-1], f"{head[-1]} {tail[0]}".strip(), *tail[1:])
    return replace(
        first,
        texts=texts,
        lines=first.lines + 1,
        given=first.given + second.given - 1,
        repaired=first.repaired or second.repaired,
        too_long=first.too_long or second.too_long,
    )
