"""HTTP to one device: requests under an absolute deadline and a byte cap, no redirects, no proxies, old TLS as a last try.

`requests` bounds each read, not the whole answer: with `timeout=1` a server that drips bytes held it for 15.6 s. Here the
socket asks the deadline before every read, headers included.
"""

from __future__ import annotations

import hashlib
import io
import ssl
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.address import url_host
from cctv_probe.wire.deadline import Budget, Deadline

CONNECT_S = 3.0
_current = threading.local()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole. `headers` ignores case; repeated headers are joined by `, `, as RFC 9110 allows."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_sha256: str | None = None

    @property
    def challenges(self) -> tuple[str, ...]:
        """The values of WWW-Authenticate."""
        value = self.headers.get("WWW-Authenticate")
        return (value,) if value else ()


class _DeadlineReader(io.RawIOBase):
    """The receiving side of a socket, which asks the deadline before every read."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_deadline().check())
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineSocket:
    """A socket whose reads and writes end at the current deadline."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock))

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(_deadline().check())
        self._sock.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def _deadline() -> Deadline:
    deadline: Deadline = _current.deadline
    return deadline


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        self.timeout = min(CONNECT_S, _deadline().check())
        super().connect()
        self.sock = _DeadlineSocket(self.sock)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        self.timeout = min(CONNECT_S, _deadline().check())
        super().connect()
        der = self.sock.getpeercert(binary_form=True) if self.sock is not None else None  # type: ignore[union-attr]
        _current.certificate = hashlib.sha256(der).hexdigest() if der else None
        self.sock = _DeadlineSocket(self.sock)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _context(*, legacy: bool) -> ssl.SSLContext:
    """Cameras have self-signed certificates: they are recorded, not verified. `legacy` also speaks TLS 1.0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if legacy:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


MODERN_TLS = _context(legacy=False)
LEGACY_TLS = _context(legacy=True)


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class HttpClient:
    """HTTP to one address: one connection at a time, kept alive. Not shared between threads."""

    def __init__(self, address: str, budget: Budget) -> None:
        self.address = address
        self.budget = budget
        self._host = url_host(address)
        self._legacy: set[int] = set()
        self._certificates: dict[int, str] = {}
        self._last: tuple[int, bool] | None = None
        self._sessions: dict[bool, requests.Session] = {}
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._last = None

    def send(
        self,
        method: str,
        port: int,
        target: str,
        *,
        tls: bool = False,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        wanted_s: float = 6.0,
        cap_bytes: int = 4 << 20,
    ) -> Answer:
        """One request and its whole answer, whatever its status. `target` is the path with its query.

        Raises `StepError`: refused, unreachable, timeout, tls, malformed, too_large, budget_spent, interrupted.
        """
        if self._last not in (None, (port, tls)):
            self.close()
        self._last = (port, tls)
        deadline = self.budget.deadline(wanted_s)
        url = f"{'https' if tls else 'http'}://{self._host}:{port}{target}"
        for legacy in (False, True) if tls and port not in self._legacy else (port in self._legacy,):
            try:
                answer = self._once(method, url, headers or {}, body, deadline, cap_bytes, legacy=legacy)
            except requests.exceptions.SSLError as error:
                self.close()
                self._last = (port, tls)
                if legacy:
                    raise StepError(Ending.TLS) from error
                continue
            if legacy:
                self._legacy.add(port)
            return self._with_certificate(answer, port, tls)
        raise StepError(Ending.TLS)

    def _with_certificate(self, answer: Answer, port: int, tls: bool) -> Answer:
        if not tls:
            return answer
        seen = getattr(_current, "certificate", None)
        if seen:
            self._certificates[port] = seen
        return Answer(answer.status, answer.headers, answer.body, self._certificates.get(port))

    def _session(self, legacy: bool) -> requests.Session:
        session = self._sessions.get(legacy)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers.clear()
            adapter = _Adapter(LEGACY_TLS if legacy else MODERN_TLS)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            self._sessions[legacy] = session
        return session

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: Deadline,
        cap_bytes: int,
        *,
        legacy: bool,
    ) -> Answer:
        _current.deadline, _current.certificate = deadline, None
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, url, body
        request.headers = CaseInsensitiveDict({"User-Agent": "cctv-probe", "Accept": "*/*", **headers})
        request.hooks = {}
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        adapter = self._session(legacy).get_adapter(url)
        try:
            response = adapter.send(request, stream=True, timeout=deadline.check(), verify=False)
            with response:
                content = self._read(response, self.budget.cap_bytes(cap_bytes))
        except StepError:
            self.close()
            raise
        except requests.exceptions.SSLError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.close()
            raise _as_step_error(error, deadline) from error
        return Answer(response.status_code, response.headers, content)

    def _read(self, response: requests.Response, cap_bytes: int) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_content(16384):
            size += len(chunk)
            self.budget.spend_bytes(len(chunk))
            if size > cap_bytes:
                raise StepError(Ending.TOO_LARGE, _TOO_LARGE.with_(kib=cap_bytes // 1024))
            chunks.append(chunk)
        return b"".join(chunks)


_TOO_LARGE = Text(
    en="sent more than {kib} KiB in one answer and was cut off",
    th="ส่งคำตอบเกิน {kib} KiB ในครั้งเดียว จึงหยุดรับ",
)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < 12:
        found.append(error)
        reason = getattr(error, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        if inner is None:
            inner = next((item for item in error.args if isinstance(item, BaseException)), None)
        error = inner or error.__cause__ or error.__context__
    return found


def _as_step_error(error: Exception, deadline: Deadline) -> StepError:
    """The ending that a failed request stands for."""
    causes = _causes(error)
    own = next((cause for cause in causes if isinstance(cause, StepError)), None)
    if own is not None:
        return own
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return StepError(Ending.TLS)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return StepError(Ending.REFUSED)
    if deadline.remaining_s() <= 0 or any(
        isinstance(cause, (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)) for cause in causes
    ):
        return StepError(Ending.TIMEOUT)
    if any(isinstance(cause, (ConnectionResetError, BrokenPipeError)) for cause in causes):
        return StepError(Ending.MALFORMED, _CLOSED)
    if any(isinstance(cause, OSError) and cause.errno in _UNREACHABLE for cause in causes):
        return StepError(Ending.UNREACHABLE)
    return StepError(Ending.MALFORMED, _NOT_HTTP)


_UNREACHABLE = {101, 113, 110, 10051, 10065, 10060, 99, 22, 13, 1}
"""ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, their Windows numbers, EADDRNOTAVAIL, EINVAL, EACCES, EPERM."""
_CLOSED = Text(en="closed the connection in the middle of its answer", th="ตัดการเชื่อมต่อกลางคำตอบ")
_NOT_HTTP = Text(en="did not answer in the form of HTTP", th="คำตอบไม่ใช่รูปแบบ HTTP")
