"""What a person sees on the screen, as rich renderables. Only the `terminal` modules know rich.

Device strings enter as `Text` objects after `safe_text`, never as markup, so neither `[bold]` nor an escape sequence of a
device acts. Marks carry every meaning that colour carries, and rich itself leaves colour out under `NO_COLOR`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text as Line

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Fact, Standing
from cctv_probe.model.record import FIELDS, RetentionRecord, SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey import report_words as words
from cctv_probe.survey import terminal_words as short
from cctv_probe.survey.display import place_words, recorder_places, value_words
from cctv_probe.survey.result import Survey, addresses, counts, differing_fields, differs, stayed_closed
from cctv_probe.survey.retention_words import COMPLIANT, WAITING
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.terminal_timeline import flowing
from cctv_probe.survey.words import KINDS

WIDE = 110
"""Columns of the screen from which name and address get columns of their own."""
ROOMY = 96
"""Columns of the screen from which two blanks stand between the table's columns."""

_FIELDS: tuple[tuple[str, Text], ...] = (
    ("brand", words.BRAND),
    ("resolution", words.RESOLUTION),
    ("max_resolution", words.HIGHEST),
    ("frame_rate", short.RATE),
    ("file_format", short.CODEC),
    ("retention_days", short.DAYS),
)
_LONGEST_NAME = 40
_LONGEST_IPV4 = 15


