"""From judged rows to cameras: every cell with raw, canonical, confidence and rule, and what stands around the row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cctv_probe.compare.normalise import Context, normalise
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.column_values import tick
from cctv_probe.compare.reading.declared_list import Cell, Confidence, DeclaredCamera, Place, RowKind
from cctv_probe.compare.reading.fields import RECORD
from cctv_probe.compare.reading.grid import CellKind, GridRow
from cctv_probe.compare.reading.mapping import IGNORED, Column, SheetMapping
from cctv_probe.compare.reading.plain_values import plain_value, positions
from cctv_probe.compare.reading.rows import OWNER, Judged
from cctv_probe.compare.reading.secrets_out import FIELD as SECRET

_ERROR = re.compile(r"^#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+$)", re.I)
_ANONYMOUS_SHEET = re.compile(r"^(?:sheet|แผ่น|แผ่นงาน|ชีต|table)\s*\d*$", re.I)
_DATES_ARE_FINE = ("installed", "note", "sequence")
_NOTHING = ("missing", "unknown")
_LATITUDE_AND_LONGITUDE = 2
_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")


@dataclass(slots=True)
class Around:
    """What rows outside the table, or above in it, say about the cameras that follow."""

    owner: Cell | None = None
    section: Cell | None = None


@dataclass(slots=True)
class Builder:
    """Builds the cameras of one sheet; holds what was read before for values that repeat."""

    file: str
    sheet: str
    mapping: SheetMapping
    context: Context | None
    one_of_many: bool = False
    """Whether the file has other sheets with rows: then a sheet's name may say whose cameras or which place these are."""
    around: Around = field(default_factory=Around)
    _seen: dict[tuple[str, str], tuple[str, Confidence, str]] = field(default_factory=dict)

    def cameras(self, judged: Sequence[Judged]) -> Iterator[DeclaredCamera]:
        """The cameras, in the order of their rows."""
        self._named_by_the_sheet()
        crosses = self._crosses_mean_no(judged)
        runs_on = _continuations(judged)
        for index, one in enumerate(judged):
            if one.kind in (RowKind.TITLE, RowKind.SECTION):
                self._hear(one)
            elif one.kind is RowKind.CAMERA:
                yield self._camera(one.row, runs_on.get(index, ()), crosses)

    def _camera(self, row: GridRow, below: Sequence[GridRow], crosses: bool) -> DeclaredCamera:
        cells: dict[str, Cell] = {}
        unknown: dict[str, str] = {}
        for column in self.mapping.columns:
            text = _joined(row, below, column.column)
            if column.field is None or column.field in (IGNORED, SECRET):
                if text and column.field != SECRET:
                    unknown[column.header or column.letters] = text
            elif column.part is None and (text or row.kinds.get(column.column) == "no_result"):
                cell = self._cell(column.field, text, row.kinds.get(column.column), column.column)
                cells[column.field] = _both(cells.get(column.field), cell)
        if any(one.part for one in self.mapping.columns):
            cells.update(self._ticked(row, crosses))
        cells.update(self._places(cells))
        if below:
            cells = {name: _less_sure(cell, below) for name, cell in cells.items()}
        self._surroundings(cells, row)
        return DeclaredCamera(Place(self.file, self.sheet, row.number), cells, unknown, row.hidden)

    def _cell(self, name: str, raw: str, kind: CellKind | None, column: int) -> Cell:
        if kind == "no_result":
            return Cell(raw, "unparsable", "high", "formula:no_result", column)
        if kind == "error" or _ERROR.match(raw):
            return Cell(raw, "unparsable", "high", "excel:error", column)
        canonical, confidence, rule = self.value(name, raw)
        if kind == "date" and name not in _DATES_ARE_FINE and not canonical.startswith(("suspect:", "wrong_field:")):
            return Cell(raw, "suspect:excel_date", "high", "excel:date_cell", column)
        return Cell(raw, canonical, confidence, rule, column)

    def value(self, name: str, raw: str) -> tuple[str, Confidence, str]:
        """(canonical, confidence, rule) of one text, remembered: lists repeat themselves."""
        key = (name, raw)
        found = self._seen.get(key)
        if found is None:
            if name in RECORD or name == "coordinates":
                name = "position" if name == "coordinates" else name
                read = normalise(name, raw, self.context) if self.context else normalise(name, raw)
                found = (read.canonical, read.confidence, read.rule)
            else:
                found = plain_value(name, raw)
            self._seen[key] = found
        return found

    # --- Field 3 as three tick boxes ---

    def _ticked(self, row: GridRow, crosses: bool) -> dict[str, Cell]:
        chosen: dict[str, Column] = {}
        shown: list[str] = []
        sure: Confidence = "high"
        for column in self.mapping.columns:
            text = row.text(column.column)
            answer = tick(text)
            if column.part is None or (answer == "no" and not text):
                continue
            shown.append(f"{column.header}: {text}")
            if answer is None:
                sure = "low"
            elif answer == "cross" and not crosses:
                sure = "medium" if sure == "high" else sure
            if answer in ("yes", None) or (answer == "cross" and not crosses):
                chosen.setdefault(column.part, column)
        if not shown:
            return {}
        first = min(chosen.values(), key=lambda one: one.column).column if chosen else None
        return {"purposes": Cell(" | ".join(shown), "|".join(chosen) or "missing", sure, "ticks", first)}

    def _crosses_mean_no(self, judged: Sequence[Judged]) -> bool:
        """Where some boxes hold ✓ and others x, an x is a no; where all marks are x, it is a yes."""
        boxes = [column.column for column in self.mapping.columns if column.part]
        marks = (tick(one.row.text(at)) for one in judged if one.kind is RowKind.CAMERA for at in boxes)
        return any(mark == "yes" for mark in marks)

    # --- Latitude and longitude, ports inside addresses ---

    def _places(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        found: dict[str, Cell] = {}
        north, east = cells.get("latitude"), cells.get("longitude")
        if north and east and north.rule != "excel:error" and east.rule != "excel:error":
            for name, cell, value in zip(
                ("latitude", "longitude"), (north, east), positions(north.raw, east.raw), strict=True
            ):
                found[name] = replace(cell, canonical=value[0], confidence=value[1], rule=value[2])
        both = cells.get("coordinates")
        if both and both.rule != "excel:error":
            found |= _from_coordinates(both, cells)
        address = cells.get("address")
        if address and address.rule == "address:port":
            host, _, port = address.canonical.rpartition(":")
            found["address"] = replace(address, canonical=host)
            if "port" not in cells:
                found["port"] = Cell(address.raw, port, address.confidence, "address:port", address.column)
        return found

    # --- Owners and places said once for many rows ---

    def _named_by_the_sheet(self) -> None:
        name = self.sheet.strip()
        if OWNER.match(name):
            self.around.owner = self._owner(name, "from_sheet_name")
        elif self.one_of_many and name and not _ANONYMOUS_SHEET.match(name):
            self.around.section = Cell(name, clean(name), "medium", "from_sheet_name")

    def _hear(self, one: Judged) -> None:
        for column in one.row.own():
            text = clean(one.row.text(column))
            found = OWNER.search(text)
            if found:
                self.around.owner = self._owner(found[0], f"from_row:{one.row.number}")
                return
        if one.kind is RowKind.SECTION:
            raw = one.row.text(one.row.own()[0])
            self.around.section = Cell(raw, clean(raw), "medium", f"from_row:{one.row.number}")

    def _owner(self, raw: str, where: str) -> Cell:
        canonical, confidence, rule = self.value("owner", raw)
        return Cell(raw, canonical, _at_most("medium", confidence), f"{rule};{where}")

    def _surroundings(self, cells: dict[str, Cell], row: GridRow) -> None:
        own = cells.get("owner")
        if own is not None and own.canonical not in _NOTHING:
            where = own.rule if ";from_" in own.rule else f"{own.rule};from_row:{row.number}"
            self.around.owner = replace(own, confidence=_at_most("medium", own.confidence), rule=where, column=None)
        elif self.around.owner is not None and (own is None or not own.raw.strip()):
            cells["owner"] = self.around.owner
        if self.around.section is not None:
            cells["section"] = self.around.section


def _from_coordinates(both: Cell, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """A cell with both coordinates serves as latitude and longitude, and as position where the list has no other."""
    found = {} if "position" in cells else {"position": both}
    parts = both.canonical.split(",")
    if len(parts) == _LATITUDE_AND_LONGITUDE and "latitude" not in cells and "longitude" not in cells:
        found["latitude"], found["longitude"] = (replace(both, canonical=part) for part in parts)
    return found


def _continuations(judged: Sequence[Judged]) -> dict[int, list[GridRow]]:
    found: dict[int, list[GridRow]] = {}
    for one in judged:
        if one.onto is not None:
            found.setdefault(one.onto, []).append(one.row)
    return found


def _joined(row: GridRow, below: Sequence[GridRow], column: int) -> str:
    parts = [row.text(column), *(one.text(column) for one in below if column not in one.spread)]
    return " ".join(part for part in parts if part)


def _both(first: Cell | None, second: Cell) -> Cell:
    """Two columns of one field (notes, purposes said twice): their texts joined; the first column's value is kept."""
    if first is None or first.canonical in _NOTHING:
        return second
    return replace(first, raw=f"{first.raw} | {second.raw}", confidence=_at_most("medium", first.confidence))


def _less_sure(cell: Cell, below: Sequence[GridRow]) -> Cell:
    if cell.column is None or not any(row.text(cell.column) for row in below):
        return cell
    rows = ",".join(str(row.number) for row in below)
    return replace(cell, confidence=_at_most("medium", cell.confidence), rule=f"{cell.rule};joined_row:{rows}")


def _at_most(limit: Confidence, confidence: Confidence) -> Confidence:
    return min(limit, confidence, key=_ORDER.index)
