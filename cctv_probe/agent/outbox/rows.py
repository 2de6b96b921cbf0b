"""Reading the tables: rows by id, number, state; what waits, what gathers. Nothing here writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from cctv_probe.agent.outbox import words
from cctv_probe.agent.outbox.ageing import MOST_WAIT_S, Age, Moment
from cctv_probe.agent.outbox.chain import Head
from cctv_probe.agent.outbox.packing import UnreadableError, unpacked
from cctv_probe.agent.outbox.ranges import ranges
from cctv_probe.agent.outbox.sacrifice import Waiting
from cctv_probe.agent.outbox.terms import Depth, Gathering, OutboxError, Row, State

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SELECT = """SELECT r.seq, r.report_id, r.kind, r.state, r.created_utc, r.digest, r.bytes, r.kept, r.attempts,
    r.next_wall_s, r.status, r.run_id, r.family, r.reason, r.gap_seq, c.acked_utc, r.exported_utc
    FROM report r LEFT JOIN receipt c ON c.seq = r.seq """
UNTOLD = "state IN ('expired', 'dropped') AND gap_seq IS NULL"
ON_THEIR_WAY = "state IN ('held', 'queued', 'sending', 'quarantined')"

# What is told of in a gap is done with only when that gap was delivered; what was replaced, when a part was.
_FIRST = f"""SELECT min(seq) FROM (
    SELECT min(seq) AS seq FROM report WHERE {ON_THEIR_WAY} UNION ALL SELECT min(seq) FROM report WHERE {UNTOLD}
    UNION ALL SELECT min(seq) FROM report WHERE gap_seq IN (SELECT seq FROM report WHERE kind = 'gap' AND {ON_THEIR_WAY})
    UNION ALL SELECT min(seq) FROM report r WHERE state = 'replaced' AND NOT EXISTS
    (SELECT 1 FROM report c WHERE c.family = r.family AND c.state = 'acked')
)"""  # noqa: S608 - constants


def moment_of(text: str | None) -> datetime | None:
    """`2026-11-23T02:00:00Z` → datetime in UTC."""
    return datetime.fromisoformat(text) if text else None


def time_of(seconds: float) -> datetime:
    """Seconds since 1970 → datetime in UTC, whatever a wrong clock once wrote."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return _EPOCH


def _row(values: Sequence[Any]) -> Row:
    (seq, report_id, kind, state, created, digest, size, kept, attempts, next_s, *more) = values
    status, run_id, family, reason, gap_seq, acked, exported = more
    return Row(
        seq=seq,
        report_id=report_id,
        kind=kind,
        state=state,
        created_utc=moment_of(created),
        digest=digest,
        bytes=size,
        body_kept=bool(kept),
        attempts=attempts,
        next_try_utc=time_of(next_s) if state in ("queued", "sending") else None,
        status=status,
        run_id=run_id,
        family=family,
        reason=reason,
        gap_seq=gap_seq,
        acked_utc=moment_of(acked),
        exported_utc=moment_of(exported),
    )


def by_id(db: sqlite3.Connection, report_id: str) -> Row:
    """The row of a report. Raises OutboxError."""
    found = db.execute(_SELECT + "WHERE r.report_id = ?", (report_id,)).fetchone()
    if found is None:
        raise OutboxError("unknown_report", words.UNKNOWN.with_(report=report_id))
    return _row(found)


def by_run(db: sqlite3.Connection, run_id: str) -> Row | None:
    """The row that a run was enqueued as."""
    found = db.execute(_SELECT + "WHERE r.run_id = ?", (run_id,)).fetchone()
    return _row(found) if found else None


def by_seq(db: sqlite3.Connection, seq: int) -> Row:
    """The row with a number that is known to be there."""
    return _row(db.execute(_SELECT + "WHERE r.seq = ?", (seq,)).fetchone())


def in_state(db: sqlite3.Connection, state: State | None, limit: int | None) -> list[Row]:
    """The rows in a state (None: all), oldest first; the newest `limit` of them."""
    where, given = ("WHERE r.state = ? ", [state]) if state else ("", [])
    found = db.execute(_SELECT + where + "ORDER BY r.seq DESC LIMIT ?", (*given, -1 if limit is None else limit))
    return [_row(values) for values in reversed(found.fetchall())]


def due(db: sqlite3.Connection, now_s: float, aged_s: float) -> Row | None:
    """The queued row with the lowest number whose time has come."""
    found = db.execute(
        _SELECT
        + "WHERE r.state = 'queued' AND (r.next_wall_s <= :now OR r.next_aged_s <= :aged OR r.next_wall_s > :far) "
        "ORDER BY r.seq LIMIT 1",
        {"now": now_s, "aged": aged_s, "far": now_s + MOST_WAIT_S},
    ).fetchone()
    return _row(found) if found else None


def waits(db: sqlite3.Connection) -> Iterator[tuple[float, float]]:
    """Until when each queued row waits: by the wall clock, by the outbox's count."""
    return iter(db.execute("SELECT next_wall_s, next_aged_s FROM report WHERE state = 'queued'").fetchall())


def count(db: sqlite3.Connection, *states: State) -> int:
    """How many rows are in these states."""
    marks = ",".join("?" * len(states))
    return int(db.execute(f"SELECT count(*) FROM report WHERE state IN ({marks})", states).fetchone()[0])  # noqa: S608 - only marks are put in


