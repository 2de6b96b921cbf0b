"""A workbook (`.xlsx`, `.xlsm`) as grids: one a sheet, with merged cells spread over and hidden rows noticed.

Read by local names, so that the strict form of the standard and odd prefixes do too. Formulas are the results stored
beside them; macros and links to other workbooks are noticed and left alone. ECMA-376 part 1, chapter 18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.grid import Grid
from cctv_probe.compare.reading.number_text import BUILT_IN
from cctv_probe.compare.reading.problem import DAMAGED, REASONS, UNSAFE, refused
from cctv_probe.compare.reading.shared_strings import shared_strings
from cctv_probe.compare.reading.workbook_sheet import Counted, read_sheet
from cctv_probe.compare.reading.workbook_zip import Package
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from lxml import etree

_MACROS = Text(
    en="The workbook holds macros. None was run; only the cells were read.",
    th="สมุดงานนี้มีแมโคร โปรแกรมไม่ได้เรียกใช้แมโครใด ๆ อ่านเฉพาะข้อมูลในเซลล์เท่านั้น",
)
_LINKS = Text(
    en="The workbook takes values from other workbooks. They were not opened; the last stored values were read.",
    th="สมุดงานนี้ดึงค่าจากสมุดงานอื่น โปรแกรมไม่ได้เปิดไฟล์เหล่านั้น แต่อ่านค่าที่บันทึกไว้ล่าสุด",
)


@dataclass(frozen=True, slots=True)
class Styles:
    """How a workbook shows numbers. `formats` are number-format codes by a cell's style number."""

    formats: tuple[str, ...]
    from_1904: bool


def workbook_grids(data: bytes, file: str) -> tuple[tuple[Grid, ...], tuple[Text, ...]]:
    """(the sheets in the workbook's order, notes about the file). Raises ReadingError."""
    package = Package(data, file)
    package.require_workbook()
    name = package.workbook_name()
    book = package.tree(name)
    parts = package.relations(name)
    strings = shared_strings(package, _part_ending(parts, "sharedStrings.xml"))
    from_1904 = any(_true(one.get("date1904")) for one in book.iter("{*}workbookPr"))
    styles = Styles(_formats(package, _part_ending(parts, "styles.xml")), from_1904)
    listed = list(book.iter("{*}sheet"))
    if len(listed) > limits.MOST_SHEETS:
        raise refused(UNSAFE, file, reason=REASONS["sheets"])
    counted = Counted(file)
    grids = []
    for sheet in listed:
        part = parts.get(_relation_id(sheet), "")
        if "chartsheet" in part or "dialogsheet" in part:
            continue
        if not package.has(part):
            raise refused(DAMAGED, file, reason=REASONS["missing_part"])
        hidden = sheet.get("state", "visible") != "visible"
        rows, blank, notes = read_sheet(package, part, sheet.get("name", ""), strings, styles, counted)
        grids.append(Grid(sheet.get("name", ""), rows, hidden, blank, notes))
    return tuple(grids), _notes(package)


def _notes(package: Package) -> tuple[Text, ...]:
    macros = (_MACROS,) if package.any_ends_with("vbaProject.bin") else ()
    links = (_LINKS,) if package.any_ends_with("externalLink1.xml") else ()
    return macros + links


def _part_ending(parts: dict[str, str], ending: str) -> str:
    return next((part for part in parts.values() if part.lower().endswith(ending.lower())), "")


def _relation_id(sheet: etree._Element) -> str:
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")


def _formats(package: Package, part: str) -> tuple[str, ...]:
    if not part or not package.has(part):
        return ()
    root = package.tree(part)
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
    formats = []
    for styles in root.iter("{*}cellXfs"):
        for style in list(styles)[: limits.MOST_STYLES]:
            number = style.get("numFmtId", "0")
            formats.append(
                own.get(number) or (BUILT_IN.get(int(number), "") if number.isdecimal() else "") or "General"
            )
    return tuple(formats)


def _true(value: str | None) -> bool:
    return value in ("1", "true", "on")
