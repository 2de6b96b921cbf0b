"""ONVIF scopes: name, hardware, place and profiles that a device tells without a login.

ONVIF Core Specification, section "Scope parameters": `onvif://www.onvif.org/<category>/<value>`, percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from cctv_probe.identify.brands import Brand, brand_in_name, find_brand

_SCOPE = re.compile(r"(?i)^onvif://(?:www\.)?onvif\.org/([^/]{1,64})/?(.*)$", re.DOTALL)
_PLACE_KINDS = {"country", "city", "province", "district", "building", "floor", "room", "street", "area"}
_FACTORY_PLACES = {"china", "hangzhou", "shenzhen", "usa", "global", "default", "unknown", "none", "office"}
_MAKER = ("manufacturer", "mfr", "vendor", "brand")
_MOST = 64
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    """What scopes tell. `locations` are texts without the category (`city/hangzhou` gives `hangzhou`); `profiles` are
    single letters and words (`S`, `G`, `T`, `Streaming`); `mac` is as written."""

    name: str | None = None
    hardware: str | None = None
    manufacturer: str | None = None
    locations: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    mac: str | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The locations that a person wrote: those that leave the factory with the device are left out."""
        return tuple(text for text in self.locations if text.casefold() not in _FACTORY_PLACES)

    @property
    def brand(self) -> Brand | None:
        """The known maker in the manufacturer scope, else the one with which the name begins."""
        return find_brand(self.manufacturer) or brand_in_name(self.name)


def read_scopes(scopes: Iterable[str]) -> ScopeFacts:
    """The facts in a device's scopes; those that are not ONVIF's, or say nothing, are passed over."""
    found: dict[str, list[str]] = {}
    for _, scope in zip(range(_MOST), scopes, strict=False):
        match = _SCOPE.match(scope.strip()[:2_000])
        if match:
            category = match[1].lower()
            value = _location(match[2]) if category == "location" else decoded(match[2])
            if value:
                found.setdefault(category, []).append(value)
    return ScopeFacts(
        name=_first(found, "name"),
        hardware=_first(found, "hardware"),
        manufacturer=next((maker for category in _MAKER if (maker := _first(found, category))), None),
        locations=_each_once(found, "location"),
        profiles=tuple(dict.fromkeys(value.partition("/")[0] for value in found.get("profile", ()))),
        types=_each_once(found, "type"),
        mac=_first(found, "mac") or _first(found, "macaddress"),
    )


def decoded(text: str) -> str:
    """A scope's value for people: percent-decoded as UTF-8, or as Thai Windows text where that is what it is."""
    raw = unquote_to_bytes(text)
    try:
        plain = raw.decode("utf-8")
    except UnicodeDecodeError:
        plain = raw.decode("cp874", "replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())[:_LONGEST]


def _location(value: str) -> str:
    kind, slash, rest = value.partition("/")
    return decoded(rest if slash and kind.casefold() in _PLACE_KINDS else value)


def _first(found: dict[str, list[str]], category: str) -> str | None:
    return next(iter(found.get(category, ())), None)


def _each_once(found: dict[str, list[str]], category: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.get(category, ())))
