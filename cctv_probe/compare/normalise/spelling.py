"""Words that are nearly right: bounded edit distance on Latin words, and on the sounds of Thai ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

_LONGEST = 40
_SILENT = re.compile("[ก-ฮ][\u0e34\u0e38]?\u0e4c")
_MARKS = re.compile("[\u0e47-\u0e4e]")
_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("ขคฆฅฃ", "ก"), **dict.fromkeys("ฉฌจ", "ช"), **dict.fromkeys("ศษซ", "ส"), **dict.fromkeys("ฎฏฐฑฒดตถทธ", "ท"),
        **dict.fromkeys("ณ", "น"), **dict.fromkeys("ปผภบ", "พ"), "ฝ": "ฟ", "ห": "ฮ", **dict.fromkeys("รฬ", "ล"), "ญ": "ย",
        "ี": "ิ", "ื": "ึ", "ู": "ุ", "ไ": "ใ", "แ": "เ", "ะ": "ั", "ๅ": "า",
    }
)  # fmt: skip
"""Letters and vowels that are easily taken for each other, under one of them."""


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from `one` to `other`; `most + 1` where more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, older[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


@functools.lru_cache(maxsize=4096)
def sound(thai: str) -> str:
    """A Thai word by its sounds: no tones, no silenced letters, one letter for each family of consonants and vowels.

    `ฮิควิชั่น`, `ฮิกวิชัน` and `ฮิควิชชัน` are close in it.
    """
    return _MARKS.sub("", _SILENT.sub("", thai)).translate(_SOUNDS)


def allowed(length: int) -> int:
    """How many slips a word of this many letters may hold and still be that word."""
    return 0 if length < 4 else 1 if length < 8 else 2


def nearest(word: str, known: Mapping[str, str]) -> tuple[str, int] | None:
    """The value of the known word nearest to `word`, and how many slips lie between; None where none or two are near.

    Both begin with the same letter, unless they are longer than five letters.
    """
    if len(word) > _LONGEST:
        return None
    best: dict[str, int] = {}
    length, bound = len(word), allowed(len(word))
    for other, value in known.items():
        if not -bound <= len(other) - length <= bound:
            continue
        most = min(allowed(len(other)), bound)
        if most == 0 or abs(len(other) - length) > most or (word[0] != other[0] and len(other) <= 5):
            continue
        slips = distance(word, other, most)
        if slips <= most:
            best[value] = min(slips, best.get(value, slips))
    if not best:
        return None
    least = min(best.values())
    values = [value for value, slips in best.items() if slips == least]
    return (values[0], least) if len(values) == 1 else None
