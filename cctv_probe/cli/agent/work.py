"""`cctv-probe agent work`: one job of the service, in a process of its own. The service starts it; people need not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="One scan of the service, from the first packet to the outbox (started by the service itself).",
    th="งานสแกนหนึ่งครั้งของบริการ ตั้งแต่เริ่มจนถึงกล่องขาออก (บริการเรียกใช้เอง)",
)
_BESIDE = Text(en="Folder that names in the configuration count from.", th="โฟลเดอร์ที่ชื่อไฟล์ในค่าตั้งนับจาก")
_ACTIVITY = Text(en="discovery, reading, measuring or footage.", th="discovery, reading, measuring หรือ footage")
_FOLDER = Text(en="Folder of the new run.", th="โฟลเดอร์ของการสแกนใหม่")
_RESUME = Text(en="Folder of a finished run to hand in.", th="โฟลเดอร์ของการสแกนที่เสร็จแล้วซึ่งต้องส่งต่อ")
_WANTED = Text(en="Note of records that the register asked for.", th="ไฟล์รายการข้อมูลที่ทะเบียนกลางขอ")
_WITHIN = Text(en="Most seconds for the scan.", th="เวลาสูงสุดของการสแกน (วินาที)")
_ONE = Text(
    en="Please give one job: --activity with --run-folder, --resume, or --wanted.",
    th="โปรดระบุงานเดียว: --activity พร้อม --run-folder หรือ --resume หรือ --wanted",
)


def work(
    config: options.AgentConfigFile = None,
    beside: Annotated[Path | None, typer.Option("--beside", help=say(_BESIDE), metavar="FOLDER")] = None,
    activity: Annotated[str, typer.Option("--activity", help=say(_ACTIVITY), metavar="NAME")] = "",
    run_folder: Annotated[Path | None, typer.Option("--run-folder", help=say(_FOLDER), metavar="FOLDER")] = None,
    resume: Annotated[Path | None, typer.Option("--resume", help=say(_RESUME), metavar="FOLDER")] = None,
    wanted: Annotated[Path | None, typer.Option("--wanted", help=say(_WANTED), metavar="FILE")] = None,
    within_s: Annotated[float | None, typer.Option("--within-s", help=say(_WITHIN), min=1)] = None,
    lang: options.Lang = "",
) -> None:
    """Do one job and end. SIGTERM ends a scan in good order."""
    from cctv_probe.agent.care import journal
    from cctv_probe.agent.config import ACTIVITIES, DEFAULT_CONFIG, load_agent_config
    from cctv_probe.agent.service.work import Stopping, Worker
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.wire.clock import SystemClock

    stopping = Stopping()
    stopping.on_signals()
    check_lang(lang)
    kind = next((name for name in ACTIVITIES if name == activity), None)
    if [bool(kind and run_folder), bool(resume), bool(wanted)].count(True) != 1 or (activity and not kind):
        raise Stop(exits.USAGE, _ONE)
    os.umask(0o077)
    try:
        configured = load_agent_config(config or DEFAULT_CONFIG, beside=beside)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    journal.begin(configured.language)
    from cctv_probe.agent.service.handing_in import HandingIn

    clock = SystemClock()
    job = HandingIn(clock)
    worker = Worker(configured, clock, job.scan, job.leave, job.supply, stopping)
    if kind and run_folder:
        if within_s is not None:
            stopping.within(within_s)
        raise typer.Exit(worker.run(kind, run_folder))
    raise typer.Exit(worker.resume(resume) if resume else worker.hand_in(wanted or Path()))
