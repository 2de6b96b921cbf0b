"""`status.json`: how the service stands, for `agent status`, the metrics and the doctor; and the one line for systemd."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cctv_probe import __version__
from cctv_probe.agent.config import Activity
from cctv_probe.agent.service.in_force import InForce
from cctv_probe.agent.service.post import Problem
from cctv_probe.model.words import Text
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.wire.clock import utc_text

NAMES: Mapping[str, Text] = {
    "discovery": Text(en="discovery", th="ค้นหาอุปกรณ์"),
    "reading": Text(en="reading", th="อ่านค่า"),
    "measuring": Text(en="measuring", th="วัดภาพสด"),
    "footage": Text(en="footage", th="ตรวจภาพบันทึก"),
    "resume": Text(en="handing in a finished scan", th="ส่งผลสแกนที่เสร็จแล้ว"),
    "wanted": Text(en="handing in records that the register lacks", th="ส่งข้อมูลที่ทะเบียนกลางขอเพิ่ม"),
}
"""The activities in the words of the status line."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the status tells, at one moment."""

    state: str
    """starting, running, stopping or stopped; once where cron has it run"""
    started_utc: datetime
    now: datetime
    force: InForce
    config_error: Text | None
    next: Mapping[Activity, datetime]
    running: Mapping[str, str] | None
    last: Mapping[str, Mapping[str, Any]]
    post: Mapping[str, Any]
    problems: tuple[Problem, ...]


def shape(standing: Standing) -> dict[str, Any]:
    """The status as it stands in the file."""
    post, force = standing.post, standing.force
    told = post.get("register")
    register = force.config.register
    return {
        "program": f"cctv-probe {__version__}",
        "agent_id": post.get("agent_id"),
        "lao_code": post.get("lao_code"),
        "state": standing.state,
        "started_utc": utc_text(standing.started_utc),
        "updated_utc": utc_text(standing.now),
        "next": {activity: utc_text(at) for activity, at in standing.next.items()},
        "running": standing.running,
        "last": standing.last,
        "outbox": post.get("outbox"),
        "last_receipt": post.get("last_receipt"),
        "gate": post.get("gate"),
        "clock_offset_s": post.get("clock_offset_s"),
        "register": {**(told if isinstance(told, Mapping) else {}), "url": register.url if register else None},
        "problems": [problem.shape() for problem in standing.problems] + list(_rows(post.get("problems"))),
        "config": {
            "path": str(force.beside / force.name),
            "loaded_utc": utc_text(force.loaded_utc),
            "error": _pair(standing.config_error),
        },
    }


def write_status(path: Path, told: Mapping[str, Any]) -> None:
    """Put the status at `path`. Raises CannotWriteError."""
    write_atomically(path, json.dumps(told, ensure_ascii=False, indent=1).encode())


def line(standing: Standing) -> Text:
    """The line of `systemctl status`: what goes on or comes next, what waits, and the last receipt. Times are the site's."""
    if standing.state == "stopping":
        return _STOPPING
    zone = standing.force.zone
    outbox, receipt = standing.post.get("outbox"), standing.post.get("last_receipt")
    queued = outbox.get("queued", "?") if isinstance(outbox, Mapping) else "?"
    said = _LINE.with_(doing=_doing(standing, zone), queued=queued, receipt=_receipt(receipt, zone))
    return _OLD_CONFIG.with_(line=said) if standing.config_error else said


def _doing(standing: Standing, zone: ZoneInfo) -> Text:
    if standing.running:
        since = datetime.fromisoformat(standing.running["since_utc"])
        kind = standing.running["activity"]
        return _NOW.with_(activity=NAMES.get(kind, Text(kind, kind)), at=_clock(since, zone))
    if not standing.next:
        return _NOTHING
    activity, at = min(standing.next.items(), key=lambda item: item[1])
    return _NEXT.with_(activity=NAMES[activity], at=_clock(at, zone))


def _receipt(told: object, zone: ZoneInfo) -> Text:
    if not isinstance(told, Mapping) or not isinstance(told.get("received_utc"), str):
        return _NO_RECEIPT
    try:
        at = datetime.fromisoformat(told["received_utc"])
    except ValueError:
        return _NO_RECEIPT
    return _RECEIPT.with_(seq=told.get("seq", "?"), at=_clock(at, zone)) if at.tzinfo else _NO_RECEIPT


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _rows(told: object) -> Iterable[Mapping[str, Any]]:
    return [row for row in told if isinstance(row, Mapping)] if isinstance(told, list | tuple) else []


def _pair(text: Text | None) -> dict[str, str] | None:
    return {"en": text.en, "th": text.th} if text else None


_LINE = Text(en="{doing}; outbox {queued}; {receipt}", th="{doing}; กล่องขาออก {queued}; {receipt}")
_OLD_CONFIG = Text(
    en="{line}; the new configuration is invalid, the old one holds", th="{line}; ค่าตั้งใหม่ใช้ไม่ได้ ค่าเดิมยังมีผลอยู่"
)
_NOW = Text(en="{activity} since {at}", th="กำลัง{activity}ตั้งแต่ {at}")
_NEXT = Text(en="next {activity} {at}", th="{activity}ครั้งถัดไป {at}")
_NOTHING = Text(en="every activity is switched off", th="ปิดงานทั้งหมดไว้")
_RECEIPT = Text(en="last receipt {seq} at {at}", th="ใบรับล่าสุด {seq} เมื่อ {at}")
_NO_RECEIPT = Text(en="no receipt yet", th="ยังไม่มีใบรับ")
_STOPPING = Text(en="Stopping in good order; nothing finished is lost", th="กำลังหยุดอย่างเรียบร้อย ผลที่เสร็จแล้วไม่สูญหาย")
