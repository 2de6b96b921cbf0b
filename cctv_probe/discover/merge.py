"""What TCP, ARP and WS-Discovery saw, put together address by address. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence

from cctv_probe.discover.ws_discovery import ProbeMatch
from cctv_probe.model.device import Host


def merge(
    open_ports: Mapping[str, Mapping[int, float]],
    matches: Mapping[str, Sequence[ProbeMatch]],
    arp: Iterable[str],
    macs: Mapping[str, str],
) -> tuple[Host, ...]:
    """One `Host` for each address with an open port or a WS-Discovery answer, in rising order.

    `arp` holds the addresses that answered ARP; `macs` gives the MAC of an address, from ARP or the kernel's table.
    UUID, scopes and XAddrs are taken from ONVIF answers only: printers and computers speak WS-Discovery too.
    """
    answered_arp = set(arp)
    seen = sorted(set(open_ports) | set(matches), key=_order)
    return tuple(
        _host(
            address,
            open_ports.get(address, {}),
            matches.get(address, ()),
            answered_arp=address in answered_arp,
            mac=macs.get(address),
        )
        for address in seen
    )


def silent(alive: Iterable[str], hosts: Iterable[Host]) -> int:
    """How many addresses showed life but neither an open camera port nor a WS-Discovery answer."""
    return len(set(alive) - {host.address for host in hosts})


def _host(
    address: str, ports: Mapping[int, float], matches: Sequence[ProbeMatch], *, answered_arp: bool, mac: str | None
) -> Host:
    onvif = [match for match in matches if match.is_onvif]
    ways = (("tcp", bool(ports)), ("arp", answered_arp), ("ws_discovery", bool(matches)))
    return Host(
        address=address,
        open_ports=tuple(sorted(ports)),
        seen_by=tuple(way for way, seen in ways if seen),
        mac=mac,
        uuid=next((match.uuid for match in onvif if match.uuid), None),
        xaddrs=_each_once(xaddr for match in onvif for xaddr in match.xaddrs),
        scopes=_each_once(scope for match in onvif for scope in match.scopes),
        rtt_s=min(ports.values(), default=None),
    )


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _order(address: str) -> tuple[int, int, str]:
    found = ipaddress.ip_address(address)
    return found.version, int(found), address
