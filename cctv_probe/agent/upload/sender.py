"""One step of sending: the oldest report that is due, signed, sent, judged; and what becomes of it and of the way.

The step is small so that the service's loop stays in charge: at most one report, within the seconds that it is given.
Whatever happens, the report is still in the outbox, or its receipt is.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cctv_probe.agent.enrolment.identity import Enrolled, IdentityError, load_enrolled
from cctv_probe.agent.enrolment.keys import KeyFileError
from cctv_probe.agent.enrolment.rotate import RotationError, rotate, rotation_waits
from cctv_probe.agent.outbox.terms import OutboxError, Row
from cctv_probe.agent.places import Places
from cctv_probe.agent.upload import sender_words as words
from cctv_probe.agent.upload.answers import Kind, Outcome, Sent, classify
from cctv_probe.agent.upload.asked_of import Audit, Outbox
from cctv_probe.agent.upload.backoff import QUICK_TRIES, hourly_s
from cctv_probe.agent.upload.link import Link, Trouble
from cctv_probe.agent.upload.link_file import load_link, save_link
from cctv_probe.agent.upload.register import Register
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.agent.upload.settle import Desk, Settled, Wanted, settle
from cctv_probe.agent.upload.signed import Letter, post_signed, signing_time
from cctv_probe.contract.signature import SignatureError
from cctv_probe.contract.terms import REPORTS_PATH
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline

WITHIN_S = 60.0
AGAIN_S = 60.0
"""After trouble on this very machine: no identity, no disk."""
_SMALL_OFFSET_S = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. `next_at`: when another is worth it, None where nothing waits."""

    what: str
    text: Text
    next_at: datetime | None = None
    report_id: str | None = None
    tried: bool = False
    failed: bool = False


def _nobody_wants(_report_id: str, _digests: tuple[str, ...]) -> None:
    pass


