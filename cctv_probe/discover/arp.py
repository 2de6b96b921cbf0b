"""An ARP sweep of directly attached Ethernet networks, with scapy, where this user may open raw sockets.

ARP finds devices that drop everything else, gives their MAC, and does so for 254 addresses in about a second.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cctv_probe.discover.neighbours import Attached, attached_networks, speaks_arp, tidy_mac
from cctv_probe.model.words import Text

_LONGEST_S = 3.0
_ANSWERS_S = 0.8
"""How long answers are awaited after the last question."""
_AT_ONCE = 256
_MOST_ADDRESSES = 1_024
"""Beyond these, the TCP sweep fills the kernel's table anyway."""


@dataclass(frozen=True, slots=True)
class ArpResult:
    """MAC by address; where ARP was not possible at all, `reason` says why."""

    macs: dict[str, str] = field(default_factory=dict)
    reason: Text | None = None


def arp_sweep(addresses: Sequence[str], *, stop: threading.Event) -> ArpResult:
    """Ask who has each of `addresses` on the attached networks; takes at most about 3 s and raises nothing."""
    if not sys.platform.startswith("linux"):
        return ArpResult(reason=_LINUX_ONLY)
    groups = _by_interface(addresses, attached_networks())
    if not groups:
        return ArpResult(reason=_NOT_ATTACHED)
    if not _may_open_raw_sockets():
        return ArpResult(reason=_NO_RIGHT)
    end_s = time.monotonic() + _LONGEST_S
    macs: dict[str, str] = {}
    for interface, asked in groups.items():
        for start in range(0, min(len(asked), _MOST_ADDRESSES), _AT_ONCE):
            left_s = end_s - time.monotonic()
            if stop.is_set() or left_s <= 0:
                return ArpResult(macs)
            macs |= _ask(interface, asked[start : start + _AT_ONCE], min(_ANSWERS_S, left_s))
    return ArpResult(macs)


def _by_interface(addresses: Sequence[str], networks: Collection[Attached]) -> dict[str, list[str]]:
    """The addresses that lie on an attached Ethernet network, by interface; the narrowest network decides."""
    groups: dict[str, list[str]] = {}
    usable = [each for each in networks if speaks_arp(each.interface)]
    usable.sort(key=lambda each: -each.network.prefixlen)
    for address in addresses:
        for each in usable:
            if each.holds(address):
                groups.setdefault(each.interface, []).append(address)
                break
    return groups


def _may_open_raw_sockets() -> bool:
    try:
        with socket.socket(getattr(socket, "AF_PACKET", -1), socket.SOCK_RAW):
            return True
    except OSError:
        return False


def _ask(interface: str, addresses: list[str], wait_s: float) -> dict[str, str]:
    """One question to each address, and the answers that come back from exactly those."""
    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.layers.l2 import ARP, Ether
    from scapy.sendrecv import srp

    question = Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(pdst=addresses)
    try:
        answered, _ = srp(question, iface=interface, timeout=wait_s, verbose=0, retry=0)
    except (OSError, ValueError):
        return {}
    wanted = set(addresses)
    found = ((str(answer[ARP].psrc), tidy_mac(str(answer[ARP].hwsrc))) for _, answer in answered if ARP in answer)
    return {address: mac for address, mac in found if mac and address in wanted}


_LINUX_ONLY = Text(en="ARP is asked only on Linux; the other ways were used.", th="ใช้ ARP ได้เฉพาะบน Linux จึงใช้วิธีอื่นแทน")
_NOT_ATTACHED = Text(
    en="No range lies on a directly attached Ethernet network, so ARP was not asked.",
    th="ไม่มีช่วงที่อยู่ใดอยู่ในเครือข่าย Ethernet ที่ต่อตรงกับเครื่องนี้ จึงไม่ได้ถามด้วย ARP",
)
_NO_RIGHT = Text(
    en="ARP needs the right to open raw sockets (root or CAP_NET_RAW); the other ways were used.",
    th="การถามด้วย ARP ต้องมีสิทธิ์เปิด raw socket (root หรือ CAP_NET_RAW) จึงใช้วิธีอื่นแทน",
)
