"""No file, however made, does anything but give a list or one sentence."""

from __future__ import annotations

import random
import time
import tracemalloc
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.reading import DeclaredList, ReadingError, read_declared, unread_workbook
from tests.unit.compare.reading.lists import (
    CAMERAS,
    HEADER,
    LIST,
    SHEET,
    as_excel_writes_it,
    changed,
    every_row_is_accounted_for,
    part,
    text_file,
    workbook,
)


def read(data: bytes) -> DeclaredList | None:
    try:
        return read_declared(data, name="list")
    except ReadingError as error:
        said = error.text
    assert "list" in said.en
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in said.th)
    return None


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes) -> None:
    found = read(data)
    assert found is None or every_row_is_accounted_for(found)


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12),
    st.sampled_from(
        ["", "30", "1920x1080", "Hikvision", "รวม", "(1)", "ลงชื่อ....", '"', '""', "'", "\n", ",", ";", "=1+1", *HEADER]
    ),
)
TABLE = st.lists(st.lists(CELLS, max_size=7), max_size=8)


@given(TABLE, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-16", "cp874"]))
@settings(max_examples=150, deadline=None)
def test_any_table_under_a_header_keeps_every_row(table: list[list[str]], delimiter: str, codec: str) -> None:
    text = text_file([HEADER, *table, *CAMERAS], delimiter)
    found = read(text.encode(codec, "replace"))
    assert found is not None
    assert every_row_is_accounted_for(found)


@given(text=st.text(alphabet='",;\t\n\r|xก=ยี่ห้อ1', max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_quotation_marks_and_line_breaks(text: str) -> None:
    found = read((",".join(HEADER) + "\n" + text + "\n" + ",".join(CAMERAS[0])).encode())
    assert found is None or every_row_is_accounted_for(found)


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.dates(),
                CELLS,
            ),
            max_size=6,
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_cells_of_a_workbook_come_back_as_text(table: list[list[Any]]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    tidy = [[ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row] for row in table]
    found = read(workbook([HEADER, *tidy, *CAMERAS]))
    assert found is not None
    assert every_row_is_accounted_for(found)
    assert unread_workbook(found).startswith(b"PK")


def test_a_workbook_with_flipped_bytes_gives_a_list_or_a_sentence() -> None:
    whole = as_excel_writes_it(workbook(LIST))
    chance = random.Random(7)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read(bytes(data))
    sheet = part(whole)
    for _ in range(150):
        changed_sheet = bytearray(sheet)
        for _ in range(chance.randint(1, 6)):
            changed_sheet[chance.randrange(len(sheet))] = chance.randrange(256)
        found = read(changed(whole, {SHEET: bytes(changed_sheet)}))
        assert found is None or every_row_is_accounted_for(found)


def test_twenty_thousand_rows_take_seconds_and_little_memory() -> None:
    rows = [HEADER, *((str(n), f"สี่แยกที่ {n}", "Hikvision", "1920x1080", "30") for n in range(20_000))]
    for data in (text_file(rows).encode("cp874"), workbook(rows)):
        started = time.process_time()
        found = read(data)
        assert found is not None
        assert len(found.cameras) == 20_000
        assert time.process_time() - started < 20  # about 3 s on one core of 2020; the margin is for a busy machine


def test_a_line_of_quotation_marks_costs_no_more_than_its_length() -> None:
    data = (",".join(HEADER) + "\n" + '"x,\n' * 20_000).encode()
    started = time.process_time()
    read(data)
    assert time.process_time() - started < 20


def test_one_cell_of_megabytes_takes_a_few_times_its_size() -> None:
    data = text_file([HEADER, ("1", "ก" * 3_000_000, "Axis", "1920x1080", "30"), *CAMERAS]).encode()
    tracemalloc.start()
    try:
        found = read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found is not None
    assert len(found.unread()) == 1
    assert peak < 12 * len(data)
