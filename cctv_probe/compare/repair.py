"""What a municipality should repair, the gravest first: each with the reason and what to do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.verdicts.verdict import SEVERITIES, Verdict
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.finding import Finding, Severity
from cctv_probe.model.record import DeviceRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.display import camera_title
from cctv_probe.survey.safe_text import clean


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing to repair. `code`: `not_found`, `offline`, `not_working`, `nothing_recorded`, `recording_stopped`,
    `disk_failed`, `days_below_declared`, `clock_wrong`, `picture_poor`. `declared` and `found` are the keys of the camera, None where it has none;
    `cameras` how many known cameras it concerns."""

    code: str
    severity: Severity
    title: Text
    address: str | None
    why: Text
    action: Text
    declared: str | None = None
    found: str | None = None
    cameras: int = 1


@dataclass(frozen=True, slots=True)
class Missing:
    """A declared camera that was looked for and not found."""

    declared: str
    name: str
    address: str | None
    why: Text


_Item = Callable[[str, Severity, Text], Repair]


def repairs(
    found: Sequence[FoundCamera],
    missing: Sequence[Missing],
    verdicts: Mapping[str, Sequence[Verdict]],
    declared_of: Mapping[str, str],
    devices: Iterable[tuple[Device, DeviceRecord]] = (),
) -> tuple[Repair, ...]:
    """The repair list; `devices` with their records. `verdicts` and `declared_of` (the declared key) go by the key of the found camera."""
    listed = [_not_found(each) for each in missing]
    for camera in found:
        listed += [
            replace(item, declared=declared_of.get(camera.key))
            for item in _of_camera(camera, verdicts.get(camera.key, ()))
        ]
    listed += _of_devices(devices, found)
    return tuple(sorted(listed, key=_gravest_first))


def _gravest_first(item: Repair) -> tuple[int, str, str, str]:
    return -SEVERITIES.index(item.severity), item.code, item.address or "", item.found or item.declared or ""


def _not_found(missing: Missing) -> Repair:
    name = clean(missing.name)
    return Repair(
        "not_found",
        "high",
        Text(en=name, th=name),
        missing.address,
        missing.why,
        _ACTIONS["not_found"],
        missing.declared,
    )


def _of_camera(camera: FoundCamera, verdicts: Sequence[Verdict]) -> Iterable[Repair]:
    record, findings = camera.camera, camera.camera.findings

    def item(code: str, severity: Severity, why: Text) -> Repair:
        return Repair(code, severity, camera_title(record), record.device, why, _ACTIONS[code], found=camera.key)

    offline = _first(findings, "channel_offline")
    pictures = [finding for finding in findings if finding.code.startswith("picture_")]
    if offline:
        yield item("offline", "high", offline.text)
    elif record.working.value is False:
        yield item("not_working", "critical", pictures[0].text if pictures else _NOT_WORKING)
    elif pictures:
        yield item("picture_poor", pictures[0].severity, pictures[0].text)
    yield from _of_recordings(item, camera, verdicts)
    for finding in findings:
        if _is_disk(finding):
            yield item("disk_failed", finding.severity, finding.text)


def _of_recordings(item: _Item, camera: FoundCamera, verdicts: Sequence[Verdict]) -> Iterable[Repair]:
    stopped = _first(camera.camera.findings, "footage_stopped")
    days = camera.camera.retention.verified_days.value
    retention = next((each for each in verdicts if each.field == "retention_days"), None)
    if days == 0 and not isinstance(days, bool):
        yield item("nothing_recorded", "critical", stopped.text if stopped else _NOTHING_RECORDED)
    elif stopped:
        yield item("recording_stopped", "high", stopped.text)
    elif retention and retention.verdict == "mismatch" and retention.direction == "overstated":
        yield item("days_below_declared", retention.severity, retention.sentence)


