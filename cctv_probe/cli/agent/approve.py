"""`cctv-probe agent approve`: let go what was held for review."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cctv_probe.agent.outbox import Outbox

ABOUT = Text(
    en="Approve what is held for review, so that it is sent (look at it first: cctv-probe agent preview).",
    th="อนุมัติรายการที่รอการตรวจ เพื่อให้ส่งออกได้ (โปรดดูก่อนด้วย cctv-probe agent preview)",
)
_ID = Text(en="The bodies to approve.", th="เลขของรายการที่อนุมัติ")
_ALL = Text(en="Approve everything that is held now.", th="อนุมัติทุกรายการที่รออยู่ขณะนี้")
_BY = Text(
    en="Who approves; stands in the audit log (default: the user of this command).",
    th="ชื่อผู้อนุมัติ บันทึกไว้ในบันทึกการทำงาน (ปกติ: ผู้ใช้ที่สั่งคำสั่งนี้)",
)


def approve(
    report_ids: Annotated[list[str] | None, typer.Argument(help=say(_ID), metavar="[REPORT_ID]...")] = None,
    every: Annotated[bool, typer.Option("--all", help=say(_ALL))] = False,
    by: Annotated[str, typer.Option("--by", help=say(_BY), metavar="NAME")] = "",
    config: options.AgentConfigFile = None,
    lang: options.Lang = "",
) -> None:
    """Release held bodies, with the approver's name in the audit log."""
    from cctv_probe.agent.care.audit import AuditLog
    from cctv_probe.agent.leaving.review import NotNotedError
    from cctv_probe.agent.leaving.review import approve as release
    from cctv_probe.agent.outbox import OutboxError, open_outbox
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    if bool(report_ids) == every:
        raise Stop(exits.USAGE, _WHICH)
    configured, clock = read_config(config), SystemClock()
    outbox, audit = open_outbox(configured, clock), AuditLog(configured.places.audit, clock)
    try:
        chosen = _held(outbox) if every else report_ids or []
        released = release(outbox, chosen, by.strip() or _user(), audit.note)
    except OutboxError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    except NotNotedError:
        raise Stop(exits.PERMISSION, _NOT_NOTED.with_(path=configured.places.audit)) from None
    except OSError as error:
        raise Stop(exits.PERMISSION, _NOT_ALLOWED.with_(why=error.strerror or "?")) from None
    sys.stdout.write(say(_DONE.with_(count=len(released)) if released else _NONE) + "\n")


def _held(outbox: Outbox) -> Sequence[str]:
    return [row.report_id for row in outbox.rows() if row.state == "held"]


def _user() -> str:
    """Who gave the command: behind sudo the person, not root."""
    import getpass

    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


_WHICH = Text(
    en="Name the bodies to approve, or give --all; cctv-probe agent preview lists them.",
    th="โปรดระบุเลขของรายการที่อนุมัติ หรือใช้ --all ดูรายการได้ด้วย cctv-probe agent preview",
)
_DONE = Text(
    en="Approved: {count}. They are sent at the next opportunity.", th="อนุมัติแล้ว {count} รายการ จะส่งในโอกาสถัดไป"
)
_NONE = Text(en="Nothing is held for review.", th="ไม่มีรายการรอการอนุมัติ")
_NOT_NOTED = Text(
    en="The approval could not be written into the audit log {path}, so nothing was released. Please check its owner and the space left.",
    th="บันทึกการอนุมัติลงใน {path} ไม่ได้ จึงยังไม่ปล่อยรายการใด โปรดตรวจสอบเจ้าของไฟล์และพื้นที่ที่เหลือ",
)
_NOT_ALLOWED = Text(
    en="The agent's files cannot be read ({why}). Please run this with sudo.",
    th="อ่านไฟล์ของตัวแทนไม่ได้ ({why}) โปรดรันด้วย sudo",
)
