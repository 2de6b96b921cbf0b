"""MPEG-4 part 2 and AV1 over RTP, and what no payload may do to any depacketizer."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.rtsp.parameter_sets import ParameterSets
from tests.unit.rtsp.packets import NAMES, PACKETIZERS, Sender, clip, decoded, obus, received, receiver, stream_of

SIZE = (160, 96)
CODECS = list(NAMES)


def headers() -> bytes:
    """What stands in front of the first picture of the MPEG-4 clip."""
    return clip("mpeg4")[0].partition(b"\0\0\1\xb3")[0].partition(b"\0\0\1\xb6")[0]


@pytest.mark.parametrize("most", [40, 1400, 60_000])
def test_mpeg4_pictures_come_out_as_they_went_in(most: int) -> None:
    units = receiver("mpeg4")
    found = received(units, stream_of("mpeg4", clip("mpeg4"), most=most))
    assert [unit.is_key for unit in found] == [True, False, False, False] * 2
    assert [unit.data.removeprefix(headers()) for unit in found] == [
        one.removeprefix(headers()) for one in clip("mpeg4")
    ]
    assert decoded("mpeg4", (unit.data for unit in found)) == [SIZE] * 8
    assert units.parameter_sets == ParameterSets("mpeg4", (headers(),), True)
    picture = units.parameter_sets.picture()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == SIZE


def test_mpeg4_key_pictures_get_the_headers_of_the_description() -> None:
    first = clip("mpeg4")[0].removeprefix(headers())
    units = receiver("mpeg4", "key", fmtp={"config": headers().hex()})
    found = received(units, stream_of("mpeg4", [first, *clip("mpeg4")[1:4]]))
    assert found[0].data == headers() + first
    assert [unit.data for unit in found[1:]] == [b""] * 3
    assert units.parameter_sets == ParameterSets("mpeg4", (headers(),), False)


def test_mpeg4_headers_of_the_description_that_are_stale_are_replaced() -> None:
    stale = clip("mpeg4", 1, 64, 64)[0].partition(b"\0\0\1\xb6")[0]
    units = receiver("mpeg4", "key", fmtp={"config": stale.hex()})
    received(units, stream_of("mpeg4", clip("mpeg4")[:1]))
    assert units.parameter_sets == ParameterSets("mpeg4", (headers(),), True, True)


@pytest.mark.parametrize("most", [40, 1400, 60_000])
def test_av1_temporal_units_come_out_as_they_went_in(most: int) -> None:
    units = receiver("av1")
    found = received(units, stream_of("av1", clip("av1"), most=most))
    assert [unit.is_key for unit in found] == [True, False, False, False] * 2
    assert [obus(unit.data) for unit in found] == [obus(one) for one in clip("av1")]
    assert all(unit.data.startswith(b"\x12\x00") for unit in found)
    assert decoded("av1", (unit.data for unit in found)) == [SIZE] * 8
    assert units.parameter_sets is not None
    assert units.parameter_sets.picture() is None


def test_av1_elements_with_their_sizes_and_several_in_a_packet() -> None:
    """W = 0: every element has its size; W = 3: all but the last have (4.4)."""
    first = obus(clip("av1")[0])
    small, large = first[:-1], first[-1]
    cut = 100
    sized = b"".join(bytes([len(one)]) + one for one in small) + bytes([cut]) + large[:cut]
    counted = b"".join(bytes([len(one)]) + one for one in small) + large[:cut]
    for head, body in ((0x48, sized), (0x48 | (len(small) + 1) << 4, counted)):
        units = received(receiver("av1"), Sender().unit([bytes([head]) + body, b"\x90" + large[cut:]]))
        assert obus(units[0].data) == first
        assert not units[0].damaged


def test_av1_obus_that_keep_their_own_size_or_should_not_be_there() -> None:
    whole = clip("av1")[0]
    unit = received(receiver("av1"), Sender().unit([b"\x10\x12\x00", *(b"\x10" + one for one in resized(whole))]))[0]
    assert obus(unit.data) == obus(whole)


def resized(unit: bytes) -> list[bytes]:
    """OBUs with size fields of five bytes, as nobody writes them and everybody may."""
    made = []
    for one in obus(unit):
        size = len(one) - 1
        told = bytes(size >> shift & 0x7F | (0x80 if shift < 28 else 0) for shift in range(0, 35, 7))
        made.append(bytes([one[0] | 2]) + told + one[1:])
    return made


def test_av1_key_pictures_get_the_sequence_header_in_front() -> None:
    sender = Sender()
    first, *others = clip("av1")[:4]
    bare = [b"\x10" + one for one in obus(first) if one[0] >> 3 & 15 != 1]
    packets = stream_of("av1", [first, *others], sender) + sender.unit(bare)
    units = received(receiver("av1", "key"), packets)
    assert obus(units[-1].data) == obus(first)
    assert [bool(unit.data) for unit in units] == [True, False, False, False, True]


@pytest.mark.parametrize("codec", CODECS)
def test_a_lost_packet_damages_its_picture_and_no_other(codec: str) -> None:
    pictures = clip(codec)
    sender = Sender()
    sent = [sender.unit(PACKETIZERS[codec](one, 300)) for one in pictures]
    del sent[2][len(sent[2]) // 2]
    units = receiver(codec)
    found = received(units, [packet for one in sent for packet in one])
    assert [unit.damaged for unit in found] == [number == 2 for number in range(8)]
    assert units.reception.lost == 1
    assert units.reception.damaged_units == 1


@pytest.mark.parametrize("codec", CODECS)
def test_a_lost_ending_damages_the_picture_before(codec: str) -> None:
    sender = Sender()
    sent = [sender.unit(PACKETIZERS[codec](one, 300)) for one in clip(codec)[:4]]
    del sent[1][-1]
    found = received(receiver(codec), [packet for one in sent for packet in one])
    assert [unit.damaged for unit in found] == [False, True, True, False]  # the loss may have gone on into the next


@given(st.sampled_from(CODECS), st.lists(st.tuples(st.binary(max_size=60), st.booleans(), st.booleans()), max_size=40))
def test_any_payloads_make_access_units_and_nothing_else(codec: str, payloads: list[tuple[bytes, bool, bool]]) -> None:
    sender = Sender()
    units = receiver(codec)
    packets = []
    for payload, marker, turns in payloads:
        packets.append(sender.packet(payload, marker=marker))
        sender.timestamp += 3600 * turns
    found = received(units, packets)
    assert len(found) <= len(packets)
    assert sum(unit.size_bytes for unit in found) <= sum(len(one) for one in packets)
    told = units.parameter_sets
    assert told is None or told.units


@given(st.sampled_from(CODECS), st.data())
@settings(max_examples=200)
def test_flipped_bits_in_a_clip_raise_nothing(codec: str, data: st.DataObject) -> None:
    packets = [bytearray(one) for one in stream_of(codec, clip(codec)[:2], most=4000)]
    for _ in range(data.draw(st.integers(1, 20))):
        packet = data.draw(st.sampled_from(packets))
        at = data.draw(st.integers(0, min(len(packet), 60) - 1))
        packet[at] ^= 1 << data.draw(st.integers(0, 7))
    for keep in ("all", "key", "none"):
        received(receiver(codec, keep), [bytes(one) for one in packets])


HOSTILE = {
    "h264": [
        b"\x78" + b"\0\1\x09" * 20_000,
        b"\x67" + b"\0\0\1\x67" * 15_000,
        b"\0\0\1" * 20_000,
        b"\x7c\x85" + b"\0" * 60_000,
    ],
    "h265": [b"\x60\x01" + b"\0\3\x46\1a" * 12_000, b"\x42\x01" + b"\0\0\1\x42" * 15_000, b"\0\0\1" * 20_000],
    "mjpeg": [bytes([0, 0, 0, 0, 1, 255, 255, 255, 0, 255, 255, 0]) + b"\xff" * 65_280],
    "mpeg4": [b"\0\0\1" * 20_000, b"\0\0\1\x20" * 15_000],
    "av1": [b"\x00" + b"\1\x0a" * 30_000, b"\x00" + b"\x00" * 60_000, b"\x80" + b"\xff" * 60_000],
}


@pytest.mark.parametrize("codec", CODECS)
def test_hostile_payloads_end_quickly(codec: str) -> None:
    sender = Sender()
    packets = [sender.packet(one) for one in HOSTILE[codec] * 30]
    units = receiver(codec, "key")
    began = time.process_time()
    received(units, packets)
    assert time.process_time() - began < 0.05 * len(packets)
    assert units.reception.packets == len(packets)
