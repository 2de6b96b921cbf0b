"""CSV files as they come: any encoding, any delimiter, quotation marks and line breaks where they should not be."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from cctv_probe.compare.reading import ReadingError, limits, read_declared
from tests.unit.compare.reading.lists import CAMERAS, HEADER, LIST, every_row_is_accounted_for, kinds, text_file, values

WANTED = [
    {"position": "สี่แยกตลาดสด", "brand": "hikvision", "resolution": "1920x1080", "retention_days": "days=30"},
    {"position": "หน้าโรงเรียนวัดใต้", "brand": "dahua", "resolution": "1280x720", "retention_days": "days=15"},
    {"position": "สะพานข้ามคลอง", "brand": "axis", "resolution": "1920x1080", "retention_days": "days=30"},
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("cp874", b"", "cp874"),
        ("tis-620", b"", "cp874"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16"),
        ("utf-16-be", b"", "utf-16"),
    ],
)
def test_every_encoding_and_delimiter_gives_the_same_cameras(
    codec: str, mark: bytes, name: str, delimiter: str
) -> None:
    declared = read_declared(mark + text_file(LIST, delimiter).encode(codec), name="list.csv")
    assert [values(camera) for camera in declared.cameras] == WANTED
    assert declared.encoding == name
    assert [camera.row.row for camera in declared.cameras] == [2, 3, 4]
    assert every_row_is_accounted_for(declared)


@pytest.mark.parametrize("twice", ["cp874", "cp1252"])
def test_thai_that_was_once_decoded_wrongly_is_put_right(twice: str) -> None:
    raw = text_file(LIST).encode("utf-8")
    garbled = "".join(
        bytes([byte]).decode(twice, "ignore") or chr(byte) for byte in raw
    )  # what a program that reads every byte as one letter shows
    declared = read_declared(garbled.encode("utf-8"), name="list.csv")
    assert [values(camera) for camera in declared.cameras] == WANTED
    assert any("เธ" in note.en for note in declared.sheets[0].notes)


def test_western_text_is_not_taken_for_thai() -> None:
    rows = [("no", "position", "brand", "resolution"), ("1", "Café Société, élève, señor", "Axis", "1920x1080")]
    declared = read_declared(text_file(rows).encode("cp1252"), name="list.csv")
    assert declared.encoding == "cp1252"
    assert declared.cameras[0].cells["position"].raw == "Café Société, élève, señor"


def test_a_byte_that_is_broken_is_counted_and_the_rest_is_read() -> None:
    data = text_file([HEADER, *CAMERAS * 20]).encode("utf-8").replace("คลอง".encode(), b"\xe0\xb8", 1)
    declared = read_declared(data, name="list.csv")
    assert len(declared.cameras) == 60
    assert declared.encoding == "utf-8"
    assert any("could not be decoded" in note.en for note in declared.sheets[0].notes)


def test_cells_keep_commas_quotation_marks_and_line_breaks() -> None:
    rows = [HEADER, ("1", 'สี่แยก "ไฟแดง", ทิศเหนือ\nใกล้ธนาคาร', "Axis", "1920x1080", "30"), *CAMERAS[1:]]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert declared.cameras[0].cells["position"].raw == 'สี่แยก "ไฟแดง", ทิศเหนือ\nใกล้ธนาคาร'
    assert [camera.row.row for camera in declared.cameras] == [2, 4, 5]


def test_a_quotation_mark_that_is_never_closed_costs_one_row_only() -> None:
    lines = [",".join(row) for row in [HEADER, *CAMERAS * 40]]
    lines[2] = '2,"หน้าโรงเรียน,Dahua,1280x720,15'
    declared = read_declared("\n".join(lines).encode(), name="list.csv")
    assert len(declared.cameras) == 120
    assert declared.cameras[1].cells["position"].raw == "หน้าโรงเรียน"
    assert any(note.en.startswith("Row 3:") for note in declared.sheets[0].notes)


def test_inches_are_no_quotation_marks() -> None:
    rows = "\n".join([",".join(HEADER), '1,จอ 21" หน้าตลาด,Axis,1920x1080,30', "2,วัด,Dahua,1280x720,15"])
    declared = read_declared(rows.encode(), name="list.csv")
    assert [camera.cells["position"].raw for camera in declared.cameras] == ['จอ 21" หน้าตลาด', "วัด"]


def test_excels_own_line_names_the_delimiter() -> None:
    declared = read_declared(("sep=;\r\n" + text_file(LIST, ";")).encode("utf-8-sig"), name="list.csv")
    assert [values(camera) for camera in declared.cameras] == WANTED
    assert declared.cameras[0].row.row == 3


def test_decimal_commas_do_not_make_the_comma_a_delimiter() -> None:
    rows = [("ที่", "ยี่ห้อ", "ละติจูด", "ลองจิจูด"), ("1", "Axis", "13,75", "100,50"), ("2", "Dahua", "13,76", "100,51")]
    declared = read_declared(text_file(rows, ";").encode(), name="list.csv")
    assert [camera.cells["longitude"].raw for camera in declared.cameras] == ["100,50", "100,51"]


def test_a_row_that_a_line_break_cut_is_put_together() -> None:
    lines = [
        ",".join((*HEADER, "หมายเหตุ")),
        "1,สี่แยก,Axis,1920x1080,30,ดี",
        "2,หน้าวัด",
        "โพธิ์,Dahua,1280x720,15,",
        "3,ศาลา,Axis,1920x1080,30,ดี",
    ]
    declared = read_declared("\n".join(lines).encode(), name="list.csv")
    assert [camera.cells["position"].raw for camera in declared.cameras] == ["สี่แยก", "หน้าวัด โพธิ์", "ศาลา"]
    assert declared.cameras[1].cells["brand"].canonical == "dahua"
    assert any("Rows 3" in note.en for note in declared.sheets[0].notes)
    assert [row.why.en if row.why else "" for row in declared.sheets[0].rows][2].endswith(
        "2 lines that a line break had cut."
    )


def test_blank_lines_are_counted_and_row_numbers_are_the_editors() -> None:
    text = "\n\n" + text_file([HEADER]) + ",,,,\n\n" + text_file(CAMERAS)
    declared = read_declared(text.encode(), name="list.csv")
    assert [camera.row.row for camera in declared.cameras] == [6, 7, 8]
    assert declared.sheets[0].blank == 4


@pytest.mark.parametrize(
    ("data", "english", "thai"),
    [
        (b"%PDF-1.7 ...", "PDF", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture", "รูปภาพ"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), ".xls", "Excel 97"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password", "รหัสผ่าน"),
        (b"<html><table><tr><td>Hikvision</td></tr></table></html>", "web page", "เว็บ"),
        (b'<?xml version="1.0"?><Workbook/>', "XML", "XML"),
        (b'[{"brand": "Axis"}]', "JSON", "JSON"),
        (b"{\\rtf1 list}", "rich-text", "RTF"),
        (b"\x1f\x8b\x08\x00", "archive", "บีบอัด"),
        (bytes(range(256)) * 20, "not a text file", "ไม่ใช่ข้อความ"),
        (b"", "no rows", "ไม่มีข้อมูล"),
        (b"\xef\xbb\xbf\r\n\r\n", "no rows", "ไม่มีข้อมูล"),
        (b",,,\n,,,\n", "no rows", "ไม่มีข้อมูล"),
        (b"hello\nworld\n", "names of the columns", "หัวตาราง"),
    ],
)
def test_what_is_not_a_list_gets_one_sentence(data: bytes, english: str, thai: str) -> None:
    with pytest.raises(ReadingError) as refused:
        read_declared(data, name="บัญชี.csv")
    assert english in refused.value.text.en
    assert thai in refused.value.text.th
    assert "บัญชี.csv" in refused.value.text.en


def test_a_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(limits.MOST_FILE_BYTES + 1)  # a file with a hole: it takes no space
    with pytest.raises(ReadingError, match=f"larger than {limits.MOST_FILE_BYTES >> 20} MB"):
        read_declared(path)


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(ReadingError, match="does not exist or is not an ordinary file"):
            read_declared(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_does_not_hold_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ReadingError):
        read_declared(tmp_path / "pipe.csv")


def test_a_list_beyond_the_limits_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 50)
    with pytest.raises(ReadingError, match="more than 50 rows"):
        read_declared(text_file([HEADER, *CAMERAS * 20]).encode(), name="list.csv")
    with pytest.raises(ReadingError, match="beyond column 256"):
        read_declared(text_file([HEADER, ("x",) * 300]).encode(), name="list.csv")


def test_a_row_with_an_endless_cell_is_unread_and_says_so() -> None:
    rows = [HEADER, CAMERAS[0], ("2", "ก" * 5000, "Axis", "1920x1080", "30"), CAMERAS[2]]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert kinds(declared) == ["header", "camera", "unread", "camera"]
    why = declared.unread()[0].why
    assert why is not None
    assert "4000" in why.en
