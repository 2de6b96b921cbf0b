"""What an index says that cannot be history, and what else about an archive is worth a person's attention. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cctv_probe.footage.archive import Index
from cctv_probe.model.finding import Finding, Severity
from cctv_probe.model.footage import Outcome, Sample, Span
from cctv_probe.model.words import Text

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No digital recorder kept street footage before: older dates come from clocks that were never set."""
BUDDHIST_AHEAD = 543
LATEST_AHEAD = timedelta(days=1)
_MOST_NAMED = 5

_UNSET = Text(
    en="The archive names dates before 2000 ({count}, such as {example}): its clock was not set then. They are not counted as history; set the recorder's clock by NTP.",
    th="คลังบันทึกระบุวันที่ก่อน ค.ศ. 2000 ({count} รายการ เช่น {example}) แสดงว่านาฬิกาไม่ได้ตั้งไว้ จึงไม่นับเป็นประวัติการบันทึก โปรดตั้งเวลาเครื่องบันทึกผ่าน NTP",
)
_BUDDHIST = Text(
    en="The archive names Buddhist years where common-era years belong ({count}, such as {example}). They are not counted as history; correct the recorder's date.",
    th="คลังบันทึกใช้ปี พ.ศ. ในตำแหน่งที่ต้องเป็นปี ค.ศ. ({count} รายการ เช่น {example}) จึงไม่นับเป็นประวัติการบันทึก โปรดแก้ไขวันที่ของเครื่องบันทึก",
)
_FUTURE = Text(
    en="The archive names dates that lie in the future ({count}, such as {example}). They are not counted as history; check the recorder's clock.",
    th="คลังบันทึกระบุวันที่ในอนาคต ({count} รายการ เช่น {example}) จึงไม่นับเป็นประวัติการบันทึก โปรดตรวจสอบนาฬิกาของเครื่องบันทึก",
)
_KINDS: tuple[tuple[str, Severity, Text], ...] = (
    ("footage_date_unset", "medium", _UNSET),
    ("footage_date_buddhist", "medium", _BUDDHIST),
    ("footage_date_future", "medium", _FUTURE),
)
_OVERSTATED = Text(
    en="The archive's index claims footage back to {claimed} days, but samples of it play only back to {found} days.",
    th="ดัชนีของคลังบันทึกระบุว่ามีภาพย้อนหลัง {claimed} วัน แต่ตัวอย่างที่เล่นได้จริงมีย้อนหลังเพียง {found} วัน",
)
_JUMPED = Text(
    en="At {count} instants the archive played footage of another time instead of saying that it has none.",
    th="มี {count} ช่วงเวลาที่คลังบันทึกเล่นภาพของเวลาอื่นแทนที่จะแจ้งว่าไม่มีภาพ",
)
_LOOP = Text(
    en="At {count} instants that cannot look alike the archive showed the same picture: they are not counted as played. Look at the recording in the recorder's own player.",
    th="มี {count} ช่วงเวลาที่ไม่ควรเหมือนกัน แต่คลังบันทึกแสดงภาพเดียวกัน จึงไม่นับว่าเล่นได้ โปรดเปิดดูภาพที่บันทึกด้วยโปรแกรมของเครื่องบันทึก",
)
_KEPT = Text(
    en="Footage {days} days old plays, far behind the rest: probably kept by hand. It says nothing about how long footage is kept.",
    th="พบภาพอายุ {days} วันที่ยังเล่นได้ ห่างจากภาพอื่นมาก น่าจะเป็นภาพที่เก็บไว้เป็นพิเศษ จึงไม่นับเป็นระยะเวลาการเก็บบันทึก",
)
_STOPPED = Text(
    en="Nothing of the last {days} days plays: recording may have stopped on {date}. Check the camera and the recorder's schedule.",
    th="ไม่พบภาพของ {days} วันล่าสุด การบันทึกอาจหยุดตั้งแต่ {date} โปรดตรวจสอบกล้องและตารางการบันทึก",
)
_UNTIMED = Text(
    en="At {count} instants the footage carries no time of its own, so nothing is proved by it.",
    th="มี {count} ช่วงเวลาที่ภาพไม่มีเวลากำกับ จึงใช้ยืนยันไม่ได้",
)


