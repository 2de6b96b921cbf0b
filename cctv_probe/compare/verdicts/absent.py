"""Declared cameras without a discovered one, and discovered ones that nobody declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cctv_probe.compare.matching.declared import Cell, DeclaredCamera
from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.judge import HINTED, is_nothing, is_unreadable, judge
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.compare.verdicts.verdict import Verdict, VerdictWord
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.targets import Targets, parse_targets
from cctv_probe.survey.result import Survey
from cctv_probe.survey.safe_text import clean

_NO_CELLS: Mapping[str, Cell] = {}


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a declared camera stands without a discovered one: `camera_missing` or `not_observed`, and the sentence."""

    verdict: VerdictWord
    code: str
    why: Text


class Scanned:
    """Which addresses a scan asked, and what it met there."""

    def __init__(self, survey: Survey) -> None:
        self.complete = survey.run.complete
        self._ranges = [ranges for word in survey.run.ranges if (ranges := _read(word))]
        self._devices: dict[str, list[Device]] = {}
        for device in survey.devices:
            for address in (device.address, *device.other_addresses):
                self._devices.setdefault(address, []).append(device)
        self._with_cameras = {camera.device_id for camera in survey.cameras}

    def covers(self, address: str) -> bool:
        """Whether the address lies in a range that was asked."""
        return address in self._devices or any(ranges.contains(address) for ranges in self._ranges)

    def silent_device(self, address: str) -> Device | None:
        """A device at the address that may be a camera or recorder, and told of no camera."""
        there = self._devices.get(address, ())
        silent = (each for each in there if each.kind is not Kind.NOT_A_CAMERA and each.id not in self._with_cameras)
        return next(silent, None)

    def why_absent(self, row: DeclaredCamera) -> Absence:
        """What is to be said of a row that no discovered camera fits. `camera_missing` only where it was looked for."""
        if row.address is None:
            return Absence("not_observed", "no_address", words.NO_ADDRESS)
        told = {"address": row.address}
        silent = self.silent_device(row.address)
        if silent is not None:
            return Absence("not_observed", "closed", words.CLOSED.with_(**told, why=silent.login or words.CLOSED_WHY))
        if not self.covers(row.address):
            return Absence("not_observed", "range_not_scanned", words.OUT_OF_RANGE.with_(**told))
        if not self.complete:
            return Absence("not_observed", "scan_unfinished", words.UNFINISHED)
        return Absence("camera_missing", "camera_missing", words.MISSING.with_(**told))


def _read(word: str) -> Targets | None:
    try:
        return parse_targets([word], allow_public=True)
    except ScopeError:
        return None


def absent_verdicts(row: DeclaredCamera, absence: Absence) -> tuple[Verdict, ...]:
    """The verdicts on the fields of a row without a discovered camera: fields 1 to 5 stand as declared."""
    return tuple(_absent(field, row.cells.get(field), absence) for field in FIELDS)


def _absent(field: str, cell: Cell | None, absence: Absence) -> Verdict:
    raw, canonical = (cell.raw, cell.canonical) if cell else (None, None)
    if cell is None or is_nothing(cell):
        sentence = words.NOT_DECLARED if field in HINTED else words.NOTHING.with_(why=absence.why)
        return Verdict(field, "not_assessed", "info", sentence, raw=raw, canonical=canonical)
    shown = clean(cell.raw) or "—"
    if is_unreadable(cell.canonical.strip()):
        sentence = words.SUSPECT.with_(declared=shown)
        return Verdict(field, "parse_suspect", "low", sentence, raw=raw, canonical=canonical)
    if field in HINTED:
        sentence = words.DECLARED_STANDS.with_(declared=shown)
        return Verdict(field, "not_assessed", "info", sentence, raw=raw, canonical=canonical)
    missing = absence.verdict == "camera_missing"
    sentence = absence.why if missing else words.NOT_OBSERVED.with_(declared=shown, why=absence.why)
    return Verdict(field, absence.verdict, "high" if missing else "low", sentence, raw=raw, canonical=canonical)


def undeclared_verdicts(camera: SurveyRecord, moment: Moment) -> Sequence[Verdict]:
    """The verdicts on the fields of a camera that nobody declared: what was found is `undeclared`."""
    return judge(_NO_CELLS, camera, moment)
