"""Dahua's names of picture sizes → pixels, PAL where the two television standards differ (Thailand is PAL). Pure."""

from __future__ import annotations

import re

from cctv_probe.model.units import Resolution

_NAMED = {
    "QCIF": (176, 144), "QVGA": (320, 240), "CIF": (352, 288), "HD1": (352, 576), "2CIF": (704, 288), "BCIF": (704, 288),
    "VGA": (640, 480), "NVGA": (640, 360), "D1": (704, 576), "4CIF": (704, 576), "WD1": (960, 576), "960H": (960, 576),
    "540P": (960, 540), "SVGA": (800, 600), "XVGA": (1280, 960), "XGA": (1024, 768), "WXGA": (1280, 800), "720": (1280, 720),
    "720P": (1280, 720), "720N": (640, 720), "960P": (1280, 960), "960N": (640, 960), "1.3M": (1280, 960),
    "1_3M": (1280, 960), "SXGA": (1280, 1024), "SXGA+": (1400, 1050), "WSXGA": (1600, 1024), "UXGA": (1600, 1200),
    "ND1": (240, 192), "1080": (1920, 1080), "1080P": (1920, 1080), "1080N": (960, 1080), "WUXGA": (1920, 1200),
    "2_5M": (1872, 1408), "2.5M": (1872, 1408), "3M": (2048, 1536), "QXGA": (2048, 1536), "4M": (2560, 1440),
    "4M-N": (1280, 1440), "4MN": (1280, 1440), "1440P": (2560, 1440), "2K": (2560, 1440), "5M": (2592, 1944),
    "5M-N": (1296, 1944), "5MN": (1296, 1944), "6M": (3072, 2048), "8M": (3840, 2160), "4K": (3840, 2160),
    "4K-N": (1920, 2160), "4KN": (1920, 2160), "2160P": (3840, 2160), "12M": (4000, 3000), "QSXGA": (2560, 2048),
}  # fmt: skip
_SIZE = re.compile(r"([0-9]{2,5})\s*[xX×*]\s*([0-9]{2,5})")
_MOST_PX = 20_000


def size_of(name: str | None) -> Resolution | None:
    """`1080P`, `1920x1080`, `2688*1520`, `1080N` → the size; None for what is none of them."""
    word = (name or "").strip().upper()
    found = _SIZE.search(word)
    if found:
        return of_numbers(int(found[1]), int(found[2]))
    pair = _NAMED.get(word) or _NAMED.get(word.replace("_", "").replace(" ", ""))
    return Resolution.of(*pair) if pair else None


def of_numbers(width_px: float | None, height_px: float | None) -> Resolution | None:
    """The size, or None where a number is missing or no picture has it."""
    if not width_px or not height_px or not (16 <= width_px <= _MOST_PX and 16 <= height_px <= _MOST_PX):
        return None
    return Resolution.of(int(width_px), int(height_px))


def largest(names: str | None) -> Resolution | None:
    """The largest of a list such as `1080P,720P,D1`, or None."""
    sizes = [size for word in (names or "").split(",")[:100] if (size := size_of(word))]
    return max(sizes, default=None)
