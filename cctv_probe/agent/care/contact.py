"""One unsigned GET to the register, with every step told apart: connection, TLS, certificate, answer. Nothing of ours is sent."""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from cctv_probe.agent.care.certificate import BadCertificateError, Certificate, read_certificate
from cctv_probe.agent.care.reading import moment
from cctv_probe.agent.config import Register
from cctv_probe.agent.upload import route_words
from cctv_probe.agent.upload.register import trust
from cctv_probe.agent.upload.route import Proxy, open_route
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.contract.problem import Problem, read_problem
from cctv_probe.model.attempt import StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.address import url_host
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline

PATH = "/api/v1"
"""The base of the contract's paths: whatever a register answers here, it answers as a register does."""
MOST_BYTES = 256 << 10
Stage = Literal["route", "tls", "answer", "done"]


class BadAnswerError(Exception):
    """Bytes that are no HTTP answer."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (any case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Contact:
    """How far a request to the register got. `stage` is where it ended, `error` why."""

    stage: Stage
    error: Text | None = None
    certificate: Certificate | None = None
    """What the other end showed, verified or not."""
    verified: bool = False
    verify_code: int | None = None
    """OpenSSL's X509_V_ERR where the certificate was not believed."""
    answer: HttpAnswer | None = None
    at: datetime | None = None
    """This machine's time in the middle of the request."""

    @property
    def problem(self) -> Problem | None:
        """The register's own words; None where something else answered."""
        return read_problem(self.answer.body) if self.answer else None

    @property
    def register_utc(self) -> datetime | None:
        """The time at the other end: the register's own, else that of the Date header."""
        if self.answer is None:
            return None
        told = self.problem
        stated = moment(told.register_utc) if told else None
        return stated or _date(self.answer.headers.get("Date", ""))


def contact(register: Register, clock: Clock, deadline: Deadline) -> Contact:
    """Ask the register for its base path. Never raises; ends by `deadline`."""
    parts = urlsplit(register.url)
    host, tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    proxy = Proxy.from_url(register.proxy) if register.proxy and tls else None
    try:
        context = trust(register) if tls else None
        sock = open_route(host, port, proxy, deadline)
    except RouteError as error:
        return Contact("tls" if error.reason == "configuration" else "route", error.text)
    except TimeoutError:
        return Contact("route", route_words.TIMEOUT)
    try:
        if context is None:
            return _asked(Contact("answer"), sock, parts.path, host, clock, deadline)
        try:
            secured = secure(sock, context, host, deadline)
        except (OSError, StepError) as error:
            failed = _not_secured(error, host, register.ca_file is not None)
            return replace(failed, certificate=_shown(host, port, proxy, deadline))
        with secured:
            seen = Contact("answer", certificate=_certificate(secured), verified=True)
            return _asked(seen, secured, parts.path, host, clock, deadline)
    finally:
        sock.close()


def secure(sock: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """TLS on `sock`, the whole handshake by `deadline`. Raises OSError (ssl.SSLError too) or `StepError`."""
    secured = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        secured.setblocking(False)
        while True:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                select.select([secured], [], [], deadline.check())
            except ssl.SSLWantWriteError:
                select.select([], [secured], [], deadline.check())
            else:
                return secured
            deadline.check()
    except BaseException:
        secured.close()
        raise


def read_answer(raw: bytes) -> HttpAnswer:
    """A whole HTTP answer as it was received (RFC 9112). Raises `BadAnswerError`."""
    response = http.client.HTTPResponse(_Received(raw))  # type: ignore[arg-type] # all that it asks of a socket is makefile
    try:
        response.begin()
        body = response.read(MOST_BYTES)
        headers = {name.title(): value for name, value in response.getheaders()}
    except (http.client.HTTPException, ValueError, OSError) as error:
        raise BadAnswerError from error
    return HttpAnswer(response.status, headers, body)


class _Received:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _asked(seen: Contact, sock: socket.socket, base: str, host: str, clock: Clock, deadline: Deadline) -> Contact:
    lines = [f"GET {base.rstrip('/')}{PATH} HTTP/1.1", f"Host: {url_host(host)}", "User-Agent: cctv-probe"]
    lines += ["Accept: application/problem+json, application/json", "Connection: close"]
    began = clock.now()
    try:
        _send(sock, ("\r\n".join(lines) + "\r\n\r\n").encode("ascii" if host.isascii() else "idna"), deadline)
        answer = read_answer(_received(sock, deadline))
    except (TimeoutError, StepError):
        return replace(seen, error=route_words.TIMEOUT)
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return replace(seen, error=_CUT_AFTER.with_(host=host) if seen.verified else route_words.RESET)
    except ssl.SSLError as error:
        return replace(seen, error=route_words.tls_error(error, host, pinned=False).text)
    except (OSError, UnicodeError):
        return replace(seen, error=route_words.RESET)
    except BadAnswerError:
        return replace(seen, error=route_words.MALFORMED)
    return replace(seen, stage="done", answer=answer, at=began + (clock.now() - began) / 2)


def _send(sock: socket.socket, request: bytes, deadline: Deadline) -> None:
    sock.settimeout(deadline.check())
    try:
        sock.sendall(request)
    except TimeoutError:
        raise
    except OSError as error:
        try:  # whoever refuses our certificate (TLS 1.3) hangs up on the request, and has said why before
            sock.recv(1)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise error from None
        raise


def _received(sock: socket.socket, deadline: Deadline) -> bytes:
    """Everything up to the end of the connection, or as much as an answer needs at most."""
    chunks, size = [], 0
    while size < MOST_BYTES:
        sock.settimeout(deadline.check())
        try:
            chunk = sock.recv(16_384)
        except ssl.SSLEOFError:  # closed without saying so, after an answer that may be whole
            chunk = b""
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


def _not_secured(error: Exception, host: str, pinned: bool) -> Contact:
    if isinstance(error, ssl.SSLError):
        code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
        return Contact("tls", route_words.tls_error(error, host, pinned).text, verify_code=code)
    late = isinstance(error, TimeoutError | StepError)
    return Contact("tls", route_words.TIMEOUT if late else _CUT.with_(host=host))


def _shown(host: str, port: int, proxy: Proxy | None, deadline: Deadline) -> Certificate | None:
    """The certificate that the other end shows, looked at without believing it; nothing is sent there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with open_route(host, port, proxy, deadline) as sock, secure(sock, context, host, deadline) as secured:
            return _certificate(secured)
    except (OSError, StepError, RouteError):
        return None


def _certificate(secured: ssl.SSLSocket) -> Certificate | None:
    der = secured.getpeercert(binary_form=True)
    try:
        return read_certificate(der) if der else None
    except BadCertificateError:
        return None


def _date(header: Any) -> datetime | None:
    try:
        read = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


_CUT_AFTER = Text(
    en="{host} cut the connection as soon as TLS was agreed on. It may want another client certificate (client_certificate, client_key), "
    "or something on the way breaks connections.",
    th="{host} ตัดการเชื่อมต่อทันทีหลังตกลง TLS อาจต้องการใบรับรองเครื่องลูกข่ายใบอื่น (client_certificate, client_key) หรือมีอุปกรณ์ระหว่างทางตัดการเชื่อมต่อ",
)
_CUT = Text(
    en="{host} cut the connection before TLS was agreed on. A firewall may be in between, or the port is another service's.",
    th="{host} ตัดการเชื่อมต่อก่อนตกลง TLS อาจมีไฟร์วอลล์คั่นอยู่ หรือพอร์ตนี้เป็นของบริการอื่น",
)
