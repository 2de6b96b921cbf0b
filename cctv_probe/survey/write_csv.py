"""`survey.csv`: one line a camera, for Excel as Thai offices have it (UTF-8 with BOM, CRLF).

Values and the words of standing and source are those of the record contract; notes are sentences in one language.
No cell can start a formula, and no name can become a date.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from cctv_probe.model.evidence import Fact, Value
from cctv_probe.model.record import FIELDS, RetentionRecord, SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.display import hint_words, number, recorder_places, value_words
from cctv_probe.survey.result import Survey, addresses, by_place
from cctv_probe.survey.retention_words import was_looked_at
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import source_words

_HEAD = ("id", "name", "device", "channel", "kind", "scope_class")
_BESIDE = ("standing", "source", "note")
_RECORDINGS = (
    "retention_verdict", "retention_direction", "configured_days", "oldest_playable_days", "coverage_ratio",
    "coverage_low", "coverage_high", "longest_gap_s", "recording_mode", "gaps", "samples", "played",
)  # fmt: skip
COLUMNS = (
    *_HEAD,
    *FIELDS,
    *(f"{field}_{part}" for field in FIELDS for part in _BESIDE),
    "working",
    "findings",
    *_RECORDINGS,
    "recorded_by",
)
"""The header, in order. `recorded_by` names the recorders that show the camera, `address/channel` parted by `|`. The columns
before it stand beside field 9 and are empty where recordings were not looked at; gaps are
ISO 8601 intervals in UTC, parted by `|`."""

_LONGEST_CELL = 2000
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_EXCEL_CHANGES_IT = re.compile(r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?|0\d+|\d{12,}|\d+[eE]\d+|\d{1,2}:\d{2}(:\d{2})?")
"""Text that Excel would read as a date, a time or a number with other digits (`7-15` → 15-ก.ค.)."""

_DIFFERS = Text(en="the data differ: {others}", th="ข้อมูลไม่ตรงกัน: {others}")
_PROXY = Text(en="read from the live stream, not from a recording", th="อ่านจากภาพสด ไม่ใช่จากภาพที่บันทึก")
_BRAND_PROXY = Text(en="the recorder's brand", th="ยี่ห้อของเครื่องบันทึก")


def csv_text(survey: Survey, language: Language) -> str:
    """The table's text without its BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    kinds = {place: device.kind.value for place, (device, _) in by_place(survey).items()}
    places = addresses(survey.devices)
    for camera in survey.cameras:
        kind = kinds.get((camera.device_id, camera.device), "unknown")
        writer.writerow([*_row(camera, kind, language), _recorded_by(camera, places)])
    return out.getvalue()


def write_csv(survey: Survey, path: Path, language: Language) -> None:
    """Write `survey.csv` to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, csv_text(survey, language).encode("utf-8-sig"))


def guarded(text: str, limit: int = _LONGEST_CELL) -> str:
    """`text` as a cell that no spreadsheet runs or rewrites: where it might, an apostrophe stands before it.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    starts_badly = text.lstrip(" \u00a0\ufeff").startswith(_STARTS_FORMULA)
    cell = clean(text, limit)
    if starts_badly or cell.startswith(_STARTS_FORMULA) or _EXCEL_CHANGES_IT.fullmatch(cell):
        return f"'{cell}"
    return cell


def _row(camera: SurveyRecord, kind: str, language: Language) -> list[str]:
    name = guarded(camera.name or "", 160)
    head = [guarded(camera.id), name, guarded(camera.device), str(camera.channel), kind, camera.scope_class]
    values = [_cell(field, camera.fields[field].value, language) for field in FIELDS]
    beside = [cell for field in FIELDS for cell in _beside(field, camera.fields[field], language)]
    findings = " | ".join(finding.text.in_(language) for finding in camera.findings)
    recordings = _recordings(camera.retention, language)
    return [*head, *values, *beside, _working(camera.working, language), guarded(findings), *recordings]


def _recorded_by(camera: SurveyRecord, places: Mapping[str, str]) -> str:
    here = [(camera.device, camera.channel)] if camera.views[0].role == "recorder" else []
    recorders = [*here, *recorder_places(camera, places)]
    return guarded("|".join(f"{address}/{number}" for address, number in recorders))


def _recordings(retention: RetentionRecord, language: Language) -> list[str]:
    """The cells of `_RECORDINGS`, words as the contract writes them."""
    if not was_looked_at(retention):
        return [""] * len(_RECORDINGS)
    low, high = retention.coverage_interval or (None, None)
    values: list[Value] = [
        retention.verdict,
        retention.direction,
        retention.configured_days.value,
        retention.oldest_playable_days.value,
        retention.coverage_ratio.value,
        low,
        high,
        retention.longest_gap_s.value,
        retention.recording_mode.value,
        tuple("/".join(gap) for gap in retention.gaps),
        retention.samples,
        retention.played,
    ]
    return [guarded(value) if isinstance(value, str) else _cell("", value, language) for value in values]


def _cell(field: str, value: Value, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, (tuple, list)):
        return guarded("|".join(str(item) for item in value))
    return guarded(value_words(field, value).in_(language))


def _beside(field: str, fact: Fact, language: Language) -> tuple[str, str, str]:
    standing = fact.chosen.source.standing.word if fact.chosen else ""
    source = fact.chosen.source.method if fact.chosen else ""
    return standing, guarded(source), guarded(_note(field, fact, language))


def _note(field: str, fact: Fact, language: Language) -> str:
    if fact.why_unknown:
        return fact.why_unknown.text.in_(language)
    notes = [(_BRAND_PROXY if field == "brand" else _PROXY).in_(language)] if fact.proxy else []
    differing = [
        f"{hint_words(field, other).in_(language)} – {source_words(other.source.method).in_(language)}"
        for other in disagreements(field, fact)
    ]
    if differing:
        notes.insert(0, _DIFFERS.with_(others="; ".join(dict.fromkeys(differing))).in_(language))
    return " · ".join(notes)


def _working(fact: Fact, language: Language) -> str:
    if fact.why_unknown:
        return guarded(fact.why_unknown.text.in_(language))
    return guarded(value_words("working", fact.value).in_(language))
