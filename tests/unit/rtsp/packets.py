"""RTP made for tests, by code that shares nothing with the program: clips from libav, packetizers, packet headers."""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import av.logging
import numpy as np

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.rtsp.access_units import AccessUnits, depacketizer_for
from cctv_probe.rtsp.payloads.coded import KeepData
from cctv_probe.rtsp.sdp import MediaDescription

DECODERS = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg", "mpeg4": "mpeg4", "av1": "libdav1d"}
NAMES = {"h264": "H264", "h265": "H265", "mjpeg": "JPEG", "mpeg4": "MP4V-ES", "av1": "AV1"}
_ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "ultrafast", "x264-params": "scenecut=0:bframes=0"}),
    "h265": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:scenecut=0:bframes=0:repeat-headers=1"}),
    "mjpeg": ("mjpeg", {"huffman": "default"}),
    "mpeg4": ("mpeg4", {}),
    "av1": ("libsvtav1", {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:scd=0"}),
}


@functools.cache
def clip(
    codec: str, frames: int = 8, width: int = 160, height: int = 96, gop: int = 4, threads: int = 1
) -> tuple[bytes, ...]:
    """Coded pictures of noise that moves, one a frame, as the encoder gives them; two threads make restart markers."""
    av.logging.set_level(av.logging.PANIC)
    encoder, options = _ENCODERS[codec]
    context = av.CodecContext.create(encoder, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuvj420p" if codec == "mjpeg" else "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, 25), Fraction(25), gop
    context.options = options
    context.thread_count = threads
    noise = np.random.default_rng(7).integers(0, 255, (height * 3 // 2, width), dtype=np.uint8)
    found = []
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, 2 * number, axis=1), format="yuv420p")
        frame = frame.reformat(format=context.pix_fmt)
        frame.pts = number
        found += [bytes(packet) for packet in context.encode(frame)]
    found += [bytes(packet) for packet in context.encode(None)]
    assert len(found) == frames
    extradata = bytes(context.extradata or b"")
    if extradata and not found[0].startswith(extradata) and codec in ("h264", "mpeg4"):
        found[0] = extradata + found[0]
    return tuple(found)


def decoded(codec: str, units: Iterable[bytes]) -> list[tuple[int, int]]:
    """The size of every picture that libav decodes."""
    av.logging.set_level(av.logging.PANIC)
    context = av.CodecContext.create(DECODERS[codec], "r")
    frames = [frame for unit in units if unit for frame in context.decode(av.Packet(unit))]
    return [(frame.width, frame.height) for frame in [*frames, *context.decode(None)]]


def medium(codec: str, **changes: object) -> MediaDescription:
    """The description of one video."""
    values: dict[str, object] = {
        "type": "video",
        "port": 0,
        "protocol": "RTP/AVP",
        "payload_type": 96,
        "encoding_name": NAMES[codec],
        "clock_rate": 90000,
    }
    return MediaDescription(**(values | changes))  # type: ignore[arg-type] # fields by name


def receiver(codec: str = "h264", keep: KeepData = "all", *, in_order: bool = True, **changes: object) -> AccessUnits:
    """Access units of one stream."""
    described = medium(codec, **changes)
    depacketizer = depacketizer_for(described, keep)
    assert depacketizer is not None
    return AccessUnits(depacketizer, described, in_order=in_order)


@dataclass
class Sender:
    """Makes packets: the sequence number goes on by itself."""

    sequence: int = 65530
    timestamp: int = 4294960000
    ssrc: int = 0xDECAFBAD
    payload_type: int = 96
    sent: list[bytes] = field(default_factory=list)

    def packet(self, payload: bytes, *, marker: bool = False, extension: tuple[int, bytes] | None = None) -> bytes:
        second = marker << 7 | self.payload_type
        first = 0x90 if extension else 0x80
        head = struct.pack(">BBHII", first, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        if extension:
            head += struct.pack(">HH", extension[0], len(extension[1]) // 4) + extension[1]
        self.sequence += 1
        return head + payload

    def unit(self, payloads: Iterable[bytes], ticks: int = 3600, *, marked: bool = True) -> list[bytes]:
        """The packets of one picture; the next one is `ticks` later."""
        made = list(payloads)
        packets = [self.packet(one, marker=marked and at == len(made) - 1) for at, one in enumerate(made)]
        self.timestamp += ticks
        return packets


def received(
    units: AccessUnits, packets: Iterable[bytes], began_s: float = 100.0, step_s: float = 0.001
) -> list[AccessUnit]:
    """What comes of `packets`, the last picture included where it was marked."""
    for number, one in enumerate(packets):
        units.packet(one, 0, len(one), began_s + number * step_s)
    return units.finish()


def stream_of(codec: str, pictures: Iterable[bytes], sender: Sender | None = None, most: int = 500) -> list[bytes]:
    """Packets of `pictures`, cut by the packetizer of their codec."""
    sender = sender or Sender()
    return [packet for one in pictures for packet in sender.unit(PACKETIZERS[codec](one, most))]


def nals(annex_b: bytes) -> list[bytes]:
    """NAL units between start codes."""
    return [one.rstrip(b"\0") for one in re.split(b"\0\0\1", annex_b) if one.strip(b"\0")]


def _h264(picture: bytes, most: int) -> Iterator[bytes]:
    for nal in nals(picture):
        yield from [nal] if len(nal) <= most else fu_a(nal, most)


def fu_a(nal: bytes, most: int) -> Iterator[bytes]:
    """FU-A fragments."""
    for at in range(1, len(nal), most):
        flags = (at == 1) << 7 | (at + most >= len(nal)) << 6
        yield bytes([nal[0] & 0xE0 | 28, flags | nal[0] & 0x1F]) + nal[at : at + most]


def _h265(picture: bytes, most: int) -> Iterator[bytes]:
    for nal in nals(picture):
        yield from [nal] if len(nal) <= most else fu_h265(nal, most)


def fu_h265(nal: bytes, most: int, donl: bytes = b"") -> Iterator[bytes]:
    """Fragmentation units; `donl` stands in the first one."""
    for at in range(2, len(nal), most):
        flags = (at == 2) << 7 | (at + most >= len(nal)) << 6
        head = bytes([nal[0] & 0x81 | 49 << 1, nal[1], flags | nal[0] >> 1 & 0x3F])
        yield head + (donl if at == 2 else b"") + nal[at : at + most]


def _pieces(picture: bytes, most: int) -> Iterator[bytes]:
    for at in range(0, len(picture), most):
        yield picture[at : at + most]


def jpeg_parts(picture: bytes) -> tuple[dict[int, list[bytes]], bytes]:
    """(marker → bodies of its segments, scan data without the end marker)."""
    found: dict[int, list[bytes]] = {}
    at = 2
    while True:
        marker, size = picture[at + 1], int.from_bytes(picture[at + 2 : at + 4], "big")
        found.setdefault(marker, []).append(picture[at + 4 : at + 2 + size])
        at += 2 + size
        if marker == 0xDA:
            return found, picture[at : picture.rindex(b"\xff\xd9")]


def jpeg(
    picture: bytes, most: int, q: int = 255, *, with_tables: bool = True, zero_size: bool = False
) -> Iterator[bytes]:
    """RFC 2435 with the quantisation tables in the first packet, restart markers where the picture has them."""
    parts, scan = jpeg_parts(picture)
    tables = b"".join(body[at + 1 : at + 65] for body in parts[0xDB] for at in range(0, len(body), 65))
    height, width = struct.unpack(">HH", parts[0xC0][0][1:5])
    kind = {0x22: 1, 0x21: 0}[parts[0xC0][0][7]]
    restart = parts.get(0xDD, [b""])[0]
    size = b"\0\0" if zero_size else bytes([-(-width // 8), -(-height // 8)])
    for at in range(0, len(scan), most):
        head = b"\0" + at.to_bytes(3, "big") + bytes([kind + 64 * bool(restart), q]) + size
        head += restart + b"\xff\xff" if restart else b""
        if at == 0 and q >= 128:
            head += struct.pack(">BBH", 0, 0, len(tables) if with_tables else 0) + (tables if with_tables else b"")
        yield head + scan[at : at + most]


def obus(unit: bytes) -> list[bytes]:
    """The OBUs of a temporal unit without their size fields; delimiters left out."""
    found, at = [], 0
    while at < len(unit):
        head = unit[at : at + (2 if unit[at] & 4 else 1)]
        at += len(head)
        size = shift = 0
        while True:
            size |= (unit[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not unit[at - 1] & 0x80:
                break
        if head[0] >> 3 & 15 != 2:
            found.append(bytes([head[0] & ~2]) + head[1:] + unit[at : at + size])
        at += size
    return found


def _av1(picture: bytes, most: int) -> Iterator[bytes]:
    """One OBU element a packet (W=1), OBUs larger than `most` in several."""
    new_sequence = 8
    for obu in obus(picture):
        for at in range(0, len(obu), most):
            more = at + most < len(obu)
            yield bytes([(at > 0) << 7 | more << 6 | 1 << 4 | new_sequence]) + obu[at : at + most]
            new_sequence = 0


PACKETIZERS = {"h264": _h264, "h265": _h265, "mjpeg": jpeg, "mpeg4": _pieces, "av1": _av1}
