"""DLA's open CSV as it really is: a BOM, quoted commas, many rows for one authority, zeros lost, names that are not keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.normalise import Context, Lao, Registry, normalise
from cctv_probe.compare.registry import RegistryError, load_registry, read_registry
from cctv_probe.compare.registry import load as loader
from cctv_probe.compare.registry import rows as authority_rows
from tests.unit.compare.registry.files import FIXTURE, NAME, fixture, fixture_bytes, registry_of


def owner(text: str, registry: Registry) -> tuple[str, str]:
    read = normalise("owner", text, Context(registry))
    return read.canonical, read.confidence


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp874", "utf-16"])
def test_each_authority_is_there_once_in_every_encoding(encoding: str) -> None:
    registry = read_registry(fixture_bytes(encoding), NAME)
    assert registry.problems == ()
    assert len(registry) == 8
    first = registry.authorities[0]
    assert (first.code, first.kind, first.name, first.province) == ("02810101", "2", "กระบี่", "กระบี่")


def test_the_kind_comes_from_the_name_and_never_from_the_code() -> None:
    registry = fixture()
    wrong = registry.by_code("06400192")
    assert wrong is not None
    assert (wrong.kind, wrong.name) == ("5", "ทุ่งใหม่")
    pattaya = registry.by_code("03209408")
    assert pattaya is not None
    assert (pattaya.kind, pattaya.name) == ("special", "เมืองพัทยา")
    by_column = registry.by_code("06819102")
    assert by_column is not None
    assert (by_column.kind, by_column.name) == ("6", "หนองสมมติ")


def test_a_code_with_another_type_digit_is_found_by_its_last_six() -> None:
    registry = fixture()
    assert registry.by_code("05400192") == registry.by_code("06400192") is not None
    assert registry.by_code("05400193") is None
    assert registry.by_code("400192") is None


def test_names_are_not_keys() -> None:
    registry = fixture()
    assert [lao.code for lao in registry.by_name("หนองสมมติ", "6")] == ["06819102", "06409901", "06400195"]
    assert registry.by_name("หนองสมมติ", "5") == ()
    assert [lao.code for lao in registry.by_place("หนองสมมติ", province="Krabi")] == ["06819102"]
    in_khon_kaen = registry.by_place("หนองสมมติ", "6", province="จ.ขอนแก่น")
    assert [lao.code for lao in in_khon_kaen] == ["06409901", "06400195"]
    for district in ("เมือง", "อ.เมือง", "อำเภอเมืองขอนแก่น"):
        found = registry.by_place("หนองสมมติ", province="ขอนแก่น", district=district)
        assert [lao.code for lao in found] == ["06400195"]


@pytest.mark.parametrize(
    ("written", "canonical", "confidence"),
    [
        ("อบต.หนองสมมติ", "ambiguous:3", "medium"),
        ("อบต.หนองสมมติ จ.กระบี่", "type=6;name=หนองสมมติ;code=06819102", "high"),
        ("ทต.บ้านน้ำใส", "type=5;name=บ้านน้ำใส;code=05819101", "high"),
        ("เทศบาลตำบลบ้านน้ำใส", "type=5;name=บ้านน้ำใส;code=05819101", "high"),
        ("5819101", "type=5;name=บ้านน้ำใส;code=05819101", "high"),
        ("อบจ.กระบี่", "type=2;name=กระบี่;code=02810101", "high"),
        ("เมืองพัทยา", "type=special;name=เมืองพัทยา;code=03209408", "high"),
        ("เทศบาลนครสมมติ", "type=3;name=สมมติ;code=03400191", "high"),
        ("อบต.ไม่มีในทะเบียน", "type=6;name=ไม่มีในทะเบียน", "low"),
    ],
)
def test_what_a_list_says_becomes_an_authority(written: str, canonical: str, confidence: str) -> None:
    assert owner(written, fixture()) == (canonical, confidence)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("กระบี่,ก,ก,5.81011E+06,เทศบาลตำบล,เทศบาลตำบลก", "rounded by a spreadsheet"),
        ("กระบี่,ก,ก,,เทศบาลตำบล,เทศบาลตำบลก", "no LAO code"),
        ("กระบี่,ก,ก,5810199,เทศบาลตำบล,", "has no name"),
        ("กระบี่,ก,ก,5810199,,บ้านก", "what kind of authority"),
        ("กระบี่,ก,ก,5990199,เทศบาลตำบล,เทศบาลตำบลก", "are no province"),
        ("ตรัง,ก,ก,5810199,เทศบาลตำบล,เทศบาลตำบลก", "lies in Krabi, but the row says Trang"),
        ("กระบี่,ก,ก,5819101,เทศบาลตำบล,เทศบาลตำบลอื่น", "on line 2 already"),
        ("กระบี่,ก,ก,6819101,เทศบาลตำบล,เทศบาลตำบลอื่น", "last six digits of 05819101 on line 2"),
    ],
)
def test_a_bad_row_is_told_with_file_and_line_and_stops_nothing(row: str, said: str) -> None:
    registry = registry_of("กระบี่,ก,ก,5819101,เทศบาลตำบล,เทศบาลตำบลบ้านน้ำใส", "", row)
    assert [problem.en.startswith(f"{NAME}, line 4: ") for problem in registry.problems] == [True]
    assert said in registry.problems[0].en
    good = registry.by_code("05819101")
    assert good is not None
    assert good.name == "บ้านน้ำใส"


def test_sentences_about_rows_are_limited_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "MOST_PROBLEMS", 2)
    monkeypatch.setattr(authority_rows, "MOST_AUTHORITIES", 3)
    registry = registry_of(*(f"กระบี่,ก,ก,58101{number},เทศบาลตำบล,เทศบาลตำบลก{number}" for number in range(10, 20)))
    assert len(registry) == 3
    assert (len(registry.problems), registry.more_problems) == (2, 5)
    assert "more than 3 authorities" in registry.problems[0].en


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        ("ก,ข\n1,2\n".encode(), "line 1: no header with the columns"),
        ("\n\nก,ข\n1,2\n".encode(), "line 3: no header with the columns"),
        ("รหัส อปท.,อปท.\n".encode(), "line 1: no local authority"),
        ("รหัส อปท.,อปท.\n5.8E6,เทศบาลตำบลก\n".encode(), "line 2: the LAO code"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF document"),
        (b"PK\x03\x04" + bytes(200), "is a workbook or an archive"),
        (b"{\"a\": [1, 2]}", "is a JSON file"),
        (bytes(range(32)) * 50, "CSV"),
    ],
)  # fmt: skip
def test_what_is_no_registry_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(RegistryError) as refused:
        read_registry(data, NAME)
    assert said in refused.value.text.en
    assert NAME in refused.value.text.en
    assert NAME in refused.value.text.th


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "MOST_FILE_BYTES", 1 << 20)
    with pytest.raises(RegistryError) as refused:
        read_registry(bytes(2 << 20), NAME)
    assert "larger than 1 MB" in refused.value.text.en


def test_files_are_opened_and_what_is_no_file_is_said(tmp_path: Path) -> None:
    assert len(load_registry(FIXTURE)) == 8
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "pipe.csv"):
        with pytest.raises(RegistryError) as refused:
            load_registry(path)
        assert path.name in refused.value.text.en


def test_a_title_over_the_header_and_columns_in_another_order_are_no_matter() -> None:
    text = "ข้อมูล อปท. ทั่วประเทศ;;;\n\nอปท.;LAT;รหัส  อปท.;จังหวัด\nทต.บ้านน้ำใส;8.1;๕๘๑๙๑๐๑;จังหวัดกระบี่\n"
    registry = read_registry(text.encode("cp874"), NAME)
    assert [(lao.code, lao.name, lao.district) for lao in registry.authorities] == [("05819101", "บ้านน้ำใส", "")]


@settings(max_examples=60)
@given(st.binary(max_size=300), st.booleans(), st.integers(0, 2000))
def test_any_bytes_are_a_registry_or_refused(noise: bytes, after_header: bool, at: int) -> None:
    whole = fixture_bytes()
    data = whole[:at] + noise + whole[at:] if after_header else noise
    why: str
    authorities: tuple[Lao, ...]
    why, authorities = "", ()
    try:
        authorities = read_registry(data, NAME).authorities
    except RegistryError as error:
        why = error.text.th
    assert NAME in why if not authorities else not why
    assert all(len(lao.code) == 8 and lao.name and lao.province for lao in authorities)
