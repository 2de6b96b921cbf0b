"""When to try again: full jitter first, and in an outage each agent at its own place in time. Pure.

Jitter alone would not keep promise 6: with a cap of 900 s agents try every 450 s on average, which for 7,850 agents is 17
requests a second at the moment the register is back. From the fourth failure in a row on, a try therefore waits on for the
agent's own slot: 7,850 slots spread over 960 s are 8.2 requests a second, which leaves room for chance below 10.
"""

from __future__ import annotations

import hashlib
import random
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

BASE_S = 5.0
CAP_S = 900.0
SLOT_S = 960.0
QUICK_TRIES = 3
"""Failures in a row after which it is an outage, and tries go by slots."""
MOST_RETRY_AFTER_S = 3600.0
HOUR_S = 3600.0
CONFLICT_S = 30.0


def full_jitter_s(failures: int, rng: random.Random) -> float:
    """Seconds to wait after `failures` failures in a row (from 1): U(0, min(900 s, 5 s · 2ⁿ)), n from 0."""
    return rng.uniform(0.0, min(CAP_S, BASE_S * 2.0 ** min(max(failures - 1, 0), 30)))


def hourly_s(rng: random.Random) -> float:
    """About an hour, so that all who were turned away do not come back together."""
    return HOUR_S * rng.uniform(0.75, 1.25)


def phase_s(agent_id: str, period_s: float = SLOT_S) -> float:
    """Where in a period this agent's slot lies: a hash of its id that says nothing of its place in the schedule, else those
    whose reports fell into a short outage would all come back together."""
    number = int.from_bytes(hashlib.sha256(f"retry slot {agent_id}".encode()).digest()[:8], "big")
    return number / 2**64 * period_s


def slot_after(moment: datetime, agent_id: str, period_s: float = SLOT_S) -> datetime:
    """The agent's first slot after `moment`."""
    ahead = (phase_s(agent_id, period_s) - moment.timestamp()) % period_s
    return moment + timedelta(seconds=ahead or period_s)


def next_try(
    now: datetime, failures: int, agent_id: str, rng: random.Random, *, retry_after_s: float | None = None
) -> datetime:
    """When to try again after `failures` failures in a row; not before the register's Retry-After, and not all at once after it."""
    at = now + timedelta(seconds=full_jitter_s(failures, rng) + min(retry_after_s or 0.0, MOST_RETRY_AFTER_S))
    return slot_after(at, agent_id) if failures > QUICK_TRIES else at


def next_backlog(now: datetime, agent_id: str, pace_s: float | None) -> datetime:
    """When the next of several waiting reports goes after an outage: as the register said, else in the agent's slot, but not
    in the one that has just been used."""
    if pace_s is not None:
        return now + timedelta(seconds=min(max(pace_s, 0.0), MOST_RETRY_AFTER_S))
    return slot_after(now + timedelta(seconds=SLOT_S / 2), agent_id)


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """`Retry-After` in seconds, 0 to 3600: a number, or a date (RFC 9110, section 10.2.3); None where it says nothing."""
    said = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", said):
        return min(float(said), MOST_RETRY_AFTER_S)
    if not 10 <= len(said) <= 40:
        return None
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        seconds = (moment - now).total_seconds()
    except OverflowError:
        return None
    return min(max(seconds, 0.0), MOST_RETRY_AFTER_S)
