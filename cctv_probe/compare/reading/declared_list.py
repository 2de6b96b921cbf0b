"""A declared list as it was read: every row with what it is, every camera with its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from cctv_probe.compare.reading.grid import GridRow
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.compare.reading.mapping import ColumnMapping

Confidence = Literal["high", "medium", "low"]


class RowKind(Enum):
    """What a row of the file is."""

    CAMERA = "camera"
    HEADER = "header"
    NUMBERING = "numbering"
    """(1) (2) (3) … under the header."""
    TITLE = "title"
    SECTION = "section"
    """One text between the cameras that says something about those below it: an owner, a village."""
    CONTINUATION = "continuation"
    """The rest of the row above: text broken by a PDF, or the lower half of merged cells."""
    TOTAL = "total"
    FOOTER = "footer"
    """Signatures, page numbers, notes under the table."""
    OTHER_SHEET = "other_sheet"
    """Stands in a sheet that is not a list of cameras: instructions, pick-lists, a summary."""
    HIDDEN_SHEET = "hidden_sheet"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. `sheet` is `""` in a text file; `row` counts from 1."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One declared value. `raw` is what a person sees in the file; `canonical` follows the normaliser's grammar.

    `column` counts from 0; it is None where the value came from around the row (an owner in a title).
    """

    raw: str
    canonical: str
    confidence: Confidence
    rule: str
    column: int | None = None


@dataclass(frozen=True, slots=True)
class DeclaredCamera:
    """One camera of the list. `cells` has the record's field keys and the keys of `fields.BESIDE_THE_RECORD`."""

    row: Place
    cells: Mapping[str, Cell]
    unknown: Mapping[str, str]
    """Columns that no field was found for, by their header: kept as they are."""
    hidden: bool = False
    """The row is hidden or filtered out in the workbook."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file with something in it. `why` says why it is not a camera, or what was done to it."""

    place: Place
    kind: RowKind
    grid: GridRow
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` are all its rows with something in them; `blank` counts those without."""

    name: str
    rows: tuple[Row, ...]
    blank: int
    hidden: bool
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DeclaredList:
    """Everything that stood in one file. `mapping` is how its columns were understood, for a person to confirm."""

    file: str
    encoding: str
    """Of a text file (`utf-8`, `utf-8-sig`, `utf-16`, `cp874`, `cp1252`); `xlsx` for a workbook."""
    sheets: tuple[Sheet, ...]
    cameras: tuple[DeclaredCamera, ...]
    mapping: ColumnMapping
    notes: tuple[Text, ...]
    """About the file as a whole."""

    def counted(self) -> Counter[RowKind]:
        """How many rows of each kind the file holds."""
        return Counter(row.kind for sheet in self.sheets for row in sheet.rows)

    def unread(self) -> tuple[Row, ...]:
        """The rows that should have been cameras and could not be read."""
        return tuple(row for sheet in self.sheets for row in sheet.rows if row.kind is RowKind.UNREAD)
