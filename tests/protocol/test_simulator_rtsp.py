"""The simulator's RTSP: libav plays every codec over TCP and UDP; logins, sessions and faults are as the fleet says."""

from __future__ import annotations

import itertools
import struct
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import av
import pytest

from cctv_probe.simulator.fleet import ChannelLies, Device, Faults, Login, Ports, Sdp, Stream
from cctv_probe.simulator.municipality import Municipality
from tests.unit.simulator.towns import PASSWORD, Rtsp, camera, channel, digest_header, fleet_of, stream

STREAMS = {
    "h264": stream(path="/h264", width=960, height=1080),
    "h265": stream(path="/h265", codec="h265", width=704, height=576),
    "mjpeg": stream(path="/mjpeg", codec="mjpeg", width=640, height=360),
    "mpeg4": stream(path="/mpeg4", codec="mpeg4", width=320, height=240),
}
LIBAV_NAMES = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg", "mpeg4": "mpeg4"}


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    device = camera(channels=tuple(channel(one) for one in STREAMS.values()), ports=Ports(http=8080, rtsp=8554))
    with Municipality(fleet_of(device)) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def device(town: Municipality) -> Device:
    return town.fleet.devices[0]


def _uri(device: Device, one: Stream) -> str:
    return f"rtsp://admin:{quote(PASSWORD, safe='')}@{device.address}:8554{one.path}"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", STREAMS)
def test_libav_decodes_the_pictures(device: Device, codec: str, transport: str) -> None:
    one = STREAMS[codec]
    with av.open(_uri(device, one), options={"rtsp_transport": transport}, timeout=20) as played:
        video = played.streams.video[0]
        frames = [frame for frame, _ in zip(played.decode(video), range(8), strict=False)]
        assert video.codec_context.name == LIBAV_NAMES[codec]
    assert {(frame.width, frame.height) for frame in frames} == {(one.width, one.height)}
    assert len(frames) == 8
    corner = frames[0].to_ndarray(format="gray")[: one.height // 10]
    assert corner.max() > 180 > 60 > corner.min()  # the time burnt in, white on black


def test_timestamps_run_on_where_the_clip_starts_again() -> None:
    short = stream(frame_rate=60, gop=10, width=64, height=64)
    device = camera(channels=(channel(short),))
    with Municipality(fleet_of(device)), av.open(_uri(device, short), options={"rtsp_transport": "tcp"}) as played:
        packets = [packet for packet, _ in zip(played.demux(), range(150), strict=False)]
    times = [packet.pts * packet.time_base for packet in packets if packet.pts is not None]
    assert len(times) > 140
    steps = [after - before for before, after in itertools.pairwise(times)]
    assert float(min(steps)) == pytest.approx(1 / 60, abs=0.0001)
    assert float(max(steps)) == pytest.approx(1 / 60, abs=0.0001)


def _login(device: Device, method: str, path: str, challenge: str) -> str:
    return digest_header(challenge, method, f"rtsp://{device.address}:8554{path}")


def _playing(client: Rtsp, device: Device, path: str) -> str:
    """Log in and play; the session's name."""
    challenge = client.ask("DESCRIBE", path)[1]["www-authenticate"][0]
    setup = f"{path}/trackID=1"
    _, headers, _ = client.ask(
        "SETUP",
        setup,
        Authorization=_login(device, "SETUP", setup, challenge),
        Transport="RTP/AVP/TCP;unicast;interleaved=2-3",
    )
    assert headers["transport"][0].startswith("RTP/AVP/TCP;unicast;interleaved=2-3")
    session = headers["session"][0].split(";")[0]
    login = _login(device, "PLAY", path, challenge)
    status, _, _ = client.ask("PLAY", path, Authorization=login, Session=session)
    assert status == 200
    return session


def test_play_pause_play_teardown(town: Municipality, device: Device) -> None:
    with Rtsp(device) as client:
        session = _playing(client, device, "/h264")
        packets = [client.packet() for _ in range(5)]
        assert {number for number, _ in packets} == {2, 3}
        sequences = [struct.unpack_from(">H", packet, 2)[0] for number, packet in packets if number == 2]
        assert sequences == [(sequences[0] + step) & 0xFFFF for step in range(len(sequences))]
        report = next(packet for number, packet in packets if number == 3)
        assert (report[1], len(report) % 4) == (200, 0)
        assert town.state(device.address).rtsp_sessions == 1
        assert client.ask("GET_PARAMETER", "/h264", Session=session)[0] == 200
        assert client.ask("PAUSE", "/h264", Session=session)[0] == 200
        assert client.ask("TEARDOWN", "/h264", Session="other")[0] == 454
        assert client.ask("TEARDOWN", "/h264", Session=session)[0] == 200
        assert client.ask("PLAY", "/h264")[0] == 401
        assert town.state(device.address).rtsp_sessions == 0


def test_the_description(device: Device) -> None:
    with Rtsp(device) as client:
        options = client.ask("OPTIONS", "/h264")
        challenge = client.ask("DESCRIBE", "/h264")[1]["www-authenticate"][0]
        status, headers, body = client.ask(
            "DESCRIBE", "/h264", Authorization=_login(device, "DESCRIBE", "/h264", challenge)
        )
        missing = client.ask("DESCRIBE", "/none", Authorization=_login(device, "DESCRIBE", "/none", challenge))
    assert "GET_PARAMETER" in options[1]["public"][0]
    assert (status, headers["content-base"]) == (200, [f"rtsp://{device.address}:8554/h264/"])
    assert b"a=rtpmap:96 H264/90000\r\n" in body
    assert b"sprop-parameter-sets=" in body
    assert missing[0] == 404


def test_wrong_passwords_over_rtsp_and_the_lock() -> None:
    device = camera(login=Login(password=PASSWORD, rtsp_scheme="md5", lock_after=2))
    with Municipality(fleet_of(device)) as town, Rtsp(device) as client:
        challenge = client.ask("DESCRIBE", "/live")[1]["www-authenticate"][0]
        wrong = digest_header(challenge, "DESCRIBE", f"rtsp://{device.address}:8554/live", password="wrong")
        for _ in range(2):
            assert client.ask("DESCRIBE", "/live", Authorization=wrong)[0] == 401
        right = _login(device, "DESCRIBE", "/live", challenge)
        assert client.ask("DESCRIBE", "/live", Authorization=right)[0] == 401
        assert town.state(device.address).locked
        assert [entry.result for entry in town.log()] == [
            "challenged",
            "login_failed:wrong_password",
            "login_failed:wrong_password",
            "locked",
        ]


@pytest.mark.parametrize(
    ("scheme", "offered"),
    [("md5", ["MD5"]), ("sha256", ["SHA-256"]), ("md5_and_sha256", ["MD5", "SHA-256"])],
)
def test_digest_schemes(scheme: str, offered: list[str]) -> None:
    device = camera(login=Login(password=PASSWORD, rtsp_scheme=scheme, rtsp_qop=True))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)), Rtsp(device) as client:
        challenges = client.ask("DESCRIBE", "/live")[1]["www-authenticate"]
        assert [challenge.split("algorithm=")[1].split(",")[0] for challenge in challenges] == offered
        for challenge in challenges:
            login = _login(device, "DESCRIBE", "/live", challenge)
            assert client.ask("DESCRIBE", "/live", Authorization=login)[0] == 200
            assert client.ask("DESCRIBE", "/live", Authorization=login)[0] == 401  # the count did not rise


