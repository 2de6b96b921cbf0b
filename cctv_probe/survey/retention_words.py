"""What was found out about recordings, in words: the verdict, the days proved, gaps and samples. Pure.

Never an accusation: data differ, or are not yet verifiable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo

from cctv_probe.model.evidence import Standing
from cctv_probe.model.footage import DayMark, Timeline
from cctv_probe.model.record import RetentionRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.display import percent
from cctv_probe.survey.report_words import NOT_YET
from cctv_probe.survey.words import (
    RECORDING_MODES,
    date_words,
    duration_words,
    moment_words,
    parse_utc,
    site_zone,
)

DIFFERS = Text(en="the data differ", th="ข้อมูลไม่ตรงกัน")
_AGREES = Text(en="agrees with the days declared", th="สอดคล้องกับจำนวนวันที่แจ้ง")
_MORE = Text(en="agrees; more days than declared", th="สอดคล้อง และเก็บได้มากกว่าที่แจ้ง")
_FEWER = Text(en="the data differ: fewer days than declared", th="ข้อมูลไม่ตรงกัน: พบน้อยกว่าจำนวนวันที่แจ้ง")
_VERDICTS: dict[str, Text] = {
    "match": _AGREES,
    "within_tolerance": _AGREES,
    "family_match": _AGREES,
    "accepted": Text(en="accepted by a person", th="เจ้าหน้าที่รับรองแล้ว"),
    "mismatch": DIFFERS,
    "sources_disagree": DIFFERS,
    "maturing": Text(en="recording began recently, still filling", th="เพิ่งเริ่มบันทึก ยังเก็บไม่ครบรอบ"),
    "undeclared": Text(en="no declared days to compare with", th="ยังไม่มีจำนวนวันที่แจ้งไว้ให้เทียบ"),
    "not_observed": NOT_YET,
    "camera_missing": Text(en="camera not found", th="ยังไม่พบกล้อง"),
    "stale": Text(en="checked too long ago", th="ผลตรวจเก่าเกินไป"),
    "parse_suspect": Text(en="the declared days cannot be read for certain", th="อ่านจำนวนวันที่แจ้งได้ไม่แน่ชัด"),
    "not_assessed": Text(en="not assessed", th="ยังไม่ได้ประเมิน"),
}
COMPLIANT = frozenset({"match", "within_tolerance", "family_match", "accepted"})
WAITING = frozenset({"maturing", "not_observed"})

_DAYS = Text(en="{count} days", th="{count} วัน")
_ONE_DAY = Text(en="1 day", th="1 วัน")
_PROVED = Text(en="{days} proven by samples", th="ยืนยันด้วยตัวอย่างได้ {days}")
_PROVED_OF = Text(en="{found} of {declared} proven by samples", th="ยืนยันด้วยตัวอย่างได้ {found} จาก {declared}")
_PROVED_MORE = Text(
    en="{found} proven by samples, {declared} declared", th="ยืนยันด้วยตัวอย่างได้ {found} จากที่แจ้ง {declared}"
)
_CLAIMED = Text(en="index claims {days}", th="ดัชนีระบุ {days}")
_SET = Text(en="set to keep {days}", th="ตั้งให้เก็บ {days}")
_UNTIL_FULL = Text(en="set to record until full", th="ตั้งให้บันทึกจนเต็ม")
_GAPS = Text(en="gaps: {gaps}", th="ช่วงที่ไม่มีภาพ: {gaps}")
_NO_GAP = Text(en="no gap found within them", th="ไม่พบช่วงที่ขาดภายในนั้น")
_LONGEST = Text(en="longest {time}", th="ยาวที่สุด {time}")
_AND_MORE = Text(en="and {count} more", th="และอีก {count} ช่วง")
_DAY = Text(en="day {day} ({date})", th="{day} วันก่อน ({date})")
_DAY_TO_DAY = Text(en="days {day}–{last} ({date} – {until})", th="{day}–{last} วันก่อน ({date} – {until})")
_SPAN = Text(en="{start} – {end}", th="{start} – {end}")
_WITHIN = Text(en="{date} {start}–{end}", th="{date} {start}–{end} น.")
_SAMPLES = Text(en="{played} of {samples} samples played", th="เล่นได้ {played} จาก {samples} ตัวอย่าง")
_COVERAGE = Text(
    en="coverage {share} % (95 % interval {low}–{high} %)", th="ความครอบคลุม {share}% (ช่วงความเชื่อมั่น 95%: {low}–{high}%)"
)
_NIGHTS = Text(en="over {count} nights", th="สะสม {count} คืน")
_UNFINISHED = Text(en="sampling not finished", th="ยังสุ่มตรวจไม่ครบ")
SEPARATOR = Text(en="; ", th=" · ")
"""Thai has no semicolon."""
_MOST_GAPS = 3


def verdict_words(retention: RetentionRecord) -> Text:
    """The verdict on field 9."""
    if retention.verified_days.value is None and retention.verdict in ("not_assessed", "undeclared"):
        return NOT_YET
    if retention.verdict == "match" and retention.direction == "understated":
        return _MORE
    if retention.verdict == "mismatch" and retention.direction == "overstated":
        return _FEWER
    return _VERDICTS.get(retention.verdict, _VERDICTS["not_assessed"])


def was_looked_at(retention: RetentionRecord) -> bool:
    """Whether the recordings were checked, or at least asked for."""
    why = retention.verified_days.why_unknown
    return retention.timeline is not None or why is None or why.code != "retention_not_checked"


def summary_words(retention: RetentionRecord) -> Text:
    """`summary_parts` as one line."""
    return joined(summary_parts(retention))


def summary_parts(retention: RetentionRecord) -> list[Text]:
    """Days proved, the index's claim, gaps, samples with their interval; where nothing is proved, the reason first."""
    why = retention.verified_days.why_unknown
    if why is not None:
        claims = joined(_claims(retention))
        return [why.text, *([Text(en=f"({claims.en})", th=f"({claims.th})")] if claims.en else [])]
    return [_proved(retention), *_claims(retention), *_gaps(retention), *_samples(retention)]


