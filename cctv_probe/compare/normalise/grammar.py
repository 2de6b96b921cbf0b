"""The one way in: a field's name and a cell → its canonical value. Read this first."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from cctv_probe.compare.normalise import (
    agencies,
    brand,
    damage,
    dates,
    elsewhere,
    file_format,
    frame_rate,
    header,
    missing,
    network,
    number,
    owner,
    position,
    purposes,
    resolution,
    retention,
)  # fmt: skip
from cctv_probe.compare.normalise.reading import Context, Normalised, Reading
from cctv_probe.compare.normalise.text import LONGEST, clean

Grammar = Callable[[str], Reading | None]

_GRAMMARS: dict[str, Grammar] = {
    "position": position.read,
    "purposes": purposes.read,
    "linked_agencies": agencies.read,
    "network": network.read,
    "brand": brand.read,
    "resolution": resolution.read,
    "max_resolution": resolution.read,
    "retention_days": retention.read,
    "frame_rate": frame_rate.read,
    "file_format": file_format.read,
    "header": header.read,
    "date": dates.read,
    "number": number.read,
    "missing": missing.read_alone,
}
FIELDS = ("owner", *_GRAMMARS)
"""Every name that `normalise` takes: the eleven fields of the record, then what else lists hold."""

_TECHNICAL = frozenset({"brand", "resolution", "max_resolution", "retention_days", "frame_rate", "file_format"})
_N = r"\d+(?:\.\d+)?"
_SIZE = rf"(?:\d{{2,5}}x\d{{2,5}}|mp:{_N}|tvl:\d{{3,4}})"
_FORMAT = r"(?:(?:codec|container|variant)=[a-z0-9_]+(?:;(?:codec|container|variant)=[a-z0-9_]+)*)"
_NETWORK = (
    r"(?:OFC_OWN|LEASED|GIN|MOI_NET|INTERNET_FTTX|INTERNET_ADSL|INTERNET|VPN|LAN|WIRELESS_PTP|CELLULAR|COAX_ANALOG|NONE)"
    r"(?:;provider=[A-Za-z0-9]+)?(?:;tech=[A-Z]+)?"
)
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_DATE = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_PURPOSE = "(?:deterrence|investigation|traffic)"
_CANONICAL: dict[str, str] = {
    "owner": r"(?:type=(?:[2-6]|special);name=[^;\t]+(?:;code=\d{8})?|name=[^;\t]+|code=\d{8}|ambiguous(?::\d+)?)",
    "position": r"utm:4[78]N:\d{6}:\d{6,7}",
    "purposes": rf"{_PURPOSE}(?:\|{_PURPOSE})*",
    "linked_agencies": r"[A-Z]{3,12}(?:\|[A-Z]{3,12})*",
    "network": rf"{_NETWORK}|multiple:{_NETWORK}(?:\|{_NETWORK})+",
    "brand": rf"multiple:{_SLUG}(?:\|{_SLUG})+",
    "resolution": rf"mp:{_N}|tvl:\d{{3,4}}|range:{_SIZE}\.\.(?:{_SIZE}|{_N})|multiple:{_SIZE}(?:\|{_SIZE})+",
    "retention_days": rf"days(?:=|>=|<=){_N}(?:\.\.{_N})?|until_full|none",
    "frame_rate": rf"fps(?:=|>=|<=){_N}(?:\.\.{_N})?",
    "file_format": rf"{_FORMAT}|multiple:{_FORMAT}(?:\|{_FORMAT})+",
    "date": rf"{_DATE}/{_DATE}",
    "number": rf"range:{_N}\.\.{_N}",
    "missing": "present",
}
_SPECIAL = r"missing|unknown|unparsable|broken|suspect:[A-Za-z0-9_]{1,32}|wrong_field:[a-z_]{1,32}"


@functools.cache
def _canonical_of(field: str) -> re.Pattern[str]:
    own = _CANONICAL.get("resolution" if field == "max_resolution" else field)
    more = r"|unbranded" if field == "brand" else ""
    return re.compile(f"{own}|{_SPECIAL}{more}" if own else _SPECIAL + more)


def normalise(field: str, raw: str, context: Context | None = None) -> Normalised:
    """Read one cell of `field` (one of FIELDS).

    `context` holds the registry of owners where there is one. Every text gives an answer; only an unknown field raises
    ValueError.
    """
    if field not in FIELDS:
        raise ValueError(f"unknown field {field!r}")
    if field == "owner" and context is not None and context.registry is not None:
        return _as_normalised(raw, _read(field, raw, context))
    return _as_normalised(raw, _read_again(field, raw[: LONGEST + 1]))


@functools.lru_cache(maxsize=16_384)
def _read_again(field: str, raw: str) -> Reading:
    """Cells repeat down a column; each is read once."""
    return _read(field, raw, None)


def _read(field: str, raw: str, context: Context | None) -> Reading:
    if len(raw) > LONGEST:
        return Reading("unparsable", "low", "too_long")
    text = clean(raw)
    if _canonical_of(field).fullmatch(text):
        return Reading(text, "high", "canonical")
    if field == "header":
        return header.read(text) or Reading("unparsable", "low", "no_column_known")
    nothing = missing.read(text) or damage.excel_error(text)
    if nothing:
        return nothing
    grammar = _GRAMMARS.get(field)
    found = grammar(text) if grammar else owner.read(text, context.registry if context else None)
    if found is None and field in _TECHNICAL:
        found = elsewhere.read(text, field)
    elif found and found.rule in ("unlisted_name",) and field == "brand":
        found = elsewhere.read(text, field) or found
    return found or Reading("unparsable", "low", "no_rule")


def _as_normalised(raw: str, found: Reading) -> Normalised:
    return Normalised(raw, found.canonical, found.confidence, found.rule)
