"""One device on the screen with the evidence for every value, disagreements first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Evidence, Fact
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import DeviceRecord, SurveyRecord
from cctv_probe.model.words import Language
from cctv_probe.survey import report_words as words
from cctv_probe.survey import terminal_words as short
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.display import (
    camera_title,
    field_words,
    hint_words,
    number,
    place_words,
    recorders_words,
    value_words,
)
from cctv_probe.survey.findings import INDEX_OVERSTATES
from cctv_probe.survey.health import IN_HEALTH, health_lines
from cctv_probe.survey.reasons import step_words
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.terminal import plain_table
from cctv_probe.survey.terminal_timeline import retention_timelines
from cctv_probe.survey.words import KINDS, SEVERITIES, moment_words, site_zone, source_words, standing_words

_DEVICE_FACTS = ("brand", "model", "firmware", "clock_offset_s")
_STREAM_FACTS = ("codec", "resolution", "frame_rate", "bit_rate_bps")
_RECORDING_FACTS = ("configured_days", "oldest_playable_days", "coverage_ratio", "longest_gap_s", "recording_mode")
_IN_RECORDS = frozenset(
    {
        *_DEVICE_FACTS,
        *_STREAM_FACTS,
        "max_resolution",
        "osd_text",
        "latitude",
        "longitude",
        "rtt_s",
        "nat_hint",
        "subnet",
        "retention_days",
        "file_format",
        *_RECORDING_FACTS,
    }
)
_MARKS = short.marks()


def inspection(
    device: Device,
    device_record: DeviceRecord,
    records: Sequence[SurveyRecord],
    language: Language,
    *,
    time_zone: str = "Asia/Bangkok",
    addresses: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Everything known of one device: what differs, what to look at, each camera's fields, streams, the rest, the steps.

    `addresses` are those of the run's devices by their ids, for naming the recorders of a camera.
    """
    view = _View(language, site_zone(time_zone), addresses)
    parts: list[RenderableType] = [*view.head(device, device_record), *view.differences(device_record, records)]
    parts += view.findings([*device_record.findings, *(item for record in records for item in record.findings)])
    parts += view.facts(
        short.DEVICE_TITLE.in_(language), {name: getattr(device_record, name) for name in _DEVICE_FACTS}
    )
    parts += view.health(device, device_record)
    for record in records:
        parts += view.camera(record)
    parts += view.more(device)
    parts += view.attempts(device)
    return Group(*parts)


def _is_in_the_first_table(finding: Finding) -> bool:
    """Disagreements stand there already; those of low severity say here why they are harmless.

    An index that claims more than plays is a disagreement of field 9 (see `camera_findings`).
    """
    if finding.code == INDEX_OVERSTATES:
        return True
    shown = finding.code.endswith("_disagrees") and not finding.code.startswith("stream_")
    return shown and finding.severity != "low"


def _is_of_no_stream(item: Evidence) -> bool:
    """The bit rate of a recording, which no live stream's fact holds."""
    return item.attribute == "bit_rate_bps" and item.role == "recorded"


