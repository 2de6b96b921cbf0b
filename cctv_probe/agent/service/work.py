"""The child's job: one scan, from the first packet to the report in the outbox. Whatever kills it, nothing finished is lost.

    begun ─► scan ─► survey.json ─► finished.json ─► leave (present state, report, outbox) ─► enqueued.json

SIGTERM ends the scan in good order: what was found is kept, marked as incomplete, and goes into the outbox all the same.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from cctv_probe.agent.config import Activity, AgentConfig
from cctv_probe.agent.service.locks import Lock, this_process, work_lock
from cctv_probe.agent.service.runs import DamagedError, Finished, RunPlace, State
from cctv_probe.agent.service.wanted import read_wanted
from cctv_probe.model.words import Text
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import Clock, utc_text

DONE, FAILED, PARTLY, NOT_NOW, MISCONFIGURED = 0, 1, 3, 75, 78
"""How the child ends: all is in the outbox; nothing is; an incomplete scan is; finished but not in the outbox; a file is wrong."""
LOCK_WAIT_S = 3.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scan gave: whether it went through all addresses, and how many cameras it found."""

    complete: bool
    cameras: int


class Scan(Protocol):
    """Scans, and writes `survey.json` into the run's folder. Setting `stop` ends it early with what was found."""

    def __call__(
        self, config: AgentConfig, activity: Activity, place: RunPlace, stop: threading.Event, /
    ) -> Outcome: ...


class Leave(Protocol):
    """Merges a finished run into the present state and puts its report into the outbox, once however often it is called.

    Returns what to note of it. Raises `NotNow`, and `DamagedError` where the survey cannot be read.
    """

    def __call__(self, config: AgentConfig, place: RunPlace, done: Finished, /) -> Mapping[str, Any]: ...


class Supply(Protocol):
    """Puts records that the register asked for into the outbox, once however often it is called. Raises `NotNow`."""

    def __call__(self, config: AgentConfig, report_id: str, digests: tuple[str, ...], /) -> None: ...


class Refused(Exception):
    """The scan cannot begin as things are configured; `text` says why and what to do."""

    def __init__(self, text: Text, code: int = MISCONFIGURED) -> None:
        self.text, self.code = text, code
        super().__init__(text.en)


