"""`cctv-probe demo`: a fake municipality on this computer, scanned with the real program."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Start a fake municipality on this computer, scan it, and show the result. No network is touched.",
    th="จำลองเทศบาลบนเครื่องนี้ สแกน แล้วแสดงผล โดยไม่แตะต้องเครือข่ายจริง",
)
_OUT = Text(
    en="Folder for the files (default: cctv-probe-demo here).", th="โฟลเดอร์สำหรับไฟล์ผลลัพธ์ (ปกติ: cctv-probe-demo ที่นี่)"
)
_STARTING = Text(
    en="Starting {count} simulated devices of {name} on this computer …",
    th="กำลังเปิดอุปกรณ์จำลอง {count} เครื่องของ {name} บนเครื่องนี้ …",
)
_SCANNING = Text(en="Scanning {ranges} with their credentials …", th="กำลังสแกน {ranges} ด้วยรหัสผ่านของอุปกรณ์ …")
_FILES = Text(
    en="The files: {path}\n  report.html   the report to read and print\n  survey.csv    opens in Excel\n  survey.json   for other programs\n  evidence/     what the devices answered, by SHA-256",
    th="ไฟล์ผลลัพธ์: {path}\n  report.html   รายงานสำหรับอ่านและพิมพ์\n  survey.csv    เปิดด้วย Excel\n  survey.json   สำหรับโปรแกรมอื่น\n  evidence/     คำตอบของอุปกรณ์ ตามค่า SHA-256",
)
_NOT_STARTED = Text(en="The simulated municipality did not start: {why}", th="เปิดเทศบาลจำลองไม่สำเร็จ: {why}")
_NO_FLEET = Text(
    en="The fleet of the demo, configs/fleets/demo.yaml, is missing beside the program.",
    th="ไม่พบชุดอุปกรณ์สาธิต configs/fleets/demo.yaml ข้าง ๆ โปรแกรม",
)


_DECLARED_DAYS = 30
"""What the demo's municipality declared in field 9."""


def demo(
    out: Annotated[Path | None, typer.Option("--out", help=say(_OUT), metavar="FOLDER")] = None,
    lang: options.Lang = "",
) -> None:
    """Simulate in another process, scan from this one, show table and files."""
    from cctv_probe.cli.prepare import Asked, check_lang
    from cctv_probe.cli.scanning import exit_code, run_scan
    from cctv_probe.cli.show import show_survey
    from cctv_probe.simulator.fleet_file import load_fleet

    check_lang(lang)
    fleet_file = Path(__file__).resolve().parents[2] / "configs" / "fleets" / "demo.yaml"
    if not fleet_file.is_file():
        raise Stop(exits.NOTHING_DONE, _NO_FLEET)
    fleet = load_fleet(fleet_file)
    addresses = tuple(device.address for device in fleet.devices)
    folder = out or Path("cctv-probe-demo")
    _say(_STARTING.with_(count=len(addresses), name=Text(fleet.name.en, fleet.name.th)))
    with tempfile.TemporaryDirectory(prefix="cctv-probe-demo-") as kept:
        credentials = Path(kept) / "credentials.yaml"
        os.environ["CCTV_PROBE_STATE_DIR"] = kept
        town = _start(fleet_file, credentials)
        try:
            _say(_SCANNING.with_(ranges=_range(addresses)))
            asked = Asked(
                targets=(_range(addresses),),
                credentials_file=credentials,
                out=folder,
                retention=True,
                days=_DECLARED_DAYS,
            )
            finished = run_scan(asked)
        finally:
            town.terminate()
            town.wait(10)
    show_survey(finished.survey)
    for remark in finished.remarks:
        _say(remark)
    _say(_FILES.with_(path=folder.resolve()))
    raise typer.Exit(exit_code(finished))


def _range(addresses: tuple[str, ...]) -> str:
    """The /24 that holds the fleet."""
    return addresses[0].rpartition(".")[0] + ".0/24"


def _start(fleet_file: Path, credentials: Path) -> subprocess.Popen[str]:
    """The simulator in a process of its own; returns when every device listens."""
    command = [sys.executable, "-m", "cctv_probe", "simulate", str(fleet_file)]
    command += ["--write-credentials", str(credentials), "--lang", LANGUAGE]
    town = subprocess.Popen(  # noqa: S603 - this program itself, without a shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert town.stdout is not None
    for line in town.stdout:
        if str(credentials) in line:
            return town
    town.wait(10)
    raise Stop(exits.NOTHING_DONE, _NOT_STARTED.with_(why=_last_line(town.stderr)))


def _last_line(stream: IO[str] | None) -> str:
    lines = (stream.read() if stream else "").strip().splitlines()
    return lines[-1] if lines else "?"


def _say(text: Text) -> None:
    sys.stderr.write(say(text) + "\n")
