"""HTTP/1.1 requests and answers as the simulator needs them (RFC 9112): whole bodies, no chunked requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus

from cctv_probe.simulator.node import Node

_MAX_HEAD = 64 * 1024
_MAX_BODY = 1024 * 1024
_TLS_HELLO = b"\x16\x03"
"""A TLS handshake at a plain port: well-formed, only not HTTP; it counts as a connection on which nothing was asked."""


class BadRequestError(Exception):
    """What came is no well-formed HTTP request; the message names what is wrong, for the journal."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case."""

    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.split("?", 1)[0]

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection serves further requests."""
        return self.version == "HTTP/1.1" and self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and what the journal shall say of it. target: what was asked for, if the path alone does not say;
    hangs: it never leaves.
    """

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    service: str = "http"
    operation: str = ""
    credentials: str = "none"
    result: str = "ok"
    target: str = ""
    is_flood: bool = False
    hangs: bool = False


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None where the other side closed cleanly before one. Raises BadRequestError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial and not error.partial.startswith(_TLS_HELLO):
            raise BadRequestError("half_a_request") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError("head_too_long") from error
    return await _with_body(reader, head.decode("latin-1"))


async def _with_body(reader: asyncio.StreamReader, head: str) -> Request:
    first, *rest = head[:-4].split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError("no_request_line")
    headers = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise BadRequestError("no_header_line")
        headers[name.strip().lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise BadRequestError("chunked_request")
    body = await _body(reader, headers.get("content-length", "0"))
    return Request(parts[0], parts[1], parts[2], headers, body)


async def _body(reader: asyncio.StreamReader, declared: str) -> bytes:
    if not declared.isdigit() or int(declared) > _MAX_BODY:
        raise BadRequestError("content_length")
    try:
        return await reader.readexactly(int(declared))
    except asyncio.IncompleteReadError as error:
        raise BadRequestError("half_a_body") from error


def to_bytes(answer: Answer, node: Node, *, keeps_alive: bool, with_body: bool = True) -> bytes:
    """The answer as it goes over the wire, dated by the device's clock; texts outside ASCII as UTF-8, as devices do."""
    server = node.device.banners.http_server
    length = 10**12 if answer.is_flood else len(answer.body)
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *([f"Server: {server}"] if server else []),
        f"Date: {format_datetime(node.clock_utc(), usegmt=True)}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {length}",
        f"Connection: {'keep-alive' if keeps_alive else 'close'}",
        *(f"{name}: {value}" for name, value in answer.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (answer.body if with_body else b"")
