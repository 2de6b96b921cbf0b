"""What systemd hears: over a path and over an abstract socket; nobody listening harms nobody."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.agent.service.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    address = f"@cctv-probe-test-{secrets.token_hex(8)}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + address[1:] if address.startswith("@") else address)
        receiver.settimeout(2)
        yield address, receiver


def test_every_message_is_one_datagram_of_assignments(listening: tuple[str, socket.socket]) -> None:
    address, receiver = listening
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"})
    assert notifier.watchdog_s == 30.0
    notifier.ready()
    notifier.status("รอ 3 ฉบับ\nMAINPID=1")
    notifier.status("รอ 3 ฉบับ\nMAINPID=1")
    notifier.alive()
    notifier.reloading()
    notifier.extend(15)
    notifier.stopping()
    heard = [receiver.recv(4096).decode() for _ in range(6)]
    assert heard[0] == f"READY=1\nMAINPID={os.getpid()}"
    assert heard[1] == "STATUS=รอ 3 ฉบับ MAINPID=1", "one line, sent once"
    assert heard[2] == "WATCHDOG=1"
    kind, stamp = heard[3].split("\n")
    assert kind == "RELOADING=1"
    assert abs(int(stamp.removeprefix("MONOTONIC_USEC=")) - time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6) < 5e6
    assert heard[4:] == ["EXTEND_TIMEOUT_USEC=15000000", "STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here", "vsock:2:1234", "relative/path"])
def test_nobody_listening_harms_nobody(address: str) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
    notifier.ready()
    notifier.status("x")
    notifier.alive()
    assert notifier.watchdog_s == 1.0


def test_a_full_queue_does_not_hang_the_service(listening: tuple[str, socket.socket]) -> None:
    address, _ = listening
    notifier = Notifier(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        with contextlib.suppress(BlockingIOError):
            for _ in range(100_000):
                sender.send(b"x" * 1000)
        with pytest.raises(BlockingIOError):
            sender.send(b"x" * 1000)
    began = time.monotonic()
    notifier.ready()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": str(os.getpid())}, 5.0),
    ],
)
def test_the_watchdog_is_pinged_only_where_it_is_ours(environment: dict[str, str], seconds: float | None) -> None:
    assert Notifier.from_environment(environment).watchdog_s == seconds
