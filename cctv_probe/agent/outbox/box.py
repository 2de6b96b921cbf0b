"""The outbox: what was accepted is delivered, or a gap says that it will not be. Read `Outbox` from top to bottom."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cctv_probe.agent.outbox import ageing, changes, packing, rows, words
from cctv_probe.agent.outbox.carrying import Believe, WriteBundle, fitting, read_carried, take_receipts, write_file
from cctv_probe.agent.outbox.changes import Change, Entry
from cctv_probe.agent.outbox.keeping import Keeping
from cctv_probe.agent.outbox.terms import (
    DISK,
    REASONS,
    Damage,
    Depth,
    Gathering,
    Imported,
    OutboxError,
    Row,
    State,
    Tidied,
    Write,
)
from cctv_probe.agent.outbox.tidying import thin, tidy
from cctv_probe.agent.outbox.verifying import damages
from cctv_probe.wire.clock import utc_text

_MOST_DAMAGED = 10_000
_BY_HAND: tuple[State, ...] = ("held", "queued", "quarantined")


class Outbox(Keeping):
    """The outbox at `path`. Safe between threads and processes; the file is opened at the first use.

    `heading` gives what gap bodies begin with (agent_id, lao_code, clock_offset_s, program), else that of the last body;
    `free_bytes` what the disk has left; `on_event` is told what happened, after it is on disk. Every method raises
    `OutboxError`; nothing that was accepted before is lost by that.
    """

    # --- what comes in ------------------------------------------------------------------------------------------------

    def enqueue(self, kind: str, write: Write, *, run_id: str | None, held: bool = False) -> Row | None:
        """Accept a body: it is on disk when this returns, and is delivered or told of as a gap.

        The row of the same `run_id`, if there is one already. None where the body is not accepted (the disk has less free
        than it must, the body is larger than everything that may wait): its number is told of in a gap.
        """
        try:
            row = self._change(lambda change: self._enqueue(change, kind, write, run_id, held), reserve=False)
        except OutboxError as error:
            if error.code in DISK:
                self._refusals.remember(run_id, kind, self._clock.now())
            raise
        self._refusals.told()
        return None if row.state == "expired" else row

    def _enqueue(self, change: Change, kind: str, write: Write, run_id: str | None, held: bool) -> Row:
        self._refusals.tell(change, run_id)
        already = rows.by_run(change.db, run_id) if run_id else None
        if already:
            return already
        place = changes.slot(change)
        content = changes.compose(change, kind, write, place)
        self._refusals.size(len(content.gz))
        if kind != "gap" and self._free_bytes() < self._limits.free_disk_bytes:
            entry = Entry(kind, "expired", run_id, reason="disk_full")
            row = changes.insert(change, place, entry, content, keep=False)
            change.tell("outbox_refused", seq=row.seq, reason="disk_full")
            return row
        entry = Entry(kind, "held" if held else "queued", run_id)
        changes.insert(change, place, entry, content, keep=True)
        changes.fit(change, self._limits)
        change.tell("outbox_enqueued", report_id=place.report_id, seq=place.seq, kind=kind)
        return rows.by_seq(change.db, place.seq)

    # --- what goes out ------------------------------------------------------------------------------------------------

    def next_due(self, now: datetime | None = None) -> Row | None:
        """The row to send now: the oldest that is queued and whose time has come; None where there is none.

        Its body is sound: what is found damaged here is given up, with a gap. Where nothing else waits, gaps that gather
        get their place in the chain.
        """
        at = now or self._clock.now()
        for _ in range(_MOST_DAMAGED):
            row = self._read(lambda db: rows.due(db, at.timestamp(), self._aged_s(db)))
            if row is None and not (self._requeue_orphans() or self._tell_gaps_if_idle()):
                return None
            if row is not None and self._sound(row):
                return row
        return None

    def next_due_at(self) -> datetime | None:
        """When `next_due` will have something; None where nothing waits to be sent."""
        now = self._clock.now()

        def soonest(db: sqlite3.Connection) -> float | None:
            aged_s = self._aged_s(db)
            left = [ageing.left_s(ageing.Wait(*one), now.timestamp(), aged_s) for one in rows.waits(db)]
            idle = not left and not rows.count(db, "sending") and rows.gathering(db)
            return min(left, default=0.0 if idle else None)

        left_s = self._read(soonest)
        return None if left_s is None else now + timedelta(seconds=left_s)

    def begin(self, report_id: str) -> Row:
        """A request for this report is about to be made: it counts as an attempt. What this process was sending before
        and did not finish goes back to the queue. Raises OutboxError where the report is not queued."""
        self._take_sending()
        try:
            return self._change(lambda change: self._begin(change, report_id))
        except BaseException:
            self._landed()
            raise

    def _begin(self, change: Change, report_id: str) -> Row:
        for other in self._in_flight - {report_id}:
            change.db.execute("UPDATE report SET state = 'queued' WHERE report_id = ? AND state = 'sending'", (other,))
        row = _only(rows.by_id(change.db, report_id), ("queued",))
        changes.turn(change, row.seq, "sending")
        change.db.execute("UPDATE report SET attempts = attempts + 1 WHERE seq = ?", (row.seq,))
        self._in_flight = {report_id}
        return rows.by_seq(change.db, row.seq)

    def acked(self, report_id: str, receipt: Mapping[str, Any]) -> Row:
        """The register has it. The caller believes the receipt; here it must name this report and its digest. The receipt
        is kept for ever. Gaps that gather get their place now, for the register can be reached."""

        def acknowledge(change: Change) -> Row:
            row = rows.by_id(change.db, report_id)
            if (receipt.get("report_id"), receipt.get("digest")) != (row.report_id, row.digest):
                raise OutboxError("not_a_receipt", words.NOT_ITS_RECEIPT.with_(report=report_id))
            changes.acknowledge(change, row, receipt)
            changes.tell_gaps(change, self._heading())
            return rows.by_seq(change.db, row.seq)

        with self._landing():
            return self._change(acknowledge)

    def retry(self, report_id: str, at: datetime, status: str) -> None:
        """Not delivered; again at `at` (at most 6 h from now). A row that has ended meanwhile stays as it is."""

        def again(change: Change) -> None:
            row = rows.by_id(change.db, report_id)
            if row.state in ("sending", "queued"):
                changes.turn(change, row.seq, "queued", status)
                changes.wait(change, row.seq, at)

        with self._landing():
            self._change(again)

    def quarantine(self, report_id: str, status: str) -> None:
        """The register refuses this report: it waits for a person, and holds up nothing."""

        def aside(change: Change) -> None:
            row = _only(rows.by_id(change.db, report_id), ("sending", "queued", "quarantined"))
            changes.turn(change, row.seq, "quarantined", status)
            change.tell("outbox_quarantined", report_id=report_id, seq=row.seq, status=status)

        with self._landing():
            self._change(aside)

    def replace(self, report_id: str, bodies: Sequence[Write], status: str) -> list[Row]:
        """Other bodies go in this one's place (its halves, or the rest of it), all of them or none; their rows in order."""
        if not bodies:
            raise ValueError("a report is replaced by at least one body")

        def instead(change: Change) -> list[Row]:
            row = _only(rows.by_id(change.db, report_id), ("sending", "queued", "quarantined"))
            changes.turn(change, row.seq, "replaced", status)
            made = []
            for write in bodies:
                place = changes.slot(change)
                kind, content = changes.compose_child(change, row.kind, write, place)
                entry = Entry(kind, "queued", family=row.family)
                made.append(changes.insert(change, place, entry, content, keep=True))
            if row.kind == "gap":  # made anew under another name: what it tells of is told by the new one
                change.db.execute("UPDATE report SET gap_seq = ? WHERE gap_seq = ?", (made[-1].seq, row.seq))
            changes.fit(change, self._limits)
            change.tell("outbox_replaced", report_id=report_id, seq=row.seq, by=[child.seq for child in made])
            return made

        with self._landing():
            return self._change(instead)

    # --- what a person decides ----------------------------------------------------------------------------------------

    def release(self, report_id: str) -> Row:
        """A person has approved it: it is sent."""

        def approve(change: Change) -> Row:
            row = _only(rows.by_id(change.db, report_id), ("held",))
            changes.turn(change, row.seq, "queued")
            changes.wait(change, row.seq, change.now)
            change.db.execute("UPDATE body SET review = 0 WHERE seq = ?", (row.seq,))
            change.tell("outbox_released", report_id=report_id, seq=row.seq)
            return rows.by_seq(change.db, row.seq)

        return self._change(approve)

    def drop(self, report_id: str, reason: str = "dropped_by_person") -> None:
        """Give it up; a gap tells the register so. `reason` is one of a gap's, or words that are kept with the row."""

        def give_up(change: Change) -> None:
            row = rows.by_id(change.db, report_id)
            if row.state == "dropped":
                return
            if row.kind == "gap":
                raise OutboxError("wrong_state", words.GAPS_STAY.with_(report=report_id))
            _only(row, _BY_HAND)
            known = reason in REASONS
            changes.give_up(change, row.seq, "dropped", reason if known else REASONS[4], None if known else reason)

        self._change(give_up)

    def retry_now(self, report_id: str) -> Row:
        """A person wants it sent at once, also where the register refused it before."""

        def at_once(change: Change) -> Row:
            row = _only(rows.by_id(change.db, report_id), ("queued", "quarantined"))
            changes.turn(change, row.seq, "queued")
            changes.wait(change, row.seq, change.now)
            return rows.by_seq(change.db, row.seq)

        return self._change(at_once)

    # --- what is there ------------------------------------------------------------------------------------------------

    def depth(self) -> Depth:
        """What waits."""
        return self._read(rows.depth)

    def rows(self, state: State | None = None, limit: int | None = None) -> list[Row]:
        """The rows, oldest first; the newest `limit` of them."""
        return self._read(lambda db: rows.in_state(db, state, limit))

    def row(self, report_id: str) -> Row:
        """One row."""
        return self._read(lambda db: rows.by_id(db, report_id))

    def gathering(self) -> list[Gathering]:
        """What was given up and not told yet."""
        return self._read(rows.gathering)

    def compressed(self, report_id: str) -> bytes:
        """The body as it is sent (gzip)."""
        return self._read(lambda db: rows.body(db, rows.by_id(db, report_id)))

    def body(self, report_id: str) -> bytes:
        """The canonical body."""
        digest, gz = self._read(lambda db: _both(db, report_id))
        try:
            return packing.unpacked(gz, digest)
        except packing.UnreadableError:
            raise OutboxError("no_body", words.BODY_DAMAGED.with_(report=report_id)) from None

    def receipt(self, report_id: str) -> dict[str, Any] | None:
        """The receipt of a report."""
        return self._read(lambda db: rows.receipt(db, rows.by_id(db, report_id).seq))

    def receipts(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest receipts, newest first."""
        return self._read(lambda db: rows.receipts(db, limit))

    def housekeeping(self, now: datetime | None = None) -> Tidied:
        """Hold the limits, remove bodies that were delivered long ago, give room back to the disk, check the file once a
        day. Call it every hour or so. `now` is only the time written down; ages are the outbox's own."""
        short = self._free_bytes() < self._limits.free_disk_bytes
        done = self._change(lambda change: tidy(change, self._limits, short=short), now)
        self._check_daily()
        self._write(thin)
        if not short:
            self._file.renew_reserve()
        return done

    def verify(self) -> list[Damage]:
        """Everything that is wrong with what is kept: the file, bodies, the chain, receipts. A file that cannot be opened is
        begun anew first, as with every use; `inspect` only looks."""
        self._read(rows.head)
        return self._read(lambda db: damages(db, self.chain))

    # --- carried by hand ----------------------------------------------------------------------------------------------

    def export(self, path: Path, write: WriteBundle) -> list[Row]:
        """Write what waits to be sent (at most what a bundle holds, oldest first) to a file; the rows in it. They wait on
        until their receipts are imported. `write` gets the file, the rows and what reads a row's canonical body."""
        self._change(lambda change: changes.tell_gaps(change, self._heading()))
        taken = fitting(self.rows("queued"))
        write_file(path, lambda file: write(file, taken, lambda row: self.body(row.report_id)))

        def mark(change: Change) -> None:
            stamp = utc_text(change.now)
            marks = [(stamp, row.report_id) for row in taken]
            change.db.executemany("UPDATE report SET exported_utc = ? WHERE report_id = ?", marks)
            change.tell("outbox_exported", count=len(taken))

        self._change(mark)
        return taken

    def import_receipts(self, path: Path, believe: Believe) -> Imported:
        """Take receipts that were carried back. `believe` says of each whether it is the register's and for this agent:
        a sentence where it is not, None where it is. Importing twice is importing once."""
        carried = read_carried(path)

        def take(change: Change) -> Imported:
            done = take_receipts(change, carried, believe)
            if done.acknowledged:
                changes.tell_gaps(change, self._heading())
            return done

        return self._change(take)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _sound(self, row: Row) -> bool:
        """Whether the row still waits with the body that was once accepted; where that is damaged, the row is given up."""

        def still(db: sqlite3.Connection) -> tuple[bool, str | None]:
            waits = rows.by_id(db, row.report_id).state == "queued"
            return waits, rows.fault(db, row) if waits else None

        waits, fault = self._read(still)
        if fault is None:
            return waits

        def give_up(change: Change) -> None:
            if rows.by_id(change.db, row.report_id).state == "queued" and rows.fault(change.db, row):
                changes.give_up(change, row.seq, "expired", "corrupt", fault)

        self._change(give_up)
        return False

    def _tell_gaps_if_idle(self) -> bool:
        """Whether gaps that gathered got their place, because nothing else waits to be sent."""
        idle = self._read(lambda db: not rows.count(db, "queued", "sending") and bool(rows.gathering(db)))
        return idle and bool(self._change(lambda change: changes.tell_gaps(change, self._heading())))


def _both(db: sqlite3.Connection, report_id: str) -> tuple[str | None, bytes]:
    row = rows.by_id(db, report_id)
    return row.digest, rows.body(db, row)


def _only(row: Row, states: tuple[State, ...]) -> Row:
    """The row, if it is in one of these states. Raises OutboxError."""
    if row.state in states:
        return row
    if row.state == "sending":
        raise OutboxError("busy", words.BEING_SENT.with_(report=row.report_id))
    raise OutboxError("wrong_state", words.WRONG_STATE.with_(report=row.report_id, state=words.STATE_WORDS[row.state]))
