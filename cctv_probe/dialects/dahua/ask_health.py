"""Is it recording, and onto what: disks, recording mode and schedule of every channel, what happens when the disks are full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cctv_probe.dialects.dahua import answers_health as answers
from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.answers_health import Disk, Switches
from cctv_probe.dialects.dahua.operations import Operation
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.dialects.dahua.table import Node
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Channel
from cctv_probe.model.evidence import Standing, Value
from cctv_probe.model.words import Text
from cctv_probe.wire.visit import Visit, tidy

STORAGE, RECORD, GROUP = "dahua.storage", "dahua.record", "dahua.storage_group"
UNTIL_FULL = "until_full"
_CLOSED = {Ending.UNAUTHORIZED, Ending.LOCKED_OUT, Ending.HELD_BACK, Ending.REFUSED, Ending.UNREACHABLE,
           Ending.BUDGET_SPENT, Ending.INTERRUPTED}  # fmt: skip

_DISK_FAILED = Text(
    en="Disk {name} of {address} has failed ({said}). Footage on it may be lost; replace it.",
    th="ฮาร์ดดิสก์ {name} ของ {address} เสีย ({said}) ภาพที่บันทึกไว้อาจสูญหาย โปรดเปลี่ยน",
)
_DISK_MISSING = Text(
    en="Disk {name} of {address} is set up but not there ({said}). Check its cables, or replace it.",
    th="ฮาร์ดดิสก์ {name} ของ {address} ถูกตั้งค่าไว้แต่ไม่พบ ({said}) โปรดตรวจสอบสายหรือเปลี่ยน",
)
_NO_DISK = Text(
    en="{address} tells of no working disk: it records nothing. Check whether one is fitted, and its cables.",
    th="{address} แจ้งว่าไม่มีฮาร์ดดิสก์ที่ใช้งานได้ จึงไม่ได้บันทึกภาพ โปรดตรวจสอบว่าติดตั้งไว้หรือไม่ และตรวจสอบสาย",
)
_SUB_STREAM = Text(
    en="The recorder stores the second, smaller stream of channel {number}, not its main one.",
    th="เครื่องบันทึกเก็บภาพสตรีมรองที่มีขนาดเล็กกว่าของช่อง {number} ไม่ใช่สตรีมหลัก",
)
_OFF = Text(
    en="Channel {number} is not being recorded: recording is switched off in the recorder.",
    th="ช่อง {number} ไม่ได้บันทึกอยู่ เพราะการบันทึกถูกปิดไว้ที่เครื่องบันทึก",
)
_NO_SCHEDULE = Text(
    en="Channel {number} is not being recorded: its recording schedule is empty.",
    th="ช่อง {number} ไม่ได้บันทึกอยู่ เพราะไม่มีช่วงเวลาในตารางการบันทึก",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """What a recorder is set to do. `modes`: channel number → `continuous`, `schedule`, `motion`, `event` or `off`.

    `kept_days` is its declared limit (0: none, until the disks are full), `overwrite` whether full disks go on.
    """

    disks: tuple[Disk, ...] = ()
    modes: dict[int, str] = field(default_factory=dict)
    overwrite: bool | None = None
    kept_days: int | None = None
    sub_only: frozenset[int] = frozenset()
    """Channels of which only the sub stream is recorded."""
    raw_sha256: tuple[str, ...] = ()

    @property
    def configured_days(self) -> int | str | None:
        """How long footage is kept by its own setting: days, `until_full`, or None where it does not say."""
        if self.kept_days:
            return self.kept_days
        return UNTIL_FULL if self.kept_days == 0 or self.overwrite else None


@dataclass
class HealthQuestions:
    """The questions, in order; what fails becomes an attempt, and the rest goes on."""

    session: DahuaSession
    channels: Sequence[Channel]
    is_recorder: bool
    raw: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> Health:
        """Raises nothing."""
        disks = self._call(ops.GET_STORAGE, STORAGE, answers.disks)
        group = self._call(ops.GET_STORAGE_GROUP, GROUP, answers.storage_group) or answers.Group()
        if self.session.switches is None:
            self.session.switches = self._call(ops.GET_RECORD_MODE, f"{RECORD}_mode", answers.record_modes)
        switches = self.session.switches or {}
        schedules = self._call(ops.GET_RECORD, RECORD, answers.schedules) or {}
        modes = {
            channel.number: mode
            for channel in self.channels
            if (mode := mode_of(switches.get(channel.number), schedules.get(channel.number)))
        }
        sub_only = frozenset(number for number, each in switches.items() if each.stored == "sub")
        health = Health(disks or (), modes, group.overwrite, group.kept_days, sub_only, tuple(self.raw.values()))
        if disks is not None:
            self._note_disks(disks)
        self._note("device", "overwrite", group.overwrite, GROUP)
        for channel in self.channels:
            self._note_channel(channel, health, switches.get(channel.number))
        return health

    def _call(self, operation: Operation, method: str, read: Callable[[Node], T]) -> T | None:
        if self.closed:
            return None

        def ask() -> T:
            reply = self.session.call(operation)
            self.raw[method] = reply.sha256
            return read(reply.table)

        found = self.visit.step(operation.step, ask)
        self.closed = self.visit.last_ending() in _CLOSED
        return found

    def _note_disks(self, disks: tuple[Disk, ...]) -> None:
        self._note("device", "disks", tuple(_shown(disk) for disk in disks), STORAGE)
        total = sum(disk.total_bytes for disk in disks if disk.state in ("ok", "unknown"))
        self._note("device", "storage_total_bytes", total or None, STORAGE)
        words = {"failed": _DISK_FAILED, "missing": _DISK_MISSING}
        for disk in disks:
            text = words.get(disk.state)
            if text:
                shown = text.with_(name=tidy(disk.name)[:40], address=self.visit.address, said=tidy(disk.said)[:40])
                self.visit.find("disk_failed", "high", shown)
        if self.is_recorder and not any(disk.state in ("ok", "unknown") for disk in disks):
            self.visit.find("no_disk", "critical", _NO_DISK.with_(address=self.visit.address))

    def _note_channel(self, channel: Channel, health: Health, switches: Switches | None) -> None:
        mode = health.modes.get(channel.number)
        self._note(channel.subject, "recording_mode", mode if mode != "off" else None, RECORD)
        self._note(channel.subject, "recording_scheduled", None if mode is None else mode != "off", RECORD)
        if not self.is_recorder:
            return
        self._note(channel.subject, "configured_days", health.configured_days, GROUP)
        self._note(channel.subject, "recorded_stream", switches.stored if switches else None, f"{RECORD}_mode")
        if mode == "off":
            text = _OFF if switches and switches.stored is None else _NO_SCHEDULE
            self.visit.find("recording_off", "high", text.with_(number=channel.number))
        elif channel.number in health.sub_only:
            self.visit.find("records_sub_stream", "medium", _SUB_STREAM.with_(number=channel.number))

    def _note(self, subject: str, attribute: str, value: Value, method: str) -> None:
        raw = tuple(sha256 for name, sha256 in self.raw.items() if name == method or name == f"{method}_mode")
        self.visit.note(subject, attribute, value, method, Standing.CONFIGURED, raw=raw)


def mode_of(switches: Switches | None, schedule: str | None) -> str | None:
    """How a channel records: its switches first, then its schedule; None where neither tells. Pure."""
    switch = switches.effective if switches else None
    if switch == "stop":
        return "off"
    return "continuous" if switch == "manual" else schedule


def _shown(disk: Disk) -> Mapping[str, str | int | bool]:
    return {
        "id": tidy(disk.name)[:20],
        "status": tidy(disk.said or disk.state)[:40],
        "total_bytes": disk.total_bytes,
        "failed": disk.state in ("failed", "missing"),
    }


def ask_health(session: DahuaSession, channels: Sequence[Channel]) -> Health:
    """Disks, recording and retention settings of the device behind `session`, whose channels in use are `channels`.
    Raises nothing."""
    return HealthQuestions(session, channels, session.is_recorder is not False).ask()
