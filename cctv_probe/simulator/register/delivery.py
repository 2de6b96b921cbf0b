"""How an answer leaves: whole, late, byte by byte, half, or not at all."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

from cctv_probe.simulator.register.faults import Fault
from cctv_probe.simulator.register.problems import Answer

_DRIP_S, _SLOW_S = 0.05, 2.0
_ENDLESS = 10**12


def to_bytes(answer: Answer, now: datetime, *, with_body: bool, length: int | None = None) -> bytes:
    """The answer on the wire. length: what Content-Length claims, if not the truth."""
    lines = [
        f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
        f"Date: {format_datetime(now.replace(microsecond=0), usegmt=True)}",
        f"Content-Length: {len(answer.body) if length is None else length}",
        *([f"Content-Type: {answer.media_type}"] if answer.body else []),
        *(["Connection: close"] if answer.closes else []),
        *(f"{name}: {value}" for name, value in answer.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (answer.body if with_body else b"")


def deliver(fault: Fault, answer: Answer, connection: socket.socket, now: datetime, ended: threading.Event) -> None:
    """An answer that a fault of the second group holds up. Raises OSError where the other side goes."""
    if fault.kind == "slow":
        ended.wait(_SLOW_S if fault.delay_s is None else fault.delay_s)
        connection.sendall(to_bytes(answer, now, with_body=True))
    elif fault.kind == "drip":
        _drip(connection, to_bytes(answer, now, with_body=True, length=_ENDLESS), fault, ended)
    elif fault.kind == "reset_mid_answer":
        wire = to_bytes(answer, now, with_body=True)
        connection.sendall(wire[: len(wire) - len(answer.body) // 2])
        reset(connection)
    else:
        reset(connection)


def reset(connection: socket.socket) -> None:
    """Break the connection with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach()) if os.name == "posix" else connection.close()


def hang(connection: socket.socket, ended: threading.Event) -> None:
    """Say nothing until the other side goes or the register stops."""
    connection.settimeout(0.2)
    while not ended.is_set():
        try:
            if not connection.recv(4096):
                return
        except TimeoutError:
            continue


def flood(connection: socket.socket, now: datetime, ended: threading.Event) -> None:
    """A 200 whose body never ends. Raises OSError where the other side goes."""
    head = to_bytes(Answer(200, b'{"contract":1,"report_id":"'), now, with_body=True, length=_ENDLESS)
    connection.sendall(head)
    while not ended.is_set():
        connection.sendall(b"0" * 65_536)


def _drip(connection: socket.socket, wire: bytes, fault: Fault, ended: threading.Event) -> None:
    for byte in _and_blanks(wire):
        connection.sendall(byte)
        if ended.wait(_DRIP_S if fault.delay_s is None else fault.delay_s):
            return


def _and_blanks(wire: bytes) -> Iterator[bytes]:
    for at in range(len(wire)):
        yield wire[at : at + 1]
    while True:
        yield b" "


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
