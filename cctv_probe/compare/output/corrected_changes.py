"""Which cells of a declared list the evidence changes, and which it only puts in question. Pure.

What agrees is never touched. A value is replaced only by a setting or a measurement of a camera that is surely the one meant;
where that is not so, the cell is marked for a person and keeps its text. Fields 1 to 5 are the list's own and never replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cctv_probe.compare.comparison import Comparison, RowResult
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.output.corrected_words import ChangeKind
from cctv_probe.compare.reading import Cell, DeclaredCamera, DeclaredList, Place, Row
from cctv_probe.compare.verdicts.judge import HINTED
from cctv_probe.compare.verdicts.observed import Moment, observed
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.evidence import Value
from cctv_probe.model.words import Text
from cctv_probe.survey.display import number, value_words
from cctv_probe.survey.safe_text import clean

_SUPPORTS = frozenset({"configured", "bitstream", "measured"})
_SURE_KEYS = frozenset({"serial", "mac", "decision"})
_IDENTITY = {"moved": "address", "serial_slip": "serial", "serial_differs": "serial", "mac_differs": "mac"}
"""The column that a finding of pairing speaks of."""
_DIGITS = re.compile(r"[0-9๐-๙]+(?:[.,][0-9๐-๙]+)?")
_EXACTLY = re.compile(r"(?:days|fps)=(\d+(?:\.\d+)?)")
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_LATIN_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

New = str | int | float


@dataclass(frozen=True, slots=True)
class Change:
    """One cell. `field` is one of the record's or of what identifies a camera. `column` counts from 0, None where the list has
    no cell for it. `new` is None where nothing is known that could replace `old`; `why` is the sentence of verdict or pair."""

    field: str
    kind: ChangeKind
    column: int | None
    old: str
    new: New | None
    why: Text
    unsure_pair: bool = False


@dataclass(frozen=True, slots=True)
class RowChanges:
    """One camera of the list with what the comparison says of it."""

    camera: DeclaredCamera
    result: RowResult
    changes: tuple[Change, ...]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.camera.row


def changes(declared: DeclaredList, comparison: Comparison) -> tuple[RowChanges, ...]:
    """The cameras of the list in their order. Raises ValueError where the comparison was made with another list."""
    rows = {(row.place.sheet, row.place.row): row for sheet in declared.sheets for row in sheet.rows}
    columns = {
        sheet.sheet: {one.field: one.column for one in reversed(sheet.columns)} for sheet in declared.mapping.sheets
    }
    moment = Moment(comparison.options.now, comparison.options.max_age_days)
    made: list[RowChanges] = []
    for camera, result in zip(declared.cameras, comparison.rows, strict=True):
        if camera.row.row != result.declared.row:
            raise ValueError("the comparison was made with another list")
        row = rows[(camera.row.sheet, camera.row.row)]
        found = tuple(_Weighed(camera, result, row, columns.get(camera.row.sheet, {}), moment).all())
        made.append(RowChanges(camera, result, found))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The verdicts on one row, held against what may be changed."""

    camera: DeclaredCamera
    result: RowResult
    row: Row
    columns: Mapping[str | None, int]
    moment: Moment

    def all(self) -> Iterator[Change]:
        """The changes of the row, in the order of the form."""
        if self.result.state != "paired":
            return
        yield from self._identity()
        for verdict in self.result.verdicts:
            kind = self._kind(verdict)
            if kind is not None:
                yield self._change(verdict, kind)

    def _identity(self) -> Iterator[Change]:
        """What identifies the camera, where pairing found that the list has it otherwise.

        An address is replaced where the camera's own serial number or MAC (or a person) says which camera it is.
        """
        pair, found = self.result.pair, self.result.found
        for finding in pair.findings if pair and found else ():
            field, cell = _IDENTITY.get(finding.code, ""), self.camera.cells.get(_IDENTITY.get(finding.code, ""))
            if not pair or not found or cell is None or cell.column is None:
                continue
            new = identity_of(found)[field]
            sure = field == "address" and pair.key in _SURE_KEYS and pair.confidence == "high"
            sure = sure and self._is_own_text(field) and cell.raw.strip() == self.result.declared.address
            sure = sure and found.camera.views[0].role == "camera"
            kind: ChangeKind = "corrected" if sure else "check"
            yield Change(field, kind, cell.column, cell.raw, new, finding.text, self._is_unsure)

    def _kind(self, verdict: Verdict) -> ChangeKind | None:
        word, field = verdict.verdict, verdict.field
        if word == "sources_disagree" or (field in HINTED and word in ("mismatch", "parse_suspect")):
            return "check"
        if field in HINTED:
            return None
        if word == "mismatch":
            return "corrected" if self._is_supported(verdict) and self._is_plain(verdict) else "check"
        if word == "parse_suspect":
            return "corrected" if self._is_supported(verdict) and self._is_own_text(field) else "check"
        if word == "undeclared" and self._is_own_text(field) and self._is_supported(verdict):
            return None if field == "brand" and verdict.proxy else "filled"
        return None

    def _is_supported(self, verdict: Verdict) -> bool:
        """Whether a fresh setting or measurement of surely this camera says something else."""
        if verdict.observed is None or verdict.standing not in _SUPPORTS or self._is_unsure or not self.result.found:
            return False
        seen = observed(self.result.found.camera, verdict.field, self.moment)
        return seen.chosen is not None and seen.age_days <= self.moment.max_age_days

    def _is_plain(self, verdict: Verdict) -> bool:
        """Whether the difference itself is beyond doubt. A live picture proves only that the recording cannot be more."""
        cell = self.camera.cells.get(verdict.field)
        if cell is None or cell.confidence == "low" or not self._is_own_text(verdict.field):
            return False
        return not verdict.proxy or verdict.direction == "overstated"

    def _is_own_text(self, field: str) -> bool:
        """Whether the field's text stands in one cell of this row, not put together from several."""
        cell = self.camera.cells.get(field)
        column = self._column(field)
        return column is not None and self.row.grid.text(column).strip() == (cell.raw.strip() if cell else "")

    @property
    def _is_unsure(self) -> bool:
        return self.result.pair is None or self.result.pair.confidence == "low"

    def _column(self, field: str) -> int | None:
        cell = self.camera.cells.get(field)
        return cell.column if cell else self.columns.get(field)

    def _change(self, verdict: Verdict, kind: ChangeKind) -> Change:
        cell = self.camera.cells.get(verdict.field)
        old = cell.raw if cell else ""
        new = new_value(verdict.field, verdict.observed, cell) if verdict.observed is not None else None
        if kind == "check" and verdict.verdict == "sources_disagree":
            new = None
        column = self._column(verdict.field)
        return Change(verdict.field, kind, column, old, new, verdict.sentence, self._is_unsure)


