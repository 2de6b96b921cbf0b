"""`cctv-probe agent status`: how the service stands, and whether a person is needed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.agent.config import AgentConfig

ABOUT = Text(
    en="Show how the service stands: 0 well, 3 with limits, 1 where a person is needed.",
    th="แสดงสถานะของบริการ รหัสจบ 0 คือปกติ 3 คือไม่สมบูรณ์ 1 คือต้องให้เจ้าหน้าที่ตรวจสอบ",
)
_JSON = Text(en="Print status.json with a note on its freshness.", th="พิมพ์ status.json พร้อมบอกว่าข้อมูลใหม่เพียงใด")
_NOT_ALLOWED = Text(
    en="{path} cannot be read ({why}). Please run this with sudo.", th="อ่าน {path} ไม่ได้ ({why}) โปรดรันด้วย sudo"
)


def status(
    config: options.AgentConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    lang: options.Lang = "",
) -> None:
    """Show the status in sentences, or as JSON."""
    from cctv_probe.agent.care.reading import read_json
    from cctv_probe.agent.care.site import site_zone
    from cctv_probe.agent.care.status import HEADINGS, freshness, is_running, overview
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    configured, clock = read_config(config), SystemClock()
    places = configured.places
    try:
        told = read_json(places.status)
    except OSError as error:
        raise Stop(exits.PERMISSION, _NOT_ALLOWED.with_(path=places.status, why=error.strerror or "?")) from None
    running = is_running(places.lock)
    found = overview(told, running, clock.now(), site_zone(configured, clock))
    if as_json:
        remarks = [{"state": each.state, "text": {"en": each.text.en, "th": each.text.th}} for each in found.remarks]
        fresh = freshness(told, running, clock.now())
        shape = {"state": found.state, "remarks": remarks, "freshness": fresh, "status": told}
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
    else:
        lines = [HEADINGS[found.state], *(each.text for each in found.remarks)]
        shown = [say(lines[0]), *(f"  - {say(line)}" for line in lines[1:]), *(say(line) for line in found.lines)]
        sys.stdout.write("\n".join(shown) + "\n")
    raise typer.Exit(found.exit_code)


def read_config(path: Path | None) -> AgentConfig:
    """The agent's configuration. Raises `Stop`."""
    from cctv_probe.agent.config import DEFAULT_CONFIG, load_agent_config
    from cctv_probe.scope.yaml_file import ConfigError

    try:
        return load_agent_config(path or DEFAULT_CONFIG)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
