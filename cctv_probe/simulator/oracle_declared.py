"""What a right comparison says of a declared list beside a fleet: pairs and verdicts, from the truths and what each cell means.

The meaning of the cells is written by hand (`configs/fleets/demo/declared.expected.yaml`); the verdicts
follow from it by the definitions of the survey. Nothing here is shared with the program's own comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from cctv_probe.simulator.fleet import Channel, Device, Fleet
from cctv_probe.simulator.fleet_values import STRICT
from cctv_probe.simulator.oracle import expected_cameras, expected_streams
from cctv_probe.simulator.oracle_retention import ExpectedRetention, expected_retention

HUMAN = ("owner", "position", "purposes", "linked_agencies", "network")
"""Fields 1 to 5: only people can say them; what a device says of its place may confirm one."""
FOUND = ("brand", "resolution", "max_resolution", "retention_days", "frame_rate", "file_format")
MEGAPIXELS = {
    1: (0.85, 1.1), 1.3: (1.2, 1.4), 2: (1.9, 2.3), 3: (2.8, 3.3), 4: (3.6, 4.2), 5: (4.6, 5.2), 6: (5.8, 6.4), 8: (7.9, 8.5), 12: (11.5, 12.5),
}  # fmt: skip
"""Megapixel classes by millions of pixels (facts about the survey)."""
MPEG4 = "suspect:mpeg4"
"""May mean three formats; a stream can speak for it, never against it."""

Place = tuple[str, int]
"""Address of a device, and channel from 1."""


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """What one line of a list means. `host` lies in the network of the fleet, `elsewhere` outside it; `cells` are canonical."""

    __pydantic_config__ = STRICT

    line: int
    place: str
    host: int | None = None
    elsewhere: str | None = None
    channel: int | None = None
    serial: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """A list with the brands that come from one maker."""

    __pydantic_config__ = STRICT

    rows: tuple[DeclaredRow, ...]
    families: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedVerdict:
    """The verdict on one field. `direction`: `overstated`, `understated` or None."""

    verdict: str
    direction: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the declared value stands."""
        return self.verdict in ("match", "within_tolerance", "family_match")


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """One line of the list. `state`: `paired` (then `camera` is where it really is), `camera_missing` (its address was
    asked) or `not_observed` (it was not). `swapped_with`: the line that has its address. `verdicts` by field."""

    line: int
    state: str
    camera: Place | None
    swapped_with: int | None
    verdicts: Mapping[str, ExpectedVerdict]


@dataclass(frozen=True, slots=True)
class ExpectedComparison:
    """All lines in their order, and the cameras that no line means."""

    rows: tuple[ExpectedRow, ...]
    undeclared: frozenset[Place]


