"""`cctv-probe agent support-bundle`: one file for the developers when something does not work."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Pack status, checks, log and versions into one file for the developers, without secrets.",
    th="รวบรวมสถานะ ผลตรวจ บันทึก และรุ่นโปรแกรมเป็นไฟล์เดียวสำหรับผู้พัฒนา โดยไม่มีข้อมูลลับ",
)
_OUT = Text(en="The file to write (must not exist yet).", th="ไฟล์ที่จะเขียน (ต้องยังไม่มี)")
_ADDRESSES = Text(
    en="Leave names of cameras and addresses in, where the developers ask for it.",
    th="คงชื่อกล้องและที่อยู่ไว้ เมื่อผู้พัฒนาร้องขอ",
)
_WRITTEN = Text(
    en="Written: {path}. Please look through it before you hand it on.", th="เขียนแล้ว: {path} โปรดตรวจดูก่อนส่งต่อ"
)
_NOT_KNOWN = Text(
    en="This user may not read the devices' passwords, so they could not be searched for. No log should hold one; please look.",
    th="ผู้ใช้นี้อ่านรหัสผ่านอุปกรณ์ไม่ได้ จึงค้นหาเพื่อลบออกไม่ได้ บันทึกไม่ควรมีรหัสผ่านอยู่แล้ว แต่โปรดตรวจดู",
)
_NOT_WRITTEN = Text(
    en="{path} could not be written ({why}). Please choose another file with --out.",
    th="เขียน {path} ไม่ได้ ({why}) โปรดเลือกไฟล์อื่นด้วย --out",
)


def support_bundle(
    config: options.AgentConfigFile = None,
    out: Annotated[Path | None, typer.Option("--out", help=say(_OUT), metavar="FILE")] = None,
    with_addresses: Annotated[bool, typer.Option("--with-addresses", help=say(_ADDRESSES))] = False,
    lang: options.Lang = "",
) -> None:
    """Run the doctor, gather the rest, write the file."""
    from cctv_probe.agent.care.doctor import as_json_shape, examine, patient_of
    from cctv_probe.agent.care.support_bundle import knows_passwords, write_bundle
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    clock, configured = SystemClock(), read_config(config)
    path = out or Path(f"cctv-probe-support-{clock.now():%Y%m%dT%H%M%SZ}.tar.gz")
    checks = examine(patient_of(configured, clock))
    try:
        write_bundle(path, configured, as_json_shape(checks, clock), clock, with_addresses=with_addresses)
    except OSError as error:
        raise Stop(exits.NOTHING_DONE, _NOT_WRITTEN.with_(path=path, why=error.strerror or "?")) from None
    sys.stdout.write(say(_WRITTEN.with_(path=path)) + "\n")
    if not knows_passwords(configured):
        sys.stdout.write(say(_NOT_KNOWN) + "\n")
    sys.stdout.flush()
    if any(not check.ended for check in checks):
        os._exit(exits.ALL_READ)  # a check that hangs in the C library would hold up an orderly end
