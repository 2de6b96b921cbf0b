"""A small HTTP proxy that knows CONNECT, and some of the ways in which proxies fail."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Self


class ConnectProxy:
    """`login`: wanted as `user:password`. `answer`: given in the place of a tunnel. `drip`: an answer without end."""

    def __init__(self, *, login: str | None = None, answer: bytes | None = None, drip: bool = False) -> None:
        self.targets: list[str] = []
        self.seen = b""
        self._login = login and base64.b64encode(login.encode()).decode()
        self._answer = answer
        self._drip = drip
        self._ended = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.1)
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _begin(self, action: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=action, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._server.accept()
                self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                got = connection.recv(4096)
                if not got:
                    return
                head += got
            self.seen += head
            self._respond(connection, head.decode("latin-1"))

    def _respond(self, connection: socket.socket, head: str) -> None:
        if self._drip:
            while not self._ended.wait(0.05):
                connection.sendall(b"H")
        elif self._answer is not None:
            connection.sendall(self._answer)
        elif self._login and f"Proxy-Authorization: Basic {self._login}\r\n" not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        else:
            target = head.split(" ")[1]
            self.targets.append(target)
            host, _, port = target.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=5) as other:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
                self._carry(connection, other)

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        while not self._ended.is_set():
            for ready in select.select([one, other], [], [], 0.1)[0]:
                got = ready.recv(65_536)
                if not got:
                    return
                if ready is one:
                    self.seen += got
                (other if ready is one else one).sendall(got)
