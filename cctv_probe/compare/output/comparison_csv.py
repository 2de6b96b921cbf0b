"""`comparison.csv`: one line a declared camera, then one for each undeclared one, for Excel as Thai offices have it (UTF-8 with BOM).

Words of states, keys and verdicts are those of the contract; sentences are in one language. No cell can start a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from cctv_probe.compare.comparison import RowResult, UndeclaredCamera
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.output.listing import places
from cctv_probe.compare.output.sides import Compared, declared_place, side_words, sides
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.write_csv import guarded

_HEAD = (
    "row", "key", "name", "declared_address", "state", "code", "found_id", "found_name", "found_address", "found_channel",
    "matched_by", "confidence", "score", "moved", "swapped_with", "why",
)  # fmt: skip
_PARTS = ("declared", "canonical", "configured", "measured", "verdict", "direction", "severity", "sentence")
COLUMNS = (*_HEAD, *(f"{field}_{part}" for field in FIELDS for part in _PARTS))
"""The header, in order: for every field what was written, how it was read, what the device is set to, what was measured,
and the verdict with its sentence."""


def comparison_csv_text(compared: Compared, language: Language) -> str:
    """The table's text without its BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for place, row in zip(places(compared.listed), compared.comparison.rows, strict=True):
        writer.writerow([*_head(place, row, language), *_fields(row.verdicts, row.found, language)])
    for each in compared.comparison.undeclared:
        writer.writerow([*_undeclared(each), *_fields(each.verdicts, each.found, language)])
    return out.getvalue()


def write_comparison_csv(compared: Compared, path: Path, language: Language) -> None:
    """Write `comparison.csv` in one step. Raises CannotWriteError."""
    write_atomically(path, comparison_csv_text(compared, language).encode("utf-8-sig"))


def _head(place: str, row: RowResult, language: Language) -> list[str]:
    declared, pair = row.declared, row.pair
    reasons = [row.why, *(finding.text for finding in pair.findings)] if pair else [row.why]
    return [
        guarded(place),
        guarded(declared.key),
        guarded(declared.name or declared.place or ""),
        guarded(declared_place(row)),
        row.state,
        row.code or "",
        *_found(row.found),
        pair.key if pair else "",
        pair.confidence if pair else "",
        f"{pair.score:g}" if pair else "",
        ("yes" if pair.moved else "no") if pair else "",
        guarded(pair.swapped_with or "") if pair else "",
        guarded(" ".join(reason.in_(language) for reason in reasons)),
    ]


def _undeclared(each: UndeclaredCamera) -> list[str]:
    code = "asked_about" if each.asked_about else ""
    return ["", "", "", "", "undeclared", code, *_found(each.found), *[""] * (len(_HEAD) - 10)]


def _found(found: FoundCamera | None) -> list[str]:
    if found is None:
        return ["", "", "", ""]
    camera = found.camera
    return [guarded(found.key), guarded(camera.name or ""), guarded(camera.device), str(camera.channel)]


def _fields(verdicts: Sequence[Verdict], found: FoundCamera | None, language: Language) -> list[str]:
    return [cell for verdict in verdicts for cell in _field(verdict, found, language)]


def _field(verdict: Verdict, found: FoundCamera | None, language: Language) -> list[str]:
    beside = sides(found, verdict.field)
    told = (side_words(verdict.field, beside.configured), side_words(verdict.field, beside.measured))
    return [
        guarded(verdict.raw or ""),
        guarded(verdict.canonical or ""),
        *(_said(text, language) for text in told),
        verdict.verdict,
        verdict.direction or "",
        verdict.severity,
        _said(verdict.sentence, language),
    ]


def _said(text: Text | None, language: Language) -> str:
    return guarded(text.in_(language)) if text else ""
