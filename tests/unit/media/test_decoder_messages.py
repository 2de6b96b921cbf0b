"""What the decoder child says is measured, typed and capped, whoever has taken it over."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.media.decoder_messages import (
    MAX_LINE_BYTES,
    MAX_PICTURE_BYTES,
    BrokenAnswer,
    Question,
    RefusedQuestion,
    read_answer,
    read_greeting,
    read_question,
    write_answer,
    write_greeting,
    write_question,
)
from cctv_probe.media.picture import DecodedPicture, Examination, PairFigures, PictureFigures

FIGURES = PictureFigures(0.0, *[1.5] * 16)
GOOD = DecodedPicture(1920, 1080, "yuv420p", False, FIGURES)
BAD = DecodedPicture(0, 0, "", False, None, "undecodable")
ANSWER = Examination((GOOD, BAD), (PairFigures(4.0, 0.5, 0.25, 1.0, None, 3.5),), b"\xff\xd8\xff\xe0jpeg")
QUESTION = Question("h264", b"sets", ((0.0, b"one"), (4.0, b"other")), thumbnail=True)


def written(answer: Examination = ANSWER, number: int = 7) -> bytes:
    stream = io.BytesIO()
    write_answer(stream, number, answer)
    return stream.getvalue()


def changed(**named: Any) -> bytes:
    line, thumbnail = written().split(b"\n", 1)
    return json.dumps(json.loads(line) | named).encode() + b"\n" + thumbnail


def with_row(**named: Any) -> bytes:
    row = json.loads(written().split(b"\n", 1)[0])["pictures"][0]
    return changed(pictures=[row | named, json.loads(written().split(b"\n", 1)[0])["pictures"][1]])


def with_figure(name: str, value: object) -> bytes:
    row = json.loads(written().split(b"\n", 1)[0])["pictures"][0]
    return with_row(figures=row["figures"] | {name: value})


def read(data: bytes, question: Question = QUESTION) -> Examination:
    return read_answer(io.BytesIO(data), 7, question)


def test_answers_and_questions_come_back_as_they_were() -> None:
    assert read(written()) == ANSWER
    stream = io.BytesIO()
    write_question(stream, QUESTION, 3)
    stream.seek(0)
    assert read_question(stream) == (3, QUESTION)
    assert read_question(stream) is None
    greeting = io.BytesIO()
    write_greeting(greeting, ["system_calls"])
    greeting.seek(0)
    assert read_greeting(greeting).lacking == ("system_calls",)


LIES = {
    "nothing": b"",
    "no end": b"{" * 100,
    "not JSON": b"{]\n",
    "too long": b" " * (MAX_LINE_BYTES + 1) + written(),
    "deep": b"[" * 5000 + b"\n",
    "another version": changed(version=2),
    "true is no version": changed(version=True),
    "another question": written(number=8),
    "more keys": changed(password="x"),
    "too few rows": changed(pictures=[]),
    "rows that are no list": changed(pictures={}),
    "too many pairs": changed(pairs=[{}] * 4),
    "a pair of nothing": changed(pairs=[None]),
    "a huge number": with_figure("mean", 1e12),
    "infinity": with_figure("mean", 1.0).replace(b'"mean": 1.0', b'"mean": 1e999'),
    "not a number": with_figure("mean", 1.0).replace(b'"mean": 1.0', b'"mean": NaN'),
    "truth as a number": with_figure("mean", True),
    "a figure that may not lack": with_figure("mean", None),
    "text as a number": with_figure("mean", "1"),
    "a picture too wide": with_row(width_px=20_000),
    "half a pixel": with_row(width_px=1920.5),
    "no width": with_row(width_px=0),
    "markup": with_row(pixel_format="<script>"),
    "a long word": with_row(pixel_format="a" * 41),
    "Thai digits": with_row(pixel_format="๑๒๓"),
    "decoded and failed": with_row(failed="undecodable"),
    "neither": with_row(figures=None),
    "damaged by number": with_row(damaged=1),
    "a thumbnail cut short": written()[:-1],
    "a thumbnail too large": changed(thumbnail=200_000),
    "a negative thumbnail": changed(thumbnail=-1),
    "a thumbnail that is no JPEG": written().replace(b"\xff\xd8\xff", b"<s>"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused(lie: str) -> None:
    with pytest.raises(BrokenAnswer):
        read(LIES[lie])


def test_a_thumbnail_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(BrokenAnswer):
        read(written(), Question("h264", b"", QUESTION.pictures))


@given(data=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_garbage_is_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        read(data + b"\n")
    with pytest.raises(BrokenAnswer):
        read_greeting(io.BytesIO(data + b"\n"))


@given(place=st.integers(0, len(written()) - 1), byte=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_gives_an_answer_of_the_agreed_shape_or_none(place: int, byte: int) -> None:
    data = bytearray(written())
    data[place] = byte
    try:
        answer = read(bytes(data))
    except BrokenAnswer:
        return
    assert len(answer.pictures) == 2
    assert all(isinstance(picture.width_px, int) for picture in answer.pictures)


@pytest.mark.parametrize(
    "arguments",
    [
        ("vp9", b"", ((0.0, b"x"),)),
        ("h264", b"", ()),
        ("h264", b"", ((0.0, b"x"),) * 4),
        ("h264", b"", ((0.0, b""),)),
        ("h264", b"", ((0.0, bytes(MAX_PICTURE_BYTES + 1)),)),
        ("h264", bytes(70_000), ((0.0, b"x"),)),
    ],
)
def test_a_question_that_may_not_be_asked(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(RefusedQuestion):
        Question(*arguments)
