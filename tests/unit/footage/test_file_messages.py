"""What the child that reads files says is measured, typed and capped; and it can be ended at any moment."""

from __future__ import annotations

import io
import json
import struct
import sys
import threading
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.media.file_messages import (
    BrokenFileAnswer,
    FileAnswer,
    FileKey,
    FileQuestion,
    FileRow,
    read_file_question,
    serve_file_answer,
    write_file_answer,
    write_file_question,
)
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.deadline import Deadline
from tests.unit.footage.recordings import FORMATS, dav, video

ANSWER = FileAnswer(
    "mp4", "h264", 1.5, 12.0, "2026-11-20T03:00:00Z", b"sets", (FileKey(2.0, b"key"),), (FileRow(2.0, 3, True),)
)


def written(answer: FileAnswer = ANSWER) -> bytes:
    stream = io.BytesIO()
    write_file_answer(stream, 7, answer)
    return stream.getvalue()


def served(said: bytes, most: int = 1000) -> FileAnswer:
    return serve_file_answer(io.BytesIO(), io.BytesIO(said), 7, lambda offset, size: b"x" * size, most)


def changed(**named: Any) -> bytes:
    line, rest = written().split(b"\n", 1)
    return json.dumps(json.loads(line) | named).encode() + b"\n" + rest


def test_answers_and_questions_come_back_as_they_were() -> None:
    assert served(written()) == ANSWER
    assert served(written(FileAnswer(failed="not_video"))) == FileAnswer(failed="not_video")
    stream = io.BytesIO()
    write_file_question(stream, 3, FileQuestion(99, "long", 4.5))
    stream.seek(0)
    assert read_file_question(stream) == (3, FileQuestion(99, "long", 4.5))
    assert read_file_question(stream) is None


def test_pieces_are_handed_over_up_to_the_limit() -> None:
    given_out = io.BytesIO()
    said = b'{"read": [5, 30]}\n{"read": [35, 30]}\n{"read": [65, 30]}\n' + written()
    serve_file_answer(given_out, io.BytesIO(said), 7, lambda offset, size: b"x" * size, 40)
    assert given_out.getvalue() == b"".join(struct.pack(">I", n) + b"x" * n for n in (30, 10, 0))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"[]\n",
        b'{"read": [0]}\n',
        b'{"read": [-1, 5]}\n',
        b'{"read": [0, 99999999]}\n',
        b'{"read": [0.5, 5]}\n',
        written()[:-2],
        changed(number=8),
        changed(version=2),
        changed(more=1),
        changed(container="exe"),
        changed(codec="H264"),
        changed(failed="anything"),
        changed(first_s=float("nan")),
        changed(duration_s="12"),
        changed(created="x" * 41),
        changed(created="\x1b[31m"),
        changed(keys=[[0, 99999999]]),
        changed(keys=[[0, 1]] * 3),
        changed(rows=[[0, 1, 2]]),
        changed(rows=[[0, 1, 1]] * 3001),
        changed(parameter_sets=1 << 20),
    ],
)
def test_what_no_honest_child_says_is_refused(said: bytes) -> None:
    with pytest.raises(BrokenFileAnswer):
        served(said)


@given(st.binary(max_size=300))
def test_rubbish_is_refused(said: bytes) -> None:
    with pytest.raises(BrokenFileAnswer):
        served(said + b"\n")


def test_a_slow_storage_is_left_at_the_deadline_and_the_next_file_is_read() -> None:
    data = video(".mp4")
    with FileReader() as reader:
        stop = threading.Event()

        def stuck(offset: int, size: int) -> bytes:
            stop.wait(1.0 if offset else 0.0)
            return data[offset : offset + size]

        with pytest.raises(StepError) as raised:
            reader.read(stuck, FileQuestion(len(data), "key", 5.0), Deadline.after(0.3))
        assert raised.value.ending is Ending.TIMEOUT
        whole = reader.read(lambda at, n: data[at : at + n], FileQuestion(len(data), "key", 5.0), Deadline.after(10))
        assert whole.keys


@pytest.mark.skipif(sys.platform != "linux", reason="what is looked at is Linux's /proc")
def test_the_child_is_confined() -> None:
    data = video(".mp4")
    with FileReader() as reader:
        reader.read(lambda at, n: data[at : at + n], FileQuestion(len(data), "probe"), Deadline.after(10))
        assert reader.pid is not None
        status = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{reader.pid}/status").read_text().splitlines()
            if ":\t" in line
        )
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        opened = [path.readlink() for path in Path(f"/proc/{reader.pid}/fd").iterdir()]
        assert all(str(path).startswith(("pipe:", "/dev/null")) for path in opened)
    assert reader.pid is None


def end_of(reader: FileReader, data: bytes, question: FileQuestion) -> Ending:
    try:
        found = reader.read(lambda at, n: data[at : at + n], question, Deadline.after(5))
    except StepError as error:
        return error.ending
    return Ending.OK if found.failed or found.container else Ending.BUG


@pytest.mark.parametrize("ending", [*FORMATS, ".dav"])
def test_damaged_files_of_every_kind_harm_nobody(ending: str) -> None:
    whole = dav(datetime(2026, 11, 20, 10)) if ending == ".dav" else video(ending)  # noqa: DTZ001 - as frames carry it
    random = Random(ending)
    ends = []
    with FileReader() as reader:
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(random.randint(1, 60)):
                data[random.randrange(min(len(data), random.choice([200, len(data)])))] = random.randrange(256)
            del data[random.randint(len(data) // 3, len(data)) :]
            question = FileQuestion(len(data), random.choice(["probe", "key", "long"]), random.uniform(0, 14))
            ends.append(end_of(reader, bytes(data), question))
        answer = reader.read(lambda at, n: whole[at : at + n], FileQuestion(len(whole), "key"), Deadline.after(10))
        assert answer.keys
    assert set(ends) <= {Ending.OK, Ending.MALFORMED, Ending.TIMEOUT}