def claimed_days(retention: RetentionRecord) -> int | None:
    """What an index or a setting claims the days to be, from the facts beside the verified ones."""
    told = (item.value for item in retention.verified_days.others if item.source.standing is Standing.CONFIGURED)
    return next((value for value in told if isinstance(value, int)), None)


def days_words(count: object) -> Text:
    """`1 day`, `30 days`."""
    return _ONE_DAY if count == 1 else _DAYS.with_(count=count)


def joined(parts: Iterable[Text]) -> Text:
    """Parts as one line."""
    listed = list(parts)
    return Text(en=SEPARATOR.en.join(part.en for part in listed), th=SEPARATOR.th.join(part.th for part in listed))


def day_label(mark: DayMark) -> Text:
    """The date of a day in both calendars."""
    return Text(en=date_words(mark.date, "en"), th=date_words(mark.date, "th"))


def _proved(retention: RetentionRecord) -> Text:
    found = retention.verified_days.value
    declared = retention.timeline.declared_days if retention.timeline else None
    if declared is None or not isinstance(found, int):
        return _PROVED.with_(days=days_words(found))
    if found > declared:
        return _PROVED_MORE.with_(found=days_words(found), declared=days_words(declared))
    return _PROVED_OF.with_(found=found, declared=days_words(declared))


def _claims(retention: RetentionRecord) -> Iterator[Text]:
    claimed, configured = claimed_days(retention), retention.configured_days.value
    if claimed is not None:
        yield _CLAIMED.with_(days=days_words(claimed))
    if configured == "until_full":
        yield _UNTIL_FULL
    elif configured is not None:
        yield _SET.with_(days=days_words(configured))
    mode = RECORDING_MODES.get(str(retention.recording_mode.value))
    if mode:
        yield mode


def _gaps(retention: RetentionRecord) -> Iterator[Text]:
    if not retention.gaps:
        if retention.longest_gap_s.value is not None:
            yield _NO_GAP
        return
    newest_first = sorted(retention.gaps, reverse=True)
    shown = [gap_words(gap, retention.timeline) for gap in newest_first[:_MOST_GAPS]]
    if len(newest_first) > _MOST_GAPS:
        shown.append(_AND_MORE.with_(count=len(newest_first) - _MOST_GAPS))
    listed = Text(en=", ".join(item.en for item in shown), th=", ".join(item.th for item in shown))
    yield _GAPS.with_(gaps=listed)
    longest = retention.longest_gap_s.value
    if isinstance(longest, (int, float)):
        yield _LONGEST.with_(time=duration_words(longest))


def gap_words(gap: tuple[str, str], timeline: Timeline | None) -> Text:
    """A gap by its days where it is made of whole ones, else from one moment to another in the site's time zone."""
    zone = site_zone(timeline.zone_name if timeline else "Asia/Bangkok")
    try:
        start, end = parse_utc(gap[0]), parse_utc(gap[1])
    except ValueError:
        return _SPAN.with_(start=gap[0], end=gap[1])
    days = {mark.date: mark for mark in timeline.days} if timeline else {}
    oldest = days.get(_whole_day(start, zone) or "")
    newest = days.get(_whole_day(end, zone, before=True) or "")
    if oldest is None or newest is None:
        return _from_to(start, end, zone)
    if oldest == newest:
        return _DAY.with_(day=oldest.day, date=day_label(oldest))
    return _DAY_TO_DAY.with_(day=newest.day, last=oldest.day, date=day_label(newest), until=day_label(oldest))


def _whole_day(moment: datetime, zone: tzinfo, *, before: bool = False) -> str | None:
    """The date of the day that begins (or, `before`, ends) at `moment`; None where it is not midnight."""
    local = moment.astimezone(zone)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return None
    return (local - timedelta(days=before)).date().isoformat()


def _from_to(start: datetime, end: datetime, zone: tzinfo) -> Text:
    """From one moment to another; the date once where it is the same."""
    local, until = start.astimezone(zone), end.astimezone(zone)
    if local.date() != until.date():
        return _SPAN.with_(start=_moment(start, zone), end=_moment(end, zone))
    day = local.date().isoformat()
    date = Text(en=date_words(day, "en"), th=date_words(day, "th"))
    return _WITHIN.with_(date=date, start=f"{local:%H:%M}", end=f"{until:%H:%M}")


def _moment(moment: datetime, zone: tzinfo) -> Text:
    return Text(en=moment_words(moment, zone, "en"), th=moment_words(moment, zone, "th"))


def _samples(retention: RetentionRecord) -> Iterator[Text]:
    yield _SAMPLES.with_(played=retention.played, samples=retention.samples)
    share, interval = retention.coverage_ratio.value, retention.coverage_interval
    if isinstance(share, (int, float)) and interval:
        low, high = (percent(bound) for bound in interval)
        yield _COVERAGE.with_(share=percent(share), low=low, high=high)
    if retention.nights > 1:
        yield _NIGHTS.with_(count=retention.nights)
    if not retention.complete:
        yield _UNFINISHED
