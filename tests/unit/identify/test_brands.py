"""Brands are shown as records show them, whatever a device writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.identify.brands import brand_in_name, brands, display_brand, find_brand
from cctv_probe.identify.data import load
from cctv_probe.identify.oui import brand_of_mac
from cctv_probe.identify.stream_paths import MOST_A_BRAND, MOST_A_DEVICE, paths_for


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("HIKVISION", "Hikvision"),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", "Hikvision"),
        ("Dahua Technology", "Dahua"),
        ("DAHUA", "Dahua"),
        ("AXIS", "Axis"),
        ("Axis Communications AB", "Axis"),
        ("Hanwha Techwin", "Hanwha"),
        ("Samsung", "Hanwha"),
        ("UNIVIEW", "Uniview"),
        ("UNV", "Uniview"),
        ("TP-LINK", "TP-Link"),
        ("tp-link", "TP-Link"),
        ("VIGI", "TP-Link"),
        ("Milesight Technology Co.,Ltd.", "Milesight"),
        ("Panasonic", "Panasonic"),
        ("i-PRO Co., Ltd.", "i-PRO"),
        ("XM", "XiongMai"),
        ("CP PLUS", "CP Plus"),
        ("HI-VIEW", "Hi-View"),
        ("  bosch \r\n", "Bosch"),
        ("Nobody's Cameras Ltd.", "Nobody's Cameras Ltd."),
        ("ยี่ห้อท้องถิ่น", "ยี่ห้อท้องถิ่น"),
        ("Evil\x1b[31m\x00Maker", "Evil [31m Maker"),
        ("Hikvisionary", "Hikvisionary"),
        ("not Hikvision", "not Hikvision"),
        ("Technology Co., Ltd.", "Technology Co., Ltd."),
    ],
)
def test_a_maker_is_shown_by_its_name(written: str, shown: str) -> None:
    assert display_brand(written) == shown


@pytest.mark.parametrize(
    "written", [None, "", " ", "-", "\x00", "ONVIF_ICAMERA", "IPCamera", "IP Camera", "ip-camera", "H264DVR", "General",
                "unknown", "None", "N/A", "null"],
)  # fmt: skip
def test_words_that_name_no_maker_are_no_brand(written: str | None) -> None:
    assert display_brand(written) is None


def test_every_recorded_device_information_gives_the_brand_its_index_names(recorded_dir: Path) -> None:
    index = json.loads((recorded_dir / "index.json").read_text(encoding="utf-8"))
    told = [entry for entry in index if "manufacturer" in entry["truth"]]
    assert len(told) >= 12
    for entry in told:
        assert display_brand(entry["truth"]["manufacturer"]) == entry["brand"], entry["file"]


def test_no_name_belongs_to_two_makers_and_none_is_generic() -> None:
    owner: dict[str, str] = {}
    for entry in load("brands")["brands"]:
        for name in (entry["slug"], entry["display"], *entry.get("aliases", ())):
            found = find_brand(name)
            assert found is not None
            assert found.slug == entry["slug"], name
            assert display_brand(name) == entry["display"], name
            assert owner.setdefault(name.casefold(), entry["slug"]) == entry["slug"]


def test_families_are_makers_of_the_list() -> None:
    families = {brand.family for brand in brands().values() if brand.family}
    assert families
    assert families <= set(brands())


@given(st.text(max_size=120))
def test_any_text_is_a_short_printable_brand_or_none(written: str) -> None:
    shown = display_brand(written)
    assert shown is None or (shown.isprintable() and 0 < len(shown) <= 60)
    assert shown is None or display_brand(shown) == shown


@pytest.mark.parametrize(
    ("name", "slug"),
    [("HIKVISION DS-2CD2012-I", "hikvision"), ("AXIS Q6045-E", "axis"), ("Hi-View HA-1", "hiview"), ("D6230L-J250117", None),
     ("กล้องหน้าตลาด", None), ("the Axis camera", None), ("", None), (None, None)],
)  # fmt: skip
def test_a_name_that_begins_with_a_maker_tells_it(name: str | None, slug: str | None) -> None:
    found = brand_in_name(name)
    assert (found.slug if found else None) == slug


@pytest.mark.parametrize("mac", ["28:57:BE:01:02:03", "28-57-be-01-02-03", "e0:50:8b:00:00:01"])
def test_an_oui_of_the_list_tells_its_maker(mac: str) -> None:
    found = brand_of_mac(mac)
    assert found is not None
    assert found.display == "Hikvision"


@pytest.mark.parametrize("mac", [None, "", "00:11:22:33:44:55", "28:57"])
def test_other_cards_tell_nothing(mac: str | None) -> None:
    assert brand_of_mac(mac) is None


def test_documented_paths_are_few_and_carry_no_password() -> None:
    paths = load("stream_paths")
    assert set(paths) <= set(brands())
    for slug, own in paths.items():
        assert 1 <= len(own) <= MOST_A_BRAND
        assert paths_for(slug) == paths_for(brands()[slug].display) == tuple(own)
        assert all(path.startswith("/") and "user" not in path and "password" not in path for path in own)


def test_configured_paths_come_first_a_family_is_understood_and_strangers_have_none() -> None:
    configured = [f"/c{number}" for number in range(7)]
    assert paths_for("HIKVISION", configured) == (*configured, "/Streaming/Channels/101")
    assert len(paths_for("Axis", configured)) == MOST_A_DEVICE
    assert paths_for("Amcrest") == paths_for("dahua")
    assert paths_for("Nobody") == paths_for(None) == paths_for("XiongMai") == ()
