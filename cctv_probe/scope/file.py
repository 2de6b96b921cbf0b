"""The scope file: read, checked, and turned into a `Scope`. Its form is shown in `configs/scope.example.yaml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError, read_address
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.permit import MOST_STREAMS, Scope, ScopeClass, ScopeRange
from cctv_probe.scope.targets import Targets, parse_targets, read_exclusions
from cctv_probe.scope.yaml_file import KeyPath, Lines, load_yaml, validate

SCOPE_FILE = Text(en="Scope file", th="ไฟล์ขอบเขต")
_BUDDHIST_AHEAD = 543
_FIRST_BUDDHIST_YEAR = 2400
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_date(typed: object) -> date:
    """`2026-10-01` or, with the Buddhist year, `2569-10-01`; raises `BadValueError` for anything else."""
    found = _DATE.fullmatch(typed.strip().translate(_THAI_DIGITS)) if isinstance(typed, str) else None
    if not found:
        raise BadValueError(_BAD_DATE)
    year, month, day = (int(part) for part in found.groups())
    try:
        read = date(year - _BUDDHIST_AHEAD if year >= _FIRST_BUDDHIST_YEAR else year, month, day)
    except ValueError:
        raise BadValueError(_BAD_DATE) from None
    if not 2000 <= read.year <= 2200:
        raise BadValueError(_BAD_DATE)
    return read


def read_lao_code(typed: str) -> str:
    """Eight digits as text; the leading zero that spreadsheets lose is put back."""
    digits = typed.strip().translate(_THAI_DIGITS)
    if not re.fullmatch(r"[0-9]{7,8}", digits):
        raise BadValueError(_BAD_LAO)
    return digits.zfill(8)


def _zone(typed: str) -> str:
    try:
        return ZoneInfo(typed).key
    except (OSError, ValueError, LookupError):
        raise BadValueError(_BAD_ZONE) from None


def _stream_path(typed: str) -> str:
    if not re.fullmatch(r"/(?!/)[\x21-\x7e]{0,255}", typed) or re.search(r"(?i)(user|passw?o?r?d?)=", typed):
        raise BadValueError(_BAD_PATH)
    return typed


ShortText = Annotated[str, Field(max_length=200)]
StreamPath = Annotated[str, AfterValidator(_stream_path)]
CalendarDay = Annotated[date, BeforeValidator(read_date)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RangeEntry(_Part):
    """Addresses of one class, in any form `parse_targets` reads."""

    range: ShortText
    scope_class: ScopeClass = "unknown"
    note: Annotated[str, Field(max_length=500)] | None = None


class StreamEntry(_Part):
    """RTSP paths for devices that speak nothing else: of one address, or of every device of one brand."""

    address: ShortText | None = None
    brand: ShortText | None = None
    paths: Annotated[tuple[StreamPath, ...], Field(min_length=1, max_length=MOST_STREAMS)]

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> StreamEntry:
        if (self.address is None) == (self.brand is None):
            raise BadValueError(_ADDRESS_OR_BRAND)
        return self


class ScopeFile(_Part):
    """A scope file as it is written."""

    version: Literal["1"]
    lao_code: Annotated[str, AfterValidator(read_lao_code)] | None = None
    name: ShortText | None = None
    order_number: ShortText | None = None
    valid_from: CalendarDay | None = None
    valid_until: CalendarDay | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Bangkok"
    allow_public: bool = False
    ranges: Annotated[tuple[RangeEntry, ...], Field(min_length=1, max_length=1000)]
    exclude: Annotated[tuple[ShortText, ...], Field(max_length=1000)] = ()
    streams: Annotated[tuple[StreamEntry, ...], Field(max_length=1000)] = ()
    site: ShortText | None = None


def load_scope(path: Path, *, today: date) -> Scope:
    """Read a scope file. Raises `ConfigError` where it cannot be used, `ScopeError` where it does not hold `today`."""
    data, lines = load_yaml(path, SCOPE_FILE)
    data = {name: value for name, value in data.items() if value is not None}
    scope = _scope(validate(ScopeFile, data, lines), lines)
    scope.check_valid(today)
    return scope


def _scope(file: ScopeFile, lines: Lines) -> Scope:
    if file.valid_from and file.valid_until and file.valid_until < file.valid_from:
        raise lines.error(("valid_until",), _ENDS_FIRST)
    _check_exclusions(file, lines)
    ranges = tuple(_range(number, entry, file, lines) for number, entry in enumerate(file.ranges))
    return Scope(
        targets=_targets([entry.range for entry in file.ranges], ("ranges",), file, lines, exclude=file.exclude),
        ranges=ranges,
        lao_code=file.lao_code,
        name=file.name,
        order_number=file.order_number,
        valid_from=file.valid_from,
        valid_until=file.valid_until,
        time_zone=file.time_zone,
        allow_public=file.allow_public,
        streams=_streams(file, lines),
        site=lines.path.parent / file.site if file.site else None,
    )


def _range(number: int, entry: RangeEntry, file: ScopeFile, lines: Lines) -> ScopeRange:
    targets = _targets([entry.range], ("ranges", number, "range"), file, lines)
    return ScopeRange(targets, entry.scope_class, entry.note or "")


def _targets(
    words: Sequence[str], key: KeyPath, file: ScopeFile, lines: Lines, *, exclude: Sequence[str] = ()
) -> Targets:
    try:
        return parse_targets(words, exclude=exclude, allow_public=file.allow_public)
    except ScopeError as error:
        raise lines.error(key, _SAYS.with_(text=error.text)) from None


def _check_exclusions(file: ScopeFile, lines: Lines) -> None:
    for number, word in enumerate(file.exclude):
        try:
            read_exclusions([word])
        except ScopeError as error:
            raise lines.error(("exclude", number), _SAYS.with_(text=error.text)) from None


def _streams(file: ScopeFile, lines: Lines) -> dict[str, tuple[str, ...]]:
    """Paths by address or brand, in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for number, entry in enumerate(file.streams):
        key = (entry.brand or "").strip().casefold()
        if entry.address is not None:
            address = read_address(entry.address.strip())
            if address is None:
                raise lines.error(("streams", number, "address"), _ONE_ADDRESS)
            key = str(address).casefold()
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *entry.paths)))
        if len(found[key]) > MOST_STREAMS:
            raise lines.error(("streams", number), _TOO_MANY_PATHS.with_(most=MOST_STREAMS))
    return found


