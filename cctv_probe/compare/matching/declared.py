"""What matching and verdicts need of a declared camera, whoever read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from cctv_probe.compare.matching.identifiers import address_of, coordinates_of, mac_of, serial_of
from cctv_probe.model.evidence import Evidence


class Cell(Protocol):
    """One cell of a declared list: as written, its canonical value, how sure (`high`, `medium`, `low`) and by which rule."""

    @property
    def raw(self) -> str: ...
    @property
    def canonical(self) -> str: ...
    @property
    def confidence(self) -> str: ...
    @property
    def rule(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DeclaredCell:
    """A cell as this room builds one itself."""

    raw: str
    canonical: str
    confidence: str = "high"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredCamera:
    """One row of a declared list. `key` names it in decisions and stays the same when rows are moved.

    `serial`, `mac` and `address` in comparable form; `latitude` and `longitude` in degrees (WGS 84); `row` counts from 1
    as the list does. `cells` holds the fields of the record under their own names.
    """

    key: str
    row: int
    camera_id: str | None = None
    serial: str | None = None
    mac: str | None = None
    address: str | None = None
    port: int | None = None
    channel: int | None = None
    name: str | None = None
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    model: str | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)


_EMPTY = frozenset({"", "missing", "unknown", "unparsable", "none"})
_NAMED_ROW = re.compile(r"(suspect|wrong_field|range|multiple):")


def said(cell: Cell | None) -> str | None:
    """The canonical value of a cell that says something; None for an empty, unreadable or damaged one."""
    if cell is None:
        return None
    text = cell.canonical.strip()
    return None if text.casefold() in _EMPTY or _NAMED_ROW.match(text) else text


def from_cells(row: int, cells: Mapping[str, Cell], sheet: str = "") -> DeclaredCamera:
    """A declared camera from the cells of one row, under the column names of the record and of the header aliases.

    Columns read here: `camera_id`, `serial`, `mac`, `address`, `port`, `channel`, `name`, `position`, `latitude`,
    `longitude`, `model`. Its `key` is provisional until `with_keys` has seen the whole list.
    """
    address, port = address_of(said(cells.get("address")))
    place = said(cells.get("position"))
    latitude, longitude = coordinates_of(place)
    if latitude is None:
        latitude, longitude = coordinates_of(_joined(said(cells.get("latitude")), said(cells.get("longitude"))))
    elif place and not re.search(r"[^\W\d_]{3}", place):
        place = None
    return DeclaredCamera(
        key=_row_key(row, sheet),
        row=row,
        camera_id=said(cells.get("camera_id")),
        serial=serial_of(said(cells.get("serial"))),
        mac=mac_of(said(cells.get("mac"))),
        address=address,
        port=_whole(said(cells.get("port"))) or port,
        channel=_whole(said(cells.get("channel"))),
        name=said(cells.get("name")),
        place=place,
        latitude=latitude,
        longitude=longitude,
        model=said(cells.get("model")),
        cells=cells,
    )


class Row(Protocol):
    """Where a camera stands in its file."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...


class ReadCamera(Protocol):
    """One camera as the reading of lists hands it on."""

    @property
    def row(self) -> Row: ...
    @property
    def cells(self) -> Mapping[str, Cell]: ...


def from_list(cameras: Iterable[ReadCamera]) -> tuple[DeclaredCamera, ...]:
    """The cameras of a list that was read, each under a key of its own, ready to be compared."""
    return with_keys([from_cells(camera.row.row, camera.cells, camera.row.sheet) for camera in cameras])


def with_keys(cameras: Sequence[DeclaredCamera]) -> tuple[DeclaredCamera, ...]:
    """The same cameras, each under a key that is its own: inventory number, serial, MAC, address, name, else the row."""
    offers = [list(_offers(camera)) for camera in cameras]
    counted = Counter(offer for mine in offers for offer in mine)
    keys = [
        next((offer for offer in mine if counted[offer] == 1), camera.key or _row_key(camera.row))
        for camera, mine in zip(cameras, offers, strict=True)
    ]
    seen: Counter[str] = Counter()
    named: list[DeclaredCamera] = []
    for camera, key in zip(cameras, keys, strict=True):
        seen[key] += 1
        named.append(replace(camera, key=key if seen[key] == 1 else f"{key} ({seen[key]})"))
    return tuple(named)


def _row_key(row: int, sheet: str = "") -> str:
    return f"row {sheet}!{row}" if sheet else f"row {row}"


def _offers(camera: DeclaredCamera) -> list[str]:
    found = [
        ("id", camera.camera_id),
        ("serial", camera.serial),
        ("mac", camera.mac),
        ("address", _joined(camera.address, str(camera.channel or ""), "/") if camera.address else None),
        ("name", camera.name or camera.place),
    ]
    return [f"{kind}:{' '.join(value.split())}" for kind, value in found if value]


def _joined(one: str | None, two: str | None, by: str = ",") -> str | None:
    return f"{one}{by}{two}" if one and two else one


def _whole(text: str | None) -> int | None:
    found = re.fullmatch(r"\D{0,12}?(\d{1,5})(?:\.0+)?", text.strip()) if text else None
    return int(found[1]) if found else None


def position_texts(others: Sequence[Evidence]) -> list[str]:
    """The texts among position hints: what the picture, the channel or the device says of its place."""
    texts: list[str] = []
    for item in others:
        told = item.value.get("text") if isinstance(item.value, Mapping) else item.value
        if isinstance(told, str) and told.strip():
            texts.append(told.strip())
    return texts
