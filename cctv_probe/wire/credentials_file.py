"""The credentials file: read, checked, and turned into `Credentials`. Its form is shown in `configs/credentials.example.yaml`."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.targets import parse_targets
from cctv_probe.scope.yaml_file import ConfigError, KeyPath, Lines, load_yaml, validate
from cctv_probe.wire.credentials import Credentials, Group, Login

CREDENTIALS_FILE = Text(en="Credentials file", th="ไฟล์รหัสผ่าน")
MOST_SECRET_BYTES = 4096


def _mac(typed: str) -> str:
    digits = re.sub(r"[:.-]", "", typed).upper()
    if not re.fullmatch(r"(?:[0-9A-F]{2}){3,6}", digits):
        raise BadValueError(_BAD_MAC)
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Secret = Annotated[str, Field(max_length=1000)]


class Account(_Part):
    """A user, and where its password comes from: exactly one of the four."""

    user: Annotated[str, Field(min_length=1, max_length=200)]
    password: Secret | None = None
    password_file: str | None = None
    password_env: str | None = None
    password_credential: str | None = None


class GroupEntry(_Part):
    """Credentials for the devices that meet every stated condition."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    ranges: tuple[str, ...] = ()
    macs: tuple[Annotated[str, AfterValidator(_mac)], ...] = ()
    brands: tuple[str, ...] = ()
    user: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    password: Secret | None = None
    password_file: str | None = None
    password_env: str | None = None
    password_credential: str | None = None
    onvif_user: Account | None = None
    allow_clear_text: bool = False
    onvif_login: Literal["digest", "text"] = "digest"


class CredentialsFile(_Part):
    """A credentials file as it is written."""

    version: Literal["1"]
    groups: Annotated[tuple[GroupEntry, ...], Field(min_length=1, max_length=1000)]


def load_credentials(path: Path) -> Credentials:
    """Read a credentials file. Raises `ConfigError` where it cannot be used or where others could read it."""
    data, lines = load_yaml(path, CREDENTIALS_FILE)
    file = validate(CredentialsFile, data, lines)
    if any(account.password is not None for entry in file.groups for account in (entry, entry.onvif_user) if account):
        check_private(path, CREDENTIALS_FILE)
    names = [entry.name for entry in file.groups]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise lines.error(("groups", number, "name"), _TWICE)
    return Credentials(tuple(_group(number, entry, lines) for number, entry in enumerate(file.groups)))


def check_private(path: Path, what: Text) -> None:
    """Raises `ConfigError` where others than its owner could read the file. Windows has no such mode and is let through, and so
    is what systemd itself hands over: since version 254 the mode shows an access list there (0440), which lets in the service alone."""
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    if os.name != "posix" or (handed and path.parent == Path(handed)):
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(_OPEN.with_(what=what, path=path, mode=f"{mode:04o}"))


def _group(number: int, entry: GroupEntry, lines: Lines) -> Group:
    here: KeyPath = ("groups", number)
    if entry.user is None and entry.onvif_user is None:
        raise lines.error(here, _NO_USER)
    if entry.user is None and _sources(entry):
        raise lines.error((*here, _sources(entry)[0]), _NO_USER)
    device = Login(entry.user, _secret(entry, here, lines)) if entry.user is not None else None
    onvif = None
    if entry.onvif_user is not None:
        onvif = Login(entry.onvif_user.user, _secret(entry.onvif_user, (*here, "onvif_user"), lines))
    try:
        ranges = parse_targets(entry.ranges, allow_public=True) if entry.ranges else None
    except ScopeError as error:
        raise lines.error((*here, "ranges"), _SAYS.with_(text=error.text)) from None
    return Group(
        name=entry.name,
        device=device,
        onvif=onvif,
        ranges=ranges,
        macs=entry.macs,
        brands=tuple(brand.strip().lower() for brand in entry.brands),
        allow_clear_text=entry.allow_clear_text,
        onvif_login=entry.onvif_login,
    )