def _of_devices(devices: Iterable[tuple[Device, DeviceRecord]], found: Sequence[FoundCamera]) -> Iterable[Repair]:
    """What concerns a device as a whole is listed once, with the number of its cameras; also where it told of none."""
    cameras: dict[tuple[str, str], list[str]] = {}
    for camera in found:
        cameras.setdefault((camera.camera.device_id, camera.camera.device), []).append(camera.key)
    for device, record in devices:
        behind = cameras.get((device.id, device.address), [])
        for finding in record.findings if device.kind is not Kind.NOT_A_CAMERA else ():
            code = "disk_failed" if _is_disk(finding) else "clock_wrong" if finding.code in _CLOCKS else None
            if code:
                title = Text(en=device.address, th=device.address)
                alone = behind[0] if len(behind) == 1 else None
                item = Repair(code, finding.severity, title, device.address, finding.text, _ACTIONS[code], found=alone)
                yield replace(item, cameras=len(behind))


def _first(findings: Iterable[Finding], code: str) -> Finding | None:
    return next((finding for finding in findings if finding.code == code), None)


def _is_disk(finding: Finding) -> bool:
    return finding.code.startswith(("disk_", "storage_")) and finding.severity in ("medium", "high", "critical")


_CLOCKS = frozenset({"clock_wrong", "clock_buddhist_year"})
_NOT_WORKING = Text(en="No healthy picture came from this camera.", th="ไม่ได้รับภาพที่ใช้งานได้จากกล้องตัวนี้")
_NOTHING_RECORDED = Text(
    en="The recorder answered, and nothing of this camera could be played.",
    th="เครื่องบันทึกตอบ แต่เล่นภาพที่บันทึกของกล้องนี้ไม่ได้เลย",
)
_ACTIONS: dict[str, Text] = {
    "not_found": Text(
        en="Check power, cable and switch port; if the camera was taken down, correct the list.",
        th="ตรวจสอบไฟเลี้ยง สายสัญญาณ และพอร์ตสวิตช์ หากถอดกล้องออกแล้ว โปรดแก้ไขบัญชี",
    ),
    "offline": Text(
        en="Check the camera's power, its cable, and its login in the recorder.",
        th="ตรวจสอบไฟเลี้ยง สายสัญญาณ และรหัสผ่านของกล้องในเครื่องบันทึก",
    ),
    "not_working": Text(
        en="Look at the picture on site; check lens, housing, cable and power; restart the camera.",
        th="ตรวจดูภาพที่หน้างาน ตรวจสอบเลนส์ ตัวครอบ สายสัญญาณ และไฟเลี้ยง แล้วรีสตาร์ตกล้อง",
    ),
    "picture_poor": Text(
        en="Clean lens and housing, and check focus and exposure.", th="ทำความสะอาดเลนส์และตัวครอบ ตรวจสอบโฟกัสและแสง"
    ),
    "nothing_recorded": Text(
        en="Check the recording schedule, the disks and the channel's assignment at the recorder.",
        th="ตรวจสอบตารางการบันทึก ฮาร์ดดิสก์ และการกำหนดช่องที่เครื่องบันทึก",
    ),
    "recording_stopped": Text(
        en="Check the recording schedule and the disks, and that the camera is connected to the recorder.",
        th="ตรวจสอบตารางการบันทึก ฮาร์ดดิสก์ และการเชื่อมต่อของกล้องกับเครื่องบันทึก",
    ),
    "disk_failed": Text(
        en="Replace the failed disk, and check afterwards that recording goes on.",
        th="เปลี่ยนฮาร์ดดิสก์ที่เสีย แล้วตรวจสอบว่าการบันทึกดำเนินต่อ",
    ),
    "days_below_declared": Text(
        en="Add disk space, lower the bit rate, or correct the number of days in the list.",
        th="เพิ่มพื้นที่จัดเก็บ ลดอัตราบิต หรือแก้ไขจำนวนวันในบัญชี",
    ),
    "clock_wrong": Text(
        en="Set a time server (NTP) and the time zone UTC+7 without daylight saving.",
        th="ตั้งเซิร์ฟเวอร์เวลา (NTP) และเขตเวลา UTC+7 โดยไม่ใช้เวลาออมแสง",
    ),
}
