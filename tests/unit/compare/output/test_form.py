"""The official form: printed headings, values with their sources, nothing invented, and the same in workbook and page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.comparison import Comparison, Options, compare
from cctv_probe.compare.matching.declared import from_list
from cctv_probe.compare.output.form_html import form_page, write_form_html
from cctv_probe.compare.output.form_rows import official_form
from cctv_probe.compare.output.form_sheet_text import LONGEST_COMMENT, comment_of, sheet_name
from cctv_probe.compare.output.form_words import COLUMNS, TITLE
from cctv_probe.compare.output.form_xlsx import form_workbook, write_form
from cctv_probe.compare.reading import read_declared
from cctv_probe.model.device import Device
from cctv_probe.model.words import Language
from cctv_probe.survey.result import Survey
from tests.unit.compare.reading.lists import text_file
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented import HOSTILE, NOW, camera, closed, hostile, lying, printer, recorder, said, survey

HEADER = (
    "ชื่อหน่วยงานเจ้าของกล้อง", "จังหวัด", "ตำแหน่งในการติดตั้งกล้อง", "วัตถุประสงค์ของกล้อง", "ข้อมูลการเชื่อมโยงหน่วยงาน",
    "โครงข่ายที่เชื่อมโยง", "IP Address", "ยี่ห้อกล้อง", "ความละเอียดของภาพที่บันทึก", "จำนวนวันในการเก็บการบันทึก",
)  # fmt: skip
ONE = (
    "เทศบาลตำบลตัวอย่าง",
    "จังหวัดกระบี่",
    "หน้าเทศบาล",
    "ป้องปราม, จราจร",
    "สภ.เมือง",
    "ใยแก้วนำแสง",
    "127.0.10.1",
    "Hikvision",
    "3840x2160",
    "30",
)
TWO = ("เทศบาลตำบลตัวอย่าง", "จ.กระบี่", "+ตลาดสด ประตู 2", "24 ชั่วโมง", "", "ADSL", "127.0.10.2", "Dahua", "1280x720", "30")
GONE = ("เทศบาลตำบลตัวอย่าง", "กระบี่", "สะพาน", "จราจร", "", "", "127.0.10.9", "Axis", "", "")
HEADINGS = (
    "ชื่อหน่วยงานเจ้าของกล้อง", "ตำแหน่งในการติดตั้งกล้อง", "วัตถุประสงค์ของกล้อง แบ่งเป็น ๓ ประเภท และต้องมีความยึดโยงกัน",
    "เพื่อป้องปราม และเฝ้าระวัง", "เพื่อสืบสวน สอบสวน ติดตามผู้กระทำความผิด", "เพื่อการจราจร", "ข้อมูลการเชื่อมโยงหน่วยงาน", "โครงข่ายที่เชื่อมโยง",
    "ยี่ห้อกล้อง", "ความละเอียดของภาพที่บันทึก", "ความละเอียดของการบันทึกสูงสุด", "จำนวนวันในการเก็บการบันทึก",
    "จำนวนภาพต่อวินาทีที่บันทึก (Frame Rate)", "รูปแบบไฟล์ที่บันทึก",
)  # fmt: skip
NUMBERS = ("๑", "๒", "๓.๑", "๓.๒", "๓.๓", "๔", "๕", "๖", "๗", "๘", "๙", "๑๐", "๑๑")
FIRST = 9
PLACE = {column.key: place for place, column in enumerate(COLUMNS, 2)}


def site(*devices: Device, **changes: Any) -> Survey:
    """A survey of these devices, or of two cameras, a recorder and a closed camera."""
    return survey(*(devices or (camera(), lying(), recorder(), closed(), printer())), **changes)


def beside(found: Survey, *rows: Sequence[str], days: float = 1) -> Comparison:
    """A list of these rows beside a survey."""
    declared = read_declared(text_file([HEADER, *(rows or (ONE, TWO, GONE))]).encode(), name="list.csv")
    return compare(from_list(declared.cameras), found, Options(NOW + timedelta(days=days)))


def book(comparison: Comparison | None, found: Survey, language: Language = "th") -> Any:
    return openpyxl.load_workbook(io.BytesIO(form_workbook(comparison, found, language)))


def filled(*rows: Sequence[str], found: Survey | None = None, days: float = 1) -> Any:
    """The form's sheet for a list beside a survey."""
    of = found or site()
    return book(beside(of, *rows, days=days), of).worksheets[0]


def under(sheet: Any) -> str:
    return "\n".join(str(row[0]) for row in sheet.iter_rows(min_row=FIRST, values_only=True) if row[0] is not None)


