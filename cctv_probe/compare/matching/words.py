"""The sentences of matching."""

from __future__ import annotations

from cctv_probe.model.words import Text

KEYS: dict[str, Text] = {
    "decision": Text(en="a decision", th="การตัดสินใจ"),
    "serial": Text(en="serial number", th="หมายเลขเครื่อง"),
    "mac": Text(en="MAC address", th="หมายเลข MAC"),
    "address": Text(en="network address", th="ที่อยู่เครือข่าย"),
    "name": Text(en="name or text in the picture", th="ชื่อหรือข้อความบนภาพ"),
    "position": Text(en="position", th="พิกัด"),
    "swap": Text(en="an exchange of addresses", th="การสลับที่อยู่"),
    "plausibility": Text(en="make and kind of camera", th="ยี่ห้อและชนิดของกล้อง"),
}
PAIRED = Text(en="Paired by {keys}.", th="จับคู่จาก{keys}")
DECIDED = Text(en="Paired by a decision: {reason}", th="จับคู่ตามการตัดสินใจ: {reason}")
MOVED = Text(
    en="The data differ. The list gives address {declared}, but this camera answers at {found}. Please correct the list, "
    "or check whether the camera was moved.",
    th="ข้อมูลไม่ตรงกัน บัญชีระบุที่อยู่ {declared} แต่กล้องตัวนี้ตอบที่ {found} โปรดแก้ไขบัญชี หรือตรวจสอบว่ามีการย้ายกล้องหรือไม่",
)
SWAPPED = Text(
    en="The data differ. The list gives address {declared}, but this camera answers at {found}, which the list gives for "
    "{other}. The two addresses are probably exchanged in the list.",
    th="ข้อมูลไม่ตรงกัน บัญชีระบุที่อยู่ {declared} แต่กล้องตัวนี้ตอบที่ {found} ซึ่งบัญชีระบุไว้ให้ {other} ที่อยู่ของทั้งสองรายการในบัญชีน่าจะสลับกัน",
)
SERIAL_DIFFERS = Text(
    en="The data differ. The list gives serial number {declared}, the camera says {found}. It may have been replaced.",
    th="ข้อมูลไม่ตรงกัน บัญชีระบุหมายเลขเครื่อง {declared} แต่กล้องแจ้ง {found} กล้องอาจถูกเปลี่ยนตัวแล้ว",
)
SERIAL_SLIP = Text(
    en="Serial number {declared} in the list and {found} of the camera differ in one place: probably a slip of the pen.",
    th="หมายเลขเครื่อง {declared} ในบัญชีกับ {found} ของกล้องต่างกันหนึ่งตำแหน่ง น่าจะเป็นการพิมพ์ผิด",
)
MAC_DIFFERS = Text(
    en="The data differ. The list gives MAC address {declared}, the camera has {found}. The device may have been replaced.",
    th="ข้อมูลไม่ตรงกัน บัญชีระบุหมายเลข MAC {declared} แต่กล้องมี {found} อุปกรณ์อาจถูกเปลี่ยนตัวแล้ว",
)
LOOKS_DIFFERENT = Text(
    en="The camera found is of another make or model than the list says. Please check that it is the same camera.",
    th="กล้องที่พบมียี่ห้อหรือรุ่นต่างจากที่บัญชีระบุ โปรดตรวจสอบว่าเป็นกล้องตัวเดียวกันหรือไม่",
)
LOW = Text(
    en="This pair rests on make and kind of camera only. Please confirm it.",
    th="การจับคู่นี้อาศัยเพียงยี่ห้อและชนิดของกล้อง โปรดยืนยัน",
)
UNCHECKED = Text(
    en="Only the address speaks for this pair, and no other key of this list shows whether its addresses are right.",
    th="การจับคู่นี้อาศัยเพียงที่อยู่ และไม่มีข้อมูลอื่นในบัญชีที่ยืนยันว่าที่อยู่ในบัญชีถูกต้อง",
)
ADDRESS_ONLY = Text(
    en="This pair rests on the address only, and other addresses of this list are wrong. Please confirm it.",
    th="การจับคู่นี้อาศัยเพียงที่อยู่ และที่อยู่อื่นในบัญชีนี้มีที่ไม่ถูกต้อง โปรดยืนยัน",
)

QUESTIONS: dict[str, Text] = {
    "keys_contradict": Text(
        en="The keys of this row point to different cameras. Please decide which one it is.",
        th="ข้อมูลในรายการนี้ชี้ไปยังกล้องคนละตัวกัน โปรดตัดสินใจว่าเป็นกล้องตัวใด",
    ),
    "several_alike": Text(
        en="Several cameras fit this row equally well. Please decide which one it is.",
        th="มีกล้องหลายตัวที่ตรงกับรายการนี้เท่า ๆ กัน โปรดตัดสินใจว่าเป็นกล้องตัวใด",
    ),
    "weak_key": Text(
        en="What speaks for this camera is not enough to be sure. Please confirm it or choose another.",
        th="ข้อมูลที่สนับสนุนกล้องตัวนี้ยังไม่พอให้มั่นใจ โปรดยืนยันหรือเลือกกล้องอื่น",
    ),
    "looks_different": Text(
        en="The camera found there is of another make, model or number than the list says. Please confirm that it is the "
        "one meant, or that it was replaced.",
        th="กล้องที่พบมียี่ห้อ รุ่น หรือหมายเลขต่างจากที่บัญชีระบุ โปรดยืนยันว่าเป็นกล้องตัวเดียวกัน หรือถูกเปลี่ยนตัวแล้ว",
    ),
    "only_plausible": Text(
        en="No key of this row leads to a camera; these are of the same kind. Please decide, or leave it open.",
        th="ไม่มีข้อมูลในรายการนี้ที่นำไปถึงกล้องได้ กล้องเหล่านี้เป็นชนิดเดียวกัน โปรดตัดสินใจ หรือเว้นไว้ก่อน",
    ),
}

GONE_DECLARED = Text(
    en="The decision about {declared} is not used: the list holds no such camera any more. Please remove it from the decisions file.",
    th="ไม่ได้ใช้การตัดสินใจเรื่อง {declared} เพราะบัญชีไม่มีกล้องนี้แล้ว โปรดลบออกจากไฟล์การตัดสินใจ",
)
GONE_FOUND = Text(
    en="The decision that {declared} is {found} is not used: that camera was not found this time. Please check it, or decide anew.",
    th="ไม่ได้ใช้การตัดสินใจว่า {declared} คือ {found} เพราะครั้งนี้ไม่พบกล้องตัวนั้น โปรดตรวจสอบ หรือตัดสินใจใหม่",
)
TAKEN = Text(
    en="The decision about {declared} is not used: another decision already gives {found} to another camera of the list.",
    th="ไม่ได้ใช้การตัดสินใจเรื่อง {declared} เพราะมีการตัดสินใจอื่นกำหนด {found} ให้กล้องอื่นในบัญชีแล้ว",
)


def joined(keys: tuple[str, ...]) -> Text:
    """`serial number, MAC address` in both languages."""
    told = [KEYS[key] for key in keys]
    return Text(en=", ".join(text.en for text in told), th=" ".join(text.th for text in told))
