"""Bodies and receipts for the tests of the outbox."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cctv_probe.agent.outbox import Outbox, OutboxLimits, Row, Slot
from cctv_probe.wire.clock import Clock, FakeClock

AGENT = "01890000-0000-7000-8000-000000000001"
HEADING = {"agent_id": AGENT, "lao_code": "74010000", "clock_offset_s": None, "program": "cctv-probe test"}
ROOMY = OutboxLimits(free_disk_bytes=0)


class Say:
    """A writer: a body of about `size` bytes once compressed, the same for the same `name`."""

    def __init__(self, name: str, size: int = 200) -> None:
        self._name = name
        self._text = random.Random(name).randbytes(size).hex() if size else ""

    def __call__(self, slot: Slot) -> Mapping[str, Any]:
        return {**HEADING, "run": {"id": self._name}, "text": self._text, "previous": slot.previous}


def outbox(folder: Path, clock: Clock | None = None, limits: OutboxLimits = ROOMY, **more: Any) -> Outbox:
    return Outbox(folder / "outbox.sqlite", clock or FakeClock(), limits, **more)


def put(box: Outbox, name: str, size: int = 200, *, kind: str = "report", held: bool = False) -> Row:
    row = box.enqueue(kind, Say(name, size), run_id=name, held=held)
    assert row is not None
    return row


def receipt(row: Row) -> dict[str, Any]:
    return {"report_id": row.report_id, "digest": row.digest, "seq": row.seq, "status": "accepted"}


def deliver(box: Outbox) -> list[dict[str, Any]]:
    """Send everything that is due; the bodies in the order in which they went."""
    sent = []
    while (row := box.next_due()) is not None:
        body = box.body(row.report_id)
        assert hashlib.sha256(body).hexdigest() == row.digest
        box.begin(row.report_id)
        box.acked(row.report_id, receipt(row))
        sent.append(json.loads(body))
    return sent


def numbers_of(gap: Mapping[str, Any]) -> list[int]:
    """The numbers that a gap body covers."""
    return [number for first, last in gap["gap"]["seqs"] for number in range(first, last + 1)]


def days(number: float) -> float:
    return timedelta(days=number).total_seconds()
