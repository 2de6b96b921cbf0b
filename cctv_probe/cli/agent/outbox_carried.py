"""Bundles and receipts for a site without a way out: signed and believed with what the enrolment gave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.enrolment.identity import Enrolled, IdentityError, load_enrolled
from cctv_probe.agent.enrolment.keys import KeyFileError
from cctv_probe.agent.outbox import Outbox, OutboxError, Row
from cctv_probe.agent.outbox.carrying import Believe, WriteBundle
from cctv_probe.agent.service.wanted import note_wanted
from cctv_probe.agent.upload.settle import Desk
from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.contract.bundle import Bundled, BundleError, write_bundle
from cctv_probe.contract.receipt import Receipt, ReceiptError, believe
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import SystemClock, utc_text


def bundle_writer(config: AgentConfig) -> WriteBundle:
    """What writes a bundle signed with the agent's key. Raises `Stop` where the agent is not enrolled."""
    enrolled = _enrolled(config)

    def write(file: BinaryIO, rows: Sequence[Row], body_of: Callable[[Row], bytes], /) -> None:
        def reports() -> Iterator[Bundled]:
            for row in rows:
                yield Bundled(row.report_id, row.seq, body_of(row))

        try:
            write_bundle(
                file,
                agent_id=enrolled.identity.agent_id,
                lao_code=enrolled.identity.lao_code,
                created_utc=utc_text(SystemClock().now()),
                count=len(rows),
                reports=reports(),
                key=enrolled.key,
            )
        except BundleError as error:
            raise OutboxError("bad_file", error.text) from error

    return write


def receipt_check(config: AgentConfig) -> Believe:
    """What says of a receipt whether the register signed it for this agent. What it asks for is noted before the report
    counts as delivered. Raises `Stop` where the agent is not enrolled."""
    identity = _enrolled(config).identity
    keys = identity.trusted()

    def check(receipt: Mapping[str, Any]) -> Text | None:
        try:
            found = believe(
                receipt,
                agent_id=identity.agent_id,
                lao_code=identity.lao_code,
                report_id=str(receipt.get("report_id")),
                digest=str(receipt.get("digest")),
                register_keys=keys,
            )
        except ReceiptError as error:
            return error.text
        if found.wanted:
            note_wanted(config.places, found.report_id, tuple(found.wanted))
        return None

    return check


def set_rejected_apart(config: AgentConfig, outbox: Outbox, receipts: Sequence[Mapping[str, Any]]) -> None:
    """Records that believed receipts do not take wait in quarantine for a person, as they do when sent directly."""
    clock = SystemClock()
    desk = Desk(outbox, AuditLog(config.places.audit, clock), random.Random(), lambda *_: None)  # noqa: S311 - no secret
    for told in receipts:
        receipt = Receipt.model_validate(dict(told))
        row = outbox.row(receipt.report_id)
        if receipt.rejected and row.body_kept:
            desk.keep_rejected(row, receipt)


def _enrolled(config: AgentConfig) -> Enrolled:
    try:
        return load_enrolled(config.places)
    except (IdentityError, KeyFileError) as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
