"""The stages in order. Read this first.

    discover ─► per host, one worker: knock ─► log in ─► ask ─► describe ─► measure ─► know ─► prove ─► join ─► survey

`STAGES` is what happens during one visit, in order; `scan` is the whole run. What a stage does stands in its own room; here
it is only put in order, and one host can never stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from cctv_probe.discover import Discovery, Progress, discover
from cctv_probe.identify.same_device import join, tell_apart
from cctv_probe.model.device import Device, Host
from cctv_probe.visiting import (
    VISIT_BYTES,
    Encounter,
    Means,
    ask,
    describe,
    device_of,
    encounter,
    greet,
    know,
    log_in,
    measure,
    prove,
)
from cctv_probe.wire.deadline import Budget

STOP_WAIT_S = 8.0


@dataclass(frozen=True, slots=True)
class Met:
    """A visit came to an end (or a stage of it): for the progress on the screen."""

    address: str
    visited: int
    hosts: int
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a run found."""

    discovery: Discovery
    devices: tuple[Device, ...]
    complete: bool
    stopped_groups: tuple[str, ...] = ()
    discovery_s: float = 0.0
    thumbnails: Mapping[tuple[str, int], bytes] = field(default_factory=dict)
    """Small pictures by (address, channel), for the local report only."""


STAGES: tuple[tuple[str, Callable[[Encounter], None]], ...] = (
    ("log in", log_in),
    ("ask", ask),
    ("describe", describe),
    ("measure", measure),
    ("know", know),
    ("prove", prove),
)
"""What happens to every device behind an address that was knocked at, in this order."""


KNOCK_STAGES = tuple((name, stage) for name, stage in STAGES if stage is know)
"""What is left of them where nobody is asked."""


def scan(
    addresses: Iterable[str],
    means: Means,
    *,
    on_discovery: Callable[[Progress], None] | None = None,
    on_met: Callable[[Met], None] | None = None,
) -> Scanned:
    """Find and ask every camera among `addresses`. Stopping (`means.stop`) keeps what was found."""
    began = means.clock.monotonic()
    discovery = discover(
        addresses,
        means.scope,
        extra_ports=means.extra_ports,
        stop=means.stop,
        use_arp=means.use_arp,
        use_multicast=means.use_multicast,
        on_progress=on_discovery,
    )
    discovery_s = means.clock.monotonic() - began
    visits: dict[str, list[Encounter]] = {}
    found = _visit_all(discovery.hosts, means, visits, on_met)
    complete = discovery.complete and len(found) == len(discovery.hosts) and not means.stop.is_set()
    for host in discovery.hosts:
        if host.address not in found:
            found[host.address] = tuple(
                device_of(meeting, interrupted=True) for meeting in visits.get(host.address, [])
            )
    devices = tell_apart(join(device for host in discovery.hosts for device in found[host.address]))
    thumbnails = {
        (address, number): picture
        for address, meetings in visits.items()
        for meeting in meetings
        for number, picture in meeting.thumbnails.items()
    }
    return Scanned(discovery, devices, complete, means.gate.stopped(), discovery_s, thumbnails)


def _visit_all(
    hosts: tuple[Host, ...],
    means: Means,
    visits: dict[str, list[Encounter]],
    on_met: Callable[[Met], None] | None,
) -> dict[str, tuple[Device, ...]]:
    """One worker per host from a bounded pool; the devices by address, without those that did not end in time."""
    found: dict[str, tuple[Device, ...]] = {}
    if not hosts:
        return found
    pool = ThreadPoolExecutor(max_workers=min(means.at_once, len(hosts)), thread_name_prefix="visit")
    waiting = {pool.submit(visit_host, host, means, visits): host for host in hosts}
    stopped_at: float | None = None
    try:
        while waiting:
            ended, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in ended:
                host = waiting.pop(future)
                if not future.cancelled():
                    found[host.address] = future.result()
                    if on_met:
                        on_met(Met(host.address, len(found), len(hosts), found[host.address]))
            if means.stop.is_set():
                stopped_at = stopped_at or means.clock.monotonic()
                for future in list(waiting):
                    future.cancel()
                if means.clock.monotonic() - stopped_at > STOP_WAIT_S:
                    break
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def visit_host(host: Host, means: Means, visits: dict[str, list[Encounter]]) -> tuple[Device, ...]:
    """One visit: everything behind one address. Raises nothing."""
    with means.turns.at(host.address, means.visit_s):
        return _visit(host, means, visits)


def _visit(host: Host, means: Means, visits: dict[str, list[Encounter]]) -> tuple[Device, ...]:
    budget = Budget(means.visit_s, VISIT_BYTES, means.stop)
    first = encounter(host, means, budget)
    visits[host.address] = [first]
    first.visit.step("knock", lambda: greet(first))
    meetings = [first]
    first.greeting = first.knocked.greetings[0] if first.knocked.greetings else None
    for greeting in first.knocked.greetings[1:]:
        further = encounter(host, means, budget)
        further.greeting, further.first = greeting, first
        meetings.append(further)
    visits[host.address] = meetings
    for meeting in meetings:
        others = [one.greeting.endpoint.port for one in meetings if one.greeting and one is not meeting]
        meeting.taken_ports = frozenset(others)
    for name, stage in STAGES if not means.knock_only else KNOCK_STAGES:
        crowded = sum(not meeting.met_before for meeting in meetings) > 1
        for meeting in meetings:
            meeting.crowded = crowded
            meeting.visit.step(name, lambda m=meeting, s=stage: s(m))  # type: ignore[misc]
            meeting.visit.http.close()
    for meeting in meetings:
        if meeting.describer is not None:
            meeting.describer.close()
    return join(device_of(meeting) for meeting in meetings)
