"""One scan at a time: what is due is begun, what ended is noted, what was finished but not delivered is taken up again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cctv_probe.agent.config import Activity
from cctv_probe.agent.service.children import Child, Order, find_worker
from cctv_probe.agent.service.diary import Diary
from cctv_probe.agent.service.in_force import InForce
from cctv_probe.agent.service.locks import work_lock
from cctv_probe.agent.service.post import Problem
from cctv_probe.agent.service.runs import (
    Finished,
    RunPlace,
    State,
    newest_finished,
    note_lost,
    prune,
    to_resume,
)
from cctv_probe.agent.service.schedule import Seat, due, included, next_starts, retry_s
from cctv_probe.agent.service.status import NAMES
from cctv_probe.agent.service.wanted import wanted_files
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock, utc_text
from cctv_probe.wire.run_id import new_run_id

Start = Callable[[Order, InForce, datetime, float], Child]
"""Starts a child. Raises OSError."""
Note = Callable[..., object]
"""The audit log's `note`."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Later:
    """A finished run that could not be put into the outbox: when to try again, on the steady clock."""

    at_s: float = 0.0
    failures: int = 0


class Scans:
    """The children of the service, past and present, and the diary of what they did."""

    def __init__(self, force: InForce, clock: Clock, start: Start, note: Note, agent_id: str) -> None:
        self.force = force
        self.clock = clock
        self.child: Child | None = None
        self.agent_id = agent_id
        self.problems: dict[str, Problem] = {}
        self.last: dict[str, dict[str, Any]] = {}
        self._start, self._note = start, note
        self._later: dict[str, _Later] = {}
        self.diary = Diary(force.config.places.schedule, clock)
        if self.diary.begun_anew:
            self._problem("schedule", "low", _ANEW.with_(path=force.config.places.schedule))
        for done in newest_finished(self._runs).values():
            self._note_last(done)

    @property
    def _runs(self) -> Path:
        return self.force.config.places.runs

    @property
    def _seat(self) -> Seat:
        return Seat.of(self.agent_id)

    @property
    def living(self) -> str | None:
        """The id of the run that goes on now."""
        return self.child.order.path.name if self.child else None

    def take_over(self) -> None:
        """Recognise the child of an earlier life of the service, and what it left unfinished. Raises OSError."""
        worker = find_worker(work_lock(self.force.config.places))
        if worker is not None:
            self.child = Child.adopt(worker, self._runs, self.clock.now(), self.clock.monotonic())
            _log.info(_ADOPTED.with_(pid=worker.pid))
            self._note("scan_taken_over", run_id=worker.run_id, activity=worker.activity)
        self._mark_lost()

    def tick(self) -> None:
        """Look at the clocks; a jump is said once."""
        jump_s = self.diary.tick()
        if jump_s:
            text = _JUMP.with_(seconds=round(jump_s))
            self._problem("clock_jumped", "info", text)
            self._note("clock_jumped", seconds=round(jump_s))
        wrong = self.diary.cannot_write
        if wrong is not None:
            self._problem("schedule_file", "high", wrong.text)
        else:
            self.problems.pop("schedule_file", None)

    def look(self, *, stopping: bool = False) -> bool:
        """Look after the child. True where it has just ended."""
        if self.child is None:
            return False
        child, code = self.child, self.child.ended()
        if code is not None:
            self.child = None
            self._ended(child, code, stopping=stopping)
            return True
        was_killed = child.killed
        child.watch(self.clock.monotonic())
        if child.killed and not was_killed:
            self._note("scan_killed", run_id=child.order.path.name)
        return False

    def begin_due(self) -> bool:
        """Begin what is due, if anything is and nothing runs. True where a child was started."""
        if self.child is not None:
            return False
        now = self.clock.now()
        waiting = next((order for order in self.waiting() if self._due_in_s(order) <= 0), None)
        if waiting is not None:
            return self.begin(waiting)
        activity = due(now, self.diary.lasts, self.force.config.schedule, self._seat, self.force.zone)
        return activity is not None and self.begin_scan(activity)

    def waiting(self) -> list[Order]:
        """What must be handed in beside new scans: finished runs that are not in the outbox, records that were asked for.
        Nothing before the agent is enrolled: a report says whose it is."""
        if not self.agent_id:
            return []
        runs = [Order(place.path, "resume") for place in to_resume(self._runs)]
        return runs + [Order(path, "wanted") for path in wanted_files(self.force.config.places)]

    def begin_scan(self, activity: Activity) -> bool:
        """Begin a scan now."""
        self.diary.begin(activity)
        return self.begin(Order(self._runs / new_run_id(self.clock.now()), activity))

    def begin(self, order: Order) -> bool:
        """Start a child. A failure is a problem that is shown, and tried again like a failed scan."""
        try:
            self.child = self._start(order, self.force, self.clock.now(), self.clock.monotonic())
        except OSError as error:
            self._postpone(order.path.name)
            self._problem("cannot_start", "high", _CANNOT_START.with_(why=error.strerror or error))
            return False
        self.problems.pop("cannot_start", None)
        self._note("scan_started", run_id=order.path.name, activity=order.kind)
        _log.info(_STARTED.with_(activity=NAMES[order.kind]), extra={"facts": {"run_id": order.path.name}})
        return True

    def next_starts(self) -> dict[Activity, datetime]:
        """When each activity begins next; not before now."""
        now = self.clock.now()
        starts = next_starts(now, self.diary.lasts, self.force.config.schedule, self._seat, self.force.zone)
        return {activity: max(at, now) for activity, at in starts.items()}

    def next_look_s(self) -> float:
        """Seconds until there is something to do here."""
        if self.child is not None:
            return self.child.next_look_s(self.clock.monotonic())
        waits = [(at - self.clock.now()).total_seconds() for at in self.next_starts().values()]
        waits += [self._due_in_s(order) for order in self.waiting()]
        return max(0.05, min(waits, default=3600.0))

    def housekeeping(self) -> None:
        """Remove old folders, forget old jumps of the clock, and note the time."""
        self.problems.pop("clock_jumped", None)
        self._mark_lost()
        now_s, keep = self.clock.now().timestamp(), self.force.config.keep_runs
        gone = prune(self._runs, keep, self.living, now_s, enrolled=bool(self.agent_id))
        if gone:
            self._note("runs_removed", count=len(gone), oldest=gone[-1])
        self.diary.save()

    def running(self) -> dict[str, str] | None:
        """What goes on now, for the status."""
        if self.child is None:
            return None
        return {"activity": self.child.order.kind, "since_utc": utc_text(self.child.began_utc)}

    def _ended(self, child: Child, code: int, *, stopping: bool) -> None:
        if child.order.kind == "wanted":
            self._wanted_ended(child, code)
            return
        place = RunPlace(child.order.path)
        state = place.state()
        self._note("scan_ended", run_id=place.run_id, activity=child.order.kind, code=code, state=state.value)
        if state is State.FINISHED and self.agent_id:
            self._postpone(place.run_id)
            self._problem("not_enqueued", "high", _NOT_ENQUEUED)
        elif state in (State.ENQUEUED, State.DAMAGED):
            self._later.pop(place.run_id, None)
            if not to_resume(self._runs):
                self.problems.pop("not_enqueued", None)
        if child.order.activity is not None:
            done = place.outcome() if state in (State.FINISHED, State.ENQUEUED) else None
            if done is not None:
                self._scan_finished(child, done)
            elif not stopping:
                self._scan_failed(child.order.activity, place, killed=child.killed)
        self._mark_lost()

    def _wanted_ended(self, child: Child, code: int) -> None:
        self._note("records_handed_in", wanted=child.order.path.stem, code=code)
        if child.order.path.exists():
            self._postpone(child.order.path.name)
        else:
            self._later.pop(child.order.path.name, None)

    def _scan_finished(self, child: Child, done: Finished) -> None:
        self._note_last(done)
        for activity in included(done.activity):
            self.problems.pop(f"scan_{activity}", None)
        if child.out_of_time or not done.stopped:
            self.diary.served(done.activity)
        if RunPlace(child.order.path).said(State.ENQUEUED, "wants_reading"):
            self.diary.hurry("reading")

    def _scan_failed(self, activity: Activity, place: RunPlace, *, killed: bool) -> None:
        said = place.said(State.FAILED, "text")
        text = (
            Text(str(said.get("en")), str(said.get("th"))) if isinstance(said, dict) else _KILLED if killed else _BROKE
        )
        ending = "failed" if said else ("killed" if killed else "crashed")
        self.last[activity] = {
            "run_id": place.run_id,
            "finished_utc": utc_text(self.clock.now()),
            "ending": ending,
            "cameras": None,
        }
        self._problem(f"scan_{activity}", "high", text)

    def _note_last(self, done: Finished) -> None:
        """What went last, for the activity and those that it includes."""
        for activity in included(done.activity):
            if done.finished_utc >= str(self.last.get(activity, {}).get("finished_utc", "")):
                self.last[activity] = _last_shape(done)

    def _mark_lost(self) -> None:
        for place in note_lost(self._runs, self.living, utc_text(self.clock.now())):
            self._note("scan_lost", run_id=place.run_id)
            _log.warning(_LOST.with_(path=place.path))

    def _due_in_s(self, order: Order) -> float:
        later = self._later.get(order.path.name)
        return later.at_s - self.clock.monotonic() if later else 0.0

    def _postpone(self, run_id: str) -> None:
        later = self._later.setdefault(run_id, _Later())
        later.failures += 1
        later.at_s = self.clock.monotonic() + retry_s(later.failures, 86_400)

    def _problem(self, code: str, severity: Any, text: Text) -> None:
        if self.problems.get(code) != (found := Problem(code, severity, text)):
            self.problems[code] = found
            _log.log(logging.INFO if severity == "info" else logging.ERROR, text)


