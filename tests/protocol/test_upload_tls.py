"""The way to the register: whose certificate is believed, a proxy in between, a certificate of our own, a wrong clock."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.agent import config
from cctv_probe.agent.upload.register import Register
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.simulator.register import Receiver
from cctv_probe.simulator.register.authority import Authority
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.deadline import Deadline
from tests.protocol.connect_proxy import ConnectProxy
from tests.protocol.uploading import REPORTS, Agent, later, receiver


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def register(clock: FakeClock) -> Iterator[Receiver]:
    with receiver(clock, tls=True) as register:
        yield register


def _pinned(tmp_path: Path, pem: bytes, name: str = "ca.pem") -> Path:
    path = tmp_path / name
    path.write_bytes(pem)
    return path


@pytest.fixture
def agent(tmp_path: Path, register: Receiver, clock: FakeClock) -> Agent:
    return Agent(tmp_path, register.url, clock, _pinned(tmp_path, register.ca_pem)).enrolled(register)


def _reason(url: str, ca_file: Path | None, **client: Path) -> RouteError:
    with pytest.raises(RouteError) as caught:
        Register(config.Register(url, ca_file, None, client.get("client_certificate"), client.get("client_key"))).post(
            REPORTS, b"{}", {}, Deadline.after(5)
        )
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in caught.value.text.th)
    return caught.value


def test_reports_go_over_tls_to_the_pinned_authority(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    agent.deliver()
    assert len(register.reports()) == 1


def test_only_the_pinned_authority_is_trusted(tmp_path: Path, register: Receiver) -> None:
    other = _pinned(tmp_path, Authority.new().ca_pem(), "other.pem")
    error = _reason(register.url, other)
    assert (error.reason, "ca_file" in error.text.en) == ("tls", True)
    assert register.requests == ()


def test_without_a_pin_the_machines_authorities_hold(register: Receiver) -> None:
    error = _reason(register.url, None)
    assert (error.reason, "ca_file" in error.text.en) == ("tls", True)
    assert register.requests == ()


@pytest.mark.parametrize(("certificate", "word"), [("expired", "expired"), ("other_name", "another name")])
def test_a_certificate_that_does_not_fit_is_said(tmp_path: Path, clock: FakeClock, certificate: str, word: str) -> None:
    with receiver(clock, tls=True, certificate=certificate) as register:
        error = _reason(register.url, _pinned(tmp_path, register.ca_pem))
        assert error.reason == "tls"
        assert word in error.text.en
        assert register.requests == ()


def test_the_host_name_is_verified_as_well_as_the_address(tmp_path: Path, register: Receiver) -> None:
    named = register.url.replace("127.0.0.1", "localhost")
    answer = Register(config.Register(named, _pinned(tmp_path, register.ca_pem))).post(
        REPORTS, b"{}", {}, Deadline.after(5)
    )
    assert answer.status >= 400  # an answer came: the name stands in the certificate


def test_a_client_certificate_is_shown_where_the_register_wants_one(tmp_path: Path, clock: FakeClock) -> None:
    with receiver(clock, tls=True, client_certificate=True) as register:
        ca_file = _pinned(tmp_path, register.ca_pem)
        error = _reason(register.url, ca_file)
        assert error.reason in (
            "client_certificate",
            "reset",
        )  # the alert may be overtaken by the end of the connection
        assert "client_certificate" in error.text.en
        certificate, key = register.client_certificate()
        files = _pinned(tmp_path, certificate, "own.pem"), _pinned(tmp_path, key, "own.key")
        agent = Agent(tmp_path, register.url, clock, ca_file, client=files).enrolled(register)
        agent.report("a")
        agent.deliver()
        assert len(register.reports()) == 1


def test_files_that_hold_no_certificate_are_named(tmp_path: Path, register: Receiver) -> None:
    junk = _pinned(tmp_path, b"no certificate", "junk.pem")
    error = _reason(register.url, junk)
    assert error.reason == "configuration"
    assert "junk.pem" in error.text.en
    error = _reason(
        register.url, _pinned(tmp_path, register.ca_pem), client_certificate=junk, client_key=tmp_path / "none.key"
    )
    assert error.reason == "configuration"
    assert "none.key" in error.text.en


def test_plain_http_goes_to_this_machine_alone() -> None:
    error = _reason("http://register.invalid", None)
    assert (error.reason, "https://" in error.text.en) == ("configuration", True)


def test_a_thai_address_is_sent_as_networks_know_it() -> None:
    register = Register(config.Register("https://ทะเบียน.example:8443/กล้อง/a%20b/"))
    path = "/%E0%B8%81%E0%B8%A5%E0%B9%89%E0%B8%AD%E0%B8%87/a%20b"
    assert register.url_of(REPORTS).isascii()
    assert register.url_of(REPORTS).endswith(f"{path}{REPORTS}")
    assert register.url_of(REPORTS).startswith("https://xn--")
    assert ":8443/" in register.url_of(REPORTS)


def test_a_plain_port_in_the_place_of_a_tls_one(clock: FakeClock, tmp_path: Path, register: Receiver) -> None:
    with receiver(clock) as plain:
        error = _reason(plain.url.replace("http:", "https:"), _pinned(tmp_path, register.ca_pem))
        assert error.reason == "tls"


# --- A proxy ----------------------------------------------------------------------------------------------------------


def test_a_proxy_only_ever_sees_where_to(agent: Agent, register: Receiver) -> None:
    with ConnectProxy() as proxy:
        agent.proxy = proxy.url
        agent.report("a")
        agent.deliver()
        assert len(register.reports()) == 1
        assert proxy.targets == [register.url.removeprefix("https://")]
        assert agent.identity.agent_id.encode() not in proxy.seen


def test_a_proxy_that_wants_a_login_gets_the_configured_one(agent: Agent, register: Receiver) -> None:
    with ConnectProxy(login="town:s3cret hall") as proxy:
        agent.report("a")
        agent.proxy = proxy.url
        step = agent.step()
        assert (step.what, "proxy" in step.text.en) == ("unreachable", True)
        agent.proxy = proxy.url.replace("//", "//town:wrong@")
        agent.clock.advance(3600)
        step = agent.step()
        assert "wrong" not in step.text.en + step.text.th + repr(agent.notes.lines)
        agent.proxy = proxy.url.replace("//", "//town:s3cret%20hall@")
        agent.deliver()
        assert len(register.reports()) == 1
    for file in agent.places.folder.iterdir():
        assert file.is_dir() or b"s3cret" not in file.read_bytes()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 502 Bad\r\n\r\n", b"SSH-2.0-x\r\n", b""]
)
def test_a_proxy_that_does_not_let_through_is_said(agent: Agent, register: Receiver, answer: bytes) -> None:
    with ConnectProxy(answer=answer) as proxy:
        agent.proxy = proxy.url
        row = agent.report("a")
        step = agent.step()
        assert (step.what, "proxy" in step.text.en) == ("unreachable", True)
        assert agent.state_of(row) == "queued"


def test_a_proxy_that_drips_ends_by_the_deadline(tmp_path: Path, register: Receiver) -> None:
    with ConnectProxy(drip=True) as proxy:
        target = config.Register(register.url, _pinned(tmp_path, register.ca_pem), proxy.url)
        deadline = Deadline.after(1.0)
        with pytest.raises(RouteError) as caught:
            Register(target).post(REPORTS, b"{}", {}, deadline)
        assert caught.value.reason == "proxy"
        assert -1 < deadline.at_s - Deadline.after(0).at_s <= 0


def test_proxies_of_the_environment_are_not_used(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url)
        agent.report("a")
        agent.deliver()
        assert (len(register.reports()), proxy.targets) == (1, [])


# --- Deadlines --------------------------------------------------------------------------------------------------------


def test_a_handshake_that_is_never_answered_ends_by_the_deadline(tmp_path: Path, register: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        target = config.Register(f"https://127.0.0.1:{port}", _pinned(tmp_path, register.ca_pem))
        deadline = Deadline.after(1.0)
        with pytest.raises(RouteError) as caught:
            Register(target).post(REPORTS, b"{}", {}, deadline)
        assert caught.value.reason == "timeout"
        assert -1 < deadline.at_s - Deadline.after(0).at_s <= 0


class _Raw:
    """A server that says what it was told to, and reads only what it was told to."""

    def __init__(self, answer: bytes, *, reads: bool = True) -> None:
        self._answer, self._reads = answer, reads
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Register:
        self._thread.start()
        return Register(config.Register(f"http://127.0.0.1:{self._server.getsockname()[1]}"), most_bytes=100_000)

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5)
        self._server.close()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection, contextlib.suppress(OSError):
            if self._reads:
                connection.recv(65_536)
            connection.sendall(self._answer)
            if not self._reads:
                self._ended.wait(10)


def test_a_register_that_does_not_read_ends_by_the_deadline() -> None:
    with _Raw(b"", reads=False) as register:
        deadline = Deadline.after(1.0)
        with pytest.raises(RouteError) as caught:
            register.post(REPORTS, bytes(64 << 20), {}, deadline)
        assert caught.value.reason == "timeout"
        assert -1 < deadline.at_s - Deadline.after(0).at_s <= 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 200_000, "too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50 << 20)), "too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", "malformed"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400_000 + b"\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", "reset"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "malformed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "malformed"),
        (b"", "reset"),
    ],
)
def test_hostile_answers_end_in_one_sentence(answer: bytes, reason: str) -> None:
    with _Raw(answer) as register, pytest.raises(RouteError) as caught:
        register.post(REPORTS, b"{}", {}, Deadline.after(5))
    assert caught.value.reason == reason


def test_an_answer_that_was_compressed_unasked_is_read() -> None:
    body = gzip.compress(b'{"contract": 1}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    with _Raw(head.encode() + body) as register:
        assert register.post(REPORTS, b"{}", {}, Deadline.after(5)).body == b'{"contract": 1}'


def test_a_name_that_is_not_resolved_in_time_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def slow(*_args: object, **_more: object) -> list[object]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    deadline = Deadline.after(0.5)
    with pytest.raises(RouteError) as caught:
        Register(config.Register("https://register.invalid")).post(REPORTS, b"{}", {}, deadline)
    released.set()
    assert caught.value.reason == "dns"
    assert -1 < deadline.at_s - Deadline.after(0).at_s <= 0


def test_nobody_listens(tmp_path: Path, register: Receiver) -> None:
    url, ca_file = register.url, _pinned(tmp_path, register.ca_pem)
    register.stop()
    assert _reason(url, ca_file).reason == "refused"


# --- Clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-24, 24, -0.2, 24 * 365])
def test_promise_7_works_with_a_wrong_clock(tmp_path: Path, clock: FakeClock, hours: float) -> None:
    with receiver(clock) as register:
        wrong = later(clock, hours=hours)
        agent = Agent(tmp_path, register.url, wrong)
        agent.enrol(register.issue_token("74010000"))
        offset_s = agent.link.clock_offset_s
        assert offset_s is not None
        assert abs(offset_s + hours * 3600) < 1
        register.forget_requests()
        agent.report("a")
        agent.deliver()
        assert [entry.status for entry in register.requests] == [201]  # the offset is remembered: nothing is refused


def test_a_clock_that_jumps_later_is_learned_in_one_step(tmp_path: Path, clock: FakeClock) -> None:
    with receiver(clock) as register:
        agent = Agent(tmp_path, register.url, FakeClock(clock.now())).enrolled(register)
        agent.clock.advance(86_400)
        agent.report("a")
        register.forget_requests()
        step = agent.step()
        assert step.what == "delivered"
        assert [entry.code for entry in register.requests] == ["clock_skew", "accepted"]
        assert [trouble.code for trouble in agent.link.troubles] == ["clock"]
        assert "1.0 days" in agent.link.troubles[0].text.en
        agent.clock.at = clock.now()  # somebody has set it right
        agent.report("b")
        agent.deliver()
        assert agent.link.troubles == ()
        assert abs(agent.link.clock_offset_s or 0) < 1


def test_a_register_that_never_accepts_our_time_is_asked_only_once_more(tmp_path: Path, clock: FakeClock) -> None:
    with receiver(clock) as register:
        agent = Agent(tmp_path, register.url, clock).enrolled(register)
        row = agent.report("a")
        register.fault("401", path=REPORTS, code="clock_skew", count=2)
        register.forget_requests()
        step = agent.step()
        assert (step.what, len(register.requests)) == ("clock", 2)
        agent.deliver()
        assert agent.state_of(row) == "acked"
