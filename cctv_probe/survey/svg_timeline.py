"""A channel's timeline as inline SVG: the claim as a thin bar, the days that played below it, gaps, the declared line.

Pure: a record in, one element out, well-formed XML with every string escaped, no script, nothing outside. Widths are
shares of the place it stands in and heights fixed, so that its dates stay readable on a phone and on paper; shape and
outline carry every meaning that colour carries. The newest day stands at the left.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cctv_probe.model.footage import DayMark, Timeline
from cctv_probe.model.record import RetentionRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey import retention_words as told
from cctv_probe.survey.html_text import safe, tag
from cctv_probe.survey.timeline_cells import Cell, Claim, Proof, cells, place_of_day

MOST_CELLS = 400
_EACH_DAY_SHOWN = 62
"""Up to so many days each is a box of its own, which can be counted; beyond, equal neighbours are one."""
_HEIGHT_PX = 76
_CLAIM_Y, _CLAIM_H, _PROOF_Y, _PROOF_H = 19, 6, 29, 22
_DATES_Y = 68
_INK, _PLAYED, _CLAIMED, _GAP, _UNASKED = "#17232d", "#0b6b50", "#5d7485", "#a3201a", "#8a6d1f"

_TODAY = Text(en="today, {date}", th="วันนี้ {date}")
_DECLARED = Text(en="{days} declared", th="ที่แจ้ง {days}")
_DESCRIBED = Text(
    en="Days from {newest} back to {oldest}: {played} played, {missing} asked for of which nothing played, {unasked} claimed but not asked for.",
    th="ตั้งแต่ {newest} ย้อนถึง {oldest}: เล่นได้ {played} วัน ขอแล้วไม่มีภาพ {missing} วัน ดัชนีระบุแต่ยังไม่ได้ขอ {unasked} วัน",
)
_LEGEND: tuple[tuple[str, Text], ...] = (
    ("claim", Text(en="the index claims footage", th="ดัชนีระบุว่ามีภาพ")),
    ("played", Text(en="samples of the day played", th="เล่นตัวอย่างของวันนั้นได้")),
    ("missing", Text(en="asked for, nothing played", th="ขอแล้วไม่มีภาพ")),
    ("unasked", Text(en="claimed, not asked for", th="ดัชนีระบุ แต่ยังไม่ได้ขอ")),
    ("declared", Text(en="the days declared, or asked for", th="จำนวนวันที่แจ้ง หรือที่กำหนดให้ตรวจ")),
)


def timeline_svg(retention: RetentionRecord, language: Language, *, title: str) -> str:
    """The timeline of `retention` as an `<svg>` element, `title` (a camera's name) in its text; empty without one."""
    timeline = retention.timeline
    if timeline is None or not timeline.days:
        return ""
    summary = told.summary_words(retention).in_(language)
    described = _described(timeline).in_(language)
    drawing = _Drawing(timeline, language)
    return _svg(
        f"<title>{safe(f'{title}: {summary}')}</title><desc>{safe(described)}</desc>" + "".join(drawing.parts()),
        width="100%",
        height=str(_HEIGHT_PX),
        role="img",
        aria_label=f"{title}: {summary}. {described}",
    )


def legend_html(language: Language) -> str:
    """What the signs of all timelines of a page mean, as a list."""
    items = (f"<li>{_sample(kind)} {safe(words.in_(language))}</li>" for kind, words in _LEGEND)
    return tag("ul", "".join(items), kind="legend")


def _svg(content: str, **attributes: str) -> str:
    return tag("svg", content, xmlns="http://www.w3.org/2000/svg", focusable="false", **attributes)


def _described(timeline: Timeline) -> Text:
    proofs = [cell.proof for cell in cells(timeline, len(timeline.days))]
    return _DESCRIBED.with_(
        newest=told.day_label(timeline.days[0]),
        oldest=told.day_label(timeline.days[-1]),
        played=proofs.count(Proof.PLAYED),
        missing=proofs.count(Proof.MISSING),
        unasked=proofs.count(Proof.UNASKED),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The parts of one timeline."""

    timeline: Timeline
    language: Language

    def parts(self) -> Iterator[str]:
        found = cells(self.timeline, MOST_CELLS)
        yield _line("0%", "100%", _PROOF_Y + _PROOF_H, _PROOF_Y + _PROOF_H, _CLAIMED, 1)
        yield from self._claims(found)
        yield from self._proofs(found)
        yield from self._declared(found)
        yield from self._dates()

    def _claims(self, found: tuple[Cell, ...]) -> Iterator[str]:
        for first, last, cell in _runs(found, by=_claim_of):
            if cell.claim in (Claim.ALL, Claim.SOME):
                x, width = _share(first, len(found)), _share(last - first + 1, len(found))
                yield _rect(x, width, _CLAIM_Y, _CLAIM_H, _CLAIMED, opacity="1" if cell.claim is Claim.ALL else ".5")

    def _proofs(self, found: tuple[Cell, ...]) -> Iterator[str]:
        """Each day a box with a little air beside it, or where there are many, each run of equal days."""
        each = len(self.timeline.days) <= _EACH_DAY_SHOWN
        runs = ((place, place, cell) for place, cell in enumerate(found)) if each else _runs(found, by=_proof_of)
        air = 0.12 if each else 0.0
        for first, last, cell in runs:
            x, width = 100 * first / len(found) + air, 100 * (last - first + 1) / len(found) - 2 * air
            yield from _box(x, width, cell.proof)

    def _declared(self, found: tuple[Cell, ...]) -> Iterator[str]:
        """A line behind the last declared day, its words on the side where there is room."""
        declared = self.timeline.declared_days
        place = place_of_day(found, declared) if declared is not None else None
        if place is None:
            return
        x = 100 * (place + 1) / len(found)
        words = _DECLARED.with_(days=told.days_words(declared)).in_(self.language)
        yield _line(f"{min(x, 99.7):.2f}%", f"{min(x, 99.7):.2f}%", 4, _PROOF_Y + _PROOF_H + 4, _INK, 2, dashes="5 3")
        at_end = x > 50
        yield _text(
            words, f"{x - 1:.2f}%" if at_end else f"{x + 1:.2f}%", 13, "end" if at_end else "start", weight="bold"
        )

    def _dates(self) -> Iterator[str]:
        newest, oldest = self.timeline.days[0], self.timeline.days[-1]
        yield _text(self._newest(newest), "0", _DATES_Y, "start")
        if oldest is not newest:
            yield _text(told.day_label(oldest).in_(self.language), "100%", _DATES_Y, "end")

    def _newest(self, mark: DayMark) -> str:
        label = told.day_label(mark)
        return (_TODAY.with_(date=label) if mark.day == 0 else label).in_(self.language)


def _claim_of(cell: Cell) -> Claim:
    return cell.claim


def _proof_of(cell: Cell) -> Proof:
    return cell.proof


def _runs(found: Iterable[Cell], *, by: Callable[[Cell], Claim | Proof]) -> Iterator[tuple[int, int, Cell]]:
    """(first, last, cell) of equal neighbours."""
    place = 0
    for _, group in itertools.groupby(found, key=by):
        members = list(group)
        yield place, place + len(members) - 1, members[0]
        place += len(members)


def _box(x: float, width: float, proof: Proof) -> Iterator[str]:
    """Full where it played, crossed out where nothing did, an outline where none was asked for."""
    at, wide = f"{x:.2f}%", f"{width:.2f}%"
    if proof in (Proof.PLAYED, Proof.PARTLY):
        yield _rect(at, wide, _PROOF_Y, _PROOF_H, _PLAYED, opacity="1" if proof is Proof.PLAYED else ".55")
    elif proof is Proof.MISSING:
        top, bottom, end = _PROOF_Y + 1, _PROOF_Y + _PROOF_H - 1, f"{x + width:.2f}%"
        yield _rect(at, wide, _PROOF_Y, _PROOF_H, "#fff", stroke=_GAP)
        yield _line(at, end, top, bottom, _GAP, 1.5) + _line(at, end, bottom, top, _GAP, 1.5)
    elif proof is Proof.UNASKED:
        yield _rect(at, wide, _PROOF_Y + _PROOF_H / 2, _PROOF_H / 2, "#fff", stroke=_UNASKED, dashes="2 2")


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.2f}%"


def _rect(
    x: str, width: str, y: float, height: float, fill: str, *, stroke: str = "", dashes: str = "", opacity: str = "1"
) -> str:
    outline = f' stroke="{stroke}"' if stroke else ""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    faint = f' fill-opacity="{opacity}"' if opacity != "1" else ""
    return f'<rect x="{x}" y="{y:g}" width="{width}" height="{height:g}" fill="{fill}"{outline}{dashed}{faint}/>'


def _line(x1: str, x2: str, y1: float, y2: float, stroke: str, width: float, *, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1}" x2="{x2}" y1="{y1:g}" y2="{y2:g}" stroke="{stroke}" stroke-width="{width:g}"{dashed}/>'


def _text(words: str, x: str, y: float, anchor: str, *, weight: str = "normal") -> str:
    place = f'x="{x}" y="{y:g}" text-anchor="{anchor}" font-size="12" font-weight="{weight}" fill="{_INK}"'
    return f"<text {place}>{safe(words, 80)}</text>"


def _sample(kind: str) -> str:
    """A sign of the legend."""
    drawn = {
        "claim": _rect("0", "24", 6, _CLAIM_H, _CLAIMED),
        "played": _rect("1", "22", 1, 14, _PLAYED),
        "missing": _rect("1", "22", 1, 14, "#fff", stroke=_GAP)
        + _line("1", "23", 1, 15, _GAP, 1.5)
        + _line("1", "23", 15, 1, _GAP, 1.5),
        "unasked": _rect("1", "22", 6, 9, "#fff", stroke=_UNASKED, dashes="2 2"),
        "declared": _line("12", "12", 0, 16, _INK, 2, dashes="5 3"),
    }
    return _svg(drawn[kind], width="24", height="16", aria_hidden="true")
