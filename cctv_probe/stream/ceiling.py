"""The ceiling in Mbit/s for all streams together: thin uplinks and busy switches are shared with the operators.

A stream is let in when its expected bit rate fits under the ceiling beside those already running; what it really sends is
then counted instead. Streams are let in in the order they came, so that none waits for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cctv_probe.model.attempt import Ending, StepError

DEFAULT_BPS = 50_000_000
USUAL_STREAM_BPS = 4_000_000
"""Expected where neither a setting nor a description names a bit rate."""
LEAST_STREAM_BPS = 64_000
HEADERS = 1.08
"""Packet headers come on top of the bit rate that a device is set to."""


@dataclass(eq=False)
class Share:
    """The part of the ceiling that one running stream takes."""

    bps: float
    _ceiling: Ceiling = field(repr=False)

    def really(self, bps: float) -> None:
        """What the stream really sends; others may be let in, or have to wait, because of it."""
        self._ceiling._change(self, bps)


class Ceiling:
    """Bounds the bit rate of all streams of a run together. Shared by all workers."""

    def __init__(self, most_bps: float = DEFAULT_BPS) -> None:
        self.most_bps = most_bps
        self._turn = threading.Condition()
        self._running: list[Share] = []
        self._queue: list[object] = []
        self.peak_bps = 0.0

    @contextmanager
    def share(self, expected_bps: float | None, stop: threading.Event, wait_s: float = 3600.0) -> Iterator[Share]:
        """Wait for room, and hold it while the block runs.

        A stream larger than the whole ceiling is let in alone. Raises `StepError`: interrupted, or budget spent after
        `wait_s`.
        """
        share = Share(max((expected_bps or USUAL_STREAM_BPS) * HEADERS, LEAST_STREAM_BPS), self)
        self._enter(share, stop, wait_s)
        try:
            yield share
        finally:
            with self._turn:
                self._running.remove(share)
                self._turn.notify_all()

    @property
    def running_bps(self) -> float:
        """What all running streams send together."""
        with self._turn:
            return self._sum()

    def _enter(self, share: Share, stop: threading.Event, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        ticket = object()
        with self._turn:
            self._queue.append(ticket)
            try:
                while self._queue[0] is not ticket or not self._fits(share):
                    if stop.is_set():
                        raise StepError(Ending.INTERRUPTED)
                    if time.monotonic() > until:
                        raise StepError(Ending.BUDGET_SPENT)
                    self._turn.wait(0.2)
                self._running.append(share)
                self.peak_bps = max(self.peak_bps, self._sum())
            finally:
                self._queue.remove(ticket)
                self._turn.notify_all()

    def _fits(self, share: Share) -> bool:
        return not self._running or self._sum() + share.bps <= self.most_bps

    def _sum(self) -> float:
        return sum(share.bps for share in self._running)

    def _change(self, share: Share, bps: float) -> None:
        with self._turn:
            share.bps = max(bps, LEAST_STREAM_BPS)
            self.peak_bps = max(self.peak_bps, self._sum())
            self._turn.notify_all()


LEAST_SHARE = 0.1
"""Of the ceiling: so much is left to playbacks however many streams run."""
LONGEST_NAP_S = 5.0


class Leftover:
    """What the live streams leave of the ceiling, for all playbacks of recordings together: told of the bytes of every
    read, it sleeps until they fit. Shared by all workers."""

    def __init__(self, ceiling: Ceiling, stop: threading.Event) -> None:
        self._ceiling, self._stop = ceiling, stop
        self._lock = threading.Lock()
        self._free_at_s = 0.0

    def __call__(self, byte_count: int) -> None:
        """Sleep as long as `byte_count` bytes take at the bit rate that is left."""
        with self._lock:
            now = time.monotonic()
            left_bps = max(self._ceiling.most_bps - self._ceiling.running_bps, LEAST_SHARE * self._ceiling.most_bps)
            self._free_at_s = max(self._free_at_s, now) + 8 * byte_count / left_bps
            wait_s = self._free_at_s - now
        # What fits into a moment is not worth a nap: the sum is kept, and the next read waits for it.
        if wait_s > 0.005:
            self._stop.wait(min(wait_s, LONGEST_NAP_S))
