"""What the register keeps: one SQLite file (or memory), every change in a transaction that is on disk when it returns."""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, lao_code TEXT NOT NULL, expires_utc TEXT NOT NULL, agent_id TEXT);
CREATE TABLE IF NOT EXISTS laos (lao_code TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (key_id TEXT PRIMARY KEY, agent_id TEXT NOT NULL, lao_code TEXT NOT NULL,
    public BLOB NOT NULL, state TEXT NOT NULL, next_key TEXT);
CREATE INDEX IF NOT EXISTS keys_of ON keys (agent_id);
CREATE TABLE IF NOT EXISTS reports (report_id TEXT PRIMARY KEY, agent_id TEXT NOT NULL, lao_code TEXT NOT NULL,
    kind TEXT NOT NULL, seq INTEGER NOT NULL, previous TEXT, digest TEXT NOT NULL, status TEXT NOT NULL,
    received_utc TEXT NOT NULL, receipt TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS reports_of ON reports (agent_id, seq);
CREATE TABLE IF NOT EXISTS records (agent_id TEXT NOT NULL, digest TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (agent_id, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (agent_id TEXT NOT NULL, digest TEXT NOT NULL, camera_id TEXT NOT NULL,
    PRIMARY KEY (agent_id, digest)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class AgentKey:
    """A public key (32 raw bytes) and whose it is. state: active, retired (replaced by `next_key`) or revoked."""

    key_id: str
    agent_id: str
    lao_code: str
    public: bytes
    state: str
    next_key: str | None


@dataclass(frozen=True, slots=True)
class Committed:
    """A body that was committed. status: accepted or held; receipt: as it was first sent, signed."""

    report_id: str
    agent_id: str
    lao_code: str
    kind: str
    seq: int
    previous: str | None
    digest: str
    status: str
    received_utc: str
    receipt: dict[str, Any]
    body: dict[str, Any]


_COLUMNS = tuple(field.name for field in fields(Committed))


class Store:
    """One connection behind one lock: requests take turns, as their commits would anyway."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(file or ":memory:"), check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Nothing may be asked afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what happens inside is on disk when this ends, or none of it where it raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def setting(self, name: str) -> bytes | None:
        """A value kept under a name."""
        found = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return bytes(found[0][0]) if found else None

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep or replace it."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def key(self, key_id: str) -> AgentKey | None:
        """A key by its id."""
        found = self.rows(
            "SELECT key_id, agent_id, lao_code, public, state, next_key FROM keys WHERE key_id = ?", key_id
        )
        return AgentKey(*found[0]) if found else None

    def lao_name(self, lao_code: str) -> str:
        """The municipality's name, empty where nobody told it."""
        found = self.rows("SELECT name FROM laos WHERE lao_code = ?", lao_code)
        return str(found[0][0]) if found else ""

    def committed(self, agent_id: str | None = None, report_id: str | None = None) -> list[Committed]:
        """What was committed, by agent and number; of one agent, or the one with this id."""
        query = (
            f"SELECT {', '.join(_COLUMNS)} FROM reports"  # noqa: S608 - fixed names
            " WHERE (?1 IS NULL OR agent_id = ?1) AND (?2 IS NULL OR report_id = ?2) ORDER BY agent_id, seq, received_utc"
        )
        return [_read(row) for row in self.rows(query, agent_id, report_id)]

    def records(self, agent_id: str) -> dict[str, dict[str, Any]]:
        """Every record of an agent by its digest."""
        found = self.rows("SELECT digest, record FROM records WHERE agent_id = ?", agent_id)
        return {digest: json.loads(record) for digest, record in found}


def _read(row: tuple[Any, ...]) -> Committed:
    facts = dict(zip(_COLUMNS, row, strict=True))
    facts["receipt"] = json.loads(facts["receipt"])
    facts["body"] = json.loads(zlib.decompress(facts["body"]))
    return Committed(**facts)


def add_report(db: sqlite3.Connection, entry: Committed, body: bytes) -> None:
    """Keep a body (canonical bytes) with its receipt."""
    db.execute(
        "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.report_id,
            entry.agent_id,
            entry.lao_code,
            entry.kind,
            entry.seq,
            entry.previous,
            entry.digest,
            entry.status,
            entry.received_utc,
            json.dumps(entry.receipt, ensure_ascii=False),
            zlib.compress(body, 1),
        ),
    )
