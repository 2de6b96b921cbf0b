"""A declared list beside a survey, as one tree of values from which tables, files and forms are made. Start here.

compare(declared, survey, options, decisions) ─► Comparison: rows · undeclared · questions · linkage · repairs · profiles
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cctv_probe.compare.linkage import Linkage, linkage
from cctv_probe.compare.matching.decisions import Decisions
from cctv_probe.compare.matching.declared import DeclaredCamera
from cctv_probe.compare.matching.found import FoundCamera, found_cameras
from cctv_probe.compare.matching.match import NO_DECISIONS, match
from cctv_probe.compare.matching.result import Matching, Pair, Question
from cctv_probe.compare.profiles import Profile, ProfileResult, assess
from cctv_probe.compare.repair import Missing, Repair, repairs
from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.absent import Absence, Scanned, absent_verdicts, undeclared_verdicts
from cctv_probe.compare.verdicts.judge import judge
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.words import Text
from cctv_probe.survey.result import Survey

RowState = Literal["paired", "needs_decision", "duplicate", "absent", "camera_missing", "not_observed"]
"""`absent`: decided not to be on the network. `camera_missing`: looked for and not found. `not_observed`: not looked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """`now` is when the comparison is made; discovered values older than `max_age_days` are stale; `uplink_bps` is what the
    site's line carries, shared by all its cameras (None: not stated)."""

    now: datetime
    max_age_days: float = 90.0
    uplink_bps: float | None = None
    profiles: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class RowResult:
    """One declared camera. `why` explains its state; `verdicts` hold one for each of the eleven fields, in their order."""

    declared: DeclaredCamera
    state: RowState
    why: Text
    verdicts: tuple[Verdict, ...]
    pair: Pair | None = None
    found: FoundCamera | None = None
    question: Question | None = None
    repeats: str | None = None
    code: str | None = None
    """Why a camera without a discovered one stands alone: `camera_missing`, `range_not_scanned`, `no_address`…"""


@dataclass(frozen=True, slots=True)
class UndeclaredCamera:
    """A discovered camera that no declared one was paired with. `asked_about`: some row waits for a decision about it."""

    found: FoundCamera
    verdicts: tuple[Verdict, ...]
    asked_about: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of a comparison. `verdicts` counts over rows (undeclared cameras left out), by field and verdict."""

    declared: int
    found: int
    states: Mapping[str, int]
    confidences: Mapping[str, int]
    moved: int
    undeclared: int
    asked_about: int
    verdicts: Mapping[str, Mapping[str, int]]
    linkage: Mapping[str, int]
    repairs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a comparison says. Rows are in the order of the list, cameras in that of the survey."""

    survey: Survey
    options: Options
    matching: Matching
    rows: tuple[RowResult, ...]
    undeclared: tuple[UndeclaredCamera, ...]
    linkage: tuple[Linkage, ...]
    repairs: tuple[Repair, ...]
    profile_results: tuple[ProfileResult, ...]
    counts: Counts = field(repr=False)


def compare(
    declared: Sequence[DeclaredCamera], survey: Survey, options: Options, decisions: Decisions = NO_DECISIONS
) -> Comparison:
    """Hold a declared list against a survey. Keys of `declared` must be unique (`declared.with_keys`)."""
    found = found_cameras(survey)
    matching = match(declared, found, decisions)
    rows = _Rows(declared, found, survey, options, matching, decisions).all()
    by_key = {camera.key: camera for camera in found}
    undeclared = tuple(
        UndeclaredCamera(by_key[key], tuple(undeclared_verdicts(by_key[key].camera, _moment(options))), asked)
        for keys, asked in ((matching.undeclared, False), (matching.asked_about, True))
        for key in keys
    )
    linked = tuple(linkage(camera, uplink_bps=options.uplink_bps, sharing=len(found)) for camera in found)
    to_repair = _repairs(found, rows, survey)
    profile_results = tuple(
        assess(profile, camera, _moment(options)) for profile in options.profiles for camera in found
    )
    counts = _counts(declared, found, rows, undeclared, linked, to_repair)
    return Comparison(survey, options, matching, rows, undeclared, linked, to_repair, profile_results, counts)


def _moment(options: Options) -> Moment:
    return Moment(options.now, options.max_age_days)


