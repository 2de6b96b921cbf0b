"""Whether a camera could be linked to a central system, and why not: its protocols, codec, clock, and the uplink it shares. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Device
from cctv_probe.model.evidence import Fact
from cctv_probe.model.record import StreamRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.words import codec_words, duration_words

Answer = Literal["yes", "no", "unknown"]

CLOCK_WITHIN_S = 60.0
LINKABLE_CODECS = ("h264", "h265")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that linking needs. `name`: `reachable`, `onvif`, `rtsp`, `codec`, `clock`, `uplink`."""

    name: str
    answer: Answer
    why: Text


@dataclass(frozen=True, slots=True)
class Linkage:
    """Whether `found` could be linked: `no` where any check says so, `yes` only where all do."""

    found: str
    answer: Answer
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[Text, ...]:
        """What stands in the way, or is not known."""
        return tuple(check.why for check in self.checks if check.answer != "yes")


def linkage(camera: FoundCamera, *, uplink_bps: float | None, sharing: int) -> Linkage:
    """The verdict on one camera. `uplink_bps` is what the site's line carries, shared by so many cameras; None: not stated."""
    main = main_stream(camera)
    checks = [_reachable(camera), _onvif(camera.device), _rtsp(camera, main), _codec(main), _clock(camera)]
    if uplink_bps is not None:
        checks.append(_uplink(main, uplink_bps, max(1, sharing)))
    answers = {check.answer for check in checks}
    worst: Answer = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
    return Linkage(camera.key, worst, tuple(checks))


def main_stream(camera: FoundCamera) -> StreamRecord | None:
    """The stream named `main`, else the first."""
    streams: Sequence[StreamRecord] = camera.camera.streams
    return next((stream for stream in streams if stream.name == "main"), streams[0] if streams else None)


def _reachable(camera: FoundCamera) -> Check:
    if any(finding.code == "channel_offline" for finding in camera.camera.findings):
        return Check("reachable", "no", _OFFLINE)
    if camera.device is None:
        return Check("reachable", "unknown", _NO_DEVICE)
    return Check("reachable", "yes", _REACHABLE.with_(address=camera.camera.device))


def _onvif(device: Device | None) -> Check:
    asked = [item for item in (device.attempts if device else ()) if item.step.startswith("onvif.")]
    if any(item.ending is Ending.OK for item in asked):
        profiles = (
            next((item.value for item in device.evidence if item.attribute == "onvif_profiles"), ()) if device else ()
        )
        named = ", ".join(str(name) for name in profiles) if isinstance(profiles, tuple) and profiles else "—"
        return Check("onvif", "yes", _ONVIF.with_(profiles=named))
    off = asked and all(item.ending in (Ending.REFUSED, Ending.NOT_FOUND, Ending.NOT_SUPPORTED) for item in asked)
    return Check("onvif", "no", _ONVIF_OFF) if off else Check("onvif", "unknown", _ONVIF_UNKNOWN)


def _rtsp(camera: FoundCamera, main: StreamRecord | None) -> Check:
    if camera.camera.working.value is True:
        return Check("rtsp", "yes", _RTSP)
    if main is None:
        return Check("rtsp", "unknown", _NO_STREAM)
    described = main.codec.chosen is not None and main.codec.chosen.source.method.startswith(
        ("rtsp.", "rtp.", "decoder")
    )
    if camera.camera.working.value is False and not described:
        return Check("rtsp", "no", _RTSP_SILENT)
    return Check("rtsp", "yes", _RTSP) if described else Check("rtsp", "unknown", _RTSP_UNKNOWN)


def _codec(main: StreamRecord | None) -> Check:
    codec = main.codec.value if main else None
    if not isinstance(codec, str):
        return Check("codec", "unknown", _why(main.codec) if main else _NO_STREAM)
    fits = codec in LINKABLE_CODECS
    return Check("codec", "yes" if fits else "no", (_CODEC if fits else _OTHER_CODEC).with_(codec=codec_words(codec)))


def _clock(camera: FoundCamera) -> Check:
    fact = camera.record.clock_offset_s if camera.record else None
    offset_s = fact.value if fact else None
    if fact is None or isinstance(offset_s, bool) or not isinstance(offset_s, (int, float)):
        return Check("clock", "unknown", _why(fact) if fact else _NO_DEVICE)
    right = abs(offset_s) <= CLOCK_WITHIN_S
    sentence = (_CLOCK if right else _CLOCK_WRONG).with_(offset=duration_words(offset_s))
    return Check("clock", "yes" if right else "no", sentence)


