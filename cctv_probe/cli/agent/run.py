"""`cctv-probe agent run`: the service, or with `--once` one turn of it for cron."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cctv_probe.agent.config import Activity
    from cctv_probe.agent.service.in_force import InForce
    from cctv_probe.agent.service.serve import Making
    from cctv_probe.wire.clock import Clock

ABOUT = Text(
    en="Scan on schedule and report to the register, for as long as it is let; what systemd starts.",
    th="สแกนตามเวลาและรายงานต่อทะเบียนกลางตลอดเวลา (คำสั่งที่ systemd เรียกใช้)",
)
_ONCE = Text(
    en="For cron: scan what is due, send what may go, and end.",
    th="สำหรับ cron: สแกนสิ่งที่ถึงกำหนด ส่งสิ่งที่ส่งได้ แล้วจบ",
)
_ACTIVITY = Text(
    en="With --once: do this activity now, due or not (discovery, reading, measuring, footage).",
    th="ใช้กับ --once: ทำงานนี้ทันทีแม้ยังไม่ถึงกำหนด (discovery, reading, measuring, footage)",
)
_UNKNOWN = Text(
    en="--activity takes discovery, reading, measuring or footage, not “{word}”, and goes with --once.",
    th="--activity ใช้ได้กับ discovery, reading, measuring หรือ footage ไม่ใช่ “{word}” และต้องใช้คู่กับ --once",
)


def run(
    config: options.AgentConfigFile = None,
    once: Annotated[bool, typer.Option("--once", help=say(_ONCE))] = False,
    activity: Annotated[str, typer.Option("--activity", help=say(_ACTIVITY), metavar="NAME")] = "",
    lang: options.Lang = "",
) -> None:
    """Be the service until SIGTERM; SIGHUP reads the configuration again."""
    from cctv_probe.agent.service.notify import Notifier
    from cctv_probe.agent.service.serve import Busy, serve, serve_once
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    wanted = _activity(activity, once=once)
    os.umask(0o077)
    making = _making(SystemClock(), lang)
    try:
        force = making.load(config or _default(), making.clock, None)
        code = (
            serve_once(force, making, wanted) if once else serve(force, making, Notifier.from_environment(os.environ))
        )
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    except Busy as error:
        raise Stop(exits.TEMPORARY, error.text) from None
    raise typer.Exit(code)


def _default() -> Path:
    from cctv_probe.agent.config import DEFAULT_CONFIG

    return DEFAULT_CONFIG


def _activity(typed: str, *, once: bool) -> Activity | None:
    from cctv_probe.agent.config import ACTIVITIES

    found = next((name for name in ACTIVITIES if name == typed), None)
    if typed and (found is None or not once):
        raise Stop(exits.USAGE, _UNKNOWN.with_(word=typed[:20]))
    return found


def _making(clock: Clock, lang: str) -> Making:
    """The service with all its real parts. What it says is in the language typed, else the configured one."""
    from cctv_probe.agent.care import journal
    from cctv_probe.agent.care.audit import AuditLog
    from cctv_probe.agent.care.metrics import write_metrics
    from cctv_probe.agent.service.in_force import load_in_force
    from cctv_probe.agent.service.mail import Mail, known_agent_id
    from cctv_probe.agent.service.serve import Making

    def load(path: Path, clock: Clock, before: InForce | None) -> InForce:
        force = load_in_force(path, clock, before)
        journal.begin("th" if lang == "th" else "en" if lang else force.config.language)
        return force

    def audit(force: InForce) -> AuditLog:
        return AuditLog(force.config.places.audit, clock)

    def told(force: InForce, status: Mapping[str, Any]) -> None:
        if force.config.metrics_file is not None:
            write_metrics(force.config.metrics_file, status, clock.now())

    return Making(
        clock=clock,
        open_post=lambda force: Mail(force, clock, audit(force)),
        note=lambda force: audit(force).note,
        told=told,
        agent_id=lambda force: known_agent_id(force.config),
        load=load,
    )
