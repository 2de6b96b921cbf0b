"""What was asked of the register, one entry a request, and waiting for a request to come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Logged:
    """One request. status: None where no whole answer was meant to leave; code: reason of a refusal, or a receipt's status.

    sent_bytes: the body as sent; body_bytes: uncompressed, None where it was not looked at; at_s: monotonic.
    """

    at_utc: datetime
    at_s: float
    port: int
    method: str
    path: str
    status: int | None
    code: str
    sent_bytes: int
    body_bytes: int | None
    encoding: str
    agent_id: str | None
    report_id: str | None
    fault: str | None


class Log:
    """Thread-safe; every entry wakes those who wait."""

    def __init__(self, tell: Callable[[Logged], None] | None = None) -> None:
        self._entries: list[Logged] = []
        self._changed = threading.Condition()
        self._tell = tell

    def add(self, entry: Logged) -> None:
        """Keep one more entry."""
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()
        if self._tell:
            self._tell(entry)

    def all(self) -> tuple[Logged, ...]:
        """Every entry since the start."""
        with self._changed:
            return tuple(self._entries)

    def clear(self) -> None:
        """Forget what was."""
        with self._changed:
            self._entries.clear()

    def wait_until(self, is_so: Callable[[], bool], timeout_s: float) -> bool:
        """Whether `is_so` became true in time; asked again after every entry and every tenth of a second."""
        ends_s = time.monotonic() + timeout_s
        while not is_so():
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left_s, 0.1))
        return True