def _last_shape(done: Finished) -> dict[str, Any]:
    ending = "ok" if done.complete else "stopped" if done.stopped else "incomplete"
    return {"run_id": done.run_id, "finished_utc": done.finished_utc, "ending": ending, "cameras": done.cameras}


_ANEW = Text(
    en="The record of past scans {path} could not be read; it was begun anew, and every scan that is switched on is made once.",
    th="อ่านบันทึกการสแกนที่ผ่านมา {path} ไม่ได้ ระบบเริ่มบันทึกใหม่ และจะสแกนทุกงานที่เปิดไว้หนึ่งครั้ง",
)
_ADOPTED = Text(
    en="A scan of before the restart still runs (process {pid}); it goes on.",
    th="การสแกนจากก่อนเริ่มบริการใหม่ยังทำงานอยู่ (โพรเซส {pid}) และจะดำเนินต่อ",
)
_JUMP = Text(
    en="The clock of this machine jumped by {seconds} s; the schedule goes by the time that really passed.",
    th="นาฬิกาของเครื่องนี้เปลี่ยนกะทันหัน {seconds} วินาที ตารางเวลาจะนับตามเวลาที่ผ่านไปจริง",
)
_CANNOT_START = Text(
    en="A scan could not be started ({why}). It is tried again.", th="เริ่มการสแกนไม่ได้ ({why}) ระบบจะลองใหม่"
)
_STARTED = Text(en="Begun: {activity}.", th="เริ่มงาน: {activity}")
_NOT_ENQUEUED = Text(
    en="A finished scan could not be put into the outbox. It is kept and tried again; please check the disk of the state folder.",
    th="นำผลการสแกนที่เสร็จแล้วใส่กล่องขาออกไม่ได้ ผลยังเก็บไว้และระบบจะลองใหม่ โปรดตรวจสอบดิสก์ของโฟลเดอร์สถานะ",
)
_KILLED = Text(
    en="The scan did not end in its time and was stopped; nothing of it was kept. It is tried again.",
    th="การสแกนไม่เสร็จตามเวลาและถูกหยุด จึงไม่ได้เก็บผล ระบบจะลองใหม่",
)
_BROKE = Text(
    en="The scan ended before its time and kept nothing. It is tried again; the service's log says more.",
    th="การสแกนหยุดก่อนเสร็จและไม่ได้เก็บผล ระบบจะลองใหม่ โปรดดูรายละเอียดในบันทึกของบริการ",
)
_LOST = Text(
    en="The scan in {path} was cut off before it was finished. What it left is kept for two days.",
    th="การสแกนใน {path} ถูกตัดก่อนเสร็จ สิ่งที่เหลือจะเก็บไว้สองวัน",
)
