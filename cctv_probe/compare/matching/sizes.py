"""Declared picture sizes (`1920x1080`, `mp:2`) beside discovered ones: classes by pixel count (facts: the survey)."""

from __future__ import annotations

import re

from cctv_probe.model.units import Resolution

CLASSES_MPX: dict[float, tuple[float, float]] = {
    1: (0.85, 1.1), 1.3: (1.2, 1.4), 2: (1.9, 2.3), 3: (2.8, 3.3), 4: (3.6, 4.2), 5: (4.6, 5.2), 6: (5.8, 6.4),
    8: (7.9, 8.5), 12: (11.5, 12.5),
}  # fmt: skip
"""Nominal megapixels → lowest and highest pixel count of the class, in millions."""
_OTHER_CLASS = 0.05
"""Half width of a class that the table does not name."""
_MP = re.compile(r"mp:(\d{1,3}(?:\.\d{1,3})?)")


def class_bounds_px(nominal_mpx: float) -> tuple[float, float]:
    """Lowest and highest pixel count of what is sold as so many megapixels."""
    low, high = CLASSES_MPX.get(nominal_mpx, (nominal_mpx * (1 - _OTHER_CLASS), nominal_mpx * (1 + _OTHER_CLASS)))
    return low * 1e6, high * 1e6


def megapixels(canonical: str) -> float | None:
    """`mp:2` → 2.0; None for anything else."""
    found = _MP.fullmatch(canonical.strip())
    return float(found[1]) if found and float(found[1]) > 0 else None


def size_agrees(declared: str, found: str) -> bool | None:
    """Whether a discovered `WxH` is what was declared; None where one of both is no size."""
    size = Resolution.parse(found)
    if size is None or not size.area_px:
        return None
    nominal = megapixels(declared)
    if nominal is not None:
        low, high = class_bounds_px(nominal)
        return low <= size.area_px <= high
    wanted = Resolution.parse(declared)
    return None if wanted is None or not wanted.area_px else wanted == size
