"""Access units cut into RTP packets beforehand, so that sending one is a copy and a few numbers written into it.

A frame's bytes stand as they go inside an RTSP connection (`$`, channel, length, RTP packet: RFC 2326, 10.12).
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from random import Random

from cctv_probe.simulator.clip import Clip
from cctv_probe.simulator.encoding import filler
from cctv_probe.simulator.fleet_streams import StreamFaults
from cctv_probe.simulator.hostile_sets import absurd_sps
from cctv_probe.simulator.rtp_packets import (
    cut_jpeg,
    cut_mpeg4,
    cut_nal,
    is_parameter_set,
    nal_units,
    parameter_sets,
)

_HEAD = struct.Struct(">HII")
_SEI = {  # user data unregistered, 16 bytes of UUID and one of data
    "h264": b"\x06\x05\x11" + b"cctv-probe-simul" + b"\x01\x80",
    "h265": b"\x4e\x01\x05\x11" + b"cctv-probe-simul" + b"\x01\x80",
}
_EXTENSION = b"\xbe\xde\x00\x01\x10\x07\x00\x00"  # RFC 8285: one element with id 1
_PADDING = b"\x00\x00\x00\x04"

Payload = tuple[bytes, bool]
"""An RTP payload and its marker bit."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One access unit. `starts`: where each packet's `$` stands; `octets`: its payload in bytes (RFC 3550, 6.4.1)."""

    template: bytes
    starts: tuple[int, ...]
    octets: int
    is_rtp: bool = True

    def filled(self, sequence: int, timestamp: int, ssrc: int) -> bytearray:
        """The packets, numbered from `sequence`; all numbers are taken modulo their width."""
        wire = bytearray(self.template)
        if self.is_rtp:
            for number, start in enumerate(self.starts, start=sequence):
                _HEAD.pack_into(wire, start + 6, number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
        return wire


@functools.lru_cache(maxsize=128)
def frames_of(clip: Clip, faults: StreamFaults, payload_type: int, *, sets: bool) -> tuple[Frame, ...]:
    """All rounds of the clip as packets; `sets`: parameter sets go before every key frame."""
    cutter = _Cutter(clip, faults, payload_type, sets)
    loop = [cutter.frame(unit, number % clip.kind.gop == 0) for number, unit in enumerate(clip.units)]
    made = list(loop)
    for keys in clip.keys:
        others = iter([cutter.frame(key, True) for key in keys])
        made += [frame if number % clip.kind.gop else next(others) for number, frame in enumerate(loop)]
    return tuple(made)


class _Cutter:
    """Cuts access units; garbage and flipped bits are the same every time."""

    def __init__(self, clip: Clip, faults: StreamFaults, payload_type: int, sets: bool) -> None:
        self._clip, self._faults, self._payload_type, self._sets = clip, faults, payload_type, sets
        self._random = Random(1)
        self._counted = 0

    def frame(self, unit: bytes, is_key: bool) -> Frame:
        payloads = _payloads(self._clip, unit, self._faults, self._sets and is_key)
        spoilt = [(self._spoilt(data), mark) for data, mark in payloads]
        return _frame(spoilt, self._payload_type, self._faults, self._random)

    def _spoilt(self, data: bytes) -> bytes:
        self._counted += 1
        if self._faults.garbage == "nal":
            return self._random.randbytes(len(data))
        every = self._faults.flip_bits_every
        if every and self._counted % every == 0 and len(data) > 4:
            at = self._random.randrange(3, len(data))
            return data[:at] + bytes([data[at] ^ 1 << self._random.randrange(8)]) + data[at + 1 :]
        return data


def _frame(payloads: list[Payload], payload_type: int, faults: StreamFaults, random: Random) -> Frame:
    wire, starts = bytearray(), []
    for data, marker in payloads:
        starts.append(len(wire))
        first = 0x80 | faults.padding << 5 | faults.header_extension << 4
        packet = struct.pack(">BB10x", first, marker << 7 | payload_type)
        packet += _EXTENSION * faults.header_extension + data + _PADDING * faults.padding
        if faults.garbage == "rtp":
            packet = random.randbytes(len(packet))
        wire += b"$\x00" + len(packet).to_bytes(2, "big") + packet
    return Frame(bytes(wire), tuple(starts), sum(len(data) for data, _ in payloads), faults.garbage != "rtp")


def _payloads(clip: Clip, unit: bytes, faults: StreamFaults, sets: bool) -> list[Payload]:
    if clip.kind.codec == "mjpeg":
        return _last_marked(cut_jpeg(unit))
    if clip.kind.codec == "mpeg4":
        bare = unit.removeprefix(clip.headers)
        return _last_marked(cut_mpeg4(clip.headers + bare if sets else bare))
    return _nal_payloads(clip, unit, faults, sets)


def _last_marked(payloads: list[bytes]) -> list[Payload]:
    return [(data, index == len(payloads)) for index, data in enumerate(payloads, start=1)]


def _nal_payloads(clip: Clip, unit: bytes, faults: StreamFaults, sets: bool) -> list[Payload]:
    codec = clip.kind.codec
    before = in_band_sets(clip.headers, codec, faults) if sets else []
    own = [nal for nal in nal_units(unit) if not is_parameter_set(nal, codec)]
    own += nal_units(filler(codec, (faults.flood_factor - 1) * clip.kind.budget_bytes // clip.kind.length))
    if faults.mark_on_sei:
        before = [*before, _SEI[codec]]
    if faults.annex_b:
        joined = b"\x00\x00\x00\x01".join([*before, *own])
        before, own = [], [b"\x00\x00\x00\x01" + joined if faults.annex_b == "leading" else joined]
    payloads = [(data, faults.mark_on_sei) for nal in before for data in cut_nal(nal, codec)]
    cut = [data for nal in own for data in cut_nal(nal, codec, type_changes=faults.fu_type_changes)]
    return payloads + _last_marked(cut)


def in_band_sets(headers: bytes, codec: str, faults: StreamFaults) -> list[bytes]:
    """The parameter sets as the stream and the SDP hold them: the encoder's, or hostile ones."""
    sets = parameter_sets(headers, codec)
    return [absurd_sps() if faults.absurd_size and nal[0] & 0x1F == 7 else nal for nal in sets]
