"""The workbook that goes back: everything is in it, what could not be read says why, and nothing in it is a formula."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from cctv_probe.compare.reading import ReadingError, read_declared, unread_workbook, write_unread
from tests.unit.compare.reading.lists import CAMERAS, HEADER, as_excel_writes_it, book, text_file, workbook

BAD = ("2", "สะพาน", "Axis", "#REF!", "24 ชั่วโมง")
ROWS = [HEADER, CAMERAS[0], BAD, ("9", "", "", "", ""), CAMERAS[2]]


def test_what_could_not_be_read_is_said_in_both_languages_beside_its_row() -> None:
    declared = read_declared(text_file(ROWS).encode("cp874"), name="list.csv")
    sheet = openpyxl.load_workbook(io.BytesIO(unread_workbook(declared))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][5:8] == ("แถวในไฟล์เดิม / row in the file", "สิ่งที่ต้องแก้ไข", "What to correct")
    assert rows[1][5:8] == ("2", None, None)
    thai, english = str(rows[2][6]), str(rows[2][7])
    assert "#REF!" in thai
    assert "#REF!" in english
    assert "24 ชั่วโมง" in english
    assert len(thai.splitlines()) == len(english.splitlines()) == 2
    assert rows[3][5] == "4"
    assert "too little" in str(rows[3][7])
    assert sheet["D3"].fill.fgColor.rgb != sheet["C3"].fill.fgColor.rgb != sheet["C2"].fill.fgColor.rgb


def test_every_row_comes_back_with_its_own_text() -> None:
    data = as_excel_writes_it(book({"คำชี้แจง": [("อ่านก่อน",)], "รายการ": ROWS}))
    declared = read_declared(book({"คำชี้แจง": [("อ่านก่อน",)], "รายการ": ROWS}), name="list.xlsx")
    assert data
    made = openpyxl.load_workbook(io.BytesIO(unread_workbook(declared)))
    assert made.sheetnames == ["คำชี้แจง", "รายการ"]
    found = [tuple(cell or "" for cell in row[:5]) for row in made["รายการ"].iter_rows(values_only=True)]
    assert found[: len(ROWS)] == ROWS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "=cmd|' /C calc'!A0"])
def test_no_cell_of_the_answer_is_a_formula(start: str) -> None:
    rows = [HEADER, ("1", f"{start}HYPERLINK(1)", "Axis", f"{start}1+1", "30")]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    sheet = openpyxl.load_workbook(io.BytesIO(unread_workbook(declared))).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.quotePrefix for cell in cells} == {True}
    assert any("HYPERLINK" in str(cell.value) for cell in cells)


def test_hidden_sheets_and_passwords_do_not_come_back() -> None:
    rows = [(*HEADER, "password"), *((*camera, "Secret-1234") for camera in CAMERAS)]
    data = book({"รายการ": rows, "ลับ": rows}, {"ลับ": lambda sheet: setattr(sheet, "sheet_state", "hidden")})
    made = openpyxl.load_workbook(io.BytesIO(unread_workbook(read_declared(data, name="list.xlsx"))))
    texts = [str(cell) for sheet in made.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [text for text in texts if "Secret" in text]
    assert any("hidden" in text for text in texts)


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    declared = read_declared(workbook(ROWS, title="a/b".replace("/", " ")), name="list.xlsx")
    write_unread(declared, tmp_path / "errors.xlsx")
    assert openpyxl.load_workbook(tmp_path / "errors.xlsx").sheetnames == ["a b"]
    with pytest.raises(ReadingError, match="could not be written"):
        write_unread(declared, tmp_path / "none" / "errors.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["errors.xlsx"]
