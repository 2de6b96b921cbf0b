"""Changing the tables. Every function runs inside one transaction that its caller has begun, and none commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cctv_probe.agent.outbox import rows
from cctv_probe.agent.outbox.ageing import Moment, wait_until
from cctv_probe.agent.outbox.packing import Packed, completed, packed
from cctv_probe.agent.outbox.sacrifice import victims
from cctv_probe.agent.outbox.terms import Gathering, OutboxLimits, Row, Slot, State, Write
from cctv_probe.contract.canonical import canonical
from cctv_probe.wire.clock import utc_text
from cctv_probe.wire.run_id import new_run_id

_HEADING = ("agent_id", "lao_code", "clock_offset_s", "program")
_RANGES_OF_A_GAP = 1000


class WriterError(Exception):
    """The writer of a body failed with an error that must not be taken for the outbox's own; it is the cause of this one."""


@dataclass
class Change:
    """One transaction: its connection, its time by all clocks, and what is to be told once it is on disk."""

    db: sqlite3.Connection
    now: datetime
    aged_s: float
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    head_moved: bool = False

    @classmethod
    def begun(cls, db: sqlite3.Connection, now: datetime, moment: Moment) -> Change:
        """A transaction; the outbox's count of time is brought up to date first."""
        age = rows.age(db, moment)
        db.execute(
            "UPDATE state SET aged_s = ?, wall_s = ?, mono_s = ?, boot = ?",
            (age.aged_s, age.at.wall_s, age.at.mono_s, age.at.boot),
        )
        return cls(db, now, age.aged_s)

    def tell(self, event: str, **facts: object) -> None:
        """Say so after the commit."""
        self.events.append((event, facts))


def slot(change: Change) -> Slot:
    """The next place in the chain."""
    seq, digest = change.db.execute("SELECT seq, digest FROM state").fetchone()
    return Slot(new_run_id(change.now), seq + 1, digest, utc_text(change.now))


@dataclass(frozen=True, slots=True)
class Entry:
    """How a new row begins."""

    kind: str
    state: State
    run_id: str | None = None
    family: str | None = None
    reason: str | None = None


def insert(change: Change, place: Slot, entry: Entry, content: Packed | None, *, keep: bool) -> Row:
    """Put a body into its place. `keep` False: only its number and digest are noted, the body is given up."""
    change.db.execute(
        "INSERT INTO report (seq, report_id, kind, state, run_id, family, created_utc, aged_s, digest, bytes, kept, "
        "next_wall_s, next_aged_s, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            place.seq,
            place.report_id,
            entry.kind,
            entry.state,
            entry.run_id,
            entry.family or place.report_id,
            place.created_utc,
            change.aged_s,
            content.digest if content else None,
            len(content.gz) if content else None,
            int(keep),
            change.now.timestamp(),
            change.aged_s,
            entry.reason,
        ),
    )
    if keep and content:
        change.db.execute(
            "INSERT INTO body (seq, review, gz) VALUES (?, ?, ?)", (place.seq, int(entry.state == "held"), content.gz)
        )
    digest = content.digest if content else place.previous
    change.db.execute("UPDATE state SET seq = ?, digest = ?", (place.seq, digest))
    change.head_moved = True
    return rows.by_seq(change.db, place.seq)


def compose(change: Change, kind: str, write: Write, place: Slot) -> Packed:
    """Let the writer make the body of a place; what gap bodies begin with is learned from it. Raises ValueError,
    WriterError."""
    return _packed(change, kind, _written(write, place), place)


def compose_child(change: Change, parent: str, write: Write, place: Slot) -> tuple[str, Packed]:
    """The body that goes in another's place, and its kind: as it says itself (a remainder of a report may be records),
    else its parent's. Raises ValueError, WriterError."""
    written = _written(write, place)
    kind = str(written.get("kind", parent))
    if kind not in ("report", "records", parent) or (parent == "gap") != (kind == "gap"):
        raise ValueError(f"a {kind} goes in no report's place")
    return kind, _packed(change, kind, written, place)


def _written(write: Write, place: Slot) -> Mapping[str, Any]:
    try:
        return write(place)
    except (OSError, sqlite3.Error) as error:
        raise WriterError from error


