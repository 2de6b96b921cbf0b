"""Whether everything that is kept is whole: the file, every body, the chain, the receipts. Reads only."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cctv_probe.agent.outbox import rows, schema, words
from cctv_probe.agent.outbox.chain import read_head
from cctv_probe.agent.outbox.packing import UnreadableError, place_of, unpacked
from cctv_probe.agent.outbox.terms import Damage, Depth, OutboxError

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Inspection:
    """An outbox as it lies there: None for `depth` where there is none yet, or it cannot be read (`damage` says why)."""

    depth: Depth | None
    damage: tuple[Damage, ...]


def inspect(path: Path) -> Inspection:
    """Look at an outbox without changing anything, also while the service uses it. Raises OutboxError where this user may
    not read it."""
    if not path.exists():
        return Inspection(None, ())
    try:
        with contextlib.closing(_read_only(path)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version != schema.VERSION:
                return Inspection(None, (_file(f"version {version} of its tables"),))
            return Inspection(rows.depth(db), tuple(damages(db, path.with_name("chain.json"))))
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise OutboxError("no_permission", words.NO_PERMISSION.with_(path=path)) from error
        return Inspection(None, (_file(str(error)),))
    except sqlite3.Error as error:
        return Inspection(None, (_file(str(error)),))


def _read_only(path: Path) -> sqlite3.Connection:
    """Where no log lies beside it nobody has it open: then it is read as it is, without making files beside it."""
    used = path.with_name(path.name + "-wal").exists()
    mode = "mode=ro" if used else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=5, isolation_level=None)


def damages(db: sqlite3.Connection, chain: Path) -> list[Damage]:
    """What is wrong, at most a thousand things."""
    found: list[Damage] = []
    try:
        for damage in _all(db, chain):
            found.append(damage)
            if len(found) >= _MOST:
                break
    except sqlite3.DatabaseError as error:
        found.append(_file(str(error)))
    return found


def _all(db: sqlite3.Connection, chain: Path) -> Iterator[Damage]:
    said = [text for (text,) in db.execute("PRAGMA integrity_check(20)")]
    yield from (_file(text) for text in said if text != "ok")
    yield from _numbers(db)
    yield from _bodies(db)
    yield from _receipts(db)
    yield from _head(db, chain)


def _file(why: str) -> Damage:
    return Damage("file", None, None, words.DAMAGED_FILE.with_(why=why))


def _numbers(db: sqlite3.Connection) -> Iterator[Damage]:
    """Every number since the database was begun has its row."""
    base, last = db.execute("SELECT base_seq, seq FROM state").fetchone()
    before = base
    for (seq,) in db.execute("SELECT seq FROM report WHERE seq > ? ORDER BY seq", (base,)):
        yield from (_missing(number) for number in range(before + 1, seq))
        before = seq
    yield from (_missing(number) for number in range(before + 1, last + 1))


def _missing(seq: int) -> Damage:
    return Damage("chain", seq, None, words.NUMBER_MISSING.with_(seq=seq))


def _bodies(db: sqlite3.Connection) -> Iterator[Damage]:
    """Every body has its digest, is the one of its row, and names the one before it."""
    for seq, report_id, digest, kept, gz, before in db.execute(
        "SELECT r.seq, r.report_id, r.digest, r.kept, b.gz, p.digest FROM report r LEFT JOIN body b ON b.seq = r.seq "
        "LEFT JOIN report p ON p.seq = r.seq - 1 WHERE r.kept = 1 OR b.gz IS NOT NULL ORDER BY r.seq"
    ):
        try:
            if gz is None or not kept:
                raise UnreadableError("no body")
            placed = place_of(unpacked(bytes(gz), digest))
        except UnreadableError:
            yield Damage("body", seq, report_id, words.BODY_DAMAGED.with_(report=report_id))
            continue
        previous = placed[4]
        if placed[:2] != (report_id, seq) or (before is not None and previous != before):
            yield Damage("chain", seq, report_id, words.CHAIN_BROKEN.with_(report=report_id, seq=seq))


def _receipts(db: sqlite3.Connection) -> Iterator[Damage]:
    for seq, report_id, digest, text in db.execute(
        "SELECT r.seq, r.report_id, r.digest, c.receipt FROM report r LEFT JOIN receipt c ON c.seq = r.seq "
        "WHERE r.state = 'acked' ORDER BY r.seq"
    ):
        if text is None:
            yield Damage("receipt", seq, report_id, words.RECEIPT_MISSING.with_(report=report_id))
        elif not _speaks_of(text, report_id, digest):
            yield Damage("receipt", seq, report_id, words.RECEIPT_WRONG.with_(report=report_id))


def _speaks_of(text: str, report_id: str, digest: str | None) -> bool:
    try:
        receipt = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(receipt, dict) and (receipt.get("report_id"), receipt.get("digest")) == (report_id, digest)


def _head(db: sqlite3.Connection, chain: Path) -> Iterator[Damage]:
    seq = rows.head(db).seq
    noted = read_head(chain)
    if seq and (noted is None or noted.seq != seq):
        told = noted.seq if noted else "-"
        yield Damage("head", seq, None, words.HEAD_BEHIND.with_(path=chain, noted=told, seq=seq))
