"""What a person sees before something leaves, and the approval. Pure but for the row that is released.

What is shown is the body itself, read back from the outbox, or the one that would be made now: nothing is described that is not
in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.present import Present
from cctv_probe.agent.leaving.records import MOST_RECORD_BYTES, select
from cctv_probe.agent.leaving.report import Author, report_body
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Text
from cctv_probe.survey.display import value_words
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import moment_words, parse_utc, site_zone

Json = dict[str, Any]
NIL = "00000000-0000-7000-8000-000000000000"
"""Stands where no id was given yet."""
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class _Slot:
    report_id: str
    seq: int
    previous: str | None
    created_utc: str


class NothingKnownError(Exception):
    """No scan was passed on yet, so there is nothing to show."""


def body_now(present: Present, guard: Guard, author: Author, at_utc: str) -> Json:
    """The report that would leave now to a register that has nothing yet: every record that stands. Its number is 1 and its
    id is nil, since it takes no place in the outbox. Raises NothingKnownError."""
    if present.last is None:
        raise NothingKnownError
    selection = select(present, guard, at_utc, most_bytes=MOST_RECORD_BYTES)
    every = replace(selection, new=tuple(sorted(selection.present.sent)))
    return report_body(_Slot(NIL, 1, None, at_utc), author, every)


def summary(body: Mapping[str, Any]) -> Iterator[Text]:
    """What a body carries, in sentences: what leaves, what stays."""
    yield _HEAD.with_(id=body["report_id"], number=body["seq"], kind=_KINDS.get(str(body["kind"]), _KINDS["gap"]))
    if body["kind"] == "gap":
        yield _GAP.with_(count=body["gap"].get("count") or "?", reason=body["gap"]["reason"])
        return
    if body["kind"] == "report":
        yield from _of_report(body)
    records = body["records"]
    size = len(json.dumps(records, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    yield _RECORDS.with_(count=len(records), size=f"{size / 1024:,.0f}")
    for carried in records[:_MOST_SHOWN]:
        yield _camera(carried["record"])
    if len(records) > _MOST_SHOWN:
        yield _MORE.with_(count=len(records) - _MOST_SHOWN)
    yield _NEVER


def _of_report(body: Mapping[str, Any]) -> Iterator[Text]:
    run, manifest = body["run"], body["manifest"]
    ended, zone = parse_utc(run["finished_utc"]), site_zone("Asia/Bangkok")
    when = Text(en=moment_words(ended, zone, "en"), th=moment_words(ended, zone, "th"))
    yield _RUN.with_(activity=_ACTIVITIES[run["activity"]], when=when, tried=run["addresses_tried"])
    absent = sum(entry["absent_since_utc"] is not None for entry in manifest)
    yield _MANIFEST.with_(count=len(manifest), absent=absent)
    for name, tally in body["counts"]["by_class"].items():
        yield _STAYS.with_(count=tally["cameras"], place=_CLASSES.get(name, _CLASSES["unknown"]))
    yield _NOT_CAMERAS.with_(count=body["counts"]["not_a_camera"])


def _camera(record: Mapping[str, Any]) -> Text:
    camera = record["camera"]
    name = clean(str(camera["name"] or "-"), 60)
    told = [value_words(field, camera["fields"][field]["value"]) for field in _SHOWN if _known(camera, field)]
    values = Text(en=", ".join(each.en for each in told) or "-", th=", ".join(each.th for each in told) or "-")
    known = sum(_known(camera, field) for field in FIELDS)
    words = {"name": name, "id": clean(str(camera["id"]), 80), "address": clean(str(camera["device"]), 60)}
    return _CAMERA.with_(
        **words, values=values, known=known, steps=sum(len(each["attempts"]) for each in record["devices"])
    )


_SHOWN = ("brand", "resolution", "frame_rate", "retention_days")


def _known(camera: Mapping[str, Any], field: str) -> bool:
    return camera["fields"][field]["value"] is not None


class Waiting(Protocol):
    """A row of the outbox, as far as it is shown."""

    @property
    def report_id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def bytes(self) -> int | None: ...


def waiting_lines(rows: Iterable[Waiting]) -> Iterator[Text]:
    """Each body that waits, those held for review first."""
    ordered = sorted(rows, key=lambda row: (row.state != "held", row.seq))
    states = Counter(str(row.state) for row in ordered)
    if not ordered:
        yield _NONE_WAIT
        return
    yield _WAIT.with_(count=len(ordered), held=states["held"])
    for row in ordered[:_MOST_SHOWN]:
        size = f"{(row.bytes or 0) / 1024:,.0f}"
        kind = _KINDS.get(row.kind, _KINDS["gap"])
        yield _ROW.with_(
            number=row.seq, id=row.report_id, kind=kind, state=_STATES.get(str(row.state), _OTHER), size=size
        )


class Releasing(Protocol):
    """The outbox, as far as approval needs it."""

    def release(self, report_id: str, /) -> object: ...


class Noting(Protocol):
    """The audit log: one line on disk, or False."""

    def __call__(self, event: str, **facts: object) -> bool: ...


def approve(outbox: Releasing, report_ids: Sequence[str], approver: str, note: Noting) -> tuple[str, ...]:
    """Release held bodies; the audit log says who approved each, before it is released. Returns the ids.

    Raises `NotNotedError` where the log cannot be written (nothing is released without a name), and what the outbox raises.
    """
    released = []
    for report_id in report_ids:
        if not note("report_approved", report_id=report_id, approver=clean(approver, 100)):
            raise NotNotedError
        outbox.release(report_id)
        released.append(report_id)
    return tuple(released)


class NotNotedError(Exception):
    """The approval could not be written into the audit log."""


_KINDS = {
    "report": Text(en="report", th="รายงาน"),
    "records": Text(en="records that the register asked for", th="ข้อมูลกล้องที่ทะเบียนกลางขอ"),
    "gap": Text(en="notice of what is missing", th="แจ้งส่วนที่ขาดหาย"),
}
_STATES = {
    "held": Text(en="held until approved", th="รอการอนุมัติ"),
    "queued": Text(en="waiting to be sent", th="รอส่ง"),
    "sending": Text(en="being sent", th="กำลังส่ง"),
}
_OTHER = Text(en="put aside", th="พักไว้")
_ACTIVITIES = {
    "discovery": Text(en="who is there", th="สำรวจว่ามีอุปกรณ์ใด"),
    "reading": Text(en="settings", th="อ่านค่าที่ตั้งไว้"),
    "measuring": Text(en="settings and live streams", th="อ่านค่าและวัดสตรีมสด"),
    "footage": Text(en="settings, live streams and recordings", th="อ่านค่า วัดสตรีมสด และตรวจภาพที่บันทึก"),
}
_CLASSES = {
    "closed": Text(en="closed places", th="สถานที่ปิด"),
    "unknown": Text(en="places that nobody has classed yet", th="สถานที่ที่ยังไม่มีผู้ระบุประเภท"),
}
_HEAD = Text(en="Number {number}, {kind} ({id})", th="ลำดับที่ {number} {kind} ({id})")
_RUN = Text(
    en="Scan: {activity}, ended {when}, {tried} addresses.", th="การสแกน: {activity} เสร็จเมื่อ {when} จำนวน {tried} ที่อยู่"
)
_MANIFEST = Text(
    en="It names {count} cameras of public places and adjoining roads, {absent} of them not seen now.",
    th="ระบุกล้องในที่สาธารณะและถนนข้างเคียง {count} ตัว ในจำนวนนี้ขณะนี้ไม่พบ {absent} ตัว",
)
_STAYS = Text(
    en="Only the number leaves of {count} cameras in {place}.", th="กล้อง {count} ตัวใน{place} ส่งเฉพาะจำนวนเท่านั้น"
)
_NOT_CAMERAS = Text(
    en="Only the number leaves of {count} devices that are no cameras.",
    th="อุปกรณ์ที่ไม่ใช่กล้อง {count} เครื่อง ส่งเฉพาะจำนวนเท่านั้น",
)
_RECORDS = Text(
    en="Records that leave with it: {count} ({size} KB before compression); of unchanged cameras only the digest.",
    th="ข้อมูลกล้องที่ส่งไปด้วย: {count} รายการ ({size} KB ก่อนบีบอัด) กล้องที่ไม่เปลี่ยนแปลงส่งเฉพาะรหัสย่อ (digest)",
)
_CAMERA = Text(
    en="  {name}, {address} ({id}): {values}; {known} of 11 fields known, {steps} steps of the visit",
    th="  {name} {address} ({id}): {values} ทราบ {known} จาก 11 ช่อง ขั้นตอนการตรวจ {steps} ขั้น",
)
_MORE = Text(en="  and {count} more; --json shows all.", th="  และอีก {count} รายการ ใช้ --json เพื่อดูทั้งหมด")
_NEVER = Text(
    en="Pictures, passwords, user names and the devices' raw answers stay here.",
    th="ภาพ รหัสผ่าน ชื่อผู้ใช้ และคำตอบดิบของอุปกรณ์ไม่ถูกส่งออกไป",
)
_GAP = Text(
    en="It says that {count} bodies will not be delivered ({reason}).", th="แจ้งว่าจะไม่มีการส่ง {count} รายการ ({reason})"
)
_NONE_WAIT = Text(en="Nothing waits to be sent.", th="ไม่มีรายการรอส่ง")
_WAIT = Text(en="{count} wait, {held} of them for approval:", th="รอส่ง {count} รายการ ในจำนวนนี้รอการอนุมัติ {held} รายการ:")
_ROW = Text(
    en="  {number}  {id}  {kind}, {state}, {size} KB", th="  ลำดับ {number}  {id}  {kind} {state} ขนาด {size} KB"
)
