"""Access units of a recording as RTP packets, each with ONVIF's replay extension 0xABAC (Streaming, replay: RTP header
extension): the NTP time at which it was recorded, the flags C, E, D and T, and the low byte of PLAY's CSeq.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.simulator.rtp_packets import cut_nal, is_parameter_set, nal_units, parameter_sets

_EXTENSION_ID, _WORDS = 0xABAC, 3
_NTP_TO_UNIX_S = 2_208_988_800


@dataclass(frozen=True, slots=True)
class Mark:
    """What the extension says. clean: decoding can begin here (C). ends: the last access unit before a gap (E).
    follows_gap: the first after one (D). is_last: nothing more comes in this direction (T).
    """

    recorded: datetime
    clean: bool
    ends: bool
    follows_gap: bool
    is_last: bool
    cseq: int

    def to_bytes(self) -> bytes:
        """The whole extension, 16 bytes."""
        seconds = self.recorded.timestamp() + _NTP_TO_UNIX_S
        whole = int(seconds)
        flags = self.clean << 7 | self.ends << 6 | self.follows_gap << 5 | self.is_last << 4
        return struct.pack(
            ">HHIIBBH", _EXTENSION_ID, _WORDS, whole, int((seconds - whole) * 2**32), flags, self.cseq & 0xFF, 0
        )


@dataclass(frozen=True, slots=True)
class Numbers:
    """What every packet carries: payload type, the first sequence number, RTP time, SSRC."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int


def payloads_of(unit: bytes, headers: bytes, codec: str, *, sets: bool) -> list[bytes]:
    """The RTP payloads of one access unit; `sets`: the parameter sets of `headers` go before it."""
    before = parameter_sets(headers, codec) if sets else []
    own = [nal for nal in nal_units(unit) if not is_parameter_set(nal, codec)]
    return [payload for nal in (*before, *own) for payload in cut_nal(nal, codec)]


def wire_of(payloads: list[bytes], numbers: Numbers, extension: bytes) -> tuple[bytearray, tuple[int, ...]]:
    """(interleaved packets, where each starts); an empty `extension`: packets without one."""
    wire, starts = bytearray(), []
    for index, payload in enumerate(payloads):
        starts.append(len(wire))
        marker = (index == len(payloads) - 1) << 7
        packet = struct.pack(
            ">BBHII",
            0x90 if extension else 0x80,
            marker | numbers.payload_type,
            (numbers.sequence + index) & 0xFFFF,
            numbers.timestamp & 0xFFFFFFFF,
            numbers.ssrc,
        )
        packet += extension + payload
        wire += b"$\x00" + len(packet).to_bytes(2, "big") + packet
    return wire, tuple(starts)
