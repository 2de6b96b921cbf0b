"""The outbox of a configured agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.outbox.box import Outbox
from cctv_probe.agent.outbox.terms import OnEvent, OutboxLimits
from cctv_probe.wire.clock import Clock


def open_outbox(
    config: AgentConfig,
    clock: Clock,
    *,
    heading: Callable[[], Mapping[str, Any] | None] | None = None,
    on_event: OnEvent | None = None,
) -> Outbox:
    """The outbox as configured. Nothing is opened before its first use."""
    limits = OutboxLimits(
        bytes=config.outbox_bytes, age=timedelta(days=config.outbox_days), free_disk_bytes=config.free_bytes
    )
    return Outbox(config.places.outbox, clock, limits, on_event=on_event, heading=heading)
