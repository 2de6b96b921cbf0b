"""The official form as values: its heading, one row for each real camera, and the notes under the table. Pure.

Start here: `official_form` makes from a survey (and a comparison, where there is one) what the XLSX and the HTML write down.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.compare.comparison import Comparison, RowResult
from cctv_probe.compare.matching.declared import Cell
from cctv_probe.compare.output import form_words as words
from cctv_probe.compare.output.form_cells import Cells, FormCell
from cctv_probe.compare.output.form_words import COLUMNS, thai_digits
from cctv_probe.compare.registry.provinces import province_of
from cctv_probe.compare.verdicts.judge import HINTED
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.model.record import SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.display import camera_title, place_words
from cctv_probe.survey.result import Survey, stayed_closed
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import parse_utc, site_zone

LISTED_CLASSES = ("public", "adjoining_road")
"""What the survey asks for: places the public can enter and the roads next to them (facts: scope)."""
_BUDDHIST_YEARS = 543
_MOST_NAMES = 12
_LONGEST_NAME = 80
_LAO_CODE = re.compile(r"\d{8}")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One camera. `cells` by `Column.key`; `number` counts from 1."""

    number: int
    camera: str
    cells: Mapping[str, FormCell]


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """The form in one language. `agency`, `lao_code` and `province` are `""` where they are not known: to be filled by hand.

    `as_of` is a date in words, Buddhist year and Thai digits in Thai; `notes` are whole sentences.
    """

    language: Language
    agency: str
    lao_code: str
    province: str
    as_of: str
    filled_by: str
    rows: tuple[FormRow, ...]
    notes: tuple[str, ...]
    made_at: datetime


def official_form(comparison: Comparison | None, survey: Survey, language: Language) -> OfficialForm:
    """The form for a survey; with a comparison fields 1 to 5 come from the rows of the list."""
    run = survey.run
    finished = _moment(run.finished_utc, run.started_utc)
    age = Moment(comparison.options.now, comparison.options.max_age_days) if comparison else Moment(finished)
    zone = site_zone(run.time_zone)
    cells = Cells(language, zone, age)
    paired = {_key(row.found.camera): row for row in comparison.rows if row.found} if comparison else {}
    listed = [camera for camera in survey.cameras if camera.scope_class in LISTED_CLASSES]
    rows = tuple(
        FormRow(number, _name(camera, language), _cells_of(cells, camera, paired.get(_key(camera))))
        for number, camera in enumerate(listed, 1)
    )
    agency, code = _owner(survey, comparison)
    return OfficialForm(
        language,
        agency,
        code,
        _province(code, comparison, language),
        _date(finished.astimezone(zone), language),
        words.FILLED_BY.with_(program=clean(run.program, 60)).in_(language),
        rows,
        tuple(note.in_(language) for note in _notes(comparison, survey, listed)),
        finished,
    )


def _moment(*texts: str) -> datetime:
    """The first text that is a time; the beginning of the Unix clock where none is."""
    for text in (*texts, "1970-01-01T00:00:00Z"):
        try:
            return parse_utc(text)
        except (ValueError, OverflowError):
            continue
    raise AssertionError("the last text is a time")


def _key(camera: SurveyRecord) -> tuple[str, str, str, int]:
    return camera.id, camera.device_id, camera.device, camera.channel


def _cells_of(cells: Cells, camera: SurveyRecord, row: RowResult | None) -> dict[str, FormCell]:
    ticks = cells.ticks(camera, row)
    made: dict[str, FormCell] = {}
    for column in COLUMNS:
        if column.part:
            made[column.key] = ticks[column.part]
        elif column.field in HINTED:
            made[column.key] = cells.declared(column.field, camera, row)
        else:
            made[column.key] = cells.discovered(column.field, camera, row)
    return made


# --- The heading ---


