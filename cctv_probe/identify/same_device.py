"""Two visits, one device: joined by identity, never by address alone. Pure.

A recorder with two network cards is met twice; a web server and ONVIF service on different ports of one host as well. Two
cheap cameras may share a factory serial number: where another key contradicts, they stay apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

SHARED = Text(
    en="{address} and {other} both say that they are {value}; they were counted as different devices.",
    th="{address} และ {other} แจ้งเลขประจำตัวเดียวกัน ({value}) จึงนับเป็นคนละเครื่อง",
)

_KEYS = ("serial", "uuid", "mac", "certificate")


def join(devices: Iterable[Device]) -> tuple[Device, ...]:
    """The devices, each real one once; the visit that learned most comes first, the other addresses stand beside."""
    joined: dict[int, Device] = {}
    by_key: dict[str, set[int]] = {}
    for number, device in enumerate(devices):
        place, merged = number, device
        while (found := _match(place, merged, joined, by_key)) is not None:
            place, other = min(place, found), joined.pop(found)
            merged = _join(other, merged)
        joined[place] = merged
        for key in _shared_keys(merged):
            by_key.setdefault(key, set()).add(place)
    return tuple(device for _, device in sorted(joined.items()))


def _match(place: int, device: Device, joined: dict[int, Device], by_key: dict[str, set[int]]) -> int | None:
    """Another device already met that is the same one: only those that share a key are compared."""
    near = {number for key in _shared_keys(device) for number in by_key.get(key, ()) if number in joined}
    return next((number for number in sorted(near - {place}) if same(device, joined[number])), None)


def _shared_keys(device: Device) -> set[str]:
    named = {f"serial:{device.identity.serial}", f"uuid:{device.identity.uuid}"} - {"serial:None", "uuid:None"}
    return named | {f"mac:{mac}" for mac in _macs(device)}


def same(one: Device, other: Device) -> bool:
    """Whether two visits met the same device.

    A shared MAC address decides, and so do MAC addresses that differ. Without MACs, at one address one more key must agree
    and none contradict; across addresses two must, because cheap cameras share serial numbers and UUIDs.
    """
    if Kind.NOT_A_CAMERA in (one.kind, other.kind):
        return False
    macs, others = _macs(one), _macs(other)
    if macs and others:
        return bool(macs & others)
    pairs = [(one.identity.serial, other.identity.serial), (one.identity.uuid, other.identity.uuid)]
    known = [(a, b) for a, b in pairs if a and b]
    if any(a != b for a, b in known) or (_brands(one) and _brands(other) and not _brands(one) & _brands(other)):
        return False
    return len(known) >= (1 if one.address == other.address else 2)


def _macs(device: Device) -> set[str]:
    told = {str(item.value) for item in device.evidence if item.subject == "device" and item.attribute == "mac"}
    return told | ({device.identity.mac} if device.identity.mac else set())


def _brands(device: Device) -> set[str]:
    return {str(item.value) for item in device.evidence if item.subject == "device" and item.attribute == "brand"}


def tell_apart(devices: Iterable[Device]) -> tuple[Device, ...]:
    """Different devices that tell the same key get identifiers from their other keys, and a finding each."""
    told = list(devices)
    for _ in _KEYS:
        by_id: dict[str, list[int]] = {}
        for at, device in enumerate(told):
            by_id.setdefault(device.id, []).append(at)
        for shared in (group for group in by_id.values() if len(group) > 1):
            for at, other in zip(shared, shared[1:] + shared[:1], strict=True):
                if told[at].id_basis != "address_port_path":
                    told[at] = _without_key(told[at], told[other].address)
    return tuple(told)


def _without_key(device: Device, other: str) -> Device:
    text = SHARED.with_(value=device.id.partition(":")[2], address=device.address, other=other)
    finding = Finding("identity_shared", "medium", text)
    return replace(device, distrusted=device.distrusted | {device.id_basis}, findings=(*device.findings, finding))


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
