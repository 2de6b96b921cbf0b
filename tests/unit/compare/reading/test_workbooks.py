"""Workbooks as Excel, LibreOffice and people make them, and workbooks that mean harm."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

import pytest

from cctv_probe.compare.reading import ReadingError, limits, read_declared
from tests.unit.compare.reading.lists import (
    CAMERAS,
    HEADER,
    LIST,
    MAIN,
    SHEET,
    as_excel_writes_it,
    book,
    changed,
    kinds,
    part,
    values,
    workbook,
)


def test_numbers_dates_and_errors_read_as_a_person_sees_them() -> None:
    def change(sheet: Any) -> None:
        sheet["A2"], sheet["A2"].number_format = 5810109, "00000000"
        sheet["E2"], sheet["E2"].number_format = 30, '0" วัน"'
        sheet["E3"], sheet["E3"].number_format = datetime.date(2026, 7, 15), "d-mmm"
        sheet["D3"] = "#REF!"
        sheet["D4"], sheet["D4"].number_format = datetime.date(2019, 1, 15), "dd/mm/yyyy"

    rows = [("หมายเลขกล้อง", *HEADER[1:]), *CAMERAS]
    first, second, third = read_declared(workbook(rows, change), name="list.xlsx").cameras
    assert values(first)["camera_id"] == "05810109"
    assert (first.cells["retention_days"].raw, values(first)["retention_days"]) == ("30 วัน", "days=30")
    assert (second.cells["retention_days"].raw, values(second)["retention_days"]) == ("15-ก.ค.", "suspect:excel_date")
    assert (second.cells["resolution"].raw, values(second)["resolution"]) == ("#REF!", "unparsable")
    assert (third.cells["resolution"].raw, values(third)["resolution"]) == ("2019-01-15", "suspect:excel_date")


def test_formulas_are_their_stored_results_and_never_computed() -> None:
    data = workbook(LIST, lambda sheet: sheet.__setitem__("E2", "=15+15"))
    without = read_declared(data, name="list.xlsx")
    assert without.cameras[0].cells["retention_days"].rule == "formula:no_result"
    assert values(without.cameras[0])["retention_days"] == "unparsable"
    assert any("formulas" in note.en for note in without.sheets[0].notes)
    stored = re.sub(rb"(<f>15\+15</f>)<v(?: ?/>|></v>)", rb"\1<v>45</v>", part(data))
    assert b"<v>45</v>" in stored
    assert (
        values(read_declared(changed(data, {SHEET: stored}), name="list.xlsx").cameras[0])["retention_days"]
        == "days=45"
    )


def test_hidden_rows_are_read_and_marked_and_hidden_sheets_are_left_out_with_a_word() -> None:
    def hide_row(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    def hide(sheet: Any) -> None:
        sheet.sheet_state = "veryHidden"

    declared = read_declared(book({"รายการ": LIST, "เก่า": LIST}, {"รายการ": hide_row, "เก่า": hide}), name="list.xlsx")
    assert [camera.hidden for camera in declared.cameras] == [False, True, False]
    assert kinds(declared, 1) == ["hidden_sheet"] * 4
    assert "hidden" in declared.sheets[1].notes[-1].en
    with pytest.raises(ReadingError, match="every sheet is hidden"):
        read_declared(
            changed(
                workbook(LIST),
                {
                    "xl/workbook.xml": part(workbook(LIST), "xl/workbook.xml").replace(
                        b'state="visible"', b'state="hidden"'
                    )
                },
            ),
            name="list.xlsx",
        )


def test_the_strict_form_of_the_standard_is_read_too() -> None:
    data = as_excel_writes_it(workbook(LIST))
    names = (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml")
    strict = {name: part(data, name).replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main") for name in names}
    assert b"purl" in strict[SHEET]
    declared = read_declared(changed(data, {**strict}), name="list.xlsx")
    wanted = read_declared(workbook(LIST), name="list.xlsx")
    assert [values(one) for one in declared.cameras] == [values(one) for one in wanted.cameras]


def test_a_workbook_without_styles_or_cell_references_is_read() -> None:
    data = workbook(LIST)
    bare = re.sub(rb' r="[A-Z]+[0-9]+"', b"", part(data))
    declared = read_declared(changed(data, {SHEET: bare, "xl/styles.xml": None}), name="list.xlsx")
    assert [values(one)["brand"] for one in declared.cameras] == ["hikvision", "dahua", "axis"]


def test_rows_formatted_to_the_end_of_the_sheet_cost_nothing() -> None:
    def change(sheet: Any) -> None:
        for row in range(5, 3000):
            sheet.cell(row, 1).number_format = "@"
        sheet.cell(1_048_576, 1).number_format = "@"

    declared = read_declared(workbook(LIST, change), name="list.xlsx")
    assert len(declared.sheets[0].rows) == 4
    assert declared.sheets[0].blank == 0


def test_macros_and_links_are_noticed_and_left_alone() -> None:
    data = changed(workbook(LIST), {"xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": b"<x/>"})
    declared = read_declared(data, name="list.xlsm")
    assert len(declared.cameras) == 3
    assert ["macros" in note.en or "other workbooks" in note.en for note in declared.notes] == [True, True]


def test_names_that_point_out_of_the_archive_are_only_names() -> None:
    data = changed(workbook(LIST), {"../../../../etc/cron.d/x": b"x", "/absolute": b"x", "xl\\odd.xml": b"x"})
    assert len(read_declared(data, name="list.xlsx").cameras) == 3


def test_an_entity_is_neither_expanded_nor_fetched() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    for head in (bomb, outside):
        for name in (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"):
            data = as_excel_writes_it(workbook(LIST))
            body = part(data, name)
            body = body[body.index(b"?>") + 2 :] if body.startswith(b"<?xml") else body
            with pytest.raises(ReadingError, match="XML entities"):
                read_declared(changed(data, {name: head + body.replace(b"Hikvision", b"&b;&a;")}), name="list.xlsx")


def test_a_part_that_unpacks_without_end_is_refused_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES_BETWEEN_ROWS", 1 << 20)
    data = workbook(LIST)
    body = part(data).replace(b"<sheetData>", b"<sheetData>" + b" " * (8 << 20))
    small = changed(data, {SHEET: body})
    assert len(small) < 100_000
    with pytest.raises(ReadingError, match="out of proportion"):
        read_declared(small, name="list.xlsx")


def test_one_part_named_by_many_sheets_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_UNPACKED_BYTES", 1 << 20)
    data = workbook(LIST)
    names = re.sub(
        rb"<sheet [^>]*/>",
        lambda found: b"".join(found[0].replace(b"Sheet1", b"S%d" % number) for number in range(150)),
        part(data, "xl/workbook.xml"),
    )
    body = part(data).replace(b"<sheetData>", b"<sheetData>" + b" " * 20_000)
    with pytest.raises(ReadingError, match="out of proportion"):
        read_declared(changed(data, {SHEET: body, "xl/workbook.xml": names}), name="list.xlsx")


def test_a_million_rows_are_refused_without_reading_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 1000)
    rows = b"".join(b'<row r="%d"><c t="str"><v>x</v></c></row>' % number for number in range(5, 100_000))
    data = workbook(LIST)
    with pytest.raises(ReadingError, match="more than 1000 rows"):
        read_declared(
            changed(data, {SHEET: part(data).replace(b"</sheetData>", rows + b"</sheetData>")}), name="l.xlsx"
        )


def test_merged_cells_over_the_whole_sheet_cost_no_memory() -> None:
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 5000 + b"</mergeCells>"
    data = workbook(LIST)
    many = changed(data, {SHEET: part(data).replace(b"</sheetData>", b"</sheetData>" + merges)})
    declared = read_declared(many, name="list.xlsx")
    assert max(len(row.grid.texts) for row in declared.sheets[0].rows) <= limits.MOST_COLUMNS


def test_text_far_to_the_right_is_refused_with_its_place() -> None:
    with pytest.raises(ReadingError, match="“Sheet1”, row 2: there is text beyond column 256"):
        read_declared(workbook(LIST, lambda sheet: sheet.cell(2, 5000, "x")), name="list.xlsx")


def test_archives_that_are_no_workbooks() -> None:
    def archive(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name in names:
                made.writestr(name, b"<x/>")
        return out.getvalue()

    for names, word in (
        (("word/document.xml",), "Word"),
        (("ppt/presentation.xml",), "presentation"),
        (("mimetype", "content.xml"), "OpenDocument"),
        (("xl/workbook.bin",), "xlsb"),
        (("photo.jpg",), "archive"),
    ):
        with pytest.raises(ReadingError, match=word):
            read_declared(archive(*names), name="list.xlsx")


def test_damaged_workbooks_get_a_sentence() -> None:
    data = workbook(LIST)
    for broken in (data[:2000], data[:-300], changed(data, {SHEET: part(data)[:-400]}), changed(data, {SHEET: None})):
        with pytest.raises(ReadingError) as refused:
            read_declared(broken, name="list.xlsx")
        assert "list.xlsx" in refused.value.text.th


def test_an_encrypted_archive_asks_for_its_password_to_be_removed() -> None:
    data = bytearray(workbook(LIST))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    with pytest.raises(ReadingError, match="password"):
        read_declared(bytes(data), name="list.xlsx")


def test_too_many_entries_are_refused_before_the_archive_is_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(limits.MOST_ZIP_ENTRIES + 1):
            made.writestr(f"x{number}", b"")
    with pytest.raises(ReadingError, match="too many parts"):
        read_declared(out.getvalue(), name="list.xlsx")


def test_passwords_in_a_list_are_never_kept() -> None:
    rows = [
        (*HEADER, "รหัสผ่าน", "IP Address"),
        *((*camera, "Secret-1234", "rtsp://admin:Secret-1234@10.0.0.7/ch1") for camera in CAMERAS),
    ]
    declared = read_declared(workbook(rows), name="list.xlsx")
    assert "Secret" not in repr(declared)
    assert values(declared.cameras[0])["address"] == "10.0.0.7"
    assert any("passwords" in note.en for note in declared.sheets[0].notes)
