"""MPEG-4 part 2 video over RTP (RFC 6416, before it RFC 3016): the elementary stream in pieces.

`is_key` is an I-VOP. The headers in front of it (`config=` says the same) are the parameter sets.
"""

from __future__ import annotations

from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.payloads.coded import Coded, KeepData, Pieces
from cctv_probe.rtsp.rtp import Buffer

_START = b"\x00\x00\x01"
_VOP = b"\x00\x00\x01\xb6"
_GROUP = b"\x00\x00\x01\xb3"
_SEQUENCE = b"\x00\x00\x01\xb0"
_LAYERS = tuple(b"\x00\x00\x01" + bytes([one]) for one in range(0x20, 0x30))
MAX_CONFIG_BYTES = 4096


class Mpeg4Depacketizer:
    """Access units of MPEG-4 part 2. A key picture that comes without headers gets the latest known in front."""

    codec = "mpeg4"
    dimensions: tuple[int, int] | None = None

    def __init__(self, config: bytes = b"", keep: KeepData = "all") -> None:
        self.has_picture = False
        self._keep = keep
        self._pieces = Pieces()
        self._told, self._heard = config, b""
        self._is_key = self._damaged = self._keeping = self._has_headers = False

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest headers."""
        latest = self._heard or self._told
        stale = bool(self._heard and self._told) and self._heard != self._told
        return ParameterSets(self.codec, (latest,), bool(self._heard), stale) if latest else None

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet."""
        if not self.has_picture:
            self._begin(buffer, start, end)
        elif self._keeping:
            self._pieces.add(buffer[start:end])

    def broken(self) -> None:
        """Packets are missing."""
        self._damaged = True

    def finish(self) -> Coded:
        """The access unit as an elementary stream."""
        over = self._pieces.is_over
        data = self._pieces.take()
        wanted = self._keep == "all" or (self._keep == "key" and self._is_key)
        if wanted and self._is_key and not self._has_headers:
            data = (self._heard or self._told) + data
        coded = Coded(data if wanted and not over else b"", self._is_key, self._damaged or over)
        self.has_picture = self._is_key = self._damaged = self._keeping = self._has_headers = False
        return coded

    def _begin(self, buffer: Buffer, start: int, end: int) -> None:
        """What stands in front of the picture, and its beginning."""
        self._pieces.add(buffer[start:end])
        so_far = self._pieces.since(0)
        picture = so_far.find(_VOP)
        if picture < 0 and so_far.startswith(_START) and len(so_far) <= MAX_CONFIG_BYTES:
            return
        self.has_picture = True
        if picture < 0:
            self._damaged = True  # its beginning never came
        else:
            self._headers(so_far[:picture])
            self._is_key = picture + 4 < len(so_far) and so_far[picture + 4] >> 6 == 0
        self._keeping = self._keep == "all" or (self._keep == "key" and self._is_key)
        if not self._keeping:
            self._pieces.take()

    def _headers(self, before: bytes) -> None:
        starts = [at for code in (_SEQUENCE, *_LAYERS) if (at := before.find(code)) >= 0]
        if not any(code in before for code in _LAYERS):
            return
        group = before.find(_GROUP)
        self._heard = before[min(starts) : group if group >= 0 else len(before)]
        self._has_headers = True