# --- The printed form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_headings_stand_as_printed(language: Language) -> None:
    sheet = book(None, site(), language).worksheets[0]
    assert sheet["A1"].value == TITLE.th == "บัญชีสำรวจข้อมูลเพิ่มเติมการใช้งานระบบกล้องโทรทัศน์วงจรปิด (CCTV) ทั่วประเทศ"
    heads = [cell.value.split("\n")[0] for row in sheet["B6:N7"] for cell in row if cell.value]
    assert sorted(heads) == sorted(HEADINGS)
    assert tuple(cell.value for cell in sheet[8][1:]) == tuple(f"({number})" for number in NUMBERS)
    page = form_page(None, site(), language)
    assert all(heading in page for heading in (TITLE.th, *HEADINGS))


def test_it_says_whose_cameras_these_are_and_when_in_the_buddhist_era() -> None:
    sheet = filled()
    assert sheet["A3"].value == "หน่วยงาน เทศบาลตำบลตัวอย่าง      รหัส อปท. 05810109      จังหวัด กระบี่"
    assert sheet["A4"].value == "ข้อมูล ณ วันที่ ๒๓ พฤศจิกายน พ.ศ. ๒๕๖๙"
    alone = book(None, site(lao_code="05990101")).worksheets[0]
    assert "จังหวัด ……" in alone["A3"].value


def test_it_prints_on_a4_across_with_its_head_on_every_page() -> None:
    sheet = filled()
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$6:$8"
    assert "&P / &N" in sheet.oddFooter.right.text
    assert sheet.print_area.endswith(f"$N${sheet.max_row}")
    assert sheet["B9"].font.name == "TH Sarabun New"
    assert sheet["B9"].font.charset == 222
    page = form_page(None, site(), "th")
    assert "size: A4 landscape" in page
    assert "table-header-group" in page


def test_signature_lines_stand_at_the_end() -> None:
    texts = [str(cell.value) for row in filled().iter_rows() for cell in row if cell.value]
    assert sum(text.startswith("ลงชื่อ") for text in texts) == 3
    assert "ผู้ตรวจสอบ (คณะกรรมการระดับจังหวัด)" in texts


# --- Values and their sources -----------------------------------------------------------------------------------------


def test_fields_one_to_five_are_the_lists_with_its_row_as_source() -> None:
    sheet = filled()
    cells = {key: sheet.cell(FIRST, place) for key, place in PLACE.items()}
    told = {key: cell.value for key, cell in cells.items()}
    assert (told["owner"], told["position"], told["linked_agencies"], told["network"]) == (
        "เทศบาลตำบลตัวอย่าง", "หน้าเทศบาล", "สภ.เมือง", "ใยแก้วนำแสง",
    )  # fmt: skip
    assert [told[f"purposes.{part}"] for part in ("deterrence", "investigation", "traffic")] == ["✓", None, "✓"]
    assert "ที่มา: บัญชีของหน่วยงาน แถว 2" in cells["position"].comment.text
    assert cells["purposes.investigation"].comment is None


def test_fields_six_to_eleven_are_what_was_found_with_standing_source_and_time() -> None:
    sheet = filled()
    brand, rate = (sheet.cell(FIRST, PLACE[key]) for key in ("brand", "frame_rate"))
    assert (rate.value, rate.data_type) == (25, "n")
    lines = brand.comment.text.split("\n")
    assert lines[:3] == ["ค่าที่ตั้งไว้: Hikvision", "ที่มา: ข้อมูลอุปกรณ์จาก ONVIF", "เมื่อ: 23 พ.ย. 2569 09:00 น."]


def test_comments_are_wide_enough_to_be_read() -> None:
    found = site()
    with zipfile.ZipFile(io.BytesIO(form_workbook(None, found, "th"))) as package:
        drawing = next(package.read(name).decode() for name in package.namelist() if name.endswith(".vml"))
    widths, heights = (re.findall(rf"{name}:(\d+)px", drawing) for name in ("width", "height"))
    assert set(widths) == {"380"}
    assert len(set(heights)) > 1


def test_a_difference_is_marked_and_the_number_stays_a_number() -> None:
    sheet = filled()
    differs, rate = sheet.cell(FIRST, PLACE["resolution"]), sheet.cell(FIRST + 1, PLACE["frame_rate"])
    assert differs.value == "1920x1080"
    assert "≠" in differs.number_format
    assert "3840x2160" in differs.comment.text
    assert (rate.value, rate.data_type) == (25, "n")
    assert "≠" in rate.number_format
    assert "≠ พบด้วย: 12" in rate.comment.text


