"""The keys a column can have: the record's eleven fields and what else lists hold about a camera."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from cctv_probe.compare.normalise import normalise
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.declared_list import Confidence

RECORD = (
    "owner", "position", "purposes", "linked_agencies", "network", "brand", "resolution", "max_resolution",
    "retention_days", "frame_rate", "file_format",
)  # fmt: skip
"""The record's field keys, in the order of the form."""

IDENTITY = ("camera_id", "name", "serial", "mac", "address", "port", "channel")
"""What tells one camera from another."""

BESIDE_THE_RECORD = (
    *IDENTITY, "coordinates", "latitude", "longitude", "installed", "working", "model", "count", "province", "district", "subdistrict",
    "sequence", "note", "secret",
)  # fmt: skip
"""What lists hold beside the record: `coordinates` both in one cell; `installed` a date; `count` cameras that one row
stands for; `sequence` its number; `secret` user names and passwords, which are never kept."""

KNOWN = frozenset((*RECORD, *BESIDE_THE_RECORD))

_OTHER_NAMES = {
    "remark": "note", "remarks": "note", "status": "working", "ip": "address", "ip_address": "address", "lat": "latitude",
    "lon": "longitude", "install_date": "installed", "installed_on": "installed", "date": "installed",
    "camera_name": "name", "camera_number": "camera_id", "quantity": "count", "serial_number": "serial",
    "mac_address": "mac", "number": "sequence", "no": "sequence",
}  # fmt: skip
_NUMBERED = re.compile(r"^(?:ข้อ(?:ที่)?\s*)?[(\[]?\s*\d{1,2}(?:\.\d{1,2})?\s*(?:[.)\]:]+\s*|\s+(?=\D))(?=\D)", re.I)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NOT_LETTERS = re.compile(r"[\s_\-./:()\[\]*\"'|,]+")
_LONGEST_HEADER = 200
_PURPOSES = ("deterrence", "investigation", "traffic")


@cache
def _table() -> dict[str, str]:
    text = files(__package__).joinpath("headers.csv").read_text("utf-8")
    return {folded(row["header"]): row["field"] for row in csv.DictReader(text.splitlines())}


def folded(text: str) -> str:
    """A header for comparing: composed, lower case, without spaces, line breaks and punctuation."""
    return _NOT_LETTERS.sub("", clean(text).casefold())


@cache
def header_field(text: str) -> tuple[str | None, Confidence, str]:
    """(field key or None, confidence, rule) of a column's name, in Thai or English, with or without its number."""
    if not text.strip() or len(text) > _LONGEST_HEADER:
        return None, "low", "header:none"
    name = _NUMBERED.sub("", clean(text)) or clean(text)
    if (found := _table().get(folded(name))) is not None:
        return found, "high", "header:table"
    for confidence, variant in _variants(name):
        field, sure, rule = _normalised(variant)
        if field:
            return field, sure if confidence == "high" else "medium", rule
        if (found := _table().get(folded(variant))) is not None:
            return found, confidence, "header:table"
    return None, "low", "header:unknown"


def _variants(name: str) -> list[tuple[Confidence, str]]:
    """The name, its parts outside and inside brackets, and the parts around a line break or a stroke."""
    outside = _BRACKETS.sub(" ", name).strip()
    inside = [one or other for one, other in _BRACKETS.findall(name)]
    first: list[tuple[Confidence, str]] = [("high", name)]
    return first + [("medium", part) for part in (outside, *inside) if part and part != name]


def _normalised(text: str) -> tuple[str | None, Confidence, str]:
    found = normalise("header", text)
    key = _OTHER_NAMES.get(found.canonical, found.canonical)
    if key in KNOWN and found.confidence != "low":
        return key, found.confidence, f"header:{found.rule}"
    return None, "low", "header:unknown"


@cache
def purpose_part(text: str) -> str | None:
    """`deterrence`, `investigation` or `traffic` where a column's name is one of the three kinds of field 3."""
    if not text.strip() or len(text) > _LONGEST_HEADER:
        return None
    found = normalise("purposes", text)
    if found.canonical in _PURPOSES and found.confidence != "low":
        return found.canonical
    short = normalise("purposes", _NUMBERED.sub("", clean(text)))
    return short.canonical if short.canonical in _PURPOSES and short.confidence != "low" else None
