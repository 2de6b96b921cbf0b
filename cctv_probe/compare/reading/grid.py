"""A sheet or a text file as rows of texts, before anything is known of their meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cctv_probe.model.words import Text

CellKind = Literal["number", "date", "error", "no_result"]
"""What a workbook knew of a cell beyond its text: a number; a date; Excel's error (`#REF!`); a formula that was saved
without its result. Plain text has no kind."""

NO_KINDS: Mapping[int, CellKind] = {}
NONE_SPREAD: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row with something in it. `number` counts from 1, as Excel and editors do."""

    number: int
    texts: tuple[str, ...]
    kinds: Mapping[int, CellKind] = field(default_factory=lambda: NO_KINDS)
    """By column, counted from 0."""
    spread: frozenset[int] = NONE_SPREAD
    """Columns whose text belongs to a merged cell that begins elsewhere."""
    hidden: bool = False
    repaired: bool = False
    """A quotation mark that was never closed was taken as a plain character."""
    too_long: bool = False
    """A cell was cut at `limits.MOST_CELL_CHARACTERS`."""
    lines: int = 1
    """Broken lines of a text file that were put together to this row."""
    given: int = 0
    """Cells that the line of a text file has, empty ones at its end counted."""

    def text(self, column: int) -> str:
        """The text of a column counted from 0; `""` where the row is shorter."""
        return self.texts[column] if 0 <= column < len(self.texts) else ""

    def own(self) -> tuple[int, ...]:
        """The columns with a text of this row's own, merged ones from elsewhere left out."""
        return tuple(column for column, text in enumerate(self.texts) if text and column not in self.spread)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or one text file, whose sheet name is `""`. Rows without any text are not among `rows`."""

    sheet: str
    rows: tuple[GridRow, ...]
    hidden: bool = False
    blank: int = 0
    """Rows in the file, up to the last one with something in it, that hold nothing."""
    notes: tuple[Text, ...] = ()
    merged: bool = True
    """Whether the file can say which cells are merged: a workbook can, a text file cannot."""


def column_letters(column: int) -> str:
    """`0` → `A`, `26` → `AA`, as Excel names columns."""
    letters = ""
    number = column + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
