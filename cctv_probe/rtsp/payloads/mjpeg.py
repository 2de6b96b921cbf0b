"""JPEG over RTP (RFC 2435): scan data in pieces → whole JPEG files. Every picture is a key picture.

Pictures above 2040 pixels have no size in the payload header: it stands in the session description
(`a=x-dimensions`), or in the header extension of ONVIF (Streaming, 5.1.2: the file's own markers, profile 0xFFD8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cctv_probe.rtsp.payloads.coded import Coded, KeepData, Pieces
from cctv_probe.rtsp.payloads.jpeg_tables import HUFFMAN, quantisation
from cctv_probe.rtsp.rtp import REPLAY_PROFILE, Buffer, Extension

_END = b"\xff\xd9"
_SAMPLING = {0: 0x21, 1: 0x22}
"""Type → sampling of luma: 4:2:2 and 4:2:0 (RFC 2435, 4.1)."""
_FRAME_HEADER = re.compile(rb"\xff[\xc0\xc1].{2}\x08(.{2})(.{2})", re.DOTALL)
ONVIF_JPEG_PROFILE = 0xFFD8
MAX_TABLES = 16


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first packet of a picture says of it. `tables` is empty for a Q whose tables are not known."""

    kind: int
    width_px: int
    height_px: int
    restart_interval: int
    precision: int
    tables: bytes


class MjpegDepacketizer:
    """Pictures of Motion JPEG; `told_size` is the (width, height) of the session description."""

    codec = "mjpeg"
    parameter_sets = None

    def __init__(self, told_size: tuple[int, int] | None = None, keep: KeepData = "all") -> None:
        self.has_picture = False
        self.dimensions: tuple[int, int] | None = None
        self._keeping = keep != "none"
        self._told_size = told_size
        self._extended_size: tuple[int, int] | None = None
        self._pieces = Pieces()
        self._head: _Head | None = None
        self._next_offset = 0
        self._damaged = False
        self._tables: dict[int, tuple[int, bytes]] = {}
        """Q → (precision, tables) of pictures before: they may be sent once only (RFC 2435, 4.2)."""

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet."""
        if end - start <= 8:
            return
        offset = buffer[start + 1] << 16 | buffer[start + 2] << 8 | buffer[start + 3]
        kind, at = buffer[start + 4], start + 8
        if 64 <= kind < 128:
            at += 4
        self.has_picture = True
        if offset == 0:
            at = self._begin(buffer, start, at, end)
        if offset != self._next_offset or at > end:
            self._damaged = True
        self._next_offset = offset + max(0, end - at)
        if self._keeping:
            self._pieces.add(buffer[at:end])

    def extended(self, buffer: Buffer, extension: Extension) -> None:
        """The size in a frame header of ONVIF's extension; it may follow the replay header."""
        if extension.profile in (ONVIF_JPEG_PROFILE, REPLAY_PROFILE):
            found = _FRAME_HEADER.search(buffer, extension.start, extension.end)
            if found:
                self._extended_size = int.from_bytes(found[2], "big"), int.from_bytes(found[1], "big")

    def broken(self) -> None:
        """Packets are missing."""
        self._damaged = True

    def finish(self) -> Coded:
        """The picture as a file; without data where its header never came or is of a kind nobody defined."""
        head, self._head = self._head, None
        over = self._pieces.is_over
        scan = self._pieces.take()
        usable = head is not None and bool(head.tables) and head.kind & 0x3F in _SAMPLING
        usable = usable and head is not None and min(head.width_px, head.height_px) > 0
        data = _file(head, scan) if head and usable and self._keeping and not over else b""
        coded = Coded(data, True, self._damaged or over or not usable)
        self.has_picture = self._damaged = False
        self._next_offset = 0
        self._extended_size = None
        return coded

    def _begin(self, buffer: Buffer, start: int, at: int, end: int) -> int:
        """The first packet of a picture; where its scan data begin."""
        kind, q, width, height = buffer[start + 4 : start + 8]
        restart = int.from_bytes(buffer[start + 8 : start + 10], "big") if 64 <= kind < 128 else 0
        head = _Head(kind, 8 * width, 8 * height, restart, 0, b"")
        told = self._extended_size or self._told_size
        if told and (self._extended_size or not width or not height):
            head = replace(head, width_px=told[0], height_px=told[1])
        precision, tables, at = self._quantisation(q, buffer, at, end)
        self._head = replace(head, precision=precision, tables=tables)
        self.dimensions = (head.width_px, head.height_px) if head.width_px and head.height_px else None
        return at

    def _quantisation(self, q: int, buffer: Buffer, at: int, end: int) -> tuple[int, bytes, int]:
        """(precision, tables, where the scan data begin); no tables where they are not known (RFC 2435, 3.1.8)."""
        if q < 128:
            return 0, quantisation(q), at
        if at + 4 > end:
            return 0, b"", at
        precision, length = buffer[at + 1], buffer[at + 2] << 8 | buffer[at + 3]
        at += 4
        if not length:
            return *self._tables.get(q, (0, b"")), at
        if at + length > end or length < 64:
            return 0, b"", at
        tables = bytes(buffer[at : at + length])
        if q < 255 and len(self._tables) < MAX_TABLES:
            self._tables[q] = precision, tables
        return precision, tables, at + length


def _file(head: _Head, scan: bytes) -> bytes:
    """A baseline JPEG file (RFC 2435, appendix B)."""
    tables = _split(head.precision, head.tables)
    parts = [b"\xff\xd8", *(_segment(0xDB, bytes([number]) + one) for number, one in enumerate(tables))]
    if head.restart_interval:
        parts.append(_segment(0xDD, head.restart_interval.to_bytes(2, "big")))
    chroma = 1 if len(tables) > 1 else 0
    size = head.height_px.to_bytes(2, "big") + head.width_px.to_bytes(2, "big")
    luma = bytes([1, _SAMPLING[head.kind & 0x3F], 0])
    parts.append(_segment(0xC0, b"\x08" + size + b"\x03" + luma + bytes([2, 0x11, chroma, 3, 0x11, chroma])))
    parts += (_segment(0xC4, one) for one in HUFFMAN)
    parts.append(_segment(0xDA, b"\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"))
    return b"".join([*parts, scan, b"" if scan.rstrip(b"\x00").endswith(_END) else _END])


def _split(precision: int, tables: bytes) -> list[bytes]:
    """At most two tables of 64 bytes; those that `precision` says are of 16 bits are brought down to 8."""
    found: list[bytes] = []
    at = 0
    while at < len(tables) and len(found) < 2:
        wide = precision >> len(found) & 1
        one = tables[at : at + (128 if wide else 64)]
        at += len(one)
        found.append(bytes(min(255, one[i] << 8 | one[i + 1]) for i in range(0, len(one) - 1, 2)) if wide else one)
    return [one for one in found if len(one) == 64] or [b"\x01" * 64]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (2 + len(body)).to_bytes(2, "big") + body
