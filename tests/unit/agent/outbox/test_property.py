"""Whatever happens, in whatever order: every number ever given out was delivered, still waits, or is told of in a gap."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cctv_probe.agent.outbox import Outbox, OutboxLimits, Row
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.outbox.bodies import Say, numbers_of, outbox, receipt

PICK = st.integers(0, 1000)


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.free = 1 << 40
        self.limits = OutboxLimits(bytes=24 * 1024, age=timedelta(days=10), free_disk_bytes=1 << 20)
        self.box = self._open()
        self.runs = 0
        self.believed: set[str] = set()

    def _open(self) -> Outbox:
        return outbox(Path(self._folder.name), self.clock, self.limits, free_bytes=lambda: self.free)

    def teardown(self) -> None:
        self.box.close()
        self._folder.cleanup()

    def _any(self, pick: int, *states: str) -> Row | None:
        rows = [row for row in self.box.rows() if row.state in states]
        return rows[pick % len(rows)] if rows else None

    @rule(size=st.integers(10, 8_000), held=st.booleans())
    def enqueue(self, size: int, held: bool) -> None:
        self.runs += 1
        row = self.box.enqueue("report", Say(f"run {self.runs}", size), run_id=f"run {self.runs}", held=held)
        again = self.box.enqueue("report", Say(f"run {self.runs}", size), run_id=f"run {self.runs}", held=held)
        assert (row and row.report_id) == (again and again.report_id)

    @rule()
    def enqueue_on_a_short_disk(self) -> None:
        self.runs += 1
        self.free = 0
        assert self.box.enqueue("report", Say(f"run {self.runs}"), run_id=f"run {self.runs}") is None
        self.free = 1 << 40

    @rule(delivered=st.booleans())
    def send(self, delivered: bool) -> None:
        row = self.box.next_due()
        if row is None:
            return
        self.box.begin(row.report_id)
        if delivered:
            self.box.acked(row.report_id, receipt(row))
            self.believed.add(row.report_id)
        else:
            self.box.retry(row.report_id, self.clock.now() + timedelta(minutes=5), "busy")

    @rule()
    def begin_and_crash(self) -> None:
        if row := self.box.next_due():
            self.box.begin(row.report_id)
        self.box.close()
        self.box = self._open()

    @rule(pick=PICK)
    def quarantine(self, pick: int) -> None:
        if row := self._any(pick, "queued"):
            self.box.quarantine(row.report_id, "record_refused")

    @rule(pick=PICK, parts=st.integers(1, 3))
    def replace(self, pick: int, parts: int) -> None:
        row = self._any(pick, "queued")
        if row and row.kind != "gap":
            self.box.replace(row.report_id, [Say(f"{row.seq}/{part}", 500) for part in range(parts)], "too_large")

    @rule(pick=PICK)
    def drop(self, pick: int) -> None:
        row = self._any(pick, "queued", "held", "quarantined")
        if row and row.kind != "gap":
            self.box.drop(row.report_id)

    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        if row := self._any(pick, "held"):
            self.box.release(row.report_id)

    @rule(pick=PICK)
    def late_receipt(self, pick: int) -> None:
        row = self._any(pick, "expired", "dropped", "queued", "quarantined")
        if row and row.digest:
            self.box.acked(row.report_id, receipt(row))
            self.believed.add(row.report_id)

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * 3600)
        self.box.housekeeping()

    @rule(days=st.integers(-20_000, 20_000))
    def the_clock_jumps(self, days: int) -> None:
        self.clock.at = FakeClock().at + timedelta(days=days)

    @precondition(lambda self: self.box.rows())
    @rule()
    def the_file_is_lost(self) -> None:
        if any(row.state == "acked" for row in self.box.rows()):
            return  # what was delivered is forgotten then, and may be told of as lost
        self.box.close()
        self.box.path.unlink()

    @invariant()
    def every_number_is_accounted_for(self) -> None:
        rows = self.box.rows()
        assert sorted(row.seq for row in rows) == list(range(1, len(rows) + 1))
        waiting = {row.seq for row in rows if row.state in ("held", "queued", "sending", "quarantined")}
        acked = {row.seq for row in rows if row.state == "acked"}
        replaced = {row.seq for row in rows if row.state == "replaced"}
        untold = [
            number for gap in self.box.gathering() for first, last in gap.seqs for number in range(first, last + 1)
        ]
        told = [
            number
            for row in rows
            if row.kind == "gap" and row.body_kept
            for number in numbers_of(json.loads(self.box.body(row.report_id)))
        ]
        old_gaps = {row.seq for row in rows if row.kind == "gap" and row.state == "acked" and not row.body_kept}
        told += [row.seq for row in rows if row.gap_seq in old_gaps]
        assert len(untold) == len(set(untold))
        assert len(told) == len(set(told)), "nothing is told twice"
        assert waiting | acked | replaced | set(untold) | set(told) == {row.seq for row in rows}
        assert not waiting & (set(untold) | set(told))
        assert not set(untold) & set(told)

    @invariant()
    def the_cap_holds_and_gaps_are_kept(self) -> None:
        rows = self.box.rows()
        kept = sum(row.bytes or 0 for row in rows if row.body_kept and row.kind != "gap" and row.state != "sending")
        assert kept <= self.limits.bytes
        assert all(
            row.state in ("queued", "sending", "acked", "quarantined")
            for row in rows
            if row.kind == "gap" and row.digest
        )

    @invariant()
    def it_is_sound(self) -> None:
        assert self.box.verify() == []


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOutbox.pytestmark = [pytest.mark.timeout(400)]  # type: ignore[attr-defined]  # pytest reads it from any class
