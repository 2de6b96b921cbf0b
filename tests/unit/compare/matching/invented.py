"""Rows and cameras for the tests of comparing: every key can be left out or made to lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cctv_probe.compare.matching.declared import DeclaredCamera, DeclaredCell, from_cells, with_keys
from cctv_probe.compare.matching.found import found_cameras
from cctv_probe.compare.matching.match import match
from cctv_probe.compare.matching.result import Matching, Pair, Question
from cctv_probe.model.device import Channel, Device, Identity, Kind, Stream
from cctv_probe.model.evidence import Evidence
from cctv_probe.survey.result import Survey
from tests.unit.survey.invented import said, survey


def cell(canonical: str, raw: str | None = None, confidence: str = "high", rule: str = "") -> DeclaredCell:
    """A cell; `raw` is the canonical value where nothing else is said."""
    return DeclaredCell(canonical if raw is None else raw, canonical, confidence, rule)


def row(number: int, **cells: str) -> DeclaredCamera:
    """A declared row with these columns."""
    return from_cells(number, {key: cell(value) for key, value in cells.items()})


def rows(*given: DeclaredCamera) -> tuple[DeclaredCamera, ...]:
    """Rows under keys of their own, numbered where they are not."""
    return with_keys([replace(each, row=each.row or place) for place, each in enumerate(given, 1)])


def camera(
    number: int,
    *evidence: Evidence,
    serial: str | None = "",
    mac: str | None = None,
    osd: str | None = None,
    brand: str = "Hikvision",
    model: str = "DS-2CD2043G2-I",
    resolution: str = "1920x1080",
    position: tuple[float, float] | None = None,
    port: int = 80,
    address: str | None = None,
) -> Device:
    """A discovered camera at 127.0.20.`number`; its serial number is told unless it is None."""
    told = [
        said("device", "brand", brand, "onvif.device_information"),
        said("device", "model", model, "onvif.device_information"),
        said("channel/1/stream/main", "resolution", resolution, "onvif.media2.encoder", role="live"),
    ]
    if osd:
        told.append(said("channel/1", "osd_text", osd, "onvif.osd"))
    if position:
        told += [
            said("device", "latitude", position[0], "onvif.geolocation"),
            said("device", "longitude", position[1], "onvif.geolocation"),
        ]
    return Device(
        address or f"127.0.20.{number}",
        port,
        Kind.CAMERA,
        Identity(serial=serial_number(number) if serial == "" else serial, mac=mac),
        (port, 554),
        ("tcp",),
        channels=(Channel(1, streams=(Stream("main", None, "channel/1/stream/main"),)),),
        evidence=(*told, *evidence),
    )


def recorder(number: int, names: Sequence[str | None]) -> Device:
    """A discovered recorder at 127.0.20.`number` with channels of these names."""
    told = [said(f"channel/{place}", "name", name, "onvif.osd") for place, name in enumerate(names, 1) if name]
    channels = tuple(Channel(place) for place in range(1, len(names) + 1))
    identity = Identity(serial=f"NVR00{number:04}X7")
    return Device(
        f"127.0.20.{number}", 80, Kind.RECORDER, identity, (80,), ("tcp",), channels=channels, evidence=tuple(told)
    )


def serial_number(number: int) -> str:
    """The serial number of camera `number`."""
    return f"C7A{number:05}Q2"


def site(*devices: Device) -> Survey:
    """A survey of 127.0.20.0/24."""
    return survey(*devices, ranges=("127.0.20.0/24",))


def matched(declared: Sequence[DeclaredCamera], *devices: Device) -> Matching:
    """The matching of rows to devices."""
    return match(declared, found_cameras(site(*devices)))


def pair_of(matching: Matching, declared: DeclaredCamera) -> Pair | None:
    """The pair of a row, or None."""
    return next((pair for pair in matching.pairs if pair.declared == declared.key), None)


def question_of(matching: Matching, declared: DeclaredCamera) -> Question | None:
    """The question about a row, or None."""
    return next((question for question in matching.questions if question.declared == declared.key), None)
