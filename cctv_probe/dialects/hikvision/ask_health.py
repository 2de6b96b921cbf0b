"""The recorder's health: disks, overwriting, schedules and ports, as evidence and findings. How long footage is kept is proved
by playing it, never concluded from here (quirk 29)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cctv_probe.dialects.hikvision import answers_device
from cctv_probe.dialects.hikvision import answers_storage as answers
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers_storage import Disk, Storage, Track
from cctv_probe.dialects.hikvision.session import IsapiSession, Reply
from cctv_probe.model.device import Channel
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.wire.visit import tidy

_DISK_FAILED = Text(
    en="Disk {disk} of the recorder does not work (state: {status}); footage on it may be lost. Replace it.",
    th="ดิสก์ {disk} ของเครื่องบันทึกใช้งานไม่ได้ (สถานะ: {status}) ภาพที่เก็บไว้อาจสูญหาย โปรดเปลี่ยนดิสก์",
)
_READ_ONLY = Text(
    en="Disk {disk} of the recorder is read-only: nothing new is stored on it.",
    th="ดิสก์ {disk} ของเครื่องบันทึกอ่านได้อย่างเดียว จึงไม่มีภาพใหม่ถูกเก็บลงดิสก์นี้",
)
_NO_DISK = Text(
    en="The recorder has no working disk: it records nothing.",
    th="เครื่องบันทึกไม่มีดิสก์ที่ใช้งานได้ จึงไม่ได้บันทึกภาพ",
)
RECORDING_OFF = Text(
    en="Channel {number} is not being recorded: its schedule is switched off.",
    th="ช่อง {number} ไม่ได้บันทึกอยู่ เพราะตารางการบันทึกถูกปิดไว้",
)
_SUB_STREAM = Text(
    en="The recorder stores the second, smaller stream of channel {number}, not its main one.",
    th="เครื่องบันทึกเก็บภาพสตรีมรองที่มีขนาดเล็กกว่าของช่อง {number} ไม่ใช่สตรีมหลัก",
)


def ask_health(session: IsapiSession, channels: Sequence[Channel] = ()) -> None:
    """Write down how the device stores. `channels` are those in use: only they are judged. Raises nothing."""
    visit = session.visit
    if visit.login.refusal is not None and "device" not in visit.login.proven:
        return  # the login was refused: there is nothing more to learn
    visit.step(ops.PORTS.step, lambda: _note_ports(session, session.ask(ops.PORTS)))
    stored = visit.step(ops.STORAGE.step, lambda: _note_storage(session, session.ask(ops.STORAGE)))
    if session.is_recorder or (stored is not None and stored.disks):
        step = f"{ops.TRACKS.step} schedules"
        visit.step(step, lambda: _note_tracks(session, session.once(ops.TRACKS), [one.number for one in channels]))


def _note_ports(session: IsapiSession, reply: Reply) -> None:
    told = answers_device.ports(reply.root)
    listed = tuple(f"{one.protocol} {one.port}" for one in told if one.enabled is not False)
    session.visit.note("device", "service_ports", listed, "isapi.ports", Standing.CONFIGURED, raw=(reply.sha256,))
    rtsp = next((one.port for one in told if one.protocol == "RTSP" and one.enabled is not False), None)
    session.rtsp_port = rtsp or session.rtsp_port
    session.visit.note("device", "rtsp_port", rtsp, "isapi.ports", Standing.CONFIGURED, raw=(reply.sha256,))


def _note_storage(session: IsapiSession, reply: Reply) -> Storage:
    visit, told = session.visit, answers.storage(reply.root)
    for attribute, value in (
        ("disks", tuple(_shown(disk) for disk in told.disks)),
        ("storage_total_bytes", told.total_bytes or None),
        ("storage_mode", told.work_mode),
    ):
        visit.note("device", attribute, value, "isapi.storage", Standing.CONFIGURED, raw=(reply.sha256,))
    for disk in told.disks:
        words = {"disk": tidy(disk.id)[:20], "status": tidy(disk.status)[:40]}
        if disk.failed:
            visit.find("disk_failed", "high", _DISK_FAILED.with_(**words))
        elif disk.writable is False and len(told.disks) == 1:
            visit.find("disk_read_only", "medium", _READ_ONLY.with_(disk=words["disk"]))
    if session.is_recorder and not any(not disk.failed for disk in told.disks):
        visit.find("no_disk", "critical", _NO_DISK)
    return told


def _shown(disk: Disk) -> Mapping[str, str | int | bool | None]:
    return {
        "id": tidy(disk.id)[:20],
        "kind": tidy(disk.kind)[:20],
        "status": tidy(disk.status)[:40],
        "total_bytes": disk.total_bytes,
        "failed": disk.failed,
    }


def _note_tracks(session: IsapiSession, reply: Reply, used: Iterable[int]) -> None:
    """Schedules of the channels in use. A channel is recorded where any of its tracks is."""
    visit, raw = session.visit, (reply.sha256,)
    by_number: dict[int, list[Track]] = {}
    for track in answers.tracks(reply.root):
        by_number.setdefault(track.number, []).append(track)
    loops: list[bool] = []
    for number in used:
        listed = by_number.get(number, [])
        if not listed:
            continue
        chosen = next((track for track in listed if not track.is_off), listed[0])
        loops += [] if chosen.loops is None else [chosen.loops]
        for attribute, value in (
            ("recording_scheduled", chosen.scheduled),
            ("recording_mode", chosen.mode if chosen.mode != "unknown" else None),
            ("configured_days", chosen.configured_days),
            ("recorded_stream", _stream_of(chosen)),
        ):
            visit.note(f"channel/{number}", attribute, value, "isapi.record_tracks", Standing.CONFIGURED, raw=raw)
        if all(track.is_off for track in listed):
            visit.find("recording_off", "high", RECORDING_OFF.with_(number=number))
        elif _stream_of(chosen) == "sub":
            visit.find("records_sub_stream", "medium", _SUB_STREAM.with_(number=number))
    if loops:
        visit.note("device", "overwrite", all(loops), "isapi.record_tracks", Standing.CONFIGURED, raw=raw)


def _stream_of(track: Track) -> str | None:
    stored = track.recorded_stream
    return None if stored is None else "main" if stored % 100 == 1 else "sub"
