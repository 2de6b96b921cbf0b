"""`cctv-probe agent audit verify|show`: what this agent did, and whether the log of it is whole."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.agent.care.audit_chain import Line

ABOUT = Text(en="Show what this agent did, and check that log.", th="แสดงสิ่งที่ตัวแทนนี้ทำ และตรวจสอบบันทึกนั้น")
_VERIFY = Text(
    en="Check the log's chain from its first line to its last; says where it breaks first.",
    th="ตรวจความต่อเนื่องของบันทึกตั้งแต่บรรทัดแรกถึงบรรทัดสุดท้าย และบอกจุดแรกที่ขาด",
)
_SHOW = Text(en="Show the newest entries.", th="แสดงรายการล่าสุด")
_LAST = Text(en="How many entries.", th="จำนวนรายการ")
_JSON = Text(en="Print as JSON.", th="พิมพ์เป็น JSON")
_SOUND = Text(
    en="The audit log is whole: {lines} entries in {files} files. Last entry {seq}, hash {hash}",
    th="บันทึกตรวจสอบครบถ้วน: {lines} รายการใน {files} ไฟล์ รายการสุดท้าย {seq} แฮช {hash}",
)
_EMPTY = Text(en="There is no audit log yet.", th="ยังไม่มีบันทึกตรวจสอบ")
_TORN = Text(
    en="A line at the end was cut off by a power loss; the next entry will note it.",
    th="บรรทัดท้ายสุดไม่ครบเพราะไฟฟ้าดับ รายการถัดไปจะบันทึกไว้",
)
_UNREADABLE = Text(
    en="{path} cannot be read ({why}). Please run this with sudo.", th="อ่าน {path} ไม่ได้ ({why}) โปรดรันด้วย sudo"
)


def group() -> typer.Typer:
    """The commands about the audit log, in the language of this run."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    commands.command("verify", help=say(_VERIFY), short_help=say(_VERIFY))(check)
    commands.command("show", help=say(_SHOW), short_help=say(_SHOW))(show)
    return commands


def check(
    config: options.AgentConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    lang: options.Lang = "",
) -> None:
    """Verify the whole chain; exit code 1 where it is broken."""
    from cctv_probe.agent.care.audit import verify
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang

    check_lang(lang)
    path = read_config(config).places.audit
    try:
        found = verify(path)
    except OSError as error:
        raise Stop(exits.PERMISSION, _UNREADABLE.with_(path=path, why=error.strerror or "?")) from None
    broken = found.broken
    if as_json:
        where = broken and {"file": str(broken.file), "line": broken.line, "kind": broken.kind}
        shape = {
            "sound": found.sound,
            "lines": found.lines,
            "files": found.files,
            "last_seq": found.last_seq,
            "last_hash": found.last_hash,
            "torn_bytes": found.torn_bytes,
            "broken": where and {**where, "text": {"en": broken.text.en, "th": broken.text.th}} if broken else None,
        }
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
    elif broken is None:
        values = {"lines": f"{found.lines:,}", "files": found.files, "seq": found.last_seq, "hash": found.last_hash}
        sys.stdout.write(say(_SOUND.with_(**values) if found.lines else _EMPTY) + "\n")
        sys.stdout.write(say(_TORN) + "\n" if found.torn_bytes else "")
    else:
        sys.stdout.write(say(broken.text) + "\n")
    raise typer.Exit(exits.ALL_READ if found.sound else exits.NOTHING_DONE)


def show(
    last: Annotated[int, typer.Option("--last", help=say(_LAST), min=1, max=100_000)] = 50,
    config: options.AgentConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    lang: options.Lang = "",
) -> None:
    """Print the newest entries, oldest first. They are not checked; that is `verify`."""
    from cctv_probe.agent.care.audit_check import lines_of
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang

    check_lang(lang)
    path = read_config(config).places.audit
    try:
        found = lines_of(path, last)
    except OSError as error:
        raise Stop(exits.PERMISSION, _UNREADABLE.with_(path=path, why=error.strerror or "?")) from None
    for line in found:
        sys.stdout.write(line.written().decode() if as_json else _shown(line) + "\n")


def _shown(line: Line) -> str:
    from cctv_probe.survey.safe_text import clean

    facts = " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in line.facts.items()
    )
    return clean(f"{line.seq} {line.at_utc} {line.event} {facts}", 1000)
