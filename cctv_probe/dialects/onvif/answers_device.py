"""Answers of the ONVIF device service: bytes already parsed to elements → values. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cctv_probe.dialects.onvif import xml


@dataclass(frozen=True, slots=True)
class DeviceInformation:
    """GetDeviceInformation (ONVIF Core 8.1.2)."""

    manufacturer: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    hardware_id: str | None


def device_information(answer: xml.Element) -> DeviceInformation:
    """The five fields, each None where missing or empty."""
    return DeviceInformation(
        manufacturer=xml.text(answer, "Manufacturer"),
        model=xml.text(answer, "Model"),
        firmware=xml.text(answer, "FirmwareVersion"),
        serial=xml.text(answer, "SerialNumber"),
        hardware_id=xml.text(answer, "HardwareId"),
    )


@dataclass(frozen=True, slots=True)
class ClockReading:
    """GetSystemDateAndTime. `utc` is None where the device gave no UTC time that makes sense."""

    utc: dt.datetime | None
    time_zone: str | None
    daylight_saving: bool | None
    mode: str | None
    """`NTP` or `Manual`."""


def clock_reading(answer: xml.Element) -> ClockReading:
    """The device's clock. A time that no clock shows, such as 00:61:16 (quirk 10), is taken as none told."""
    found = xml.find(answer, "SystemDateAndTime")
    whole = answer if found is None else found
    dst = xml.text(whole, "DaylightSavings")
    return ClockReading(
        utc=_moment(xml.find(whole, "UTCDateTime")),
        time_zone=xml.text(whole, "TimeZone", "TZ"),
        daylight_saving=None if dst is None else dst.lower() in ("true", "1"),
        mode=xml.text(whole, "DateTimeType"),
    )


YEARS = range(1970, 2200)
"""What a clock may show; at the ends of the calendar arithmetic with time breaks down."""


def _moment(element: xml.Element | None) -> dt.datetime | None:
    parts = [xml.integer(element, "Date", name) for name in ("Year", "Month", "Day")]
    clock = [xml.integer(element, "Time", name) for name in ("Hour", "Minute", "Second")]
    if None in parts or None in clock:
        return None
    year, month, day = (part or 0 for part in parts)
    if year not in YEARS:
        return None
    hour, minute, second = (part or 0 for part in clock)
    try:
        return dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=dt.UTC) if second <= 60 else None
    except ValueError:
        return None


def services(answer: xml.Element) -> dict[str, str]:
    """GetServices: namespace → XAddr."""
    found: dict[str, str] = {}
    for service in xml.children(answer, "Service"):
        namespace, address = xml.uri(service, "Namespace"), xml.uri(service, "XAddr")
        if namespace and address:
            found.setdefault(namespace.rstrip("/"), address)
    return found


CAPABILITY_NAMESPACES = {
    "Device": "http://www.onvif.org/ver10/device/wsdl",
    "Media": "http://www.onvif.org/ver10/media/wsdl",
    "Media2": "http://www.onvif.org/ver20/media/wsdl",
    "Recording": "http://www.onvif.org/ver10/recording/wsdl",
    "Search": "http://www.onvif.org/ver10/search/wsdl",
    "Replay": "http://www.onvif.org/ver10/replay/wsdl",
    "DeviceIO": "http://www.onvif.org/ver10/deviceIO/wsdl",
}


def capabilities(answer: xml.Element) -> dict[str, str]:
    """GetCapabilities: namespace → XAddr, for every section that names one; unknown sections under their own name."""
    found: dict[str, str] = {}
    for section in xml.descendants(answer, "XAddr"):
        parent = section.getparent()
        address = xml.uri(section)
        if parent is None or not address:
            continue
        name = xml.local(parent)
        found.setdefault(CAPABILITY_NAMESPACES.get(name, name), address)
    return found


def scopes(answer: xml.Element) -> tuple[str, ...]:
    """GetScopes: the scope URIs."""
    items = (xml.uri(item) for item in xml.descendants(answer, "ScopeItem"))
    return tuple(item for item in items if item)


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """One interface: its MAC address (`AA:BB:CC:DD:EE:FF`) and IP addresses, set or given."""

    mac: str | None
    addresses: tuple[str, ...]


def network_interfaces(answer: xml.Element) -> tuple[NetworkInterface, ...]:
    """GetNetworkInterfaces, enabled or not."""
    found = []
    for interface in xml.children(answer, "NetworkInterfaces"):
        addresses = [
            text
            for name in ("Manual", "FromDHCP", "LinkLocal")
            for entry in xml.descendants(interface, name)
            if (text := xml.text(entry, "Address"))
        ]
        found.append(NetworkInterface(mac_address(xml.text(interface, "Info", "HwAddress")), tuple(addresses)))
    return tuple(found)


def mac_address(written: str | None) -> str | None:
    """`00-40-8c-fa-b7-54`, `00408CFAB754`… → `00:40:8C:FA:B7:54`; None for what is no device's own MAC."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", written or "").upper()
    if len(digits) != 12 or digits in ("0" * 12, "F" * 12) or int(digits[:2], 16) & 1:
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


@dataclass(frozen=True, slots=True)
class Ntp:
    """GetNTP."""

    from_dhcp: bool
    servers: tuple[str, ...]


def ntp(answer: xml.Element) -> Ntp:
    """The time servers the device is set to."""
    names = ("IPv4Address", "IPv6Address", "DNSname")
    servers = _texts(element for name in names for element in xml.descendants(answer, name))
    return Ntp((xml.text(answer, "NTPInformation", "FromDHCP") or "").lower() in ("true", "1"), servers)


def geo_location(answer: xml.Element) -> tuple[float, float] | None:
    """GetGeoLocation: (latitude, longitude) in degrees, or None where none is set."""
    for entry in xml.descendants(answer, "GeoLocation"):
        longitude, latitude = xml.attribute(entry, "lon"), xml.attribute(entry, "lat")
        try:
            place = float(latitude or "x"), float(longitude or "x")
        except ValueError:
            continue
        if abs(place[0]) <= 90 and abs(place[1]) <= 180 and place != (0.0, 0.0):
            return place
    return None


def _texts(elements: Iterable[xml.Element]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for element in elements if (value := xml.text(element))))
