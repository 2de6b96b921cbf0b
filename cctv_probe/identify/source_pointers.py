"""Which device a recorder's channel points to, and which of its channels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cctv_probe.identify.met_devices import Known, Met, Place
from cctv_probe.identify.source_keys import Source, serial_relation
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

Key = Literal["serial", "mac", "address"]

KEYS_CONFLICT = Text(
    en="Recorder {recorder} names {named} as the source of channel {channel}, but its serial number or MAC address is that "
    "of {camera}; the latter was believed. Check the address set in the recorder.",
    th="เครื่องบันทึก {recorder} ระบุ {named} เป็นต้นทางของช่อง {channel} แต่หมายเลขเครื่องหรือ MAC เป็นของ {camera} "
    "จึงถือตามหมายเลขเครื่องหรือ MAC โปรดตรวจสอบที่อยู่ที่ตั้งไว้ในเครื่องบันทึก",
)
KEYS_DENY = Text(
    en="Recorder {recorder} names {named} as the source of channel {channel}, but tells another serial number or MAC address "
    "than the device found there; they were counted as different cameras. Check whether the camera was replaced.",
    th="เครื่องบันทึก {recorder} ระบุ {named} เป็นต้นทางของช่อง {channel} แต่หมายเลขเครื่องหรือ MAC ไม่ตรงกับอุปกรณ์ที่พบ "
    "จึงนับเป็นกล้องคนละตัว โปรดตรวจสอบว่ามีการเปลี่ยนกล้องหรือไม่",
)
PART_OF_SERIAL = Text(
    en="Recorder {recorder} tells only the beginning of the serial number of the camera on channel {channel}; it fits "
    "{camera} alone. Compare their pictures.",
    th="เครื่องบันทึก {recorder} แจ้งเพียงส่วนต้นของหมายเลขเครื่องของกล้องช่อง {channel} ซึ่งตรงกับ {camera} เพียงตัวเดียว โปรดเปรียบเทียบภาพ",
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a channel leads. `target` None: nowhere that was met. `denied`: its address is another device's by now."""

    target: Place | None = None
    by: Key | None = None
    denied: bool = False
    findings: tuple[Finding, ...] = ()


def shared_addresses(met: Met) -> frozenset[str]:
    """Addresses behind which several cameras are forwarded: there a port belongs to the key.

    Several devices were met there, or one recorder names it with several ports for the same protocol.
    """
    shared = {address for address, ats in met.by_address.items() if len(ats) > 1}
    ports: dict[tuple[int, str, str | None], set[int]] = {}
    for (at, _), source in met.sources.items():
        if source.address and source.port:
            ports.setdefault((at, source.address, source.protocol), set()).add(source.port)
    return frozenset(shared | {address for (_, address, _), told in ports.items() if len(told) > 1})


def point(met: Met, place: Place, shared: frozenset[str]) -> Pointer:
    """The device behind one channel of a recorder: by serial number, else MAC, else address."""
    source, own = met.sources[place], place[0]
    serial, is_part = _by_serial(met, source, own)
    mac = _only(met.by_mac.get(source.mac or "", ()), own)
    address = _by_address(met, source, own, shared)
    told: tuple[tuple[Key, int | None], ...] = (("serial", serial), ("mac", mac), ("address", address))
    found = [(key, at) for key, at in told if at is not None]
    if not found:
        return Pointer()
    by, at = found[0]
    words = {"recorder": met.address(place), "channel": place[1], "camera": met.known[at].device.address,
             "named": source.address or met.known[found[-1][1]].device.address}  # fmt: skip
    if _is_denied(met.known[at], source, [key for key, other in found if other == at]):
        return Pointer(denied=True, findings=(Finding("source_denied", "medium", KEYS_DENY.with_(**words)),))
    findings = [Finding("source_keys_conflict", "medium", KEYS_CONFLICT.with_(**words))] if _differ(found) else []
    if by == "serial" and is_part and len(found) == 1:
        findings.append(Finding("joined_by_part_of_serial", "low", PART_OF_SERIAL.with_(**words)))
    number = _number(met.numbers(at), source.sensor)
    return Pointer((at, number) if number is not None else None, by, findings=tuple(findings))


def denies(known: Known, source: Source, *, mac_too: bool = True) -> bool:
    """Whether what a recorder tells of a camera cannot be said of `known`: another MAC, or another serial number as long."""
    if source.serial and known.serials:
        relations = {serial_relation(source.serial, serial) for serial in known.serials}
        if relations & {"same", "part"}:
            return False
        if relations == {"different"}:
            return True
    return bool(mac_too and source.mac and known.macs and source.mac not in known.macs)


def _is_denied(known: Known, source: Source, agreeing: Sequence[Key]) -> bool:
    """A MAC and a serial number deny an address, a serial number a MAC; a MAC denies a serial number that stands alone,
    since cheap cameras share theirs."""
    if "serial" in agreeing:
        other_mac = bool(source.mac and known.macs and source.mac not in known.macs)
        return other_mac and "address" not in agreeing
    return denies(known, source, mac_too="mac" not in agreeing)


def _differ(found: Sequence[tuple[Key, int]]) -> bool:
    return len({at for _, at in found}) > 1


def _only(ats: Sequence[int], own: int) -> int | None:
    """The one device that has a key; None where several have it, or the recorder itself."""
    return ats[0] if len(ats) == 1 and ats[0] != own else None


def _by_serial(met: Met, source: Source, own: int) -> tuple[int | None, bool]:
    """The one device of that serial number, and whether only a part of it was told."""
    if source.serial is None:
        return None, False
    if source.serial in met.by_serial:
        return _only(met.by_serial[source.serial], own), False
    relations: dict[str, set[int]] = {"same": set(), "part": set()}
    for serial, ats in met.by_serial.items():
        if source.serial not in serial and serial not in source.serial:
            continue
        relation = serial_relation(source.serial, serial)
        if relation in relations:
            relations[relation] |= set(ats)
    fitting = relations["same"] or relations["part"]
    return _only(sorted(fitting), own), not relations["same"]


def _by_address(met: Met, source: Source, own: int, shared: frozenset[str]) -> int | None:
    if source.address is None:
        return None
    ats = met.by_address.get(source.address, ())
    if source.address in shared:
        ats = tuple(at for at in ats if source.port in met.known[at].ports)
    return _only(ats, own)


def _number(numbers: Sequence[int], sensor: int | None) -> int | None:
    """The channel of a camera that `sensor` names; some recorders count from 0, some tell none of a camera with one."""
    if sensor is None:
        return numbers[0] if len(numbers) == 1 else None
    if sensor in numbers:
        return sensor
    return numbers[0] if sensor == 0 and len(numbers) == 1 else None
