"""The drop-in that limits the unit's addresses: made from a scope, written as text, read back, compared. Pure.

systemd turns `IPAddressAllow=` into a BPF program on the unit's control group (systemd.resource-control(5)), so whatever
the program does, no IP packet passes to or from an address that does not stand here. Packet sockets are not asked: with
the drop-in for raw sockets, ARP is kept inside the scope by the program alone.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cctv_probe.scope.addresses import Address, refuse_v4, refuse_v6
from cctv_probe.scope.permit import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DISCOVERY = (ipaddress.ip_network("239.255.255.250/32"), ipaddress.ip_network("ff02::c/128"))
"""The groups of WS-Discovery 1.1, section 2.4."""
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
MOST_ADDRESSES = 8
"""Addresses kept of one name. A name that answers with others each time would else restart the service for ever."""

_SCOPE, _DISCOVERY, _NAME, _SERVERS, _SECRETS = "scope", "discovery", "host ", "name servers", "credentials as of "
_TITLE = re.compile(r"# \[(.+)\]")
_ALLOW = re.compile(r"IPAddressAllow=(.+)")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")


@dataclass(frozen=True, slots=True)
class DropIn:
    """What may be spoken to, by reason. `names` holds the addresses of the register or proxy by host name.

    `secrets` is a mark that changes when the credentials file does: systemd reads that file only when the unit starts.
    """

    scope: tuple[Network, ...]
    names: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    servers: tuple[Address, ...] = ()
    discovery: tuple[Network, ...] = DISCOVERY
    secrets: str = "-"

    @property
    def allowed(self) -> frozenset[Network]:
        """Every network that the kernel lets through; loopback always."""
        single = [*self.servers, *(address for found in self.names.values() for address in found)]
        return frozenset((*LOOPBACK, *self.scope, *self.discovery, *(_host_network(each) for each in single)))

    def allows(self, address: Address) -> bool:
        """Whether the kernel would let a packet to `address` pass."""
        bare = _bare(address)
        return any(bare in network for network in self.allowed if network.version == bare.version)

    def text(self) -> str:
        """The file."""
        lines = [*_HEAD, f"# [{_SECRETS}{self.secrets}]", "[Service]"]
        lines += _section(_SCOPE, map(str, self.scope))
        lines += _section(_DISCOVERY, map(str, self.discovery))
        for name, found in sorted(self.names.items()):
            lines += _section(_NAME + name, map(str, found))
        lines += _section(_SERVERS, map(str, self.servers))
        return "\n".join(lines) + "\n"

    def after(self, earlier: DropIn | None) -> DropIn:
        """This one with what an earlier one knew of the same names.

        A name that cannot be resolved now keeps its addresses, and one that answers differently each time keeps them
        all while these are few, so that the unit does not change, and restart, at every look.
        """
        if earlier is None:
            return self
        names = {name: _kept(found, earlier.names.get(name, ())) for name, found in self.names.items()}
        return replace(self, names=names)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What should be allowed and is not, and what is allowed and should not be, as networks in text."""

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not self.missing and not self.extra


def networks_of(scope: Scope) -> tuple[Network, ...]:
    """The scope's addresses as the fewest networks that hold exactly those. Raises `ScopeError` for public addresses
    without `allow_public`, and for those that are never a device's.
    """
    refuse_v4(scope.targets.v4, allow_public=scope.allow_public)
    for address in scope.targets.v6:
        refuse_v6(address, allow_public=scope.allow_public)
    found: list[Network] = []
    for first, last in scope.targets.v4:
        found += ipaddress.summarize_address_range(ipaddress.IPv4Address(first), ipaddress.IPv4Address(last))
    return (*found, *dict.fromkeys(_host_network(address) for address in scope.targets.v6))


def name_servers(resolv_conf: str) -> tuple[Address, ...]:
    """The name servers of a resolv.conf(5) that are not this machine itself; glibc asks at most three."""
    found: list[Address] = []
    for line in resolv_conf.splitlines():
        words = line.split()
        if len(words) < 2 or words[0] != "nameserver":
            continue
        try:
            address = _bare(ipaddress.ip_address(words[1]))
        except ValueError:
            continue
        found.append(address)
    return tuple(each for each in dict.fromkeys(found[:3]) if not each.is_loopback)


