"""Picture sizes and brands: declared beside observed."""

from __future__ import annotations

import re

from cctv_probe.compare.matching.kinship import brand_slug, is_label, kinship_of
from cctv_probe.compare.matching.sizes import class_bounds_px, megapixels
from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.verdict import Outcome
from cctv_probe.model.evidence import Value
from cctv_probe.model.units import Resolution

_D1 = frozenset({(704, 576), (720, 576), (704, 480), (720, 480)})
_CROPPED_PX = 8
"""Coded heights are multiples of 16: 1088 is 1080 before cropping."""
_RANGE = re.compile(r"range:(?:mp:)?([\d.]+(?:x\d+)?)\.\.(?:mp:)?([\d.]+(?:x\d+)?)")
_AT_LEAST = re.compile(r"ไม่น้อยกว่า|ไม่ต่ำกว่า|อย่างน้อย|ขึ้นไป|at least|not less|minimum|≥|>=|>", re.IGNORECASE)


def resolution(canonical: str, observed: Value, *, raw: str = "", unsure: bool = False) -> Outcome | None:
    """Fields 7 and 8. `raw` tells a bound from a value ("ไม่น้อยกว่า 1920x1080"); `unsure`: the declared size was read with
    low confidence ("2K"), so another size of its class is tolerated. None where one side is no size in pixels."""
    size = Resolution.parse(observed) if isinstance(observed, str) else None
    if size is None or not size.area_px:
        return None
    if canonical.startswith("multiple:"):
        told = [resolution(each, observed, unsure=unsure) for each in canonical.removeprefix("multiple:").split("|")]
        known = [outcome for outcome in told if outcome]
        if any(outcome.is_compliant for outcome in known):
            return Outcome("within_tolerance", note=words.ONE_OF_SEVERAL)
        return known[0] if known else None
    limits = _limits(canonical)
    if limits:
        return _within(limits, size, at_least=bool(_AT_LEAST.search(raw)))
    wanted = Resolution.parse(canonical)
    if wanted is None or not wanted.area_px:
        return None
    return _sizes(wanted, size, at_least=bool(_AT_LEAST.search(raw)), unsure=unsure)


def _limits(canonical: str) -> tuple[float, float] | None:
    """Lowest and highest pixel count of a class or range; None for anything else."""
    nominal = megapixels(canonical)
    if nominal is not None:
        return class_bounds_px(nominal)
    found = _RANGE.fullmatch(canonical)
    ends = [_end(text) for text in found.groups()] if found else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1])


def _end(text: str) -> tuple[float, float] | None:
    size = Resolution.parse(text)
    if size:
        return float(size.area_px), float(size.area_px)
    nominal = megapixels(f"mp:{text}")
    return class_bounds_px(nominal) if nominal is not None else None


def _within(limits: tuple[float, float], size: Resolution, *, at_least: bool) -> Outcome:
    low, high = limits
    if size.area_px < low:
        return Outcome("mismatch", "overstated")
    return Outcome("match") if size.area_px <= high or at_least else Outcome("mismatch", "understated")


def _sizes(wanted: Resolution, size: Resolution, *, at_least: bool, unsure: bool) -> Outcome:
    one, other = (wanted.width_px, wanted.height_px), (size.width_px, size.height_px)
    if one == other or (at_least and other[0] >= one[0] and other[1] >= one[1]):
        return Outcome("match")
    if one == other[::-1]:
        return Outcome("within_tolerance", note=words.TURNED)
    if one[0] == other[0] and abs(one[1] - other[1]) <= _CROPPED_PX:
        return Outcome("within_tolerance", note=words.CROPPED)
    if one in _D1 and other in _D1:
        return Outcome("within_tolerance", note=words.D1)
    if unsure and abs(wanted.area_px - size.area_px) <= 0.3 * max(wanted.area_px, size.area_px):
        return Outcome("within_tolerance", note=words.UNSURE_SIZE)
    return Outcome("mismatch", "overstated" if size.area_px < wanted.area_px else "understated")


def brand(canonical: str, observed: Value) -> Outcome | None:
    """Field 6. None where one side names no brand."""
    if not isinstance(observed, str) or not brand_slug(observed):
        return None
    if canonical == "unbranded":
        return Outcome("mismatch", note=words.UNBRANDED)
    kin = kinship_of(canonical, observed)
    if kin is None:
        return None
    several = words.ONE_OF_SEVERAL if canonical.startswith("multiple:") else None
    if kin == "differs":
        return Outcome("mismatch", note=words.LABEL if is_label(canonical) else None)
    if kin == "family":
        return Outcome("family_match", note=words.FAMILY)
    return Outcome("within_tolerance" if several else "match", note=several)
