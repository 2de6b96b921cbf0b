"""What sending asks of the outbox and of the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from cctv_probe.agent.outbox.terms import Depth, Row, Write


class Outbox(Protocol):
    """The part of the outbox that sending uses. Every call may raise `OutboxError`."""

    def next_due(self, now: datetime) -> Row | None:
        """The oldest row that may go."""
        ...

    def next_due_at(self) -> datetime | None:
        """When the next one may."""
        ...

    def depth(self) -> Depth:
        """What waits."""
        ...

    def begin(self, report_id: str) -> Row:
        """It is being sent."""
        ...

    def acked(self, report_id: str, receipt: Mapping[str, Any]) -> Any:
        """The register has it."""
        ...

    def retry(self, report_id: str, at: datetime, status: str) -> Any:
        """It waits again."""
        ...

    def quarantine(self, report_id: str, status: str) -> Any:
        """It is set aside until a person decides."""
        ...

    def replace(self, report_id: str, bodies: Sequence[Write], status: str) -> Sequence[Row]:
        """Others go in its place."""
        ...

    def enqueue(self, kind: str, write: Write, *, run_id: str | None, held: bool = False) -> Row | None:
        """A new body, once for each run id."""
        ...

    def body(self, report_id: str) -> bytes:
        """The canonical body."""
        ...

    def compressed(self, report_id: str) -> bytes:
        """The same, as it is sent."""
        ...


class Audit(Protocol):
    """The audit log."""

    def note(self, event: str, **facts: object) -> object:
        """One line."""
        ...
