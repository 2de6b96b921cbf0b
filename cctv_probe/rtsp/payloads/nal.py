"""What H.264 and H.265 share: NAL units of one access unit, with start codes, and the parameter sets among them.

Tolerances: Annex B inside RTP, in front of a NAL unit or between parameter sets and slice (V380, quirk 20); fragments
whose NAL unit type changes on the way (Tiandy, quirk 20: the first one holds); fragments without an end bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.payloads.coded import Coded, KeepData, Pieces
from cctv_probe.rtsp.rtp import Buffer

START_CODE = b"\x00\x00\x00\x01"
_SHORT_START_CODE = b"\x00\x00\x01"
MAX_SET_BYTES = 4096
MAX_SETS = 64
MAX_UNITS_A_PACKET = 256
"""NAL units; real packets hold a handful."""

SetKey = tuple[int, int]
"""nal_unit_type, and the identifier inside the parameter set."""


def _behind_start_code(buffer: Buffer, start: int, end: int) -> int:
    """Where the NAL unit begins whose start code was taken for a header: behind what is left of the start code."""
    for left in (_SHORT_START_CODE, _SHORT_START_CODE[1:], _SHORT_START_CODE[2:]):
        if bytes(buffer[start : min(end, start + len(left))]) == left:
            return start + len(left)
    return start


class NalDepacketizer(ABC):
    """Gathers NAL units. A key picture whose parameter sets did not come with it gets the latest known in front."""

    codec: str
    header_bytes: int
    """Of a NAL unit."""
    dimensions: tuple[int, int] | None = None

    def __init__(self, sets: Iterable[bytes], keep: KeepData) -> None:
        self.has_picture = False
        self._keep = keep
        self._pieces = Pieces()
        self._is_key = self._damaged = False
        self._open = self._keeping = self._filling = False
        """Whether a fragmented NAL unit is under way, whether its bytes are kept, whether they are filler."""
        self._filler = 0
        self._set_from: int | None = None
        """The piece with which the parameter set under way begins."""
        self._own: set[SetKey] = set()
        """Parameter sets of the open access unit."""
        self._heard: dict[SetKey, bytes] = {}
        usable = (one for one in sets if self._is_usable_set(one))
        self._told = {self._key(one): one for one in usable}
        """Those of the session description; they hold until the stream brings its own of the same kind."""

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest parameter sets: those of the stream, before them those of the session description."""
        sets = self._latest()
        if not sets:
            return None
        kinds = {kind for kind, _ in self._heard}
        stale = any(self._heard.get(key) != one for key, one in self._told.items() if key[0] in kinds)
        return ParameterSets(self.codec, tuple(sets[key] for key in sorted(sets)), bool(self._heard), stale)

    @abstractmethod
    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet."""

    def broken(self) -> None:
        """Packets are missing: the NAL unit under way has a hole."""
        self._damaged = True
        self._set_from = None

    def finish(self) -> Coded:
        """The access unit with start codes; its data where they are wanted."""
        self._close_set()
        wanted = self._keep == "all" or (self._keep == "key" and self._is_key)
        over = self._pieces.is_over
        data = self._pieces.take()
        if wanted and self._is_key and not over:
            data = self._missing_sets() + data
        coded = Coded(data if wanted and not over else b"", self._is_key, self._damaged or over, self._filler)
        self.has_picture = self._is_key = self._damaged = self._open = self._keeping = self._filling = False
        self._filler = 0
        self._own.clear()
        return coded

    def _begin(self, header: bytes, buffer: Buffer, start: int, end: int) -> None:
        """A NAL unit begins: its header, and its first bytes behind it."""
        if not any(header):
            code = _behind_start_code(buffer, start, end)  # a start code stands where the header should (quirk 20)
            start = code + self.header_bytes
            header = bytes(buffer[code:start])
            if start > end:
                return
        for _ in range(MAX_UNITS_A_PACKET):
            self._close_set()
            kind = self._kind(header[0])
            if self._is_slice(kind):
                self._slice(kind, header, buffer, start, end)
                return
            code = buffer.find(_SHORT_START_CODE, start, end)
            self._other(kind, header, buffer, start, end if code < 0 else code)
            if code < 0:
                return
            start = code + 3 + self.header_bytes
            header = bytes(buffer[code + 3 : start])
            if start > end:
                return
        self._damaged = True

    def _single(self, buffer: Buffer, start: int, end: int) -> None:
        """A whole NAL unit; a start code in front of it is passed over."""
        while end - start > self.header_bytes + 1 and buffer[start] == 0:
            code = buffer.find(_SHORT_START_CODE, start, min(end, start + 4))
            if code < 0:
                break
            start = code + 3
        behind = start + self.header_bytes
        if behind <= end:
            self._begin(bytes(buffer[start:behind]), buffer, behind, end)
        self._open = False

    def _aggregated(self, buffer: Buffer, start: int, end: int, skip: int, skip_first: int) -> None:
        """NAL units with their sizes in front; `skip` bytes stand before each size, `skip_first` before the first."""
        at = start + skip_first
        for _ in range(MAX_UNITS_A_PACKET):
            if at + 2 >= end:
                return
            size = buffer[at] << 8 | buffer[at + 1]
            if not size or at + 2 + size > end:
                break
            self._single(buffer, at + 2, at + 2 + size)
            at += 2 + size + skip
        self._damaged = True

    def _goes_on(self, buffer: Buffer, start: int, end: int) -> None:
        """Another fragment of the NAL unit under way."""
        if not self._open:
            self._damaged = self.has_picture = True  # its beginning never came
        elif self._filling:
            self._filler += end - start
        elif self._keeping:
            self._pieces.add(buffer[start:end])

    def _slice(self, kind: int, header: bytes, buffer: Buffer, start: int, end: int) -> None:
        if not self._is_key and self._begins_key(kind, buffer, start, end):
            self._is_key = True
        self.has_picture, self._filling = True, False
        self._keeping = self._keep == "all" or (self._keep == "key" and self._is_key)
        if self._keeping:
            self._pieces.add(START_CODE + header + buffer[start:end])

    def _other(self, kind: int, header: bytes, buffer: Buffer, start: int, end: int) -> None:
        """A NAL unit that is no slice: kept, so that a parameter set is whole when it ends."""
        self._filling = self._is_filler(kind)
        self._keeping = not self._filling
        if self._filling:
            self._filler += end - start + len(header)
            return
        if self._is_set(kind):
            self._set_from = len(self._pieces)
        self._pieces.add(START_CODE + header + buffer[start:end])

    def _close_set(self) -> None:
        if self._set_from is not None:
            self._learn(self._pieces.since(self._set_from)[len(START_CODE) :].rstrip(b"\x00"))
            self._set_from = None

    def _learn(self, nal: bytes) -> None:
        """Keep a parameter set of the stream."""
        if not self._is_usable_set(nal):
            return
        key = self._key(nal)
        self._own.add(key)
        if len(self._heard) < MAX_SETS or key in self._heard:
            self._heard[key] = nal

    def _is_usable_set(self, nal: bytes) -> bool:
        return self.header_bytes < len(nal) <= MAX_SET_BYTES and self._is_set(self._kind(nal[0]))

    def _key(self, nal: bytes) -> SetKey:
        return self._kind(nal[0]), self._identifier(nal)

    def _latest(self) -> dict[SetKey, bytes]:
        """What the stream brought, and of other kinds what the session description told."""
        kinds = {kind for kind, _ in self._heard}
        return {key: one for key, one in self._told.items() if key[0] not in kinds} | self._heard

    def _missing_sets(self) -> bytes:
        """The known parameter sets that the open access unit does not hold itself."""
        sets = self._latest()
        return b"".join(START_CODE + sets[key] for key in sorted(sets) if key not in self._own)

    @abstractmethod
    def _kind(self, first: int) -> int:
        """nal_unit_type from the first byte of the header."""

    @abstractmethod
    def _is_slice(self, kind: int) -> bool: ...

    @abstractmethod
    def _is_set(self, kind: int) -> bool: ...

    @abstractmethod
    def _is_filler(self, kind: int) -> bool: ...

    @abstractmethod
    def _identifier(self, nal: bytes) -> int:
        """The identifier of a parameter set; 0 where it cannot be read."""

    @abstractmethod
    def _begins_key(self, kind: int, buffer: Buffer, start: int, end: int) -> bool:
        """Whether a slice says that a decoder can begin with its picture; its bytes behind the header are given."""
