"""RTSP status codes → how a step ended, in words for people, pure (RFC 2326, section 7.1.1 and 11)."""

from __future__ import annotations

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.rtsp.messages import Response
from cctv_probe.wire.digest import Challenge

MAX_SHOWN_CHARS = 80

_ENDINGS = {
    **dict.fromkeys((404, 410, 454), Ending.NOT_FOUND),
    **dict.fromkeys((453, 503), Ending.BUSY),
    **dict.fromkeys((405, 461, 501, 505, 551), Ending.NOT_SUPPORTED),
}

_NOT_FOUND = Text(
    en="{place} has nothing at this stream path ({line}); check the path",
    th="{place} ไม่มีภาพที่เส้นทางนี้ ({line}) โปรดตรวจสอบเส้นทาง",
)
_SESSION_GONE = Text(
    en="{place} no longer knows the session it opened ({line}); ask again",
    th="{place} ไม่รู้จักเซสชันที่เปิดไว้แล้ว ({line}) โปรดลองใหม่",
)
_NO_VIDEO = Text(
    en="{place} describes no picture at this stream path, only {media}; check the path",
    th="เส้นทางนี้ของ {place} ไม่มีภาพ มีเพียง {media} โปรดตรวจสอบเส้นทาง",
)
_UNKNOWN_CODEC = Text(
    en="{place} sends pictures in a format that is not read here ({name})",
    th="{place} ส่งภาพในรูปแบบที่โปรแกรมนี้ไม่รองรับ ({name})",
)
_NEVER_SENT = Text(
    en="{place} agreed to send pictures over {way}, but none came within {seconds} s;"
    " check the camera, and firewalls in between",
    th="{place} รับปากส่งภาพผ่าน {way} แต่ไม่มีภาพมาภายใน {seconds} วินาที โปรดตรวจสอบกล้องและไฟร์วอลล์ระหว่างทาง",
)
_WENT_SILENT = Text(
    en="{place} stopped sending pictures: nothing came for {seconds} s; try again, and check the camera",
    th="{place} หยุดส่งภาพ ไม่มีข้อมูลมาเป็นเวลา {seconds} วินาที โปรดลองใหม่และตรวจสอบกล้อง",
)
_BUSY = Text(
    en="{place} is busy, or has too many viewers at the moment ({line}); try again later",
    th="ขณะนี้ {place} ไม่ว่าง หรือมีผู้ชมเต็มแล้ว ({line}) โปรดลองใหม่ภายหลัง",
)
_NOT_SUPPORTED = Text(
    en="{place} does not support {method} ({line})",
    th="{place} ไม่รองรับคำสั่ง {method} ({line})",
)
_FAULT = Text(
    en="{place} answered {method} with an error ({line})",
    th="{place} ตอบคำสั่ง {method} ด้วยข้อผิดพลาด ({line})",
)
_FORBIDDEN = Text(
    en="{place} forbids this without a login ({line}); give a credential for this device",
    th="{place} ไม่อนุญาตหากไม่เข้าสู่ระบบ ({line}) โปรดให้รหัสผ่านของอุปกรณ์นี้",
)
_FORBIDDEN_AFTER_LOGIN = Text(
    en="{place} forbids this after the login ({line}): too many viewers, or this user may not watch;"
    " try again later, then check the user's rights",
    th="{place} ไม่อนุญาตหลังเข้าสู่ระบบ ({line}) อาจมีผู้ชมเต็ม หรือผู้ใช้นี้ไม่มีสิทธิ์ดูภาพ โปรดลองใหม่ภายหลัง แล้วตรวจสอบสิทธิ์ของผู้ใช้",
)
_LOGIN_WANTED = Text(
    en="{place} wants a login ({schemes}), and none is given; add a credential for this device",
    th="{place} ต้องเข้าสู่ระบบ ({schemes}) แต่ไม่มีรหัสผ่าน โปรดเพิ่มรหัสผ่านของอุปกรณ์นี้",
)
_LOGIN_IN_CIRCLES = Text(
    en="{place} asked for the login again and again; nothing more was sent, so that the account is not locked",
    th="{place} ขอให้เข้าสู่ระบบซ้ำหลายครั้ง จึงหยุดส่ง เพื่อไม่ให้บัญชีถูกล็อก",
)
_MALFORMED = Text(
    en="{place} gave an answer to {method} that cannot be read ({reason})",
    th="คำตอบของ {place} ต่อคำสั่ง {method} อ่านไม่ได้ ({reason})",
)
_TOO_LARGE = Text(
    en="{place} sent more than is allowed in answer to {method} ({reason}) and was cut off",
    th="{place} ส่งข้อมูลตอบคำสั่ง {method} มากเกินกำหนด ({reason}) จึงหยุดรับ",
)
REASONS = {
    "closed": Text(en="the connection was closed", th="การเชื่อมต่อถูกปิด"),
    "sequence": Text(en="its sequence number is another one", th="หมายเลขลำดับไม่ตรงกับคำถาม"),
    "sdp": Text(en="it describes no stream", th="ไม่มีคำอธิบายภาพ"),
    "rtsp": Text(en="it is not RTSP", th="ไม่ใช่โพรโทคอล RTSP"),
    "flood": Text(en="a flood of data", th="ข้อมูลจำนวนมากผิดปกติ"),
    "message": Text(en="a message larger than any honest one", th="ข้อความใหญ่ผิดปกติ"),
}
"""Why an answer could not be used."""


