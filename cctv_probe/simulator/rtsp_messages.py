"""RTSP/1.0 requests and answers (RFC 2326), and the interleaved frames between them."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_MAX_BODY = 64 * 1024
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    456: "Header Field Not Valid for Resource",
    457: "Invalid Range",
    461: "Unsupported transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class BadRtspError(Exception):
    """What came is no well-formed RTSP; the message names what is wrong, for the journal."""


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One request; header names in lower case."""

    method: str
    uri: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Path and query of the stream that the URI means, without the track."""
        parts = urlsplit(self.uri)
        whole = parts.path + (f"?{parts.query}" if parts.query else "")
        return re.sub(r"/?(trackID=\d+)?/?$", "", whole) or "/"

    @property
    def shown(self) -> str:
        """The path for the journal: no query, where secrets could be."""
        return urlsplit(self.uri).path


@dataclass(frozen=True, slots=True)
class RtspAnswer:
    """One answer, and what the journal shall say of it."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    result: str = "ok"


async def read_request(reader: asyncio.StreamReader) -> RtspRequest | None:
    """The next request, None at the end; interleaved frames (RTCP) are skipped. Raises BadRtspError."""
    while True:
        first = await reader.read(1)
        if not first:
            return None
        if first != b"$":
            break
        await _skip_frame(reader)
    try:
        head = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise BadRtspError("half_a_request") from error
    except asyncio.LimitOverrunError as error:
        raise BadRtspError("head_too_long") from error
    return await _read(reader, head.decode("latin-1"))


async def _skip_frame(reader: asyncio.StreamReader) -> None:
    try:
        head = await reader.readexactly(3)
        await reader.readexactly(int.from_bytes(head[1:], "big"))
    except asyncio.IncompleteReadError as error:
        raise BadRtspError("half_a_frame") from error


async def _read(reader: asyncio.StreamReader, head: str) -> RtspRequest:
    first, *rest = head[:-4].split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or parts[2] != "RTSP/1.0":
        raise BadRtspError("no_request_line")
    headers = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRtspError("no_header_line")
        headers[name.strip().lower()] = value.strip()
    if not headers.get("cseq", "").isdigit():
        raise BadRtspError("no_cseq")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _MAX_BODY:
        raise BadRtspError("content_length")
    await reader.readexactly(int(length))
    return RtspRequest(parts[0], parts[1], headers)


def to_bytes(answer: RtspAnswer, cseq: str, server: str, *, sloppy: bool = False) -> bytes:
    """The answer as it goes over the wire; sloppy: as written by cameras that only their own viewer ever read."""
    lines = [
        f"RTSP/1.0 {answer.status} {_REASONS[answer.status]}",
        f"CSeq: {cseq}",
        *([f"Server: {server}"] if server else []),
        *(f"{name}: {value}" for name, value in answer.headers),
        *([f"Content-Length: {len(answer.body)}"] if answer.body else []),
    ]
    if sloppy:
        lines = [_sloppy(line) for line in lines if not line.startswith("Content-Type")]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + answer.body


def _sloppy(line: str) -> str:
    bare = line.replace("Content-Base: rtsp://", "Content-Base: ").replace(";ssrc=", "; ssrc= ")
    return bare + "  "


def interleaved(channel: int, packet: bytes) -> bytes:
    """An RTP or RTCP packet inside the RTSP connection (RFC 2326, 10.12)."""
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet
