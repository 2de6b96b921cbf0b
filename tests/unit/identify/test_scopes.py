"""ONVIF scopes tell name, hardware, place, profiles and maker."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.identify.scopes import decoded, read_scopes

START = "onvif://www.onvif.org"


def recorded(folder: Path, device: str) -> list[str]:
    return re.findall(r"<[^>]*ScopeItem>([^<]*)", (folder / f"{device}__GetScopes.xml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("device", "name", "hardware", "brand", "locations", "profiles"),
    [
        ("Hikvision__DS-2CD2012-I", "HIKVISION DS-2CD2012-I", "DS-2CD2012-I", "Hikvision", ("hangzhou",), {"Streaming", "G"}),
        ("Hikvision__DS-2DF7276-AEL", "DS-2DF7276-AEL", "DS-2DF7276-AEL", None, ("hangzhou",), {"Streaming", "G"}),
        ("Axis__Q6045-E", "AXIS Q6045-E", "Q6045-E", "Axis", (), {"Streaming"}),
        ("Pelco__D6230L", "D6230L-J250117", "D6230L", None, ("usa",), {"Streaming", "G", "Q"}),
        ("TRENDnet__TV-IP320PI", "TV-IP320PI", "TV-IP320PI", None, (), {"Streaming", "G"}),
    ],
)  # fmt: skip
def test_recorded_scopes(
    recorded_dir: Path,
    device: str,
    name: str,
    hardware: str,
    brand: str | None,
    locations: tuple[str, ...],
    profiles: set[str],
) -> None:
    facts = read_scopes(recorded(recorded_dir, device))
    assert (facts.name, facts.hardware, facts.locations) == (name, hardware, locations)
    assert set(facts.profiles) == profiles
    assert (facts.brand.display if facts.brand else None) == brand
    assert facts.places == ()


def test_thai_places_survive_both_encodings_and_factory_places_are_no_places() -> None:
    utf8 = f"{START}/location/{quote('ตลาดสด ประตู 2')}"
    windows = f"{START}/location/city/{quote('วัดใหม่', encoding='cp874')}"
    facts = read_scopes([f"{START}/location/country/china", utf8, windows])
    assert facts.locations == ("china", "ตลาดสด ประตู 2", "วัดใหม่")
    assert facts.places == ("ตลาดสด ประตู 2", "วัดใหม่")


@pytest.mark.parametrize("category", ["manufacturer", "mfr", "Vendor", "brand"])
def test_a_manufacturer_scope_comes_before_the_name(category: str) -> None:
    facts = read_scopes([f"{START}/name/AXIS%20gate", f"{START}/{category}/Dahua"])
    assert facts.brand is not None
    assert facts.brand.display == "Dahua"


def test_mac_types_and_repeated_scopes() -> None:
    facts = read_scopes(
        [f"{START}/MAC/bc:ad:28:00:00:01", f"{START}/type/ptz", f"{START}/type/ptz", "http://x/name/y", ""]
    )
    assert (facts.mac, facts.types, facts.name) == ("bc:ad:28:00:00:01", ("ptz",), None)


@given(
    st.lists(
        st.text(max_size=80) | st.builds(lambda a, b: f"{START}/{a}/{b}", st.text(max_size=9), st.text(max_size=40))
    )
)
def test_any_scopes_give_printable_facts(scopes: list[str]) -> None:
    facts = read_scopes(scopes)
    for text in (facts.name, facts.hardware, facts.manufacturer, facts.mac, *facts.locations, *facts.types):
        assert text is None or (text.isprintable() and len(text) <= 200)


@given(st.text(max_size=80))
def test_percent_encoding_is_undone(text: str) -> None:
    assert decoded(quote(text, errors="replace")) == decoded(text.encode(errors="replace").decode())
