"""Our RTSP client against the simulated municipality: every codec over TCP and UDP, logins, faults, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import pytest

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.rtsp.setup import Way
from cctv_probe.rtsp.stream import PlayOptions, play
from cctv_probe.simulator.fleet import ChannelLies, Device, Faults, Login, Ports, Stream
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.wire.deadline import Budget, Deadline
from tests.unit.rtsp.account import OneAccount
from tests.unit.simulator.towns import FLEETS, PASSWORD, camera, channel, fleet_of, stream

STREAMS = {
    "h264": stream(path="/h264", width=704, height=576, frame_rate=25, gop=25),
    "h265": stream(path="/h265", codec="h265", width=640, height=360, frame_rate=12, gop=12),
    "mjpeg": stream(path="/mjpeg", codec="mjpeg", width=320, height=240, frame_rate=8),
    "mpeg4": stream(path="/mpeg4", codec="mpeg4", width=352, height=288, frame_rate=20, gop=20),
}
DECODERS = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg", "mpeg4": "mpeg4"}
PLAY_S = 2.0


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    device = camera(channels=tuple(channel(one) for one in STREAMS.values()))
    with Municipality(fleet_of(device)) as running:
        yield running
        assert running.errors == []


def connect(device: Device, *, account: OneAccount | None = None) -> RtspConnection:
    budget = Budget(60, 100_000_000)
    port = device.ports.rtsp or device.ports.rtsps or 0
    return RtspConnection.connect(device.address, port, tls=not device.ports.rtsp, budget=budget, account=account)


def login(device: Device) -> OneAccount:
    return OneAccount(*device.login.web(), basic=True)


def uri(device: Device, one: Stream) -> str:
    scheme = "rtsp" if device.ports.rtsp else "rtsps"
    return f"{scheme}://{device.address}:{device.ports.rtsp or device.ports.rtsps}{one.path}"


def played(device: Device, one: Stream, way: Way = "auto", seconds: float = PLAY_S) -> list[AccessUnit]:
    with connect(device, account=login(device)) as connection:
        described = connection.describe(uri(device, one))
        with play(connection, described, PlayOptions(keep_data="all", way=way)) as playing:
            return list(playing.units(Deadline.after(seconds)))


def sizes(codec: str, units: list[AccessUnit]) -> list[str]:
    """The size of every picture that libav decodes."""
    context = av.CodecContext.create(DECODERS[codec], "r")
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit.data))]
    return [f"{frame.width}x{frame.height}" for frame in [*frames, *context.decode(None)]]


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_every_codec_arrives_whole_at_its_rate_and_decodes(town: Municipality, way: Way) -> None:
    device = town.fleet.devices[0]
    with ThreadPoolExecutor(len(STREAMS)) as pool:
        jobs = {codec: pool.submit(played, device, one, way) for codec, one in STREAMS.items()}
        found = {codec: job.result() for codec, job in jobs.items()}
    for codec, units in found.items():
        one = STREAMS[codec]
        assert {unit.codec for unit in units} == {codec}
        assert sizes(codec, units) == [one.size] * len(units)
        assert not any(unit.damaged for unit in units)
        span_s = (units[-1].timestamp - units[0].timestamp) / units[0].clock_hz
        assert (len(units) - 1) / span_s == pytest.approx(one.frame_rate, rel=0.02)
        assert len(units) > one.frame_rate * PLAY_S / 2
        keys = [number for number, unit in enumerate(units) if unit.is_key]
        assert keys == list(range(0, len(units), one.gop_length if codec != "mjpeg" else 1))
    assert town.state(device.address).rtsp_sessions == 0
    assert not [entry for entry in town.log() if entry.result.startswith(("violation", "login_failed"))]


def test_every_stream_of_the_demo_fleet_is_what_its_file_says() -> None:
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), "127.93.1")
    streaming = [
        device
        for device in fleet.devices
        if (device.ports.rtsp or device.ports.rtsps)
        and device.faults == Faults()
        and device.login.rtsp_scheme != "basic"
    ]
    assert streaming
    with Municipality(fleet_of(*streaming)) as town:
        with ThreadPoolExecutor(len(streaming)) as pool:
            assert sum(pool.map(is_as_its_file_says, streaming)) == len(streaming)
        assert town.errors == []


def is_as_its_file_says(device: Device) -> bool:
    """Whether the first key picture of the device's smallest stream has the codec and size of the fleet file."""
    one = next(channel for channel in device.channels if channel.online).truths.streams[-1]
    with connect(device, account=login(device)) as connection:
        described = connection.describe(uri(device, one), wanted_s=40)
        with play(connection, described, PlayOptions(silence_s=40)) as playing:
            key = next(unit for unit in playing.units(Deadline.after(50)) if unit.is_key and not unit.damaged)
    return key.codec == one.codec and sizes(one.codec, [key]) == [one.size]


