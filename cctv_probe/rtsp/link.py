"""One TCP or TLS connection to a device: every wait under an absolute deadline, every byte counted.

Certificates are not verified (cameras sign their own, quirk 24); their SHA-256 is kept. A failed TLS handshake is tried
once more with what old devices speak.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from dataclasses import dataclass

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Budget, Deadline
from cctv_probe.wire.http import LEGACY_TLS, MODERN_TLS

CHUNK_BYTES = 64 * 1024
STOP_CHECK_S = 0.5
"""How long a wait may go on after the user stops the scan."""

_REFUSED = Text(en="{place}: nothing listens on that port", th="{place}: ไม่มีบริการเปิดอยู่ที่พอร์ตนี้")
_UNREACHABLE = Text(
    en="{place} cannot be reached from here; check the network and the address",
    th="ติดต่อ {place} จากเครื่องนี้ไม่ได้ โปรดตรวจสอบเครือข่ายและที่อยู่",
)
_TIMEOUT = Text(
    en="{place} did not answer in time; try again when the network is quieter",
    th="{place} ไม่ตอบภายในเวลาที่กำหนด โปรดลองใหม่เมื่อเครือข่ายว่าง",
)
_TLS = Text(
    en="no secure connection (TLS) with {place} could be agreed on; check whether that port speaks TLS",
    th="ตกลงการเชื่อมต่อแบบเข้ารหัส (TLS) กับ {place} ไม่ได้ โปรดตรวจสอบว่าพอร์ตนี้ใช้ TLS จริง",
)
_CLOSED = Text(
    en="{place} closed the connection before it answered; try again later",
    th="{place} ปิดการเชื่อมต่อก่อนตอบ โปรดลองใหม่ภายหลัง",
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a connection goes. `host` is an address, never a name: nothing here asks a name server."""

    host: str
    port: int
    tls: bool = False

    @property
    def place(self) -> str:
        """For people: `10.0.0.12:554`, `[fe80::1]:554`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Link:
    """An open connection. Every method raises `StepError` only; the messages name the place."""

    def __init__(self, sock: socket.socket, endpoint: Endpoint, budget: Budget, *, legacy_tls: bool = False) -> None:
        self.endpoint = endpoint
        self.legacy_tls = legacy_tls
        self.received_bytes = 0
        """Everything that came over this connection (of TLS, what was inside)."""
        self._sock = sock
        self._budget = budget

    @classmethod
    def open(cls, endpoint: Endpoint, *, budget: Budget, connect_s: float) -> Link:
        """Connect within `connect_s`; with TLS once more, within as long again, where the first handshake failed."""
        for legacy in (False, True):
            deadline = budget.deadline(connect_s)
            sock = _connect(endpoint, deadline)
            if not endpoint.tls:
                return cls(sock, endpoint, budget)
            secured = _handshake(sock, LEGACY_TLS if legacy else MODERN_TLS, endpoint, deadline)
            if secured is not None:
                return cls(secured, endpoint, budget, legacy_tls=legacy)
        raise StepError(Ending.TLS, _TLS.with_(place=endpoint.place))

    @property
    def certificate_sha256(self) -> str | None:
        """The SHA-256 of the device's certificate, hexadecimal; None without TLS."""
        if not isinstance(self._sock, ssl.SSLSocket):
            return None
        raw = self._sock.getpeercert(binary_form=True)
        return hashlib.sha256(raw).hexdigest() if raw else None

    @property
    def local_host(self) -> str:
        """Our own address on this connection."""
        return str(self._sock.getsockname()[0])

    @property
    def descriptor(self) -> int:
        """For waiting on this connection and others together."""
        return self._sock.fileno()

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of `data`."""
        left = memoryview(data)
        try:
            while left:
                self._sock.settimeout(deadline.check())
                left = left[self._sock.send(left) :]
        except OSError as error:
            raise self._failure(error) from error

    def receive(self, deadline: Deadline, *, is_last: bool = False) -> bytes:
        """What arrives next, at most 64 KiB; empty where the device closed the connection.

        `is_last` waits for the answer to a farewell: also after the user's stop, and with the budget's bytes spent.
        """
        while True:
            if not is_last:
                self._check_budget()
            try:
                data = self._take(min(self._left_s(deadline), STOP_CHECK_S), is_last=is_last)
            except TimeoutError:
                continue
            except OSError as error:
                raise self._failure(error) from error
            return data

    def receive_into(self, room: memoryview, wait_s: float) -> int | None:
        """Receive into `room`, at most the budget's bytes: how many came, 0 where the device closed the connection, None
        where nothing came in `wait_s`. Of TLS all records that have come are taken, as far as there is room."""
        self._check_budget()
        count = 0
        try:
            self._sock.settimeout(wait_s)
            while count < len(room):
                got = self._sock.recv_into(room[count:], self._budget.cap_bytes(len(room) - count))
                self._spend(got)
                count += got
                if not got or not isinstance(self._sock, ssl.SSLSocket) or not self._budget.cap_bytes(1):
                    break
                self._sock.settimeout(0)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return count or None
        except OSError as error:
            if not count:
                raise self._failure(error) from error
        return count

    def poll(self, grace_s: float) -> bytes | None:
        """What has arrived unasked: None for nothing, empty for a closed connection. Waits at most `grace_s`."""
        if not self._budget.cap_bytes(CHUNK_BYTES):
            return None
        try:
            return self._take(grace_s)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return None
        except OSError:
            return b""

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        try:
            self._sock.close()
        except OSError:
            pass  # it is gone, which is what was wanted

    def _check_budget(self) -> None:
        if self._budget.stop.is_set():
            raise StepError(Ending.INTERRUPTED)
        if not self._budget.cap_bytes(CHUNK_BYTES):
            raise StepError(Ending.BUDGET_SPENT)

    def _take(self, wait_s: float, *, is_last: bool = False) -> bytes:
        self._sock.settimeout(wait_s)
        data = self._sock.recv(CHUNK_BYTES if is_last else self._budget.cap_bytes(CHUNK_BYTES))
        self._spend(len(data))
        return data

    def _spend(self, count: int) -> None:
        self.received_bytes += count
        self._budget.spend_bytes(count)

    def _left_s(self, deadline: Deadline) -> float:
        try:
            return deadline.check()
        except StepError as error:
            raise StepError(error.ending, _TIMEOUT.with_(place=self.endpoint.place)) from error

    def _failure(self, error: OSError) -> StepError:
        if isinstance(error, TimeoutError):
            return StepError(Ending.TIMEOUT, _TIMEOUT.with_(place=self.endpoint.place))
        return StepError(Ending.MALFORMED, _CLOSED.with_(place=self.endpoint.place))


def _connect(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    sock: socket.socket | None = None
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        family, kind, protocol, _, address = found[0]
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(deadline.check())
        sock.connect(address)
    except (OSError, StepError) as error:
        if sock is not None:
            sock.close()
        raise _connect_failure(endpoint, error) from error
    return sock


def _connect_failure(endpoint: Endpoint, error: Exception) -> StepError:
    if isinstance(error, ConnectionRefusedError):
        return StepError(Ending.REFUSED, _REFUSED.with_(place=endpoint.place))
    if isinstance(error, TimeoutError | StepError):
        return StepError(Ending.TIMEOUT, _TIMEOUT.with_(place=endpoint.place))
    return StepError(Ending.UNREACHABLE, _UNREACHABLE.with_(place=endpoint.place))


def _handshake(
    sock: socket.socket, context: ssl.SSLContext, endpoint: Endpoint, deadline: Deadline
) -> ssl.SSLSocket | None:
    """The secured socket, or None where the handshake failed (the socket is closed then)."""
    secured: ssl.SSLSocket | None = None
    try:
        sock.settimeout(deadline.check())
        secured = context.wrap_socket(sock, do_handshake_on_connect=False)
        secured.settimeout(deadline.check())
        secured.do_handshake()
    except (OSError, StepError, ValueError) as error:
        (secured or sock).close()
        if isinstance(error, TimeoutError | StepError):
            raise StepError(Ending.TIMEOUT, _TIMEOUT.with_(place=endpoint.place)) from error
        return None
    return secured
