"""What `agent status` says: the service's own `status.json` in sentences, and whether it can still be believed. Pure."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Literal

from cctv_probe.agent.care.reading import count, moment, number, part, sentence, texts
from cctv_probe.agent.config import ACTIVITIES
from cctv_probe.agent.service.status import NAMES
from cctv_probe.model.words import Text
from cctv_probe.survey.safe_text import clean

State = Literal["healthy", "degraded", "needs_a_person"]
CRON_STALE_S = 26 * 3600
"""Where cron starts the agent: how long after its last start somebody should look."""
STALE_S = 300.0
"""A service that lives writes its status far more often."""
_AS_MEANT = ("ok", "stopped")
LONG_WAIT = timedelta(hours=24)
"""Reports that wait longer are worth a look, though none is lost."""
EXIT_CODES: Mapping[State, int] = {"healthy": 0, "needs_a_person": 1, "degraded": 3}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is not as it should be."""

    state: State
    text: Text


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the agent. `remarks` are what makes it so, the worst first; `lines` are the plain facts."""

    state: State
    remarks: tuple[Remark, ...]
    lines: tuple[Text, ...]

    @property
    def exit_code(self) -> int:
        """0 healthy, 1 something needs a person, 3 degraded."""
        return EXIT_CODES[self.state]


def is_running(lock: Path) -> bool | None:
    """Whether the service runs: it holds its lock. None where this user may not see that."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def overview(status: Mapping[str, Any] | None, running: bool | None, now: datetime, zone: tzinfo) -> Overview:
    """The state from `status` (None: there is no such file yet). `zone` is where its times are shown."""
    remarks = list(_remarks(status, running, now))
    remarks.sort(key=lambda remark: remark.state != "needs_a_person")
    state: State = remarks[0].state if remarks else "healthy"
    return Overview(state, tuple(remarks), tuple(_lines(status, zone)) if status is not None else ())


def freshness(status: Mapping[str, Any] | None, running: bool | None, now: datetime) -> dict[str, Any]:
    """What `--json` adds: whether the service runs, how old the file is, and whether that is too old."""
    updated = moment((status or {}).get("updated_utc"))
    age = (now - updated).total_seconds() if updated else None
    return {"service_running": running, "age_s": None if age is None else round(age), "stale": _is_stale(age)}


def _is_stale(age_s: float | None) -> bool:
    # Far in the future is as wrong as far in the past: the clock was moved.
    return age_s is None or not -STALE_S <= age_s <= STALE_S


def _remarks(status: Mapping[str, Any] | None, running: bool | None, now: datetime) -> Iterator[Remark]:
    by_cron = (status or {}).get("state") == "once"
    if running is False and not by_cron:
        yield Remark("needs_a_person", _STOPPED)
    if status is None:
        yield Remark("needs_a_person", _NEVER)
        return
    fresh = freshness(status, running, now)
    if by_cron and running is False:
        if fresh["age_s"] is None or fresh["age_s"] > CRON_STALE_S:
            yield Remark("needs_a_person", _NOT_STARTED.with_(age=duration(fresh["age_s"] or CRON_STALE_S)))
    elif fresh["stale"] and running is not False:
        age = fresh["age_s"]
        yield Remark(
            "needs_a_person", _STALE.with_(age=duration(age) if age is not None and age >= 0 else _UNKNOWN_AGE)
        )
    yield from _of_gate_and_config(status)
    yield from _of_outbox(status, now)
    for problem in texts(status.get("problems")):
        said = sentence(problem.get("text"))
        if said and problem.get("severity") != "info" and not _said_above(problem.get("code"), status):
            grave = problem.get("severity") in ("critical", "high", "problem")
            yield Remark("needs_a_person" if grave else "degraded", tidy(said))


def _said_above(code: object, status: Mapping[str, Any]) -> bool:
    gate_closed = part(status, "gate").get("closed") is True
    return (code == "gate" and gate_closed) or (code == "not_enrolled" and not status.get("agent_id"))


def _of_gate_and_config(status: Mapping[str, Any]) -> Iterator[Remark]:
    gate = part(status, "gate")
    if gate.get("closed") is True:
        yield Remark("needs_a_person", _GATE.with_(why=tidy(sentence(gate.get("why")) or _NO_REASON)))
    wrong = sentence(part(status, "config").get("error"))
    if wrong:
        yield Remark("needs_a_person", _OLD_CONFIG.with_(why=tidy(wrong)))
    if not status.get("agent_id") and part(status, "register").get("url"):
        yield Remark("needs_a_person", _NOT_ENROLLED)


