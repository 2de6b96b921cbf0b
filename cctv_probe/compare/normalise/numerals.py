"""Numbers in Thai and English words → digits, and digits that letters stand in for."""

from __future__ import annotations

import re

_UNITS = {
    "ศูนย์": 0, "หนึ่ง": 1, "นึง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
_POWERS = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000}
_MILLION = "ล้าน"
_ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ENGLISH_RUN = re.compile(
    rf"\b(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine))?\b"
)
_SMALL = "|".join([*_UNITS, *_POWERS])
_RUN = re.compile(rf"(?:{_SMALL})+(?:จุด(?:{'|'.join(_UNITS)})+)?(?![\u0e30-\u0e3a\u0e47-\u0e4e])")
_RUN_MILLION = re.compile(
    rf"(?:(?:{_SMALL})+{_MILLION})*(?:{_SMALL})+(?:{_MILLION})?(?:จุด(?:{'|'.join(_UNITS)})+)?(?![\u0e30-\u0e3a\u0e47-\u0e4e])"
)
_WORD = re.compile(rf"{_SMALL}|{_MILLION}")
_NUMBER_LIKE = re.compile(r"(?<![a-wyz\d])[\dolis.,]++(?![a-wyz\d])", re.IGNORECASE)
_SLIP = re.compile(r"[ol](?![a-z])|[is](?=[\d.])", re.IGNORECASE)


def words_to_digits(text: str, *, millions: bool = False) -> str:
    """`สามสิบวัน` → `30วัน`. `ล้าน` is left as a unit unless `millions`."""
    if text.isascii():
        return _ENGLISH_RUN.sub(_english, text)
    return (_RUN_MILLION if millions else _RUN).sub(lambda found: _value(found[0]), text)


def _english(found: re.Match[str]) -> str:
    return str(sum(_ENGLISH[word] for word in re.split(r"[\s-]+", found[0])))


def _value(words: str) -> str:
    whole, _, decimals = words.partition("จุด")
    total = part = 0
    digit: int | None = None
    for word in _WORD.findall(whole):
        if word in _UNITS:
            digit = _UNITS[word] if digit is None else digit * 10 + _UNITS[word]
        elif word == _MILLION:
            total, part, digit = (total + part + (digit or 0)) * 1_000_000, 0, None
        else:
            part += (1 if digit is None else digit) * _POWERS[word]
            digit = None
    value = str(total + part + (digit or 0))
    return f"{value}.{''.join(str(_UNITS[word]) for word in _WORD.findall(decimals))}" if decimals else value


def letter_for_digit(text: str) -> str | None:
    """Which letter stands where a digit belongs: `letter_O` in `3O`, `letter_l` in `l5`; None where none does."""
    numbers = (found[0] for found in _NUMBER_LIKE.finditer(text) if any(letter.isdigit() for letter in found[0]))
    slip = next((found for number in numbers if (found := _SLIP.search(number))), None)
    if slip is None:
        return None
    return {"o": "letter_O", "s": "letter_S", "i": "letter_I"}.get(slip[0].casefold(), "letter_l")


def plain(value: float) -> str:
    """A number as people write it: `30`, `29.97`, without an exponent."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
