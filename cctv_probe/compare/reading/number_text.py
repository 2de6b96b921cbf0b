"""A number in a workbook as a person sees it: `05810109`, `50%`, `30 วัน`, `15-ก.ค.`, `2019-01-15`.

Excel stores numbers and how to show them apart (ECMA-376 part 1, 18.8.30 and 18.8.31). Digits are never dropped where
Excel would: an identity that Excel shows as `5.81011E+06` stands in the file as `5810110`. A date with a year is
written `YYYY-MM-DD`, whatever order and calendar the sheet shows; one without a year is written as Excel shows it,
because it is nearly always a range that Excel took for a date (`7-15` → `15-ก.ค.`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from cctv_probe.compare.reading.grid import CellKind

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "d/m/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "d/m/yyyy h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59), *range(71, 75), *range(77, 82)), "d/m/yyyy"),
    59: "0", 60: "0.00", 61: "#,##0", 62: "#,##0.00", 67: "0%", 68: "0.00%", 69: "# ?/?", 70: "# ??/??",
    75: "h:mm", 76: "h:mm:ss",
}  # fmt: skip
"""Number formats by their number; 27–36 and 50–81 belong to Thai and East Asian editions."""

_THAI_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<skipped>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<ampm>AM/PM|A/P)|(?P<general>General)|(?P<exponent>[eE][+-]0+)|(?P<fraction>[#0?]* *[?#0]+/[?#0]+)"
    r"|(?P<digits>[#0?][#0?,.]*|\.[#0?]+)|(?P<letters>[yYmMdDhHsSbBgGeE])(?P=letters)*|(?P<percent>%)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_ELAPSED = re.compile("^(?:h+|m+|s+)$", re.I)
_ENGLISH = ("$-409", "$-809", "$-EN-US", "$-EN-GB")
_CURRENCY = re.compile(r"^\$([^-]*)")
_LONGEST_FORMAT = 255
_MOST_DIGITS = 15
_MOST_EXPONENT = 21
"""Larger and smaller numbers stay as they are written in the file (`1E+300`)."""
_MOST_DAYS = 2_958_465
"""31 December 9999."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One section of a number format, taken apart. `dates` holds the lower-case date letters in it."""

    before: str = ""
    after: str = ""
    pattern: str = "General"
    percent: int = 0
    exponent: bool = False
    fraction: str = ""
    dates: frozenset[str] = frozenset()
    elapsed: bool = False
    english: bool = False


@lru_cache(maxsize=8192)
def number_text(value: str, code: str, *, from_1904: bool = False) -> tuple[str, CellKind]:
    """(what a person sees, its kind) of a stored number and a number format. A text that is no number stays as it is."""
    try:
        number = Decimal(value)
        if number.is_finite() and abs(number.adjusted()) < _MOST_EXPONENT:
            return _shown(number, _shape(code[:_LONGEST_FORMAT], number < 0), from_1904)
    except ArithmeticError:
        pass  # no number: it stays the text that it is
    return value, "number"


def _shown(number: Decimal, shape: NumberFormat, from_1904: bool) -> tuple[str, CellKind]:
    if shape.dates or shape.elapsed:
        shown = _date(number, shape, from_1904)
        if shown is not None:
            return shown, "date"
        return _general(number), "number"
    return f"{shape.before}{_digits(number, shape)}{shape.after}".strip(), "number"


def iso_date_text(value: str) -> str:
    """A date that the workbook stores as text (`2019-01-15T00:00:00`), without an empty time of day."""
    return re.sub(r"T00:00(:00(\.0+)?)?Z?$", "", value).replace("T", " ")


