"""DLA's open CSV of local authorities → `LaoRegistry`. Start here: `load_registry`.

Its real header: `จังหวัด, อำเภอ, ตำบล, รหัส อปท., ประเภท อปท., อปท., …` with a BOM, quoted commas, many rows for one authority
and codes without their leading zero (facts: survey, "Owners and places"). Rows that cannot be read are left out, each with
a sentence that names file and line; a file that cannot be read at all raises RegistryError.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cctv_probe.compare.normalise.tables import squeezed
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.file_type import file_type
from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.problem import KINDS, NOT_READABLE, NOT_THERE, ReadingError, refused, shown
from cctv_probe.compare.reading.text_grid import text_grid
from cctv_probe.compare.registry.lao_registry import LaoRegistry
from cctv_probe.compare.registry.rows import Authorities, Columns, RowError, read_row
from cctv_probe.model.words import Text

MOST_FILE_BYTES = 64 << 20
MOST_PROBLEMS = 100
"""Sentences about rows that are kept; the rest is counted."""
_HEADER_WITHIN = 20
"""Rows in which the header is looked for."""
_COLUMNS = {
    "code": ("รหัส อปท.", "รหัสองค์กรปกครองส่วนท้องถิ่น", "รหัสหน่วยงาน", "lao_code", "lao code"),
    "name": ("อปท.", "ชื่อ อปท.", "องค์กรปกครองส่วนท้องถิ่น", "ชื่อองค์กรปกครองส่วนท้องถิ่น", "lao_name", "lao name"),
    "kind": ("ประเภท อปท.", "ประเภทองค์กรปกครองส่วนท้องถิ่น", "ประเภท", "lao_type", "lao type"),
    "province": ("จังหวัด", "province"),
    "district": ("อำเภอ", "district", "amphoe"),
}

_TOO_LARGE = Text(
    en="{file} is larger than {limit} MB, which no registry of local authorities is. Please check that it is DLA's CSV.",
    th="ไฟล์ {file} ใหญ่กว่า {limit} MB ซึ่งใหญ่เกินกว่าทะเบียน อปท. โปรดตรวจสอบว่าเป็นไฟล์ CSV ของกรมส่งเสริมการปกครองท้องถิ่น",
)
_WRONG_TYPE = Text(
    en="{file} is {kind}; a registry of local authorities is read from CSV. Please use DLA's open CSV as it was downloaded.",
    th="ไฟล์ {file} เป็น{kind} แต่ทะเบียน อปท. ต้องเป็นไฟล์ CSV โปรดใช้ไฟล์ CSV ของกรมส่งเสริมการปกครองท้องถิ่นตามที่ดาวน์โหลดมา",
)
_NO_COLUMNS = Text(
    en="{file}, line {line}: no header with the columns “รหัส อปท.” and “อปท.” was found from here on. Please use DLA's open CSV as it was "
    "downloaded.",
    th="ไฟล์ {file} บรรทัดที่ {line}: ไม่พบหัวตารางที่มีคอลัมน์ “รหัส อปท.” และ “อปท.” ตั้งแต่บรรทัดนี้ โปรดใช้ไฟล์ CSV "
    "ของกรมส่งเสริมการปกครองท้องถิ่นตามที่ดาวน์โหลดมา",
)
_NO_ROWS = Text(
    en="{file}, line {line}: no local authority could be read below this header. {first}",
    th="ไฟล์ {file} บรรทัดที่ {line}: อ่านข้อมูล อปท. ใต้หัวตารางนี้ไม่ได้เลย {first}",
)
_EMPTY = Text(
    en="{file} is empty. Please download the registry again.",
    th="ไฟล์ {file} ว่างเปล่า โปรดดาวน์โหลดทะเบียนใหม่",
)
_ROW = Text(en="{file}, line {line}: {why}.", th="ไฟล์ {file} บรรทัดที่ {line}: {why}")


class RegistryError(Exception):
    """A file that gives no registry. `text` names the file, the line where there is one, and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(slots=True)
class _Problems:
    """Sentences about rows, in the file's order, no more than `MOST_PROBLEMS`."""

    file: str
    told: list[Text] = field(default_factory=list)
    more: int = 0

    def add(self, line: int, why: Text) -> None:
        if len(self.told) < MOST_PROBLEMS:
            self.told.append(_ROW.with_(file=shown(self.file), line=line, why=why))
        else:
            self.more += 1


def load_registry(path: Path) -> LaoRegistry:
    """The registry in a file. Raises RegistryError."""
    try:
        return read_registry(_bytes_of(path), path.name)
    except ReadingError as error:
        raise RegistryError(error.text) from None


def read_registry(data: bytes, file: str) -> LaoRegistry:
    """The registry in a file's bytes; `file` names it for people. Raises RegistryError."""
    try:
        grid = _grid(data, file)
    except ReadingError as error:
        raise RegistryError(error.text) from None
    at, columns = _header(grid, file)
    problems = _Problems(file)
    known = Authorities()
    for row in grid.rows[at + 1 :]:
        try:
            found = read_row(columns, row.text)
            if found is not None and (doubt := known.add(found, row.number)):
                problems.add(row.number, doubt)
        except RowError as error:
            problems.add(row.number, error.text)
    authorities = known.all()
    if not authorities:
        first = problems.told[0] if problems.told else Text("", "")
        raise _error(_NO_ROWS, file, line=grid.rows[at].number, first=first)
    return LaoRegistry(authorities, problems.told, problems.more)


def _grid(data: bytes, file: str) -> Grid:
    if len(data) > MOST_FILE_BYTES:
        raise refused(_TOO_LARGE, file, limit=MOST_FILE_BYTES >> 20)
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        raise refused(_EMPTY, file)
    kind = file_type(data)
    if kind != "text":
        raise refused(_WRONG_TYPE, file, kind=_kind_words(kind))
    return text_grid(data, file)[0]


def _kind_words(kind: str) -> Text:
    workbook = Text(en="a workbook or an archive", th="สมุดงานหรือไฟล์บีบอัด")
    return KINDS.get(kind, workbook)


def _header(grid: Grid, file: str) -> tuple[int, Columns]:
    for index, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        columns = _columns(row)
        if columns is not None:
            return index, columns
    raise _error(_NO_COLUMNS, file, line=grid.rows[0].number if grid.rows else 1)


def _columns(row: GridRow) -> Columns | None:
    named = {squeezed(clean(text)): column for column, text in reversed(list(enumerate(row.texts))) if text}
    found = {
        key: next((named[squeezed(name)] for name in names if squeezed(name) in named), None)
        for key, names in _COLUMNS.items()
    }
    code, name = found["code"], found["name"]
    if code is None or name is None:
        return None
    return Columns(code, name, found["kind"], found["province"], found["district"])


def _bytes_of(path: Path) -> bytes:
    try:
        # O_NONBLOCK: a named pipe nobody writes to would hold the program for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise refused(NOT_THERE, path.name)
            return opened.read(MOST_FILE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise refused(NOT_THERE, path.name) from None
    except (OSError, ValueError) as error:
        raise refused(NOT_READABLE, path.name, reason=getattr(error, "strerror", None) or "path") from None


def _error(text: Text, file: str, **values: object) -> RegistryError:
    return RegistryError(text.with_(file=shown(file), **values))
