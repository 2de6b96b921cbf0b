"""Servers that drip, hang, flood and lie: every wait ends in time, every flood at its cap, each with its own ending."""

from __future__ import annotations

import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.wire.deadline import Budget
from tests.unit.rtsp.scripted import SDP, Peer, Script, ScriptedServer, always, describe

WANTED_S = 0.4


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def failure(server: ScriptedServer, *, budget: Budget | None = None, wanted_s: float = WANTED_S) -> StepError:
    chosen = budget or Budget(10, 16_000_000)
    with (
        pytest.raises(StepError) as caught,
        RtspConnection.connect("127.0.0.1", server.port, budget=chosen) as connection,
    ):
        connection.describe(server.uri(), wanted_s=wanted_s)
    return caught.value


def drip(piece: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read()
        while not peer.stopping.wait(0.02):
            peer.send(piece)

    return script


def flood(piece: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read()
        while not peer.stopping.is_set():
            peer.send(piece)

    return script


def say(data: bytes, *, close: bool) -> Script:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(data)
        if not close:
            peer.until_gone()

    return script


@pytest.mark.parametrize("piece", [b"R", b"\r\n", b"$", b"X", b"$\x00\x00\x01a"])
def test_a_drip_of_bytes_ends_at_the_deadline(piece: bytes) -> None:
    with ScriptedServer(drip(piece)) as server, ends_within(WANTED_S + 1):
        assert failure(server).ending in (Ending.TIMEOUT, Ending.MALFORMED)


def test_a_server_that_hangs_is_a_timeout_that_names_it() -> None:
    with ScriptedServer(lambda peer: peer.until_gone()) as server, ends_within(WANTED_S + 1):
        error = failure(server)
    assert error.ending is Ending.TIMEOUT
    assert f"127.0.0.1:{server.port}" in error.line.en


def test_the_budget_ends_a_wait_before_the_step_would() -> None:
    with ScriptedServer(lambda peer: peer.until_gone()) as server, ends_within(1.5):
        assert failure(server, budget=Budget(0.3, 100_000), wanted_s=30).ending is Ending.TIMEOUT


def test_the_user_s_stop_ends_a_wait() -> None:
    budget = Budget(30, 100_000)
    with ScriptedServer(lambda peer: peer.until_gone()) as server, ends_within(2):
        threading.Timer(0.1, budget.stop.set).start()
        assert failure(server, budget=budget, wanted_s=30).ending is Ending.INTERRUPTED


@pytest.mark.parametrize(
    "piece",
    [
        b"$\x00\xff\xff" + bytes(65535),
        b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 5000,
        b"z" * 50_000,
        b"\r\n" * 30_000,
        b"noise\r\n" * 8000,
    ],
)
def test_a_flood_is_cut_off(piece: bytes) -> None:
    with ScriptedServer(flood(piece)) as server, ends_within(8):
        assert failure(server, wanted_s=8).ending is Ending.TOO_LARGE


def test_a_flood_cannot_use_up_more_than_the_budget() -> None:
    budget = Budget(10, 300_000)
    with ScriptedServer(flood(b"$\x00\xff\xff" + bytes(65535))) as server, ends_within(5):
        assert failure(server, budget=budget, wanted_s=8).ending is Ending.BUDGET_SPENT
    assert budget.bytes_left == 0


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", Ending.MALFORMED),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 300000\r\n\r\n", Ending.TOO_LARGE),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: " + b"y" * 70_000, Ending.TOO_LARGE),
        (b"RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n" * 40, Ending.MALFORMED),
        (b"RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n", Ending.MALFORMED),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\n\x00\x01\x02\x03\x04", Ending.MALFORMED),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", Ending.MALFORMED),
    ],
)
def test_answers_that_are_none_while_the_connection_stays_open(data: bytes, ending: Ending) -> None:
    with ScriptedServer(say(data, close=False)) as server, ends_within(WANTED_S + 1):
        assert failure(server).ending is ending


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff garbage",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n",
        b"$\x00\x10\x00abc",
        b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n",
    ],
)
def test_half_an_answer_and_a_close(data: bytes) -> None:
    with ScriptedServer(say(data, close=True)) as server, ends_within(WANTED_S + 1):
        error = failure(server)
    assert error.ending is Ending.MALFORMED
    assert "DESCRIBE" in error.line.th or "ปิดการเชื่อมต่อ" in error.line.th


