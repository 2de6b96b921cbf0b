"""LAO codes as people and spreadsheets write them, and the provinces in them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.registry import (
    LaoCodeError,
    province_by_code,
    province_by_name,
    province_of,
    provinces,
    read_lao_code,
)
from tests.unit.test_house import PACKAGE


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("05810109", "05810109"),
        ("5810109", "05810109"),
        (" ๐๕๘๑๐๑๐๙ ", "05810109"),
        ("'05810109", "05810109"),
        ("5810109.0", "05810109"),
        ("5,810,109", "05810109"),
        ("05 81 01 09", "05810109"),
        ("05-81-01-09", "05810109"),
        ("03200408", "03200408"),
    ],
)
def test_a_code_is_read_as_it_was_meant(typed: str, code: str) -> None:
    assert read_lao_code(typed).text == code


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("5.81011E+06", "rounded by a spreadsheet"),
        ("5.8E6", "rounded by a spreadsheet"),
        ("5,81011e+06", "rounded by a spreadsheet"),
        ("", "no LAO code"),
        ("581010", "not a LAO code"),
        ("058101090", "not a LAO code"),
        ("01810109", "not a LAO code"),
        ("15810109", "not a LAO code"),
        ("5810109.5", "not a LAO code"),
        ("-5810109", "not a LAO code"),
        ("อบต.", "not a LAO code"),
        ("\x1b[31m5810109", "not a LAO code"),
    ],
)
def test_what_is_no_code_is_refused_with_a_reason(typed: str, why: str) -> None:
    with pytest.raises(LaoCodeError) as refused:
        read_lao_code(typed)
    assert why in refused.value.text.en
    assert "\x1b" not in refused.value.text.th


def test_the_parts_of_a_code() -> None:
    code = read_lao_code("5810109")
    assert (code.type_digits, code.province_digits, code.district_digits, code.number) == ("05", "81", "01", "09")
    assert code.last_six == "810109"
    assert code.province is not None
    assert code.province.name.th == "กระบี่"
    assert read_lao_code("05990101").province is None


@given(st.text(max_size=400))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    code, why = "", ""
    try:
        code = read_lao_code(text).text
    except LaoCodeError as error:
        why = error.text.th
    assert why or re.fullmatch(r"0[2-6][0-9]{6}", code)


@given(st.integers(2_000_000, 6_999_999), st.sampled_from(["{:d}", "0{:d}", "{:,}", "{:d}.0", " {:d}\t"]))
def test_every_number_of_seven_digits_gets_its_zero_back(number: int, form: str) -> None:
    assert read_lao_code(form.format(number)).text == f"0{number}"


def test_there_are_77_provinces_each_once() -> None:
    every = provinces()
    assert len(every) == 77
    for values in ({one.code for one in every}, {one.name.th for one in every}, {one.name.en for one in every}):
        assert len(values) == 77
    assert province_by_code("10") == province_by_name("กทม.")
    for code, thai, english in (
        ("10", "กรุงเทพมหานคร", "Bangkok"),
        ("38", "บึงกาฬ", "Bueng Kan"),
        ("39", "หนองบัวลำภู", "Nong Bua Lam Phu"),
        ("27", "สระแก้ว", "Sa Kaeo"),
        ("96", "นราธิวาส", "Narathiwat"),
    ):
        found = province_by_code(code)
        assert found is not None
        assert (found.name.th, found.name.en) == (thai, english)


def test_the_provinces_say_their_date_and_source() -> None:
    lines = (PACKAGE / "compare/registry/provinces.csv").read_text(encoding="utf-8").splitlines()
    head = "\n".join(line for line in lines if line.startswith("#"))
    assert "As of 2011-03-23" in head
    assert "TIS 1099" in head


@pytest.mark.parametrize("said", ["กระบี่", "จังหวัดกระบี่", "จ.กระบี่", "จ. กระบี่", "Krabi", "KRABI"])
def test_a_province_by_its_name(said: str) -> None:
    found = province_by_name(said)
    assert found is not None
    assert found.code == "81"


@pytest.mark.parametrize("code", [None, "", "05990101", "5810109", "๐๕๘๑๐๑๐๙", "058101090"])
def test_no_province_is_invented(code: str | None) -> None:
    assert province_of(code) is None


def test_the_codes_of_the_sample_file_lie_in_provinces(recorded_dir: Path) -> None:
    sample = recorded_dir.parent / "facts" / "declared_variants.csv"
    if not sample.is_file():
        pytest.skip(f"CCTV_PROBE_RECORDED has no facts beside it: {sample.name}")
    with sample.open(encoding="utf-8", newline="") as lines:
        told = [row["canonical"] for row in csv.DictReader(lines) if row["field"] == "owner"]
    codes = [canonical.rpartition("code=")[2] for canonical in told if "code=" in canonical]
    assert len(codes) >= 5
    assert all(read_lao_code(code).province for code in codes)