class _Rows:
    """The declared cameras one by one, each with what matching said of it."""

    def __init__(
        self,
        declared: Sequence[DeclaredCamera],
        found: Sequence[FoundCamera],
        survey: Survey,
        options: Options,
        matching: Matching,
        decisions: Decisions,
    ) -> None:
        self.declared, self.moment = declared, _moment(options)
        self.found = {camera.key: camera for camera in found}
        self.scanned = Scanned(survey)
        self.pairs = {pair.declared: pair for pair in matching.pairs}
        self.questions = {question.declared: question for question in matching.questions}
        self.repeats = {each.declared: each.repeats for each in matching.duplicates}
        self.absent = frozenset(matching.absent)
        self.accepted: dict[str, dict[str, tuple[str, str]]] = {}
        for each in decisions.accepted:
            self.accepted.setdefault(each.declared, {})[each.field] = (each.observed, each.reason)

    def all(self) -> tuple[RowResult, ...]:
        """The results in the order of the list."""
        return tuple(self._row(row) for row in self.declared)

    def _row(self, row: DeclaredCamera) -> RowResult:
        if row.key in self.pairs:
            return self._paired(row, self.pairs[row.key])
        if row.key in self.questions:
            return self._asked(row, self.questions[row.key])
        if row.key in self.repeats:
            why = words.DUPLICATE.with_(other=self.repeats[row.key])
            verdicts = absent_verdicts(row, Absence("not_observed", "duplicate", why))
            return RowResult(row, "duplicate", why, verdicts, repeats=self.repeats[row.key], code="duplicate")
        if row.key in self.absent:
            absence = Absence("camera_missing", "decided_absent", words.MISSING_DECIDED)
            return RowResult(row, "absent", absence.why, absent_verdicts(row, absence), code=absence.code)
        return self._alone(row, self.scanned.why_absent(row))

    def _paired(self, row: DeclaredCamera, pair: Pair) -> RowResult:
        camera = self.found[pair.found]
        verdicts = judge(
            row.cells,
            camera.camera,
            self.moment,
            accepted=self.accepted.get(row.key),
            unsure_pair=pair.confidence == "low",
        )
        return RowResult(row, "paired", pair.why, verdicts, pair=pair, found=camera)

    def _asked(self, row: DeclaredCamera, question: Question) -> RowResult:
        """A row that no key leads anywhere, whose own address was asked and is silent, is missing, whatever looks alike."""
        absence = self.scanned.why_absent(row)
        if question.code == "only_plausible" and absence.verdict == "camera_missing":
            return self._alone(row, absence, question)
        why = words.TO_DECIDE.with_(why=question.why)
        verdicts = absent_verdicts(row, Absence("not_observed", "needs_decision", why))
        return RowResult(row, "needs_decision", why, verdicts, question=question, code="needs_decision")

    def _alone(self, row: DeclaredCamera, absence: Absence, question: Question | None = None) -> RowResult:
        state: RowState = "camera_missing" if absence.verdict == "camera_missing" else "not_observed"
        return RowResult(row, state, absence.why, absent_verdicts(row, absence), question=question, code=absence.code)


def _repairs(found: Sequence[FoundCamera], rows: Sequence[RowResult], survey: Survey) -> tuple[Repair, ...]:
    missing = [
        Missing(row.declared.key, _called(row.declared), row.declared.address, row.why)
        for row in rows
        if row.state == "camera_missing"
    ]
    paired = [row for row in rows if row.found]
    verdicts = {row.found.key: row.verdicts for row in paired if row.found}
    declared_of = {row.found.key: row.declared.key for row in paired if row.found}
    devices = zip(survey.devices, survey.device_records, strict=True)
    return repairs(found, missing, verdicts, declared_of, devices)


def _called(row: DeclaredCamera) -> str:
    return row.name or row.place or row.camera_id or row.address or row.key


def _counts(
    declared: Sequence[DeclaredCamera],
    found: Sequence[FoundCamera],
    rows: Sequence[RowResult],
    undeclared: Sequence[UndeclaredCamera],
    linked: Sequence[Linkage],
    to_repair: Sequence[Repair],
) -> Counts:
    verdicts: dict[str, Counter[str]] = {}
    for row in rows:
        for verdict in row.verdicts:
            verdicts.setdefault(verdict.field, Counter())[verdict.verdict] += 1
    return Counts(
        declared=len(declared),
        found=len(found),
        states=Counter(row.state for row in rows),
        confidences=Counter(row.pair.confidence for row in rows if row.pair),
        moved=sum(row.pair.moved for row in rows if row.pair),
        undeclared=sum(not each.asked_about for each in undeclared),
        asked_about=sum(each.asked_about for each in undeclared),
        verdicts=verdicts,
        linkage=Counter(each.answer for each in linked),
        repairs=Counter(each.code for each in to_repair),
    )
