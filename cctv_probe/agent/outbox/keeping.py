"""What stands under `Outbox`: transactions that survive damage and a full disk, the head beside the file, who is sending."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from cctv_probe.agent.outbox import disk, rows
from cctv_probe.agent.outbox.ageing import Moment
from cctv_probe.agent.outbox.chain import read_head, write_head
from cctv_probe.agent.outbox.changes import Change, WriterError, requeue_sending
from cctv_probe.agent.outbox.faults import DamagedError, MovedError, meaning_of
from cctv_probe.agent.outbox.file import Begun, OutboxFile
from cctv_probe.agent.outbox.recovery import catch_up, take_over
from cctv_probe.agent.outbox.refusals import Refusals
from cctv_probe.agent.outbox.terms import OnEvent, OutboxError, OutboxLimits
from cctv_probe.wire.clock import Clock

ResultT = TypeVar("ResultT")
_TRIES = 6
_DAILY_S = 86_400.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """The id of this boot; "" where the system does not tell (a sandbox may hide it)."""
    try:
        return _BOOT.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


class Keeping:
    """The file of an outbox, used safely. Its public face is `box.Outbox`."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        limits: OutboxLimits | None = None,
        free_bytes: Callable[[], int] | None = None,
        on_event: OnEvent | None = None,
        *,
        heading: Callable[[], Mapping[str, Any] | None] | None = None,
        boot: Callable[[], str] = boot_id,
    ) -> None:
        self.path = path
        self.chain = path.with_name("chain.json")
        self._clock = clock
        self._limits = limits or OutboxLimits()
        self._free_bytes = free_bytes or (lambda: disk.free_bytes(path.parent))
        self._on_event = on_event
        self._heading = heading or (lambda: None)
        self._boot = boot()
        self._mutex = threading.RLock()
        self._chain_lock = disk.Lock(path.with_name("chain.json.lock"))
        self._sending_lock = disk.Lock(path.with_name(path.name + ".sending"))
        self._sending: int | None = None
        self._in_flight: set[str] = set()
        self._refusals = Refusals()
        self._late_events: list[tuple[str, dict[str, object]]] = []
        self._head_behind = self._noting = False
        self._checked_s = clock.monotonic()
        self._file = OutboxFile(path, self.chain, self._stamp, self._begun, self._opened)

    def close(self) -> None:
        """Give the file back; the next use opens it again."""
        with self._mutex:
            self._file.forget()
            self._landed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- transactions -------------------------------------------------------------------------------------------------

    def _read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        return self._do(work, write=False)

    def _write(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        return self._do(work, write=True)

    def _change(
        self, work: Callable[[Change], ResultT], now: datetime | None = None, *, reserve: bool = True
    ) -> ResultT:
        """One transaction; afterwards the head beside the file is brought up to date, and what happened is told. `reserve`:
        on a full disk the reserve is given up for it (not for new reports: it is there for receipts and gaps)."""

        def inside(db: sqlite3.Connection) -> tuple[ResultT, Change]:
            change = Change.begun(db, now or self._clock.now(), self._moment())
            return work(change), change

        result, change = self._do(inside, write=True, reserve=reserve)
        if change.head_moved:
            self._note_head()
        self._tell(change.events)
        return result

    def _do(self, work: Callable[[sqlite3.Connection], ResultT], *, write: bool, reserve: bool = True) -> ResultT:
        with self._mutex:
            damaged = 0
            for _ in range(_TRIES):
                try:
                    with self._file.session(write=write) as db:
                        result = work(db)
                    self._tell_late()
                    return result
                except DamagedError as error:
                    damaged += 1
                    self._file.rebuild(str(error), sure=damaged > 1)
                except MovedError:
                    self._file.forget()
                except WriterError as error:
                    raise (error.__cause__ or error) from None
                except OutboxError as error:
                    reserve = reserve and error.code == "disk_full" and self._file.give_up_reserve()
                    if not reserve:
                        raise
            raise meaning_of(OSError(0, "damaged again and again"), self.path)

    # --- the file is opened -------------------------------------------------------------------------------------------

    def _begun(self, db: sqlite3.Connection, begun: Begun) -> None:
        change = Change.begun(db, self._clock.now(), self._moment())
        take_over(change, begun)
        self._late_events += change.events

    def _opened(self, db: sqlite3.Connection) -> None:
        """Nobody else uses the file at this moment."""
        db.execute("BEGIN IMMEDIATE")
        try:
            change = Change.begun(db, self._clock.now(), self._moment())
            known = read_head(self.chain)
            catch_up(change, known)
            self._head_behind = rows.head(db).seq > (known.seq if known else 0)
            if self._nobody_is_sending():
                requeue_sending(change)
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        self._late_events += change.events

    def _check_daily(self) -> None:
        """The whole file is read once a day, so that damage is found while most of it can still be carried over."""
        if self._clock.monotonic() - self._checked_s < _DAILY_S:
            return
        self._checked_s = self._clock.monotonic()

        def check(db: sqlite3.Connection) -> None:
            said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise DamagedError(str(said))

        self._read(check)

    # --- time ---------------------------------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        return Moment(self._clock.now().timestamp(), self._clock.monotonic(), self._boot)

    def _aged_s(self, db: sqlite3.Connection) -> float:
        return rows.age(db, self._moment()).aged_s

    def _stamp(self) -> str:
        return self._clock.now().strftime("%Y%m%dT%H%M%SZ")

    # --- the head beside the file -------------------------------------------------------------------------------------

    def _note_head(self) -> None:
        """Whoever comes last writes the newest head: it is read under the lock. A full disk gives up its reserve for it."""
        error: Exception | None = None
        for _ in range(2):
            try:
                self._write_head()
            except (OSError, disk.LockedOutError, OutboxError) as caught:
                error = caught
                if not self._file.give_up_reserve():
                    break
            else:
                return
        # What was accepted is in the database; the next body brings the head up to date.
        self._tell([("outbox_head_not_noted", {"why": str(error)})])

    def _write_head(self) -> None:
        with self._mutex, self._chain_lock.held(alone=True):
            self._noting = True  # reading may open the file, which wants the head noted: that is being done
            try:
                write_head(self.chain, self._read(rows.head))
            finally:
                self._noting = False

    # --- events -------------------------------------------------------------------------------------------------------

    def _tell_late(self) -> None:
        if self._noting:
            return
        events, self._late_events = self._late_events, []
        behind, self._head_behind = self._head_behind, False
        if events or behind:
            self._note_head()
        self._tell(events)

    def _tell(self, events: list[tuple[str, dict[str, object]]]) -> None:
        if self._on_event is None:
            return
        for event, facts in events:
            with contextlib.suppress(OSError):  # the disk is full: the outbox is what must go on
                self._on_event(event, **facts)

    # --- who is sending -----------------------------------------------------------------------------------------------

    def _take_sending(self) -> None:
        with self._mutex:
            if self._sending is None:
                try:
                    self._sending = self._sending_lock.take(alone=False)
                except (OSError, disk.LockedOutError) as error:
                    raise meaning_of(error, self.path) from error

    def _landed(self) -> None:
        """No request of this process is under way."""
        with self._mutex:
            self._in_flight.clear()
            if self._sending is not None:
                os.close(self._sending)
                self._sending = None

    @contextlib.contextmanager
    def _landing(self) -> Iterator[None]:
        """The request has ended, even where that cannot be written down: then the report is sent again, which harms none."""
        try:
            yield
        finally:
            self._landed()

    def _nobody_is_sending(self) -> bool:
        if self._sending is not None:
            return False
        try:
            os.close(self._sending_lock.take(alone=True, wait_s=0.0))
        except (OSError, disk.LockedOutError):
            return False
        return True

    def _requeue_orphans(self) -> bool:
        """Whether rows went back to the queue that a process was sending when it ended."""
        if not self._read(lambda db: rows.count(db, "sending")) or not self._nobody_is_sending():
            return False
        return bool(self._change(requeue_sending))
