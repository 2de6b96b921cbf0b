"""Which addresses belong to a private network, which are never a device, and how one address is read.

The lists are explicit: Python's `is_private` changes between versions and counts documentation and benchmark ranges in.
"""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect_left
from collections.abc import Sequence

from cctv_probe.model.words import Text

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PRIVATE_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "10.0.0.0/8",  # RFC 1918
        "100.64.0.0/10",  # RFC 6598, carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",  # RFC 1918
        "192.168.0.0/16",  # RFC 1918
    )
)
PRIVATE_V6 = tuple(ipaddress.IPv6Network(text) for text in ("::1/128", "fc00::/7", "fe80::/10"))

NEVER_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "192.0.0.0/24",  # RFC 6890, protocol assignments
        "192.0.2.0/24",  # RFC 5737, documentation
        "192.88.99.0/24",  # RFC 7526, 6to4 relays
        "198.18.0.0/15",  # RFC 2544, benchmarks
        "198.51.100.0/24",  # RFC 5737
        "203.0.113.0/24",  # RFC 5737
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
NEVER_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "::/96",  # unspecified and IPv4-compatible; ::1 is judged private before this list is asked
        "::ffff:0:0/96",  # IPv4-mapped: an IPv4 address in disguise
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",  # discard
        "2001::/32",  # Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "ff00::/8",  # multicast
    )
)

_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,32}")

Interval = tuple[int, int]
"""First and last IPv4 address of a run, both included, as numbers."""


class ScopeError(Exception):
    """What was asked for may not be touched, or cannot be understood as addresses. `text` is the sentence to show."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def read_address(text: str) -> Address | None:
    """One IPv4 or IPv6 address, the latter with or without brackets and zone (`[fe80::1%eth0]`); None for all else."""
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(inner)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address if inner is text else None
    return address if address.scope_id is None or _ZONE.fullmatch(address.scope_id) else None


def merged(runs: Sequence[Interval]) -> tuple[Interval, ...]:
    """The same addresses as ordered runs that neither overlap nor touch."""
    found: list[Interval] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def without(runs: Sequence[Interval], holes: Sequence[Interval]) -> tuple[Interval, ...]:
    """The addresses of `runs` that are not in `holes`."""
    left: list[Interval] = []
    gaps = merged(holes)
    ends = [hole_last for _, hole_last in gaps]
    for first, last in merged(runs):
        for hole_first, hole_last in gaps[bisect_left(ends, first) :]:
            if hole_first > last:
                break
            if hole_first > first:
                left.append((first, hole_first - 1))
            first = hole_last + 1
        if first <= last:
            left.append((first, last))
    return tuple(left)


def within(runs: Sequence[Interval], others: Sequence[Interval]) -> tuple[Interval, ...]:
    """The addresses that are in both."""
    return without(runs, without(runs, others))


def runs_of(networks: Sequence[ipaddress.IPv4Network]) -> tuple[Interval, ...]:
    """The networks as runs of numbers, first and last address included."""
    return merged([(int(network[0]), int(network[-1])) for network in networks])


_NEVER_RUNS = runs_of(NEVER_V4)
_PRIVATE_RUNS = runs_of(PRIVATE_V4)


def refuse_v4(runs: Sequence[Interval], *, allow_public: bool) -> None:
    """Raises `ScopeError` naming the first address that may not be asked."""
    never = within(runs, _NEVER_RUNS)
    if never:
        raise ScopeError(_NEVER.with_(address=ipaddress.IPv4Address(never[0][0])))
    public = () if allow_public else without(runs, _PRIVATE_RUNS)
    if public:
        raise ScopeError(_PUBLIC.with_(address=ipaddress.IPv4Address(public[0][0])))


def refuse_v6(address: ipaddress.IPv6Address, *, allow_public: bool) -> None:
    """Raises `ScopeError` where this address may not be asked."""
    bare = ipaddress.IPv6Address(int(address))
    if any(bare in network for network in PRIVATE_V6):
        return
    if any(bare in network for network in NEVER_V6):
        mapped = bare.ipv4_mapped
        raise ScopeError(_MAPPED.with_(address=address, plain=mapped) if mapped else _NEVER.with_(address=address))
    if not allow_public:
        raise ScopeError(_PUBLIC.with_(address=address))


_PUBLIC = Text(
    en="{address} is a public address and is not asked. If you may ask it, add --allow-public.",
    th="{address} เป็นที่อยู่สาธารณะ จึงไม่ติดต่อ หากท่านได้รับอนุญาต โปรดเพิ่ม --allow-public",
)
_NEVER = Text(
    en="{address} is never the address of a device (reserved, multicast or documentation). Please correct the range.",
    th="{address} เป็นที่อยู่สงวน ไม่ใช่ที่อยู่ของอุปกรณ์ (สงวนไว้ มัลติคาสต์ หรือใช้ในเอกสาร) โปรดแก้ไขช่วงที่อยู่",
)
_MAPPED = Text(
    en="{address} is an IPv4 address written as IPv6. Please write {plain}.",
    th="{address} คือที่อยู่ IPv4 ที่เขียนในรูป IPv6 โปรดเขียนเป็น {plain}",
)
