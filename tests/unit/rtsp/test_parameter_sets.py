"""Parameter sets: our parser against libav's decoders, on streams from real encoders and from real cameras."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.rtsp.bits import BitReader
from cctv_probe.rtsp.parameter_sets import (
    MalformedParameterSet,
    SpsInfo,
    nal_units,
    parse_h264_sps,
    parse_h265_sps,
    parse_h265_vps,
    parse_mpeg4_vol,
    picture_of,
    sprop_nal_units,
)
from cctv_probe.rtsp.sdp import parse_sdp
from tests.unit.rtsp.encoded import Encoded, decoder_size, encode, syntax_elements

UNHURRIED = settings(deadline=None)  # a busy machine is no failure; terminating is tested by processor time

SIZES = [
    (1920, 1080), (960, 1080), (704, 576), (2560, 1440), (3840, 2160), (1280, 960), (640, 360), (352, 288),
    (2688, 1520), (1918, 1078), (642, 362), (130, 98),
]  # fmt: skip


def sps_of(made: Encoded, codec: str) -> bytes:
    """The first sequence parameter set in an encoded stream."""
    return next(nal for nal in nal_units(made.data) if (nal[0] & 0x1F, nal[0] >> 1 & 0x3F)[codec == "h265"] in (7, 33))


def told(made: Encoded, codec: str) -> SpsInfo:
    """What our parser reads from an encoded stream."""
    nal = sps_of(made, codec)
    return parse_h264_sps(nal) if codec == "h264" else parse_h265_sps(nal)


def size(info: SpsInfo) -> tuple[int, int]:
    return info.width_px, info.height_px


@pytest.mark.parametrize(("width_px", "height_px"), SIZES)
def test_h264_sizes_as_decoded(width_px: int, height_px: int) -> None:
    made = encode("libx264", width_px, height_px)
    info = told(made, "h264")
    assert size(info) == (made.width_px, made.height_px) == (width_px, height_px)
    assert info.level == f"{made.level // 10}.{made.level % 10}"
    assert info.profile == made.profile.replace("Constrained ", "")
    assert (info.chroma_format, info.bit_depth, info.interlaced, info.vui_frame_rate) == ("4:2:0", 8, False, 25.0)


@pytest.mark.parametrize(("width_px", "height_px"), SIZES)
def test_h265_sizes_as_decoded(width_px: int, height_px: int) -> None:
    made = encode("libx265", width_px, height_px)
    info = told(made, "h265")
    assert size(info) == (made.width_px, made.height_px) == (width_px, height_px)
    assert info.level == f"{made.level // 30}.{made.level % 30 // 3}"
    assert (info.profile, info.tier) == (made.profile, "Main")
    assert (info.chroma_format, info.bit_depth, info.interlaced, info.vui_frame_rate) == ("4:2:0", 8, False, 25.0)


@pytest.mark.parametrize(
    ("pix_fmt", "params", "profile", "chroma_format", "bit_depth"),
    [
        ("yuv420p", "cabac=1", "Main", "4:2:0", 8),
        ("yuv420p", "8x8dct=1", "High", "4:2:0", 8),
        ("yuv420p", "cqm=jvt:8x8dct=1", "High", "4:2:0", 8),
        ("yuv422p", "", "High 4:2:2", "4:2:2", 8),
        ("yuv444p", "cqm=jvt:8x8dct=1", "High 4:4:4 Predictive", "4:4:4", 8),
        ("yuv420p10le", "", "High 10", "4:2:0", 10),
        ("gray", "", "High", "4:0:0", 8),
    ],
)
def test_h264_profiles_and_formats(pix_fmt: str, params: str, profile: str, chroma_format: str, bit_depth: int) -> None:
    made = encode("libx264", 720, 404, pix_fmt=pix_fmt, params=params)
    info = told(made, "h264")
    assert size(info) == (made.width_px, made.height_px) == (720, 404)
    assert made.profile in (info.profile, f"Constrained {info.profile}")
    assert (info.profile, info.chroma_format, info.bit_depth) == (profile, chroma_format, bit_depth)


@pytest.mark.parametrize(
    ("pix_fmt", "params", "profile", "chroma_format", "bit_depth"),
    [
        ("yuv420p10le", "", "Main 10", "4:2:0", 10),
        ("yuv422p", "", "Range Extensions", "4:2:2", 8),
        ("yuv444p", "", "Range Extensions", "4:4:4", 8),
        ("yuv420p", "temporal-layers=3:bframes=3", "Main", "4:2:0", 8),
        ("yuv420p", "scaling-list=default:hrd=1:vbv-maxrate=500:vbv-bufsize=500", "Main", "4:2:0", 8),
        ("yuv420p", "sar=2:overscan=show:colorprim=bt709:chromaloc=1:display-window=2,2,2,2", "Main", "4:2:0", 8),
    ],
)
def test_h265_profiles_and_formats(pix_fmt: str, params: str, profile: str, chroma_format: str, bit_depth: int) -> None:
    made = encode("libx265", 720, 404, pix_fmt=pix_fmt, params=params)
    info = told(made, "h265")
    assert size(info) == (made.width_px, made.height_px) == (720, 404)
    assert made.profile == info.profile.replace("Range Extensions", "Rext")
    assert (info.profile, info.chroma_format, info.bit_depth) == (profile, chroma_format, bit_depth)
    assert info.vui_frame_rate == 25.0


@pytest.mark.parametrize(("pix_fmt", "width_px", "height_px"), [("yuv444p", 639, 357), ("yuv422p", 640, 357)])
@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "h265")])
def test_odd_sizes_are_cropped_in_chroma_units(
    encoder: str, codec: str, pix_fmt: str, width_px: int, height_px: int
) -> None:
    made = encode(encoder, width_px, height_px, pix_fmt=pix_fmt)
    assert size(told(made, codec)) == (made.width_px, made.height_px) == (width_px, height_px)


@pytest.mark.parametrize(("width_px", "height_px"), [(1920, 1080), (720, 576), (704, 480)])
def test_interlaced_h264_counts_both_fields(width_px: int, height_px: int) -> None:
    made = encode("libx264", width_px, height_px, params="interlaced=1:tff=1", flags="+ildct")
    info = told(made, "h264")
    assert made.interlaced
    assert info.interlaced
    assert size(info) == (made.width_px, made.height_px) == (width_px, height_px)


def test_h265_fields_are_pictures_of_their_own() -> None:
    made = encode("libx265", 1920, 540, params="interlace=tff", fps=50)
    info = told(made, "h265")
    assert size(info) == (made.width_px, made.height_px) == (1920, 540)
    assert (info.interlaced, info.vui_frame_rate) == (True, 50.0)
    assert syntax_elements("h265", made.data)["field_seq_flag"] == 1


@pytest.mark.parametrize("level", ["1b", "1.1", "3.1", "4.0", "4.1", "5.1"])
def test_h264_levels(level: str) -> None:
    assert told(encode("libx264", 176, 144, params=f"level={level}"), "h264").level == level


@pytest.mark.parametrize(("level", "tier"), [("3.1", "Main"), ("4.0", "High"), ("4.1", "High"), ("5.0", "High")])
def test_h265_levels_and_tiers(level: str, tier: str) -> None:
    params = f"level-idc={level}:high-tier={int(tier == 'High')}:vbv-maxrate=40000:vbv-bufsize=40000"
    made = encode("libx265", 176, 144, params=params)
    info = told(made, "h265")
    assert (info.level, info.tier) == (level, tier)
    assert syntax_elements("h265", made.data)["general_tier_flag"] == (tier == "High")


@pytest.mark.parametrize("fps", [1, 12, 30])
def test_rate_hint_of_the_video_parameter_set(fps: int) -> None:
    made = encode("libx265", 320, 240, fps=fps)
    vps = next(nal for nal in nal_units(made.data) if nal[0] >> 1 & 0x3F == 32)
    elements = syntax_elements("h265", b"\x00\x00\x00\x01" + vps)
    timed = elements["vps_timing_info_present_flag"]
    assert parse_h265_vps(vps).frame_rate == (fps if timed else None)
    assert (parse_h265_vps(vps).profile, told(made, "h265").vui_frame_rate) == ("Main", fps)


@pytest.mark.parametrize(("width_px", "height_px"), [(704, 576), (640, 480), (1280, 720), (176, 144)])
def test_mpeg4_sizes_as_decoded(width_px: int, height_px: int) -> None:
    made = encode("mpeg4", width_px, height_px, fps=15, flags="+global_header")
    info = parse_mpeg4_vol(made.extradata)
    assert size(info) == (made.width_px, made.height_px) == (width_px, height_px)
    assert info.profile == "Simple"
    assert picture_of("mpeg4", {"config": made.extradata.hex().upper()}) == info


def test_recorded_cameras_as_libav_opens_them(recorded_dir: Path) -> None:
    seen = 0
    for path in sorted(recorded_dir.glob("*RTSP*")):
        raw = path.read_bytes()
        if b"sprop-parameter-sets=" not in raw:
            continue
        video = parse_sdp(raw[raw.index(b"v=0") :]).video
        assert video is not None
        sps, pps, *_ = sprop_nal_units(video.fmtp)
        info = picture_of("h264", video.fmtp)
        assert info is not None
        assert size(info) == decoder_size(sps, pps), path.name
        elements = syntax_elements("h264", b"\x00\x00\x00\x01" + sps)
        assert info.level == f"{elements['level_idc'] // 10}.{elements['level_idc'] % 10}"
        scale, ticks = elements.get("time_scale", 0), elements.get("num_units_in_tick", 0)
        assert info.vui_frame_rate == (round(scale / (2 * ticks), 3) if scale and ticks else None)
        seen += 1
    assert seen >= 10


def fmtp_of(made: Encoded) -> dict[str, str]:
    sps = sps_of(made, "h264")
    return {"sprop-parameter-sets": base64.b64encode(sps).decode()}


def test_spellings_of_one_parameter_set() -> None:
    made = encode("libx264", 1920, 1080)
    sps = sps_of(made, "h264")
    plain = base64.b64encode(sps).decode()
    expected = parse_h264_sps(sps)
    spellings = [
        plain,
        plain.rstrip("="),
        f" {plain[:8]} {plain[8:]},aO48gA==",
        f"aO48gA==,{plain}",
        f"AAAA,Z00=,{plain}",
        base64.b64encode(b"\x00\x00\x00\x01" + sps).decode(),
        base64.b64encode(sps + b"\x00\x00\x00\x01").decode(),
        base64.b64encode(sps + bytes(7)).decode(),
        base64.b64encode(b"\x00\x00\x01\x09\x10\x00\x00\x01" + sps + b"\x00\x00\x01\x68\xee").decode(),
        base64.urlsafe_b64encode(sps).decode(),
    ]
    assert [picture_of("h264", {"sprop-parameter-sets": text}) for text in spellings] == [expected] * len(spellings)
    assert picture_of("h264", {"config": (b"\x00\x00\x00\x01" + sps).hex()}) == expected


def test_h265_sprops() -> None:
    made = encode("libx265", 1280, 720)
    sps = sps_of(made, "h265")
    fmtp = {"sprop-vps": "QAE=", "sprop-sps": base64.b64encode(sps).decode(), "sprop-pps": "RAE="}
    assert picture_of("h265", fmtp) == parse_h265_sps(sps)


@pytest.mark.parametrize("codec", ["h264", "h265", "mpeg4", "mjpeg", ""])
def test_no_parameter_sets_are_no_error(codec: str) -> None:
    assert picture_of(codec, {"packetization-mode": "1", "config": "not hexadecimal"}) is None


@pytest.mark.parametrize(
    ("codec", "fmtp"),
    [
        ("h264", {"sprop-parameter-sets": "Z00="}),
        ("h265", {"sprop-sps": "QgE="}),
        ("mpeg4", {"config": "00000100"}),
    ],
)
def test_broken_parameter_sets_are_said_to_be(codec: str, fmtp: dict[str, str]) -> None:
    with pytest.raises(MalformedParameterSet):
        picture_of(codec, fmtp)


def bits(text: str) -> bytes:
    """`1 010 …` as bytes, ended like a NAL unit."""
    joined = text.replace(" ", "") + "1"
    return int(joined.ljust(-(-len(joined) // 8) * 8, "0"), 2).to_bytes(-(-len(joined) // 8), "big")


def ue(number: int) -> str:
    return f"{number + 1:b}".zfill(2 * (number + 1).bit_length() - 1)


@pytest.mark.parametrize(
    ("width_mbs", "height_mbs", "crop"),
    [(1025, 68, ""), (120, 1025, ""), (1, 1, ue(0) + ue(8) + ue(0) + ue(0)), (1, 1, ue(0) + ue(0) + ue(900) + ue(0))],
)
def test_impossible_sizes_are_malformed(width_mbs: int, height_mbs: int, crop: str) -> None:
    head = "01000010 00000000 00011110" + ue(0) + ue(0) + ue(2) + ue(1) + "0"
    cropping = f"1{crop}" if crop else "0"
    sps = b"\x67" + bits(head + ue(width_mbs - 1) + ue(height_mbs - 1) + "1 1" + cropping + "0")
    with pytest.raises(MalformedParameterSet):
        parse_h264_sps(sps)


def test_exp_golomb_numbers() -> None:
    reader = BitReader(bits("1 010 011 00100 010 011 00100"))
    assert [reader.ue() for _ in range(4)] == [0, 1, 2, 3]
    assert [reader.se() for _ in range(3)] == [1, -1, 2]
    with pytest.raises(MalformedParameterSet):
        BitReader(bytes(20)).ue()
    with pytest.raises(MalformedParameterSet):
        BitReader(b"\x20").ue(2)


PARSERS = [parse_h264_sps, parse_h265_sps, parse_h265_vps, parse_mpeg4_vol]


def survives(nal: bytes) -> None:
    for parse in PARSERS:
        try:
            info = parse(nal)
        except MalformedParameterSet:
            continue
        if isinstance(info, SpsInfo):
            assert 0 < info.width_px <= 16384
            assert 0 < info.height_px <= 16384


@UNHURRIED
@given(
    st.sampled_from([b"\x67\x64", b"\x67", b"\x42\x01", b"\x40\x01", b"\x00\x00\x01\x20", b""]), st.binary(max_size=300)
)
def test_random_parameter_sets_are_read_or_malformed(head: bytes, rest: bytes) -> None:
    survives(head + rest)


@pytest.fixture(scope="module")
def real_sets() -> list[bytes]:
    h264 = encode("libx264", 1920, 1080, params="cqm=jvt:8x8dct=1")
    h265 = encode("libx265", 1920, 1080, params="temporal-layers=3")
    volume = encode("mpeg4", 704, 576, flags="+global_header")
    return [sps_of(h264, "h264"), sps_of(h265, "h265"), next(iter(nal_units(h265.data))), volume.extradata]


@UNHURRIED
@given(st.data())
def test_bit_flips_of_real_parameter_sets_are_read_or_malformed(real_sets: list[bytes], data: st.DataObject) -> None:
    for real in real_sets:
        flipped = bytearray(real[: data.draw(st.integers(1, len(real)))])
        for at in data.draw(st.lists(st.integers(0, 8 * len(flipped) - 1), max_size=6)):
            flipped[at // 8] ^= 1 << (at % 8)
        survives(bytes(flipped))


@UNHURRIED
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_fmtp_value_breaks_the_reader(sprop: str, config: str) -> None:
    fmtp = {"sprop-parameter-sets": sprop, "sprop-sps": sprop, "config": config}
    for codec in ("h264", "h265", "mpeg4"):
        try:
            info = picture_of(codec, fmtp)
        except MalformedParameterSet:
            continue
        assert info is None or info.width_px > 0


@pytest.mark.parametrize("filling", [b"\x00", b"\xff", b"\xaa", b"\x80", b"\x01", b"\x24"])
@pytest.mark.parametrize("head", [b"\x67\x64\x00\x1f", b"\x42\x01\x01", b"\x40\x01\x0c", b"\x00\x00\x01\x20"])
def test_the_longest_parameter_set_costs_little(head: bytes, filling: bytes) -> None:
    began = time.process_time()
    survives(head + filling * 4000)
    survives(head + filling * 400_000)
    assert time.process_time() - began < 1
