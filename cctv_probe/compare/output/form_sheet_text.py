"""Text into workbook cells and comments: always text, never a formula, and never more than Excel takes."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

from cctv_probe.survey.safe_text import clean

if TYPE_CHECKING:
    from openpyxl.comments import Comment

LONGEST_CELL = 32_767
"""Characters that Excel takes in one cell, and in one comment."""
LONGEST_COMMENT = 2_000
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\\/*?:\[\]\x00-\x1f']")
_STARTS_FORMULA = tuple("=+-@\t\r＝＋－＠")
_LONGEST_SHEET_NAME = 31

FONT, THAI_CHARSET = "TH Sarabun New", 222
"""The font of Thai offices. Where it is missing, family and character set lead to another Thai font."""
_COMMENT_WIDTH_PX, _LINE_PX, _LETTERS_A_LINE = 380, 21, 48
_MOST_COMMENT_PX = 620
AUTHOR = "cctv-probe"


def font(size: float = 14, *, bold: bool = False, colour: str | None = None) -> Any:
    """A Thai font of `size` points."""
    from openpyxl.styles import Font

    return Font(name=FONT, size=size, bold=bold, color=colour, family=2, charset=THAI_CHARSET)


def put_text(cell: Any, text: str, shown: str | None = "@") -> bool:
    """`text` into `cell` as text, whatever it begins with; `shown` is its number format, None where the cell has one already.

    Returns whether what it holds could begin a formula. What could begin a formula gets Excel's own quote prefix, so that it stays text when somebody edits the cell.
    """
    tidy = _NOT_IN_XML.sub(" ", text)[:LONGEST_CELL]
    cell.value = tidy
    # openpyxl takes what begins with "=" for a formula and "#N/A" for an error; as a string cell it is neither.
    cell.data_type = "s"
    if shown is not None:
        cell.number_format = shown
    risky = tidy.lstrip(" \u00a0\ufeff").startswith(_STARTS_FORMULA)
    if risky:
        cell.quotePrefix = True
    return risky


class Painted:
    """Looks of cells, each put together once: openpyxl takes longer to find a look again than to write the cell."""

    def __init__(self) -> None:
        self._looks: dict[Hashable, Any] = {}

    def paint(self, cell: Any, key: Hashable, **look: Any) -> None:
        """Give `cell` the look of `key`: `font`, `fill`, `alignment`, `border`, `number_format` as given the first time."""
        known = self._looks.get(key)
        if known is None:
            for name, part in look.items():
                if part is not None:
                    setattr(cell, name, part)
            self._looks[key] = copy(cell._style)
        else:
            cell._style = copy(known)


def comment_of(lines: Iterable[str]) -> Comment | None:
    """A comment with these lines, large enough to be read; None where there is nothing to say."""
    from openpyxl.comments import Comment

    told: list[str] = []
    left = LONGEST_COMMENT
    for line in lines:
        if left <= 1:
            break
        tidy = clean(line, left)
        told.append(tidy)
        left -= len(tidy) + 1
    if not any(told):
        return None
    rows = sum(1 + len(line) // _LETTERS_A_LINE for line in told)
    height = min(_MOST_COMMENT_PX, 14 + _LINE_PX * rows)
    return Comment("\n".join(told), AUTHOR, height=height, width=_COMMENT_WIDTH_PX)


def sheet_name(wanted: str, taken: Iterable[str], otherwise: str) -> str:
    """`wanted` as Excel allows names of sheets, unlike all of `taken`."""
    plain = clean(_NOT_IN_SHEET_NAMES.sub(" ", wanted), 200)[:_LONGEST_SHEET_NAME].strip() or otherwise
    used = {name.casefold() for name in taken}
    name, number = plain, 1
    while name.casefold() in used:
        number += 1
        tail = f" ({number})"
        name = plain[: _LONGEST_SHEET_NAME - len(tail)] + tail
    return name
