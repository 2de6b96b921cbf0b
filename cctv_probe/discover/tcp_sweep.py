"""The wide TCP sweep: which addresses answer on which ports.

One thread, non-blocking sockets and the system's selector: a connection costs microseconds, not a task or a thread. A
connection is opened and closed; nothing is sent over it, because half a request stops some servers.
"""

from __future__ import annotations

import errno
import heapq
import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cctv_probe.discover.open_files import room_for_sockets

SMALL_RANGE = 256
"""Up to this many addresses, all ports are tried on all of them."""
_SAME_ADDRESS_S = 0.025
"""The least time between two connections to one address, so that one mostly ends before the next begins."""
_PAIRS_PER_SECOND = 1_000
_BURST_S = 0.02
"""How far the sweep may run ahead of its pace after the system kept it waiting."""

_PENDING = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, 10035}
_REFUSED = {errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054}
_NO_ROUTE = {errno.ENETUNREACH, errno.ENETDOWN, errno.EINVAL, errno.EAFNOSUPPORT, 10051, 10022, 10047}
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN, 10024, 10055}

OnOpen = Callable[[str, int, float], None]
OnProgress = Callable[[int, int], None]
"""Connections ended, and connections in all."""
Job = tuple[str, int, float]
"""Address, port, and how long to wait for an answer, in seconds."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What the sweep found. `open` gives each open port's handshake time in seconds, by address."""

    open: dict[str, dict[int, float]] = field(default_factory=dict)
    alive: frozenset[str] = frozenset()
    """Addresses that accepted or refused: something is there."""
    no_route: frozenset[str] = frozenset()
    """Addresses this machine has no way to."""
    troubles: dict[str, int] = field(default_factory=dict)
    """Connections that this machine could not make, by the name of the error."""
    tried: int = 0
    complete: bool = True
    elapsed_s: float = 0.0

    def joined(self, other: SweepResult) -> SweepResult:
        """Both results as one."""
        found = {address: dict(ports) for address, ports in self.open.items()}
        for address, ports in other.open.items():
            found.setdefault(address, {}).update(ports)
        return SweepResult(
            open=found,
            alive=self.alive | other.alive,
            no_route=self.no_route | other.no_route,
            troubles=dict(Counter(self.troubles) + Counter(other.troubles)),
            tried=self.tried + other.tried,
            complete=self.complete and other.complete,
            elapsed_s=self.elapsed_s + other.elapsed_s,
        )


def sweep(
    addresses: Sequence[str],
    principal: Sequence[int],
    further: Sequence[int] = (),
    *,
    connect_s: float = 1.0,
    at_once: int = 4_000,
    per_second: int = 3_000,
    stop: threading.Event | None = None,
    also_alive: Callable[[], Collection[str]] = frozenset,
    on_open: OnOpen | None = None,
    on_progress: OnProgress | None = None,
) -> SweepResult:
    """Try `principal` ports on every address, then `further` ones where something lives.

    Life is an accepted or refused connection, or a word of `also_alive` (ARP, WS-Discovery), asked once the first wave
    is through. In a range of up to 256 addresses the further ports are tried everywhere; a silent address gets half of
    `connect_s` for each of them. Raises nothing for what networks do: see `SweepResult.no_route` and `.troubles`.
    """
    with room_for_sockets(at_once) as room:
        run = _Sweep(room, per_second, stop or threading.Event(), on_open, on_progress)
        run.total = len(addresses) * len(principal)
        everywhere = len(addresses) <= SMALL_RANGE
        if everywhere:
            run.total += len(addresses) * len(further)
            jobs = _interleaved(addresses, principal, further, connect_s, run.alive, also_alive)
            run.work(jobs, len(addresses))
            return run.result()
        run.work(_interleaved(addresses, principal, (), connect_s, run.alive, also_alive), len(addresses))
        known = run.alive.union(also_alive())
        living = [address for address in addresses if address in known]
        run.total += len(living) * len(further)
        run.work(((address, port, connect_s) for port in further for address in living), len(living))
        return run.result()


def sweep_pairs(
    pairs: Sequence[tuple[str, int]], *, connect_s: float = 1.0, stop: threading.Event | None = None
) -> SweepResult:
    """Try exactly these (address, port) pairs, such as ports that devices named themselves."""
    with room_for_sockets(len(pairs)) as room:
        run = _Sweep(room, _PAIRS_PER_SECOND, stop or threading.Event(), None, None)
        run.total = len(pairs)
        run.work(iter([(address, port, connect_s) for address, port in pairs]), len({address for address, _ in pairs}))
        return run.result()


def _interleaved(
    addresses: Sequence[str],
    principal: Iterable[int],
    further: Iterable[int],
    connect_s: float,
    alive: Collection[str],
    also_alive: Callable[[], Collection[str]],
) -> Iterator[Job]:
    """Port by port over all addresses, so that consecutive connections go to different devices."""
    for port in principal:
        for address in addresses:
            yield address, port, connect_s
    for port in further:
        known = also_alive()
        for address in addresses:
            yield address, port, connect_s if address in alive or address in known else connect_s / 2


@dataclass(slots=True)
class _Dial:
    """A connection being made."""

    sock: socket.socket
    address: str
    port: int
    began_s: float
    ended: bool = False


