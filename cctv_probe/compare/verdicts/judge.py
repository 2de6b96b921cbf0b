"""The verdicts on the eleven fields of a declared camera that was paired with a discovered one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cctv_probe.compare.matching.declared import Cell
from cctv_probe.compare.verdicts import formats, numbers, pictures, words
from cctv_probe.compare.verdicts.hinted import judge_hinted
from cctv_probe.compare.verdicts.observed import Moment, Observed, observed
from cctv_probe.compare.verdicts.verdict import SEVERITIES, Outcome, Verdict, VerdictWord, milder
from cctv_probe.model.evidence import Evidence, Value
from cctv_probe.model.finding import Severity
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.display import value_words
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import source_words, standing_words

HINTED = ("owner", "position", "purposes", "linked_agencies", "network")
"""Fields 1 to 5: the list says them, the network gives hints at most."""

_UNREADABLE = re.compile(r"(suspect|wrong_field):.*|unparsable|broken")
_NOTHING = frozenset({"", "missing"})
_UNTOLD = frozenset({"unknown"})
_SENTENCES: dict[VerdictWord, Text] = {
    "match": words.MATCH,
    "within_tolerance": words.WITHIN,
    "family_match": words.FAMILY_MATCH,
    "mismatch": words.MISMATCH,
    "maturing": words.MISMATCH,
    "parse_suspect": words.SUSPECT,
    "not_assessed": words.NOT_COMPARABLE,
}
_GRAVITY: dict[VerdictWord, Severity] = {
    "sources_disagree": "medium", "not_observed": "low", "camera_missing": "high", "stale": "low", "parse_suspect": "low",
}  # fmt: skip
_MISMATCH: dict[str, Severity] = {
    "owner": "medium", "position": "medium", "network": "low", "brand": "medium", "resolution": "medium",
    "max_resolution": "medium", "retention_days": "high", "frame_rate": "medium", "file_format": "low",
}  # fmt: skip


def judge(
    cells: Mapping[str, Cell],
    camera: SurveyRecord,
    moment: Moment,
    *,
    accepted: Mapping[str, tuple[str, str]] | None = None,
    unsure_pair: bool = False,
) -> tuple[Verdict, ...]:
    """One verdict for each of the eleven fields, in the order of the form.

    `accepted` holds, by field, the observed value (as `observed_text` gives it) whose difference was accepted, and why.
    """
    found = [
        judge_hinted(field, cells, camera)
        if field in HINTED
        else _judge(field, cells.get(field), camera, moment, unsure_pair=unsure_pair)
        for field in FIELDS
    ]
    return tuple(_accepted(verdict, (accepted or {}).get(verdict.field)) for verdict in found)


def observed_text(field: str, value: Value) -> str:
    """A discovered value as decisions keep it."""
    return value_words(field, value).en


def is_unreadable(canonical: str) -> bool:
    """Whether a canonical value says that a cell could not be read as its field."""
    return bool(_UNREADABLE.fullmatch(canonical))


def is_nothing(cell: Cell | None) -> bool:
    """Whether a cell declares nothing at all."""
    return cell is None or cell.canonical.strip() in _NOTHING


def _judge(field: str, cell: Cell | None, camera: SurveyRecord, moment: Moment, *, unsure_pair: bool) -> Verdict:
    seen = observed(camera, field, moment)
    told = _Told(field, cell, camera, seen, unsure_pair)
    if cell is None or is_nothing(cell) or cell.canonical in _UNTOLD:
        return told.undeclared()
    canonical = cell.canonical.strip()
    if is_unreadable(canonical) and canonical != "suspect:mpeg4":
        return told.said("parse_suspect", words.SUSPECT)
    if seen.chosen is None:
        return told.not_observed()
    if seen.age_days > moment.max_age_days:
        return told.said("stale", words.STALE, days=round(seen.age_days))
    if field == "brand" and seen.proxy and not _outcome(field, cell, camera, seen.value, ("match",)):
        return told.not_observed(words.PROXY_BRAND)
    outcomes = [_compare(field, cell, camera, item.value) for item in (seen.chosen, *seen.rivals)]
    outcome = outcomes[0]
    if seen.rivals and len({each.is_compliant for each in outcomes if each}) > 1:
        return told.disagreeing()
    if outcome is None:
        return told.not_comparable()
    return told.of(outcome)


def _outcome(field: str, cell: Cell, camera: SurveyRecord, value: Value, wanted: tuple[str, ...]) -> bool:
    outcome = _compare(field, cell, camera, value)
    return outcome is not None and outcome.verdict in wanted


def _compare(field: str, cell: Cell, camera: SurveyRecord, value: Value) -> Outcome | None:
    """What the field's rule says of the declared cell and one discovered value."""
    canonical = cell.canonical.strip()
    if field == "brand":
        return pictures.brand(canonical, value)
    if field in ("resolution", "max_resolution"):
        return pictures.resolution(canonical, value, raw=cell.raw, unsure=cell.confidence == "low")
    if field == "frame_rate":
        return numbers.frame_rate(canonical, value)
    if field == "file_format":
        return formats.file_format(canonical, value)
    return _retention(cell, camera, value)


def _retention(cell: Cell, camera: SurveyRecord, value: Value) -> Outcome | None:
    canonical, kept = cell.canonical.strip(), camera.retention
    if canonical == "until_full":
        configured = kept.configured_days.value
        return numbers.until_full(configured, value) or Outcome("not_observed", note=words.SETTING_UNKNOWN)
    if kept.verdict == "not_observed" and not kept.complete:
        return Outcome("not_observed", note=words.UNFINISHED_SAMPLES)
    approximate = "approx" in cell.rule or "ประมาณ" in cell.raw
    return numbers.retention(canonical, value, maturing=kept.verdict == "maturing", approximate=approximate)


