"""What a description tells about a stream, and what of it are only hints."""

from __future__ import annotations

import base64

import pytest

from cctv_probe.model.evidence import Standing
from cctv_probe.rtsp.facts import FROM_PARAMETER_SETS, FROM_SDP, stream_facts
from cctv_probe.rtsp.parameter_sets import nal_units
from cctv_probe.rtsp.sdp import SessionDescription, parse_sdp
from tests.unit.rtsp.encoded import encode


def description(*lines: str) -> SessionDescription:
    return parse_sdp("\n".join(["v=0", "s=x", "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", *lines]).encode())


def sprop(width_px: int, height_px: int, fps: int) -> str:
    made = encode("libx264", width_px, height_px, fps=fps, params="cabac=1:level=4.1")
    sps = next(nal for nal in nal_units(made.data) if nal[0] & 0x1F == 7)
    return "a=fmtp:96 sprop-parameter-sets=" + base64.b64encode(sps).decode()


def test_the_coded_picture_stands_above_what_the_device_says_of_it() -> None:
    hints = ("a=x-dimensions:1280,720", "a=framerate:30", "b=AS:2048", "a=control:t1")
    facts = stream_facts(description(sprop(1920, 1080, 12), *hints), "rtsp://127.0.0.1/live/")
    assert facts is not None
    assert facts.control == "rtsp://127.0.0.1/live/t1"
    assert {fact.attribute: (fact.value, fact.method, fact.is_hint) for fact in facts.facts} == {
        "codec": ("h264", FROM_SDP, False),
        "resolution": ("1920x1080", FROM_PARAMETER_SETS, False),
        "profile": ("Main", FROM_PARAMETER_SETS, False),
        "level": ("4.1", FROM_PARAMETER_SETS, False),
        "interlaced": (False, FROM_PARAMETER_SETS, False),
        "vui_frame_rate": (12.0, FROM_PARAMETER_SETS, True),
        "sdp_resolution": ("1280x720", FROM_SDP, True),
        "sdp_frame_rate": (30.0, FROM_SDP, True),
        "sdp_bit_rate_bps": (2_048_000.0, FROM_SDP, True),
    }
    assert {fact.standing for fact in facts.facts} == {Standing.BITSTREAM, Standing.ADVERTISED}


@pytest.mark.parametrize("said", ["0", "90000", "0S", "full", "-25"])
def test_frame_rates_that_cannot_be_are_not_told_on(said: str) -> None:
    facts = stream_facts(description(f"a=framerate:{said}"), "rtsp://127.0.0.1/")
    assert facts is not None
    assert facts.value("sdp_frame_rate") is None


def test_an_impossible_vui_rate_is_not_told_on() -> None:
    facts = stream_facts(description(sprop(320, 240, 1000)), "rtsp://127.0.0.1/")
    assert facts is not None
    assert facts.value("resolution") == "320x240"
    assert facts.value("vui_frame_rate") is None


def test_unreadable_parameter_sets_leave_the_rest() -> None:
    facts = stream_facts(
        description("a=fmtp:96 sprop-parameter-sets=Z00=", "a=x-dimensions:704,576"), "rtsp://127.0.0.1/"
    )
    assert facts is not None
    assert facts.problem
    assert (facts.value("codec"), facts.value("resolution"), facts.value("sdp_resolution")) == ("h264", None, "704x576")


def test_an_unknown_encoding_is_named_and_no_codec() -> None:
    facts = stream_facts(parse_sdp(b"v=0\nm=video 0 RTP/AVP 98\na=rtpmap:98 VP8/90000\n"), "rtsp://127.0.0.1/")
    assert facts is not None
    assert (facts.encoding_name, facts.value("codec"), facts.facts) == ("VP8", None, ())


def test_no_video_no_facts() -> None:
    assert stream_facts(parse_sdp(b"v=0\nm=audio 0 RTP/AVP 0\n"), "rtsp://127.0.0.1/") is None
