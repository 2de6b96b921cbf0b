"""How the login at one service of a device ended, in words: what `credentials test` tells, and no rule about devices."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.words import Text

Service = Literal["isapi", "dahua_cgi", "onvif", "rtsp"]

NAMES: dict[Service, Text] = {
    "isapi": Text(en="Hikvision's own interface (ISAPI)", th="ช่องทางของ Hikvision (ISAPI)"),
    "dahua_cgi": Text(en="Dahua's own interface (CGI)", th="ช่องทางของ Dahua (CGI)"),
    "onvif": Text(en="ONVIF", th="ONVIF (มาตรฐานกลาง)"),
    "rtsp": Text(en="RTSP (pictures)", th="RTSP (ภาพ)"),
}


class Outcome(enum.StrEnum):
    """How the login at one service ended."""

    WORKS = "works"
    OPEN = "open"
    """It answers without any login."""
    NO_PERMISSION = "no_permission"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of an outcome
    NO_ONVIF_USER = "no_onvif_user"
    OFF = "off"
    """ONVIF does not answer on a device that other services show."""
    TOO_MANY_USERS = "too_many_users"
    LOCKED = "locked"
    HELD_BACK = "held_back"
    """By our own record of failed logins."""
    NO_CREDENTIAL = "no_credential"
    CLEAR_TEXT_ONLY = "clear_text_only"
    NOT_TRIED = "not_tried"
    NO_ANSWER = "no_answer"
    UNCLEAR = "unclear"
    """It answered, and neither accepted nor refused the login."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One service. `scheme` is the one that was used, or that it offers; `attempts_left` by the device's own count, after
    this; `locked_s` seconds that it says it stays locked. Nothing here names a user."""

    service: Service
    port: int | None
    tls: bool
    outcome: Outcome
    says: Text
    scheme: str | None = None
    account: Literal["device", "onvif"] | None = None
    """Of which account of the group a login was sent; None where none was."""
    attempts_left: int | None = None
    locked_s: int | None = None


WORKS = Text(en="the login of group “{group}” works ({scheme}).", th="เข้าสู่ระบบด้วยกลุ่ม “{group}” ได้ ({scheme})")
WORKS_ALONE = Text(
    en="took the login of group “{group}” ({scheme}), but did not answer the question: {line}.",
    th="ยอมรับการเข้าสู่ระบบของกลุ่ม “{group}” ({scheme}) แต่ไม่ตอบคำถาม: {line}",
)
OPEN = Text(
    en="answers without any login. Anyone on this network can use it: have a password set.",
    th="ตอบโดยไม่ต้องเข้าสู่ระบบ ใครก็ตามในเครือข่ายนี้ใช้ได้ โปรดตั้งรหัสผ่าน",
)
NO_ONVIF_USER = Text(
    en="refused the device's own account (group “{group}”), which other services accept: its ONVIF users are accounts of their"
    " own. Add an ONVIF user on the device, and name it as onvif_user in the credentials file.",
    th="ไม่ยอมรับบัญชีของเครื่อง (กลุ่ม “{group}”) ที่บริการอื่นยอมรับ เพราะบัญชี ONVIF แยกต่างหาก โปรดเพิ่มผู้ใช้ ONVIF ในอุปกรณ์"
    " แล้วระบุเป็น onvif_user ในแฟ้มรหัสผ่าน",
)
WRONG_ONVIF_USER = Text(
    en="refused the onvif_user of group “{group}”; check its password, and that this user exists in the device's ONVIF menu.",
    th="ไม่ยอมรับ onvif_user ของกลุ่ม “{group}” โปรดตรวจสอบรหัสผ่าน และตรวจว่ามีผู้ใช้นี้ในเมนู ONVIF ของอุปกรณ์",
)
OFF = Text(
    en="does not answer: it is switched off, or stands at a port that was not tried (--ports). Switch it on in the device's"
    " network menu if a central system is to use it.",
    th="ไม่ตอบ อาจปิดไว้หรืออยู่ที่พอร์ตอื่นที่ไม่ได้ลอง (--ports) หากระบบกลางต้องใช้ โปรดเปิดในเมนูเครือข่ายของอุปกรณ์",
)
AFTER_FAILURE = Text(
    en="not tried, because a login was refused just now, and one refusal in 30 minutes is the most that is risked.",
    th="ไม่ได้ลอง เพราะเพิ่งถูกปฏิเสธการเข้าสู่ระบบ และระบบยอมให้ไม่สำเร็จได้เพียงครั้งเดียวใน 30 นาที",
)
DEVICE_FIRST = Text(
    en="not tried, because the device's own account has not been accepted here, and no onvif_user is given in the credentials file.",
    th="ไม่ได้ลอง เพราะบัญชีของเครื่องยังไม่ผ่าน และไม่ได้ระบุ onvif_user ไว้ในแฟ้มรหัสผ่าน",
)
LEFT = Text(
    en="{says} By the device's own count {left} more may fail before it locks.",
    th="{says} อุปกรณ์แจ้งว่าผิดได้อีก {left} ครั้งก่อนจะถูกล็อก",
)
ONE = Text(en="{service}, port {port}: {says}", th="{service} พอร์ต {port}: {says}")
PORTLESS = Text(en="{service}: {says}", th="{service}: {says}")
HEADING = Text(en="{address}, credentials of group “{group}”", th="{address} ใช้รหัสผ่านของกลุ่ม “{group}”")
HEADING_WITHOUT = Text(en="{address}, for which no credential is given", th="{address} ซึ่งไม่มีรหัสผ่านสำหรับที่อยู่นี้")
HELD = Text(
    en="After a refused login cctv-probe leaves this device alone: the next one may be tried in {minutes} min.",
    th="หลังการเข้าสู่ระบบไม่สำเร็จ ระบบจะไม่ลองกับอุปกรณ์นี้อีก ลองใหม่ได้ในอีก {minutes} นาที",
)
NO_SERVICE = Text(
    en="{address} speaks none of ISAPI, Dahua CGI, ONVIF and RTSP at the ports that were tried; name others with --ports.",
    th="{address} ไม่รองรับ ISAPI, Dahua CGI, ONVIF หรือ RTSP ที่พอร์ตที่ลอง โปรดระบุพอร์ตอื่นด้วย --ports",
)


def line_of(tried: Tried) -> Text:
    """One service, as a person reads it."""
    says = Text(tried.says.en if tried.says.en.endswith(".") else f"{tried.says.en}.", tried.says.th)
    if tried.attempts_left is not None and tried.outcome is not Outcome.LOCKED:
        says = LEFT.with_(says=says, left=tried.attempts_left)
    if tried.port is None:
        return PORTLESS.with_(service=NAMES[tried.service], says=says)
    port = f"{tried.port} (TLS)" if tried.tls else str(tried.port)
    return ONE.with_(service=NAMES[tried.service], port=port, says=says)