def _of_outbox(status: Mapping[str, Any], now: datetime) -> Iterator[Remark]:
    outbox = part(status, "outbox")
    if count(outbox.get("quarantined")):
        yield Remark("needs_a_person", _QUARANTINED.with_(count=count(outbox.get("quarantined"))))
    if count(outbox.get("held")):
        yield Remark("needs_a_person", _HELD.with_(count=count(outbox.get("held"))))
    oldest = moment(outbox.get("oldest_utc"))
    if oldest and now - oldest > LONG_WAIT:
        yield Remark("degraded", _WAITING.with_(age=duration((now - oldest).total_seconds())))
    told = {problem.get("code") for problem in texts(status.get("problems"))}
    for name in ACTIVITIES:
        ending = part(part(status, "last"), name).get("ending")
        if isinstance(ending, str) and ending not in _AS_MEANT and f"scan_{name}" not in told:
            yield Remark("degraded", _ENDED.with_(activity=NAMES[name], ending=clean(ending, 40)))


def _lines(status: Mapping[str, Any], zone: tzinfo) -> Iterator[Text]:
    yield _WHO.with_(
        program=clean(str(status.get("program") or "?"), 60),
        agent=clean(str(status.get("agent_id") or "-"), 60),
        lao=clean(str(status.get("lao_code") or "-"), 20),
    )
    running = part(status, "running")
    if running.get("activity") in NAMES:
        yield _NOW.with_(activity=NAMES[running["activity"]], since=shown(moment(running.get("since_utc")), zone))
    for name in ACTIVITIES:
        row = part(part(status, "last"), name)
        at, due = moment(row.get("finished_utc")), moment(part(status, "next").get(name))
        if at or due:
            yield _ACTIVITY.with_(
                activity=NAMES[name],
                last=shown(at, zone),
                cameras=count(row.get("cameras")) if number(row.get("cameras")) is not None else "-",
                next=shown(due, zone),
            )
    outbox = part(status, "outbox")
    if outbox:
        yield _OUTBOX.with_(queued=count(outbox.get("queued")), kib=f"{count(outbox.get('bytes')) // 1024:,}")
    yield from _register_lines(status, zone)


def _register_lines(status: Mapping[str, Any], zone: tzinfo) -> Iterator[Text]:
    register = part(status, "register")
    if register.get("url"):
        yield _REGISTER.with_(
            url=clean(str(register["url"]), 120),
            at=shown(moment(register.get("last_contact_utc")), zone),
            said=tidy(sentence(register.get("last_status")) or Text("-", "-")),
        )
    receipt = part(status, "last_receipt")
    if receipt:
        yield _RECEIPT.with_(seq=count(receipt.get("seq")), at=shown(moment(receipt.get("received_utc")), zone))
    offset = number(status.get("clock_offset_s"))
    if offset is not None and abs(offset) >= 1:
        yield _OFFSET.with_(seconds=f"{offset:+,.0f}")


def tidy(text: Text) -> Text:
    """A sentence from a file, safe for a screen."""
    return Text(clean(text.en, 600), clean(text.th, 600))


def shown(at: datetime | None, zone: tzinfo) -> Text:
    """An instant for people: in Thai with the Buddhist year; `-` where there is none."""
    if at is None:
        return Text("-", "-")
    try:
        local = at.astimezone(zone)
    except OverflowError:
        return Text("-", "-")
    clock = local.strftime("%H:%M")
    return Text(f"{local:%Y-%m-%d} {clock}", f"{local.day}/{local.month}/{local.year + 543} {clock} น.")


