"""The service: one thread that turns for years.

    look after the child ─► begin what is due ─► send one report ─► chores ─► status ─► alive ─► wait

Nothing in a turn waits without an end: the watchdog is told of each turn by the turn itself, so that a loop that hangs is
ended by systemd. Signals wake it: TERM ends the scan in good order and then the service, a second TERM ends both at once,
HUP reads the configuration again, of which an invalid one changes nothing.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cctv_probe.agent.service.in_force import InForce
from cctv_probe.agent.service.notify import Notifier
from cctv_probe.agent.service.post import Post, Posted, PostError, Problem
from cctv_probe.agent.service.scans import Note, Scans, Start
from cctv_probe.agent.service.status import Standing, line, shape, write_status
from cctv_probe.agent.service.wakes import Wakes
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import Clock

LAST_SEND_S = 5.0
SEND_S = 30.0
"""The longest that one request may take; less where the watchdog is quicker."""
REOPEN_S = 300.0
LOOK_S = 60.0
"""The longest wait: commands of people change the outbox meanwhile, and the status says that we live."""
STATUS_S = 60.0
CHORES_S = 3600.0
EXTEND_S = 15.0
Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of. `load` reads the configuration again and raises `ConfigError`; `open_post` raises
    `PostError`; `note` is the audit log's; `told` is given every status (metrics)."""

    clock: Clock
    notifier: Notifier
    load: Callable[[InForce], InForce]
    open_post: Callable[[InForce], Post]
    start: Start
    note: Note
    told: Callable[[InForce, Mapping[str, Any]], None]


