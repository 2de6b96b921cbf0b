"""Fields 7 and 8: `WxH`, `mp:N`, `tvl:N`, `range:…`, `multiple:…`, or why it is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cctv_probe.compare.normalise.amounts import statement
from cctv_probe.compare.normalise.damage import excel_date, slipped_letter
from cctv_probe.compare.normalise.numerals import plain, words_to_digits
from cctv_probe.compare.normalise.reading import Confidence, Reading, least, several
from cctv_probe.compare.normalise.sizes import SIZE, agree, class_of, known, megapixels, named, names
from cctv_probe.compare.normalise.text import without_thousands
from cctv_probe.compare.normalise.tokens import tokens, vocabulary

_SIDE_NOTE = re.compile(
    r"\(\s*(?:horizontal|vertical|แนวนอน|แนวตั้ง|กว้าง|สูง|[hvw])\s*\)|(?<=\d)\s*[hw](?=\s*(?:[x*]|คูณ))|(?<=\d)\s*v(?![a-z])"
    r"|กว้าง|สูง(?!สุด|กว่า)|แนวนอน|แนวตั้ง|width|height"
)
_OTHER_AMOUNT = re.compile(
    r"\d+(?:\.\d+)?(?:\s*[-~]\s*\d+(?:\.\d+)?)?\s*(?:fps|frames?|เฟรม|ภาพ|mm\b|มม\.?|เมตร|วัน|days?\b|tb\b|gb\b|[km]bps|เท่า|hz\b)(?:\s*(?:/|ต่อ)\s*\S+)?|1/\d\.\d+\"?|@"
)
_TIMES = r"\s*(?:px|pixels?|พิกเซล|จุด|p)?\s*(?:x|\*|คูณ|by|Х|х)\s*"
_PAIR = rf"(?P<width>\d{{2,5}}){_TIMES}(?P<height>\d{{2,5}})(?:\s*[ph](?![a-z]))?"
_MEGA = (
    r"(?:(?:ล้าน|ลาน|ล้่าน)\s*(?:พ[\u0e00-\u0e7f]{2,9}|p[a-z]{3,6}|จุดภาพ|จุด)?"
    r"|เมก[กะ้าๆ]*\s*(?:พ[\u0e00-\u0e7f]{2,9}|p[a-z]{3,6})?|เอ็มพี|เอ็ม|m[ae]g[ae]?[\s\-.]*(?:p[a-z]{3,7})?|m[\s\-.]?pi?x?[a-z]{0,5}|m)(?![a-z])"
)
_NUMBER = r"\d{1,2}(?:\.\d+)?"
_MEGAS = rf"(?<![\d.])(?P<megas>{_NUMBER}(?:[\s\-]*{_MEGA})?(?:\s*(?:-|~|ถึง|to|,|/|และ|หรือ|and|or|&)\s*{_NUMBER}(?:\s*{_MEGA})?)*)(?<=[^\d.])"
_LINES = r"(?P<lines>\d{3,4})\s*(?:tv[\s\-.]*l(?:ines?)?|เส้น|ทีวีแอล|tv lines?)(?![a-z])"
_PIXELS = r"(?P<pixels>\d{5,8})\s*(?:px|pixels?|พ[\u0e34][\u0e00-\u0e7f]{2,7}|จุด)?"
_RANGE_WORD = re.compile(r"\s*(?:-|~|ถึง|to)\s*")
_BARE = {
    720: "1280x720", 1080: "1920x1080", 1280: "1280x720", 1440: "2560x1440", 1920: "1920x1080", 2160: "3840x2160", 2560: "2560x1440",
    2688: "2688x1520", 3840: "3840x2160", 960: "1280x960", 4000: "4000x3000", 2592: "2592x1944",
}  # fmt: skip
_BARE_CLASSES = (1.0, 1.3, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0)
_TWO_NUMBERS = re.compile(r"(?<![\d.])(\d{3,4})\s*[\s\-/,.:&+]\s*(\d{3,4})(?![\d.])|(?<!\d)(\d{4})(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class _Part:
    canonical: str
    confidence: Confidence
    rule: str
    start: int
    end: int


def read(text: str) -> Reading | None:
    """What a cleaned cell of field 7 or 8 says; None where it says nothing about a size."""
    text = _SIDE_NOTE.sub(" ", words_to_digits(without_thousands(text).casefold()))
    damaged = excel_date(text) or slipped_letter(text)
    if damaged:
        return damaged
    parts = list(_parts(text))
    plain_text = text if parts else _OTHER_AMOUNT.sub(" ", text)
    if not parts:
        return _bare(plain_text) or _bare_count(plain_text.strip())
    rest = _without(text, parts)
    said = statement(tokens(_OTHER_AMOUNT.sub(" ", rest), vocabulary("words_amount", "words_resolution")))
    doubt = said is None or bool(said.strange or said.approx or said.amounts) or rest != _OTHER_AMOUNT.sub(" ", rest)
    bounded = bool(re.search("[<>+]|ขึ้นไป|กว่า|เกิน|อย่าง|ขั้นต่ำ|สูงสุด|up|max|min|least", rest))
    return _joined(parts, text, "medium" if doubt or bounded else "high")


def _finder() -> re.Pattern[str]:
    return re.compile(rf"{_PAIR}|(?P<name>{names().pattern})|{_LINES}|{_MEGAS}|{_PIXELS}")


_FINDER: list[re.Pattern[str]] = []


def _parts(text: str) -> Iterator[_Part]:
    if not _FINDER:
        _FINDER.append(_finder())
    for found in _FINDER[0].finditer(text):
        part = _part(found)
        if part:
            yield part


def _part(found: re.Match[str]) -> _Part | None:
    start, end = found.span()
    if found["width"]:
        said = _pair(int(found["width"]), int(found["height"]))
    elif found["name"]:
        size, sure = named(found["name"])
        said = Reading(size, sure, "named_size")
    elif found["lines"]:
        said = Reading(f"tvl:{int(found['lines'])}", "high", "tv_lines")
    elif found["megas"]:
        said = _megas(found["megas"])
    else:
        said = _pixels(int(found["pixels"]), found[0].isdigit())
    return _Part(said.canonical, said.confidence, said.rule, start, end) if said else None


def _pair(width: int, height: int) -> Reading | None:
    """A size as written; upright ones lie down, and coded heights lose the rows that are cut off."""
    if not (64 <= width <= 20_000 and 64 <= height <= 20_000):
        return None
    if height in (1088, 1096) and width in (960, 1280, 1440, 1920):
        return Reading(f"{width}x1080", "medium", "coded_height")
    if width < height and (width, height) not in known():
        return Reading(f"{height}x{width}", "medium", "turned")
    common = (width, height) in known() or 1.2 <= width / height <= 1.9
    return Reading(f"{width}x{height}", "high" if common else "medium", "width_by_height")


def _megas(said: str) -> Reading | None:
    numbers = [float(number) for number in re.findall(_NUMBER, said)]
    if not all(0.3 <= number <= 64 for number in numbers):
        return None
    classes = list(dict.fromkeys(class_of(number) for number in numbers))
    if len(classes) == 1:
        return Reading(classes[0], "high", "megapixels")
    if len(numbers) == 2 and re.search("-|~|ถึง|to", said):
        low, high = sorted(numbers)
        return Reading(f"range:mp:{plain(low)}..{plain(high)}", "high", "range")
    return Reading(several(classes), "medium", "several")


def _pixels(count: int, bare: bool) -> Reading | None:
    for width, height in sorted(known(), reverse=True):
        if width * height == count:
            best = {2_073_600: (1920, 1080), 3_686_400: (2560, 1440), 921_600: (1280, 720)}.get(count, (width, height))
            return Reading(f"{best[0]}x{best[1]}", "medium", "pixel_count")
    return None if bare or count < 50_000 else Reading(class_of(count / 1e6), "medium", "pixel_count")


def _bare_count(text: str) -> Reading | None:
    """`2,000,000` alone: so many pixels, most likely."""
    count = int(text) if re.fullmatch(r"\d{6,8}", text) else 0
    return (
        Reading(class_of(count / 1e6), "low", "bare_count")
        if 300_000 <= count <= 64_000_000 and count % 10_000 == 0
        else None
    )


def _without(text: str, parts: list[_Part]) -> str:
    for part in reversed(parts):
        text = f"{text[: part.start]} {text[part.end :]}"
    return text


def _joined(parts: list[_Part], text: str, ceiling: Confidence) -> Reading:
    """One size where all that is said agrees; the exact size before the class, a class before a loose word."""
    firm = [part for part in parts if part.confidence != "low"] or parts
    best = max(firm, key=lambda part: (SIZE.fullmatch(part.canonical) is not None, part.rule == "width_by_height"))
    if all(agree(best.canonical, part.canonical) for part in firm):
        rule = best.rule if ceiling == "high" or len(firm) > 1 else f"{best.rule}_in_words"
        return Reading(best.canonical, least(best.confidence, ceiling), rule)
    if len(firm) == 2 and _RANGE_WORD.fullmatch(text[firm[0].end : firm[1].start]):
        low, high = sorted(firm, key=lambda part: megapixels(part.canonical) or 0.0)
        return Reading(f"range:{low.canonical}..{high.canonical}", least("medium", ceiling), "range")
    return Reading(several([part.canonical for part in firm]), "low", "several")


def _bare(text: str) -> Reading | None:
    """Numbers without any sign between them."""
    if two := _TWO_NUMBERS.search(text):
        width, height = (int(two[1]), int(two[2])) if two[1] else (int(two[3]), int(two[4]))
        for pair in ((width, height), (height, width)):
            if pair in known():
                return Reading(f"{pair[0]}x{pair[1]}", "medium" if two[1] else "low", "two_numbers")
    number = text.strip(" .()'\"")
    if number.isdecimal() and int(number[:6]) in _BARE:
        return Reading(_BARE[int(number)], "low", "bare_number")
    if re.fullmatch(_NUMBER, number) and float(number) in _BARE_CLASSES:
        return Reading(class_of(float(number)), "low", "bare_class")
    return None
