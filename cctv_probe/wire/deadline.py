"""Absolute deadlines and the budget of a visit: every wait ends, whatever a device does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cctv_probe.model.attempt import Ending, StepError


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock after which no step may wait any longer."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """`seconds` from now."""
        return cls(time.monotonic() + seconds)

    def remaining_s(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.at_s - time.monotonic())

    def check(self) -> float:
        """Seconds left; raises `StepError(TIMEOUT)` where there are none. Give the result to `settimeout` before each
        read, never a constant: a device that sends a byte a second would otherwise hold a step for ever."""
        left = self.at_s - time.monotonic()
        if left <= 0:
            raise StepError(Ending.TIMEOUT)
        return left


@dataclass
class Budget:
    """What one visit may use up: seconds and received bytes. Each step gets the lesser of its wish and what is left."""

    seconds: float
    bytes_left: int
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the user stops the scan."""
    _end_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._end_s = time.monotonic() + self.seconds

    def deadline(self, wanted_s: float) -> Deadline:
        """A deadline for a step that would like `wanted_s`. Raises `StepError` where the budget is spent."""
        if self.stop.is_set():
            raise StepError(Ending.INTERRUPTED)
        now = time.monotonic()
        if now >= self._end_s or self.bytes_left <= 0:
            raise StepError(Ending.BUDGET_SPENT)
        return Deadline(min(now + wanted_s, self._end_s))

    @contextmanager
    def apart(self, seconds: float, byte_count: int) -> Iterator[None]:
        """An allowance of its own for a block, such as watching a stream: the budget itself stands still meanwhile."""
        end_s, bytes_left, began_s = self._end_s, self.bytes_left, time.monotonic()
        self._end_s, self.bytes_left = began_s + seconds, byte_count
        try:
            yield
        finally:
            self._end_s, self.bytes_left = end_s + time.monotonic() - began_s, bytes_left

    def remaining_s(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self._end_s - time.monotonic())

    def cap_bytes(self, wanted: int) -> int:
        """How many bytes a step that would like `wanted` may receive."""
        return max(0, min(wanted, self.bytes_left))

    def spend_bytes(self, count: int) -> None:
        """Note that `count` bytes were received."""
        self.bytes_left -= count
