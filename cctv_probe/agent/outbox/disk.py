"""Files beside the database: locks between processes, files replaced in one step, a reserve for a full disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

LOCK_WAIT_S = 15.0
RESERVE_BYTES = 4 << 20
_STEP_S = 0.005


class LockedOutError(Exception):
    """Another process did not let go in time."""


class Lock:
    """A file that processes lock, shared or alone. The kernel lets go of it when the process ends, however it ends.

    Everyone passes through a gate, which whoever wants it alone keeps shut while waiting: else a busy outbox would be shared
    without an end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._gate = path.with_name(path.name + ".gate")

    @contextlib.contextmanager
    def held(self, *, alone: bool, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
        """Held while the block runs. Raises LockedOutError, OSError."""
        descriptor = self.take(alone=alone, wait_s=wait_s)
        try:
            yield
        finally:
            os.close(descriptor)

    def take(self, *, alone: bool, wait_s: float = LOCK_WAIT_S) -> int:
        """A descriptor that holds the lock until it is closed. Raises LockedOutError, OSError."""
        until = time.monotonic() + wait_s
        gate = _locked(self._gate, alone, until)
        try:
            return _locked(self._path, alone, until)
        finally:
            os.close(gate)


def _locked(path: Path, alone: bool, until: float) -> int:
    descriptor = _opened(path)
    try:
        while True:
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise LockedOutError from None
                time.sleep(_STEP_S)
            else:
                return descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _opened(path: Path) -> int:
    try:
        return private_file(path, os.O_RDWR | os.O_CREAT)
    except IsADirectoryError:
        path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}"))
        return private_file(path, os.O_RDWR | os.O_CREAT)


def private_file(path: Path, flags: int) -> int:
    """An open descriptor of a file for this user only. What root makes belongs to whom the folder belongs to, so that a
    command run with sudo does not lock the service out. Raises OSError."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            owner, made = path.parent.stat(), os.fstat(descriptor)
            if (made.st_uid, made.st_gid) != (owner.st_uid, owner.st_gid):
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in its place in one step; it is on disk when this returns. Raises OSError."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = private_file(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Names made, changed and removed in the folder are on disk when this returns. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_bytes(folder: Path) -> int:
    """Bytes that this user can still write there. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def make_reserve(path: Path) -> None:
    """Set room aside that is given up when the disk is full, so that receipts and gaps still fit; not while it is nearly
    full. Never raises OSError."""
    with contextlib.suppress(OSError):
        if path.exists() or free_bytes(path.parent) < 2 * RESERVE_BYTES:
            return
        descriptor = private_file(path, os.O_RDWR | os.O_CREAT)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError:
            path.unlink()
        finally:
            os.close(descriptor)


def give_up_reserve(path: Path) -> bool:
    """Whether there was a reserve; it is free space now."""
    try:
        path.unlink()
    except OSError:
        return False
    return True
