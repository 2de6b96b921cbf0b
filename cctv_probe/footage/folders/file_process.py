"""The child that reads recorded files, as its parent sees it: started when needed, asked, ended at a deadline.

Imports neither libav nor OpenCV. One question at a time; a child is replaced after a failure and when it is worn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import cctv_probe
from cctv_probe.media.confinement import Limits
from cctv_probe.media.decoder import CANNOT_START, UNPROTECTED
from cctv_probe.media.decoder_messages import BrokenAnswer, read_greeting
from cctv_probe.media.decoder_process import environment
from cctv_probe.media.file_messages import (
    BrokenFileAnswer,
    FileAnswer,
    FileQuestion,
    Piece,
    serve_file_answer,
    write_file_question,
)
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline

MOST_BYTES = 256 << 20
_CANNOT_CONFINE = 3
_QUESTIONS_EACH = 200
_CODE = (
    "import os, sys; sys.path[:0] = sys.argv[1].split(os.pathsep); "
    "from cctv_probe.media.file_child import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)
_TOO_SLOW = Text(
    en="reading the file took too long and was stopped; try again when the storage is less busy",
    th="อ่านไฟล์นานเกินกำหนดจึงหยุดไว้ โปรดลองใหม่เมื่อที่เก็บข้อมูลว่างกว่านี้",
)
_BROKE_IT = Text(
    en="the file made the program that reads it stop: it is damaged, or made to do harm; nothing else was affected",
    th="ไฟล์นี้ทำให้โปรแกรมอ่านไฟล์หยุดทำงาน ไฟล์อาจเสียหายหรือถูกสร้างขึ้นเพื่อโจมตี ส่วนอื่นไม่ได้รับผลกระทบ",
)


class FileReader:
    """Reads files through a child. A context manager; `close` ends the child. Safe to share between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> FileReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id; None where there is none."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._drop()

    def read(self, piece: Piece, question: FileQuestion, deadline: Deadline) -> FileAnswer:
        """What a file holds; `piece` gives its bytes. Raises `StepError` (TIMEOUT, MALFORMED, NOT_PERMITTED, BUG), and
        what `piece` raises."""
        with self._lock:
            deadline.check()
            try:
                child = self._ready(deadline)
                answer = child.ask(piece, question, deadline)
            except BaseException:
                self._drop()
                raise
            if child.is_worn(self._limits):
                self._drop()
            return answer

    def _ready(self, deadline: Deadline) -> _Child:
        if self._child is None or not self._child.is_alive:
            self._drop()
            self._child = _Child(self._limits, deadline)
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


class _Child:
    """One child process."""

    def __init__(self, limits: Limits, deadline: Deadline) -> None:
        self._asked, self._busy_s = 0, 0.0
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter, no shell, no word from outside)
            _command(limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            cwd=Path(sys.executable).anchor,
            close_fds=True,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        try:
            with self._until(deadline, CANNOT_START, Ending.BUG):
                read_greeting(self._from)  # type: ignore[arg-type] # typeshed: IO[bytes], which BinaryIO is
        except StepError:
            if self._ended_with() == _CANNOT_CONFINE:
                raise StepError(Ending.NOT_PERMITTED, UNPROTECTED) from None
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def is_worn(self, limits: Limits) -> bool:
        return self._asked >= _QUESTIONS_EACH or self._busy_s > limits.cpu_s / 2

    def ask(self, piece: Piece, question: FileQuestion, deadline: Deadline) -> FileAnswer:
        self._asked += 1
        began_s = time.monotonic()
        try:
            with self._until(deadline, _BROKE_IT, Ending.MALFORMED):
                write_file_question(self._to, self._asked, question)  # type: ignore[arg-type] # as above
                return serve_file_answer(self._to, self._from, self._asked, piece, MOST_BYTES)  # type: ignore[arg-type] # as above
        finally:
            self._busy_s += time.monotonic() - began_s

    def close(self) -> None:
        """End it, by its own id, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for stream in (self._to, self._from):
            try:
                stream.close()
            except OSError:
                pass  # what was still to be written has nobody to read it

    @contextmanager
    def _until(self, deadline: Deadline, line: Text, ending: Ending) -> Iterator[None]:
        """Ends the child at the deadline, which also ends every read and write."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(deadline.remaining_s(), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (BrokenPipeError, ValueError, BrokenAnswer, BrokenFileAnswer) as error:
            raise (StepError(Ending.TIMEOUT, _TOO_SLOW) if late.is_set() else StepError(ending, line)) from error
        finally:
            timer.cancel()

    def _ended_with(self) -> int | None:
        """The exit status of a child that has closed its output, given a moment to end."""
        try:
            return self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.close()


def _command(limits: Limits) -> list[str]:
    """A fresh, isolated interpreter that becomes the child."""
    places = [str(Path(cctv_probe.__file__).parents[1]), *(place for place in sys.path if Path(place).is_absolute())]
    arguments = [os.pathsep.join(dict.fromkeys(places)), str(limits.memory_bytes), str(limits.cpu_s)]
    return [sys.executable, "-I", "-B", "-c", _CODE, *arguments]
