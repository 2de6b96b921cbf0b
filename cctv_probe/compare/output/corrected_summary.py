"""The last sheet of the corrected copy: what was done, cell by cell, and the rows that need a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.output import corrected_words as words
from cctv_probe.compare.output.corrected_changes import Change, RowChanges
from cctv_probe.compare.output.corrected_new import NewCamera, left_out
from cctv_probe.compare.output.form_sheet_text import font, put_text
from cctv_probe.compare.output.form_xlsx_sources import across_a4
from cctv_probe.compare.reading import DeclaredList
from cctv_probe.compare.reading.grid import column_letters
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import moment_words, site_zone

_MOST_NAMES = 20
_Line = tuple[Sequence[str | int], str | None]
"""The cells of a line, and the colour of its fourth."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the sheet speaks of. `names` are the sheets of the copy by those of the list."""

    declared: DeclaredList
    comparison: Comparison
    changed: Sequence[RowChanges]
    new: Sequence[NewCamera]
    names: Mapping[str, str]
    language: Language

    def counts(self) -> Iterator[tuple[str, str]]:
        """(sentence, colour) of everything that was counted."""
        kinds = Counter(change.kind for one in self.changed for change in one.changes)
        states = Counter(one.result.state for one in self.changed)
        for kind, (colour, meaning) in words.KINDS.items():
            yield self._count(meaning, kinds[kind], words.CELLS), colour
        for state, (colour, meaning) in words.ROWS.items():
            if states[state]:
                yield self._count(meaning, states[state], words.ROWS_UNIT), colour
        if unread := len(self.declared.unread()):
            yield self._count(words.UNREAD, unread, words.ROWS_UNIT), words.UNREAD_COLOUR
        if self.new:
            yield words.APPENDED.with_(count=len(self.new)).in_(self.language), words.NEW_COLOUR

    def _count(self, meaning: Text, count: int, unit: Text) -> str:
        return f"{meaning.in_(self.language)} – {count} {unit.in_(self.language)}"

    def notes(self) -> Iterator[str]:
        """What was left out on purpose."""
        closed, asked = left_out(self.comparison)
        if closed:
            yield words.CLOSED_LEFT_OUT.with_(count=closed).in_(self.language)
        if asked:
            names = ", ".join(asked[:_MOST_NAMES]) + (", …" if len(asked) > _MOST_NAMES else "")
            yield words.ASKED_LEFT_OUT.with_(count=len(asked), names=names).in_(self.language)

    def cells(self) -> Iterator[_Line]:
        """One line for each cell that was changed or should be looked at."""
        for one in self.changed:
            for change in one.changes:
                yield self._cell(one, change), words.KINDS[change.kind][0]

    def _cell(self, one: RowChanges, change: Change) -> Sequence[str | int]:
        letters = column_letters(change.column) if change.column is not None else ""
        why = f"{_named(change.field).in_(self.language)}: {change.why.in_(self.language)}"
        return (
            self.names.get(one.place.sheet, ""),
            one.place.row,
            f"{letters}{one.place.row}" if letters else "",
            words.SHORT[change.kind].in_(self.language),
            clean(change.old, 200),
            _after(change),
            why,
        )

    def rows(self) -> Iterator[_Line]:
        """One line for each row without a camera, and for each that could not be read."""
        for one in self.changed:
            state = one.result.state
            if state != "paired":
                colour, meaning = words.ROWS[state]
                why = one.result.why.in_(self.language)
                yield self._row(one.place.sheet, one.place.row, meaning.in_(self.language), why), colour
        for row in self.declared.unread():
            why = row.why.in_(self.language) if row.why else ""
            told = words.UNREAD.in_(self.language)
            yield self._row(row.place.sheet, row.place.row, told, why), words.UNREAD_COLOUR

    def _row(self, sheet: str, row: int, meaning: str, why: str) -> Sequence[str | int]:
        return (self.names.get(sheet, ""), row, "", meaning, "", "", why)


def _named(field: str) -> Text:
    return words.IDENTITY_FIELDS.get(field) or FIELDS[field]


def _after(change: Change) -> str | int:
    if change.new is None or change.kind == "check":
        return ""
    return change.new if isinstance(change.new, int) else str(change.new)


def write_summary(sheet: Any, summary: Summary) -> None:
    """Write the whole sheet."""
    writer, language = _Writer(sheet), summary.language
    zone = site_zone(summary.comparison.survey.run.time_zone)
    when = moment_words(summary.comparison.options.now, zone, language)
    writer.alone(words.TITLE.with_(file=clean(summary.declared.file, 120)).in_(language), bold=True)
    writer.alone(words.WHEN.with_(moment=when).in_(language))
    writer.alone(words.EXPLAINED.in_(language))
    for told, colour in summary.counts():
        writer.alone(told, colour)
    for note in summary.notes():
        writer.alone(note)
    cells, rows = list(summary.cells()), list(summary.rows())
    if not cells:
        writer.alone(words.NO_CHANGES.in_(language))
    heads = [name.in_(language) for name, _ in words.HEADS]
    for title, lines in ((words.CHANGED_CELLS, cells), (words.MARKED_ROWS, rows)):
        if lines:
            writer.table(title.in_(language), heads, lines)
    if summary.new:
        writer.at += 1
        writer.alone(words.APPENDED_ROWS.in_(language), bold=True)
        for camera in summary.new:
            writer.alone(" ".join(camera.about))
    for place, (_, width) in enumerate(words.HEADS):
        sheet.column_dimensions[column_letters(place)].width = width
    across_a4(sheet)


class _Writer:
    """Writes line under line."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import Alignment

        self.sheet, self.at = sheet, 0
        self.plain, self.bold = font(), font(bold=True)
        self.wrapped = Alignment(wrap_text=True, vertical="top")

    def solid(self, colour: str) -> Any:
        """A fill of one colour."""
        from openpyxl.styles import PatternFill

        return PatternFill("solid", fgColor=colour)

    def alone(self, text: str, colour: str | None = None, *, bold: bool = False) -> None:
        """One text over the whole width."""
        self.at += 1
        cell = self.sheet.cell(self.at, 1)
        put_text(cell, text)
        cell.font, cell.alignment = (self.bold if bold else self.plain), self.wrapped
        if colour:
            cell.fill = self.solid(colour)
        self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=len(words.HEADS))
        self.sheet.row_dimensions[self.at].height = 20 * (1 + len(text) // 190)

    def table(self, title: str, heads: Sequence[str], lines: Sequence[_Line]) -> None:
        """A title, the heads, and one row a line."""
        self.at += 1
        self.alone(title, bold=True)
        self._cells(heads, self.bold)
        for cell in self.sheet[self.at]:
            cell.fill = self.solid(words.HEAD_COLOUR)
        for line, colour in lines:
            self._cells(line, self.plain)
            if colour:
                self.sheet.cell(self.at, 4).fill = self.solid(colour)

    def _cells(self, line: Sequence[str | int], style: Any) -> None:
        self.at += 1
        for place, value in enumerate(line, 1):
            cell = self.sheet.cell(self.at, place)
            if isinstance(value, int):
                cell.value = value
            elif value:
                put_text(cell, value)
            cell.font, cell.alignment = style, self.wrapped
