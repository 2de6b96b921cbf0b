"""The connection: logins, redirects, sessions and errors, against servers that follow a script on real sockets."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.client import Account, Description, RtspConnection
from cctv_probe.wire.deadline import Budget
from tests.unit.rtsp.account import OneAccount
from tests.unit.rtsp.scripted import SDP, Asked, Peer, Script, ScriptedServer, always, describe

DIGEST = 'WWW-Authenticate: Digest realm="r", nonce="n1"'


def connect(server: ScriptedServer, account: Account | None = None) -> RtspConnection:
    return RtspConnection.connect("127.0.0.1", server.port, budget=Budget(10, 8_000_000), account=account)


def described(server: ScriptedServer, account: Account | None = None, uri: str | None = None) -> Description:
    with connect(server, account) as connection:
        return connection.describe(uri or server.uri())


def failure(server: ScriptedServer, account: Account | None = None) -> StepError:
    with pytest.raises(StepError) as caught:
        described(server, account)
    return caught.value


def guarded(*challenges: str, closes: str = "") -> Script:
    """A camera that wants a login of anybody, checks nothing, and closes after a refusal: `silently` or `openly`."""

    def script(peer: Peer) -> None:
        while True:
            asked = peer.read()
            if "Authorization" in asked.fields:
                peer.answer(asked, "200 OK", body=SDP)
                continue
            said = ["Connection: close"] if closes == "openly" else []
            peer.answer(asked, "401 Unauthorized", *challenges, *said)
            if closes:
                return

    return script


def test_a_description_with_its_server_base_and_bytes() -> None:
    with ScriptedServer(describe("Server: Rtsp Server/2.0", "Content-Base: rtsp://u:p@10.9.9.9/base/")) as server:
        found = described(server)
    assert (found.server, found.content_base, found.base) == (
        "Rtsp Server/2.0",
        "rtsp://10.9.9.9/base/",
        "rtsp://10.9.9.9/base/",
    )
    assert found.raw == SDP.encode()
    assert found.sdp.video is not None
    assert [(asked.method, asked.fields["Accept"]) for asked in server.requests] == [("DESCRIBE", "application/sdp")]


def test_options_and_numbers_that_count_up() -> None:
    with ScriptedServer(always("200 OK", "Public: OPTIONS, DESCRIBE")) as server, connect(server) as connection:
        assert connection.options(server.uri()).public == ("OPTIONS", "DESCRIBE")
        assert connection.ask("OPTIONS", "*").status == 200
    assert [(asked.uri, asked.fields["CSeq"]) for asked in server.requests] == [(server.uri(), "1"), ("*", "2")]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_login_is_computed_over_the_uri_as_sent(algorithm: str) -> None:
    def digest(text: str) -> str:
        return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()

    challenges = [
        f'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}',
        'WWW-Authenticate: Basic realm="r"',
    ]
    account = OneAccount("admin", "รหัส@:/?#", basic=True)
    with ScriptedServer(guarded(*challenges)) as server:
        uri = server.uri("/live?channel=1&a=%20b")
        described(server, account, uri.replace("//", "//admin:secret@"))
    first, second = server.requests
    assert "Authorization" not in first.fields
    assert first.uri == second.uri == uri
    parameters = dict(re.findall(r'(\w+)="?([^",]*)"?', second.fields["Authorization"]))
    assert parameters["uri"] == uri
    a1, a2 = digest("admin:r:รหัส@:/?#"), digest(f"DESCRIBE:{uri}")
    assert parameters["response"] == digest(f"{a1}:n:00000001:0a4f113b:auth:{a2}")
    assert account.told == ["challenged", "signed", "accepted"]


def test_the_nonce_is_used_again_on_the_same_connection() -> None:
    account = OneAccount("u", "p")
    with ScriptedServer(guarded(DIGEST)) as server, connect(server, account) as connection:
        connection.describe(server.uri())
        connection.options(server.uri())
    assert ["Authorization" in asked.fields for asked in server.requests] == [False, True, True]
    assert account.told == ["challenged", "signed", "accepted", "signed", "accepted"]


def test_a_new_connection_begins_unsigned_whatever_the_account_knows() -> None:
    account = OneAccount("u", "p")
    with ScriptedServer(guarded(DIGEST), guarded(DIGEST.replace("n1", "n2"))) as server:
        described(server, account)
        described(server, account)
    assert [asked.fields.get("Authorization", "")[:6] for asked in server.requests] == ["", "Digest", "", "Digest"]
    assert 'nonce="n2"' in server.requests[3].fields["Authorization"]
    assert account.told == ["challenged", "signed", "accepted"] * 2


@pytest.mark.parametrize("closes", ["silently", "openly"])
def test_a_device_that_closes_after_a_401_is_asked_on_a_new_connection(closes: str) -> None:
    account = OneAccount("u", "p")
    with ScriptedServer(guarded(DIGEST, closes=closes)) as server:
        assert described(server, account).sdp.video is not None
    assert server.connections == 2
    assert account.told == ["challenged", "signed", "accepted"]


def test_a_stale_nonce_is_no_refusal() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)
        peer.answer(peer.read(), "401 Unauthorized", DIGEST.replace("n1", "n2") + ", stale=true")
        peer.answer(peer.read(), body=SDP)

    account = OneAccount("u", "p")
    with ScriptedServer(script) as server:
        described(server, account)
    assert 'nonce="n2"' in server.requests[2].fields["Authorization"]
    assert account.told == ["challenged", "signed", "challenged", "signed", "accepted"]


def test_a_refused_login_is_sent_once() -> None:
    account = OneAccount("u", "wrong")
    with ScriptedServer(always("401 Unauthorized", DIGEST)) as server:
        assert failure(server, account).ending is Ending.UNAUTHORIZED
    assert len(server.requests) == 2


def test_401_after_401_ends_whatever_the_account_allows() -> None:
    account = OneAccount("u", "p", stubborn=True)
    with ScriptedServer(always("401 Unauthorized", DIGEST)) as server:
        error = failure(server, account)
    assert (error.ending, len(server.requests)) == (Ending.UNAUTHORIZED, 4)


def test_without_an_account_the_schemes_are_named() -> None:
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, Basic realm="r"'
    with ScriptedServer(always("401 Unauthorized", challenge)) as server:
        error = failure(server)
    assert error.ending is Ending.UNAUTHORIZED
    assert "Digest SHA-256, Basic" in error.line.en
    assert len(server.requests) == 1


def test_anonymous_question_shows_the_challenge_itself() -> None:
    with (
        ScriptedServer(always("401 Unauthorized", DIGEST)) as server,
        connect(server, OneAccount("u", "p")) as connection,
    ):
        answer = connection.ask("DESCRIBE", server.uri())
    assert (answer.status, answer.headers.get("WWW-Authenticate")) == (401, DIGEST.partition(": ")[2])


def test_success_with_a_challenge_is_no_login() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)
        peer.answer(peer.read(), "200 OK", DIGEST)

    account = OneAccount("u", "p")
    with ScriptedServer(script) as server:
        assert failure(server, account).ending is Ending.UNAUTHORIZED
    assert account.told == ["challenged", "signed", "abandoned"]


def test_a_signed_request_without_an_answer_is_abandoned() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)
        peer.read()

    account = OneAccount("u", "p")
    with ScriptedServer(script) as server:
        assert failure(server, account).ending is Ending.MALFORMED
    assert account.told == ["challenged", "signed", "abandoned"]


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("404 Not Found", Ending.NOT_FOUND),
        ("454 Session Not Found", Ending.NOT_FOUND),
        ("453 Not Enough Bandwidth", Ending.BUSY),
        ("503 Service Unavailable", Ending.BUSY),
        ("405 Method Not Allowed", Ending.NOT_SUPPORTED),
        ("461 Unsupported Transport", Ending.NOT_SUPPORTED),
        ("501 Not Implemented", Ending.NOT_SUPPORTED),
        ("551 Option not supported", Ending.NOT_SUPPORTED),
        ("403 Forbidden", Ending.UNAUTHORIZED),
        ("400 Bad Request", Ending.FAULT),
        ("500 Internal Server Error", Ending.FAULT),
        ("302 Found", Ending.FAULT),
    ],
)
def test_statuses_and_their_endings(status: str, ending: Ending) -> None:
    with ScriptedServer(always(status)) as server:
        error = failure(server)
    assert error.ending is ending
    assert status in error.line.en
    assert f"127.0.0.1:{server.port}" in error.line.th


def test_forbidden_after_a_login_means_busy_and_no_wrong_password() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)
        peer.answer(peer.read(), "403 Forbidden")

    account = OneAccount("u", "p")
    with ScriptedServer(script) as server:
        error = failure(server, account)
    assert error.ending is Ending.BUSY
    assert "too many viewers" in error.line.en
    assert account.told[-1] == "accepted"


def test_the_device_s_words_are_shown_short_and_harmless() -> None:
    with ScriptedServer(always("500 \x1b[31mred\x07\u202e {place} " + "x" * 900)) as server:
        line = failure(server).line
    assert re.search(r"\(500 \[31mred \{place\} x{20,}\)", line.en)
    assert len(line.en) < 200
    assert line.en.isprintable()


def redirecting(location: str) -> Script:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "302 Moved", f"Location: {location}")
        peer.answer(peer.read(), body=SDP)

    return script


def test_a_redirect_to_another_host_is_followed_by_path_on_this_one() -> None:
    with ScriptedServer(redirecting("rtsp://u:p@127.9.9.9:8554/other?a=1")) as server:
        found = described(server)
    assert found.uri == server.uri("/other?a=1")
    assert [note.code for note in found.notes] == ["redirect_other_host"]
    assert "127.9.9.9" in found.notes[0].text.th
    assert [asked.uri for asked in server.requests] == [server.uri(), server.uri("/other?a=1")]


def test_a_redirect_to_another_port_of_this_host_is_followed() -> None:
    with ScriptedServer(describe()) as other, ScriptedServer(redirecting(other.uri("/there"))) as server:
        found = described(server)
    assert (found.uri, found.notes) == (other.uri("/there"), ())
    assert [asked.uri for asked in other.requests] == [other.uri("/there")]


def test_redirects_in_circles_end() -> None:
    with ScriptedServer(always("301 Moved", "Location: /again")) as server:
        assert failure(server).ending is Ending.FAULT
    assert [asked.uri for asked in server.requests] == [server.uri(), server.uri("/again")]


def test_a_session_is_ended_with_the_connection_even_after_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "200 OK", "Session:        708;timeout=60", body=SDP)
        peer.answer(peer.read(), "200 OK", "Session: 709")
        peer.answer(peer.read(), "454 Session Not Found")

    def fail(connection: RtspConnection) -> None:
        connection.describe(server.uri())
        connection.request("GET_PARAMETER", server.uri())
        raise KeyError

    with ScriptedServer(script) as server:
        with pytest.raises(KeyError), connect(server) as connection:
            fail(connection)
        assert connection.session is None
    assert [asked.method for asked in server.requests] == ["DESCRIBE", "GET_PARAMETER", "TEARDOWN"]
    assert [asked.fields.get("Session") for asked in server.requests] == [None, "708", "709"]


def test_a_refused_teardown_is_nothing_against_the_password() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)
        peer.answer(peer.read(), "200 OK", "Session: 708", body=SDP)
        peer.answer(peer.read(), "401 Unauthorized", DIGEST)

    account = OneAccount("u", "p")
    with ScriptedServer(script) as server:
        described(server, account)
    assert [asked.method for asked in server.requests] == ["DESCRIBE", "DESCRIBE", "TEARDOWN"]
    assert account.told == ["challenged", "signed", "accepted", "signed", "abandoned"]


def test_a_session_is_ended_when_the_budget_is_spent() -> None:
    budget = Budget(10, 1_000_000)
    with ScriptedServer(describe("Session: 708")) as server:
        with RtspConnection.connect("127.0.0.1", server.port, budget=budget) as connection:
            connection.describe(server.uri())
            budget.bytes_left = 0
        server.wait_for("TEARDOWN")
    assert [asked.method for asked in server.requests] == ["DESCRIBE", "TEARDOWN"]


def test_requests_of_the_server_are_answered() -> None:
    answers: list[bytes] = []

    def script(peer: Peer) -> None:
        asked = peer.read()
        peer.send(b"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\nANNOUNCE * RTSP/1.0\r\nCSeq: 8\r\nContent-Length: 2\r\n\r\nab")
        while b"".join(answers).count(b"\r\n\r\n") < 2:
            answers.append(peer.sock.recv(4096))
        peer.answer(asked, body=SDP)

    with ScriptedServer(script) as server:
        assert described(server).sdp.video is not None
    assert b"".join(answers) == b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\nRTSP/1.0 501 Not Implemented\r\nCSeq: 8\r\n\r\n"


@pytest.mark.parametrize(
    "before", [b"$\x00\x00\x04abcd" * 50, b"RTSP/1.0 100 Continue\r\nCSeq: 1\r\n\r\n", b"\r\n\r\nnoise\r\n"]
)
def test_what_comes_before_the_answer_is_passed_over(before: bytes) -> None:
    def script(peer: Peer) -> None:
        asked = peer.read()
        peer.send(before)
        peer.answer(Asked("", "", {"CSeq": "0"}), "404 Not Found")
        peer.answer(asked, body=SDP)

    with ScriptedServer(script) as server:
        assert described(server).sdp.video is not None


def test_an_answer_without_a_number_is_taken() -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(f"RTSP/1.0 200 OK\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}".encode())

    with ScriptedServer(script) as server:
        assert described(server).sdp.video is not None


def test_a_connection_closed_while_idle_is_opened_again() -> None:
    def once(peer: Peer) -> None:
        peer.answer(peer.read())

    with ScriptedServer(once, describe()) as server, connect(server) as connection:
        connection.options(server.uri())
        server_side_closed(connection)
        assert connection.describe(server.uri()).sdp.video is not None
    assert server.connections == 2


def server_side_closed(connection: RtspConnection) -> None:
    """Wait until the close of the other side has arrived."""
    for _ in range(200):
        if connection.exchange.ended(after_refusal=True):
            return
    raise AssertionError("the server did not close")


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(StepError) as caught:
        RtspConnection.connect("127.0.0.1", port, budget=Budget(5, 1000))
    assert caught.value.ending is Ending.REFUSED
    assert f"127.0.0.1:{port}" in caught.value.line.en


def test_names_are_never_looked_up() -> None:
    with pytest.raises(StepError) as caught:
        RtspConnection.connect("localhost", 554, budget=Budget(5, 1000))
    assert caught.value.ending is Ending.UNREACHABLE


def test_no_decoder_comes_near_the_credentials() -> None:
    asked = "import sys, cctv_probe.rtsp.client, cctv_probe.rtsp.facts; print(*{'av', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
