"""A comparison on the screen: the table of declared cameras, and where the data differ. Device and list strings enter as plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text as Line

from cctv_probe.compare.comparison import RowResult
from cctv_probe.compare.output import words
from cctv_probe.compare.output.listing import places
from cctv_probe.compare.output.sides import (
    Compared,
    called,
    declared_place,
    empty_in_list,
    found_place,
    found_title,
    numbered_fields,
    to_look_at,
    waiting,
)
from cctv_probe.compare.verdicts.verdict import COMPLIANT, Verdict
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language
from cctv_probe.survey.terminal import WIDE, plain_table
from cctv_probe.survey.terminal_timeline import flowing
from cctv_probe.survey.terminal_words import FIELD_NAMES

MOST_ON_SCREEN = 300
"""Cameras that are listed on the screen; the files hold all."""
NARROW = 76
"""Columns of the screen below which how sure a pair is stands under the found camera."""
_STYLES = {
    "mismatch": "bold yellow",
    "camera_missing": "bold red",
    "sources_disagree": "yellow",
    "parse_suspect": "yellow",
}


class ComparisonTable:
    """One line a declared camera: what it was paired with, how sure, and a sign for each of the eleven fields."""

    def __init__(self, compared: Compared, language: Language) -> None:
        self.rows, self.places, self.language = compared.comparison.rows, places(compared.listed), language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = options.max_width >= WIDE
        table = plain_table(options.ascii_only, tight=not wide)
        table.add_column(words.ROW.in_(self.language), overflow="fold", max_width=12 if wide else 6)
        table.add_column(words.DECLARED_CAMERA.in_(self.language), overflow="fold", ratio=1, min_width=12)
        table.add_column(words.FOUND_CAMERA.in_(self.language), overflow="fold", ratio=1, min_width=12)
        narrow = options.max_width < NARROW
        if not narrow:
            table.add_column(words.HOW_SURE.in_(self.language), overflow="fold", max_width=24 if wide else 11)
        for number, _ in numbered_fields():
            table.add_column(str(number), no_wrap=True, justify="right")
        table.expand = True
        for place, row in list(zip(self.places, self.rows, strict=True))[:MOST_ON_SCREEN]:
            table.add_row(*self._cells(place, row, options.ascii_only, narrow=narrow))
        yield table
        if len(self.rows) > MOST_ON_SCREEN:
            yield Line(words.MORE_ON_FILE.with_(count=len(self.rows) - MOST_ON_SCREEN).in_(self.language), style="dim")
        yield from self._legend(options)

    def _cells(self, place: str, row: RowResult, ascii_only: bool, *, narrow: bool) -> list[Line]:
        declared = "\n".join(part for part in (called(row), declared_place(row)) if part)
        signs = [sign(each, ascii_only=ascii_only) for each in row.verdicts]
        found, sure = self._found(row), self._sure(row)
        both = [Line("\n").join([found, sure]) if sure.plain else found] if narrow else [found, sure]
        return [Line(place, style="dim"), Line(declared), *both, *signs]

    def _found(self, row: RowResult) -> Line:
        if row.found is None:
            text = words.CODES.get(row.code or "") or words.STATES[row.state]
            style = "bold red" if row.state == "camera_missing" else "yellow"
            return Line(text.in_(self.language), style=style)
        return Line(f"{found_title(row.found).in_(self.language)}\n{found_place(row.found)}")

    def _sure(self, row: RowResult) -> Line:
        if row.pair is None:
            return Line("")
        told = words.pair_words(row.pair).in_(self.language)
        return Line(told, style="yellow" if row.pair.confidence == "low" else "")

    def _legend(self, options: ConsoleOptions) -> Iterator[Line]:
        fields = [f"{number} {FIELD_NAMES[field].in_(self.language)}" for number, field in numbered_fields()]
        yield from flowing(fields, "  ", options.max_width, style="dim")
        seen = Counter(each.verdict for row in self.rows for each in row.verdicts)
        known = [each for each in words.SIGNS if seen[each]]
        told = [f"{words.SIGNS[each][options.ascii_only]} {words.VERDICTS[each].in_(self.language)}" for each in known]
        yield from flowing(told, "   ", options.max_width, style="dim")


def sign(verdict: Verdict, *, ascii_only: bool = False) -> Line:
    """The sign of a verdict."""
    style = "green" if verdict.verdict in COMPLIANT else _STYLES.get(verdict.verdict, "dim")
    return Line(words.SIGNS[verdict.verdict][ascii_only], style=style)


class Differences:
    """Camera by camera: what differs, in sentences; then what could not be verified and what the list leaves empty."""

    def __init__(self, compared: Compared, language: Language) -> None:
        self.compared, self.language = compared, language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Line(words.DIFFERENCES.in_(self.language), style="bold")
        told = [(place, row) for place, row in self._rows() if to_look_at(row) or (row.pair and row.pair.findings)]
        if not told:
            yield Line(words.NO_DIFFERENCE.in_(self.language))
        for place, row in told[:MOST_ON_SCREEN]:
            yield Line(f"{words.ROW.in_(self.language)} {place} · {called(row)}", style="bold")
            for line in self._lines(row, options.ascii_only):
                yield Padding(line, (0, 0, 0, 2))
        if len(told) > MOST_ON_SCREEN:
            yield Line(words.MORE_ON_FILE.with_(count=len(told) - MOST_ON_SCREEN).in_(self.language), style="dim")
        yield from self._summed(options.ascii_only)

    def _rows(self) -> Sequence[tuple[str, RowResult]]:
        return list(zip(places(self.compared.listed), self.compared.comparison.rows, strict=True))

    def _lines(self, row: RowResult, ascii_only: bool) -> Iterator[Line]:
        for finding in row.pair.findings if row.pair else ():
            yield Line(f"{words.SIGNS['sources_disagree'][ascii_only]} {finding.text.in_(self.language)}")
        for verdict in to_look_at(row):
            line = sign(verdict, ascii_only=ascii_only)
            told = verdict.sentence.in_(self.language)
            line.append(f" {FIELDS[verdict.field].in_(self.language)}: {told}", style="not bold")
            yield line

    def _summed(self, ascii_only: bool) -> Iterator[Line]:
        """How many cameras wait for a check of a field, and where the list is empty though something was found."""
        rows = self.compared.comparison.rows
        waits = Counter(field for row in rows for field in waiting(row))
        empty = Counter(field for row in rows for field in empty_in_list(row))
        for signs, told, counted in (
            (words.SIGNS["not_observed"], words.WAITING, waits),
            (words.SIGNS["undeclared"], words.EMPTY_FIELDS, empty),
        ):
            if counted:
                fields = [
                    f"{FIELD_NAMES[field].in_(self.language)} {counted[field]}" for field in FIELDS if counted[field]
                ]
                yield Line(
                    f"{signs[ascii_only]} {told.with_(fields=', '.join(fields)).in_(self.language)}", style="dim"
                )
