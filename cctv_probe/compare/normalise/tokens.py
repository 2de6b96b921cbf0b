"""The words of an amount: numbers, units, bounds and separators, found in a table of words. Never raises."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cctv_probe.compare.normalise.spelling import nearest, sound
from cctv_probe.compare.normalise.tables import either, rows, squeezed


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a kind of the table, or `number`, `slash`, `break` (comma, bracket) or `other`; `slip` where the word was misspelt."""

    kind: str
    value: str
    slip: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A table of words, ready to be found in a text."""

    pattern: re.Pattern[str]
    by_form: dict[str, tuple[str, str]]
    latin: dict[str, str]
    sounds: dict[str, str]


@functools.cache
def vocabulary(*names: str) -> Vocabulary:
    """The words of several tables; a word of a later table means what that one says."""
    by_form = {row["word"]: (row["kind"], row["value"] or "") for name in names for row in rows(name)}
    words = either(by_form)
    pattern = re.compile(
        rf"(?P<word>{words})|(?P<number>\d+(?:\.\d+)?|(?<![a-z\d])\.\d+)|(?P<latin>[a-z]+)|(?P<any>[^\s])"
    )
    forms = {_form(word): meaning for word, meaning in by_form.items()} | by_form
    latin = {word: word for word in by_form if word.isascii() and word.isalpha() and len(word) > 3}
    sounds = {sound(word): word for word in by_form if not word.isascii() and len(word) > 3}
    return Vocabulary(pattern, forms, latin, sounds)


def tokens(text: str, words: Vocabulary) -> list[Token]:
    """The tokens of a cleaned, casefolded text."""
    found: list[Token] = []
    strange = ""
    for kind, said in _pieces(text, words.pattern):
        if kind == "any" and ("\u0e00" <= said <= "\u0e7f"):
            strange += said
            continue
        if strange:
            found.append(_misspelt(strange, words))
            strange = ""
        found.append(_token(kind, said, words))
    if strange:
        found.append(_misspelt(strange, words))
    return found


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for match in pattern.finditer(text):
        yield match.lastgroup or "any", match[0]


def _token(kind: str, said: str, words: Vocabulary) -> Token:
    if kind == "number":
        return Token("number", said)
    if kind == "word":
        meaning = words.by_form.get(said) or words.by_form.get(_form(said)) or ("other", said)
        return Token(meaning[0], meaning[1])
    if kind == "latin":
        return _misspelt(said, words)
    return Token("slash", said) if said == "/" else Token("break" if said in "(),;:[]=.\"'|" else "other", said)


def _misspelt(word: str, words: Vocabulary) -> Token:
    """The known word that is meant, or `other`."""
    if word.isascii():
        close = nearest(word, words.latin) if len(word) > 3 else None
    else:
        close = nearest(sound(word), words.sounds) if len(word) > 3 else None
    if close is None:
        return Token("other", word)
    kind, value = words.by_form[close[0]]
    return Token(kind, value, slip=True)


def _form(word: str) -> str:
    """The table's form of a word found with other small separators."""
    return squeezed(word) or word.replace(" ", "")