def _packed(change: Change, kind: str, written: Mapping[str, Any], place: Slot) -> Packed:
    body = completed(kind, written, place)
    heading = {name: body.get(name) for name in _HEADING}
    if heading["agent_id"] and heading["lao_code"]:
        remember_heading(change, heading)
    return packed(body)


def remember_heading(change: Change, heading: Mapping[str, Any]) -> None:
    """What gap bodies begin with from now on."""
    change.db.execute(
        "UPDATE state SET heading = ?", (canonical({name: heading.get(name) for name in _HEADING}).decode(),)
    )


def turn(change: Change, seq: int, state: State, status: str | None = None) -> None:
    """A row's new state; its status where one is given."""
    ended = None if state in ("held", "queued", "sending", "quarantined") else change.aged_s
    change.db.execute(
        "UPDATE report SET state = ?, status = coalesce(?, status), ended_aged_s = ? WHERE seq = ?",
        (state, status, ended, seq),
    )


def wait(change: Change, seq: int, until: datetime) -> None:
    """Not again before `until`."""
    found = wait_until(until.timestamp(), change.now.timestamp(), change.aged_s)
    change.db.execute(
        "UPDATE report SET next_wall_s = ?, next_aged_s = ? WHERE seq = ?", (found.wall_s, found.aged_s, seq)
    )


def give_up(change: Change, seq: int, state: State, reason: str, status: str | None = None) -> None:
    """The body goes; its number gathers for the gap that tells so. Where it was the last part of a report that went in
    parts, the numbers of what the parts replaced gather too: nobody will ever name them to the register."""
    family = rows.by_seq(change.db, seq).family
    _give_up(change, seq, state, reason, status)
    if not rows.has_hope(change.db, family):
        for replaced in rows.of_family(change.db, family, "replaced"):
            change.db.execute(
                "UPDATE report SET bytes = 0 WHERE seq = ?", (replaced,)
            )  # they are counted with its parts
            _give_up(change, replaced, state, reason, None)


def _give_up(change: Change, seq: int, state: State, reason: str, status: str | None) -> None:
    change.db.execute("DELETE FROM body WHERE seq = ?", (seq,))
    turn(change, seq, state, status)
    change.db.execute("UPDATE report SET kept = 0, reason = ? WHERE seq = ?", (reason, seq))
    change.tell("outbox_given_up", seq=seq, reason=reason)


def remove_bodies(change: Change, seqs: list[int]) -> None:
    """Bodies that are not needed any more: delivered, or replaced by their parts."""
    for seq in seqs:
        change.db.execute("DELETE FROM body WHERE seq = ?", (seq,))
        change.db.execute("UPDATE report SET kept = 0 WHERE seq = ?", (seq,))


def delivered_bodies(change: Change, before_aged_s: float | None = None) -> list[tuple[int, int]]:
    """(number, bytes) of kept bodies that were delivered or replaced, oldest first; those that ended before a time."""
    found = change.db.execute(
        "SELECT seq, bytes FROM report WHERE kept = 1 AND state IN ('acked', 'replaced') "
        "AND (:before IS NULL OR ended_aged_s <= :before) ORDER BY seq",
        {"before": before_aged_s},
    )
    return found.fetchall()


def fit(change: Change, limits: OutboxLimits) -> list[int]:
    """Make everything fit into the limit of bytes: first bodies that were delivered, then what is given up. The numbers
    given up."""
    surplus = rows.kept_bytes(change.db) - limits.bytes
    if surplus <= 0:
        return []
    for seq, size in delivered_bodies(change):
        if surplus <= 0:
            break
        remove_bodies(change, [seq])
        surplus -= size
    if surplus <= 0:
        return []
    chosen = victims(rows.waiting(change.db, limits.zone), surplus)
    for seq in chosen:
        _expire(change, seq, "cap_bytes")
    return chosen


def expire_old(change: Change, limits: OutboxLimits) -> list[int]:
    """Give up what has waited longer than the limit; the numbers."""
    oldest = change.aged_s - limits.age.total_seconds()
    chosen = [one.seq for one in rows.waiting(change.db, limits.zone) if one.aged_s < oldest and not one.fixed]
    for seq in chosen:
        _expire(change, seq, "cap_age")
    return chosen


