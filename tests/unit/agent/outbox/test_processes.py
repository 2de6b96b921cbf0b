"""Kills at any instant, and several processes at once: nothing lost, nothing doubled, the chain unbroken."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

from cctv_probe.agent.outbox import Outbox, OutboxError
from cctv_probe.wire.clock import SystemClock
from tests.unit.agent.outbox.bodies import ROOMY, deliver, numbers_of, outbox, put, receipt
from tests.unit.agent.outbox.killing import enqueue_times, kill_many

SPAWN = multiprocessing.get_context("spawn")
_PAUSE_S = 0.005
"""Between two looks: a process that asks without a pause leaves the others no processor on a small machine."""


def test_promise_1_kills_at_random_instants_lose_and_double_nothing(tmp_path: Path) -> None:
    tally = kill_many(tmp_path, kills=20, seed=7)
    assert tally.faults == []
    assert tally.kills == 20
    assert tally.enqueued > 0
    assert tally.acknowledged > 0


def test_enqueueing_is_timed(tmp_path: Path) -> None:
    p50, p99 = enqueue_times(tmp_path, count=20)
    assert 0 < p50 <= p99
    assert 38_000 < (outbox(tmp_path).rows()[0].bytes or 0) < 44_000


def _box(folder: str) -> Outbox:
    return Outbox(Path(folder) / "outbox.sqlite", SystemClock(), ROOMY)


def _enqueue(folder: str, name: str, count: int) -> None:
    box = _box(folder)
    for number in range(count):
        put(box, f"{name}/{number}", 5_000)
    os._exit(0)  # as a child that ends: nothing is closed


def _send(folder: str, count: int) -> None:
    box = _box(folder)
    sent = 0
    while sent < count:
        if (row := box.next_due()) is None:
            time.sleep(_PAUSE_S)
            continue
        try:
            box.begin(row.report_id)
        except OutboxError as error:
            if error.code != "wrong_state":  # a person dropped it a moment ago
                raise
            continue
        assert box.body(row.report_id)
        box.acked(row.report_id, receipt(row))
        sent += 1
    os._exit(0)


def _drop(folder: str, count: int) -> None:
    box = _box(folder)
    dropped = 0
    while dropped < count:
        time.sleep(_PAUSE_S)
        for row in box.rows("queued")[-2:]:
            try:
                box.drop(row.report_id)
            except OutboxError as error:
                if error.code not in ("busy", "wrong_state"):
                    raise
            else:
                dropped += 1
    os._exit(0)


def test_service_child_and_person_at_once(tmp_path: Path) -> None:
    """The service sends while two scans enqueue and a person drops."""
    made = [
        SPAWN.Process(target=_enqueue, args=(str(tmp_path), "one", 30)),
        SPAWN.Process(target=_enqueue, args=(str(tmp_path), "two", 30)),
        SPAWN.Process(target=_send, args=(str(tmp_path), 20)),
        SPAWN.Process(target=_drop, args=(str(tmp_path), 5)),
    ]
    for process in made:
        process.start()
    for process in made:
        process.join(60)
    assert [process.exitcode for process in made] == [0, 0, 0, 0]
    box = outbox(tmp_path, SystemClock())
    assert box.verify() == []
    rows = box.rows()
    assert sorted(row.run_id for row in rows if row.run_id) == sorted(
        f"{name}/{number}" for name in ("one", "two") for number in range(30)
    )
    gaps = [body for body in deliver(box) if body["kind"] == "gap"]
    told = {number for gap in gaps for number in numbers_of(gap)}
    earlier = {row.gap_seq for row in box.rows("dropped")}
    assert told <= {row.seq for row in box.rows("dropped")}
    assert None not in earlier
    assert {row.state for row in box.rows()} == {"acked", "dropped"}
    assert box.verify() == []


def _break(folder: str, count: int) -> None:
    """Another process that finds damage again and again."""
    box = _box(folder)
    for number in range(count):
        put(box, f"breaker/{number}", 1_000)
        box._file.rebuild("by hand", sure=True)
    os._exit(0)


def test_a_file_that_is_begun_anew_under_others_loses_nothing(tmp_path: Path) -> None:
    made = [
        SPAWN.Process(target=_enqueue, args=(str(tmp_path), "one", 40)),
        SPAWN.Process(target=_enqueue, args=(str(tmp_path), "two", 40)),
        SPAWN.Process(target=_break, args=(str(tmp_path), 6)),
    ]
    for process in made:
        process.start()
    for process in made:
        process.join(60)
    assert [process.exitcode for process in made] == [0, 0, 0]
    box = outbox(tmp_path, SystemClock())
    assert box.verify() == []
    assert box.gathering() == []
    assert len([body for body in deliver(box) if body["kind"] == "report"]) == 86
