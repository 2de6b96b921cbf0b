"""JPEG over RTP (RFC 2435): whole files that a decoder takes, with every kind of table, size and restart marker."""

from __future__ import annotations

import io
import struct
from typing import Any

import av
import numpy as np
import pytest

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.rtsp.payloads.jpeg_tables import HUFFMAN, quantisation
from tests.unit.rtsp.packets import Sender, clip, decoded, jpeg, jpeg_parts, received, receiver, stream_of

SIZE = (160, 96)
PICTURE = clip("mjpeg")[0]


def pixels(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with av.open(io.BytesIO(data), format="mjpeg") as opened:
        return np.asarray(next(opened.decode(video=0)).to_ndarray(format="gray"))


def one(*payloads: bytes, dimensions: tuple[int, int] | None = None) -> AccessUnit:
    return received(receiver("mjpeg", dimensions=dimensions), Sender().unit(payloads))[0]


@pytest.mark.parametrize("most", [64, 1400, 60_000])
def test_pictures_are_the_same_pixel_by_pixel(most: int) -> None:
    units = received(receiver("mjpeg"), stream_of("mjpeg", clip("mjpeg"), most=most))
    assert [unit.is_key for unit in units] == [True] * 8
    assert not any(unit.damaged for unit in units)
    assert all(np.array_equal(pixels(unit.data), pixels(sent)) for unit, sent in zip(units, clip("mjpeg"), strict=True))


def test_the_size_stands_in_the_payload_header() -> None:
    units = receiver("mjpeg", "none")
    assert [unit.data for unit in received(units, stream_of("mjpeg", clip("mjpeg")))] == [b""] * 8
    assert units.dimensions == SIZE


def test_a_size_that_rtp_cannot_hold_is_that_of_the_description() -> None:
    payloads = list(jpeg(PICTURE, 1400, zero_size=True))
    assert decoded("mjpeg", [one(*payloads, dimensions=SIZE).data]) == [SIZE]
    unknown = one(*payloads)
    assert (unknown.data, unknown.damaged) == (b"", True)


def test_the_size_of_onvif_s_header_extension_holds_before_others() -> None:
    """ONVIF Streaming, 5.1.2: the frame header itself, alone or behind a replay header."""
    frame_header = (
        b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", SIZE[1], SIZE[0]) + b"\x03" + b"\x01\x22\x00" * 3 + b"\xff" * 3
    )
    frame_header += b"\xff" * (-len(frame_header) % 4)
    for profile, data in ((0xFFD8, frame_header), (0xABAC, b"\0" * 12 + b"\xff\xd8\0\5" + frame_header)):
        sender = Sender()
        first, *others = jpeg(PICTURE, 1400, zero_size=True)
        packets = [sender.packet(first, extension=(profile, data)), *(sender.packet(other) for other in others[:-1])]
        packets.append(sender.packet(others[-1], marker=True))
        units = receiver("mjpeg", dimensions=(800, 600))
        unit = received(units, packets)[0]
        assert decoded("mjpeg", [unit.data]) == [SIZE]
        assert units.dimensions == SIZE
        assert unit.recorded_utc_ntp == (0 if profile == 0xABAC else None)


def test_tables_sent_once_hold_on_for_the_same_q() -> None:
    sender = Sender()
    packets = [*sender.unit(jpeg(PICTURE, 900, 200)), *sender.unit(jpeg(PICTURE, 900, 200, with_tables=False))]
    packets += sender.unit(jpeg(PICTURE, 900, 201, with_tables=False))
    known, again, unknown = received(receiver("mjpeg"), packets)
    assert known.data == again.data
    assert np.array_equal(pixels(again.data), pixels(PICTURE))
    assert (unknown.data, unknown.damaged) == (b"", True)


@pytest.mark.parametrize("q", [1, 10, 49, 50, 75, 99])
def test_tables_of_a_static_q(q: int) -> None:
    unit = one(*jpeg(PICTURE, 1400, q))
    tables = b"".join(body[1:] for body in jpeg_parts(unit.data)[0][0xDB])
    assert tables == quantisation(q)
    assert decoded("mjpeg", [unit.data]) == [SIZE]


def test_static_tables_are_those_of_the_standard() -> None:
    """Q 50 is tables K.1 and K.2 as they stand; 99 has 2 % of them, 1 fifty times (RFC 2435, appendix A)."""
    assert quantisation(50)[:8] == bytes([16, 11, 12, 14, 12, 10, 16, 14])
    assert quantisation(50)[64:72] == bytes([17, 18, 18, 24, 21, 24, 47, 26])
    assert (max(quantisation(99)), min(quantisation(1))) == (2, 255)
    assert quantisation(0) == quantisation(1)


def test_the_huffman_tables_are_those_an_encoder_writes() -> None:
    written = b"".join(jpeg_parts(PICTURE)[0][0xC4])
    assert sorted(HUFFMAN) == sorted(table for table in HUFFMAN if table in written)


def test_restart_markers_are_told() -> None:
    """Types 64 and 65 (RFC 2435, 3.1.7)."""
    restarting = clip("mjpeg", threads=2)[0]
    assert 0xDD not in jpeg_parts(PICTURE)[0]
    unit = one(*jpeg(restarting, 1400))
    assert jpeg_parts(unit.data)[0][0xDD] == jpeg_parts(restarting)[0][0xDD]
    assert np.array_equal(pixels(unit.data), pixels(restarting))
    assert not unit.damaged


def test_a_type_that_nobody_defined_has_no_data() -> None:
    payloads = [part[:4] + b"\x07" + part[5:] for part in jpeg(PICTURE, 1400)]
    assert (one(*payloads).data, one(*payloads).damaged) == (b"", True)


def test_a_single_table_serves_luma_and_chroma_and_wide_tables_are_narrowed() -> None:
    table = quantisation(50)[:64]
    wide = b"".join(bytes([one > 200, one]) for one in table)
    for precision, sent in ((0, table), (1, wide)):
        first = bytes([0, 0, 0, 0, 1, 255, 20, 12, 0, precision]) + struct.pack(">H", len(sent)) + sent
        data = one(first + jpeg_parts(PICTURE)[1]).data
        assert jpeg_parts(data)[0][0xDB] == [b"\0" + table]
        assert decoded("mjpeg", [data]) == [SIZE]


def test_a_piece_that_is_missing_damages_one_picture() -> None:
    sender = Sender()
    packets = [packet for sent in clip("mjpeg")[:3] for packet in sender.unit(jpeg(sent, 900))]
    del packets[3]
    units = received(receiver("mjpeg"), packets)
    assert [unit.damaged for unit in units] == [True, False, False]


def test_a_picture_whose_first_packet_never_came_has_no_data() -> None:
    unit = received(receiver("mjpeg"), Sender().unit(list(jpeg(PICTURE, 900))[1:]))[0]
    assert (unit.data, unit.damaged) == (b"", True)
