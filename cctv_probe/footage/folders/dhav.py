"""Dahua's `.dav` files (DHAV): finding the frame of an instant by the dates that frames carry. Small and bounded; decodes nothing.

A frame begins with `DHAV`, its type (0xFD: key picture), subtype, channel, subnumber, number (4 bytes), length (4), date (4: six bits
of years since 2000, four of month, five of day, five of hour, six of minute, six of second, in the recorder's local time),
little endian, as libavformat's demuxer reads it. A file may begin with a header of 1 KiB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.media.file_messages import Piece

KEY_TYPE = 0xFD
_TYPES = (0xF0, 0xF1, 0xFC, KEY_TYPE)
_HEAD = struct.Struct("<4sBBBBIII")
_LEAST, _MOST = 24, 16 << 20
_LOOK_BYTES = 256 * 1024
_LOOKS = 24
_HALVINGS = 40
_HOPS = 4000
_MOST_LOST = 400


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: where it begins, how long it is, and its date without a time zone."""

    offset: int
    length: int
    kind: int
    local: datetime

    @property
    def is_key(self) -> bool:
        """Whether it is a key picture."""
        return self.kind == KEY_TYPE


def parse_frame(data: bytes, offset: int) -> Frame | None:
    """The frame whose head `data` begins with; None where it is no possible one."""
    if len(data) < _HEAD.size:
        return None
    magic, kind, _, _, _, _, length, date = _HEAD.unpack_from(data)
    if magic != b"DHAV" or kind not in _TYPES or not _LEAST <= length <= _MOST:
        return None
    local = parse_date(date)
    return None if local is None else Frame(offset, length, kind, local)


def parse_date(date: int) -> datetime | None:
    """The date of a frame, None where there is no such day or time."""
    try:
        return datetime(  # noqa: DTZ001 - the recorder's local time; whose that is, the caller knows
            ((date >> 26) & 0x3F) + 2000, (date >> 22) & 0xF, (date >> 17) & 0x1F, (date >> 12) & 0x1F, (date >> 6) & 0x3F, date & 0x3F
        )  # fmt: skip
    except ValueError:
        return None


def first_frame(piece: Piece, size: int, offset: int = 0) -> Frame | None:
    """The first whole frame head at or behind `offset`, looked for in a few megabytes."""
    at = offset
    for _ in range(_LOOKS):
        data = piece(at, _LOOK_BYTES)
        place = data.find(b"DHAV")
        while place >= 0:
            frame = parse_frame(data[place : place + _HEAD.size], at + place)
            if frame is not None:
                return frame
            place = data.find(b"DHAV", place + 1)
        if len(data) < _LOOK_BYTES or at >= size:
            return None
        at += _LOOK_BYTES - _HEAD.size
    return None


def locate(piece: Piece, size: int, local: datetime) -> Frame | None:
    """The last key picture not after `local` (a time without zone, as frames carry it); the first one where all are later;
    None where the file holds none."""
    first = first_frame(piece, size)
    if first is None:
        return None
    low, high = first, size
    for _ in range(_HALVINGS):
        if high - low.offset <= _LOOK_BYTES:
            break
        middle = (low.offset + high) // 2
        frame = first_frame(piece, size, middle)
        if frame is None or frame.offset >= high or frame.local > local:
            high = middle
        else:
            low = frame
    return _last_key(piece, low, local) or _before(piece, size, low, local) or _any_key(piece, first)


def _last_key(piece: Piece, start: Frame, local: datetime) -> Frame | None:
    found = None
    for frame in _frames(piece, start):
        if frame.local > local:
            break
        found = frame if frame.is_key else found
    return found


def _before(piece: Piece, size: int, low: Frame, local: datetime) -> Frame | None:
    """The group of pictures may have begun some megabytes before."""
    for back in (1 << 20, 8 << 20):
        start = first_frame(piece, size, max(0, low.offset - back))
        found = _last_key(piece, start, local) if start else None
        if found:
            return found
    return None


def _any_key(piece: Piece, first: Frame) -> Frame | None:
    return next((frame for frame in _frames(piece, first) if frame.is_key), None)


def _frames(piece: Piece, start: Frame) -> Iterator[Frame]:
    """Frame after frame; where one does not follow the other, the next is looked for, some hundred times."""
    frame: Frame | None = start
    lost = 0
    for _ in range(_HOPS):
        if frame is None:
            return
        yield frame
        behind = frame.offset + frame.length
        following = parse_frame(piece(behind, _HEAD.size), behind)
        if following is None and lost < _MOST_LOST:
            lost += 1
            following = first_frame(piece, behind, behind)
        frame = following
