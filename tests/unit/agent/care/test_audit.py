"""The audit log: whole through processes, kills and power losses; every way of tampering with it is found and placed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care import audit
from cctv_probe.agent.care.audit import AuditLog, verify
from cctv_probe.agent.care.audit_chain import Head, Line, NotALineError
from cctv_probe.agent.care.audit_check import lines_of
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import FakeClock, SystemClock

ROOT = Path(__file__).parents[4]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "audit.jsonl"


@pytest.fixture
def log(path: Path) -> AuditLog:
    return AuditLog(path, FakeClock())


def _filled(log: AuditLog, count: int) -> None:
    assert all(log.note("sent", number=number, url="https://u:secret@register.example/x") for number in range(count))


def _tamper(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


# --- What a line is ---------------------------------------------------------------------------------------------------


def test_each_line_holds_its_own_hash_and_that_of_the_line_before(log: AuditLog, path: Path) -> None:
    _filled(log, 2)
    first, second = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert (first["seq"], first["previous"], first["at_utc"]) == (1, None, "2026-11-23T02:00:00.000Z")
    assert second["previous"] == first["hash"]
    own = second.pop("hash")
    again = json.dumps(second, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert own == hashlib.sha256(again).hexdigest()


def test_logins_in_urls_stay_out(log: AuditLog, path: Path) -> None:
    _filled(log, 1)
    assert b"secret" not in path.read_bytes()


def test_only_its_own_user_may_read_it(log: AuditLog, path: Path) -> None:
    _filled(log, 1)
    assert {oct(each.stat().st_mode & 0o777) for each in path.parent.iterdir()} == {"0o600"}
    assert path.parent.stat().st_mode & 0o077 == 0


def test_facts_of_any_kind_are_written(log: AuditLog, path: Path) -> None:
    facts = {
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "path": Path("/x"),
        "said": Text(en="Good.", th="ดี"),
        "nan": float("nan"),
        "large": 2**80,
        "half": "\ud800",
        "rows": ({"a": {1}},),
        "blob": "x" * 100_000,
    }
    assert log.note("odd", **facts)
    assert log.note("odd", **{name: value for name, value in facts.items() if name != "blob"})
    assert verify(path).sound
    large, small = lines_of(path, 2)
    assert large.facts["too_long_bytes"] > 100_000
    assert small.facts["said"] == {"en": "Good.", "th": "ดี"}
    assert (small.facts["at"], small.facts["path"], small.facts["nan"]) == ("2026-01-02T00:00:00Z", "/x", "nan")


# --- Several writers, power losses ------------------------------------------------------------------------------------

WRITER = """
import sys, pathlib
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.wire.clock import SystemClock
log = AuditLog(pathlib.Path(sys.argv[1]), SystemClock(), file_bytes=4000, old_files=500)
number = 0
print("ready", flush=True)
while number != int(sys.argv[2]):
    assert log.note("written", writer=sys.argv[3], number=number)
    number += 1
