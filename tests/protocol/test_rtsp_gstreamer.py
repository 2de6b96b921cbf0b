"""Our RTSP client against GStreamer's server: descriptions, logins, TLS, and streams over TCP and UDP that decode."""

from __future__ import annotations

import itertools
import json
import os
import select
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.client import Account, RtspConnection
from cctv_probe.rtsp.facts import stream_facts
from cctv_probe.rtsp.parameter_sets import ParameterSets
from cctv_probe.rtsp.reception import Reception
from cctv_probe.rtsp.setup import Way
from cctv_probe.rtsp.stream import PlayOptions, play
from cctv_probe.wire.deadline import Budget, Deadline
from tests.unit.rtsp.account import OneAccount

pytestmark = pytest.mark.gstreamer

PYTHON = Path("/usr/bin/python3")
SERVER = Path(__file__).with_name("gst_server.py")
IMPORTS = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
ELEMENTS = (
    "from gi.repository import Gst; Gst.init(None); print(*(e for e in {names!r} if not Gst.ElementFactory.find(e)))"
)
START_S = 20.0


@dataclass(frozen=True)
class Served:
    """The running server: its ports by name, its one user, and its certificate's SHA-256."""

    ports: dict[str, int]
    user: str
    password: str
    certificate_sha256: str

    def uri(self, server: str, path: str) -> str:
        return f"rtsp{'s' if server == 'tls' else ''}://127.0.0.1:{self.ports[server]}{path}"

    def connect(self, server: str, account: Account | None = None) -> RtspConnection:
        budget = Budget(seconds=30, bytes_left=40_000_000)
        return RtspConnection.connect(
            "127.0.0.1", self.ports[server], tls=server == "tls", budget=budget, account=account
        )


def missing() -> str | None:
    """Why the server cannot run here, or None."""
    if not PYTHON.exists():
        return f"there is no {PYTHON}"
    asked = f"{IMPORTS}; {ELEMENTS.format(names=('x264enc', 'x265enc', 'jpegenc'))}"
    done = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        return f"{PYTHON} has no GStreamer RTSP server (gir1.2-gst-rtsp-server-1.0)"
    return f"GStreamer has no {done.stdout.strip()}" if done.stdout.strip() else None


