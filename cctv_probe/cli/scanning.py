"""A scan as the commands run it: prepared, shown while it goes on, stopped by Ctrl-C, written down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from cctv_probe import __version__
from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE
from cctv_probe.cli.prepare import Asked, make_means, read_credentials, read_scope, state_folder
from cctv_probe.cli.progress import ScanProgress
from cctv_probe.cli.site import days_by_channel, read_site, with_closed
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import SystemClock, utc_text
from cctv_probe.wire.run_id import new_run_id

if TYPE_CHECKING:
    from cctv_probe.footage.check import Checking
    from cctv_probe.media.decoder import Decoders
    from cctv_probe.pipeline import Scanned
    from cctv_probe.stream.ceiling import Ceiling
    from cctv_probe.stream.measure import Measuring
    from cctv_probe.survey.result import Survey
    from cctv_probe.survey.site_list import SiteList
    from cctv_probe.visiting import Means

NO_PICTURES: Mapping[tuple[str, int], bytes] = {}


@dataclass(frozen=True)
class Finished:
    """A scan that has ended, with its outputs written to `folder`."""

    survey: Survey
    folder: Path
    remarks: tuple[Text, ...]
    interrupted: bool
    complete: bool


def run_scan(asked: Asked, *, quiet: bool = False) -> Finished:
    """Scan, and write the outputs. Raises `Stop` where nothing could be begun or written."""
    clock = SystemClock()
    scope, left_out = read_scope(asked, clock)
    site = read_site(asked.site_file or scope.site)
    scope = with_closed(scope, site)
    credentials = read_credentials(asked)
    run_id = new_run_id(clock.now())
    means = make_means(asked, scope, credentials, clock, run_id)
    from cctv_probe.pipeline import scan

    started = clock.now()
    try:
        progress = ScanProgress(quiet=quiet)
        with _watching(asked, means, progress, site) as able, stop_on_ctrl_c(means.stop), progress:
            scanned = scan(scope.targets, able, on_discovery=progress.discovery, on_met=progress.met)
    finally:
        means.ledger.close()
        means.folder.close()
    remarks = [*([left_out] if left_out else []), *_remarks(scanned)]
    from cctv_probe.survey.site_list import merge

    survey = merge(_survey(means, scanned, run_id, utc_text(started), utc_text(clock.now())), site)
    write_outputs(survey, means.folder.path, scanned.thumbnails)
    return Finished(survey, means.folder.path, tuple(remarks), means.stop.is_set(), scanned.complete)


def _survey(means: Means, scanned: Scanned, run_id: str, started: str, finished: str) -> Survey:
    from cctv_probe.identify.same_camera import match
    from cctv_probe.model.device import Run
    from cctv_probe.survey.fill import fill_all
    from cctv_probe.survey.owner import owner_evidence
    from cctv_probe.survey.result import Survey

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


def write_outputs(survey: Survey, folder: Path, thumbnails: Mapping[tuple[str, int], bytes] = NO_PICTURES) -> None:
    """`run.json`, `survey.json`, `survey.csv` and `report.html`. Raises `Stop` where they cannot be written."""
    from cctv_probe.survey.atomic import CannotWriteError
    from cctv_probe.survey.write_csv import write_csv
    from cctv_probe.survey.write_html import write_html
    from cctv_probe.survey.write_json import write_run_json, write_survey_json

    try:
        write_run_json(survey, folder / "run.json")
        write_survey_json(survey, folder / "survey.json")
        write_csv(survey, folder / "survey.csv", LANGUAGE)
        write_html(survey, folder / "report.html", LANGUAGE, thumbnails)
    except CannotWriteError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None


def exit_code(finished: Finished) -> int:
    """0 where every camera was read, 3 where some were, 1 where none was."""
    from cctv_probe.model.device import Kind

    seen = [device for device in finished.survey.devices if device.kind in (Kind.CAMERA, Kind.RECORDER)]
    read = {view.device_id for camera in finished.survey.cameras if _is_read(camera.fields) for view in camera.views}
    whole = [
        device
        for device in seen
        if device.id in read and all(_is_read(camera.fields) for camera in finished.survey.cameras_of(device))
    ]
    if len(whole) == len(seen) and seen and finished.complete:
        return exits.ALL_READ
    return exits.PARTLY if read else exits.NOTHING_DONE


def _is_read(fields: dict[str, object] | object) -> bool:
    from cctv_probe.model.evidence import Fact

    assert isinstance(fields, dict)
    wanted = (fields["resolution"], fields["file_format"])
    return all(isinstance(fact, Fact) and fact.chosen is not None for fact in wanted)


def _remarks(scanned: Scanned) -> Iterator[Text]:
    from cctv_probe.wire.login import GROUP_STOPPED

    cut_off = [attempt.line for attempt in scanned.discovery.attempts if attempt.ending.value == "unreachable"]
    if cut_off and not scanned.devices:
        yield cut_off[0]
        return
    for attempt in scanned.discovery.attempts:
        if attempt.ending.value not in ("ok", "not_supported"):
            yield attempt.line
    for group in scanned.stopped_groups:
        yield GROUP_STOPPED.with_(group=group)
    if not scanned.devices:
        yield NOBODY.with_(count=scanned.discovery.addresses_tried)


@contextmanager
def _watching(asked: Asked, means: Means, progress: ScanProgress, site: SiteList) -> Iterator[Means]:
    """The means with what this run watches: live streams, recordings, both or neither. Decoder children end with the block."""
    wants_pictures = asked.retention or (asked.measure and asked.pictures)
    if not (asked.measure or asked.retention):
        yield means
        return
    from cctv_probe.media.decoder import Decoders
    from cctv_probe.stream.ceiling import Ceiling

    with ExitStack() as stack:
        decoders = stack.enter_context(Decoders()) if wants_pictures else None
        ceiling = Ceiling(asked.max_mbps * 1e6)
        yield replace(
            means,
            measuring=_measuring(asked, means, ceiling, decoders if asked.pictures else None),
            checking=_checking(asked, means, ceiling, decoders, progress, site) if decoders else None,
        )


def _measuring(asked: Asked, means: Means, ceiling: Ceiling, decoders: Decoders | None) -> Measuring | None:
    """How live streams are measured in this run; None where they are not."""
    if not asked.measure:
        return None
    from zoneinfo import ZoneInfo

    from cctv_probe.stream.measure import Measuring

    there = means.clock.now().astimezone(ZoneInfo(means.scope.time_zone))
    hour = there.hour + there.minute / 60
    return Measuring(ceiling, decoders, sample_s=asked.sample_s, local_hour=hour, thumbnails=asked.thumbnails)


def _checking(
    asked: Asked, means: Means, ceiling: Ceiling, decoders: Decoders, progress: ScanProgress, site: SiteList
) -> Checking | None:
    """How recordings are proven in this run; None where they are left alone."""
    if not asked.retention:
        return None
    from cctv_probe.footage.check import Checking
    from cctv_probe.footage.state import StateStore
    from cctv_probe.footage.verifier import Tools
    from cctv_probe.stream.ceiling import Leftover

    store = StateStore(state_folder() / "footage")
    tools = Tools(decoders, means.clock, store, means.scope.time_zone, means.stop, progress.sample)
    pace = Leftover(ceiling, means.stop)
    checking = Checking(tools, asked.days, asked.repeat_seed, asked.night_minutes * 60, pace=pace)
    return replace(checking, declared_for=days_by_channel(site))


@contextmanager
def stop_on_ctrl_c(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C ends the scan and keeps what was found; the second ends the program."""

    def stopped(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        raise Stop(exits.INTERRUPTED, _TWICE) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


NOBODY = Text(
    en="Nothing answered at {count} addresses. Check the range, the cable or VLAN, and whether a firewall stands between.",
    th="ไม่มีอุปกรณ์ใดตอบจาก {count} ที่อยู่ โปรดตรวจสอบช่วงที่อยู่ สายหรือ VLAN และไฟร์วอลล์ระหว่างทาง",
)
_TWICE = Text(en="Stopped at once; nothing was written.", th="หยุดทันที ไม่ได้บันทึกผล")
