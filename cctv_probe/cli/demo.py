"""`cctv-probe demo`: a fake municipality on this computer, scanned with the real program."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.compare.output.sides import Compared
    from cctv_probe.compare.reading import DeclaredList
    from cctv_probe.survey.result import Survey

ABOUT = Text(
    en="Start a fake municipality on this computer, scan it, show the result, hold its list of cameras "
    "against it, and let its agent report to a register. "
    "No network is touched.",
    th="จำลองเทศบาลบนเครื่องนี้ สแกน แสดงผล เทียบกับบัญชีกล้องของเทศบาล แล้วให้ตัวแทนรายงานต่อทะเบียนกลาง โดยไม่แตะต้องเครือข่ายจริง",
)
_OUT = Text(
    en="Folder for the files (default: cctv-probe-demo here).", th="โฟลเดอร์สำหรับไฟล์ผลลัพธ์ (ปกติ: cctv-probe-demo ที่นี่)"
)
_STARTING = Text(
    en="Starting {count} simulated devices of {name} on this computer …",
    th="กำลังเปิดอุปกรณ์จำลอง {count} เครื่องของ {name} บนเครื่องนี้ …",
)
_SCANNING = Text(en="Scanning {ranges} with their credentials …", th="กำลังสแกน {ranges} ด้วยรหัสผ่านของอุปกรณ์ …")
_COMPARING = Text(
    en="The municipality's list of cameras ({file}) beside what was found:",
    th="บัญชีกล้องของเทศบาล ({file}) เทียบกับสิ่งที่พบ:",
)
_FILES = Text(
    en="The files: {path}\n  report.html   the report to read and print\n  survey.csv    opens in Excel\n"
    "  survey.json   for other programs\n  evidence/     what the devices answered, by SHA-256\n"
    "The list beside the survey: {compare}\n  comparison.html         declared, configured and measured side by side\n"
    "  form.xlsx, form.html    the official form, filled in\n  corrected.xlsx          the list with its corrections marked\n"
    "The list itself: {declared}",
    th="ไฟล์ผลลัพธ์: {path}\n  report.html   รายงานสำหรับอ่านและพิมพ์\n  survey.csv    เปิดด้วย Excel\n"
    "  survey.json   สำหรับโปรแกรมอื่น\n  evidence/     คำตอบของอุปกรณ์ ตามค่า SHA-256\n"
    "ผลการเทียบบัญชีกับการสำรวจ: {compare}\n  comparison.html         ค่าที่ระบุไว้ ค่าที่ตั้งไว้ และค่าที่วัดจริง เทียบกัน\n"
    "  form.xlsx, form.html    แบบสำรวจที่กรอกให้แล้ว\n  corrected.xlsx          บัญชีที่ทำเครื่องหมายส่วนที่แก้ไข\n"
    "ตัวบัญชี: {declared}",
)
_NOT_STARTED = Text(en="The simulated municipality did not start: {why}", th="เปิดเทศบาลจำลองไม่สำเร็จ: {why}")
_NO_FLEET = Text(
    en="A file of the demo, configs/fleets/{file}, is missing beside the program.",
    th="ไม่พบไฟล์ของชุดสาธิต configs/fleets/{file} ข้าง ๆ โปรแกรม",
)
_NO_FOLDER = Text(
    en="The folder {path} cannot be written ({why}). Choose another one with --out.",
    th="เขียนลงโฟลเดอร์ {path} ไม่ได้ ({why}) โปรดเลือกโฟลเดอร์อื่นด้วย --out",
)


def demo(
    out: Annotated[Path | None, typer.Option("--out", help=say(_OUT), metavar="FOLDER")] = None,
    lang: options.Lang = "",
) -> None:
    """Simulate in another process, scan from this one, show table, comparison and files."""
    from cctv_probe.cli.demo_agent import Site, show_agent
    from cctv_probe.cli.prepare import Asked, check_lang
    from cctv_probe.cli.scanning import exit_code, run_scan
    from cctv_probe.cli.show import show_survey
    from cctv_probe.compare.reading import read_declared
    from cctv_probe.simulator.fleet_file import load_fleet

    check_lang(lang)
    fleet_file, declared = _file("demo.yaml"), _file("demo-declared.csv")
    fleet, listed = load_fleet(fleet_file), read_declared(declared)
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
                scope_file=_file("demo/scope.yaml"),
                credentials_file=credentials,
                out=folder,
                retention=True,
                days=_declared_days(listed),
            )
            finished = run_scan(asked)
            show_survey(finished.survey)
            for remark in finished.remarks:
                _say(remark)
            compared = _compared(listed, finished.survey)
            _show(compared)
            _write(compared, folder / "compare")
            show_agent(Site(_file("demo/scope.yaml"), credentials, *_owner(finished.survey), Path(kept) / "agent"))
        finally:
            town.terminate()
            town.wait(10)
    _say(_FILES.with_(path=folder.resolve(), compare=(folder / "compare").resolve(), declared=declared))
    raise typer.Exit(exit_code(finished))


def _file(name: str) -> Path:
    """A file of the demo in the checkout."""
    path = Path(__file__).resolve().parents[2] / "configs" / "fleets" / name
    if not path.is_file():
        raise Stop(exits.NOTHING_DONE, _NO_FLEET.with_(file=name))
    return path


def _declared_days(listed: DeclaredList) -> int | None:
    """The most days that the list declares in field 9 for any camera; None where it declares none."""
    from cctv_probe.compare.verdicts.numbers import bounds_of

    cells = [camera.cells.get("retention_days") for camera in listed.cameras]
    bounds = [bounds_of(cell.canonical) for cell in cells if cell]
    return max((int(each.low) for each in bounds if each and each.low), default=None)


def _compared(listed: DeclaredList, survey: Survey) -> Compared:
    from cctv_probe.compare.comparison import Options, compare
    from cctv_probe.compare.matching.declared import from_list
    from cctv_probe.compare.output.sides import Compared
    from cctv_probe.wire.clock import SystemClock

    return Compared(compare(from_list(listed.cameras), survey, Options(SystemClock().now())), listed)


def _write(compared: Compared, folder: Path) -> None:
    """The files of the comparison. Raises `Stop` where one cannot be written."""
    from cctv_probe.compare.output.files import write_files
    from cctv_probe.compare.reading import ReadingError
    from cctv_probe.survey.atomic import CannotWriteError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_files(compared, folder, LANGUAGE)
    except OSError as error:
        raise Stop(exits.CONFIGURATION, _NO_FOLDER.with_(path=folder, why=error.strerror or "?")) from None
    except (CannotWriteError, ReadingError) as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None


def _show(compared: Compared) -> None:
    from rich.console import Console
    from rich.text import Text as Line

    from cctv_probe.compare.output.terminal_parts import in_short

    console = Console()
    console.print(Line(""), Line(say(_COMPARING.with_(file=compared.listed.file)), style="bold"), sep="\n")
    for part in in_short(compared, LANGUAGE):
        console.print(part)
    sys.stdout.flush()


def _owner(survey: Survey) -> tuple[str, str]:
    """Code and name of the municipality, as its scope file gives them."""
    owner = survey.cameras[0].fields["owner"].value if survey.cameras else None
    assert isinstance(owner, Mapping)
    return str(owner["lao_code"]), str(owner["name"])


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
