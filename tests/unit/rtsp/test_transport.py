"""Transport and RTP-Info headers: every recorded answer, and the tolerances of quirk 21."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.rtsp.messages import Session, parse_session
from cctv_probe.rtsp.transport import (
    RtpInfo,
    Transport,
    parse_rtp_info,
    parse_transport,
    tcp_transport,
    udp_transport,
)
from tests.unit.rtsp.test_recorded import message

ASKED = (0, 1)


def test_what_is_asked() -> None:
    assert tcp_transport() == "RTP/AVP/TCP;unicast;interleaved=0-1"
    assert udp_transport((5000, 5001)) == "RTP/AVP;unicast;client_port=5000-5001"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GW-Security__unknown__RTSP-main-setup-video.txt", Transport((0, 1))),
        ("GW-Security__unknown__RTSP-main-setup-audio.txt", Transport((2, 3))),
        ("GW-Security__unknown__RTSP-sub-setup.txt", Transport((0, 1))),
        ("Hikvision__unknown__RTSP-setup.txt", Transport((0, 1), ssrc=0x4CACC3D1)),
        ("Hikvision__unknown__RTSP-setup-ssrc-space.txt", Transport((0, 1), ssrc=0xD6D6627)),
        ("Reolink__unknown__RTSP-setup.txt", Transport((0, 1))),
        ("XiongMai-H264DVR__unknown__RTSP-setup-video.txt", Transport(None, (40004, 40005), 0)),
        ("XiongMai-H264DVR__unknown__RTSP-setup-audio.txt", Transport(None, (40006, 40007), 0)),
    ],
)
def test_recorded_answers_to_setup(recorded_dir: Path, name: str, expected: Transport) -> None:
    """Quirk 21: a blank in front of the SSRC, `mode="play"`, `destination` and `source` of other hosts."""
    answer = message((recorded_dir / name).read_bytes())
    assert answer.session is not None
    assert parse_transport(answer.headers.get("Transport"), ASKED) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "GW-Security__unknown__RTSP-main-play.txt",
            [RtpInfo("rtsp://192.168.1.110:5050/H264/video", 271, 1621990950)],
        ),
        (
            "GW-Security__unknown__RTSP-sub-play.txt",
            [RtpInfo("rtsp://192.168.1.110:5049/H264/video", 273, 1621810809)],
        ),
        (
            "Hikvision__unknown__RTSP-play.txt",
            [
                RtpInfo(
                    "rtsp://192.168.5.106:554/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1",
                    24104,
                    1270711678,
                )
            ],
        ),
        (
            "Reolink__unknown__RTSP-play.txt",
            [RtpInfo("trackID=1", 16852, 1070938629), RtpInfo("trackID=2", 39409, 3075976528)],
        ),
        ("XiongMai-H264DVR__unknown__RTSP-play.txt", []),
    ],
)
def test_recorded_answers_to_play(recorded_dir: Path, name: str, expected: list[RtpInfo]) -> None:
    answer = message((recorded_dir / name).read_bytes())
    assert answer.status == 200
    assert list(parse_rtp_info(answer.headers.all("RTP-Info"))) == expected


def test_a_recorded_answer_to_teardown(recorded_dir: Path) -> None:
    answer = message((recorded_dir / "Reolink__unknown__RTSP-teardown.txt").read_bytes())
    assert (answer.status, answer.cseq, answer.session) == (200, 7, None)


def test_a_timeout_that_play_does_not_repeat_holds_on(recorded_dir: Path) -> None:
    """Quirk 21: Hikvision tells it in answer to SETUP only, GW Security another one in answer to PLAY."""

    def session(name: str) -> Session:
        found = message((recorded_dir / name).read_bytes()).session
        assert found is not None
        return found

    told = parse_session("708345999;timeout=30")
    assert told is not None
    assert told.renewed(session("Hikvision__unknown__RTSP-play.txt")) == Session("708345999", 30)
    setup = session("GW-Security__unknown__RTSP-main-setup-video.txt")
    assert setup.renewed(session("GW-Security__unknown__RTSP-main-play.txt")) == Session("9a90de54", 120)


@pytest.mark.parametrize(
    ("value", "channels"),
    [
        (None, ASKED),
        ("", ASKED),
        ("RTP/AVP/TCP;unicast", ASKED),
        ("RTP/AVP/TCP;unicast;interleaved=2-3", (2, 3)),
        ("RTP/AVP/TCP; interleaved = 4 - 5 ;mode=PLAY", (4, 5)),
        ('RTP/AVP/TCP;INTERLEAVED="6-7"', (6, 7)),
        ("RTP/AVP/TCP;interleaved=8", (8, 9)),
        ("RTP/AVP/TCP;interleaved=255", (255, 255)),
        ("RTP/AVP/TCP;interleaved=999-1000", ASKED),
        ("RTP/AVP;unicast;interleaved=0-1", (0, 1)),
        ("RTP/AVP;unicast", ASKED),
        ("RTP/AVP;unicast;client_port=5000-5001", None),
    ],
)
def test_channels_are_believed_and_else_as_asked(value: str | None, channels: tuple[int, int] | None) -> None:
    """Quirk 21: other channels than asked, or none told."""
    assert parse_transport(value, ASKED).channels == channels


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("url=trackID=1;seq=0;rtptime=-1", RtpInfo("trackID=1", 0, None)),
        ("url=rtsp://a/b;c=1,2?x=3;seq=5;rtptime=6", RtpInfo("rtsp://a/b;c=1,2?x=3", 5, 6)),
        ("URL = rtsp://a/b ; rtptime=6 ; seq=7", RtpInfo("rtsp://a/b", 7, 6)),
        ("url=rtsp://a/b;seq=70000;rtptime=99999999999", RtpInfo("rtsp://a/b")),
        ('url="rtsp://a/b"', RtpInfo("rtsp://a/b")),
    ],
)
def test_rtp_info_is_read_with_its_lies(value: str, expected: RtpInfo) -> None:
    """Quirk 21: `rtptime=-1`, sequence numbers of 0."""
    assert parse_rtp_info([value]) == (expected,)


def test_rtp_info_that_says_nothing() -> None:
    assert parse_rtp_info(["", "seq=1", ",,,"]) == ()


@given(st.text(max_size=300), st.sampled_from([ASKED, None]))
def test_any_header_is_read(value: str, asked: tuple[int, int] | None) -> None:
    found = parse_transport(f"RTP/AVP/TCP;interleaved={value}", asked)
    assert found.channels is None or max(found.channels) <= 255
    for info in parse_rtp_info([value, f"url={value};seq={value}"]):
        assert info.sequence is None or info.sequence <= 0xFFFF


@pytest.mark.parametrize("piece", ["url=", ",", ";seq=1", "url=a;", " ,url=x;seq", "interleaved="])
def test_long_headers_end_quickly(piece: str) -> None:
    assert len(parse_rtp_info([piece * 20_000])) <= 64
    assert parse_transport(piece * 20_000, ASKED).channels == ASKED
