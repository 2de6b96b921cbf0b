"""H.264 and H.265 over RTP: packets of clips that libav coded, and every tolerance of quirk 20."""

from __future__ import annotations

import base64
import struct

import pytest

from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.payloads.coded import MAX_UNIT_BYTES
from tests.unit.rtsp.packets import Sender, clip, decoded, fu_a, fu_h265, nals, received, receiver, stream_of

SIZE = (160, 96)
START = b"\0\0\0\1"


def kinds(codec: str, data: bytes) -> list[int]:
    return [nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F for nal in nals(data)]


def sets(codec: str) -> list[bytes]:
    """The parameter sets that begin the clip."""
    first = nals(clip(codec)[0])
    return [nal for nal, kind in zip(first, kinds(codec, clip(codec)[0]), strict=True) if kind in (7, 8, 32, 33, 34)]


def without_sets(codec: str) -> list[bytes]:
    own = sets(codec)
    return [b"".join(START + nal for nal in nals(one) if nal not in own) for one in clip(codec)]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("most", [100, 1400, 60_000])
def test_pictures_come_out_as_they_went_in(codec: str, most: int) -> None:
    units = received(receiver(codec), stream_of(codec, clip(codec), most=most))
    assert [nals(unit.data) for unit in units] == [nals(one) for one in clip(codec)]
    assert [unit.is_key for unit in units] == [True, False, False, False] * 2
    assert not any(unit.damaged for unit in units)
    assert decoded(codec, (unit.data for unit in units)) == [SIZE] * 8


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_data_are_kept_of_key_pictures_only_or_of_none(codec: str) -> None:
    packets = stream_of(codec, clip(codec))
    every, keys, none = (received(receiver(codec, keep), packets) for keep in ("all", "key", "none"))
    assert [unit.data for unit in keys] == [unit.data if unit.is_key else b"" for unit in every]
    assert [unit.data for unit in none] == [b""] * 8
    assert (
        [unit.size_bytes for unit in none] == [unit.size_bytes for unit in keys] == [unit.size_bytes for unit in every]
    )
    assert sum(unit.size_bytes for unit in every) == sum(len(one) - 12 for one in packets)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_aggregated_parameter_sets(codec: str) -> None:
    first = nals(clip(codec)[0])
    body = b"".join(struct.pack(">H", len(nal)) + nal for nal in first[:-1])
    head = b"\x78" if codec == "h264" else bytes([48 << 1, 1])
    slice_ = fu_a(first[-1], 900) if codec == "h264" else fu_h265(first[-1], 900)
    unit = received(receiver(codec), Sender().unit([head + body, *slice_]))[0]
    assert nals(unit.data) == first
    assert not unit.damaged


def test_stap_b_and_fu_b_with_decoding_order_numbers() -> None:
    first = nals(clip("h264")[0])
    stap = b"\x79\x00\x05" + b"".join(struct.pack(">H", len(nal)) + nal for nal in first[:-1])
    start, *others = fu_a(first[-1], 900)
    fu_b = bytes([start[0] + 1, start[1]]) + b"\x00\x06" + start[2:]
    unit = received(receiver(), Sender().unit([stap, fu_b, *others]))[0]
    assert nals(unit.data) == first


def test_mtaps_are_skipped() -> None:
    unit = received(receiver(), Sender().unit([b"\x7a\0\0\0\x05\0\0\0\x41ab", nals(clip("h264")[0])[-1]]))[0]
    assert (unit.damaged, unit.is_key) == (True, True)


def test_h265_with_decoding_order_numbers() -> None:
    first = nals(clip("h265")[0])
    aggregate = bytes([48 << 1, 1]) + b"\0\1" + struct.pack(">H", len(first[0])) + first[0]
    aggregate += b"".join(b"\0" + struct.pack(">H", len(nal)) + nal for nal in first[1:3])
    singles = [nal[:2] + b"\0\4" + nal[2:] for nal in first[3:-1]]
    unit = received(
        receiver("h265", fmtp={"sprop-max-don-diff": "2"}),
        Sender().unit([aggregate, *singles, *fu_h265(first[-1], 900, b"\0\7")]),
    )[0]
    assert nals(unit.data) == first
    assert decoded("h265", [unit.data]) == [SIZE]


