"""A playing stream: SETUP and PLAY, packets in, access units out, the session kept alive, TEARDOWN at the end.

    with play(connection, connection.describe(uri)) as stream:
        for unit in stream.units(budget.deadline(10)):
            ...

Packets are read in batches (`nap_s` apart), because measuring many streams must be cheap; arrival times are then that
coarse, and `Reception.arrival_step_s` says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.rtsp import endings
from cctv_probe.rtsp.access_units import AccessUnits, depacketizer_for
from cctv_probe.rtsp.client import Description, RtspConnection
from cctv_probe.rtsp.interleaved import FrameSplitter
from cctv_probe.rtsp.keep_alive import KeepAlive
from cctv_probe.rtsp.link import STOP_CHECK_S
from cctv_probe.rtsp.messages import InterleavedFrame, MalformedRtsp, Response, ServerRequest
from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.payloads.coded import KeepData
from cctv_probe.rtsp.reception import Reception
from cctv_probe.rtsp.reorder import ReorderWindow
from cctv_probe.rtsp.rtcp import SenderReport, is_rtcp
from cctv_probe.rtsp.rtp import HEADER_BYTES, ReplayHeader
from cctv_probe.rtsp.setup import Agreed, Fields, Way, set_up, video_of
from cctv_probe.rtsp.transport import RtpInfo, parse_rtp_info
from cctv_probe.rtsp.udp import UdpPair
from cctv_probe.wire.deadline import Deadline

NAP_S = 0.03
UDP_NAP_S = 0.01
"""Over UDP the system holds few packets between two reads."""
SILENCE_S = 10.0
QUIET_S = 1.0
"""After so long without a packet the last picture is handed over, where its marker came."""
PARAMETER_SETS_S = 20.0
"""So long a camera may take to send its parameter sets inside the stream (quirk 20)."""
REPLY_S = 2.0
MAX_SERVER_REQUESTS = 64


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """How a stream is played.

    keep_data: whose `AccessUnit.data` are kept. nap_s: how far apart packets are read; 0 reads each as it comes, for
    fine arrival times. silence_s: no packet for so long is a time-out. way: `auto` asks for TCP, then for UDP where TCP
    is refused. setup_fields, play_fields: headers beside ours (`Require`, `Range`, `Rate-Control`, `Scale`, …). pace: told
    of the bytes of every read; it may sleep, which is how a ceiling for all streams is kept.
    """

    keep_data: KeepData = "key"
    nap_s: float = NAP_S
    silence_s: float = SILENCE_S
    way: Way = "auto"
    setup_fields: Fields = ()
    play_fields: Fields = ()
    pace: Callable[[int], None] | None = None


DEFAULT = PlayOptions()


def play(connection: RtspConnection, description: Description, options: PlayOptions = DEFAULT) -> PlayingStream:
    """SETUP and PLAY of the first video of `description`. Use the result in a `with` block: it ends with TEARDOWN.

    Raises `StepError`: no video, an unknown format, busy (453, 503), no such transport, a refused login…
    """
    place = connection.endpoint.place
    video_of(description, place)
    agreed = set_up(connection, description, connection.budget, options.way, options.setup_fields)
    stream = PlayingStream(connection, agreed, options)
    try:
        stream.play(options.play_fields)
    except BaseException:
        stream.close()
        raise
    return stream


class PlayingStream:
    """Access units of one stream. Every method raises `StepError` only. Not shared between threads."""

    def __init__(self, connection: RtspConnection, agreed: Agreed, options: PlayOptions) -> None:
        self.agreed = agreed
        self.rtp_info: tuple[RtpInfo, ...] = ()
        """What PLAY's answer said; it may be a lie, and nothing here rests on it."""
        self.has_ended = False
        """Whether the device said BYE or closed the connection."""
        depacketizer = depacketizer_for(agreed.medium, options.keep_data)
        if depacketizer is None:
            raise endings.unknown_codec(connection.endpoint.place, agreed.medium.encoding_name)
        self._options = options
        self._connection = connection
        self._exchange = connection.exchange
        self._link = connection.exchange.link
        self._units = AccessUnits(depacketizer, agreed.medium, in_order=agreed.udp is None)
        self._rtp, self._rtcp = agreed.transport.channels or (-1, -1)
        self._splitter = FrameSplitter(self._exchange.reader, self, agreed.transport.channels or (0, 1))
        self._window = ReorderWindow()
        self._keep_alive: KeepAlive | None = None
        self._now_s = self._heard_s = time.monotonic()
        self._packets = self._wire_bytes = self._server_requests = 0
        self._link_bytes = self._link.received_bytes
        """What had come over the connection when `_wire_bytes` was counted last."""
        self._was_full = False
        """Whether the last read filled its buffer: the next one follows at once."""
        self._exchange.on_frame = self._early

    def __enter__(self) -> PlayingStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def reception(self) -> Reception:
        """How the packets came, until now."""
        return replace(
            self._units.reception,
            wire_bytes=self._wire_bytes + self._link.received_bytes - self._link_bytes,
            skipped_bytes=self._splitter.skipped_bytes,
            arrival_step_s=self._nap_s,
        )

    @property
    def parameter_sets(self) -> ParameterSets | None:
        """The latest parameter sets: in-band ones replace those of the description (quirk 20)."""
        return self._units.parameter_sets

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """Of MJPEG: width and height in pixels as its payload header tells, rounded up to 8."""
        return self._units.dimensions

    @property
    def sender_report(self) -> SenderReport | None:
        """The last one: it ties RTP time to the camera's clock."""
        return self._units.sender_report

    @property
    def replay(self) -> ReplayHeader | None:
        """The last replay header (ONVIF), of a recording."""
        return self._units.replay

    @property
    def is_session_gone(self) -> bool:
        """Whether the device answered a keep-alive with 454."""
        return self._keep_alive is not None and self._keep_alive.is_session_gone

    def units(self, deadline: Deadline) -> Iterator[AccessUnit]:
        """Access units as they become whole, until `deadline` or the end of the stream. It may be called again.

        Raises `StepError`: TIMEOUT after `silence_s` without a packet, BUDGET_SPENT, INTERRUPTED, MALFORMED, TOO_LARGE.
        """
        while deadline.remaining_s() and not self.has_ended:
            yield from self.batch(deadline)

    def until_parameter_sets(self, deadline: Deadline) -> Iterator[AccessUnit]:
        """Access units until the stream has brought its own parameter sets; give a deadline of `PARAMETER_SETS_S`."""
        while deadline.remaining_s() and not self.has_ended:
            sets = self.parameter_sets
            if sets is not None and sets.in_band:
                return
            yield from self.batch(deadline)

    def batch(self, deadline: Deadline) -> list[AccessUnit]:
        """One read, at the latest at `deadline`: what has become whole by it, often nothing."""
        if self._keep_alive is not None:
            self._keep_alive.turn(self._now_s)
        if self._nap_s and not self._was_full:
            time.sleep(min(self._nap_s, deadline.remaining_s()))
        wait_s = min(STOP_CHECK_S, deadline.remaining_s())
        if self.agreed.udp is None:
            self._read_connection(wait_s)
        else:
            self._read_datagrams(self.agreed.udp, wait_s)
        return self.rest() if self._has_come_to_rest() else self._units.take()

    def rest(self) -> list[AccessUnit]:
        """What has become whole and was not handed over, after an error say; the last picture where it was marked."""
        for one in self._window.drain():
            self._units.packet(one, 0, len(one), self._now_s)
        return self._units.finish()

    def play(self, fields: Fields = ()) -> None:
        """PLAY: at the beginning, after `pause`, or (with a Range) from another instant of a recording."""
        goes_on = self._keep_alive is not None or any(name.lower() == "range" for name, _ in fields)
        response = self._asked("PLAY", fields if goes_on else (("Range", "npt=0.000-"), *fields))
        self.rtp_info = parse_rtp_info(response.headers.all("RTP-Info"))
        self._now_s = self._heard_s = time.monotonic()
        self._keep_alive = self._keep_alive or KeepAlive(self._connection, self._now_s)
        self._split(0)

    def pause(self) -> list[AccessUnit]:
        """PAUSE; what became whole by then."""
        self._asked("PAUSE", ())
        return self.rest()

    def close(self) -> None:
        """TEARDOWN; the connection stays open for the next stream. A second time does nothing."""
        if self._exchange.on_frame == self._early:
            self._splitter.give_back()
            self._exchange.on_frame = None
            try:
                self._connection.teardown()
            finally:
                if self.agreed.udp is not None:
                    self.agreed.udp.close()

    def frame(self, channel: int, buffer: bytearray, start: int, end: int) -> None:
        """A frame inside the connection (the splitter's call)."""
        if channel == self._rtp:
            self._units.packet(buffer, start, end, self._now_s)
        elif channel == self._rtcp:
            self._units.report(buffer, start, end)
        elif self._rtp >= 0 and not self._units.packets and self._is_ours(buffer, start, end):
            self._rtp = channel  # the device sends on another channel than it said (quirk 21)
            self._units.packet(buffer, start, end, self._now_s)

    def message(self, message: Response | ServerRequest) -> None:
        """A message between frames (the splitter's call)."""
        if isinstance(message, Response):
            if self._keep_alive is not None:
                self._keep_alive.heard(message)
        elif self._server_requests < MAX_SERVER_REQUESTS:
            self._server_requests += 1
            self._exchange.reply(message, Deadline.after(REPLY_S))

    @property
    def _nap_s(self) -> float:
        return self._options.nap_s if self.agreed.udp is None else min(UDP_NAP_S, self._options.nap_s)

    def _asked(self, method: str, fields: Fields) -> Response:
        self._splitter.give_back()
        return self._connection.in_session(method, fields)

    def _early(self, frame: InterleavedFrame) -> None:
        """A frame that came while an answer was awaited: cameras begin before they say so."""
        self.frame(frame.channel, bytearray(frame.payload), 0, len(frame.payload))

    def _is_ours(self, buffer: bytearray, start: int, end: int) -> bool:
        plausible = end - start > HEADER_BYTES and buffer[start] >> 6 == 2 and not is_rtcp(buffer[start + 1])
        return plausible and buffer[start + 1] & 0x7F == self._units.payload_type

    def _read_connection(self, wait_s: float) -> None:
        room = self._splitter.room()
        count = self._link.receive_into(room, wait_s)
        self._was_full = count == len(room)
        self._now_s = time.monotonic()
        if count is None:
            return
        if not count:
            if self.has_ended or not self._units.packets:
                raise endings.malformed("PLAY", self._connection.endpoint.place, "closed")
            self.has_ended = True
        self._received(0)
        self._split(count)

    def _read_datagrams(self, pair: UdpPair, wait_s: float) -> None:
        self._read_connection(0.0)
        if not self._take_datagrams(pair) and not self.has_ended:
            pair.wait(wait_s, self._link.descriptor)
            self._take_datagrams(pair)

    def _take_datagrams(self, pair: UdpPair) -> int:
        """Everything that has come to our UDP ports: how many bytes."""
        total = 0
        self._now_s = now_s = time.monotonic()
        packet = self._units.packet
        for is_report, buffer, count in pair.datagrams():
            total += count
            if is_report:
                self._units.report(buffer, 0, count)
            elif count >= HEADER_BYTES:
                due = self._window.take(buffer[2] << 8 | buffer[3], bytes(buffer[:count]), now_s)
                for one in due:
                    packet(one, 0, len(one), now_s)
        for one in self._window.release(now_s):
            packet(one, 0, len(one), now_s)
        self._received(total)
        return total

    def _received(self, datagram_bytes: int) -> None:
        """Count what has come since the last call, frames that came before an answer too, and tell the pace."""
        count = datagram_bytes + self._link.received_bytes - self._link_bytes
        self._link_bytes = self._link.received_bytes
        self._wire_bytes += count
        if self._options.pace is not None and count:
            self._options.pace(count)

    def _split(self, count: int) -> None:
        try:
            self._splitter.received(count)
        except MalformedRtsp as error:
            raise self._exchange.unreadable("PLAY", error) from error

    def _has_come_to_rest(self) -> bool:
        """Whether no packet has come for a while, or none will. Raises TIMEOUT where the silence is too long."""
        if self._units.packets != self._packets:
            self._packets, self._heard_s = self._units.packets, self._now_s
        self.has_ended = self.has_ended or self._units.has_left
        quiet_s = self._now_s - self._heard_s
        if quiet_s > self._options.silence_s and not self.has_ended:
            place, way = self._connection.endpoint.place, self.agreed.way
            raise endings.silent(place, self._options.silence_s, way, sent_before=bool(self._packets))
        return self.has_ended or quiet_s > QUIET_S
