"""Lists as offices write them, made for the tests."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl

from cctv_probe.compare.reading import DeclaredCamera, DeclaredList, RowKind

SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"

HEADER = ("ที่", "ตำแหน่งในการติดตั้งกล้อง", "ยี่ห้อกล้อง", "ความละเอียดของภาพที่บันทึก", "จำนวนวันในการเก็บการบันทึก")
CAMERAS = (
    ("1", "สี่แยกตลาดสด", "Hikvision", "1920x1080", "30"),
    ("2", "หน้าโรงเรียนวัดใต้", "Dahua", "1280x720", "15"),
    ("3", "สะพานข้ามคลอง", "Axis", "1920x1080", "30"),
)
LIST = (HEADER, *CAMERAS)

FORM = (
    "ที่", "ชื่อหน่วยงานเจ้าของกล้อง", "ตำแหน่งในการติดตั้งกล้อง", "วัตถุประสงค์ของกล้อง", None, None,
    "ข้อมูลการเชื่อมโยงหน่วยงาน", "โครงข่ายที่เชื่อมโยง", "ยี่ห้อกล้อง", "ความละเอียดของภาพที่บันทึก",
    "ความละเอียดของการบันทึกสูงสุด", "จำนวนวันในการเก็บการบันทึก", "จำนวนภาพต่อวินาทีที่บันทึก (Frame Rate)",
    "รูปแบบไฟล์ที่บันทึก",
)  # fmt: skip
"""The form's own header; field 3 stands over three columns."""
FORM_PARTS = (
    None, None, None, "3.1 เพื่อป้องปราม และเฝ้าระวัง", "3.2 เพื่อสืบสวน สอบสวน ติดตามผู้กระทำความผิด",
    "3.3 เพื่อการจราจร", *[None] * 8,
)  # fmt: skip


def text_file(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def workbook(
    rows: Iterable[Sequence[Any]], change: Callable[[Any], None] | None = None, title: str = "Sheet1"
) -> bytes:
    return book({title: rows}, {title: change} if change else {})


def book(sheets: dict[str, Iterable[Sequence[Any]]], changes: dict[str, Callable[[Any], None]] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if changes and title in changes:
            changes[title](sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(data: bytes, parts: dict[str, bytes | None]) -> bytes:
    """A workbook with some of its parts replaced, added, or (None) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str = SHEET) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def as_excel_writes_it(data: bytes) -> bytes:
    """The workbook with its texts in a shared table, in runs and with a reading aid, as Excel keeps them."""
    strings: list[bytes] = []

    def shared(found: re.Match[bytes]) -> bytes:
        half = len(found[2].decode("ascii", "replace")) // 2 if found[2].isalpha() else 0
        runs = b"<r><t>%s</t></r><r><rPr/><t>%s</t></r>" % (found[2][:half], found[2][half:])
        strings.append(
            b"<si>%s<rPh sb='0' eb='1'><t>NOISE</t></rPh></si>" % (runs if half else b"<t>%s</t>" % found[2])
        )
        return b'<c%s t="s"><v>%d</v></c>' % (found[1], len(strings) - 1)

    sheet = re.sub(rb'<c([^>]*) t="inlineStr"><is><t>([^<]*)</t></is></c>', shared, part(data))
    table = b'<sst xmlns="%s">%s</sst>' % (MAIN, b"".join(strings))
    relation = b'<Relationship Id="rId99" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    rels = part(data, RELATIONS).replace(b"</Relationships>", relation)
    return changed(data, {SHEET: sheet, "xl/sharedStrings.xml": table, RELATIONS: rels})


def values(camera: DeclaredCamera) -> dict[str, str]:
    """Canonical values by field, without the row's own number."""
    return {field: cell.canonical for field, cell in camera.cells.items() if field != "sequence"}


def kinds(declared: DeclaredList, sheet: int = 0) -> list[str]:
    return [row.kind.value for row in declared.sheets[sheet].rows]


def every_row_is_accounted_for(declared: DeclaredList) -> bool:
    """Each camera row gave one camera, each unread row a reason, and no row is there twice."""
    places = [row.place for sheet in declared.sheets for row in sheet.rows]
    cameras = [row.place for sheet in declared.sheets for row in sheet.rows if row.kind is RowKind.CAMERA]
    return (
        len(places) == len(set(places))
        and cameras == [camera.row for camera in declared.cameras]
        and all(row.why is not None for row in declared.unread())
    )
