"""`cctv-probe agent outbox …`: look at what waits, carry it by hand, try it again, give it up."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.agent import outbox_words as words
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cctv_probe.agent.config import AgentConfig
    from cctv_probe.agent.outbox import Outbox, Row

ABOUT = words.ABOUT
Report = Annotated[str, typer.Argument(help=say(words.REPORT), metavar="REPORT")]
Json = Annotated[bool, typer.Option("--json", help=say(words.JSON))]


def group() -> typer.Typer:
    """The commands about the outbox, in the language of this run."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    for name, command, about in (
        ("list", listed, words.LIST),
        ("show", show, words.SHOW),
        ("verify", verify, words.VERIFY),
        ("export", export, words.EXPORT),
        ("import", import_, words.IMPORT),
        ("retry", retry, words.RETRY),
        ("drop", drop, words.DROP),
    ):
        commands.command(name, help=say(about), short_help=say(about))(command)
    return commands


def listed(
    state: Annotated[str, typer.Option("--state", help=say(words.STATE), metavar="STATE")] = "",
    most: Annotated[int, typer.Option("--most", help=say(words.MOST), min=1, max=1_000_000)] = 200,
    as_json: Json = False,
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """List what waits and what became of the rest."""
    from cctv_probe.agent.outbox.terms import STATES
    from cctv_probe.cli.agent.outbox_shown import depth_shape, row_shape, rows_text

    chosen = next((one for one in STATES if one == state), None)
    if state and chosen is None:
        raise Stop(exits.USAGE, words.NO_STATE.with_(state=state[:20], states=", ".join(STATES)))
    with _opened(config, lang) as (outbox, _):
        rows, depth, gathering = outbox.rows(chosen, most), outbox.depth(), outbox.gathering()
    if as_json:
        _print_json({"depth": depth_shape(depth), "rows": [row_shape(row) for row in rows]})
    else:
        sys.stdout.write(rows_text(rows, depth, gathering))


def show(
    report: Report, as_json: Json = False, config: options.AgentConfigFile = None, lang: options.Lang = ""
) -> None:
    """Show one report with its receipt; with --json its whole text too."""
    from cctv_probe.cli.agent.outbox_shown import row_shape, row_text

    with _opened(config, lang) as (outbox, _):
        row = _row(outbox, report)
        receipt = outbox.receipt(row.report_id)
        body = json.loads(outbox.body(row.report_id)) if row.body_kept else None
    if as_json:
        _print_json({**row_shape(row), "receipt": receipt, "body": body})
    else:
        sys.stdout.write(row_text(row, receipt, body))


def verify(config: options.AgentConfigFile = None, lang: options.Lang = "") -> None:
    """Check the file, every text, the chain and the receipts; nothing is changed."""
    from cctv_probe.agent.outbox import OutboxError, inspect

    configured = _configured(config, lang)
    try:
        found = inspect(configured.places.outbox)
    except OutboxError as error:
        raise Stop(exits.PERMISSION, error.text) from None
    if not found.damage:
        sys.stdout.write(say(words.SOUND) + "\n")
        return
    sys.stdout.write("".join(f"{say(damage.text)}\n" for damage in found.damage))
    raise typer.Exit(exits.NOTHING_DONE)


def export(
    file: Annotated[Path, typer.Argument(help=say(words.BUNDLE), metavar="FILE")],
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Write what waits into a signed bundle; it waits on until its receipts are imported."""
    from cctv_probe.cli.agent.outbox_carried import bundle_writer

    with _opened(config, lang) as (outbox, configured):
        if file.exists():
            raise Stop(exits.USAGE, words.EXISTS.with_(path=file))
        rows = outbox.export(file, bundle_writer(configured))
        left = outbox.depth().queued - len(rows)
    sys.stdout.write(say(words.EXPORTED.with_(count=len(rows), path=file)) + "\n")
    if left > 0:
        sys.stdout.write(say(words.EXPORT_LEFT.with_(count=left)) + "\n")


def import_(
    file: Annotated[Path, typer.Argument(help=say(words.RECEIPTS), metavar="FILE")],
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Take the receipts that the register gave for a bundle. Importing twice does no harm."""
    from cctv_probe.cli.agent.outbox_carried import receipt_check, set_rejected_apart

    with _opened(config, lang) as (outbox, configured):
        done = outbox.import_receipts(file, receipt_check(configured))
        set_rejected_apart(configured, outbox, done.receipts)
    told = words.IMPORTED.with_(new=done.acknowledged, already=done.already, unknown=done.unknown)
    sys.stdout.write(say(told) + "\n")
    for _, why in done.refused:
        sys.stderr.write(f"cctv-probe: {say(why)}\n")
    if done.refused:
        raise typer.Exit(exits.PARTLY if done.acknowledged or done.already else exits.NOTHING_DONE)


def retry(
    report: Annotated[str, typer.Argument(help=say(words.REPORT), metavar="[REPORT]")] = "",
    every: Annotated[bool, typer.Option("--all", help=say(words.RETRY_ALL))] = False,
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Send at once what waits for its next try, or what the register refused before."""
    if bool(report) == every:
        raise Stop(exits.USAGE, words.ONE_OR_ALL)
    with _opened(config, lang) as (outbox, _):
        rows = [*outbox.rows("queued"), *outbox.rows("quarantined")] if every else [_row(outbox, report)]
        for row in rows:
            outbox.retry_now(row.report_id)
    sys.stdout.write(say(words.RETRIED.with_(count=len(rows))) + "\n")


def drop(
    report: Report,
    reason: Annotated[str, typer.Option("--reason", help=say(words.REASON), metavar="WORDS")] = "",
    yes: Annotated[bool, typer.Option("--yes", help=say(words.YES))] = False,
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Give a report up for ever; the register is told so."""
    with _opened(config, lang) as (outbox, _):
        row = _row(outbox, report)
        if not yes and not _agreed(row):
            raise Stop(exits.USAGE, words.NOT_DROPPED)
        outbox.drop(row.report_id, reason[:500] or "dropped_by_person")
    sys.stdout.write(say(words.DROPPED.with_(seq=row.seq)) + "\n")


@contextmanager
def _opened(config: Path | None, lang: str) -> Iterator[tuple[Outbox, AgentConfig]]:
    """The agent's outbox, with its refusals turned into sentences. Raises `Stop`."""
    from cctv_probe.agent.care.audit import AuditLog
    from cctv_probe.agent.outbox import OutboxError
    from cctv_probe.agent.service.mail import outbox_of
    from cctv_probe.wire.clock import SystemClock

    configured, clock = _configured(config, lang), SystemClock()
    outbox = outbox_of(configured, clock, AuditLog(configured.places.audit, clock))
    try:
        yield outbox, configured
    except OutboxError as error:
        raise Stop(_code(error.code), error.text) from None
    finally:
        outbox.close()


def _configured(config: Path | None, lang: str) -> AgentConfig:
    """The configuration of an agent that has run here. Raises `Stop`."""
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang

    check_lang(lang)
    configured = read_config(config)
    folder = configured.places.folder
    try:
        there = folder.is_dir()
    except PermissionError:
        raise Stop(exits.PERMISSION, words.NOT_ALLOWED.with_(path=folder)) from None
    if not there:
        raise Stop(exits.NOTHING_DONE, words.NEVER_RAN.with_(path=folder))
    return configured


def _code(code: str) -> int:
    """The exit code of an `OutboxError`."""
    known = {"no_permission": exits.PERMISSION, "busy": exits.TEMPORARY, "unknown_report": exits.USAGE}
    return known.get(code, exits.NOTHING_DONE)


def _row(outbox: Outbox, typed: str) -> Row:
    """The row that a person names by its number, its id, or how its id begins. Raises `Stop`, OutboxError."""
    wanted = typed.strip().lower().removeprefix("#")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 15 else None
    begins = wanted if len(wanted) >= 8 else "\0"
    found = [row for row in outbox.rows() if row.seq == number or row.report_id.startswith(begins)]
    if len(found) == 1:
        return found[0]
    raise Stop(exits.USAGE, (words.SEVERAL if found else words.UNKNOWN).with_(report=typed[:50]))


def _agreed(row: Row) -> bool:
    """Whether a person at the terminal agrees. Without a terminal, nobody does."""
    if not sys.stdin.isatty():
        return False
    return typer.confirm(say(words.SURE.with_(seq=row.seq, report=row.report_id)), default=False)


def _print_json(shape: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