def _open_device(**changes: object) -> Device:
    return camera(login=Login(), **changes)


def test_an_offline_channel_has_no_stream() -> None:
    device = _open_device(channels=(channel(online=False),))
    with Municipality(fleet_of(device)), Rtsp(device) as client:
        assert client.ask("DESCRIBE", "/live")[0] == 404


def test_a_device_that_knows_every_path() -> None:
    device = _open_device(faults=Faults(any_path_streams=True))
    with Municipality(fleet_of(device)), Rtsp(device) as client:
        assert client.ask("DESCRIBE", "/anything-at-all")[0] == 200


def test_busy_and_full_devices_say_453() -> None:
    busy, full = _open_device(faults=Faults(busy=("DESCRIBE",))), _open_device(faults=Faults(max_rtsp_sessions=0))
    with Municipality(fleet_of(busy, full)), Rtsp(busy) as one, Rtsp(full) as other:
        assert one.ask("OPTIONS", "/live")[0] == 200
        assert one.ask("DESCRIBE", "/live")[0] == 453
        assert other.ask("SETUP", "/live/trackID=1", Transport="RTP/AVP/TCP;interleaved=0-1")[0] == 453


def test_descriptions_can_keep_silent_and_lie() -> None:
    lies = ChannelLies(sdp_codec="h264", sdp_frame_rate=90000)
    device = _open_device(channels=(channel(stream(codec="h265"), lies=lies),), sdp=Sdp(sprop=False))
    with Municipality(fleet_of(device)), Rtsp(device) as client:
        body = client.ask("DESCRIBE", "/live")[2].decode()
    assert "H264/90000" in body
    assert "a=framerate:90000" in body
    assert "sprop" not in body


def test_unclean_ends_are_written_down() -> None:
    device = _open_device()
    with Municipality(fleet_of(device)) as town:
        with Rtsp(device) as client:
            assert client.ask("SETUP", "/live/trackID=1", Transport="RTP/AVP/TCP;interleaved=0-1")[0] == 200
        with Rtsp(device) as client:  # answered only after the first connection's end was seen
            client.ask("OPTIONS", "/live")
            assert client.ask("TEARDOWN", "/live", Session="gone")[0] == 454
            assert town.state(device.address).rtsp_sessions == 0
        assert "violation:no_teardown" in [entry.result for entry in town.log()]


def test_rtsps_with_a_certificate_of_its_own() -> None:
    device = _open_device(ports=Ports(http=8080, rtsps=8322))
    with (
        Municipality(fleet_of(device)),
        av.open(f"rtsps://{device.address}:8322/live", options={"tls_verify": "0"}, timeout=20) as played,
    ):
        assert next(played.decode(video=0)).width == 320


def test_clips_are_kept_on_disk(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("clips")
    device = _open_device()
    for _ in range(2):
        with Municipality(fleet_of(device), clips=folder), av.open(f"rtsp://{device.address}:8554/live") as played:
            assert next(played.decode(video=0)).height == 240
        kept = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
        assert len(kept) == 1


def test_a_town_can_stop_while_streams_play() -> None:
    device = camera()
    town = Municipality(fleet_of(device))
    town.start()
    with Rtsp(device) as client:
        _playing(client, device, "/live")
        client.packet()
        town.stop()
    assert town.errors == []


def test_importing_the_fleet_does_not_import_libav() -> None:
    code = "import sys, cctv_probe.simulator.municipality; print('av' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
