"""Dates: `2019-01-15`, `2019-01`, `2019` or `from/to`, always years of the common era."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cctv_probe.compare.normalise.months import MONTH, month_of
from cctv_probe.compare.normalise.reading import Confidence, Reading, least

_NOISE = re.compile(
    r"วันที่|เมื่อ|เวลา|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|b\.?e\.?(?=\s*\d)|a\.?d\.?(?=\s*\d)|ประจำ|ติดตั้ง|ตั้งแต่|ประมาณ|เดือน|(?<=\d)(?:st|nd|rd|th)\b|"
    r"[ t]\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:น\.?|am|pm|z|[+-]\d{2}:?\d{2})?$|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s|วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์)(?:ที่)?",
    re.IGNORECASE,
)  # fmt: skip
_FISCAL = re.compile(
    r"(?:ปี\s*)?(?:งบ(?:ประมาณ)?ฯ?|งปม\.?|fiscal(?:\s*year)?|f\.?y\.?)\s*(?:ปี)?\s*\.?\s*(\d{4}|\d{2})|ปี\s*งบ\D*(\d{4}|\d{2})"
)
_YEAR_ONLY = re.compile(r"(?:ปี|year)?\s*\.?\s*(\d{4})")
_SHORT_YEAR = re.compile(r"(?:ปี|year)\s*'?(\d{2})")
_MONTH_YEAR = re.compile(rf"(?P<month>{MONTH}|[ก-๙.]{{3,14}})[\s.,\-/]*'?(?P<year>\d{{4}}|\d{{2}})", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"(\d{4})[\-/.](\d{1,2})")
_MONTH_SLASH_YEAR = re.compile(r"(\d{1,2})[\-/.](\d{4})")
_DAY_NAMED = re.compile(
    rf"(?P<day>\d{{1,2}})[\s.,\-/]*(?P<month>{MONTH}|[ก-๙.]{{3,14}})[\s.,\-/]*'?(?P<year>\d{{4}}|\d{{2}})",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"(?P<month>{MONTH})[\s.\-/]*(?P<day>\d{{1,2}})[\s,\-/]+'?(?P<year>\d{{4}}|\d{{2}})", re.IGNORECASE
)
_NUMERIC = re.compile(r"(\d{1,2})\s*[/\-. ]\s*(\d{1,2})\s*[/\-. ]\s*'?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})\s*[/\-. ]\s*(\d{1,2})\s*[/\-. ]\s*(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_LAST = re.compile(r"(\d{2})(\d{2})(\d{4})")
_SPAN = re.compile(r"\s*(?:ถึง|จนถึง|\bto\b|~|\s-\s|–)\s*")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_SERIALS = range(32_874, 58_440)
"""Excel's day numbers of the years 1990 to 2059."""


class _Suspect(Exception):
    """A date that cannot be one; its argument says why."""


def read(text: str) -> Reading | None:
    """The date that a cleaned cell holds; None where it holds none."""
    text = text.casefold()
    try:
        found = _fiscal(text) or _one(text) or _two(text)
    except _Suspect as why:
        return Reading(f"suspect:{why}", "medium", str(why))
    if found and "ประมาณ" in text.replace("งบประมาณ", ""):
        return Reading(found.canonical, least("medium", found.confidence), found.rule)
    return found


def _fiscal(text: str) -> Reading | None:
    found = _FISCAL.search(_NOISE.sub(" ", text))
    if not found:
        return None
    year, sure = _year(found[1] or found[2])
    return Reading(f"{year - 1}-10-01/{year}-09-30", sure, "fiscal_year")