"""


def _writer(path: Path, count: int, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(count), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_several_processes_and_threads_write_one_chain(path: Path) -> None:
    writers = [_writer(path, 40, name) for name in "ab"]
    log = AuditLog(path, SystemClock(), file_bytes=4000, old_files=500)
    threads = [threading.Thread(target=_filled, args=(log, 20)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        assert writer.wait(60) == 0
        assert writer.stdout
        writer.stdout.close()
    said = verify(path)
    assert (said.sound, said.lines, said.last_seq) == (True, 120, 120)
    assert said.files > 3


def test_a_writer_that_is_killed_at_random_instants_leaves_a_whole_log(path: Path) -> None:
    chance = random.Random(7)
    for _ in range(6):
        writer = _writer(path, -1, "killed")
        assert writer.stdout
        assert writer.stdout.readline()
        threading.Event().wait(chance.uniform(0.005, 0.08))
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        writer.stdout.close()
        assert verify(path).sound
    assert AuditLog(path, SystemClock()).note("alive")
    said = verify(path)
    assert said.sound
    assert said.lines == said.last_seq > 6


@pytest.mark.parametrize("left", [1, 20, 100])
def test_a_torn_last_line_is_repaired_and_noted(log: AuditLog, path: Path, left: int) -> None:
    _filled(log, 3)
    whole = path.read_bytes()
    torn = whole.splitlines(keepends=True)[-1][:left]
    path.write_bytes(whole + torn)  # a fourth line of which only this reached the disk
    before = verify(path)
    assert (before.sound, before.torn_bytes) == (True, left)
    assert log.note("next")
    third, repaired, after = lines_of(path, 3)
    assert (third.seq, repaired.event, after.event) == (3, "audit_repaired", "next")
    assert repaired.facts["sha256"] == hashlib.sha256(torn).hexdigest()
    assert verify(path).sound


def test_a_tail_of_zeros_after_a_power_loss_is_repaired(log: AuditLog, path: Path) -> None:
    _filled(log, 3)
    with path.open("ab") as file:
        file.write(bytes(300_000))
    assert log.note("next")
    assert lines_of(path, 2)[0].facts["bytes"] == 300_000
    assert verify(path).sound
    assert path.stat().st_size < 5000


def test_a_process_that_ended_between_line_and_head_loses_nothing(log: AuditLog, path: Path) -> None:
    _filled(log, 2)
    head = log.files.head.read_bytes()
    _filled(log, 1)
    log.files.head.write_bytes(head)
    assert verify(path).sound
    _filled(log, 1)
    assert (verify(path).sound, verify(path).lines) == (True, 4)


def test_a_full_disk_stops_nobody_and_is_counted(log: AuditLog, path: Path) -> None:
    _filled(log, 1)
    path.unlink()
    path.mkdir()  # as unwritable as a file can be, for root too
    assert log.note("lost") is False
    assert log.note("lost") is False
    path.rmdir()
    assert log.note("back")
    assert [line.facts for line in lines_of(path, 2) if line.event == "audit_missed"] == [{"count": 2}]


def test_a_folder_that_cannot_be_made_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert AuditLog(tmp_path / "file" / "audit.jsonl", FakeClock()).note("x") is False


# --- Tampering --------------------------------------------------------------------------------------------------------


def _changed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b'"number":2', b'"number":9'), *lines[3:]]


def _rehashed(lines: list[bytes]) -> list[bytes]:
    """Changed by someone who knows how the hash is made, and makes the line's own anew."""
    old = Line.read(lines[2].rstrip())
    new = Line.made(old.seq, old.previous, datetime(2026, 1, 1, tzinfo=UTC), old.event, {"number": 9})
    return [*lines[:2], new.written(), *lines[3:]]


@pytest.mark.parametrize(
    ("change", "kind", "line"),
    [
        (_changed, "changed", 3),
        (lambda lines: [*lines[:2], lines[2].replace(b'"event":', b'"event": '), *lines[3:]], "changed", 3),
        (_rehashed, "replaced", 4),
        (lambda lines: [*lines[:2], *lines[3:]], "removed", 3),
        (lambda lines: lines[3:], "removed", 1),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "removed", 2),
        (lambda lines: [*lines[:3], lines[1], *lines[3:]], "reordered", 4),
        (lambda lines: [*lines[:2], b"free text\n", *lines[3:]], "not_a_line", 3),
        (lambda lines: [*lines[:2], b"x" * 70_000 + b"\n", *lines[3:]], "not_a_line", 3),
        (lambda lines: lines[:4], "cut_off", 4),
        (lambda lines: [], "cut_off", 0),
        (lambda lines: [*lines[:5], lines[5][:30]], "cut_off", 5),
    ],
)
def test_the_first_break_is_named(
    log: AuditLog, path: Path, change: Callable[[list[bytes]], list[bytes]], kind: str, line: int
) -> None:
    _filled(log, 6)
    _tamper(path, change)
    found = verify(path).broken
    assert found
    assert (found.kind, found.line, found.file) == (kind, line, path)
    assert str(path) in found.text.en


def test_what_was_cut_off_stays_visible_when_the_log_goes_on(log: AuditLog, path: Path) -> None:
    _filled(log, 6)
    _tamper(path, lambda lines: lines[:4])
    _filled(log, 2)
    found = verify(path).broken
    assert found
    assert (found.kind, found.line) == ("removed", 5)
    assert "5 to 6" in found.text.en


