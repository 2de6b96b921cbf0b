"""The doctor against a register on real sockets: well, wrong, in between, and hanging."""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cctv_probe.agent.care import checks_network
from cctv_probe.agent.care.check import Check, CheckState
from cctv_probe.agent.care.doctor import CHECKS, examine, exit_code, patient_of, verdict
from cctv_probe.agent.config import AgentConfig, Register
from cctv_probe.agent.places import Places
from cctv_probe.model.words import Text
from cctv_probe.simulator.register import Receiver, Setup
from cctv_probe.wire.clock import SystemClock

NETWORK = tuple(each for each in CHECKS if each[0] in ("clock", "dns", "tls", "register"))


def _config(folder: Path, url: str | None, **how: Any) -> AgentConfig:
    path = folder / "agent.yaml"
    register = Register(url, **how) if url else None
    return AgentConfig(path, Places(folder / "state"), folder / "scope.yaml", register=register)


def _found(config: AgentConfig, all_s: float = 15.0) -> dict[str, Check]:
    return {check.name: check for check in examine(patient_of(config, SystemClock(), all_s), NETWORK)}


def _states(found: dict[str, Check]) -> dict[str, CheckState]:
    return {name: check.state for name, check in found.items()}


def _pinned(folder: Path, register: Receiver) -> Path:
    path = folder / "ca.pem"
    path.write_bytes(register.ca_pem)
    return path


def test_a_register_that_is_well(tmp_path: Path) -> None:
    with Receiver(Setup(tls=True)) as register:
        found = _found(_config(tmp_path, register.url, ca_file=_pinned(tmp_path, register)))
        (asked,) = register.requests
    assert _states(found) == {"clock": "ok", "dns": "ok", "tls": "ok", "register": "ok"}
    assert "differs from this machine's by" in found["clock"].what.en
    assert (asked.method, asked.path, asked.agent_id, asked.sent_bytes) == ("GET", "/api/v1", None, 0)


def test_without_tls_on_this_machine(tmp_path: Path) -> None:
    with Receiver(Setup()) as register:
        found = _found(_config(tmp_path, register.url))
    assert _states(found) == {"clock": "ok", "dns": "ok", "tls": "skipped", "register": "ok"}


def test_no_register_at_all(tmp_path: Path) -> None:
    found = _found(_config(tmp_path, None))
    assert _states(found) == {"clock": "ok", "dns": "skipped", "tls": "skipped", "register": "skipped"}


@pytest.mark.parametrize(
    ("offset_s", "state"), [(0, "ok"), (20, "ok"), (-600, "warn"), (86_400, "warn"), (5 * 86_400, "fail")]
)
def test_the_clock_is_held_against_the_registers(tmp_path: Path, offset_s: float, state: str) -> None:
    with Receiver(Setup()) as register:
        register.rules.clock_offset_s = offset_s
        check = _found(_config(tmp_path, register.url))["clock"]
    assert check.state == state
    said = float(check.what.en.split(" by ")[1].split(" s")[0].replace(",", ""))
    assert said == pytest.approx(offset_s, abs=3)


def test_a_clock_behind_the_newest_file_is_wrong(tmp_path: Path) -> None:
    config = _config(tmp_path, None)
    config.places.make()
    config.places.status.write_text("{}")
    later = time.time() + 7200

    os.utime(config.places.status, (later, later))
    check = _found(config)["clock"]
    assert check.state == "fail"
    assert "status.json" in check.what.en
    assert check.what_to_do
    assert "timedatectl" in check.what_to_do.en


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_an_authority_that_is_not_known_here(tmp_path: Path) -> None:
    with Receiver(Setup(tls=True)) as register:
        found = _found(_config(tmp_path, register.url))
        assert register.requests == ()
    assert found["tls"].state == found["register"].state == "fail"
    assert "was issued by" in found["tls"].what.en
    assert found["tls"].what_to_do
    assert "ca_file" in found["tls"].what_to_do.en


