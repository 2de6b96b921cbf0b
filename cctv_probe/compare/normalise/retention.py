"""Field 9, days of recording kept: `days=30`, `days>=30`, `days=15..30`, `until_full`, `none` or why it is none of them."""

from __future__ import annotations

import re
from dataclasses import replace

from cctv_probe.compare.normalise.amounts import Amount, Statement, span, spread, statement
from cctv_probe.compare.normalise.damage import excel_date, slipped_letter
from cctv_probe.compare.normalise.numerals import plain, words_to_digits
from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.text import without_thousands
from cctv_probe.compare.normalise.tokens import tokens, vocabulary

_DAYS = {"": 1.0, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0, "hour": 1 / 24}
_CONVENTION = ("month", "year")
_CODEC = re.compile(r"(?<![a-z])[hx][\s.\-]?26[3-6]")
_MOST_DAYS = 1095.0
"""Nothing that municipalities buy keeps more than three years; a larger number is a slip or another column's."""
_HEIGHTS = (720.0, 1080.0, 1440.0, 1920.0, 2160.0)


def read(text: str) -> Reading | None:
    """What a cleaned cell of field 9 says; None where it says nothing about days."""
    text = without_thousands(text).casefold()
    if _CODEC.search(text):
        return None
    damaged = excel_date(text) or slipped_letter(text)
    if damaged:
        return damaged
    said = statement(tokens(words_to_digits(text), vocabulary("words_amount", "words_retention")))
    if said is None:
        return None
    return (_special(said) or _days(said)) if said.amounts else _words_only(said)


def _words_only(said: Statement) -> Reading | None:
    confidence: Confidence = "medium" if said.strange or said.slip else "high"
    for kind, canonical in (
        ("none", "none"),
        ("partial", "suspect:partial"),
        ("loop", "until_full"),
        ("unknown", "unknown"),
    ):
        if kind in said.kinds:
            return Reading(canonical, confidence, f"words_{kind}")
    return Reading("suspect:24h", "medium", "round_the_clock") if "allday" in said.kinds else None


def _special(said: Statement) -> Reading | None:
    """What only looks like days, or belongs to another column."""
    times = [amount for amount in said.amounts if amount.unit in _DAYS]
    if not times:
        unit = said.amounts[0].unit
        if unit.startswith("other:"):
            return Reading(f"wrong_field:{unit.removeprefix('other:')}", "medium", "other_unit")
        return Reading("suspect:unit", "medium", "no_unit_of_time")
    if "none" in said.kinds:
        return Reading("suspect:contradiction", "medium", "contradiction")
    if "partial" in said.kinds:
        return Reading("suspect:partial", "medium", "part_of_the_day")
    hours = [amount for amount in times if amount.unit == "hour"]
    if len(times) == 1 and (hours and (times[0].value <= 24 or "per_day" in said.kinds)):
        return Reading("suspect:24h", "medium", "round_the_clock")
    return None


def _days(said: Statement) -> Reading | None:
    amounts = [amount for amount in said.amounts if amount.unit in _DAYS]
    dropped = len(amounts) < len(said.amounts)
    if len(amounts) > 1 and any(amount.unit != "hour" for amount in amounts):
        kept = [amount for amount in amounts if amount.unit != "hour" or amount.value != 24]
        dropped, amounts = dropped or len(kept) < len(amounts), kept
    named = [amount for amount in amounts if amount.unit]
    guessed = bool(named) and len(named) < len(amounts) and all(not amount.link for amount in amounts)
    if guessed:
        amounts = named
    converted = any(amount.unit in _CONVENTION for amount in amounts)
    in_days = _summed([replace(amount, value=_in_days(amount)) for amount in amounts], amounts)
    if in_days is None:
        return None
    known = all(amount.unit for amount in amounts)
    few = not known and in_days[0].value < 3
    hours = any(amount.unit == "hour" for amount in amounts)
    doubt = said.strange or said.slip or dropped or said.approx or "note" in said.kinds or "loop" in said.kinds
    if said.strange and not known:
        return None
    confidence: Confidence = "low" if guessed else "medium" if doubt or converted or few or hours else "high"
    return _canonical(in_days, confidence, "months_as_days" if converted else "days" if known else "bare_number")


def _in_days(amount: Amount) -> float:
    """Half a year is six months of thirty days."""
    whole, part = divmod(amount.value, 1)
    return whole * 365 + part * 360 if amount.unit == "year" else round(amount.value * _DAYS[amount.unit], 2)


def _summed(in_days: list[Amount], written: list[Amount]) -> list[Amount] | None:
    """`1 เดือน 15 วัน` is one amount, `30 วัน (1 เดือน)` too; None where several numbers make no sense together."""
    if len({(amount.value, amount.bound) for amount in in_days}) == 1:
        return in_days[:1]
    if len(in_days) == 2:
        first, second = in_days
        larger_first = _DAYS[written[0].unit] > _DAYS[written[1].unit] and bool(written[1].unit)
        if second.link in ("", "and") and larger_first and second.value < _DAYS[written[0].unit]:
            return [replace(first, value=first.value + second.value)]
        if first.value == second.value:
            return [replace(first, bound=first.bound or second.bound)]
        if span(in_days):
            return in_days
    return spread(in_days)


def _canonical(in_days: list[Amount], confidence: Confidence, rule: str) -> Reading | None:
    both = span(in_days)
    most = max(amount.value for amount in in_days)
    if most == 0:
        return Reading("suspect:zero", "medium", "zero")
    if rule == "bare_number" and most in _HEIGHTS:
        return (
            Reading("wrong_field:resolution", "low", "picture_height")
            if most > 720
            else Reading("days=720", "low", rule)
        )
    if most > _MOST_DAYS:
        return Reading("suspect:implausible", "medium", "too_many_days")
    if both:
        slashed = in_days[1].link in ("slash", "spread") or in_days[0].value > in_days[1].value
        return Reading(f"days={plain(both[0])}..{plain(both[1])}", "low" if slashed else confidence, "range")
    only = in_days[0]
    return Reading(f"days{only.bound or '='}{plain(only.value)}", confidence, "bound" if only.bound else rule)
