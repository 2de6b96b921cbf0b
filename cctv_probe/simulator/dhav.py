"""Dahua's `.dav` (DHAV): frames one after another, each with its own date and time (layout as libav's demuxer reads it).

A frame: `DHAV`, type (0xFD key, 0xFC other), three bytes of subtype, channel, sub-number; then little-endian frame
number, length, date, milliseconds; the extension's length, a checksum; the extension (0x82: size, 0x81: codec and rate);
the access unit; `dhav` and the length again.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import BinaryIO

_CODECS = {"h264": 0x02, "h265": 0x0C}
_HEAD = struct.Struct("<4sBBBBIIIHBB")


class DavWriter:
    """Writes one file. Times are the recorder's local ones: the format knows no zone."""

    def __init__(self, file: BinaryIO, codec: str, size: tuple[int, int], frame_rate: float) -> None:
        self._file = file
        shown = struct.pack("<BBBBHH", 0x82, 0, 0, 0, *size)
        self._extension = shown + bytes([0x81, 0, _CODECS[codec], max(1, round(frame_rate))])
        self._count = 0

    def write(self, unit: bytes, local: datetime, *, is_key: bool) -> None:
        """Add one access unit with the parameter sets that it needs."""
        extension = self._extension if is_key else b""
        length = _HEAD.size + len(extension) + len(unit) + 8
        head = _HEAD.pack(
            b"DHAV",
            0xFD if is_key else 0xFC,
            0,
            0,
            0,
            self._count,
            length,
            _date(local),
            local.second * 1000 + local.microsecond // 1000,
            len(extension),
            0,
        )
        checksum = sum(head[:-1]) & 0xFF
        self._file.write(head[:-1] + bytes([checksum]) + extension + unit + b"dhav" + struct.pack("<I", length))
        self._count += 1


def _date(local: datetime) -> int:
    day = (local.year - 2000) << 26 | local.month << 22 | local.day << 17
    return day | local.hour << 12 | local.minute << 6 | local.second
