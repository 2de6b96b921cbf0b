"""What the service tells systemd (sd_notify(3)): ready, status, still alive, reloading, stopping.

One datagram for each message to the socket that `$NOTIFY_SOCKET` names: a path, or `@name` for the abstract namespace
(unix(7)). Where nobody listens nothing is sent, and no failure here ever stops the service.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

_SEND_S = 1.0


class Notifier:
    """Speaks to the service manager. `watchdog_s` is how often it wants to hear of us; None where it does not."""

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        self._address = "\0" + address[1:] if address and address.startswith("@") else address
        self.watchdog_s = watchdog_s
        self._status = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Notifier:
        """As systemd set it up: `NOTIFY_SOCKET`, and `WATCHDOG_USEC` where `WATCHDOG_PID` is absent or this process."""
        address = environment.get("NOTIFY_SOCKET", "")
        told = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        watchdog_s = int(told) / 1e6 if told.isascii() and told.isdigit() and int(told) > 0 and for_us else None
        return cls(address if address[:1] in ("/", "@") else None, watchdog_s)

    def ready(self) -> None:
        """The service runs, or runs again with its new configuration."""
        self._send("READY=1", f"MAINPID={os.getpid()}")

    def status(self, line: str) -> None:
        """One line for `systemctl status`; sent only where it has changed."""
        shown = " ".join(line.split())[:400]
        if shown != self._status:
            self._status = shown
            self._send(f"STATUS={shown}")

    def alive(self) -> None:
        """The loop has turned once more."""
        if self.watchdog_s is not None:
            self._send("WATCHDOG=1")

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends it (Type=notify-reload wants the time of it)."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The service ends in good order."""
        self._send("STOPPING=1")

    def extend(self, seconds: float) -> None:
        """A little longer: a scan is ending in good order."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(_SEND_S)
                sender.connect(self._address)
                sender.send("\n".join(lines).encode())
        except OSError:
            pass  # the manager is not there or not listening: its loss, not the service's
