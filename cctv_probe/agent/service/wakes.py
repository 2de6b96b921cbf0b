"""What wakes the loop before its time: signals, through a pipe (signal.set_wakeup_fd), so that none is lost or late."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterable
from types import FrameType, TracebackType

HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Wakes:
    """Signals of this process, one at a time. Use it as a context, in the main thread."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before: dict[int, object] = {}
        self._fd_before = -1

    def __enter__(self) -> Wakes:
        for number in HEARD:
            self._before[number] = signal.signal(number, _heard)
        self._fd_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> Iterable[int]:
        """The signals that came, waiting for at most so long where none has."""
        select.select([self._read], [], [], max(seconds, 0.0))
        with contextlib.suppress(BlockingIOError):
            return os.read(self._read, 4096)
        return ()


def _heard(_number: int, _frame: FrameType | None) -> None:
    """A Python handler must stand for the number to be written into the pipe."""
