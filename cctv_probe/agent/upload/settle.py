"""What becomes of a report, and of the way, once its answer was judged: the right-hand column of the table of answers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cctv_probe.agent.enrolment.identity import Enrolled
from cctv_probe.agent.outbox.terms import Row
from cctv_probe.agent.upload import sender_words as words
from cctv_probe.agent.upload import split
from cctv_probe.agent.upload.answers import Kind, Outcome
from cctv_probe.agent.upload.asked_of import Audit, Outbox
from cctv_probe.agent.upload.backoff import CONFLICT_S, QUICK_TRIES, hourly_s
from cctv_probe.agent.upload.link import PLAIN_FOR_S, Link, Severity, Trouble
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.contract.receipt import Receipt, read_receipt
from cctv_probe.model.words import Text

Wanted = Callable[[str, tuple[str, ...]], None]

STUCK_ATTEMPTS = 4
"""A report that failed so often while the way was good is itself at fault, and must not stand before the others."""
MOST_CONFLICTS = 20
MOST_REFUSALS = 40
"""Refusals in a row without a reason, after which it is not the reports that are at fault. To find one bad camera among
20,000 takes fewer: a good half lies between any two bad ones."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a report's try ended, and the way afterwards."""

    what: str
    text: Text
    link: Link
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The means of settling."""

    outbox: Outbox
    audit: Audit
    rng: random.Random
    on_wanted: Wanted

    def body(self, row: Row) -> Mapping[str, Any]:
        """The body, parsed: it was made and kept by us."""
        found: Mapping[str, Any] = json.loads(self.outbox.body(row.report_id))
        return found

    # --- The way ------------------------------------------------------------------------------------------------------

    def unreached(self, row: Row, error: RouteError, link: Link, agent_id: str, now: datetime) -> Settled:
        """No whole answer came."""
        trouble = Trouble("unreachable", "warning", error.text, now)
        return self.way_failed(row, f"route_{error.reason}", trouble, link, agent_id, now)

    def way_failed(
        self,
        row: Row,
        status: str,
        trouble: Trouble,
        link: Link,
        agent_id: str,
        now: datetime,
        retry_after_s: float | None = None,
    ) -> Settled:
        """The whole way waits; or this one report alone, where the others pass."""
        if row.attempts >= STUCK_ATTEMPTS and link.failures == 0 and link.gate is None:
            return self.stuck(row, status, trouble.text, link, now)
        failed = link.failed(now, agent_id, self.rng, retry_after_s=retry_after_s, trouble=trouble)
        at = failed.not_before_utc or now
        # After a few tries another report gets its turn first, should this one be what is not let through.
        self.outbox.retry(row.report_id, at + timedelta(seconds=row.attempts > QUICK_TRIES), status)
        return Settled(trouble.code, trouble.text, failed, failed=True)

    def stuck(self, row: Row, status: str, text: Text, link: Link, now: datetime) -> Settled:
        """This one report waits an hour and is named; the way is free for the others."""
        self.outbox.retry(row.report_id, now + timedelta(seconds=hourly_s(self.rng)), status)
        named = words.STUCK.with_(seq=row.seq, times=row.attempts, report=row.report_id)
        return Settled("stuck", text, link.with_trouble(Trouble("stuck", "problem", named, now)), failed=True)

    def waits_an_hour(self, row: Row, status: str, link: Link, *, alone: bool) -> None:
        """The row's own wait beside that of the way; `alone`: later than it, so that others get their turn."""
        at = link.not_before_utc
        assert at is not None
        self.outbox.retry(row.report_id, at + timedelta(hours=1) if alone else at, status)

    # --- The report ---------------------------------------------------------------------------------------------------

    def readdressed(self, row: Row, who: Enrolled, link: Link, now: datetime) -> Settled | None:
        """A report that was made before this enrolment, under another agent's name: made anew under ours."""
        enrolled = datetime.fromisoformat(who.identity.enrolled_utc)
        if row.created_utc is not None and row.created_utc > enrolled:
            return None
        body = self.body(row)
        if body["agent_id"] == who.identity.agent_id:
            return None
        if body["lao_code"] != who.identity.lao_code:
            self.outbox.quarantine(row.report_id, "other_municipality")
            text = words.OTHER_LAO.with_(seq=row.seq)
            self.audit.note("report_quarantined", report_id=row.report_id, code="other_municipality")
            trouble = Trouble("other_municipality", "problem", text, now)
            return Settled("quarantined", text, link.with_trouble(trouble), failed=True)
        write = split.again({**body, "agent_id": who.identity.agent_id})
        self.outbox.replace(row.report_id, [write], "enrolled_anew")
        return Settled("readdressed", words.MOVED.with_(seq=row.seq), link)

    def divide(self, row: Row, code: str) -> bool:
        """Two bodies in the place of one; the last camera is set aside. False where nothing can be divided (a gap)."""
        body = self.body(row)
        if body["kind"] == "gap":
            return False
        halves = split.halves(body)
        if halves is not None:
            self.outbox.replace(row.report_id, [halves.first, halves.second], code)
            self.audit.note("report_divided", report_id=row.report_id, code=code)
            return True
        self.set_apart(row, body, split.record_ids(body), code)
        return True

    def set_apart(self, row: Row, body: Mapping[str, Any], named: tuple[str, ...], code: str) -> None:
        """The named records in a body of their own, in quarantine; the rest goes again."""
        apart = split.apart(body, named)
        if apart is None or apart.rest is None:
            self.outbox.quarantine(row.report_id, code)
            set_aside = row.report_id
        else:
            children = self.outbox.replace(row.report_id, [apart.rest, apart.named], code)
            set_aside = children[-1].report_id
            self.outbox.quarantine(set_aside, code)
        self.audit.note(
            "report_quarantined", report_id=set_aside, of=row.report_id, code=code, cameras=list(named)[:100]
        )

    def keep_rejected(self, row: Row, receipt: Receipt) -> None:
        """Records that a receipt does not take, set aside before the report counts as delivered."""
        named = tuple(dict.fromkeys(entry.id for entry in receipt.rejected))
        if not named:
            return
        apart = split.apart(self.body(row), named)
        if apart is None:
            return
        made = self.outbox.enqueue("records", apart.named, run_id=f"rejected:{row.report_id}")
        if made is not None and made.state == "queued":
            self.outbox.quarantine(made.report_id, receipt.rejected[0].code)
        self.audit.note("records_rejected", report_id=row.report_id, cameras=list(named)[:100])


