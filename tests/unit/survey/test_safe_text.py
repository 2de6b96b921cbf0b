"""No string of a device acts on a screen, a page or a spreadsheet."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.survey.safe_text import clean, json_safe

DANGEROUS = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0x200B,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
]


@given(st.text())
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = clean(text, 50)
    assert not any(ord(character) in DANGEROUS or 0xD800 <= ord(character) <= 0xDFFF for character in shown)
    assert len(shown) <= 50
    assert clean(shown, 50) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("two\r\nlines\tand more", "two lines and more"),
        ("ที่จอดรถ น้ำ", "ที่จอดรถ น้ำ"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 3),
        ("\ud800x", "x"),
        ("", ""),
    ],
)
def test_text_as_it_is_shown(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_strings_are_cut_with_a_sign() -> None:
    assert clean("N" * 10_000, 20) == "N" * 19 + "…"
    assert clean("\x00" * 10_000 + "N", 20) == "…"


@given(st.text())
def test_json_made_safe_is_the_same_value(text: str) -> None:
    written = json_safe(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(written) == {"a": text}
    assert not any(ord(character) in DANGEROUS for character in written)
    written.encode("utf-8")


def test_lone_surrogates_can_be_written() -> None:
    assert json_safe('"\ud800"') == '"\\ud800"'
