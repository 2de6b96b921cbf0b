"""`cctv-probe agent …`: one file a command. Nothing heavy is imported before a command runs."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cctv_probe.cli.agent import (
    approve,
    audit,
    check_config,
    doctor,
    enrol,
    outbox,
    preview,
    rotate,
    run,
    status,
    support_bundle,
    unit_drop_in,
    work,
)
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="The service that scans on schedule and reports to the register by itself.",
    th="บริการตัวแทนที่สแกนตามกำหนดเวลาและรายงานต่อทะเบียนกลางเอง",
)

COMMANDS: tuple[tuple[str, object, Text], ...] = (
    ("enrol", enrol.enrol, enrol.ABOUT),
    ("run", run.run, run.ABOUT),
    ("status", status.status, status.ABOUT),
    ("doctor", doctor.doctor, doctor.ABOUT),
    ("check-config", check_config.check_config, check_config.ABOUT),
    ("preview", preview.preview, preview.ABOUT),
    ("approve", approve.approve, approve.ABOUT),
    ("rotate", rotate.rotate, rotate.ABOUT),
    ("support-bundle", support_bundle.support_bundle, support_bundle.ABOUT),
    ("unit-drop-in", unit_drop_in.unit_drop_in, unit_drop_in.ABOUT),
)
"""Every command, in the order of the help."""

GROUPS: tuple[tuple[str, Callable[[], typer.Typer], Text], ...] = (
    ("outbox", outbox.group, outbox.ABOUT),
    ("audit", audit.group, audit.ABOUT),
)
"""Every group of commands, after them."""


def group() -> typer.Typer:
    """The agent's commands, in the language of this run."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    for name, command, about in COMMANDS:
        commands.command(name, help=say(about), short_help=say(about))(command)  # type: ignore[type-var]  # a literal table of functions
    commands.command("work", hidden=True, help=say(work.ABOUT))(work.work)
    for name, further, about in GROUPS:
        commands.add_typer(further(), name=name, help=say(about), short_help=say(about))
    return commands
