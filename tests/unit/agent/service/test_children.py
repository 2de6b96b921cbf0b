"""The child seen from outside: what it is given, who it is recognised by, and that nothing foreign is ever signalled."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.service.children import (
    DEADLINE_S,
    END_S,
    GRACE_S,
    Child,
    Order,
    clean_environment,
    command,
    find_worker,
    outcome_of,
)
from cctv_probe.agent.service.locks import Lock, Worker, boot_id, is_held, read_worker, start_ticks, this_process
from cctv_probe.agent.service.runs import Finished, RunPlace, State

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RUN = "01936000-0000-7000-8000-000000000001"
SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = "import signal, sys, time; signal.signal(15, signal.SIG_IGN); sys.stderr.write('deaf'); time.sleep(600)"


def started(words: list[str], began_s: float = 0.0, kind: str = "reading") -> Child:
    return Child.start(Order(Path(RUN), kind), words, {"PATH": os.environ["PATH"]}, NOW, began_s)


def ended(child: Child) -> int:
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    code = child.ended()
    assert code is not None
    return code


def test_the_command_line_names_files_only() -> None:
    words = command(Order(Path("/s/runs") / RUN, "footage"), Path("/s/agent.in-force.yaml"), Path("/etc/cctv-probe"))
    assert words[1:6] == ["-P", "-m", "cctv_probe", "agent", "work"]
    assert words[-6:] == ["--activity", "footage", "--run-folder", f"/s/runs/{RUN}", "--within-s", "82800"]
    resumed = command(Order(Path("/s/runs") / RUN, "resume"), Path("/c"), Path("/etc"))
    assert resumed[-2:] == ["--resume", f"/s/runs/{RUN}"]
    assert command(Order(Path("/s/w.json"), "wanted"), Path("/c"), Path("/etc"))[-2:] == ["--wanted", "/s/w.json"]


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_only_a_few_names_are_passed_on(environment: dict[str, str]) -> None:
    given_names = environment | {"PATH": "/bin", "NOTIFY_SOCKET": "@x", "https_proxy": "http://u:p@x", "SECRET": "s"}
    passed = clean_environment(given_names)
    assert passed["PATH"] == "/bin"
    assert not {"NOTIFY_SOCKET", "https_proxy", "SECRET", "WATCHDOG_USEC"} & set(passed)


def test_an_exit_code_is_told_and_a_signal_is_128_and_its_number() -> None:
    assert ended(started([sys.executable, "-c", "raise SystemExit(3)"])) == 3
    child = started(SLEEPS)
    assert child.ended() is None
    child.kill()
    assert ended(child) == 137


def test_a_program_that_is_not_there_is_an_error_and_no_child() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        started(["/no-such-program"])


def test_beyond_its_time_a_child_is_told_to_end_and_then_killed() -> None:
    child = Child.start(Order(Path(RUN), "reading"), [sys.executable, "-c", DEAF], {}, NOW, 100.0)
    limit = 100.0 + DEADLINE_S["reading"] + GRACE_S
    try:
        child.watch(limit - 1)
        assert child.told_to_end_s is None
        assert child.next_look_s(limit - 1) == pytest.approx(1.0)
        child.watch(limit)
        assert child.out_of_time
        child.watch(limit + END_S - 1)
        assert not child.killed
        child.watch(limit + END_S)
        assert child.killed
    finally:
        child.kill()
    assert ended(child) in (137, 143)  # 143 where it was told to end before it had made itself deaf


def test_what_a_child_left_running_ends_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib;"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"pathlib.Path({str(told)!r}).write_text(str(p.pid))"
    )
    child = started([sys.executable, "-c", code])
    assert ended(child) == 0
    orphan = int(told.read_text())
    with pytest.MonkeyPatch.context():
        for _ in range(1000):
            if start_ticks(orphan) is None:
                break
            os.sched_yield()
            subprocess.run(["true"], check=True)
    assert start_ticks(orphan) is None


def test_a_worker_is_known_by_its_number_its_start_and_this_boot() -> None:
    mine = this_process("reading", RUN)
    assert mine.is_alive()
    assert not Worker(mine.pid, mine.start_ticks + 1, mine.boot_id, "reading", RUN).is_alive()
    assert not Worker(mine.pid, mine.start_ticks, "another boot", "reading", RUN).is_alive()
    assert boot_id() == mine.boot_id


def test_a_dead_workers_number_is_never_signalled() -> None:
    stranger = subprocess.Popen(SLEEPS)
    try:
        worker = Worker(stranger.pid, 1, boot_id(), "reading", RUN)
        child = Child.adopt(worker, Path("/nowhere"), NOW, 0.0)
        child.end(1.0)
        child.kill()
        assert child.ended() is not None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_lock_knows_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "work.lock"
    assert not is_held(path)
    lock = Lock(path)
    assert lock.take()
    lock.write(this_process("footage", RUN).written())
    assert is_held(path)
    assert not Lock(path).take(0.05)
    found = find_worker(path)
    assert found is not None
    assert (found.pid, found.activity, found.run_id) == (os.getpid(), "footage", RUN)
    lock.release()
    assert find_worker(path) is None


@given(st.binary(max_size=200))
def test_any_content_of_the_lock_file_is_a_worker_or_none(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("lock") / "work.lock"
    path.write_bytes(content)
    worker = read_worker(path)
    assert worker is None or worker.pid > 1


def test_an_adopted_childs_end_is_read_from_its_folder(tmp_path: Path) -> None:
    place = RunPlace(tmp_path / RUN)
    assert outcome_of(place) == 1
    place.begin("reading", "2026-11-23T02:00:00Z")
    assert outcome_of(place) == 1
    place.survey.write_text("{}")
    times = ("2026-11-23T02:00:00Z", "2026-11-23T02:01:00Z")
    place.finish(Finished(RUN, "reading", *times, complete=False, stopped=True, cameras=0))
    assert outcome_of(place) == 75
    place.note(State.ENQUEUED, {})
    assert outcome_of(place) == 3
