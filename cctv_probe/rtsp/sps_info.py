"""What a sequence parameter set tells of a picture, whatever the codec."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.rtsp.bits import MalformedParameterSet

MAX_SIDE_PX = 16384
MAX_NAL_BYTES = 4096
"""A real parameter set has under 200 bytes; the largest that the standards allow stays below this."""


@dataclass(frozen=True, slots=True)
class SpsInfo:
    """`width_px` × `height_px` is what a decoder puts out: after cropping, both fields of an H.264 frame together; where
    H.265 codes fields, each is a picture of its own.

    `profile` is the name in the standard, without "Constrained" (`Baseline`, `Main`, `High`, `Main 10`), or
    `profile 99` where it has none; `level` is `4.1`. `vui_frame_rate` is in frames per second and a hint only: encoders
    write half, double and nonsense (quirk 19). `chroma_format` is `4:0:0`, `4:2:0`, `4:2:2` or `4:4:4`; `bit_depth` is
    that of luma; `interlaced` says that fields may be coded (H.264) or are (H.265).
    """

    width_px: int
    height_px: int
    profile: str
    level: str
    chroma_format: str
    bit_depth: int
    interlaced: bool = False
    vui_frame_rate: float | None = None
    tier: str | None = None


CHROMA = {0: ("4:0:0", 1, 1), 1: ("4:2:0", 2, 2), 2: ("4:2:2", 2, 1), 3: ("4:4:4", 1, 1)}
"""chroma_format_idc → its name, and the luma samples per chroma sample across and down (H.264, table 6-1)."""


def cropped(coded_px: int, crop_px: int) -> int:
    """What is left of a side after cropping. Raises `MalformedParameterSet` where that is nothing, or too much."""
    left = coded_px - crop_px
    if not 0 < left <= MAX_SIDE_PX or not 0 < coded_px <= MAX_SIDE_PX + 64:
        raise MalformedParameterSet(f"a picture side of {left} pixels")
    return left


def rate(time_scale: int, units_in_tick: int, ticks_per_frame: int) -> float | None:
    """Frames per second; None where the numbers give none."""
    if not time_scale or not units_in_tick:
        return None
    return round(time_scale / (units_in_tick * ticks_per_frame), 3)
