"""`cctv-probe retention`: how many days are really kept, proven by playing samples of what was recorded."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.cli.prepare import Asked, check_lang
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.cli.scanning import Finished
    from cctv_probe.survey.result import Survey

ABOUT = Text(
    en="Play samples of the recordings of devices, or of a folder of recorded files: how many days are really kept.",
    th="เล่นตัวอย่างภาพที่บันทึกของอุปกรณ์หรือของโฟลเดอร์ไฟล์บันทึก เพื่อยืนยันจำนวนวันที่เก็บจริง",
)
_TARGETS = Text(
    en="Addresses (10.0.0.12, 10.0.0.0/24), or a folder of recorded files.",
    th="ที่อยู่ (10.0.0.12, 10.0.0.0/24) หรือโฟลเดอร์ไฟล์บันทึก",
)
_LAYOUT = Text(
    en="How the names in the folder are read (see configs/folder.example.yaml); usual ones are known.",
    th="วิธีอ่านชื่อไฟล์ในโฟลเดอร์ (ดู configs/folder.example.yaml) รูปแบบทั่วไปไม่ต้องระบุ",
)
_BOTH = Text(en="Name addresses or one folder, not both: {targets}.", th="โปรดระบุที่อยู่หรือโฟลเดอร์เพียงอย่างเดียว: {targets}")
_NO_FOLDER = Text(
    en="There is no folder {path}. Check the name, and that it is mounted.",
    th="ไม่พบโฟลเดอร์ {path} โปรดตรวจสอบชื่อ และว่าเชื่อมต่อไว้แล้ว",
)
_NONE = Text(en="No device that keeps recordings was found.", th="ไม่พบอุปกรณ์ที่เก็บภาพบันทึก")
_WRITTEN = Text(en="Report, survey and evidence: {path}", th="รายงาน ผลสำรวจ และหลักฐาน: {path}")
_AGAIN = Text(
    en="{count} cameras are not finished: run the same command again another night; the samples add up.",
    th="ยังตรวจไม่เสร็จ {count} กล้อง โปรดใช้คำสั่งเดิมอีกครั้งในคืนอื่น โดยตัวอย่างจะนับรวมกัน",
)


def retention(
    targets: Annotated[list[str] | None, typer.Argument(help=say(_TARGETS), metavar="ADDRESSES|FOLDER")] = None,
    days: options.Days = None,
    repeat_seed: options.RepeatSeed = "",
    minutes: options.NightMinutes = 20.0,
    folder_file: Annotated[Path | None, typer.Option("--folder-file", help=say(_LAYOUT), metavar="FILE")] = None,
    scope: options.Scope = None,
    site: options.Site = None,
    credentials: options.CredentialsOption = None,
    user: options.User = None,
    exclude: options.Exclude = None,
    allow_public: options.AllowPublic = False,
    ports: options.Ports = "",
    out: options.Out = None,
    as_json: options.Json = False,
    at_once: options.AtOnce = 64,
    no_arp: options.NoArp = False,
    no_multicast: options.NoMulticast = False,
    max_mbps: options.MaxMbps = 50.0,
    lang: options.Lang = "",
) -> None:
    """Check the recordings of devices or of a folder, show a timeline for each camera, write the files."""
    check_lang(lang)
    asked = Asked(
        targets=tuple(targets or ()),
        scope_file=scope,
        site_file=site,
        credentials_file=credentials,
        user=user,
        exclude=tuple(exclude or ()),
        allow_public=allow_public,
        ports=ports,
        out=out,
        at_once=at_once,
        no_arp=no_arp,
        no_multicast=no_multicast,
        measure=False,
        max_mbps=max_mbps,
        retention=True,
        days=days,
        repeat_seed=repeat_seed or None,
        night_minutes=minutes,
    )
    folder = _folder(asked.targets)
    if folder is not None:
        from cctv_probe.cli.retention_folder import run_folder

        finished = run_folder(folder, folder_file, asked)
    else:
        from cctv_probe.cli.scanning import run_scan

        finished = run_scan(asked)
    _show(finished, as_json=as_json)
    raise typer.Exit(_code(finished))


def _folder(targets: tuple[str, ...]) -> Path | None:
    """The folder that was named; None where addresses were. Raises `Stop`."""
    named = [target for target in targets if _is_path(target)]
    if not named:
        return None
    if len(targets) > 1:
        raise Stop(exits.USAGE, _BOTH.with_(targets=", ".join(targets)[:200]))
    path = Path(named[0]).expanduser()
    if not path.is_dir():
        raise Stop(exits.USAGE, _NO_FOLDER.with_(path=path))
    return path


def _is_path(target: str) -> bool:
    """`/mnt/nas`, `./export`, `~/export`, `C:\\export` or a folder that is there; `10.0.0.0/24` is none."""
    named = target.startswith(("/", "./", "../", "~", ".\\", "..\\")) or target[1:3] in (":\\", ":/")
    return named or target in (".", "..") or bool(target and os.sep not in target and Path(target).is_dir())


def _show(finished: Finished, *, as_json: bool) -> None:
    survey = finished.survey
    if as_json:
        from cctv_probe.survey.write_json import survey_text

        sys.stdout.write(survey_text(survey))
    else:
        from rich.console import Console

        from cctv_probe.survey.terminal import closed_devices
        from cctv_probe.survey.terminal_timeline import retention_lines

        console = Console()
        for part in (retention_lines(survey, LANGUAGE), closed_devices(survey.devices, LANGUAGE)):
            if part is not None:
                console.print(part)
    sys.stdout.flush()
    unfinished = sum(_waits(survey, number) for number in range(len(survey.cameras)))
    notes = [*finished.remarks]
    notes += [_NONE] if survey.devices and not survey.cameras else []
    notes += [_AGAIN.with_(count=unfinished)] if unfinished else []
    for note in (*notes, _WRITTEN.with_(path=finished.folder)):
        sys.stderr.write(say(note) + "\n")


def _waits(survey: Survey, number: int) -> bool:
    record = survey.cameras[number].retention
    return record.samples > 0 and not record.complete


def _code(finished: Finished) -> int:
    """0 where the days of every camera that has recordings were proven, 3 where those of some were, 1 where of none."""
    if finished.interrupted:
        return exits.INTERRUPTED
    looked_at = [
        camera
        for camera in finished.survey.cameras
        if (why := camera.fields["retention_days"].why_unknown) is None or why.code != "no_archive"
    ]
    known = [camera for camera in looked_at if camera.fields["retention_days"].chosen is not None]
    if not known:
        return exits.NOTHING_DONE
    return exits.ALL_READ if len(known) == len(looked_at) and finished.complete else exits.PARTLY