class Service:
    """The agent's service. `run` returns when it was told to stop."""

    def __init__(self, parts: Parts, force: InForce, agent_id: str) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._force = force
        self._started = parts.clock.now()
        self._scans = Scans(force, parts.clock, parts.start, parts.note, agent_id)
        self._post: Post | None = None
        self._facts: Mapping[str, Any] = {}
        self._config_error: Text | None = None
        self._problems: dict[str, Problem] = {}
        self._state = "starting"
        self._at_once = False
        self._send_s = self._chores_s = self._status_s = parts.clock.monotonic()
        self._extend_s = 0.0

    def run(self) -> int:
        """Turn until SIGTERM or SIGINT. Returns the exit code, 0. The caller holds the service's lock."""
        with Wakes() as wakes:
            try:
                self._begin()
                while not self._over():
                    self._hear(wakes.wait(self._wait_s()))
                    self._turn()
                self._end()
            finally:
                self._close_post()
        return 0

    def _begin(self) -> None:
        self._parts.note("service_started")
        try:
            self._scans.take_over()
        except OSError as error:
            self._problem("state_folder", "high", _NO_STATE.with_(why=error.strerror or error))
        self._state = "running"
        self._parts.notifier.ready()
        self._turn()

    def _over(self) -> bool:
        return self._state == "stopping" and (self._at_once or self._scans.child is None)

    def _turn(self) -> None:
        self._scans.tick()
        if self._scans.look(stopping=self._state == "stopping"):
            self._send_s = self._clock.monotonic()
            self._status_s = 0.0
        if self._state == "running":
            if self._scans.begin_due():
                self._status_s = 0.0
            self._send()
            self._chores()
        else:
            self._ask_for_time()
        self._show()
        self._parts.notifier.alive()

    def _hear(self, signals: object) -> None:
        for number in signals if isinstance(signals, bytes) else ():
            if number in (signal.SIGTERM, signal.SIGINT):
                self._stop()
            elif number == signal.SIGHUP and self._state == "running":
                self._reload()

    def _stop(self) -> None:
        if self._state == "stopping":
            self._at_once = True
            if self._scans.child is not None:
                self._scans.child.kill()
            return
        self._state = "stopping"
        self._status_s = 0.0
        self._parts.notifier.stopping()
        _log.info(_STOPPING)
        self._parts.note("service_stopping")
        if self._scans.child is not None:
            self._scans.child.end(self._clock.monotonic())

    def _ask_for_time(self) -> None:
        now_s = self._clock.monotonic()
        if self._scans.child is not None and now_s >= self._extend_s:
            self._extend_s = now_s + EXTEND_S / 2
            self._parts.notifier.extend(EXTEND_S)

    def _reload(self) -> None:
        self._parts.notifier.reloading()
        try:
            force = self._parts.load(self._force)
        except ConfigError as error:
            self._config_error = error.text
            _log.error(_OLD_HOLDS.with_(why=error.text))
            self._parts.note("reload_refused")
        else:
            self._config_error = None
            self._force = self._scans.force = force
            self._close_post()
            self._send_s = self._clock.monotonic()
            _log.info(_RELOADED)
            self._parts.note("reloaded")
        self._status_s = 0.0
        self._show()
        self._parts.notifier.ready()

    def _send(self) -> None:
        """One request at most. It is bounded well below the watchdog."""
        if self._clock.monotonic() < self._send_s:
            return
        watchdog_s = self._parts.notifier.watchdog_s
        posted = self._step(min(SEND_S, watchdog_s / 2) if watchdog_s else SEND_S)
        wait_s = LOOK_S if self._post is not None else REOPEN_S
        if posted is not None and posted.next_at is not None:
            wait_s = min(max((posted.next_at - self._clock.now()).total_seconds(), 0.0), LOOK_S)
        if posted is not None and posted.tried:
            self._status_s = 0.0
            wait_s = max(wait_s, 0.05)
        self._send_s = self._clock.monotonic() + (wait_s or 1.0)

    def _step(self, within_s: float) -> Posted | None:
        """One step of the way out, and how it stands afterwards; None where it cannot be used."""

        def step() -> Posted:
            if self._post is None:
                self._post = self._parts.open_post(self._force)
            posted = self._post.step(within_s)
            self._facts = self._post.facts()
            return posted

        posted = self._guarded(step)
        self._scans.agent_id = str(self._facts.get("agent_id") or self._scans.agent_id)
        return posted

    def _guarded(self, do: Callable[[], Answer]) -> Answer | None:
        """What `do` gives; None where the way out failed, which is then closed, said, and opened anew in a while."""
        try:
            answer = do()
        except PostError as error:
            self._post_failed(error.text)
        except Exception as error:  # noqa: BLE001 - a mistake in sending must not end the scanning: it is said and tried again
            text = _MISTAKE.with_(kind=type(error).__name__)
            _log.error(text, exc_info=error)
            self._post_failed(text)
        else:
            self._problems.pop("outbox", None)
            return answer
        return None

    def _post_failed(self, text: Text) -> None:
        self._close_post()
        self._problem("outbox", "high", text)

    def _close_post(self) -> None:
        post, self._post = self._post, None
        if post is not None:
            self._guarded(post.close)

    def _chores(self) -> None:
        if self._clock.monotonic() < self._chores_s:
            return
        self._chores_s = self._clock.monotonic() + CHORES_S
        self._scans.housekeeping()
        if self._post is not None:
            self._guarded(self._post.housekeeping)

    def _show(self) -> None:
        standing = Standing(
            state=self._state,
            started_utc=self._started,
            now=self._clock.now(),
            force=self._force,
            config_error=self._config_error,
            next=self._scans.next_starts(),
            running=self._scans.running(),
            last=self._scans.last,
            post=self._facts,
            problems=(*self._scans.problems.values(), *self._problems.values()),
        )
        self._parts.notifier.status(line(standing).in_(self._force.config.language))
        if self._clock.monotonic() < self._status_s:
            return
        self._status_s = self._clock.monotonic() + STATUS_S
        told = shape(standing)
        try:
            write_status(self._force.config.places.status, told)
            self._parts.told(self._force, told)
            self._problems.pop("status", None)
        except CannotWriteError as error:
            self._problem("status", "medium", error.text)
        except OSError as error:
            self._problem("status", "medium", _NO_STATE.with_(why=error.strerror or error))

    def _wait_s(self) -> float:
        now_s = self._clock.monotonic()
        if self._over():
            return 0.0
        waits = [LOOK_S, self._status_s - now_s]
        if self._state == "running":
            waits += [self._send_s - now_s, self._scans.next_look_s()]
        else:
            waits += [EXTEND_S / 2, self._scans.next_look_s()]
        watchdog_s = self._parts.notifier.watchdog_s
        if watchdog_s:
            waits.append(watchdog_s / 4)
        return max(0.0, min(waits))

    def _end(self) -> None:
        if not self._at_once:
            self._step(LAST_SEND_S)
        self._scans.diary.save()
        self._state = "stopped"
        self._status_s = 0.0
        self._show()
        self._parts.note("service_stopped")
        _log.info(_STOPPED)

    def _problem(self, code: str, severity: Any, text: Text) -> None:
        if self._problems.get(code) != (found := Problem(code, severity, text)):
            self._problems[code] = found
            _log.error(text)


_NO_STATE = Text(
    en="The state folder cannot be used ({why}). Please check its owner and the space left.",
    th="ใช้โฟลเดอร์สถานะไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์และพื้นที่ที่เหลือ",
)
_STOPPING = Text(
    en="Stopping: the scan that runs is ended in good order and kept.",
    th="กำลังหยุดบริการ การสแกนที่ทำอยู่จะจบอย่างเรียบร้อยและเก็บผลไว้",
)
_STOPPED = Text(en="Stopped.", th="หยุดบริการแล้ว")
_RELOADED = Text(en="The configuration was read again and holds now.", th="อ่านค่าตั้งใหม่แล้ว และมีผลตั้งแต่นี้")
_OLD_HOLDS = Text(
    en="The configuration was not taken over; the old one still holds. {why}", th="ไม่ใช้ค่าตั้งใหม่ ค่าเดิมยังมีผลอยู่ {why}"
)
_MISTAKE = Text(
    en="Sending met a mistake in this program ({kind}). Nothing is lost; it is tried again in five minutes.",
    th="การส่งพบข้อผิดพลาดในโปรแกรม ({kind}) ข้อมูลไม่สูญหาย ระบบจะลองใหม่ในห้านาที",
)
