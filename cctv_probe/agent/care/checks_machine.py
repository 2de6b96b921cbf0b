"""What the machine gives the agent: disk, rights, time zones, a decoder that starts, the kernel's list of addresses."""

from __future__ import annotations

import os
import re
import secrets
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from cctv_probe.agent.care.check import Check, Patient
from cctv_probe.agent.care.site import site_zone_name
from cctv_probe.agent.unit import compare, drop_in_now, read_drop_in
from cctv_probe.media.confinement import Limits
from cctv_probe.media.decoder import CANNOT_START, UNPROTECTED
from cctv_probe.media.decoder_process import ChildCannotStart, ChildTooSlow, ChildUnprotected, DecoderProcess
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.yaml_file import ConfigError

FEW_INODES = 5_000
DECODER_S = 14.0
_CAP_NET_RAW = 13
_AMBIENT = re.compile(r"(?m)^\s*AmbientCapabilities\s*=.*\bCAP_NET_RAW\b")
_MOST_SHOWN = 6


def disk(patient: Patient) -> Check:
    """Space, inodes and the right to write where the agent keeps what it must not lose."""
    folder = patient.config.places.folder
    try:
        probe = folder / f".doctor.{secrets.token_hex(4)}"
        probe.touch(mode=0o600, exist_ok=False)
        probe.unlink()
        left = os.statvfs(folder)
    except FileNotFoundError:
        return Check("disk", "fail", _NO_FOLDER.with_(path=folder), _START_ONCE)
    except OSError as error:
        return Check("disk", "fail", _NOT_WRITABLE.with_(path=folder, why=error.strerror or error), _GIVE_FOLDER)
    free = left.f_bavail * left.f_frsize
    needed = patient.config.free_bytes
    said = _FREE.with_(path=folder, free=f"{free >> 20:,}", needed=f"{needed >> 20:,}")
    if free < needed:
        return Check("disk", "fail", said, _MAKE_ROOM)
    if left.f_files and left.f_favail < FEW_INODES:
        return Check("disk", "fail", _NO_INODES.with_(path=folder, count=left.f_favail), _MAKE_ROOM)
    return Check("disk", "warn", said, _MAKE_ROOM) if free < 2 * needed else Check("disk", "ok", said)


def capability(patient: Patient) -> Check:
    """Whether ARP can be asked, and what it means where it cannot."""
    if has_net_raw(Path("/proc/self/status")) or _unit_has_net_raw(patient.drop_in.parent):
        return Check("capability", "ok", _WITH_RAW if patient.config.arp else _WITH_RAW_UNUSED)
    if patient.config.arp:
        return Check("capability", "warn", _ARP_WITHOUT_RAW, _GIVE_RAW)
    return Check("capability", "ok", _WITHOUT_RAW)


def has_net_raw(status: Path) -> bool:
    """Whether a process (`/proc/…/status`, proc(5)) may open raw sockets."""
    try:
        found = re.search(r"(?m)^CapEff:\s*([0-9a-f]{1,32})$", status.read_text("ascii", "replace"))
    except OSError:
        return False
    return bool(found and int(found[1], 16) >> _CAP_NET_RAW & 1)


def _unit_has_net_raw(folder: Path) -> bool:
    for path in folder.glob("*.conf"):
        try:
            if _AMBIENT.search(path.read_text("utf-8", "replace")):
                return True
        except OSError:
            continue
    return False


def decoder(patient: Patient) -> Check:
    """The confined child that looks at pictures starts under the limits that hold here."""
    try:
        child = DecoderProcess(Limits(), min(patient.deadline.at_s, time.monotonic() + DECODER_S))
    except ChildTooSlow:
        return Check("decoder", "warn", _DECODER_SLOW.with_(seconds=f"{DECODER_S:g}"), _LESS_LOAD)
    except ChildUnprotected:
        return Check("decoder", "fail", UNPROTECTED)
    except ChildCannotStart:
        return Check("decoder", "fail", CANNOT_START, _MORE_MEMORY)
    try:
        if child.lacking:
            return Check("decoder", "warn", _DECODER_LACKS.with_(what=", ".join(child.lacking)))
        return Check("decoder", "ok", _DECODER_WORKS)
    finally:
        child.close()


