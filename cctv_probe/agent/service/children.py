"""The child that scans, seen from outside: started clean, watched by the clock, stopped gently and then not gently.

It gets an environment of a few names, no standard input, our standard error (the journal), and a process group of its own
so that its decoders end with it. A child whose service was killed goes on; the next service recognises it by the lock it
holds and by its process id and start time, and takes it over. Nothing is ever signalled that is not surely ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cctv_probe.agent.config import ACTIVITIES, Activity
from cctv_probe.agent.service.locks import Worker, is_held, read_worker
from cctv_probe.agent.service.runs import RunPlace, State
from cctv_probe.agent.service.work import DONE, FAILED, NOT_NOW, PARTLY

DEADLINE_S: Mapping[str, float] = {
    "discovery": 2 * 3600,
    "reading": 6 * 3600,
    "measuring": 12 * 3600,
    "footage": 23 * 3600,
    "resume": 30 * 60,
    "wanted": 30 * 60,
}
"""How long each kind of work may take; after that it is told to end, and what it found counts."""
GRACE_S = 60.0
"""A scan ends itself when its time is over; it is reminded so much later."""
END_S = 90.0
"""How long a child may take to end in good order; after that it is killed."""
LOOK_S = 2.0
_PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_MESSAGES", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
    "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM", "CCTV_PROBE_STATE_DIR", "CCTV_PROBE_LANG",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to do: scan with an activity; take up a finished run (`resume`); hand in records that the register
    asked for (`wanted`). `path` is the run's folder, or the file that says what is wanted."""

    path: Path
    kind: str

    @property
    def activity(self) -> Activity | None:
        """The activity of a scan; None for anything else."""
        return next((name for name in ACTIVITIES if name == self.kind), None)

    @property
    def within_s(self) -> float:
        """Its deadline."""
        return DEADLINE_S[self.kind]


def command(order: Order, config_file: Path, beside: Path) -> list[str]:
    """The command line of a child. It names files only: no user name, password or token is ever in it."""
    # -P: the working folder is writable for the service, so that nothing in it may pass for a module.
    words = [sys.executable, "-P", "-m", "cctv_probe", "agent", "work"]
    words += ["--config", str(config_file), "--beside", str(beside)]
    if order.activity is None:
        return [*words, f"--{order.kind}", str(order.path)]
    within = ["--within-s", str(round(order.within_s))]
    return [*words, "--activity", order.activity, "--run-folder", str(order.path), *within]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The few names that a child needs; not the service manager's socket, proxies, or anything that may be a secret."""
    return {name: environment[name] for name in _PASSED_ON if name in environment}


class Child:
    """One child at work. Times are of the steady clock, in seconds."""

    def __init__(self, order: Order, began_utc: datetime, began_s: float) -> None:
        self.order = order
        self.began_utc = began_utc
        self.told_to_end_s: float | None = None
        self.out_of_time = False
        self.killed = False
        self._until_s = began_s + order.within_s + GRACE_S
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted: Worker | None = None

    @classmethod
    def start(
        cls,
        order: Order,
        words: Sequence[str],
        environment: Mapping[str, str],
        began_utc: datetime,
        began_s: float,
    ) -> Child:
        """Start it. Raises OSError."""
        child = cls(order, began_utc, began_s)
        child._process = subprocess.Popen(  # noqa: S603 - the command line is our own, and no shell reads it
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            env=dict(environment),
            close_fds=True,
            start_new_session=True,
        )
        return child

    @classmethod
    def adopt(cls, worker: Worker, runs: Path, began_utc: datetime, began_s: float) -> Child:
        """Take over the child of an earlier life of the service."""
        kind = worker.activity if worker.activity in DEADLINE_S else "resume"
        child = cls(Order(runs / worker.run_id, kind), began_utc, began_s)
        child._adopted = worker
        return child

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._adopted.pid if self._adopted else self._own.pid

    @property
    def adopted(self) -> bool:
        """Whether an earlier life of the service began it: its end is not signalled and must be looked for."""
        return self._adopted is not None

    @property
    def _own(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def ended(self) -> int | None:
        """Its exit code once it has ended (128 + n for signal n), else None. What is left of its group ends with it."""
        if self._adopted is not None:
            return None if self._adopted.is_alive() else outcome_of(RunPlace(self.order.path))
        if self._own.returncode is None:
            # WNOWAIT keeps its process id, and with it its group's, from being given to others until the group is gone.
            if os.waitid(os.P_PID, self._own.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self._kill_group()
            self._own.wait()
        code: int = self._own.returncode
        return 128 - code if code < 0 else code

    def watch(self, now_s: float) -> None:
        """Tell it to end when its time is over, and kill it when it does not."""
        if self.told_to_end_s is None and now_s >= self._until_s:
            self.out_of_time = True
            self.end(now_s)
        elif self.told_to_end_s is not None and now_s >= self.told_to_end_s + END_S and not self.killed:
            self.kill()

    def next_look_s(self, now_s: float) -> float:
        """Seconds until `watch` has something to do, or until an adopted child must be looked for again."""
        until = self._until_s if self.told_to_end_s is None else self.told_to_end_s + END_S
        return min(max(until - now_s, 0.05), 1.0 if self.adopted else 3600.0)

    def end(self, now_s: float) -> None:
        """Ask it to end in good order."""
        if self.told_to_end_s is None:
            self.told_to_end_s = now_s
            if self._surely_ours():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and its group now."""
        self.killed = True
        if self._surely_ours():
            self._kill_group()

    def _surely_ours(self) -> bool:
        return self._adopted.is_alive() if self._adopted else self._own.returncode is None

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def outcome_of(place: RunPlace) -> int:
    """The exit code that a child must have had, by what it left in its run's folder."""
    state = place.state()
    if state is State.ENQUEUED:
        return DONE if place.said(State.FINISHED, "complete") is True else PARTLY
    return NOT_NOW if state is State.FINISHED else FAILED


def find_worker(lock: Path) -> Worker | None:
    """The living child of an earlier life of the service. Raises OSError."""
    until = time.monotonic() + LOOK_S
    while is_held(lock):
        worker = read_worker(lock)
        if worker is not None and worker.is_alive():
            return worker
        if time.monotonic() >= until:
            break  # held by someone who does not say who he is: his end is waited for by the next scan
        time.sleep(0.05)  # it has the lock and is about to write who it is
    return None
