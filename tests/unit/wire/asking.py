"""Asking the servers of `peers` as a visit does."""

from __future__ import annotations

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import Answer, HttpClient
from tests.unit.wire.peers import Script, Server

HEAD = b"HTTP/1.1 200 OK\r\n"
OK = HEAD + b"Content-Length: 2\r\n\r\nok"


def client(server: Server | None = None, *, seconds: float = 20, most_bytes: int = 1 << 30) -> HttpClient:
    return HttpClient(server.address if server else "127.0.0.1", Budget(seconds, most_bytes))


def get(
    server: Server, target: str = "/", *, tls: bool = False, wanted_s: float = 5, cap_bytes: int = 1 << 20
) -> Answer:
    made = client(server)
    try:
        return made.send("GET", server.port, target, tls=tls, wanted_s=wanted_s, cap_bytes=cap_bytes)
    finally:
        made.close()


def ending_of(script: Script, *, wanted_s: float = 5, cap_bytes: int = 1 << 20, tls: bool = False) -> Ending:
    with Server(script) as server, pytest.raises(StepError) as raised:
        get(server, wanted_s=wanted_s, cap_bytes=cap_bytes, tls=tls)
    return raised.value.ending
