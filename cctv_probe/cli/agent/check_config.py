"""`cctv-probe agent check-config`: whether the agent's files can be used, and what they mean."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Check the agent's files; show what would be scanned and sent, and when. Nothing is sent.",
    th="ตรวจไฟล์ของตัวแทน แสดงสิ่งที่จะสแกน สิ่งที่จะส่ง และเวลา โดยไม่ส่งข้อมูลใด ๆ",
)
_JSON = Text(en="Print as JSON.", th="พิมพ์เป็น JSON")


def check_config(
    config: options.AgentConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    lang: options.Lang = "",
) -> None:
    """Name every mistake with file and line; exit code 78 where there is one."""
    from cctv_probe.agent.care.check_config import study
    from cctv_probe.agent.care.check_config_words import WELL, WRONG
    from cctv_probe.agent.config import DEFAULT_CONFIG
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    found = study(config or DEFAULT_CONFIG, SystemClock())
    if as_json:
        shape = {
            name: [{"en": text.en, "th": text.th} for text in rows]
            for name, rows in (("mistakes", found.mistakes), ("facts", found.facts))
        }
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
    else:
        for fact in found.facts:
            sys.stdout.write(say(fact) + "\n")
        if found.mistakes:
            sys.stdout.flush()
            sys.stderr.write(say(WRONG.with_(count=len(found.mistakes))) + "\n")
            for mistake in found.mistakes:
                sys.stderr.write(f"  {say(mistake)}\n")
        else:
            sys.stdout.write(say(WELL) + "\n")
    raise typer.Exit(exits.CONFIGURATION if found.mistakes else exits.ALL_READ)