@pytest.mark.parametrize(("wrong", "words"), [("expired", "expired"), ("other_name", "another name")])
def test_a_certificate_that_is_wrong(tmp_path: Path, wrong: Any, words: str) -> None:
    with Receiver(Setup(tls=True, certificate=wrong)) as register:
        check = _found(_config(tmp_path, register.url, ca_file=_pinned(tmp_path, register)))["tls"]
    assert check.state == "fail"
    assert words in check.what.en


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    check = _found(_config(tmp_path, "https://127.0.0.1:9", ca_file=tmp_path / "ca.pem"))["tls"]
    assert check.state == "fail"
    assert "ca.pem" in check.what.en


def test_a_client_certificate_that_is_wanted(tmp_path: Path) -> None:
    with Receiver(Setup(tls=True, client_certificate=True)) as register:
        ca_file = _pinned(tmp_path, register)
        without = _found(_config(tmp_path, register.url, ca_file=ca_file))["register"]
        certificate, key = register.client_certificate()
        (tmp_path / "c.pem").write_bytes(certificate)
        (tmp_path / "k.pem").write_bytes(key)
        both = {"client_certificate": tmp_path / "c.pem", "client_key": tmp_path / "k.pem"}
        having = _found(_config(tmp_path, register.url, ca_file=ca_file, **both))["register"]
    assert (without.state, having.state) == ("fail", "ok")
    assert "client certificate" in without.what.en


def _certificate(issuer: str, days: int) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "register.example")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


@contextmanager
def _listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of this test's own; `serve` gets each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                try:
                    serve(connection)
                except OSError:
                    continue

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_tls_inspecting_device_is_recognised_and_explained(tmp_path: Path) -> None:
    certificate, key = _certificate("Fortinet", 300)
    (tmp_path / "box.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "box.pem")

    def inspect(connection: socket.socket) -> None:
        context.wrap_socket(connection, server_side=True).recv(1)

    with _listening(inspect) as port:
        check = _found(_config(tmp_path, f"https://127.0.0.1:{port}"))["tls"]
    assert check.state == "fail"
    assert "TLS-inspecting device (Fortinet)" in check.what.en
    assert check.what_to_do
    assert "exempt" in check.what_to_do.en


# --- What answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "options", "state", "words"),
    [
        ("html_200", {}, "fail", "A page answers in the register's place"),
        ("html_403", {}, "fail", "A page answers in the register's place"),
        ("redirect_302", {}, "fail", "sends us elsewhere"),
        ("json_200", {}, "fail", "not a register"),
        ("empty_200", {}, "fail", "not a register"),
        ("503", {}, "warn", "The register answers (status 503)"),
        ("429", {}, "warn", "The register answers (status 429)"),
        ("502", {"html": True}, "warn", "is not there just now"),
        ("reset_before_answer", {}, "fail", "cut in the middle"),
    ],
)
def test_whatever_answers_is_told_apart(
    tmp_path: Path, fault: str, options: dict[str, Any], state: str, words: str
) -> None:
    with Receiver(Setup()) as register:
        register.fault(fault, path=None, count=None, **options)
        check = _found(_config(tmp_path, register.url))["register"]
    assert check.state == state
    assert words in check.what.en


def test_a_port_where_nothing_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = _found(_config(tmp_path, f"https://127.0.0.1:{port}"))
    assert _states(found) == {"clock": "ok", "dns": "ok", "tls": "skipped", "register": "fail"}
    assert "refused the connection" in found["register"].what.en


def test_a_name_that_does_not_exist(tmp_path: Path) -> None:
    found = _found(_config(tmp_path, "https://no-such-name.invalid"))
    assert found["dns"].state == found["register"].state == "fail"


