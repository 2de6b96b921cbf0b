"""The words of the official form: its printed headings, the marks of cells, notes and signatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language, Text

TITLE = Text(
    en="Supplementary survey of the use of closed-circuit television (CCTV) nationwide",
    th="บัญชีสำรวจข้อมูลเพิ่มเติมการใช้งานระบบกล้องโทรทัศน์วงจรปิด (CCTV) ทั่วประเทศ",
)
"""As printed on the attachment to the letter of the Department of Local Administration, January 2562 (facts: the survey)."""

PURPOSES_HEADING = Text(
    en="Purposes of the camera, in three kinds that must be tied to one another",
    th="วัตถุประสงค์ของกล้อง แบ่งเป็น ๓ ประเภท และต้องมีความยึดโยงกัน",
)
PURPOSE_HEADINGS: dict[str, Text] = {
    "deterrence": Text(en="Deterrence and watch", th="เพื่อป้องปราม และเฝ้าระวัง"),
    "investigation": Text(en="Investigation, tracing offenders", th="เพื่อสืบสวน สอบสวน ติดตามผู้กระทำความผิด"),
    "traffic": Text(en="Traffic", th="เพื่อการจราจร"),
}
TICK = "✓"
SEQUENCE = Text(en="No.", th="ลำดับ")

Mark = Literal["differs", "doubt", "proxy", "old", "unknown"]
MARKS: dict[Mark, tuple[str, Text]] = {
    "differs": (
        "≠",
        Text(
            en="The data differ: the list and the camera, or two sources of the camera. Please check.",
            th="ข้อมูลไม่ตรงกัน ระหว่างบัญชีกับกล้อง หรือระหว่างแหล่งข้อมูลของกล้องเอง โปรดตรวจสอบ",
        ),
    ),
    "doubt": (
        "?",
        Text(
            en="To be confirmed: the list was read with some doubt, or it is not certain that its row means this camera.",
            th="ควรยืนยัน เนื่องจากอ่านบัญชีได้ไม่ชัดเจน หรือยังไม่แน่ใจว่าแถวในบัญชีหมายถึงกล้องตัวนี้",
        ),
    ),
    "proxy": (
        "~",
        Text(
            en="Stands for the value asked for: the live picture instead of the recording, the recorder's brand instead of "
            "the camera's.",
            th="ใช้แทนค่าที่ถาม เช่น ค่าจากภาพสดแทนภาพที่บันทึก หรือยี่ห้อของเครื่องบันทึกแทนยี่ห้อกล้อง",
        ),
    ),
    "old": (
        "‡",
        Text(en="The value is old. Please survey again.", th="ข้อมูลเก่าเกินกำหนด โปรดสำรวจใหม่"),
    ),
    "unknown": (
        "▒",
        Text(
            en="Empty because it is not known; the comment says why and what to do. Nothing was guessed.",
            th="เว้นว่างเพราะยังไม่ทราบค่า หมายเหตุของช่องบอกสาเหตุและสิ่งที่ควรทำ ไม่มีการคาดเดาค่า",
        ),
    ),
}
"""The sign of each mark and what it means, gravest first."""

MARKS_TITLE = Text(en="Marks", th="เครื่องหมาย")
SOURCES_TITLE = Text(en="Sources", th="แหล่งที่มา")
FORM_SHEET = Text(en="Form", th="แบบสำรวจ")

AGENCY = Text(en="Agency", th="หน่วยงาน")
LAO_CODE = Text(en="LAO code", th="รหัส อปท.")
PROVINCE = Text(en="Province", th="จังหวัด")
AS_OF = Text(en="Data as of", th="ข้อมูล ณ วันที่")
DATE = Text(en="{day} {month} {year}", th="{day} {month} พ.ศ. {year}")
MONTHS: tuple[Text, ...] = (
    Text(en="January", th="มกราคม"),
    Text(en="February", th="กุมภาพันธ์"),
    Text(en="March", th="มีนาคม"),
    Text(en="April", th="เมษายน"),
    Text(en="May", th="พฤษภาคม"),
    Text(en="June", th="มิถุนายน"),
    Text(en="July", th="กรกฎาคม"),
    Text(en="August", th="สิงหาคม"),
    Text(en="September", th="กันยายน"),
    Text(en="October", th="ตุลาคม"),
    Text(en="November", th="พฤศจิกายน"),
    Text(en="December", th="ธันวาคม"),
)
FILLED_BY = Text(
    en="Filled in by {program}: fields 1–5 as declared, fields 6–11 as found in the network. Please check before signing.",
    th="กรอกโดยโปรแกรม {program} ข้อ ๑–๕ ตามที่หน่วยงานระบุ ข้อ ๖–๑๑ ตามที่ตรวจพบในเครือข่าย โปรดตรวจสอบก่อนลงนาม",
)
TO_FILL = "……………………"

# --- Lines of a comment ---
KNOWN_BY = Text(en="{standing}: {value}", th="{standing}: {value}")
FROM = Text(en="Source: {source}", th="ที่มา: {source}")
SEEN = Text(en="Seen: {moment}", th="เมื่อ: {moment}")
BESIDE = Text(en="Also found: {other}", th="พบด้วย: {other}")
BESIDE_DIFFERS = Text(en="≠ Also found: {other}", th="≠ พบด้วย: {other}")
MORE = Text(en="… and {count} more", th="… และอีก {count} รายการ")
UNKNOWN = Text(en="Not yet known. {why}", th="ยังไม่ทราบ {why}")
DECLARED_IN_ROW = Text(en="the agency's list, row {row}", th="บัญชีของหน่วยงาน แถว {row}")
DECLARED_WITH_RUN = Text(en="what the agency declared for the survey", th="ข้อมูลที่หน่วยงานระบุไว้สำหรับการสำรวจ")
ROW_SAYS = Text(en="The list says: {declared}", th="บัญชีระบุ: {declared}")
READ_WITH_DOUBT = Text(en="The list was read with some doubt.", th="อ่านข้อความในบัญชีได้ไม่ชัดเจน")
PAIR_UNSURE = Text(
    en="It is not certain that this row means this camera. {why}", th="ยังไม่แน่ใจว่าแถวนี้หมายถึงกล้องตัวนี้ {why}"
)
NOT_IN_LIST = Text(
    en="No row of the list was matched to this camera. Please declare it.",
    th="ไม่มีแถวในบัญชีที่จับคู่กับกล้องตัวนี้ โปรดระบุข้อมูล",
)
NOT_SAID = Text(en="The list does not say it. Please fill it in.", th="บัญชีไม่ได้ระบุไว้ โปรดกรอก")
NOT_READABLE = Text(
    en="What the list says ({declared}) could not be read as this field. Please correct it.",
    th="ข้อความในบัญชี ({declared}) อ่านเป็นค่าของข้อนี้ไม่ได้ โปรดแก้ไข",
)
ONLY_DECLARED = Text(
    en="It was only declared ({declared}) and nothing in the network shows it yet. Please survey again or check the camera.",
    th="มีเพียงข้อมูลที่ระบุไว้ ({declared}) ยังไม่มีข้อมูลจากเครือข่าย โปรดสำรวจใหม่หรือตรวจสอบที่กล้อง",
)
PROXY = Text(en="Read from the live picture, not from a recording.", th="อ่านจากภาพสด ไม่ใช่จากภาพที่บันทึก")
PROXY_BRAND = Text(en="This is the recorder's brand.", th="เป็นยี่ห้อของเครื่องบันทึก")
OLD = Text(en="Seen {days} days ago. Please survey again.", th="ตรวจพบเมื่อ {days} วันก่อน โปรดสำรวจใหม่")
CONTAINER_UNSEEN = Text(
    en="Only the codec is known: over a stream the kind of file cannot be seen.",
    th="ทราบเพียงการเข้ารหัสภาพ เพราะจากสตรีมไม่สามารถเห็นชนิดของไฟล์ได้",
)

# --- Under the table ---
LISTED = Text(
    en="Cameras in this form: {count} (public places {public}, adjoining roads {roads}).",
    th="กล้องในแบบสำรวจนี้ {count} ตัว (พื้นที่สาธารณะ {public} ตัว ถนนต่อเนื่อง {roads} ตัว)",
)
CLOSED_COUNT = Text(
    en="Cameras in closed places, which the survey does not ask for: {count}.",
    th="กล้องในพื้นที่ปิดซึ่งอยู่นอกขอบเขตการสำรวจ {count} ตัว",
)
UNKNOWN_COUNT = Text(
    en="Cameras not listed because nobody has said yet whether they watch a public place: {count} ({names}). Please class them.",
    th="กล้องที่ยังไม่ได้นำมาลงเพราะยังไม่ได้ระบุว่าเป็นพื้นที่สาธารณะหรือไม่ {count} ตัว ({names}) โปรดระบุประเภทพื้นที่",
)
NOT_WORKING = Text(
    en="Of the cameras in this form, {count} did not work when surveyed ({names}).",
    th="ในจำนวนนี้มีกล้องที่ใช้งานไม่ได้ขณะสำรวจ {count} ตัว ({names})",
)
NO_LOGIN = Text(
    en="Devices that could not be opened, whose cameras are not in this form: {count} ({names}).",
    th="อุปกรณ์ที่ยังเข้าถึงไม่ได้ กล้องของอุปกรณ์เหล่านี้จึงยังไม่อยู่ในแบบสำรวจ {count} เครื่อง ({names})",
)
MISSING = Text(
    en="Cameras of the list that were not found: {count} ({names}).",
    th="กล้องในบัญชีที่ตรวจไม่พบ {count} ตัว ({names})",
)
NOT_OBSERVED = Text(
    en="Cameras of the list that are not yet verifiable: {count} ({names}).",
    th="กล้องในบัญชีที่ยังตรวจสอบไม่ได้ {count} ตัว ({names})",
)
TO_DECIDE = Text(
    en="Rows of the list for which a person must still decide which camera they mean: {count} ({names}).",
    th="แถวในบัญชีที่ยังต้องตัดสินใจว่าหมายถึงกล้องตัวใด {count} แถว ({names})",
)
UNFINISHED = Text(
    en="The survey was stopped before its end: this form is not complete.",
    th="การสำรวจหยุดก่อนเสร็จสิ้น แบบสำรวจนี้จึงยังไม่ครบถ้วน",
)
NOTES_TITLE = Text(en="Notes", th="หมายเหตุ")

# --- Signatures: the municipality prepares, the provincial committee checks (facts: workflow) ---
SIGN = "ลงชื่อ .................................................................."
SIGN_NAME = "(.................................................................)"
SIGN_POST = "ตำแหน่ง .........................................................."
SIGN_DATE = "วันที่ ........ / ....................... / ................"
SIGNERS: tuple[Text, ...] = (
    Text(en="Prepared by", th="ผู้จัดทำข้อมูล"),
    Text(en="Certified by (head of the agency)", th="ผู้รับรองข้อมูล (ผู้บริหารหน่วยงาน)"),
    Text(en="Checked by (provincial committee)", th="ผู้ตรวจสอบ (คณะกรรมการระดับจังหวัด)"),
)

# --- The sheet of sources ---
COLUMN = Text(en="Field", th="ข้อ")
CAMERA = Text(en="Camera", th="กล้อง")
VALUE = Text(en="In the form", th="ค่าในแบบสำรวจ")
REMARKS = Text(en="Remarks", th="หมายเหตุ")
SHEET_CUT = Text(
    en="Only the first {count} lines are listed here; the comments of the form hold them all.",
    th="แสดงเพียง {count} บรรทัดแรก ข้อมูลทั้งหมดอยู่ในหมายเหตุของแต่ละช่องในแบบสำรวจ",
)

_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def thai_digits(text: object) -> str:
    """`2569` → `๒๕๖๙`."""
    return str(text).translate(_THAI_DIGITS)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the form. `part` is the purpose of a tick column; `width` in characters."""

    field: str
    number: str
    heading: Text
    width: float
    part: str | None = None

    @property
    def key(self) -> str:
        """`brand`, `purposes.traffic`."""
        return f"{self.field}.{self.part}" if self.part else self.field


_WIDTHS = {
    "owner": 19, "position": 29, "linked_agencies": 17, "network": 17, "brand": 14, "resolution": 13, "max_resolution": 14,
    "retention_days": 11, "frame_rate": 12, "file_format": 13,
}  # fmt: skip
_TICK_WIDTH = 11.5
SEQUENCE_WIDTH = 7.5


def _columns() -> tuple[Column, ...]:
    made: list[Column] = []
    for number, (field, heading) in enumerate(FIELDS.items(), 1):
        if field == "purposes":
            made += [
                Column(field, thai_digits(f"{number}.{place}"), text, _TICK_WIDTH, part)
                for place, (part, text) in enumerate(PURPOSE_HEADINGS.items(), 1)
            ]
        else:
            made.append(Column(field, thai_digits(number), heading, _WIDTHS[field]))
    return tuple(made)


COLUMNS: tuple[Column, ...] = _columns()
"""The columns in the order of the form, field 3 as three."""


def thai_first(text: Text, language: Language, between: str = "\n") -> str:
    """The Thai words as printed; in an English copy the English ones behind them."""
    return text.th if language == "th" else f"{text.th}{between}{text.en}"
