"""The audit log: what this agent did, in lines that hold each other. Appended, never rewritten, by any of its processes.

Each line holds the hash of the line before it, and a head file knows the last one, so that a line changed, removed,
moved or cut off is found by `verify`. Who may write all of the agent's files could still write the whole chain anew;
that shows only where the last hash was noted elsewhere (`agent audit show` prints it). Writing is: lock, line, fsync,
head. A line torn by a power loss is cut off by the next one, which says so and keeps what was left of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from cctv_probe.agent.care.audit_chain import (
    MOST_LINE_BYTES,
    Files,
    Head,
    Line,
    NotALineError,
    first_line,
)
from cctv_probe.agent.care.audit_check import Break, Verification, verify
from cctv_probe.agent.enrolment.private_file import sync_folder, write_private
from cctv_probe.wire.clock import Clock

__all__ = ["AuditLog", "Break", "Verification", "verify"]

FILE_BYTES = 2 << 20
OLD_FILES = 15
LOCK_WAIT_S = 5.0
_log = logging.getLogger(__name__)


class AuditLog:
    """The log at `path`. Safe between threads and processes; keeps `old_files` full files beside the current one."""

    def __init__(self, path: Path, clock: Clock, *, file_bytes: int = FILE_BYTES, old_files: int = OLD_FILES) -> None:
        self.files = Files(path)
        self._clock = clock
        self._file_bytes = file_bytes
        self._old_files = old_files
        self._missed = 0

    def note(self, event: str, **facts: object) -> bool:
        """Append one line; it is on disk when this returns True.

        False where it could not be written (disk full, read-only): the agent goes on, the log of the service says so, and
        the next line that can be written is preceded by one that counts what is missing.
        """
        try:
            with self._locked():
                if self._missed:
                    self._append("audit_missed", {"count": self._missed})
                    self._missed = 0
                self._append(event, facts)
        except OSError as error:
            self._missed += 1
            _log.error("The audit log %s could not be written (%s).", self.files.current, error.strerror or error)
            return False
        return True

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.files.current.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.files.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _flock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _append(self, event: str, facts: dict[str, object]) -> None:
        head = self.files.read_head()
        tail = _Tail.of(self.files.current)
        begun = bool(self.files.all())
        head = self._rotated(head, tail)
        notes: list[tuple[str, dict[str, object]]] = []
        if head is None and begun:
            notes.append(("audit_head_lost", {}))
        if tail.torn:
            notes.append(("audit_repaired", _remains(tail.torn)))
        seq, last_hash = _end(head, tail.line or self._last_old())
        first = (head.first_seq, head.first_previous) if head else self._first()
        for name, said in [*notes, (event, facts)]:
            line = Line.made(seq + 1, last_hash, self._clock.now(), name, said)
            self._write(line, cut=len(tail.torn))
            tail = _Tail(line)
            seq, last_hash = line.seq, line.hash
            write_private(self.files.head, Head(*first, seq, line.hash).written())

    def _first(self) -> tuple[int, str | None]:
        """Where the chain begins, for a head that is made anew."""
        found = next(iter(self.files.all()), None)
        line = first_line(found) if found else None
        return (line.seq, line.previous) if line else (1, None)

    def _last_old(self) -> Line | None:
        """The last line of the youngest older file: a process may have ended between its rotation and its next line."""
        olds = self.files.olds()
        return _Tail.of(olds[-1]).line if olds else None

    def _write(self, line: Line, cut: int) -> None:
        new = not self.files.current.exists()
        descriptor = os.open(self.files.current, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END) - cut
            file.seek(end)
            written = line.written()
            try:
                while written:
                    written = written[file.write(written) :]
                file.truncate()
                os.fsync(file.fileno())
            except OSError:
                if not cut:  # else remains stand there that were not noted yet: the next line says so
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                raise
        if new:
            sync_folder(self.files.current.parent)

    def _rotated(self, head: Head | None, tail: _Tail) -> Head | None:
        """Moves a full file aside, and gives up the oldest beyond `old_files`; the head as it is afterwards."""
        current = self.files.current
        begins = first_line(current)
        if begins is None or tail.torn or current.stat().st_size < self._file_bytes:
            return head
        current.rename(self.files.old(begins.seq))
        sync_folder(current.parent)
        given_up = self.files.olds()[: -self._old_files]
        if head is None or not given_up:
            return head
        kept = first_line(self.files.olds()[-self._old_files])
        if kept is None:
            return head
        head = Head(kept.seq, kept.previous, head.last_seq, head.last_hash)
        write_private(self.files.head, head.written())
        for path in given_up:
            path.unlink(missing_ok=True)
        return head


class _Tail:
    """How a file ends: its last line, where that can be read, and what a power loss left of another."""

    def __init__(self, line: Line | None, torn: bytes = b"") -> None:
        self.line = line
        self.torn = torn

    @classmethod
    def of(cls, path: Path) -> _Tail:
        """Reads the end of the file. Raises OSError other than a missing file."""
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 2 * MOST_LINE_BYTES))
                end = file.read()
                if b"\n" not in end:
                    file.seek(0)
                    end = file.read()
        except FileNotFoundError:
            return cls(None)
        *whole, torn = end.split(b"\n")
        for raw in reversed(whole):
            try:
                return cls(Line.read(raw), torn)
            except NotALineError:
                continue
        return cls(None, torn)


def _end(head: Head | None, last: Line | None) -> tuple[int, str | None]:
    """(number, hash) of what the next line follows: the head, unless a process died between its line and its head.

    Where the head knows more than the file, lines were cut off; the next line follows those, so that the gap shows.
    """
    if last is not None and last.sound and (head is None or last.seq > head.last_seq):
        return last.seq, last.hash
    return (head.last_seq, head.last_hash) if head else (0, None)


def _remains(torn: bytes) -> dict[str, object]:
    return {
        "bytes": len(torn),
        "sha256": hashlib.sha256(torn).hexdigest(),
        "begins": torn[:400].decode("utf-8", "replace"),
    }


def _flock(descriptor: int) -> None:
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
