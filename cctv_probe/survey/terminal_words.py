"""Short words for the narrow columns of a screen."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.model.words import Text


@dataclass(frozen=True, slots=True)
class Marks:
    """Signs beside values; they mean the same without colour."""

    differs: str
    proxy: str
    unknown: str
    agrees: str
    waits: str


def marks(*, ascii_only: bool = False) -> Marks:
    """The signs for this screen; plain ones where it knows only ASCII."""
    return Marks("!=", "~", "-", " ok", "...") if ascii_only else Marks("≠", "~", "–", "✓", "…")


RATE = Text(en="fps", th="ภาพ/วิ")
SET_RATE = Text(en="set", th="ตั้ง")
PICTURE = Text(en="Picture", th="ภาพ")
WORKS = Text(en="good", th="ปกติ")
FAULTY = Text(en="faulty", th="ผิดปกติ")
FAULTS: dict[str, Text] = {
    "stream_dead": Text(en="no stream", th="ไม่มีภาพ"),
    "channel_offline": Text(en="not connected", th="ไม่เชื่อมต่อ"),
    "picture_not_decoded": Text(en="unreadable", th="อ่านภาพไม่ได้"),
    "picture_signal_lost": Text(en="signal lost", th="สัญญาณขาด"),
    "picture_black": Text(en="black", th="ภาพดำ"),
    "picture_frozen": Text(en="frozen", th="ภาพค้าง"),
    "picture_covered": Text(en="covered", th="ถูกบัง"),
    "picture_over_exposed": Text(en="too bright", th="สว่างเกิน"),
    "picture_under_exposed": Text(en="too dark", th="มืดเกิน"),
    "picture_blurred": Text(en="blurred", th="ไม่คมชัด"),
    "picture_infrared_by_day": Text(en="infra-red", th="ค้างอินฟราเรด"),
}
"""Findings about a picture, in a word."""
CODEC = Text(en="Codec", th="รูปแบบ")
DAYS = Text(en="Days", th="วัน")
CHANNEL = Text(en="ch {number}", th="ช่อง {number}")
RECORDED_BY = Text(en="rec. {address} ch {number}", th="บันทึก {address} ช่อง {number}")
LEGEND = Text(
    en="{differs} sources differ (see `inspect`)   {proxy} not of the recording itself: live stream or recorder   fps: delivered, beside what is set",
    th="{differs} ข้อมูลไม่ตรงกัน (ดูด้วย `inspect`)   {proxy} ไม่ใช่ค่าของภาพที่บันทึกโดยตรง: จากภาพสดหรือเครื่องบันทึก   ภาพ/วิ: ที่ส่งจริง เทียบกับที่ตั้งไว้",
)
DAYS_LEGEND: tuple[Text, ...] = (
    Text(en="days: proven by samples", th="วัน: ยืนยันด้วยตัวอย่าง"),
    Text(en="{agrees} as declared", th="{agrees} ตรงกับที่แจ้ง"),
    Text(en="{waits} not finished, or recording began recently", th="{waits} ยังตรวจไม่ครบ หรือเพิ่งเริ่มบันทึก"),
    Text(en="{differs} other than declared or claimed", th="{differs} ไม่ตรงกับที่แจ้งหรือที่ดัชนีระบุ"),
)
FIELD_NAMES: dict[str, Text] = {
    "owner": Text(en="owner", th="หน่วยงาน"),
    "position": Text(en="position", th="ตำแหน่ง"),
    "purposes": Text(en="purposes", th="วัตถุประสงค์"),
    "linked_agencies": Text(en="agencies", th="การเชื่อมโยง"),
    "network": Text(en="network", th="โครงข่าย"),
    "brand": Text(en="brand", th="ยี่ห้อ"),
    "resolution": Text(en="resolution", th="ความละเอียด"),
    "max_resolution": Text(en="highest", th="สูงสุด"),
    "retention_days": Text(en="days", th="จำนวนวัน"),
    "frame_rate": Text(en="fps", th="ภาพ/วินาที"),
    "file_format": Text(en="codec", th="รูปแบบ"),
}

_REASONS: dict[str, Text] = {
    "unauthorized": Text(en="no login", th="ไม่มีรหัสผ่าน"),
    "closed": Text(en="no login", th="ไม่มีรหัสผ่าน"),
    "locked_out": Text(en="locked", th="ถูกล็อก"),
    "held_back": Text(en="login held back", th="ยังไม่ลองรหัส"),
    "onvif_off": Text(en="ONVIF off", th="ปิด ONVIF"),
    "not_permitted": Text(en="not permitted", th="ไม่ได้อนุญาต"),
    "out_of_scope": Text(en="out of scope", th="นอกขอบเขต"),
    "busy": Text(en="busy", th="ไม่ว่าง"),
    "tls": Text(en="no TLS", th="TLS ไม่ได้"),
    "interrupted": Text(en="stopped", th="หยุดก่อน"),
    "budget_spent": Text(en="out of time", th="หมดเวลา"),
    "timeout": Text(en="no answer", th="ไม่ตอบ"),
    "unreachable": Text(en="unreachable", th="ติดต่อไม่ได้"),
    "malformed": Text(en="unreadable", th="อ่านไม่ได้"),
    "too_large": Text(en="cut off", th="ข้อมูลเกิน"),
    "fault": Text(en="device error", th="อุปกรณ์ขัดข้อง"),
    "refused": Text(en="service off", th="ปิดบริการ"),
    "not_found": Text(en="no path", th="ไม่พบเส้นทาง"),
    "not_supported": Text(en="partly told", th="ไม่รองรับ"),
    "not_told": Text(en="partly told", th="แจ้งไม่ครบ"),
    "not_asked": Text(en="no service", th="ไม่มีบริการ"),
    "bug": Text(en="program error", th="โปรแกรมขัดข้อง"),
}
_OTHER_REASON = Text(en="not yet known", th="ยังไม่ทราบ")


def reason(code: str) -> Text:
    """The code of a reason in two or three words."""
    return _REASONS.get(code, _OTHER_REASON)


FOUND = Text(
    en="Found: cameras {cameras}, recorders {recorders}, other devices {others}; addresses asked: {tried}.",
    th="พบกล้อง {cameras} ตัว เครื่องบันทึก {recorders} เครื่อง อุปกรณ์อื่น {others} เครื่อง จากที่อยู่ที่ตรวจ {tried} แห่ง",
)
KNOWN = Text(en="Known: {known}", th="ทราบแล้ว: {known}")
DIFFERING = Text(en="Cameras whose data differ: {count}.", th="กล้องที่ข้อมูลไม่ตรงกัน {count} ตัว")
CLOSED = Text(en="Devices that no credential opened: {count}.", th="อุปกรณ์ที่ยังไม่มีรหัสผ่านใดเปิดได้ {count} เครื่อง")

DISAGREES_TITLE = Text(en="Where the data differ", th="ข้อมูลที่ไม่ตรงกัน")
NO_DISAGREEMENT = Text(en="All sources agree.", th="ข้อมูลทุกแหล่งตรงกัน")
DEVICE_TITLE = Text(en="Device", th="อุปกรณ์")
HEALTH_TITLE = Text(en="Health of the recorder", th="สภาพของเครื่องบันทึก")
MORE_TITLE = Text(en="What else it told", th="ข้อมูลอื่นจากอุปกรณ์")
FINDINGS_TITLE = Text(en="To look at", th="สิ่งที่ควรตรวจสอบ")
VALUE_HEAD = Text(en="Value", th="ค่า")
SOURCE_HEAD = Text(en="Source", th="ที่มา")
STANDING_HEAD = Text(en="Known by", th="ทราบจาก")
SEEN = Text(en="Read {time}", th="อ่านเมื่อ {time}")
IDENTITY = Text(en="Identity rests on {basis}", th="ยืนยันตัวตนด้วย {basis}")
STREAM_TITLE = Text(en="Stream {name}", th="สตรีม {name}")
