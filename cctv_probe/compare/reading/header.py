"""Where the names of the columns stand in a grid: one row, or several with group names above and parts below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.fields import folded, header_field, purpose_part
from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.mapping import BETWEEN_NAMES

_LOOKED_AT = 60
"""Rows with something in them among which the header is looked for."""
_LEAST_NAMES = 2
_MOST_BELOW = 3
_MOST_ABOVE = 2
_LEAST_SHARE = 0.3
_NUMBER = re.compile(r"^[(\[]?\s*(\d{1,2})(?:\.\d{1,2})?\s*[)\].]?$")
_REMARK = re.compile(r"^\([^()]*[^\W\d_][^()]*\)$")
_REPEATED = 0.6


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """The names over one column, from the top down, without repeats."""

    column: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """All names in one line."""
        return BETWEEN_NAMES.join(clean(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a grid. `rows` are indexes into its rows; `cells` one per column up to the widest header row."""

    rows: range
    cells: tuple[HeaderCell, ...]
    printed: Mapping[int, frozenset[str]]
    """The texts over each column without their spaces, to know them again."""


def find_header(grid: Grid, known: Mapping[str, object]) -> Header | None:
    """The header, or None. `known` are folded headers that a person has mapped before."""
    best, most = None, 0
    for index, row in enumerate(grid.rows[:_LOOKED_AT]):
        count = _names(row, known)
        own = len(row.own())
        if count > most and count >= _LEAST_NAMES and count >= _LEAST_SHARE * own:
            best, most = index, count
    if best is None:
        return None
    first, last = best, best
    while last - best < _MOST_BELOW and last + 1 < len(grid.rows) and _continues(grid, last, known):
        last += 1
    while best - first < _MOST_ABOVE and first > 0 and _groups(grid, first, known):
        first -= 1
    rows = range(first, last + 1)
    cells = _cells(grid, rows)
    printed = {cell.column: frozenset(_squeezed(grid.rows[at].text(cell.column)) for at in rows) for cell in cells}
    return Header(rows, cells, printed)


def is_repeated(row: GridRow, header: Header) -> bool:
    """Whether a row is the header again, as it is printed on every page."""
    own = row.own()
    same = sum(_squeezed(row.text(column)) in header.printed.get(column, ()) for column in own)
    return same >= _LEAST_NAMES and same >= _REPEATED * len(own)


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def is_numbering(row: GridRow) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3) …, or ๑ ๒ ๓.๑ ๓.๒."""
    numbers = [_NUMBER.match(clean(row.text(column))) for column in row.own()]
    if len(numbers) < 3 or not all(numbers):
        return False
    counted = [int(found[1]) for found in numbers if found]
    return counted[0] <= 2 and all(0 <= b - a <= 1 for a, b in pairwise(counted)) and (counted[-1] - counted[0] >= 2)


def _names(row: GridRow, known: Mapping[str, object]) -> int:
    """How many different fields the cells of a row name."""
    found: set[str] = set()
    for column in row.own():
        text = row.text(column)
        if folded(text) in known:
            found.add(f"known:{folded(text)}")
            continue
        field, _, _ = header_field(text)
        if field:
            found.add(field)
    return len(found - {"sequence", "note"}) + bool(found & {"sequence", "note"})


def _continues(grid: Grid, index: int, known: Mapping[str, object]) -> bool:
    """Whether the row after `index` still belongs to the header: it names parts of what stands above."""
    above, row = grid.rows[index], grid.rows[index + 1]
    own = row.own()
    if not own or row.number - above.number > 1 or is_numbering(row):
        return False
    named = 0
    for column in own:
        text = row.text(column)
        is_name = folded(text) in known or _is_lower_name(above.text(column), text)
        if not is_name and not _under_a_group(grid, index, column):
            return False
        named += is_name
    return named > 0 and (grid.merged or len(own) < len(above.own()))


def _is_lower_name(above: str, text: str) -> bool:
    """Whether a text under a name is a name, a remark to it in brackets (`(วัน)`), or its second half."""
    if purpose_part(text) is not None or header_field(text)[0] is not None:
        return True
    if above and _REMARK.match(clean(text)):
        return True
    return bool(above) and header_field(above)[0] is None and header_field(above + text)[0] is not None


def _under_a_group(grid: Grid, index: int, column: int) -> bool:
    """Whether the header cell above is part of one merged over several columns, or left empty beside one."""
    row = grid.rows[index]
    if grid.merged:
        text = row.text(column)
        return bool(text) and (column in row.spread or (column + 1 in row.spread and row.text(column + 1) == text))
    return not row.text(column) or not row.text(column + 1)


def _groups(grid: Grid, index: int, known: Mapping[str, object]) -> bool:
    """Whether the row before `index` holds group names or the upper part of names, and is no title."""
    above, row = grid.rows[index - 1], grid.rows[index]
    own = above.own()
    if row.number - above.number > 1 or len(own) < _LEAST_NAMES:
        return False
    through = any(column in row.spread and row.text(column) == above.text(column) for column in own)
    return through or _names(above, known) >= 1 or all(_under_a_group(grid, index - 1, column) for column in own)


def _cells(grid: Grid, rows: range) -> tuple[HeaderCell, ...]:
    width = max(len(grid.rows[index].texts) for index in rows)
    cells = []
    for column in range(width):
        parts: dict[str, str] = {}
        for index in rows:
            text = grid.rows[index].text(column) or ("" if grid.merged else _from_the_left(grid, rows, index, column))
            if folded(text):
                parts.setdefault(folded(text), text)
        cells.append(HeaderCell(column, tuple(parts.values())))
    return tuple(cells)


def _from_the_left(grid: Grid, rows: range, index: int, column: int) -> str:
    """In a text file a group's name stands over its first column only; the others hold nothing but the parts below."""
    if index == rows[-1] or not any(grid.rows[below].text(column) for below in rows if below > index):
        return ""
    row = grid.rows[index]
    for at in range(column, -1, -1):
        if row.text(at):
            return row.text(at)
        if not any(grid.rows[below].text(at) for below in rows if below > index):
            return ""
    return ""
