"""The application: its commands and their help, in the language of this run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from cctv_probe import __version__
from cctv_probe.cli import agent, compare, credentials, demo, inspect, normalise, retention, scan, simulate
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

_ABOUT = Text(
    en="Finds CCTV cameras, reads what they are set to and what they send, and fills the eleven-field survey record.",
    th="ค้นหากล้องวงจรปิด อ่านค่าที่ตั้งไว้และภาพที่ส่งจริง แล้วกรอกบัญชีสำรวจสิบเอ็ดช่อง",
)
_VERSION = Text(en="Show the version and exit.", th="แสดงรุ่นของโปรแกรมแล้วจบ")
_LANG = Text(en="Language of everything shown: th or en.", th="ภาษาที่แสดง: th หรือ en")

COMMANDS: tuple[tuple[str, object, Text], ...] = (
    ("scan", scan.scan, scan.ABOUT),
    ("inspect", inspect.inspect, inspect.ABOUT),
    ("retention", retention.retention, retention.ABOUT),
    ("normalise", normalise.normalise, normalise.ABOUT),
    ("compare", compare.compare, compare.ABOUT),
    ("simulate", simulate.simulate, simulate.ABOUT),
    ("demo", demo.demo, demo.ABOUT),
)
"""Every command, in the order of the help."""

GROUPS: tuple[tuple[str, Callable[[], typer.Typer], Text], ...] = (
    ("credentials", credentials.group, credentials.ABOUT),
    ("agent", agent.group, agent.ABOUT),
)
"""Every group of commands, after them."""


def build() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        name="cctv-probe",
        help=say(_ABOUT),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        version: Annotated[
            bool, typer.Option("--version", help=say(_VERSION), is_eager=True, callback=_version)
        ] = False,
        lang: Annotated[str, typer.Option("--lang", help=say(_LANG), metavar="th|en")] = "",
    ) -> None:
        del version, lang  # acted on before: by their callback, and by cli.language

    for name, command, about in COMMANDS:
        app.command(name, help=say(about), short_help=say(about))(command)  # type: ignore[type-var]  # a literal table of functions
    for name, group, about in GROUPS:
        app.add_typer(group(), name=name, help=say(about), short_help=say(about))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cctv-probe {__version__}")
        raise typer.Exit
