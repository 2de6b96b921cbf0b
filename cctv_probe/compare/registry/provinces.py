"""The 77 provinces: two-digit code (TIS 1099), Thai and English name. The data file says its date and source."""

from __future__ import annotations

import csv
import functools
import importlib.resources
import re
from dataclasses import dataclass

from cctv_probe.compare.normalise.tables import squeezed
from cctv_probe.model.words import Text

_PREFIX = re.compile(r"^\s*(?:จังหวัด|จ\.)\s*")
_LAO_CODE = re.compile(r"0[1-9][0-9]{6}")
_ALSO_CALLED = {"กรุงเทพฯ": "10", "กรุงเทพ": "10", "กทม": "10", "อยุธยา": "14", "โคราช": "30"}
"""What people write instead of the official name."""


@dataclass(frozen=True, slots=True)
class Province:
    """One province. `code` has two digits; `name` is `กระบี่` in Thai and `Krabi` in English, without a word for "province"."""

    code: str
    name: Text


@functools.cache
def provinces() -> tuple[Province, ...]:
    """All of them, by code."""
    text = importlib.resources.files(__package__).joinpath("provinces.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Province(row["code"], Text(row["name_en"], row["name_th"])) for row in csv.DictReader(lines))


@functools.cache
def _by_code() -> dict[str, Province]:
    return {province.code: province for province in provinces()}


@functools.cache
def _by_name() -> dict[str, Province]:
    official = {squeezed(name): one for one in provinces() for name in (one.name.th, one.name.en)}
    return official | {squeezed(name): _by_code()[code] for name, code in _ALSO_CALLED.items()}


def province_by_code(code: str) -> Province | None:
    """The province of a two-digit code; None where there is none (`99`)."""
    return _by_code().get(code)


def province_by_name(name: str) -> Province | None:
    """The province of this name in Thai or English, with or without `จังหวัด` or `จ.` before it."""
    return _by_name().get(squeezed(_PREFIX.sub("", name)))


def province_of(lao_code: str | None) -> Province | None:
    """The province of an eight-digit LAO code (its third and fourth digit); None where the text is no such code."""
    return province_by_code(lao_code[2:4]) if lao_code and _LAO_CODE.fullmatch(lao_code) else None
