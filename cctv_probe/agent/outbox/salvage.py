"""What can still be read of a damaged database, number by number, into a new one. Bounded in time and bytes.

Every row is looked up by its number alone, newest first, so that a damaged page costs the rows on it and no others. A body
counts only where its digest is right. Where a row is lost and its body is not, the body says what it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cctv_probe.agent.outbox.chain import Head
from cctv_probe.agent.outbox.packing import UnreadableError, place_of, unpacked
from cctv_probe.agent.outbox.schema import PAGE_BYTES, first_page
from cctv_probe.agent.outbox.terms import STATES, WAITING

SALVAGE_S = 20.0
_MOST_NUMBERS = 500_000
UNKNOWN_AGE_S = -1.0
"""Stands where a row's place in the outbox's count of time was lost."""
_REPORT = (
    "seq, report_id, kind, state, run_id, family, created_utc, aged_s, digest, bytes, kept, attempts, next_wall_s, "
    "next_aged_s, status, reason, gap_seq, ended_aged_s, exported_utc"
)
_NAMES = tuple(_REPORT.split(", "))


@dataclass
class Salvaged:
    """What was carried over: the numbers, the last one that was seen, and the oldest of the rows that still wait."""

    seqs: set[int] = field(default_factory=set)
    seq: int = 0
    digest: str | None = None
    complete: bool = True
    """False where the time or the room did not suffice."""


def salvage(damaged: Path, into: sqlite3.Connection, known: Head | None, room_bytes: int) -> Salvaged:
    """Carry over what can be read. `into` has empty tables and an open transaction; `known` is the head noted beside the
    database, if any. Never raises because of what is in `damaged`."""
    found = Salvaged()
    if not damaged.is_file() or damaged.stat().st_size == 0:
        return found
    until = time.monotonic() + SALVAGE_S
    with contextlib.closing(_opened(damaged, until)) as source:
        _carry_state(source, into, found)
        last = max(known.seq if known else 0, found.seq, _largest(source))
        room = room_bytes
        for seq in range(last, max(0, last - _MOST_NUMBERS), -1):
            if time.monotonic() > until:
                found.complete = False
                break
            size = _carry(source, into, found, seq, room)
            room -= size
    return found


def _opened(damaged: Path, until: float) -> sqlite3.Connection:
    """A connection that reads what it can: as the file is, else with a first page made anew."""
    source = _connected(damaged, until)
    try:
        names = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        source.execute("SELECT seq FROM report WHERE seq = 1").fetchone()
        if "body" in names:
            return source
    except sqlite3.Error:
        pass  # its first page says nothing: it gets a new one
    source.close()
    with contextlib.suppress(OSError):
        _graft(damaged)
    return _connected(damaged, until)


def _connected(damaged: Path, until: float) -> sqlite3.Connection:
    source = sqlite3.connect(damaged, timeout=1, isolation_level=None)
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    source.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    with contextlib.suppress(sqlite3.Error):
        source.execute("PRAGMA writable_schema=ON")  # a file shorter than it says is read all the same
        source.execute("PRAGMA query_only=ON")
    return source


def _graft(damaged: Path) -> None:
    """A new first page; the old one is kept beside it."""
    page = first_page(damaged.stat().st_size // PAGE_BYTES, damaged.with_name(damaged.name + ".tables"))
    descriptor = os.open(damaged, os.O_RDWR | os.O_CLOEXEC)
    try:
        damaged.with_name(damaged.name + ".page1").write_bytes(os.pread(descriptor, PAGE_BYTES, 0))
        os.pwrite(descriptor, page, 0)
    finally:
        os.close(descriptor)


def _one(source: sqlite3.Connection, query: str, *given: object) -> tuple[Any, ...] | None:
    try:
        found = source.execute(query, given).fetchone()
    except (sqlite3.Error, OverflowError):
        return None
    return tuple(found) if found else None


def _largest(source: sqlite3.Connection) -> int:
    found = [_one(source, f"SELECT max(seq) FROM {table}") for table in ("report", "body", "receipt")]  # noqa: S608 - constants
    return max((one[0] for one in found if one and isinstance(one[0], int) and 0 < one[0] < 2**53), default=0)


def _carry_state(source: sqlite3.Connection, into: sqlite3.Connection, found: Salvaged) -> None:
    state = _one(source, "SELECT seq, digest, aged_s, wall_s, mono_s, boot, heading, blind FROM state WHERE id = 1")
    if state is None or not isinstance(state[0], int) or not 0 <= state[0] < 2**53:
        return
    if not _inserted(
        into,
        "UPDATE state SET aged_s = ?, wall_s = ?, mono_s = ?, boot = ?, heading = ?, blind = ?",
        (*state[2:6], _heading(state[6]), state[7]),
    ):
        return
    found.seq, found.digest = state[0], _digest_or_none(state[1])


def _heading(text: object) -> str | None:
    try:
        return text if isinstance(text, str) and isinstance(json.loads(text), dict) else None
    except (ValueError, RecursionError):
        return None


def _digest_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) == 64 else None


def _inserted(into: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> bool:
    """Whether these values could be put into the new tables: their checks judge them. A full disk is another matter."""
    try:
        into.execute(statement, values)
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError):
        return False
    return True


def _carry(source: sqlite3.Connection, into: sqlite3.Connection, found: Salvaged, seq: int, room: int) -> int:
    """One number; the bytes that its body takes."""
    stored = _one(source, f"SELECT {_REPORT} FROM report WHERE seq = ?", seq)  # noqa: S608 - a constant
    row = dict(zip(_NAMES, stored, strict=True)) if stored and stored[3] in STATES else None
    body = _body(source, seq, row["digest"] if row else None, room)
    receipt = _receipt(source, seq)
    row = row or (_row_of(body) if body else None)
    if row is None or (row["state"] in WAITING and body is None) or not _fits(row, receipt):
        return 0
    row = _as_it_is_now(row, body, receipt)
    marks = ", ".join("?" * len(_NAMES))
    if not _inserted(into, f"INSERT INTO report ({_REPORT}) VALUES ({marks})", tuple(row[name] for name in _NAMES)):  # noqa: S608 - constants
        return 0
    found.seqs.add(seq)
    if seq >= found.seq:
        found.seq, found.digest = seq, _digest_or_none(row["digest"]) or found.digest
    if receipt:
        _inserted(into, "INSERT INTO receipt VALUES (?, ?, ?, ?, ?)", (seq, *receipt))
    if body is None:
        return 0
    _inserted(into, "INSERT INTO body VALUES (?, ?, ?)", (seq, body.review, body.gz))
    return len(body.gz)


@dataclass(frozen=True, slots=True)
class _Body:
    review: int
    gz: bytes
    plain: bytes


def _body(source: sqlite3.Connection, seq: int, digest: object, room: int) -> _Body | None:
    found = _one(source, "SELECT review, gz FROM body WHERE seq = ?", seq)
    if found is None or not isinstance(found[1], bytes) or len(found[1]) > room:
        return None
    try:
        plain = unpacked(found[1], digest if isinstance(digest, str) else None)
        placed = place_of(plain)
    except UnreadableError:
        return None
    return _Body(1 if found[0] != 0 else 0, found[1], plain) if placed[1] == seq else None


def _receipt(source: sqlite3.Connection, seq: int) -> tuple[str, str, str, str] | None:
    found = _one(source, "SELECT report_id, digest, acked_utc, receipt FROM receipt WHERE seq = ?", seq)
    try:
        told = json.loads(found[3]) if found and all(isinstance(one, str) for one in found) else None
    except (ValueError, RecursionError):
        return None
    if not found or not isinstance(told, dict) or (told.get("report_id"), told.get("digest")) != found[:2]:
        return None
    return found[0], found[1], found[2], found[3]


def _fits(row: dict[str, Any], receipt: tuple[str, str, str, str] | None) -> bool:
    return receipt is None or (row["report_id"], row["digest"]) == receipt[:2]


def _row_of(body: _Body) -> dict[str, Any]:
    """What a body says of itself, where its row is lost. What waited for approval waits again."""
    report_id, seq, kind, created, _, run_id, replaces = place_of(body.plain)
    row = dict.fromkeys(_NAMES)
    row |= {"seq": seq, "report_id": report_id, "kind": kind, "state": "held" if body.review else "queued"}
    row |= {"run_id": None if replaces else run_id, "family": replaces or report_id, "created_utc": created}
    row |= {"digest": hashlib.sha256(body.plain).hexdigest(), "bytes": len(body.gz), "aged_s": UNKNOWN_AGE_S}
    return row | {"attempts": 0, "next_wall_s": 0.0, "next_aged_s": 0.0, "status": ""}


def _as_it_is_now(row: dict[str, Any], body: _Body | None, receipt: tuple[str, str, str, str] | None) -> dict[str, Any]:
    state = row["state"]
    if receipt:
        state = "acked"
    elif state in (
        "sending",
        "acked",
    ):  # an acknowledged row whose receipt is lost is sent again: the register knows it
        state = "queued" if body else state
    changed = {"state": state, "kept": int(body is not None)}
    if state == "acked" and row["ended_aged_s"] is None:
        changed["ended_aged_s"] = 0.0
    return row | changed


def missing(found: Salvaged, known: Head | None, most: int = 20_000) -> Iterator[int]:
    """The numbers that may have waited and were not carried over, oldest first."""
    last = max(found.seq, known.seq if known else 0)
    since = known.waiting_from if known else min(found.seqs, default=last + 1)
    return (seq for seq in range(max(since, last - most + 1), last + 1) if seq not in found.seqs)
