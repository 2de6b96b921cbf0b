"""What a status of HTTP and the reason in its body stand for, in words for people. Pure.

Sub-status codes: ISAPI's general specification, error codes; what recorders send was seen on DS-7732NI and DS-7616NI.
"""

from __future__ import annotations

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.onvif.xml import Element
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

LOCKED = Text(
    en="has locked the account for now; no login was sent. Wait half an hour, then scan again",
    th="อุปกรณ์ล็อกบัญชีไว้ชั่วคราว จึงไม่ส่งข้อมูลเข้าสู่ระบบ โปรดรอครึ่งชั่วโมงแล้วสแกนใหม่",
)
LOCKED_FOR = Text(
    en="has locked the account for {minutes} more minutes; no login was sent. Wait, then scan again",
    th="อุปกรณ์ล็อกบัญชีไว้อีก {minutes} นาที จึงไม่ส่งข้อมูลเข้าสู่ระบบ โปรดรอแล้วสแกนใหม่",
)
_NO_RIGHT = Text(
    en="accepted the login, but this user has no right to ask this; give the user the right to view settings and play back",
    th="ยอมรับการเข้าสู่ระบบ แต่ผู้ใช้นี้ไม่มีสิทธิ์ดูข้อมูลนี้ โปรดให้สิทธิ์ดูการตั้งค่าและเล่นภาพย้อนหลัง",
)
_NOT_SUPPORTED = Text(en="does not support this question", th="อุปกรณ์ไม่รองรับคำถามนี้")
_NOT_ACTIVATED = Text(
    en="has not been activated yet: it has no password, and answers nothing until one is set; set it up on site",
    th="อุปกรณ์ยังไม่ได้เปิดใช้งาน (activate) จึงยังไม่มีรหัสผ่านและไม่ตอบคำถาม โปรดตั้งค่าที่เครื่อง",
)
_BUSY = Text(
    en="is busy, or has too many users at the moment; try again later",
    th="อุปกรณ์ไม่ว่าง หรือมีผู้ใช้งานพร้อมกันมากเกินไป โปรดลองใหม่ภายหลัง",
)
_FORBIDDEN = Text(
    en="forbids this without saying why (no right, not supported, or too many users)",
    th="อุปกรณ์ไม่อนุญาตโดยไม่บอกเหตุผล (ไม่มีสิทธิ์ ไม่รองรับ หรือมีผู้ใช้งานมากเกินไป)",
)
_FAULT = Text(en="answered with an error ({said})", th="ตอบกลับว่ามีข้อผิดพลาด ({said})")

_REASONS = {
    **dict.fromkeys(
        ("lowprivilege", "badauthorization", "nopermission", "nopermissions", "permissiondenied", "nopermissionto"),
        (Ending.NOT_PERMITTED, _NO_RIGHT),
    ),
    **dict.fromkeys(
        ("notsupport", "notsupported", "methodnotallowed", "badurlformat", "invalidchannel", "nosuchurl"),
        (Ending.NOT_SUPPORTED, _NOT_SUPPORTED),
    ),
    **dict.fromkeys(("notactivated", "deviceinactive", "noactivated"), (Ending.NOT_PERMITTED, _NOT_ACTIVATED)),
    **dict.fromkeys(
        ("devicebusy", "thedeviceisbusy", "maxsessionuserlink", "moreusers", "servicebusy", "overnumber", "nomemory"),
        (Ending.BUSY, _BUSY),
    ),
}
_BUSY_CODE = 2
_STATUS_ENDINGS = {404: Ending.NOT_FOUND, 405: Ending.NOT_SUPPORTED, 501: Ending.NOT_SUPPORTED, 429: Ending.BUSY,
                   503: Ending.BUSY}  # fmt: skip


def refusal_of(status: int, root: Element | None) -> StepError | None:
    """The error that an answer stands for; None for a proper one. `root` is None where it is no XML. 401 is not judged here."""
    told = answers.status_of(root)
    if status < 400 and (told is None or not told.is_error):
        return None
    if told is not None:
        known = _REASONS.get(told.sub.replace("_", "").replace(" ", "").lower())
        if known is not None:
            return StepError(*known)
        if told.code == _BUSY_CODE:
            return StepError(Ending.BUSY, _BUSY)
    if status in _STATUS_ENDINGS:
        return StepError(_STATUS_ENDINGS[status])
    said = " ".join(filter(None, (str(status) if status >= 400 else "", *_said(told))))[:80]
    if status == 403 and (told is None or not told.sub):
        return StepError(Ending.NOT_PERMITTED, _FORBIDDEN)
    return StepError(Ending.FAULT, _FAULT.with_(said=said))


def _said(told: answers.Status | None) -> tuple[str, ...]:
    return (told.said, told.sub) if told is not None else ()
