"""What travels between the program and the child that reads recorded files: lines of JSON, and bytes of announced length.

The child holds no file: it asks for pieces of the one that the question is about, and the program hands them over unread.
Nothing but figures and coded pictures comes back, and all of it is measured, typed and capped here.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

VERSION = 1
MAX_LINE_BYTES = 256 * 1024
MAX_ROWS = 3000
MAX_KEYS = 2
MAX_KEY_BYTES = 8 * 1024 * 1024
MAX_PARAMETER_BYTES = 64 * 1024
MAX_PIECE_BYTES = 1024 * 1024
MAX_SECONDS = 1e10
CODECS = ("h264", "h265", "mjpeg", "mpeg4", "av1")
CONTAINERS = ("mp4", "mkv", "avi", "ts", "dav")
FAILURES = ("not_video", "no_picture", "other_codec", "too_large")
MAX_FILE_BYTES = 1 << 46
_LENGTH = struct.Struct(">I")

FileWanted = Literal["probe", "key", "long"]
"""What the container says; or its key picture at an instant; or also everything for 10 s and two groups of pictures."""
Piece = Callable[[int, int], bytes]
"""The bytes at an offset, at most so many; fewer at the end."""


class BrokenFileAnswer(Exception):
    """The child said something that no honest child says."""


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A file of `size_bytes`; `at_s` is counted from its first picture."""

    size_bytes: int
    wanted: FileWanted
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key picture, `at_s` seconds after the first picture of the file."""

    at_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class FileRow:
    """One coded picture: its time as in `FileKey`, its size, and whether it is a key picture."""

    at_s: float
    size_bytes: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What a file holds. `first_s` is the container's own time of the first picture, `created` what it says about when it
    was made (ISO 8601). Where `failed` says why nothing could be read, the rest is empty."""

    container: str = ""
    codec: str = ""
    first_s: float = 0.0
    duration_s: float | None = None
    created: str | None = None
    parameter_sets: bytes = b""
    keys: tuple[FileKey, ...] = ()
    rows: tuple[FileRow, ...] = ()
    failed: str | None = None


# --- By the child -----------------------------------------------------------------------------------------------------


def read_file_question(stream: BinaryIO) -> tuple[int, FileQuestion] | None:
    """Its number and the question; None at the end. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    line = stream.readline(MAX_LINE_BYTES)
    if not line:
        return None
    head = json.loads(line)
    if head["version"] != VERSION or head["wanted"] not in ("probe", "key", "long"):
        raise ValueError("another version")
    return int(head["number"]), FileQuestion(int(head["size"]), head["wanted"], float(head["at_s"]))


def ask_for_piece(to_parent: BinaryIO, from_parent: BinaryIO, offset: int, size: int) -> bytes:
    """The bytes at `offset`, at most `size`. Raises `EOFError` where the parent is gone."""
    to_parent.write(json.dumps({"read": [offset, min(size, MAX_PIECE_BYTES)]}).encode() + b"\n")
    to_parent.flush()
    head = from_parent.read(_LENGTH.size)
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else -1
    data = from_parent.read(length) if length >= 0 else b""
    if len(data) != length:
        raise EOFError
    return data


def write_file_answer(stream: BinaryIO, number: int, answer: FileAnswer) -> None:
    """The answer to question `number`."""
    head = {
        "version": VERSION,
        "number": number,
        "failed": answer.failed,
        "container": answer.container,
        "codec": answer.codec,
        "first_s": answer.first_s,
        "duration_s": answer.duration_s,
        "created": answer.created,
        "parameter_sets": len(answer.parameter_sets),
        "keys": [[key.at_s, len(key.data)] for key in answer.keys],
        "rows": [[round(row.at_s, 6), row.size_bytes, int(row.is_key)] for row in answer.rows],
    }
    stream.write(json.dumps(head, allow_nan=False).encode() + b"\n" + answer.parameter_sets)
    for key in answer.keys:
        stream.write(key.data)
    stream.flush()


# --- By the program ---------------------------------------------------------------------------------------------------


def write_file_question(stream: BinaryIO, number: int, question: FileQuestion) -> None:
    """Raises `OSError` where the child is gone."""
    head = {"version": VERSION, "number": number, "size": question.size_bytes, "wanted": question.wanted}
    stream.write(json.dumps(head | {"at_s": question.at_s}).encode() + b"\n")
    stream.flush()


def serve_file_answer(
    to_child: BinaryIO, from_child: BinaryIO, number: int, piece: Piece, most_bytes: int
) -> FileAnswer:
    """Hand over what the child asks for, `most_bytes` in all, until it answers. Raises `BrokenFileAnswer`, `OSError`."""
    left = most_bytes
    while True:
        line = from_child.readline(MAX_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise BrokenFileAnswer("no answer" if not line else "no end of the line")
        head = _parsed(line)
        if set(head) != {"read"}:
            return _answer(head, from_child, number)
        offset, size = _two(head["read"])
        size = _whole(size, MAX_PIECE_BYTES)
        data = piece(_whole(offset, MAX_FILE_BYTES), min(size, left)) if left > 0 else b""
        left -= len(data)
        to_child.write(_LENGTH.pack(len(data)) + data)
        to_child.flush()


def _answer(head: dict[str, Any], stream: BinaryIO, number: int) -> FileAnswer:
    wanted = {"version", "number", "failed", "container", "codec", "first_s", "duration_s", "created", "parameter_sets"}
    if set(head) != wanted | {"keys", "rows"} or head["version"] != VERSION or head["number"] != number:
        raise BrokenFileAnswer("other keys, version or number than agreed")
    if head["failed"] is not None:
        return FileAnswer(failed=_one_of(head["failed"], FAILURES))
    keys = [_two(key) for key in _list(head["keys"], MAX_KEYS)]
    rows = [_row(row) for row in _list(head["rows"], MAX_ROWS)]
    parameter_sets = _exactly(stream, _whole(head["parameter_sets"], MAX_PARAMETER_BYTES))
    return FileAnswer(
        container=_one_of(head["container"], CONTAINERS),
        codec=_one_of(head["codec"], CODECS),
        first_s=_number(head["first_s"]),
        duration_s=None if head["duration_s"] is None else _number(head["duration_s"]),
        created=_created(head["created"]),
        parameter_sets=parameter_sets,
        keys=tuple(FileKey(_number(at), _exactly(stream, _whole(size, MAX_KEY_BYTES))) for at, size in keys),
        rows=tuple(rows),
    )


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenFileAnswer("not JSON") from error
    if not isinstance(head, dict):
        raise BrokenFileAnswer("not an object")
    return head


def _row(row: object) -> FileRow:
    if not isinstance(row, list) or len(row) != 3:
        raise BrokenFileAnswer("not a row")
    return FileRow(_number(row[0]), _whole(row[1], MAX_KEY_BYTES * 8), _whole(row[2], 1) == 1)


def _two(value: object) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise BrokenFileAnswer("not a pair")
    return value[0], value[1]


def _list(value: object, most: int) -> Sequence[object]:
    if not isinstance(value, list) or len(value) > most:
        raise BrokenFileAnswer("not a short list")
    return value


def _whole(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise BrokenFileAnswer("not a whole number within bounds")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BrokenFileAnswer("not a number")
    if abs(value) > MAX_SECONDS:
        raise BrokenFileAnswer("not a time")
    return float(value)


def _one_of(value: object, words: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise BrokenFileAnswer("not a word that was agreed on")
    return value


def _created(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 40 or not value.isascii() or not value.isprintable():
        raise BrokenFileAnswer("not a date")
    return value


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BrokenFileAnswer("the end came too early")
    return data