def settle(
    desk: Desk,
    row: Row,
    outcome: Outcome,
    raw: bytes,
    link: Link,
    agent_id: str,
    now: datetime,
    *,
    is_gzip: bool,
) -> Settled:
    """Act on an answer. `raw`: its body, of which a believed receipt is kept as it came."""
    case = _Case(desk, row, outcome, raw, link, agent_id, now, is_gzip)
    return _ACTS[outcome.kind](case)


@dataclass(frozen=True, slots=True)
class _Case:
    desk: Desk
    row: Row
    outcome: Outcome
    raw: bytes
    link: Link
    agent_id: str
    now: datetime
    is_gzip: bool

    def trouble(self, code: str, severity: Severity = "problem", text: Text | None = None) -> Trouble:
        return Trouble(code, severity, text or self.outcome.text, self.now)

    def way_failed(self, code: str, severity: Severity = "problem") -> Settled:
        trouble, wait_s = self.trouble(code, severity), self.outcome.retry_after_s
        return self.desk.way_failed(self.row, self.outcome.code, trouble, self.link, self.agent_id, self.now, wait_s)

    def reached(self, *, refusals: int = 0) -> Link:
        return replace(self.link.reached(self.now, self.agent_id, self.desk.rng), refusals=refusals)


def _delivered(case: _Case) -> Settled:
    desk, row, receipt = case.desk, case.row, case.outcome.receipt
    assert receipt is not None
    desk.keep_rejected(row, receipt)
    if receipt.wanted:
        desk.on_wanted(row.report_id, tuple(receipt.wanted))
    desk.outbox.acked(row.report_id, read_receipt(case.raw))
    if case.link.gate is not None:
        desk.audit.note("gate_opened", report_id=row.report_id)
    waiting = desk.outbox.depth().queued
    link = case.link.succeeded(case.now, case.agent_id, waiting=waiting, pace_s=receipt.pace_s)
    if receipt.held is not None:
        said = Text(receipt.held.text.en, receipt.held.text.th)
        desk.audit.note("report_held", report_id=row.report_id, seq=row.seq, code=receipt.held.code)
        link = link.with_trouble(case.trouble(receipt.held.code, text=words.FORKED.with_(why=said)))
    elif receipt.status == "accepted":
        link = link.without_trouble("forked_chain")
    return Settled("delivered", case.outcome.text, link)