def _expire(change: Change, seq: int, reason: str) -> None:
    refused = rows.by_seq(change.db, seq).state == "quarantined"
    give_up(change, seq, "expired", "quarantined" if refused else reason)


def acknowledge(change: Change, row: Row, receipt: Mapping[str, Any]) -> bool:
    """Keep the receipt; whether it is the first. The caller has checked that it is this row's."""
    if row.acked_utc is not None:
        return False
    change.db.execute(
        "INSERT INTO receipt (seq, report_id, digest, acked_utc, receipt) VALUES (?, ?, ?, ?, ?)",
        (row.seq, row.report_id, row.digest, utc_text(change.now), canonical(receipt).decode()),
    )
    if row.gap_seq is None:  # a receipt that comes after the row was given up takes it out of the gap that gathers
        change.db.execute("UPDATE report SET reason = NULL WHERE seq = ?", (row.seq,))
    turn(change, row.seq, "acked", "")
    for seq in rows.given_up_with_parts(change.db, row.family):  # a part arrived after all, and names what it replaced
        change.db.execute("UPDATE report SET state = 'replaced', reason = NULL WHERE seq = ?", (seq,))
    change.tell("outbox_acknowledged", report_id=row.report_id, seq=row.seq)
    return True


def tell_gaps(change: Change, heading: Mapping[str, Any] | None) -> list[Row]:
    """Give every gathering gap its number and its body, for ever; the rows. Nothing where it is not known yet who we are."""
    if heading:
        remember_heading(change, heading)
    begins = rows.head(change.db).heading
    if not begins or not begins.get("agent_id"):
        return []
    return [_told(change, part, begins) for gap in rows.gathering(change.db) for part in _parts(gap)]


def _parts(gap: Gathering) -> list[Gathering]:
    """A gap of very many pieces is told in several bodies, so that none grows without end."""
    if len(gap.seqs) <= _RANGES_OF_A_GAP:
        return [gap]
    pieces = [gap.seqs[at : at + _RANGES_OF_A_GAP] for at in range(0, len(gap.seqs), _RANGES_OF_A_GAP)]
    return [
        Gathering(gap.reason, piece, sum(last - first + 1 for first, last in piece), None, gap.from_utc, gap.to_utc)
        for piece in pieces
    ]


def _told(change: Change, gap: Gathering, heading: Mapping[str, Any]) -> Row:
    shape = {
        "from_utc": gap.from_utc,
        "to_utc": gap.to_utc,
        "first_seq": gap.seqs[0][0] if gap.seqs else None,
        "last_seq": gap.seqs[-1][1] if gap.seqs else None,
        "count": gap.count,
        "bytes": gap.bytes,
        "reason": gap.reason,
        "seqs": [list(pair) for pair in gap.seqs],
    }
    place = slot(change)
    content = packed(completed("gap", {**heading, "gap": shape}, place))
    row = insert(change, place, Entry("gap", "queued"), content, keep=True)
    for first, last in gap.seqs:
        change.db.execute(
            f"UPDATE report SET gap_seq = ? WHERE seq BETWEEN ? AND ? AND {rows.UNTOLD} AND coalesce(reason, 'corrupt') = ?",  # noqa: S608 - a constant
            (row.seq, first, last, gap.reason),
        )
    change.db.execute("UPDATE state SET blind = 0")
    change.tell("outbox_gap", report_id=row.report_id, seq=row.seq, reason=gap.reason, count=gap.count)
    return row


def note_lost(change: Change, seqs: list[int], reason: str = "corrupt") -> None:
    """Numbers that were given out and of which nothing else is known any more."""
    for seq in seqs:
        name = new_run_id(change.now)
        change.db.execute(
            "INSERT INTO report (seq, report_id, kind, state, family, aged_s, kept, reason) "
            "VALUES (?, ?, 'report', 'expired', ?, ?, 0, ?)",
            (seq, name, name, change.aged_s, reason),
        )


def requeue_sending(change: Change) -> int:
    """What a process was sending when it ended goes back to the queue; how many."""
    return change.db.execute("UPDATE report SET state = 'queued' WHERE state = 'sending'").rowcount
