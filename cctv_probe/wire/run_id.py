"""Identifiers of runs: UUID version 7 (RFC 9562), so that they sort by time."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime


def new_run_id(now: datetime) -> str:
    """A new identifier that begins with the time `now`."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))
