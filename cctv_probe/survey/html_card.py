"""One camera's survey record as HTML: the eleven fields, what is believed, what stands beside it, what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cctv_probe.model.evidence import Evidence, Fact
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import FIELDS, DeviceRecord, StreamRecord, SurveyRecord
from cctv_probe.survey import report_words as words
from cctv_probe.survey import retention_words as told
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.display import (
    camera_title,
    hint_words,
    number,
    place_words,
    recorder_places,
    recorders_words,
    value_words,
)
from cctv_probe.survey.html_text import Page, picture, safe, tag
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.svg_timeline import timeline_svg
from cctv_probe.survey.words import SCOPE_CLASSES, SEVERITIES, source_words, standing_words

_MOST_BESIDE = 8
_COLUMNS = "<colgroup><col class='no'><col class='field'><col class='value'><col></colgroup>"


def card(page: Page, camera: SurveyRecord, device: DeviceRecord | None, place: int) -> str:
    """The card of one camera; `place` numbers it within the report."""
    told: dict[str, str] = {}
    rows = [_row(page, index, field, camera.fields[field], told) for index, field in enumerate(FIELDS, 1)]
    rows += [_working_row(page, camera.working), *_stream_rows(page, camera.streams)]
    return tag(
        "section",
        _head(page, camera, device, place) + tag("table", _COLUMNS + tag("tbody", "\n".join(rows)))
        + _recordings(page, camera) + finding_list(page, camera.findings),
        kind="card",
        id=f"camera-{place}",
    )  # fmt: skip


def _head(page: Page, camera: SurveyRecord, device: DeviceRecord | None, place: int) -> str:
    channel = place_words(camera)
    model = safe(device.model.value, 80) if device is not None and device.model.chosen else ""
    recorders = recorders_words(camera, page.addresses)
    about = [safe(camera.device), page(channel) if channel else "", page(recorders) if recorders else "", model]
    shown = " · ".join(part for part in about if part)
    title = tag("h3", f"{place}. {page(camera_title(camera, channel))}")
    scope = page(SCOPE_CLASSES.get(camera.scope_class, SCOPE_CLASSES["unknown"]))
    identity = tag("p", f"{scope} · {safe(camera.id, 120)}", kind="soft small")
    places = [(camera.device, camera.channel), *recorder_places(camera, page.addresses)]
    seen = next((page.pictures[place] for place in places if place in page.pictures), None)
    shot = picture(seen, camera_title(camera, channel).in_(page.language)) if seen else ""
    return tag("header", f"<div>{title}{identity}</div>" + tag("p", shown, kind="soft") + shot)


def _row(page: Page, index: int, field: str, fact: Fact, told: dict[str, str]) -> str:
    """One field; `told` remembers at which field of this card a reason was already given."""
    name = tag("th", page(FIELDS[field]), scope="row")
    if fact.chosen is None:
        return tag("tr", tag("td", str(index), kind="no") + name + _unknown_cell(page, index, field, fact, told))
    differing = disagreements(field, fact)
    value = tag("span", page(value_words(field, fact.value)), kind="value")
    cells = (
        tag("td", str(index), kind="no") + name + tag("td", value) + tag("td", _beside(page, field, fact, differing))
    )
    return tag("tr", cells, kind="differs" if differing else "")


def _unknown_cell(page: Page, index: int, field: str, fact: Fact, told: dict[str, str]) -> str:
    why = page(fact.why_unknown.text) if fact.why_unknown else ""
    first = told.setdefault(why, str(index))
    if first != str(index):
        content = tag("span", page(words.AS_FIELD.with_(words=words.NOT_YET, number=first)), kind="unknown")
    else:
        content = _not_yet(page, why)
    return tag("td", content + _others(page, field, fact.others, ()), colspan="2")


def _not_yet(page: Page, why: str) -> str:
    return tag("span", page(words.NOT_YET), kind="unknown") + tag("span", f" – {why}", kind="small")


def _beside(page: Page, field: str, fact: Fact, differing: Iterable[Evidence]) -> str:
    if fact.chosen is None:
        return ""
    badges = tag("span", page(standing_words(fact.chosen.source.standing)), kind="badge")
    if fact.proxy:
        proxy = words.PROXY_BRAND if field == "brand" else words.PROXY
        badges += " " + tag("span", page(proxy), kind="badge proxy")
    source = f"{badges} {page(source_words(fact.chosen.source.method))}"
    value = fact.value
    unseen = field == "file_format" and isinstance(value, Mapping) and value.get("container") == "not_observable"
    note = tag("div", page(words.CONTAINER), kind="small soft") if unseen else ""
    return source + note + _others(page, field, fact.others, differing)


def _others(page: Page, field: str, others: tuple[Evidence, ...], differing: Iterable[Evidence]) -> str:
    """The other evidence, what differs first; sources that say the same share a line."""
    against = list(differing)
    mark = tag("span", f"≠ {page(words.DIFFERS)}:", kind="differs-mark")
    lines = [f"{mark} <b>{value}</b> – {sources}" for value, sources in _by_value(page, field, against)]
    agreeing = [item for item in others if item not in against]
    lines += [f"{page(words.ALSO)} {value} – {sources}" for value, sources in _by_value(page, field, agreeing)]
    if len(lines) > _MOST_BESIDE:
        lines = [*lines[:_MOST_BESIDE], page(words.AND_MORE.with_(count=len(lines) - _MOST_BESIDE))]
    return tag("ul", "".join(tag("li", line) for line in lines), kind="beside") if lines else ""


def _by_value(page: Page, field: str, items: Iterable[Evidence]) -> list[tuple[str, str]]:
    """Each value once, with the sources that tell it."""
    sources: dict[str, list[str]] = {}
    for item in items:
        sources.setdefault(page(hint_words(field, item)), []).append(page(source_words(item.source.method)))
    return [(value, "; ".join(dict.fromkeys(told))) for value, told in sources.items()]


def _working_row(page: Page, fact: Fact) -> str:
    name = tag("th", page(words.WORKING), scope="row")
    if fact.why_unknown:
        content = tag("td", _not_yet(page, page(fact.why_unknown.text)), colspan="2")
        return tag("tr", tag("td", "", kind="no") + name + content, kind="first-extra")
    shown = page(words.WORKS if fact.value is True else words.WORKS_NOT)
    cells = tag("td", tag("span", shown, kind="value")) + tag("td", _beside(page, "working", fact, ()))
    return tag("tr", tag("td", "", kind="no") + name + cells, kind="first-extra")


def _stream_rows(page: Page, streams: Iterable[StreamRecord]) -> list[str]:
    """One row for each live stream that anything is known of."""
    return [row for stream in streams if (row := _stream_row(page, stream))]


def _stream_row(page: Page, stream: StreamRecord) -> str:
    rate = stream.bit_rate_bps.value
    parts = [
        page(value_words("codec", stream.codec.value)) if stream.codec.chosen else "",
        page(value_words("resolution", stream.resolution.value)) if stream.resolution.chosen else "",
        f"{page(value_words('frame_rate', stream.frame_rate.value))} fps" if stream.frame_rate.chosen else "",
        f"{number(rate / 1e6)} Mbit/s" if isinstance(rate, (int, float)) else "",
    ]
    shown = " · ".join(part for part in parts if part)
    if not shown:
        return ""
    relayed = f" {page(words.RELAYED)}" if stream.view else ""
    name = tag("th", f"{page(words.STREAM)} {safe(stream.name, 20)}{relayed}", scope="row")
    uri = tag("span", " · " + safe(stream.uri, 200), kind="small soft") if stream.uri else ""
    return tag("tr", tag("td", "", kind="no") + name + tag("td", shown + uri, colspan="2"))


def _recordings(page: Page, camera: SurveyRecord) -> str:
    """What index and samples say of the recordings, in words and drawn; nothing where they were not looked at."""
    retention = camera.retention
    if retention.timeline is None:
        return ""
    verdict = tag("b", page(told.verdict_words(retention)))
    seed = tag("div", page(words.SEED.with_(seed=retention.seed)), kind="small soft") if retention.seed else ""
    said = tag("figcaption", f"{page(words.RECORDINGS)} – {verdict}<br>{page(told.summary_words(retention))}")
    title = camera_title(camera, place_words(camera)).in_(page.language)
    return tag("figure", said + timeline_svg(retention, page.language, title=clean(title)) + seed, kind="timeline")


def finding_list(page: Page, findings: Iterable[Finding]) -> str:
    """Findings with their severity in words, or nothing."""
    items = [
        tag("li", tag("span", f"{page(SEVERITIES[finding.severity])}:", kind="severity") + f" {page(finding.text)}")
        for finding in findings
    ]
    return tag("ul", "".join(items), kind="findings") if items else ""
