"""The words of the corrected copy of a declared list."""

from __future__ import annotations

from typing import Literal

from cctv_probe.compare.comparison import RowState
from cctv_probe.model.words import Text

ChangeKind = Literal["corrected", "filled", "check"]

KINDS: dict[ChangeKind, tuple[str, Text]] = {
    "corrected": (
        "FFC6EFCE",
        Text(
            en="Corrected: what the camera shows replaces what the list said.",
            th="แก้ไขแล้ว ใช้ค่าที่ตรวจพบจากกล้องแทนค่าเดิมในบัญชี",
        ),
    ),
    "filled": (
        "FFDDEBF7",
        Text(en="Filled in: the list said nothing.", th="เติมค่าให้ เนื่องจากบัญชีเว้นว่างไว้"),
    ),
    "check": (
        "FFFFEB9C",
        Text(
            en="Not changed; please check: the evidence is not enough to replace what the list says.",
            th="ไม่ได้แก้ไข โปรดตรวจสอบ เพราะหลักฐานยังไม่พอที่จะใช้แทนค่าในบัญชี",
        ),
    ),
}
"""Colour and meaning of each kind of change."""

SHORT: dict[ChangeKind, Text] = {
    "corrected": Text(en="corrected", th="แก้ไขแล้ว"),
    "filled": Text(en="filled in", th="เติมค่า"),
    "check": Text(en="please check", th="โปรดตรวจสอบ"),
}

ROWS: dict[RowState, tuple[str, Text]] = {
    "camera_missing": ("FFF8CBAD", Text(en="Not found in the network.", th="ตรวจไม่พบกล้องในเครือข่าย")),
    "absent": ("FFF8CBAD", Text(en="Decided not to be on the network.", th="มีการตัดสินใจว่าไม่อยู่ในเครือข่าย")),
    "not_observed": ("FFEDEDED", Text(en="Not yet verifiable.", th="ยังตรวจสอบไม่ได้")),
    "needs_decision": ("FFE4DFEC", Text(en="Please decide which camera this is.", th="โปรดตัดสินใจว่าเป็นกล้องตัวใด")),
    "duplicate": ("FFE4DFEC", Text(en="Repeats another row.", th="ซ้ำกับแถวอื่น")),
}
"""Colour and meaning of rows without a discovered camera."""
UNREAD_COLOUR = "FFFFEB9C"
UNREAD = Text(en="Rows that could not be read", th="แถวที่อ่านไม่ได้")
NEW_COLOUR = "FFDDEBF7"
HEAD_COLOUR = "FFE8EEF4"

LIST = Text(en="List", th="รายการ")
SUMMARY = Text(en="Corrections", th="สรุปการแก้ไข")
OLD = Text(en="Before: {old}", th="เดิม: {old}")
EMPTY = Text(en="(empty)", th="(ว่าง)")
FOUND = Text(en="Found: {new}", th="ตรวจพบ: {new}")
UNSURE_PAIR = Text(
    en="It is not certain that this row means the camera that was found, so nothing was changed.",
    th="ยังไม่แน่ใจว่าแถวนี้หมายถึงกล้องที่ตรวจพบ จึงไม่ได้แก้ไข",
)
APPENDED = Text(
    en="Cameras found in the network that the list does not have: {count}. Please check and fill in the rest.",
    th="กล้องที่พบในเครือข่ายแต่ไม่มีในบัญชี {count} ตัว โปรดตรวจสอบและกรอกข้อมูลที่เหลือ",
)
IDENTITY_FIELDS: dict[str, Text] = {
    "address": Text(en="Address", th="ที่อยู่ไอพี"),
    "serial": Text(en="Serial number", th="หมายเลขเครื่อง"),
    "mac": Text(en="MAC address", th="หมายเลข MAC"),
}
IDENTITY = Text(
    en="Found at {address}, channel {channel}; name {name}; serial {serial}; MAC {mac}.",
    th="พบที่ {address} ช่อง {channel} ชื่อ {name} หมายเลขเครื่อง {serial} MAC {mac}",
)
UNCLASSED = Text(
    en="Nobody has said yet whether it watches a public place. Please class it or delete the row.",
    th="ยังไม่ได้ระบุว่าเป็นพื้นที่สาธารณะหรือไม่ โปรดระบุประเภทพื้นที่หรือลบแถวนี้",
)
CLOSED_LEFT_OUT = Text(
    en="Cameras in closed places that were found and left out: {count}.",
    th="กล้องในพื้นที่ปิดที่ตรวจพบและไม่ได้นำมาต่อท้าย {count} ตัว",
)
ASKED_LEFT_OUT = Text(
    en="Cameras found that one of the rows may already mean, left out until it is decided: {count} ({names}).",
    th="กล้องที่พบซึ่งอาจเป็นแถวใดแถวหนึ่งในบัญชีอยู่แล้ว จึงยังไม่ได้ต่อท้ายจนกว่าจะตัดสินใจ {count} ตัว ({names})",
)

# --- The summary ---
TITLE = Text(en="Corrections to {file}", th="สรุปการแก้ไขบัญชี {file}")
WHEN = Text(en="Compared on {moment}", th="เทียบเมื่อ {moment}")
EXPLAINED = Text(
    en="Columns, their order and all rows are as in the list. What agrees with the camera was not touched. Cells were changed "
    "only where a setting or a measurement shows something else; the old value stands in the comment.",
    th="คอลัมน์ ลำดับ และทุกแถวเป็นไปตามบัญชีเดิม ค่าที่ตรงกับกล้องไม่ได้ถูกแก้ไข แก้ไขเฉพาะเซลล์ที่ค่าที่ตั้งไว้หรือค่าที่วัดได้แสดงเป็นอย่างอื่น "
    "โดยค่าเดิมอยู่ในหมายเหตุของเซลล์",
)
CELLS = Text(en="cells", th="เซลล์")
ROWS_UNIT = Text(en="rows", th="แถว")
NO_CHANGES = Text(en="Nothing had to be corrected.", th="ไม่มีรายการที่ต้องแก้ไข")
CHANGED_CELLS = Text(en="Cells", th="เซลล์ที่แก้ไขหรือควรตรวจสอบ")
MARKED_ROWS = Text(en="Rows that are marked", th="แถวที่ทำเครื่องหมายไว้")
APPENDED_ROWS = Text(en="Cameras at the end of the list", th="กล้องที่ต่อท้ายบัญชี")
HEADS: tuple[tuple[Text, float], ...] = (
    (Text(en="Sheet", th="แผ่นงาน"), 20),
    (Text(en="Row", th="แถว"), 8),
    (Text(en="Cell", th="เซลล์"), 8),
    (Text(en="What was done", th="การดำเนินการ"), 16),
    (Text(en="Before", th="เดิม"), 28),
    (Text(en="After", th="ใหม่"), 28),
    (Text(en="Why", th="เหตุผล"), 100),
)
