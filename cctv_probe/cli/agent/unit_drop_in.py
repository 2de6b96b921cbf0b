"""`cctv-probe agent unit-drop-in`: the addresses that the kernel lets the service speak to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.agent.unit import DropIn

ABOUT = Text(
    en="Show, write or check the addresses that the kernel lets the service speak to (from the scope and the agent's configuration).",
    th="แสดง เขียน หรือตรวจสอบที่อยู่ที่ระบบปฏิบัติการยอมให้บริการติดต่อ (ตามไฟล์ขอบเขตและไฟล์ตั้งค่าของตัวแทน)",
)
_WRITE = Text(
    en="Write the drop-in; where it changed, have systemd restart the agent with it. As root.",
    th="เขียนไฟล์ drop-in หากมีการเปลี่ยนแปลง ให้ systemd เริ่มตัวแทนใหม่ด้วยค่านั้น ต้องใช้สิทธิ์ root",
)
_CHECK = Text(
    en="Say whether the installed drop-in is what it should be; exit code 1 where it is not.",
    th="บอกว่าไฟล์ drop-in ที่ติดตั้งอยู่ตรงตามที่ควรเป็นหรือไม่ หากไม่ตรง รหัสจบคือ 1",
)
_FILE = Text(en="Another file than systemd's own.", th="ใช้ไฟล์อื่นแทนไฟล์ของ systemd")
_WRITTEN = Text(en="Written: {path} ({count} networks).", th="เขียนแล้ว: {path} ({count} ช่วงที่อยู่)")
_UNCHANGED = Text(en="Unchanged: {path}.", th="ไม่มีการเปลี่ยนแปลง: {path}")
_SAME = Text(
    en="The kernel allows what the scope and the configuration ask for.",
    th="ระบบปฏิบัติการอนุญาตตรงตามไฟล์ขอบเขตและไฟล์ตั้งค่า",
)
_DIFFERS = Text(
    en="{path} is not what it should be. Missing: {missing}. Too much: {extra}. Please run: sudo cctv-probe agent unit-drop-in --write",
    th="{path} ไม่ตรงตามที่ควรเป็น ขาด: {missing} เกิน: {extra} โปรดใช้คำสั่ง: sudo cctv-probe agent unit-drop-in --write",
)
_NAMELESS = Text(
    en="The name {name} cannot be resolved now; the service will not reach it until it can be. Please check this machine's DNS.",
    th="ค้นหาที่อยู่ของ {name} ไม่ได้ในขณะนี้ บริการจะยังติดต่อไม่ได้จนกว่าจะค้นหาได้ โปรดตรวจสอบ DNS ของเครื่องนี้",
)
_CANNOT = Text(
    en="{path} cannot be written ({why}). Please run this command with sudo.",
    th="เขียน {path} ไม่ได้ ({why}) โปรดใช้คำสั่งนี้ด้วยสิทธิ์ sudo",
)
_UNREADABLE = Text(en="{path} cannot be read ({why}).", th="อ่าน {path} ไม่ได้ ({why}) โปรดตรวจสอบสิทธิ์ของไฟล์")
_NOT_TOLD = Text(
    en="The drop-in is written, but systemd did not take it up ({why}). Please run: sudo systemctl daemon-reload && sudo systemctl try-restart cctv-probe-agent",
    th="เขียนไฟล์ drop-in แล้ว แต่ systemd ยังไม่นำไปใช้ ({why}) โปรดใช้คำสั่ง: sudo systemctl daemon-reload && sudo systemctl try-restart cctv-probe-agent",
)
_FEW = 6


def unit_drop_in(
    config: options.AgentConfigFile = None,
    write: Annotated[bool, typer.Option("--write", help=say(_WRITE))] = False,
    check: Annotated[bool, typer.Option("--check", help=say(_CHECK))] = False,
    file: Annotated[Path | None, typer.Option("--file", help=say(_FILE), metavar="FILE")] = None,
    lang: options.Lang = "",
) -> None:
    """Show the drop-in, or write it, or compare."""
    from cctv_probe.agent.unit import DROP_IN
    from cctv_probe.cli.prepare import check_lang

    check_lang(lang)
    path = file or DROP_IN
    wanted, found = _wanted(config), _found(path)
    _name_the_nameless(wanted.after(found))
    if check:
        _compare(wanted, found, path)
    elif write:
        _write(wanted.after(found), path, tell=file is None)
    else:
        sys.stdout.write(wanted.after(found).text())


def _wanted(config: Path | None) -> DropIn:
    from cctv_probe.agent.config import DEFAULT_CONFIG, load_agent_config
    from cctv_probe.agent.unit import drop_in_now
    from cctv_probe.scope import ScopeError
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.wire.clock import SystemClock

    try:
        return drop_in_now(load_agent_config(config or DEFAULT_CONFIG), SystemClock())
    except (ConfigError, ScopeError) as error:
        raise Stop(exits.CONFIGURATION, error.text) from None


def _found(path: Path) -> DropIn | None:
    from cctv_probe.agent.unit import read_drop_in

    try:
        return read_drop_in(path)
    except OSError as error:
        raise Stop(exits.PERMISSION, _UNREADABLE.with_(path=path, why=error.strerror or "?")) from None


def _name_the_nameless(drop_in: DropIn) -> None:
    for name, addresses in drop_in.names.items():
        if not addresses:
            sys.stderr.write(f"cctv-probe: {say(_NAMELESS.with_(name=name))}\n")


def _compare(wanted: DropIn, found: DropIn | None, path: Path) -> None:
    from cctv_probe.agent.unit import compare

    difference = compare(wanted, found)
    if not difference.same:
        shown = {"missing": _few(difference.missing), "extra": _few(difference.extra)}
        raise Stop(exits.NOTHING_DONE, _DIFFERS.with_(path=path, **shown))
    sys.stdout.write(say(_SAME) + "\n")


def _few(networks: tuple[str, ...]) -> str:
    shown = ", ".join(networks[:_FEW]) or "-"
    return shown if len(networks) <= _FEW else f"{shown} (+{len(networks) - _FEW})"


def _write(drop_in: DropIn, path: Path, *, tell: bool) -> None:
    from cctv_probe.agent.unit import write_drop_in
    from cctv_probe.agent.unit.installing import NotToldError, tell_systemd

    try:
        written = write_drop_in(drop_in, path)
    except OSError as error:
        raise Stop(exits.PERMISSION, _CANNOT.with_(path=path, why=error.strerror or "?")) from None
    line = _WRITTEN.with_(path=path, count=len(drop_in.allowed)) if written else _UNCHANGED.with_(path=path)
    sys.stdout.write(say(line) + "\n")
    if not (written and tell):
        return
    try:
        tell_systemd()
    except NotToldError as error:
        raise Stop(exits.TEMPORARY, _NOT_TOLD.with_(why=str(error))) from None