class _View:
    """The parts of the inspection in one language."""

    def __init__(self, language: Language, zone: tzinfo, addresses: Mapping[str, str]) -> None:
        self._language, self._zone, self._addresses = language, zone, addresses

    def head(self, device: Device, record: DeviceRecord) -> list[RenderableType]:
        names = [clean(str(fact.value), 60) for fact in (record.brand, record.model) if fact.chosen]
        kind = KINDS[device.kind].in_(self._language)
        lines = [Line(" · ".join([clean(device.address), kind, *names]), style="bold")]
        basis = short.IDENTITY.with_(basis=device.id_basis).in_(self._language)
        lines.append(Line(f"{clean(device.id, 200)} ({basis})", style="dim"))
        if device.evidence:
            seen = moment_words(max(item.seen_at for item in device.evidence), self._zone, self._language)
            lines.append(Line(short.SEEN.with_(time=seen).in_(self._language), style="dim"))
        if device.login:
            lines.append(Line(clean(device.login.in_(self._language), 600), style="yellow"))
        return list(lines)

    def differences(self, record: DeviceRecord, cameras: Sequence[SurveyRecord]) -> list[RenderableType]:
        own = ((name, getattr(record, name)) for name in _DEVICE_FACTS)
        found: list[tuple[SurveyRecord | None, str, Fact]] = [
            (None, field, fact) for field, fact in own if disagreements(field, fact)
        ]
        for camera in cameras:
            differing = [(camera, field, fact) for field, fact in camera.fields.items() if disagreements(field, fact)]
            found += [item for item in differing if not self._already(found, item[1], item[2])]
        if not found:
            return [Line(short.NO_DISAGREEMENT.in_(self._language), style="dim")]
        title = self._title(f"{_MARKS.differs} {short.DISAGREES_TITLE.in_(self._language)}")
        table = self._table()
        for camera_or_none, field, fact in found:
            name = field_words(field).in_(self._language)
            if camera_or_none is not None and len(cameras) > 1:
                name = f"{self._camera_name(camera_or_none)}: {name}"
            self._add(table, name, field, fact, only_differing=True)
        return [title, table]

    def _already(self, found: Iterable[tuple[SurveyRecord | None, str, Fact]], field: str, fact: Fact) -> bool:
        return any(known_field == field and known.chosen == fact.chosen for _, known_field, known in found)

    def findings(self, findings: Iterable[Finding]) -> list[RenderableType]:
        lines = [
            Line(f"• {SEVERITIES[item.severity].in_(self._language)}: {clean(item.text.in_(self._language), 900)}")
            for item in findings
            if not _is_in_the_first_table(item)
        ]
        return [self._title(short.FINDINGS_TITLE.in_(self._language)), *lines] if lines else []

    def health(self, device: Device, record: DeviceRecord) -> list[RenderableType]:
        """Disks, overwriting, schedule, clock and time server of a recorder, in words."""
        lines = health_lines(device, record)
        if not lines:
            return []
        table = plain_table()
        table.show_header = False
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for label, text in lines:
            table.add_row(Line(label.in_(self._language)), Line(clean(text.in_(self._language), 1200)))
        return [self._title(short.HEALTH_TITLE.in_(self._language)), table]

    def camera(self, camera: SurveyRecord) -> list[RenderableType]:
        parts = self.facts(self._camera_name(camera), {**camera.fields, "working": camera.working})
        for stream in camera.streams:
            name = short.STREAM_TITLE.with_(name=clean(stream.name, 20)).in_(self._language)
            title = f"{name} · {clean(stream.uri, 200)}" if stream.uri else name
            parts += self.facts(title, {key: getattr(stream, key) for key in _STREAM_FACTS})
        return [*parts, *self.recordings(camera)]

    def recordings(self, camera: SurveyRecord) -> list[RenderableType]:
        """The timeline, and what is known of the recordings beside field 9; nothing where they were not looked at."""
        retention = camera.retention
        timeline = retention_timelines([camera], self._language)
        if timeline is None:
            return []
        title = words.RECORDINGS.in_(self._language)
        return [*self.facts(title, {key: getattr(retention, key) for key in _RECORDING_FACTS}), Line(""), timeline]

    def facts(self, title: str, facts: dict[str, Fact]) -> list[RenderableType]:
        """What is known as a table, then the reasons for the rest, each said once."""
        table = self._table()
        reasons: dict[str, list[str]] = {}
        for field, fact in facts.items():
            name = (words.WORKING if field == "working" else field_words(field)).in_(self._language)
            if fact.why_unknown:
                reasons.setdefault(clean(fact.why_unknown.text.in_(self._language), 900), []).append(name)
            if fact.chosen or fact.others:
                self._add(table, name, field, fact)
        parts: list[RenderableType] = [self._title(title)]
        if table.row_count:
            parts.append(table)
        return [*parts, *(self._unknown(names, why) for why, names in reasons.items())]

    def _unknown(self, names: list[str], why: str) -> Line:
        line = Line(f"{_MARKS.unknown} {', '.join(names)}: ")
        return line.append(f"{words.NOT_YET.in_(self._language)} – {why}", style="dim")

    def more(self, device: Device) -> list[RenderableType]:
        """Evidence that no field of the record takes."""
        told = _IN_RECORDS | (IN_HEALTH if device.kind is Kind.RECORDER else frozenset())
        rest = [item for item in device.evidence if item.attribute not in told or _is_of_no_stream(item)]
        if not rest:
            return []
        table = self._table()
        for item in rest:
            place = "" if item.subject == "device" else f"{clean(item.subject, 40)} "
            table.add_row(
                Line(place + field_words(item.attribute).in_(self._language)), *self._told(item.attribute, item)
            )
        return [self._title(short.MORE_TITLE.in_(self._language)), table]

    def attempts(self, device: Device) -> list[RenderableType]:
        if not device.attempts:
            return []
        table = plain_table()
        for head in (words.STEP, words.ENDING, words.SECONDS):
            table.add_column(
                head.in_(self._language), overflow="fold", justify="right" if head is words.SECONDS else "left"
            )
        for item in device.attempts:
            line = clean(item.line.in_(self._language), 300)
            ending = item.ending.sentence.in_(self._language)
            shown = ending if line in ("", ending) else f"{ending}: {line}"
            table.add_row(Line(clean(step_words(item.step), 80)), Line(shown), Line(number(round(item.elapsed_s, 3))))
        return [self._title(words.ATTEMPTS_TITLE.in_(self._language)), table]

    def _camera_name(self, camera: SurveyRecord) -> str:
        channel = place_words(camera)
        title = clean(camera_title(camera, channel).in_(self._language), 80)
        name = f"{title} ({channel.in_(self._language)})" if channel and camera.name else title
        recorders = recorders_words(camera, self._addresses)
        return f"{name} · {clean(camera.device, 45)} · {recorders.in_(self._language)}" if recorders else name

    def _title(self, text: str) -> Line:
        return Line(f"\n{text}", style="bold")

    def _table(self) -> Table:
        table = plain_table()
        heads = (words.FIELD, short.VALUE_HEAD, short.STANDING_HEAD, short.SOURCE_HEAD)
        for head in heads:
            table.add_column(head.in_(self._language), overflow="fold")
        return table

    def _add(self, table: Table, name: str, field: str, fact: Fact, *, only_differing: bool = False) -> None:
        """The value believed, then what stands beside it."""
        differing = disagreements(field, fact)
        if fact.chosen is None:
            table.add_row(Line(name), Line(_MARKS.unknown, style="dim"), Line(""), Line(""))
        else:
            table.add_row(Line(name), *self._told(field, fact.chosen, proxy=fact.proxy))
        for other in differing if only_differing else fact.others:
            mark = _MARKS.differs if other in differing else " "
            style = "yellow" if other in differing else "dim"
            table.add_row(Line(""), *self._told(field, other, mark=mark, style=style))

    def _told(
        self, field: str, item: Evidence, *, mark: str = "", style: str = "", proxy: bool = False
    ) -> tuple[Line, Line, Line]:
        text = value_words(field, item.value) if not mark else hint_words(field, item)
        value = f"{mark} {text.in_(self._language)}" if mark else text.in_(self._language)
        return (
            Line(f"{value}{_MARKS.proxy if proxy else ''}", style=style),
            Line(standing_words(item.source.standing).in_(self._language), style=style),
            Line(source_words(item.source.method).in_(self._language), style=style),
        )
