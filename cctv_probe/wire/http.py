"""HTTP to one device: requests under an absolute deadline and a byte cap, no redirects, no proxies, old TLS as a last try.

`requests` bounds each read, not the whole answer: with `timeout=1` a server that drips bytes held it for 15.6 s. Here the
socket asks the deadline before every read, headers included.
"""

from __future__ import annotations

import logging
import ssl
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.util.wait import wait_for_read

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.address import url_host
from cctv_probe.wire.connections import PlainPool, TlsPool, Turn, begin
from cctv_probe.wire.deadline import Budget, Deadline

SETTLE_S = 0.02
"""Some devices close the connection after an answer without saying so: looked for this long before a login goes into it."""
AROUND_BODY_BYTES = 256 << 10
"""What status line, headers and chunk sizes may need beside the body."""
logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it would print a traceback for a malformed header


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
        # http.client reads headers as Latin-1; a Thai realm must come back in the bytes it came in (RFC 7616 section 4).
        return (value.encode("latin-1", "replace").decode("utf-8", "surrogateescape"),) if value else ()


def _context(*, legacy: bool) -> ssl.SSLContext:
    """Cameras have self-signed certificates: they are recorded, not verified. `legacy` also speaks TLS 1.0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # the default differs from system to system
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
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}


class HttpClient:
    """HTTP to one address: one connection at a time, kept alive. Not shared between threads."""

    def __init__(self, address: str, budget: Budget) -> None:
        self.address = address
        self.budget = budget
        self._host = url_host(address)
        self._legacy: set[int] = set()
        self._certificates: dict[int, str] = {}
        self._place: tuple[int, bool] | None = None
        self._sock: Any = None
        self._turn = Turn(budget, Deadline(0), 0)
        self._sessions: dict[bool, requests.Session] = {}
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._place = self._sock = None

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
        once: bool = False,
    ) -> Answer:
        """One request and its whole answer, whatever its status. `target` is the path with its query, always on our host.

        A connection that the device had closed without saying so is opened anew. `once` is for a login that may fail:
        it is never sent a second time, whatever happens to the connection.
        Raises `StepError`: refused, unreachable, timeout, tls, malformed, too_large, budget_spent, interrupted.
        """
        if self._place not in (None, (port, tls)) or (once and self._closed_quietly()):
            self.close()
        deadline = self.budget.deadline(wanted_s)
        # A target such as "@elsewhere/" would otherwise make our address the user name of another host.
        target = target if target.startswith("/") else f"/{target}"
        url = f"{'https' if tls else 'http'}://{self._host}:{port}{target}"
        request = _request(method, url, headers or {}, body)
        try:
            return self._secured(request, (port, tls), deadline, cap_bytes)
        except _DroppedError as error:
            if once:
                raise StepError(Ending.MALFORMED, _CLOSED) from error
            return self._secured(request, (port, tls), deadline, cap_bytes)

    def _closed_quietly(self) -> bool:
        return self._sock is not None and bool(wait_for_read(self._sock, SETTLE_S))

    def _secured(
        self, request: requests.PreparedRequest, place: tuple[int, bool], deadline: Deadline, cap_bytes: int
    ) -> Answer:
        """The request to `place` (port, TLS), with old TLS as a second try where the handshake failed."""
        port, tls = place
        for legacy in (False, True) if tls and port not in self._legacy else (port in self._legacy,):
            self._place = place
            try:
                answer = self._once(request, deadline, cap_bytes, legacy=legacy)
            except requests.exceptions.SSLError as error:
                self.close()
                if legacy or self._turn.sent:
                    raise StepError(Ending.TLS) from error
                continue
            if legacy:
                self._legacy.add(port)
            if self._turn.certificate_sha256:
                self._certificates[port] = self._turn.certificate_sha256
            return replace(answer, certificate_sha256=self._certificates.get(port)) if tls else answer
        raise StepError(Ending.TLS)

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

    def _once(self, request: requests.PreparedRequest, deadline: Deadline, cap_bytes: int, *, legacy: bool) -> Answer:
        cap_bytes = self.budget.cap_bytes(cap_bytes)
        turn = self._turn = Turn(self.budget, deadline, cap_bytes + AROUND_BODY_BYTES, has_body=bool(request.body))
        begin(turn)
        adapter = self._session(legacy).get_adapter(request.url or "")
        try:
            response = adapter.send(request, stream=True, timeout=deadline.check(), verify=False)
            with response:
                body = _read(response, cap_bytes)
        except StepError:
            self.close()
            raise
        except requests.exceptions.SSLError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.close()
            ending = _as_step_error(error, deadline)
            dropped = any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in _causes(error))
            if dropped and turn.sock is None and not turn.received and ending.ending is Ending.MALFORMED:
                raise _DroppedError from error
            raise ending from error
        self._sock = turn.sock or self._sock
        return Answer(response.status_code, response.headers, body)


class _DroppedError(Exception):
    """A connection kept alive was closed by the device before it saw the request."""


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method, request.url, request.body = method, url, body
    fields = {"User-Agent": "cctv-probe", "Accept": "*/*", **headers}
    if body is not None:
        fields["Content-Length"] = str(len(body))
    # Bytes: user names and realms may be Thai, and http.client knows only Latin-1.
    encoded = {name: value.encode("utf-8", "surrogateescape") for name, value in fields.items()}
    request.headers = CaseInsensitiveDict(encoded)  # type: ignore[arg-type]
    request.hooks = {}
    return request


def _read(response: requests.Response, cap_bytes: int) -> bytes:
    chunks, size = [], 0
    for chunk in response.raw.stream(16384, decode_content=False):
        size += len(chunk)
        if size > cap_bytes:
            raise StepError(Ending.TOO_LARGE, _TOO_LARGE.with_(kib=cap_bytes // 1024))
        chunks.append(chunk)
    return _decompressed(b"".join(chunks), response.headers.get("Content-Encoding", ""), cap_bytes)


def _decompressed(body: bytes, encoding: str, cap_bytes: int) -> bytes:
    """Some web servers compress although nobody asked; never more than `cap_bytes` come out."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate") or not body:
        return body
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # gzip or zlib by its header; bare deflate, as some mean it
        inflating = zlib.decompressobj(window)
        try:
            plain = inflating.decompress(body, cap_bytes + 1)
        except zlib.error:
            continue
        if len(plain) > cap_bytes:
            raise StepError(Ending.TOO_LARGE, _TOO_LARGE.with_(kib=cap_bytes // 1024))
        if inflating.eof:
            return plain
    raise StepError(Ending.MALFORMED, _NOT_HTTP)


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