def test_what_is_unknown_stays_empty_and_says_why() -> None:
    days = filled().cell(FIRST, PLACE["retention_days"])
    assert days.value is None
    assert days.fill.fill_type == "lightUp"
    assert "ยังไม่ทราบ" in days.comment.text
    assert "บัญชีระบุ: 30" in days.comment.text


def test_what_cannot_be_read_is_not_copied_and_the_list_is_asked_to_be_corrected() -> None:
    row = FIRST + 1
    sheet = filled()
    for part in ("deterrence", "investigation", "traffic"):
        cell = sheet.cell(row, PLACE[f"purposes.{part}"])
        assert cell.value is None
        assert "24 ชั่วโมง" in cell.comment.text


def test_a_declared_value_alone_never_fills_what_must_be_discovered() -> None:
    device = replace(camera(), evidence=())
    sheet = filled(ONE, found=site(device))
    for key in ("brand", "resolution", "max_resolution", "retention_days", "frame_rate", "file_format"):
        assert sheet.cell(FIRST, PLACE[key]).value is None
        assert sheet.cell(FIRST, PLACE[key]).comment.text


def test_the_accuracy_of_a_measurement_is_told() -> None:
    measured = replace(
        said("channel/1/stream/main", "frame_rate", 24.978, "rtp.timestamps", role="live"), plus_minus=0.1
    )
    sheet = filled(ONE, found=site(camera("127.0.10.1", measured)))
    cell = sheet.cell(FIRST, PLACE["frame_rate"])
    assert cell.value == pytest.approx(24.98) or "± 0.1" not in cell.comment.text
    form = official_form(None, site(camera("127.0.10.1", measured)), "en")
    assert any("24.98" in line for line in form.rows[0].cells["frame_rate"].lines())


def test_an_old_value_is_marked() -> None:
    brand = filled(days=400).cell(FIRST, PLACE["brand"])
    assert "‡" in brand.number_format
    assert "400 วันก่อน" in brand.comment.text


def test_a_pair_that_is_not_sure_is_marked_on_what_the_list_says() -> None:
    found = site()
    comparison = beside(found)
    first = comparison.rows[0]
    assert first.pair
    unsure = replace(first, pair=replace(first.pair, confidence="low"))
    sheet = book(replace(comparison, rows=(unsure, *comparison.rows[1:])), found).worksheets[0]
    assert "?" in sheet.cell(FIRST, PLACE["position"]).number_format
    assert "ยังไม่แน่ใจว่าแถวนี้หมายถึงกล้องตัวนี้" in sheet.cell(FIRST, PLACE["position"]).comment.text
    assert "?" not in sheet.cell(FIRST, PLACE["brand"]).number_format


def test_without_a_list_the_survey_alone_fills_what_it_can() -> None:
    sheet = book(None, site()).worksheets[0]
    assert sheet.cell(FIRST, PLACE["owner"]).value == "เทศบาลตำบลตัวอย่าง (05810109)"
    assert sheet.cell(FIRST, PLACE["position"]).value is None
    assert "ถนนสุขุมวิท กม.3" in sheet.cell(FIRST, PLACE["position"]).comment.text
    assert sheet.cell(FIRST, PLACE["brand"]).value == "Hikvision"


# --- Which cameras ----------------------------------------------------------------------------------------------------


def test_one_row_a_real_camera_of_a_place_the_survey_asks_for() -> None:
    found = site(
        camera(),
        camera("127.0.10.7", scope_class="adjoining_road"),
        camera("127.0.10.8", scope_class="closed"),
        camera("127.0.10.9", scope_class="unknown"),
    )
    sheet = book(None, found).worksheets[0]
    assert [sheet.cell(at, 1).value for at in (9, 10, 11)] == [1, 2, None]
    assert sheet.cell(9, 1).number_format == "[$-D00041E]0"
    told = under(sheet)
    assert "กล้องในแบบสำรวจนี้ 2 ตัว (พื้นที่สาธารณะ 1 ตัว ถนนต่อเนื่อง 1 ตัว)" in told
    assert "อยู่นอกขอบเขตการสำรวจ 1 ตัว" in told
    assert "ยังไม่ได้ระบุว่าเป็นพื้นที่สาธารณะหรือไม่ 1 ตัว" in told


def test_what_is_missing_from_the_form_is_said_under_it() -> None:
    told = under(filled(GONE, found=site(closed(), complete=False)))
    assert "กล้องในบัญชีที่ยังตรวจสอบไม่ได้ 1 ตัว (สะพาน)" in told
    assert "การสำรวจหยุดก่อนเสร็จสิ้น" in told
    assert "(127.0.10.4)" in told
    assert "กล้องในบัญชีที่ตรวจไม่พบ 1 ตัว (สะพาน)" in under(filled())


