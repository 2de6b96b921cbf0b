"""RTP packets → access units, pure: one picture is what has one timestamp (quirk 20).

The marker bit is a hint only (some devices set it on SEI, on every slice, or never): it says that the last access unit
of a stream was whole, and parts pictures of a device whose timestamps stand still. Parameter sets that come under a
timestamp of their own belong to the picture behind them.

This is the hot path: a packet costs a few microseconds here, and is copied only where its picture is wanted.
"""

from __future__ import annotations

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.rtsp.parameter_sets import ParameterSets, config_of, sprop_nal_units
from cctv_probe.rtsp.payloads.av1 import Av1Depacketizer
from cctv_probe.rtsp.payloads.coded import Depacketizer, KeepData
from cctv_probe.rtsp.payloads.doubted import DoubtedDepacketizer
from cctv_probe.rtsp.payloads.h264 import H264Depacketizer
from cctv_probe.rtsp.payloads.h265 import H265Depacketizer
from cctv_probe.rtsp.payloads.mjpeg import MjpegDepacketizer
from cctv_probe.rtsp.payloads.mpeg4 import Mpeg4Depacketizer
from cctv_probe.rtsp.reception import Reception
from cctv_probe.rtsp.rtcp import SenderReport, is_rtcp, parse_rtcp
from cctv_probe.rtsp.rtp import (
    HEADER,
    HEADER_BYTES,
    Buffer,
    Extension,
    MalformedRtp,
    ReplayHeader,
    SequenceCounter,
    Step,
    TimestampClock,
    parse_rtp,
    replay_header,
)
from cctv_probe.rtsp.sdp import MediaDescription

CLOCK_HZ = 90_000
MAX_CLOCK_HZ = 1_000_000
BELIEVED_AFTER = 50
"""So many packets of another payload type, and none of the described one: the description lied."""
STANDSTILL_S = 5.0
STANDSTILL_MARKS = 3

_unpack = HEADER.unpack_from


def depacketizer_for(medium: MediaDescription, keep: KeepData) -> Depacketizer | None:
    """The depacketizer for `medium`; None where its codec is none of ours."""
    codec, fmtp = medium.codec, medium.fmtp
    if codec == "h264":
        return DoubtedDepacketizer(H264Depacketizer(sprop_nal_units(fmtp), keep), keep)
    if codec == "h265":
        has_donl = fmtp.get("sprop-max-don-diff", "0") != "0"
        return DoubtedDepacketizer(H265Depacketizer(sprop_nal_units(fmtp), keep, has_donl=has_donl), keep)
    if codec == "mjpeg":
        return MjpegDepacketizer(medium.dimensions, keep)
    if codec == "mpeg4":
        return Mpeg4Depacketizer(config_of(fmtp), keep)
    return Av1Depacketizer(keep) if codec == "av1" else None


