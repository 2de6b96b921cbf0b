"""Names and texts in the picture, in Thai and English, made comparable; and how alike two of them are.

Thai is written without blanks, with tones and vowel lengths that people leave out or mistype, and OSD lines are cut at some
byte. So names are compared by pairs of letters of a folded form; numbers and directions are kept apart, because `กล้อง 1`
and `กล้อง 2` are two cameras, however alike their names look.
"""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

_LONGEST = 160
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TONES = re.compile("[\u0e47-\u0e4c\u0e4e]")
_FOLD = str.maketrans({"ี": "ิ", "ื": "ึ", "ู": "ุ", "ใ": "ไ", "\u0e45": "า", "ๆ": None, "ฯ": None})
_WORD = re.compile(r"\d+(?:\.\d+)?|[a-z]+|[\u0e01-\u0e4e]+")
_SEVERAL = 0.5
"""Factor where numbers or directions contradict each other."""
_ONE_SIDED = 0.82
"""Factor where only one of two names has a number or a direction: not enough to be taken as the same."""
_CUT = 0.88
"""How alike a name is to the beginning of it that a device kept."""
_SHORTEST_CUT = 8


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name ready to be compared. `letters` is its folded text without numbers; `numbers` in order, without leading zeros."""

    letters: str
    pairs: frozenset[str]
    numbers: tuple[str, ...]
    sides: frozenset[tuple[int, str]]

    @property
    def is_specific(self) -> bool:
        """Whether it says more than that this is a camera."""
        return len(self.letters) >= 3


@dataclass(frozen=True, slots=True)
class _Tables:
    """`any_form` finds every known spelling, `stands_for` gives the word for it; `axes` tells directions apart."""

    any_form: re.Pattern[str]
    stands_for: dict[str, str]
    filler: frozenset[str]
    thai_filler: tuple[str, ...]
    axes: dict[str, int]


@functools.cache
def _tables() -> _Tables:
    import yaml

    text = importlib.resources.files(__package__).joinpath("name_words.yaml").read_text(encoding="utf-8")
    data: Any = yaml.safe_load(text)
    stands_for = {_folded(str(word)): _folded(str(same[0])) for same in data["words"] for word in same}
    forms = sorted(stands_for, key=lambda word: (-len(word), word))
    any_form = "|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else re.escape(word) for word in forms)
    filler = frozenset(_folded(str(word)) for word in data["filler"])
    thai = tuple(sorted((word for word in filler if not word.isascii()), key=lambda word: (-len(word), word)))
    axes = {_folded(str(word)): number for number, axis in enumerate(data["axes"]) for word in axis}
    return _Tables(re.compile(any_form), stands_for, filler, thai, axes)


def _folded(text: str) -> str:
    """Digits as ASCII, no tones, no vowel lengths, no invisible characters, lower case."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:_LONGEST])).casefold()
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)
    return _TONES.sub("", digits.replace("เเ", "แ")).translate(_FOLD)


@functools.lru_cache(maxsize=65_536)
def name_form(text: str) -> NameForm:
    """`text` ready to be compared."""
    tables = _tables()
    plain = tables.any_form.sub(lambda found: f"{tables.stands_for[found[0]]} ", _folded(text))
    parts: list[str] = []
    numbers: list[str] = []
    for word in _WORD.findall(plain):
        if word[0].isdigit():
            numbers.append(word.lstrip("0") or "0")
        elif len(word) == 1 and word.isascii() and word not in tables.filler:
            numbers.append(word)
        elif word not in tables.filler:
            parts.append(_without_filler(word, tables.thai_filler))
    letters = "".join(parts)
    sides = frozenset((axis, word) for word, axis in tables.axes.items() if word in letters)
    padded = f" {letters} "
    return NameForm(letters, frozenset(map("".join, itertools.pairwise(padded))), tuple(sorted(numbers)), sides)


def _without_filler(word: str, filler: tuple[str, ...]) -> str:
    """A Thai word without what means only "camera" at its beginning."""
    start = next((each for each in filler if word.startswith(each) and len(word) > len(each)), "")
    return word[len(start) :]


def similarity(one: NameForm, other: NameForm) -> float:
    """How alike two names are, 0 to 1. Symmetric. Names that say nothing but numbers are alike only as their numbers are."""
    if not one.letters and not other.letters:
        return 0.6 if one.numbers and one.numbers == other.numbers else 0.0
    alike = 2 * len(one.pairs & other.pairs) / (len(one.pairs) + len(other.pairs)) if one.pairs and other.pairs else 0.0
    if _is_cut(one, other):
        alike = max(alike, _CUT)
    return alike * _numbers_factor(one.numbers, other.numbers) * _sides_factor(one.sides, other.sides)


def _is_cut(one: NameForm, other: NameForm) -> bool:
    short, long = sorted((one.letters, other.letters), key=len)
    return len(short) >= _SHORTEST_CUT and long.startswith(short)


def _numbers_factor(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other:
        return 1.0
    if not one or not other or not Counter(one) - Counter(other) or not Counter(other) - Counter(one):
        return _ONE_SIDED
    return _SEVERAL


def _sides_factor(one: frozenset[tuple[int, str]], other: frozenset[tuple[int, str]]) -> float:
    if one == other:
        return 1.0
    shared = {axis for axis, _ in one} & {axis for axis, _ in other}
    against = any({w for a, w in one if a == axis} != {w for a, w in other if a == axis} for axis in shared)
    return _SEVERAL if against else _ONE_SIDED


def best_similarity(ours: tuple[NameForm, ...], theirs: tuple[NameForm, ...]) -> float | None:
    """The greatest similarity of any name here with any there; None where one side says nothing specific."""
    pairs = [similarity(one, other) for one in ours for other in theirs]
    return max(pairs, default=None)