class SurveyTable:
    """The table of all cameras; it takes its layout from the width of the screen it is printed on."""

    def __init__(self, records: Sequence[SurveyRecord], devices: Iterable[Device], language: Language) -> None:
        self._records, self._language = records, language
        met = tuple(devices)
        self._addresses = addresses(met)
        shown = {(record.device_id, record.device) for record in records}
        beside = {view.device_id for record in records for view in record.views[1:]}
        self._unread = [
            device
            for device in met
            if _may_hold_cameras(device) and (device.id, device.address) not in shown and device.id not in beside
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        marks = short.marks(ascii_only=options.ascii_only)
        wide = options.max_width >= WIDE
        table = plain_table(options.ascii_only, tight=options.max_width < ROOMY)
        self._add_columns(table, options.max_width)
        for camera in self._records:
            table.add_row(*self._row(camera, marks, wide))
        for device in self._unread:
            table.add_row(*self._unread_row(device, marks, wide))
        yield table
        yield Line(short.LEGEND.with_(differs=marks.differs, proxy=marks.proxy).in_(self._language), style="dim")
        if any(camera.fields["retention_days"].chosen for camera in self._records):
            signs = {"agrees": marks.agrees.strip(), "waits": marks.waits, "differs": marks.differs}
            days = [item.with_(**signs).in_(self._language) for item in short.DAYS_LEGEND]
            yield from flowing(days, "   ", options.max_width, style="dim")

    def _add_columns(self, table: Table, width: int) -> None:
        wide = width >= WIDE
        lengths = [len(record.device) for record in self._records] + [len(device.address) for device in self._unread]
        room = min(max(lengths, default=7), _LONGEST_IPV4)
        head = words.ADDRESS.in_(self._language)
        table.add_column(
            head,
            min_width=room,
            max_width=None if wide else max(room, 22 if width >= ROOMY else 12),
            no_wrap=wide,
            overflow="fold",
        )
        if wide:
            table.add_column(words.CAMERA.in_(self._language), overflow="fold", max_width=_LONGEST_NAME)
        for field, name in _FIELDS:
            justify: JustifyMethod = "right" if field in ("frame_rate", "retention_days") else "left"
            free = field == "brand"
            table.add_column(name.in_(self._language), no_wrap=not free, overflow="fold", justify=justify)
            if field == "frame_rate":
                table.add_column(short.SET_RATE.in_(self._language), no_wrap=True, justify="right")
        if wide:
            table.add_column(short.PICTURE.in_(self._language), overflow="fold")
        table.add_column(words.NOTE.in_(self._language), overflow="fold")

    def _row(self, camera: SurveyRecord, marks: short.Marks, wide: bool) -> list[Line]:
        values = []
        for field, _ in _FIELDS:
            values.append(self._value(camera, field, marks))
            if field == "frame_rate":
                values.append(self._set_rate(camera.fields[field], marks))
        picture = [self._picture(camera, marks)] if wide else []
        return [*self._place(camera, wide), *values, *picture, self._note(camera, marks)]

    def _set_rate(self, fact: Fact, marks: short.Marks) -> Line:
        """The configured frame rate, which stands beside the delivered one."""
        told = [item for item in (fact.chosen, *fact.others) if item and item.source.standing is Standing.CONFIGURED]
        if not told:
            return Line(marks.unknown, style="dim")
        return Line(value_words("frame_rate", told[0].value).in_(self._language), style="dim")

    def _picture(self, camera: SurveyRecord, marks: short.Marks) -> Line:
        """Whether the picture is good, or what is wrong with it."""
        if camera.working.value is None:
            return Line(marks.unknown, style="dim")
        if camera.working.value:
            return Line(short.WORKS.in_(self._language))
        found = next((short.FAULTS[item.code] for item in camera.findings if item.code in short.FAULTS), short.FAULTY)
        return Line(found.in_(self._language), style="bold red")

    def _unread_row(self, device: Device, marks: short.Marks, wide: bool) -> list[Line]:
        """A device that may hold cameras but told of none."""
        blank = [Line(marks.unknown, style="dim") for _ in range(len(_FIELDS) + 1 + wide)]
        place = [Line(clean(device.address, 45)), *([Line("")] if wide else [])]
        kind = KINDS[device.kind].in_(self._language)
        closed = f": {short.reason('closed').in_(self._language)}" if stayed_closed(device) else ""
        return [*place, *blank, Line(f"{kind}{closed}", style="dim")]

    def _place(self, camera: SurveyRecord, wide: bool) -> list[Line]:
        channel = place_words(camera)
        number = short.CHANNEL.with_(number=camera.channel).in_(self._language) if channel else ""
        address = clean(camera.device, 45)
        recorders = [
            short.RECORDED_BY.with_(address=each, number=place).in_(self._language)
            for each, place in recorder_places(camera, self._addresses)
        ]
        if wide:
            name = clean(camera.name or "", _LONGEST_NAME)
            here = " · ".join(part for part in (address, number) if part)
            return [Line("\n".join([here, *recorders])), Line(name)]
        below = " · ".join(part for part in (number, clean(camera.name or "", 24)) if part)
        return [Line("\n".join(part for part in (address, below, *recorders) if part))]

    def _value(self, camera: SurveyRecord, field: str, marks: short.Marks) -> Line:
        fact = camera.fields[field]
        if fact.chosen is None:
            return Line(marks.unknown, style="dim")
        line = Line(clean(value_words(field, fact.value).in_(self._language), 24))
        if fact.proxy:
            line.append(marks.proxy, style="dim")
        if differs(camera, field):
            line.append(marks.differs, style="bold yellow")
        elif field == "retention_days":
            self._judge(line, camera.retention, marks)
        return line

    def _judge(self, line: Line, retention: RetentionRecord, marks: short.Marks) -> None:
        """The sign of a verdict on field 9 that is no disagreement."""
        if retention.verdict in COMPLIANT:
            line.append(marks.agrees, style="green")
        elif retention.verdict in WAITING or not retention.complete:
            line.append(marks.waits, style="dim")

    def _note(self, camera: SurveyRecord, marks: short.Marks) -> Line:
        differing = differing_fields(camera)
        if differing:
            names = ", ".join(short.FIELD_NAMES[field].in_(self._language) for field in differing)
            return Line(f"{marks.differs} {names}", style="yellow")
        return Line(self._reason(camera), style="dim")

    def _reason(self, camera: SurveyRecord) -> str:
        """Why the values that a device could tell are not there, in two or three words."""
        unknown = [camera.fields[field].why_unknown for field, _ in _FIELDS if field != "retention_days"]
        codes = [
            why.code for why in (*unknown, camera.working.why_unknown) if why and why.code != "stream_not_measured"
        ]
        return short.reason(codes[0]).in_(self._language) if codes else ""


def _may_hold_cameras(device: Device) -> bool:
    return device.kind in (Kind.RECORDER, Kind.CAMERA) or stayed_closed(device)


def plain_table(ascii_only: bool = False, *, tight: bool = False) -> Table:
    """A table with lines between head and body only."""
    style = box.ASCII if ascii_only else box.SIMPLE_HEAD
    return Table(box=style, pad_edge=False, padding=(0, 0 if tight else 1, 0, 0), header_style="bold", show_edge=False)


def survey_table(records: Sequence[SurveyRecord], devices: Sequence[Device], language: Language) -> RenderableType:
    """All cameras, one row each, and the devices that may hold some but told of none; the legend of the marks below."""
    unread = any(_may_hold_cameras(device) for device in devices)
    return SurveyTable(records, devices, language) if records or unread else Line(words.NO_CAMERAS.in_(language))


def closed_devices(devices: Iterable[Device], language: Language) -> RenderableType | None:
    """The devices that no credential opened, with the reason; None where all were opened."""
    closed = [device for device in devices if stayed_closed(device)]
    if not closed:
        return None
    table = plain_table()
    for head in (words.ADDRESS, words.KIND, words.WHY):
        table.add_column(head.in_(language), overflow="fold", no_wrap=head is not words.WHY)
    for device in closed:
        why = clean(device.login.in_(language), 600) if device.login else ""
        table.add_row(Line(clean(device.address, 45)), Line(KINDS[device.kind].in_(language)), Line(why))
    title = Line(words.CLOSED_TITLE.in_(language), style="bold")
    return Group(title, table, Line(words.CLOSED_LEAD.in_(language), style="dim"))


def summary_lines(survey: Survey, language: Language) -> list[Line]:
    """What was found, in a few lines."""
    numbers = counts(survey)
    found = short.FOUND.with_(
        tried=f"{numbers.addresses_tried:,}",
        cameras=f"{numbers.cameras:,}",
        recorders=numbers.devices[Kind.RECORDER],
        others=numbers.devices[Kind.NOT_A_CAMERA] + numbers.devices[Kind.UNKNOWN],
    )
    lines = [Line(found.in_(language), style="bold")]
    if numbers.cameras:
        known = [
            f"{short.FIELD_NAMES[field].in_(language)} {numbers.known[field]}/{numbers.cameras}"
            for field in FIELDS
            if field in dict(_FIELDS)
        ]
        lines.append(Line(short.KNOWN.with_(known=", ".join(known)).in_(language)))
    if numbers.cameras_differing:
        lines.append(Line(short.DIFFERING.with_(count=numbers.cameras_differing).in_(language), style="yellow"))
    if numbers.closed:
        lines.append(Line(short.CLOSED.with_(count=numbers.closed).in_(language), style="yellow"))
    if not survey.run.complete:
        lines.append(Line(words.INCOMPLETE.in_(language), style="yellow"))
    return lines
