"""An HTTP answer that is read only in part: its head, and its body without chunk sizes. Pure and bounded (RFC 9112)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MOST_HEAD_BYTES = 32 << 10
_MOST_SIZE_LINE = 64
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r|\n|$)")
_LENGTH = re.compile(r"[0-9]{1,15}")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")


class MalformedHead(Exception):
    """What came is no head of an HTTP answer, or a far too long one."""


@dataclass(frozen=True, slots=True)
class HttpHead:
    """Status and headers; names in lower case, repeated ones joined by `, `. `length` in bytes, None where it is not told."""

    status: int
    headers: dict[str, str]

    @property
    def challenges(self) -> tuple[str, ...]:
        """The values of WWW-Authenticate."""
        value = self.headers.get("www-authenticate")
        return (value,) if value else ()

    @property
    def chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def length(self) -> int | None:
        """The body's length in bytes."""
        value = self.headers.get("content-length", "").strip()
        return int(value) if not self.chunked and _LENGTH.fullmatch(value) else None


def read_head(data: bytes) -> tuple[HttpHead, bytes] | None:
    """(the head, what came behind it), or None where it is not yet whole. Raises `MalformedHead`."""
    end = re.search(rb"\r?\n\r?\n", data[: MOST_HEAD_BYTES + 4])
    if end is None:
        if len(data) > MOST_HEAD_BYTES or (data and not b"HTTP/1."[: len(data)] == data[:7]):
            raise MalformedHead
        return None
    status = _STATUS.match(data)
    if status is None:
        raise MalformedHead
    headers: dict[str, str] = {}
    for line in data[: end.start()].splitlines()[1:]:
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        key = name.strip().lower()
        if colon:
            headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    return HttpHead(int(status[1]), headers), data[end.end() :]


@dataclass
class Unwrapped:
    """A body piece by piece, without its chunk sizes. A broken chunk size ends it."""

    rest: bytes = b""
    chunked: bool = False
    length: int | None = None
    is_over: bool = False
    _left: int = field(default=0)

    def take(self, data: bytes) -> bytes:
        """What of the body `data` brings."""
        waiting, self.rest = self.rest + data, b""
        return self._dechunked(waiting) if self.chunked else self._counted(waiting)

    def _counted(self, waiting: bytes) -> bytes:
        if self.length is None:
            return waiting
        part = waiting[: self.length]
        self.length -= len(part)
        self.is_over = self.length == 0
        return part

    def _dechunked(self, waiting: bytes) -> bytes:
        parts = []
        while waiting and not self.is_over:
            if self._left:
                parts.append(waiting[: self._left])
                waiting = waiting[len(parts[-1]) :]
                self._left -= len(parts[-1])
                continue
            line, end, behind = waiting.lstrip(b"\r\n").partition(b"\n")
            if not end:
                self.is_over = len(line) > _MOST_SIZE_LINE
                self.rest = waiting
                break
            size = _SIZE.fullmatch(line.rstrip(b"\r"))
            self._left, waiting = int(size[1], 16) if size else 0, behind
            self.is_over = self._left == 0
        return b"".join(parts)
