"""What can stop a list from being read, as sentences: what happened, to which file, what to do."""

from __future__ import annotations

from cctv_probe.model.words import Text

_LONGEST_NAME = 120


class ReadingError(Exception):
    """A declared list, or a column mapping, that cannot be read. `text` names the file and says what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def shown(name: str) -> str:
    """A file, sheet or cell text inside a sentence: printable, one line, not too long."""
    tidy = "".join(letter if letter.isprintable() else " " for letter in name[: _LONGEST_NAME * 2]).strip()
    return tidy if len(tidy) <= _LONGEST_NAME else tidy[: _LONGEST_NAME - 1] + "…"


def refused(text: Text, file: str, **values: object) -> ReadingError:
    """`text` about `file`, its other placeholders filled with `values`."""
    return ReadingError(text.with_(file=shown(file), **values))


NOT_THERE = Text(
    en="{file} does not exist or is not an ordinary file. Please check the path.",
    th="ไม่พบไฟล์ {file} หรือไม่ใช่ไฟล์ปกติ โปรดตรวจสอบเส้นทางไฟล์",
)
NOT_READABLE = Text(
    en="{file} cannot be opened ({reason}). Close it in the other program, check that this user may read it, and try again.",
    th="เปิดไฟล์ {file} ไม่ได้ ({reason}) โปรดปิดไฟล์ในโปรแกรมอื่น ตรวจสอบสิทธิ์การอ่าน แล้วลองใหม่",
)
TOO_LARGE = Text(
    en="{file} is larger than {limit} MB. A list of cameras is much smaller: remove pictures, or split it by district.",
    th="ไฟล์ {file} ใหญ่กว่า {limit} MB ซึ่งใหญ่เกินกว่ารายการกล้อง โปรดลบรูปภาพออก หรือแบ่งไฟล์ตามอำเภอ",
)
EMPTY = Text(
    en="{file} holds no rows. Please check that the list was saved into this file.",
    th="ไฟล์ {file} ไม่มีข้อมูลเลย โปรดตรวจสอบว่าได้บันทึกรายการลงในไฟล์นี้แล้ว",
)
WRONG_TYPE = Text(
    en="{file} is {kind}, which cannot be read as a list. Please open it in its own program and save it as .xlsx or .csv.",
    th="ไฟล์ {file} เป็น{kind} จึงอ่านเป็นรายการไม่ได้ โปรดเปิดด้วยโปรแกรมของไฟล์นั้น แล้วบันทึกเป็น .xlsx หรือ .csv",
)
PASSWORD = Text(
    en="{file} is protected with a password. Please open it in Excel, remove the password, save it and try again.",
    th="ไฟล์ {file} ถูกป้องกันด้วยรหัสผ่าน โปรดเปิดด้วย Excel แล้วยกเลิกรหัสผ่าน บันทึก และลองใหม่",
)
DAMAGED = Text(
    en="{file} is a damaged workbook ({reason}). Please open it in Excel, let it repair the file, and save it again.",
    th="ไฟล์ {file} เป็นสมุดงานที่ชำรุด ({reason}) โปรดเปิดด้วย Excel ให้โปรแกรมซ่อมแซม แล้วบันทึกใหม่",
)
UNSAFE = Text(
    en="{file} was not read: {reason}. This is not how Excel writes workbooks. Please save the list as a new .xlsx or .csv.",
    th="ไม่อ่านไฟล์ {file} เพราะ{reason} ซึ่งไม่ใช่รูปแบบที่ Excel บันทึก โปรดบันทึกรายการเป็นไฟล์ .xlsx หรือ .csv ใหม่",
)
TOO_MANY_ROWS = Text(
    en="{file} holds more than {limit} rows in use. Please split it, by district for example, and read the parts.",
    th="ไฟล์ {file} มีข้อมูลมากกว่า {limit} แถว โปรดแบ่งไฟล์ เช่น ตามอำเภอ แล้วอ่านทีละไฟล์",
)
TOO_MANY_COLUMNS = Text(
    en="{file}, sheet “{sheet}”, row {row}: there is text beyond column {limit}. Please remove the columns that are not part of the list.",
    th="ไฟล์ {file} แผ่นงาน “{sheet}” แถวที่ {row}: มีข้อความเกินคอลัมน์ที่ {limit} โปรดลบคอลัมน์ที่ไม่ใช่ส่วนของรายการ",
)
TOO_MUCH = Text(
    en="{file} holds more cells than can be read at once (limit {limit}). Please split it, by district for example.",
    th="ไฟล์ {file} มีจำนวนเซลล์มากเกินกว่าจะอ่านในครั้งเดียว (ไม่เกิน {limit}) โปรดแบ่งไฟล์ เช่น ตามอำเภอ",
)
NO_HEADER = Text(
    en="{file}: no row was recognised as the names of the columns (brand, resolution, days kept …). "
    "Please check that the list has such a row, or name the columns in a mapping file.",
    th="ไฟล์ {file}: ไม่พบแถวที่เป็นชื่อคอลัมน์ (ยี่ห้อ ความละเอียด จำนวนวันที่เก็บ ฯลฯ) "
    "โปรดตรวจสอบว่ามีแถวหัวตาราง หรือระบุชื่อคอลัมน์ในไฟล์จับคู่คอลัมน์",
)
ALL_HIDDEN = Text(
    en="{file}: every sheet is hidden, so none was read. Please unhide the list's sheet in Excel and save the file.",
    th="ไฟล์ {file}: ทุกแผ่นงานถูกซ่อนไว้ จึงไม่ได้อ่าน โปรดยกเลิกการซ่อนแผ่นงานที่เป็นรายการใน Excel แล้วบันทึก",
)
NOT_WRITTEN = Text(
    en="{file} could not be written ({reason}). Check that the folder exists and has space, and that the file is not open in Excel.",
    th="เขียนไฟล์ {file} ไม่ได้ ({reason}) โปรดตรวจสอบว่ามีโฟลเดอร์นี้ มีพื้นที่เหลือ และไฟล์ไม่ได้เปิดอยู่ใน Excel",
)

KINDS = {
    "pdf": Text(en="a PDF document", th="เอกสาร PDF"),
    "picture": Text(en="a picture", th="รูปภาพ"),
    "xls": Text(
        en="a workbook of Excel 97–2003 (.xls) or another old Office file",
        th="ไฟล์ Excel 97–2003 (.xls) หรือไฟล์ Office รุ่นเก่า",
    ),
    "word": Text(en="a Word document", th="เอกสาร Word"),
    "slides": Text(en="a presentation", th="ไฟล์นำเสนอ"),
    "ods": Text(en="an OpenDocument file", th="ไฟล์ OpenDocument"),
    "xlsb": Text(en="a binary workbook (.xlsb)", th="สมุดงานแบบไบนารี (.xlsb)"),
    "archive": Text(en="a compressed archive", th="ไฟล์บีบอัด"),
    "html": Text(en="a web page (some systems name it .xls)", th="หน้าเว็บ HTML (บางระบบตั้งชื่อเป็น .xls)"),
    "xml": Text(en="an XML file", th="ไฟล์ XML"),
    "json": Text(en="a JSON file", th="ไฟล์ JSON"),
    "rtf": Text(en="a rich-text document", th="เอกสาร RTF"),
    "binary": Text(en="not a text file and not a workbook", th="ไฟล์ที่ไม่ใช่ข้อความและไม่ใช่สมุดงาน"),
}
"""What a file turned out to be, by `file_type`'s word for it."""

REASONS = {
    "zip": Text(en="the archive cannot be opened", th="เปิดไฟล์บีบอัดภายในไม่ได้"),
    "missing_part": Text(en="a part of it is missing", th="ส่วนประกอบภายในขาดหาย"),
    "xml": Text(en="a part of it is not well-formed", th="ส่วนประกอบภายในไม่สมบูรณ์"),
    "entities": Text(en="it declares XML entities", th="มีการประกาศเอนทิตี XML"),
    "bomb": Text(en="it grows out of proportion when unpacked", th="เมื่อคลายแล้วมีขนาดใหญ่ผิดปกติ"),
    "entries": Text(en="it holds too many parts", th="มีส่วนประกอบมากเกินไป"),
    "sheets": Text(en="it holds too many sheets", th="มีแผ่นงานมากเกินไป"),
}
"""Why a workbook is damaged or unsafe."""