def test_a_device_that_is_full_is_busy() -> None:
    device = camera(login=Login(), faults=Faults(max_rtsp_sessions=1))
    with Municipality(fleet_of(device)) as town, connect(device) as first, connect(device) as second:
        one = device.channels[0].truths.streams[0]
        with play(first, first.describe(uri(device, one))):
            with pytest.raises(StepError) as caught:
                play(second, second.describe(uri(device, one)))
            assert caught.value.ending is Ending.BUSY
        with play(second, second.describe(uri(device, one))) as playing:
            assert next(playing.units(Deadline.after(5))).is_key
        second.close()
        assert town.state(device.address).rtsp_sessions == 0


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_packets_that_a_device_loses_are_counted(way: Way) -> None:
    many = stream(codec="mjpeg", frame_rate=10)  # each picture in several packets
    device = camera(login=Login(), channels=(channel(many),), faults=Faults(lossy_every=10))
    one = device.channels[0].truths.streams[0]
    with (
        Municipality(fleet_of(device)),
        connect(device) as connection,
        play(connection, connection.describe(uri(device, one)), PlayOptions(way=way)) as playing,
    ):
        units = []
        for unit in playing.units(Deadline.after(30)):
            units.append(unit)
            if playing.reception.packets >= 80:
                break
        assert playing.reception.loss == pytest.approx(0.1, abs=0.05)
        assert playing.reception.damaged_units > 0
    assert any(unit.damaged for unit in units)


def test_a_nonce_that_serves_once_is_no_failed_login() -> None:
    """Quirk 15: Dahua gives a new nonce with each request."""
    device = camera(
        login=Login(password=PASSWORD, rtsp_scheme="md5", rtsp_qop=True), faults=Faults(new_nonce_each_time=True)
    )
    one = device.channels[0].truths.streams[0]
    account = login(device)
    with Municipality(fleet_of(device)) as town:
        with (
            connect(device, account=account) as connection,
            play(connection, connection.describe(uri(device, one))) as playing,
        ):
            assert next(playing.units(Deadline.after(5))).is_key
        assert "violation:no_teardown" not in [entry.result for entry in town.log()]
        assert not [entry for entry in town.log() if entry.result == "login_failed:wrong_password"]


def test_over_tls() -> None:
    device = camera(login=Login(), ports=Ports(http=8080, rtsps=8322))
    with Municipality(fleet_of(device)):
        units = played(device, device.channels[0].truths.streams[0], seconds=1.0)
    assert sizes("h264", units) == ["320x240"] * len(units)
    assert len(units) > 5


@pytest.mark.parametrize("real", ["h264", "h265"])
def test_quirk_11_a_codec_that_the_description_lies_about(real: str) -> None:
    lies = ChannelLies(sdp_codec="h265" if real == "h264" else "h264")
    device = camera(login=Login(), channels=(channel(stream(codec=real, gop=10), lies=lies),))
    with Municipality(fleet_of(device)):
        units = played(device, device.channels[0].truths.streams[0], seconds=1.0)
    assert {unit.codec for unit in units} == {real}
    assert sizes(real, units) == ["320x240"] * len(units)