def identity_of(found: FoundCamera) -> dict[str, str | None]:
    """Address, serial number and MAC as the camera itself shows them; a recorder's own are not its cameras'."""
    told = found.device.identity if found.device else None
    return {
        "address": found.camera.device,
        "serial": clean(told.serial, 120) if told and told.serial and found.serials else None,
        "mac": told.mac if told and found.macs else None,
    }


def new_value(field: str, value: Value, cell: Cell | None) -> New:
    """`value` as the list writes it: a plain number as a number, a number with its unit in the same words and digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return clean(value_words(field, value).th, 300)
    figure: int | float = int(value) if value == int(value) else round(value, 2)
    raw = cell.raw.strip() if cell else ""
    exact = _EXACTLY.fullmatch(cell.canonical.strip()) if cell else None
    numbers = _DIGITS.findall(raw)
    if not exact or len(numbers) != 1 or "approx" in (cell.rule if cell else ""):
        return figure
    written = numbers[0].translate(_LATIN_DIGITS).replace(",", ".")
    if float(written) != float(exact[1]) or raw == numbers[0] == written:
        return figure
    shown = number(figure)
    thai = numbers[0] != numbers[0].translate(_LATIN_DIGITS)
    return _DIGITS.sub(shown.translate(_THAI_DIGITS) if thai else shown, raw, count=1)
