"""When the next scan begins. Pure: everything that it depends on is an argument, and it keeps nothing.

Each activity has slots: one in every interval, at a place in it that the agent's id decides, so that a nation of agents
spreads over the interval. A slot is served by the first run that begins in it; however many were missed (machine off,
quiet hours, a long scan), they are caught up by one run. Runs of one activity begin at least half an interval apart, so
that a clock that jumps to and fro cannot make a storm. What falls into quiet hours begins after their end, spread again.
A failed run is tried anew after 5 min, 10 min, 20 min… up to an hour. A run that is wanted early comes half an interval after the
one before.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cctv_probe.agent.config import ACTIVITIES, Activity, Plan
from cctv_probe.agent.service.quiet_hours import stretches

RETRY_S, MOST_RETRY_S = 300, 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an agent sits in every interval, and after quiet hours (0 to 1): the same for as long as it has its id."""

    number: int
    after_quiet: float

    @classmethod
    def of(cls, agent_id: str) -> Seat:
        """The seat of an agent."""
        digest = hashlib.sha256(b"cctv-probe slot\0" + agent_id.encode()).digest()
        return cls(int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:14], "big") / 2**48)


@dataclass(frozen=True, slots=True)
class Last:
    """What is remembered of an activity: when the last run began that served it, and what failed since."""

    served_utc: datetime | None = None
    tried_utc: datetime | None = None
    failures: int = 0
    hurried: bool = False
    """Whether the next run is wanted before its slot: a discovery met somebody new."""


NOTHING_YET = Last()


def slot_after(moment: datetime, every_s: int, seat: Seat) -> datetime:
    """The first slot that begins after `moment`."""
    offset_s = seat.number % every_s
    seconds = (moment - _EPOCH).total_seconds()
    return _EPOCH + timedelta(seconds=((seconds - offset_s) // every_s + 1) * every_s + offset_s)


def retry_s(failures: int, every_s: int) -> int:
    """Seconds from a failed run's beginning to the next try."""
    return min(every_s, MOST_RETRY_S, RETRY_S << min(max(failures, 1) - 1, 10))


def next_start(plan: Plan, last: Last, now: datetime, seat: Seat, zone: ZoneInfo) -> datetime:
    """When an activity begins next: it is due where this is not after `now`. All times in UTC."""
    wanted = now
    if last.served_utc is not None:
        apart = timedelta(seconds=plan.every_s / 2)
        slot = last.served_utc if last.hurried else slot_after(last.served_utc, plan.every_s, seat)
        wanted = max(slot, last.served_utc + apart)
    if last.tried_utc is not None and last.failures:
        wanted = max(
            wanted if last.served_utc else _EPOCH,
            last.tried_utc + timedelta(seconds=retry_s(last.failures, plan.every_s)),
        )
    return _outside_quiet_hours(plan, wanted, now, seat, zone)


def _outside_quiet_hours(plan: Plan, wanted: datetime, now: datetime, seat: Seat, zone: ZoneInfo) -> datetime:
    """`wanted`, or the agent's place in the time after the quiet hours that hold or held it up: in the first half interval, so
    that with the half interval between two runs nothing is later than an interval and the quiet hours."""
    begins = wanted
    for quiet in stretches(plan.quiet_hours, zone, max(wanted, now)):
        if wanted < quiet.end and quiet.begin <= max(wanted, now):
            width_s = min(plan.every_s / 2, quiet.open_s or math.inf)
            begins = quiet.end + timedelta(seconds=seat.after_quiet * width_s)
            if begins > now:
                break
    return begins


def due(
    now: datetime, lasts: Mapping[Activity, Last], plans: Mapping[Activity, Plan], seat: Seat, zone: ZoneInfo
) -> Activity | None:
    """The deepest activity that is due; it serves the lighter ones too. None where nothing is."""
    starts = next_starts(now, lasts, plans, seat, zone)
    return next((activity for activity in reversed(ACTIVITIES) if activity in starts and starts[activity] <= now), None)


def next_starts(
    now: datetime, lasts: Mapping[Activity, Last], plans: Mapping[Activity, Plan], seat: Seat, zone: ZoneInfo
) -> dict[Activity, datetime]:
    """When each activity that is switched on begins next."""
    return {
        activity: next_start(plans[activity], lasts.get(activity, NOTHING_YET), now, seat, zone)
        for activity in ACTIVITIES
        if activity in plans and plans[activity].enabled
    }


def included(activity: Activity) -> tuple[Activity, ...]:
    """The activities that a run serves: itself and every lighter one."""
    return ACTIVITIES[: ACTIVITIES.index(activity) + 1]
