"""Which column is which field: proposed from names and values, confirmed by a person, used again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.reading import (
    Column,
    ColumnMapping,
    ReadingError,
    SheetMapping,
    load_mapping,
    read_declared,
    save_mapping,
)
from cctv_probe.compare.reading.fields import KNOWN
from cctv_probe.compare.reading.mapping_file import mapping_text
from tests.unit.compare.reading.lists import CAMERAS, LIST, text_file, values, workbook


def columns_of(rows: Sequence[tuple[str, ...]]) -> dict[str, Column]:
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    return {column.letters: column for column in declared.mapping.sheets[0].columns}


def test_a_mapping_survives_its_file(tmp_path: Path) -> None:
    proposed = read_declared(workbook(LIST, title="บัญชี"), name="list.xlsx").mapping
    save_mapping(proposed, tmp_path / "columns.yaml")
    text = (tmp_path / "columns.yaml").read_text("utf-8")
    assert text.startswith("# การจับคู่คอลัมน์")
    assert "Which column of a list is which field" in text
    loaded = load_mapping(tmp_path / "columns.yaml")
    assert loaded.confirmed
    assert [(one.column, one.header, one.field) for one in loaded.sheets[0].columns] == [
        (one.column, one.header, one.field) for one in proposed.sheets[0].columns
    ]
    assert load_mapping(tmp_path / "columns.yaml") == loaded


NAMES = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.lists(
        st.tuples(NAMES, st.lists(st.tuples(NAMES, st.sampled_from([None, *sorted(KNOWN)])), max_size=4)), max_size=3
    )
)
def test_any_header_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[tuple[str, list[tuple[str, str | None]]]]
) -> None:
    mapping = ColumnMapping(
        tuple(
            SheetMapping(
                name, tuple(Column(at, header, field, "high", "x") for at, (header, field) in enumerate(columns))
            )
            for name, columns in sheets
        )
    )
    path = tmp_path_factory.mktemp("mapping") / "columns.yaml"
    save_mapping(mapping, path)
    loaded = load_mapping(path)
    assert [[(one.header, one.field) for one in sheet.columns] for sheet in loaded.sheets] == [
        columns for _, columns in sheets
    ]
    assert [sheet.sheet for sheet in loaded.sheets] == [name for name, _ in sheets]


def test_what_a_person_confirmed_is_used_for_the_next_list(tmp_path: Path) -> None:
    header = ("ก", "ข", "ค", "ง", "จ")
    rows = [header, *CAMERAS]
    with pytest.raises(ReadingError, match="in a mapping file"):
        read_declared(text_file([header, ("1", "หนึ่ง", "สอง", "สาม", "5")]).encode(), name="list.csv")
    fields = ("sequence", "position", "brand", "resolution", "retention_days")
    lines = "".join(f"      - {{header: {name}, field: {field}}}\n" for name, field in zip(header, fields, strict=True))
    (tmp_path / "columns.yaml").write_text(f"sheets:\n  - sheet: ''\n    columns:\n{lines}", "utf-8")
    declared = read_declared(text_file(rows).encode(), load_mapping(tmp_path / "columns.yaml"), name="list.csv")
    assert [values(camera)["retention_days"] for camera in declared.cameras] == ["days=30", "days=15", "days=30"]
    assert declared.mapping.confirmed
    assert {column.rule for column in declared.mapping.sheets[0].columns} == {"mapping"}


def test_a_column_may_be_left_out(tmp_path: Path) -> None:
    text = mapping_text(read_declared(text_file(LIST).encode(), name="list.csv").mapping)
    (tmp_path / "columns.yaml").write_text(text.replace("field: brand", "field: ignore"), "utf-8")
    declared = read_declared(text_file(LIST).encode(), load_mapping(tmp_path / "columns.yaml"), name="list.csv")
    assert "brand" not in declared.cameras[0].cells
    assert declared.cameras[0].unknown == {"ยี่ห้อกล้อง": "Hikvision"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sheets:\n  - sheet: a\n    columns:\n      - header: x\n        field: brnd\n", "line 5"),
        (
            "sheets:\n  - sheet: a\n    columns:\n      - header: x\n        fild: brand\n",
            "column, header, field, part",
        ),
        ("sheets:\n  - sheet: a\n    columns:\n      - header: x\n        column: '7'\n", "column letter"),
        ("sheets:\n  - sheet: a\n    columns:\n      - {header: x, field: brand, part: traffic}\n", "part"),
        ("sheets: brand\n", "must be a list"),
        ("sheet: []\n", "is required"),
        ("sheets:\n  - x\n", "key: value"),
        ("sheets:\n  - columns:\n      - x\n", "key: value"),
        ("sheets:\n  - {sheet: [x], columns: []}\n", "must be text"),
        (": : :", "YAML"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "columns.yaml").write_text(text, "utf-8")
    with pytest.raises(ReadingError) as refused:
        load_mapping(tmp_path / "columns.yaml")
    assert says in refused.value.text.en
    assert "columns.yaml" in refused.value.text.th


def test_values_that_contradict_their_header_are_a_doubt() -> None:
    rows = [("ที่", "จุดติดตั้ง", "ยี่ห้อ", "รูปแบบไฟล์"), *((str(n), "สี่แยก", "Axis", f"{n}92x108{n}") for n in (1, 2, 3, 4))]
    column = columns_of(rows)["D"]
    assert column.ambiguous
    assert column.others == ("resolution",)


def test_a_column_without_a_known_name_is_told_from_its_values() -> None:
    rows = [
        ("ที่", "ยี่ห้อ", "ความละเอียด", "อุปกรณ์ปลายทาง", "คอลัมน์ใหม่"),
        *((str(n), "Axis", "1920x1080", f"10.0.0.{n}", "H.264" if n % 2 else "H.265") for n in range(1, 6)),
    ]
    columns = columns_of(rows)
    assert (columns["D"].field, columns["D"].confidence) == ("address", "medium")
    assert columns["E"].field == "file_format"
    assert columns["E"].ambiguous


def test_two_columns_of_one_field_are_a_doubt_and_one_is_read() -> None:
    rows = [("ยี่ห้อ", "ความละเอียด", "ยี่ห้อกล้อง"), ("Axis", "1920x1080", "Dahua"), ("Axis", "1280x720", "Dahua")]
    columns = columns_of(rows)
    assert [columns[letters].field for letters in "ABC"] == ["brand", "resolution", None]
    assert columns["C"].others == ("brand",)


def test_a_list_without_a_header_is_read_from_its_values_and_asks() -> None:
    rows = [
        (f"10.0.0.{n}", "Hikvision" if n % 2 else "Dahua", "1920x1080" if n % 3 else "1280x720", f"{n * 10} วัน")
        for n in range(1, 9)
    ]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    assert len(declared.cameras) == 8
    assert values(declared.cameras[0]) == {
        "address": "10.0.0.1",
        "brand": "hikvision",
        "resolution": "1920x1080",
        "retention_days": "days=10",
    }
    assert any("Please confirm" in note.en for note in declared.sheets[0].notes)
    assert len(list(declared.mapping.ambiguous())) == 3


def test_headers_with_numbers_brackets_and_line_breaks_are_known() -> None:
    rows = [
        (
            "๑. ชื่อหน่วยงานเจ้าของกล้อง",
            "(๖) ยี่ห้อกล้อง",
            "ข้อ 7 ความละเอียด\nของภาพที่บันทึก",
            "หมายเลขเครื่อง (Serial No.)",
            "IP\nAddress",
        ),
        ("อบต.อ่าวนาง", "Axis", "1920x1080", "ABC123", "10.0.0.1"),
    ]
    fields = [column.field for column in columns_of(rows).values()]
    assert fields == ["owner", "brand", "resolution", "serial", "address"]


def test_coordinates_in_one_cell_beside_a_position_are_no_second_position() -> None:
    rows = [("จุดติดตั้ง", "พิกัด", "ยี่ห้อ"), ("สี่แยก", "13.756331, 100.501762", "Axis")]
    declared = read_declared(text_file(rows).encode(), name="list.csv")
    found = values(declared.cameras[0])
    assert (found["latitude"], found["longitude"]) == ("13.756331", "100.501762")
    assert declared.cameras[0].cells["position"].raw == "สี่แยก"


def test_a_header_of_two_rows_that_nobody_knows_is_found_again_by_its_mapping(tmp_path: Path) -> None:
    rows = [("ก", "ข", "ข", "ง"), ("", "ข1", "ข2", ""), ("1", "Axis", "1920x1080", "สี่แยก"), ("2", "Dahua", "2MP", "วัด")]
    (tmp_path / "columns.yaml").write_text(
        "sheets:\n  - sheet: ''\n    columns:\n"
        "      - {header: ก, field: sequence}\n      - {header: ข / ข1, field: brand}\n"
        "      - {header: ข / ข2, field: resolution}\n      - {header: ง, field: position}\n",
        "utf-8",
    )
    declared = read_declared(text_file(rows).encode(), load_mapping(tmp_path / "columns.yaml"), name="list.csv")
    assert [values(camera)["brand"] for camera in declared.cameras] == ["axis", "dahua"]
    assert [values(camera)["resolution"] for camera in declared.cameras] == ["1920x1080", "mp:2"]
