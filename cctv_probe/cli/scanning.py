"""A scan as the commands run it: prepared, shown while it goes on, stopped by Ctrl-C, written down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE
from cctv_probe.cli.prepare import Asked, make_means, read_credentials, read_scope
from cctv_probe.cli.progress import ScanProgress
from cctv_probe.cli.site import read_site
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.run_id import new_run_id
from cctv_probe.wire.state import state_folder

if TYPE_CHECKING:
    from cctv_probe.pipeline import Scanned
    from cctv_probe.survey.result import Survey
    from cctv_probe.surveying import Watch

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
    credentials = read_credentials(asked)
    run_id = new_run_id(clock.now())
    from cctv_probe.surveying import Reports, survey_site, with_closed

    means = make_means(asked, with_closed(scope, site), credentials, clock, run_id)
    try:
        progress = ScanProgress(quiet=quiet)
        told = Reports(progress.discovery, progress.met, progress.sample)
        with stop_on_ctrl_c(means.stop), progress:
            survey, scanned = survey_site(means, _watch(asked), site, run_id, state=state_folder(), reports=told)
    finally:
        means.ledger.close()
        means.folder.close()
    write_files(survey, means.folder.path, scanned.thumbnails)
    remarks = [*([left_out] if left_out else []), *_remarks(scanned)]
    return Finished(survey, means.folder.path, tuple(remarks), means.stop.is_set(), scanned.complete)


def _watch(asked: Asked) -> Watch:
    from cctv_probe.surveying import Watch

    return Watch(
        measure=asked.measure,
        pictures=asked.pictures,
        sample_s=asked.sample_s,
        max_mbps=asked.max_mbps,
        thumbnails=asked.thumbnails,
        retention=asked.retention,
        days=asked.days,
        repeat_seed=asked.repeat_seed,
        night_minutes=asked.night_minutes,
    )


def write_files(survey: Survey, folder: Path, thumbnails: Mapping[tuple[str, int], bytes] = NO_PICTURES) -> None:
    """The files of a run. Raises `Stop` where one cannot be written."""
    from cctv_probe.survey.atomic import CannotWriteError
    from cctv_probe.surveying import write_outputs

    try:
        write_outputs(survey, folder, LANGUAGE, thumbnails)
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
