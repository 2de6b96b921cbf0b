"""One cell of the official form: its value, its marks and where it comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from cctv_probe.compare.comparison import RowResult
from cctv_probe.compare.matching.declared import Cell, DeclaredCell
from cctv_probe.compare.output import form_words as words
from cctv_probe.compare.output.form_words import Mark
from cctv_probe.compare.verdicts.judge import is_unreadable
from cctv_probe.compare.verdicts.observed import Moment, Observed, observed
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.evidence import Evidence, Fact, Value
from cctv_probe.model.record import SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.display import hint_words, number, value_words
from cctv_probe.survey.result import differs
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import moment_words, source_words, standing_words

Shown = str | int | float | None
LONGEST_VALUE = 500
_MOST_OTHERS = 6
_LONGEST_LINE = 700
_LONGEST_OTHER = 200
_NOTHING = frozenset({"", "missing", "unknown"})
_DIFFERING = frozenset({"mismatch", "sources_disagree"})


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell. `value` is None where the cell stays empty; then `remarks` say why. All texts are in one language."""

    field: str
    value: Shown
    marks: tuple[Mark, ...] = ()
    standing: str = ""
    source: str = ""
    moment: str = ""
    plus_minus: str = ""
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    language: Language = "th"

    def lines(self) -> tuple[str, ...]:
        """What the comment says."""
        told: list[Text] = []
        if self.standing:
            value = f"{self.shown} {self.plus_minus}".strip()
            told.append(words.KNOWN_BY.with_(standing=self.standing, value=value))
        if self.source:
            told.append(words.FROM.with_(source=self.source))
        if self.moment:
            told.append(words.SEEN.with_(moment=self.moment))
        return (*(text.in_(self.language) for text in told), *self.others, *self.remarks)

    @property
    def shown(self) -> str:
        """The value as a person reads it; `""` where the cell is empty."""
        return number(self.value) if isinstance(self.value, (int, float)) else self.value or ""


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes cells in one language; times in `zone`, ages counted to `moment`."""

    language: Language
    zone: tzinfo
    moment: Moment

    # --- Fields 6 to 11: as discovered ---

    def discovered(self, field: str, camera: SurveyRecord, row: RowResult | None) -> FormCell:
        """A cell that is filled from the network, never from the list."""
        fact, verdict = camera.fields[field], _verdict(row, field)
        seen = observed(camera, field, self.moment)
        if seen.chosen is None:
            return self._empty(field, fact, verdict)
        chosen = seen.chosen
        marks: list[Mark] = []
        if differs(camera, field) or (verdict and verdict.verdict in _DIFFERING):
            marks.append("differs")
        if seen.proxy:
            marks.append("proxy")
        if seen.age_days > self.moment.max_age_days:
            marks.append("old")
        return FormCell(
            field,
            self._value(field, chosen.value),
            tuple(marks),
            standing=standing_words(chosen.source.standing).in_(self.language),
            source=source_words(chosen.source.method).in_(self.language),
            moment=moment_words(chosen.seen_at, self.zone, self.language),
            plus_minus=f"± {number(chosen.plus_minus)}" if chosen.plus_minus else "",
            others=self._others(field, fact, chosen),
            remarks=self._told(self._remarks(field, seen, chosen, verdict)),
            language=self.language,
        )

    def _remarks(self, field: str, seen: Observed, chosen: Evidence, verdict: Verdict | None) -> list[Text]:
        told: list[Text] = []
        if verdict:
            told.append(verdict.sentence)
        elif seen.proxy:
            told.append(words.PROXY_BRAND if field == "brand" else words.PROXY)
        if seen.age_days > self.moment.max_age_days:
            told.append(words.OLD.with_(days=round(seen.age_days)))
        if field == "file_format" and _container(chosen.value) in (None, "", "not_observable"):
            told.append(words.CONTAINER_UNSEEN)
        return told

    def _empty(self, field: str, fact: Fact, verdict: Verdict | None) -> FormCell:
        """Nothing was discovered: the reason, what the list says, and nothing in the cell."""
        if fact.why_unknown:
            told = [words.UNKNOWN.with_(why=fact.why_unknown.text)]
        else:
            told = [words.ONLY_DECLARED.with_(declared=value_words(field, fact.value))]
        if verdict and verdict.raw and verdict.raw.strip():
            told.append(words.ROW_SAYS.with_(declared=clean(verdict.raw)))
        others = self._others(field, fact, fact.chosen)
        return FormCell(field, None, ("unknown",), others=others, remarks=self._told(told), language=self.language)

    def _others(self, field: str, fact: Fact, chosen: Evidence | None) -> tuple[str, ...]:
        """What else was found, one line each; `≠` before what says something else."""
        differing = {id(item) for item in disagreements(field, fact)}
        beside = [item for item in (fact.chosen, *fact.others) if item and item is not chosen]
        beside.sort(key=lambda item: id(item) not in differing)
        lines = [
            (words.BESIDE_DIFFERS if id(item) in differing else words.BESIDE).with_(other=_other(field, item))
            for item in beside
        ]
        told = list(dict.fromkeys(self._told(lines)))
        more = [words.MORE.with_(count=len(told) - _MOST_OTHERS).in_(self.language)] if len(told) > _MOST_OTHERS else []
        return (*told[:_MOST_OTHERS], *more)

    # --- Fields 1 to 5: as declared ---

    def declared(self, field: str, camera: SurveyRecord, row: RowResult | None) -> FormCell:
        """A cell that is filled from the list, else from what was declared for the survey."""
        cell = _declared_cell(field, row)
        fact = camera.fields[field]
        if row and cell:
            return self._from_list(field, cell, row)
        if fact.chosen is not None:
            return self._from_fact(field, fact, fact.chosen)
        told = [words.UNKNOWN.with_(why=fact.why_unknown.text)] if fact.why_unknown else []
        told += self._why_not_said(field, row)
        return FormCell(
            field,
            None,
            ("unknown",),
            others=self._others(field, fact, None),
            remarks=self._told(told),
            language=self.language,
        )

    def ticks(self, camera: SurveyRecord, row: RowResult | None) -> dict[str, FormCell]:
        """Field 3 as three boxes by purpose. All of them are unknown where the purposes are; an empty box is a no."""
        told = self.declared("purposes", camera, row)
        cell = _declared_cell("purposes", row)
        known: set[str] = set(cell.canonical.split("|")) if cell else _words_of(camera.fields["purposes"].value)
        chosen = known & set(words.PURPOSE_HEADINGS)
        if "unknown" not in told.marks and not chosen:
            why = words.NOT_READABLE.with_(declared=clean(told.shown))
            told = replace(told, value=None, marks=("unknown",), standing="", remarks=self._told([why]))
        empty = told if "unknown" in told.marks else FormCell("purposes", None, language=self.language)
        ticked = replace(told, value=words.TICK)
        return {part: ticked if part in chosen else empty for part in words.PURPOSE_HEADINGS}

    def _from_list(self, field: str, cell: Cell, row: RowResult) -> FormCell:
        verdict, canonical = _verdict(row, field), cell.canonical.strip()
        source = words.DECLARED_IN_ROW.with_(row=row.declared.row).in_(self.language)
        told = [verdict.sentence] if verdict else []
        if is_unreadable(canonical):
            why = words.NOT_READABLE.with_(declared=clean(cell.raw))
            return FormCell(field, None, ("unknown",), source=source, remarks=self._told([why]), language=self.language)
        marks: list[Mark] = []
        if verdict and verdict.verdict in _DIFFERING:
            marks.append("differs")
        doubted = cell.confidence == "low" or canonical.startswith("ambiguous")
        unsure = row.pair is not None and row.pair.confidence == "low"
        if doubted or unsure:
            marks.append("doubt")
        if doubted:
            told.append(words.READ_WITH_DOUBT)
        if unsure and row.pair:
            told.append(words.PAIR_UNSURE.with_(why=row.pair.why))
        return FormCell(
            field,
            clean(cell.raw, LONGEST_VALUE) or None,
            tuple(marks),
            standing=_DECLARED.in_(self.language),
            source=source,
            remarks=self._told(told),
            language=self.language,
        )

    def _from_fact(self, field: str, fact: Fact, chosen: Evidence) -> FormCell:
        return FormCell(
            field,
            self._value(field, chosen.value),
            standing=standing_words(chosen.source.standing).in_(self.language),
            source=words.DECLARED_WITH_RUN.in_(self.language),
            moment=moment_words(chosen.seen_at, self.zone, self.language),
            others=self._others(field, fact, chosen),
            language=self.language,
        )

    def _why_not_said(self, field: str, row: RowResult | None) -> list[Text]:
        verdict = _verdict(row, field)
        if row is None:
            return [words.NOT_IN_LIST] if field == "position" else []
        return [verdict.sentence] if verdict else [words.NOT_SAID]

    def _value(self, field: str, value: Value) -> Shown:
        """Numbers as numbers, of at most two decimals; everything else as people read it."""
        if isinstance(value, bool):
            return value_words(field, value).in_(self.language)
        if isinstance(value, float):
            return int(value) if value == int(value) else round(value, 2)
        if isinstance(value, int):
            return value
        return clean(value_words(field, value).in_(self.language), LONGEST_VALUE)

    def _told(self, texts: Sequence[Text]) -> tuple[str, ...]:
        return tuple(line for text in texts if (line := clean(text.in_(self.language), _LONGEST_LINE)))


_DECLARED = Text(en="declared", th="ระบุโดยเจ้าหน้าที่")


def _declared_cell(field: str, row: RowResult | None) -> Cell | None:
    """The row's cell where it says anything; for a position also the row's own coordinates."""
    cell = row.declared.cells.get(field) if row else None
    if cell is not None and cell.canonical.strip() not in _NOTHING:
        return cell
    if field != "position" or row is None:
        return None
    both = [row.declared.cells.get(name) for name in ("latitude", "longitude")]
    known = [each for each in both if each and each.canonical.strip() not in _NOTHING]
    if len(known) < len(both) or any(is_unreadable(each.canonical.strip()) for each in known):
        return None
    point = ", ".join(each.canonical.strip() for each in known)
    return DeclaredCell(point, point, known[0].confidence, known[0].rule)


def _verdict(row: RowResult | None, field: str) -> Verdict | None:
    return next((each for each in row.verdicts if each.field == field), None) if row else None


def _other(field: str, item: Evidence) -> Text:
    told, standing, source = (
        hint_words(field, item),
        standing_words(item.source.standing),
        source_words(item.source.method),
    )
    return Text(
        en=f"{clean(told.en, _LONGEST_OTHER)} – {standing.en}, {source.en}",
        th=f"{clean(told.th, _LONGEST_OTHER)} – {standing.th}, {source.th}",
    )


def _container(value: Value) -> object:
    return value.get("container") if isinstance(value, Mapping) else None


def _words_of(value: Value) -> set[str]:
    return {str(item) for item in value} if isinstance(value, (tuple, list)) else set()
