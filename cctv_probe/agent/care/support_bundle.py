"""`agent support-bundle`: what the developers need to understand a fault, without secrets, and without names unless asked."""

from __future__ import annotations

import gzip
import importlib.metadata
import io
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cctv_probe import __version__
from cctv_probe.agent.care.audit import verify
from cctv_probe.agent.care.audit_check import lines_of
from cctv_probe.agent.care.outbox_view import newest_rows
from cctv_probe.agent.care.reading import json_object
from cctv_probe.agent.care.scrub import Scrubber, names_in
from cctv_probe.agent.care.site import installed_credentials
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.outbox import OutboxError, inspect
from cctv_probe.agent.upload.link_file import link_path
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import ConfigError, load_yaml
from cctv_probe.survey.site_file import load_site
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.credentials_file import CREDENTIALS_FILE, load_credentials
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.state import state_folder

FOLDER = "cctv-probe-support"
MOST_FILE_BYTES = 4 << 20
MOST_KNOWN_BYTES = 64 << 20
AUDIT_LINES = 1000
_SURVEYS = 5
_JOURNAL_S = 10.0
_JOURNAL = ("journalctl", "--unit=cctv-probe-agent", "--lines=3000", "--output=short-iso", "--no-pager", "--quiet")


def write_bundle(
    path: Path,
    config: AgentConfig,
    doctor: Mapping[str, Any],
    clock: Clock,
    *,
    with_addresses: bool = False,
    journal: Callable[[], str | None] | None = None,
) -> None:
    """Write the bundle, readable for its owner only. `doctor` is its outcome as JSON. Raises OSError."""
    scrubber = scrubber_of(config, with_addresses=with_addresses)
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=clock.now().timestamp()) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for name, content in _files(config, doctor, scrubber, journal or journal_excerpt):
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            data = content.encode("utf-8", "replace")
            member.size, member.mtime, member.mode = len(data), int(clock.now().timestamp()), 0o600
            archive.addfile(member, io.BytesIO(data))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(packed.getvalue())


def _files(
    config: AgentConfig,
    doctor: Mapping[str, Any],
    scrubber: Scrubber,
    journal: Callable[[], str | None],
) -> Iterator[tuple[str, str]]:
    """(name, content) of each file, clean."""
    places = config.places
    yield "README.txt", f"{_ABOUT.en}\n{_ABOUT.th}\n"
    yield "versions.json", scrubber.text(_json(versions()))
    yield "doctor.json", scrubber.text(_json(doctor))
    for path in (places.status, link_path(places), places.schedule):
        yield path.name, scrubber.text(_tail(path))
    yield "outbox.json", scrubber.text(_json(_outbox(places.outbox)))
    yield "audit.jsonl", scrubber.text(_audit(places.audit))
    for path in (config.path, config.scope):
        yield path.name, scrubber.yaml(_tail(path))
    for folder in dict.fromkeys((places.folder, places.state, state_folder())):
        if (folder / "last-error.txt").exists():
            yield "last-error.txt", scrubber.text(_tail(folder / "last-error.txt"))
            break
    excerpt = journal()
    yield (
        "journal.txt",
        scrubber.text(excerpt[-MOST_FILE_BYTES:] if excerpt else f"{_NO_JOURNAL.en}\n{_NO_JOURNAL.th}\n"),
    )


def scrubber_of(config: AgentConfig, *, with_addresses: bool) -> Scrubber:
    """A scrubber that knows every secret and name that the agent's files hold."""
    passwords, users = _logins(config)
    for url in (config.register.url, config.register.proxy) if config.register else ():
        with suppress(ValueError):
            parts = urlsplit(url or "")
            passwords |= {unquote(parts.password)} if parts.password else set()
            users |= {unquote(parts.username)} if parts.username else set()
    for path in (config.places.key, config.places.next_key):
        with suppress(OSError):
            lines = path.read_text("ascii", "replace").splitlines()
            passwords |= {line.strip() for line in lines if len(line) >= 16 and not line.startswith("-")}
    return Scrubber(passwords, users, None if with_addresses else _names(config))


def _logins(config: AgentConfig) -> tuple[set[str], set[str]]:
    """Passwords and user names, from the file as it is typed too: one that is refused holds them all the same."""
    path = installed_credentials(config)
    passwords: set[str] = set()
    users: set[str] = set()
    if path is None:
        return passwords, users
    with suppress(ConfigError, OSError):
        found = load_credentials(path)
        passwords, users = set(found.secrets()), set(found.users())
    with suppress(ConfigError, OSError):
        waiting: list[Any] = [load_yaml(path, CREDENTIALS_FILE)[0]]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                passwords |= {node["password"]} if isinstance(node.get("password"), str) else set()
                users |= {node["user"]} if isinstance(node.get("user"), str) else set()
            waiting += list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return passwords, users