class AccessUnits:
    """Takes the packets of one stream. `in_order`: they come as they were sent (TCP), so that none can be late."""

    def __init__(self, depacketizer: Depacketizer, medium: MediaDescription, *, in_order: bool = True) -> None:
        self.clock_hz = medium.clock_rate if medium.clock_rate and 0 < medium.clock_rate <= MAX_CLOCK_HZ else CLOCK_HZ
        self.payload_type = medium.payload_type
        self.packets = self.payload_bytes = self.foreign = self.malformed = 0
        self.sender_report: SenderReport | None = None
        self.replay: ReplayHeader | None = None
        """The replay header that came last."""
        self.has_left = False
        """Whether the source said BYE."""
        self._depacketizer = depacketizer
        self._in_order = in_order
        self._sequence = SequenceCounter()
        self._clock = TimestampClock(self.clock_hz)
        self._ready: list[AccessUnit] = []
        self._units = self._damaged_units = 0
        self._ssrc: int | None = None
        self._timestamp: int | None = None
        self._began_s = self._arrived_s = 0.0
        self._size = self._marks = 0
        self._stands = False
        self._recorded: int | None = None

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest parameter sets, of the stream or else of the session description."""
        return self._depacketizer.parameter_sets

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """What the payload header says (MJPEG): width and height in pixels, rounded up to 8."""
        return self._depacketizer.dimensions

    @property
    def reception(self) -> Reception:
        """How the packets came, until now."""
        sequence = self._sequence
        return Reception(
            packets=self.packets,
            payload_bytes=self.payload_bytes,
            lost=sequence.lost,
            late=sequence.late,
            duplicates=sequence.duplicates,
            restarts=sequence.restarts,
            timestamp_jumps=self._clock.jumps,
            foreign=self.foreign,
            malformed=self.malformed,
            units=self._units,
            damaged_units=self._damaged_units,
        )

    def packet(self, buffer: Buffer, start: int, end: int, arrived_s: float) -> None:
        """The RTP packet `buffer[start:end]`, which arrived at `arrived_s` (monotonic seconds)."""
        at, extension = start + HEADER_BYTES, None
        if at > end:
            self.malformed += 1
            return
        first, second, sequence, timestamp, ssrc = _unpack(buffer, start)
        if second & 0x7F != self.payload_type and not self._is_believed(buffer, start, end, second):
            return
        if first != 0x80:
            at, end, extension = self._uncommon(buffer, start, end)
            if at > end:
                return
        if ssrc != self._ssrc:
            self._another_source(ssrc)
        step = self._sequence.take(sequence)
        if step is not Step.NEXT and not self._goes_on(step, timestamp, arrived_s):
            return
        if timestamp != self._timestamp:
            self._turn(timestamp, arrived_s)
        if extension is not None:
            self._extended(buffer, extension)
        self.packets += 1
        self._size += end - at
        self._arrived_s = arrived_s
        self._depacketizer.take(buffer, at, end)
        if second & 0x80:
            self._marked(arrived_s)

    def report(self, buffer: Buffer, start: int, end: int) -> None:
        """The RTCP packet `buffer[start:end]`."""
        try:
            rtcp = parse_rtcp(buffer, start, end)
        except MalformedRtp:
            self.malformed += 1
            return
        self.sender_report = rtcp.sender_report or self.sender_report
        if rtcp.bye and (self._ssrc is None or self._ssrc in rtcp.bye):
            self.has_left = True

    def take(self) -> list[AccessUnit]:
        """The access units that have become whole since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def finish(self) -> list[AccessUnit]:
        """The stream has ended: what is ready, and the last access unit where its marker came (else it may be half)."""
        if self._marks and self._depacketizer.has_picture:
            self._end_unit()
        return self.take()

    def _is_believed(self, buffer: Buffer, start: int, end: int, second: int) -> bool:
        """A packet of another payload type than described: RTCP on this channel, a foreign one, or the truth."""
        if is_rtcp(second):
            self.report(buffer, start, end)
            return False
        self.foreign += 1
        if self.packets or self.foreign < BELIEVED_AFTER:
            return False
        self.payload_type = second & 0x7F
        return True

    def _uncommon(self, buffer: Buffer, start: int, end: int) -> tuple[int, int, Extension | None]:
        """Bounds of the payload of a packet with padding, sources or extension; (1, 0, None) where it is none."""
        try:
            packet = parse_rtp(buffer, start, end)
        except MalformedRtp:
            self.malformed += 1
            return 1, 0, None
        return packet.start, packet.end, packet.extension

    def _extended(self, buffer: Buffer, extension: Extension) -> None:
        replay = replay_header(buffer, extension)
        if replay is not None:
            self.replay = replay
            self._recorded = replay.ntp if self._recorded is None else self._recorded
        if isinstance(self._depacketizer, MjpegDepacketizer):
            self._depacketizer.extended(buffer, extension)

    def _another_source(self, ssrc: int) -> None:
        if self._ssrc is not None:
            self._sequence.restarts += 1
            self._sequence.expected = None
            if not self._marks:
                self._depacketizer.broken()
        self._ssrc = ssrc

    def _goes_on(self, step: Step, timestamp: int, arrived_s: float) -> bool:
        """Whether a packet out of step is taken. Over TCP an old number is a lie about the order, not the order."""
        if step is Step.OLD:
            return self._in_order
        if timestamp != self._timestamp:
            if not self._marks:
                self._depacketizer.broken()  # what is missing may have been the end of this picture
            self._turn(timestamp, arrived_s)
        self._depacketizer.broken()
        return True

    def _turn(self, timestamp: int, arrived_s: float) -> None:
        """A packet of another timestamp than the one before: the picture is whole."""
        if self._depacketizer.has_picture:
            self._end_unit()
        if not self._size:
            self._began_s = arrived_s
        self._stands = False
        self._timestamp = timestamp

    def _marked(self, arrived_s: float) -> None:
        """The marker bit: it ends a picture only where time has stood still for long."""
        self._marks += 1
        if self._stands or (self._marks >= STANDSTILL_MARKS and arrived_s - self._began_s > STANDSTILL_S):
            self._stands = True
            if self._depacketizer.has_picture:
                self._end_unit()

    def _end_unit(self) -> None:
        codec = self._depacketizer.codec
        data, is_key, damaged, filler = self._depacketizer.finish()
        if isinstance(self._depacketizer, DoubtedDepacketizer) and self._depacketizer.settled is not None:
            self._depacketizer = self._depacketizer.settled
        count = self._clock.unwrap(self._timestamp or 0, self._arrived_s)
        self._ready.append(
            AccessUnit(
                codec, count, self.clock_hz, self._arrived_s, data, self._size, is_key, damaged, self._recorded, filler
            )
        )
        self._units += 1
        self._damaged_units += damaged
        self.payload_bytes += self._size
        self._size = self._marks = 0
        self._recorded = None
