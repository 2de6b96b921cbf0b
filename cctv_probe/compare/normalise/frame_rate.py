"""Field 10, frames per second recorded: `fps=25`, `fps>=25`, `fps=1..25`, or why it is none of them."""

from __future__ import annotations

import re

from cctv_probe.compare.normalise.amounts import Amount, Statement, span, spread, statement
from cctv_probe.compare.normalise.damage import excel_date, slipped_letter
from cctv_probe.compare.normalise.numerals import plain, words_to_digits
from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.text import without_thousands
from cctv_probe.compare.normalise.tokens import tokens, vocabulary

_PICTURE_SIZE = re.compile(
    r"(?<!\d)\d{3,4}\s*[x*]\s*\d{3,4}(?!\d)\s*p?|(?<!\d)(?:720|960|1080|1440|1536|1944|2160)\s*[pn](?![a-z])|full\s*hd|\bfhd\b|\b[48]k\b"
)
_CODEC = re.compile(r"\b[hx][\s.\-]?26[3-6]\+?|\bm-?jpe?g\b")
_SHUTTER = re.compile(r"1\s*/\s*(\d{2,5})\s*(?:s|sec|second|seconds|วินาที|วิ\.?)?")
_FRACTION = re.compile(r"(24000|25000|30000|50000|60000|\d{1,2})\s*/\s*(1001|1000|1)\s*(?:fps)?")
_MOST_FPS = 60.0
"""No camera of the survey records more; larger multiples are a recorder's total over its channels."""
_MOST_TOTAL = 2000.0


def read(text: str) -> Reading | None:
    """What a cleaned cell of field 10 says; None where it says nothing about frames."""
    text = without_thousands(text).casefold()
    damaged = excel_date(text) or slipped_letter(text) or _fraction(text)
    if damaged:
        return damaged
    rest = _CODEC.sub(" ", _PICTURE_SIZE.sub(" ", text))
    said = statement(tokens(words_to_digits(rest), vocabulary("words_amount", "words_frame_rate")))
    if said is None:
        return None
    if not said.amounts:
        return _words_only(said)
    return _elsewhere(said) or _rate(said, shortened=rest != text)


def _fraction(text: str) -> Reading | None:
    if shutter := _SHUTTER.fullmatch(text):
        return Reading("suspect:shutter", "medium", f"one_over_{min(int(shutter[1]), 9999)}")
    if fraction := _FRACTION.fullmatch(text):
        return Reading(f"fps={int(fraction[1]) / int(fraction[2]):.2f}".removesuffix(".00"), "medium", "fraction")
    return None


def _words_only(said: Statement) -> Reading | None:
    if "standard" in said.kinds:
        return Reading(f"fps={said.kinds['standard']}", "low", "television_standard")
    if "realtime" in said.kinds:
        return Reading("unknown", "low", "real_time_without_number")
    if "unknown" in said.kinds:
        return Reading("unknown", "medium" if said.strange else "high", "automatic")
    return None


def _elsewhere(said: Statement) -> Reading | None:
    units = {amount.unit for amount in said.amounts}
    if "per_minute" in units:
        return Reading("suspect:per_minute", "medium", "per_minute")
    if "shutter" in said.kinds:
        return Reading("suspect:shutter", "medium", "shutter_word")
    if units == {"hertz"} and said.amounts[0].value in (50, 60):
        return Reading("suspect:mains_frequency", "medium", "hertz")
    other = next((unit for unit in units if unit.startswith("other:")), "")
    if other and not units & {"fps", ""}:
        return Reading(f"wrong_field:{other.removeprefix('other:')}", "medium", "other_unit")
    return Reading("suspect:unit", "medium", "other_unit") if units == {"count"} else None


def _rate(said: Statement, *, shortened: bool) -> Reading | None:
    amounts = [amount for amount in said.amounts if amount.unit in ("fps", "", "hertz")]
    named = [amount for amount in amounts if amount.unit == "fps"]
    if named and len(amounts) > len(named) and not span(amounts):
        shortened, amounts = True, named
    if len({amount.value for amount in amounts}) == 1:
        amounts = amounts[:1]
    if len(amounts) > 1 and not span(amounts):
        amounts = spread(amounts) or []
    if not amounts or (said.strange and not named):
        return None
    doubt = (
        shortened or said.strange or said.slip or said.approx or "partial" in said.kinds or amounts[0].unit == "hertz"
    )
    return _canonical(amounts, "medium" if doubt or len(said.amounts) > len(amounts) else "high")


def _canonical(amounts: list[Amount], confidence: Confidence) -> Reading:
    both = span(amounts)
    most = max(amount.value for amount in amounts)
    if most == 0:
        return Reading("suspect:zero", "medium", "zero")
    if most in (720, 960, 1080, 1440, 1920, 2160) and not amounts[-1].unit:
        return Reading("wrong_field:resolution", "medium", "picture_height")
    if most > _MOST_FPS:
        total = most <= _MOST_TOTAL
        return Reading("suspect:recorder_total" if total else "suspect:implausible", "medium", "more_than_a_camera")
    if both:
        sure: Confidence = "low" if amounts[1].link == "spread" else confidence
        return Reading(f"fps={plain(both[0])}..{plain(both[1])}", sure, "range")
    only = amounts[0]
    return Reading(f"fps{only.bound or '='}{plain(only.value)}", confidence, "bound" if only.bound else "frames")
