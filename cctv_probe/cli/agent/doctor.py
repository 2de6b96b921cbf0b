"""`cctv-probe agent doctor`: what is wrong with this agent or its machine, and what to do about it."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from cctv_probe.cli import options
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Check everything that the agent needs, within 20 seconds: 0 well, 3 something to look at, 1 something is wrong.",
    th="ตรวจทุกสิ่งที่ตัวแทนต้องใช้ภายใน 20 วินาที รหัสจบ 0 คือปกติ 3 คือมีสิ่งที่ควรดู 1 คือมีสิ่งผิดปกติ",
)
_JSON = Text(en="Print the checks as JSON.", th="พิมพ์ผลตรวจเป็น JSON")


def doctor(
    config: options.AgentConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    lang: options.Lang = "",
) -> None:
    """Run every check, show what each found."""
    from cctv_probe.agent.care.doctor import SIGNS, TITLES, as_json_shape, examine, exit_code, patient_of
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    clock = SystemClock()
    checks = examine(patient_of(read_config(config), clock))
    if as_json:
        sys.stdout.write(json.dumps(as_json_shape(checks, clock), ensure_ascii=False, indent=2) + "\n")
    else:
        for check in checks:
            sys.stdout.write(f"{SIGNS[check.state]} {say(TITLES[check.name])}: {say(check.what)}\n")
            if check.what_to_do:
                sys.stdout.write(f"    → {say(check.what_to_do)}\n")
    sys.stdout.flush()
    if any(not check.ended for check in checks):
        os._exit(exit_code(checks))  # a thread that hangs in the C library would hold up an orderly end
    raise typer.Exit(exit_code(checks))
