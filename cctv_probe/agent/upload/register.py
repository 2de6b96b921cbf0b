"""HTTPS to the register: verified, no redirects, one absolute deadline over name, connection, TLS, headers and body.

Built like `wire.http`, on its connections; what differs is that the other side must prove who it is. Each request has a
connection of its own: an agent that reports once an hour gains nothing by keeping one open for years.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from cctv_probe.agent import config
from cctv_probe.agent.upload import route_words as words
from cctv_probe.agent.upload.route import Proxy, open_route
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.contract.terms import MAX_ANSWER_BYTES
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.connections import PlainPool, TlsPool, Turn, begin
from cctv_probe.wire.deadline import Budget, Deadline

AROUND_BODY_BYTES = 256 << 10
"""What status line, headers and chunk sizes may need beside the body."""
logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it would log addresses, and tracebacks for malformed headers


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `headers` ignores case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Register:
    """The register of a configuration. Not shared between threads."""

    def __init__(self, target: config.Register, *, most_bytes: int = MAX_ANSWER_BYTES) -> None:
        """Opens nothing yet. Raises `RouteError` (configuration) for files that cannot be read, or http to elsewhere."""
        parts = urlsplit(target.url)
        self._host = parts.hostname or ""
        if parts.scheme != "https" and not _is_loopback(self._host):
            raise RouteError("configuration", words.ONLY_HTTPS.with_(host=self._host))
        self.url = _encoded(parts)
        self._pinned = target.ca_file is not None
        self._proxy = Proxy.from_url(target.proxy) if target.proxy and parts.scheme == "https" else None
        self._most_bytes = most_bytes
        self._deadline = Deadline(0)
        self._turn = Turn(Budget(0, 0), self._deadline, 0)
        self._has_certificate = target.client_certificate is not None
        self._context = trust(target) if parts.scheme == "https" else None

    def url_of(self, path: str) -> str:
        """The whole URL of a path of the contract."""
        return self.url + path

    def post(self, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """One request and its whole answer, whatever its status. Raises `RouteError`."""
        try:
            budget = Budget(deadline.check(), self._most_bytes + AROUND_BODY_BYTES)
        except StepError:
            raise RouteError("timeout", words.TIMEOUT) from None
        self._deadline = deadline
        self._turn = Turn(budget, deadline, self._most_bytes + AROUND_BODY_BYTES, has_body=bool(body))
        begin(self._turn)
        adapter = _Adapter(self._open, self._context)
        try:
            request = _request(self.url_of(path), headers, body)
            with adapter.send(request, stream=True, timeout=max(deadline.remaining_s(), 0.001)) as response:
                return Answer(response.status_code, response.headers, self._read(response))
        except RouteError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, StepError, OSError, ValueError) as error:
            raise self._as_route_error(error) from None  # the cause may hold headers
        finally:
            adapter.close()

    def _open(self, host: str, port: int) -> socket.socket:
        try:
            return open_route(host, port, self._proxy, self._deadline)
        except TimeoutError:
            raise RouteError("timeout", words.TIMEOUT) from None

    def _read(self, response: requests.Response) -> bytes:
        chunks, size = [], 0
        for chunk in response.raw.stream(16_384, decode_content=True):
            size += len(chunk)
            if size > self._most_bytes:
                raise RouteError("too_large", words.TOO_LARGE)
            chunks.append(chunk)
        return b"".join(chunks)

    def _as_route_error(self, error: Exception) -> RouteError:
        causes = _causes(error)
        own = next((cause for cause in causes if isinstance(cause, RouteError)), None)
        if own is not None:
            return own
        if any(isinstance(cause, StepError) and cause.ending is Ending.TOO_LARGE for cause in causes):
            return RouteError("too_large", words.TOO_LARGE)
        if self._deadline.remaining_s() <= 0 or any(isinstance(cause, TimeoutError | StepError) for cause in causes):
            return RouteError("timeout", words.TIMEOUT)
        tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
        if tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return words.tls_error(tls, self._host, self._pinned)
        cut = (ConnectionError, ssl.SSLError, urllib3.exceptions.IncompleteRead)
        if any(isinstance(cause, cut) or "without response" in str(cause) for cause in causes):
            silent = self._context is not None and not self._turn.received and not self._has_certificate
            return RouteError("reset", words.RESET_AT_ONCE if silent else words.RESET)
        return RouteError("malformed", words.MALFORMED)


class _Adapter(HTTPAdapter):
    """requests' adapter on our connections. The context alone says whom to trust: requests would add its own authorities."""

    def __init__(self, opened: Callable[[str, int], socket.socket], context: ssl.SSLContext | None) -> None:
        self._opened = opened
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        def opened(connection: Any) -> socket.socket:
            return self._opened(connection.host, connection.port)

        def pool(of: type[PlainPool | TlsPool]) -> type:
            connection = type("Connection", (of.ConnectionCls,), {"_new_conn": opened})
            return type("Pool", (of,), {"ConnectionCls": connection})

        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": pool(PlainPool), "https": pool(TlsPool)}

    def cert_verify(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is added to the context."""

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: Any = True,  # noqa: ARG002 - as requests calls it
        cert: Any = None,  # noqa: ARG002 - as requests calls it
    ) -> tuple[Any, Any]:
        parts = urlsplit(request.url or "")
        host = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return host, {"cert_reqs": "CERT_REQUIRED"} if self._context else {}


def trust(target: config.Register) -> ssl.SSLContext:
    """Whom this agent trusts: the authorities of the pin file alone where there is one, else the machine's.

    Raises `RouteError` (configuration).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if target.ca_file is not None:
        try:
            context.load_verify_locations(cafile=target.ca_file)
        except (OSError, ssl.SSLError):
            raise RouteError("configuration", words.BAD_CA_FILE.with_(path=target.ca_file)) from None
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the file may hold an authority below the root
    else:
        context.load_default_certs()
    if target.client_certificate is not None:
        files = {"certificate": target.client_certificate, "key": target.client_key}
        try:
            context.load_cert_chain(target.client_certificate, target.client_key, password=_no_passphrase)
        except (OSError, ssl.SSLError, ValueError):
            raise RouteError("configuration", words.BAD_CLIENT_FILES.with_(**files)) from None
    return context


def _no_passphrase() -> str:
    raise ValueError("a service cannot type a passphrase")


def _encoded(parts: SplitResult) -> str:
    """The base URL in ASCII: a Thai name as IDNA, a Thai path percent-encoded, as both are sent and signed."""
    try:
        place = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        raise RouteError("configuration", words.NO_NAME.with_(whom=words.REGISTER.text, host=parts.hostname)) from None
    return f"{parts.scheme}://{place}{quote(parts.path.rstrip('/'), safe='/%:@!$&()*+,;=-._~')}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _request(url: str, headers: Mapping[str, str], body: bytes) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method, request.url, request.body, request.hooks = "POST", url, body, {}
    fields = {
        "User-Agent": "cctv-probe",
        "Accept": "application/json, application/problem+json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    request.headers = CaseInsensitiveDict(fields)
    return request


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < 30:
        each = waiting.pop(0)
        if each is None or each in found:
            continue
        found.append(each)
        reason = getattr(each, "reason", None)
        inner = [reason] if isinstance(reason, BaseException) else []
        inner += [item for item in each.args if isinstance(item, BaseException)]
        waiting += [*inner, each.__cause__, each.__context__]
    return found
