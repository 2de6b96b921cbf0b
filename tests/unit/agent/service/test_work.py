"""The child's job by itself: in whatever step it fails, what is finished stays, and the reason is one sentence."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.config import Activity, AgentConfig
from cctv_probe.agent.places import Places
from cctv_probe.agent.service.locks import Lock, work_lock
from cctv_probe.agent.service.runs import DamagedError, Finished, RunPlace, State
from cctv_probe.agent.service.wanted import note_wanted, read_wanted, wanted_files
from cctv_probe.agent.service.work import (
    DONE,
    FAILED,
    MISCONFIGURED,
    NOT_NOW,
    PARTLY,
    NotNow,
    Outcome,
    Refused,
    Stopping,
    Worker,
)
from cctv_probe.model.words import Text
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import FakeClock

RUN = "01936000-0000-7000-8000-000000000001"
WHY = Text(en="For this reason.", th="ด้วยเหตุนี้")


@dataclass
class Jobs:
    """Small real jobs that fail as they are told."""

    scan_error: Exception | None = None
    leave_error: Exception | None = None
    stops: bool = False
    left: list[str] = field(default_factory=list)
    supplied: list[str] = field(default_factory=list)

    def worker(self, folder: Path) -> Worker:
        places = Places(folder / "state")
        places.make()
        config = AgentConfig(folder / "agent.yaml", places, folder / "scope.yaml")
        return Worker(config, FakeClock(), self.scan, self.leave, self.supply, Stopping())

    def scan(self, config: AgentConfig, activity: Activity, place: RunPlace, stop: threading.Event) -> Outcome:
        if self.scan_error:
            raise self.scan_error
        place.survey.write_text('{"cameras": []}')
        return Outcome(complete=not self.stops, cameras=2)

    def leave(self, config: AgentConfig, place: RunPlace, done: Finished) -> Mapping[str, Any]:
        assert place.state() is State.FINISHED
        if self.leave_error:
            raise self.leave_error
        self.left.append(place.run_id)
        return {"report_id": "r"}

    def supply(self, config: AgentConfig, report_id: str, digests: tuple[str, ...]) -> None:
        if self.leave_error:
            raise self.leave_error
        self.supplied.append(report_id)


def run_of(worker: Worker) -> RunPlace:
    return RunPlace(worker.config.places.runs / RUN)


def test_a_scan_goes_all_the_way(tmp_path: Path) -> None:
    jobs = Jobs()
    worker = jobs.worker(tmp_path)
    assert worker.run("reading", run_of(worker).path) == DONE
    assert run_of(worker).state() is State.ENQUEUED
    assert run_of(worker).told(State.ENQUEUED)["report_id"] == "r"
    assert run_of(worker).finished().cameras == 2
    assert Lock(work_lock(worker.config.places)).take(), "the lock is given back"


def test_an_incomplete_scan_is_handed_in_all_the_same(tmp_path: Path) -> None:
    worker = Jobs(stops=True).worker(tmp_path)
    assert worker.run("reading", run_of(worker).path) == PARTLY
    assert run_of(worker).state() is State.ENQUEUED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused(WHY), MISCONFIGURED),
        (Refused(WHY, FAILED), FAILED),
        (CannotWriteError(WHY), FAILED),
        (OSError(28, "No space left on device"), FAILED),
    ],
)
def test_a_scan_that_fails_leaves_its_reason(tmp_path: Path, error: Exception, code: int) -> None:
    worker = Jobs(scan_error=error).worker(tmp_path)
    assert worker.run("reading", run_of(worker).path) == code
    assert run_of(worker).state() is State.FAILED
    told = run_of(worker).told(State.FAILED)
    assert told["code"] == code
    assert "reason" in told["text"]["en"] or "No space left" in told["text"]["en"]


@pytest.mark.parametrize("error", [NotNow(WHY), OSError(30, "Read-only file system"), CannotWriteError(WHY)])
def test_what_cannot_be_handed_in_stays_finished_and_is_handed_in_later(tmp_path: Path, error: Exception) -> None:
    jobs = Jobs(leave_error=error)
    worker = jobs.worker(tmp_path)
    assert worker.run("reading", run_of(worker).path) == NOT_NOW
    assert run_of(worker).state() is State.FINISHED
    assert worker.resume(run_of(worker).path) == NOT_NOW
    jobs.leave_error = None
    assert worker.resume(run_of(worker).path) == DONE
    assert jobs.left == [RUN]
    assert run_of(worker).state() is State.ENQUEUED


@pytest.mark.parametrize("how", ["changed", "gone", "refused"])
def test_a_finished_run_that_cannot_be_read_is_set_aside_and_not_tried_for_ever(tmp_path: Path, how: str) -> None:
    jobs = Jobs(leave_error=NotNow(WHY))
    worker = jobs.worker(tmp_path)
    worker.run("reading", run_of(worker).path)
    jobs.leave_error = DamagedError("broken") if how == "refused" else None
    if how == "changed":
        run_of(worker).survey.write_text("{}")
    if how == "gone":
        run_of(worker).survey.unlink()
    assert worker.resume(run_of(worker).path) == FAILED
    assert run_of(worker).state() is State.DAMAGED
    assert jobs.left == []


def test_two_never_scan_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cctv_probe.agent.service.work.LOCK_WAIT_S", 0.05)
    worker = Jobs().worker(tmp_path)
    other = Lock(work_lock(worker.config.places))
    assert other.take()
    assert worker.run("reading", run_of(worker).path) == NOT_NOW
    assert not run_of(worker).path.exists()
    assert worker.resume(run_of(worker).path) == NOT_NOW


def test_the_end_of_its_time_is_no_signal() -> None:
    stop = Stopping()
    stop.within(0.01)
    assert stop.event.wait(5)
    assert not stop.by_signal


def test_wanted_records_are_noted_handed_in_and_forgotten(tmp_path: Path) -> None:
    jobs = Jobs(leave_error=NotNow(WHY))
    worker = jobs.worker(tmp_path)
    places = worker.config.places
    note_wanted(places, RUN, ("b" * 64, "a" * 64, "a" * 64, "../x"))
    note_wanted(places, "../../escape", ("a" * 64,))
    file = wanted_files(places)[0]
    assert wanted_files(places) == [file]
    assert read_wanted(file) == (RUN, ("a" * 64, "b" * 64))
    assert worker.hand_in(file) == NOT_NOW
    assert file.exists()
    jobs.leave_error = None
    assert worker.hand_in(file) == DONE
    assert (jobs.supplied, wanted_files(places)) == ([RUN], [])
    file.write_text("{")
    assert worker.hand_in(file) == DONE, "a note that nobody can understand is not kept"
    assert wanted_files(places) == []


@given(st.binary(max_size=300))
def test_no_note_breaks_its_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("wanted") / "x.json"
    file.write_bytes(content)
    assert read_wanted(file) is None