@pytest.mark.parametrize(
    ("length", "close"), [(f"Content-Length: {len(SDP) + 900}\r\n", True), ("", True), ("", False)]
)
def test_a_description_with_a_wrong_length_or_none_is_read(length: str, close: bool) -> None:
    answer = f"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n{length}\r\n{SDP}"
    with (
        ScriptedServer(say(answer.encode(), close=close)) as server,
        RtspConnection.connect("127.0.0.1", server.port, budget=Budget(10, 100_000)) as connection,
    ):
        assert connection.describe(server.uri(), wanted_s=WANTED_S).sdp.video is not None


def test_after_a_malformed_answer_the_next_question_goes_to_a_new_connection() -> None:
    with (
        ScriptedServer(say(b"HTTP/1.0 200 OK\r\n\r\n", close=False), describe()) as server,
        RtspConnection.connect("127.0.0.1", server.port, budget=Budget(10, 100_000)) as connection,
    ):
        with pytest.raises(StepError):
            connection.describe(server.uri())
        assert connection.describe(server.uri()).sdp.video is not None


def test_a_late_answer_is_not_taken_for_the_next() -> None:
    late = threading.Event()

    def script(peer: Peer) -> None:
        first = peer.read()
        late.wait(5)
        peer.answer(first, "404 Not Found")
        peer.answer(peer.read(), body=SDP)

    with (
        ScriptedServer(script) as server,
        RtspConnection.connect("127.0.0.1", server.port, budget=Budget(10, 100_000)) as connection,
    ):
        with pytest.raises(StepError) as caught:
            connection.options(server.uri(), wanted_s=0.2)
        assert caught.value.ending is Ending.TIMEOUT
        late.set()
        assert connection.describe(server.uri()).sdp.video is not None


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with a key of the kind that old devices have."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=9))
    path = tmp_path_factory.mktemp("tls") / "camera.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def context(pem: Path, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    if version is not None:
        made.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = made.maximum_version = version
    return made


@pytest.mark.parametrize(
    ("version", "legacy"), [(None, False), (ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1, True)]
)
def test_tls_new_and_old(pem: Path, version: ssl.TLSVersion | None, legacy: bool) -> None:
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    with (
        ScriptedServer(describe(), context=context(pem, version)) as server,
        RtspConnection.connect("127.0.0.1", server.port, tls=True, budget=Budget(10, 100_000)) as connection,
    ):
        assert connection.describe(server.uri()).sdp.video is not None
        assert connection.certificate_sha256 == certificate.fingerprint(hashes.SHA256()).hex()
        assert connection.legacy_tls is legacy


def test_tls_that_drips_hangs_or_speaks_something_else(pem: Path) -> None:
    def connect(server: ScriptedServer) -> Ending:
        with pytest.raises(StepError) as caught:
            RtspConnection.connect("127.0.0.1", server.port, tls=True, budget=Budget(5, 100_000), connect_s=0.5)
        return caught.value.ending

    def dripping(peer: Peer) -> None:
        while not peer.stopping.wait(0.02):
            peer.send(b"\x16")

    with ScriptedServer(lambda peer: peer.until_gone()) as server, ends_within(2):
        assert connect(server) is Ending.TIMEOUT
    with ScriptedServer(dripping) as server, ends_within(2):
        assert connect(server) in (Ending.TLS, Ending.TIMEOUT)
    with ScriptedServer(lambda peer: peer.send(b"RTSP/1.0 400 Bad Request\r\n\r\n")) as server, ends_within(2):
        assert connect(server) is Ending.TLS


def test_tls_waits_hold_their_deadline(pem: Path) -> None:
    with (
        ScriptedServer(drip(b"R"), context=context(pem)) as server,
        ends_within(WANTED_S + 1),
        RtspConnection.connect("127.0.0.1", server.port, tls=True, budget=Budget(10, 100_000)) as connection,
        pytest.raises(StepError) as caught,
    ):
        connection.describe(server.uri(), wanted_s=WANTED_S)
    assert caught.value.ending is Ending.TIMEOUT


def test_a_device_that_closes_after_a_tls_answer_is_asked_again(pem: Path) -> None:
    def once(peer: Peer) -> None:
        peer.answer(peer.read(), "200 OK", "Connection: close")

    with (
        ScriptedServer(once, always("200 OK"), context=context(pem)) as server,
        RtspConnection.connect("127.0.0.1", server.port, tls=True, budget=Budget(10, 100_000)) as connection,
    ):
        connection.options(server.uri())
        connection.options(server.uri())
    assert server.connections == 2
