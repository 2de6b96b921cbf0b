"""A recorder's health in words: disks, overwriting, schedule, clock, time server, from its evidence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Evidence, best_first
from cctv_probe.model.record import DeviceRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.display import value_words
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import RECORDING_MODES

IN_HEALTH = frozenset(
    {
        "disks",
        "storage_total_bytes",
        "overwrite",
        "recording_scheduled",
        "recorded_stream",
        "clock_mode",
        "ntp",
        "ntp_from_dhcp",
    }
)
"""Attributes that are told here."""

Line = tuple[Text, Text]
"""A label and what is known."""

_MOST_DISKS = 32
_MOST_NUMBERS = 256
_CHANNEL = re.compile(r"channel/(\d{1,4})")

_DISKS = Text(en="Disks", th="ดิสก์")
_DISK = Text(en="{id}: {size}, {status}", th="{id}: {size} {status}")
_WORKS = Text(en="works", th="ใช้งานได้")
_FAILED = Text(en="FAILED ({status})", th="เสีย ({status})")
_NO_SIZE = Text(en="size not told", th="ไม่แจ้งความจุ")
_NONE = Text(en="none", th="ไม่มี")
_CAPACITY = Text(en="together {size} that can be written", th="รวมที่ใช้งานได้ {size}")
_OVERWRITE = Text(en="When the disks are full", th="เมื่อดิสก์เต็ม")
_OVERWRITES = Text(en="the oldest footage is overwritten", th="บันทึกทับภาพเก่าที่สุด")
_STOPS = Text(en="recording stops", th="หยุดบันทึก")
_SCHEDULE = Text(en="Recording schedule", th="ตารางการบันทึก")
_OFF = Text(en="not recorded", th="ไม่ได้บันทึก")
_ON = Text(en="recorded", th="บันทึกอยู่")
_CHANNELS = Text(en="ch. {numbers}: {mode}", th="ช่อง {numbers}: {mode}")
_CLOCK = Text(en="Clock", th="นาฬิกา")
_NTP = Text(en="Time server (NTP)", th="เซิร์ฟเวอร์เวลา (NTP)")
_FROM_DHCP = Text(en="from DHCP", th="จาก DHCP")
_SET_BY = Text(en="{value} (clock set by: {mode})", th="{value} (วิธีตั้งเวลา: {mode})")
_UNTOLD = Text(en="not told", th="ไม่ได้แจ้ง")


def health_lines(device: Device, record: DeviceRecord) -> tuple[Line, ...]:
    """What is known of a recorder's health; nothing of other devices, or where it told nothing of it."""
    if device.kind is not Kind.RECORDER:
        return ()
    told: dict[tuple[str, str], Evidence] = {}
    for item in best_first(device.evidence):
        told.setdefault((item.subject, item.attribute), item)
    lines = [*_disks(told), *_overwrite(told), *_schedule(told)]
    clock = record.clock_offset_s
    if clock.chosen is not None:
        lines.append((_CLOCK, value_words("clock_offset_s", clock.value)))
    return (*lines, *_time_server(told))


def _value(told: Mapping[tuple[str, str], Evidence], attribute: str) -> object:
    item = told.get(("device", attribute))
    return None if item is None else item.value


def _disks(told: Mapping[tuple[str, str], Evidence]) -> Iterator[Line]:
    listed = _value(told, "disks")
    if not isinstance(listed, (tuple, list)):
        return
    disks = [_disk(disk) for disk in listed[:_MOST_DISKS] if isinstance(disk, Mapping)]
    total = _value(told, "storage_total_bytes")
    if disks and _is_number(total):
        disks.append(_CAPACITY.with_(size=_size(total)))
    yield _DISKS, _joined(disks) if disks else _NONE


def _disk(disk: Mapping[str, object]) -> Text:
    status = clean(str(disk.get("status") or ""), 40)
    size = disk.get("total_bytes")
    state = _FAILED.with_(status=status or "?") if disk.get("failed") is True else _WORKS
    shown = _size(size) if _is_number(size) else _NO_SIZE
    return _DISK.with_(id=clean(str(disk.get("id") or "?"), 20), size=shown, status=state)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 2**63


def _size(value: object) -> Text:
    shown = f"{float(value) / 1e9:,.0f} GB"  # type: ignore[arg-type]  # a number, by _is_number
    return Text(en=shown, th=shown)


def _overwrite(told: Mapping[tuple[str, str], Evidence]) -> Iterator[Line]:
    overwrites = _value(told, "overwrite")
    if isinstance(overwrites, bool):
        yield _OVERWRITE, _OVERWRITES if overwrites else _STOPS


def _schedule(told: Mapping[tuple[str, str], Evidence]) -> Iterator[Line]:
    """Channels by how they are recorded."""
    by_mode: dict[Text, list[int]] = {}
    for channel in sorted({int(found[1]) for subject, _ in told if (found := _CHANNEL.fullmatch(subject))}):
        scheduled = told.get((f"channel/{channel}", "recording_scheduled"))
        mode = told.get((f"channel/{channel}", "recording_mode"))
        if scheduled is not None and scheduled.value is False:
            by_mode.setdefault(_OFF, []).append(channel)
        elif mode is not None and (words := RECORDING_MODES.get(str(mode.value))):
            by_mode.setdefault(words, []).append(channel)
        elif scheduled is not None and scheduled.value is True:
            by_mode.setdefault(_ON, []).append(channel)
    parts = [_CHANNELS.with_(numbers=_ranges(channels), mode=words) for words, channels in by_mode.items()]
    if parts:
        yield _SCHEDULE, _joined(parts)


def _ranges(numbers: Sequence[int]) -> str:
    """`1–4, 6`."""
    runs: list[list[int]] = []
    for each in numbers[:_MOST_NUMBERS]:
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def _time_server(told: Mapping[tuple[str, str], Evidence]) -> Iterator[Line]:
    servers, mode = _value(told, "ntp"), _value(told, "clock_mode")
    if servers is None and mode is None:
        return
    named = servers if isinstance(servers, (tuple, list)) else [servers] if servers else []
    shown = clean(", ".join(str(server) for server in named[:4]), 160)
    value = Text(en=shown, th=shown) if shown else _UNTOLD if servers is None else _NONE
    if _value(told, "ntp_from_dhcp") is True:
        value = _FROM_DHCP
    yield _NTP, _SET_BY.with_(value=value, mode=clean(str(mode), 40)) if isinstance(mode, str) else value


def _joined(parts: Sequence[Text]) -> Text:
    return Text(en="; ".join(part.en for part in parts), th="; ".join(part.th for part in parts))