def load_declared(path: Path) -> DeclaredTable:
    """What a list means, as the YAML file at `path` says. Raises OSError, yaml.YAMLError and pydantic's ValidationError."""
    return TypeAdapter(DeclaredTable).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def expected_comparison(
    fleet: Fleet, table: DeclaredTable, now_utc: datetime, *, measured: bool = True
) -> ExpectedComparison:
    """The comparison of `table` with a scan of the fleet's /24 at `now_utc`. `measured`: streams were measured and footage
    was played; else only what devices say of themselves is known."""
    town = _Town(fleet, now_utc, measured)
    paired = {row.line: town.camera_of(row) for row in table.rows}
    rows = tuple(_row(row, paired, table, town) for row in table.rows)
    declared = {place for place in paired.values() if place}
    return ExpectedComparison(rows, frozenset(place for place in town.cameras if place not in declared))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a survey knows of one attribute: the value believed (None: nothing), and other settings that contradict it."""

    value: str | float | None
    rivals: tuple[str | float, ...] = ()


class _Town:
    """The truths of a fleet, camera by camera."""

    def __init__(self, fleet: Fleet, now_utc: datetime, measured: bool) -> None:
        self.network = fleet.devices[0].address.rpartition(".")[0]
        places = [(one.address, one.channel) for one in expected_cameras(fleet)]
        devices = {device.address: device for device in fleet.devices}
        self.cameras = {place: (devices[place[0]], devices[place[0]].channels[place[1] - 1]) for place in places}
        self.kept = {(one.address, one.channel): one for one in expected_retention(fleet, now_utc)} if measured else {}
        self.streams = {
            (one.address, one.channel)
            for one in expected_streams(fleet)
            if measured and one.name == "main" and not one.why_not
        }

    def declared(self, row: DeclaredRow) -> str | None:
        """The address that a line declares; None for none inside the fleet's network."""
        return None if row.host is None else f"{self.network}.{row.host}"

    def camera_of(self, row: DeclaredRow) -> Place | None:
        """The camera that a line means: by serial number, else by address and channel, else by its name alone."""
        if row.serial:
            return self._only(lambda device, _: device.identity.serial == row.serial)
        if address := self.declared(row):
            place = (address, row.channel or 1)
            return place if place in self.cameras else None
        if row.elsewhere:
            return None
        return self._only(lambda _, channel: row.place in (channel.name, channel.osd_text))

    def _only(self, fits: Callable[[Device, Channel], bool]) -> Place | None:
        found = [place for place, (device, channel) in self.cameras.items() if fits(device, channel)]
        return found[0] if len(found) == 1 else None

    def tells_place(self, place: Place, text: str) -> bool:
        """Whether the camera itself (scopes, channel name, text in the picture) says that it stands there."""
        device, channel = self.cameras[place]
        told = (device.location, channel.name, channel.osd_text)
        return "device" in device.services and " ".join(text.split()) in told

    def brand(self, place: Place) -> str:
        """The maker, as a record shows it."""
        return self.cameras[place][0].identity.brand

    def known(self, place: Place, name: str) -> _Known:
        """Field 7, 8, 10 or 11 (its codec): of the recording where it was played, else of the live main stream."""
        device, channel = self.cameras[place]
        kept, live = self._recording(place), channel.truths.streams[0]
        told = _told(device, channel, name)
        if name == "max_resolution":
            return _Known(channel.truths.highest_resolution() if _is_configured(device) else None)
        if kept:
            recorded: dict[str, str | float] = {"resolution": kept.resolution, "frame_rate": kept.frame_rate}
            return _Known((recorded | {"codec": kept.codec})[name])
        if place not in self.streams:
            return _Known(told)
        truths: dict[str, str | float] = {"resolution": live.size, "frame_rate": live.frame_rate, "codec": live.codec}
        rivals = (told,) if _is_configured(device) and told is not None and _differs(told, truths[name]) else ()
        return _Known(truths[name], rivals)

    def _recording(self, place: Place) -> ExpectedRetention | None:
        kept = self.kept.get(place)
        return kept if kept and kept.verified_days else None


def _is_configured(device: Device) -> bool:
    return bool({"media1", "media2"} & set(device.services))


def _told(device: Device, channel: Channel, name: str) -> str | float | None:
    """What the device itself says: its settings (Media2 has words for H.265), else its description of the stream."""
    lies, main, sdp = channel.lies, channel.truths.streams[0], device.sdp
    if name == "codec":
        return lies.media2_codec or main.codec if "media2" in device.services else lies.sdp_codec or main.codec
    if name == "resolution":
        size = lies.configured_resolution if _is_configured(device) else lies.sdp_resolution
        return size or (main.size if _is_configured(device) or sdp.sprop else None)
    rate = lies.configured_frame_rate if _is_configured(device) else lies.sdp_frame_rate
    return rate or (main.frame_rate if _is_configured(device) or sdp.frame_rate else None)


def _differs(one: str | float, other: str | float) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one != other
    return abs(one - other) > max(1.0, 0.1 * other)


# --- The verdicts -----------------------------------------------------------------------------------------------------


def _row(row: DeclaredRow, paired: Mapping[int, Place | None], table: DeclaredTable, town: _Town) -> ExpectedRow:
    camera = paired[row.line]
    if camera is None:
        state = "not_observed" if row.host is None else "camera_missing"
        human = dict.fromkeys(HUMAN, ExpectedVerdict("not_assessed"))
        return ExpectedRow(row.line, state, None, None, human | {name: _absent(row, name, state) for name in FOUND})
    verdicts = dict.fromkeys(HUMAN, ExpectedVerdict("not_assessed"))
    if town.tells_place(camera, row.place):
        verdicts["position"] = ExpectedVerdict("match")
    verdicts |= {name: _found(row, name, camera, table, town) for name in FOUND}
    return ExpectedRow(row.line, "paired", camera, _swapped(row, paired, table, town), verdicts)


def _absent(row: DeclaredRow, name: str, state: str) -> ExpectedVerdict:
    canonical = row.cells.get(name)
    if canonical is None:
        return ExpectedVerdict("not_assessed")
    return ExpectedVerdict("parse_suspect" if canonical.startswith("suspect:") else state)