def certificate(folder: Path) -> tuple[Path, str]:
    """A self-signed certificate with its key in one file, and its SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=9))
    signed = made.sign(key, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path = folder / "camera.pem"
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path, signed.fingerprint(hashes.SHA256()).hex()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    reason = missing()
    if reason:
        pytest.skip(reason)
    pem, fingerprint = certificate(tmp_path_factory.mktemp("tls"))
    environment = os.environ | {"GST_DEBUG": "0"}
    command = [str(part) for part in (PYTHON, SERVER, "--tls", pem)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], START_S)
            assert ready, f"the server did not start in {START_S} s"
            told = json.loads(process.stdout.readline())
            user, password = told.pop("user"), told.pop("password")
            yield Served(told, user, password, fingerprint)
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("path", "codec", "resolution", "rate_fps", "profile"),
    [
        ("/h264", "h264", "640x360", 15.0, "Main"),
        ("/h265", "h265", "416x240", 10.0, "Main"),
        ("/mjpeg", "mjpeg", None, 5.0, None),
    ],
)
def test_a_described_stream_has_its_codec_and_size(
    served: Served, path: str, codec: str, resolution: str | None, rate_fps: float, profile: str | None
) -> None:
    with served.connect("plain") as connection:
        described = connection.describe(served.uri("plain", path))
    facts = stream_facts(described.sdp, described.base)
    assert facts is not None
    assert (facts.value("codec"), facts.value("resolution"), facts.value("profile")) == (codec, resolution, profile)
    assert rate_fps in (facts.value("sdp_frame_rate"), facts.value("vui_frame_rate"))
    assert facts.control.startswith(served.uri("plain", f"{path}/"))
    assert described.raw.startswith(b"v=0")
    assert "GStreamer" in (described.server or "")


@pytest.mark.parametrize(("path", "told"), [("/mjpeg", None), ("/mjpeg-large", "2048x1536")])
def test_mjpeg_tells_its_size_only_as_a_hint_and_only_where_rtp_cannot_hold_it(
    served: Served, path: str, told: str | None
) -> None:
    with served.connect("plain") as connection:
        described = connection.describe(served.uri("plain", path))
    facts = stream_facts(described.sdp, described.base)
    assert facts is not None
    assert facts.value("resolution") is None
    assert facts.value("sdp_resolution") == told
    assert all(fact.is_hint for fact in facts.facts if fact.attribute != "codec")


def test_options_lists_the_methods_and_the_connection_serves_on(served: Served) -> None:
    with served.connect("plain") as connection:
        methods = connection.options(served.uri("plain", "/h264")).public
        assert {"DESCRIBE", "SETUP", "PLAY", "TEARDOWN"} <= set(methods)
        assert connection.describe(served.uri("plain", "/h264")).sdp.video is not None


@pytest.mark.parametrize("path", ["/unknown", "/h264-not"])
def test_an_unknown_path_is_not_found(served: Served, path: str) -> None:
    with served.connect("plain") as connection, pytest.raises(StepError) as caught:
        connection.describe(served.uri("plain", path))
    assert caught.value.ending is Ending.NOT_FOUND


@pytest.mark.parametrize("server", ["digest", "basic"])
def test_the_right_password_opens(served: Served, server: str) -> None:
    account = OneAccount(served.user, served.password, basic=True)
    with served.connect(server, account) as connection:
        described = connection.describe(served.uri(server, f"/{server}"))
    assert described.sdp.video is not None
    assert described.sdp.video.codec == "h264"
    assert account.told == ["challenged", "signed", "accepted"]


@pytest.mark.parametrize("server", ["digest", "basic"])
def test_a_wrong_password_is_sent_once(served: Served, server: str) -> None:
    account = OneAccount(served.user, "wrong", basic=True)
    with served.connect(server, account) as connection, pytest.raises(StepError) as caught:
        connection.describe(served.uri(server, f"/{server}"))
    assert caught.value.ending is Ending.UNAUTHORIZED
    assert account.told == ["challenged", "signed", "challenged"]


@pytest.mark.parametrize(("server", "scheme"), [("digest", "Digest"), ("basic", "Basic")])
def test_without_an_account_the_offered_scheme_is_named(served: Served, server: str, scheme: str) -> None:
    with served.connect(server) as connection, pytest.raises(StepError) as caught:
        connection.describe(served.uri(server, f"/{server}"))
    assert caught.value.ending is Ending.UNAUTHORIZED
    assert scheme in caught.value.line.en
    assert scheme in caught.value.line.th


def test_credentials_in_the_given_uri_are_not_sent_and_do_not_matter(served: Served) -> None:
    uri = served.uri("digest", "/digest").replace("//", f"//{served.user}:p@ss/word@")
    with served.connect("digest") as connection, pytest.raises(StepError) as caught:
        connection.describe(uri)
    assert caught.value.ending is Ending.UNAUTHORIZED


def test_rtsps_is_read_and_its_certificate_noted(served: Served) -> None:
    with served.connect("tls") as connection:
        described = connection.describe(served.uri("tls", "/h264"))
        assert connection.certificate_sha256 == served.certificate_sha256
        assert not connection.legacy_tls
    assert described.sdp.video is not None


def test_tls_spoken_to_a_plain_port_is_a_tls_ending(served: Served) -> None:
    budget = Budget(seconds=8, bytes_left=100_000)
    with pytest.raises(StepError) as caught:
        RtspConnection.connect("127.0.0.1", served.ports["plain"], tls=True, budget=budget, connect_s=3)
    assert caught.value.ending in (Ending.TLS, Ending.TIMEOUT)
    assert str(served.ports["plain"]) in caught.value.line.th


@dataclass(frozen=True)
class Mount:
    """What a mount of the server sends."""

    codec: str
    width_px: int
    height_px: int
    rate_fps: float
    key_every: int | None = None
    """At most so many pictures from one key picture to the next."""


MOUNTS = {
    "/h264": Mount("h264", 640, 360, 15, 15),
    "/h264-aggregated": Mount("h264", 640, 360, 15, 15),
    "/h264-udp": Mount("h264", 640, 360, 15, 15),
    "/h265": Mount("h265", 416, 240, 10, 10),
    "/mjpeg": Mount("mjpeg", 320, 240, 5, 1),
    "/mjpeg-large": Mount("mjpeg", 2048, 1536, 5, 1),
}
DECODERS = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg"}
PLAY_S = 2.0
"""Of the stream's own time: how long it takes depends on how busy the machine is."""
WAIT_S = 30.0


@dataclass(frozen=True)
class Played:
    """What came of a mount."""

    units: list[AccessUnit]
    reception: Reception
    way: str
    parameter_sets: ParameterSets | None


def play_mount(served: Served, server: str, path: str, way: Way, account: Account | None = None) -> Played:
    with served.connect(server, account) as connection:
        description = connection.describe(served.uri(server, path))
        with play(connection, description, PlayOptions(keep_data="all", way=way)) as stream:
            units: list[AccessUnit] = []
            for unit in stream.units(Deadline.after(WAIT_S)):
                units.append(unit)
                if unit.timestamp - units[0].timestamp >= PLAY_S * unit.clock_hz:
                    break
            return Played(units, stream.reception, stream.agreed.way, stream.parameter_sets)


