"""`agent run --once`, for sites that prefer cron: what is due is scanned, what may go is sent, and that is all."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cctv_probe.agent.config import Activity
from cctv_probe.agent.service.children import Order
from cctv_probe.agent.service.in_force import InForce
from cctv_probe.agent.service.post import Post, PostError
from cctv_probe.agent.service.runs import RunPlace, State
from cctv_probe.agent.service.scans import Scans
from cctv_probe.agent.service.schedule import Seat, due
from cctv_probe.agent.service.status import Standing, shape, write_status
from cctv_probe.agent.service.wakes import Wakes
from cctv_probe.agent.service.work import DONE, FAILED, MISCONFIGURED, NOT_NOW, PARTLY
from cctv_probe.model.words import Text
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import Clock

UNREACHED = 69
"""The scan is in the outbox, but the register could not be reached (EX_UNAVAILABLE, sysexits(3))."""
SEND_S = 30.0
SENDING_S = 600.0
"""How long sending may go on altogether."""
_WORST_FIRST = (MISCONFIGURED, FAILED, NOT_NOW, UNREACHED, PARTLY)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Once:
    """One run for cron. `scans` is fresh; the caller holds the service's lock."""

    force: InForce
    clock: Clock
    scans: Scans
    open_post: Callable[[InForce], Post]
    told: Callable[[InForce, Mapping[str, Any]], None]
    stopped: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    def run(self, activity: Activity | None) -> int:
        """Scan with `activity`, or what is due, and send. Returns the exit code: of all that went wrong, the worst."""
        codes, started = {DONE}, self.clock.now()
        with Wakes() as wakes:
            self.scans.take_over()
            if self.scans.child is not None:
                _log.error(_BUSY)
                return NOT_NOW
            for order in self.scans.waiting():
                codes.add(self._child(wakes, order))
            codes.add(self._scan(wakes, activity))
            if not self.stopped:
                codes.add(self._send(wakes))
            self.scans.housekeeping()
            self._show(started)
        return next((code for code in _WORST_FIRST if code in codes), DONE)

    def _scan(self, wakes: Wakes, activity: Activity | None) -> int:
        wanted = activity or due(
            self.clock.now(),
            self.scans.diary.lasts,
            self.force.config.schedule,
            Seat.of(self.scans.agent_id),
            self.force.zone,
        )
        if wanted is None:
            _log.info(_NOTHING_DUE)
            return DONE
        if self.stopped or not self.scans.begin_scan(wanted):
            return FAILED
        return self._ended(wakes)

    def _child(self, wakes: Wakes, order: Order) -> int:
        return self._ended(wakes) if not self.stopped and self.scans.begin(order) else NOT_NOW

    def _ended(self, wakes: Wakes) -> int:
        child = self.scans.child
        assert child is not None
        place = RunPlace(child.order.path)
        while not self.scans.look(stopping=self.stopped):
            for number in wakes.wait(self.scans.next_look_s()):
                if number in (signal.SIGTERM, signal.SIGINT):
                    self._stop()
        if child.order.kind == "wanted":
            return NOT_NOW if child.order.path.exists() else DONE
        state = place.state()
        if state is State.ENQUEUED:
            return DONE if place.said(State.FINISHED, "complete") is True else PARTLY
        if state is State.FINISHED:
            return NOT_NOW
        return MISCONFIGURED if place.said(State.FAILED, "code") == MISCONFIGURED else FAILED

    def _stop(self) -> None:
        child = self.scans.child
        if child is None:
            return
        if self.stopped:
            child.kill()
        self.stopped = True
        child.end(self.clock.monotonic())

    def _show(self, started: datetime) -> None:
        standing = Standing(
            state="once",
            started_utc=started,
            now=self.clock.now(),
            force=self.force,
            config_error=None,
            next=self.scans.next_starts(),
            running=None,
            last=self.scans.last,
            post=self.facts,
            problems=tuple(self.scans.problems.values()),
        )
        told = shape(standing)
        try:
            write_status(self.force.config.places.status, told)
            self.told(self.force, told)
        except CannotWriteError as error:
            _log.error(error.text)
        except OSError as error:
            _log.error(_NOT_SHOWN.with_(why=error.strerror or error))

    def _send(self, wakes: Wakes) -> int:
        """Send until nothing more may go now. What must wait its turn after an outage waits for the next time."""
        until = self.clock.monotonic() + SENDING_S
        try:
            post = self.open_post(self.force)
        except PostError as error:
            _log.error(error.text)
            return NOT_NOW
        try:
            while self.clock.monotonic() < until:
                posted = post.step(SEND_S)
                self.facts = post.facts()
                if posted.failed is not None:
                    _log.error(posted.failed)
                    return UNREACHED
                if not posted.tried or any(number in (signal.SIGTERM, signal.SIGINT) for number in wakes.wait(0)):
                    return DONE
            return UNREACHED
        except PostError as error:
            _log.error(error.text)
            return NOT_NOW
        finally:
            post.close()


_BUSY = Text(
    en="A scan of this agent still runs; nothing was begun. Please try again when it has ended.",
    th="การสแกนของตัวแทนนี้ยังทำงานอยู่ จึงไม่ได้เริ่มงานใหม่ โปรดลองอีกครั้งเมื่องานนั้นเสร็จ",
)
_NOT_SHOWN = Text(en="The numbers about the agent could not be written ({why}).", th="เขียนตัวเลขของตัวแทนไม่ได้ ({why})")
_NOTHING_DUE = Text(
    en="No scan is due now; only what waits in the outbox is sent.",
    th="ขณะนี้ไม่มีการสแกนที่ถึงกำหนด จะส่งเฉพาะสิ่งที่รออยู่ในกล่องขาออก",
)