def test_an_end_that_was_written_anew_is_found(log: AuditLog, path: Path) -> None:
    _filled(log, 4)

    def forged(lines: list[bytes]) -> list[bytes]:
        last = Line.read(lines[-1].rstrip())
        return [*lines[:-1], Line.made(4, last.previous, datetime(2026, 1, 1, tzinfo=UTC), "x", {}).written()]

    _tamper(path, forged)
    found = verify(path).broken
    assert found
    assert (found.kind, found.line) == ("replaced", 4)


def test_a_log_without_its_head_says_so_and_notes_it(log: AuditLog, path: Path) -> None:
    _filled(log, 4)
    log.files.head.unlink()
    found = verify(path).broken
    assert found
    assert found.kind == "head_missing"
    _filled(log, 1)
    assert [line.event for line in lines_of(path, 2)] == ["audit_head_lost", "sent"]
    assert verify(path).sound


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_goes_unnoticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("log") / "audit.jsonl"
    _filled(AuditLog(path, FakeClock()), 3)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    assert not verify(path).sound


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    Head.read(raw)
    try:
        assert Line.read(raw).sound in (True, False)
    except NotALineError:
        pass


def test_a_line_nested_to_death_is_refused() -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    raw = b'{"seq":1,"at_utc":"","event":"","previous":null,"hash":"","facts":' + deep + b"}"
    try:
        assert not Line.read(raw).sound
    except NotALineError:
        pass


# --- Rotation ---------------------------------------------------------------------------------------------------------


def test_full_files_are_moved_aside_and_the_chain_goes_on(path: Path) -> None:
    log = AuditLog(path, FakeClock(), file_bytes=1000, old_files=500)
    _filled(log, 30)
    said = verify(path)
    assert (said.sound, said.lines) == (True, 30)
    assert said.files == len(log.files.olds()) + 1 > 4
    assert [line.seq for line in lines_of(path, 12)] == list(range(19, 31))


def test_an_older_file_that_was_removed_or_changed_is_found(path: Path) -> None:
    log = AuditLog(path, FakeClock(), file_bytes=1000, old_files=500)
    _filled(log, 30)
    olds = log.files.olds()
    content = olds[1].read_bytes()
    olds[1].write_bytes(content.replace(b'"sent"', b'"kept"', 1))
    broken = verify(path).broken
    assert broken
    assert (broken.kind, broken.file, broken.line) == ("changed", olds[1], 1)
    olds[1].unlink()
    broken = verify(path).broken
    assert broken
    assert (broken.kind, broken.file, broken.line) == ("removed", olds[2], 1)
    olds[1].write_bytes(content)
    olds[0].unlink()
    broken = verify(path).broken
    assert broken
    assert (broken.kind, broken.file) == ("removed", olds[1])


def test_the_oldest_files_are_given_up_and_the_head_knows(path: Path) -> None:
    log = AuditLog(path, FakeClock(), file_bytes=1000, old_files=3)
    _filled(log, 60)
    said = verify(path)
    assert said.sound
    assert len(log.files.olds()) == 3
    assert said.lines < said.last_seq == 60
    log.files.olds()[0].unlink()
    assert not verify(path).sound


def test_a_process_that_ended_in_the_middle_of_a_rotation_loses_nothing(path: Path) -> None:
    log = AuditLog(path, FakeClock())
    _filled(log, 5)
    path.rename(log.files.old(1))
    assert verify(path).sound
    _filled(log, 1)
    assert (verify(path).sound, verify(path).last_seq) == (True, 6)


def test_an_absent_log_is_whole_and_empty(path: Path) -> None:
    assert (verify(path).sound, verify(path).lines) == (True, 0)


def test_a_log_whose_lock_is_held_for_ever_is_given_up_on(
    log: AuditLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    _filled(log, 1)
    monkeypatch.setattr(audit, "LOCK_WAIT_S", 0.05)
    holder = os.open(log.files.lock, os.O_RDWR)
    fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        assert log.note("waits") is False
    finally:
        os.close(holder)
    assert log.note("goes on")
