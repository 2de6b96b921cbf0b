"""`comparison.html`: declared, configured and measured side by side. One file without script or outside resource, for A4.

Every string passes `html_text`; a content policy forbids whatever might slip through.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from cctv_probe.compare.comparison import RowResult
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.output import words
from cctv_probe.compare.output.comparison_page import sections
from cctv_probe.compare.output.listing import places
from cctv_probe.compare.output.sides import (
    Compared,
    called,
    declared_place,
    found_place,
    found_title,
    has_differences,
    numbered_fields,
    side_words,
    sides,
    was_anything_compared,
)
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.evidence import Evidence
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.html_card import finding_list
from cctv_probe.survey.html_text import Page, safe, tag
from cctv_probe.survey.words import moment_words, parse_utc, site_zone, source_words

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MARKED = ("mismatch", "sources_disagree", "parse_suspect", "camera_missing")
_COLUMNS = (
    '<colgroup><col class="no"><col class="name"><col class="side"><col class="side"><col class="side"><col></colgroup>'
)


def comparison_html_text(compared: Compared, language: Language) -> str:
    """The whole page."""
    page = _Page(language)
    style = resources.files("cctv_probe.survey").joinpath("report.css").read_text(encoding="utf-8")
    own = resources.files(__package__).joinpath("comparison.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{page(words.TITLE)}</title><style>\n{style}{own}</style>"
    )
    foot = tag("footer", page(words.FOOT.with_(program=compared.comparison.survey.run.program)))
    parts = [_title(page, compared), _tiles(page, compared), *sections(page, compared, _cards(page, compared)), foot]
    body = tag("main", "\n".join(part for part in parts if part))
    return f'<!doctype html>\n<html lang="{language}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


class _Page(Page):
    """A page that remembers what it wrote: the same words stand beside thousands of values."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._written: dict[tuple[str, str], str] = {}

    def __call__(self, text: Text) -> str:
        key = text.pair()
        if key not in self._written:
            self._written[key] = super().__call__(text)
        return self._written[key]


def write_comparison_html(compared: Compared, path: Path, language: Language) -> None:
    """Write `comparison.html` in one step. Raises CannotWriteError."""
    write_atomically(path, comparison_html_text(compared, language).encode("utf-8"))


def _title(page: Page, compared: Compared) -> str:
    run = compared.comparison.survey.run
    try:
        moment = moment_words(parse_utc(run.started_utc), site_zone(run.time_zone), page.language)
    except ValueError:
        moment = run.started_utc
    lead = words.LIST_AND_RUN.with_(file=compared.listed.file, moment=moment, ranges=", ".join(run.ranges))
    none = "" if was_anything_compared(compared) else tag("p", _none_paired(page, compared), kind="warning")
    return tag("header", tag("h1", page(words.TITLE)) + tag("p", page(lead), kind="lead")) + none


def _none_paired(page: Page, compared: Compared) -> str:
    return page(words.NONE_PAIRED.with_(file=compared.listed.file))


def _tiles(page: Page, compared: Compared) -> str:
    counts, rows = compared.comparison.counts, compared.comparison.rows
    state = counts.states.get
    numbers = (
        counts.declared,
        counts.found,
        state("paired", 0),
        sum(has_differences(row) for row in rows),
        state("needs_decision", 0),
        state("camera_missing", 0),
        counts.undeclared,
    )
    calm = 3  # the first tiles count, the others ask for attention
    items = [
        tag("li", tag("b", f"{count:,}") + page(label), kind="attention" if count and place >= calm else "")
        for place, (count, label) in enumerate(zip(numbers, words.TILES, strict=True))
    ]
    return tag("ul", "".join(items), kind="tiles")


def _cards(page: Page, compared: Compared) -> str:
    pairs = zip(places(compared.listed), compared.comparison.rows, strict=True)
    return "\n".join(_card(page, place, row) for place, row in pairs)


def _card(page: Page, place: str, row: RowResult) -> str:
    title = tag("h3", f"{page(words.ROW)} {safe(place)} · {safe(called(row))}")
    told = " · ".join(part for part in (declared_place(row), row.declared.key) if part)
    identity = tag("p", safe(told, 200), kind="soft small")
    state = page(words.CODES.get(row.code or "") or words.STATES[row.state])
    badge = tag("p", tag("span", state, kind="badge"))
    head = tag("header", f"<div>{title}{identity}</div>{badge}")
    return tag("section", head + _pairing(page, row) + _table(page, row), kind="card")


def _pairing(page: Page, row: RowResult) -> str:
    if row.found is None or row.pair is None:
        return tag("p", page(row.why), kind="paired")
    who = f"{page(found_title(row.found))} · {safe(found_place(row.found))} · {safe(row.found.key, 120)}"
    sure = f"{page(words.pair_words(row.pair))} – {page(row.why)}"
    return tag("p", f"→ {who}<br>{sure}", kind="paired") + finding_list(page, row.pair.findings)


def _table(page: Page, row: RowResult) -> str:
    names = (words.FIELD, words.DECLARED, words.CONFIGURED, words.MEASURED, words.VERDICT)
    head = tag("thead", tag("tr", "".join(tag("th", cell, scope="col") for cell in ("", *map(page, names)))))
    numbers = {field: number for number, field in numbered_fields()}
    body = "\n".join(_row(page, numbers[verdict.field], verdict, row.found) for verdict in row.verdicts)
    return tag("div", tag("table", _COLUMNS + head + tag("tbody", body), kind="compare"), kind="wide")


def _row(page: Page, number: int, verdict: Verdict, found: FoundCamera | None) -> str:
    beside = sides(found, verdict.field)
    name = tag("th", page(FIELDS[verdict.field]), scope="row")
    told = (
        (words.DECLARED, _declared(verdict)),
        (words.CONFIGURED, _side(page, verdict.field, beside.configured)),
        (words.MEASURED, _side(page, verdict.field, beside.measured)),
    )
    cells = [f'<td data-label="{page(label)}">{content}</td>' for label, content in told]
    cells.append(tag("td", _verdict(page, verdict)))
    marked = "differs" if verdict.verdict in _MARKED else ""
    return tag("tr", tag("td", str(number), kind="no") + name + "".join(cells), kind=marked)


def _declared(verdict: Verdict) -> str:
    if verdict.raw is None:
        return "–"
    read = verdict.canonical if verdict.canonical not in (None, verdict.raw, "missing") else None
    return tag("span", safe(verdict.raw, 300) or "–", kind="value") + (
        tag("div", safe(read, 160), kind="small soft") if read else ""
    )


def _side(page: Page, field: str, item: Evidence | None) -> str:
    told = side_words(field, item)
    if item is None or told is None:
        return "–"
    return tag("span", page(told), kind="value") + tag("div", page(source_words(item.source.method)), kind="small soft")


def _verdict(page: Page, verdict: Verdict) -> str:
    direction = f" ({page(words.DIRECTIONS[verdict.direction])})" if verdict.direction else ""
    word = f"{words.SIGNS[verdict.verdict][0]} {page(words.VERDICTS[verdict.verdict])}{direction}"
    kind = "verdict agrees" if verdict.is_compliant else "verdict"
    return tag("div", word, kind=kind) + tag("div", page(verdict.sentence), kind="small")