def duration(seconds: float) -> Text:
    """A length of time in one unit."""
    for unit, text in ((86_400, _DAYS), (3600, _HOURS), (60, _MINUTES)):
        if seconds >= 2 * unit:
            return text.with_(count=int(seconds // unit))
    return _SECONDS.with_(count=max(0, int(seconds)))


HEADINGS: Mapping[State, Text] = {
    "healthy": Text(en="The agent is well.", th="ตัวแทนทำงานปกติ"),
    "degraded": Text(en="The agent works, with limits:", th="ตัวแทนทำงานได้ แต่ไม่สมบูรณ์:"),
    "needs_a_person": Text(en="The agent needs your attention:", th="ตัวแทนต้องการให้เจ้าหน้าที่ตรวจสอบ:"),
}
_DAYS = Text(en="{count} days", th="{count} วัน")
_HOURS = Text(en="{count} hours", th="{count} ชั่วโมง")
_MINUTES = Text(en="{count} minutes", th="{count} นาที")
_SECONDS = Text(en="{count} seconds", th="{count} วินาที")
_UNKNOWN_AGE = Text(en="an unknown time", th="ระยะเวลาที่ไม่ทราบแน่ชัด")
_STOPPED = Text(
    en="The service is not running; nothing is scanned or sent. Start it with: systemctl start cctv-probe-agent",
    th="บริการไม่ได้ทำงาน จึงไม่มีการสแกนหรือส่งข้อมูล โปรดเริ่มด้วยคำสั่ง: systemctl start cctv-probe-agent",
)
_NOT_STARTED = Text(
    en="The agent was last started {age} ago (run --once). Check the timer or cron job that starts it.",
    th="ตัวแทนเริ่มทำงานครั้งล่าสุดเมื่อ {age}ที่แล้ว (run --once) โปรดตรวจสอบ timer หรือ cron ที่เริ่มโปรแกรม",
)
_NEVER = Text(
    en="The service has never written its status here. Check the state folder with: cctv-probe agent doctor",
    th="ยังไม่เคยมีการเขียนสถานะของบริการไว้ที่นี่ โปรดตรวจสอบโฟลเดอร์สถานะด้วยคำสั่ง: cctv-probe agent doctor",
)
_STALE = Text(
    en="The status is {age} old; the service hangs or cannot write. See its log: journalctl -u cctv-probe-agent",
    th="สถานะนี้เก่า {age} บริการอาจค้างหรือเขียนไฟล์ไม่ได้ โปรดดูบันทึกด้วยคำสั่ง: journalctl -u cctv-probe-agent",
)
_GATE = Text(
    en="The register refuses this agent, so nothing is sent and everything is kept. {why}",
    th="ทะเบียนกลางปฏิเสธตัวแทนนี้ จึงยังไม่ส่งข้อมูล แต่เก็บไว้ทั้งหมด {why}",
)
_NO_REASON = Text(en="It gave no reason.", th="ทะเบียนกลางไม่ได้ให้เหตุผล")
_OLD_CONFIG = Text(
    en="The new configuration was not taken over; the old one still holds. {why}",
    th="ยังไม่ใช้ค่าตั้งใหม่ ค่าเดิมยังมีผลอยู่ {why}",
)
_NOT_ENROLLED = Text(
    en="This agent is not enrolled. Ask the central office for a token, then run: cctv-probe agent enrol",
    th="ตัวแทนนี้ยังไม่ได้ลงทะเบียน โปรดขอรหัสลงทะเบียนจากส่วนกลาง แล้วรันคำสั่ง: cctv-probe agent enrol",
)
_QUARANTINED = Text(
    en="{count} reports were refused by the register and set aside. See: cctv-probe agent outbox list",
    th="มีรายงาน {count} ฉบับที่ทะเบียนกลางไม่รับและถูกแยกไว้ โปรดดูด้วยคำสั่ง: cctv-probe agent outbox list",
)
_HELD = Text(
    en="{count} reports wait for a person's approval. See: cctv-probe agent outbox list",
    th="มีรายงาน {count} ฉบับรอเจ้าหน้าที่อนุมัติ โปรดดูด้วยคำสั่ง: cctv-probe agent outbox list",
)
_WAITING = Text(
    en="The oldest report has waited {age} to be sent. Nothing is lost; check the way to the register with: cctv-probe agent doctor",
    th="รายงานเก่าที่สุดรอส่งมา {age} แล้ว ข้อมูลยังอยู่ครบ โปรดตรวจสอบเส้นทางไปทะเบียนกลางด้วยคำสั่ง: cctv-probe agent doctor",
)
_ENDED = Text(
    en="The last {activity} ended with “{ending}”.",
    th="การ{activity}ครั้งล่าสุดจบด้วยผล “{ending}”",
)
_WHO = Text(
    en="{program} · agent {agent} · municipality {lao}",
    th="{program} · ตัวแทน {agent} · หน่วยงาน {lao}",
)
_NOW = Text(en="Now: {activity}, since {since}", th="ขณะนี้: {activity} ตั้งแต่ {since}")
_ACTIVITY = Text(
    en="{activity}: last {last} ({cameras} cameras), next {next}",
    th="{activity}: ล่าสุด {last} (กล้อง {cameras} ตัว) ครั้งถัดไป {next}",
)
_OUTBOX = Text(en="Outbox: {queued} reports wait ({kib} KiB)", th="กล่องขาออก: รอส่ง {queued} ฉบับ ({kib} KiB)")
_REGISTER = Text(en="Register: {url}, last contact {at}: {said}", th="ทะเบียนกลาง: {url} ติดต่อล่าสุด {at}: {said}")
_RECEIPT = Text(en="Last receipt: report {seq}, {at}", th="ใบรับล่าสุด: รายงานลำดับที่ {seq} เมื่อ {at}")
_OFFSET = Text(
    en="This machine's clock differs from the register's by {seconds} s; reports allow for it.",
    th="นาฬิกาของเครื่องนี้ต่างจากทะเบียนกลาง {seconds} วินาที รายงานเผื่อค่านี้ไว้แล้ว",
)
