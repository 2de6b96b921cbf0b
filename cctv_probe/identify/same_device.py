"""Two visits, one device: joined by identity, never by address alone. Pure.

A recorder with two network cards is met twice; a web server and ONVIF service on different ports of one host as well. Two
cheap cameras may share a factory serial number: where another key contradicts, they stay apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cctv_probe.model.device import Device, Identity, Kind


def join(devices: Iterable[Device]) -> tuple[Device, ...]:
    """The devices, each real one once; the visit that learned most comes first, the other addresses stand beside."""
    joined: list[Device] = []
    for device in devices:
        at = next((number for number, other in enumerate(joined) if same(device, other)), None)
        if at is None:
            joined.append(device)
        else:
            joined[at] = _join(joined[at], device)
    return tuple(joined)


def same(one: Device, other: Device) -> bool:
    """Whether two visits met the same device: a shared strong key, and none that contradicts."""
    if Kind.NOT_A_CAMERA in (one.kind, other.kind):
        return False
    pairs = _pairs(one.identity, other.identity)
    both = [(a, b) for a, b in pairs if a and b]
    if not both or any(a != b for a, b in both):
        return False
    strong = any(a == b and a for a, b in pairs[1:])
    return strong or _brands(one) == _brands(other)


def _pairs(one: Identity, other: Identity) -> list[tuple[str | None, str | None]]:
    """Serial number, MAC address, UUID. A certificate is left out: makers ship one for a whole series."""
    return [(one.serial, other.serial), (one.mac, other.mac), (one.uuid, other.uuid)]


def _brands(device: Device) -> set[str]:
    return {str(item.value) for item in device.evidence if item.subject == "device" and item.attribute == "brand"}


def _join(one: Device, other: Device) -> Device:
    first, second = (one, other) if len(one.evidence) >= len(other.evidence) else (other, one)
    addresses = (first.address, *first.other_addresses, second.address, *second.other_addresses)
    return replace(
        first,
        identity=first.identity.or_(second.identity),
        other_addresses=tuple(dict.fromkeys(address for address in addresses if address != first.address)),
        seen_by=tuple(dict.fromkeys((*first.seen_by, *second.seen_by))),
        open_ports=tuple(sorted({*first.open_ports, *second.open_ports}))
        if first.address == second.address
        else first.open_ports,
        attempts=(*first.attempts, *second.attempts),
        findings=tuple(dict.fromkeys((*first.findings, *second.findings))),
    )
