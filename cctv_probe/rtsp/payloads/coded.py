"""What every depacketizer is, and what it hands over."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.rtp import Buffer

MAX_UNIT_BYTES = 8 * 1024 * 1024
"""Of a picture so much is kept; a larger one is counted on, but its data are let go and it is called damaged."""
MAX_UNIT_PIECES = 32 * 1024

KeepData = Literal["all", "key", "none"]
"""Which pictures come with their data: all of them, those a decoder can begin with, or none (they are still counted)."""


class Coded(NamedTuple):
    """An access unit without its time. `data` is empty where it was not wanted, or more than `MAX_UNIT_BYTES`."""

    data: bytes
    is_key: bool
    damaged: bool
    filler_bytes: int = 0
    """Sent to keep the bit rate up; they hold nothing."""


class Depacketizer(Protocol):
    """Takes the packets of one access unit in their order."""

    @property
    def codec(self) -> str:
        """`h264`, `h265`, `mjpeg`, `mpeg4`, `av1`."""
        ...

    @property
    def has_picture(self) -> bool:
        """Whether the open access unit holds a piece of a picture, not only what goes in front of one."""
        ...

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest ones; None where the codec has none or none are known."""
        ...

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """Width and height in pixels where the payload header tells them (MJPEG)."""
        ...

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload `buffer[start:end]` of the next packet."""
        ...

    def broken(self) -> None:
        """Packets of the open access unit are missing before the next one."""
        ...

    def finish(self) -> Coded:
        """End the open access unit and begin another."""
        ...


class Pieces:
    """The bytes of a picture, gathered up to the cap."""

    def __init__(self) -> None:
        self._pieces: list[Buffer] = []
        self._bytes = 0
        self.is_over = False

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, piece: Buffer) -> None:
        """One more piece; beyond the cap everything is let go."""
        self._bytes += len(piece)
        if self._bytes > MAX_UNIT_BYTES or len(self._pieces) >= MAX_UNIT_PIECES:
            self._pieces.clear()
            self.is_over = True
        elif not self.is_over:
            self._pieces.append(piece)

    def since(self, index: int) -> bytes:
        """What was gathered from the piece `index` on."""
        return b"".join(self._pieces[index:])

    def take(self) -> bytes:
        """Everything gathered; empty afterwards."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._bytes, self.is_over = 0, False
        return data
