"""AV1 over RTP (RTP Payload Format for AV1, Alliance for Open Media): OBUs → temporal units in low-overhead format.

`is_key` is a temporal unit whose first frame is a KEY_FRAME. Temporal delimiters, tile lists and padding are dropped
as the format wants it; each temporal unit begins with a delimiter of our own, each OBU tells its size.
"""

from __future__ import annotations

from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.payloads.coded import Coded, KeepData, Pieces
from cctv_probe.rtsp.rtp import Buffer

_DELIMITER = b"\x12\x00"
_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6
_DROPPED = (2, 8, 15)
_FRAMES = (_FRAME_HEADER, _FRAME, 4)
MAX_SEQUENCE_BYTES = 4096
MAX_ELEMENTS = 256
"""In a packet; real ones hold a handful."""


class Av1Depacketizer:
    """Temporal units of AV1. A key picture that comes without sequence header gets the latest known in front."""

    codec = "av1"
    dimensions: tuple[int, int] | None = None

    def __init__(self, keep: KeepData = "all") -> None:
        self.has_picture = False
        self._keep = keep
        self._unit, self._obu = Pieces(), Pieces()
        self._sequence = b""
        self._is_key = self._damaged = self._has_sequence = self._is_open = self._keeping = False

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest sequence header, as an OBU with its size."""
        return ParameterSets(self.codec, (self._sequence,), True, False) if self._sequence else None

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet: an aggregation header and OBU elements (4.4)."""
        if end - start < 2:
            return
        head, at, number = buffer[start], start + 1, 0
        told = head >> 4 & 3
        while at < end:
            number += 1
            size = end - at
            if number != told:
                size, at = _leb128(buffer, at, end)
            if size < 0 or at + size > end or number > MAX_ELEMENTS:
                self._damaged, self._is_open = True, False
                return
            goes_on = bool(head & 0x80) and number == 1
            unfinished = bool(head & 0x40) and at + size == end
            self._element(buffer, at, at + size, goes_on=goes_on, unfinished=unfinished)
            at += size

    def broken(self) -> None:
        """Packets are missing."""
        self._damaged, self._is_open = True, False
        self._obu.take()

    def finish(self) -> Coded:
        """The temporal unit."""
        if self._is_open:
            self.broken()
        over = self._unit.is_over
        wanted = self._keep == "all" or (self._keep == "key" and self._is_key)
        before = self._sequence if self._is_key and not self._has_sequence else b""
        data = _DELIMITER + before + self._unit.take()
        coded = Coded(data if wanted and not over else b"", self._is_key, self._damaged or over)
        self.has_picture = self._is_key = self._damaged = self._has_sequence = False
        return coded

    def _element(self, buffer: Buffer, start: int, end: int, *, goes_on: bool, unfinished: bool) -> None:
        """An OBU, or a piece of one."""
        if goes_on and not self._is_open:
            self._damaged = self.has_picture = True  # its beginning never came
            return
        if not goes_on and start < end:
            self._obu.take()
            self._look(buffer, start, end)
        if self._keeping:
            self._obu.add(buffer[start:end])
        self._is_open = unfinished
        if not unfinished and self._keeping:
            self._close(self._obu.take())

    def _look(self, buffer: Buffer, start: int, end: int) -> None:
        """A new OBU: what it is, and whether its bytes are kept."""
        kind = buffer[start] >> 3 & 0x0F
        at = start + (2 if buffer[start] & 4 else 1)
        if buffer[start] & 2:
            at = _leb128(buffer, at, end)[1]
        if kind in _FRAMES:
            if kind != 4 and not self.has_picture and at < end:
                self._is_key = buffer[at] & 0xE0 == 0  # show_existing_frame 0, frame_type KEY_FRAME (5.9.2)
            self.has_picture = True
        wanted = self._keep == "all" or (self._keep == "key" and (self._is_key or not self.has_picture))
        self._keeping = kind == _SEQUENCE or (wanted and kind not in _DROPPED)

    def _close(self, obu: bytes) -> None:
        """A whole OBU: written with its size."""
        if not obu:
            return
        kind, has_extension = obu[0] >> 3 & 0x0F, bool(obu[0] & 4)
        head = 2 if has_extension else 1
        body = obu[head:]
        if obu[0] & 2:
            size, at = _leb128(obu, head, len(obu))
            body = obu[at : at + max(0, size)]
        sized = bytes([obu[0] | 2]) + obu[1:head] + _sized(len(body)) + body
        if kind == _SEQUENCE and len(sized) <= MAX_SEQUENCE_BYTES:
            self._sequence, self._has_sequence = sized, True
        self._unit.add(sized)


def _leb128(buffer: Buffer, at: int, end: int) -> tuple[int, int]:
    """(the number, where it ends); the number is −1 where it is cut off or too large (AV1, 4.10.5)."""
    value = 0
    for shift in range(0, 35, 7):
        if at >= end:
            break
        byte = buffer[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    return -1, at


def _sized(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
