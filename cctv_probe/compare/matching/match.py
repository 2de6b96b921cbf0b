"""The rounds of matching in order. Start reading here."""

from __future__ import annotations

from collections.abc import Sequence

from cctv_probe.compare.matching import words
from cctv_probe.compare.matching.decisions import Decisions
from cctv_probe.compare.matching.declared import DeclaredCamera
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.matching.plausible import match_plausible
from cctv_probe.compare.matching.result import Duplicate, Matching, Pair, StaleDecision
from cctv_probe.compare.matching.state import Link, State, agreeing
from cctv_probe.compare.matching.strong import match_strong
from cctv_probe.compare.matching.weighed import match_weighed
from cctv_probe.model.finding import Finding

NO_DECISIONS = Decisions()


def match(
    declared: Sequence[DeclaredCamera], found: Sequence[FoundCamera], decisions: Decisions = NO_DECISIONS
) -> Matching:
    """Which of `found` each of `declared` is. Keys on both sides must be unique (`with_keys`, `found_cameras`)."""
    rows, duplicates = _without_repeats(declared)
    state = State(rows, found)
    absent, stale = _pin(state, decisions)
    match_strong(state)
    agreement = match_weighed(state)
    match_plausible(state)
    asked = {each.found for question in state.questions.values() for each in question.candidates}
    free = [found[place].key for place in state.free_cameras]
    return Matching(
        pairs=tuple(_pair(state, link, agreement) for _, link in sorted(state.links.items())),
        questions=tuple(question for _, question in sorted(state.questions.items())),
        duplicates=duplicates,
        absent=absent,
        alone=tuple(rows[row].key for row in state.free_rows),
        asked_about=tuple(key for key in free if key in asked),
        undeclared=tuple(key for key in free if key not in asked),
        stale_decisions=stale,
        address_agreement=agreement,
    )


def _without_repeats(declared: Sequence[DeclaredCamera]) -> tuple[list[DeclaredCamera], tuple[Duplicate, ...]]:
    """The rows that say something new, and those that repeat an earlier one in every key they have."""
    first: dict[tuple[object, ...], str] = {}
    rows: list[DeclaredCamera] = []
    repeats: list[Duplicate] = []
    for row in declared:
        strong = (row.serial, row.mac, row.address, row.camera_id)
        said = (*strong, row.port, row.channel, row.name, row.place, row.latitude, row.longitude)
        if any(strong) and said in first:
            repeats.append(Duplicate(row.key, first[said]))
        else:
            first[said] = row.key
            rows.append(row)
    return rows, tuple(repeats)


def _pin(state: State, decisions: Decisions) -> tuple[tuple[str, ...], tuple[StaleDecision, ...]]:
    """Apply what was decided before; what no longer fits is returned as stale."""
    row_at = {row.key: place for place, row in enumerate(state.rows)}
    camera_at = {camera.key: place for place, camera in enumerate(state.cameras)}
    absent: list[str] = []
    stale: list[StaleDecision] = []
    for decision in decisions.pairs:
        row = row_at.get(decision.declared)
        told = {"declared": decision.declared, "found": decision.found}
        if row is None or row not in state.free_rows:
            stale.append(StaleDecision(decision.declared, decision.found, words.GONE_DECLARED.with_(**told)))
        elif decision.found is None:
            absent.append(decision.declared)
            state.free_rows.pop(row)
        elif decision.found not in camera_at:
            stale.append(StaleDecision(decision.declared, decision.found, words.GONE_FOUND.with_(**told)))
        elif (camera := camera_at[decision.found]) not in state.free_cameras:
            stale.append(StaleDecision(decision.declared, decision.found, words.TAKEN.with_(**told)))
        else:
            state.link(Link(row, camera, "decision", "high", state.signs(row, camera), reason=decision.reason))
    return tuple(absent), tuple(stale)


def _pair(state: State, link: Link, agreement: float | None) -> Pair:
    row, camera = state.rows[link.row], state.cameras[link.camera]
    keys = agreeing(link.signs)
    swapped = state.swapped_row(link.row, link.camera) if link.signs.address == "differs" else None
    why = (
        words.DECIDED.with_(reason=link.reason)
        if link.reason
        else words.PAIRED.with_(keys=words.joined(keys or (link.key,)))
    )
    return Pair(
        declared=row.key,
        found=camera.key,
        key=link.key,
        confidence=link.confidence,
        agreeing=keys,
        score=round(link.signs.points, 1),
        lead=None if link.lead is None else round(link.lead, 1),
        why=why,
        findings=_findings(state, link, swapped, agreement),
        moved=link.signs.address == "differs",
        swapped_with=None if swapped is None else state.rows[swapped].key,
    )


def _findings(state: State, link: Link, swapped: int | None, agreement: float | None) -> tuple[Finding, ...]:
    row, camera, signs = state.rows[link.row], state.cameras[link.camera], link.signs
    found: list[Finding] = []
    if signs.address == "differs":
        told = {"declared": _shown_address(row), "found": camera.camera.device}
        if swapped is None:
            found.append(Finding("moved", "medium", words.MOVED.with_(**told)))
        else:
            other = state.rows[swapped].name or state.rows[swapped].key
            found.append(Finding("moved", "medium", words.SWAPPED.with_(other=other, **told)))
    if signs.serial in ("differs", "slip"):
        slip = signs.serial == "slip"
        told = {"declared": row.serial or "", "found": ", ".join(camera.serials)}
        text = (words.SERIAL_SLIP if slip else words.SERIAL_DIFFERS).with_(**told)
        found.append(Finding("serial_slip" if slip else "serial_differs", "low" if slip else "high", text))
    if signs.mac == "differs":
        text = words.MAC_DIFFERS.with_(declared=row.mac or "", found=", ".join(camera.macs))
        found.append(Finding("mac_differs", "medium", text))
    if signs.looks_different and link.confidence != "high":
        found.append(Finding("looks_different", "medium", words.LOOKS_DIFFERENT))
    if agreement is None and agreeing(signs) == ("address",) and link.key == "address":
        found.append(Finding("address_unchecked", "info", words.UNCHECKED))
    if link.confidence == "low":
        found.append(Finding("pair_unsure", "medium", words.ADDRESS_ONLY if link.key == "address" else words.LOW))
    return tuple(found)


def _shown_address(row: DeclaredCamera) -> str:
    port = f":{row.port}" if row.port else ""
    return f"{row.address}{port}" if row.channel is None else f"{row.address}{port} / {row.channel}"