def _two(text: str) -> Reading | None:
    """From one date to another; the first may leave its year to the second."""
    halves = _SPAN.split(text, maxsplit=1)
    if len(halves) == 1:
        halves = re.split(r"(?<=[ก-๙.])\s*-\s*(?=[ก-๙])|(?<=\d{4})\s*-\s*(?=\d{1,2}\s)", text, maxsplit=1)
    if len(halves) != 2:
        return None
    last = _one(halves[1])
    if last is None or "/" in last.canonical:
        return None
    first = _one(halves[0]) or _one(f"{halves[0]} {last.canonical[:4]}")
    if first is None or "/" in first.canonical or first.canonical > last.canonical:
        return None
    return Reading(f"{first.canonical}/{last.canonical}", "medium", "from_to")


def _one(text: str) -> Reading | None:
    text = re.sub(r"\s+", " ", _NOISE.sub(" ", text)).strip(" .,")
    for pattern in (_DAY_NAMED, _NAMED_DAY, _MONTH_YEAR):
        found = pattern.fullmatch(text)
        if found and (month := month_of(found["month"])):
            return _named(found, month)
    return _numeric(text) or _year_alone(text)


def _named(found: re.Match[str], month: tuple[int, bool]) -> Reading:
    english = found["month"].isascii()
    year, sure = _year(found["year"], english=english)
    confidence: Confidence = "medium" if month[1] else sure
    if "day" not in found.re.groupindex:
        return Reading(f"{year}-{month[0]:02}", confidence, "month_and_year")
    return Reading(_day(year, month[0], int(found["day"])), confidence, "named_month")


def _numeric(text: str) -> Reading | None:
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if found and (found.re is not _COMPACT or 1 <= int(found[2]) <= 12):
        year, sure = _year(found[1])
        return Reading(_day(year, int(found[2]), int(found[3])), sure, "year_first")
    if found := _NUMERIC.fullmatch(text) or _COMPACT_LAST.fullmatch(text):
        return _day_first(int(found[1]), int(found[2]), found[3])
    if found := _YEAR_MONTH.fullmatch(text):
        return Reading(_month(_year(found[1])[0], int(found[2])), "high", "month_and_year")
    if found := _MONTH_SLASH_YEAR.fullmatch(text):
        return Reading(_month(_year(found[2])[0], int(found[1])), "high", "month_and_year")
    if (found := _SERIAL.fullmatch(text)) and int(found[1]) in _SERIALS:
        return Reading((_EPOCH + timedelta(days=int(found[1]))).isoformat(), "medium", "excel_serial")
    return None


def _day_first(day: int, month: int, written: str) -> Reading:
    """Thailand writes the day first; the month stands first only where the second number cannot be a month."""
    year, sure = _year(written)
    if month > 12 >= day:
        return Reading(_day(year, day, month), "medium", "month_first")
    ambiguous = day <= 12 and day != month and int(written) < 2400
    return Reading(_day(year, month, day), "medium" if ambiguous else sure, "day_first")


def _year_alone(text: str) -> Reading | None:
    if found := _YEAR_ONLY.fullmatch(text):
        year, sure = _year(found[1])
        return Reading(str(year), sure, "year")
    if found := _SHORT_YEAR.fullmatch(text):
        return Reading(str(_year(found[1])[0]), "medium", "short_year")
    return Reading(str(_year(text)[0]), "low", "short_year") if re.fullmatch(r"[456]\d", text) else None


def _year(written: str, *, english: bool = False) -> tuple[int, Confidence]:
    """A year of the common era: from 2400 on it is Buddhist; of two digits, 40 to 96 are Buddhist and the others not."""
    year = int(written)
    if len(written) == 2:
        return (
            (year + 1957, "medium")
            if 40 <= year <= 96
            else (year + (1900 if year > 96 else 2000), "medium" if english else "low")
        )
    if 2400 <= year <= 2700:
        return year - 543, "high"
    if 1900 <= year <= 2100:
        return year, "high"
    if 2940 <= year <= 3200:
        raise _Suspect("be_applied_twice")
    if 1350 <= year <= 1600:
        raise _Suspect("be_subtracted_twice")
    raise _Suspect("year")


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise _Suspect("no_such_day") from None


def _month(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        raise _Suspect("no_such_month")
    return f"{year}-{month:02}"