def plausible(index: Index, now_utc: datetime) -> tuple[Index, tuple[Finding, ...]]:
    """The index without dates that cannot be history, and what they were."""
    odd: dict[str, list[datetime]] = {}
    spans = tuple(filter(None, (_kept(span, now_utc, odd) for span in index.spans)))
    oldest, newest = (_instant(instant, now_utc, odd) for instant in (index.oldest_utc, index.newest_utc))
    cleaned = replace(index, spans=spans, oldest_utc=oldest, newest_utc=newest)
    return cleaned, date_findings(odd)


def oddity(instant: datetime, now_utc: datetime) -> str | None:
    """Why an instant cannot be history: the code of the finding; None where it can."""
    if instant < EARLIEST:
        return "footage_date_unset"
    if instant <= now_utc + LATEST_AHEAD:
        return None
    ahead = instant.year - now_utc.year
    # An archive reaches back some years at most, so Buddhist dates lie a little less than 543 years ahead.
    return "footage_date_buddhist" if BUDDHIST_AHEAD - 30 <= ahead <= BUDDHIST_AHEAD else "footage_date_future"


def date_findings(odd: dict[str, list[datetime]]) -> tuple[Finding, ...]:
    """One finding for each kind of odd date."""
    return tuple(
        Finding(code, severity, text.with_(count=len(odd[code]), example=f"{min(odd[code]):%Y-%m-%d}"))
        for code, severity, text in _KINDS
        if odd.get(code)
    )


def of_samples(samples: Sequence[Sample]) -> list[Finding]:
    """What the samples themselves show: jumps, a loop, footage without a time."""
    jumped = sum(sample.outcome is Outcome.MISSING and sample.seen_utc is not None for sample in samples)
    looped = sum(sample.outcome is Outcome.UNPLAYABLE and sample.picture_sha256 is not None for sample in samples)
    untimed = sum(sample.outcome is Outcome.UNTIMED for sample in samples)
    rows: tuple[tuple[str, Severity, Text, int], ...] = (
        ("footage_jumps", "low", _JUMPED, jumped),
        ("footage_repeats", "high", _LOOP, looped),
        ("footage_untimed", "low", _UNTIMED, untimed),
    )
    return [Finding(code, severity, text.with_(count=count)) for code, severity, text, count in rows if count]


def of_history(claimed_days: int | None, found_days: int | None, islands: Iterable[int]) -> list[Finding]:
    """What index and history show beside each other."""
    found = []
    if claimed_days is not None and found_days is not None and claimed_days > found_days + 1:
        words = _OVERSTATED.with_(claimed=claimed_days, found=found_days)
        found.append(Finding("footage_index_overstates", "medium", words))
    found += [Finding("footage_kept_by_hand", "info", _KEPT.with_(days=day)) for day in sorted(islands)[:_MOST_NAMED]]
    return found


def stopped(newest_day: int, since: str) -> Finding:
    """Nothing newer than `newest_day` days plays."""
    return Finding("footage_stopped", "high", _STOPPED.with_(days=newest_day - 1, date=since))


def _kept(span: Span, now_utc: datetime, odd: dict[str, list[datetime]]) -> Span | None:
    if _instant(span.start_utc, now_utc, odd) is None or span.end_utc <= span.start_utc:
        return None
    return replace(span, end_utc=min(span.end_utc, now_utc)) if span.end_utc > now_utc + LATEST_AHEAD else span


def _instant(instant: datetime | None, now_utc: datetime, odd: dict[str, list[datetime]]) -> datetime | None:
    if instant is None:
        return None
    code = oddity(instant, now_utc)
    if code:
        odd.setdefault(code, []).append(instant)
    return None if code else instant
