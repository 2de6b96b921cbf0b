"""Cameras that were found and that the list does not have, ready to stand at its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.output import corrected_words as words
from cctv_probe.compare.output.corrected_changes import identity_of
from cctv_probe.compare.output.form_cells import Cells, FormCell
from cctv_probe.compare.output.form_rows import LISTED_CLASSES
from cctv_probe.compare.verdicts.judge import HINTED
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language
from cctv_probe.survey.result import Survey
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import site_zone

_NONE = "–"


@dataclass(frozen=True, slots=True)
class NewCamera:
    """One camera. `told` by column key: what identifies it; `cells` by field: what was discovered, a recorder's brand left out; `about`
    says how to find it and what hints at its place."""

    told: dict[str, str | int]
    cells: dict[str, FormCell]
    about: tuple[str, ...]


def new_cameras(comparison: Comparison, survey: Survey, language: Language) -> tuple[NewCamera, ...]:
    """The undeclared cameras of places that the survey asks for, and of places nobody has classed yet."""
    moment = Moment(comparison.options.now, comparison.options.max_age_days)
    cells = Cells(language, site_zone(survey.run.time_zone), moment)
    return tuple(
        _new(each.found, cells, language)
        for each in comparison.undeclared
        if not each.asked_about and each.found.camera.scope_class != "closed"
    )


def left_out(comparison: Comparison) -> tuple[int, tuple[str, ...]]:
    """(how many in closed places, the names of those that a row may already mean)."""
    closed = sum(each.found.camera.scope_class == "closed" for each in comparison.undeclared)
    asked = tuple(
        clean(each.found.camera.name or each.found.camera.device, 80)
        for each in comparison.undeclared
        if each.asked_about and each.found.camera.scope_class != "closed"
    )
    return closed, asked


def _new(found: FoundCamera, cells: Cells, language: Language) -> NewCamera:
    camera = found.camera
    told: dict[str, str | int | None] = {
        "name": camera.name,
        "channel": camera.channel,
        "model": found.model,
        **identity_of(found),
    }
    shown = {key: clean(str(value), 120) if value else _NONE for key, value in told.items() if key != "model"}
    about = [words.IDENTITY.with_(**shown)]
    if camera.scope_class not in LISTED_CLASSES:
        about.append(words.UNCLASSED)
    fields = {
        field: cells.declared(field, camera, None) if field in HINTED else cells.discovered(field, camera, None)
        for field in FIELDS
        if field != "purposes" and not (field == "brand" and camera.fields["brand"].proxy)
    }
    kept = {key: clean(value, 120) if isinstance(value, str) else value for key, value in told.items() if value}
    return NewCamera(kept, fields, (*(text.in_(language) for text in about), *fields["position"].others))
