"""What the operating system already knows about its neighbours: MAC addresses and directly attached networks.

Nothing is sent. After a sweep, the kernel's table holds the MAC of every device on the same segment that answered.
IPv6 neighbours are not read: Linux shows them only through netlink. The tables are read under `/proc/self`, which a
service with `ProcSubset=pid` sees too.
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_MAC = re.compile(r"[0-9A-Fa-f]{1,2}([:-])(?:[0-9A-Fa-f]{1,2}\1){4}[0-9A-Fa-f]{1,2}")
_COMPLETE = 0x2
_ROUTE_UP, _ROUTE_GATEWAY = 0x1, 0x2
_ETHERNET = "1"
_NO_ARP, _LOOPBACK = 0x80, 0x8
_MOST_CHARACTERS = 1 << 22


@dataclass(frozen=True, slots=True)
class Attached:
    """An IPv4 network that hangs directly on one of this machine's interfaces; never the loopback."""

    interface: str
    network: ipaddress.IPv4Network

    def holds(self, address: str) -> bool:
        """Whether `address` lies in this network."""
        try:
            return ipaddress.ip_address(address) in self.network
        except ValueError:
            return False


def tidy_mac(text: str) -> str | None:
    """`AA:BB:CC:DD:EE:FF` from the usual spellings; None for zeros, broadcast, group addresses and all else."""
    if not _MAC.fullmatch(text.strip()):
        return None
    parts = [int(part, 16) for part in re.split("[:-]", text.strip())]
    if not any(parts) or parts[0] & 1:
        return None
    return ":".join(f"{part:02X}" for part in parts)


def parse_proc_arp(text: str) -> dict[str, str]:
    """MAC by address from Linux' `/proc/net/arp`; unfinished entries are left out."""
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        parts = line.split()
        if len(parts) >= 4 and _is_v4(parts[0]) and _hexadecimal(parts[2]) & _COMPLETE and (mac := tidy_mac(parts[3])):
            found[parts[0]] = mac
    return found


def parse_windows_arp(text: str) -> dict[str, str]:
    """MAC by address from the output of Windows' `arp -a`, in whatever language its words are."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.split()
        if len(parts) >= 2 and _is_v4(parts[0]) and (mac := tidy_mac(parts[1])):
            found[parts[0]] = mac
    return found


def parse_routes(text: str) -> tuple[Attached, ...]:
    """The directly attached networks in Linux' `/proc/net/route`; routes through a gateway are left out."""
    found: list[Attached] = []
    for line in text.splitlines()[1:]:
        parts = line.split()
        if len(parts) < 8:
            continue
        flags, prefix = _hexadecimal(parts[3]), _hexadecimal(parts[7]).bit_count()
        if not flags & _ROUTE_UP or flags & _ROUTE_GATEWAY or not 8 <= prefix <= 31:
            continue
        try:
            # The table shows addresses as little-endian numbers.
            start = ipaddress.IPv4Address(int(parts[1], 16).to_bytes(4, "little"))
            found.append(Attached(parts[0], ipaddress.IPv4Network((start, prefix))))
        except (ValueError, OverflowError):
            continue
    return tuple(found)


def known_macs() -> dict[str, str]:
    """MAC by IPv4 address, from the operating system's table. Nothing where it cannot be read."""
    if sys.platform == "win32":
        return parse_windows_arp(_windows_table())
    return parse_proc_arp(_read("/proc/self/net/arp"))


def attached_networks() -> tuple[Attached, ...]:
    """The networks directly attached to this machine (Linux; elsewhere none are known)."""
    return parse_routes(_read("/proc/self/net/route"))


def speaks_arp(interface: str) -> bool:
    """Whether an interface is an Ethernet one on which ARP is spoken (Linux)."""
    flags = _hexadecimal(_read(f"/sys/class/net/{interface}/flags").strip())
    return _read(f"/sys/class/net/{interface}/type").strip() == _ETHERNET and not flags & (_NO_ARP | _LOOPBACK)


def only_own(macs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """MAC by address without those that stand for several addresses: there a router answers for the devices behind."""
    pairs = dict(macs)
    seen = Counter(pairs.values())
    return {address: mac for address, mac in pairs.items() if seen[mac] == 1}


def _windows_table() -> str:
    try:
        done = subprocess.run(
            ["arp", "-a"],  # noqa: S607 — Windows keeps it in the system directory, which differs
            capture_output=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace")


def _read(path: str) -> str:
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            return file.read(_MOST_CHARACTERS)
    except OSError:
        return ""


def _is_v4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _hexadecimal(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0
