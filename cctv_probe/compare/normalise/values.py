"""Canonical values → what the record's fields hold. None where a canonical value is no plain value (a range, a suspicion)."""

from __future__ import annotations

import re
from typing import Any

from cctv_probe.compare.normalise import brand
from cctv_probe.compare.normalise.owner import full_name
from cctv_probe.compare.normalise.position import PAIR, UTM
from cctv_probe.compare.normalise.purposes import PURPOSES
from cctv_probe.compare.normalise.sizes import SIZE
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.normalise.utm import to_degrees

Value = str | int | float | list[str] | dict[str, Any]

NOT_DECLARED = "not_declared"
"""Stands for the half of a file format that a declared cell did not name."""

_NO_VALUE = re.compile(
    r"(?:missing|unknown|unparsable|broken|unbranded|present|ambiguous)(?::.*)?|(?:suspect|wrong_field|range|multiple):.*"
)
_CODECS = {"mpeg4part2": "mpeg4"}


def to_value(field: str, canonical: str, raw: str = "") -> Value | None:
    """The record's value of a canonical one: `days=30` → 30, `hikvision` → `Hikvision`.

    `raw` is the cell, for what the canonical form leaves out (the words of a position). Bounds, ranges, several values,
    `missing`, `unknown` and the like give None.
    """
    if _NO_VALUE.fullmatch(canonical):
        return None
    match field:
        case "retention_days":
            days = _number_after("days=", canonical)
            return int(days) if days is not None and days == int(days) else None
        case "frame_rate":
            fps = _number_after("fps=", canonical)
            return int(fps) if fps is not None and fps == int(fps) else fps
        case "resolution" | "max_resolution":
            return canonical if SIZE.fullmatch(canonical) else None
        case "brand":
            return brand.display(canonical)
        case "purposes":
            return [purpose for purpose in canonical.split("|") if purpose in PURPOSES] or None
        case "linked_agencies":
            return [] if canonical == "NONE" else canonical.split("|")
        case "file_format" | "network" | "owner" | "position":
            return _mapping(field, canonical, raw)
        case "number":
            number = float(canonical)
            return int(number) if number == int(number) else number
        case _:
            return canonical


def _mapping(field: str, canonical: str, raw: str) -> dict[str, Any] | None:
    if field == "position":
        return _position(canonical, raw)
    parts = dict(part.partition("=")[::2] for part in canonical.split(";"))
    if field == "network":
        return {"code": canonical.partition(";")[0], "provider": parts.get("provider")}
    if field == "owner":
        return _owner(parts)
    if not parts.keys() & {"codec", "container"}:
        return None
    codec = parts.get("codec", NOT_DECLARED)
    return {"codec": _CODECS.get(codec, codec), "container": parts.get("container", NOT_DECLARED)}


def _owner(parts: dict[str, str]) -> dict[str, Any] | None:
    if "code" not in parts:
        return None
    name = parts.get("name")
    return {"lao_code": parts["code"], "name": full_name(parts["type"], name) if name and "type" in parts else name}


def _position(canonical: str, raw: str) -> dict[str, Any]:
    text = clean(raw) if raw else None
    if found := PAIR.fullmatch(canonical):
        return {"text": text, "latitude": float(found[1]), "longitude": float(found[2])}
    if found := UTM.fullmatch(canonical):
        latitude, longitude = to_degrees(int(found[1]), float(found[2]), float(found[3]))
        return {"text": text, "latitude": round(latitude, 6), "longitude": round(longitude, 6)}
    return {"text": text or canonical, "latitude": None, "longitude": None}


def _number_after(prefix: str, canonical: str) -> float | None:
    said = canonical.removeprefix(prefix)
    return float(said) if said != canonical and re.fullmatch(r"\d+(?:\.\d+)?", said) else None
