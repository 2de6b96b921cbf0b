"""`--dry-run`: what would be asked of whom, without sending anything."""

from __future__ import annotations

import sys

from cctv_probe.cli.language import say
from cctv_probe.cli.prepare import Asked, read_credentials, read_ports, read_scope
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import SystemClock

_RANGES = Text(en="Addresses: {ranges} ({count} in all)", th="ที่อยู่: {ranges} (รวม {count} ที่อยู่)")
_CLASS = Text(en="  {first}: class {scope_class}", th="  {first}: ประเภทพื้นที่ {scope_class}")
_TCP = Text(en="TCP ports on every address: {ports}", th="พอร์ต TCP ที่ลองทุกที่อยู่: {ports}")
_TCP_MORE = Text(en="further TCP ports where something answers: {ports}", th="พอร์ต TCP เพิ่มเติมเฉพาะที่มีการตอบ: {ports}")
_UDP = Text(en="WS-Discovery probe to UDP 3702 on every address", th="ส่ง WS-Discovery ไปยัง UDP 3702 ทุกที่อยู่")
_ANONYMOUS = Text(en="Without login: {steps}", th="ถามโดยไม่เข้าสู่ระบบ: {steps}")
_LOGIN = Text(en="With login, where a device wants one: {steps}", th="ถามหลังเข้าสู่ระบบ เมื่ออุปกรณ์ต้องการ: {steps}")
_HIKVISION = Text(en="Where Hikvision's ISAPI is spoken: {steps}", th="เมื่ออุปกรณ์ใช้ ISAPI ของ Hikvision: {steps}")
_DAHUA = Text(en="Where Dahua's CGI is spoken: {steps}", th="เมื่ออุปกรณ์ใช้ CGI ของ Dahua: {steps}")
_RECORDINGS = Text(
    en="Recordings: one playback at a time, at most {minutes} minutes per recorder and night",
    th="ภาพที่บันทึก: เล่นครั้งละหนึ่งรายการ ไม่เกิน {minutes} นาทีต่อเครื่องบันทึกต่อคืน",
)
_GROUP = Text(en="Credentials: group “{name}” for {where}", th="รหัสผ่าน: กลุ่ม “{name}” สำหรับ {where}")
_NONE = Text(
    en="Credentials: none; devices that want a login stay closed.", th="รหัสผ่าน: ไม่มี อุปกรณ์ที่ต้องเข้าสู่ระบบจะอ่านไม่ได้"
)
_EVERYWHERE = Text(en="every device", th="ทุกอุปกรณ์")
_NOTHING = Text(en="Nothing was sent.", th="ยังไม่ได้ส่งอะไรออกไป")
_LEDGER = Text(
    en="At most one failed login per device in 30 minutes.", th="เข้าสู่ระบบไม่สำเร็จได้ไม่เกินหนึ่งครั้งต่ออุปกรณ์ใน 30 นาที"
)


def rehearse(asked: Asked) -> None:
    """Print the plan of a scan to standard output. Raises `Stop` for the mistakes a scan would refuse."""
    from cctv_probe.dialects.onvif.operations import ALLOWED, DEVICE, MEDIA, MEDIA2, RECORDING, REPLAY, SEARCH
    from cctv_probe.discover.ports import further_ports, principal_ports

    scope, left_out = read_scope(asked, SystemClock())
    credentials = read_credentials(asked)
    extra = read_ports(asked.ports)
    lines = [*([left_out] if left_out else [])]
    lines.append(_RANGES.with_(ranges=scope.targets.describe(), count=f"{len(scope.targets):,}"))
    for entry in scope.ranges:
        lines.append(_CLASS.with_(first=entry.targets.describe(), scope_class=entry.scope_class))
    lines.append(_TCP.with_(ports=", ".join(map(str, [*principal_ports(), *extra]))))
    lines.append(_TCP_MORE.with_(ports=", ".join(map(str, further_ports()))))
    lines.append(_UDP)
    services = [DEVICE, MEDIA, MEDIA2, *([RECORDING, REPLAY, SEARCH] if asked.retention else [])]
    asked_here = [operation for operation in ALLOWED if operation.service in services]
    anonymous = ["HTTP GET /", "RTSP OPTIONS", "RTSP DESCRIBE", *sorted(op.name for op in asked_here if not op.login)]
    lines.append(_ANONYMOUS.with_(steps=", ".join(anonymous)))
    watching = [
        "RTSP DESCRIBE",
        *(["RTSP SETUP", "RTSP PLAY", "RTSP TEARDOWN"] if asked.measure or asked.retention else []),
    ]
    lines.append(_LOGIN.with_(steps=", ".join([*watching, *sorted({op.name for op in asked_here if op.login})])))
    lines += _makers(recordings=asked.retention)
    if asked.retention:
        lines.append(_RECORDINGS.with_(minutes=f"{asked.night_minutes:g}"))
    for group in credentials.groups:
        where = [group.ranges.describe()] if group.ranges else []
        where += [*group.macs, *group.brands]
        lines.append(_GROUP.with_(name=group.name, where=", ".join(where) if where else _EVERYWHERE))
    lines += [_LEDGER] if credentials.groups else [_NONE]
    lines.append(_NOTHING)
    sys.stdout.write("\n".join(say(line) for line in lines) + "\n")


def _makers(*, recordings: bool) -> list[Text]:
    """What is asked of devices that speak their maker's own interface."""
    from cctv_probe.dialects.dahua import operations as dahua
    from cctv_probe.dialects.hikvision import operations as hikvision

    of_footage = {hikvision.CALENDAR, hikvision.SEARCH}
    asked = [one for one in hikvision.ALLOWED if recordings or one not in of_footage]
    finds = ("mediaFileFind.cgi", "loadfile.cgi")
    cgi = [one for one in dahua.ALLOWED if recordings or one.path not in finds]
    steps = sorted(one.step.removeprefix("dahua.") for one in cgi)
    return [
        _HIKVISION.with_(steps=", ".join(f"{one.method} {one.path}" for one in asked)),
        _DAHUA.with_(steps=", ".join(steps)),
    ]
