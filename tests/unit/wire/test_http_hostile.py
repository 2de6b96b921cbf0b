"""HTTP servers that drip, flood, bomb and break off: every answer ends in time, and within its size."""

from __future__ import annotations

import gzip
import logging
import socket
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import Answer, HttpClient
from tests.unit.wire.asking import HEAD, OK, client, ending_of, get
from tests.unit.wire.peers import Peer, Script, Server, always, once

MARGIN_S = 0.5


def drip_headers(peer: Peer) -> None:
    peer.read()
    peer.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, 0.05)


def drip_body(peer: Peer) -> None:
    peer.read()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    peer.drip(b"z" * 100_000, 0.05)


def drip_chunks(peer: Peer) -> None:
    peer.read()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\nz\r\n" * 10_000, 0.02)


def drip_continue(peer: Peer) -> None:
    peer.read()
    while not peer.stopping.wait(0.05):
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def silent(peer: Peer) -> None:
    peer.read()
    peer.until_gone()


@pytest.mark.parametrize("script", [drip_headers, drip_body, drip_chunks, drip_continue, silent])
def test_every_wait_ends_at_the_deadline(script: Script) -> None:
    began = time.monotonic()
    assert ending_of(script, wanted_s=0.4) is Ending.TIMEOUT
    assert 0.35 < time.monotonic() - began < 0.4 + MARGIN_S


def test_a_handshake_that_never_comes_ends_at_the_deadline() -> None:
    began = time.monotonic()
    assert ending_of(lambda peer: peer.until_gone(), wanted_s=0.4, tls=True) is Ending.TIMEOUT
    assert time.monotonic() - began < 0.4 + MARGIN_S


def test_the_budget_of_the_visit_ends_a_wait_too() -> None:
    with Server(silent) as server:
        made = client(server, seconds=0.3)
        began = time.monotonic()
        with pytest.raises(StepError) as raised:
            made.send("GET", server.port, "/", wanted_s=10)
        assert raised.value.ending is Ending.TIMEOUT
        assert time.monotonic() - began < 0.3 + MARGIN_S
        with pytest.raises(StepError) as raised:
            made.send("GET", server.port, "/", wanted_s=10)
        assert raised.value.ending is Ending.BUDGET_SPENT


def flood(head: bytes, piece: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(head)
        peer.flood(piece)

    return script


@pytest.mark.parametrize(
    "script",
    [
        flood(HEAD + b"\r\n", b"x" * 65536),
        flood(HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65536),
        flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"T: " + b"x" * 60_000 + b"\r\n"),
    ],
    ids=["no length", "a lying length", "chunks", "trailers"],
)
def test_an_endless_answer_is_cut_off_at_its_cap(script: Script) -> None:
    with Server(script) as server:
        made = client(server)
        before = made.budget.bytes_left
        with pytest.raises(StepError) as raised:
            made.send("GET", server.port, "/", cap_bytes=200_000)
        assert raised.value.ending is Ending.TOO_LARGE
        assert before - made.budget.bytes_left < 200_000 + (256 << 10) + 65536


@pytest.mark.parametrize(
    "script",
    [
        flood(HEAD + b"X: ", b"x" * 65536),
        flood(HEAD, b"X: y\r\n" * 1000),
        flood(b"", b"x" * 65536),
        flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 65536),
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
    ids=["one header", "many headers", "status line", "chunk line", "1xx"],
)
def test_endless_lines_are_cut_off(script: Script) -> None:
    began = time.monotonic()
    assert ending_of(script, wanted_s=3) in (Ending.TOO_LARGE, Ending.MALFORMED)
    assert time.monotonic() - began < 2


def test_the_bytes_of_the_visit_run_out() -> None:
    with Server(always(HEAD + b"Content-Length: 60000\r\n\r\n" + b"x" * 60_000)) as server:
        made = client(server, most_bytes=100_000)
        made.send("GET", server.port, "/")
        with pytest.raises(StepError) as raised:
            made.send("GET", server.port, "/")
        assert raised.value.ending is Ending.TOO_LARGE


def compressed(make: Callable[[bytes], bytes], named: str, plain: bytes) -> bytes:
    body = make(plain)
    return HEAD + f"Content-Encoding: {named}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("make", "named"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (bare_deflate, "deflate")]
)
def test_what_was_compressed_unasked_is_read(make: Callable[[bytes], bytes], named: str) -> None:
    with Server(always(compressed(make, named, b"<html>NETSurveillance WEB</html>"))) as server:
        assert get(server).body == b"<html>NETSurveillance WEB</html>"


def test_a_bomb_of_zeros_does_not_go_off() -> None:
    bomb = compressed(gzip.compress, "gzip", bytes(50_000_000))
    assert len(bomb) < 100_000
    assert ending_of(always(bomb)) is Ending.TOO_LARGE


def test_a_bomb_in_a_bomb_is_left_as_it_is() -> None:
    inner = gzip.compress(bytes(5_000_000))
    with Server(always(compressed(gzip.compress, "gzip, gzip", inner))) as server:
        assert len(get(server).body) < 100_000


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02\x03\r\n\r\n", b"<html>0.9</html>\r\n", b"SSH-2.0-dropbear\r\n", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
     b"HTTP/1.1 99999 Odd\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", HEAD + b"Content-Length: 10\r\n\r\nshort",
     HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde",
     HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"],
)  # fmt: skip
def test_what_is_no_http_is_malformed(data: bytes) -> None:
    assert ending_of(once(data), wanted_s=1) is Ending.MALFORMED


def test_a_reset_is_malformed_and_a_closed_port_is_refused() -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.reset()

    assert ending_of(script) is Ending.MALFORMED
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(StepError) as raised:
        client().send("GET", port, "/")
    assert raised.value.ending is Ending.REFUSED


def test_an_unreachable_address_is_said_so() -> None:
    with pytest.raises(StepError) as raised:
        HttpClient("127.0.0.1%nowhere", Budget(5, 1000)).send("GET", 80, "/", wanted_s=1)
    assert raised.value.ending in (Ending.UNREACHABLE, Ending.MALFORMED)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([HEAD, OK, b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n", b"5\r\n",
                                 b"hello", b"0\r\n\r\n", b"\x00", b"Content-Encoding: gzip\r\n", b"HTTP/1.1 ", b"=\xff:"]), max_size=8),
       st.binary(max_size=40))  # fmt: skip
def test_whatever_comes_back_only_step_errors_leave(parts: list[bytes], tail: bytes) -> None:
    with Server(once(b"".join(parts) + tail)) as server:
        try:
            found: object = get(server, wanted_s=2)
        except StepError as error:
            found = error.ending
    assert isinstance(found, Answer) or found in (Ending.MALFORMED, Ending.TOO_LARGE)


def test_a_malformed_header_prints_nothing(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.WARNING), Server(once(HEAD + b"no colon here\r\n\x00: \x00\r\n\r\nok")) as server:
        get(server)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
