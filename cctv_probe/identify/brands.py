"""From what a device writes as its maker to the name that stands in a record."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from cctv_probe.identify.data import load

_LONGEST = 60
_NOT_A_LETTER = re.compile(r"[\W_]+")
_COMPANY = frozenset(
    re.findall(
        "[a-z]+",
        "ab ag bv co company corp corporation electronics gmbh group inc international jsc kg limited llc ltd plc pty "
        "sa tech technologies technology",
    )
)


@dataclass(frozen=True, slots=True)
class Brand:
    """One maker. `family` is the slug of the maker whose devices it sells, where that is known."""

    slug: str
    display: str
    family: str | None
    ouis: tuple[str, ...]


@functools.cache
def brands() -> dict[str, Brand]:
    """All known makers by slug."""
    return {
        entry["slug"]: Brand(entry["slug"], entry["display"], entry.get("family"), tuple(entry.get("ouis", ())))
        for entry in load("brands")["brands"]
    }


@functools.cache
def _by_alias() -> dict[str, str]:
    """Slug by compared form of each name."""
    return {
        _compared(name): entry["slug"]
        for entry in load("brands")["brands"]
        for name in (entry["slug"], entry["display"], *entry.get("aliases", ()))
    }


@functools.cache
def _generic() -> frozenset[str]:
    return frozenset(_compared(str(name)) for name in load("brands")["generic"])


def find_brand(raw: str | None) -> Brand | None:
    """The known maker that `raw` names as a whole, never as a part of it; None for all others."""
    words = [word for word in re.split(r"[\s,.()]+", _tidy(raw or "")) if word]
    known = _by_alias()
    while words:
        slug = known.get(_compared("".join(words)))
        if slug:
            return brands()[slug]
        if _compared(words.pop()) not in _COMPANY:
            break
    return None


def display_brand(raw: str | None) -> str | None:
    """The maker's name as records show it (`Hikvision`), from what a device writes (`HIKVISION`).

    An unknown maker is kept as written, tidied: no control characters, at most 60 letters. None for nothing at all and
    for words that name no maker (`IPCamera`, `ONVIF_ICAMERA`).
    """
    tidy = _tidy(raw or "")
    if not _compared(tidy) or _compared(tidy) in _generic():
        return None
    found = find_brand(tidy)
    return found.display if found else tidy


def brand_in_name(name: str | None) -> Brand | None:
    """The known maker with which a device's name begins (`HIKVISION DS-2CD2012-I`); None where there is none."""
    words = _tidy(name or "").split()[:5]
    starts = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((found for start in starts if (found := find_brand(start))), None)


def _tidy(text: str) -> str:
    """Printable, in one line, at most 60 letters."""
    plain = unicodedata.normalize("NFKC", text[:1000])
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())[:_LONGEST].strip()


def _compared(text: str) -> str:
    """The form in which names are compared: letters and digits only, without case."""
    return _NOT_A_LETTER.sub("", text).casefold()