def _swapped(row: DeclaredRow, paired: Mapping[int, Place | None], table: DeclaredTable, town: _Town) -> int | None:
    """The other line whose camera stands at this line's address, while this one's stands at the other's."""
    here, own = paired[row.line], town.declared(row)
    if here is None or own is None or here[0] == own:
        return None
    others = ((other.line, town.declared(other), paired[other.line]) for other in table.rows)
    return next((line for line, address, there in others if address == here[0] and there and there[0] == own), None)


def _found(row: DeclaredRow, name: str, camera: Place, table: DeclaredTable, town: _Town) -> ExpectedVerdict:
    canonical = row.cells.get(name)
    kept = town.kept.get(camera)
    if name == "retention_days":
        return _retention(canonical, kept)
    known = _Known(town.brand(camera)) if name == "brand" else town.known(camera, _ATTRIBUTE.get(name, name))
    if canonical is None:
        return ExpectedVerdict("not_assessed" if known.value is None else "undeclared")
    if canonical.startswith("suspect:") and canonical != MPEG4:
        return ExpectedVerdict("parse_suspect")
    if known.value is None:
        return ExpectedVerdict("not_observed")
    rule = {"brand": _brand(table.families), "frame_rate": _rate, "file_format": _format}.get(name, _size)
    told = [rule(canonical, value) for value in (known.value, *known.rivals)]
    disagree = len({each.holds for each in told}) > 1
    return ExpectedVerdict("sources_disagree") if disagree else told[0]


_ATTRIBUTE = {"file_format": "codec"}


def _retention(canonical: str | None, kept: ExpectedRetention | None) -> ExpectedVerdict:
    """Observed at least the declared days less one agrees; recording that began later than declared is maturing."""
    days = kept.verified_days if kept else None
    if canonical is None:
        return ExpectedVerdict("not_assessed" if days is None else "undeclared")
    if canonical.startswith("suspect:"):
        return ExpectedVerdict("parse_suspect")
    if kept is None or days is None:
        return ExpectedVerdict("not_observed")
    wanted = _number(canonical)
    if days >= wanted - 1:
        more = days > wanted + 1 and ">=" not in canonical
        return ExpectedVerdict("match", "understated" if more else None)
    if kept.maturing and (kept.oldest_unlocked_days or 0) < wanted:
        return ExpectedVerdict("maturing")
    return ExpectedVerdict("mismatch", "overstated")


def _number(canonical: str) -> float:
    found = re.fullmatch(r"(?:days|fps)>?=(\d+(?:\.\d+)?)", canonical)
    if found is None:
        raise ValueError(canonical)
    return float(found[1])


def _brand(families: Sequence[frozenset[str]]) -> Callable[[str, str | float], ExpectedVerdict]:
    def judged(canonical: str, value: str | float) -> ExpectedVerdict:
        one, other = (re.sub(r"[\W_]", "", str(each)).casefold() for each in (canonical, value))
        if one == other:
            return ExpectedVerdict("match")
        return ExpectedVerdict("family_match" if any({one, other} <= each for each in families) else "mismatch")

    return judged


def _rate(canonical: str, value: str | float) -> ExpectedVerdict:
    """Within ±10 % or ±1 agrees; to the half frame it is the same."""
    wanted, found = _number(canonical), float(value)
    if abs(found - wanted) <= 0.5:
        return ExpectedVerdict("match")
    if abs(found - wanted) <= max(1.0, 0.1 * wanted):
        return ExpectedVerdict("within_tolerance")
    return ExpectedVerdict("mismatch", "overstated" if found < wanted else "understated")


def _size(canonical: str, value: str | float) -> ExpectedVerdict:
    pixels = _pixels(str(value))
    if canonical.startswith("mp:"):
        low, high = (1e6 * each for each in MEGAPIXELS[float(canonical.removeprefix("mp:"))])
        if low <= pixels <= high:
            return ExpectedVerdict("match")
        return ExpectedVerdict("mismatch", "overstated" if pixels < low else "understated")
    if canonical == value:
        return ExpectedVerdict("match")
    return ExpectedVerdict("mismatch", "overstated" if pixels < _pixels(canonical) else "understated")


def _pixels(size: str) -> int:
    width, _, height = size.partition("x")
    return int(width) * int(height)


def _format(canonical: str, value: str | float) -> ExpectedVerdict:
    """The container of a stream is not observable; "H.265+" is H.265."""
    if canonical == MPEG4:
        return ExpectedVerdict("within_tolerance" if value in ("h264", "mpeg4") else "parse_suspect")
    codec = dict(part.split("=") for part in canonical.split(";")).get("codec")
    if codec is None:
        return ExpectedVerdict("not_observed")
    return ExpectedVerdict("match" if codec == value else "mismatch")
