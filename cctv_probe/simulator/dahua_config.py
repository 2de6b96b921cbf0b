"""`configManager.cgi?action=getConfig`: every configuration that may be read, as `table.Name…=value`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from cctv_probe.simulator.dahua_channels import remote_devices, titles
from cctv_probe.simulator.dahua_encode import encode
from cctv_probe.simulator.dahua_identity import general
from cctv_probe.simulator.dahua_text import Pairs, Query, RefusedError, below, by_clock, no_authority, written
from cctv_probe.simulator.fleet import Channel, Device
from cctv_probe.simulator.node import Node

_MASKS = {"continuous": 1, "schedule": 1, "motion": 2, "event": 4, "off": 0}
_SECTIONS_A_DAY = 6
_AUTOMATIC, _STOPPED = 0, 2
# Hours from UTC to NTP.TimeZone, which numbers the zones of the world, half hours too (Dahua HTTP API, NTP).
_EAST = (0, 1, 2, 3, 5, 7, 10, 12, 13, 14, 16, 17, 18, 19)
_WEST = (20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32)

Lines = Iterator[tuple[str, object]]


def _record_modes(device: Device) -> Lines:
    """0 automatic, 1 manual, 2 stopped; of the main stream and of the sub-streams apart."""
    for place, channel in enumerate(device.channels):
        stored = _stored(channel)
        yield f"RecordMode[{place}].Mode", _AUTOMATIC if stored in (None, 0) else _STOPPED
        yield f"RecordMode[{place}].ModeExtra1", _AUTOMATIC if stored == 1 else _STOPPED
        yield f"RecordMode[{place}].ModeExtra2", _AUTOMATIC if stored == 2 else _STOPPED


def _stored(channel: Channel) -> int | None:
    """Which of the channel's streams is recorded by the schedule (0 the main stream); -1 none; None: a ghost."""
    if channel.ghost:
        return None
    return -1 if channel.schedule_set == "off" else channel.truths.streams.index(channel.stored_stream)


def _records(device: Device) -> Lines:
    """The schedules. `Enable` means nothing: it is true for every slot."""
    for place, channel in enumerate(device.channels):
        yield from below(f"Record[{place}]", _record(channel))


def _record(channel: Channel) -> Lines:
    yield "Enable", True
    yield "HolidayEnable", False
    yield "PreRecord", 4
    yield "Redundancy", False
    yield "Stream", 0
    sections = [*_sections(channel)]
    for day in range(7):  # Sunday is 0
        for place in range(_SECTIONS_A_DAY):
            yield (
                f"TimeSection[{day}][{place}]",
                sections[place] if place < len(sections) else "0 00:00:00-23:59:59",
            )


def _sections(channel: Channel) -> Iterable[str]:
    """What is recorded of any day: a mask of 1 regular, 2 motion, 4 alarm, and from when to when."""
    mask = _MASKS["continuous" if channel.ghost else channel.schedule_set]
    if channel.schedule_set == "schedule" and channel.recordings:
        return [f"{mask} {one.starts}:00-{_end(one.ends)}" for one in channel.recordings.hours[:_SECTIONS_A_DAY]]
    return [f"{mask} 00:00:00-23:59:59"]


def _end(clock: str) -> str:
    return "23:59:59" if clock == "24:00" else f"{clock}:00"


def _ntp(device: Device) -> Lines:
    """The zone is here, as a number and a name; nothing else says it."""
    clock = device.clock
    yield "NTP.Address", clock.ntp_server
    yield "NTP.Enable", clock.ntp
    yield "NTP.Port", 123
    yield "NTP.ServerList[0].Address", clock.ntp_server
    yield "NTP.ServerList[0].Enable", clock.ntp
    yield "NTP.ServerList[0].Port", 123
    yield "NTP.TimeZone", zone_number(clock.utc_offset_h)
    yield "NTP.TimeZoneDesc", "Bangkok" if clock.utc_offset_h == 7 else f"GMT{clock.utc_offset_h:+03d}:00"
    yield "NTP.UpdatePeriod", 60


