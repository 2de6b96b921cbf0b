"""RTSP messages, pure: values → request bytes, and bytes → responses, requests and interleaved frames (RFC 2326).

Tolerances, each with the device or quirk that needs it: header names in any case (`Cseq`, XiongMai H264DVR), blanks
around values (`Session:        708;timeout=60`, Hikvision; `CSeq: 1 `, Longse), no Content-Type (quirk 21), bare LF,
blank lines and garbage before the status line, folded and repeated headers, a body shorter than its Content-Length,
an SDP body without one, interleaved frames between messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

HEADER_CAP_BYTES = 64 * 1024
BODY_CAP_BYTES = 256 * 1024
FRAME_START = 0x24
"""`$`, with which an interleaved frame begins (RFC 2326, 10.12)."""
GARBAGE_CAP_BYTES = 64 * 1024
"""What may lie between messages before it is called garbage. A frame is capped by its own 16-bit length."""

_STATUS_LINE = re.compile(rb"RTSP/(\d)\.(\d)[ \t]+(\d{3})(?!\d)[ \t]*([^\r\n]*)", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"([A-Z_]{3,32})[ \t]+(\S{1,4096})[ \t]+RTSP/\d\.\d[ \t]*\r?\n", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\n[ \t]*\r?\n")
_BLANK = re.compile(rb"[ \t\r\n\0]+")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")


class MalformedRtsp(Exception):
    """What arrived is not RTSP; the message is for the log, in English."""


class OversizedRtsp(MalformedRtsp):
    """What arrived is larger than any honest message."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order, names as sent."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field `name`, whatever its case."""
        wanted = name.casefold()
        return tuple(value for field, value in self.fields if field.casefold() == wanted)

    def get(self, name: str) -> str | None:
        """The first value of the field `name` that is not empty."""
        return next((value for value in self.all(name) if value), None)

    def number(self, name: str) -> int | None:
        """The field `name` as a whole number of at most nine digits; None where it is absent or something else."""
        value = self.get(name) or ""
        return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


@dataclass(frozen=True, slots=True)
class Session:
    """The `Session` header: its identifier, and after how many seconds of silence the server forgets it."""

    id: str
    timeout_s: int = 60
    is_timeout_told: bool = field(default=False, compare=False)

    def renewed(self, told: Session) -> Session:
        """The session after an answer that told `told`: its identifier may change (quirk 21), and a time-out that is
        not told again holds on (Hikvision tells it in answer to SETUP only)."""
        return told if told.is_timeout_told else Session(told.id, self.timeout_s, self.is_timeout_told)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `truncated` says that the connection ended inside the body."""

    status: int
    reason: str
    headers: Headers = Headers()
    body: bytes = b""
    truncated: bool = False

    @property
    def cseq(self) -> int | None:
        """The sequence number, where it is there and a number."""
        return self.headers.number("CSeq")

    @property
    def session(self) -> Session | None:
        """The session the answer speaks of."""
        return parse_session(self.headers.get("Session") or "")

    @property
    def server(self) -> str | None:
        """The `Server` header."""
        return self.headers.get("Server")

    @property
    def public(self) -> tuple[str, ...]:
        """The methods an answer to OPTIONS lists."""
        words = re.split(r"[\s,]+", ",".join((*self.headers.all("Public"), *self.headers.all("Allow"))))
        return tuple(dict.fromkeys(word.upper() for word in words if word))


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A request that the server makes of us (ANNOUNCE, OPTIONS, SET_PARAMETER…)."""

    method: str
    uri: str
    headers: Headers = Headers()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class InterleavedFrame:
    """RTP or RTCP inside the RTSP connection (RFC 2326, section 10.12)."""

    channel: int
    payload: bytes


Message = Response | ServerRequest | InterleavedFrame


def build_request(method: str, uri: str, cseq: int, fields: Iterable[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """The bytes of a request. Raises `MalformedRtsp` where a control character would break it apart."""
    return _build(f"{method} {uri} RTSP/1.0", cseq, fields, body)


def build_response(status: int, reason: str, cseq: int | None) -> bytes:
    """The bytes of our answer to a request of the server."""
    return _build(f"RTSP/1.0 {status} {reason}", cseq, (), b"")


def parse_session(value: str) -> Session | None:
    """`708345999;timeout=60`, with blanks anywhere → the session; None where there is no identifier."""
    name, _, rest = value.partition(";")
    if not name.strip():
        return None
    timeout = re.search(r"timeout\s*=\s*\"?(\d{1,6})", rest, re.IGNORECASE)
    told = int(timeout[1]) if timeout else 0
    return Session(name.strip(), told or 60, is_timeout_told=bool(told))


def _build(first: str, cseq: int | None, fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    lines = [first, *([] if cseq is None else [f"CSeq: {cseq}"]), *(f"{name}: {value}" for name, value in fields)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if any(_FORBIDDEN.search(line) for line in lines):
        raise MalformedRtsp("a control character in a request")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


class MessageReader:
    """Turns what arrives, in pieces of any size, into messages. Raises `MalformedRtsp` only."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._garbage = 0
        self._scanned = 0
        """How far the end of the headers has been looked for, so that a drip of bytes costs no more than a flood."""
        self._head: _Head | None = None

    @property
    def inside_open_body(self) -> bool:
        """Whether a body is arriving whose length nobody told: it ends with the connection, or when no more comes."""
        return self._head is not None and self._head.length is None

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer += data

    def next(self) -> Message | None:
        """The next complete message, or None until more has arrived."""
        if self._head is None:
            self._skip_garbage()
            if self._buffer[:1] == b"$":
                return self._frame()
            self._head = self._read_head()
        return self._finish() if self._head else None

    def end(self) -> Message | None:
        """The connection has ended: the message that was left open, with as much of its body as came."""
        head, self._head = self._head, None
        if head is None:
            return None
        body = bytes(self._buffer[:BODY_CAP_BYTES])
        self._buffer.clear()
        return head.message(body, truncated=head.length is not None)

    def take_rest(self, most: int) -> bytes | None:
        """What arrived and begins with an interleaved frame, for a faster reader; it is no longer here then. None while
        a message is arriving, and where there are more than `most` bytes."""
        if self._head is not None or len(self._buffer) > most or (self._buffer and self._buffer[0] != FRAME_START):
            return None
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    def _frame(self) -> InterleavedFrame | None:
        if len(self._buffer) < 4:
            return None
        end = 4 + int.from_bytes(self._buffer[2:4], "big")
        if len(self._buffer) < end:
            return None
        frame = InterleavedFrame(self._buffer[1], bytes(self._buffer[4:end]))
        del self._buffer[:end]
        self._garbage = 0
        return frame

    def _skip_garbage(self) -> None:
        """Leave in the buffer what begins with a frame, a status line, a request line, or what may yet become one."""
        while (blank := _BLANK.match(self._buffer)) or not may_begin_message(self._buffer):
            if blank:
                self._drop(blank.end())
                continue
            if self._buffer[:5].upper() == b"HTTP/":
                raise MalformedRtsp("an HTTP server answers")
            line_end = self._buffer.find(b"\n") + 1
            start = _STATUS_LINE.search(self._buffer, 0, line_end or len(self._buffer))
            if start:
                self._drop(start.start())
            elif line_end:
                self._drop(line_end)
            else:
                self._drop(max(0, len(self._buffer) - 4200))  # a status line may still be arriving behind it
                return

    def _drop(self, count: int) -> None:
        self._garbage += len(bytes(self._buffer[:count]).strip())
        del self._buffer[:count]
        self._scanned = 0
        if self._garbage > GARBAGE_CAP_BYTES:
            raise OversizedRtsp("more than 64 KiB that is no RTSP message")

    def _read_head(self) -> _Head | None:
        line_start = self._buffer.rfind(b"\n", 0, self._scanned)
        end = _END_OF_HEADERS.search(self._buffer, max(0, line_start))
        if (end.start() if end else len(self._buffer)) > HEADER_CAP_BYTES:
            raise OversizedRtsp("more than 64 KiB of headers")
        if end is None:
            self._scanned = len(self._buffer)
            return None
        head = _parse_head(bytes(self._buffer[: end.start() + 1]))
        del self._buffer[: end.end()]
        self._garbage = self._scanned = 0
        return head

    def _finish(self) -> Message | None:
        head = self._head
        if head is None or (head.length is None and len(self._buffer) <= BODY_CAP_BYTES):
            return None
        if head.length is None or head.length > BODY_CAP_BYTES:
            raise OversizedRtsp("more than 256 KiB of body")
        if len(self._buffer) < head.length:
            return None
        body = bytes(self._buffer[: head.length])
        del self._buffer[: head.length]
        self._head = None
        return head.message(body)


