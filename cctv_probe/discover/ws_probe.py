"""WS-Discovery on the wire: unicast to every address, which crosses routers, and multicast on attached networks."""

from __future__ import annotations

import errno
import ipaddress
import selectors
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cctv_probe.discover.neighbours import Attached
from cctv_probe.discover.ws_discovery import (
    MULTICAST_GROUP,
    PORT,
    PROBE_TYPES,
    ProbeMatch,
    parse_probe_matches,
    probe_message,
)

_MOST_ANSWERS = 8
"""Datagrams read from one address."""
_ROUND_S = 0.15
"""Between asking for one type and asking those that kept silent for the next."""
_BURST = 32
"""Datagrams sent before answers are read again."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Answers by the address they came from; `troubles` counts datagrams this machine could not send, by error."""

    matches: dict[str, tuple[ProbeMatch, ...]] = field(default_factory=dict)
    sent: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    complete: bool = True


def probe_unicast(
    addresses: Sequence[str],
    *,
    stop: threading.Event,
    port: int = PORT,
    per_second: int = 1_000,
    wait_s: float = 1.1,
) -> Heard:
    """Probe each address by itself, at most `per_second`, and listen until `wait_s` after the last Probe.

    An answer is believed only from an address that was asked. An address that answered is not asked again for the
    other types. Raises nothing.
    """
    asked = {_key(address): address for address in addresses}
    with _Ears(asked.get, stop) as ears:
        for types in PROBE_TYPES:
            silent = [address for address in addresses if address not in ears.matches]
            ears.tell(silent, types, port, per_second)
            ears.listen(_ROUND_S)
        ears.listen(wait_s - _ROUND_S)
        return ears.heard()


def probe_multicast(
    networks: Sequence[Attached],
    permits: Callable[[str], bool],
    *,
    stop: threading.Event,
    group: tuple[str, int] = (MULTICAST_GROUP, PORT),
    wait_s: float = 1.1,
) -> Heard:
    """Probe the multicast group once per attached network, TTL 1; answers are believed where `permits` says so."""

    def believed(key: tuple[int, str]) -> str | None:
        address = str(ipaddress.ip_address(key[0])) if not key[1] else None
        return address if address and permits(address) else None

    with _Ears(believed, stop) as ears:
        for network in networks:
            ears.tell_group(network, group)
        ears.listen(wait_s)
        return ears.heard()


_Key = tuple[int, str]
"""An address as number and zone index: the same however it is spelt."""


class _Ears:
    """The sockets of one probe, and what they heard."""

    def __init__(self, believed: Callable[[_Key], str | None], stop: threading.Event) -> None:
        self.believed, self.stop = believed, stop
        self.selector = selectors.DefaultSelector()
        self.sockets: dict[int, socket.socket] = {}
        self.matches: dict[str, tuple[ProbeMatch, ...]] = {}
        self.answers: Counter[str] = Counter()
        self.troubles: Counter[str] = Counter()
        self.sent = 0

    def __enter__(self) -> _Ears:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self.selector.close()

    def tell(self, addresses: Sequence[str], types: str, port: int, per_second: int) -> None:
        """Send one Probe to each address, keeping the pace and reading answers in between."""
        began_s = time.monotonic()
        for number, address in enumerate(addresses):
            if self.stop.is_set():
                return
            if number % _BURST == 0:
                self.listen(began_s + number / per_second - time.monotonic())
            self.send(address, types, port)

    def send(self, address: str, types: str, port: int) -> None:
        try:
            family, where = _where(address, port)
            if family not in self.sockets:
                self.sockets[family] = self.add(socket.socket(family, socket.SOCK_DGRAM))
            self.sockets[family].sendto(probe_message(types, uuid.uuid4()), where)
            self.sent += 1
        except OSError as error:
            self.troubles[errno.errorcode.get(error.errno or 0, str(error.errno))] += 1

    def tell_group(self, network: Attached, group: tuple[str, int]) -> None:
        try:
            sock = self.add(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            own = _own_address(network)
            sock.bind((own, 0))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            for types in PROBE_TYPES:
                sock.sendto(probe_message(types, uuid.uuid4()), group)
                self.sent += 1
        except OSError as error:
            self.troubles[errno.errorcode.get(error.errno or 0, str(error.errno))] += 1

    def add(self, sock: socket.socket) -> socket.socket:
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ)
        return sock

    def listen(self, seconds: float) -> None:
        """Read what arrives within `seconds`; at once what is already there where `seconds` is past."""
        end_s = time.monotonic() + seconds
        while not self.stop.is_set():
            left_s = min(0.05, max(0.0, end_s - time.monotonic()))
            if self.selector.get_map():
                for key, _ in self.selector.select(left_s):
                    self.read(key.fileobj)
            else:
                self.stop.wait(left_s)
            if time.monotonic() >= end_s:
                return

    def read(self, sock: object) -> None:
        if not isinstance(sock, socket.socket):
            return
        try:
            data, sender = sock.recvfrom(65_535)
        except OSError:
            # Windows reports an earlier "port unreachable" here; elsewhere nothing was there after all.
            return
        address = self.believed(_key(_text(sender)))
        if address is None or self.answers[address] >= _MOST_ANSWERS:
            return
        self.answers[address] += 1
        known = self.matches.get(address, ())
        new = [match for match in parse_probe_matches(data) if match not in known]
        if new:
            self.matches[address] = (*known, *new)

    def heard(self) -> Heard:
        return Heard(self.matches, self.sent, dict(self.troubles), complete=not self.stop.is_set())


def _where(address: str, port: int) -> tuple[int, tuple[str | int, ...]]:
    if ":" not in address:
        return socket.AF_INET, (address, port)
    bare, _, zone = address.partition("%")
    return socket.AF_INET6, (bare, port, 0, _zone_index(zone))


def _zone_index(zone: str) -> int:
    return 0 if not zone else int(zone) if zone.isdigit() else socket.if_nametoindex(zone)


def _text(sender: tuple[object, ...]) -> str:
    """The sender as an address with its zone index, where it has one."""
    bare = str(sender[0]).partition("%")[0]
    index = sender[3] if len(sender) > 3 else 0
    return f"{bare}%{index}" if index else bare


def _key(address: str) -> _Key:
    bare, _, zone = address.partition("%")
    try:
        return int(ipaddress.ip_address(bare)), str(_zone_index(zone)) if zone else ""
    except (ValueError, OSError):
        return -1, address


def _own_address(network: Attached) -> str:
    """This machine's address on an attached network. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((str(network.network[1]), PORT))
        return str(sock.getsockname()[0])
