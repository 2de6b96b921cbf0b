"""One visitor per device at a time, also where a recorder's streams lead to a camera that is visited itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A turn for each address. Shared by all workers of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    @contextmanager
    def at(self, address: str, wait_s: float) -> Iterator[bool]:
        """Hold the turn of `address`; false where it was not free within `wait_s`."""
        with self._lock:
            turn = self._turns.setdefault(address, threading.Lock())
        ours = turn.acquire(timeout=wait_s)
        try:
            yield ours
        finally:
            if ours:
                turn.release()