def depth(db: sqlite3.Connection) -> Depth:
    """What waits."""
    told = db.execute(
        f"SELECT state, count(*), coalesce(sum(bytes), 0), min(created_utc) FROM report WHERE {ON_THEIR_WAY} GROUP BY state"  # noqa: S608 - a constant
    ).fetchall()
    counts = {state: number for state, number, _, _ in told}
    still = len(gathering(db))
    oldest = min((created for _, _, _, created in told if created), default=None)
    return Depth(
        queued=counts.get("queued", 0) + counts.get("sending", 0) + still,
        bytes=sum(size for _, _, size, _ in told),
        oldest_utc=moment_of(oldest),
        quarantined=counts.get("quarantined", 0),
        held=counts.get("held", 0),
    )


def gathering(db: sqlite3.Connection) -> list[Gathering]:
    """What was given up and not told yet, by reason."""
    by_reason: dict[str, list[tuple[int, int | None, str | None]]] = {}
    for seq, reason, size, created in db.execute(
        f"SELECT seq, reason, bytes, created_utc FROM report WHERE {UNTOLD} ORDER BY seq"  # noqa: S608 - a constant
    ):
        by_reason.setdefault(reason or "corrupt", []).append((seq, size, created))
    found = [_gathered(reason, rows) for reason, rows in by_reason.items()]
    if not found and is_blind(db):
        found.append(Gathering("corrupt", (), None, None, None, None))
    return found


def _gathered(reason: str, rows: list[tuple[int, int | None, str | None]]) -> Gathering:
    sizes = [size for _, size, _ in rows]
    times = sorted(created for _, _, created in rows if created)
    known = [size for size in sizes if size is not None]
    return Gathering(
        reason=reason,
        seqs=ranges(seq for seq, _, _ in rows),
        count=len(rows),
        bytes=sum(known) if len(known) == len(sizes) else None,
        from_utc=times[0] if times else None,
        to_utc=times[-1] if times else None,
    )


def is_blind(db: sqlite3.Connection) -> bool:
    """Whether a loss is still to be told of which nothing is known."""
    return bool(db.execute("SELECT blind FROM state").fetchone()[0])


def waiting(db: sqlite3.Connection, zone: tzinfo, keep: int | None = None) -> list[Waiting]:
    """Everything that takes room and was not delivered, in order of number; `keep` must stay."""
    return [
        Waiting(
            seq=seq,
            bytes=size or 0,
            snapshot=kind == "report",
            day=day.astimezone(zone).date() if (day := moment_of(created)) else None,
            aged_s=aged_s,
            family=family,
            fixed=kind == "gap" or state == "sending" or seq == keep,
        )
        for seq, size, kind, created, aged_s, family, state in db.execute(
            f"SELECT seq, bytes, kind, created_utc, aged_s, family, state FROM report WHERE {ON_THEIR_WAY} ORDER BY seq"  # noqa: S608 - a constant
        )
    ]


def kept_bytes(db: sqlite3.Connection) -> int:
    """Compressed bytes of all bodies that are kept."""
    return int(db.execute("SELECT coalesce(sum(bytes), 0) FROM report WHERE kept = 1").fetchone()[0])


def age(db: sqlite3.Connection, now: Moment) -> Age:
    """The outbox's own count of time at `now`."""
    aged_s, wall_s, mono_s, boot = db.execute("SELECT aged_s, wall_s, mono_s, boot FROM state").fetchone()
    return Age(aged_s, Moment(wall_s, mono_s, boot)).moved_to(now)


def head(db: sqlite3.Connection) -> Head:
    """The head of the chain as the database knows it."""
    seq, digest, heading = db.execute("SELECT seq, digest, heading FROM state").fetchone()
    first = db.execute(_FIRST).fetchone()[0]
    return Head(seq, digest, first or seq + 1, json.loads(heading) if heading else None)


def body(db: sqlite3.Connection, row: Row) -> bytes:
    """The compressed body. Raises OutboxError where it is not kept."""
    found = db.execute("SELECT gz FROM body WHERE seq = ?", (row.seq,)).fetchone()
    if found is None:
        raise OutboxError("no_body", words.NO_BODY.with_(report=row.report_id))
    return bytes(found[0])


def has_hope(db: sqlite3.Connection, family: str) -> bool:
    """Whether some part of a report still waits or was delivered."""
    found = db.execute(
        f"SELECT 1 FROM report WHERE family = ? AND ({ON_THEIR_WAY} OR state = 'acked') LIMIT 1",  # noqa: S608 - a constant
        (family,),
    )
    return found.fetchone() is not None


def of_family(db: sqlite3.Connection, family: str, state: State) -> list[int]:
    """The numbers of a report and its parts that are in a state."""
    found = db.execute("SELECT seq FROM report WHERE family = ? AND state = ? ORDER BY seq", (family, state))
    return [seq for (seq,) in found]


def given_up_with_parts(db: sqlite3.Connection, family: str) -> list[int]:
    """The numbers of what was replaced and gathers only because every part was given up."""
    found = db.execute(f"SELECT seq FROM report WHERE family = ? AND bytes = 0 AND {UNTOLD}", (family,))  # noqa: S608 - a constant
    return [seq for (seq,) in found]


def fault(db: sqlite3.Connection, row: Row) -> str | None:
    """What is wrong with the body of a row that waits; None where it is what was once accepted."""
    try:
        unpacked(body(db, row), row.digest)
    except (UnreadableError, OutboxError) as error:
        return str(error)
    return None


def receipt(db: sqlite3.Connection, seq: int) -> dict[str, Any] | None:
    """The receipt of a number."""
    found = db.execute("SELECT receipt FROM receipt WHERE seq = ?", (seq,)).fetchone()
    return json.loads(found[0]) if found else None


def receipts(db: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """The newest receipts, newest first by number."""
    found = db.execute("SELECT receipt FROM receipt ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
    return [json.loads(text) for (text,) in found]