def time_zone(patient: Patient) -> Check:
    """The data of time zones are there."""
    name = site_zone_name(patient.config, patient.clock)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return Check("time_zone", "fail", _NO_ZONE.with_(name=name), _INSTALL_TZDATA)
    return Check("time_zone", "ok", _ZONE.with_(name=name))


def unit(patient: Patient) -> Check:
    """What the kernel lets the installed service speak to, against what the scope says it may."""
    if not patient.installed:
        return Check("unit", "skipped", _NOT_INSTALLED)
    try:
        found = read_drop_in(patient.drop_in)
        wanted = drop_in_now(patient.config, patient.clock, lambda _host: patient.addresses.get() or ())
    except OSError as error:
        return Check("unit", "fail", _NO_DROP_IN.with_(path=patient.drop_in, why=error.strerror or error), _WRITE_UNIT)
    except (ConfigError, ScopeError) as error:
        return Check("unit", "fail", error.text)
    if found is None:
        return Check("unit", "fail", _MISSING_DROP_IN.with_(path=patient.drop_in), _WRITE_UNIT)
    difference = compare(wanted, found)
    if difference.extra:
        return Check("unit", "fail", _TOO_WIDE.with_(networks=_some(difference.extra)), _WRITE_UNIT)
    if difference.missing:
        return Check("unit", "fail", _TOO_NARROW.with_(networks=_some(difference.missing)), _WRITE_UNIT)
    return Check("unit", "ok", _SAME.with_(count=len(found.allowed)))


def _some(networks: tuple[str, ...]) -> str:
    shown = ", ".join(networks[:_MOST_SHOWN])
    return shown if len(networks) <= _MOST_SHOWN else f"{shown} … ({len(networks)})"


