"""Days of recording and frames per second: declared numbers, bounds and ranges beside an observed number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.verdict import Outcome
from cctv_probe.model.evidence import Value
from cctv_probe.survey.agreement import FRAME_RATE_ABSOLUTE_FPS, FRAME_RATE_RELATIVE

_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?)"
_FORM = re.compile(rf"(?:days|fps)(=|>=|<=|>|<){_NUMBER}(?:\.\.{_NUMBER})?")
RETENTION_SLACK_DAYS = 1
_SAME_RATE_FPS = 0.5
"""29.97 is 30."""
APPROXIMATE = 0.1
"""What is declared as "about" may be short by a tenth."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A declared number: at least `low`, at most `high` (infinite where nothing was said)."""

    low: float
    high: float


def bounds_of(canonical: str) -> Bounds | None:
    """`days=30`, `days>=30`, `days<=30`, `days=15..30`, `fps=25`… as bounds; None for anything else."""
    found = _FORM.fullmatch(canonical.strip())
    if found is None:
        return None
    sign, first, last = found[1], float(found[2]), found[3]
    if last is not None:
        return Bounds(*sorted((first, float(last)))) if sign == "=" else None
    if sign == "=":
        return Bounds(first, first)
    return Bounds(first, math.inf) if sign in (">=", ">") else Bounds(0.0, first)


def number_of(value: Value) -> float | None:
    """A finite, non-negative number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def retention(canonical: str, observed: Value, *, maturing: bool = False, approximate: bool = False) -> Outcome | None:
    """Field 9: observed at least the declared days less one is `match`, `understated` where more than one day above.

    `maturing`: recording began less than the declared days ago. None where one side is no number of days.
    """
    days = number_of(observed)
    if days is None:
        return None
    if canonical == "none":
        return Outcome("match") if days == 0 else Outcome("mismatch", "understated")
    wanted = bounds_of(canonical)
    if wanted is None:
        return None
    if days >= wanted.low - RETENTION_SLACK_DAYS:
        return Outcome("match", "understated" if days > wanted.high + RETENTION_SLACK_DAYS else None)
    if approximate and days >= wanted.low * (1 - APPROXIMATE):
        return Outcome("within_tolerance", note=words.APPROXIMATE)
    return Outcome("maturing", note=words.MATURING) if maturing else Outcome("mismatch", "overstated")


def until_full(configured: Value, days: Value) -> Outcome | None:
    """Declared "until the disk is full" beside what the recorder is set to; None where that is not known."""
    if configured == "until_full":
        return Outcome("match", note=words.UNTIL_FULL.with_(days=_shown(days)) if number_of(days) is not None else None)
    if number_of(configured) is not None:
        return Outcome("mismatch", note=words.DELETED_AFTER.with_(days=_shown(configured)))
    return None


def frame_rate(canonical: str, observed: Value) -> Outcome | None:
    """Field 10: within half a frame `match`, within 10 % or one frame `within_tolerance`. None where one side is no rate."""
    rate, wanted = number_of(observed), bounds_of(canonical)
    if rate is None or wanted is None:
        return None
    if wanted.low - _SAME_RATE_FPS <= rate <= wanted.high + _SAME_RATE_FPS:
        return Outcome("match")
    if rate < wanted.low:
        return (
            Outcome("within_tolerance")
            if rate >= wanted.low - _slack(wanted.low)
            else Outcome("mismatch", "overstated")
        )
    return (
        Outcome("within_tolerance") if rate <= wanted.high + _slack(wanted.high) else Outcome("mismatch", "understated")
    )


def _slack(rate: float) -> float:
    return max(FRAME_RATE_ABSOLUTE_FPS, rate * FRAME_RATE_RELATIVE)


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
