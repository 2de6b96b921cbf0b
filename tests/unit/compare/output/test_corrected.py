"""The corrected copy: only what the evidence supports is changed, nothing is lost, and it reads like the list it came from."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.comparison import Comparison, Options, compare
from cctv_probe.compare.matching.declared import from_list
from cctv_probe.compare.output.corrected_changes import RowChanges, changes, new_value
from cctv_probe.compare.output.corrected_xlsx import corrected_workbook, write_corrected
from cctv_probe.compare.reading import Cell, DeclaredList, RowKind, read_declared
from cctv_probe.model.words import Language
from cctv_probe.survey.result import Survey
from tests.unit.compare.reading.lists import book, text_file, workbook
from tests.unit.survey.invented import HOSTILE, NOW, camera, lying, printer, recorder, said, survey

TITLE = ("บัญชีกล้องวงจรปิด เทศบาลตำบลตัวอย่าง",)
HEADER = (
    "ที่", "ตำแหน่งในการติดตั้งกล้อง", "หมายเลขเครื่อง", "IP Address", "ยี่ห้อกล้อง", "ความละเอียดของภาพที่บันทึก",
    "จำนวนวันในการเก็บการบันทึก", "จำนวนภาพต่อวินาทีที่บันทึก (Frame Rate)", "รูปแบบไฟล์ที่บันทึก", "ผู้รับเหมา",
)  # fmt: skip
ONE = ("1", "หน้าเทศบาล", "SN-127.0.10.1", "127.0.10.1", "Dahua", "3840x2160", "30 วัน", "25", "H.264", "บจก. ก")
TWO = ("2", "ตลาดสด", "SN-127.0.10.2", "127.0.10.2", "Dahua", "", "24 ชั่วโมง", "25", "H.265", "บจก. ข")
GONE = ("3", "สะพาน", "SN-GONE-9", "127.0.10.9", "Axis", "1920x1080", "30", "25", "H.264", "บจก. ค")
SIGNED = ("", "ลงชื่อ ........................ ผู้จัดทำ")
ROWS = (TITLE, HEADER, ONE, TWO, GONE, (), SIGNED)
COLUMN = {name: place for place, name in enumerate(HEADER, 1)}
BRAND, RESOLUTION, DAYS, RATE = 5, 6, 7, 8
GREEN, BLUE, YELLOW, RED = "FFC6EFCE", "FFDDEBF7", "FFFFEB9C", "FFF8CBAD"


def made(
    rows: Sequence[Sequence[Any]] = ROWS, site: Survey | None = None, data: bytes | None = None
) -> tuple[DeclaredList, Comparison, Survey]:
    """A list as it was read, beside a survey."""
    declared = read_declared(data or workbook(rows, title="รายการ"), name="list.xlsx")
    found = site or survey(camera(), lying(), recorder(), printer())
    return declared, compare(from_list(declared.cameras), found, Options(NOW + timedelta(days=1))), found


def copy(
    rows: Sequence[Sequence[Any]] = ROWS,
    site: Survey | None = None,
    data: bytes | None = None,
    language: Language = "th",
) -> Any:
    """The corrected copy, opened again."""
    return openpyxl.load_workbook(io.BytesIO(corrected_workbook(*made(rows, site, data), language)))


def changed(rows: Sequence[Sequence[Any]] = ROWS, site: Survey | None = None) -> tuple[RowChanges, ...]:
    return changes(*made(rows, site)[:2])


def kinds(one: RowChanges) -> dict[str, str]:
    return {change.field: change.kind for change in one.changes}


def fill(cell: Any) -> str | None:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else None


# --- What is changed --------------------------------------------------------------------------------------------------


def test_a_difference_that_the_camera_shows_is_corrected_with_the_old_value_beside_it() -> None:
    cell = copy()["รายการ"].cell(3, BRAND)
    assert cell.value == "Hikvision"
    assert fill(cell) == GREEN
    assert cell.comment.text.startswith("เดิม: Dahua\n")
    assert "ข้อมูลไม่ตรงกัน" in cell.comment.text


def test_a_live_picture_proves_only_that_the_recording_cannot_be_more() -> None:
    over = changed()[0]
    assert kinds(over)["resolution"] == "corrected"
    under = changed([HEADER, (*ONE[:5], "640x480", *ONE[6:])])[0]
    assert kinds(under)["resolution"] == "check"
    sheet = copy([HEADER, (*ONE[:5], "640x480", *ONE[6:])])["รายการ"]
    assert sheet.cell(2, RESOLUTION).value == "640x480"
    assert fill(sheet.cell(2, RESOLUTION)) == YELLOW
    assert sheet.cell(2, RESOLUTION).comment.text.startswith("ตรวจพบ: 1920x1080")


def test_what_agrees_and_what_cannot_be_verified_is_not_touched() -> None:
    sheet = copy()["รายการ"]
    for at in (2, 3, 4, RATE, 9, 10):
        assert sheet.cell(3, at).value == ONE[at - 1]
        assert fill(sheet.cell(3, at)) is None
    assert sheet.cell(3, DAYS).value == "30 วัน"
    assert sheet.cell(3, DAYS).comment is None


def test_an_empty_cell_is_filled_and_an_unreadable_one_without_evidence_is_only_marked() -> None:
    site = survey(camera("127.0.10.2"))
    two = changed([HEADER, TWO], site)[0]
    assert kinds(two) == {
        "resolution": "filled", "brand": "corrected", "retention_days": "check", "file_format": "check",
    }  # fmt: skip
    sheet = copy([HEADER, TWO], site)["รายการ"]
    assert sheet.cell(2, RESOLUTION).value == "1920x1080"
    assert fill(sheet.cell(2, RESOLUTION)) == BLUE
    assert sheet.cell(2, RESOLUTION).comment.text.startswith("เดิม: (ว่าง)\n")
    assert sheet.cell(2, DAYS).value == "24 ชั่วโมง"
    assert fill(sheet.cell(2, DAYS)) == YELLOW


def test_an_unreadable_value_gives_way_to_a_setting() -> None:
    one = changed([HEADER, (*ONE[:7], "15-ก.ค.", *ONE[8:])])[0]
    (rate,) = (change for change in one.changes if change.field == "frame_rate")
    assert (rate.kind, rate.old, rate.new) == ("corrected", "15-ก.ค.", 25)


def test_sources_that_disagree_among_themselves_decide_nothing() -> None:
    site = survey(camera("127.0.10.1", said("device", "brand", "Dahua", "ws_discovery.scopes")))
    one = changed([HEADER, ONE], site)[0]
    (brand,) = (change for change in one.changes if change.field == "brand")
    assert (brand.kind, brand.new) == ("check", None)


def test_what_a_device_merely_announces_replaces_nothing() -> None:
    device = camera()
    announced = tuple(item for item in device.evidence if item.attribute != "brand")
    device = replace(device, evidence=(*announced, said("device", "brand", "Hikvision", "ws_discovery.scopes")))
    assert kinds(changed([HEADER, ONE], survey(device))[0])["brand"] == "check"


def test_an_old_observation_replaces_nothing() -> None:
    declared, _, site = made([HEADER, ONE])
    late = compare(from_list(declared.cameras), site, Options(NOW + timedelta(days=400)))
    assert changes(declared, late)[0].changes == ()


def test_a_pair_that_is_not_sure_changes_nothing() -> None:
    declared, comparison, _ = made([HEADER, ONE])
    row = comparison.rows[0]
    assert row.pair
    unsure = replace(comparison, rows=(replace(row, pair=replace(row.pair, confidence="low")),))
    assert {change.kind for change in changes(declared, unsure)[0].changes} == {"check"}


def test_another_lists_comparison_is_refused() -> None:
    declared, _, _ = made()
    _, other, _ = made([HEADER, ONE])
    with pytest.raises(ValueError):
        changes(declared, other)


def test_an_address_is_corrected_where_the_serial_number_says_which_camera_it_is() -> None:
    swapped = [HEADER, (*ONE[:3], "127.0.10.2", *ONE[4:]), (*TWO[:3], "127.0.10.1", *TWO[4:])]
    sheet = copy(swapped)["รายการ"]
    assert [sheet.cell(at, 4).value for at in (2, 3)] == ["127.0.10.1", "127.0.10.2"]
    assert sheet.cell(2, 4).comment.text.startswith("เดิม: 127.0.10.2\n")
    assert fill(sheet.cell(2, 4)) == GREEN


def test_a_serial_number_that_differs_is_only_marked() -> None:
    one = changed([HEADER, (*ONE[:2], "SN-127.0.10.11", *ONE[3:])])[0]
    (serial,) = (change for change in one.changes if change.field == "serial")
    assert (serial.kind, serial.new) == ("check", "SN-127.0.10.1")


@pytest.mark.parametrize(
    ("raw", "canonical", "new"),
    [
        ("30 วัน", "days=30", "12 วัน"),
        ("๓๐ วัน", "days=30", "๑๒ วัน"),
        ("30", "days=30", 12),
        ("๓๐", "days=30", "๑๒"),
        ("ไม่น้อยกว่า 30 วัน", "days>=30", 12),
        ("1 เดือน", "days=30", 12),
        ("7-15", "suspect:excel_date", 12),
        ("", "missing", 12),
    ],
)
def test_days_are_written_as_the_list_writes_them(raw: str, canonical: str, new: object) -> None:
    assert new_value("retention_days", 12, Cell(raw, canonical, "high", "days")) == new


# --- Nothing is lost --------------------------------------------------------------------------------------------------


def test_every_row_and_column_stands_where_it_stood() -> None:
    sheet = copy()["รายการ"]
    touched = {(3, BRAND), (3, RESOLUTION), (4, RESOLUTION)}
    for at, row in enumerate(ROWS, 1):
        for place, text in enumerate(row, 1):
            if text and (at, place) not in touched:
                assert sheet.cell(at, place).value == text


def test_the_copy_reads_as_the_same_list_with_the_new_cameras_behind_it() -> None:
    declared, comparison, site = made()
    data = corrected_workbook(declared, comparison, site, "th")
    again = read_declared(data, name="copy.xlsx")
    new = sum(not each.asked_about for each in comparison.undeclared)
    assert new == 4
    assert len(again.cameras) == len(declared.cameras) + new
    assert [one.row.row for one in again.cameras[:3]] == [one.row.row for one in declared.cameras]
    assert again.cameras[0].cells["brand"].canonical == "hikvision"
    assert {one.cells["address"].canonical for one in again.cameras[3:]} == {"127.0.10.3"}


def test_all_sheets_come_back_the_hidden_ones_hidden_and_without_passwords() -> None:
    secret = [(*HEADER, "password"), (*ONE, "Secret-1234")]
    data = book(
        {"คำชี้แจง": [("อ่านก่อน",)], "รายการ": secret, "เก่า": secret},
        {"เก่า": lambda sheet: setattr(sheet, "sheet_state", "hidden")},
    )
    made_again = copy(data=data)
    assert made_again.sheetnames[:3] == ["คำชี้แจง", "รายการ", "เก่า"]
    assert made_again["เก่า"].sheet_state == "hidden"
    assert made_again["เก่า"].cell(2, 2).value == ONE[1]
    texts = [str(cell) for sheet in made_again for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [text for text in texts if "Secret" in text]


def test_merged_heads_and_titles_are_merged_again() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:J1")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:C2")

    heads = (("ที่", "กล้อง", None, *HEADER[3:]), (None, "ตำแหน่งในการติดตั้งกล้อง", "หมายเลขเครื่อง"))
    sheet = copy(data=book({"รายการ": [TITLE, *heads, ONE]}, {"รายการ": merge}))["รายการ"]
    assert {"A1:J1", "A2:A3", "B2:C2"} <= {str(area) for area in sheet.merged_cells.ranges}


def test_a_text_file_keeps_its_texts_as_texts() -> None:
    rows = [HEADER, (*ONE[:2], "00012345", *ONE[3:])]
    sheet = copy(data=text_file(rows).encode("cp874"))
    cell = sheet.worksheets[0].cell(2, 3)
    assert (cell.value, cell.data_type) == ("00012345", "s")


def test_numbers_of_a_workbook_stay_numbers() -> None:
    sheet = copy([HEADER, (1, *ONE[1:6], 30, 25, *ONE[8:])])["รายการ"]
    assert [sheet.cell(2, at).value for at in (1, DAYS, RATE)] == [1, 30, 25]


def test_a_row_far_below_does_not_break_the_workbook() -> None:
    def far(sheet: Any) -> None:
        for place, text in enumerate(TWO, 1):
            sheet.cell(1_048_576, place, text)

    opened = copy(data=book({"รายการ": [HEADER, ONE]}, {"รายการ": far}))["รายการ"]
    assert [opened.cell(3, 2).value, opened.max_row < 1_000] == [TWO[1], True]


# --- What is marked and added -----------------------------------------------------------------------------------------


def test_a_camera_that_was_not_found_is_marked_with_the_reason() -> None:
    sheet = copy()["รายการ"]
    assert fill(sheet.cell(5, 1)) == fill(sheet.cell(5, 10)) == RED
    assert "127.0.10.9" in sheet.cell(5, 1).comment.text
    assert sheet.cell(5, BRAND).value == "Axis"


def test_undeclared_cameras_stand_under_a_heading_with_their_sources() -> None:
    sheet = copy()["รายการ"]
    assert "4 ตัว" in sheet.cell(9, 1).value
    assert sheet.cell(10, COLUMN["IP Address"]).value == "127.0.10.3"
    assert sheet.cell(10, RATE).value == 15
    assert "ที่มา:" in sheet.cell(10, RATE).comment.text
    assert sheet.cell(10, DAYS).value is None
    assert [sheet.cell(at, BRAND).value for at in range(10, 14)] == [None, "Axis", None, None]
    assert [sheet.cell(at, 1).value for at in range(10, 14)] == [4, 5, 6, 7]
    assert "127.0.10.3" in sheet.cell(10, 1).comment.text


def test_cameras_in_closed_places_are_counted_and_not_added() -> None:
    site = survey(camera(), camera("127.0.10.7", scope_class="closed"), camera("127.0.10.8", scope_class="unknown"))
    opened = copy([HEADER, ONE], site)
    addresses = [row[3] for row in opened["รายการ"].iter_rows(min_row=3, values_only=True)]
    assert "127.0.10.8" in addresses
    assert "127.0.10.7" not in addresses
    told = " ".join(str(row[0]) for row in opened.worksheets[-1].iter_rows(values_only=True))
    assert "พื้นที่ปิดที่ตรวจพบและไม่ได้นำมาต่อท้าย 1 ตัว" in told


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_summary_has_a_line_for_every_change_and_every_marked_row(language: Language) -> None:
    declared, comparison, site = made()
    data = corrected_workbook(declared, comparison, site, language)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[-1]
    lines = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[1], int)]
    found = changes(declared, comparison)
    wanted = sum(len(one.changes) for one in found) + sum(one.result.state != "paired" for one in found)
    assert len(lines) == wanted > 3
    brand = next(line for line in lines if line[2] == "E3")
    assert brand[4:6] == ("Dahua", "Hikvision")


# --- Hostile lists and devices ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_copy_is_a_formula(start: str) -> None:
    device = camera("127.0.10.1", said("channel/1", "name", HOSTILE, "onvif.osd"))
    device = replace(
        device,
        evidence=(*device.evidence, said("device", "brand", f"{start}1+1", "onvif.device_information", after_s=9)),
    )
    rows = [HEADER, ("1", f"{start}HYPERLINK(1)", "SN-127.0.10.1", "", f"{start}2+2", "", "", "", "", f"{start}x")]
    opened = copy(site=survey(device, camera("127.0.10.7")), data=text_file(rows).encode())
    cells = [cell for sheet in opened for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[0] in "=+-@＝＋－＠")
    assert any("HYPERLINK" in str(cell.value) for cell in cells)


def test_hostile_devices_stay_text() -> None:
    hostile = camera("127.0.10.1", said("channel/1", "osd_text", HOSTILE, "onvif.osd"))
    hostile = replace(hostile, channels=(replace(hostile.channels[0], name=HOSTILE),))
    opened = copy([HEADER, GONE], survey(hostile))
    texts = [str(cell.value) for sheet in opened for row in sheet.iter_rows() for cell in row if cell.value]
    texts += [cell.comment.text for sheet in opened for row in sheet.iter_rows() for cell in row if cell.comment]
    assert not [text for text in texts if "\x1b" in text or "\u202e" in text]


TEXTS = st.text(st.characters(exclude_categories=["No", "Cs"]), max_size=60) | st.sampled_from(
    ["=1+1", "#REF!", "x" * 3_999, "\x00\x0b", "30 วัน"]
)


@given(st.lists(st.lists(TEXTS, min_size=10, max_size=12), max_size=4))
@settings(deadline=None, max_examples=25)
def test_any_list_comes_back_whole(rows: list[list[str]]) -> None:
    declared, comparison, site = made(data=text_file([HEADER, ONE, *rows]).encode())
    opened = openpyxl.load_workbook(io.BytesIO(corrected_workbook(declared, comparison, site, "en")))
    sheet = opened.worksheets[0]
    kept = [row for row in declared.sheets[0].rows if row.kind is not RowKind.CAMERA]
    for row in kept:
        told = [text for text in row.grid.texts if text.isascii() and text.isalnum()]
        there = {str(cell.value) for cell in sheet[row.grid.number]}
        assert {text for text in told if text not in there} == set()


def test_it_is_written_to_its_place(tmp_path: Path) -> None:
    path = tmp_path / "corrected.xlsx"
    write_corrected(*made(), path, "en")
    assert openpyxl.load_workbook(path).sheetnames == ["รายการ", "Corrections"]
    assert [file.name for file in tmp_path.iterdir()] == ["corrected.xlsx"]
