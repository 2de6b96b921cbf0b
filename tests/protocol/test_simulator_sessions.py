"""Sessions that go wrong: busy, limited, timed out, renamed, dead; and what the simulator counts of them."""

from __future__ import annotations

import re
import socket
import time

import pytest

from cctv_probe.simulator.fleet import Device, Faults, Login, RtspFaults, StreamFaults
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import BENCH_PASSWORD, many_streams, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.oracle import expected_streams
from tests.unit.simulator.towns import (
    FLEETS,
    PASSWORD,
    Rtsp,
    Viewer,
    camera,
    digest_header,
    fleet_of,
    open_camera,
    own_network,
    stream,
)

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


def _faulty(**rtsp: object) -> Device:
    return open_camera(faults=Faults(rtsp=RtspFaults(**rtsp)))  # type: ignore[arg-type]


def _settled(town: Municipality, device: Device) -> None:
    """Wait until the device has noticed that all connections are gone."""
    end = time.monotonic() + 5
    while town.state(device.address).rtsp_connections and time.monotonic() < end:
        time.sleep(0.005)
    assert town.state(device.address).rtsp_connections == 0


@pytest.mark.parametrize(
    ("dead", "described", "set_up"), [("describe_404", 404, 404), ("setup_404", 200, 404), ("no_rtp", 200, 200)]
)
def test_dead_streams(dead: str, described: int, set_up: int) -> None:
    device = open_camera(stream(faults=StreamFaults(dead=dead)))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        assert viewer.ask("DESCRIBE", "/live")[0] == described
        assert viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[0] == set_up
    if set_up == 200:
        with Municipality(fleet_of(device)), Viewer(device) as viewer:
            assert viewer.play().receive(0.4) == []


def test_any_path_is_answered_and_only_the_true_one_streams() -> None:
    device = _faulty(any_path_describes=True)
    with Municipality(fleet_of(device)):
        with Viewer(device) as viewer:
            status, _, body = viewer.ask("DESCRIBE", "/f81d4fae")
            assert (status, "m=video" in body) == (200, True)
            assert viewer.play("/f81d4fae").receive(0.4) == []
        with Viewer(device) as viewer:
            assert len(viewer.play("/live").receive(2, count=5)) >= 5