def shown(text: str) -> str:
    """A device's words as they may be shown: no control or direction characters, at most 80 characters."""
    clean = "".join(char if char.isprintable() else " " for char in text[: 4 * MAX_SHOWN_CHARS])
    return " ".join(clean.split())[:MAX_SHOWN_CHARS]


def status_error(response: Response, method: str, place: str, *, signed: bool) -> StepError | None:
    """The error that a status stands for; None for success. `signed` says whether the request carried a login.

    A 403 after a login means too many viewers as often as a missing right (quirk 15): it is never a wrong password.
    """
    if 200 <= response.status < 300:
        return None
    line = shown(f"{response.status} {response.reason}")
    if response.status == 403:
        ending, text = (Ending.BUSY, _FORBIDDEN_AFTER_LOGIN) if signed else (Ending.UNAUTHORIZED, _FORBIDDEN)
        return StepError(ending, text.with_(place=place, line=line))
    ending = _ENDINGS.get(response.status, Ending.FAULT)
    if ending in (Ending.NOT_FOUND, Ending.BUSY):
        text = _NOT_FOUND if ending is Ending.NOT_FOUND else _BUSY
        text = _SESSION_GONE if response.status == 454 else text
        return StepError(ending, text.with_(place=place, line=line))
    text = _NOT_SUPPORTED if ending is Ending.NOT_SUPPORTED else _FAULT
    return StepError(ending, text.with_(place=place, method=method, line=line))


def login_wanted(challenges: tuple[Challenge, ...], place: str) -> StepError:
    """A 401 where no account was given: the error names the schemes that the device offers."""
    schemes = shown(", ".join(dict.fromkeys(challenge.name for challenge in challenges))) or "401"
    return StepError(Ending.UNAUTHORIZED, _LOGIN_WANTED.with_(place=place, schemes=schemes))


def login_in_circles(place: str) -> StepError:
    """401 after 401, each allowing another try."""
    return StepError(Ending.UNAUTHORIZED, _LOGIN_IN_CIRCLES.with_(place=place))


def malformed(method: str, place: str, reason: str) -> StepError:
    """An answer that cannot be used; `reason` is a key of `REASONS`."""
    return StepError(Ending.MALFORMED, _MALFORMED.with_(place=place, method=method, reason=REASONS[reason]))


def too_large(method: str, place: str, reason: str) -> StepError:
    """An answer that was cut off; `reason` is a key of `REASONS`."""
    return StepError(Ending.TOO_LARGE, _TOO_LARGE.with_(place=place, method=method, reason=REASONS[reason]))


def no_video(place: str, media: tuple[str, ...]) -> StepError:
    """A description without a video; `media` are the kinds it has."""
    told = shown(", ".join(dict.fromkeys(media))) or "—"
    return StepError(Ending.NOT_FOUND, _NO_VIDEO.with_(place=place, media=told))


def unknown_codec(place: str, name: str | None) -> StepError:
    """A video in a format that is none of ours."""
    return StepError(Ending.NOT_SUPPORTED, _UNKNOWN_CODEC.with_(place=place, name=shown(name or "?")))


def silent(place: str, seconds: float, way: str, *, sent_before: bool) -> StepError:
    """No packet for `seconds`; `way` is TCP or UDP."""
    text = _WENT_SILENT.with_(place=place, seconds=f"{seconds:g}")
    never = _NEVER_SENT.with_(place=place, way=way, seconds=f"{seconds:g}")
    return StepError(Ending.TIMEOUT, text if sent_before else never)