@pytest.fixture(scope="module", params=["auto", "udp"])
def played(request: pytest.FixtureRequest, served: Served) -> dict[str, Played]:
    """Every mount played at once: first by what the device prefers, then over UDP."""
    with ThreadPoolExecutor(len(MOUNTS)) as pool:
        jobs = {path: pool.submit(play_mount, served, "plain", path, request.param) for path in MOUNTS}
        found = {path: job.result() for path, job in jobs.items()}
    for path, one in found.items():
        assert one.way == ("UDP" if request.param == "udp" or path.endswith("-udp") else "TCP")
    return found


def sizes(codec: str, units: list[AccessUnit]) -> list[tuple[int, int]]:
    """The size of every picture that libav decodes."""
    context = av.CodecContext.create(DECODERS[codec], "r")
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit.data))]
    return [(frame.width, frame.height) for frame in [*frames, *context.decode(None)]]


@pytest.mark.parametrize("path", MOUNTS)
def test_every_picture_of_a_mount_arrives_and_decodes(played: dict[str, Played], path: str) -> None:
    mount, units = MOUNTS[path], played[path].units
    assert {unit.codec for unit in units} == {mount.codec}
    assert sizes(mount.codec, units) == [(mount.width_px, mount.height_px)] * len(units)
    steps = [after.timestamp - before.timestamp for before, after in itertools.pairwise(units)]
    assert 90_000 / median(steps) == pytest.approx(mount.rate_fps, rel=0.02)
    assert PLAY_S <= sum(steps) / 90_000 <= units[-1].arrived_s - units[0].arrived_s + 1.0
    assert not any(unit.damaged for unit in units)
    assert played[path].reception.lost == 0


@pytest.mark.parametrize("path", MOUNTS)
def test_key_pictures_are_those_that_decode_alone(played: dict[str, Played], path: str) -> None:
    mount, units = MOUNTS[path], played[path].units
    keys = [number for number, unit in enumerate(units) if unit.is_key]
    assert keys[0] == 0
    assert max(after - before for before, after in itertools.pairwise([*keys, len(units)])) <= (mount.key_every or 0)
    for number in keys[:3]:
        assert sizes(mount.codec, [units[number]]) == [(mount.width_px, mount.height_px)]


@pytest.mark.parametrize("path", [path for path, mount in MOUNTS.items() if mount.codec != "mjpeg"])
def test_parameter_sets_come_inside_the_stream(played: dict[str, Played], path: str) -> None:
    sets = played[path].parameter_sets
    assert sets is not None
    picture = sets.picture()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == (MOUNTS[path].width_px, MOUNTS[path].height_px)
    assert sets.in_band
    assert not sets.is_sdp_stale


def test_sender_reports_tie_the_stream_to_a_clock(served: Served) -> None:
    with (
        served.connect("plain") as connection,
        play(connection, connection.describe(served.uri("plain", "/mjpeg"))) as stream,
    ):
        last = next(unit for unit in stream.units(Deadline.after(WAIT_S)) if stream.sender_report)
        report = stream.sender_report
    assert report is not None
    seconds = report.ntp_of(last.timestamp, last.clock_hz) / 2**32 - 2_208_988_800
    assert seconds == pytest.approx(datetime.now(UTC).timestamp(), abs=30)


@pytest.mark.parametrize("server", ["digest", "tls"])
def test_streams_behind_a_login_and_over_tls(served: Served, server: str) -> None:
    account = OneAccount(served.user, served.password) if server == "digest" else None
    found = play_mount(served, server, "/digest" if server == "digest" else "/h264", "auto", account)
    assert sizes("h264", found.units) == [(640, 360)] * len(found.units)
    assert found.way == "TCP"
    assert found.reception.lost == 0
    assert account is None or "abandoned" not in account.told


def test_pause_and_play_again(served: Served) -> None:
    with served.connect("plain") as connection:
        with play(connection, connection.describe(served.uri("plain", "/h265"))) as stream:
            for _ in range(2):
                assert len(list(itertools.islice(stream.units(Deadline.after(WAIT_S)), 5))) == 5
                stream.pause()
                stream.play()
        assert connection.session is None
        again = connection.describe(served.uri("plain", "/mjpeg"))
        with play(connection, again) as stream:
            assert next(stream.units(Deadline.after(WAIT_S))).codec == "mjpeg"
