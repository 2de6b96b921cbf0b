"""RTCP, pure: sender reports, which tie RTP time to the sender's clock, and BYE (RFC 3550, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from cctv_probe.rtsp.rtp import Buffer, MalformedRtp

SENDER_REPORT, BYE = 200, 203
MAX_PACKETS = 64
"""In one compound packet; real ones have two or three."""

_HEAD = Struct(">BBH")
_SENDER = Struct(">IQIII")


@dataclass(frozen=True, slots=True)
class SenderReport:
    """What a sender tells of itself: at `ntp` (64-bit, its own clock) RTP time was `rtp_timestamp`; what it had sent."""

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int

    def ntp_of(self, timestamp: int, clock_hz: int) -> int:
        """The sender's clock (64-bit NTP) at the RTP time `timestamp`, unwrapped or not, within 6 hours (at 90 kHz)."""
        ahead = (timestamp - self.rtp_timestamp) & 0xFFFFFFFF
        ticks = ahead - 0x1_0000_0000 if ahead & 0x8000_0000 else ahead
        return self.ntp + (ticks << 32) // clock_hz


@dataclass(frozen=True, slots=True)
class Rtcp:
    """What of a compound packet matters here."""

    sender_report: SenderReport | None = None
    bye: tuple[int, ...] = ()
    """The sources that leave."""


def is_rtcp(second_byte: int) -> bool:
    """Whether a packet on a shared channel is RTCP, by its second byte (RFC 5761, section 4)."""
    return 192 <= second_byte <= 223


def parse_rtcp(buffer: Buffer, start: int = 0, end: int | None = None) -> Rtcp:
    """The compound packet in `buffer[start:end]`. Raises `MalformedRtp` where not even its first packet can be read."""
    at, end = start, len(buffer) if end is None else end
    report: SenderReport | None = None
    bye: list[int] = []
    for count in range(MAX_PACKETS):
        if at + 4 > end:
            break
        first, kind, words = _HEAD.unpack_from(buffer, at)
        behind = at + 4 + 4 * words
        if first >> 6 != 2 or behind > end:
            if count:
                break  # what stood in front of it counts
            raise MalformedRtp("no RTCP")
        if kind == SENDER_REPORT and behind - at >= 4 + _SENDER.size:
            report = SenderReport(*_SENDER.unpack_from(buffer, at + 4))
        elif kind == BYE:
            sources = min(first & 0x1F, words)
            bye += (int.from_bytes(buffer[at + 4 + 4 * one : at + 8 + 4 * one], "big") for one in range(sources))
        at = behind
    if at == start:
        raise MalformedRtp("it is shorter than its header")
    return Rtcp(report, tuple(bye))
