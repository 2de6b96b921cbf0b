"""What the service says: sentences for people, JSON lines for journald, no secrets, no floods."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.agent.care import journal
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.redaction import Redactor

LOG = logging.getLogger("cctv_probe.agent.test")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger(journal.ROOT)
    before = (list(root.handlers), root.level, root.propagate)
    yield
    root.handlers[:], root.level, root.propagate = before[0], before[1], before[2]


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_terminal_shows_sentences() -> None:
    stream = Terminal()
    journal.begin("th", stream=stream, environment={})
    LOG.info(Text(en="The scan began.", th="เริ่มสแกนแล้ว"))
    LOG.warning("%d left", 3)
    first, second = stream.getvalue().splitlines()
    assert first.endswith(" เริ่มสแกนแล้ว")
    assert second.endswith(" 3 left")


def test_elsewhere_each_event_is_one_json_line() -> None:
    stream = io.StringIO()
    journal.begin(stream=stream, environment={})
    LOG.error(
        Text(en="It broke.\n<3>forged", th="เสีย"), extra={"facts": {"seq": 3, "at": Path("/x"), "bad": float("nan")}}
    )
    (line,) = _lines(stream)
    assert (line["level"], line["message"], line["logger"]) == ("error", "It broke. <3>forged", "cctv_probe.agent.test")
    assert line["facts"] == {"seq": 3, "at": "/x", "bad": "nan"}
    assert line["at_utc"].endswith("Z")


def test_secrets_are_taken_out_everywhere() -> None:
    stream = io.StringIO()
    journal.begin(stream=stream, environment={}, redactor=Redactor(frozenset({"hunter2"}), frozenset()))
    LOG.info(
        "rtsp://u:p4ss@10.0.0.1/ and hunter2", extra={"facts": {"url": "http://u:p4ss@h/?token=abc", "n": ["hunter2"]}}
    )
    for secret in ("p4ss", "hunter2", "abc"):
        assert secret not in stream.getvalue()


def test_an_exception_names_places_not_values() -> None:
    stream = io.StringIO()
    journal.begin(stream=stream, environment={})
    try:
        raise ValueError("the camera sent s3cret")
    except ValueError:
        LOG.exception("It broke.")
    (line,) = _lines(stream)
    assert line["where"][0] == "ValueError"
    assert "test_journal.py" in line["where"][1]
    assert "s3cret" not in stream.getvalue()


def test_a_flood_is_counted_not_written() -> None:
    stream, clock = io.StringIO(), FakeClock()
    journal.begin(stream=stream, environment={}, monotonic=clock.monotonic)
    for number in range(100):
        LOG.warning("camera %d is slow", number)
    assert len(_lines(stream)) == journal.REPEATS
    LOG.warning("something else")
    clock.advance(journal.WINDOW_S + 1)
    LOG.warning("camera %d is slow", 100)
    *_, counted, again = _lines(stream)
    assert f"{100 - journal.REPEATS} more times" in counted["message"]
    assert counted["level"] == "warning"
    assert again["message"] == "camera 100 is slow"


def test_endless_kinds_of_messages_do_not_fill_the_memory() -> None:
    stream = io.StringIO()
    handler = journal.begin(stream=stream, environment={})
    for number in range(2000):
        LOG.warning(f"kind {number}")
    (repeats,) = (each for each in handler.filters if hasattr(each, "_kinds"))
    assert len(repeats._kinds) < 1000
    assert len(_lines(stream)) == 2000


@pytest.mark.parametrize(("level", "number"), [(logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3)])
def test_the_journal_gets_priorities(tmp_path: Path, level: int, number: int) -> None:
    with (tmp_path / "stream").open("w+", encoding="utf-8") as stream:
        found = os.fstat(stream.fileno())
        journal.begin(stream=stream, environment={"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        LOG.log(level, "x")
        stream.seek(0)
        said = stream.read()
    assert said.startswith(f'<{number}>{{"at_utc"')


def test_a_stream_that_is_not_the_journal_gets_none(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w+", encoding="utf-8") as stream:
        journal.begin(stream=stream, environment={"JOURNAL_STREAM": "8:1"})
        LOG.warning("x")
        stream.seek(0)
        assert stream.read().startswith("{")
    assert not journal.is_journal(io.StringIO(), {"JOURNAL_STREAM": "8:1"})


def test_begun_twice_it_writes_once() -> None:
    old, new = io.StringIO(), io.StringIO()
    journal.begin(stream=old, environment={})
    journal.begin(stream=new, environment={})
    LOG.info("once")
    assert (old.getvalue(), len(_lines(new))) == ("", 1)
    assert len(logging.getLogger(journal.ROOT).handlers) == 1


def test_a_message_that_does_not_fit_its_values_is_written_anyhow() -> None:
    stream = io.StringIO()
    journal.begin(stream=stream, environment={})
    LOG.info("%d of %s", "many")
    assert _lines(stream)[0]["message"] == "%d of %s"
