"""The stage itself: TCP, WS-Discovery and ARP side by side, merged into hosts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from cctv_probe.discover.arp import ArpResult, arp_sweep
from cctv_probe.discover.merge import merge, silent
from cctv_probe.discover.neighbours import attached_networks, known_macs, only_own
from cctv_probe.discover.ports import further_ports, principal_ports
from cctv_probe.discover.rows import attempts
from cctv_probe.discover.tcp_sweep import SweepResult, sweep, sweep_pairs
from cctv_probe.discover.ws_discovery import PORT, ProbeMatch
from cctv_probe.discover.ws_probe import Heard, probe_multicast, probe_unicast
from cctv_probe.discover.xaddrs import usable_xaddrs
from cctv_probe.model.attempt import Attempt
from cctv_probe.model.device import Host
from cctv_probe.scope.permit import Scope

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast strangers are knocked at: connections and datagrams a second, connections at once, seconds to wait."""

    connections_per_second: int = 3_000
    at_once: int = 4_000
    probes_per_second: int = 1_000
    connect_s: float = 1.0
    answer_s: float = 1.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sweep is: connections ended, connections in all, addresses with an open port so far."""

    done: int
    total: int
    found: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """Who is there. `silent` counts addresses that showed life but no camera port; they are not hosts."""

    hosts: tuple[Host, ...]
    attempts: tuple[Attempt, ...]
    addresses_tried: int
    silent: int = 0
    complete: bool = True


def discover(
    addresses: Iterable[str],
    scope: Scope,
    *,
    extra_ports: Sequence[int] = (),
    stop: threading.Event | None = None,
    pace: Pace | None = None,
    use_arp: bool = True,
    use_multicast: bool = True,
    ws_port: int = PORT,
    on_progress: Callable[[Progress], None] | None = None,
) -> Discovery:
    """Find the hosts among `addresses`, which are asked only where `scope` permits. Raises nothing for networks.

    About 3 s for 254 addresses, silent or not. Setting `stop` ends it within a tenth of a second, keeping what was
    found.
    """
    asked = [address for address in addresses if scope.permits(address)]
    if not asked:
        return Discovery((), (), 0)
    counter = _Counter(on_progress)
    search = _Search(asked, scope, stop or threading.Event(), pace or Pace(), ws_port)
    with ThreadPoolExecutor(max_workers=3, thread_name_prefix="discover") as pool:
        jobs = search.start(pool, use_arp=use_arp, use_multicast=use_multicast)
        swept = search.sweep(jobs, extra_ports, counter)
    return search.conclude(jobs, search.named_ports(jobs, swept, extra_ports))


class _Counter:
    """Turns what the sweep reports into `Progress`."""

    def __init__(self, show: Callable[[Progress], None] | None) -> None:
        self.show, self.found = show, set[str]()

    def on_open(self, address: str, _port: int, _rtt_s: float) -> None:
        self.found.add(address)

    def on_progress(self, done: int, total: int) -> None:
        if self.show:
            self.show(Progress(done, total, len(self.found)))


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What runs beside the sweep. Each result comes with the seconds it took."""

    unicast: Future[tuple[Heard, float]]
    multicast: Future[tuple[Heard, float]] | None
    arp: Future[tuple[ArpResult, float]] | None

    def known_alive(self) -> set[str]:
        """The addresses that have answered so far."""
        found: set[str] = set()
        for job in (self.unicast, self.multicast):
            found.update(heard.matches if (heard := _finished(job)) else ())
        found.update(arp.macs if (arp := _finished(self.arp)) else ())
        return found


@dataclass(frozen=True, slots=True)
class _Search:
    asked: Sequence[str]
    scope: Scope
    stop: threading.Event
    pace: Pace
    ws_port: int

    def start(self, pool: ThreadPoolExecutor, *, use_arp: bool, use_multicast: bool) -> _Jobs:
        asked = set(self.asked)
        networks = [each for each in attached_networks() if use_multicast and any(map(each.holds, self.asked))]
        return _Jobs(
            unicast=pool.submit(_timed, self.unicast),
            multicast=pool.submit(
                _timed,
                lambda: probe_multicast(networks, asked.__contains__, stop=self.stop, wait_s=self.pace.answer_s),
            )
            if networks
            else None,
            arp=pool.submit(_timed, lambda: arp_sweep(self.asked, stop=self.stop)) if use_arp else None,
        )

    def unicast(self) -> Heard:
        return probe_unicast(
            self.asked,
            stop=self.stop,
            port=self.ws_port,
            per_second=self.pace.probes_per_second,
            wait_s=self.pace.answer_s,
        )

    def sweep(self, jobs: _Jobs, extra_ports: Sequence[int], counter: _Counter) -> SweepResult:
        return sweep(
            self.asked,
            principal_ports(extra_ports),
            [port for port in further_ports() if port not in extra_ports],
            connect_s=self.pace.connect_s,
            at_once=self.pace.at_once,
            per_second=self.pace.connections_per_second,
            stop=self.stop,
            also_alive=jobs.known_alive,
            on_open=counter.on_open,
            on_progress=counter.on_progress,
        )

    def named_ports(self, jobs: _Jobs, swept: SweepResult, extra_ports: Sequence[int]) -> SweepResult:
        """The sweep, completed with ports that devices named in their XAddrs and that nobody had tried (quirk 3)."""
        tried = {*principal_ports(extra_ports), *further_ports()}
        pairs = [
            (address, port)
            for address, matches in _matches(jobs).items()
            for port in sorted({each.port for each in usable_xaddrs(_xaddrs(matches), address)} - tried)
        ]
        return swept.joined(sweep_pairs(pairs, connect_s=self.pace.connect_s, stop=self.stop)) if pairs else swept

    def conclude(self, jobs: _Jobs, swept: SweepResult) -> Discovery:
        arp = _finished(jobs.arp)
        asked = set(self.asked)
        macs = only_own((*known_macs().items(), *(arp.macs if arp else {}).items()))
        answered = set(arp.macs) if arp else set[str]()
        hosts = merge(swept.open, _matches(jobs), answered, {a: mac for a, mac in macs.items() if a in asked})
        return Discovery(
            hosts=hosts,
            attempts=tuple(attempts(swept, len(self.asked), jobs.unicast, jobs.multicast, jobs.arp)),
            addresses_tried=len(self.asked),
            silent=silent({*swept.alive, *answered}, hosts),
            complete=swept.complete and not self.stop.is_set(),
        )


def _xaddrs(matches: Sequence[ProbeMatch]) -> list[str]:
    return [xaddr for match in matches if match.is_onvif for xaddr in match.xaddrs]


def _matches(jobs: _Jobs) -> dict[str, tuple[ProbeMatch, ...]]:
    """Unicast and multicast answers together."""
    found: dict[str, tuple[ProbeMatch, ...]] = {}
    for job in (jobs.unicast, jobs.multicast):
        heard = _finished(job)
        for address, matches in heard.matches.items() if heard else ():
            found[address] = (*found.get(address, ()), *matches)
    return found


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began_s = time.monotonic()
    return work(), time.monotonic() - began_s


def _finished(job: Future[tuple[Result, float]] | None) -> Result | None:
    """The result of a job that has ended well; None for all others."""
    if job is None or not job.done() or job.exception() is not None:
        return None
    return job.result()[0]
