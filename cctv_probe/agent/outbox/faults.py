"""From what SQLite and the system raise to what it means: damaged, moved, or a sentence for people."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from cctv_probe.agent.outbox import words
from cctv_probe.agent.outbox.disk import LockedOutError
from cctv_probe.agent.outbox.terms import OutboxError

_READ_FAULTS = (266, 522, 8458)  # SQLITE_IOERR_READ, _SHORT_READ, _CORRUPTFS: a bad sector is damage like any other
_WRITE_FAULTS = (
    778,
    1290,
    1034,
    1546,
)  # SQLITE_IOERR_WRITE (a limit on file sizes ends so), _DIR_FSYNC, _FSYNC, _TRUNCATE
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED = (errno.EACCES, errno.EPERM)


class DamagedError(Exception):
    """The database cannot be trusted: it is set aside and what can be read of it is carried over."""


class MovedError(Exception):
    """Another process has set the database aside and begun a new one."""


def meaning_of(error: Exception, path: Path) -> Exception:
    """What to raise in place of `error`."""
    if isinstance(error, LockedOutError):
        return OutboxError("busy", words.BUSY.with_(path=path))
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, path)
    if isinstance(error, OSError):
        return _of_system(error, path)
    return error


def _of_sqlite(error: sqlite3.Error, path: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    said = str(error)
    if code is None:
        # Python's own complaints: text that is not UTF-8, a value of another type than its column.
        return DamagedError(said)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return MovedError()
    if code in _READ_FAULTS:
        return DamagedError(said)
    return _of_primary(code, said, path)


def _of_primary(code: int, said: str, path: Path) -> Exception:
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DamagedError(said)
        case sqlite3.SQLITE_ERROR if said.startswith(("no such", "table", "malformed")):
            return DamagedError(said)
        case sqlite3.SQLITE_FULL:
            return OutboxError("disk_full", words.DISK_FULL.with_(path=path))
        case sqlite3.SQLITE_READONLY:
            return OutboxError("read_only", words.READ_ONLY.with_(path=path))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return OutboxError("busy", words.BUSY.with_(path=path))
        case sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return OutboxError("no_permission", words.NO_PERMISSION.with_(path=path))
        case sqlite3.SQLITE_CANTOPEN:
            return _cannot_open(said, path)
        case _:
            full = code in _WRITE_FAULTS
            text = words.DISK_FULL if full else words.DISK_ERROR
            return OutboxError("disk_full" if full else "disk_error", text.with_(path=path, why=said))


def _cannot_open(said: str, path: Path) -> OutboxError:
    """SQLite says no more than this; the system knows why."""
    probe = path.with_name(f".{path.name}.probe")
    try:
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        return _of_system(error, path)
    return OutboxError("disk_error", words.DISK_ERROR.with_(path=path, why=said))


def _of_system(error: OSError, path: Path) -> OutboxError:
    if error.errno in _FULL:
        return OutboxError("disk_full", words.DISK_FULL.with_(path=path))
    if error.errno == errno.EROFS:
        return OutboxError("read_only", words.READ_ONLY.with_(path=path))
    if error.errno in _DENIED:
        return OutboxError("no_permission", words.NO_PERMISSION.with_(path=path))
    return OutboxError("disk_error", words.DISK_ERROR.with_(path=path, why=error.strerror or str(error)))
