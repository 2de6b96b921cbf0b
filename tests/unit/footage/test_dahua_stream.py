"""An HTTP answer read in part, and DHAV frames in what has come: any bytes, in any pieces."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.footage.dahua_download import Frames
from cctv_probe.footage.dahua_stream import MOST_HEAD_BYTES, MalformedHead, Unwrapped, read_head
from tests.unit.footage.recordings import dav

LOCAL = dt.datetime.fromisoformat("2026-11-20 09:30:00")
CUTS = st.lists(st.integers(1, 400), min_size=1, max_size=60)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    found, at = [], 0
    for cut in cuts:
        found.append(data[at : at + cut])
        at += cut
    return [*found, data[at:]]


def chunks(data: bytes, sizes: list[int]) -> bytes:
    wrapped = b"".join(f"{len(part):X}\r\n".encode() + part + b"\r\n" for part in pieces(data, sizes) if part)
    return wrapped + b"0\r\n\r\n"


@given(st.binary(max_size=600), CUTS, CUTS)
def test_a_chunked_body_is_the_same_in_any_pieces(data: bytes, sizes: list[int], cuts: list[int]) -> None:
    unwrapped = Unwrapped(chunked=True)
    assert b"".join(unwrapped.take(piece) for piece in pieces(chunks(data, sizes), cuts)) == data
    assert unwrapped.is_over


@given(st.binary(max_size=600), st.integers(0, 600), CUTS)
def test_a_body_of_known_length_ends_there(data: bytes, length: int, cuts: list[int]) -> None:
    unwrapped = Unwrapped(length=length)
    assert b"".join(unwrapped.take(piece) for piece in pieces(data, cuts)) == data[:length]
    assert unwrapped.is_over == (len(data) >= length)


@given(st.binary(max_size=400), CUTS)
def test_no_bytes_break_the_body(data: bytes, cuts: list[int]) -> None:
    unwrapped = Unwrapped(chunked=True)
    assert len(b"".join(unwrapped.take(piece) for piece in pieces(data, cuts))) <= len(data)


def test_a_head_in_pieces_and_a_head_that_is_none() -> None:
    whole = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=x\r\nwww-authenticate: Basic\r\nContent-Length: 7\r\n\r\nbody"
    assert read_head(whole[:40]) is None
    found = read_head(whole)
    assert found is not None
    head, rest = found
    assert (head.status, head.challenges, head.length, head.chunked, rest) == (
        401,
        ("Digest realm=x, Basic",),
        7,
        False,
        b"body",
    )
    for data in (b"RTSP/1.0 200 OK\r\n\r\n", b"<html>", b"HTTP/1.1 " + b"x" * MOST_HEAD_BYTES, b"HTTP/1.1 abc\r\n\r\n"):
        with pytest.raises(MalformedHead):
            read_head(data)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_head(data: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n"):
        try:
            found = read_head(start + data)
        except MalformedHead:
            continue
        assert found is None or 100 <= found[0].status < 600


@given(CUTS, st.binary(max_size=60))
def test_the_first_key_picture_is_found_in_any_pieces(cuts: list[int], before: bytes) -> None:
    frames = Frames()
    for piece in pieces(before + DAV, cuts):
        frames.feed(piece)
    assert frames.first_key is not None
    assert (frames.first_key.offset, frames.first_key.local) == (len(before), LOCAL)
    assert frames.latest == LOCAL + dt.timedelta(seconds=3)
    assert frames.enough("key")
    assert not frames.enough("long")


@given(st.lists(st.binary(max_size=80) | st.just(b"DHAV\xfd\0\0\0") | st.just(b"DHAV"), max_size=20))
def test_no_bytes_break_the_frames(parts: list[bytes]) -> None:
    frames = Frames()
    for part in parts:
        frames.feed(part)
    assert bytes(frames.data) == b"".join(parts)


DAV = dav(LOCAL, seconds=4)