def _unbelieved(case: _Case) -> Settled:
    case.desk.audit.note("receipt_not_believed", report_id=case.row.report_id, code=case.outcome.code)
    return case.way_failed("unbelieved")


def _gate(case: _Case) -> Settled:
    if case.link.gate is None or case.link.gate.code != case.outcome.code:
        case.desk.audit.note("gate_closed", code=case.outcome.code)
    link = case.link.closed(case.now, case.desk.rng, case.outcome.code, case.outcome.text)
    case.desk.waits_an_hour(case.row, case.outcome.code, link, alone=False)
    return Settled("gate", case.outcome.text, link, failed=True)


def _not_there(case: _Case) -> Settled:
    link = case.link.waits_an_hour(case.now, case.desk.rng, case.trouble("not_found"))
    case.desk.waits_an_hour(case.row, case.outcome.code, link, alone=False)
    return Settled("not_there", case.outcome.text, link, failed=True)


def _conflict(case: _Case) -> Settled:
    if case.row.attempts >= MOST_CONFLICTS:
        return case.desk.stuck(case.row, case.outcome.code, case.outcome.text, case.reached(), case.now)
    at = case.now + timedelta(seconds=CONFLICT_S)
    case.desk.outbox.retry(case.row.report_id, at, case.outcome.code)
    return Settled("conflict", case.outcome.text, case.reached(), failed=True)


def _encoding(case: _Case) -> Settled:
    if not case.is_gzip:
        return case.way_failed("between")
    case.desk.outbox.retry(case.row.report_id, case.now, case.outcome.code)
    until = case.now + timedelta(seconds=PLAIN_FOR_S)
    return Settled("uncompressed", case.outcome.text, replace(case.reached(), plain_until_utc=until), failed=True)


def _too_large(case: _Case) -> Settled:
    if case.desk.divide(case.row, case.outcome.code):
        return Settled("divided", case.outcome.text, case.reached(), failed=True)
    return _not_there(case)


def _refused(case: _Case) -> Settled:
    refusals = case.link.refusals + 1
    if refusals > MOST_REFUSALS:
        text = words.REFUSED_ALL.with_(why=case.outcome.text)
        link = case.link.waits_an_hour(case.now, case.desk.rng, case.trouble("refused_all", text=text))
        case.desk.waits_an_hour(case.row, case.outcome.code, link, alone=True)
        return Settled("refused", text, replace(link, refusals=refusals), failed=True)
    if case.desk.divide(case.row, case.outcome.code):
        return Settled("divided", case.outcome.text, case.reached(refusals=refusals), failed=True)
    return _not_there(case)


def _named(case: _Case) -> Settled:
    body = case.desk.body(case.row)
    if not set(case.outcome.named) & set(split.record_ids(body)):
        return _refused(case)
    case.desk.set_apart(case.row, body, case.outcome.named, case.outcome.code)
    text = words.SET_ASIDE.with_(text=case.outcome.text)
    return Settled("set_apart", text, case.reached(), failed=True)


def _changed(case: _Case) -> Settled:
    """Another body stands at the register under this id: ours goes under a new one, once."""
    if case.row.family != case.row.report_id:
        case.desk.outbox.quarantine(case.row.report_id, case.outcome.code)
        case.desk.audit.note("report_quarantined", report_id=case.row.report_id, code=case.outcome.code)
    else:
        case.desk.outbox.replace(case.row.report_id, [split.again(case.desk.body(case.row))], case.outcome.code)
        case.desk.audit.note("report_id_taken", report_id=case.row.report_id)
    return Settled("changed", case.outcome.text, case.reached(), failed=True)


_ACTS: Mapping[Kind, Callable[[_Case], Settled]] = {
    Kind.DELIVERED: _delivered,
    Kind.UNBELIEVED: _unbelieved,
    Kind.BETWEEN: lambda case: case.way_failed("between"),
    Kind.NAMED: _named,
    Kind.REFUSED: _refused,
    Kind.DAMAGED: lambda case: case.way_failed("between"),
    Kind.CHANGED: _changed,
    Kind.GATE: _gate,
    Kind.SKEW: lambda case: case.way_failed("clock"),
    Kind.NOT_THERE: _not_there,
    Kind.CONFLICT: _conflict,
    Kind.TOO_LARGE: _too_large,
    Kind.ENCODING: _encoding,
    Kind.BUSY: lambda case: case.way_failed("busy", "warning"),
}
