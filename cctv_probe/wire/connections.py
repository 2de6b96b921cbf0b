"""The connections under `wire.http`: every read and write ends at the deadline of the request under way and is counted.

`http.client` bounds each read, never the whole answer, and a chunk line or trailer as long as the sender likes.
"""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import dataclass
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.deadline import Budget, Deadline

CONNECT_S = 3.0
_current = threading.local()


@dataclass
class Turn:
    """One request on its way: until when, how many bytes may come, and how far it got."""

    budget: Budget
    deadline: Deadline
    bytes_left: int
    has_body: bool = False
    """Whether a body follows the head: both then leave in one piece, which halves the cost of a small request."""
    sent: bool = False
    received: bool = False
    sock: Any = None
    """The connection that was opened for it."""
    certificate_sha256: str | None = None

    def take(self, count: int) -> None:
        """Count received bytes, headers included. Raises `StepError(TOO_LARGE)`."""
        self.received = self.received or count > 0
        self.bytes_left -= count
        self.budget.spend_bytes(count)
        if self.bytes_left < 0:
            raise StepError(Ending.TOO_LARGE)


class _DeadlineReader(io.RawIOBase):
    """The receiving side of a socket, which asks the deadline before every read and counts what comes."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        turn = _turn()
        self._sock.settimeout(turn.deadline.check())
        count: int | None = self._raw.readinto(buffer)
        turn.take(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineSocket:
    """A socket whose reads and writes end at the current deadline."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._head = b""

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock))

    def sendall(self, data: Any) -> None:
        turn = _turn()
        self._sock.settimeout(turn.deadline.check())
        if turn.has_body and not self._head:
            self._head, turn.has_body = bytes(data), False
            return
        turn.sent = True
        head, self._head = self._head, b""
        self._sock.sendall(head + data if head else data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def _turn() -> Turn:
    turn: Turn = _current.turn
    return turn


def begin(turn: Turn) -> None:
    """From now on this thread's connections work for `turn`."""
    _current.turn = turn


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        turn = _turn()
        self.timeout = min(CONNECT_S, turn.deadline.check())
        super().connect()
        turn.sock = self.sock
        self.sock = _DeadlineSocket(self.sock)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        turn = _turn()
        self.timeout = min(CONNECT_S, turn.deadline.check())
        super().connect()
        der = self.sock.getpeercert(binary_form=True) if self.sock is not None else None  # type: ignore[union-attr]
        turn.sock, turn.certificate_sha256 = self.sock, hashlib.sha256(der).hexdigest() if der else None
        self.sock = _DeadlineSocket(self.sock)


class PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
