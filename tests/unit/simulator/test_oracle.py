"""What a right survey says of a fleet, worked out by hand for each kind of lie."""

from __future__ import annotations

from cctv_probe.simulator.fleet import ChannelLies, DeviceLies, Sdp
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.oracle import Expected, expected_cameras
from tests.unit.simulator.towns import FLEETS, camera, channel, fleet_of, stream


def _only(**changes: object) -> Expected:
    (one,) = expected_cameras(fleet_of(camera(**changes)))
    return one


def test_the_demo_by_hand() -> None:
    cameras = expected_cameras(load_fleet(FLEETS / "demo.yaml"))
    assert [(one.address[-2:], one.channel, one.resolution, one.frame_rate, one.codec) for one in cameras] == [
        ("11", 1, "1920x1080", 25, "h264"),
        ("12", 1, "2560x1440", 20, "h265"),
        ("13", 1, "1920x1080", 20, "h264"),
        ("13", 2, "960x1080", 12, "h264"),
        ("13", 3, "704x576", 15, "h264"),
        ("13", 4, "1280x720", 25, "h265"),
        ("14", 1, "1280x960", 15, "h264"),
        ("15", 1, "1920x1080", 15, "h264"),
        ("16", 1, "1280x720", 20, "h264"),
        ("17", 1, "2304x1296", 15, "h264"),
        ("18", 1, "1920x1080", 15, "h264"),
        ("19", 1, "1280x720", 12, "h264"),
        ("20", 1, "1280x720", 10.5, "h265"),
        ("21", 1, "1280x720", 15, "h264"),
        ("22", 1, "1280x720", 20, "h264"),
        ("23", 1, "1280x720", 15, "h264"),
        ("24", 1, "1280x720", 12.5, "h264"),
        ("25", 1, "1280x720", 10, "h264"),
        ("26", 1, "1280x720", 15, "h264"),
    ]
    assert {one.address: one.disagreements for one in cameras if one.disagreements} == {"127.81.1.12": {"codec"}}
    assert {one.address[-2:]: one.untellable for one in cameras if one.untellable} == {
        "17": {"max_resolution"},
        "19": {"frame_rate"},
        "20": {"frame_rate"},
        "21": {"resolution"},
    }


def test_an_honest_camera_disagrees_nowhere() -> None:
    assert _only().disagreements == frozenset()
    assert _only().untellable == frozenset()


def test_a_resolution_lie_shows_where_the_sdp_holds_the_parameter_sets() -> None:
    lying = (channel(lies=ChannelLies(configured_resolution="640x480")),)
    assert _only(channels=lying).disagreements == {"resolution"}
    hidden = _only(channels=lying, sdp=Sdp(sprop=False))
    assert hidden.disagreements == frozenset()
    assert hidden.untellable == {"resolution"}


def test_a_frame_rate_lie_shows_only_where_the_sdp_speaks_of_it() -> None:
    lying = (channel(lies=ChannelLies(configured_frame_rate=30)),)
    silent, spoken = _only(channels=lying), _only(channels=lying, sdp=Sdp(frame_rate=True))
    assert silent.disagreements == frozenset()
    assert spoken.disagreements == {"frame_rate"}
    assert silent.untellable == spoken.untellable == {"frame_rate"}


def test_h265_that_media1_leaves_out_is_no_disagreement() -> None:
    honest = channel(stream(codec="h265"))
    assert _only(channels=(honest,)).disagreements == frozenset()
    lying = channel(stream(codec="h265"), lies=ChannelLies(media1_codec="h264"))
    assert _only(channels=(lying,)).disagreements == {"codec"}


def test_a_foreign_brand_is_a_disagreement_with_the_scopes() -> None:
    assert _only(lies=DeviceLies(manufacturer="Dahua")).disagreements == {"brand"}


def test_web_servers_are_no_cameras() -> None:
    assert expected_cameras(fleet_of(camera(kind="web_server"))) == []
