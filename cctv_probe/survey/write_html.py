"""`report.html`: one file that asks for nothing outside itself, needs no script, and prints on A4.

Every string passes `html_text`; a content policy forbids whatever might slip through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from importlib import resources
from pathlib import Path

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Fact
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Language, Text
from cctv_probe.survey import report_words as words
from cctv_probe.survey import terminal_words
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.display import camera_title, number, place_words, recorders_words, value_words
from cctv_probe.survey.health import health_lines
from cctv_probe.survey.html_card import card, finding_list
from cctv_probe.survey.html_text import Page, safe, table, tag
from cctv_probe.survey.reasons import step_words
from cctv_probe.survey.result import Survey, addresses, by_place, counts, differing_fields, differs, stayed_closed
from cctv_probe.survey.svg_timeline import legend_html
from cctv_probe.survey.words import KINDS, moment_words, parse_utc, site_zone

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_OVERVIEW_FIELDS = ("brand", "resolution", "max_resolution", "frame_rate", "file_format", "retention_days")

Pictures = Mapping[tuple[str, int], bytes]
NO_PICTURES: Pictures = {}


def report_text(survey: Survey, language: Language, pictures: Pictures = NO_PICTURES) -> str:
    """The whole page; `pictures` are small JPEG files by (address, channel)."""
    page = Page(language, pictures, addresses(survey.devices))
    style = resources.files("cctv_probe.survey").joinpath("report.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{page(words.TITLE)}</title><style>\n{style}</style>"
    )
    body = tag("main", "\n".join(part for part in _parts(page, survey) if part))
    return f'<!doctype html>\n<html lang="{language}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def write_html(survey: Survey, path: Path, language: Language, pictures: Pictures = NO_PICTURES) -> None:
    """Write `report.html` to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, report_text(survey, language, pictures).encode("utf-8"))


def _parts(page: Page, survey: Survey) -> list[str]:
    return [
        _title(page, survey),
        _tiles(page, survey),
        _known_fields(page, survey),
        _closed(page, survey),
        _overview(page, survey),
        _recorder_health(page, survey),
        _device_findings(page, survey),
        _records(page, survey),
        _device_list(page, survey, Kind.UNKNOWN),
        _device_list(page, survey, Kind.NOT_A_CAMERA),
        _attempts(page, survey),
        tag("footer", page(words.FOOT.with_(program=survey.run.program))),
    ]


def _title(page: Page, survey: Survey) -> str:
    run = survey.run
    zone = site_zone(run.time_zone)
    start, end = (_moment(text, zone, page.language) for text in (run.started_utc, run.finished_utc))
    lines = [page(words.RUN.with_(start=start, end=end)), page(words.RANGES.with_(ranges=", ".join(run.ranges)))]
    if run.lao_code:
        lines.append(page(words.LAO.with_(code=run.lao_code)))
    warning = "" if run.complete else tag("p", page(words.INCOMPLETE), kind="warning")
    lead = tag("p", " · ".join(lines), kind="lead")
    return tag("header", tag("h1", page(words.TITLE)) + lead) + warning + finding_list(page, run.notes)


def _moment(text: str, zone: tzinfo, language: Language) -> str:
    try:
        return moment_words(parse_utc(text), zone, language)
    except ValueError:
        return text


def _tiles(page: Page, survey: Survey) -> str:
    numbers = counts(survey)
    tiles = [
        (numbers.addresses_tried, words.TRIED, ""),
        (numbers.cameras, words.CAMERAS, ""),
        (numbers.devices[Kind.RECORDER], words.RECORDERS, ""),
        (numbers.closed, words.CLOSED, "attention" if numbers.closed else ""),
        (numbers.cameras_differing, words.DIFFERING, "attention" if numbers.cameras_differing else ""),
    ]
    items = [tag("li", tag("b", f"{count:,}") + page(label), kind=kind) for count, label, kind in tiles]
    return tag("ul", "".join(items), kind="tiles")


def _known_fields(page: Page, survey: Survey) -> str:
    numbers, total = counts(survey), len(survey.cameras)
    if not total:
        return tag("p", page(words.NO_CAMERAS), kind="warning")
    rows = []
    for index, (field, name) in enumerate(FIELDS.items(), 1):
        count, differing = numbers.known[field], numbers.differing[field]
        bar = tag("span", f'<i style="width:{100 * count // total}%"></i>', kind="bar", aria_hidden="true")
        share = page(words.OF.with_(count=count, total=total))
        rows.append([str(index), page(name), share, bar, f"≠ {differing}" if differing else "–"])
    head = [page(words.NUMBER), page(words.FIELD), page(words.KNOWN_OF), "", page(words.DIFFER)]
    return tag("h2", page(words.KNOWN_FIELDS)) + table(head, rows)


def _closed(page: Page, survey: Survey) -> str:
    rows = [
        [_address(device), _kind(page, device), _shown(page, "brand", record.brand), page(device.login)]
        for device, record in zip(survey.devices, survey.device_records, strict=True)
        if stayed_closed(device) and device.login
    ]
    if not rows:
        return ""
    head = [page(words.ADDRESS), page(words.KIND), page(words.BRAND), page(words.WHY)]
    lead = tag("p", page(words.CLOSED_LEAD), kind="lead")
    return tag("h2", page(words.CLOSED_TITLE)) + lead + table(head, rows)


def _kind(page: Page, device: Device) -> str:
    return tag("span", page(KINDS[device.kind]), kind="tight")


def _address(device: Device) -> str:
    return tag("span", safe(device.address), kind="tight")


