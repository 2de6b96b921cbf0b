"""What sending says of itself."""

from __future__ import annotations

from cctv_probe.model.words import Text

WAITING = Text(en="Waiting for the time of the next try.", th="กำลังรอเวลาส่งครั้งถัดไป")
IDLE = Text(en="Nothing waits to be sent.", th="ไม่มีรายงานรอส่ง")
ROTATED = Text(en="The agent's key was replaced.", th="เปลี่ยนกุญแจของตัวแทนแล้ว")
NOT_ROTATED = Text(
    en="The agent's key could not be replaced; the old one serves on, and it is tried again in an hour. {why}",
    th="ยังเปลี่ยนกุญแจของตัวแทนไม่ได้ กุญแจเดิมยังใช้ได้ และจะลองใหม่ในหนึ่งชั่วโมง {why}",
)
DISK = Text(en="The state folder cannot be written ({reason}).", th="เขียนโฟลเดอร์สถานะไม่ได้ ({reason})")
BUG = Text(
    en="An error in cctv-probe itself ({kind}) while sending a report; it is kept and tried again in an hour. Please report it.",
    th="เกิดข้อผิดพลาดของ cctv-probe เอง ({kind}) ขณะส่งรายงาน รายงานยังเก็บไว้และจะลองใหม่ในหนึ่งชั่วโมง โปรดแจ้งผู้พัฒนา",
)
CLOCK = Text(
    en="This machine's clock differs from the register's by {offset}. Reports are signed by the register's time; please set the machine's clock (NTP).",
    th="นาฬิกาของเครื่องนี้ต่างจากทะเบียนกลาง {offset} รายงานลงลายมือชื่อตามเวลาของทะเบียนกลาง โปรดตั้งนาฬิกาของเครื่อง (NTP)",
)
_OFFSET = Text(en="{amount} {unit}", th="{amount} {unit}")
_UNITS = (
    (86_400.0, Text(en="days", th="วัน")),
    (3600.0, Text(en="hours", th="ชั่วโมง")),
    (60.0, Text(en="minutes", th="นาที")),
)
STUCK = Text(
    en="Report {seq} was refused {times} times while others passed; it is kept and tried again every hour. Please tell the register's administrator its number: {report}",
    th="รายงานที่ {seq} ถูกปฏิเสธ {times} ครั้งขณะที่รายงานอื่นผ่าน ยังเก็บไว้และลองใหม่ทุกชั่วโมง โปรดแจ้งหมายเลขแก่ผู้ดูแลทะเบียนกลาง: {report}",
)
REFUSED_ALL = Text(
    en="The register refuses one report after the other without saying why. They are kept, and a try is made every hour; please check whether agent and register are of fitting versions. {why}",
    th="ทะเบียนกลางปฏิเสธรายงานติดต่อกันโดยไม่บอกเหตุผล รายงานยังเก็บไว้และจะลองใหม่ทุกชั่วโมง โปรดตรวจว่ารุ่นของตัวแทนและทะเบียนกลางเข้ากันได้ {why}",
)
FORKED = Text(
    en="The register holds a report of this agent aside: two machines seem to use one key. Was this machine copied or restored? Please ask the register's administrator. {why}",
    th="ทะเบียนกลางพักรายงานของตัวแทนนี้ไว้ เพราะดูเหมือนมีสองเครื่องใช้กุญแจเดียวกัน เครื่องนี้เคยถูกสำเนาหรือกู้คืนหรือไม่ โปรดสอบถามผู้ดูแลทะเบียนกลาง {why}",
)
OTHER_LAO = Text(
    en="Report {seq} was made for another municipality than this machine is enrolled for; it is set aside and not sent.",
    th="รายงานที่ {seq} จัดทำสำหรับ อปท. อื่น ไม่ตรงกับที่เครื่องนี้ลงทะเบียนไว้ จึงพักไว้และไม่ส่ง",
)
MOVED = Text(
    en="Report {seq} was made under an earlier enrolment of this machine; it is sent under the present one.",
    th="รายงานที่ {seq} จัดทำภายใต้การลงทะเบียนครั้งก่อนของเครื่องนี้ จะส่งภายใต้การลงทะเบียนปัจจุบัน",
)
SET_ASIDE = Text(
    en="{text} What is refused is set aside (cctv-probe agent outbox list), the rest is delivered.",
    th="{text} ส่วนที่ถูกปฏิเสธพักไว้ (cctv-probe agent outbox list) ส่วนที่เหลือจะส่งตามปกติ",
)


def shown_offset(offset_s: float) -> Text:
    """A difference of clocks in the unit that fits, with one decimal."""
    amount = abs(offset_s)
    unit_s, unit = next((pair for pair in _UNITS if amount >= pair[0]), _UNITS[-1])
    return _OFFSET.with_(amount=f"{amount / unit_s:.1f}", unit=unit)
