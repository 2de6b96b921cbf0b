"""`agent doctor`: every check side by side, whatever hangs, within 20 seconds."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cctv_probe.agent.care import checks_files, checks_machine, checks_network
from cctv_probe.agent.care.check import Check, CheckState, Once, Patient
from cctv_probe.agent.care.contact import Contact, contact
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.unit.present import dialled, resolve
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import Address
from cctv_probe.wire.clock import Clock, utc_text
from cctv_probe.wire.deadline import Deadline

ALL_S = 19.0
"""For all checks together; a second remains for showing them."""
_CONTACT_S, _DNS_S = 12.0, 8.0
_Function = Callable[[Patient], Check]

CHECKS: tuple[tuple[str, Text, _Function], ...] = (
    ("clock", Text(en="Clock", th="นาฬิกา"), checks_network.clock),
    ("dns", Text(en="Names (DNS)", th="ชื่อเครื่อง (DNS)"), checks_network.dns),
    ("tls", Text(en="TLS", th="TLS (การเข้ารหัส)"), checks_network.tls),
    ("register", Text(en="Register", th="ทะเบียนกลาง"), checks_network.register),
    ("enrolment", Text(en="Enrolment", th="การลงทะเบียน"), checks_files.enrolment),
    ("key", Text(en="Key", th="กุญแจ"), checks_files.key),
    ("outbox", Text(en="Outbox", th="กล่องขาออก"), checks_files.outbox),
    ("scope", Text(en="Scope", th="ขอบเขต"), checks_files.scope),
    ("credentials", Text(en="Credentials", th="รหัสผ่านอุปกรณ์"), checks_files.credentials),
    ("ledger", Text(en="Failed logins", th="การเข้าสู่ระบบที่ไม่สำเร็จ"), checks_files.ledger),
    ("capability", Text(en="Raw sockets", th="สิทธิ์ raw socket"), checks_machine.capability),
    ("unit", Text(en="Kernel's list of addresses", th="รายการที่อยู่ในเคอร์เนล"), checks_machine.unit),
    ("disk", Text(en="Disk", th="ดิสก์"), checks_machine.disk),
    ("decoder", Text(en="Picture decoder", th="ตัวถอดรหัสภาพ"), checks_machine.decoder),
    ("time_zone", Text(en="Time zone", th="เขตเวลา"), checks_machine.time_zone),
    ("audit", Text(en="Audit log", th="บันทึกตรวจสอบ"), checks_files.audit),
)
"""Every check, in the order of the report."""
TITLES: Mapping[str, Text] = {name: title for name, title, _ in CHECKS}
SIGNS: Mapping[CheckState, str] = {"ok": "✓", "warn": "!", "fail": "✗", "skipped": "·"}


def patient_of(config: AgentConfig, clock: Clock, all_s: float = ALL_S) -> Patient:
    """The agent of `config` on this machine. Nothing is asked before a check wants it."""
    register = config.register
    deadline = Deadline.after(all_s)

    def asked() -> Contact | None:
        return contact(register, clock, Deadline.after(min(_CONTACT_S, all_s * 0.7))) if register else None

    def resolved() -> tuple[Address, ...] | None:
        found: list[Address] = []
        for host in dialled(register):
            found += _within(lambda host=host: resolve(host), min(_DNS_S, all_s * 0.7)) or []  # type: ignore[misc] # mypy: a lambda with a default
        return tuple(found) or None

    return Patient(config, clock, deadline, Once(asked), Once(resolved))


def examine(patient: Patient, checks: Iterable[tuple[str, Text, _Function]] = CHECKS) -> list[Check]:
    """Run the checks side by side; one that has not ended by the patient's deadline has failed. Never raises."""
    wanted = list(checks)
    ended: queue.SimpleQueue[Check] = queue.SimpleQueue()
    for name, _, function in wanted:
        # Daemons: one that hangs in the name service or a dead network disk must not keep the program.
        threading.Thread(target=_run, args=(name, function, patient, ended), name=f"doctor {name}", daemon=True).start()
    found: dict[str, Check] = {}
    while len(found) < len(wanted):
        try:
            check = ended.get(timeout=max(0.001, patient.deadline.remaining_s()))
        except queue.Empty:
            break
        found[check.name] = check
    return [found.get(name) or Check(name, "fail", _HANGS, _HANGS_WHY, ended=False) for name, _, _ in wanted]


def verdict(checks: Iterable[Check]) -> CheckState:
    """The worst state: fail, warn or ok."""
    states = {check.state for check in checks}
    return "fail" if "fail" in states else "warn" if "warn" in states else "ok"


def exit_code(checks: Iterable[Check]) -> int:
    """0 all well, 1 something failed, 3 something to look at."""
    return {"fail": 1, "warn": 3}.get(verdict(checks), 0)


def as_json_shape(checks: Iterable[Check], clock: Clock) -> dict[str, Any]:
    """The outcome for programs."""
    rows = list(checks)
    return {
        "checked_utc": utc_text(clock.now()),
        "state": verdict(rows),
        "checks": [
            {"name": row.name, "state": row.state, "what": _both(row.what), "what_to_do": _both(row.what_to_do)}
            for row in rows
        ],
    }


def _both(text: Text | None) -> dict[str, str] | None:
    return {"en": text.en, "th": text.th} if text else None


def _run(name: str, function: _Function, patient: Patient, ended: queue.SimpleQueue[Check]) -> None:
    try:
        check = function(patient)
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, not the end of the others
        check = Check(name, "fail", _BROKE.with_(kind=type(error).__name__), _REPORT_IT)
    ended.put(check)


def _within(find: Callable[[], list[Address]], seconds: float) -> list[Address] | None:
    answer: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(find()), name="doctor resolve", daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except queue.Empty:
        return None


_HANGS = Text(en="This check did not come to an end in time.", th="การตรวจข้อนี้ไม่เสร็จภายในเวลาที่กำหนด")
_HANGS_WHY = Text(
    en="Something it waits for does not answer: a name server, a network disk, or the machine itself is overloaded.",
    th="สิ่งที่รออยู่ไม่ตอบ เช่น เซิร์ฟเวอร์ชื่อ ดิสก์เครือข่าย หรือเครื่องทำงานหนักเกินไป",
)
_BROKE = Text(en="The check itself broke ({kind}).", th="การตรวจข้อนี้เกิดข้อผิดพลาดเอง ({kind})")
_REPORT_IT = Text(
    en="Please send a support bundle to the developers: cctv-probe agent support-bundle",
    th="โปรดส่งชุดข้อมูลสนับสนุนให้ผู้พัฒนา: cctv-probe agent support-bundle",
)