def _owner(survey: Survey, comparison: Comparison | None) -> tuple[str, str]:
    """(name, LAO code) of the agency: as the scope file says, else as most rows of the list do."""
    names: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for camera in survey.cameras:
        value = camera.fields["owner"].value
        if isinstance(value, Mapping):
            names[clean(str(value.get("name") or ""))] += 1
            codes[clean(str(value.get("lao_code") or ""), 20)] += 1
    code = survey.run.lao_code or _most(codes)
    name = _most(names)
    for cell in _cells_called(comparison, "owner"):
        found = re.search(r"code=(\d{8})", cell.canonical)
        names[clean(cell.raw)] += not _LAO_CODE.fullmatch(cell.raw.strip())
        codes[found[1] if found else ""] += 1
    return name or _most(names), clean(code or _most(codes), 20)


def _province(code: str, comparison: Comparison | None, language: Language) -> str:
    """The province of the LAO code; where it has none, the one that most rows of the list name."""
    if province := province_of(code):
        return province.name.in_(language)
    told = Counter(
        re.sub(r"^(?:จังหวัด|จ\.)\s*", "", clean(cell.raw, 40))
        for cell in _cells_called(comparison, "province")
        if cell.canonical.strip() not in ("missing", "unknown", "unparsable")
    )
    return _most(told)


def _cells_called(comparison: Comparison | None, field: str) -> list[Cell]:
    rows = comparison.rows if comparison else ()
    return [cell for row in rows if (cell := row.declared.cells.get(field))]


def _most(counted: Counter[str]) -> str:
    return next((text for text, count in counted.most_common() if text and count), "")


def _date(day: datetime, language: Language) -> str:
    thai = language == "th"
    year = day.year + _BUDDHIST_YEARS if thai else day.year
    told = words.DATE.with_(day=day.day, month=words.MONTHS[day.month - 1], year=year).in_(language)
    return thai_digits(told) if thai else told


# --- The notes under the table ---


def _notes(comparison: Comparison | None, survey: Survey, listed: Sequence[SurveyRecord]) -> list[Text]:
    classes = Counter(camera.scope_class for camera in survey.cameras)
    told = [words.LISTED.with_(count=len(listed), public=classes["public"], roads=classes["adjoining_road"])]
    broken = [camera for camera in listed if camera.working.value is False]
    closed = [device.address for device in survey.devices if stayed_closed(device)]
    others = [camera for camera in survey.cameras if camera.scope_class not in (*LISTED_CLASSES, "closed")]
    told += _counted(words.NOT_WORKING, map(_title, broken))
    if classes["closed"]:
        told.append(words.CLOSED_COUNT.with_(count=classes["closed"]))
    told += _counted(words.UNKNOWN_COUNT, map(_title, others))
    told += _counted(words.NO_LOGIN, closed)
    for template, states in _STATES if comparison else ():
        told += _counted(template, (_row_name(row) for row in comparison.rows if row.state in states))  # type: ignore[union-attr]  # asked above
    if not survey.run.complete:
        told.append(words.UNFINISHED)
    return told


_STATES = (
    (words.MISSING, ("camera_missing", "absent")),
    (words.NOT_OBSERVED, ("not_observed",)),
    (words.TO_DECIDE, ("needs_decision",)),
)


def _counted(template: Text, names: Iterable[str]) -> list[Text]:
    every = list(names)
    if not every:
        return []
    shown = ", ".join(clean(name, _LONGEST_NAME) for name in every[:_MOST_NAMES])
    return [template.with_(count=len(every), names=f"{shown}, …" if len(every) > _MOST_NAMES else shown)]


def _title(camera: SurveyRecord) -> str:
    return camera_title(camera).en


def _name(camera: SurveyRecord, language: Language) -> str:
    return clean(camera_title(camera, place_words(camera)).in_(language), _LONGEST_NAME)


def _row_name(row: RowResult) -> str:
    one = row.declared
    return one.name or one.place or one.camera_id or one.address or one.key
