"""The real way out: the outbox and the sender of this configuration, as one `Post`."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cctv_probe import __version__
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.enrolment.identity import Identity, IdentityError, load_identity
from cctv_probe.agent.outbox import Outbox, OutboxError, open_outbox
from cctv_probe.agent.service.in_force import InForce
from cctv_probe.agent.service.post import Posted, PostError
from cctv_probe.agent.service.wanted import note_wanted
from cctv_probe.agent.upload.link import Link
from cctv_probe.agent.upload.link_file import load_link
from cctv_probe.agent.upload.register import Register
from cctv_probe.agent.upload.sender import Sender
from cctv_probe.model.finding import Severity
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock, utc_text

_SEVERITIES: Mapping[str, Severity] = {"problem": "high", "warning": "medium"}


class Mail:
    """Outbox and sender of one configuration. Opens nothing before it is used."""

    def __init__(self, force: InForce, clock: Clock, audit: AuditLog) -> None:
        self._config = force.config
        self._clock = clock
        self._outbox = outbox_of(force.config, clock, audit)
        self._sender = _sender(force.config, self._outbox, clock, audit)

    def step(self, within_s: float) -> Posted:
        """Send the next report that may go. Without a register, or before enrolment, nothing is sent."""
        if self._sender is None:
            return Posted()
        done = self._sender.step(self._clock.now(), within_s)
        if done.what == "outbox":
            raise PostError(done.text)
        down = done.failed or (done.what == "waiting" and self._sender.link().failures > 0)
        failed = done.text if down else None
        return Posted(done.tried, done.next_at, failed)

    def facts(self) -> Mapping[str, Any]:
        """How it stands, for the status. Raises `PostError`."""
        try:
            depth, receipts = self._outbox.depth(), self._outbox.receipts(1)
        except OutboxError as error:
            raise PostError(error.text) from None
        link = self._sender.link() if self._sender else load_link(self._config.places)
        identity, damaged = _identity(self._config)
        return {
            "agent_id": identity.agent_id if identity else None,
            "lao_code": identity.lao_code if identity else None,
            "outbox": {
                "queued": depth.queued,
                "bytes": depth.bytes,
                "oldest_utc": utc_text(depth.oldest_utc) if depth.oldest_utc else None,
                "quarantined": depth.quarantined,
                "held": depth.held,
            },
            "last_receipt": {name: receipts[0].get(name) for name in ("report_id", "seq", "received_utc")}
            if receipts
            else None,
            "gate": _gate(link),
            "clock_offset_s": link.clock_offset_s,
            "register": {
                "last_status": _said(link.last_status),
                "last_contact_utc": _time(link.last_contact_utc),
            },
            "problems": _problems(link, damaged),
        }

    def housekeeping(self) -> None:
        """Keep the outbox within its limits. Raises `PostError`."""
        try:
            self._outbox.housekeeping(self._clock.now())
        except OutboxError as error:
            raise PostError(error.text) from None

    def close(self) -> None:
        """Give the outbox back."""
        self._outbox.close()


def outbox_of(config: AgentConfig, clock: Clock, audit: AuditLog) -> Outbox:
    """The outbox with everything that it asks and tells."""

    def told(event: str, /, **facts: object) -> None:
        audit.note(event, **facts)

    return open_outbox(config, clock, heading=heading_of(config), on_event=told)


def heading_of(config: AgentConfig) -> Callable[[], Mapping[str, Any] | None]:
    """What every body begins with; None before enrolment."""

    def heading() -> Mapping[str, Any] | None:
        identity, _ = _identity(config)
        if identity is None:
            return None
        return {
            "agent_id": identity.agent_id,
            "lao_code": identity.lao_code,
            "clock_offset_s": load_link(config.places).clock_offset_s,
            "program": f"cctv-probe {__version__}",
        }

    return heading


def known_agent_id(config: AgentConfig) -> str:
    """This agent's id, which its slot comes from; empty before enrolment."""
    identity, _ = _identity(config)
    return identity.agent_id if identity else ""


def _sender(config: AgentConfig, outbox: Outbox, clock: Clock, audit: AuditLog) -> Sender | None:
    target = config.register
    if target is None:
        return None

    def wanted(report_id: str, digests: tuple[str, ...]) -> None:
        try:
            note_wanted(config.places, report_id, digests)
        except OSError as error:
            raise OutboxError("disk_error", _NOT_NOTED.with_(why=error.strerror or error)) from None

    rng = random.SystemRandom()
    return Sender(outbox, lambda: Register(target), config.places, clock, rng, audit, wanted)


def _identity(config: AgentConfig) -> tuple[Identity | None, Text | None]:
    """Who this agent is, and what is wrong with the file that says so."""
    try:
        return load_identity(config.places), None
    except IdentityError as error:
        return None, error.text


def _gate(link: Link) -> dict[str, Any] | None:
    if link.gate is None:
        return None
    return {"closed": True, "since_utc": _time(link.gate.since_utc), "why": _said(link.gate.why)}


def _problems(link: Link, damaged: Text | None) -> list[dict[str, Any]]:
    found = [
        {"code": trouble.code, "severity": _SEVERITIES[trouble.severity], "text": _said(trouble.text)}
        for trouble in link.troubles
    ]
    if damaged is not None and not any(row["code"] == "not_enrolled" for row in found):
        found.append({"code": "identity", "severity": "high", "text": _said(damaged)})
    return found


def _said(text: Text | None) -> dict[str, str] | None:
    return {"en": text.en, "th": text.th} if text else None


def _time(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


_NOT_NOTED = Text(
    en="What the register asked for could not be noted ({why}). Please check the disk of the state folder.",
    th="บันทึกสิ่งที่ทะเบียนกลางขอไม่ได้ ({why}) โปรดตรวจสอบดิสก์ของโฟลเดอร์สถานะ",
)