@lru_cache(maxsize=2048)
def _shape(code: str, negative: bool) -> NumberFormat:
    """The section of a format that holds for positive or negative numbers, taken apart."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    own_sign = negative and len(sections) > 1 and bool(sections[1])
    parts: dict[str, list[str]] = {}
    before, after = "-" if negative and not own_sign else "", ""
    for found in _TOKEN.finditer(sections[1] if own_sign else sections[0]):
        kind, said = found.lastgroup or "", found[0]
        parts.setdefault(kind, []).append(said)
        if parts.keys() & {"digits", "general", "fraction"}:
            after += _literal(kind, found)
        else:
            before += _literal(kind, found)
    brackets = [one[1:-1] for one in parts.get("bracket", [])]
    dates = frozenset(one[0].lower() for one in parts.get("letters", []))
    elapsed = any(_ELAPSED.match(one) for one in brackets)
    if not (parts.keys() & {"digits", "fraction", "general"}):
        before, after = before[:1] if before.startswith("-") else "", ""
    return NumberFormat(
        before,
        after,
        parts.get("digits", ["General"])[0],
        len(parts.get("percent", [])),
        "exponent" in parts,
        parts.get("fraction", [""])[0],
        dates,
        elapsed,
        any(one.upper() in _ENGLISH for one in brackets),
    )


def _literal(kind: str, found: re.Match[str]) -> str:
    """What a piece of a format writes beside the number."""
    if kind in ("quoted", "escaped"):
        return found[kind] or ""
    if kind == "bracket":
        money = _CURRENCY.match(found[kind])
        return money[1] if money else ""
    if kind == "percent":
        return "%"
    return found[0] if kind == "other" and found[0] != "@" else ""


def _digits(number: Decimal, shape: NumberFormat) -> str:
    size = abs(number) * 100**shape.percent
    if shape.fraction:
        return _fraction(size, shape.fraction)
    if shape.pattern == "General" or shape.exponent:
        return _general(size)
    whole_part, _, decimals = shape.pattern.partition(".")
    places = sum(decimals.count(sign) for sign in "0#?")
    if places == 0 and size != size.to_integral_value():
        return _general(size)  # Excel would round 29.97 to 30
    shown = f"{size:.{min(places, 30)}f}"
    optional = decimals.count("#")
    if optional and "." in shown:
        kept = len(shown) - optional
        shown = (shown[:kept] + shown[kept:].rstrip("0")).rstrip(".")
    whole, dot, rest = shown.partition(".")
    whole = whole.zfill(whole_part.count("0"))
    if "," in whole_part.rstrip(","):
        whole = f"{int(whole):,}"
    return f"{whole}{dot}{rest}"


def _general(number: Decimal) -> str:
    """All digits that the file holds, at most fifteen that mean something, without an exponent where it stays readable."""
    rounded = Decimal(f"{number:.{_MOST_DIGITS}g}") if len(number.as_tuple().digits) > _MOST_DIGITS else number
    if number == number.to_integral_value():
        return f"{number.to_integral_value():f}"
    shown = f"{rounded:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _fraction(size: Decimal, pattern: str) -> str:
    whole = int(size) if " " in pattern.strip() or pattern.startswith("#") else 0
    below = 10 ** min(len(pattern.partition("/")[2]), 3) - 1
    exact = Fraction(size - whole)
    rest = exact.limit_denominator(below)
    if abs(rest - exact) > Fraction(1, 10**6):
        return _general(size)  # Excel would round 1/25 to 0
    if rest.denominator == 1:
        return str(whole + rest.numerator)
    return f"{whole} {rest.numerator}/{rest.denominator}" if whole else f"{rest.numerator}/{rest.denominator}"


def _date(number: Decimal, shape: NumberFormat, from_1904: bool) -> str | None:
    if number < 0 or number > _MOST_DAYS:
        return None
    seconds = int((number * 86_400).to_integral_value())
    if shape.elapsed:
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    day, second = divmod(seconds, 86_400)
    clock = f"{second // 3600}:{second // 60 % 60:02d}" + (f":{second % 60:02d}" if second % 60 else "")
    years, days, months = shape.dates & {"y", "b", "e", "g"}, "d" in shape.dates, "m" in shape.dates
    if not years and not days and ("h" in shape.dates or "s" in shape.dates or not months):
        return clock
    moment = _day(day, from_1904)
    month = (_ENGLISH_MONTHS if shape.english else _THAI_MONTHS)[moment.month - 1]
    if days and not years:
        return f"{moment.day}-{month}"
    if years and not days and months:
        return f"{month}-{moment.year % 100:02d}" if "y" in years else f"{moment.year:04d}-{moment.month:02d}"
    if years and not days:
        return f"{moment.year:04d}"
    return f"{moment:%Y-%m-%d}" + (f" {clock}" if second else "")


def _day(day: int, from_1904: bool) -> datetime:
    """The day of a serial number. Excel counts a 29 February 1900 that never was (day 60)."""
    if from_1904:
        day = min(day, _MOST_DAYS - 1462)
        return datetime(1904, 1, 1) + timedelta(days=day)  # noqa: DTZ001 - a day of a calendar, of no time zone
    return datetime(1899, 12, 30) + timedelta(days=day if day >= 60 else day + 1)  # noqa: DTZ001 - as above
