"""What stands around the cameras of a list: titles, groups, numbers, totals, signatures, broken lines."""

from __future__ import annotations

from typing import Any

from cctv_probe.compare.reading import read_declared
from tests.unit.compare.reading.lists import (
    CAMERAS,
    FORM,
    FORM_PARTS,
    HEADER,
    book,
    every_row_is_accounted_for,
    kinds,
    text_file,
    values,
    workbook,
)

TITLE = "บัญชีสำรวจข้อมูลเพิ่มเติมการใช้งานระบบกล้องโทรทัศน์วงจรปิด (CCTV) ทั่วประเทศ"


def form_rows(*cameras: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    numbers = tuple(f"({number})" for number in range(1, 15))
    return [(TITLE,), ("เทศบาลตำบลกระบี่น้อย จังหวัดกระบี่",), FORM, FORM_PARTS, numbers, *cameras]


ONE = (
    1,
    "อบต.อ่าวนาง",
    "สี่แยกตลาด",
    "/",
    None,
    "/",
    "จังหวัด",
    "VPN",
    "Hikvision",
    "1920x1080",
    "1920x1080",
    30,
    25,
    "H.264",
)
TWO = (2, None, "หน้าวัด", None, "✓", None, "อำเภอ", "GIN", "ดาหัว", "1280x720", "1920x1080", 15, 15, "H.265")


def merged_like_the_form(sheet: Any) -> None:
    sheet.merge_cells("A1:N1")
    sheet.merge_cells("A2:N2")
    sheet.merge_cells("D3:F3")
    for column in "ABCGHIJKLMN":
        sheet.merge_cells(f"{column}3:{column}4")
    sheet.merge_cells("B6:B7")


def test_the_official_form_is_read_whole() -> None:
    declared = read_declared(workbook(form_rows(ONE, TWO), merged_like_the_form), name="form.xlsx")
    assert kinds(declared) == ["title", "title", "header", "header", "numbering", "camera", "camera"]
    first, second = declared.cameras
    assert values(first)["purposes"] == "deterrence|traffic"
    assert values(second)["purposes"] == "investigation"
    assert first.cells["purposes"].confidence == "high"
    assert first.cells["owner"].raw == second.cells["owner"].raw == "อบต.อ่าวนาง"
    assert {field: values(second)[field] for field in ("brand", "resolution", "max_resolution", "retention_days")} == {
        "brand": "dahua",
        "resolution": "1280x720",
        "max_resolution": "1920x1080",
        "retention_days": "days=15",
    }
    assert values(first)["frame_rate"] == "fps=25"
    assert values(second)["linked_agencies"] == "DISTRICT"
    assert values(second)["network"] == "GIN"
    assert list(declared.mapping.ambiguous()) == []


def test_the_form_saved_as_csv_says_the_same() -> None:
    text = text_file([[cell or "" for cell in row] for row in form_rows(ONE, TWO)])
    declared = read_declared(text.encode("cp874", "replace"), name="form.csv")
    assert kinds(declared) == ["title", "title", "header", "header", "numbering", "camera", "camera"]
    assert [values(camera)["purposes"] for camera in declared.cameras[:1]] == ["deterrence|traffic"]
    owner = declared.cameras[1].cells["owner"]
    assert (owner.raw, owner.confidence) == ("อบต.อ่าวนาง", "medium")
    assert owner.rule.endswith("from_row:6")


def test_crosses_are_ticks_where_nothing_else_ticks() -> None:
    crossed = read_declared(
        workbook(
            form_rows(("1", "อบต.อ่าวนาง", "ก", "x", None, None, *ONE[6:]), ("2", "", "ข", None, None, "X", *ONE[6:])),
            merged_like_the_form,
        ),
        name="form.xlsx",
    )
    assert [(values(one)["purposes"], one.cells["purposes"].confidence) for one in crossed.cameras] == [
        ("deterrence", "medium"),
        ("traffic", "medium"),
    ]
    both = read_declared(
        workbook(form_rows(("1", "", "ก", "✓", "x", "x", *ONE[6:]), ("2", "", "ข", "x", "x", "✓", *ONE[6:]))),
        name="form.xlsx",
    )
    assert [values(one)["purposes"] for one in both.cameras] == ["deterrence", "traffic"]


def test_nothing_between_the_cameras_is_dropped_or_taken_for_one() -> None:
    rows = [
        HEADER,
        CAMERAS[0],
        ("", "เทศบาลนครขอนแก่น", "", "", ""),
        CAMERAS[1],
        ("รวมหน้านี้", "", "", "", "2"),
        HEADER,
        CAMERAS[2],
        ("9", "", "", "", ""),
        ("รวมทั้งสิ้น", "3", "กล้อง", "", ""),
        ("", "ลงชื่อ ............................ ผู้สำรวจ", "", "", ""),
        ("", "(นายสมชาย ใจดี)", "", "", ""),
        ("หมายเหตุ: ข้อมูล ณ วันที่ 1 มกราคม 2562", "", "", "", ""),
    ]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert len(declared.cameras) == 3
    assert every_row_is_accounted_for(declared)
    found = kinds(declared)
    assert found[:10] == [
        "header", "camera", "section", "camera", "total", "header", "camera", "unread", "total", "footer",
    ]  # fmt: skip
    assert found[11] == "footer"
    assert found[10] != "camera"
    assert declared.cameras[0].cells.get("owner") is None
    assert declared.cameras[1].cells["owner"].raw == "เทศบาลนครขอนแก่น"
    assert declared.unread()[0].why is not None


def test_an_owner_in_a_title_belongs_to_every_camera() -> None:
    declared = read_declared(text_file([("กล้องวงจรปิดของเทศบาลนครขอนแก่น",), HEADER, *CAMERAS]).encode(), name="list.csv")
    assert kinds(declared) == ["title", "header", "camera", "camera", "camera"]
    assert {camera.cells["owner"].raw for camera in declared.cameras} == {"เทศบาลนครขอนแก่น"}
    assert {camera.cells["owner"].column for camera in declared.cameras} == {None}


def test_a_line_that_a_pdf_broke_goes_back_to_its_camera() -> None:
    rows = [HEADER, CAMERAS[0], ("", "ฝั่งขาเข้าเมือง", "", "", ""), CAMERAS[1]]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert kinds(declared) == ["header", "camera", "continuation", "camera"]
    position = declared.cameras[0].cells["position"]
    assert position.raw == "สี่แยกตลาดสด ฝั่งขาเข้าเมือง"
    assert position.confidence != "high"
    assert "joined_row:3" in position.rule


def test_a_camera_over_two_merged_rows_is_one_camera() -> None:
    rows = [HEADER, CAMERAS[0], (None,) * 5, CAMERAS[1]]

    def change(sheet: Any) -> None:
        sheet["F3"] = " "
        for column in "ABCDE":
            sheet.merge_cells(f"{column}2:{column}3")

    declared = read_declared(workbook(rows, change), name="list.xlsx")
    assert len(declared.cameras) == 2


def test_sheets_are_places_and_instructions_are_left_out_with_a_word() -> None:
    data = book(
        {
            "คำชี้แจง": [("โปรดกรอกข้อมูลให้ครบทุกช่อง",), ("ส่งภายในวันที่ 31 มกราคม 2562",)],
            "เทศบาลนครขอนแก่น": [HEADER, *CAMERAS],
            "หมู่ที่ 3": [HEADER, CAMERAS[0]],
            "ว่าง": [],
        }
    )
    declared = read_declared(data, name="list.xlsx")
    assert [(camera.row.sheet, camera.row.row) for camera in declared.cameras][-1] == ("หมู่ที่ 3", 2)
    assert len(declared.cameras) == 4
    assert kinds(declared) == ["other_sheet", "other_sheet"]
    assert "left out" in declared.sheets[0].notes[0].en
    assert declared.cameras[0].cells["owner"].raw == "เทศบาลนครขอนแก่น"
    assert declared.cameras[3].cells["section"].raw == "หมู่ที่ 3"


def test_columns_nobody_knows_are_kept_as_they_are() -> None:
    rows = [(*HEADER, "สีของเสา"), *((*camera, "แดง") for camera in CAMERAS)]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert [camera.unknown for camera in declared.cameras] == [{"สีของเสา": "แดง"}] * 3


def test_values_that_excel_damaged_are_marked_and_not_guessed() -> None:
    rows = [
        (*HEADER, "serial number", "หมายเลขกล้อง"),
        ("1", "สี่แยก", "Axis", "1920x1080", "15-ก.ค.", "1.23457E+15", "5.81011E+06"),
        ("2", "ตลาด", "Axis", "#REF!", "24 ชั่วโมง", "ACCC8E001122", "CAM-2"),
    ]
    first, second = read_declared(text_file(rows).encode(), name="list.csv").cameras
    assert values(first)["retention_days"] == "suspect:excel_date"
    assert values(first)["serial"] == values(first)["camera_id"] == "suspect:scientific"
    assert values(second)["resolution"] == "unparsable"
    assert values(second)["retention_days"] == "suspect:24h"
    assert values(second)["serial"] == "ACCC8E001122"


def test_identities_and_places_beside_the_record() -> None:
    rows = [
        ("ที่", "ชื่อกล้อง", "ยี่ห้อ", "MAC", "IP Address", "Port", "ช่อง", "ละติจูด", "ลองจิจูด", "วันที่ติดตั้ง", "สถานะการใช้งาน", "หมายเหตุ"),
        ("1", "CAM 01", "Axis", "AC-CC-8E-00-11-22", "10.0.0.1:8080", "", "CH 7", "13.756331", "100.501762", "15/01/2562", "ใช้งานได้", "-"),
        ("2", "CAM 02", "Axis", "accc.8e00.1123", "http://010.000.000.002/", "554", "D2", "100.5", "13.75", "ปี 62", "ชำรุด", "รอซ่อม"),
        ("3", "CAM 03", "Axis", "1.2E+11", "10.0.0.999", "http", "", "13.7", "", "x", "?", ""),
    ]  # fmt: skip
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    first, second, third = (values(camera) for camera in declared.cameras)
    assert (first["mac"], first["address"], first["port"], first["channel"]) == (
        "ac:cc:8e:00:11:22",
        "10.0.0.1",
        "8080",
        "7",
    )
    assert (first["installed"], first["working"]) == ("2019-01-15", "true")
    assert (first["latitude"], first["longitude"]) == ("13.756331", "100.501762")
    assert (second["mac"], second["address"], second["port"], second["working"]) == (
        "ac:cc:8e:00:11:23",
        "10.0.0.2",
        "554",
        "false",
    )
    assert (float(second["latitude"]), float(second["longitude"])) == (13.75, 100.5)
    assert declared.cameras[1].cells["latitude"].confidence != "high"
    assert first["note"] == "-"
    assert (third["mac"], third["address"], third["port"]) == ("suspect:scientific", "unparsable", "unparsable")


def test_names_of_columns_that_run_over_two_lines() -> None:
    rows = [
        ("ลำดับ", "จุดติดตั้ง", "จำนวนวันในการ", "ความละเอียด", "สถานะ"),
        ("", "", "เก็บการบันทึก", "(ที่บันทึก)", "(ใช้งาน)"),
        ("1", "ซอย 1", "30", "2MP", "ใช้งานได้ 3 เสีย 1"),
    ]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert kinds(declared) == ["header", "header", "camera"]
    assert values(declared.cameras[0])["retention_days"] == "days=30"
    assert values(declared.cameras[0])["resolution"] == "mp:2"
    assert values(declared.cameras[0])["working"] == "suspect:partly"


def test_states_as_people_write_them() -> None:
    said = {
        "ใช้งานได้": "true", "ปกติ": "true", "ใช้การได้ดี": "true", "OK": "true", "1": "true", "✓": "true", "Online": "true",
        "ใช้งานไม่ได้": "false", "ชำรุด": "false", "ไม่ปกติ": "false", "รอซ่อม": "false", "offline": "false", "0": "false",
        "ไม่ทำงาน": "false", "Not working": "false", "ใช้งานได้บางครั้ง": "suspect:partly", "สีแดง": "unparsable", "-": "missing",
    }  # fmt: skip
    rows = [("จุดติดตั้ง", "ยี่ห้อ", "สถานะ"), *((f"ซอย {n}", "Axis", state) for n, state in enumerate(said))]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert {one.cells["working"].raw: values(one)["working"] for one in declared.cameras} == said
