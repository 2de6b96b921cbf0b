"""The TCP ports on which cameras and recorders answer, as data. No brand is named here: `identify` knows brands."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Speaks(enum.StrEnum):
    """What is usually spoken on a port."""

    HTTP = "http"
    HTTPS = "https"
    RTSP = "rtsp"
    RTSPS = "rtsps"
    VENDOR = "vendor"
    """A maker's own protocol: nothing is ever sent to it; that it is open says what kind of device this is."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port; `principal` ones are tried on every address."""

    number: int
    speaks: Speaks
    principal: bool = False


CAMERA_PORTS: tuple[Port, ...] = (
    Port(80, Speaks.HTTP, principal=True),
    Port(554, Speaks.RTSP, principal=True),
    Port(8000, Speaks.HTTP, principal=True),
    Port(443, Speaks.HTTPS, principal=True),
    Port(8899, Speaks.HTTP, principal=True),
    Port(2020, Speaks.HTTP, principal=True),
    Port(8080, Speaks.HTTP, principal=True),
    Port(8554, Speaks.RTSP, principal=True),
    Port(37777, Speaks.VENDOR, principal=True),
    Port(34567, Speaks.VENDOR, principal=True),
    Port(81, Speaks.HTTP),
    Port(82, Speaks.HTTP),
    Port(88, Speaks.HTTP),
    Port(322, Speaks.RTSPS),
    Port(558, Speaks.RTSP),
    Port(1018, Speaks.HTTP),
    Port(5000, Speaks.HTTP),
    Port(5543, Speaks.RTSP),
    Port(6688, Speaks.HTTP),
    Port(7070, Speaks.RTSP),
    Port(8081, Speaks.HTTP),
    Port(8082, Speaks.HTTP),
    Port(8443, Speaks.HTTPS),
    Port(8999, Speaks.HTTP),
    Port(9000, Speaks.VENDOR),
    Port(10080, Speaks.HTTP),
    Port(10554, Speaks.RTSP),
)
"""Quirk 3 (ONVIF away from port 80) and the vendors' documented defaults; principal ones first."""

_SPEAKS = {port.number: port.speaks for port in CAMERA_PORTS}


def principal_ports(extra: Iterable[int] = ()) -> tuple[int, ...]:
    """The ports tried on every address: those a person added, then the principal ones."""
    return tuple(dict.fromkeys((*extra, *(port.number for port in CAMERA_PORTS if port.principal))))


def further_ports() -> tuple[int, ...]:
    """The ports tried where an address has shown life, and everywhere in a small range."""
    return tuple(port.number for port in CAMERA_PORTS if not port.principal)


def speaks(port: int) -> Speaks | None:
    """What is usually spoken there; None for a port this list does not know."""
    return _SPEAKS.get(port)


def open_for(ports: Iterable[int], *wanted: Speaks) -> tuple[int, ...]:
    """Those of `ports` on which one of `wanted` may be spoken, in the order of the list, unknown ports last."""
    order = {port.number: place for place, port in enumerate(CAMERA_PORTS)}
    found = [number for number in ports if _SPEAKS.get(number, wanted[0] if wanted else None) in wanted]
    return tuple(sorted(found, key=lambda number: (order.get(number, len(order)), number)))
