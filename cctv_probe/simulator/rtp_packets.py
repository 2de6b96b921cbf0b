"""RTP and RTCP (RFC 3550): H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435), MPEG-4 Visual (RFC 3016)."""

from __future__ import annotations

import functools
import struct
from datetime import datetime

from cctv_probe.simulator.clips import Clip

MAX_PAYLOAD = 1400
_NTP_TO_UNIX_S = 2_208_988_800


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units between the start codes of `annex_b`."""
    units = []
    start = annex_b.find(b"\x00\x00\x01")
    while start >= 0:
        following = annex_b.find(b"\x00\x00\x01", start + 3)
        end = following if following >= 0 else len(annex_b)
        unit = annex_b[start + 3 : end].rstrip(b"\x00") if following >= 0 else annex_b[start + 3 : end]
        if unit:
            units.append(unit)
        start = following
    return units


@functools.lru_cache(maxsize=64)
def payloads_of(clip: Clip) -> list[list[bytes]]:
    """For each access unit of the clip its RTP payloads; parameter sets go before every key frame."""
    codec = clip.kind.codec
    if codec == "mjpeg":
        return [_jpeg(unit) for unit in clip.units]
    if codec == "mpeg4":
        return [_pieces(unit) for unit in _with_headers(clip)]
    cut = _h264 if codec == "h264" else _h265
    sets = [unit for unit in nal_units(clip.headers) if _is_parameter_set(unit, codec)]
    result = []
    for number, unit in enumerate(clip.units):
        before = sets if number % clip.kind.gop == 0 else []
        own = [nal for nal in nal_units(unit) if not _is_parameter_set(nal, codec)]
        result.append([payload for nal in (*before, *own) for payload in cut(nal)])
    return result


def _is_parameter_set(nal: bytes, codec: str) -> bool:
    return nal[0] & 0x1F in (7, 8) if codec == "h264" else nal[0] >> 1 & 0x3F in (32, 33, 34)


def parameter_sets(headers: bytes, codec: str) -> list[bytes]:
    """The parameter sets among the NAL units of `headers`, in their order (SPS, PPS; for H.265 VPS first)."""
    return [nal for nal in nal_units(headers) if _is_parameter_set(nal, codec)]


def _h264(nal: bytes) -> list[bytes]:
    """Single NAL unit packet, or FU-A fragments (RFC 6184, 5.6 and 5.8)."""
    if len(nal) <= MAX_PAYLOAD:
        return [nal]
    indicator = nal[0] & 0xE0 | 28
    return _fragments(bytes([indicator]), nal[0] & 0x1F, nal[1:])


def _h265(nal: bytes) -> list[bytes]:
    """Single NAL unit packet, or FU fragments (RFC 7798, 4.4.1 and 4.4.3)."""
    if len(nal) <= MAX_PAYLOAD:
        return [nal]
    return _fragments(bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[0] >> 1 & 0x3F, nal[2:])


def _fragments(indicator: bytes, kind: int, body: bytes) -> list[bytes]:
    room = MAX_PAYLOAD - len(indicator) - 1
    starts = range(0, len(body), room)
    return [
        indicator + bytes([(at == 0) << 7 | (at + room >= len(body)) << 6 | kind]) + body[at : at + room]
        for at in starts
    ]


def _pieces(unit: bytes) -> list[bytes]:
    return [unit[at : at + MAX_PAYLOAD] for at in range(0, len(unit), MAX_PAYLOAD)]


def _with_headers(clip: Clip) -> list[bytes]:
    return [
        clip.headers + unit if number % clip.kind.gop == 0 and not unit.startswith(clip.headers) else unit
        for number, unit in enumerate(clip.units)
    ]


def _jpeg(picture: bytes) -> list[bytes]:
    """RFC 2435: type 0 (4:2:2) or 1 (4:2:0), Q=255 with the quantisation tables in the first packet."""
    tables, kind, height, width, scan = _read_jpeg(picture)
    quantisation = struct.pack(">BBH", 0, 0, len(tables)) + tables
    result = []
    at = 0
    while at < len(scan):
        head = struct.pack(">B", 0) + at.to_bytes(3, "big") + bytes([kind, 255, width // 8, height // 8])
        extra = quantisation if at == 0 else b""
        room = MAX_PAYLOAD - len(head) - len(extra)
        result.append(head + extra + scan[at : at + room])
        at += room
    return result


def _read_jpeg(picture: bytes) -> tuple[bytes, int, int, int, bytes]:
    """(quantisation tables, RFC 2435 type, height rounded up to 8, width likewise, entropy-coded data)."""
    tables, kind, height, width, at = b"", 1, 0, 0, 2
    while True:
        marker, size = struct.unpack_from(">HH", picture, at)
        body = picture[at + 4 : at + 2 + size]
        at += 2 + size
        if marker == 0xFFDB:
            tables += b"".join(body[start + 1 : start + 65] for start in range(0, len(body), 65))
        elif marker == 0xFFC0:
            height, width = struct.unpack_from(">HH", body, 1)
            kind = 1 if body[7] == 0x22 else 0
        elif marker == 0xFFDA:
            end = picture.rfind(b"\xff\xd9")
            return tables, kind, -(-height // 8) * 8, -(-width // 8) * 8, picture[at:end]


def packet(payload: bytes, payload_type: int, sequence: int, timestamp: int, ssrc: int, *, marker: bool) -> bytes:
    """One RTP packet. `timestamp` in 1/90000 s; sequence and timestamp are taken modulo their width."""
    return (
        struct.pack(">BBHII", 0x80, marker << 7 | payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
        + payload
    )


def sender_report(ssrc: int, moment: datetime, timestamp: int, packets: int, octets: int) -> bytes:
    """A compound RTCP packet: sender report and SDES with a CNAME."""
    seconds = moment.timestamp()
    whole = int(seconds)
    fraction = int((seconds - whole) * 2**32)
    report = struct.pack(
        ">BBHIIIIII",
        0x80,
        200,
        6,
        ssrc,
        (whole + _NTP_TO_UNIX_S) & 0xFFFFFFFF,
        fraction,
        timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    item = struct.pack(">I", ssrc) + b"\x01\x03cam\x00"
    item += b"\x00" * (-len(item) % 4)
    return report + struct.pack(">BBH", 0x81, 202, len(item) // 4) + item
