"""Which channel a documented RTSP path names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.stream.channel_numbers import channel_of


@pytest.mark.parametrize(
    ("path", "channel"),
    [
        ("/Streaming/Channels/101", 1),
        ("/Streaming/Channels/102", 1),
        ("/Streaming/Channels/1601", 16),
        ("/Streaming/channels/3202/", 32),
        ("/Streaming/tracks/201?starttime=20261123T000000Z", 2),
        ("/ISAPI/Streaming/channels/401/picture", 4),
        ("rtsp://10.0.0.1:554/Streaming/Channels/101?transportmode=unicast", 1),
        ("/cam/realmonitor?channel=7&subtype=0", 7),
        ("/cam/realmonitor?subtype=1&channel=12", 12),
        ("/user=[redacted]&password=[redacted]&channel=3&stream=0.sdp?real_stream", 3),
        ("/unicast/c5/s0/live", 5),
        ("/h264/ch1/main/av_stream", 1),
        ("/h264/ch33/sub/av_stream", 33),
        ("/ch01/0", 1),
        ("/ch_02.h264", 2),
        ("/channel8", 8),
        ("/LiveChannel/0/media.smp", 1),
        ("/LiveChannel/7/media.smp", 8),
        ("/PlaybackChannel/3/media.smp", 4),
        ("/axis-media/media.amp?camera=2&videocodec=h264", 2),
        ("/cam/realmonitor?channel=0&subtype=0", None),
        ("/live", None),
        ("/profile2/media.smp", None),
        ("/stream1", None),
        ("/media/video2", None),
        ("/Streaming/Channels/1", None),
        ("/chapter1", None),
        ("", None),
    ],
)
def test_the_channel_a_path_names(path: str, channel: int | None) -> None:
    assert channel_of(path) == channel


def test_no_two_channels_of_a_recorder_share_a_number() -> None:
    assert [channel_of(f"/LiveChannel/{n}/media.smp") for n in range(64)] == list(range(1, 65))
    assert [channel_of(f"/Streaming/Channels/{n}01") for n in range(1, 65)] == list(range(1, 65))


@given(st.text(max_size=60))
def test_any_path_names_a_channel_from_1_or_none(path: str) -> None:
    number = channel_of(path)
    assert number is None or number >= 1
