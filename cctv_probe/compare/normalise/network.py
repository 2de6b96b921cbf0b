"""Field 5: `CODE;provider=…;tech=…`, or `multiple:` of them. What is not said about ownership is at most a guess."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from cctv_probe.compare.normalise.reading import Confidence, Reading, least, several
from cctv_probe.compare.normalise.tables import either, rows, squeezed

_CARRIERS_ALONE = {
    "NT": "LEASED", "PEA": "LEASED", "MEA": "LEASED", "EGAT": "LEASED", "Symphony": "LEASED", "UIH": "LEASED", "Interlink": "LEASED",
    "3BB": "INTERNET_FTTX", "AIS": "INTERNET_FTTX", "True": "INTERNET_FTTX", "DTAC": "CELLULAR", "INET": "INTERNET", "CSL": "INTERNET",
}  # fmt: skip
"""What a municipality most likely buys from a carrier when the cell names nothing but the carrier."""
_HOME_CARRIERS = ("NT", "3BB", "AIS", "True")
_LOOSE = ("INTERNET", "LAN")
"""Codes that say little beside another one: `internet ADSL` is ADSL."""
_SPEED = re.compile(
    r"\d+(?:\.\d+)?\s*(?:/\s*\d+\s*)?(?:[mg]bps|[mg]b/s|[mg]bit/s|เมก\S*|mb\b|gb\b|core\b|คอร์|เมตร|km\b|กม\.?)"
)


@dataclass(slots=True)
class _Found:
    codes: dict[str, int] = field(default_factory=dict)
    providers: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    tech: str = ""
    strange: bool = False


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<word>{either(row['word'] for row in rows('network_words'))})|(?P<strange>[a-z0-9\u0e01-\u0e4e])"
    )


@functools.cache
def _meanings() -> dict[str, tuple[str, str, int]]:
    return {squeezed(row["word"]): (row["kind"], row["value"], int(row["weight"])) for row in rows("network_words")}


def read(text: str) -> Reading | None:
    """What a cleaned cell of field 5 says; None where it names no network."""
    found = _Found()
    for match in _pattern().finditer(_SPEED.sub(" ", text.casefold())):
        if not match["word"]:
            found.strange = True
            continue
        _take(*_meanings()[squeezed(match["word"])], found)
    codes = _codes(found)
    if not codes:
        return None
    parts = [_part(code, found) for code in codes]
    return Reading(several(parts), _confidence(codes, found), "several" if len(parts) > 1 else "network_words")


def _take(kind: str, value: str, weight: int, found: _Found) -> None:
    if kind in ("code", "fiber"):
        found.codes[value] = max(weight, found.codes.get(value, 0))
        if kind == "fiber":
            found.kinds.add("fiber")
        elif value == "OFC_OWN":
            found.kinds.add("cable")
    elif kind == "provider":
        if value not in found.providers:
            found.providers.append(value)
    elif kind == "tech":
        found.tech = value
    else:
        found.kinds.add(kind)


def _codes(found: _Found) -> list[str]:
    codes = dict(found.codes)
    if "NONE" in codes:
        return ["NONE"]
    leased = "lease" in found.kinds or bool(found.tech)
    if "INTERNET_FTTX" in codes or ("INTERNET" in codes and "fiber" in found.kinds and "cable" not in found.kinds):
        codes.pop("OFC_OWN", None)
        codes["INTERNET_FTTX"] = 6
    if "OFC_OWN" in codes and (leased or found.providers) and "own" not in found.kinds:
        del codes["OFC_OWN"]
        home = not leased and "cable" not in found.kinds and found.providers[0] in _HOME_CARRIERS
        codes["INTERNET_FTTX" if home else "LEASED"] = 6
    elif leased and not set(codes) - set(_LOOSE) - {"OFC_OWN"}:
        codes["LEASED"] = 7
        codes.pop("OFC_OWN", None)
    if not codes and found.providers:
        codes[_CARRIERS_ALONE.get(found.providers[0], "INTERNET")] = 1
    if set(codes) == set(_LOOSE):
        return list(codes)
    firm = [code for code in codes if code not in _LOOSE]
    return firm or sorted(codes, key=lambda code: -codes[code])[:1]


def _part(code: str, found: _Found) -> str:
    provider = (
        f";provider={found.providers[0]}"
        if len(found.providers) == 1 and code not in ("NONE", "LAN", "COAX_ANALOG")
        else ""
    )
    if code == "OFC_OWN":
        provider = ""
    tech = f";tech={found.tech}" if found.tech and code in ("LEASED", "VPN", "GIN", "MOI_NET") else ""
    return code + provider + tech


def _confidence(codes: list[str], found: _Found) -> Confidence:
    sure: Confidence = "high"
    if codes == ["OFC_OWN"] and "own" not in found.kinds:
        sure = "low"
    if len(codes) > 1 or ("LAN" in found.codes and "LAN" not in codes) or found.strange or len(found.providers) > 1:
        sure = least(sure, "medium")
    guessed = not set(codes) & set(found.codes) and not found.tech and "lease" not in found.kinds
    if (
        guessed
        or ("fiber" in found.kinds and found.providers)
        or any(0 < found.codes.get(code, 9) <= 3 for code in codes)
    ):
        sure = "low" if guessed else least(sure, "medium")
    return sure
