"""Frames and messages taken apart in bulk, in pieces of any size, with garbage between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.rtsp.interleaved import BUFFER_BYTES, SKIPPED_CAP_BYTES, FrameSplitter
from cctv_probe.rtsp.messages import MalformedRtsp, MessageReader, OversizedRtsp, Response, ServerRequest

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 5\r\nContent-Length: 4\r\n\r\n$\0ab"
REQUEST = b"OPTIONS * RTSP/1.0\r\nCSeq: 6\r\n\r\n"


class Heard:
    """Writes down what is found."""

    def __init__(self) -> None:
        self.found: list[tuple[int, bytes] | str] = []

    def frame(self, channel: int, buffer: bytearray, start: int, end: int) -> None:
        self.found.append((channel, bytes(buffer[start:end])))

    def message(self, message: Response | ServerRequest) -> None:
        self.found.append(f"{message.status} {message.body!r}" if isinstance(message, Response) else message.method)


def frame(channel: int, payload: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(payload).to_bytes(2, "big") + payload


def feed(splitter: FrameSplitter, data: bytes, step: int) -> None:
    at = 0
    while at < len(data):
        room = splitter.room()
        piece = data[at : at + min(step, len(room))]
        room[: len(piece)] = piece
        splitter.received(len(piece))
        at += len(piece)


def split(data: bytes, step: int = 4096, reader: MessageReader | None = None) -> list[tuple[int, bytes] | str]:
    heard = Heard()
    splitter = FrameSplitter(reader or MessageReader(), heard, (0, 1))
    splitter.received(0)
    feed(splitter, data, step)
    return heard.found


PARTS = st.one_of(
    st.tuples(st.sampled_from([0, 1, 7]), st.binary(max_size=300)),
    st.sampled_from(["200 b'$\\x00ab'", "OPTIONS"]),
)


@given(st.lists(PARTS, max_size=20), st.integers(1, 500))
def test_frames_and_messages_in_pieces_of_any_size(parts: list[tuple[int, bytes] | str], step: int) -> None:
    sent = b"".join(frame(*one) if isinstance(one, tuple) else REQUEST if one == "OPTIONS" else ANSWER for one in parts)
    assert split(sent, step) == parts


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_any_bytes_end_in_frames_messages_or_the_own_error(data: bytes, step: int) -> None:
    try:
        split(data, step)
    except MalformedRtsp:
        pass


def test_the_largest_frames_fit() -> None:
    payload = bytes(range(256)) * 255
    assert split(frame(0, payload) * 20, BUFFER_BYTES) == [(0, payload)] * 20


def test_what_the_reader_holds_is_taken_over_and_given_back() -> None:
    reader, heard = MessageReader(), Heard()
    reader.feed(frame(0, b"early") + frame(1, b"half")[:5])
    splitter = FrameSplitter(reader, heard, (0, 1))
    splitter.received(0)
    assert heard.found == [(0, b"early")]
    splitter.give_back()
    reader.feed(frame(1, b"half")[5:] + REQUEST)
    messages = [reader.next(), reader.next()]
    assert [getattr(one, "payload", None) or getattr(one, "method", None) for one in messages] == [b"half", "OPTIONS"]
    feed(splitter, frame(0, b"after"), 3)
    assert heard.found[1:] == [(0, b"after")]


def test_a_reader_that_holds_more_than_the_buffer_is_emptied_first() -> None:
    reader = MessageReader()
    reader.feed(frame(0, b"x" * 60_000) * 10)
    assert split(b"", reader=reader) == [(0, b"x" * 60_000)] * 10


@pytest.mark.parametrize("step", [7, 100_000])
def test_garbage_between_frames_is_passed_over(step: int) -> None:
    """Devices whose send buffer overflowed lose bytes of their own: it goes on at the next frame of our channels."""
    whole = frame(0, b"\x80abc")
    noise = bytes(range(128, 256)) * 3
    found = split(whole + noise + whole + b"\r\n" + whole + noise + ANSWER + whole, step)
    assert found.count((0, b"\x80abc")) == 4
    assert "200 b'$\\x00ab'" in found


def test_endless_garbage_ends() -> None:
    with pytest.raises(OversizedRtsp):
        split(b"\xff" * (SKIPPED_CAP_BYTES + 100_000), 50_000)


def test_an_answer_that_never_ends_ends() -> None:
    with pytest.raises(OversizedRtsp):
        split(frame(0, b"a") + b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 20_000, 10_000)
