"""Another municipality's list is said to be one, in a sentence, and is not compared silently."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctv_probe.compare.comparison import Options, compare
from cctv_probe.compare.matching.declared import from_list
from cctv_probe.compare.normalise import Context
from cctv_probe.compare.other_owner import other_owner
from cctv_probe.compare.reading import read_declared
from cctv_probe.model.words import Text
from tests.unit.compare.registry.files import registry_of
from tests.unit.survey.invented import NOW, survey

KRABI = registry_of(
    "กระบี่,ก,ก,5810109,เทศบาลตำบล,เทศบาลตำบลตัวอย่าง",
    "กระบี่,ก,ก,5819101,เทศบาลตำบล,เทศบาลตำบลบ้านน้ำใส",
    "กระบี่,ก,ก,6819102,องค์การบริหารส่วนตำบล,องค์การบริหารส่วนตำบลหนองสมมติ",
    "ขอนแก่น,ก,ก,6400195,องค์การบริหารส่วนตำบล,องค์การบริหารส่วนตำบลหนองสมมติ",
)


def said(*owners: str, registry: Any = KRABI, title: str = "", **changes: object) -> Text | None:
    """What is said of a list with these owners beside a scan made for 05810109 (เทศบาลตำบลตัวอย่าง)."""
    rows = [f"{owner},กล้อง {number},127.0.10.{number},Hikvision" for number, owner in enumerate(owners, 1)]
    head = [title, ""] if title else []
    text = "\n".join([*head, "หน่วยงานเจ้าของกล้อง,ชื่อกล้อง,หมายเลข IP,ยี่ห้อกล้อง", *rows])
    listed = read_declared(text.encode("utf-8-sig"), name="list.csv", context=Context(registry) if registry else None)
    found = compare(from_list(listed.cameras), survey(**changes), Options(NOW + timedelta(days=1)))
    return other_owner(found)


def test_a_list_of_another_authority_is_named_with_both_codes() -> None:
    told = said("ทต.บ้านน้ำใส", "ทต.บ้านน้ำใส")
    assert told is not None
    assert told.en == (
        "This is another authority's list: its cameras belong to เทศบาลตำบลบ้านน้ำใส (05819101), but the scan was made for "
        "เทศบาลตำบลตัวอย่าง (05810109). Please check that it is the right list before using these results."
    )
    assert "เทศบาลตำบลบ้านน้ำใส (05819101)" in told.th
    assert "เทศบาลตำบลตัวอย่าง (05810109)" in told.th


def test_an_owner_that_stands_in_the_title_alone_counts_too() -> None:
    told = said("", "", title="บัญชีกล้อง เทศบาลตำบลบ้านน้ำใส")
    assert told is not None
    assert told.en.startswith("This is another authority's list")
    assert "05819101" in told.en


def test_some_rows_of_another_authority_are_counted() -> None:
    told = said("ทต.ตัวอย่าง", "5819101", "ทต.ตัวอย่าง")
    assert told is not None
    assert told.en.startswith(
        "1 of 3 cameras in this list belong to another authority (เทศบาลตำบลบ้านน้ำใส (05819101)), but the scan"
    )
    assert "กล้อง 1 จาก 3 ตัว" in told.th


@pytest.mark.parametrize(
    "owners",
    [
        ("ทต.ตัวอย่าง", "เทศบาลตำบลตัวอย่าง", "5810109", "05810109"),
        ("06810109",),  # the type digits are wrong in places: the last six are the authority
        ("อบต.หนองสมมติ",),  # two are called so
        ("ทต.ไม่มีในทะเบียน", "05999999"),  # a guess accuses nobody
        ("", "-"),
    ],
)
def test_nothing_is_said_where_the_owner_is_the_same_or_not_sure(owners: tuple[str, ...]) -> None:
    assert said(*owners) is None


def test_without_a_registry_names_are_compared_without_their_type() -> None:
    other = said("ทต.บ้านน้ำใส", registry=None)
    assert other is not None
    assert "ทต.บ้านน้ำใส" in other.en
    for same in ("ทต.ตัวอย่าง", "อบต.ตัวอย่าง", "เทศบาลตำบลตัวอย่ง"):
        assert said(same, registry=None) is None
    by_code = said("05819101", registry=None)
    assert by_code is not None
    assert "05819101" in by_code.en


def test_a_scan_that_names_nobody_accuses_nobody() -> None:
    assert said("ทต.บ้านน้ำใส", lao_code="not a code") is None
