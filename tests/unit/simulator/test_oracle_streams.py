"""What measuring must find, worked out by hand for each kind of truth, lie and fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from cctv_probe.simulator.fleet import ChannelLies, ChannelTruths, Faults, Interval, RtspFaults, Sdp, StreamFaults
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.fleet_streams import Picture
from cctv_probe.simulator.oracle import ExpectedStream, expected_streams
from tests.unit.simulator.towns import FLEETS, camera, channel, fleet_of, stream


def _only(**changes: object) -> ExpectedStream:
    (one,) = expected_streams(fleet_of(camera(**changes)))
    return one


def _faulty(**faults: object) -> ExpectedStream:
    return _only(channels=(channel(stream(faults=StreamFaults(**faults))),))  # type: ignore[arg-type]


def _lying(**lies: object) -> ExpectedStream:
    return _only(channels=(channel(lies=ChannelLies(**lies)),))  # type: ignore[arg-type]


def test_an_honest_stream() -> None:
    one = _only()
    assert (one.codec, one.resolution, one.frame_rate, one.gop, one.bit_rate_bps) == (
        "h264",
        "320x240",
        25,
        25,
        300_000,
    )
    assert (one.works, one.why_not, one.is_variable) == (True, "", False)
    assert one.health_faults == one.disagreements == one.unmeasurable == frozenset()


def test_a_varying_stream() -> None:
    turns = (Interval(frame_rate=25, for_s=2), Interval(frame_rate=12, for_s=2))
    one = _only(channels=(channel(stream(frame_rate=18.5, gop=0, varying=turns)),))
    assert (one.is_variable, one.frame_rate, one.turn_s, one.gop) == (True, 18.5, 4, 74)


@pytest.mark.parametrize(
    ("lies", "disagreements"),
    [
        ({"configured_frame_rate": 12}, {"frame_rate"}),
        ({"configured_frame_rate": 25.2}, set()),
        ({"sdp_frame_rate": 90000}, {"frame_rate"}),
        ({"sdp_frame_rate": 0}, set()),
        ({"configured_resolution": "640x480"}, {"resolution"}),
        ({"sdp_resolution": "640x480"}, {"resolution"}),
        ({"sdp_codec": "h265"}, {"codec"}),
        ({"media1_codec": "mjpeg"}, {"codec"}),
    ],
)
def test_lies_that_measuring_must_contradict(lies: dict[str, object], disagreements: set[str]) -> None:
    assert _lying(**lies).disagreements == disagreements
    assert _lying(**lies).resolution == "320x240"


@pytest.mark.parametrize(
    ("faults", "why_not", "works"),
    [
        ({"dead": "describe_404"}, "dead_uri", False),
        ({"dead": "setup_404"}, "dead_uri", False),
        ({"dead": "no_rtp"}, "no_rtp", False),
        ({"garbage": "nal"}, "garbage", False),
        ({"stops_after_s": 3}, "stops", None),
        ({"stops_after_s": 60}, "", True),
        ({"flip_bits_every": 3}, "", None),
        ({"absurd_size": True}, "", False),
        ({"annex_b": "inside"}, "", True),
        ({"jitter_s": 0.1}, "", True),
    ],
)
def test_faults_of_streams(faults: dict[str, object], why_not: str, works: bool | None) -> None:
    one = _faulty(**faults)
    assert (one.why_not, one.works) == (why_not, works)


def test_floods_and_changes() -> None:
    flood, changed = _faulty(flood_factor=10), _faulty(changes_to="160x120")
    assert (flood.bit_rate_bps, flood.disagreements) == (3_000_000, frozenset({"bit_rate_bps"}))
    assert (changed.resolution, changed.changes_to) == ("320x240", "160x120")
    assert changed.disagreements == {"resolution"}


def test_busy_devices_are_neither_dead_nor_alive() -> None:
    busy = _only(faults=Faults(busy=("SETUP",)))
    at_first = _only(faults=Faults(busy=("SETUP",), rtsp=RtspFaults(busy_first=2)))
    full = _only(faults=Faults(max_rtsp_sessions=0))
    assert [(one.why_not, one.works) for one in (busy, at_first, full)] == [("busy", None), ("", True), ("busy", None)]


def test_a_size_that_nothing_tells() -> None:
    hidden = _only(sdp=Sdp(sprop=False), channels=(channel(stream(faults=StreamFaults(parameter_sets="never"))),))
    assert hidden.unmeasurable == {"resolution"}
    assert _faulty(parameter_sets="never").unmeasurable == frozenset()


@pytest.mark.parametrize(
    ("picture", "faults"), [("street", set()), ("night", set()), ("frozen", {"frozen"}), ("infrared", {"infrared"})]
)
def test_the_health_of_pictures(picture: Picture, faults: set[str]) -> None:
    one = _only(channels=(channel(truths=ChannelTruths(streams=(stream(),), picture=picture)),))
    assert one.health_faults == faults
    assert one.works == (not faults)


def test_the_demo_by_hand() -> None:
    streams = expected_streams(load_fleet(FLEETS / "demo.yaml"))
    assert len(streams) == 26
    told = {
        one.address[-2:]: (one.frame_rate, one.works, one.why_not, set(one.health_faults), set(one.disagreements))
        for one in streams
        if one.address[-2:] >= "19" and one.name == "main"
    }
    assert told == {
        "19": (12, True, "", set(), {"frame_rate"}),
        "20": (10.5, True, "", set(), {"frame_rate"}),
        "21": (15, True, "", set(), {"resolution"}),
        "22": (20, True, "", set(), set()),
        "23": (15, False, "", {"frozen"}, set()),
        "24": (12.5, False, "", {"covered"}, set()),
        "25": (10, False, "", {"blurred"}, set()),
        "26": (15, None, "busy", set(), set()),
    }


def test_the_streams_fleet_has_every_fault() -> None:
    fleet = load_fleet(FLEETS / "streams.yaml")
    streams = expected_streams(fleet)
    assert Counter(one.why_not for one in streams if one.why_not) == {
        "dead_uri": 2,
        "no_rtp": 3,
        "busy": 2,
        "stops": 3,
        "garbage": 2,
        "offline": 1,
    }
    usual, usual_rtsp = StreamFaults(), RtspFaults()
    unused = {one.name for one in fields(usual)}
    unused -= {name for name in unused for one in streams if getattr(one.truth.faults, name) != getattr(usual, name)}
    assert unused == set()
    unused = {one.name for one in fields(usual_rtsp)}
    unused -= {
        name
        for name in unused
        for device in fleet.devices
        if getattr(device.faults.rtsp, name) != getattr(usual_rtsp, name)
    }
    assert unused == set()
