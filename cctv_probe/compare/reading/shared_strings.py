"""The texts of a workbook, which its cells point to by number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.problem import TOO_MUCH, refused
from cctv_probe.compare.reading.workbook_zip import Package

if TYPE_CHECKING:
    from lxml import etree

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def shared_strings(package: Package, part: str) -> list[str]:
    """The table of texts, each at most one character longer than a cell may be; empty where there is none."""
    strings: list[str] = []
    if not part or not package.has(part):
        return strings
    characters = 0
    for _, element in package.elements(part, ("si",)):
        strings.append(string_of(element))
        characters += len(strings[-1])
        if len(strings) > limits.MOST_SHARED_STRINGS or characters > limits.MOST_SHARED_CHARACTERS:
            raise refused(TOO_MUCH, package.file, limit=limits.MOST_SHARED_STRINGS)
    return strings


def string_of(element: etree._Element) -> str:
    """The text of a `si` or `is`: its runs joined, the reading aid of East Asian scripts (`rPh`) left out."""
    parts = []
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts.extend(one.text or "" for one in child if str(one.tag).rpartition("}")[2] == "t")
    text = unescaped("".join(parts)).strip()
    return text[: limits.MOST_CELL_CHARACTERS + 1]


def unescaped(text: str) -> str:
    """`_x000D_` as the character it stands for (ECMA-376 part 1, 22.9.2.19); line ends as one sign."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
