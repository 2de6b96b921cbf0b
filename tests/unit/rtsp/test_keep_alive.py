"""Sessions kept alive between the frames of a stream: methods, intervals, new nonces, devices that refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.rtsp.keep_alive import KeepAlive
from cctv_probe.rtsp.messages import Headers, Response
from cctv_probe.wire.deadline import Deadline
from tests.unit.rtsp.account import OneAccount
from tests.unit.rtsp.packets import clip, stream_of
from tests.unit.rtsp.playing import TCP, Camera, answering, begin, connect, frames
from tests.unit.rtsp.scripted import SDP, Asked, Peer, ScriptedServer
from tests.unit.rtsp.test_stream import collect

DIGEST = 'Digest realm="r", nonce="{}"'
PUBLIC = ("Public", "OPTIONS, GET_PARAMETER")


@contextmanager
def session(
    timeout: str = ";timeout=60", account: OneAccount | None = None
) -> Iterator[tuple[RtspConnection, ScriptedServer]]:
    """A connection with a session open."""
    setup = answering("200 OK", TCP, f"Session: 708{timeout}")
    describe = answering(body=SDP)

    def guarded(peer: Peer, asked: Asked) -> None:
        if account and "Authorization" not in asked.fields:
            peer.answer(asked, "401 Unauthorized", f"WWW-Authenticate: {DIGEST.format('n1')}")
        else:
            describe(peer, asked)

    with (
        ScriptedServer(Camera(answers={"SETUP": setup, "DESCRIBE": guarded})) as server,
        connect(server, account) as connection,
    ):
        connection.describe(server.uri())
        connection.setup(server.uri("/live/trackID=1"), TCP)
        yield connection, server


def asked(server: ScriptedServer) -> list[str]:
    return [one.method for one in server.requests if one.method not in ("DESCRIBE", "SETUP", "TEARDOWN")]


@pytest.mark.parametrize(
    ("timeout", "interval_s"),
    [(";timeout=60", 30.0), ("", 30.0), (";timeout=20", 10.0), (";timeout=1", 2.0), (";timeout=9999", 30.0)],
)
def test_half_the_time_out_within_reason(timeout: str, interval_s: float) -> None:
    with session(timeout) as (connection, server):
        keep_alive = KeepAlive(connection, 100.0)
        keep_alive.turn(99.9 + interval_s)
        assert keep_alive.sent == 0
        keep_alive.turn(100.0 + interval_s)
        keep_alive.turn(100.1 + interval_s)
        assert keep_alive.sent == 1
        server.wait_for("OPTIONS")
        assert server.requests[-1].fields["Session"] == "708"


def heard(keep_alive: KeepAlive, status: int, *fields: tuple[str, str]) -> None:
    """An answer to the request sent last."""
    keep_alive.heard(Response(status, "", Headers((("CSeq", str(max(keep_alive._cseqs, default=0))), *fields))))


def test_get_parameter_where_it_is_listed_and_options_where_it_is_refused() -> None:
    with session() as (connection, server):
        keep_alive = KeepAlive(connection, 0.0)
        for turn, (status, field) in enumerate([(200, PUBLIC), (200, PUBLIC), (405, PUBLIC), (200, PUBLIC)], start=1):
            keep_alive.turn(turn * 100.0)
            heard(keep_alive, status, field)
        assert (keep_alive.sent, keep_alive.answered) == (4, 4)
        connection.close()
        server.wait_for("TEARDOWN")
        assert asked(server) == ["OPTIONS", "GET_PARAMETER", "GET_PARAMETER", "OPTIONS"]


def test_quirk_15_a_new_nonce_is_learned_without_counting_a_failure() -> None:
    account = OneAccount("u", "p")
    with session(account=account) as (connection, server):
        keep_alive = KeepAlive(connection, 0.0)
        keep_alive.turn(100.0)
        heard(keep_alive, 401, ("WWW-Authenticate", DIGEST.format("n2") + ", stale=true"))
        heard(keep_alive, 200, PUBLIC)
        assert (keep_alive.sent, keep_alive.answered) == (2, 1)
        connection.close()
        server.wait_for("TEARDOWN")
        assert 'nonce="n2"' in server.requests[-2].fields["Authorization"]
        assert account.told[-4:] == ["signed", "accepted", "signed", "accepted"]


def test_a_login_refused_now_is_left_in_peace_and_the_stream_plays_on() -> None:
    account = OneAccount("u", "p")
    with session(account=account) as (connection, server):
        keep_alive = KeepAlive(connection, 0.0)
        for turn in range(1, 4):
            keep_alive.turn(turn * 100.0)
            heard(keep_alive, 401, ("WWW-Authenticate", DIGEST.format("n1")))
        assert keep_alive.sent == 1
        connection.close()
        server.wait_for("TEARDOWN")


def test_nonces_that_are_always_stale_end() -> None:
    account = OneAccount("u", "p", stubborn=True)
    with session(account=account) as (connection, server):
        keep_alive = KeepAlive(connection, 0.0)
        keep_alive.turn(100.0)
        for _ in range(10):
            heard(keep_alive, 401, ("WWW-Authenticate", DIGEST.format("n")))
        assert keep_alive.sent == 4
        connection.close()
        server.wait_for("TEARDOWN")


def test_a_session_that_is_gone_is_said() -> None:
    with session() as (connection, _):
        keep_alive = KeepAlive(connection, 0.0)
        keep_alive.turn(100.0)
        heard(keep_alive, 454)
        assert keep_alive.is_session_gone


def test_an_answer_to_something_else_is_passed_over() -> None:
    with session() as (connection, _):
        keep_alive = KeepAlive(connection, 0.0)
        keep_alive.turn(100.0)
        keep_alive.heard(Response(454, "", Headers((("CSeq", "1"),))))
        assert (keep_alive.answered, keep_alive.is_session_gone) == (0, False)


def test_a_stream_outlives_its_time_out_and_answers_the_server() -> None:
    """The server asks in the middle of the stream, and would end the session after 4 s without a sign of life."""
    packets = stream_of("h264", clip("h264"))
    replies: list[bytes] = []

    def options(peer: Peer, asked: Asked) -> None:
        peer.send(frames(packets[10:20]) + b"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n")
        peer.answer(asked, "200 OK", "Public: OPTIONS, GET_PARAMETER")
        peer.send(frames(packets[20:]))
        replies.append(peer.sock.recv(4096))

    setup = answering("200 OK", TCP, "Session: 708;timeout=4")
    camera = Camera(frames(packets[:10]), {"SETUP": setup, "OPTIONS": options})
    with (
        ScriptedServer(camera) as server,
        connect(server) as connection,
        begin(server, connection, silence_s=5.0, nap_s=0.03) as stream,
    ):
        assert len(collect(stream, 7, 6.0)) == 7
        assert stream.reception.lost == 0
        assert not stream.is_session_gone
        list(stream.units(Deadline.after(0.1)))
    assert replies == [b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n"]
    assert [one.method for one in server.requests] == ["DESCRIBE", "SETUP", "PLAY", "OPTIONS", "TEARDOWN"]