class _Told:
    """Verdicts on one field, with the sentence and the severity that belong to each."""

    def __init__(self, field: str, cell: Cell | None, camera: SurveyRecord, seen: Observed, unsure_pair: bool) -> None:
        self.field, self.cell, self.camera, self.seen, self.unsure_pair = field, cell, camera, seen, unsure_pair
        chosen = seen.chosen
        self.shown = {
            "declared": clean(cell.raw) if cell and cell.raw.strip() else "—",
            "observed": value_words(field, seen.value),
            "standing": standing_words(chosen.source.standing) if chosen else "—",
        }

    def of(self, outcome: Outcome) -> Verdict:
        """The verdict that a rule came to."""
        if outcome.verdict == "not_observed":
            return self.not_observed(outcome.note)
        more = outcome.verdict == "match" and outcome.direction == "understated"
        sentence = words.UNDERSTATED if more else _SENTENCES[outcome.verdict]
        return self.said(outcome.verdict, sentence, outcome)

    def said(self, word: VerdictWord, template: Text, outcome: Outcome | None = None, **more: object) -> Verdict:
        """A verdict whose sentence is filled with what was declared and found, and with `more`."""
        return self._verdict(word, template.with_(**{**self.shown, **more}), outcome)

    def _verdict(self, word: VerdictWord, sentence: Text, outcome: Outcome | None = None) -> Verdict:
        """A verdict with its notes and severity. `sentence` is filled already: what devices say is never a template."""
        chosen, cell, outcome = self.seen.chosen, self.cell, outcome or Outcome(word)
        severity = _MISMATCH.get(self.field, "low") if word == "mismatch" else _GRAVITY.get(word, "info")
        steps = self.seen.proxy + self.unsure_pair + bool(cell and cell.confidence == "low")
        if word == "mismatch":
            steps += (outcome.direction == "understated") + (outcome.note is words.LABEL)
            severity = max(milder(severity, steps), "low", key=SEVERITIES.index)
        else:
            severity = milder(severity, steps if word == "sources_disagree" else 0)
        return Verdict(
            self.field,
            word,
            severity,
            _joined([sentence, *self._notes(word, outcome)]),
            direction=outcome.direction,
            raw=cell.raw if cell else None,
            canonical=cell.canonical if cell else None,
            observed=self.seen.value,
            standing=chosen.source.standing.word if chosen else None,
            source=chosen.source.method if chosen else None,
            proxy=self.seen.proxy,
        )

    def _notes(self, word: VerdictWord, outcome: Outcome) -> list[Text]:
        notes = [outcome.note] if outcome.note else []
        if self.seen.proxy and self.seen.chosen and word not in ("parse_suspect", "not_observed"):
            notes.append(words.PROXY_BRAND if self.field == "brand" else words.PROXY)
        if self.cell and self.cell.confidence == "low" and word not in ("parse_suspect", "undeclared", "not_assessed"):
            notes.append(words.UNSURE)
        if self.unsure_pair:
            notes.append(words.UNSURE_PAIR)
        return notes

    def undeclared(self) -> Verdict:
        """Nothing was declared: what was found stands alone, or nothing is known at all."""
        if self.seen.chosen is not None:
            return self.said("undeclared", words.UNDECLARED)
        return self.said("not_assessed", words.NOTHING, why=self._why())

    def not_observed(self, note: Text | None = None) -> Verdict:
        """Declared, and not readable for a reason."""
        return self.said("not_observed", words.NOT_OBSERVED, why=note or self._why())

    def not_comparable(self) -> Verdict:
        """Both sides say something that cannot be held against each other."""
        return self.said("not_assessed", words.NOT_COMPARABLE)

    def disagreeing(self) -> Verdict:
        """The camera's own sources say different things, of which only some agree with what is declared."""
        told = [self._according(item) for item in (self.seen.chosen, *self.seen.rivals) if item]
        listed = Text(en="; ".join(text.en for text in told), th="; ".join(text.th for text in told))
        return self.said("sources_disagree", words.DISAGREE, sources=listed)

    def _according(self, item: Evidence) -> Text:
        value, source = value_words(self.field, item.value), source_words(item.source.method)
        return Text(en=f"{value.en} ({source.en})", th=f"{value.th} ({source.th})")

    def _why(self) -> Text:
        why = self.camera.fields[self.field].why_unknown
        return why.text if why else Text(en="", th="")


def _joined(texts: list[Text]) -> Text:
    return Text(en=" ".join(text.en for text in texts).strip(), th=" ".join(text.th for text in texts).strip())


def _accepted(verdict: Verdict, acceptance: tuple[str, str] | None) -> Verdict:
    """`accepted` where somebody accepted this very difference; a verdict that needs no acceptance stays."""
    if acceptance is None or verdict.verdict not in ("mismatch", "sources_disagree"):
        return verdict
    value, reason = acceptance
    if observed_text(verdict.field, verdict.observed) != value:
        return verdict
    sentence = words.ACCEPTED.with_(declared=clean(verdict.raw or "—"), observed=clean(value), reason=clean(reason))
    return Verdict(
        verdict.field,
        "accepted",
        "info",
        sentence,
        direction=verdict.direction,
        raw=verdict.raw,
        canonical=verdict.canonical,
        observed=verdict.observed,
        standing=verdict.standing,
        source=verdict.source,
        proxy=verdict.proxy,
    )
