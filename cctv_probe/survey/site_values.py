"""The columns of `site.csv`, and how the values of a record stand in its cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cctv_probe.model.evidence import Value
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.survey.display import number
from cctv_probe.survey.words import parse_utc

COLUMNS = (
    "id", "id_basis", "address", "channel", "owner_code", "owner_name", "position", "latitude", "longitude", "purposes",
    "linked_agencies", "network", "network_provider", "scope_class", "brand", "resolution", "max_resolution",
    "retention_days", "frame_rate", "file_format", "views", "declared_utc", "list", "row",
)  # fmt: skip
"""The header, in order. Lists are parted by `|`; `file_format` is `codec/container`; times are in UTC with `Z`."""

PURPOSES = ("deterrence", "investigation", "traffic")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_FORMAT = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}/[a-z0-9][a-z0-9._-]{0,31}")
_LONGEST = 500
_MOST_DAYS, _MOST_RATE = 3650, 1000.0


class BadCellError(ValueError):
    """A cell that is no value of its column. `column` names it, `text` says what belongs there."""

    def __init__(self, column: str, text: Text) -> None:
        self.column, self.text = column, text
        super().__init__(text.en)


def cells_of(values: Mapping[str, Value]) -> dict[str, str]:
    """The values of a record as cells, by column."""
    owner, position, network = (_mapping(values.get(key)) for key in ("owner", "position", "network"))
    named = _mapping(values.get("file_format"))
    return {
        "owner_code": _text(owner.get("lao_code")),
        "owner_name": _text(owner.get("name")),
        "position": _text(position.get("text")),
        "latitude": _degrees(position.get("latitude")),
        "longitude": _degrees(position.get("longitude")),
        "purposes": _list(values.get("purposes")),
        "linked_agencies": _list(values.get("linked_agencies"), "NONE"),
        "network": _text(network.get("code")),
        "network_provider": _text(network.get("provider")),
        "file_format": f"{named['codec']}/{named['container']}" if named else "",
        **{key: _text(values.get(key)) for key in ("brand", "resolution", "max_resolution", "retention_days")},
        "frame_rate": _text(values.get("frame_rate")),
    }


def _mapping(value: Value) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Value) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return value if isinstance(value, str) else ""


def _degrees(value: Value) -> str:
    return f"{value:.7g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _list(value: Value, nothing: str = "") -> str:
    if not isinstance(value, (tuple, list)):
        return ""
    return "|".join(str(item) for item in value) or nothing


def utc_cell(moment: datetime) -> str:
    """A time as the file writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_utc(cell: str) -> datetime:
    """The time of a cell. Raises BadCellError."""
    try:
        return parse_utc(cell)
    except ValueError:
        raise BadCellError("declared_utc", _BAD_TIME) from None


def values_of(cells: Mapping[str, str]) -> dict[str, Value]:
    """The values of a row's cells by the record's keys; empty cells say nothing. Raises BadCellError."""
    read: dict[str, Value] = {
        "owner": _owner(cells), "position": _position(cells), "purposes": _purposes(cells["purposes"]),
        "linked_agencies": _agencies(cells["linked_agencies"]), "network": _network(cells),
        "brand": _short("brand", cells["brand"]) or None, "retention_days": _days(cells["retention_days"]),
        "frame_rate": _rate(cells["frame_rate"]), "file_format": _file_format(cells["file_format"]),
        **{key: _size(key, cells[key]) for key in ("resolution", "max_resolution")},
    }  # fmt: skip
    return {key: value for key, value in read.items() if value is not None}


def _short(column: str, cell: str) -> str:
    if len(cell) > _LONGEST:
        raise BadCellError(column, _TOO_LONG.with_(limit=_LONGEST))
    return cell


def _owner(cells: Mapping[str, str]) -> Value:
    code, name = cells["owner_code"], _short("owner_name", cells["owner_name"])
    if not code:
        if name:
            raise BadCellError("owner_code", _NO_CODE)
        return None
    if not re.fullmatch(r"[0-9]{7,8}", code):
        raise BadCellError("owner_code", _BAD_CODE)
    return {"lao_code": code.zfill(8), "name": name or None}


