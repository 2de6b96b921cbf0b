"""From what was typed to the means of a run: scope, credentials, folders. Every mistake becomes one sentence."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text
from cctv_probe.wire.state import ledger_file, state_folder

if TYPE_CHECKING:
    from cctv_probe.scope.permit import Scope
    from cctv_probe.visiting import Means
    from cctv_probe.wire.clock import Clock
    from cctv_probe.wire.credentials import Credentials


@dataclass(frozen=True)
class Asked:
    """What the user typed for a scan."""

    targets: tuple[str, ...]
    scope_file: Path | None = None
    credentials_file: Path | None = None
    user: str | None = None
    exclude: tuple[str, ...] = ()
    allow_public: bool = False
    ports: str = ""
    out: Path | None = None
    device_seconds: float = 120.0
    at_once: int = 64
    no_arp: bool = False
    no_multicast: bool = False
    measure: bool = True
    pictures: bool = True
    max_mbps: float = 50.0
    sample_s: float = 10.0
    thumbnails: bool = False
    retention: bool = False
    days: int | None = None
    """What field 9 was declared to be."""
    repeat_seed: str | None = None
    night_minutes: float = 20.0
    site_file: Path | None = None
    """The site list; where none is named, the scope file's."""


def check_lang(lang: str) -> None:
    """`--lang` was read before the command line was parsed; here it is only checked."""
    if lang not in ("", "th", "en"):
        raise Stop(exits.USAGE, _BAD_LANG.with_(lang=lang[:20]))


def read_scope(asked: Asked, clock: Clock) -> tuple[Scope, Text | None]:
    """The scope of this run, and a sentence about addresses that were left out. Raises `Stop`."""
    from zoneinfo import ZoneInfo

    from cctv_probe.scope.addresses import ScopeError
    from cctv_probe.scope.permit import Scope
    from cctv_probe.scope.targets import parse_targets
    from cctv_probe.scope.yaml_file import ConfigError

    try:
        if asked.scope_file is None:
            if not asked.targets:
                raise Stop(exits.USAGE, _NO_TARGET)
            targets = parse_targets(asked.targets, exclude=asked.exclude, allow_public=asked.allow_public)
            return Scope.from_targets(targets), None
        from cctv_probe.scope.file import load_scope

        scope = load_scope(asked.scope_file, today=clock.now().astimezone(ZoneInfo("Asia/Bangkok")).date())
        if not asked.targets and not asked.exclude:
            return scope, None
        words = asked.targets or scope.targets.words
        targets = parse_targets(words, exclude=asked.exclude, allow_public=asked.allow_public or scope.allow_public)
        return scope.restrict(targets)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    except ScopeError as error:
        raise Stop(exits.USAGE, error.text) from None


def read_credentials(asked: Asked) -> Credentials:
    """The credentials of this run. Raises `Stop`."""
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.wire.credentials import Credentials, Group, Login

    groups: tuple[Group, ...] = ()
    if asked.credentials_file is not None:
        from cctv_probe.wire.credentials_file import load_credentials

        try:
            groups = load_credentials(asked.credentials_file).groups
        except ConfigError as error:
            raise Stop(exits.CONFIGURATION, error.text) from None
    if asked.user:
        groups = (*groups, Group(say(_TYPED), Login(asked.user, _ask_password(asked.user))))
    return Credentials(groups)


def _ask_password(user: str) -> str:
    """The password, typed without being shown, or the first line of standard input where that is no terminal."""
    if sys.stdin is not None and sys.stdin.isatty():
        import getpass

        try:
            password = getpass.getpass(say(_PASSWORD.with_(user=user)))
        except (EOFError, KeyboardInterrupt):
            password = ""
    else:
        password = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
    if not password:
        raise Stop(exits.USAGE, _NO_PASSWORD.with_(user=user))
    return password


