"""`identity.json`: who this agent is to which register, and by which keys the register signs. The key lies beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from cctv_probe.agent.enrolment.keys import KeyFileError, id_of, load_key
from cctv_probe.agent.enrolment.private_file import move_private, write_private
from cctv_probe.agent.places import Places
from cctv_probe.contract.enrolment import RegisterKey, public_keys
from cctv_probe.contract.envelope import KeyId, LaoCode, Uuid7
from cctv_probe.contract.fact import UtcText
from cctv_probe.model.words import Text

ROTATE_AFTER = timedelta(days=90)
_MOST_BYTES = 256 << 10


class IdentityError(Exception):
    """This agent is not enrolled, or what says so cannot be read (`damaged`)."""

    def __init__(self, text: Text, *, damaged: bool = False) -> None:
        super().__init__(text.en)
        self.text = text
        self.damaged = damaged


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this agent is, as the register has confirmed it. `name` is the municipality's.

    `keys_made`: when each of our keys was made, by its id; it holds the next key before that is ever shown to anyone.
    """

    agent_id: str
    lao_code: str
    register_url: str
    name: str
    enrolled_utc: str
    register_keys: tuple[RegisterKey, ...]
    keys_made: Mapping[str, str] = field(default_factory=dict)

    def trusted(self) -> dict[str, Ed25519PublicKey]:
        """The register's keys by their id."""
        return public_keys(self.register_keys)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An identity with its key: what signing needs."""

    identity: Identity
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def key_id(self) -> str:
        """The id of the key in use."""
        return id_of(self.key)

    def rotation_due(self, now: datetime) -> bool:
        """Whether the key is older than 90 days, or its age is not known."""
        made = _moment(self.identity.keys_made.get(self.key_id))
        return made is None or now - made >= ROTATE_AFTER


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = Field(ge=1, le=1)
    agent_id: Uuid7
    lao_code: LaoCode
    register_url: StrictStr
    name: StrictStr
    enrolled_utc: UtcText
    register_keys: tuple[RegisterKey, ...] = Field(min_length=1, max_length=20)
    keys_made: dict[KeyId, UtcText] = Field(default_factory=dict)


def read_identity(data: bytes) -> Identity:
    """Bytes of `identity.json` → `Identity`. Raises ValueError."""
    if len(data) > _MOST_BYTES:
        raise ValueError("too large")
    try:
        file = _File.model_validate_json(data)
    except ValidationError as error:
        raise ValueError("not an identity") from error
    fields = {name: getattr(file, name) for name in _File.model_fields if name != "version"}
    return Identity(**fields)


def load_identity(places: Places) -> Identity | None:
    """Who this agent is; None where it is not enrolled. Raises `IdentityError`."""
    try:
        with places.identity.open("rb") as file:
            return read_identity(file.read(_MOST_BYTES + 1))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IdentityError(
            _UNREADABLE.with_(path=places.identity, reason=error.strerror or "-"), damaged=True
        ) from None
    except ValueError:
        raise IdentityError(_DAMAGED.with_(path=places.identity), damaged=True) from None


def save_identity(places: Places, identity: Identity) -> None:
    """Keep `identity`, on disk when this returns. Raises OSError."""
    shape: dict[str, Any] = {
        "version": 1,
        "agent_id": identity.agent_id,
        "lao_code": identity.lao_code,
        "register_url": identity.register_url,
        "name": identity.name,
        "enrolled_utc": identity.enrolled_utc,
        "register_keys": [{"id": key.id, "public_key": key.public_key} for key in identity.register_keys],
        "keys_made": dict(identity.keys_made),
    }
    write_private(places.identity, (json.dumps(shape, ensure_ascii=False, indent=1) + "\n").encode())


def load_enrolled(places: Places) -> Enrolled:
    """The identity of an enrolled agent with its key. Raises `IdentityError`, `KeyFileError`.

    Where an enrolment or a rotation was cut off between its two files, the one key of the identity is put in its place.
    """
    identity = load_identity(places)
    if identity is None:
        raise IdentityError(NOT_ENROLLED)
    try:
        key = load_key(places.key)
    except KeyFileError:
        key = None
    if key is None or id_of(key) not in identity.keys_made:
        key = _enrolled_key(places, identity) or load_key(places.key)
    return Enrolled(identity, key)


def enrolment_key(places: Places) -> Path:
    """The key of an enrolment under way."""
    return places.folder / "key.enrol.pem"


def keys_lock(places: Places) -> Path:
    """Held by whoever changes the keys."""
    return places.folder / "keys.lock"


def _enrolled_key(places: Places, identity: Identity) -> Ed25519PrivateKey | None:
    waiting = enrolment_key(places)
    try:
        key = load_key(waiting)
        if id_of(key) not in identity.keys_made:
            return None
        move_private(waiting, places.key)
    except (KeyFileError, OSError):
        return None
    return key


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


NOT_ENROLLED = Text(
    en="This agent is not enrolled yet. Please ask the register's administrator for a token and run: cctv-probe agent enrol",
    th="ตัวแทนนี้ยังไม่ได้ลงทะเบียน โปรดขอรหัสลงทะเบียนจากผู้ดูแลทะเบียนกลาง แล้วสั่ง cctv-probe agent enrol",
)
_UNREADABLE = Text(
    en="{path} cannot be read ({reason}). Please run this as the agent's own user.",
    th="อ่าน {path} ไม่ได้ ({reason}) โปรดสั่งงานด้วยบัญชีผู้ใช้ของตัวแทนเอง",
)
_DAMAGED = Text(
    en="{path} is damaged. Please restore it from a backup, or move it aside and enrol this machine again with a new token; reports that wait are kept.",
    th="ไฟล์ {path} เสียหาย โปรดกู้คืนจากข้อมูลสำรอง หรือย้ายไฟล์ออกแล้วลงทะเบียนเครื่องนี้ใหม่ด้วยรหัสใหม่ รายงานที่รออยู่ยังเก็บไว้",
)
