"""Answers about storage and recording: disks, recording mode, schedule, what happens when the disks are full. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cctv_probe.dialects.dahua.answers_channels import MOST_CHANNELS
from cctv_probe.dialects.dahua.table import Node

MOST_DISKS = 128
_FAILED = re.compile(r"(?i)error|fail|damage|bad|abnormal|fault|broken")
_MISSING = re.compile(r"(?i)not ?exist|missing|absent|removed|no ?disk|lost|offline")
_FINE = re.compile(r"(?i)success|normal|running|active|ok|good|healthy|online|work")
_READ_ONLY = re.compile(r"(?i)read-?only")
_SECTION = re.compile(
    r"([0-9]{1,5})\s+([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})\s*-\s*([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})"
)
_DAY_S = 86_400
_WHOLE_S = _DAY_S - 120
"""Menus end a day at 23:59:59 or 23:59."""
_REGULAR, _MOTION, _MOTION_AND_ALARM = 1 << 0, 1 << 1, 1 << 5

_EXTRAS = ("ModeExtra1", "ModeExtra2", "ModeExtra3")

Switch = Literal["auto", "manual", "stop"]
State = Literal["ok", "failed", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Disk:
    """One storage device. Bytes as it tells them; all used is normal where old footage is overwritten (quirk 29)."""

    name: str
    state: State
    total_bytes: int = 0
    used_bytes: int = 0
    said: str = ""
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Switches:
    """How recording of a channel's main stream and of its sub streams is switched."""

    main: Switch
    extra: Switch = "stop"

    @property
    def stored(self) -> Literal["main", "sub"] | None:
        """Which stream is recorded; None where none is."""
        return "main" if self.main != "stop" else "sub" if self.extra != "stop" else None

    @property
    def effective(self) -> Switch:
        """The switch of the stream that is recorded."""
        return self.main if self.main != "stop" else self.extra


@dataclass(frozen=True, slots=True)
class Group:
    """What happens to full disks. `kept_days` is the longest that footage is kept; 0 where there is no such limit."""

    overwrite: bool | None = None
    kept_days: int | None = None


def disks(told: Node) -> tuple[Disk, ...]:
    """`storageDevice getDeviceAllInfo`, under each of the names that firmware gives the list."""
    rows = told.rows("list", "info") or told.rows("list") or told.rows("info")
    return tuple(disk for row, info in rows[:MOST_DISKS] if (disk := _disk(row, info)) is not None)


def _disk(row: int, info: Node) -> Disk | None:
    parts = [part for _, part in info.rows("Detail")[:64]]
    said = info.text("State") or info.text("Status") or ""
    broken = any(part.flag("IsError") for part in parts)
    if not said and not parts and not info.text("Name"):
        return None
    return Disk(
        name=info.text("Name") or f"#{row + 1}",
        state=_state(said, broken=broken, known=bool(parts)),
        total_bytes=_sum(parts, "TotalBytes") or int(info.number("TotalBytes") or 0),
        used_bytes=_sum(parts, "UsedBytes") or int(info.number("UsedBytes") or 0),
        said="IsError" if broken and not _FAILED.search(said) else said,
        is_read_only=bool(parts) and all(_READ_ONLY.search(part.text("Type") or "") for part in parts),
    )


def _state(said: str, *, broken: bool, known: bool) -> State:
    if _MISSING.search(said):
        return "missing"
    if broken or _FAILED.search(said):
        return "failed"
    return "ok" if _FINE.search(said) or (known and not said) else "unknown"


def _sum(parts: list[Node], name: str) -> int:
    return int(sum(max(0.0, part.number(name) or 0.0) for part in parts))


def record_modes(told: Node) -> dict[int, Switches]:
    """Channel number → how recording is switched (`getConfig RecordMode`): 0 auto (by schedule), 1 manual (always), 2 stop;
    `Mode` of the main stream, `ModeExtra1` and up of the sub streams."""
    words: dict[int | None, Switch] = {0: "auto", 1: "manual", 2: "stop"}
    found = {}
    for row, each in told.rows("table", "RecordMode")[:MOST_CHANNELS]:
        main = words.get(each.whole("Mode"))
        extra = [words[mode] for name in _EXTRAS if (mode := each.whole(name)) in words]
        if main is not None:
            found[row + 1] = Switches(main, next((one for one in extra if one != "stop"), "stop"))
    return found


def schedules(told: Node) -> dict[int, str]:
    """Channel number → `continuous`, `schedule`, `motion`, `event` or `off` by the recording schedule (`getConfig Record`).

    A section is `mask HH:MM:SS-HH:MM:SS` of one weekday (a seventh is for holidays). Bits of the mask: 0 regular, 1 motion,
    2 alarm, 3 card, 4 smart, 5 motion and alarm, 6 point of sale. `Record.Enable` is not reliable and not read.
    """
    found = {}
    for row, channel in told.rows("table", "Record")[:MOST_CHANNELS]:
        week = [_day(day) for number, day in channel.rows("TimeSection")[:8] if number < 7]
        if week:
            found[row + 1] = _mode(week)
    return found


def _day(day: Node) -> list[tuple[int, int, int]]:
    """(mask, start, end in seconds of the day) of each section in use."""
    sections = []
    for _, section in day.rows()[:32]:
        found = _SECTION.search(section.value or "")
        if found is None:
            continue
        mask, *clock = (int(part) for part in found.groups())
        start, end = (clock[0] * 60 + clock[1]) * 60 + clock[2], (clock[3] * 60 + clock[4]) * 60 + clock[5]
        if mask and end > start:
            sections.append((mask, start, min(end, _DAY_S)))
    return sections


def _mode(week: list[list[tuple[int, int, int]]]) -> str:
    masks = [mask for day in week for mask, _, _ in day]
    if not masks:
        return "off"
    if any(mask & _REGULAR for mask in masks):
        whole = all(_covered_s(day) >= _WHOLE_S for day in week)
        return "continuous" if whole and len(week) == 7 else "schedule"
    every = [bool(mask & (_MOTION | _MOTION_AND_ALARM)) for mask in masks]
    return "motion" if all(every) else "event"


def _covered_s(day: list[tuple[int, int, int]]) -> int:
    covered = reached = 0
    for start, end in sorted((start, end) for mask, start, end in day if mask & _REGULAR):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def storage_group(told: Node) -> Group:
    """`getConfig StorageGroup`: the group that is written to."""
    groups = [group for _, group in told.rows("table", "StorageGroup")]
    chosen = next((group for group in groups if group.flag("OverWrite") is not None), None)
    if chosen is None:
        return Group()
    days = chosen.whole("FileHoldTime")
    return Group(chosen.flag("OverWrite"), days if days is not None and 0 <= days <= 3650 else None)