class Sender:
    """Sends from the outbox. Not shared between threads.

    `register` makes the client anew for each request: a certificate file that was renewed takes effect without a restart.
    `on_wanted` is told which records the register lacks, before their report counts as delivered.
    """

    def __init__(
        self,
        outbox: Outbox,
        register: Callable[[], Register],
        places: Places,
        clock: Clock,
        rng: random.Random,
        audit: Audit,
        on_wanted: Wanted = _nobody_wants,
    ) -> None:
        self._outbox = outbox
        self._register = register
        self._places = places
        self._clock = clock
        self._rng = rng
        self._audit = audit
        self._on_wanted = on_wanted
        self._unsaved: Link | None = None

    def link(self) -> Link:
        """How the way to the register stands."""
        return self._unsaved or load_link(self._places)

    def step(self, now: datetime | None = None, within_s: float = WITHIN_S) -> Step:
        """Send the next report that may go, if there is one. Never raises for disk, outbox or network."""
        now = now or self._clock.now()
        link = self.link()
        at = link.open_at(now)
        if at is not None:
            return Step("waiting", words.WAITING, at)
        try:
            who = load_enrolled(self._places)
        except (IdentityError, KeyFileError) as error:
            self._keep(link.with_trouble(Trouble("not_enrolled", "problem", error.text, now)))
            return Step("not_enrolled", error.text, now + timedelta(seconds=AGAIN_S), failed=True)
        deadline = Deadline.after(within_s)
        turned = self._rotated(who, link, now, deadline)
        if turned is not None:
            return turned
        try:
            row = self._outbox.next_due(now)
            if row is None:
                return Step("idle", words.IDLE, self._outbox.next_due_at())
            return self._sent(self._outbox.begin(row.report_id), who, now, deadline)
        except OutboxError as error:
            return Step("outbox", error.text, now + timedelta(seconds=AGAIN_S), failed=True)

    # --- A report -----------------------------------------------------------------------------------------------------

    def _sent(self, row: Row, who: Enrolled, now: datetime, deadline: Deadline) -> Step:
        desk = Desk(self._outbox, self._audit, self._rng, self._on_wanted)
        try:
            moved = desk.readdressed(row, who, self.link(), now)
            settled = moved or self._exchanged(desk, row, who, now, deadline)
        except OutboxError as error:
            self._give_back(row, now, error.code)
            return Step("outbox", error.text, now + timedelta(seconds=AGAIN_S), row.report_id, failed=True)
        except Exception as error:  # noqa: BLE001 - one report must never stop the service: it waits, the others go on
            text = words.BUG.with_(kind=type(error).__name__)
            self._give_back(row, now + timedelta(hours=1), "bug")
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(at.filename).name}:{at.lineno}"
            self._audit.note("send_failed", report_id=row.report_id, kind=type(error).__name__, where=where)
            return Step("bug", text, now + timedelta(seconds=AGAIN_S), row.report_id, tried=True, failed=True)
        link = replace(settled.link, last_status=settled.text, last_try_utc=now)
        self._keep(link)
        return Step(
            settled.what,
            settled.text,
            self._next_at(link, now),
            row.report_id,
            tried=moved is None,
            failed=settled.failed,
        )

    def _exchanged(self, desk: Desk, row: Row, who: Enrolled, now: datetime, deadline: Deadline) -> Settled:
        """Send, sign again where the register told its time, and settle what came of it."""
        is_gzip = not self.link().plain(now)
        body = self._outbox.compressed(row.report_id) if is_gzip else self._outbox.body(row.report_id)
        letter = Letter(REPORTS_PATH, row.report_id, body, is_gzip)
        try:
            outcome, raw = self._judged(letter, row, who, deadline)
            if outcome.kind is Kind.SKEW and outcome.register_utc is not None:
                self._learn_time(outcome.register_utc)
                outcome, raw = self._judged(letter, row, who, deadline)
        except RouteError as error:
            return desk.unreached(row, error, self.link(), who.identity.agent_id, now)
        except SignatureError as error:
            return desk.unreached(row, RouteError("configuration", error.text), self.link(), who.identity.agent_id, now)
        return settle(desk, row, outcome, raw, self.link(), who.identity.agent_id, now, is_gzip=is_gzip)

    def _judged(self, letter: Letter, row: Row, who: Enrolled, deadline: Deadline) -> tuple[Outcome, bytes]:
        identity = who.identity
        created = signing_time(self._clock.now(), self.link().clock_offset_s)
        answer = post_signed(
            self._register(),
            letter,
            agent_id=identity.agent_id,
            key=who.key,
            created=created,
            deadline=deadline,
        )
        sent = Sent(row.report_id, row.digest or "", identity.agent_id, identity.lao_code, identity.trusted())
        return classify(answer.status, answer.headers, answer.body, sent, created), answer.body

    def _learn_time(self, register_utc: datetime) -> None:
        """Keep how far the register's time lies from this machine's, before anything is signed by it."""
        now = self._clock.now()
        offset_s = (register_utc - now).total_seconds()
        link = replace(self.link(), clock_offset_s=offset_s).without_trouble("clock")
        if abs(offset_s) > _SMALL_OFFSET_S:
            text = words.CLOCK.with_(offset=words.shown_offset(offset_s))
            link = link.with_trouble(Trouble("clock", "warning", text, now))
        self._audit.note("clock_offset_learned", offset_s=round(offset_s, 1))
        self._keep(link)

    def _give_back(self, row: Row, at: datetime, status: str) -> None:
        try:
            self._outbox.retry(row.report_id, at, status)
        except OutboxError:
            pass  # it stays as being sent, and is queued again when the outbox is next opened

    def _next_at(self, link: Link, now: datetime) -> datetime | None:
        try:
            due = self._outbox.next_due_at()
        except OutboxError:
            return now + timedelta(seconds=AGAIN_S)
        return None if due is None else max(due, link.open_at(now) or now)

    # --- The key ------------------------------------------------------------------------------------------------------

    def _rotated(self, who: Enrolled, link: Link, now: datetime, deadline: Deadline) -> Step | None:
        """Replace the key where that is due, or was begun; None where there is nothing to do, or it must wait."""
        wanted = rotation_waits(self._places) or (link.gate is None and who.rotation_due(now))
        if not wanted or not link.rotation_open(now):
            return None
        try:
            done = rotate(self._places, self._register(), self._clock, offset_s=link.clock_offset_s, deadline=deadline)
        except RouteError as error:
            if rotation_waits(self._places) and link.failures < QUICK_TRIES:
                return self._unsure_of_key(who, link, now, error)
            self._put_off_rotation(link, now, error.text)
            return None
        except (RotationError, IdentityError, KeyFileError, SignatureError) as error:
            self._put_off_rotation(link, now, error.text)
            return None
        except OSError as error:
            self._put_off_rotation(link, now, words.DISK.with_(reason=error.strerror or "-"))
            return None
        self._audit.note("key_rotated", key_id=done.enrolled.key_id)
        link = replace(link, clock_offset_s=done.offset_s, rotation_not_before_utc=None, last_contact_utc=now)
        self._keep(link.without_trouble("rotation"))
        return Step("rotated", words.ROTATED, now, tried=True)

    def _unsure_of_key(self, who: Enrolled, link: Link, now: datetime, error: RouteError) -> Step:
        """The register may have taken the new key or not: that is asked again before anything is signed with the old one."""
        self._audit.note("key_rotation_failed", why=error.text.en)
        trouble = Trouble("unreachable", "warning", error.text, now)
        link = link.failed(now, who.identity.agent_id, self._rng, trouble=trouble)
        self._keep(replace(link, last_status=error.text, last_try_utc=now))
        return Step("unreachable", error.text, link.not_before_utc, tried=True, failed=True)

    def _put_off_rotation(self, link: Link, now: datetime, why: Text) -> None:
        at = now + timedelta(seconds=hourly_s(self._rng))
        self._audit.note("key_rotation_failed", why=why.en)
        trouble = Trouble("rotation", "warning", words.NOT_ROTATED.with_(why=why), now)
        self._keep(replace(link, rotation_not_before_utc=at).with_trouble(trouble))

    def _keep(self, link: Link) -> None:
        """On disk, so that a restart does not hammer; in memory alone where the disk refuses."""
        if link == self.link():
            return
        try:
            save_link(self._places, link)
            self._unsaved = None
        except OSError:
            self._unsaved = link