def knows_passwords(config: AgentConfig) -> bool:
    """Whether the devices' passwords could be read, so that they are found wherever they stand."""
    path = installed_credentials(config)
    return path is None or os.access(path, os.R_OK)


def _names(config: AgentConfig) -> set[str]:
    """What the cameras here are called: of the newest surveys, of what is remembered, of the site list."""
    places = config.places
    surveys = sorted(places.runs.glob("*/survey.json"), reverse=True)[:_SURVEYS]  # run ids begin with the time
    found: set[str] = set()
    for path in (*surveys, *sorted(places.present.rglob("*.json*"))[:1000]):
        with suppress(OSError), path.open("rb") as file:
            found |= names_in(json_object(_opened(file.read(MOST_KNOWN_BYTES))) or {})
    with suppress(ConfigError, OSError):
        for camera in load_site(config.scope.parent / "site.csv").cameras:
            values = [camera.id, *(camera.values.get(key) for key in ("position", "name"))]
            found |= {value for value in values if isinstance(value, str)}
    return found


def _opened(raw: bytes) -> bytes:
    """Content that may be gzipped, opened as far as it goes, within bounds."""
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw, MOST_KNOWN_BYTES)
    except zlib.error:
        return b""


def versions() -> dict[str, Any]:
    """Program, Python, packages and kernel; not the machine's name."""
    packages = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
    return {
        "cctv_probe": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "packages": dict(sorted((str(name), version) for name, version in packages.items())),
    }


def journal_excerpt() -> str | None:
    """The newest lines of the service's log; None where this user may not read it, or there is no journal."""
    try:
        ended = subprocess.run(  # noqa: S603 - a fixed command of the system, no shell
            _JOURNAL,
            capture_output=True,
            timeout=_JOURNAL_S,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.decode("utf-8", "replace") or None


def _outbox(path: Path) -> dict[str, Any]:
    """What waits, what is damaged, and rows without bodies."""
    try:
        found = inspect(path)
        rows = newest_rows(path, Deadline.after(5)) if path.exists() else ()
    except (sqlite3.Error, OutboxError) as error:
        return {"error": str(error)}
    return {
        "depth": _plain(found.depth) if found.depth else None,
        "damage": [damage.text.en for damage in found.damage],
        "rows": [_plain(row) for row in rows],
    }


def _plain(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in row.__slots__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _audit(path: Path) -> str:
    try:
        found = verify(path)
        said = found.broken.text.en if found.broken else f"{found.lines} entries, whole, last hash {found.last_hash}"
        return "".join(
            [json.dumps({"verify": said}) + "\n", *(line.written().decode() for line in lines_of(path, AUDIT_LINES))]
        )
    except OSError as error:
        return f"{error.strerror}\n"


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - MOST_FILE_BYTES))
            return file.read(MOST_FILE_BYTES).decode("utf-8", "replace")
    except OSError as error:
        return f"{error.strerror}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


_NO_JOURNAL = Text(
    en="The journal could not be read by this user; root may: sudo journalctl -u cctv-probe-agent",
    th="ผู้ใช้นี้อ่าน journal ไม่ได้ ผู้ใช้ root อ่านได้ด้วยคำสั่ง: sudo journalctl -u cctv-probe-agent",
)
_ABOUT = Text(
    en="Made by cctv-probe agent support-bundle for its developers. Passwords, user names, tokens and keys were taken out. "
    "Names and addresses stand as name-1, ip-1, mac-1 unless the bundle was made with --with-addresses. No report, record or "
    "picture is in it. Please look through it before you hand it on.",
    th="สร้างด้วยคำสั่ง cctv-probe agent support-bundle สำหรับผู้พัฒนา นำรหัสผ่าน ชื่อผู้ใช้ รหัสลงทะเบียน และกุญแจออกแล้ว "
    "ชื่อและที่อยู่ถูกแทนด้วย name-1, ip-1, mac-1 เว้นแต่สร้างด้วย --with-addresses ไม่มีรายงาน ข้อมูลกล้อง หรือภาพ โปรดตรวจดูก่อนส่งต่อ",
)
