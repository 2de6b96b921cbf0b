"""A described codec that may be a lie: H.264 or H.265 until the stream's own parameter sets tell (quirk 11).

Some devices describe every stream as H264. Their video parameter set, which H.264 does not have, gives them away; the
other way round it is a sequence parameter set that only H.264 can mean.
"""

from __future__ import annotations

from cctv_probe.rtsp.bits import MalformedParameterSet
from cctv_probe.rtsp.parameter_sets import ParameterSets, parse_h264_sps, parse_h265_vps
from cctv_probe.rtsp.payloads.coded import Coded, KeepData
from cctv_probe.rtsp.payloads.h264 import SPS as H264_SPS
from cctv_probe.rtsp.payloads.h264 import H264Depacketizer
from cctv_probe.rtsp.payloads.h265 import VPS, H265Depacketizer
from cctv_probe.rtsp.rtp import Buffer

LOOK_BYTES = 1024
_H264_AGGREGATE, _H265_AGGREGATE = 24, 48


class DoubtedDepacketizer:
    """Goes by the description until the stream tells; `settled` is then the depacketizer to go on with."""

    dimensions: tuple[int, int] | None = None

    def __init__(self, described: H264Depacketizer | H265Depacketizer, keep: KeepData) -> None:
        self.settled: H264Depacketizer | H265Depacketizer | None = None
        self._keep = keep
        self._inner = described

    @property
    def codec(self) -> str:
        """`h264` or `h265`, as far as is known."""
        return self._inner.codec

    @property
    def has_picture(self) -> bool:
        """Whether the open access unit holds a piece of a picture."""
        return self._inner.has_picture

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """Those of the codec that is believed."""
        return self._inner.parameter_sets

    def take(self, buffer: Buffer, start: int, end: int) -> None:
        """The payload of the next packet; one that begins with a parameter set is looked at."""
        if self.settled is None and not self._inner.has_picture:
            self._look(bytes(buffer[start : min(end, start + LOOK_BYTES)]))
        self._inner.take(buffer, start, end)

    def broken(self) -> None:
        """Packets are missing."""
        self._inner.broken()

    def finish(self) -> Coded:
        """The access unit."""
        return self._inner.finish()

    def _look(self, payload: bytes) -> None:
        told = "h265" if _is_h265_vps(payload) else "h264" if _is_h264_sps(payload) else None
        if told is not None and told != self._inner.codec:
            self._inner = H265Depacketizer((), self._keep) if told == "h265" else H264Depacketizer((), self._keep)
        self.settled = self._inner if told else None


def _is_h265_vps(payload: bytes) -> bool:
    """Whether a video parameter set begins here, or an aggregation packet that begins with one."""
    if len(payload) > 6 and payload[0] >> 1 & 0x3F == _H265_AGGREGATE:
        payload = payload[4 : 4 + (payload[2] << 8 | payload[3])]
    if len(payload) < 4 or payload[0] != VPS << 1 or payload[1] != 1:
        return False
    try:
        parse_h265_vps(payload)
    except MalformedParameterSet:
        return False
    return True


def _is_h264_sps(payload: bytes) -> bool:
    """Whether a sequence parameter set of H.264 begins here, or a STAP-A that begins with one."""
    if len(payload) > 4 and payload[0] & 0x1F == _H264_AGGREGATE:
        payload = payload[3 : 3 + (payload[1] << 8 | payload[2])]
    if len(payload) < 4 or payload[0] & 0x9F != H264_SPS:
        return False
    try:
        parse_h264_sps(payload)
    except MalformedParameterSet:
        return False
    return True
