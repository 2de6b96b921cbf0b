"""One recorded file, opened: handed to the child piece by piece, and what comes of it. Nothing of it is read here but `.dav` heads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cctv_probe.footage.archive import Played, Wanted
from cctv_probe.footage.folders import dhav
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.footage.folders.listing import (
    CANNOT_READ,
    FROM_CHANGE,
    FROM_CONTAINER,
    GONE,
    is_file,
    printable,
)
from cctv_probe.footage.folders.spans import RecordedFile
from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.file_messages import FileAnswer, FileQuestion, Piece
from cctv_probe.media.timeline import Measurement, Timeline
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline

_CLOCK_HZ = 90_000
_DAV = (b"DHAV", b"DAHU")

_EMPTY = Text(en="{path} is empty (0 bytes): nothing was recorded into it.", th="{path} เป็นไฟล์ว่าง (0 ไบต์) ไม่มีภาพบันทึกอยู่")
_NOT_VIDEO = Text(
    en="{path} holds no video that can be read: it is cut off, damaged, or something else.",
    th="{path} ไม่มีวิดีโอที่อ่านได้ ไฟล์อาจถูกตัด เสียหาย หรือเป็นไฟล์ชนิดอื่น",
)
_NO_PICTURE = Text(
    en="{path} holds no key picture at that instant: it is cut off or damaged there.",
    th="{path} ไม่มีเฟรมหลักในเวลานั้น ไฟล์อาจถูกตัดหรือเสียหายในช่วงนั้น",
)
_OTHER_CODEC = Text(
    en="{path} holds video in a format that is not read here; open it in a player.",
    th="{path} เป็นวิดีโอในรูปแบบที่ระบบนี้อ่านไม่ได้ โปรดเปิดด้วยโปรแกรมเล่นวิดีโอ",
)
_TOO_LARGE = Text(
    en="{path} holds pictures larger than any camera sends; it was left out.",
    th="{path} มีภาพขนาดใหญ่เกินกว่าที่กล้องส่งได้ จึงข้ามไป",
)
_NOT_A_FILE = Text(en="{path} is no ordinary file and was left out.", th="{path} ไม่ใช่ไฟล์ธรรมดา จึงข้ามไป")
_ABOUT_FILE = Text(en="{path}: {line}.", th="{path}: {line}")
_FAILED = {
    "not_video": (Ending.MALFORMED, _NOT_VIDEO),
    "no_picture": (Ending.MALFORMED, _NO_PICTURE),
    "too_large": (Ending.MALFORMED, _TOO_LARGE),
    "other_codec": (Ending.FAULT, _OTHER_CODEC),
}


@dataclass(frozen=True, slots=True)
class Times:
    """When the footage of a file was recorded, in seconds since 1970, and where that is known from."""

    start_s: int
    end_s: int
    source: str


@dataclass
class Files:
    """The files below `root`, read through `reader`. `zone` is that of the recorder's clock."""

    root: Path
    reader: FileReader
    zone: ZoneInfo

    def play(self, file: RecordedFile, at_utc: datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """An instant of a file. Raises `StepError`."""
        with self._open(file.path) as (piece, size):
            answer, begin_s, source = self._read(file, piece, size, at_utc, wanted, deadline)
        self._check(file.path, answer)
        if not answer.keys:
            raise StepError(Ending.MALFORMED, _NO_PICTURE.with_(path=printable(file.path)))
        return Played(
            seen_utc=datetime.fromtimestamp(begin_s + answer.keys[0].at_s, UTC),
            time_source=source,
            codec=answer.codec,
            keys=tuple(_unit(answer.codec, key.at_s, len(key.data), True, key.data) for key in answer.keys),
            parameter_sets=answer.parameter_sets,
            measurement=_measured(answer) if wanted == "long" else None,
            container=answer.container,
        )

    def times(self, path: str, deadline: Deadline) -> Times:
        """When an untimed file was recorded: as its container says, else by its last change. Raises `StepError`."""
        with self._open(path) as (piece, size):
            answer = self._asked(path, piece, FileQuestion(size, "probe"), deadline)
            first = dhav.first_frame(piece, size) if answer.container == "dav" else None
            changed_s = self.changed_s(path) or 0.0
        self._check(path, answer)
        lasted_s = min(max(answer.duration_s or 0.0, 1.0), 7 * 86_400.0)
        started_s = first.local.replace(tzinfo=self.zone).timestamp() if first else _iso_s(answer.created)
        if started_s is None:
            return Times(int(changed_s - lasted_s), int(changed_s), FROM_CHANGE)
        return Times(int(started_s), int(started_s + lasted_s), FROM_CONTAINER)

    def changed_s(self, path: str) -> float | None:
        """When a file was last changed; None where that cannot be seen."""
        try:
            return os.stat(self.root / path, follow_symlinks=False).st_mtime  # noqa: PTH116 - Path.stat does the same more slowly
        except OSError:
            return None

    # --- Reading -----------------------------------------------------------------------------------------------------

    def _read(
        self, file: RecordedFile, piece: Piece, size: int, at_utc: datetime, wanted: Wanted, deadline: Deadline
    ) -> tuple[FileAnswer, float, str]:
        """(what is there, when it begins in seconds since 1970, where that is known from)."""
        if piece(0, 4) in _DAV:
            frame = dhav.locate(piece, size, at_utc.astimezone(self.zone).replace(tzinfo=None))
            if frame is not None:
                begin = frame.offset
                asked = FileQuestion(size - begin, wanted)
                answer = self._asked(file.path, lambda at, n: piece(begin + at, n), asked, deadline)
                return answer, self._local_s(answer.first_s), FROM_CONTAINER
        asked = FileQuestion(size, wanted, max(0.0, at_utc.timestamp() - file.start_s))
        return self._asked(file.path, piece, asked, deadline), float(file.start_s), file.source

    def _asked(self, path: str, piece: Piece, question: FileQuestion, deadline: Deadline) -> FileAnswer:
        """Sentences of the reader do not know which file it was."""
        try:
            return self.reader.read(piece, question, deadline)
        except StepError as error:
            if error.ending not in (Ending.TIMEOUT, Ending.MALFORMED):
                raise
            raise StepError(error.ending, _ABOUT_FILE.with_(path=printable(path), line=error.line)) from error

    def _check(self, path: str, answer: FileAnswer) -> None:
        if answer.failed:
            ending, line = _FAILED[answer.failed]
            raise StepError(ending, line.with_(path=printable(path)))

    def _local_s(self, seconds: float) -> float:
        """Seconds of the recorder's local time, counted as if it were UTC, as seconds since 1970."""
        try:
            naive = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=self.zone)
            return naive.timestamp()
        except (ValueError, OverflowError, OSError):
            return 0.0

    @contextmanager
    def _open(self, path: str) -> Iterator[tuple[Piece, int]]:
        """The file as something to take pieces from, and its size. Raises `StepError`."""
        shown = printable(path)
        try:
            flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
            descriptor = os.open(self.root / path, os.O_RDONLY | sum(flags))
        except (FileNotFoundError, NotADirectoryError):
            raise StepError(Ending.NOT_FOUND, GONE.with_(path=shown)) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise StepError(Ending.FAULT, CANNOT_READ.with_(path=shown, reason=reason)) from error
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            if not is_file(found):
                raise StepError(Ending.FAULT, _NOT_A_FILE.with_(path=shown))
            if not found.st_size:
                raise StepError(Ending.MALFORMED, _EMPTY.with_(path=shown))

            def piece(offset: int, size: int) -> bytes:
                try:
                    file.seek(offset)
                    return file.read(size) or b""
                except OSError as error:
                    reason = error.strerror or type(error).__name__
                    raise StepError(Ending.FAULT, CANNOT_READ.with_(path=shown, reason=reason)) from error

            yield piece, found.st_size


def _measured(answer: FileAnswer) -> Measurement | None:
    timeline = Timeline(live=False)
    for row in sorted(answer.rows, key=lambda row: row.at_s):
        timeline.add(_unit(answer.codec, row.at_s, row.size_bytes, row.is_key))
    return timeline.measure()


def _unit(codec: str, at_s: float, size_bytes: int, is_key: bool, data: bytes = b"") -> AccessUnit:
    return AccessUnit(codec, round(at_s * _CLOCK_HZ), _CLOCK_HZ, at_s, data, size_bytes, is_key)


def _iso_s(text: str | None) -> float | None:
    """A date of a container, which is in UTC unless it says otherwise."""
    try:
        told = datetime.fromisoformat((text or "").strip())
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
