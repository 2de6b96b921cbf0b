"""Whether an audit log is whole: every line, every file, and the end that the head knows. Reads only."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cctv_probe.agent.care.audit_chain import MOST_LINE_BYTES, Files, Head, Line, NotALineError
from cctv_probe.model.words import Text

Kind = Literal["not_a_line", "changed", "removed", "reordered", "replaced", "cut_off", "head_missing"]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold. `line` counts from 1; 0 where a whole file is meant."""

    file: Path
    line: int
    kind: Kind
    text: Text


@dataclass(frozen=True, slots=True)
class Verification:
    """What a log holds as far as it was read, and its first break, if any."""

    lines: int = 0
    files: int = 0
    last_seq: int = 0
    last_hash: str | None = None
    torn_bytes: int = 0
    """What a power loss left of a line at the very end: no break, the next line notes it."""
    broken: Break | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, removed, moved or cut off."""
        return self.broken is None


class _Stop(Exception):
    def __init__(self, found: Break) -> None:
        self.found = found
        super().__init__(found.text.en)


def verify(path: Path) -> Verification:
    """Check the log whose newest file is `path`, from its oldest line. An absent log is whole and empty. Raises OSError."""
    files = Files(path)
    with _undisturbed(files.lock):
        return _Reading(files).whole()


def lines_of(path: Path, last: int) -> list[Line]:
    """The newest `last` lines that can be read, oldest first; unchecked. Raises OSError."""
    found: list[Line] = []
    for file in reversed(Files(path).all()):
        here = []
        for raw in file.read_bytes().split(b"\n"):
            with contextlib.suppress(NotALineError):
                here.append(Line.read(raw))
        found = [*here, *found]
        if len(found) >= last:
            break
    return found[-last:]


class _Reading:
    """One pass over all files."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._head = files.read_head()
        self._said = Verification()
        self._previous: Line | None = None
        self._at_head: Line | None = None

    def whole(self) -> Verification:
        try:
            for path in self._files.all():
                self._file(path)
            self._end()
        except _Stop as stop:
            return replace(self._said, broken=stop.found)
        return self._said

    def _file(self, path: Path) -> None:
        self._said = replace(self._said, files=self._said.files + 1)
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MOST_LINE_BYTES + 2):
                number += 1
                if not raw.endswith(b"\n") and path == self._files.current and not file.read(1):
                    self._said = replace(self._said, torn_bytes=len(raw))
                    return
                self._line(path, number, raw)

    def _line(self, path: Path, number: int, raw: bytes) -> None:
        try:
            line = Line.read(raw.removesuffix(b"\n"))
        except NotALineError:
            raise _Stop(Break(path, number, "not_a_line", _NOT_A_LINE.with_(file=path, line=number))) from None
        if self._previous is None and self._head is not None and line.seq < self._head.first_seq:
            return  # given up already, but the process ended before the file was removed
        if not line.sound or line.written() != raw:
            raise _Stop(Break(path, number, "changed", _CHANGED.with_(file=path, line=number)))
        self._follows(path, number, line)
        if self._head is not None and line.seq == self._head.last_seq:
            self._at_head = line
        self._previous = line
        self._said = replace(self._said, lines=self._said.lines + 1, last_seq=line.seq, last_hash=line.hash)

    def _follows(self, path: Path, number: int, line: Line) -> None:
        seq, previous = _expected(self._previous, self._head)
        if line.seq > seq:
            text = _REMOVED.with_(file=path, line=number, first=seq, last=line.seq - 1)
            raise _Stop(Break(path, number, "removed", text))
        if line.seq < seq:
            text = _REORDERED.with_(file=path, line=number, seq=line.seq, expected=seq)
            raise _Stop(Break(path, number, "reordered", text))
        if line.previous != previous:
            raise _Stop(Break(path, number, "replaced", _REPLACED.with_(file=path, line=number)))

    def _end(self) -> None:
        head, path = self._head, self._files.current
        if head is None:
            if self._said.lines > 1:  # after the very first line a process may have ended before it wrote the head
                raise _Stop(Break(self._files.head, 0, "head_missing", _NO_HEAD.with_(file=self._files.head)))
            return
        if self._said.last_seq < head.last_seq:
            last = head.last_seq
            text = _CUT_OFF.with_(file=path, first=self._said.last_seq + 1, last=last)
            raise _Stop(Break(path, self._lines_in(path), "cut_off", text))
        if self._at_head is None or self._at_head.hash != head.last_hash:
            text = _NOT_THE_HEAD.with_(file=path, seq=head.last_seq, head=self._files.head)
            raise _Stop(Break(path, self._lines_in(path), "replaced", text))

    def _lines_in(self, path: Path) -> int:
        return path.read_bytes().count(b"\n") if path.exists() else 0


def _expected(previous: Line | None, head: Head | None) -> tuple[int, str | None]:
    if previous is not None:
        return previous.seq + 1, previous.hash
    return (head.first_seq, head.first_previous) if head is not None else (1, None)


@contextlib.contextmanager
def _undisturbed(lock: Path) -> Iterator[None]:
    """No line is written meanwhile, where this user may say so; a copy in a read-only folder has no writers."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


_NOT_A_LINE = Text(
    en="{file}, line {line}: this is no line of the audit log; it was overwritten or damaged.",
    th="{file} บรรทัดที่ {line}: ไม่ใช่บรรทัดของบันทึกตรวจสอบ อาจถูกเขียนทับหรือเสียหาย",
)
_CHANGED = Text(
    en="{file}, line {line}: the line was changed after it was written (its hash does not match).",
    th="{file} บรรทัดที่ {line}: บรรทัดนี้ถูกแก้ไขหลังจากบันทึก (ค่าแฮชไม่ตรง)",
)
_REMOVED = Text(
    en="{file}, line {line}: entries {first} to {last} before it were removed.",
    th="{file} บรรทัดที่ {line}: รายการที่ {first} ถึง {last} ก่อนหน้าบรรทัดนี้ถูกลบ",
)
_REORDERED = Text(
    en="{file}, line {line}: entry {seq} stands where entry {expected} belongs; lines were moved or repeated.",
    th="{file} บรรทัดที่ {line}: พบรายการที่ {seq} ในที่ของรายการที่ {expected} มีการสลับหรือทำซ้ำบรรทัด",
)
_REPLACED = Text(
    en="{file}, line {line}: the line does not follow the one before it; one of the two was written anew.",
    th="{file} บรรทัดที่ {line}: บรรทัดนี้ไม่ต่อเนื่องกับบรรทัดก่อนหน้า บรรทัดใดบรรทัดหนึ่งถูกเขียนขึ้นใหม่",
)
_CUT_OFF = Text(
    en="{file}: the end was cut off; entries {first} to {last} are missing.",
    th="{file}: ส่วนท้ายของไฟล์ถูกตัด ขาดรายการที่ {first} ถึง {last}",
)
_NOT_THE_HEAD = Text(
    en="{file}: entry {seq} is not the one that {head} remembers; the end was written anew.",
    th="{file}: รายการที่ {seq} ไม่ตรงกับที่ {head} จำไว้ ส่วนท้ายถูกเขียนขึ้นใหม่",
)
_NO_HEAD = Text(
    en="{file} is missing or unreadable, so nobody can tell whether the end of the log was cut off.",
    th="ไม่มีไฟล์ {file} หรืออ่านไม่ได้ จึงบอกไม่ได้ว่าส่วนท้ายของบันทึกถูกตัดหรือไม่",
)
