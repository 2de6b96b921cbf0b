"""RTP payloads and RTCP (RFC 3550): H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435), MPEG-4 Visual (RFC 3016)."""

from __future__ import annotations

import struct
from datetime import datetime

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


def is_parameter_set(nal: bytes, codec: str) -> bool:
    """Whether `nal` is an SPS or PPS (for H.265 also a VPS)."""
    return nal[0] & 0x1F in (7, 8) if codec == "h264" else nal[0] >> 1 & 0x3F in (32, 33, 34)


def parameter_sets(headers: bytes, codec: str) -> list[bytes]:
    """The parameter sets among the NAL units of `headers`, in their order (SPS, PPS; for H.265 VPS first)."""
    return [nal for nal in nal_units(headers) if is_parameter_set(nal, codec)]


def cut_nal(nal: bytes, codec: str, *, type_changes: bool = False) -> list[bytes]:
    """A single NAL unit packet, or fragments: FU-A (RFC 6184, 5.6 and 5.8) or FU (RFC 7798, 4.4.1 and 4.4.3).

    type_changes: fragments after the first name a slice of the other kind (Tiandy).
    """
    if len(nal) <= MAX_PAYLOAD:
        return [nal]
    if codec == "h264":
        indicator, kind, body = bytes([nal[0] & 0xE0 | 28]), nal[0] & 0x1F, nal[1:]
    else:
        indicator, kind, body = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[0] >> 1 & 0x3F, nal[2:]
    other = kind ^ (4 if codec == "h264" else 18) if type_changes else kind
    room = MAX_PAYLOAD - len(indicator) - 1
    return [
        indicator
        + bytes([(at == 0) << 7 | (at + room >= len(body)) << 6 | (kind if at == 0 else other)])
        + body[at : at + room]
        for at in range(0, len(body), room)
    ]


def cut_mpeg4(unit: bytes) -> list[bytes]:
    """Pieces of a VOP with what goes before it (RFC 3016, 3.2)."""
    return [unit[at : at + MAX_PAYLOAD] for at in range(0, len(unit), MAX_PAYLOAD)]


def cut_jpeg(picture: bytes) -> list[bytes]:
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
