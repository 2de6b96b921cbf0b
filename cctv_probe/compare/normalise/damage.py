"""What spreadsheets and slips of the finger did to a short number: `7-15` became `15-ก.ค.`, `30` became `3O`."""

from __future__ import annotations

import re

from cctv_probe.compare.normalise.months import MONTH
from cctv_probe.compare.normalise.numerals import letter_for_digit
from cctv_probe.compare.normalise.reading import Reading

_DAY_MONTH = re.compile(
    rf"(?:\d{{1,4}}[\s\-/.]*{MONTH}|{MONTH}[\s\-/.]*\d{{1,4}})(?:[\s\-/.]*\d{{2,4}})?", re.IGNORECASE
)
_WHOLE_DATE = re.compile(
    r"(?:\d{1,2}[/\-.]\d{1,2}[/\-.]\d{4}|\d{4}-\d{1,2}-\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_ERROR = re.compile(r"#(?:n/a|ref!|value!|name\?|div/0!|null!|num!|#+)", re.IGNORECASE)
_SERIALS = range(36_526, 54_789)
"""Excel's day numbers of the years 2000 to 2049."""


def excel_date(text: str) -> Reading | None:
    """A date where an amount belongs: Excel made it of a range or a fraction."""
    if _DAY_MONTH.fullmatch(text) or _WHOLE_DATE.fullmatch(text):
        return Reading("suspect:excel_date", "medium", "excel_date")
    if text.isdecimal() and int(text[:9]) in _SERIALS:
        return Reading("suspect:excel_date", "medium", "excel_serial")
    return None


def excel_error(text: str) -> Reading | None:
    """`#REF!` and the like: the workbook's formula failed, nothing is declared."""
    return Reading("missing", "medium", "excel_error") if _ERROR.fullmatch(text) else None


def slipped_letter(text: str) -> Reading | None:
    """A letter where a digit belongs."""
    letter = letter_for_digit(text)
    return Reading(f"suspect:{letter}", "medium", "letter_for_digit") if letter else None