def _shown(page: Page, field: str, fact: Fact, differing: bool | None = None) -> str:
    """A value with the mark of disagreement (None: as its sources say), or a dash."""
    if fact.chosen is None:
        return "–"
    mark = (
        " " + tag("span", "≠", kind="differs-mark", title=words.DIFFERS.in_(page.language))
        if (disagreements(field, fact) if differing is None else differing)
        else ""
    )
    return page(value_words(field, fact.value)) + mark


def _overview(page: Page, survey: Survey) -> str:
    if not survey.cameras:
        return ""
    rows = [_overview_row(page, camera, place) for place, camera in enumerate(survey.cameras, 1)]
    columns = (words.BRAND, words.RESOLUTION, words.HIGHEST, words.RATE, words.CODEC, words.DAYS, words.NOTE)
    head = ["", page(words.CAMERA), *(page(column) for column in columns)]
    return tag("h2", page(words.OVERVIEW_TITLE)) + table(head, rows, kind="overview")


def _overview_row(page: Page, camera: SurveyRecord, place: int) -> list[str]:
    channel = place_words(camera)
    name = tag("a", page(camera_title(camera, channel)), href=f"#camera-{place}")
    place_text = safe(camera.device) + (f" · {page(channel)}" if channel else "")
    recorders = recorders_words(camera, page.addresses)
    place_text += f" · {page(recorders)}" if recorders else ""
    where = tag("div", place_text, kind="small soft") if camera.name or recorders else ""
    brand, *values = (_shown(page, field, camera.fields[field], differs(camera, field)) for field in _OVERVIEW_FIELDS)
    cells = [tag("div", brand, kind="free"), *(tag("span", value, kind="tight") for value in values)]
    unread = all(camera.fields[field].chosen is None for field in _OVERVIEW_FIELDS)
    note = f"≠ {page(words.DIFFERS)}" if differing_fields(camera) else page(words.NOT_YET) if unread else ""
    if camera.working.value is False:
        fault = next(
            (terminal_words.FAULTS[item.code] for item in camera.findings if item.code in terminal_words.FAULTS), None
        )
        shown = f"{page(terminal_words.PICTURE)}: {page(fault or terminal_words.FAULTY)}"
        note = " · ".join(part for part in (tag("strong", shown), note) if part)
    return [str(place), tag("div", name + where, kind="free"), *cells, note]


def _records(page: Page, survey: Survey) -> str:
    seen_through = by_place(survey)
    cards = [
        card(page, camera, pair[1] if (pair := seen_through.get((camera.device_id, camera.device))) else None, place)
        for place, camera in enumerate(survey.cameras, 1)
    ]
    if not cards:
        return ""
    return tag("h2", page(words.RECORDS_TITLE)) + _legend(page, survey) + "\n".join(cards)


def _legend(page: Page, survey: Survey) -> str:
    """How to read the timelines, once for the page."""
    if all(camera.retention.timeline is None for camera in survey.cameras):
        return ""
    return tag("div", tag("p", page(words.TIMELINES)) + legend_html(page.language), kind="timelines small soft")


def _recorder_health(page: Page, survey: Survey) -> str:
    """Disks, overwriting, schedule, clock and time server of every recorder that tells of them."""
    rows = [
        [_address(device), _shown(page, "model", record.model), _health(page, lines)]
        for device, record in zip(survey.devices, survey.device_records, strict=True)
        if (lines := health_lines(device, record))
    ]
    head = [page(words.ADDRESS), page(words.MODEL), page(words.NOTE)]
    return tag("h2", page(words.HEALTH_TITLE)) + table(head, rows) if rows else ""


def _health(page: Page, lines: Iterable[tuple[Text, Text]]) -> str:
    items = [tag("li", tag("b", f"{page(label)}:") + f" {page(text)}") for label, text in lines]
    return tag("ul", "".join(items), kind="findings")


def _device_findings(page: Page, survey: Survey) -> str:
    """What deserves attention about devices rather than about single cameras."""
    rows = [
        [_address(device), _kind(page, device), finding_list(page, record.findings)]
        for device, record in zip(survey.devices, survey.device_records, strict=True)
        if record.findings
    ]
    head = [page(words.ADDRESS), page(words.KIND), page(words.NOTE)]
    return tag("h2", page(words.RECORDERS_TITLE)) + table(head, rows) if rows else ""


def _device_list(page: Page, survey: Survey, kind: Kind) -> str:
    rows = [
        [_address(device), ", ".join(map(str, device.open_ports)) or "–", safe(", ".join(device.seen_by), 80),
         _shown(page, "brand", record.brand)]
        for device, record in zip(survey.devices, survey.device_records, strict=True)
        if device.kind is kind
    ]  # fmt: skip
    if not rows:
        return ""
    title = words.UNSETTLED_TITLE if kind is Kind.UNKNOWN else words.OTHERS_TITLE
    head = [page(words.ADDRESS), page(words.OPEN_PORTS), page(words.SEEN_BY), page(words.BRAND)]
    return tag("h2", page(title)) + table(head, rows)


def _attempts(page: Page, survey: Survey) -> str:
    blocks = [_attempts_of(page, device) for device in survey.devices if device.attempts]
    return (
        tag("section", tag("h2", page(words.ATTEMPTS_TITLE)) + "\n".join(blocks), kind="screen-only") if blocks else ""
    )


def _attempts_of(page: Page, device: Device) -> str:
    rows = [
        [
            safe(step_words(attempt.step), 120),
            page(attempt.ending.sentence),
            page(attempt.line),
            number(attempt.elapsed_s),
        ]
        for attempt in device.attempts
    ]
    head = [page(words.STEP), page(words.ENDING), page(words.NOTE), page(words.SECONDS)]
    title = page(words.ATTEMPTS_OF.with_(address=device.address, count=len(rows)))
    return tag("details", tag("summary", title) + table(head, rows))