_NO_FOLDER = Text(en="The folder {path} does not exist.", th="ไม่มีโฟลเดอร์ {path}")
_START_ONCE = Text(
    en="Start the service once, or check “state” in agent.yaml.", th="โปรดเริ่มบริการหนึ่งครั้ง หรือตรวจ “state” ใน agent.yaml"
)
_NOT_WRITABLE = Text(en="{path} cannot be written ({why}).", th="เขียนลง {path} ไม่ได้ ({why})")
_GIVE_FOLDER = Text(
    en="Run this as the service's user (sudo -u cctv-probe); check the folder's owner, and that the disk is not read-only.",
    th="โปรดรันด้วยผู้ใช้ของบริการ (sudo -u cctv-probe) ตรวจเจ้าของโฟลเดอร์ และตรวจว่าดิสก์ไม่ได้เป็นแบบอ่านอย่างเดียว",
)
_FREE = Text(
    en="{free} MiB are free at {path}; reports are kept down to {needed} MiB.",
    th="{path} มีพื้นที่ว่าง {free} MiB ระบบเก็บรายงานจนกว่าพื้นที่จะเหลือ {needed} MiB",
)
_NO_INODES = Text(
    en="Only {count} more files fit on the disk of {path}.", th="ดิสก์ของ {path} สร้างไฟล์ได้อีกเพียง {count} ไฟล์"
)
_MAKE_ROOM = Text(
    en="Make room on this disk. Until then new reports may be refused; those already kept are safe.",
    th="โปรดเพิ่มพื้นที่ว่างบนดิสก์ ระหว่างนี้อาจเก็บรายงานใหม่ไม่ได้ แต่รายงานที่เก็บแล้วยังปลอดภัย",
)
_WITH_RAW = Text(
    en="Raw sockets are allowed: devices of the same segment are also found by ARP.",
    th="ใช้ raw socket ได้ จึงค้นหาอุปกรณ์ในเครือข่ายเดียวกันด้วย ARP ได้ด้วย",
)
_WITH_RAW_UNUSED = Text(
    en="Raw sockets are allowed, but agent.yaml says arp: no; ARP is not asked.",
    th="ใช้ raw socket ได้ แต่ agent.yaml ตั้ง arp: no จึงไม่ถามด้วย ARP",
)
_WITHOUT_RAW = Text(
    en="Without raw sockets devices are found by TCP, WS-Discovery and the neighbour table. A device that is switched on but "
    "answers none of these is not counted.",
    th="เมื่อไม่ใช้ raw socket จะค้นหาอุปกรณ์ด้วย TCP, WS-Discovery และตารางเพื่อนบ้าน อุปกรณ์ที่เปิดอยู่แต่ไม่ตอบวิธีเหล่านี้จะไม่ถูกนับ",
)
_ARP_WITHOUT_RAW = Text(
    en="agent.yaml says arp: yes, but raw sockets (CAP_NET_RAW) are not allowed here; the other ways are used.",
    th="agent.yaml ตั้ง arp: yes แต่ไม่มีสิทธิ์ใช้ raw socket (CAP_NET_RAW) จึงใช้วิธีอื่นแทน",
)
_GIVE_RAW = Text(
    en="Install the drop-in for raw sockets (see the operator's guide), or set arp: no.",
    th="โปรดติดตั้ง drop-in สำหรับ raw socket (ดูคู่มือผู้ดูแล) หรือตั้ง arp: no",
)
_DECODER_WORKS = Text(
    en="The picture decoder starts, confined as it should be.", th="ตัวถอดรหัสภาพเริ่มทำงานได้ และถูกจำกัดสิทธิ์ครบถ้วน"
)
_DECODER_LACKS = Text(
    en="The picture decoder starts, but this system does not offer: {what}.",
    th="ตัวถอดรหัสภาพเริ่มทำงานได้ แต่ระบบนี้ไม่มีการป้องกัน: {what}",
)
_DECODER_SLOW = Text(
    en="The picture decoder had not started after {seconds} s.", th="ตัวถอดรหัสภาพยังไม่เริ่มทำงานหลังผ่านไป {seconds} วินาที"
)
_LESS_LOAD = Text(
    en="The machine is very busy or very slow; try again when no scan runs.",
    th="เครื่องอาจทำงานหนักหรือช้ามาก โปรดลองใหม่เมื่อไม่มีการสแกน",
)
_MORE_MEMORY = Text(
    en="The child needs 1.5 GiB of address space; check memory limits (ulimit -v, MemoryMax=).",
    th="โพรเซสลูกต้องใช้พื้นที่หน่วยความจำ 1.5 GiB โปรดตรวจขีดจำกัดหน่วยความจำ (ulimit -v, MemoryMax=)",
)
_ZONE = Text(en="The time zone {name} is known.", th="รู้จักเขตเวลา {name}")
_NO_ZONE = Text(en="The time zone {name} is not known to this machine.", th="เครื่องนี้ไม่รู้จักเขตเวลา {name}")
_INSTALL_TZDATA = Text(en="Install the package tzdata.", th="โปรดติดตั้งแพ็กเกจ tzdata")
_NOT_INSTALLED = Text(
    en="The service is not installed on this machine; the kernel limits nothing here.",
    th="ยังไม่ได้ติดตั้งบริการบนเครื่องนี้ เคอร์เนลจึงไม่ได้จำกัดที่อยู่",
)
_NO_DROP_IN = Text(en="{path} cannot be read ({why}).", th="อ่าน {path} ไม่ได้ ({why})")
_MISSING_DROP_IN = Text(
    en="{path} is missing: the service reaches nothing but this machine.",
    th="ไม่มีไฟล์ {path} บริการจึงติดต่อได้เฉพาะภายในเครื่องนี้",
)
_TOO_WIDE = Text(
    en="The kernel lets the service reach more than scope and register need: {networks}.",
    th="เคอร์เนลอนุญาตให้บริการติดต่อเกินกว่าขอบเขตและทะเบียนกลาง: {networks}",
)
_TOO_NARROW = Text(
    en="The kernel keeps the service from addresses that it needs: {networks}.",
    th="เคอร์เนลไม่อนุญาตให้บริการติดต่อที่อยู่ที่จำเป็น: {networks}",
)
_WRITE_UNIT = Text(
    en="Have it written anew: sudo cctv-probe agent unit-drop-in --write",
    th="โปรดให้ระบบเขียนใหม่ด้วยคำสั่ง: sudo cctv-probe agent unit-drop-in --write",
)
_SAME = Text(
    en="The kernel lets the service reach what scope and register need, and nothing else ({count} networks).",
    th="เคอร์เนลอนุญาตให้บริการติดต่อเฉพาะตามขอบเขตและทะเบียนกลางเท่านั้น ({count} เครือข่าย)",
)