def test_quirk_20_annex_b_inside_rtp_v380() -> None:
    """Macrovideo V380: start codes in front of NAL units, and parameter sets with the picture behind them in one."""
    first = nals(clip("h264")[0])
    in_front = received(receiver(), Sender().unit([START + first[0], START[1:] + first[1], *fu_a(first[-1], 900)]))[0]
    assert nals(in_front.data) == [first[0], first[1], first[-1]]
    joined = START.join(first)
    for keep in ("all", "key"):
        units = receiver(keep=keep)
        together = received(units, Sender().unit(fu_a(joined, 900)))[0]
        assert nals(together.data) == first
        assert (together.is_key, together.damaged) == (True, False)
        assert units.parameter_sets == ParameterSets("h264", tuple(sets("h264")), True)
    single = received(receiver(), Sender().unit([START + START.join(first)]))[0]
    assert (nals(single.data), single.is_key) == (first, True)


def test_quirk_20_a_start_code_where_the_header_of_h265_should_be() -> None:
    """The first two bytes of the start code are taken for a header of type 0, which is a slice in H.265."""
    *sets_before, _, picture = nals(clip("h265")[0])  # without the encoder's long SEI
    first = [*sets_before, picture]
    for start_code in (START, START[1:]):
        together = received(receiver("h265"), Sender().unit(fu_h265(start_code + START.join(first), 900)))[0]
        assert nals(together.data) == first
        assert together.is_key


def test_quirk_20_fragments_whose_type_changes_tiandy() -> None:
    """Tiandy: the fragments of one NAL unit name different types; the first one holds."""
    first = nals(clip("h264")[0])
    start, *others = fu_a(first[-1], 900)
    changed = [bytes([one[0] & 0x60 | 28, one[1] & 0xC0 | 1]) + one[2:] for one in others]
    unit = received(receiver(), Sender().unit([*first[:-1], start, *changed]))[0]
    assert (nals(unit.data), unit.is_key, unit.damaged) == (first, True, False)


def test_fragments_without_an_end_bit() -> None:
    first = nals(clip("h264")[0])
    endless = [bytes([one[0], one[1] & 0xBF]) + one[2:] for one in fu_a(first[-1], 900)]
    sender = Sender()
    units = received(receiver(), [packet for _ in range(2) for packet in sender.unit([*first[:-1], *endless])])
    assert [(nals(unit.data), unit.damaged) for unit in units] == [(first, False)] * 2


def test_quirk_20_the_marker_on_sei_and_on_every_slice_ends_no_picture() -> None:
    sei = b"\x06\x05\x02ab\x80"
    sender = Sender()
    packets = []
    for one in clip("h264"):
        made = nals(one)
        packets += [sender.packet(sei, marker=True), *(sender.packet(nal, marker=True) for nal in made)]
        sender.timestamp += 3600
    units = received(receiver(), packets)
    assert [nals(unit.data)[1:] for unit in units] == [nals(one) for one in clip("h264")]
    assert units[1].timestamp - units[0].timestamp == 3600


def test_pictures_of_a_device_that_never_sets_the_marker() -> None:
    sender = Sender()
    packets = [packet for one in clip("h264") for packet in sender.unit(nals(one), marked=False)]
    assert len(received(receiver(), packets)) == 7  # of the last nobody knows whether it is whole


def test_parameter_sets_under_a_timestamp_of_their_own_are_no_picture() -> None:
    sender = Sender()
    first = nals(clip("h264")[0])
    packets = [*sender.unit(first[:2], 90), *sender.unit(fu_a(first[-1], 900)), *sender.unit(nals(clip("h264")[1]))]
    units = received(receiver(), packets)
    assert [unit.is_key for unit in units] == [True, False]
    assert decoded("h264", (unit.data for unit in units)) == [SIZE] * 2


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_key_picture_without_parameter_sets_gets_those_of_the_description(codec: str) -> None:
    text = [base64.b64encode(one).decode() for one in sets(codec)]
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    fmtp = {"sprop-parameter-sets": ",".join(text)} if codec == "h264" else dict(zip(names, text, strict=True))
    units = receiver(codec, "key", fmtp=fmtp)
    assert units.parameter_sets == ParameterSets(codec, tuple(sets(codec)), False)
    found = received(units, stream_of(codec, without_sets(codec)))
    assert decoded(codec, (unit.data for unit in found)) == [SIZE] * 2
    assert nals(found[0].data)[: len(text)] == sets(codec)
    assert units.parameter_sets == ParameterSets(codec, tuple(sets(codec)), False)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_quirk_20_stale_parameter_sets_of_the_description_are_replaced(codec: str) -> None:
    other = clip(codec, frames=1, width=64, height=64)[0]
    text = [base64.b64encode(nal).decode() for nal in nals(other) if kinds(codec, START + nal)[0] in (7, 8, 32, 33, 34)]
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    fmtp = {"sprop-parameter-sets": ",".join(text)} if codec == "h264" else dict(zip(names, text, strict=True))
    units = receiver(codec, "key", fmtp=fmtp)
    stale = units.parameter_sets
    assert stale is not None
    assert (stale.picture().width_px, stale.in_band) == (64, False)  # type: ignore[union-attr] # there is one
    received(units, stream_of(codec, clip(codec)[:1]))
    fresh = units.parameter_sets
    assert fresh == ParameterSets(codec, tuple(sets(codec)), True, True)
    picture = fresh.picture()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == SIZE


