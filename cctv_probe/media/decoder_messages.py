"""What travels between the program and its decoder child: one line of JSON, then bytes of announced length.

The child is not trusted, for a camera may have taken it over: everything it says is measured, typed and capped here, and
what does not fit raises `BrokenAnswer`. RFC 8259 numbers only (no NaN), no nesting beyond what is expected.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, BinaryIO, TypeVar

from cctv_probe.media.picture import DecodedPicture, Examination, PairFigures, PictureFigures

VERSION = 1
MAX_PICTURES = 3
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_PARAMETER_BYTES = 64 * 1024
MAX_LINE_BYTES = 16 * 1024
MAX_THUMBNAIL_BYTES = 128 * 1024
MAX_SIDE_PX = 16384
_Figures = TypeVar("_Figures", PictureFigures, PairFigures)
CODECS = ("h264", "h265", "mjpeg", "mpeg4", "av1")


class BrokenAnswer(Exception):
    """The child said something that no honest child says."""


class RefusedQuestion(ValueError):
    """A question that may not be asked: unknown codec, no picture, too many, too large."""


@dataclass(frozen=True, slots=True)
class Question:
    """Key pictures of one stream: `pictures` are (time in seconds, access unit), `parameter_sets` go before each."""

    codec: str
    parameter_sets: bytes
    pictures: tuple[tuple[float, bytes], ...]
    thumbnail: bool = False

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise RefusedQuestion(f"codec {self.codec!r}")
        if not 0 < len(self.pictures) <= MAX_PICTURES:
            raise RefusedQuestion(f"{len(self.pictures)} pictures")
        if len(self.parameter_sets) > MAX_PARAMETER_BYTES:
            raise RefusedQuestion(f"{len(self.parameter_sets)} bytes of parameter sets")
        if any(not 0 < len(data) <= MAX_PICTURE_BYTES for _, data in self.pictures):
            raise RefusedQuestion("an empty or too large picture")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the child says once it is confined: the protections that its operating system does not offer."""

    lacking: tuple[str, ...]


# --- Questions, written by the program and read by the child ----------------------------------------------------------


def write_question(stream: BinaryIO, question: Question, number: int) -> None:
    """Raises `OSError` where the child is gone."""
    head = {
        "version": VERSION,
        "number": number,
        "codec": question.codec,
        "parameter_sets": len(question.parameter_sets),
        "pictures": [[time_s, len(data)] for time_s, data in question.pictures],
        "thumbnail": question.thumbnail,
    }
    stream.write(json.dumps(head).encode() + b"\n" + question.parameter_sets)
    for _, data in question.pictures:
        stream.write(data)
    stream.flush()


