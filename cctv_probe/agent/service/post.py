"""The way out as the loop sees it: called often, sends at most one request a time, and tells how things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cctv_probe.model.finding import Severity
from cctv_probe.model.words import Text


@dataclass(frozen=True, slots=True)
class Posted:
    """What one step did. `next_at`: when another is worth it, None where nothing waits. `failed`: why, where it did."""

    tried: bool = False
    next_at: datetime | None = None
    failed: Text | None = None


class Post(Protocol):
    """Outbox and sender together. Without a register it only says what waits."""

    def step(self, within_s: float) -> Posted:
        """Send the next report that may go, if there is one, in at most `within_s` seconds. Raises `PostError`."""
        ...

    def facts(self) -> Mapping[str, Any]:
        """For the status: agent_id, lao_code, outbox, last_receipt, gate, clock_offset_s, register, problems."""
        ...

    def housekeeping(self) -> None:
        """What must be done now and then: caps, old receipts, a new key. Raises `PostError`."""
        ...

    def close(self) -> None:
        """Give the files back."""
        ...


class PostError(Exception):
    """The outbox cannot be used now; `text` says why and what to do. Nothing that it holds is lost."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person should know, shown until it has passed."""

    code: str
    severity: Severity
    text: Text

    def shape(self) -> dict[str, Any]:
        """As it stands in `status.json`."""
        return {"code": self.code, "severity": self.severity, "text": {"en": self.text.en, "th": self.text.th}}
