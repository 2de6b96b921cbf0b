"""HTTP to one device: whole answers over one connection, only on our host, over TLS of every age."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
from pathlib import Path

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.simulator.certificates import tls_context
from cctv_probe.simulator.fleet import Faults
from tests.unit.simulator.towns import camera
from tests.unit.wire.asking import HEAD, OK, client, ending_of, get
from tests.unit.wire.peers import Peer, Server, always, honest, once, requests_of

# --- Honest answers ---------------------------------------------------------------------------------------------------


def test_an_answer_arrives_whole() -> None:
    with Server(always(b"HTTP/1.1 418 Teapot\r\nX-One: 1\r\nX-One: 2\r\nContent-Length: 3\r\n\r\nabc")) as server:
        answer = get(server, "/a/b?c=d&e=%20")
        ((line, headers),) = requests_of(server)
    assert (answer.status, answer.body, answer.headers["x-one"]) == (418, b"abc", "1, 2")
    assert line == "GET /a/b?c=d&e=%20 HTTP/1.1"
    assert headers["accept-encoding"] == "identity"
    assert answer.certificate_sha256 is None


def test_a_body_and_thai_headers_arrive_in_utf8() -> None:
    with Server(honest) as server:
        client(server).send("POST", server.port, "/", headers={"Authorization": 'Digest username="ผู้ใช้"'}, body=b"<x/>")
        ((line, headers),) = requests_of(server)
        assert server.asked[0].endswith(b"\r\n\r\n<x/>")
    assert (line, headers["authorization"]) == ("POST / HTTP/1.1", 'Digest username="ผู้ใช้"')
    assert headers["content-length"] == "4"


def test_many_requests_share_one_connection() -> None:
    with Server(honest) as server:
        made = client(server)
        for _ in range(20):
            assert made.send("GET", server.port, "/").body == b"ok"
        assert (server.connections, len(server.asked)) == (1, 20)
        made.close()
        made.send("GET", server.port, "/")
        assert server.connections == 2


def test_another_port_closes_the_connection_to_the_first() -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.read()
        peer.answer()
        peer.until_gone()
        gone.set()

    with Server(script) as first, Server(honest) as second:
        made = client(first)
        made.send("GET", first.port, "/")
        made.send("GET", second.port, "/")
        assert gone.wait(5)


def test_a_connection_that_closed_without_saying_so_is_opened_anew() -> None:
    with Server(once(OK)) as server:
        made = client(server)
        for _ in range(30):
            assert made.send("GET", server.port, "/").body == b"ok"
        assert server.connections == len(server.asked) == 30


def test_a_login_that_may_fail_is_never_sent_twice() -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.answer()
        peer.read()  # takes the login and breaks off
        peer.reset()

    with Server(script) as server:
        made = client(server)
        made.send("GET", server.port, "/")
        with pytest.raises(StepError) as raised:
            made.send("GET", server.port, "/login", once=True)
        assert raised.value.ending is Ending.MALFORMED
        assert [line for line, _ in requests_of(server)] == ["GET / HTTP/1.1", "GET /login HTTP/1.1"]
        assert server.connections == 1


def test_a_login_goes_into_a_connection_that_is_still_open() -> None:
    with Server(once(OK)) as server:
        made = client(server)
        for _ in range(10):
            assert made.send("GET", server.port, "/", once=True).body == b"ok"
        assert len(server.asked) == 10


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    with Server(once(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")) as server:
        assert get(server).body == b"until the end"


def test_chunks_are_joined() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
    with Server(always(chunked)) as server:
        made = client(server)
        assert [made.send("GET", server.port, "/").body for _ in range(3)] == [b"abcde"] * 3
        assert server.connections == 1


def test_continue_is_not_the_answer() -> None:
    with Server(always(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK)) as server:
        assert get(server).body == b"ok"


def test_a_server_that_answers_before_it_has_read() -> None:
    def script(peer: Peer) -> None:
        peer.send(OK)
        peer.until_gone()

    with Server(script) as server:
        assert get(server).body == b"ok"


def test_bytes_nobody_asked_for_do_not_become_the_next_answer() -> None:
    def script(peer: Peer) -> None:
        for number in range(2):
            path = peer.read().split()[1]
            unasked = OK if peer.number == 1 and number == 0 else b""
            peer.send(HEAD + b"Content-Length: 2\r\n\r\n" + path + unasked)

    with Server(script) as server:
        made = client(server)
        assert [made.send("GET", server.port, f"/{number}").body for number in range(3)] == [b"/0", b"/1", b"/2"]


def test_ipv6() -> None:
    with Server(honest, address="::1") as server:
        assert get(server).body == b"ok"
        ((_, headers),) = requests_of(server)
    assert headers["host"] == f"[::1]:{server.port}"


# --- Only our host, and nothing from the environment ------------------------------------------------------------------


def test_a_redirect_is_an_answer_like_others() -> None:
    with Server(honest) as trap:
        away = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{trap.port}/\r\nContent-Length: 0\r\n\r\n"
        with Server(always(away.encode())) as server:
            assert get(server).status == 302
        assert trap.asked == []


@pytest.mark.parametrize("target", ["@127.0.0.1:{port}/x", ":x@127.0.0.1:{port}/", "//127.0.0.1:{port}/x", "\\@127.0.0.1:{port}",
                                    "/@127.0.0.1:{port}/", "?@127.0.0.1:{port}/", "#@127.0.0.1:{port}/", "http://127.0.0.1:{port}/"])  # fmt: skip
def test_no_target_leads_to_another_host(target: str) -> None:
    with Server(honest) as trap, Server(honest, address="127.0.0.7") as server:
        with contextlib.suppress(StepError):
            get(server, target.format(port=trap.port))
        assert trap.connections == 0


def test_proxies_of_the_environment_and_netrc_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login nobody password leaked\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Server(honest) as trap, Server(honest) as server:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
        assert get(server).status == 200
        ((_, headers),) = requests_of(server)
        assert trap.connections == 0
    assert "authorization" not in headers


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def modern() -> ssl.SSLContext:
    return tls_context(camera())


@pytest.fixture(scope="module")
def old() -> ssl.SSLContext:
    return tls_context(camera(faults=Faults(tls="tls1_0_only")))


def test_a_certificate_is_noted_not_verified(modern: ssl.SSLContext) -> None:
    with Server(honest, context=modern) as server:
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", server.port)))
        made = client(server)
        answers = [made.send("GET", server.port, "/", tls=True) for _ in range(3)]
        assert server.connections == 2  # one of them looked at the certificate
    assert {answer.certificate_sha256 for answer in answers} == {hashlib.sha256(shown).hexdigest()}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_a_second_try_and_then_remembered(old: ssl.SSLContext) -> None:
    with Server(honest, context=old) as server:
        made = client(server)
        answer = made.send("GET", server.port, "/", tls=True)
        assert (answer.status, server.connections) == (200, 2)
        assert answer.certificate_sha256
        made.close()
        made.send("GET", server.port, "/", tls=True)
        assert server.connections == 3


def test_what_does_not_speak_tls_is_said_so() -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.answer(b"", "400 Bad Request")

    assert ending_of(script, tls=True, wanted_s=2) is Ending.TLS


def test_a_failure_inside_tls_sends_nothing_twice(modern: ssl.SSLContext) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        plain = socket.socket(fileno=peer.sock.detach())
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)  # a record that cannot be decrypted
        plain.close()

    with Server(script, context=modern) as server:
        with pytest.raises(StepError) as raised:
            get(server, tls=True, wanted_s=2)
        assert raised.value.ending is Ending.TLS
        assert len(server.asked) == 1


# --- Challenges -------------------------------------------------------------------------------------------------------


def test_a_thai_realm_comes_back_in_its_own_bytes() -> None:
    head = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="กล้อง", nonce="n"\r\nContent-Length: 0\r\n\r\n'
    with Server(always(head.encode())) as server:
        (challenge,) = get(server).challenges
    assert challenge == 'Digest realm="กล้อง", nonce="n"'


def test_a_realm_that_is_no_utf8_survives_the_way_there_and_back() -> None:
    head = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="กล้อง"\r\nContent-Length: 0\r\n\r\n'
    with Server(always(head.encode("cp874"))) as server:
        made = client(server)
        (challenge,) = made.send("GET", server.port, "/").challenges
        made.send("GET", server.port, "/", headers={"Authorization": challenge})
        assert 'Authorization: Digest realm="กล้อง"'.encode("cp874") in server.asked[1]


def test_no_challenge_is_none() -> None:
    with Server(honest) as server:
        assert get(server).challenges == ()
