"""Canonical values become what the record's fields hold, and owners are told by their registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from cctv_probe.compare.normalise import Context, Lao, normalise, to_value
from cctv_probe.compare.normalise.brand import display, family
from cctv_probe.compare.normalise.numerals import words_to_digits
from cctv_probe.compare.normalise.spelling import distance
from cctv_probe.compare.normalise.tables import rows
from cctv_probe.compare.normalise.utm import to_degrees
from cctv_probe.contract.record import FileFormatValue, NetworkValue, OwnerValue, PositionValue
from cctv_probe.identify.brands import brands


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("retention_days", "๓๐ วัน", 30),
        ("retention_days", "ไม่น้อยกว่า 30 วัน", None),
        ("retention_days", "15-30 วัน", None),
        ("retention_days", "บันทึกทับ", None),
        ("retention_days", "24 ชั่วโมง", None),
        ("frame_rate", "25 fps", 25),
        ("frame_rate", "29.97", 29.97),
        ("frame_rate", "1-25", None),
        ("resolution", "Full HD", "1920x1080"),
        ("max_resolution", "2 ล้านพิกเซล", None),
        ("brand", "ดาหัว", "Dahua"),
        ("brand", "Hikvision และ Dahua", None),
        ("brand", "ไม่มียี่ห้อ", None),
        ("purposes", "3.1, 3.3", ["deterrence", "traffic"]),
        ("linked_agencies", "สภ.เมือง, ที่ว่าการอำเภอ", ["POLICE", "DISTRICT"]),
        ("linked_agencies", "ไม่มีการเชื่อมโยง", []),
        ("network", "เช่า CAT", {"code": "LEASED", "provider": "NT"}),
        ("network", "LAN", {"code": "LAN", "provider": None}),
        ("network", "Fiber Optic และ Wireless", None),
        ("file_format", "H.265+ / MP4", {"codec": "h265", "container": "mp4"}),
        ("file_format", "H.264", {"codec": "h264", "container": "not_declared"}),
        ("file_format", ".dav", {"codec": "not_declared", "container": "dav"}),
        ("file_format", "XviD", {"codec": "mpeg4", "container": "not_declared"}),
        ("file_format", "MPEG-4", None),
        ("position", "หน้าตลาด", {"text": "หน้าตลาด", "latitude": None, "longitude": None}),
        ("position", "100.5, 13.75", {"text": "100.5, 13.75", "latitude": 13.75, "longitude": 100.5}),
        ("owner", "5810109", {"lao_code": "05810109", "name": None}),
        ("owner", "อบต.หนองบัว", None),
        ("number", "๑,๙๒๐", 1920),
        ("number", "สามสิบ", 30),
        ("date", "15/1/2562", "2019-01-15"),
        ("missing", "-", None),
    ],
)  # fmt: skip
def test_a_cell_as_the_record_holds_it(field: str, raw: str, value: object) -> None:
    assert to_value(field, normalise(field, raw).canonical, raw) == value


def test_values_fit_the_contract() -> None:
    def of(field: str, raw: str) -> object:
        return to_value(field, normalise(field, raw).canonical, raw)

    assert OwnerValue.model_validate(of("owner", "05810109")).lao_code == "05810109"
    assert PositionValue.model_validate(of("position", "47P 662334 1521368")).latitude is not None
    assert NetworkValue.model_validate(of("network", "4G AIS")).provider == "AIS"
    assert FileFormatValue.model_validate(of("file_format", "MP4")).container == "mp4"


def test_utm_agrees_with_degrees_of_the_same_place() -> None:
    latitude, longitude = to_degrees(31, 448_251.8, 5_411_932.7)  # the Eiffel Tower, as reference works give it
    assert latitude == pytest.approx(48.8582, abs=1e-4)
    assert longitude == pytest.approx(2.2945, abs=1e-4)
    on_the_equator = to_degrees(48, 500_000, 0)
    assert on_the_equator[0] == pytest.approx(0)
    assert on_the_equator[1] == pytest.approx(105)


@dataclass(frozen=True)
class FewLaos:
    """A registry of four."""

    laos: tuple[Lao, ...] = (
        Lao("05810109", "5", "กระบี่น้อย", "กระบี่", "เมืองกระบี่"),
        Lao("06810104", "6", "อ่าวนาง", "กระบี่", "เมืองกระบี่"),
        Lao("06220101", "6", "หนองบัว", "จันทบุรี", "เมืองจันทบุรี"),
        Lao("06710203", "6", "หนองบัว", "กาญจนบุรี", "เมืองกาญจนบุรี"),
    )

    def by_code(self, code: str) -> Lao | None:
        return next((lao for lao in self.laos if lao.code[2:] == code[2:]), None)

    def by_name(self, name: str, kind: str | None) -> Sequence[Lao]:
        return [lao for lao in self.laos if lao.name == name and kind in (None, lao.kind)]


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("ทต.กระบี่น้อย", "type=5;name=กระบี่น้อย;code=05810109"),
        ("เทศบาลกระบี่น้อย", "type=5;name=กระบี่น้อย;code=05810109"),
        ("5810109", "type=5;name=กระบี่น้อย;code=05810109"),
        ("องค์การบริหารส่วนตำบลอ่าวนาง", "type=6;name=อ่าวนาง;code=06810104"),
        ("อบต.หนองบัว", "ambiguous:2"),
        ("อบต.หนองบัว จ.จันทบุรี", "type=6;name=หนองบัว;code=06220101"),
        ("อบต.หนองบัว ต.บางกะจะ อ.เมือง จ.จันทบุรี", "type=6;name=หนองบัว;code=06220101"),
        ("อบต.หนองบัว อำเภอเมืองจันทบุรี", "type=6;name=หนองบัว;code=06220101"),
        ("อบต.หนองบัว อ.เมือง", "ambiguous:2"),
        ("อบต.หนองบัว อ.ท่าใหม่ จ.จันทบุรี", "type=6;name=หนองบัว"),
        ("อบต.หนองบัว จังหวัดเลย", "type=6;name=หนองบัว"),
        ("เทศบาล", "ambiguous"),
        ("บริษัท ก", "unparsable"),
    ],
)
def test_the_registry_tells_owners_apart(raw: str, canonical: str) -> None:
    read = normalise("owner", raw, Context(registry=FewLaos()))
    assert read.canonical == canonical
    assert read.confidence == "high" or "code=" not in canonical


def test_brands_are_called_as_everywhere_else() -> None:
    for row in rows("brands"):
        known = brands().get(row["slug"])
        if known:
            assert display(row["slug"]) == known.display
            assert known.family is None or family(row["slug"]) == known.family


def test_no_name_of_a_brand_belongs_to_two() -> None:
    for row in rows("brands"):
        for name in (row["slug"], row["display"], *filter(None, row["names"].split("|"))):
            read = normalise("brand", name)
            assert read.canonical == row["slug"], name


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown field"):
        normalise("colour", "red")


@pytest.mark.parametrize(
    ("written", "digits"),
    [("สามสิบวัน", "30วัน"), ("สิบเอ็ด", "11"), ("ยี่สิบห้า", "25"), ("หนึ่งร้อยยี่สิบ", "120"), ("สองจุดห้า", "2.5"),
     ("thirty days", "30 days"), ("twenty five", "25")],
)  # fmt: skip
def test_numbers_in_words(written: str, digits: str) -> None:
    assert words_to_digits(written) == digits


def test_swapped_neighbours_are_one_slip() -> None:
    assert distance("dauha", "dahua", 2) == 1
    assert distance("hikvison", "hikvision", 2) == 1
    assert distance("axis", "bosch", 2) == 3