def read_ports(typed: str) -> tuple[int, ...]:
    """`8085,8090` → the ports. Raises `Stop`."""
    ports = []
    for word in typed.replace(",", " ").split():
        if not (word.isascii() and word.isdigit()) or not 1 <= int(word) <= 65_535:
            raise Stop(exits.USAGE, _BAD_PORT.with_(word=word[:20]))
        ports.append(int(word))
    return tuple(dict.fromkeys(ports))


def _out(asked: Asked, clock: Clock, run_id: str) -> Path:
    day = clock.now().strftime("%Y%m%dT%H%M%SZ")
    return asked.out or state_folder() / "runs" / f"{day}-{run_id[-8:]}"


def new_run_folder(asked: Asked, clock: Clock, run_id: str) -> Path:
    """The folder of a run that asks no device. Raises `Stop` where it cannot be made."""
    out = _out(asked, clock, run_id)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(exits.CONFIGURATION, _NO_FOLDER.with_(path=out, why=error.strerror or "?")) from None
    return out


def make_means(asked: Asked, scope: Scope, credentials: Credentials, clock: Clock, run_id: str) -> Means:
    """Everything a run needs, opened. Raises `Stop` where a folder cannot be written."""
    import sqlite3

    from cctv_probe.visiting import Means
    from cctv_probe.wire.ledger import Ledger
    from cctv_probe.wire.redaction import Redactor
    from cctv_probe.wire.run_folder import RunFolder

    out = _out(asked, clock, run_id)
    try:
        folder = RunFolder(out, Redactor(credentials.secrets(), credentials.users()), clock)
    except OSError as error:
        raise Stop(exits.CONFIGURATION, _NO_FOLDER.with_(path=out, why=error.strerror or "?")) from None
    try:
        ledger = Ledger(ledger_file(), clock)
    except (OSError, sqlite3.Error) as error:
        raise Stop(exits.CONFIGURATION, _NO_LEDGER.with_(path=ledger_file(), why=error)) from None
    means = Means(scope, credentials, ledger, folder, clock, threading.Event(), extra_ports=read_ports(asked.ports))
    return replace(
        means,
        at_once=asked.at_once,
        visit_s=asked.device_seconds,
        use_arp=not asked.no_arp,
        use_multicast=not asked.no_multicast,
    )


_BAD_LANG = Text(en="--lang takes th or en, not “{lang}”.", th="--lang ใช้ได้เฉพาะ th หรือ en ไม่ใช่ “{lang}”")
_NO_TARGET = Text(
    en="Nothing to scan: name addresses, such as 10.0.0.0/24, or a scope file with --scope.",
    th="ยังไม่ได้ระบุสิ่งที่จะสแกน โปรดระบุที่อยู่ เช่น 10.0.0.0/24 หรือไฟล์ขอบเขตด้วย --scope",
)
_TYPED = Text(en="--user", th="--user (พิมพ์เอง)")
_PASSWORD = Text(en="Password of {user}: ", th="รหัสผ่านของ {user}: ")
_NO_PASSWORD = Text(en="No password was given for {user}.", th="ไม่ได้ป้อนรหัสผ่านของ {user}")
_BAD_PORT = Text(
    en="--ports takes numbers from 1 to 65535, separated by commas; “{word}” is none.",
    th="--ports ใช้ตัวเลข 1 ถึง 65535 คั่นด้วยจุลภาค “{word}” ใช้ไม่ได้",
)
_NO_FOLDER = Text(
    en="The folder {path} cannot be written ({why}). Choose another one with --out.",
    th="เขียนลงโฟลเดอร์ {path} ไม่ได้ ({why}) โปรดเลือกโฟลเดอร์อื่นด้วย --out",
)
_NO_LEDGER = Text(
    en="The record of failed logins {path} cannot be opened ({why}). Without it no login is tried. Please check the file.",
    th="เปิดบันทึกการเข้าสู่ระบบที่ไม่สำเร็จ {path} ไม่ได้ ({why}) หากไม่มีไฟล์นี้จะไม่ลองเข้าสู่ระบบ โปรดตรวจสอบไฟล์",
)
