"""`cctv-probe normalise`: one line out for each line in, whatever comes in, at once."""

from __future__ import annotations

import io
import subprocess
import sys
import time

import pytest
import typer
from typer.testing import CliRunner

from cctv_probe.cli import normalise as command
from cctv_probe.cli.exits import USAGE, Stop
from cctv_probe.compare.normalise import FIELDS

PROGRAM = (
    "import typer; from cctv_probe.cli.normalise import normalise; app = typer.Typer(); app.command()(normalise); app()"
)


def run(field: str, given: bytes) -> list[list[str]]:
    """The answers to `given`, split at their tabs."""
    app = typer.Typer()
    app.command()(command.normalise)
    answer = CliRunner().invoke(app, [field], input=given)
    assert answer.exit_code == 0, answer.exception
    return [line.split("\t") for line in answer.stdout_bytes.decode().split("\n")[:-1]]


def test_each_line_is_answered_by_one() -> None:
    assert run("retention_days", "30 วัน\n\n1 เดือน\r\n24 ชั่วโมง".encode()) == [
        ["days=30", "high", "days"],
        ["missing", "high", "empty"],
        ["days=30", "medium", "months_as_days"],
        ["suspect:24h", "medium", "round_the_clock"],
    ]


def test_junk_long_lines_and_other_encodings_are_answered_too() -> None:
    given = [
        b"\xef\xbb\xbfHikvision",
        b"\x00\xff\xfe\t\x1b[31m",
        b"9" * 3_000_000,
        "ดาหัว".encode("cp874"),
        b"\t\t",
        b"Axis",
    ]
    answers = run("brand", b"\n".join(given) + b"\n")
    assert [answer[0] for answer in answers] == ["hikvision", "unparsable", "unparsable", "dahua", "missing", "axis"]
    assert {len(answer) for answer in answers} == {3}


def test_an_unknown_field_is_answered_with_the_list() -> None:
    with pytest.raises(Stop) as stop:
        command.normalise("colour\x1b")
    assert stop.value.code == USAGE
    assert "colour?" in stop.value.text.en
    assert all(field in stop.value.text.th for field in FIELDS)


def test_the_help_names_every_field() -> None:
    assert all(field in command._FIELD.en and field in command._FIELD.th for field in FIELDS)


def test_lines_are_answered_while_the_pipe_is_open() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "brand"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for written, read in ((b"Dahua\n", b"dahua\thigh\tname\n"), ("วาตาชิ\n".encode(), b"watashi\thigh\tname\n")):
            program.stdin.write(written)
            program.stdin.flush()
            assert program.stdout.readline() == read
        program.stdin.close()
        assert program.wait(timeout=20) == 0


def test_ten_thousand_lines_take_little_time() -> None:
    given = "".join(f"เก็บได้ประมาณ {day % 1000} วัน ({day} GB)\n" for day in range(1, 10_001)).encode()
    began = time.process_time()
    answers = run("retention_days", given)
    assert len(answers) == 10_000
    assert time.process_time() - began < 6.0


def test_lines_are_read_without_their_ends() -> None:
    assert list(command.lines(io.BytesIO(b"a\r\nb\n\nc"))) == ["a", "b", "", "c"]
