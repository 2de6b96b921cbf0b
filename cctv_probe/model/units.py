"""Sizes, codecs and their spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RESOLUTION = re.compile(r"(\d{1,5})\s*[x×*]\s*(\d{1,5})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Resolution:
    """A picture size in pixels; ordered by area."""

    area_px: int
    width_px: int
    height_px: int

    @classmethod
    def of(cls, width_px: int, height_px: int) -> Resolution:
        """The size `width_px` × `height_px`."""
        return cls(width_px * height_px, width_px, height_px)

    @classmethod
    def parse(cls, text: str) -> Resolution | None:
        """`1920x1080` → the size, or None where `text` is no size."""
        found = _RESOLUTION.fullmatch(text.strip())
        return cls.of(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"


_CODECS = {
    "h264": "h264", "avc": "h264", "h.264": "h264", "mpeg4-avc": "h264",
    "h265": "h265", "hevc": "h265", "h.265": "h265",
    "jpeg": "mjpeg", "mjpeg": "mjpeg", "mjpg": "mjpeg",
    "mpeg4": "mpeg4", "mp4v-es": "mpeg4", "mpv4-es": "mpeg4",
    "av1": "av1",
}  # fmt: skip


def codec_slug(name: str) -> str | None:
    """`H.265`, `HEVC`, `JPEG`… → `h264`, `h265`, `mjpeg`, `mpeg4`, `av1`; None where it is none of them."""
    return _CODECS.get(name.strip().casefold())
