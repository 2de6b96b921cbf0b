"""A folder of recorded files, checked as a recorder is: shown while it goes on, stopped by Ctrl-C, written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe import __version__
from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.prepare import Asked, new_run_folder
from cctv_probe.cli.progress import ScanProgress
from cctv_probe.cli.scanning import Finished, stop_on_ctrl_c, write_files
from cctv_probe.cli.site import read_site
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import SystemClock, utc_text
from cctv_probe.wire.run_id import new_run_id
from cctv_probe.wire.state import state_folder

if TYPE_CHECKING:
    from cctv_probe.footage.check import Checked
    from cctv_probe.footage.folders.settings import FolderSettings
    from cctv_probe.model.device import Run
    from cctv_probe.survey.result import Survey

_EMPTY = Text(
    en="{path} holds no recorded file that could be read. Known endings: {endings}. Other names need a folder file (--folder-file).",
    th="{path} ไม่มีไฟล์บันทึกที่อ่านได้ นามสกุลที่รู้จัก: {endings} หากชื่อไฟล์เป็นรูปแบบอื่น โปรดใช้ --folder-file",
)


def run_folder(root: Path, layout: Path | None, asked: Asked) -> Finished:
    """Check every channel of a folder. Raises `Stop` where nothing could be begun, read or written."""
    import threading

    from cctv_probe.footage.check import Checking, check
    from cctv_probe.footage.folders.archive import FolderArchive, folder_id
    from cctv_probe.footage.folders.file_process import FileReader
    from cctv_probe.footage.folders.settings import VIDEO
    from cctv_probe.footage.state import StateStore
    from cctv_probe.footage.verifier import Tools
    from cctv_probe.media.decoder import Decoders
    from cctv_probe.model.device import Run
    from cctv_probe.survey.site_list import merge

    site = read_site(asked.site_file)
    clock, stop = SystemClock(), threading.Event()
    settings = _settings(layout)
    run_id, started = new_run_id(clock.now()), clock.now()
    folder = new_run_folder(asked, clock, run_id)
    progress = ScanProgress()
    kept = state_folder() / "footage"
    with Decoders() as decoders, FileReader() as reader, stop_on_ctrl_c(stop), progress:
        archive = FolderArchive(root, reader, clock, settings, kept)
        tools = Tools(decoders, clock, StateStore(kept), settings.zone.key, stop, progress.sample)
        checking = Checking(tools, asked.days, asked.repeat_seed, asked.night_minutes * 60)
        own = f"address:{root.absolute()}:0"  # the id of the device that `_survey` makes of the folder
        checking = replace(checking, declared_for=lambda _key, channel: site.declared_days(own, channel))
        checked = check(archive, folder_id(root), (), checking)
    if checked.ending is not None:
        raise Stop(exits.NOTHING_DONE, checked.ending.line)
    if not checked.channels:
        raise Stop(exits.NOTHING_DONE, _EMPTY.with_(path=root, endings=", ".join(sorted(VIDEO))))
    times = (utc_text(started), utc_text(clock.now()))
    run = Run(
        run_id,
        *times,
        f"cctv-probe {__version__}",
        (str(root.absolute()),),
        complete=not stop.is_set(),
        addresses_tried=0,
        time_zone=settings.zone.key,
    )
    survey = merge(_survey(root, checked, archive.lines, run), site)
    write_files(survey, folder)
    return Finished(survey, folder, tuple(archive.lines), stop.is_set(), not stop.is_set())


def _settings(layout: Path | None) -> FolderSettings:
    from cctv_probe.footage.folders.settings import known_layouts, load_folder_file
    from cctv_probe.scope.yaml_file import ConfigError

    if layout is None:
        return known_layouts()
    try:
        return load_folder_file(layout)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None


def _survey(root: Path, checked: Checked, lines: list[Text], run: Run) -> Survey:
    """The folder as a recorder whose channels are the cameras. It has no identity but its path."""
    from cctv_probe.model.device import Device, Identity, Kind
    from cctv_probe.survey.fill import fill
    from cctv_probe.survey.result import Survey

    notes = tuple(Finding("folder_note", "info", line) for line in lines)
    channels = tuple(replace(channel, name=channel.name or root.name) for channel in checked.channels)
    device = Device(
        address=str(root.absolute()),
        port=None,
        kind=Kind.RECORDER,
        identity=Identity(),
        channels=channels,
        evidence=checked.evidence,
        findings=notes,
    )
    record, cameras = fill(device)
    return Survey(run, (device,), (record,), cameras)
