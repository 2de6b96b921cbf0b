"""What is noted when a database is begun, begun anew, or found to be older than the head beside it. Inside a transaction."""

from __future__ import annotations

from cctv_probe.agent.outbox.chain import Head
from cctv_probe.agent.outbox.changes import Change, note_lost, remember_heading
from cctv_probe.agent.outbox.file import Begun
from cctv_probe.agent.outbox.rows import head
from cctv_probe.agent.outbox.salvage import UNKNOWN_AGE_S, missing

_MOST_LOST = 20_000


def take_over(change: Change, begun: Begun) -> None:
    """A new database knows its head, what was carried over, and what is lost and has to be told."""
    found, known = begun.found, begun.known
    ahead = known is not None and known.seq >= found.seq
    seq, digest = (known.seq, known.digest) if known and ahead else (found.seq, found.digest)
    lost = list(missing(found, known, _MOST_LOST))
    db = change.db
    db.execute("UPDATE state SET seq = ?, digest = ?, base_seq = ?", (seq, digest, seq))
    db.execute("UPDATE state SET aged_s = max(aged_s, (SELECT coalesce(max(aged_s), 0) FROM report))")
    db.execute("UPDATE report SET aged_s = (SELECT aged_s FROM state) WHERE aged_s = ?", (UNKNOWN_AGE_S,))
    db.execute("UPDATE report SET gap_seq = NULL WHERE gap_seq NOT IN (SELECT seq FROM report)")
    if known and known.heading and head(db).heading is None:
        remember_heading(change, known.heading)
    note_lost(change, lost)
    if begun.why == "new" and not lost:
        return
    if known is None and not found.seqs:
        db.execute("UPDATE state SET blind = 1")
    aside = begun.aside.name if begun.aside else None
    change.tell("outbox_damaged", why=begun.why, aside=aside, carried_over=len(found.seqs), lost=len(lost))


def catch_up(change: Change, known: Head | None) -> None:
    """The head beside the database is further than the database: numbers were given out that it does not know (an older
    copy was put in its place, or its last changes never reached the disk)."""
    if known is None:
        return
    seq = change.db.execute("SELECT seq FROM state").fetchone()[0]
    if known.seq <= seq:
        return
    lost = list(range(max(seq + 1, known.waiting_from, known.seq - _MOST_LOST + 1), known.seq + 1))
    note_lost(change, lost)
    change.db.execute("UPDATE state SET seq = ?, digest = ?", (known.seq, known.digest))
    if lost and lost[0] > seq + 1:
        change.db.execute("UPDATE state SET base_seq = ?", (known.seq,))
    change.head_moved = True
    change.tell("outbox_damaged", why="older than the head beside it", aside=None, carried_over=seq, lost=len(lost))
