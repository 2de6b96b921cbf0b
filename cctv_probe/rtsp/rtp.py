"""RTP packets and their order, pure (RFC 3550; the replay extension of ONVIF Streaming, 6.3).

Everything works on a slice of a larger buffer, so that a packet is not copied to be looked at. Nothing here raises but
`MalformedRtp`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from struct import Struct

HEADER_BYTES = 12
REPLAY_PROFILE = 0xABAC
"""The header extension that a replayed recording carries its instants in."""
MAX_GAP = 3000
"""A sequence number so far ahead is a stream that began anew (RFC 3550, A.1)."""
MAX_LATE = 100
"""So far behind it is a packet that came late or twice; further, a stream that began anew (RFC 3550, A.1)."""
JUMP_S = 10.0
"""A timestamp that leaps further ahead than the time that passed by this much belongs to a clock set anew."""
BACKWARDS_S = 2.0
"""A timestamp may step back so far and still be of the same clock: pictures sent in decoding order do it."""

Buffer = bytes | bytearray
"""What packets lie in."""

HEADER = Struct(">BBHII")
"""First byte, marker and payload type, sequence number, timestamp, SSRC."""
_EXTENSION = Struct(">HH")
_REPLAY = Struct(">QBB")


class MalformedRtp(Exception):
    """What arrived is no RTP or RTCP packet; the message is for the log, in English."""


@dataclass(frozen=True, slots=True)
class ReplayHeader:
    """The extension 0xABAC. `ntp` is the recorded instant (64-bit NTP, UTC).

    `is_clean` marks a picture that can be decoded alone, `is_section_end` the last one before a gap of the recording,
    `is_discontinuity` the first one after a jump, `is_terminal` the last one of the replay; `cseq` is the low byte of
    the CSeq of the PLAY that it answers.
    """

    ntp: int
    is_clean: bool
    is_section_end: bool
    is_discontinuity: bool
    is_terminal: bool
    cseq: int


@dataclass(frozen=True, slots=True)
class Extension:
    """A header extension: its profile, and where its data lies in the buffer."""

    profile: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """A packet's header. `start` and `end` bound the payload in the buffer it was read from, padding taken off."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    start: int
    end: int
    extension: Extension | None = None


def parse_rtp(buffer: Buffer, start: int = 0, end: int | None = None) -> RtpPacket:
    """The packet in `buffer[start:end]`. Raises `MalformedRtp`."""
    end = len(buffer) if end is None else end
    if end - start < HEADER_BYTES:
        raise MalformedRtp("it is shorter than its header")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(buffer, start)
    if first >> 6 != 2:
        raise MalformedRtp("it is of another version")
    at = start + HEADER_BYTES + 4 * (first & 0x0F)
    extension: Extension | None = None
    if first & 0x10:
        extension = _extension(buffer, at, end)
        at = extension.end
    if first & 0x20 and end > at:
        end -= buffer[end - 1]
    if at > end:
        raise MalformedRtp("its header or padding is longer than the packet")
    return RtpPacket(second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, at, end, extension)


def replay_header(buffer: Buffer, extension: Extension | None) -> ReplayHeader | None:
    """The replay header in `extension`; None where it is another one."""
    if extension is None or extension.profile != REPLAY_PROFILE or extension.end - extension.start < _REPLAY.size:
        return None
    ntp, flags, cseq = _REPLAY.unpack_from(buffer, extension.start)
    clean, section_end, discontinuity, terminal = (bool(flags & bit) for bit in (0x80, 0x40, 0x20, 0x10))
    return ReplayHeader(ntp, clean, section_end, discontinuity, terminal, cseq)


def _extension(buffer: Buffer, at: int, end: int) -> Extension:
    if at + 4 > end:
        raise MalformedRtp("its header extension is cut off")
    profile, words = _EXTENSION.unpack_from(buffer, at)
    if at + 4 + 4 * words > end:
        raise MalformedRtp("its header extension is longer than the packet")
    return Extension(profile, at + 4, at + 4 + 4 * words)


class Step(enum.Enum):
    """How a packet follows the one before."""

    NEXT = "next"
    GAP = "gap"
    """Packets are missing before it."""
    OLD = "old"
    """It came late, or a second time: its place has been passed."""
    RESTART = "restart"
    """The sender began anew."""


class SequenceCounter:
    """Counts what is missing. `lost` goes down again when a packet comes late; the first packet is never late."""

    def __init__(self) -> None:
        self.expected: int | None = None
        """The sequence number that would come next; None before the first packet."""
        self.lost = self.duplicates = self.late = self.restarts = 0
        self._missing: set[int] = set()

    def take(self, sequence: int) -> Step:
        """Note the packet `sequence` (0 to 65535)."""
        if self.expected is None:
            return self._goes_on(sequence, Step.NEXT)
        ahead = (sequence - self.expected) & 0xFFFF
        if ahead == 0:
            return self._goes_on(sequence, Step.NEXT)
        if ahead < MAX_GAP:
            self.lost += ahead
            self._remember(self.expected, ahead)
            return self._goes_on(sequence, Step.GAP)
        if ahead >= 0x10000 - MAX_LATE:
            return self._old(sequence)
        self.restarts += 1
        return self.restarted(sequence)

    def restarted(self, sequence: int) -> Step:
        """Another sender goes on here, with the packet `sequence`."""
        self._missing.clear()
        return self._goes_on(sequence, Step.RESTART)

    def _goes_on(self, sequence: int, step: Step) -> Step:
        self.expected = (sequence + 1) & 0xFFFF
        return step

    def _old(self, sequence: int) -> Step:
        if sequence in self._missing:
            self._missing.discard(sequence)
            self.late += 1
            self.lost -= 1
        else:
            self.duplicates += 1
        return Step.OLD

    def _remember(self, first: int, count: int) -> None:
        """Of a gap the last `MAX_LATE`, which may still come late; older ones are forgotten."""
        newest = first + count
        self._missing = {one for one in self._missing if (newest - one) & 0xFFFF <= MAX_LATE}
        self._missing.update(one & 0xFFFF for one in range(max(first, newest - MAX_LATE), newest))


class TimestampClock:
    """RTP timestamps → a count that grows through wraps and through restarts of the sender's clock.

    A small step back (pictures in decoding order) stays one. A leap that the passed time does not explain, ahead or
    back, is a clock set anew: the count goes on by the time that passed, and `jumps` counts it.
    """

    def __init__(self, clock_hz: int) -> None:
        self.jumps = 0
        self._clock_hz = clock_hz
        self._last: int | None = None
        self._count = 0
        self._arrived_s = 0.0

    def unwrap(self, timestamp: int, arrived_s: float) -> int:
        """The count for `timestamp` (0 to 2³² − 1) of what arrived at `arrived_s` (monotonic seconds)."""
        if self._last is None:
            self._count = timestamp
        else:
            self._count += self._ticks((timestamp - self._last) & 0xFFFFFFFF, max(0.0, arrived_s - self._arrived_s))
        self._last, self._arrived_s = timestamp, arrived_s
        return self._count

    def _ticks(self, ahead: int, passed_s: float) -> int:
        ticks = ahead - 0x1_0000_0000 if ahead & 0x8000_0000 else ahead
        if -BACKWARDS_S * self._clock_hz <= ticks <= (passed_s + JUMP_S) * self._clock_hz:
            return ticks
        self.jumps += 1
        return max(1, round(passed_s * self._clock_hz))
