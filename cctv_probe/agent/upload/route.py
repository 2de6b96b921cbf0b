"""One TCP connection to the register, straight or through a proxy's CONNECT; every wait ends at one deadline, names included."""

from __future__ import annotations

import base64
import queue
import re
import socket
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from cctv_probe.agent.upload import route_words as words
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.model.attempt import StepError
from cctv_probe.wire.address import url_host
from cctv_probe.wire.deadline import Deadline

CONNECT_S = 10.0
HANDSHAKE_S = 20.0
_MOST_HEAD_BYTES = 64 << 10
_MOST_ADDRESSES = 8

Address = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `login` is the value of Proxy-Authorization, and is shown nowhere."""

    host: str
    port: int
    login: str | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"

    @classmethod
    def from_url(cls, url: str) -> Proxy:
        """`http://[user:password@]host:port`, as the configuration has checked it."""
        parts = urlsplit(url)
        login = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            login = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
        return cls(parts.hostname or "", parts.port or 3128, login)


def open_route(host: str, port: int, proxy: Proxy | None, deadline: Deadline) -> socket.socket:
    """A connected socket whose time-out bounds the handshake that may follow. Raises `RouteError`."""
    if proxy is None:
        sock = _connected(host, port, deadline, words.REGISTER)
    else:
        sock = _connected(proxy.host, proxy.port, deadline, words.PROXY)
        try:
            _tunnel(sock, host, port, proxy, deadline)
        except BaseException:
            sock.close()
            raise
    sock.settimeout(min(HANDSHAKE_S, _left(deadline)))
    return sock


def _connected(host: str, port: int, deadline: Deadline, whom: words.Whom) -> socket.socket:
    last: OSError | None = None
    for family, address in _resolved(host, port, deadline, whom)[:_MOST_ADDRESSES]:
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a machine without IPv6
            last = error
            continue
        try:
            sock.settimeout(min(CONNECT_S, _left(deadline)))
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
            continue
        except BaseException:
            sock.close()
            raise
        return sock
    raise words.not_connected(last, host, port, whom)


def _resolved(host: str, port: int, deadline: Deadline, whom: words.Whom) -> list[Address]:
    """The addresses of `host`. The system's resolver knows no deadline, so it is left behind where it does not come back."""
    answer: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([(entry[0], entry[4]) for entry in found])
        except OSError as error:
            answer.put(error)
        except UnicodeError:  # a label that no name may have
            answer.put(OSError("bad name"))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=_left(deadline))
    except queue.Empty:
        raise RouteError("dns", words.NO_NAME.with_(whom=whom.text, host=host)) from None
    if isinstance(found, OSError) or not found:
        raise RouteError("dns", words.NO_NAME.with_(whom=whom.text, host=host))
    return found


def _tunnel(sock: socket.socket, host: str, port: int, proxy: Proxy, deadline: Deadline) -> None:
    target = f"{url_host(host)}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "User-Agent: cctv-probe"]
    if proxy.login:
        lines.append(f"Proxy-Authorization: {proxy.login}")
    try:
        sock.settimeout(_left(deadline))
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("idna" if not target.isascii() else "ascii"))
        status = tunnel_status(_head(sock, deadline))
    except TimeoutError:
        raise RouteError("proxy", words.PROXY_SILENT.with_(proxy=f"{proxy.host}:{proxy.port}")) from None
    except OSError:
        status = None
    if status == 407:
        raise RouteError("proxy", words.PROXY_LOGIN.with_(proxy=f"{proxy.host}:{proxy.port}"))
    if status is None or not 200 <= status <= 299:
        told = {"proxy": f"{proxy.host}:{proxy.port}", "status": status or "-", "target": target}
        raise RouteError("proxy", words.PROXY_REFUSED.with_(**told))


def _head(sock: socket.socket, deadline: Deadline) -> bytes:
    """Up to the empty line and not a byte further: what follows belongs to TLS."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n") and len(head) < _MOST_HEAD_BYTES:
        sock.settimeout(_left(deadline))
        got = sock.recv(1)
        if not got:
            break
        head += got
    return bytes(head)


def tunnel_status(head: bytes) -> int | None:
    """The status in a proxy's answer to CONNECT; None where it is no whole answer of HTTP/1."""
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?\r\n", head)
    return int(found[1]) if found and head.endswith(b"\r\n\r\n") else None


def _left(deadline: Deadline) -> float:
    try:
        return deadline.check()
    except StepError:
        raise TimeoutError from None