def test_parameter_sets_that_change_midway_are_followed() -> None:
    units = receiver("h264", "none")
    sender = Sender()
    received(units, stream_of("h264", [*clip("h264")[:2], *clip("h264", 1, 64, 64)], sender))
    latest = units.parameter_sets
    assert latest is not None
    assert latest.picture().width_px == 64  # type: ignore[union-attr] # there is one
    assert not latest.is_sdp_stale


RECOVERY_POINT = b"\x06\x06\x01\xc4\x80"
I_SLICE, P_SLICE = b"\x41\x88\x80ab", b"\x41\x9a\x80ab"
"""first_mb_in_slice 0, slice_type 7 and 5."""
SPS, PPS = b"\x67\x42\x00\x1e\x95\xa8\x28\x0f\x64", b"\x68\xce\x3c\x80"
IDR = b"\x65\x88\x80ab"


@pytest.mark.parametrize(
    ("pictures", "keys"),
    [
        ([[RECOVERY_POINT, I_SLICE], [P_SLICE], [I_SLICE]], [True, False, False]),
        ([[RECOVERY_POINT, P_SLICE], [P_SLICE]], [False, False]),
        ([[SPS, PPS, I_SLICE], [P_SLICE], [SPS, PPS, P_SLICE]], [True, False, False]),
        ([[SPS, PPS, IDR], [SPS, PPS, I_SLICE]], [True, False]),
        ([[SPS, PPS, IDR], [RECOVERY_POINT, I_SLICE]], [True, True]),
    ],
    ids=["open group", "gradual refresh", "never IDR", "IDR came", "both"],
)
def test_key_pictures_without_idr(pictures: list[list[bytes]], keys: list[bool]) -> None:
    sender = Sender()
    units = received(receiver(), [packet for one in pictures for packet in sender.unit(one)])
    assert [unit.is_key for unit in units] == keys


@pytest.mark.parametrize(("kind", "key"), [(1, False), (16, True), (18, True), (19, True), (20, True), (21, True)])
def test_h265_key_pictures(kind: int, key: bool) -> None:
    unit = received(receiver("h265"), Sender().unit([bytes([kind << 1, 1]) + b"\x80abc"]))[0]
    assert unit.is_key == key


@pytest.mark.parametrize(("described", "real"), [("h264", "h265"), ("h265", "h264")])
@pytest.mark.parametrize("aggregated", [False, True])
def test_quirk_11_the_stream_is_believed_where_the_description_names_another_codec(
    described: str, real: str, aggregated: bool
) -> None:
    """Cameras that call every stream H264: the parameter sets of the stream tell."""
    units = receiver(described, "key")
    packets = stream_of(real, clip(real))
    if aggregated:
        first = nals(clip(real)[0])
        body = b"".join(struct.pack(">H", len(nal)) + nal for nal in first[:-1])
        head = b"\x78" if real == "h264" else bytes([48 << 1, 1])
        slice_ = fu_a(first[-1], 900) if real == "h264" else fu_h265(first[-1], 900)
        sender = Sender()
        packets = sender.unit([head + body, *slice_]) + stream_of(real, clip(real)[1:], sender)
    found = received(units, packets)
    assert [unit.codec for unit in found] == [real] * 8
    assert decoded(real, (unit.data for unit in found)) == [SIZE] * 2
    sets_ = units.parameter_sets
    assert sets_ is not None
    assert (sets_.codec, sets_.in_band) == (real, True)


def test_filler_is_counted_but_not_kept() -> None:
    unit = received(receiver(), Sender().unit([IDR, b"\x0c" + b"\xff" * 500]))[0]
    assert (nals(unit.data), unit.size_bytes) == ([IDR], len(IDR) + 501)


def test_a_picture_beyond_the_cap_is_counted_and_let_go() -> None:
    sender = Sender()
    piece = b"\x7c\x05" + b"a" * 60_000
    payloads = [b"\x7c\x85" + b"a" * 60_000, *[piece] * (MAX_UNIT_BYTES // 60_000 + 1)]
    packets = [*sender.unit(payloads), *sender.unit([IDR])]
    huge, after = received(receiver(), packets)
    assert (huge.data, huge.damaged, huge.size_bytes) == (b"", True, 60_002 * len(payloads))
    assert (after.damaged, nals(after.data)) == (False, [IDR])
