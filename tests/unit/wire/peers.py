"""Small web servers that do to each connection what a test says: honest, odd or hostile."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType


@dataclass
class Peer:
    """The server's side of one connection. `number` counts connections from 1."""

    sock: socket.socket
    number: int
    asked: list[bytes]
    stopping: threading.Event
    _buffer: bytes = b""

    def read(self) -> bytes:
        """The next request, whole. Raises `ConnectionError` where the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            self._more()
            rest = self._buffer.partition(b"\r\n\r\n")[2]
        self._buffer = rest[length:]
        self.asked.append(head + b"\r\n\r\n" + rest[:length])
        return self.asked[-1]

    def _more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionResetError
        self._buffer += data

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, body: bytes = b"ok", status: str = "200 OK", *lines: str) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""])
        self.send(head.encode() + body)

    def drip(self, data: bytes, every_s: float) -> None:
        """Byte by byte, until all is sent or the test is over."""
        for byte in data:
            self.send(bytes([byte]))
            if self.stopping.wait(every_s):
                return

    def flood(self, piece: bytes) -> None:
        """The same bytes without end."""
        while not self.stopping.is_set():
            self.send(piece)

    def until_gone(self) -> None:
        while self.sock.recv(4096):
            pass

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()


Script = Callable[[Peer], None]


class Server:
    """Runs `script` for every connection, each in a thread of its own."""

    def __init__(self, script: Script, *, address: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        self._script, self._context = script, context
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listening = socket.create_server((address, 0), family=family)
        self._stopping = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.address = address
        self.port: int = self._listening.getsockname()[1]
        self.asked: list[bytes] = []
        self.connections = 0

    def __enter__(self) -> Server:
        self._run(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        for sock in [self._listening, *self._sockets]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self._sockets.append(sock)
            self.connections += 1
            self._run(lambda s=sock, n=self.connections: self._serve(s, n))  # type: ignore[misc] # bound per turn

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ValueError):  # the client has gone, or the test is over
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            self._script(Peer(sock, number, self.asked, self._stopping))
        sock.close()


def honest(peer: Peer) -> None:
    """Answers every request of a connection."""
    while True:
        peer.read()
        peer.answer()


def always(data: bytes) -> Script:
    """Answers every request with the same bytes."""

    def script(peer: Peer) -> None:
        while True:
            peer.read()
            peer.send(data)

    return script


def once(data: bytes) -> Script:
    """Answers one request with these bytes and closes the connection without having said so."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(data)

    return script


def requests_of(server: Server) -> Iterator[tuple[str, dict[str, str]]]:
    """(request line, headers in lower case) of everything that was asked."""
    for raw in server.asked:
        first, *lines = raw.partition(b"\r\n\r\n")[0].decode("utf-8").split("\r\n")
        yield first, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
