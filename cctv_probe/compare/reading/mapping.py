"""Which column is which field: what the program proposes and a person confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cctv_probe.compare.reading.declared_list import Confidence
from cctv_probe.compare.reading.fields import folded
from cctv_probe.compare.reading.grid import column_letters
from cctv_probe.model.words import Text

BETWEEN_NAMES = " / "
"""What stands between the names of a header that has several rows."""

IGNORED = "ignore"
"""The word for a column that a person does not want read."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one sheet. `column` counts from 0. `field` is None where nothing fits.

    `part` is set where the column is one of three tick boxes of field 3. `others` are fields that it may be as well:
    a column with others is ambiguous until a person has decided.
    """

    column: int
    header: str
    field: str | None
    confidence: Confidence
    rule: str
    part: str | None = None
    others: tuple[str, ...] = ()
    why: Text | None = None

    @property
    def letters(self) -> str:
        """The column's name in Excel (`A`, `AB`)."""
        return column_letters(self.column)

    @property
    def ambiguous(self) -> bool:
        """Whether a person should look at it."""
        return bool(self.others) or (self.field is not None and self.confidence == "low")


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """The columns of one sheet; `sheet` is `""` for a text file."""

    sheet: str
    columns: tuple[Column, ...]

    def of(self, field: str) -> tuple[Column, ...]:
        """The columns of a field: one, or up to three for tick boxes."""
        return tuple(column for column in self.columns if column.field == field)

    @property
    def fields(self) -> frozenset[str]:
        """Every field that some column has."""
        return frozenset(column.field for column in self.columns if column.field and column.field != IGNORED)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of a whole file, or those that a person confirmed for files like it."""

    sheets: tuple[SheetMapping, ...] = ()
    confirmed: bool = False
    """Whether it was read from a mapping file."""

    def ambiguous(self) -> Iterator[tuple[str, Column]]:
        """(sheet, column) of every column that a person should look at."""
        for sheet in self.sheets:
            yield from ((sheet.sheet, column) for column in sheet.columns if column.ambiguous)

    def known_headers(self) -> dict[str, Column]:
        """Columns by their folded header, the first of each."""
        found: dict[str, Column] = {}
        for sheet in self.sheets:
            for column in sheet.columns:
                if column.header.strip():
                    found.setdefault(folded(column.header), column)
        return found

    def header_words(self) -> dict[str, Column]:
        """Columns by each folded name in their header, where several rows make one header."""
        return {
            name: column
            for sheet in self.sheets
            for column in sheet.columns
            for part in column.header.split(BETWEEN_NAMES)
            if (name := folded(part))
        }

    def column(self, sheet: str, header: str, number: int) -> Column | None:
        """What was decided for this column: by sheet and header, by header alone, or by its place where it has none."""
        here = next((one for one in self.sheets if one.sheet == sheet), None)
        name = folded(header)
        if not name:
            return (
                next((one for one in here.columns if one.column == number and not folded(one.header)), None)
                if here
                else None
            )
        same = [one for one in (here.columns if here else ()) if folded(one.header) == name]
        if same:
            return next((one for one in same if one.column == number), same[0])
        return self.known_headers().get(name)
