"""Reading `site.csv`: as `compare --save` wrote it, or as Excel saved it afterwards. Strict, bounded, every mistake with its line."""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cctv_probe.model.words import Text
from cctv_probe.scope.permit import SCOPE_CLASSES
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.site_list import LONGEST_ID, SiteCamera, SiteList
from cctv_probe.survey.site_values import COLUMNS, BadCellError, read_utc, values_of
from cctv_probe.survey.write_csv import guarded

MOST_BYTES = 16 << 20
MOST_CAMERAS = 100_000
_NEEDED = ("id", "address", "channel", "declared_utc")
_DELIMITERS = ",;\t"


def load_site(path: Path) -> SiteList:
    """Read `site.csv`. Raises ConfigError naming file and line."""
    return parse_site(_bytes_of(path), path.name)


def parse_site(data: bytes, name: str) -> SiteList:
    """The site list in `data` (UTF-8, or the Thai Windows code page as Excel saves it). Raises ConfigError."""
    text = _decoded(data, name)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    cameras: dict[tuple[str, str, int], SiteCamera] = {}
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = _header(cells, name)
            elif any(cell.strip() for cell in cells):
                camera = _camera(header, cells, name, line)
                key = (camera.id, camera.address, camera.channel)
                if key in cameras:
                    raise _error(name, line, _TWICE.with_(id=clean(camera.id, 80)))
                if len(cameras) >= MOST_CAMERAS:
                    raise _error(name, line, _TOO_MANY.with_(limit=f"{MOST_CAMERAS:,}"))
                cameras[key] = camera
            line = reader.line_num + 1
    except csv.Error:
        raise _error(name, line, _NOT_CSV) from None
    if header is None:
        raise _error(name, 1, _EMPTY)
    return SiteList(tuple(cameras.values()))


def _bytes_of(path: Path) -> bytes:
    try:
        # O_NONBLOCK: a named pipe nobody writes to would hold the program for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ConfigError(_NOT_THERE.with_(path=path))
            data = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        raise ConfigError(_NOT_THERE.with_(path=path)) from None
    if len(data) > MOST_BYTES:
        raise ConfigError(_TOO_LARGE.with_(path=path, limit=MOST_BYTES >> 20))
    return data


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp874"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _error(name, 1, _NOT_TEXT)


def _header(cells: list[str], name: str) -> list[str]:
    columns = [cell.strip() for cell in cells]
    missing = [column for column in _NEEDED if column not in columns]
    unknown = [column for column in columns if column and column not in COLUMNS]
    if missing:
        raise _error(name, 1, _NO_COLUMN.with_(columns=", ".join(missing)))
    if unknown:
        raise _error(name, 1, _UNKNOWN_COLUMN.with_(column=clean(unknown[0], 60)))
    if len(set(columns) - {""}) < sum(bool(column) for column in columns):
        raise _error(name, 1, _COLUMN_TWICE)
    return columns


def _camera(header: list[str], found: list[str], name: str, line: int) -> SiteCamera:
    if any(cell.strip() for cell in found[len(header) :]):
        raise _error(name, line, _TOO_WIDE)
    cells = dict.fromkeys(COLUMNS, "") | {
        column: _unguarded(cell.strip()) for column, cell in zip(header, found, strict=False) if column
    }
    try:
        return _read(cells)
    except BadCellError as error:
        raise _error(name, line, _CELL.with_(column=error.column, text=error.text)) from None


def _read(cells: Mapping[str, str]) -> SiteCamera:
    if not 0 < len(cells["id"]) <= LONGEST_ID:
        raise BadCellError("id", _BAD_ID)
    if not (cells["channel"].isascii() and cells["channel"].isdigit() and 0 < int(cells["channel"][:6]) < 100_000):
        raise BadCellError("channel", _BAD_CHANNEL)
    scope_class = cells["scope_class"] or "unknown"
    if scope_class not in SCOPE_CLASSES:
        raise BadCellError("scope_class", _BAD_CLASS.with_(allowed=", ".join(SCOPE_CLASSES)))
    return SiteCamera(
        id=cells["id"],
        id_basis=cells["id_basis"],
        address=cells["address"],
        channel=int(cells["channel"]),
        declared_at=read_utc(cells["declared_utc"]),
        values=values_of(cells),
        scope_class=None if scope_class == "unknown" else scope_class,
        views=tuple(view for view in cells["views"].split("|") if view),
        listed=cells["list"],
        row=cells["row"],
    )


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running or rewriting it."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:], len(cell)) == cell else cell


def _error(name: str, line: int, text: Text) -> ConfigError:
    return ConfigError(_AT.with_(file=clean(name, 120), line=line, text=text))


_AT = Text(en="{file}, line {line}: {text}.", th="ไฟล์ {file} บรรทัดที่ {line}: {text}")
_CELL = Text(en="{column} {text}", th="{column} {text} โปรดแก้ไข")
_NOT_THERE = Text(
    en="The site list {path} cannot be opened. Please check the path and that this user may read it.",
    th="เปิดไฟล์บัญชีกล้องของพื้นที่ {path} ไม่ได้ โปรดตรวจสอบเส้นทางไฟล์และสิทธิ์การอ่าน",
)
_TOO_LARGE = Text(
    en="The site list {path} is larger than {limit} MB; it cannot be one that compare --save wrote.",
    th="ไฟล์ {path} ใหญ่กว่า {limit} MB จึงไม่ใช่ไฟล์ที่ compare --save เขียนไว้",
)
_NOT_TEXT = Text(en="is not text in UTF-8 or the Thai code page", th="ไม่ใช่ข้อความ UTF-8 หรือรหัสภาษาไทย")
_NOT_CSV = Text(en="a quotation mark is not closed, or a cell is too long", th="เครื่องหมายคำพูดไม่ปิด หรือเซลล์ยาวเกินไป")
_EMPTY = Text(en="the file is empty; write it with compare --save", th="ไฟล์ว่าง โปรดสร้างด้วย compare --save")
_NO_COLUMN = Text(en="the columns {columns} are missing", th="ไม่มีคอลัมน์ {columns}")
_UNKNOWN_COLUMN = Text(en="the column “{column}” is not known", th="ไม่รู้จักคอลัมน์ “{column}”")
_COLUMN_TWICE = Text(en="a column stands there twice", th="มีคอลัมน์ซ้ำกัน")
_TOO_WIDE = Text(en="there are more cells than columns", th="จำนวนเซลล์มากกว่าจำนวนคอลัมน์")
_TWICE = Text(en="the camera {id} stands there twice; please keep one", th="กล้อง {id} มีซ้ำ โปรดเหลือไว้หนึ่งรายการ")
_TOO_MANY = Text(en="there are more than {limit} cameras", th="มีกล้องมากกว่า {limit} ตัว")
_BAD_ID = Text(en="is required: the camera's id as in survey.json", th="จำเป็นต้องมี: id ของกล้องตาม survey.json")
_BAD_CHANNEL = Text(en="must be a whole number from 1", th="ต้องเป็นจำนวนเต็มตั้งแต่ 1")
_BAD_CLASS = Text(en="must be one of: {allowed}", th="ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: {allowed}")
