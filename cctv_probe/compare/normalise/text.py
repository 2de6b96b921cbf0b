"""Text as typed, pasted from a PDF or damaged by a font → text that grammars can read. Never raises."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 2000
"""Letters of a cell that are looked at; no field of the survey needs more."""

_BEFORE_NFKC = str.maketrans(
    {
        "º": "°", "˚": "°", "″": '"', "‶": '"', "′": "'", "‵": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "`": "'", "…": "...", "＂": '"',
    }
)  # fmt: skip
"""Signs whose compatibility form would lose what they mean (`13º` would become `13o`)."""
_FRACTION = re.compile(r"(\d?)\s*([¼½¾])")
_PART = {"¼": ".25", "½": ".5", "¾": ".75"}
_PRIVATE_USE = str.maketrans(
    {
        "\uf700": "ฐ", "\uf701": "ิ", "\uf702": "ี", "\uf703": "ึ", "\uf704": "ื", "\uf705": "่", "\uf706": "้", "\uf707": "๊",
        "\uf708": "๋", "\uf709": "์", "\uf70a": "่", "\uf70b": "้", "\uf70c": "๊", "\uf70d": "๋", "\uf70e": "์", "\uf70f": "ญ",
        "\uf710": "ั", "\uf711": "ํ", "\uf712": "็", "\uf713": "่", "\uf714": "้", "\uf715": "๊", "\uf716": "๋", "\uf717": "์",
        "\uf718": "ุ", "\uf719": "ู", "\uf71a": "ฺ",
    }
)  # fmt: skip
"""Shifted Thai marks that old fonts keep in the private use area and PDFs give back."""
_SIGNS = str.maketrans(
    {
        "×": "x", "✕": "x", "✖": "x", "⨯": "x", "╳": "x", "∗": "*", "⁎": "*", "⁄": "/", "∕": "/", "≈": "~", "∼": "~", "〜": "~",
        "：": ":", "•": " ", "·": ".", "|": "|",
    }
)  # fmt: skip
_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d\u30fc\u2500]")
_AT_LEAST = re.compile("[≥≧⩾]")
_AT_MOST = re.compile("[≤≦⩽]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\u00ad\u061c\ufff9-\ufffb]")
_ONE_MARK = re.compile("([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\\1+")
_TONE_FIRST = re.compile("([\u0e48-\u0e4c])([\u0e31\u0e34-\u0e39])")
_SARA_AM = re.compile("(?:\u0e4d([\u0e48-\u0e4b]?)|([\u0e48-\u0e4b])\u0e4d)\u0e32")
_AM_BEFORE_TONE = re.compile("\u0e33([\u0e48-\u0e4b])")
_LOOSE_AA = re.compile("(?<=[ก-ฮ]) า")
_QUOTED = re.compile(r"""^(["'])(.*)\1$""")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_LONG_SPACE = re.compile(r"\s+")


def clean(raw: str) -> str:
    """One line of composed text: NFKC, `ำ` whole, Thai digits as 0–9, no control or zero-width characters, plain dashes.

    Case and commas stay. At most LONGEST letters.
    """
    text = raw[:LONGEST]
    if text.isascii():
        return _unquoted(_one_line(text))
    text = _INVISIBLE.sub(_instead, text.translate(_PRIVATE_USE).translate(_BEFORE_NFKC))
    text = _FRACTION.sub(lambda found: (found[1] or "0") + _PART[found[2]], text)
    text = unicodedata.normalize("NFKC", text)
    text = _DASHES.sub("-", text.translate(_SIGNS))
    text = _AT_MOST.sub("<=", _AT_LEAST.sub(">=", text))
    text = "".join(map(_digit, text))
    return _unquoted(_thai_order(_one_line(text))[:LONGEST].strip())


def without_thousands(text: str) -> str:
    """`1,920` → `1920`; a comma that is not followed by exactly three digits stays."""
    return _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)


def _instead(found: re.Match[str]) -> str:
    return " " if "\u2028" <= found[0] <= "\u2029" or found[0] == "\u202f" else ""


def _digit(letter: str) -> str:
    if letter.isascii() or not letter.isdecimal():
        return letter
    return str(unicodedata.decimal(letter))


def _thai_order(text: str) -> str:
    """Marks in the order in which Thai is typed: vowel before tone, `ำ` in one piece, none twice; `เเ` as `แ`."""
    text = text.replace("เเ", "แ")
    text = _SARA_AM.sub(lambda found: (found[1] or found[2] or "") + "ำ", text)
    text = _AM_BEFORE_TONE.sub("\\1ำ", text)
    text = _TONE_FIRST.sub(r"\2\1", text)
    return _LOOSE_AA.sub("ำ", _ONE_MARK.sub(r"\1", text))


def _one_line(text: str) -> str:
    plain = text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
    return _LONG_SPACE.sub(" ", plain).strip()


def _unquoted(text: str) -> str:
    """Without the quotes around a whole cell and the apostrophe by which Excel marks text."""
    while quoted := _QUOTED.match(text):
        text = quoted[2].strip()
    return text.lstrip("' ") if text.startswith("'") else text
