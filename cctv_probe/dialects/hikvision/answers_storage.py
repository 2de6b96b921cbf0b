"""Answers about disks and record schedules → values. Pure.

What is free says nothing about retention: a healthy recorder that overwrites has 0 MB free (quirk 29), so it is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.onvif.xml import Element

MEGABYTE = 1_000_000
"""Capacities are told in decimal megabytes."""
MOST_DISKS = 256
MOST_TRACKS = 4096
WEEK_DAYS = 7
"""A `Duration` of `P7DT0H` is the length of the schedule, which every recorder writes: without `durationEnabled` it limits
nothing."""
_GHOST = ("notexist", "notexit", "nodisk", "empty")
_HEALTHY = ("ok", "normal", "idle", "sleeping", "sleep", "recording", "spare", "hibernate")
_WORKING = (
    "formating",
    "formatting",
    "synchronous",
    "synchronizing",
    "rebuilding",
    "repairing",
    "reparing",
    "initializing",
)
_DURATION = re.compile(r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T.{0,40})?$", re.IGNORECASE)
_SOURCE = re.compile(r"(?i)/Streaming/(?:channels|tracks)/(\d{3,5})(?:[/?]|$)")
_WEEK_MINUTES = 7 * 24 * 60
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Disk:
    """One disk or network share that is there. `total_bytes` is None where it tells no size."""

    id: str
    kind: str
    status: str
    total_bytes: int | None
    writable: bool | None

    @property
    def failed(self) -> bool:
        """Whether it stores nothing: its state is neither healthy nor one of work on it."""
        known = self.status.replace(" ", "").replace("_", "").lower()
        return bool(known) and known not in _HEALTHY and known not in _WORKING


@dataclass(frozen=True, slots=True)
class Storage:
    """The disks (without slots that hold none) and how they are shared out: `group` or `quota`."""

    disks: tuple[Disk, ...]
    work_mode: str | None

    @property
    def total_bytes(self) -> int:
        """Of the disks that store."""
        return sum(disk.total_bytes or 0 for disk in self.disks if not disk.failed)


def storage(root: Element) -> Storage:
    """`ContentMgmt/Storage`: disks and shares; ghosts (`notexist`) are left out."""
    found: dict[tuple[str, str], Disk] = {}
    for item in list(answers.below(root, "hdd", "nas"))[:MOST_DISKS]:
        kind = "nas" if _name(item) == "nas" else (answers.text(item, "hddType") or "hdd").lower()
        status = answers.text(item, "status") or ""
        if status.replace(" ", "").lower() in _GHOST:
            continue
        size = answers.whole(item, "capacity")
        rights = (answers.text(item, "property") or "").upper()
        number = answers.text(item, "id") or str(len(found) + 1)
        disk = Disk(number, kind, status, size * MEGABYTE if size else None, None if not rights else "W" in rights)
        found.setdefault((_name(item), number), disk)
    return Storage(tuple(found.values()), answers.text(root, "workMode"))


def _name(item: Element) -> str:
    return str(item.tag).rpartition("}")[2].rpartition(":")[2].lower()


@dataclass(frozen=True, slots=True)
class Track:
    """One record track: `id` is 101, 201… `recorded_stream` the streaming channel that it stores.

    `scheduled` is whether its schedule is switched on, by `enableSchedule` of its extension, which is the real switch (the
    `Enable` at the top is not). `mode` is `continuous`, `schedule`, `motion`, `event` or `unknown`. `keeps_days` is 0 or 7 where
    nothing limits it; `loops` whether it overwrites.
    """

    id: int
    number: int
    recorded_stream: int | None
    scheduled: bool | None
    mode: str
    keeps_days: int | None
    loops: bool | None
    limited: bool | None = None
    """Whether `keeps_days` holds (`durationEnabled`); None where the recorder does not say."""

    @property
    def is_off(self) -> bool:
        """Whether nothing is recorded: the schedule is switched off, or says to record at no time."""
        return self.scheduled is False

    @property
    def configured_days(self) -> int | str | None:
        """Whole days kept at most; `until_full` where it overwrites and sets no limit; None where it does not say."""
        limited = self.keeps_days != WEEK_DAYS if self.limited is None else self.limited
        if self.keeps_days and limited:
            return self.keeps_days
        return "until_full" if self.keeps_days is not None and self.loops else None


def tracks(root: Element) -> tuple[Track, ...]:
    """`ContentMgmt/record/tracks`, in order of their ids."""
    found: dict[int, Track] = {}
    for item in list(answers.below(root, "Track"))[:MOST_TRACKS]:
        number = answers.whole(item, "id")
        if number and 100 < number <= 99_999:
            found.setdefault(number, _track(number, item))
    return tuple(found[number] for number in sorted(found))


def _track(number: int, item: Element) -> Track:
    switches = [answers.truth(extension, "enableSchedule") for extension in answers.below(item, "CustomExtension")]
    told = [switch for switch in switches if switch is not None]
    return Track(
        id=number,
        number=number // 100,
        recorded_stream=_stored(number, item),
        scheduled=told[0] if told else None,
        mode=_mode(item),
        keeps_days=duration_days(answers.text(item, "Duration")),
        loops=answers.truth(item, "LoopEnable"),
        limited=answers.truth(item, "durationEnabled"),
    )


def _stored(number: int, item: Element) -> int:
    """The streaming channel that a track stores: by the address of its source (`…/Streaming/channels/402`), else by `Channel`,
    else (they name none of this channel's streams) its own number."""
    source = _SOURCE.search(answers.first_text(item, "SrcUrl") or "")
    told = (int(source[1]) if source else None, answers.whole(item, "Channel"))
    return next((one for one in told if one and one > 100 and one // 100 == number // 100), number)


def duration_days(told: str | None) -> int | None:
    """Whole days of `P30DT0H`; 0 for `P0D`; None where it is no duration."""
    found = _DURATION.match(told) if told and len(told) <= 60 else None
    if found is None or told is None or told.strip().upper() == "P":
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return min(years * 365 + months * 30 + weeks * 7 + days, 100_000)


def _mode(item: Element) -> str:
    """By the actions of the week's schedule; where it has none, by the default mode."""
    actions = [action for action in list(answers.below(item, "ScheduleAction"))[:512] if _records(action)]
    kinds = {kind_of(answers.first_text(action, "ActionRecordingMode")) for action in actions}
    if not kinds:
        return kind_of(answers.text(item, "DefaultRecordingMode"))
    if "continuous" in kinds:
        minutes = sum(_minutes(action) for action in actions if _is_continuous(action))
        return "continuous" if minutes >= 0.97 * _WEEK_MINUTES or not minutes else "schedule"
    return "motion" if "motion" in kinds else "event" if "event" in kinds else "unknown"


def _records(action: Element) -> bool:
    return answers.truth(answers.find(action, "Actions"), "Record") is not False


def _is_continuous(action: Element) -> bool:
    return kind_of(answers.first_text(action, "ActionRecordingMode")) == "continuous"


def _minutes(action: Element) -> int:
    ends = [answers.text(action, name, "TimeOfDay") for name in ("ScheduleActionStartTime", "ScheduleActionEndTime")]
    start, end = (_minute_of_day(told) for told in ends)
    if start is None or end is None:
        return 0
    return end - start if end > start else 0


def _minute_of_day(told: str | None) -> int | None:
    found = _CLOCK.search(told) if told else None
    if found is None:
        return None
    # A day ends at 24:00, 23:59 or 23:59:59.
    minutes = int(found[1]) * 60 + int(found[2])
    return 24 * 60 if minutes == 24 * 60 - 1 else min(minutes, 24 * 60)


def kind_of(told: str | None) -> str:
    """What a recording mode, or a record type of calendar and search, stands for (`CMR`, `timing`, `MOTION`, `alarm`…)."""
    word = re.sub(r"[^a-z]", "", (told or "").rpartition("/")[2].lower())
    if not word:
        return "unknown"
    if word in ("cmr", "time", "timing", "continuous", "schedule", "alltime", "command", "manual", "cmd"):
        return "continuous"
    return "motion" if word in ("motion", "vmd", "motiondetection") else "event"
