"""The database's tables, version 1. `user_version` names the version; a later one is not touched but set aside."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cctv_probe.agent.outbox.terms import STATES

VERSION = 1
PAGE_BYTES = 4096
TABLES = ("state", "report", "body", "receipt")

_STATES = ", ".join(f"'{state}'" for state in STATES)
_SCHEMA = (
    # What holds for the whole outbox: the chain's head, the count of time, what gaps begin with.
    """CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, digest TEXT, base_seq INTEGER NOT NULL,
        aged_s REAL NOT NULL, wall_s REAL NOT NULL, mono_s REAL NOT NULL, boot TEXT NOT NULL, heading TEXT,
        blind INTEGER NOT NULL DEFAULT 0)""",
    # One row for each number of the chain, for ever (about 300 bytes). `kept`: its body is in the table below.
    f"""CREATE TABLE report (
        seq INTEGER PRIMARY KEY CHECK (seq > 0), report_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ({_STATES})), run_id TEXT UNIQUE, family TEXT NOT NULL, created_utc TEXT,
        aged_s REAL NOT NULL, digest TEXT, bytes INTEGER, kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
        attempts INTEGER NOT NULL DEFAULT 0, next_wall_s REAL NOT NULL DEFAULT 0, next_aged_s REAL NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT '', reason TEXT, gap_seq INTEGER, ended_aged_s REAL, exported_utc TEXT)""",
    # `review`: a person has not approved it yet. It stands here too, so that a lost row above cannot send it unapproved.
    "CREATE TABLE body (seq INTEGER PRIMARY KEY, review INTEGER NOT NULL CHECK (review IN (0, 1)), gz BLOB NOT NULL)",
    # Receipts as the register signed them, for ever.
    """CREATE TABLE receipt (seq INTEGER PRIMARY KEY, report_id TEXT NOT NULL, digest TEXT NOT NULL,
        acked_utc TEXT NOT NULL, receipt TEXT NOT NULL)""",
    "CREATE INDEX report_state ON report (state, seq)",
    "CREATE INDEX report_kept ON report (seq) WHERE kept = 1",
    "CREATE INDEX report_family ON report (family)",
    "CREATE INDEX report_told ON report (gap_seq) WHERE gap_seq IS NOT NULL",
    "CREATE INDEX report_untold ON report (seq) WHERE state IN ('expired', 'dropped') AND gap_seq IS NULL",
)


def create(db: sqlite3.Connection) -> None:
    """Make the tables in an empty database. Same order, same pages each time: salvaging relies on it."""
    db.execute(f"PRAGMA page_size={PAGE_BYTES}")
    db.execute("PRAGMA auto_vacuum=INCREMENTAL")
    db.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        db.execute(statement)
    db.execute("INSERT INTO state (id, seq, base_seq, aged_s, wall_s, mono_s, boot) VALUES (1, 0, 0, 0, 0, 0, '')")
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("COMMIT")


def first_page(pages: int, scratch: Path) -> bytes:
    """The first page of a database with these tables and `pages` pages, for a file that has lost its own.

    File format: sqlite.org/fileformat2.html, section 1.3. `scratch` is a file name to work under.
    """
    scratch.unlink(missing_ok=True)
    db = sqlite3.connect(scratch, isolation_level=None)
    try:
        create(db)
    finally:
        db.close()
    page = bytearray(scratch.read_bytes()[:PAGE_BYTES])
    scratch.unlink()
    page[18:20] = b"\2\2"  # write-ahead log, as these databases have it
    page[28:32] = pages.to_bytes(4, "big")
    page[32:40] = bytes(8)  # no list of free pages: nothing will be written
    page[92:96] = page[24:28]  # the number of pages is valid for this change counter
    return bytes(page)
