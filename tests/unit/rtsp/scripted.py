"""A server on 127.0.0.1 that does to each connection what its script says: honest, odd or hostile."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"
)


@dataclass
class Peer:
    """The server's side of one connection."""

    sock: socket.socket
    requests: list[Asked]
    stopping: threading.Event
    heard: threading.Condition
    _buffer: bytes = b""

    def read(self) -> Asked:
        """The next request; raises `ConnectionError` where the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            data = self.sock.recv(4096)
            if not data:
                raise ConnectionResetError
            self._buffer += data
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, uri, _ = first.split(" ")
        asked = Asked(method, uri, dict(line.split(": ", 1) for line in lines))
        with self.heard:
            self.requests.append(asked)
            self.heard.notify_all()
        return asked

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(
        self, asked: Asked, status: str = "200 OK", *lines: str, body: str = "", cseq: str | None = None
    ) -> None:
        """An answer to `asked`; its length is told where it has a body."""
        fields = [f"CSeq: {cseq or asked.fields['CSeq']}", *lines]
        if body:
            fields += ["Content-Type: application/sdp", f"Content-Length: {len(body.encode())}"]
        self.send("\r\n".join([f"RTSP/1.0 {status}", *fields, "", body]).encode())

    def until_gone(self) -> None:
        """Say nothing until the client has closed or the test is over."""
        while self.sock.recv(4096):
            pass


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    uri: str
    fields: dict[str, str] = field(default_factory=dict)


Script = Callable[[Peer], None]


class ScriptedServer:
    """Runs the first script for the first connection, and so on; the last for all that follow."""

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._heard = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.port: int = self._listening.getsockname()[1]
        self.requests: list[Asked] = []
        self.connections = 0

    def __enter__(self) -> ScriptedServer:
        self._run(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        for sock in [self._listening, *self._sockets]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already
            sock.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def uri(self, path: str = "/live") -> str:
        return f"rtsp{'s' if self._context else ''}://127.0.0.1:{self.port}{path}"

    def wait_for(self, method: str) -> None:
        """Until a request with that method has been read."""
        with self._heard:
            assert self._heard.wait_for(lambda: any(asked.method == method for asked in self.requests), 5)

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
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._run(lambda sock=sock, script=script: self._serve(sock, script))  # type: ignore[misc] # bound per turn

    def _serve(self, sock: socket.socket, script: Script) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            script(Peer(sock, self.requests, self._stopping, self._heard))
        except OSError:
            pass  # the client has gone, or the test is over
        finally:
            sock.close()


def describe(*lines: str) -> Script:
    """A camera that answers every request with the same description."""

    def script(peer: Peer) -> None:
        while True:
            peer.answer(peer.read(), "200 OK", *lines, body=SDP)

    return script


def always(status: str, *lines: str) -> Script:
    """A server that gives every request the same answer."""

    def script(peer: Peer) -> None:
        while True:
            peer.answer(peer.read(), status, *lines)

    return script
