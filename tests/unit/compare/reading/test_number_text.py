"""Numbers of a workbook as a person sees them, without a digit lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.reading.number_text import BUILT_IN, number_text


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("30", "General", "30"),
        ("29.97", "General", "29.97"),
        ("29.969999999999999", "General", "29.97"),
        ("5810109", "00000000", "05810109"),
        ("5.81011E6", "General", "5810110"),
        ("123456789012345", "General", "123456789012345"),
        ("0.5", "0%", "50%"),
        ("0.123", "0.0%", "12.3%"),
        ("29.97", "0", "29.97"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("30", '0" วัน"', "30 วัน"),
        ("25", '0\\ "fps"', "25 fps"),
        ("1500", "[$฿-41E]#,##0", "฿1,500"),
        ("-3", "0;(0)", "(3)"),
        ("-3", "General", "-3"),
        ("2.50", "0.##", "2.5"),
        ("3", "0.##", "3"),
        ("0.5", "# ?/?", "1/2"),
        ("0.04", "# ?/?", "0.04"),
        ("12", "@", "12"),
        ("43480", "d/m/yyyy", "2019-01-15"),
        ("43480", "[$-107041E]d mmm yyyy", "2019-01-15"),
        ("43480.5", "d/m/yyyy h:mm", "2019-01-15 12:00"),
        ("46218", "d-mmm", "15-ก.ค."),
        ("46218", "[$-409]d-mmm", "15-Jul"),
        ("22828", "mmm-yy", "ก.ค.-62"),
        ("0.3125", "h:mm", "7:30"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("1", "d/m/yyyy", "1900-01-01"),
        ("-1", "d/m/yyyy", "-1"),
        ("99999999", "d/m/yyyy", "99999999"),
        ("1E+300", "0", "1E+300"),
        ("NaN", "0", "NaN"),
        ("x", "0", "x"),
    ],
)
def test_as_a_person_sees_it(value: str, code: str, shown: str) -> None:
    assert number_text(value, code)[0] == shown


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert number_text("42018", "d/m/yyyy", from_1904=True)[0] == "2019-01-15"


@given(st.integers(-(10**15), 10**15), st.sampled_from(["General", "0", "@", "#"]))
def test_no_digit_of_a_whole_number_is_lost(number: int, code: str) -> None:
    assert int(number_text(str(number), code)[0]) == number


@given(
    st.one_of(st.floats().map(repr), st.text(max_size=12), st.decimals().map(str)),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(list(BUILT_IN.values())),
        st.text('0#?.,;%[]"\\dmyhsE+-/ @_*$G', max_size=30),
    ),
    st.booleans(),
)
def test_any_value_in_any_format_is_some_text(value: str, code: str, from_1904: bool) -> None:
    text, kind = number_text(value, code, from_1904=from_1904)
    assert isinstance(text, str)
    assert kind in ("number", "date")
