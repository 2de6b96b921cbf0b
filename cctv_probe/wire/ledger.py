"""The lockout ledger: one failed login per device in 30 minutes, over all services, scans, processes and restarts.

One SQLite file per machine; SQLite's own file lock makes it safe between processes. A login is written down *before* it
is tried, and counts as failed until its end is known: a scan that is killed in the middle of a login stays on the safe
side. Devices are keyed by every identity known before the login (MAC, serial, address), so that a device seen under two
addresses has one count. Threshold and duration: the strictest published lockouts are 3 attempts and 30 minutes.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock

WINDOW_S = 30 * 60
"""How long a failed login counts."""
PENDING_S = 60.0
"""How long another process's unfinished login is taken to be still running."""
OPEN_WAIT_S = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS login (
    event TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, at_s REAL NOT NULL,
    PRIMARY KEY (event, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS login_key ON login (key);
"""

_WAIT = Text(
    en="a login failed here less than 30 minutes ago; not tried again for {minutes} min, so that nobody is locked out",
    th="มีการเข้าสู่ระบบไม่สำเร็จเมื่อไม่ถึง 30 นาทีก่อน จะไม่ลองอีกใน {minutes} นาที เพื่อไม่ให้บัญชีถูกล็อก",
)
_OTHER = Text(
    en="another scan is logging in at this device right now; try again in a minute",
    th="มีการสแกนอื่นกำลังเข้าสู่ระบบที่อุปกรณ์นี้อยู่ โปรดลองใหม่ในอีกหนึ่งนาที",
)


class HeldBack(StepError):
    """A login that must not be tried now."""

    def __init__(self, line: Text, *, pending: bool = False) -> None:
        super().__init__(Ending.HELD_BACK, line)
        self.pending = pending
        """True where an unfinished login of someone else stands in the way: waiting a moment may help."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Leave to try one login; must be ended with `accepted`, `refused` or `released`."""

    event: str
    keys: tuple[str, ...]
    kind: str


class Ledger:
    """The machine's memory of failed logins. Safe to share between threads."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = _opened(path)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()

    def reserve(self, keys: Iterable[str], kind: str, *, failures_allowed: int = 0) -> Reservation:
        """Leave to try one login of account `kind` at the device known by `keys`, written down first.

        `failures_allowed` is 1 only under the law's two exceptions. Raises `HeldBack`.
        """
        wanted = tuple(sorted(set(keys)))
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._check(wanted, failures_allowed)
                reservation = Reservation(str(uuid.uuid4()), wanted, kind)
                now = self._now()
                self._db.executemany(
                    "INSERT INTO login VALUES (?, ?, ?, 'pending', ?)",
                    [(reservation.event, key, kind, now) for key in wanted],
                )
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        return reservation

    def accepted(self, reservation: Reservation) -> None:
        """The login was accepted: this account's failures at this device are forgotten."""
        marks = ",".join("?" * len(reservation.keys))
        with self._lock:
            self._db.execute(
                f"DELETE FROM login WHERE event = ? OR (key IN ({marks}) AND kind = ? AND state = 'failed')",  # noqa: S608 - only marks are put in
                (reservation.event, *reservation.keys, reservation.kind),
            )

    def refused(self, reservation: Reservation) -> None:
        """The login was refused: it counts for `WINDOW_S` from now."""
        with self._lock:
            self._db.execute(
                "UPDATE login SET state = 'failed', at_s = ? WHERE event = ?", (self._now(), reservation.event)
            )

    def released(self, reservation: Reservation) -> None:
        """The login was never judged (no answer, or the device was busy): it does not count."""
        with self._lock:
            self._db.execute("DELETE FROM login WHERE event = ?", (reservation.event,))

    def held_for_s(self, keys: Iterable[str]) -> float:
        """Seconds until a login may be tried at the device known by `keys`; 0 where it may be tried now."""
        with self._lock:
            rows = self._active(tuple(sorted(set(keys))))
        return max((at + WINDOW_S - self._now() for _, _, at in rows), default=0.0)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _active(self, keys: tuple[str, ...]) -> list[tuple[str, str, float]]:
        now = self._now()
        # A clock that was set back must not make a failure last for days, nor be forgotten: it starts anew.
        self._db.execute("UPDATE login SET at_s = ? WHERE at_s > ?", (now, now + 1))
        self._db.execute("DELETE FROM login WHERE at_s < ?", (now - WINDOW_S,))
        marks = ",".join("?" * len(keys))
        return self._db.execute(
            f"SELECT event, state, max(at_s) FROM login WHERE key IN ({marks}) GROUP BY event",  # noqa: S608 - only marks are put in
            keys,
        ).fetchall()

    def _check(self, keys: tuple[str, ...], failures_allowed: int) -> None:
        rows = self._active(keys)
        now = self._now()
        if any(state == "pending" and now - at < PENDING_S for _, state, at in rows):
            raise HeldBack(_OTHER, pending=True)
        if len(rows) > failures_allowed:
            latest = max(at for _, _, at in rows)
            raise HeldBack(_WAIT.with_(minutes=max(1, round((latest + WINDOW_S - now + 29) / 60))))


def _opened(path: Path) -> sqlite3.Connection:
    """The file, ready. SQLite's own waiting does not cover the change to WAL, which two new processes may do at once."""
    until = time.monotonic() + OPEN_WAIT_S
    while True:
        db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            db.close()
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return db
