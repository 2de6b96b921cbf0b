"""Session descriptions: details of the recorded ones, odd ones, and control URLs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.rtsp.sdp import (
    SDP_CAP_BYTES,
    MalformedSdp,
    MediaDescription,
    SessionDescription,
    base_url,
    control_url,
    parse_sdp,
)

UNHURRIED = settings(deadline=None)  # a busy machine is no failure; terminating is tested by processor time


def only(*lines: str) -> MediaDescription:
    """The one medium of a description with `lines` behind its session part."""
    (medium,) = parse_sdp("\r\n".join(["v=0", "s=-", *lines]).encode()).media
    return medium


def test_a_hikvision_like_description_in_full() -> None:
    raw = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Media Presentation\r\nb=AS:5100\r\nt=0 0\r\n"
        "a=tool:LIVE555\r\na=control:rtsp://127.0.0.1/1/\r\nm=video 0/2 RTP/AVP 96 97\r\nb=AS:5000\r\na=recvonly\r\n"
        "a=x-dimensions:1920,1080\r\na=control:rtsp://127.0.0.1/1/trackID=1?transportmode=unicast\r\n"
        "a=rtpmap:96 H264/90000\r\n"
        "a=fmtp:96 Profile-Level-Id=420029; packetization-mode=1; sprop-parameter-sets=Zg==,aA==\r\n"
        "a=framerate:12.5\r\nm=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000/2\r\n"
    )
    sdp = parse_sdp(raw.encode())
    video, audio = sdp.media
    assert (sdp.session_name, sdp.tool, sdp.bandwidth_kbps) == ("Media Presentation", "LIVE555", 5100)
    assert (video.type, video.port, video.protocol, video.payload_type) == ("video", 0, "RTP/AVP", 96)
    assert (video.encoding_name, video.clock_rate, video.channels, video.codec) == ("H264", 90000, None, "h264")
    assert video.fmtp == {"profile-level-id": "420029", "packetization-mode": "1", "sprop-parameter-sets": "Zg==,aA=="}
    assert (video.framerate, video.dimensions, video.bandwidth_kbps) == (12.5, (1920, 1080), 5000)
    assert (video.direction, video.control) == ("recvonly", "rtsp://127.0.0.1/1/trackID=1?transportmode=unicast")
    assert (audio.encoding_name, audio.clock_rate, audio.channels) == ("PCMA", 8000, 2)
    assert sdp.video is video


@pytest.mark.parametrize(
    ("payload_type", "encoding_name", "clock_rate"),
    [(26, "JPEG", 90000), (0, "PCMU", 8000), (8, "PCMA", 8000), (32, "MPV", 90000), (95, None, None)],
)
def test_static_payload_types(payload_type: int, encoding_name: str | None, clock_rate: int | None) -> None:
    medium = only(f"m=video 0 RTP/AVP {payload_type}")
    assert (medium.encoding_name, medium.clock_rate) == (encoding_name, clock_rate)


@pytest.mark.parametrize(
    ("lines", "dimensions"),
    [
        (["a=x-dimensions: 704, 576"], (704, 576)),
        (["a=framesize:96 704-576"], (704, 576)),
        (["a=x-dimensions:0,0"], None),
        (["a=x-dimensions:big"], None),
        ([], None),
    ],
)
def test_dimensions(lines: list[str], dimensions: tuple[int, int] | None) -> None:
    assert only("m=video 0 RTP/AVP 96", *lines).dimensions == dimensions


def test_xiongmai_tells_two_frame_rates() -> None:
    medium = only("m=video 0 RTP/AVP 96", "a=framerate:0S", "a=framerate:25")
    assert (medium.framerate, medium.framerates) == (0.0, (0.0, 25.0))


def test_bandwidth_in_bits() -> None:
    assert only("m=video 0 RTP/AVP 96", "b=TIAS:2500500").bandwidth_kbps == 2500.5


def test_direction_comes_from_the_session_where_the_medium_has_none() -> None:
    sdp = parse_sdp(b"v=0\na=sendonly\nm=video 0 RTP/AVP 96\nm=audio 0 RTP/AVP 0\na=recvonly\n")
    assert [medium.direction for medium in sdp.media] == ["sendonly", "recvonly"]


def test_an_unreadable_medium_is_left_out_with_what_belongs_to_it() -> None:
    sdp = parse_sdp(b"s=x\nm=video RTP/AVP\na=control:1\nm=video 0 RTP/AVP 96\na=control:2\n")
    assert [medium.control for medium in sdp.media] == ["2"]
    assert sdp.attributes == ()


def test_the_first_video_of_a_known_codec_is_chosen() -> None:
    sdp = parse_sdp(
        b"v=0\nm=audio 0 RTP/AVP 0\nm=video 0 RTP/AVP 95\nm=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=control:9\n"
        b"m=video 0 RTP/AVP 97\na=rtpmap:97 H264/90000\n"
    )
    assert sdp.video is not None
    assert (sdp.video.codec, sdp.video.control) == ("h265", "9")
    assert SessionDescription().video is None


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\x00" * 50, b"a=b\nc=d\n", b"s=x\n" * SDP_CAP_BYTES])
def test_what_is_no_description_is_said_to_be(raw: bytes) -> None:
    with pytest.raises(MalformedSdp):
        parse_sdp(raw)


@pytest.mark.parametrize(
    ("content_base", "expected"),
    [
        ("rtsp://127.0.0.1:554/Streaming/101/", "rtsp://127.0.0.1:554/Streaming/101/"),
        ("rtsp://u:p@127.0.0.1/x/", "rtsp://127.0.0.1/x/"),
        ("127.0.0.1:554/x/", "rtsp://127.0.0.1:554/x/"),
        ("//127.0.0.1/x/", "rtsp://127.0.0.1/x/"),
        ("/x/", "rtsp://127.0.0.9:8554/x/"),
        ("nonsense", "rtsp://127.0.0.9:8554/live?a=1"),
        (None, "rtsp://127.0.0.9:8554/live?a=1"),
    ],
)
def test_base_url(content_base: str | None, expected: str) -> None:
    assert base_url("rtsp://127.0.0.9:8554/live?a=1", content_base) == expected


@pytest.mark.parametrize(
    ("base", "control", "expected"),
    [
        ("rtsp://h/live/", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live/", "/trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live", "?ctype=video", "rtsp://h/live?ctype=video"),
        ("rtsp://h/live", "*", "rtsp://h/live"),
        ("rtsp://h/live", None, "rtsp://h/live"),
        (
            "rtsp://h/live/",
            "rtsp://u:p@h/1/trackID=1?transportmode=unicast",
            "rtsp://h/1/trackID=1?transportmode=unicast",
        ),
        (
            "rtsp://192.168.1.110:5050/H264?channel=1&subtype=0&unicast=true&proto=Onvif",
            "video",
            "rtsp://192.168.1.110:5050/H264?channel=1&subtype=0&unicast=true&proto=Onvif/video",
        ),
    ],
)
def test_control_url(base: str, control: str | None, expected: str) -> None:
    assert control_url(base, control) == expected


LINES = st.sampled_from(
    [
        "v=0",
        "s=",
        "m=video 0 RTP/AVP 96",
        "m=",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 ",
        "a=framerate:",
        "b=AS:",
        "a=x-dimensions:",
    ]
)


@UNHURRIED
@given(st.lists(st.tuples(LINES, st.text(max_size=12)), max_size=30))
def test_no_description_breaks_the_reader(lines: list[tuple[str, str]]) -> None:
    raw = "\n".join(start + rest for start, rest in lines).encode("utf-8", "surrogatepass")
    try:
        sdp = parse_sdp(raw)
    except MalformedSdp:
        return
    for medium in sdp.media:
        assert medium.dimensions is None or min(medium.dimensions) > 0
        assert medium.framerate is None or medium.framerate >= 0
        assert control_url("rtsp://127.0.0.1/", medium.control).startswith("rtsp") or medium.control


@UNHURRIED
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    try:
        sdp = parse_sdp(raw)
    except MalformedSdp:
        return
    assert len(sdp.media) <= raw.count(b"m")