def zone_number(hours: int) -> int:
    """NTP.TimeZone of the zone so many hours east of Greenwich; east of 13 there is none, and 13 serves."""
    return _EAST[min(hours, len(_EAST) - 1)] if hours >= 0 else _WEST[-hours - 1]


def _locales(device: Device) -> Lines:
    """Summer time alone, between two days of one year."""
    year = by_clock(device, datetime.now(UTC)).year
    yield "Locales.DSTEnable", device.clock.dst
    for edge, month, week in (("DSTStart", 3, 2), ("DSTEnd", 11, 1)):
        yield from below(
            f"Locales.{edge}",
            [("Day", 0), ("Hour", 2), ("Minute", 0), ("Month", month), ("Week", week), ("Year", year)],
        )
    yield "Locales.TimeFormat", "yyyy-MM-dd HH:mm:ss"


def _network(device: Device) -> Lines:
    yield "Network.DefaultInterface", "eth0"
    yield "Network.Domain", ""
    yield "Network.Hostname", device.identity.model
    yield "Network.eth0.DefaultGateway", device.address.rpartition(".")[0] + ".1"
    yield "Network.eth0.DhcpEnable", False
    yield "Network.eth0.IPAddress", device.address
    yield "Network.eth0.MTU", 1500
    yield "Network.eth0.PhysicalAddress", device.identity.mac.lower()
    yield "Network.eth0.SubnetMask", "255.255.255.0"
    yield "Network.bond0.DhcpEnable", False
    yield "Network.bond0.IPAddress", "0.0.0.0"  # noqa: S104 - an address that is not set, nothing listens on it


def _rtsp(device: Device) -> Lines:
    yield "RTSP.Enable", device.ports.rtsp is not None
    yield "RTSP.Port", device.ports.rtsp or 554
    yield "RTSP.RTP.EndPort", 40000
    yield "RTSP.RTP.StartPort", 20000


def _storage_groups(device: Device) -> Lines:
    """Where footage goes; FileHoldTime: days that it is kept at most, 0: until the disk is full."""
    limits = [one.recordings.configured_days for one in device.channels if one.recordings]
    days = max((limit for limit in limits if limit), default=0)
    yield from below(
        "StorageGroup[0]",
        [("FileHoldTime", days), ("Memo", "For reading & writing"), ("Name", "ReadWrite")],
    )
    yield "StorageGroup[0].OverWrite", device.storage.overwrite


def _general(device: Device) -> Pairs:
    return below("General", general(device))


_TABLES: dict[str, Callable[[Device], Pairs]] = {
    "ChannelTitle": titles,
    "Encode": encode,
    "General": _general,
    "Locales": _locales,
    "NTP": _ntp,
    "Network": _network,
    "RTSP": _rtsp,
    "Record": _records,
    "RecordMode": _record_modes,
    "RemoteDevice": remote_devices,
    "StorageGroup": _storage_groups,
}


def _get_config(node: Node, query: Query) -> str:
    """A whole configuration, or the part of it that is named (`Encode[0].MainFormat`)."""
    faults = node.device.faults.vendor
    matched = re.match(r"\w+", query.name)
    name = matched[0] if matched else ""
    if name in faults.authority_check_failure or name not in _TABLES:
        if name not in _TABLES and faults.one_level_errors:
            raise RefusedError(200, "Error\r\n", "unknown_configuration")
        raise no_authority("unknown_configuration" if name not in _TABLES else "no_authority")
    wanted = [(f"table.{key}", value) for key, value in _TABLES[name](node.device) if _is_part(key, query.name)]
    if not wanted:
        raise RefusedError(200, "Error: -1 getting param in name=" + query.name + "\r\n", "no_such_part")
    return written(wanted)


def _is_part(key: str, asked: str) -> bool:
    return key.startswith(asked) and key[len(asked) : len(asked) + 1] in ("", ".", "[")


OPERATIONS = {"configManager.getConfig": _get_config}
