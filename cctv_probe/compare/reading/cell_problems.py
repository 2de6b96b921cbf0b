"""What is wrong with a cell, as a sentence for the person who wrote it."""

from __future__ import annotations

from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.declared_list import Cell
from cctv_probe.compare.reading.problem import shown
from cctv_probe.model.words import Text

FIELD_NAMES = {
    "owner": Text(en="owner", th="หน่วยงานเจ้าของกล้อง"),
    "position": Text(en="position", th="ตำแหน่งติดตั้ง"),
    "purposes": Text(en="purpose", th="วัตถุประสงค์"),
    "linked_agencies": Text(en="linked agencies", th="หน่วยงานที่เชื่อมโยง"),
    "network": Text(en="network", th="โครงข่าย"),
    "brand": Text(en="brand", th="ยี่ห้อ"),
    "resolution": Text(en="resolution recorded", th="ความละเอียดที่บันทึก"),
    "max_resolution": Text(en="highest resolution", th="ความละเอียดสูงสุด"),
    "retention_days": Text(en="days kept", th="จำนวนวันที่เก็บ"),
    "frame_rate": Text(en="frame rate", th="จำนวนภาพต่อวินาที"),
    "file_format": Text(en="file format", th="รูปแบบไฟล์"),
    "camera_id": Text(en="camera number", th="หมายเลขกล้อง"),
    "name": Text(en="camera name", th="ชื่อกล้อง"),
    "serial": Text(en="serial number", th="หมายเลขเครื่อง"),
    "mac": Text(en="MAC address", th="หมายเลข MAC"),
    "address": Text(en="IP address", th="หมายเลข IP"),
    "port": Text(en="port", th="พอร์ต"),
    "channel": Text(en="channel", th="ช่องสัญญาณ"),
    "coordinates": Text(en="coordinates", th="พิกัด"),
    "latitude": Text(en="latitude", th="ละติจูด"),
    "longitude": Text(en="longitude", th="ลองจิจูด"),
    "installed": Text(en="date of installation", th="วันที่ติดตั้ง"),
    "working": Text(en="state", th="สถานะการใช้งาน"),
    "model": Text(en="model", th="รุ่น"),
    "count": Text(en="number of cameras", th="จำนวนกล้อง"),
}
"""Fields as people call them."""

_ERROR = Text(
    en="{field}: the cell shows Excel's error “{raw}”. Please type the value itself.",
    th="{field}: เซลล์แสดงข้อผิดพลาดของ Excel “{raw}” โปรดพิมพ์ค่าจริงลงไป",
)
_NO_RESULT = Text(
    en="{field}: the cell is a formula without a stored result. Open the file in Excel and save it.",
    th="{field}: เซลล์เป็นสูตรที่ไม่มีผลลัพธ์บันทึกไว้ โปรดเปิดไฟล์ด้วย Excel แล้วบันทึก",
)
_UNREADABLE = Text(
    en="{field}: “{raw}” could not be read. Please write it as on the form.",
    th="{field}: อ่านค่า “{raw}” ไม่ได้ โปรดเขียนตามแบบสำรวจ",
)
_WRONG_FIELD = Text(
    en="{field}: “{raw}” belongs in another column ({other}). Please move it.",
    th="{field}: ค่า “{raw}” น่าจะอยู่ในคอลัมน์อื่น ({other}) โปรดย้ายให้ถูกช่อง",
)
_SUSPECT = Text(
    en="{field}: “{raw}” may not be what was meant ({why}). Please check it.",
    th="{field}: ค่า “{raw}” อาจไม่ตรงกับที่ตั้งใจ ({why}) โปรดตรวจสอบ",
)
_WHY = {
    "excel_date": Text(en="Excel turned it into a date", th="Excel เปลี่ยนเป็นวันที่"),
    "scientific": Text(en="Excel shortened the number; digits are lost", th="Excel ย่อตัวเลข ทำให้เลขบางหลักหายไป"),
    "24h": Text(en="hours of the day, not days kept", th="เป็นชั่วโมงต่อวัน ไม่ใช่จำนวนวันที่เก็บ"),
    "zero": Text(en="zero: none, or not known?", th="ศูนย์ หมายถึงไม่มี หรือไม่ทราบ"),
    "partial": Text(en="only for a part of the time", th="เฉพาะบางช่วงเวลา"),
    "recorder_total": Text(en="a recorder's total over all channels", th="เป็นผลรวมทุกช่องของเครื่องบันทึก"),
    "per_minute": Text(en="per minute, not per second", th="ต่อนาที ไม่ใช่ต่อวินาที"),
    "shutter": Text(en="a shutter speed", th="เป็นความเร็วชัตเตอร์"),
    "mpeg4": Text(en="MPEG-4 can be three different things", th="MPEG-4 มีได้หลายความหมาย"),
    "be_applied_twice": Text(en="543 years were added twice", th="บวก 543 ปีซ้ำสองครั้ง"),
    "letter_l": Text(en="the letter l in place of a 1", th="มีตัวอักษร l แทนเลข 1"),
    "letter_O": Text(en="the letter O in place of a 0", th="มีตัวอักษร O แทนเลข 0"),
    "partly": Text(en="works only in part or at times", th="ใช้งานได้เพียงบางส่วนหรือบางครั้ง"),
}
_UNCLEAR = Text(en="unclear", th="ไม่ชัดเจน")


def cell_problem(field: str, cell: Cell) -> Text | None:
    """The sentence about a cell that could not be read as it stands, or None."""
    name = FIELD_NAMES.get(field, Text(field, field))
    raw = shown(clean(cell.raw))
    if cell.rule == "excel:error":
        return _ERROR.with_(field=name, raw=raw)
    if cell.rule == "formula:no_result":
        return _NO_RESULT.with_(field=name)
    head, _, rest = cell.canonical.partition(":")
    if cell.canonical in ("unparsable", "broken"):
        return _UNREADABLE.with_(field=name, raw=raw)
    if head == "wrong_field":
        return _WRONG_FIELD.with_(field=name, raw=raw, other=FIELD_NAMES.get(rest, Text(rest, rest)))
    if head == "suspect":
        return _SUSPECT.with_(field=name, raw=raw, why=_WHY.get(rest, _UNCLEAR))
    return None
