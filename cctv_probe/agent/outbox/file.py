"""The database file: opened, locked, checked, and begun anew where it is damaged.

Whoever uses it holds `<name>.lock` together with others; whoever opens it, or sets it aside, holds it alone. A process
whose file was set aside by another notices by the file's inode before it reads or writes anything.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cctv_probe.agent.outbox import schema
from cctv_probe.agent.outbox.chain import Head, read_head
from cctv_probe.agent.outbox.disk import (
    Lock,
    LockedOutError,
    free_bytes,
    give_up_reserve,
    make_reserve,
    private_file,
    replace_file,
    sync_folder,
)
from cctv_probe.agent.outbox.faults import DamagedError, MovedError, meaning_of
from cctv_probe.agent.outbox.salvage import Salvaged, salvage

_BUSY_MS = 15_000
_KEPT_ASIDE = 2
_SPARE_BYTES = 16 << 20
"""What salvaging leaves free on the disk."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The database was begun, or begun anew: why, where the old one lies, what was carried over, and the head that was
    known beside it. The receiver adds what is lost, in the same transaction."""

    why: str
    aside: Path | None
    found: Salvaged
    known: Head | None


class OutboxFile:
    """One connection to the database at `path`. Not safe between threads; safe between processes."""

    def __init__(
        self,
        path: Path,
        chain: Path,
        stamp: Callable[[], str],
        begun: Callable[[sqlite3.Connection, Begun], None],
        opened: Callable[[sqlite3.Connection], None],
    ) -> None:
        self.path = path
        self._chain = chain
        self._stamp = stamp
        self._begun = begun
        self._at_opening = opened
        self._lock = Lock(_beside(path, ".lock"))
        self._reserve = _beside(path, ".reserve")
        self._marker = _beside(path, ".salvage")
        self._db: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None

    @contextlib.contextmanager
    def session(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """The connection; with `write` in one transaction. Raises OutboxError, DamagedError, MovedError."""
        try:
            self._connect()
            with self._lock.held(alone=False):
                db = self._same()
                try:
                    db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    self._undo(db)
                    raise
        except (sqlite3.Error, OSError, LockedOutError) as error:
            self.forget()
            raise meaning_of(error, self.path) from error

    def _undo(self, db: sqlite3.Connection) -> None:
        with contextlib.suppress(sqlite3.Error):
            if db.in_transaction:
                db.execute("ROLLBACK")

    def forget(self) -> None:
        """Close the connection; the next session opens the file again."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = self._inode = None

    def rebuild(self, why: str, *, sure: bool) -> None:
        """Set the damaged file aside and begin anew with what can be read of it. Where it looks sound, another process has
        done so already; `sure` says that it is damaged all the same. Raises OutboxError."""
        self.forget()
        try:
            with self._lock.held(alone=True):
                if os.path.lexists(self.path) and (self._wrong() is not None or sure):
                    self._set_aside(why)
        except (sqlite3.Error, OSError, LockedOutError) as error:
            raise meaning_of(error, self.path) from error

    def give_up_reserve(self) -> bool:
        """Free the reserve for what must still be written; whether there was one."""
        return give_up_reserve(self._reserve)

    def renew_reserve(self) -> None:
        """Set the reserve aside again."""
        make_reserve(self._reserve)

    # --- opening ------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        if self._db is not None and self._inode == _inode(self.path):
            return
        self.forget()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock.held(alone=True):
            self._in_place()
            why = self._wrong()
            if why is not None:
                self._set_aside(why)
            self._db = self._opened(self.path)
            self._inode = _inode(self.path)
            self._at_opening(self._db)
        make_reserve(self._reserve)

    def _same(self) -> sqlite3.Connection:
        if self._db is None or self._inode != _inode(self.path):
            raise MovedError
        return self._db

    def _in_place(self) -> None:
        """Finish what an earlier process began, or begin a new database where there is none."""
        aside = self._unfinished()
        if os.path.lexists(self.path):
            if aside:
                self._marker.unlink(missing_ok=True)
            return
        for name in ("-wal", "-shm"):
            if os.path.lexists(_beside(self.path, name)):  # of a database that someone removed
                _beside(self.path, name).rename(_beside(self.path, f".corrupt-{self._stamp()}{name}"))
        self._begin("salvage" if aside else "new", aside)

    def _unfinished(self) -> Path | None:
        try:
            name = self._marker.read_text("utf-8").strip()
        except (OSError, ValueError):
            return None
        aside = self.path.with_name(name) if name and "/" not in name else None
        return aside if aside and aside.is_file() else None

    def _wrong(self) -> str | None:
        """What is wrong with the database; None where it is sound."""
        for name in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                if not stat.S_ISREG(_beside(self.path, name).stat().st_mode):
                    return "not a file"
        if self.path.stat().st_size == 0:
            return "empty file"
        try:
            with contextlib.closing(self._opened(self.path)) as db:
                return _fault(db)
        except sqlite3.Error as error:
            meant = meaning_of(error, self.path)
            if isinstance(meant, DamagedError):
                return str(error)
            raise

    def _opened(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "wal_autocheckpoint=256",
                "journal_size_limit=8388608",
            ):
                db.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            db.close()
            raise
        return db

    # --- beginning anew -----------------------------------------------------------------------------------------------

    def _set_aside(self, why: str) -> None:
        aside = _beside(self.path, f".corrupt-{self._stamp()}")
        while os.path.lexists(aside):
            aside = aside.with_name(aside.name + "x")
        replace_file(self._marker, aside.name.encode())
        for name in ("-shm", "-wal", ""):
            if os.path.lexists(_beside(self.path, name)):
                _beside(self.path, name).rename(_beside(aside, name))
        sync_folder(self.path.parent)
        self._begin(why, aside)

    def _begin(self, why: str, aside: Path | None) -> None:
        """A new database, whole under another name first, then in its place in one step."""
        new = _beside(self.path, ".new")
        for name in ("", "-journal", "-wal", "-shm"):
            _beside(new, name).unlink(missing_ok=True)
        os.close(private_file(new, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        known = read_head(self._chain)
        with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous=FULL")
            schema.create(db)
            db.execute("BEGIN IMMEDIATE")
            found = salvage(aside, db, known, self._room()) if aside else Salvaged()
            self._begun(db, Begun(why, aside, found, known))
            db.execute("COMMIT")
        new.replace(self.path)
        sync_folder(self.path.parent)
        self._marker.unlink(missing_ok=True)
        self._keep_few_aside()

    def _room(self) -> int:
        return free_bytes(self.path.parent) - _SPARE_BYTES

    def _keep_few_aside(self) -> None:
        """The damaged files set aside last stay, for whoever wants to look at them."""
        prefix = f"{self.path.name}.corrupt-"
        sets: dict[str, list[Path]] = {}
        for one in self.path.parent.iterdir():
            if one.name.startswith(prefix) and one.is_file():
                sets.setdefault(one.name.removeprefix(prefix).split("-")[0].split(".")[0], []).append(one)
        in_order = sorted(sets.values(), key=lambda files: max(file.stat().st_ctime_ns for file in files))
        for file in (file for files in in_order[:-_KEPT_ASIDE] for file in files):
            with contextlib.suppress(OSError):
                file.unlink()


def _fault(db: sqlite3.Connection) -> str | None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if version != schema.VERSION:
        return f"version {version} of its tables"
    if not names.issuperset(schema.TABLES):
        return "tables are missing"
    said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        return str(said)
    return None if db.execute("SELECT count(*) FROM state").fetchone()[0] == 1 else "its state is missing"


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