class _Sweep:
    def __init__(
        self,
        room: int,
        per_second: int,
        stop: threading.Event,
        on_open: OnOpen | None,
        on_progress: OnProgress | None,
    ) -> None:
        self.room, self.per_second, self.stop = room, per_second, stop
        self.on_open, self.on_progress = on_open, on_progress
        self.open: dict[str, dict[int, float]] = {}
        self.alive: set[str] = set()
        self.no_route: set[str] = set()
        self.troubles: Counter[str] = Counter()
        self.tried = self.total = 0
        self.complete = True
        self.began_s = self.shown_s = time.monotonic()
        self.selector = selectors.DefaultSelector()
        self.dials = 0
        self.again: deque[Job] = deque()
        self.ends: list[tuple[float, int, _Dial]] = []

    def work(self, jobs: Iterator[Job], addresses: int) -> None:
        """Carry out `jobs`, the interleaved connections to `addresses` devices, at the pace; ends early on `stop`."""
        pace = min(self.per_second, max(1, addresses) / _SAME_ADDRESS_S)
        due_s, more = time.monotonic(), True
        while more or self.dials or self.again:
            if self.stop.is_set():
                self.complete = False
                break
            now = time.monotonic()
            due_s = max(due_s, now - _BURST_S)
            while (more or self.again) and due_s <= now and self.dials < self.room:
                job = self.again.popleft() if self.again else next(jobs, None)
                more = job is not None
                if job is not None and job[0] not in self.no_route:
                    self.dial(job)
                    due_s += 1 / pace
            self.collect(min(due_s, self.next_end_s(now)) - now if more or self.again else self.next_end_s(now) - now)
            self.expire()
            self.show()
        self.hang_up()

    def dial(self, job: Job) -> None:
        address, port, wait_s = job
        try:
            sock, where = _socket_to(address, port)
        except OSError as error:
            self.failed(job, error.errno or 0)
            return
        sock.setblocking(False)
        began_s = time.monotonic()
        code = sock.connect_ex(where)
        dial = _Dial(sock, address, port, began_s)
        if code in _PENDING:
            self.selector.register(sock, selectors.EVENT_WRITE, dial)
            heapq.heappush(self.ends, (began_s + wait_s, self.tried, dial))
            self.dials += 1
            self.tried += 1
            return
        sock.close()
        if code in _NO_ROOM:
            self.failed(job, code)
            return
        self.tried += 1
        self.outcome(dial, code)

    def failed(self, job: Job, code: int) -> None:
        """This machine could not open the connection: with fewer at once it may."""
        if code in _NO_ROOM and self.dials:
            self.room = max(1, min(self.room, self.dials))
            self.again.append(job)
            return
        self.tried += 1
        self.note(job[0], code)

    def collect(self, wait_s: float) -> None:
        wait_s = min(max(wait_s, _BURST_S / 4), 0.05)
        if not self.dials:
            self.stop.wait(wait_s)
            return
        for key, _ in self.selector.select(wait_s):
            dial: _Dial = key.data
            self.end(dial)
            self.outcome(dial, dial.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            dial.sock.close()

    def outcome(self, dial: _Dial, code: int) -> None:
        if code == 0:
            rtt_s = time.monotonic() - dial.began_s
            self.alive.add(dial.address)
            self.open.setdefault(dial.address, {})[dial.port] = rtt_s
            if self.on_open:
                self.on_open(dial.address, dial.port, rtt_s)
        elif code in _REFUSED:
            self.alive.add(dial.address)
        elif code != errno.ETIMEDOUT:
            self.note(dial.address, code)

    def note(self, address: str, code: int) -> None:
        self.troubles[errno.errorcode.get(code, str(code))] += 1
        # Without any IPv6 address of its own, Linux says that of IPv6 where it speaks of no route for IPv4.
        no_route = code in _NO_ROUTE or (code == errno.EADDRNOTAVAIL and ":" in address)
        if no_route and address not in self.alive:
            self.no_route.add(address)

    def end(self, dial: _Dial) -> None:
        dial.ended = True
        self.selector.unregister(dial.sock)
        self.dials -= 1

    def next_end_s(self, now: float) -> float:
        return self.ends[0][0] if self.ends else now + 0.05

    def expire(self) -> None:
        now = time.monotonic()
        while self.ends and (self.ends[0][2].ended or self.ends[0][0] <= now):
            dial = heapq.heappop(self.ends)[2]
            if not dial.ended:
                self.end(dial)
                dial.sock.close()

    def show(self) -> None:
        now = time.monotonic()
        if self.on_progress and now - self.shown_s > 0.1:
            self.shown_s = now
            self.on_progress(self.tried - self.dials, self.total)

    def hang_up(self) -> None:
        for _, _, dial in self.ends:
            if not dial.ended:
                self.end(dial)
                dial.sock.close()
        self.ends.clear()
        self.again.clear()

    def result(self) -> SweepResult:
        self.selector.close()
        return SweepResult(
            open=self.open,
            alive=frozenset(self.alive),
            no_route=frozenset(self.no_route),
            troubles=dict(self.troubles),
            tried=self.tried,
            complete=self.complete,
            elapsed_s=time.monotonic() - self.began_s,
        )


def _socket_to(address: str, port: int) -> tuple[socket.socket, tuple[str | int, ...]]:
    """A TCP socket of the right family, and where to connect it. Raises `OSError`."""
    if ":" not in address:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM), (address, port)
    bare, _, zone = address.partition("%")
    scope_id = 0 if not zone else int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
    return socket.socket(socket.AF_INET6, socket.SOCK_STREAM), (bare, port, 0, scope_id)
