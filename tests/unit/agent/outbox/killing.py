"""Kills a process with SIGKILL at random instants of its work on an outbox, and looks at what is left; and times enqueueing.

Used by the tests (few kills) and by the benchmarks (many): `kill_many(folder, kills, seed)`, `enqueue_times(folder, count)`.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from cctv_probe.agent.outbox import Outbox, OutboxLimits
from cctv_probe.wire.clock import SystemClock
from tests.unit.agent.outbox.bodies import Say, numbers_of, receipt

_LIMITS = OutboxLimits(free_disk_bytes=0)


@dataclass
class Tally:
    """What became of everything over all kills."""

    kills: int = 0
    enqueued: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)


def kill_many(folder: Path, kills: int, seed: int, *, most_s: float = 0.12) -> Tally:
    """Let a child enqueue, send, acknowledge, drop and tidy, kill it within `most_s`, check, and let the next go on."""
    rng = random.Random(seed)
    tally = Tally()
    witness = folder / "witness.jsonl"
    witness.touch()
    for number in range(kills):
        _one_kill(folder, witness, rng.random() * most_s, seed * 1_000_003 + number)
        tally.kills += 1
        tally.faults += [f"kill {number}: {fault}" for fault in _check(folder, witness)]
        if tally.faults:
            break
    told = _told(witness)
    tally.enqueued, tally.acknowledged = len(told["enqueued"]), len(told["acked"])
    return tally


def enqueue_times(folder: Path, count: int = 200, size: int = 41_000) -> tuple[float, float]:
    """(p50, p99) in milliseconds of enqueueing bodies of `size` compressed bytes."""
    box = Outbox(folder / "outbox.sqlite", SystemClock(), _LIMITS)
    writers = [Say(f"timed {number}", int(size * 0.87)) for number in range(count)]
    taken = []
    for number, writer in enumerate(writers):
        begun = time.perf_counter()
        box.enqueue("report", writer, run_id=f"timed {number}")
        taken.append((time.perf_counter() - begun) * 1000)
    box.close()
    taken.sort()
    return taken[count // 2], taken[min(count - 1, count * 99 // 100)]


def _one_kill(folder: Path, witness: Path, after_s: float, seed: int) -> None:
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(begun)
            _work(folder, witness, random.Random(seed), tell)
        except BaseException:
            (folder / "failure.txt").write_text(traceback.format_exc())
        finally:
            os._exit(1)
    os.close(tell)
    try:
        ready, _, _ = select.select([begun], [], [], 60)
        assert ready, "the child did not begin"
        if os.read(begun, 1) != b".":
            raise AssertionError("the child ended before it was killed")
        select.select([begun], [], [], after_s)  # wakes early only where the child ended by itself
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(begun)
    if not os.WIFSIGNALED(status):
        raise AssertionError((folder / "failure.txt").read_text())


def _work(folder: Path, witness: Path, rng: random.Random, tell: int) -> None:
    """What an agent does, with a line in the witness after each step that returned."""
    os.write(tell, b".")
    with witness.open("a", buffering=1) as log:
        box = Outbox(folder / "outbox.sqlite", SystemClock(), _LIMITS)
        number = len(_told(witness)["enqueued"])
        while True:
            choice = rng.random()
            if choice < 0.5:
                row = box.enqueue("report", Say(f"run {number}", rng.randint(100, 60_000)), run_id=f"run {number}")
                assert row is not None
                log.write(json.dumps(["enqueued", f"run {number}", row.report_id]) + "\n")
                number += 1
            elif choice < 0.9 and (due := box.next_due()):
                box.begin(due.report_id)
                box.acked(due.report_id, receipt(due))
                log.write(json.dumps(["acked", due.seq, due.report_id]) + "\n")
            elif choice < 0.93 and (queued := box.rows("queued")) and queued[0].kind == "report":
                box.drop(queued[0].report_id)
                log.write(json.dumps(["dropped", queued[0].seq, queued[0].report_id]) + "\n")
            elif choice < 0.96:
                box.close()
            else:
                box.housekeeping()


def _told(witness: Path) -> dict[str, list[tuple[str, str]]]:
    told: dict[str, list[tuple[str, str]]] = {"enqueued": [], "acked": [], "dropped": []}
    for line in witness.read_text().splitlines():
        try:
            what, name, report_id = json.loads(line)
        except ValueError:
            continue  # the line that was being written
        told[what].append((name, report_id))
    return told


def _check(folder: Path, witness: Path) -> list[str]:
    box = Outbox(folder / "outbox.sqlite", SystemClock(), _LIMITS)
    told = _told(witness)
    faults = [f"damage: {damage.text.en}" for damage in box.verify()]
    by_id = {row.report_id: row for row in box.rows()}
    runs = [row.run_id for row in by_id.values() if row.run_id]
    if len(runs) != len(set(runs)):
        faults.append("a run stands there twice")
    faults += [f"{run} is lost" for run, name in told["enqueued"] if name not in by_id or by_id[name].run_id != run]
    receipts = {one["report_id"] for one in box.receipts(1_000_000)}
    faults += [f"receipt of {seq} is lost" for seq, name in told["acked"] if name not in receipts]
    faults += [f"{seq} was not dropped" for seq, name in told["dropped"] if by_id[name].state != "dropped"]
    untold = {number for gap in box.gathering() for first, last in gap.seqs for number in range(first, last + 1)}
    in_gaps = [
        number
        for row in by_id.values()
        if row.kind == "gap" and row.body_kept
        for number in numbers_of(json.loads(box.body(row.report_id)))
    ]
    given_up = {row.seq for row in by_id.values() if row.state in ("dropped", "expired")}
    if given_up != untold | set(in_gaps) or len(in_gaps) != len(set(in_gaps)) or untold & set(in_gaps):
        faults.append("gaps do not tell exactly what was given up")
    if sorted(row.seq for row in by_id.values()) != list(range(1, len(by_id) + 1)):
        faults.append("numbers are missing")
    if (stuck := box.rows("sending")) and box.next_due() in stuck:
        faults.append("a report is stuck")
    box.close()
    return faults


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(f"{kill_many(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 20, 1)}\n")
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write("enqueue, 41 KB: p50 {:.1f} ms, p99 {:.1f} ms\n".format(*enqueue_times(Path(name))))
