"""The recordings of each camera on the screen: what the index claims, what samples proved, day by day.

The newest day stands at the left, so that the bars of all cameras begin at the same day and their length is the time
kept. Every sign means the same without colour; a screen that knows only ASCII gets plain ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text as Line

from cctv_probe.model.footage import Timeline
from cctv_probe.model.record import RetentionRecord, SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey import retention_words as told
from cctv_probe.survey.display import camera_title, place_words
from cctv_probe.survey.result import Survey
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.timeline_cells import Claim, Proof, cells, days_per_cell, place_of_day

_WIDEST_CELL = 2
_NARROWEST_BAR = 20
_INDENT = "  "

_CLAIM = Text(en="index", th="ดัชนี")
_PROOF = Text(en="proven", th="ยืนยันได้")
_TODAY = Text(en="today {date}", th="วันนี้ {date}")
_YESTERDAY = Text(en="yesterday {date}", th="เมื่อวาน {date}")
_DECLARED = Text(en="{days} declared", th="ที่แจ้ง {days}")
_UNLISTED = Text(en="lists no days", th="ไม่ระบุรายวัน")
_LEGEND: tuple[Text, ...] = (
    Text(en="{claimed} index claims footage", th="{claimed} ดัชนีระบุว่ามีภาพ"),
    Text(en="{played} played", th="{played} เล่นได้"),
    Text(en="{missing} asked for, nothing played", th="{missing} ขอแล้วไม่มีภาพ"),
    Text(en="{unasked} claimed, not asked for", th="{unasked} ดัชนีระบุ แต่ยังไม่ได้ขอ"),
    Text(en="{nothing} not claimed", th="{nothing} ดัชนีไม่ระบุ"),
    Text(en="{declared} days declared, or asked for with --days", th="{declared} จำนวนวันที่แจ้ง หรือกำหนดด้วย --days"),
)
_SHARED = Text(
    en="Where a cell stands for several days it shows the worst of them; {partly} all that was asked for played, not every day was asked for.",
    th="ช่องที่แทนหลายวันแสดงวันที่แย่ที่สุด ส่วน {partly} คือวันที่ขอเล่นได้ทั้งหมด แต่ไม่ได้ขอทุกวัน",
)
_KEEP_NONE = Text(
    en="{count} cameras keep no recordings of their own that can be asked for over the network: {places}. Look at the recorders that their pictures are sent to.",
    th="มี {count} กล้องที่ไม่มีภาพบันทึกในตัวให้ขอดูผ่านเครือข่าย: {places} โปรดตรวจสอบที่เครื่องบันทึกที่รับภาพจากกล้องเหล่านี้",
)
_EACH = Text(en="one cell: {count} days", th="หนึ่งช่อง: {count} วัน")


@dataclass(frozen=True, slots=True)
class Signs:
    """One character for each state."""

    proof: dict[Proof, str]
    claim: dict[Claim, str]
    declared: str


_SIGNS = Signs(
    {Proof.PLAYED: "█", Proof.PARTLY: "▓", Proof.MISSING: "×", Proof.UNASKED: "░", Proof.NOTHING: "·"},
    {Claim.ALL: "━", Claim.SOME: "╍", Claim.NONE: "·", Claim.UNLISTED: " "},
    "▲",
)
_ASCII = Signs(
    {Proof.PLAYED: "#", Proof.PARTLY: "+", Proof.MISSING: "x", Proof.UNASKED: ":", Proof.NOTHING: "."},
    {Claim.ALL: "=", Claim.SOME: "-", Claim.NONE: ".", Claim.UNLISTED: " "},
    "^",
)
_STYLES = {
    Proof.PLAYED: "green",
    Proof.PARTLY: "green",
    Proof.MISSING: "bold red",
    Proof.UNASKED: "yellow",
    Proof.NOTHING: "dim",
}


def retention_lines(survey: Survey, language: Language) -> RenderableType | None:
    """The timeline of every camera whose recordings were looked at, and the legend; None where there is none."""
    return retention_timelines(survey.cameras, language)


def retention_timelines(cameras: Iterable[SurveyRecord], language: Language) -> RenderableType | None:
    """The same of some cameras."""
    looked_at = [camera for camera in cameras if told.was_looked_at(camera.retention)]
    shown = [camera for camera in looked_at if not _keeps_none(camera)]
    keep_none = [camera for camera in looked_at if _keeps_none(camera)]
    if not looked_at:
        return None
    parts: list[RenderableType] = []
    for camera in shown:
        parts += [RetentionTimeline(camera, language), Line("")]
    drawn = [camera.retention.timeline for camera in shown if camera.retention.timeline]
    if keep_none:
        places = ", ".join(dict.fromkeys(clean(camera.device, 45) for camera in keep_none))
        words = _KEEP_NONE.with_(count=len(keep_none), places=places)
        parts += [Line(words.in_(language)), *([Line("")] if drawn else [])]
    return Group(*parts, *([_Legend(drawn, language)] if drawn else []))


def _keeps_none(camera: SurveyRecord) -> bool:
    why = camera.fields["retention_days"].why_unknown
    return why is not None and why.code == "no_archive"


class RetentionTimeline:
    """One camera: its name and verdict, what was found in words, then the bars as wide as the screen allows."""

    def __init__(self, camera: SurveyRecord, language: Language) -> None:
        self._camera, self._language = camera, language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        retention = self._camera.retention
        yield self._head(retention)
        parts = [clean(part.in_(self._language), 900) for part in told.summary_parts(retention)]
        yield from flowing(parts, told.SEPARATOR.in_(self._language), options.max_width)
        if retention.timeline is not None:
            signs = _ASCII if options.ascii_only else _SIGNS
            yield from _Bars(retention.timeline, self._language, signs, options.max_width).lines()

    def _head(self, retention: RetentionRecord) -> Line:
        camera = self._camera
        channel = place_words(camera)
        place = [clean(camera_title(camera, channel).in_(self._language), 80)]
        if camera.name:
            place.append(clean(camera.device, 45))
            place += [channel.in_(self._language)] if channel else []
        line = Line(" · ".join(place), style="bold")
        style = "yellow" if retention.verdict not in told.COMPLIANT else "green"
        return line.append(f" – {told.verdict_words(retention).in_(self._language)}", style=style)


class _Bars:
    """The rows of one timeline in a given width."""

    def __init__(self, timeline: Timeline, language: Language, signs: Signs, width: int) -> None:
        self._timeline, self._language, self._signs = timeline, language, signs
        names = (_CLAIM.in_(language), _PROOF.in_(language))
        self._margin = len(_INDENT) + max(cell_len(name) for name in names) + 1
        room = bar_room(width, self._margin)
        self._cells = cells(timeline, room)
        self._each = days_per_cell(timeline, room)
        self._cell_width = max(1, min(_WIDEST_CELL, room // max(1, len(self._cells))))

    def lines(self) -> Iterable[Line]:
        yield self._claimed()
        yield self._proven()
        marker = self._declared()
        if marker is not None:
            yield marker
        yield from self._dates()

    def _claimed(self) -> Line:
        line = self._row(_CLAIM)
        if all(cell.claim is Claim.UNLISTED for cell in self._cells):
            return line.append(_UNLISTED.in_(self._language), style="dim")
        for cell in self._cells:
            line.append(self._signs.claim[cell.claim] * self._cell_width, style="cyan")
        return line

    def _proven(self) -> Line:
        line = self._row(_PROOF)
        for cell in self._cells:
            line.append(self._signs.proof[cell.proof] * self._cell_width, style=_STYLES[cell.proof])
        return line

    def _declared(self) -> Line | None:
        """The mark under the last declared day, its words on the side where there is room."""
        declared = self._timeline.declared_days
        place = place_of_day(self._cells, declared) if declared is not None else None
        if place is None:
            return None
        words = _DECLARED.with_(days=told.days_words(declared)).in_(self._language)
        at = (place + 1) * self._cell_width - 1
        ends = self._cell_width * len(self._cells)
        before = at - cell_len(words) - 1
        if at + 2 + cell_len(words) > ends and before >= 0:
            return Line(f"{' ' * (self._margin + before)}{words} {self._signs.declared}", style="cyan", no_wrap=True)
        return Line(f"{' ' * (self._margin + at)}{self._signs.declared} {words}", style="cyan", no_wrap=True)

    def _dates(self) -> Iterable[Line]:
        """The first and the last date, and how many days a cell holds where it is not one."""
        newest, oldest = self._timeline.days[0], self._timeline.days[-1]
        date = told.day_label(newest)
        named = {0: _TODAY, 1: _YESTERDAY}.get(newest.day)
        left = (named.with_(date=date) if named else date).in_(self._language)
        right = told.day_label(oldest).in_(self._language)
        gap = max(3, self._cell_width * len(self._cells) - cell_len(left) - cell_len(right))
        yield Line(f"{' ' * self._margin}{left}{' ' * gap}{right}", style="dim")
        if self._each > 1:
            each = _EACH.with_(count=self._each).in_(self._language)
            yield Line(f"{' ' * self._margin}{each}", style="dim")

    def _row(self, name: Text) -> Line:
        shown = name.in_(self._language)
        return Line(f"{_INDENT}{shown}{' ' * (self._margin - len(_INDENT) - cell_len(shown))}", no_wrap=True)


class _Legend:
    """What the signs mean."""

    def __init__(self, timelines: Sequence[Timeline], language: Language) -> None:
        self._timelines, self._language = timelines, language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        signs = _ASCII if options.ascii_only else _SIGNS
        shown = {
            "claimed": signs.claim[Claim.ALL],
            "played": signs.proof[Proof.PLAYED],
            "missing": signs.proof[Proof.MISSING],
            "unasked": signs.proof[Proof.UNASKED],
            "nothing": signs.proof[Proof.NOTHING],
            "declared": signs.declared,
        }
        items = [item.with_(**shown).in_(self._language) for item in _LEGEND]
        margin = len(_INDENT) + max(cell_len(name.in_(self._language)) for name in (_CLAIM, _PROOF)) + 1
        room = bar_room(options.max_width, margin)
        yield from flowing(items, "   ", options.max_width, style="dim")
        if any(days_per_cell(timeline, room) > 1 for timeline in self._timelines):
            shared = _SHARED.with_(partly=signs.proof[Proof.PARTLY])
            yield Line(shared.in_(self._language), style="dim")


def flowing(parts: Sequence[str], separator: str, width: int, *, style: str = "") -> Iterable[Line]:
    """Parts on as many lines as they need, broken between them where that is possible."""
    line = ""
    for part in parts:
        longer = f"{line}{separator}{part}" if line else part
        if line and cell_len(longer) > width:
            yield Line(f"{line}{separator}".rstrip(), style=style)
            line = part
        else:
            line = longer
    yield Line(line, style=style)


def bar_room(width: int, margin: int) -> int:
    """Columns that the bars may take on a screen of `width` columns."""
    return max(_NARROWEST_BAR, width - margin)
