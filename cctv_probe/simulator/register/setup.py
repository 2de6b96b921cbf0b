"""What a register is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cctv_probe.simulator.register.log import Logged

Refusal = Literal["receipt", "named", "unnamed"]
"""How a camera's record is refused: inside the receipt, by 422 that names it, or by 422 without a word."""


def now_utc() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Setup:
    """A register before it starts.

    address, port: where it listens; port 0 takes a free one and keeps it over stop and start.
    store: an SQLite file; None keeps everything in memory, until `close`.
    lao_names: name of each municipality by its code.
    tls: serve HTTPS with a certificate of its own authority; certificate: what is wrong with it;
    client_certificate: whether only clients with a certificate of that authority may talk.
    clock: the register's time, `Receiver.clock_offset_s` is added. past_s, future_s: how old and how new a signature may be.
    max_sent_bytes, max_body_bytes: a body as sent, and uncompressed. pace_s: said in every receipt.
    tell: called with every request, from its thread.
    """

    address: str = "127.0.0.1"
    port: int = 0
    store: Path | None = None
    lao_names: Mapping[str, str] = field(default_factory=dict)
    tls: bool = False
    certificate: Literal["good", "expired", "other_name"] = "good"
    client_certificate: bool = False
    clock: Callable[[], datetime] = now_utc
    past_s: float = 300
    future_s: float = 30
    max_sent_bytes: int = 8 << 20
    max_body_bytes: int = 64 << 20
    pace_s: float | None = None
    refused_cameras: Mapping[str, Refusal] = field(default_factory=dict)
    tell: Callable[[Logged], None] | None = None


@dataclass(slots=True)
class Rules:
    """What may be changed while the register runs."""

    pace_s: float | None
    refused_cameras: dict[str, Refusal]
    max_sent_bytes: int
    clock_offset_s: float = 0.0

    @classmethod
    def of(cls, setup: Setup) -> Rules:
        """As the register starts."""
        return cls(setup.pace_s, dict(setup.refused_cameras), setup.max_sent_bytes)
