"""Passwords that people write into lists: taken out before anything else is read, and said so."""

from __future__ import annotations

import re
from dataclasses import replace

from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.header import Header
from cctv_probe.compare.reading.mapping import SheetMapping
from cctv_probe.model.words import Text

FIELD = "secret"
"""The key of a column with user names or passwords."""
MASK = "•••"
_IN_ADDRESS = re.compile(r"(?<=://)[^\s/@]+(?:/[^\s/@]*)?(?=@)")
_FOUND = Text(
    en="The list holds user names or passwords (columns {columns}). They were not read. Please delete them from the file; "
    "credentials belong in the credentials file only.",
    th="รายการนี้มีชื่อผู้ใช้หรือรหัสผ่าน (คอลัมน์ {columns}) โปรแกรมไม่ได้อ่านค่าเหล่านี้ โปรดลบออกจากไฟล์ "
    "ข้อมูลการเข้าสู่ระบบควรอยู่ในไฟล์ข้อมูลรับรองเท่านั้น",
)


def without_secrets(grid: Grid, header: Header | None, columns: SheetMapping) -> Grid:
    """The grid with such columns, and logins inside addresses (`rtsp://user:…@`), masked under the header."""
    secret = columns.of(FIELD)
    numbers = frozenset(one.column for one in secret)
    first = header.rows[-1] + 1 if header else 0
    rows = tuple(row if index < first else _masked(row, numbers) for index, row in enumerate(grid.rows))
    if not secret:
        return replace(grid, rows=rows)
    note = _FOUND.with_(columns=", ".join(one.letters for one in secret))
    return replace(grid, rows=rows, notes=(*grid.notes, note))


def _masked(row: GridRow, secret: frozenset[int]) -> GridRow:
    if not any(row.text(column) for column in secret) and not any("://" in text and "@" in text for text in row.texts):
        return row
    texts = tuple(
        MASK if column in secret and text else _IN_ADDRESS.sub(MASK, text) for column, text in enumerate(row.texts)
    )
    return replace(row, texts=texts)
