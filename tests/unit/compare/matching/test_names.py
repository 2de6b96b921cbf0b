"""How alike two names are: spelling must not matter, numbers and directions must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.matching.name_index import NameIndex, specific_forms, without_common
from cctv_probe.compare.matching.names import name_form, similarity
from cctv_probe.compare.matching.signs import NAME_ALIKE


def alike(one: str, other: str) -> float:
    return similarity(name_form(one), name_form(other))


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("สี่แยกประชาสันติ", "แยกประชาสันติ"),
        ("หน้าโรงเรียนวัดหนองบัว ๒", "CAM หน้ารร.วัดหนองบัว 02"),
        ("ซอย 5 ถนนสุขสวัสดิ์", "ซ.5 ถ.สุขสวัสดิ"),
        ("บ้านใหม่ หมู่ที่ 3", "บ.ใหม ม.3"),
        ("สามแยกท่าน้ำนนท์", "3แยกท่านํ้านนท์"),
        ("กล้องตลาดสด ประตู 2", "ตลาดสด ประตู2"),
        ("Soi 5 Market", "ซอย5 ตลาด"),
        ("ใต้สะพานพระราม", "ไต้สะพานพระราม"),
        ("เเยกแสนสุข", "แยกแสนสุข"),
    ],
)
def test_the_same_place_in_another_spelling(declared: str, shown: str) -> None:
    assert alike(declared, shown) >= NAME_ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("กล้อง 1 สี่แยกตลาด", "กล้อง 2 สี่แยกตลาด"),
        ("สี่แยกตลาด ขาเข้า", "สี่แยกตลาด ขาออก"),
        ("สี่แยกตลาด", "สี่แยกตลาด 2"),
        ("หน้าวัดหนองบัว A", "หน้าวัดหนองบัว B"),
        ("ถนนแสนสุข", "ถนนสุขสวัสดิ์"),
        ("หน้าโรงเรียนบ้านใหม่", "หลังโรงเรียนบ้านใหม่"),
    ],
)
def test_two_cameras_are_not_taken_for_one(one: str, other: str) -> None:
    assert alike(one, other) < NAME_ALIKE


@pytest.mark.parametrize("name", ["Camera 01", "IPCamera 12", "กล้องที่ 3", "CH1", "12", "", "-"])
def test_what_factories_write_says_nothing(name: str) -> None:
    assert specific_forms([name]) == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0.0 <= alike(one, other) <= 1.0
    if name_form(one).is_specific:
        assert alike(one, one) == 1.0


def test_names_that_many_cameras_carry_are_left_out() -> None:
    forms = [specific_forms(["หน้าเทศบาล"])] * 20 + [specific_forms(["ตลาดสด"])]
    assert [len(each) for each in without_common(forms)] == [0] * 20 + [1]


def test_the_index_finds_a_misspelt_name_among_many() -> None:
    names = [
        f"{kind}{place} {number}"
        for kind in ("ถนน", "ซอย", "วัด")
        for place in ("แสนสุข", "บางกะปิ", "หนองปรือ")
        for number in range(1, 60)
    ]
    index = NameIndex([specific_forms([name]) for name in names])
    near = index.near(specific_forms(["ซ.บางกะป ๓๗"]), 0.7)
    assert names[max(near, key=lambda number: near[number])] == "ซอยบางกะปิ 37"