_SOURCES = ("password", "password_file", "password_env", "password_credential")


def _sources(account: Account | GroupEntry) -> list[str]:
    return [source for source in _SOURCES if getattr(account, source) is not None]


def _secret(account: Account | GroupEntry, here: KeyPath, lines: Lines) -> str:
    given = _sources(account)
    if len(given) != 1:
        raise lines.error(here, _ONE_SOURCE)
    source, value = given[0], str(getattr(account, given[0]))
    if source == "password":
        return value
    if source == "password_env":
        found = os.environ.get(value)
        if not found:
            raise lines.error((*here, source), _NO_VARIABLE.with_(name=value))
        return found
    if source == "password_credential":
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder or "/" in value:
            raise lines.error((*here, source), _NO_CREDENTIAL.with_(name=value))
        return _from_file(Path(folder) / value, (*here, source), lines, private=False)
    path = Path(value)
    return _from_file(path if path.is_absolute() else lines.path.parent / path, (*here, source), lines, private=True)


def _from_file(path: Path, here: KeyPath, lines: Lines, *, private: bool) -> str:
    try:
        if not path.is_file():
            raise lines.error(here, _NO_FILE.with_(path=path))
        raw = path.read_bytes()[: MOST_SECRET_BYTES + 1]
        secret = raw.decode("utf-8-sig").rstrip("\r\n")  # editors on Windows put a mark before the first letter
    except (OSError, UnicodeDecodeError):
        raise lines.error(here, _NO_FILE.with_(path=path)) from None
    if private:
        check_private(path, _PASSWORD_FILE)
    if not secret or len(raw) > MOST_SECRET_BYTES:
        raise lines.error(here, _NO_FILE.with_(path=path))
    return secret


_PASSWORD_FILE = Text(en="Password file", th="ไฟล์เก็บรหัสผ่าน")
_SAYS = Text(en="cannot be used. {text}", th="ใช้ไม่ได้ {text}")
_OPEN = Text(
    en="{what} {path} can be read by other users (mode {mode}). Make it private with: chmod 600 {path}",
    th="{what} {path} ผู้ใช้อื่นอ่านได้ (สิทธิ์ {mode}) โปรดจำกัดสิทธิ์ด้วยคำสั่ง: chmod 600 {path}",
)
_TWICE = Text(
    en="is the name of another group too. Please give each group a name of its own.",
    th="ซ้ำกับชื่อกลุ่มอื่น โปรดตั้งชื่อแต่ละกลุ่มให้ต่างกัน",
)
_NO_USER = Text(en="needs a “user” (or an “onvif_user”).", th="ต้องมี “user” (หรือ “onvif_user”)")
_ONE_SOURCE = Text(
    en="needs exactly one of: password, password_file, password_env, password_credential.",
    th="ต้องมีเพียงอย่างใดอย่างหนึ่งของ password, password_file, password_env, password_credential",
)
_NO_VARIABLE = Text(
    en="names the environment variable {name}, which is not set.", th="อ้างถึงตัวแปรสภาพแวดล้อม {name} ซึ่งไม่ได้ตั้งค่าไว้"
)
_NO_CREDENTIAL = Text(
    en="names the systemd credential {name}, which the service was not given (LoadCredential=).",
    th="อ้างถึง systemd credential ชื่อ {name} ซึ่งบริการไม่ได้รับ (LoadCredential=)",
)
_NO_FILE = Text(
    en="names {path}, which is missing, empty, unreadable or longer than 4 KiB.",
    th="อ้างถึง {path} ซึ่งไม่มี ว่างเปล่า อ่านไม่ได้ หรือยาวเกิน 4 KiB",
)
_BAD_MAC = Text(
    en="must be a MAC address or its beginning, such as 28:57:BE.", th="ต้องเป็นหมายเลข MAC หรือส่วนต้นของ MAC เช่น 28:57:BE"
)
