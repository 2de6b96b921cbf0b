"""Fields 1 to 5: the declared value stands, except where a hint from the network clearly speaks for or against it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cctv_probe.compare.matching.declared import Cell, position_texts
from cctv_probe.compare.matching.identifiers import coordinates_of, metres_between
from cctv_probe.compare.matching.names import name_form, similarity
from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.verdict import Verdict, VerdictWord
from cctv_probe.model.evidence import Evidence, Standing, Value
from cctv_probe.model.finding import Severity
from cctv_probe.model.record import SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.display import hint_words
from cctv_probe.survey.safe_text import clean

SAME_PLACE_M, NEAR_PLACE_M = 30.0, 100.0
SAME_NAME = 0.85
_MOST_HINTS = 4
_UNREADABLE = re.compile(r"(suspect|wrong_field|ambiguous):?.*|unparsable|broken")


def judge_hinted(field: str, cells: Mapping[str, Cell], camera: SurveyRecord) -> Verdict:
    """The verdict on field 1 to 5. Beside `position` the row's `latitude` and `longitude` count."""
    cell = cells.get(field)
    if cell is None or cell.canonical.strip() in ("", "missing", "unknown"):
        return _verdict(field, cell, "not_assessed", "info", words.NOT_DECLARED)
    shown = clean(cell.raw) or "—"
    if _UNREADABLE.fullmatch(cell.canonical.strip()):
        return _verdict(field, cell, "parse_suspect", "low", words.SUSPECT.with_(declared=shown))
    hints = [item for item in camera.fields[field].others if item.source.standing > Standing.DECLARED]
    spoken = None
    if field == "owner":
        spoken = _owner(cell, camera)
    elif field == "position":
        spoken = _position(cell, _point(cells), hints)
    elif field == "network":
        spoken = _network(cell, camera)
    if spoken:
        return spoken
    sentence = words.DECLARED_STANDS.with_(declared=shown)
    if field == "purposes" and "|" not in cell.canonical:
        sentence = _joined(sentence, words.ONE_PURPOSE)
    if hints and field in ("position", "network"):
        sentence = _joined(sentence, words.HINTS.with_(hints=_listed(field, hints)))
    return _verdict(field, cell, "not_assessed", "info", sentence)


def _owner(cell: Cell, camera: SurveyRecord) -> Verdict | None:
    """Another municipality's list: its owner is not the one the scan was made for. Last six digits identify (facts)."""
    found = re.search(r"code=(\d{8})", cell.canonical)
    owner = camera.fields["owner"].value
    scanned = str(owner.get("lao_code") or "") if isinstance(owner, Mapping) else ""
    if not found or len(scanned) != 8 or found[1][-6:] == scanned[-6:]:
        return None
    sentence = words.OTHER_LAO.with_(declared=clean(cell.raw), observed=scanned)
    return _verdict("owner", cell, "mismatch", "medium", sentence, observed=owner)


def _point(cells: Mapping[str, Cell]) -> tuple[float, float] | None:
    """The declared coordinates: of the position itself, else of their own columns."""
    both = [cells[name].canonical for name in ("latitude", "longitude") if name in cells]
    for text in (cells["position"].canonical, ",".join(both)):
        latitude, longitude = coordinates_of(text)
        if latitude is not None and longitude is not None:
            return latitude, longitude
    return None


def _position(cell: Cell, point: tuple[float, float] | None, hints: Sequence[Evidence]) -> Verdict | None:
    for item in hints if point else ():
        there = _coordinates(item.value)
        if there and point:
            return _by_distance(cell, item, metres_between(point, there))
    if coordinates_of(cell.canonical)[0] is not None:
        return None
    declared = name_form(cell.canonical)
    for item in hints:
        texts = position_texts([item])
        if declared.is_specific and any(similarity(declared, name_form(text)) >= SAME_NAME for text in texts):
            sentence = words.MATCH.with_(
                declared=clean(cell.raw), observed=clean(texts[0]), standing=hint_words("position", item)
            )
            return _verdict("position", cell, "match", "info", sentence, item)
    return None


def _by_distance(cell: Cell, item: Evidence, metres: float) -> Verdict:
    told = {
        "declared": clean(cell.raw),
        "observed": hint_words("position", item),
        "standing": words.METRES.with_(metres=round(metres)),
    }
    if metres <= SAME_PLACE_M:
        return _verdict("position", cell, "match", "info", words.MATCH.with_(**told), item)
    if metres <= NEAR_PLACE_M:
        return _verdict("position", cell, "within_tolerance", "info", words.WITHIN.with_(**told), item)
    return _verdict("position", cell, "mismatch", "low", words.MISMATCH.with_(**told), item)


def _coordinates(value: Value) -> tuple[float, float] | None:
    if not isinstance(value, Mapping):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)) and (latitude or longitude):
        return float(latitude), float(longitude)
    return None


def _network(cell: Cell, camera: SurveyRecord) -> Verdict | None:
    """An analogue camera exists only as a recorder's channel (facts: networks)."""
    if cell.canonical.split(";")[0] != "COAX_ANALOG" or not any(view.role == "camera" for view in camera.views):
        return None
    told = {"declared": clean(cell.raw), "observed": camera.device, "standing": words.ANALOGUE}
    return _verdict("network", cell, "mismatch", "low", words.MISMATCH.with_(**told), observed=camera.device)


def _listed(field: str, hints: Sequence[Evidence]) -> Text:
    told = [hint_words(field, item) for item in hints[:_MOST_HINTS]]
    return Text(en="; ".join(text.en for text in told), th="; ".join(text.th for text in told))


def _joined(one: Text, other: Text) -> Text:
    return Text(en=f"{one.en} {other.en}", th=f"{one.th} {other.th}")


def _verdict(
    field: str,
    cell: Cell | None,
    word: VerdictWord,
    severity: Severity,
    sentence: Text,
    item: Evidence | None = None,
    *,
    observed: Value = None,
) -> Verdict:
    return Verdict(
        field,
        word,
        severity,
        sentence,
        raw=cell.raw if cell else None,
        canonical=cell.canonical if cell else None,
        observed=item.value if item else observed,
        standing=item.source.standing.word if item else None,
        source=item.source.method if item else None,
    )