def _uplink(main: StreamRecord | None, uplink_bps: float, sharing: int) -> Check:
    rate_bps = main.bit_rate_bps.value if main else None
    if isinstance(rate_bps, bool) or not isinstance(rate_bps, (int, float)):
        return Check("uplink", "unknown", _RATE_UNKNOWN)
    share_bps = uplink_bps / sharing
    told = {"rate": f"{rate_bps / 1e6:.3g}", "share": f"{share_bps / 1e6:.3g}", "count": sharing}
    fits = rate_bps <= share_bps
    return Check("uplink", "yes" if fits else "no", (_FITS if fits else _TOO_MUCH).with_(**told))


def _why(fact: Fact) -> Text:
    return fact.why_unknown.text if fact.why_unknown else _NO_DEVICE


_REACHABLE = Text(en="It answers at {address}.", th="ตอบที่ {address}")
_OFFLINE = Text(
    en="The recorder says that it is not connected. Check its power and cable.",
    th="เครื่องบันทึกแจ้งว่าไม่ได้เชื่อมต่อ โปรดตรวจสอบไฟเลี้ยงและสายสัญญาณ",
)
_NO_DEVICE = Text(en="Its device is not in this survey. Scan again.", th="ไม่มีอุปกรณ์ของกล้องนี้ในผลสำรวจ โปรดสำรวจใหม่")
_ONVIF = Text(en="It speaks ONVIF (profiles: {profiles}).", th="รองรับ ONVIF (โพรไฟล์: {profiles})")
_ONVIF_OFF = Text(
    en="It does not answer ONVIF. Switch ONVIF on in the device's menu.", th="ไม่ตอบ ONVIF โปรดเปิดใช้ ONVIF ในเมนูของอุปกรณ์"
)
_ONVIF_UNKNOWN = Text(
    en="Whether it speaks ONVIF could not be asked. Check its login.",
    th="ยังตรวจสอบ ONVIF ไม่ได้ โปรดตรวจสอบรหัสผ่านของอุปกรณ์",
)
_RTSP = Text(en="Its stream can be opened over RTSP.", th="เปิดสตรีมผ่าน RTSP ได้")
_RTSP_SILENT = Text(
    en="Its stream cannot be opened over RTSP. Check the RTSP port and the user's rights.",
    th="เปิดสตรีมผ่าน RTSP ไม่ได้ โปรดตรวจสอบพอร์ต RTSP และสิทธิ์ของผู้ใช้",
)
_RTSP_UNKNOWN = Text(en="RTSP was not tried. Scan with measuring on.", th="ยังไม่ได้ลอง RTSP โปรดสำรวจโดยเปิดการวัดสตรีม")
_NO_STREAM = Text(en="No stream of it is known. Check its login.", th="ยังไม่ทราบสตรีมของกล้องนี้ โปรดตรวจสอบรหัสผ่าน")
_CODEC = Text(en="The codec is {codec}.", th="การเข้ารหัสภาพคือ {codec}")
_OTHER_CODEC = Text(
    en="The codec is {codec}; a central system wants H.264 or H.265. Change it in the camera's menu.",
    th="การเข้ารหัสภาพคือ {codec} แต่ระบบกลางต้องการ H.264 หรือ H.265 โปรดเปลี่ยนในเมนูของกล้อง",
)
_CLOCK = Text(en="Its clock differs by {offset}.", th="นาฬิกาคลาดเคลื่อน {offset}")
_CLOCK_WRONG = Text(
    en="Its clock differs by {offset}, more than one minute. Set a time server (NTP).",
    th="นาฬิกาคลาดเคลื่อน {offset} ซึ่งเกินหนึ่งนาที โปรดตั้งเซิร์ฟเวอร์เวลา (NTP)",
)
_FITS = Text(
    en="{rate} Mbit/s fits into its share of the uplink, {share} Mbit/s of {count} cameras.",
    th="{rate} Mbit/s อยู่ในส่วนแบ่งของสายเชื่อม {share} Mbit/s (กล้อง {count} ตัวใช้ร่วมกัน)",
)
_TOO_MUCH = Text(
    en="{rate} Mbit/s is more than its share of the uplink, {share} Mbit/s of {count} cameras. Link a smaller stream, or widen the uplink.",
    th="{rate} Mbit/s เกินส่วนแบ่งของสายเชื่อม {share} Mbit/s (กล้อง {count} ตัวใช้ร่วมกัน) โปรดเชื่อมโยงสตรีมที่เล็กกว่า หรือเพิ่มความเร็วสาย",
)
_RATE_UNKNOWN = Text(
    en="Its bit rate was not measured. Scan with measuring on.", th="ยังไม่ได้วัดอัตราบิต โปรดสำรวจโดยเปิดการวัดสตรีม"
)