def usable(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """The addresses of a name that one machine can have, in rising order: no groups, no broadcast, nothing unspecified."""
    bare = {_bare(each) for each in addresses}
    good = [each for each in bare if not (each.is_multicast or each.is_unspecified or each.is_reserved)]
    return tuple(sorted(good, key=lambda each: (each.version, int(each))))[:MOST_ADDRESSES]


def is_host(name: str) -> bool:
    """Whether `name` may stand in the file: letters, digits, dots, colons, dashes."""
    return _HOST.fullmatch(name) is not None


def compare(expected: DropIn, found: DropIn | None) -> Comparison:
    """What the file should hold against what it holds. Names that resolve differently by the hour are no difference."""
    if found is None:
        return Comparison(missing=_shown(expected.allowed - set(LOOPBACK)))
    wanted = expected.after(found).allowed
    return Comparison(missing=_shown(wanted - found.allowed), extra=_shown(found.allowed - wanted))


def read_text(text: str) -> DropIn:
    """A drop-in as it was written. A person may have added lines: what fits under no title counts as scope."""
    title, secrets = _SCOPE, "-"
    networks: dict[str, list[Network]] = {}
    for line in text.splitlines():
        if titled := _TITLE.fullmatch(line.strip()):
            title = titled[1]
            secrets = title.removeprefix(_SECRETS) if title.startswith(_SECRETS) else secrets
            networks.setdefault(title, [])
        elif allowed := _ALLOW.fullmatch(line.strip()):
            networks.setdefault(title, []).extend(_networks(allowed[1]))
    scope = (each for title, found in networks.items() for each in found if not _fits(each, title))
    return DropIn(
        scope=tuple(scope),
        names={
            title.removeprefix(_NAME): _addresses(found) for title, found in networks.items() if title.startswith(_NAME)
        },
        servers=_addresses(networks.get(_SERVERS, ())),
        discovery=tuple(networks.get(_DISCOVERY, ())),
        secrets=secrets,
    )


def _fits(network: Network, title: str) -> bool:
    single = network.num_addresses == 1
    return title == _DISCOVERY or (single and (title == _SERVERS or title.startswith(_NAME)))


def _networks(words: str) -> list[Network]:
    found: list[Network] = []
    for word in words.split():
        if word == "any":
            found += [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
            continue
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue
    return found


def _addresses(networks: Iterable[Network]) -> tuple[Address, ...]:
    return tuple(network.network_address for network in networks if network.num_addresses == 1)


def _section(title: str, values: Iterable[str]) -> list[str]:
    return [f"# [{title}]", *(f"IPAddressAllow={value}" for value in values)]


def _kept(now: tuple[Address, ...], before: tuple[Address, ...]) -> tuple[Address, ...]:
    together = {*now, *before}
    if not now or len(together) <= MOST_ADDRESSES:
        return tuple(sorted(together, key=lambda each: (each.version, int(each))))
    return now


def _shown(networks: Iterable[Network]) -> tuple[str, ...]:
    ordered = sorted(networks, key=lambda each: (each.version, int(each.network_address), each.prefixlen))
    return tuple(map(str, ordered))


def _bare(address: Address) -> Address:
    """Without the zone of a link-local address: systemd knows none."""
    return ipaddress.IPv6Address(int(address)) if isinstance(address, ipaddress.IPv6Address) else address


def _host_network(address: Address) -> Network:
    return ipaddress.ip_network(_bare(address))


_HEAD = (
    "# เขียนโดย cctv-probe-scope.service จาก scope.yaml และ agent.yaml อย่าแก้ไฟล์นี้ ให้แก้สองไฟล์นั้นแทน",
    "# Written by cctv-probe-scope.service from scope.yaml and agent.yaml. Please change those instead.",
)