_SAYS = Text(en="cannot be used. {text}", th="ใช้ไม่ได้ {text}")
_BAD_DATE = Text(
    en="must be a day such as 2026-10-01, or 2569-10-01 with the Buddhist year.",
    th="ต้องเป็นวันที่ในรูป ปี-เดือน-วัน เช่น 2026-10-01 หรือปี พ.ศ. เช่น 2569-10-01",
)
_BAD_LAO = Text(
    en="must be the 8 digits of the LAO code (7 where a spreadsheet lost the leading zero).",
    th="ต้องเป็นรหัส อปท. 8 หลัก (หรือ 7 หลักหากโปรแกรมตารางตัดเลขศูนย์ตัวหน้าออก)",
)
_BAD_ZONE = Text(en="must be the name of a time zone, such as Asia/Bangkok.", th="ต้องเป็นชื่อเขตเวลา เช่น Asia/Bangkok")
_BAD_PATH = Text(
    en="must be an RTSP path such as /live/main: it begins with one “/” and holds no blank and no password.",
    th="ต้องเป็นเส้นทาง RTSP เช่น /live/main ขึ้นต้นด้วย “/” หนึ่งตัว ไม่มีช่องว่าง และไม่มีรหัสผ่าน",
)
_ADDRESS_OR_BRAND = Text(
    en="needs either “address” or “brand”, and not both.", th="ต้องมี “address” หรือ “brand” อย่างใดอย่างหนึ่งเท่านั้น"
)
_ENDS_FIRST = Text(en="lies before “valid_from”.", th="อยู่ก่อน “valid_from” โปรดแก้ไขวันที่")
_ONE_ADDRESS = Text(en="must be one address, such as 10.0.0.40.", th="ต้องเป็นที่อยู่เดียว เช่น 10.0.0.40")
_TOO_MANY_PATHS = Text(
    en="gives one device more than {most} paths. Please keep the likely ones.",
    th="ระบุเส้นทางเกิน {most} เส้นทางต่ออุปกรณ์ โปรดเหลือเฉพาะที่น่าจะใช้ได้",
)