def _position(cells: Mapping[str, str]) -> Value:
    text = _short("position", cells["position"]) or None
    latitude, longitude = _coordinate(cells, "latitude", 90), _coordinate(cells, "longitude", 180)
    if (latitude is None) != (longitude is None):
        raise BadCellError("latitude" if latitude is None else "longitude", _BOTH)
    return {"text": text, "latitude": latitude, "longitude": longitude} if text or latitude is not None else None


def _coordinate(cells: Mapping[str, str], column: str, most: float) -> float | None:
    return _number(column, cells[column], -most, most)


def _number(column: str, cell: str, lowest: float, highest: float) -> float | None:
    if not cell:
        return None
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", cell) or not lowest <= float(cell) <= highest:
        raise BadCellError(column, _BAD_NUMBER.with_(lowest=number(lowest), highest=number(highest)))
    return float(cell)


def _purposes(cell: str) -> Value:
    return _each("purposes", cell, lambda part: part in PURPOSES, _ONE_OF.with_(allowed=" ".join(PURPOSES)))


def _agencies(cell: str) -> Value:
    if cell == "NONE":
        return ()
    return _each("linked_agencies", cell, lambda part: bool(_CODE.fullmatch(part)), _BAD_LIST)


def _each(column: str, cell: str, fits: Callable[[str], bool], wanted: Text) -> Value:
    parts = tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
    if not all(map(fits, parts)):
        raise BadCellError(column, wanted)
    return parts or None


def _network(cells: Mapping[str, str]) -> Value:
    code, provider = cells["network"], _short("network_provider", cells["network_provider"])
    if not code and not provider:
        return None
    if not _CODE.fullmatch(code):
        raise BadCellError("network", _BAD_LIST)
    return {"code": code, "provider": provider or None}


def _size(column: str, cell: str) -> Value:
    size = Resolution.parse(cell) if re.fullmatch(r"[0-9]{1,5}x[0-9]{1,5}", cell) else None
    if cell and (size is None or not size.area_px):
        raise BadCellError(column, _BAD_SIZE)
    return str(size) if size else None


def _days(cell: str) -> Value:
    if cell and not (re.fullmatch(r"[0-9]{1,4}", cell) and int(cell) <= _MOST_DAYS):
        raise BadCellError("retention_days", _BAD_NUMBER.with_(lowest=0, highest=_MOST_DAYS))
    return int(cell) if cell else None


def _rate(cell: str) -> Value:
    rate = _number("frame_rate", cell, 0.001, _MOST_RATE)
    return int(rate) if rate is not None and rate == int(rate) else rate


def _file_format(cell: str) -> Value:
    if not cell:
        return None
    if not _FORMAT.fullmatch(cell):
        raise BadCellError("file_format", _BAD_FORMAT)
    codec, _, container = cell.partition("/")
    return {"codec": codec, "container": container}


_TOO_LONG = Text(en="may be at most {limit} characters long", th="ยาวได้ไม่เกิน {limit} ตัวอักษร")
_NO_CODE = Text(en="is needed where owner_name is filled in", th="จำเป็นต้องมีเมื่อกรอก owner_name")
_BAD_CODE = Text(en="must be the 8 digits of the LAO code", th="ต้องเป็นรหัส อปท. 8 หลัก")
_BOTH = Text(en="is missing beside the other coordinate", th="ต้องกรอกพิกัดให้ครบทั้งสองค่า")
_BAD_NUMBER = Text(en="must be a number from {lowest} to {highest}", th="ต้องเป็นตัวเลขตั้งแต่ {lowest} ถึง {highest}")
_ONE_OF = Text(en="must be of: {allowed}, parted by |", th="ต้องเป็นค่าจาก {allowed} คั่นด้วย |")
_BAD_LIST = Text(en="must be codes such as POLICE, parted by |", th="ต้องเป็นรหัส เช่น POLICE คั่นด้วย |")
_BAD_SIZE = Text(en="must be a size such as 1920x1080", th="ต้องเป็นขนาดภาพ เช่น 1920x1080")
_BAD_FORMAT = Text(en="must be codec/container, such as h265/mp4", th="ต้องเป็น codec/container เช่น h265/mp4")
_BAD_TIME = Text(en="must be a time such as 2026-11-23T02:00:00Z", th="ต้องเป็นเวลา เช่น 2026-11-23T02:00:00Z")