def test_through_a_proxy_that_refuses(tmp_path: Path) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with _listening(refuse) as port:
        found = _found(_config(tmp_path, "https://register.example", proxy=f"http://u:s3cret@127.0.0.1:{port}"))
    assert found["dns"].what.en == "127.0.0.1 is 127.0.0.1."
    assert found["register"].state == "fail"
    assert "proxy" in found["register"].what.en
    assert all("s3cret" not in check.what.en for check in found.values())


def test_through_a_proxy_that_works(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def relay(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(4096):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    with Receiver(Setup(tls=True)) as register:
        port = int(register.url.rpartition(":")[2])

        def tunnel(connection: socket.socket) -> None:
            asked.append(connection.recv(4096).split(b"\r\n")[0])
            with socket.create_connection(("127.0.0.1", port)) as far:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=relay, args=(far, connection), daemon=True)
                back.start()
                relay(connection, far)
                back.join(5)

        with _listening(tunnel) as proxy:
            config = _config(
                tmp_path, register.url, ca_file=_pinned(tmp_path, register), proxy=f"http://127.0.0.1:{proxy}"
            )
            found = _found(config)
    assert _states(found) == {"clock": "ok", "dns": "ok", "tls": "ok", "register": "ok"}
    assert asked == [f"CONNECT 127.0.0.1:{port} HTTP/1.1".encode()]


# --- Time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_register_that_hangs_holds_nobody_up(tmp_path: Path, fault: str) -> None:
    with Receiver(Setup()) as register:
        register.fault(fault, path=None, count=None)
        began = time.monotonic()
        found = _found(_config(tmp_path, register.url), all_s=2.0)
        assert time.monotonic() - began < 3
    assert found["register"].state == "fail"


def test_a_handshake_that_drips_holds_nobody_up(tmp_path: Path) -> None:
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not ended.wait(0.05):
            connection.sendall(b"\x16")

    began = time.monotonic()
    with _listening(drip) as port:
        found = _found(_config(tmp_path, f"https://127.0.0.1:{port}"), all_s=2.0)
        ended.set()
    assert time.monotonic() - began < 3
    assert found["tls"].state == "fail"


def test_all_checks_end_in_time_even_where_some_never_do(tmp_path: Path) -> None:
    for_ever = threading.Event()

    def hang(_: object) -> Check:
        for_ever.wait()
        raise AssertionError

    def broken(_: object) -> Check:
        raise RuntimeError("10.0.0.7")

    name = Text("x", "ก")
    checks = (("hangs", name, hang), ("breaks", name, broken), ("scope", name, checks_network.dns))
    began = time.monotonic()
    found = examine(patient_of(_config(tmp_path, None), SystemClock(), 1.0), checks)
    assert time.monotonic() - began < 2
    for_ever.set()
    assert [(check.name, check.ended) for check in found[:2]] == [("hangs", False), ("breaks", True)]
    assert found[1].what.en == "The check itself broke (RuntimeError)."
    assert (verdict(found), exit_code(found)) == ("fail", 1)


@pytest.mark.slow
def test_everything_hanging_ends_within_twenty_seconds(tmp_path: Path) -> None:
    with Receiver(Setup()) as register:
        register.fault("hang", path=None, count=None)
        config = _config(tmp_path, register.url)
        began = time.monotonic()
        found = examine(patient_of(config, SystemClock()))
        assert time.monotonic() - began < 20
    assert [check.name for check in found] == [name for name, _, _ in CHECKS]
    by_name = {check.name: check for check in found}
    assert by_name["decoder"].state == "ok"
    assert by_name["scope"].state == "fail"
    assert by_name["disk"].state == "fail"
    assert by_name["time_zone"].state == "ok"
    assert by_name["unit"].state in ("skipped", "fail")


def test_exit_codes(tmp_path: Path) -> None:
    ok = Check("a", "ok", Text("x", "ก"))
    assert [exit_code([ok, replace(ok, state=state)]) for state in ("ok", "skipped", "warn", "fail")] == [0, 0, 3, 1]
