"""Answers about the device itself → values. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision.local_time import Zone, fixed, parse_local, parse_zone
from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.xml import Element

_MAC = re.compile(r"[0-9A-Fa-f]{12}")
_RECORDER = re.compile(r"(?i)[dnhx]\s*vr|recorder|hybir|dvs")
_OWN_MODEL = re.compile(r"(?i)^i?DS-\d")
MOST_LISTED = 64


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """deviceInfo; each None where missing or empty. `mac` is `AA:BB:CC:DD:EE:FF`, `firmware` as `V4.75.011 build 240625`."""

    name: str | None
    manufacturer: str | None
    model: str | None
    serial: str | None
    mac: str | None
    firmware: str | None
    device_type: str | None
    shows_hikvision: bool
    """Whether namespace and model are Hikvision's own, where no maker is told."""

    @property
    def is_recorder(self) -> bool:
        """Whether its type is that of a recorder (`NVR`, `DVR`, `HybirdNVR`)."""
        return bool(_RECORDER.search(self.device_type or ""))


def device_info(root: Element) -> DeviceInfo:
    """Who the device is. A serial number is kept as the device writes it (ONVIF tells the same one), without blanks."""
    version, released = answers.text(root, "firmwareVersion"), answers.text(root, "firmwareReleasedDate")
    model = answers.text(root, "model")
    serial = answers.text(root, "serialNumber")
    space = str(root.tag).partition("}")[0].lower()
    return DeviceInfo(
        name=answers.text(root, "deviceName"),
        manufacturer=answers.text(root, "manufacturer") or answers.text(root, "brand"),
        model=model,
        serial="".join(serial.split()) if serial else None,
        mac=mac_of(answers.text(root, "macAddress")),
        firmware=" ".join(filter(None, (version, released))) or None,
        device_type=answers.text(root, "deviceType"),
        shows_hikvision="hikvision.com" in space and bool(_OWN_MODEL.match(model or "")),
    )


def mac_of(told: str | None) -> str | None:
    """`8b-92-35-5f-d5-fa` → `8B:92:35:5F:D5:FA`; None for no address, all zeros and all ones."""
    digits = re.sub(r"[:.\-\s]", "", told or "").upper()
    if not _MAC.fullmatch(digits) or set(digits) <= {"0"} or set(digits) <= {"F"}:
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The device's clock: `utc` by its own reckoning, None where it told no time that makes sense."""

    utc: dt.datetime | None
    zone: Zone
    zone_text: str | None
    mode: str | None
    """`NTP`, `manual`, `timecorrect`, `platform`…"""
    daylight_saving: bool | None
    zone_told: bool
    """Whether the device told its zone, rather than the site's being taken."""


def clock_reading(root: Element, site: dt.timedelta) -> ClockReading:
    """`System/time`. Where it tells no zone and no offset, its local time is taken as that of the site, `site` ahead of UTC."""
    told = parse_local(answers.text(root, "localTime"))
    zone_text = answers.text(root, "timeZone")
    zone = parse_zone(zone_text)
    offset = told[1] if told else None
    if zone is None:
        zone_used = fixed(site if offset is None else offset)
    elif offset is not None and told is not None and zone.ahead_at(_instant(told[0], offset)) != offset:
        zone_used = fixed(offset)  # what the device writes behind its own time holds
    else:
        zone_used = zone
    return ClockReading(
        utc=None if told is None else (zone_used.instant(told[0]) if offset is None else _instant(told[0], offset)),
        zone=zone_used,
        zone_text=zone_text,
        mode=answers.text(root, "timeMode"),
        daylight_saving=zone.has_summer if zone else None,
        zone_told=zone is not None or offset is not None,
    )


def _instant(local: dt.datetime, offset: dt.timedelta) -> dt.datetime:
    return (local - offset).replace(tzinfo=dt.UTC)


def ntp_servers(root: Element) -> tuple[str, ...]:
    """The time servers that are set, without empty ones."""
    found: list[str] = []
    for server in list(answers.below(root, "NTPServer"))[:MOST_LISTED]:
        for name in ("hostName", "ipAddress", "ipv6Address"):
            told = answers.text(server, name)
            if told and told not in ("0.0.0.0", "::"):  # noqa: S104 - what devices write for none
                found.append(told)
                break
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Port:
    """One service that the device offers, and where. `enabled` is None where it does not say."""

    protocol: str
    port: int
    enabled: bool | None


def ports(root: Element) -> tuple[Port, ...]:
    """`adminAccesses`: the services with their ports."""
    found = []
    for item in list(answers.below(root, "AdminAccessProtocol"))[:MOST_LISTED]:
        protocol, port = answers.text(item, "protocol"), xml.integer(answers.find(item, "portNo"))
        if protocol and port is not None and 0 < port < 65536:
            found.append(Port(protocol.upper(), port, answers.truth(item, "enabled")))
    return tuple(found)
