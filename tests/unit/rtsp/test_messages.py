"""RTSP messages: the standard's, the recorded devices', and whatever else may arrive."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.rtsp.messages import (
    BODY_CAP_BYTES,
    InterleavedFrame,
    MalformedRtsp,
    Message,
    MessageReader,
    OversizedRtsp,
    Response,
    ServerRequest,
    Session,
    build_request,
    build_response,
    parse_session,
)

UNHURRIED = settings(deadline=None)  # a busy machine is no failure; terminating is tested by processor time

OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"


def read(data: bytes, *, ended: bool = False) -> list[Message]:
    """Every message in `data`."""
    reader = MessageReader()
    reader.feed(data)
    found: list[Message] = []
    while (message := reader.next()) is not None:
        found.append(message)
    last = reader.end() if ended else None
    return [*found, last] if last is not None else found


def response(data: bytes, *, ended: bool = False) -> Response:
    """The one response in `data`."""
    (message,) = read(data, ended=ended)
    assert isinstance(message, Response)
    return message


def test_a_request_has_its_number_and_length() -> None:
    built = build_request("SET_PARAMETER", "rtsp://127.0.0.1/x", 7, [("User-Agent", "t")], b"abc")
    assert built == (
        b"SET_PARAMETER rtsp://127.0.0.1/x RTSP/1.0\r\nCSeq: 7\r\nUser-Agent: t\r\nContent-Length: 3\r\n\r\nabc"
    )


def test_a_line_break_cannot_be_smuggled_into_a_request() -> None:
    for uri, value in (("rtsp://h/\r\nX: y", "t"), ("rtsp://h/", "t\nX: y")):
        with pytest.raises(MalformedRtsp):
            build_request("OPTIONS", uri, 1, [("User-Agent", value)])


def test_our_own_answer_is_read_back() -> None:
    assert response(build_response(501, "Not Implemented", 4)).cseq == 4
    assert response(build_response(200, "OK", None)).cseq is None


@pytest.mark.parametrize(
    "raw",
    [
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nhi",
        b"RTSP/1.0 200 OK\nCSeq: 1\nContent-Length: 2\n\nhi",
        b"\r\n\r\n \r\nRTSP/1.0 200 OK\r\ncseq:1\r\nCONTENT-LENGTH:  2 \r\n\r\nhi",
        b"rtsp/1.0  200  OK\r\nCseq: 1 \r\nContent-length: 2\r\n \r\nhi",
        b"garbage\r\nmore RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nhi",
        b"\x00\x01\xffRTSP/1.0 200 OK\r\nno colon here\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nhi",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Folded: a\r\n b\r\n\tc\r\nContent-Length: 2\r\n\r\nhi",
    ],
)
def test_odd_spellings_of_one_answer(raw: bytes) -> None:
    found = response(raw)
    assert (found.status, found.reason, found.cseq, found.body) == (200, "OK", 1, b"hi")
    assert found.headers.get("x-folded") in (None, "a b c")


def test_an_answer_without_reason_or_headers() -> None:
    assert (response(b"RTSP/1.0 404\r\n\r\n").status, response(b"RTSP/1.0 404\r\n\r\n").reason) == (404, "")


def test_a_short_body_ends_with_the_connection() -> None:
    raw = b"RTSP/1.0 200 OK\r\nContent-Length: 900\r\n\r\nv=0"
    assert read(raw) == []
    found = response(raw, ended=True)
    assert (found.body, found.truncated) == (b"v=0", True)


def test_a_description_without_length_ends_with_the_connection() -> None:
    raw = b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0"
    reader = MessageReader()
    reader.feed(raw)
    assert reader.next() is None
    assert reader.inside_open_body
    found = response(raw, ended=True)
    assert (found.body, found.truncated) == (b"v=0", False)


@pytest.mark.parametrize("length", ["", "-1", "x", "99999999999999"])
def test_a_length_that_is_no_number_counts_as_none(length: str) -> None:
    assert response(f"RTSP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()).body == b""


def test_frames_between_messages() -> None:
    frames = b"$\x00\x00\x03abc$\x01\x00\x00"
    found = read(frames + OK + frames + b"OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\n" + OK)
    assert found[:2] == [InterleavedFrame(0, b"abc"), InterleavedFrame(1, b"")]
    assert isinstance(found[5], ServerRequest)
    assert (found[5].method, found[5].uri, found[5].headers.number("cseq")) == ("OPTIONS", "*", 3)
    assert isinstance(found[2], Response)
    assert isinstance(found[6], Response)


@pytest.mark.parametrize(
    ("value", "session"),
    [
        ("       708345999;timeout=60", Session("708345999", 60)),
        ("9a90de54; timeout=120", Session("9a90de54", 120)),
        ("F8F8E425", Session("F8F8E425", 60)),
        ("a ; TIMEOUT = 0", Session("a", 60)),
        ("", None),
        (" ;timeout=3", None),
    ],
)
def test_session_header(value: str, session: Session | None) -> None:
    assert parse_session(value) == session


def test_public_lists_methods_once() -> None:
    found = response(b"RTSP/1.0 200 OK\r\nPublic: OPTIONS, describe\r\nAllow: DESCRIBE PLAY\r\n\r\n")
    assert found.public == ("OPTIONS", "DESCRIBE", "PLAY")


def test_bytes_of_another_encoding_survive() -> None:
    found = response("RTSP/1.0 200 OK\r\nServer: กล้อง \r\n".encode() + b"X: \xb0\xa1\r\n\r\n")
    assert found.server == "กล้อง"
    assert (found.headers.get("X") or "").encode("utf-8", "surrogateescape") == b"\xb0\xa1"


@pytest.mark.parametrize(
    "raw",
    [
        b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 12_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (BODY_CAP_BYTES + 1),
        b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n" + b"a" * (BODY_CAP_BYTES + 1),
        b"x\n" * 70_000,
        b"y" * 140_000,
    ],
)
def test_what_is_too_large_is_said_to_be(raw: bytes) -> None:
    with pytest.raises(OversizedRtsp):
        read(raw)


def test_an_http_server_is_recognised_at_once() -> None:
    with pytest.raises(MalformedRtsp, match="HTTP"):
        read(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n")


@pytest.mark.parametrize(
    "piece", [b"\n", b"a\n", b"RTSP/1.0 200\n", b"\n ", b"OPTIONS ", b"RTSP/", b"$", b"X: y\n", b" \t"]
)
def test_reading_costs_little_however_it_arrives(piece: bytes) -> None:
    began = time.process_time()
    for size in (1, 1500):
        reader = MessageReader()
        data = piece * (24_000 // len(piece))
        try:
            for at in range(0, len(data), size):
                reader.feed(data[at : at + size])
                while reader.next() is not None:
                    pass
        except MalformedRtsp:
            continue
    assert time.process_time() - began < 5


PIECES = st.sampled_from(
    [
        b"RTSP/1.0 ",
        b"200 OK",
        b"\r\n",
        b"\n",
        b"CSeq: 1",
        b"Content-Length: ",
        b"5",
        b"$",
        b"\x00\x01a",
        b":",
        b" ",
        b"OPTIONS * ",
    ]
)


@UNHURRIED
@given(st.lists(PIECES | st.binary(max_size=20), max_size=40), st.integers(1, 9))
def test_whatever_arrives_is_a_message_or_malformed(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    reader = MessageReader()
    seen: list[Message] = []
    try:
        for at in range(0, len(data), size):
            reader.feed(data[at : at + size])
            while (message := reader.next()) is not None:
                seen.append(message)
        last = reader.end()
    except MalformedRtsp:
        return
    received = sum(
        len(one.payload if isinstance(one, InterleavedFrame) else one.body)
        for one in [*seen, *([last] if last else [])]
    )
    assert received <= len(data)


@UNHURRIED
@given(st.binary(max_size=60), st.integers(1, 7))
def test_a_message_reads_the_same_in_pieces(body: bytes, size: int) -> None:
    raw = b"$\x02\x00\x01zRTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    reader = MessageReader()
    found: list[Message] = []
    for at in range(0, len(raw), size):
        reader.feed(raw[at : at + size])
        while (message := reader.next()) is not None:
            found.append(message)
    assert found == read(raw)
    assert isinstance(found[1], Response)
    assert found[1].body == body