def test_udp_only_and_loss() -> None:
    device = open_camera(stream(frame_rate=30), faults=Faults(rtsp=RtspFaults(udp_only=True), lossy_every=5))
    with (
        Municipality(fleet_of(device)) as town,
        Viewer(device) as viewer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        assert viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[0] == 461
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        port = receiver.getsockname()[1]
        wanted = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        status, headers, _ = viewer.ask("SETUP", "/live/trackID=1", Transport=wanted)
        assert (status, "server_port=" in headers["transport"]) == (200, True)
        viewer.session = headers["session"].split(";")[0]
        viewer.ask("PLAY", "/live")
        sequences = [int.from_bytes(receiver.recv(2000)[2:4], "big") for _ in range(30)]
        assert viewer.ask("TEARDOWN", "/live")[0] == 200
        assert town.errors == []
    assert all(number % 5 for number in sequences)
    assert len(set(sequences)) == 30


def test_busy_as_503_and_only_at_first() -> None:
    unavailable = open_camera(faults=Faults(busy=("DESCRIBE",), rtsp=RtspFaults(busy_status=503)))
    at_first = open_camera(faults=Faults(busy=("SETUP",), rtsp=RtspFaults(busy_first=2)))
    with Municipality(fleet_of(unavailable, at_first)), Viewer(unavailable) as one, Viewer(at_first) as other:
        assert one.ask("DESCRIBE", "/live")[0] == 503
        answers = [other.ask("SETUP", "/live/trackID=1", Transport=TCP)[0] for _ in range(3)]
        assert answers == [453, 453, 200]


def test_two_sessions_at_most_and_what_is_counted() -> None:
    device = open_camera(faults=Faults(max_rtsp_sessions=2))
    with Municipality(fleet_of(device)) as town:
        with Viewer(device) as first, Viewer(device) as second, Viewer(device) as third:
            first.play()
            second.play()
            assert third.ask("SETUP", "/live/trackID=1", Transport=TCP)[0] == 453
            assert first.ask("TEARDOWN", "/live")[0] == 200
            third.play()
            assert third.ask("GET_PARAMETER", "/live", Session="nobodys")[0] == 454
        _settled(town, device)
        state = town.state(device.address)
        assert (state.rtsp_sessions, state.peak_rtsp_sessions, state.rtsp_sessions_ever) == (0, 2, 3)
        assert (state.rtsp_not_torn_down, state.rtsp_wrong_session) == (2, 1)
        assert (state.peak_rtsp_connections, state.rtsp_timed_out) == (3, 0)
        assert max(entry.peak_rtsp_sessions for entry in town.log()) == 2
        assert [entry.result for entry in town.log()].count("violation:no_teardown") == 2


def test_one_connection_at_most() -> None:
    device = _faulty(max_connections=1)
    with Municipality(fleet_of(device)) as town:
        with Viewer(device) as first, Viewer(device) as second:
            assert first.ask("OPTIONS", "/live")[0] == 200
            with pytest.raises(ConnectionError):
                second.ask("OPTIONS", "/live")
        _settled(town, device)
        with Viewer(device) as third:
            assert third.ask("OPTIONS", "/live")[0] == 200
        assert [entry.result for entry in town.log()].count("too_many_connections") == 1


def test_a_session_that_nobody_keeps_alive() -> None:
    device = _faulty(session_timeout_s=0.5)
    with Municipality(fleet_of(device)) as town:
        with Viewer(device) as viewer:
            began = time.monotonic()
            viewer.play().receive(5)
            assert viewer.has_ended
            assert 0.4 < time.monotonic() - began < 2
        _settled(town, device)
        state = town.state(device.address)
        assert (state.rtsp_timed_out, state.rtsp_not_torn_down, state.rtsp_sessions) == (1, 0, 0)
        with Viewer(device) as viewer:
            viewer.play()
            for _ in range(4):
                assert viewer.receive(0.25)
                assert viewer.ask("GET_PARAMETER", "/live")[0] == 200
            assert viewer.ask("TEARDOWN", "/live")[0] == 200
        assert town.state(device.address).rtsp_timed_out == 1


def test_the_time_out_is_told() -> None:
    device = _faulty(session_timeout_s=8)
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        assert viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[1]["session"].endswith(";timeout=8")


def test_a_nonce_that_expires_inside_of_a_session() -> None:
    login = Login(password=PASSWORD, rtsp_scheme="md5", nonce_life_s=0.3)
    device = camera(login=login, faults=Faults(rtsp=RtspFaults(login_every_request=True)))
    with Municipality(fleet_of(device)) as town, Rtsp(device) as client:

        def asked(method: str, path: str, challenge: str, **headers: str) -> tuple[int, dict[str, list[str]], bytes]:
            login = digest_header(challenge, method, f"rtsp://{device.address}:8554{path}")
            return client.ask(method, path, Authorization=login, **headers)

        challenge = client.ask("DESCRIBE", "/live")[1]["www-authenticate"][0]
        session = asked("SETUP", "/live/trackID=1", challenge, Transport=TCP)[1]["session"][0].split(";")[0]
        assert asked("PLAY", "/live", challenge, Session=session)[0] == 200
        assert client.ask("GET_PARAMETER", "/live", Session=session)[0] == 401
        time.sleep(0.35)
        status, headers, _ = asked("GET_PARAMETER", "/live", challenge, Session=session)
        assert (status, "stale=true" in headers["www-authenticate"][0]) == (401, True)
        fresh = headers["www-authenticate"][0].replace(", stale=true", "")
        assert asked("TEARDOWN", "/live", fresh, Session=session)[0] == 200
        assert town.state(device.address).failed_logins_ever == 0


def test_a_session_with_another_name_after_play() -> None:
    device = _faulty(session_name_changes=True)
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        first = viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[1]["session"].split(";")[0]
        second = viewer.ask("PLAY", "/live", Session=first)[1]["session"]
        assert first != second
        assert viewer.ask("GET_PARAMETER", "/live", Session=first)[0] == 200
        assert viewer.ask("TEARDOWN", "/live", Session=second)[0] == 200


def test_packets_on_a_channel_that_nobody_set_up() -> None:
    device = _faulty(unassigned_channels=True)
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        came = viewer.play().receive(3, count=30)
    assert {packet.channel for packet in came} == {0, 1, 100}


@pytest.mark.parametrize(
    ("told", "pattern"), [("true", r"seq=\d+;rtptime=\d+"), ("wrong", "seq=0;rtptime=-1"), ("missing", None)]
)
def test_rtp_info(told: str, pattern: str | None) -> None:
    device = _faulty(rtp_info=told)
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        viewer.session = viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[1]["session"].split(";")[0]
        headers = viewer.ask("PLAY", "/live")[1]
        first = viewer.receive(2, count=2)[1]
    if pattern is None:
        assert "rtp-info" not in headers
    else:
        assert re.search(pattern, headers["rtp-info"])
    if told == "true":
        assert headers["rtp-info"].endswith(f"seq={first.sequence};rtptime={first.timestamp}")


def test_sloppy_text() -> None:
    device = _faulty(sloppy_text=True)
    with Municipality(fleet_of(device)), Viewer(device) as viewer:
        _, headers, body = viewer.ask("DESCRIBE", "/live")
        assert headers["content-base"] == f"{device.address}:8554/live/"
        assert "content-type" not in headers
        assert "\r\no=" not in body
        assert body.endswith("m=metadata\r\n")
        assert "; ssrc= " in viewer.ask("SETUP", "/live/trackID=1", Transport=TCP)[1]["transport"]


def _report_utc(device: Device) -> float:
    """Unix time in the first RTCP sender report."""
    with Viewer(device) as viewer:
        report = next(one for one in viewer.play().receive(3, count=3) if one.channel == 1)
    assert report.data[1] == 200
    return int.from_bytes(report.data[8:12], "big") - 2_208_988_800


def test_sender_reports_with_a_wrong_clock() -> None:
    wrong, right = _faulty(report_clock_offset_s=-86_400), _faulty()
    with Municipality(fleet_of(wrong, right)):
        assert _report_utc(right) == pytest.approx(time.time(), abs=3)
        assert _report_utc(wrong) == pytest.approx(time.time() - 86_400, abs=3)


def test_every_device_of_the_streams_fleet_answers() -> None:
    fleet = moved(load_fleet(FLEETS / "streams.yaml"), own_network())
    assert len({device.identity.urn() for device in fleet.devices}) == len(fleet.devices)
    with Municipality(fleet) as town:
        for one in expected_streams(fleet):
            device = next(device for device in fleet.devices if device.address == one.address)
            with Rtsp(device) as client:
                challenge = client.ask("DESCRIBE", one.uri)[1].get("www-authenticate", [""])[0]
                login = (
                    digest_header(challenge, "DESCRIBE", client.root + one.uri, password=device.login.password)
                    if challenge
                    else ""
                )
                status = client.ask("DESCRIBE", one.uri, Authorization=login)[0]
            lost = one.why_not == "offline" or one.truth.faults.dead == "describe_404"
            assert status == (404 if lost else 503 if device.faults.rtsp.busy_status == 503 else 200)
        assert town.errors == []


def test_forty_streams_share_one_clip() -> None:
    fleet = many_streams(40, f"{own_network()}.1", 4_000_000)
    assert len({device.address for device in fleet.devices}) == 40
    assert {one.bit_rate_bps for one in expected_streams(fleet)} == {4_000_000}
    first, last = fleet.devices[0], fleet.devices[-1]
    assert first.login.password == BENCH_PASSWORD
    assert first.channels[0].truths == last.channels[0].truths