def read_question(stream: BinaryIO) -> tuple[int, Question] | None:
    """Its number and the question; None at the end. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    line = stream.readline(MAX_LINE_BYTES)
    if not line:
        return None
    head = json.loads(line)
    if head["version"] != VERSION:
        raise ValueError(f"version {head['version']}")
    parameter_sets = _exactly(stream, head["parameter_sets"], MAX_PARAMETER_BYTES)
    pictures = tuple((float(time_s), _exactly(stream, size, MAX_PICTURE_BYTES)) for time_s, size in head["pictures"])
    return int(head["number"]), Question(head["codec"], parameter_sets, pictures, bool(head["thumbnail"]))


def _exactly(stream: BinaryIO, size: int, most: int) -> bytes:
    if not 0 <= size <= most:
        raise ValueError(f"{size} bytes")
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("the end came too early")
    return data


# --- Answers, written by the child and read by the program ------------------------------------------------------------


def write_greeting(stream: BinaryIO, lacking: Sequence[str]) -> None:
    """The first line of a child."""
    stream.write(json.dumps({"version": VERSION, "ready": True, "lacking": list(lacking)}).encode() + b"\n")
    stream.flush()


def write_answer(stream: BinaryIO, number: int, answer: Examination) -> None:
    """The answer to question `number`."""
    thumbnail = answer.thumbnail or b""
    head = {
        "version": VERSION,
        "number": number,
        "pictures": [asdict(picture) for picture in answer.pictures],
        "pairs": [asdict(pair) for pair in answer.pairs],
        "thumbnail": len(thumbnail),
    }
    stream.write(json.dumps(head, allow_nan=False).encode() + b"\n" + thumbnail)
    stream.flush()


def read_greeting(stream: BinaryIO) -> Greeting:
    """Raises `BrokenAnswer`."""
    head = _line(stream, {"version", "ready", "lacking"})
    lacking = _list(head["lacking"], 8)
    if head["ready"] is not True:
        raise BrokenAnswer("not ready")
    return Greeting(tuple(_word(name) for name in lacking))


def read_answer(stream: BinaryIO, number: int, question: Question) -> Examination:
    """The answer to question `number`. Raises `BrokenAnswer`."""
    head = _line(stream, {"version", "number", "pictures", "pairs", "thumbnail"})
    if head["number"] != number:
        raise BrokenAnswer("an answer to another question")
    rows = _list(head["pictures"], MAX_PICTURES)
    if len(rows) != len(question.pictures):
        raise BrokenAnswer(f"{len(rows)} rows for {len(question.pictures)} pictures")
    pairs = _list(head["pairs"], MAX_PICTURES)
    thumbnail = _thumbnail(stream, head["thumbnail"], question.thumbnail)
    return Examination(tuple(map(_picture, rows)), tuple(_figures(PairFigures, pair) for pair in pairs), thumbnail)


def _line(stream: BinaryIO, keys: set[str]) -> dict[str, Any]:
    line = stream.readline(MAX_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise BrokenAnswer("no answer" if not line else "no end of the line")
    try:
        head = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BrokenAnswer("not JSON") from error
    if not isinstance(head, dict) or set(head) != keys:
        raise BrokenAnswer("other keys than agreed")
    if type(head["version"]) is not int or head["version"] != VERSION:
        raise BrokenAnswer("another version")
    return head


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _picture(row: object) -> DecodedPicture:
    row = _object(row, {field.name for field in fields(DecodedPicture)})
    failed = None if row["failed"] is None else _word(row["failed"])
    figures = None if row["figures"] is None else _figures(PictureFigures, row["figures"])
    if type(row["damaged"]) is not bool or (failed is None) == (figures is None):
        raise BrokenAnswer("neither decoded nor failed")
    lowest = 0 if failed else 1
    width, height = (_whole(row[side], lowest, MAX_SIDE_PX) for side in ("width_px", "height_px"))
    pixel_format = "" if failed else _word(row["pixel_format"])
    return DecodedPicture(width, height, pixel_format, row["damaged"], figures, failed)


def _figures(kind: type[_Figures], row: object) -> _Figures:
    may_lack = {field.name for field in fields(kind) if "None" in str(field.type)}
    row = _object(row, {field.name for field in fields(kind)})
    numbers: dict[str, Any] = {name: _number(value, may_lack=name in may_lack) for name, value in row.items()}
    return kind(**numbers)


def _object(value: object, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != keys:
        raise BrokenAnswer("other keys than agreed")
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise BrokenAnswer("not a short list")
    return value


def _number(value: object, may_lack: bool) -> float | None:
    if value is None and may_lack:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 <= value <= 1e9:
        raise BrokenAnswer("not a number")
    return float(value)


def _whole(value: object, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:
        raise BrokenAnswer("not a whole number within bounds")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 40 or not value.replace("_", "").isalnum():
        raise BrokenAnswer("not a word")
    if not value.isascii():
        raise BrokenAnswer("not a plain word")
    return value


def _thumbnail(stream: BinaryIO, size: object, wanted: bool) -> bytes | None:
    announced = _whole(size, 0, MAX_THUMBNAIL_BYTES if wanted else 0)
    if not announced:
        return None
    picture = stream.read(announced)
    if len(picture) != announced or not picture.startswith(b"\xff\xd8\xff"):
        raise BrokenAnswer("not the thumbnail that was announced")
    return picture
