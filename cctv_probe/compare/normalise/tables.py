"""The data files of the normaliser, read once each when first needed."""

from __future__ import annotations

import csv
import functools
import importlib.resources
import re
from collections.abc import Iterable

Rows = tuple[dict[str, str], ...]


@functools.cache
def rows(name: str) -> Rows:
    """The rows of `tables/<name>.csv` by column; lines that begin with `#` are remarks."""
    place = importlib.resources.files(__package__).joinpath("tables", f"{name}.csv")
    lines = (line for line in place.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(csv.DictReader(lines))


def squeezed(text: str) -> str:
    """The form in which names are compared: letters, marks and digits only, without case."""
    return _NOT_COMPARED.sub("", text).casefold()


_NOT_COMPARED = re.compile("[^0-9A-Za-z\u0e01-\u0e3a\u0e40-\u0e4e]+")


def pattern_of(name: str) -> str:
    """A table's word as a regular expression: a space stands for any small separator or none; Latin words stand alone.

    `full hd` finds `FullHD`, `full-hd` and `Full HD`, and not `fullhdx`.
    """
    pieces = [re.escape(piece) for piece in name.split()]
    body = r"[\s\-_.]*".join(pieces)
    start = r"(?<![a-z])" if re.match("[a-z]", name) else r"(?<![\d.])" if name[0].isdigit() else ""
    end = r"(?![a-z])" if re.search("[a-z]$", name) else r"(?![\d])" if name[-1].isdigit() else ""
    if re.fullmatch("[ก-ฮ]", name):
        end = "(?![\u0e00-\u0e7f])"
    if re.fullmatch("[ก-ฮ][.]", name):
        start = "(?<![\u0e00-\u0e7f])"
    return start + body + end


def either(names: Iterable[str]) -> str:
    """One alternation of words, the longest first."""
    return "|".join(pattern_of(name) for name in sorted(names, key=len, reverse=True))
