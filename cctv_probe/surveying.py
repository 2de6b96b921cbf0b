"""One survey of a site, start to end: watched as the run asks, judged, merged with the site list, written down.

The commands and the agent's child both come this way; what is theirs alone (what was typed, Ctrl-C, the schedule) is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe import __version__
from cctv_probe.identify.same_camera import match
from cctv_probe.model.device import Run
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Language
from cctv_probe.pipeline import Met, Scanned, scan
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.permit import Scope, ScopeRange
from cctv_probe.scope.targets import parse_targets
from cctv_probe.survey.fill import fill_all
from cctv_probe.survey.owner import owner_evidence
from cctv_probe.survey.result import Survey
from cctv_probe.survey.site_list import SiteList, merge
from cctv_probe.wire.clock import utc_text

if TYPE_CHECKING:
    from cctv_probe.discover import Progress
    from cctv_probe.footage.archive import ArchiveChannel
    from cctv_probe.footage.check import Checking
    from cctv_probe.media.decoder import Decoders
    from cctv_probe.model.footage import Sample
    from cctv_probe.stream.ceiling import Ceiling
    from cctv_probe.stream.measure import Measuring
    from cctv_probe.visiting import Means


@dataclass(frozen=True, slots=True)
class Watch:
    """What a run watches beside asking. `days` is what field 9 was declared to be where the site list says nothing."""

    measure: bool = True
    pictures: bool = True
    sample_s: float = 10.0
    max_mbps: float = 50.0
    thumbnails: bool = False
    retention: bool = False
    days: int | None = None
    repeat_seed: str | None = None
    night_minutes: float = 20.0


@dataclass(frozen=True, slots=True)
class Reports:
    """Who is told while a survey goes on."""

    on_discovery: Callable[[Progress], None] | None = None
    on_met: Callable[[Met], None] | None = None
    on_sample: Callable[[ArchiveChannel, Sample], None] | None = None


NOBODY_TOLD = Reports()
NO_PICTURES: Mapping[tuple[str, int], bytes] = {}


def survey_site(
    means: Means, watch: Watch, site: SiteList, run_id: str, *, state: Path, reports: Reports = NOBODY_TOLD
) -> tuple[Survey, Scanned]:
    """Scan what the means' scope allows, and fill the record of every camera. `state` holds what earlier nights proved.

    Stopping (`means.stop`) keeps what was found; `run.complete` is false then.
    """
    started = means.clock.now()
    with _watching(means, watch, site, state, reports) as able:
        scanned = scan(able.scope.targets, able, on_discovery=reports.on_discovery, on_met=reports.on_met)
    return merge(_survey(means, scanned, run_id, utc_text(started), utc_text(means.clock.now())), site), scanned


def _survey(means: Means, scanned: Scanned, run_id: str, started: str, finished: str) -> Survey:
    scope = means.scope
    notes = tuple(
        Finding(f"discovery_{attempt.ending.value}", "low", attempt.line)
        for attempt in scanned.discovery.attempts
        if attempt.ending.value not in ("ok", "not_supported")
    )
    run = Run(
        id=run_id,
        started_utc=started,
        finished_utc=finished,
        program=f"cctv-probe {__version__}",
        ranges=tuple(scope.targets.words),
        complete=scanned.complete,
        addresses_tried=scanned.discovery.addresses_tried,
        lao_code=scope.lao_code,
        time_zone=scope.time_zone,
        notes=notes,
    )
    declared = owner_evidence(scope.lao_code, scope.name, means.clock.now())
    records, cameras = fill_all(scanned.devices, match(scanned.devices), declared=declared)
    return Survey(run, scanned.devices, records, cameras)


def write_outputs(
    survey: Survey, folder: Path, language: Language, thumbnails: Mapping[tuple[str, int], bytes] = NO_PICTURES
) -> None:
    """`run.json`, `survey.json`, `survey.csv` and `report.html`. Raises CannotWriteError."""
    from cctv_probe.survey.write_csv import write_csv
    from cctv_probe.survey.write_html import write_html
    from cctv_probe.survey.write_json import write_run_json, write_survey_json

    write_run_json(survey, folder / "run.json")
    write_survey_json(survey, folder / "survey.json")
    write_csv(survey, folder / "survey.csv", language)
    write_html(survey, folder / "report.html", language, thumbnails)


def with_closed(scope: Scope, site: SiteList) -> Scope:
    """The scope with the addresses of closed places as the site list knows them: those are counted, not asked."""
    closed = []
    for address in site.closed_addresses():
        try:
            targets = parse_targets([address], allow_public=True)
        except ScopeError:
            continue  # a folder of recordings stands where a device has its address
        closed.append(ScopeRange(targets, "closed"))
    return replace(scope, ranges=(*scope.ranges, *closed)) if closed else scope


def days_by_channel(site: SiteList) -> Callable[[str, int], int | None]:
    """What was declared of a channel's days, by the state key of its archive (`<device id>@<address>:<port>`)."""

    def declared(state_key: str, channel: int) -> int | None:
        return site.declared_days(state_key.rpartition("@")[0], channel)

    return declared


@contextmanager
def _watching(means: Means, watch: Watch, site: SiteList, state: Path, reports: Reports) -> Iterator[Means]:
    """The means with what this run watches: live streams, recordings, both or neither. Decoder children end with the block."""
    wants_pictures = watch.retention or (watch.measure and watch.pictures)
    if not (watch.measure or watch.retention):
        yield means
        return
    from cctv_probe.media.decoder import Decoders
    from cctv_probe.stream.ceiling import Ceiling

    with ExitStack() as stack:
        decoders = stack.enter_context(Decoders()) if wants_pictures else None
        ceiling = Ceiling(watch.max_mbps * 1e6)
        yield replace(
            means,
            measuring=_measuring(means, watch, ceiling, decoders if watch.pictures else None),
            checking=_checking(means, watch, ceiling, decoders, site, state, reports) if decoders else None,
        )


def _measuring(means: Means, watch: Watch, ceiling: Ceiling, decoders: Decoders | None) -> Measuring | None:
    """How live streams are measured in this run; None where they are not."""
    if not watch.measure:
        return None
    from zoneinfo import ZoneInfo

    from cctv_probe.stream.measure import Measuring

    there = means.clock.now().astimezone(ZoneInfo(means.scope.time_zone))
    hour = there.hour + there.minute / 60
    return Measuring(ceiling, decoders, sample_s=watch.sample_s, local_hour=hour, thumbnails=watch.thumbnails)


def _checking(
    means: Means,
    watch: Watch,
    ceiling: Ceiling,
    decoders: Decoders,
    site: SiteList,
    state: Path,
    reports: Reports,
) -> Checking | None:
    """How recordings are proven in this run; None where they are left alone."""
    if not watch.retention:
        return None
    from cctv_probe.footage.check import Checking
    from cctv_probe.footage.state import StateStore
    from cctv_probe.footage.verifier import Tools
    from cctv_probe.stream.ceiling import Leftover

    store = StateStore(state / "footage")
    tools = Tools(decoders, means.clock, store, means.scope.time_zone, means.stop, reports.on_sample)
    pace = Leftover(ceiling, means.stop)
    checking = Checking(tools, watch.days, watch.repeat_seed, watch.night_minutes * 60, pace=pace)
    return replace(checking, declared_for=days_by_channel(site))
