"""A listening port: one thread a connection, TLS where there is a context, and an end that leaves nothing open."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable

_HANDSHAKE_S = 10.0

Serve = Callable[[socket.socket, threading.Event], None]
"""Serves one connection until it ends or the event is set."""


class Port:
    """Listens on `address`; a port of 0 becomes the free one that was taken, for later starts too."""

    def __init__(self, address: str, port: int, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self.address, self.port = address, port
        self._serve = serve
        self._context = context
        self._listener: socket.socket | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._accepting: threading.Thread | None = None

    @property
    def is_listening(self) -> bool:
        """Whether connections are taken."""
        return self._listener is not None

    def start(self) -> None:
        """Take connections. Raises OSError where the port cannot be had."""
        listener = socket.create_server((self.address, self.port), backlog=512)
        self.port = listener.getsockname()[1]
        self._listener, self._ended = listener, threading.Event()
        self._accepting = threading.Thread(target=self._accept, args=(listener, self._ended), daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Refuse further connections, break off those that are open, and wait for their threads."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._ended.set()
        _shut(listener)
        listener.close()
        if self._accepting:
            self._accepting.join(5)
        with self._lock:
            running = dict(self._open)
        for connection in running.values():
            _shut(connection)
        for thread in running:
            thread.join(5)

    def _accept(self, listener: socket.socket, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed by `stop`
            thread = threading.Thread(target=self._run, args=(connection, ended), daemon=True)
            with self._lock:
                self._open[thread] = connection
            thread.start()

    def _run(self, connection: socket.socket, ended: threading.Event) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connection.settimeout(_HANDSHAKE_S)
                connection = self._context.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open[threading.current_thread()] = connection
            self._serve(connection, ended)
        except (OSError, ValueError):
            pass  # the other side went away, or `stop` came: nobody is left to tell
        finally:
            connection.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)


def _shut(connection: socket.socket) -> None:
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        pass  # not connected any more