def test_the_form_of_nothing_is_a_form() -> None:
    nothing = site(printer())
    assert "กล้องในแบบสำรวจนี้ 0 ตัว" in under(book(None, nothing).worksheets[0])
    assert "<tbody></tbody>" in form_page(None, nothing, "en")


def test_a_filled_form_can_be_handed_in_as_a_list() -> None:
    found = site()
    again = read_declared(form_workbook(beside(found), found, "th"), name="form.xlsx")
    listed = official_form(None, found, "th").rows
    assert [one.row.sheet for one in again.cameras] == ["แบบสำรวจ"] * len(listed)
    assert again.cameras[0].cells["brand"].canonical == "hikvision"
    assert again.cameras[0].cells["purposes"].canonical == "deterrence|traffic"


# --- The other sheets -------------------------------------------------------------------------------------------------


def test_every_source_stands_in_the_third_sheet_too() -> None:
    found = site()
    opened = book(beside(found), found)
    form, marks, sources = opened.worksheets
    comments = [cell.comment.text for row in form.iter_rows() for cell in row if cell.comment]
    lines = [row[5] for row in sources.iter_rows(min_row=2, values_only=True)]
    assert [line.partition("\n")[2] for line in lines] == [text.replace("\r", "") for text in comments]
    assert {row[0] for row in marks.iter_rows(min_row=2, values_only=True)} == {"≠", "?", "~", "‡", "▒"}


# --- The page ---------------------------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        self.ids.add(given.get("id") or "")


def test_the_page_asks_for_nothing_and_every_note_is_there() -> None:
    page = _Reader()
    found = site(camera(), hostile(), recorder())
    text = form_page(beside(found), found, "th")
    page.feed(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert not re.search(r"url\(|@import|https?://", text)


# --- Hostile devices and lists ----------------------------------------------------------------------------------------


def test_hostile_texts_stay_text() -> None:
    rows = [(HOSTILE, HOSTILE, HOSTILE, "จราจร", HOSTILE, HOSTILE, "127.0.10.5", HOSTILE, "", "")]
    found = site(hostile())
    comparison = beside(found, *rows)
    languages: tuple[Language, ...] = ("th", "en")
    for language in languages:
        page = form_page(comparison, found, language)
        assert "<script" not in page
        assert "\x1b" not in page
        opened = book(comparison, found, language)
        cells = [cell for sheet in opened for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert all(cell.quotePrefix for cell in cells if str(cell.value)[0] in "=+-@＝＋－＠")
        assert not [cell for cell in cells if re.search("[\x00-\x08\x1b\u202e]", str(cell.value))]


def test_a_position_that_looks_like_a_formula_is_a_text() -> None:
    cell = filled().cell(FIRST + 1, PLACE["position"])
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("+ตลาดสด ประตู 2", "s", True)


def test_comments_and_sheet_names_stay_inside_excels_limits() -> None:
    comment = comment_of(["ก" * 9_000, "never reached"])
    assert comment
    assert len(comment.text) <= LONGEST_COMMENT
    assert comment.height < 700
    assert comment_of(["", "\x00"]) is None
    name = sheet_name("ก/" * 40, ["ก " * 15 + "ก"], "x")
    assert len(name) <= 31
    assert not re.search(r"[\\/*?:\[\]]", name)
    assert sheet_name("A", ["a"], "x") == "A (2)"


@given(st.lists(DEVICES, max_size=3), st.booleans())
@settings(deadline=None, max_examples=30)
def test_any_network_gives_a_form(devices: list[Device], with_list: bool) -> None:
    found = survey(*devices)
    comparison = beside(found) if with_list else None
    form = official_form(comparison, found, "en")
    assert all(
        (cell.value is None) == ("unknown" in cell.marks)
        for row in form.rows
        for key, cell in row.cells.items()
        if not key.startswith("purposes")
    )
    assert all(cell.remarks or cell.source for row in form.rows for cell in row.cells.values() if cell.marks)
    assert book(comparison, found, "en").worksheets[0].max_row > FIRST
    assert form_page(comparison, found, "th").endswith("</html>\n")


def test_both_are_written_to_their_places(tmp_path: Path) -> None:
    found = site()
    write_form(beside(found), found, tmp_path / "form.xlsx", "th")
    write_form_html(None, found, tmp_path / "form.html", "en")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["form.html", "form.xlsx"]
    assert (tmp_path / "form.html").read_text("utf-8").startswith("<!doctype html>")
