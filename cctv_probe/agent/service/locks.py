"""Locks that end with their holder: one service per state folder, one scan at a time (flock(2), never stale).

A scan writes who it is into the file whose lock it holds, so that a service that was killed and started again recognises
the scan that it had begun: by process id and start time, which no later process shares.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cctv_probe.agent.places import Places

_MOST_BYTES = 10_000


class Lock:
    """An exclusive lock on `path`, held until `release` or the end of this process. Children do not inherit it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, wait_s: float = 0.0) -> bool:
        """Take the lock; False where another process holds it for longer than `wait_s`: some only look whether it is held.

        Raises OSError where the file cannot be opened.
        """
        until = time.monotonic() + wait_s
        while not self._take():
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        return True

    def _take(self) -> bool:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def write(self, content: bytes) -> None:
        """Say who holds it. Raises OSError."""
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, content, 0)

    def release(self) -> None:
        """Give it back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def work_lock(places: Places) -> Path:
    """Held by the child that scans, for as long as it lives."""
    return places.folder / "work.lock"


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on `path`. Raises OSError."""
    lock = Lock(path)
    if not path.exists() or lock.take():
        lock.release()
        return False
    return True


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that scans: its id, its start (clock ticks since boot, proc(5)), this boot, and what it does."""

    pid: int
    start_ticks: int
    boot_id: str
    activity: str
    run_id: str

    def written(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    def is_alive(self) -> bool:
        """Whether that very process still runs (a zombie does not)."""
        return self.boot_id == boot_id() and start_ticks(self.pid) == self.start_ticks


def read_worker(path: Path) -> Worker | None:
    """Who wrote the lock file last; None where that cannot be read."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(_MOST_BYTES))
        worker = Worker(
            int(told["pid"]),
            int(told["start_ticks"]),
            str(told["boot_id"]),
            str(told["activity"]),
            str(told["run_id"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return worker if worker.pid > 1 else None


def start_ticks(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None where there is none, or only its remains."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return None if len(fields) < 20 or fields[0] in ("Z", "X", "x") else int(fields[19])


def boot_id() -> str:
    """This boot of this machine; empty where the kernel does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def this_process(activity: str, run_id: str) -> Worker:
    """The worker that this process is."""
    return Worker(os.getpid(), start_ticks(os.getpid()) or 0, boot_id(), activity, run_id)
