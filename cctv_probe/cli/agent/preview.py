"""`cctv-probe agent preview`: exactly what would be sent, before it is sent."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cctv_probe import __version__
from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.agent.config import AgentConfig
    from cctv_probe.agent.leaving.report import Author
    from cctv_probe.agent.outbox import Row
    from cctv_probe.wire.clock import Clock

ABOUT = Text(
    en="Show exactly what would be sent to the register, and what stays here.",
    th="แสดงข้อมูลที่จะส่งไปยังทะเบียนกลางตามจริง และข้อมูลที่ไม่ส่งออก",
)
_ID = Text(
    en="A body that waits or was sent; without it, all that a register without any record would be sent now.",
    th="เลขของรายการที่รอส่งหรือส่งแล้ว หากไม่ระบุ จะแสดงทุกอย่างที่จะส่งหากทะเบียนกลางยังไม่มีข้อมูลใดเลย",
)
_JSON = Text(en="Print the body itself, to the byte.", th="พิมพ์เนื้อความที่จะส่งจริงทุกไบต์")
_WAITING_STATES = ("held", "queued", "sending", "quarantined")


def preview(
    report_id: Annotated[str | None, typer.Argument(help=say(_ID), metavar="[REPORT_ID]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Show a body that waits, or what would leave now."""
    from cctv_probe.agent.leaving.review import summary, waiting_lines
    from cctv_probe.agent.outbox import OutboxError
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    configured, clock = read_config(config), SystemClock()
    try:
        body = _waiting(configured, clock, report_id) if report_id else _now(configured, clock)
        rows = [] if report_id or as_json else _rows(configured, clock)
    except OutboxError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    except OSError as error:
        raise Stop(exits.PERMISSION, _NOT_ALLOWED.with_(why=error.strerror or "?")) from None
    if as_json:
        sys.stdout.write(body.decode("utf-8") + "\n")
        return
    lines = [*summary(json.loads(body)), *([] if report_id else waiting_lines(rows))]
    sys.stdout.write("\n".join(say(line) for line in lines) + "\n")


def _waiting(config: AgentConfig, clock: Clock, report_id: str) -> bytes:
    from cctv_probe.agent.outbox import open_outbox

    return open_outbox(config, clock).body(report_id)


def _rows(config: AgentConfig, clock: Clock) -> list[Row]:
    from cctv_probe.agent.outbox import open_outbox

    if not config.places.outbox.exists():
        return []
    return [row for row in open_outbox(config, clock).rows() if row.state in _WAITING_STATES]


def _now(config: AgentConfig, clock: Clock) -> bytes:
    """The canonical body of everything that stands."""
    from cctv_probe.agent.leaving.guard import Guard
    from cctv_probe.agent.leaving.present import load_present
    from cctv_probe.agent.leaving.review import NothingKnownError, body_now
    from cctv_probe.agent.scanning import read_credentials
    from cctv_probe.contract.canonical import canonical
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.wire.clock import utc_text

    try:
        guard = Guard.of(read_credentials(config))
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    present = load_present(config.places.present)
    try:
        body: dict[str, Any] = body_now(present, guard, _author(config), utc_text(clock.now()))
    except NothingKnownError:
        raise Stop(exits.NOTHING_DONE, _NOTHING) from None
    return canonical(body)


def _author(config: AgentConfig) -> Author:
    """Who would report: as enrolled, or nobody yet."""
    from cctv_probe.agent.enrolment.identity import IdentityError, load_identity
    from cctv_probe.agent.leaving.report import Author
    from cctv_probe.agent.leaving.review import NIL
    from cctv_probe.agent.upload.link_file import load_link

    try:
        identity = load_identity(config.places)
    except IdentityError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    agent_id, lao_code = (identity.agent_id, identity.lao_code) if identity else (NIL, "00000000")
    return Author(agent_id, lao_code, f"cctv-probe {__version__}", load_link(config.places).clock_offset_s)


_NOTHING = Text(
    en="No scan has ended yet, so there is nothing to show. Please try again after the first one (see cctv-probe agent status).",
    th="ยังไม่มีการสแกนใดเสร็จสิ้น จึงยังไม่มีข้อมูลให้แสดง โปรดลองใหม่หลังการสแกนครั้งแรก (ดู cctv-probe agent status)",
)
_NOT_ALLOWED = Text(
    en="The agent's files cannot be read ({why}). Please run this with sudo.",
    th="อ่านไฟล์ของตัวแทนไม่ได้ ({why}) โปรดรันด้วย sudo",
)
