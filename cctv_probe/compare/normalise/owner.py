"""Field 1: `type=5;name=กระบี่น้อย;code=05810109`, what is known of it, or `ambiguous`.

An authority's code has eight digits; spreadsheets lose the leading zero. Its type digits are wrong in places, so the type
comes from the name's own words, and names are not keys: only a registry tells which of 22 is meant.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from cctv_probe.compare.normalise.reading import Lao, Reading, Registry
from cctv_probe.compare.normalise.tables import either, rows, squeezed

_CODE = re.compile(r"(?<!\d)(0?[2-6]\d{6})(?!\d)")
_PLACE = re.compile(r"(?:^|[\s,(])(?:(ต|อ|จ)\.|(ตำบล|อำเภอ|จังหวัด))\s*([ก-๙]+)")
_TAIL = re.compile(r"[\s,(]+(?:(?:ต|อ|จ)\.|ตำบล|อำเภอ|จังหวัด).*$|[()]")
_NAME = re.compile(r"[ก-๙A-Za-z][ก-๙A-Za-z .\-]{1,60}")


@functools.cache
def _kinds() -> tuple[re.Pattern[str], dict[str, str]]:
    table = rows("owner_kinds")
    return re.compile(either(row["word"] for row in table), re.IGNORECASE), {
        squeezed(row["word"]): row["kind"] for row in table
    }


def full_name(kind: str, name: str) -> str:
    """`องค์การบริหารส่วนตำบลอ่าวนาง` from its kind and its own name."""
    first = next((row["word"] for row in rows("owner_kinds") if row["kind"] == kind), "")
    return name if kind == "special" else first + name


def read(text: str, registry: Registry | None) -> Reading | None:
    """The local authority that a cleaned cell names; None where it names none."""
    if code := _CODE.search(text):
        return _by_code(code[1].zfill(8), registry)
    if squeezed(text) in ("เมืองพัทยา", "พัทยา", "pattayacity"):
        return _special(registry)
    pattern, kinds = _kinds()
    found = pattern.search(text)
    if not found:
        return None
    kind = kinds[squeezed(found[0])]
    rest = text[found.end() :]
    name = " ".join(_TAIL.sub(" ", rest).split()).strip(" .,:-")
    if not name or not _NAME.fullmatch(name):
        return Reading("ambiguous", "medium", "no_name")
    if registry is None:
        return Reading(_written(kind, name), "medium" if kind != "municipality" else "low", "name_without_registry")
    places = [((short or word)[0], place) for short, word, place in _PLACE.findall(rest)]
    return _by_name(kind, name, places, registry)


def _by_code(code: str, registry: Registry | None) -> Reading:
    known = registry.by_code(code) if registry else None
    if known:
        return Reading(_written(known.kind, known.name, known.code), "high", "code")
    return Reading(
        f"code={code}",
        "medium" if registry is None else "low",
        "code_without_registry" if registry is None else "unknown_code",
    )


def _special(registry: Registry | None) -> Reading:
    found = registry.by_name("เมืองพัทยา", None) if registry else ()
    code = found[0].code if len(found) == 1 else None
    return Reading(_written("special", "เมืองพัทยา", code), "high" if code else "medium", "special_authority")


def _by_name(kind: str, name: str, places: Sequence[tuple[str, str]], registry: Registry) -> Reading:
    """`places` with the first letter of the word before them: ต, อ or จ."""
    named = [lao for lao in registry.by_name(name, None if kind == "municipality" else kind) if _fits(lao, kind)]
    here = [lao for lao in named if all(_lies_in(lao, word, place) for word, place in places)]
    if len(here) == 1:
        sure = len(named) == 1 or bool(places)
        return Reading(
            _written(here[0].kind, here[0].name, here[0].code), "high" if sure else "medium", "registry_name"
        )
    if here:
        return Reading(f"ambiguous:{len(here)}", "medium", "several_of_this_name")
    return Reading(_written(kind, name), "low", "not_in_registry")


def _lies_in(lao: Lao, word: str, place: str) -> bool:
    """A registry knows no sub-districts, so that one says nothing; "อ.เมือง" is short for the province's first district."""
    if word == "ต" or place in (lao.province, lao.district, lao.name):
        return True
    return word == "อ" and (not lao.district or (place == "เมือง" and lao.district.startswith("เมือง")))


def _fits(lao: Lao, kind: str) -> bool:
    return lao.kind in ("3", "4", "5") if kind == "municipality" else lao.kind == kind


def _written(kind: str, name: str, code: str | None = None) -> str:
    said = f"name={name}" if kind == "municipality" else f"type={kind};name={name}"
    return f"{said};code={code}" if code else said
