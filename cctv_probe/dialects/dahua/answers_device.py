"""Answers about the device itself: identity, clock, time server, network. Pure.

Each function takes the tree of one answer; what an answer does not tell is None.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from cctv_probe.dialects.dahua.table import Node

_MAC = re.compile(r"(?i)^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}$")
_MODEL = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9])[\w\-+./() ]{3,60}")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[ T]+([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})")
_YEARS = range(1970, 2700)
"""Clocks that were never set say 1970 or 2000; those of the Buddhist era are 543 years ahead."""
NO_BRAND = frozenset({"", "general", "private", "oem", "none", "null", "unknown", "default", "neutral", "n/a"})
_ZONES_H = (0, 1, 2, 3, 3.5, 4, 4.5, 5, 5.5, 5.75, 6, 6.5, 7, 8, 9, 9.5, 10, 11, 12, 13, -1, -2, -3, -3.5, -4, -5, -6, -7, -8,
            -9, -10, -11, -12, -4.5, 10.5, 14, -9.5, 8.5, 8.75, 12.75)  # fmt: skip
"""Dahua numbers its time zones (HTTP API, NTP: `TimeZone`); these are their hours ahead of UTC, 12 being Bangkok's."""


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """`getSystemInfo`. `model` is the sales model; `device_type` may be a bare number."""

    serial: str | None = None
    model: str | None = None
    device_type: str | None = None
    hardware: str | None = None


@dataclass(frozen=True, slots=True)
class TimeServer:
    """The NTP setting. `offset` is the configured time zone's distance to UTC."""

    enabled: bool | None = None
    server: str | None = None
    offset: dt.timedelta | None = None
    zone_name: str | None = None


@dataclass(frozen=True, slots=True)
class Firmware:
    """`version` with its build date, as Dahua's own pages show it."""

    version: str | None = None
    build: str | None = None

    @property
    def shown(self) -> str | None:
        """`4.001.0000000.2 (2023-05-18)`."""
        return f"{self.version} ({self.build})" if self.version and self.build else self.version


def system_info(told: Node) -> SystemInfo:
    """Who it is by `getSystemInfo`. `updateSerial` is the sales model; where there is none, a device type that is a name."""
    kind = told.text("deviceType")
    update = told.text("updateSerial")
    model = next((word for word in (update, kind) if is_model(word)), None)
    return SystemInfo(told.text("serialNumber"), model, kind, told.text("hardwareVersion"))


def is_model(word: str | None) -> bool:
    """Whether a device type is the name of a model: letters and digits, no bare number, no kind such as `IPC`."""
    return bool(word and _MODEL.fullmatch(word.strip()))


def device_type(told: Node) -> str | None:
    """`getDeviceType`: `type=IPC-HDW4631C-A`."""
    return told.text("type") or told.text("deviceType")


def firmware(told: Node) -> Firmware:
    """`getSoftwareVersion`: `version=4.001.0000000.2,build:2023-05-18` or `version=… build=…`."""
    text = told.text("version") or told.text("Version") or ""
    version, _, rest = text.partition(",")
    build = re.search(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", rest or told.text("build") or "")
    return Firmware(version.strip() or None, build[0] if build else None)


def machine_name(told: Node) -> str | None:
    """`getMachineName`: `name=…`."""
    return told.text("name")


def serial(told: Node) -> str | None:
    """`getSerialNo`: `sn=…`."""
    return told.text("sn") or told.text("serialNo")


def vendor(told: Node) -> str | None:
    """`getVendor`, where it is the name of a maker: `General` and `Private` are what rebranded devices say."""
    word = (told.text("vendor") or "").strip()
    return None if word.casefold() in NO_BRAND else word


def current_time(told: Node) -> dt.datetime | None:
    """`getCurrentTime`: `result=2026-11-23 09:00:01`, the wall clock, without zone."""
    return date(told.text("result"))


def date(text: str | None) -> dt.datetime | None:
    """`2026-1-3 9:05:00`, a time without zone; None where there is no such time."""
    found = _DATE.search((text or "")[:60])
    if found is None or int(found[1]) not in _YEARS:
        return None
    try:
        return dt.datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - six numbers of the device's wall clock; what zone it is in, the session knows
    except ValueError:
        return None


def time_server(told: Node) -> TimeServer:
    """`getConfig NTP`."""
    ntp = told.at("table", "NTP")
    number = ntp.whole("TimeZone")
    hours = _ZONES_H[number] if number is not None and 0 <= number < len(_ZONES_H) else None
    return TimeServer(
        enabled=ntp.flag("Enable"),
        server=ntp.text("Address"),
        offset=None if hours is None else dt.timedelta(hours=hours),
        zone_name=ntp.text("TimeZoneDesc"),
    )


def daylight_saving(told: Node) -> bool | None:
    """`getConfig Locales`: whether summer time is switched on."""
    return told.flag("table", "Locales", "DSTEnable")


def mac_addresses(told: Node) -> tuple[tuple[str, str | None], ...]:
    """`getConfig Network`: (`AA:BB:CC:DD:EE:FF`, IP address) of each interface, the default one first."""
    network = told.at("table", "Network")
    default = (network.text("DefaultInterface") or "").casefold()
    found = []
    for name, interface in network.named():
        mac = mac_address(interface.text("PhysicalAddress"))
        if mac:
            found.append((name.casefold() != default, mac, interface.text("IPAddress")))
    return tuple((mac, address) for _, mac, address in sorted(found, key=lambda row: row[0])[:16])


def mac_address(text: str | None) -> str | None:
    """`aa-bb-…`, `aabb…` → `AA:BB:CC:DD:EE:FF`; None for what is none, and for all zeros or ones."""
    word = (text or "").strip()
    if not _MAC.match(word):
        return None
    digits = re.sub("[^0-9A-Fa-f]", "", word).upper()
    return None if digits in ("0" * 12, "F" * 12) else ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def rtsp_port(told: Node) -> int | None:
    """`getConfig RTSP`: the port of the device's RTSP server."""
    port = told.whole("table", "RTSP", "Port")
    return port if port is not None and 0 < port < 65536 else None