class NotNow(Exception):
    """A finished run cannot go into the outbox now (no space, read-only); it will be tried again."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Worker:
    """One run of the child, with all its means."""

    config: AgentConfig
    clock: Clock
    scan: Scan
    leave: Leave
    supply: Supply
    stop: Stopping

    def run(self, activity: Activity, folder: Path) -> int:
        """Scan, and put the report into the outbox. Returns the exit code; the reason for any but 0 is in the log."""
        place = RunPlace(folder)
        lock = Lock(work_lock(self.config.places))
        if not self._taken(lock, activity, place.run_id):
            return self._say(_OTHER, NOT_NOW)
        try:
            began = utc_text(self.clock.now())
            place.begin(activity, began)
            outcome = self.scan(self.config, activity, place, self.stop.event)
            done = Finished(
                place.run_id,
                activity,
                began,
                utc_text(self.clock.now()),
                complete=outcome.complete,
                stopped=self.stop.by_signal,
                cameras=outcome.cameras,
            )
            return self._leave(place, place.finish(done))
        except Refused as error:
            return self._failed(place, error.text, error.code)
        except CannotWriteError as error:
            return self._failed(place, error.text, FAILED)
        except (OSError, DamagedError) as error:
            return self._failed(place, _CANNOT_KEEP.with_(path=folder, why=error), FAILED)
        finally:
            lock.release()

    def resume(self, folder: Path) -> int:
        """Put the report of a run that was finished earlier into the outbox. Returns the exit code."""
        place = RunPlace(folder)
        lock = Lock(work_lock(self.config.places))
        if not self._taken(lock, "resume", place.run_id):
            return self._say(_OTHER, NOT_NOW)
        try:
            return self._leave(place, place.finished())
        except DamagedError as error:
            return self._damaged(place, error)
        except (OSError, CannotWriteError) as error:
            return self._say(_CANNOT_KEEP.with_(path=folder, why=error), NOT_NOW)
        finally:
            lock.release()

    def hand_in(self, file: Path) -> int:
        """Put the records that the register asked for into the outbox. Returns the exit code."""
        lock = Lock(work_lock(self.config.places))
        if not self._taken(lock, "wanted", file.name):
            return self._say(_OTHER, NOT_NOW)
        try:
            asked = read_wanted(file)
            if asked is not None:
                self.supply(self.config, *asked)
            file.unlink(missing_ok=True)
        except NotNow as error:
            return self._say(error.text, NOT_NOW)
        except OSError as error:
            return self._say(_CANNOT_KEEP.with_(path=file, why=error), NOT_NOW)
        finally:
            lock.release()
        return DONE

    def _taken(self, lock: Lock, activity: str, run_id: str) -> bool:
        try:
            if not lock.take(LOCK_WAIT_S):
                return False
            lock.write(this_process(activity, run_id).written())
        except OSError as error:
            _log.error("%s: %s", lock.path, error)
            return False
        return True

    def _leave(self, place: RunPlace, done: Finished) -> int:
        try:
            noted = self.leave(self.config, place, done)
        except NotNow as error:
            return self._say(error.text, NOT_NOW)
        except DamagedError as error:
            return self._damaged(place, error)
        place.note(State.ENQUEUED, {"run_id": place.run_id, "enqueued_utc": utc_text(self.clock.now()), **noted})
        return DONE if done.complete else PARTLY

    def _failed(self, place: RunPlace, text: Text, code: int) -> int:
        if place.state() is not State.BEGUN:  # the scan itself stands, and is taken up again
            return self._say(text, NOT_NOW)
        try:
            place.note(State.FAILED, {"run_id": place.run_id, "code": code, "text": {"en": text.en, "th": text.th}})
        except (OSError, CannotWriteError):
            pass  # the log has it
        return self._say(text, code)

    def _damaged(self, place: RunPlace, error: DamagedError) -> int:
        try:
            place.note(State.DAMAGED, {"run_id": place.run_id, "noted_utc": utc_text(self.clock.now())})
        except (OSError, CannotWriteError):
            pass  # it is found again, and said again, next time
        return self._say(_DAMAGED.with_(path=place.path, why=error), FAILED)

    def _say(self, text: Text, code: int) -> int:
        _log.error(text)
        return code


class Stopping:
    """What ends a scan early: a signal, or the end of its time. What follows the scan is never cut short."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.by_signal = False

    def on_signals(self) -> None:
        """SIGTERM and SIGINT end the scan in good order; SIGHUP means the service, not its child."""

        def stopped(_number: int, _frame: FrameType | None) -> None:
            self.by_signal = True
            self.event.set()

        signal.signal(signal.SIGTERM, stopped)
        signal.signal(signal.SIGINT, stopped)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def within(self, seconds: float) -> None:
        """End the scan after so many seconds: whoever began it may be gone by then."""
        timer = threading.Timer(seconds, self.event.set)
        timer.daemon = True
        timer.start()


_OTHER = Text(
    en="Another scan of this agent is running; two never run at once.",
    th="มีการสแกนอื่นของตัวแทนนี้กำลังทำงานอยู่ ระบบจะไม่สแกนพร้อมกันสองงาน",
)
_CANNOT_KEEP = Text(
    en="The run {path} could not be kept ({why}). Please check the folder's owner and the space left.",
    th="เก็บผลการสแกน {path} ไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์และพื้นที่ที่เหลือ",
)
_DAMAGED = Text(
    en="The finished run {path} cannot be read any more ({why}); it is kept for you to look at, and the next scan replaces it.",
    th="อ่านผลการสแกน {path} ที่เสร็จแล้วไม่ได้ ({why}) ระบบเก็บไว้ให้ตรวจดู และการสแกนครั้งต่อไปจะทดแทน",
)