@dataclass(frozen=True, slots=True)
class _Head:
    """A first line and its headers; `length` is that of the body, None where it ends with the connection."""

    first: tuple[int, str] | tuple[str, str]
    headers: Headers

    @property
    def length(self) -> int | None:
        told = self.headers.number("Content-Length")
        if told is not None:
            return told
        return None if "sdp" in (self.headers.get("Content-Type") or "").lower() else 0

    def message(self, body: bytes, *, truncated: bool = False) -> Message:
        one, two = self.first
        if isinstance(one, int):
            return Response(one, two, self.headers, body, truncated)
        return ServerRequest(one, two, self.headers, body)


def may_begin_message(buffer: bytearray) -> bool:
    """Whether a message or a frame begins here, or the few bytes there are do not yet tell."""
    if not buffer or buffer.startswith(b"$") or _STATUS_LINE.match(buffer) or _REQUEST_LINE.match(buffer):
        return True
    if b"\n" in buffer[:4200] or len(buffer) > 4200:
        return False
    return bool(re.match(rb"(?:[A-Z_]{1,32}(?:[ \t]|$)|RTSP/?[\d.]*[ \t\d]*$)", buffer, re.IGNORECASE))


def _parse_head(raw: bytes) -> _Head:
    first, *lines = raw.split(b"\n")
    status = _STATUS_LINE.match(first)
    if status:
        return _Head((int(status[3]), _text(status[4])), _parse_headers(lines))
    request = _REQUEST_LINE.match(first + b"\n")
    if request is None:
        raise MalformedRtsp("no status line")
    return _Head((request[1].decode("ascii").upper(), _text(request[2])), _parse_headers(lines))


def _parse_headers(lines: Iterable[bytes]) -> Headers:
    """Fields in their order; a line that begins with a blank continues the one before, without a colon is ignored."""
    fields: list[tuple[str, list[str]]] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(_text(line))
        elif colon and name.strip():
            fields.append((_text(name), [_text(value)]))
    return Headers(tuple((name, " ".join(parts).strip()) for name, parts in fields))


def _text(raw: bytes) -> str:
    """UTF-8, no blanks around it; another encoding's bytes stay as lone surrogates, so that a Digest can use it."""
    return raw.decode("utf-8", "surrogateescape").strip()
