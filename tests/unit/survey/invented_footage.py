"""Invented recordings: kept as declared, with a gap, overstated by the index, not asked, and a long history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cctv_probe.model.device import Channel, Device
from cctv_probe.model.evidence import Evidence, Standing
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import DayMark, Footage, Gap, Retention, Timeline
from cctv_probe.model.words import Text
from tests.unit.survey import invented
from tests.unit.survey.invented import said

TODAY = date(2026, 11, 23)
ZONE = "Asia/Bangkok"
SOURCE = "onvif.replay"


def day(number: int, *, claimed: bool | None = True, asked: int = 2, played: int = 2) -> DayMark:
    return DayMark(number, (TODAY - timedelta(days=number)).isoformat(), claimed, asked, played)


def timeline(days: int, *marks: DayMark, declared: int | None = 30) -> Timeline:
    """Today, claimed and not asked for, then `days` days that played; `marks` stand instead of some."""
    instead = {mark.day: mark for mark in marks}
    played = [instead.get(number) or day(number) for number in range(1, days + 1)]
    return Timeline((day(0, asked=0, played=0), *played), ZONE, declared)


def whole_day(number: int) -> Gap:
    """The whole of a day of Bangkok, in UTC."""
    start = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(days=number, hours=7)
    return Gap(start, start + timedelta(days=1))


KEPT = Retention(
    verified_days=30, verdict="match", oldest_playable_days=30, coverage_ratio=0.9667, coverage_low=0.8864,
    coverage_high=0.9908, longest_gap_s=86400.0, gaps=(whole_day(4),), recording_mode="continuous",
    configured_days="until_full", claimed_days=30, samples=60, played=58, missing=2, nights=1, complete=True, seed="5eed",
)  # fmt: skip
"""The example of the facts: 30 days with day 4 missing."""
KEPT_DAYS = timeline(30, day(4, played=0))

OVERSTATED = replace(
    KEPT, verified_days=18, verdict="mismatch", direction="overstated", oldest_playable_days=18, gaps=(), longest_gap_s=0.0,
    coverage_ratio=1.0, coverage_low=0.9039, coverage_high=1.0, samples=58, played=36, configured_days=30,
    findings=(Finding("footage_index_overstates", "medium", Text(en="It claims 30, 18 play.", th="ระบุ 30 เล่นได้ 18")),),
)  # fmt: skip
OVERSTATED_DAYS = timeline(30, *(day(number, played=0) for number in range(19, 31)))

NOT_ASKED = Retention(
    verified_days=None,
    verdict="not_observed",
    why_code="footage_not_asked",
    why=Text(en="No sample could be asked for (busy).", th="ยังขอเล่นตัวอย่างไม่ได้ (ไม่ว่าง)"),
)


def checked(
    retention: Retention = KEPT,
    days: Timeline = KEPT_DAYS,
    *,
    address: str = "127.0.10.7",
    name: str = "ตลาดสด",
    extra: tuple[Evidence, ...] = (),
    **parts: object,
) -> Device:
    """A camera whose recordings were looked at, with the evidence that a check gives."""
    footage = Footage(retention, days, SOURCE, **parts)  # type: ignore[arg-type]  # tests name the fields they change
    channel = replace(invented.channel(1, name, address=address), footage=footage)
    return invented.camera(address, *evidence(retention), *extra, channels=(channel,))


def evidence(retention: Retention, subject: str = "channel/1") -> tuple[Evidence, ...]:
    """What a check says of `subject`: measured where it played, configured where only the index says so."""
    proved = Standing.MEASURED
    rows = (
        ("retention_days", retention.verified_days, "playback", proved),
        ("retention_days", retention.claimed_days, f"{SOURCE}.index", Standing.CONFIGURED),
        ("oldest_playable_days", retention.oldest_playable_days, "playback", proved),
        ("coverage_ratio", retention.coverage_ratio, "playback", proved),
        ("longest_gap_s", retention.longest_gap_s, "playback", proved),
        ("recording_mode", retention.recording_mode, f"{SOURCE}.index", Standing.CONFIGURED),
        ("configured_days", retention.configured_days, f"{SOURCE}.index", Standing.CONFIGURED),
    )
    return tuple(
        said(subject, name, value, method, standing=rank) for name, value, method, rank in rows if value is not None
    )


def recorder(footage: Mapping[int, Footage]) -> Device:
    """The invented recorder with `footage` on some channels."""
    device = invented.recorder()
    channels = tuple(_with(channel, footage.get(channel.number)) for channel in device.channels)
    told = [item for number, found in footage.items() for item in evidence(found.retention, f"channel/{number}")]
    return replace(device, channels=channels, evidence=(*device.evidence, *told))


def _with(channel: Channel, footage: Footage | None) -> Channel:
    return replace(channel, footage=footage)


def long_history() -> Device:
    """120 days claimed; after 31 days only some were asked for, of which day 60 played nothing."""
    unasked = (day(number, asked=0, played=0) for number in range(32, 121) if number % 7)
    days = (*unasked, day(60, asked=1, played=0), day(4, played=0))
    found = replace(KEPT, verified_days=120, oldest_playable_days=120, claimed_days=120, direction="understated", nights=3,
                    gaps=(whole_day(60), whole_day(4)))  # fmt: skip
    return checked(found, timeline(120, *days), address="127.0.10.8", name="แยกไฟแดง")


def all_kinds() -> tuple[Device, ...]:
    """One camera for each way it can end."""
    unlisted = Timeline(tuple(replace(mark, claimed=None) for mark in timeline(9, declared=None).days), ZONE)
    new_disk = replace(KEPT, verified_days=9, oldest_playable_days=9, claimed_days=None, verdict="undeclared", gaps=(),
                       longest_gap_s=0.0, complete=False, configured_days=None)  # fmt: skip
    partial = Gap(datetime(2026, 11, 3, 1, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC), "index")
    return (
        checked(),
        checked(OVERSTATED, OVERSTATED_DAYS, address="127.0.10.9", name="Gate 2"),
        long_history(),
        checked(new_disk, unlisted, address="127.0.10.10", name="New"),
        checked(replace(KEPT, gaps=(partial,), longest_gap_s=14400.0, recording_mode="motion"), address="127.0.10.11"),
        checked(NOT_ASKED, Timeline((), ZONE, 30), address="127.0.10.12", name="Busy"),
        checked(
            NOT_ASKED, Timeline(tuple(day(n, asked=0, played=0) for n in range(31)), ZONE, 30), address="127.0.10.13"
        ),
    )
