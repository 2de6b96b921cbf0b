"""`cctv-probe simulate FLEET.yaml`: run a fake municipality until stopped, for practice and for the tests."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Run a fake municipality from a fleet file until stopped, for practice.",
    th="จำลองเทศบาลจากไฟล์ชุดอุปกรณ์จนกว่าจะสั่งหยุด สำหรับฝึกใช้งาน",
)
_FLEET = Text(en="The fleet file, such as configs/fleets/demo.yaml.", th="ไฟล์ชุดอุปกรณ์ เช่น configs/fleets/demo.yaml")
_LOG = Text(en="File that gets one line for everything the devices see.", th="ไฟล์บันทึกทุกสิ่งที่อุปกรณ์จำลองได้รับ")
_KEEP = Text(en="Write a credentials file that opens the fleet's devices.", th="เขียนไฟล์รหัสผ่านที่เปิดอุปกรณ์ในชุดนี้ได้")
_RUNNING = Text(
    en="{count} devices of {name} are running; stop them with Ctrl-C.",
    th="อุปกรณ์ {count} เครื่องของ {name} ทำงานอยู่ กด Ctrl-C เพื่อหยุด",
)
_CREDENTIALS_AT = Text(en="Credentials: {path}", th="รหัสผ่าน: {path}")


def simulate(
    fleet: Annotated[Path, typer.Argument(help=say(_FLEET), metavar="FLEET.yaml")],
    log: Annotated[Path | None, typer.Option("--log", help=say(_LOG), metavar="FILE")] = None,
    write_credentials: Annotated[
        Path | None, typer.Option("--write-credentials", help=say(_KEEP), metavar="FILE")
    ] = None,
    lang: options.Lang = "",
) -> None:
    """Run the fleet; one line a device, then wait for Ctrl-C."""
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.cli.training import private_file
    from cctv_probe.simulator.fleet_file import FleetError, load_fleet
    from cctv_probe.simulator.municipality import CannotListenError, Municipality, run_forever

    check_lang(lang)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        read = load_fleet(fleet)
    except FleetError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    if write_credentials is not None:
        private_file(read, write_credentials)

    def tell(town: Municipality) -> None:
        for device in town.fleet.devices:
            made = f"{device.identity.brand} {device.identity.model}"
            sys.stdout.write(f"{device.address}\t{','.join(map(str, device.ports.all()))}\t{made}\t{device.name}\n")
        name = read.name.th if LANGUAGE == "th" else read.name.en
        sys.stdout.write(say(_RUNNING.with_(count=len(town.fleet.devices), name=name)) + "\n")
        if write_credentials is not None:
            sys.stdout.write(say(_CREDENTIALS_AT.with_(path=write_credentials)) + "\n")
        sys.stdout.flush()

    try:
        run_forever(read, tell, log=log, until=ended)
    except CannotListenError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
