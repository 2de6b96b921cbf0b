"""H.264 over RTP (RFC 6184): single NAL units, STAP-A and -B, FU-A and -B. MTAPs, which no camera sends, are skipped.

`is_key` is an IDR picture; or an I slice behind a recovery point SEI (open groups of pictures); or, until the stream has
shown an IDR picture, an I slice in an access unit with its own sequence parameter set (encoders that never send IDR).
A stream that refreshes gradually (recovery points on P slices) has no key pictures.
"""

from __future__ import annotations

from collections.abc import Iterable

from cctv_probe.rtsp.bits import BitReader, MalformedParameterSet
from cctv_probe.rtsp.payloads.coded import KeepData
from cctv_probe.rtsp.payloads.nal import NalDepacketizer
from cctv_probe.rtsp.rtp import Buffer

IDR, SEI, SPS, PPS, FILLER = 5, 6, 7, 8, 12
_STAP_A, _STAP_B, _MTAP16, _MTAP24, _FU_A, _FU_B = range(24, 30)
_RECOVERY_POINT = 6
_INTRA = (2, 4, 7, 9)
"""slice_type of I and SI slices (H.264, table 7-6)."""
_LOOK_BYTES = 16


class H264Depacketizer(NalDepacketizer):
    """Access units of H.264."""

    codec = "h264"
    header_bytes = 1

    def __init__(self, sets: Iterable[bytes] = (), keep: KeepData = "all") -> None:
        super().__init__(sets, keep)
        self._idr_came = self._recovery_point = False

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet."""
        if end - start < 2:
            return
        kind = buffer[start] & 0x1F
        if kind == _FU_A:
            fragment = buffer[start + 1]
            if fragment & 0x80:
                self._begin(bytes((buffer[start] & 0xE0 | fragment & 0x1F,)), buffer, start + 2, end)
                self._open = True
            else:
                self._goes_on(buffer, start + 2, end)
            if fragment & 0x40:
                self._open = False
        elif kind < _STAP_A:
            self._single(buffer, start, end)
        else:
            self._rare(kind, buffer, start, end)

    def _rare(self, kind: int, buffer: Buffer, start: int, end: int) -> None:
        if kind in (_STAP_A, _STAP_B):
            self._aggregated(buffer, start, end, 0, 1 if kind == _STAP_A else 3)
        elif kind == _FU_B and end - start > 4:
            header = bytes((buffer[start] & 0xE0 | buffer[start + 1] & 0x1F,))
            self._begin(header, buffer, start + 4, end)
            self._open = True
        else:
            self._damaged = True

    def _kind(self, first: int) -> int:
        return first & 0x1F

    def _is_slice(self, kind: int) -> bool:
        return 1 <= kind <= IDR

    def _is_set(self, kind: int) -> bool:
        return kind in (SPS, PPS)

    def _is_filler(self, kind: int) -> bool:
        return kind == FILLER

    def _identifier(self, nal: bytes) -> int:
        return _unsigned(nal[4:] if nal[0] & 0x1F == SPS else nal[1:])[0]

    def _other(self, kind: int, header: bytes, buffer: Buffer, start: int, end: int) -> None:
        super()._other(kind, header, buffer, start, end)
        if kind == SEI and start < end and buffer[start] == _RECOVERY_POINT:
            self._recovery_point = True

    def _begins_key(self, kind: int, buffer: Buffer, start: int, end: int) -> bool:
        if kind == IDR:
            self._idr_came = True
            return True
        if self.has_picture or kind > 2:
            return False
        recovery, self._recovery_point = self._recovery_point, False
        with_set = not self._idr_came and any(one == SPS for one, _ in self._own)
        return (recovery or with_set) and _unsigned(buffer[start : min(end, start + _LOOK_BYTES)])[1] in _INTRA


def _unsigned(data: Buffer) -> tuple[int, int]:
    """The two first Exp-Golomb numbers in `data`; (0, -1) where they cannot be read."""
    bits = BitReader(bytes(data[:_LOOK_BYTES]))
    try:
        return bits.ue(), bits.ue()
    except MalformedParameterSet:
        return 0, -1
