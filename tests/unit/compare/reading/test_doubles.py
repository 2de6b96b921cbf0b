"""Rows that cannot both be right are named, and stay in the list."""

from __future__ import annotations

from collections.abc import Sequence

from cctv_probe.compare.reading import read_declared
from tests.unit.compare.reading.lists import book, text_file

HEADER = ("ที่", "จุดติดตั้ง", "ยี่ห้อ", "Serial No", "MAC", "IP Address", "ช่อง")


def notes(rows: Sequence[tuple[str, ...]]) -> list[str]:
    declared = read_declared(text_file([HEADER, *rows]).encode(), name="list.csv")
    assert len(declared.cameras) == len(rows)
    return [note.en for note in declared.notes]


def test_one_serial_number_on_two_cameras() -> None:
    found = notes([("1", "ก", "Axis", "A-1234", "", "10.0.0.1", ""), ("2", "ข", "Axis", "a-1234", "", "10.0.0.2", "")])
    assert len(found) == 1
    assert found[0].startswith("Rows 2, 3 have the same serial number “A-1234”")


def test_a_row_copied_twice_is_told_once() -> None:
    row = ("1", "หน้าวัด", "Axis", "A-1234", "AC:CC:8E:00:00:01", "10.0.0.1", "")
    assert notes([row, ("2", *row[1:])]) == [
        "Rows 2, 3 are the same in every column. Please remove what was copied twice."
    ]


def test_channels_of_one_recorder_share_its_address() -> None:
    rows = [(str(n), f"จุดที่ {n}", "Dahua", "", "", "10.0.0.9", f"CH{n}") for n in (1, 2, 3)]
    assert notes(rows) == []
    assert "10.0.0.9" in notes([*rows, ("4", "จุดที่ 4", "Dahua", "", "", "10.0.0.9", "CH3")])[0]


def test_what_is_missing_or_damaged_is_not_the_same() -> None:
    assert notes([("1", "ก", "Axis", "1.2E+15", "-", "", ""), ("2", "ข", "Axis", "1.2E+15", "-", "", "")]) == []


def test_sheets_are_named_where_there_are_some() -> None:
    row = ("1", "หน้าวัด", "Axis", "A-1234", "", "10.0.0.1", "")
    declared = read_declared(book({"ก": [HEADER, row], "ข": [HEADER, row]}), name="list.xlsx")
    assert "Rows ก!2, ข!2 are the same" in declared.notes[0].en


def test_hundreds_of_doubles_are_summed_up() -> None:
    rows = [(str(n), f"จุดที่ {n}", "Axis", f"S-{n // 2}", "", "", "") for n in range(200)]
    found = notes(rows)
    assert len(found) == 21
    assert found[-1].startswith("80 more")
