"""Promise 6: a whole country of agents comes back after an outage, by the very functions that the sender waits by."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cctv_probe.agent.upload.link import Link

AGENTS = 7850
BEGIN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
HOUR_S = 3600.0


@dataclass
class _Agent:
    name: str
    link: Link = field(default_factory=Link)
    queued: int = 0


def _requests(outage_s: float, after_s: float, pace_s: float | None = None) -> Counter[int]:
    """Requests of each minute after the outage. Each agent reports every hour, in the slot of its schedule."""
    rng = random.Random(20_261_123)
    agents = [_Agent(f"{rng.getrandbits(128):032x}") for _ in range(AGENTS)]
    reports = [(rng.uniform(0, HOUR_S), number, True) for number in range(AGENTS)]
    events: list[tuple[float, int, bool]] = reports
    heapq.heapify(events)
    minutes: Counter[int] = Counter()
    end_s = outage_s + after_s
    while events[0][0] < end_s:
        at_s, number, is_report = heapq.heappop(events)
        agent, now = agents[number], BEGIN + timedelta(seconds=at_s)
        if is_report:
            agent.queued += 1
            heapq.heappush(events, (at_s + HOUR_S, number, True))
        if not agent.queued or agent.link.open_at(now) is not None:
            continue
        if at_s < outage_s:
            agent.link = agent.link.failed(now, agent.name, rng)
        else:
            minutes[int((at_s - outage_s) // 60)] += 1
            agent.queued -= 1
            agent.link = agent.link.succeeded(now, agent.name, waiting=agent.queued, pace_s=pace_s)
        if agent.queued:
            open_at = agent.link.open_at(now)
            next_s = (open_at - BEGIN).total_seconds() if open_at else at_s + 0.1
            heapq.heappush(events, (next_s, number, False))
    assert sum(minutes.values()) > 0
    return minutes


@pytest.mark.parametrize("outage_s", [60, 300, 900, HOUR_S, 6 * HOUR_S])
def test_promise_6_recovery_of_the_whole_country_peaks_at_10_requests_a_second(outage_s: float) -> None:
    minutes = _requests(outage_s, 2 * HOUR_S)
    assert max(minutes.values()) / 60 <= 10


def test_without_an_outage_every_report_goes_at_once() -> None:
    minutes = _requests(0, HOUR_S)
    assert sum(minutes.values()) == AGENTS
    assert max(minutes.values()) / 60 < 3.5


def test_the_register_sets_a_slower_pace_where_it_must() -> None:
    slow = _requests(2 * HOUR_S, 2 * HOUR_S, pace_s=HOUR_S)
    usual = _requests(2 * HOUR_S, 2 * HOUR_S)
    assert sum(slow.values()) < sum(usual.values()) * 0.6
