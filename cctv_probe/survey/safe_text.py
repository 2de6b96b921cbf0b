"""Strings from devices, made safe to show: every device is an attacker.

Removed: control characters (terminal escapes among them), bidirectional overrides and isolates that could turn a line
around, invisible format characters, lone surrogates. Long strings are cut. What is left may still hold `<`, `=` or `[`:
HTML, CSV and rich each guard against their own.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_SHOWN = 160
"""Characters of one device string that are shown; files for programs keep all."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_MOST_MARKS = 3
"""Combining characters kept in a row: Thai needs two, and a tower of them would cover the lines above."""


def clean(text: str, limit: int = LONGEST_SHOWN) -> str:
    """`text` on one line without anything that acts on a screen, at most `limit` characters, cut with `…`."""
    # Cut before the work, too: ten characters of rubbish for one of text is more than any device needs.
    one_line = _SPACES.sub(" ", text[: limit * 10])
    tidy = _SPACES.sub(" ", _without_towers(_UNSAFE.sub("", one_line))).strip()
    if len(tidy) > limit or len(text) > limit * 10:
        return tidy[: limit - 1].rstrip() + "…"
    return tidy


def _without_towers(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) or unicodedata.category(character) == "Mn" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def json_safe(text: str) -> str:
    r"""JSON text whose invisible, C1 and bidirectional characters, and lone surrogates, are written as `\uXXXX`.

    They can only stand inside strings, so the value stays the same.
    """
    return _UNSAFE_IN_JSON.sub(_escaped, text)


_UNSAFE_IN_JSON = re.compile(_UNSAFE.pattern.replace("\x00-\x1f\x7f-\x9f", "\x7f-\x9f"))


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
