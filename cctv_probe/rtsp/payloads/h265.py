"""H.265 over RTP (RFC 7798): single NAL units, aggregation and fragmentation units, with and without DONL.

`is_key` is an IRAP picture: IDR, CRA or BLA. PACI packets (type 50), which no camera sends, are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable

from cctv_probe.rtsp.bits import BitReader, MalformedParameterSet
from cctv_probe.rtsp.payloads.coded import KeepData
from cctv_probe.rtsp.payloads.nal import NalDepacketizer
from cctv_probe.rtsp.rtp import Buffer

VPS, SPS, PPS, FILLER = 32, 33, 34, 38
_AGGREGATION, _FRAGMENT = 48, 49
_IRAP = range(16, 24)


class H265Depacketizer(NalDepacketizer):
    """Access units of H.265. `has_donl`: decoding order numbers are in the packets (`sprop-max-don-diff` above 0)."""

    codec = "h265"
    header_bytes = 2

    def __init__(self, sets: Iterable[bytes] = (), keep: KeepData = "all", *, has_donl: bool = False) -> None:
        super().__init__(sets, keep)
        self._donl_bytes = 2 if has_donl else 0

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet."""
        if end - start < 3:
            return
        kind = buffer[start] >> 1 & 0x3F
        if kind == _FRAGMENT:
            fragment = buffer[start + 2]
            if fragment & 0x80:
                header = bytes((buffer[start] & 0x81 | (fragment & 0x3F) << 1, buffer[start + 1]))
                self._begin(header, buffer, min(end, start + 3 + self._donl_bytes), end)
                self._open = True
            else:
                self._goes_on(buffer, start + 3, end)
            if fragment & 0x40:
                self._open = False
        elif kind < _AGGREGATION:
            self._whole(buffer, start, end)
        elif kind == _AGGREGATION:
            skip = self._donl_bytes
            self._aggregated(buffer, start, end, skip // 2, 2 + skip)
        else:
            self._damaged = True

    def _whole(self, buffer: Buffer, start: int, end: int) -> None:
        if self._donl_bytes and start + 4 <= end:
            self._begin(bytes(buffer[start : start + 2]), buffer, start + 2 + self._donl_bytes, end)
            self._open = False
        else:
            self._single(buffer, start, end)

    def _kind(self, first: int) -> int:
        return first >> 1 & 0x3F

    def _is_slice(self, kind: int) -> bool:
        return kind < VPS

    def _is_set(self, kind: int) -> bool:
        return VPS <= kind <= PPS

    def _is_filler(self, kind: int) -> bool:
        return kind == FILLER

    def _identifier(self, nal: bytes) -> int:
        """Of a picture parameter set; of the others, of which streams have one, 0."""
        if nal[0] >> 1 & 0x3F != PPS:
            return 0
        try:
            return BitReader(nal[2:10]).ue()
        except MalformedParameterSet:
            return 0

    def _begins_key(self, kind: int, buffer: Buffer, start: int, end: int) -> bool:  # noqa: ARG002 - the kind says it
        return kind in _IRAP
