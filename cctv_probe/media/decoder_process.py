"""One decoder child as its parent sees it: started, asked, and ended at a deadline. Imports neither libav nor OpenCV."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cctv_probe
from cctv_probe.media.confinement import Limits
from cctv_probe.media.decoder_messages import (
    BrokenAnswer,
    Question,
    read_answer,
    read_greeting,
    write_question,
)
from cctv_probe.media.picture import Examination

_CANNOT_CONFINE = 3
_CODE = (
    "import os, sys; sys.path[:0] = sys.argv[1].split(os.pathsep); "
    "from cctv_probe.media.decoder_child import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


class ChildDied(Exception):
    """The child ended, or said what no honest child says; it is gone now."""


class ChildTooSlow(ChildDied):
    """The child had not answered at its deadline and was ended."""


class ChildCannotStart(ChildDied):
    """The child ended before it was ready: av, OpenCV or the program itself cannot be imported, say."""


class ChildUnprotected(ChildCannotStart):
    """The operating system refused the child a protection that it should offer."""


class DecoderProcess:
    """A child process. Not for several threads at once."""

    def __init__(self, limits: Limits, ready_by_s: float) -> None:
        """Start it and wait until it is confined, until `ready_by_s` on the monotonic clock at the longest.

        Raises `ChildTooSlow`, `ChildCannotStart` or `ChildUnprotected`.
        """
        self.asked = 0
        self.busy_s = 0.0
        self.limits = limits
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter, no shell, no word from outside)
            command(limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            cwd=Path(sys.executable).anchor,
            close_fds=True,
            start_new_session=True,
        )
        try:
            with self._ended_at(ready_by_s):
                self.lacking = read_greeting(self._from_child).lacking
        except ChildTooSlow:
            raise
        except ChildDied as died:
            if self._process.returncode == _CANNOT_CONFINE:
                raise ChildUnprotected(str(died)) from died
            raise ChildCannotStart(str(died)) from died

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def worn(self) -> bool:
        """Whether it has used up half of its processor time: the next question might then end it without guilt."""
        return self.busy_s > self.limits.cpu_s / 2

    def ask(self, question: Question, answer_by_s: float) -> Examination:
        """The answer. Raises `ChildDied`, or `ChildTooSlow` at `answer_by_s` on the monotonic clock."""
        self.asked += 1
        started_s = time.monotonic()
        try:
            with self._ended_at(answer_by_s):
                write_question(self._to_child, question, self.asked)
                return read_answer(self._from_child, self.asked, question)
        finally:
            self.busy_s += time.monotonic() - started_s

    def close(self) -> None:
        """End it, by its own id, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for stream in (self._to_child, self._from_child):
            try:
                stream.close()
            except OSError:
                pass  # what was still to be written has nobody to read it

    @property
    def _to_child(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value] # typeshed: IO[bytes], which BinaryIO is

    @property
    def _from_child(self) -> BinaryIO:
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value] # typeshed: IO[bytes], which BinaryIO is

    @contextmanager
    def _ended_at(self, moment_s: float) -> Iterator[None]:
        """Ends the child at `moment_s`, which also ends every read and write; and after any failure."""
        late = threading.Event()
        timer = threading.Timer(max(0.0, moment_s - time.monotonic()), self._end_late, [late])
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, BrokenAnswer) as error:
            timer.cancel()
            self._wait_or_kill()
            self.close()
            raise (ChildTooSlow if late.is_set() else ChildDied)(str(error)) from error
        finally:
            timer.cancel()

    def _end_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _wait_or_kill(self) -> None:
        """A child that closes its output is ending: its exit status is worth a moment."""
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()


def command(limits: Limits) -> list[str]:
    """A fresh, isolated interpreter (no user site, no PYTHON variables, no current folder) that becomes the child."""
    places = [str(Path(cctv_probe.__file__).parents[1]), *(place for place in sys.path if Path(place).is_absolute())]
    arguments = [os.pathsep.join(dict.fromkeys(places)), str(limits.memory_bytes), str(limits.cpu_s)]
    return [sys.executable, "-I", "-B", "-c", _CODE, *arguments]


def environment() -> dict[str, str]:
    """Nothing of ours: what Windows needs to start a program, and one thread for numpy's linear algebra."""
    needed = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return needed | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
