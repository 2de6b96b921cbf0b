"""The agent's Ed25519 keys as PEM files, 0600, unencrypted: a service that starts by itself cannot type a passphrase."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.enrolment.private_file import write_private
from cctv_probe.contract.keys import key_id_of
from cctv_probe.model.words import Text

_MOST_BYTES = 16 << 10


class KeyFileError(Exception):
    """A key file that is missing, readable by others, or no key. `text` says what to do; it holds nothing of the key."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def new_key(path: Path) -> Ed25519PrivateKey:
    """Make a key and keep it at `path`, on disk when this returns. Raises OSError."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(path, secret)
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """The key at `path`. A key that others may read or write is refused, as ssh does. Raises `KeyFileError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise KeyFileError(_MISSING.with_(path=path)) from None
    except OSError as error:
        raise KeyFileError(_UNREADABLE.with_(path=path, reason=error.strerror or "-")) from None
    with os.fdopen(descriptor, "rb") as file:
        told = os.fstat(file.fileno())
        if stat.S_IMODE(told.st_mode) & 0o077 or not stat.S_ISREG(told.st_mode):
            raise KeyFileError(_OPEN.with_(path=path))
        if told.st_uid not in (os.geteuid(), 0):
            raise KeyFileError(_OWNER.with_(path=path))
        pem = file.read(_MOST_BYTES)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnicodeDecodeError):
        raise KeyFileError(_NO_KEY.with_(path=path)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(_NO_KEY.with_(path=path))
    return key


def id_of(key: Ed25519PrivateKey) -> str:
    """The id by which the register knows the public half of `key`."""
    return key_id_of(key.public_key())


_MISSING = Text(
    en="The agent's key {path} is not there. If it was lost, please enrol this machine again with a new token.",
    th="ไม่พบกุญแจของตัวแทน {path} หากสูญหาย โปรดลงทะเบียนเครื่องนี้ใหม่ด้วยรหัสใหม่",
)
_UNREADABLE = Text(
    en="The agent's key {path} cannot be read ({reason}). Please run this as the agent's own user.",
    th="อ่านกุญแจของตัวแทน {path} ไม่ได้ ({reason}) โปรดสั่งงานด้วยบัญชีผู้ใช้ของตัวแทนเอง",
)
_OPEN = Text(
    en="The agent's key {path} may be read or changed by other users, so it is not used. If nobody else has had it: chmod 600 {path}; otherwise please enrol again.",
    th="ผู้ใช้อื่นอ่านหรือแก้ไขกุญแจของตัวแทน {path} ได้ จึงไม่ใช้กุญแจนี้ หากแน่ใจว่าไม่มีผู้อื่นได้ไป โปรดสั่ง chmod 600 {path} หากไม่แน่ใจ โปรดลงทะเบียนใหม่",
)
_OWNER = Text(
    en="The agent's key {path} belongs to another user, so it is not used. Please run this as the agent's own user.",
    th="กุญแจของตัวแทน {path} เป็นของผู้ใช้อื่น จึงไม่ใช้กุญแจนี้ โปรดสั่งงานด้วยบัญชีผู้ใช้ของตัวแทนเอง",
)
_NO_KEY = Text(
    en="{path} holds no Ed25519 key that can be read. If it was damaged, please enrol this machine again with a new token.",
    th="{path} ไม่มีกุญแจ Ed25519 ที่อ่านได้ หากไฟล์เสียหาย โปรดลงทะเบียนเครื่องนี้ใหม่ด้วยรหัสใหม่",
)
