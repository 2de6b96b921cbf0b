"""A new key every 90 days. Safe to be cut off at every instant: the new key is on disk before the register hears of it, and
the old one stays until the register has confirmed.

    key.next.pem ─► identity.json knows it ─► POST /keys, signed with the old key ─► key.next.pem becomes key.pem

Cut off after the register has changed and before we have: the same is asked again and answered alike; where the register
takes only the new key by then, the same is asked with that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from cctv_probe.agent.enrolment.asking import Reply, ask
from cctv_probe.agent.enrolment.identity import Enrolled, Identity, keys_lock, load_enrolled, save_identity
from cctv_probe.agent.enrolment.keys import KeyFileError, id_of, load_key, new_key
from cctv_probe.agent.enrolment.private_file import move_private, only_one
from cctv_probe.agent.places import Places
from cctv_probe.agent.upload.answers import said
from cctv_probe.agent.upload.register import Register
from cctv_probe.contract.enrolment import RotateAnswer, is_signed, rotation_proof
from cctv_probe.contract.keys import public_key_text
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.terms import CONTRACT, KEYS_PATH
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock, utc_text
from cctv_probe.wire.deadline import Deadline

_MOST_BYTES = 64 << 10

Moment = Literal["noted", "made", "asked", "answered", "moved"]
"""The instants between the steps."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The agent with its new key, and the clock's offset as it then was known."""

    enrolled: Enrolled
    offset_s: float | None


class RotationError(Exception):
    """The key was not replaced now; the old one serves on. `status`: of the register's answer."""

    def __init__(self, text: Text, status: int) -> None:
        super().__init__(text.en)
        self.text = text
        self.status = status


def rotation_waits(places: Places) -> bool:
    """Whether a rotation was begun and not ended."""
    return places.next_key.exists()


def rotate(
    places: Places,
    register: Register,
    clock: Clock,
    *,
    offset_s: float | None,
    deadline: Deadline,
    passed: Callable[[Moment], None] = lambda _moment: None,
) -> Rotated:
    """Begin a rotation, or end the one that was begun. `passed` is told each instant, for those who watch.

    Raises `RouteError`, `RotationError`, `IdentityError`, `KeyFileError`, OSError.
    """
    with only_one(keys_lock(places)):
        who = load_enrolled(places)
        identity, new = _next(places, who, clock, passed)
        passed("asked")
        reply, answer = _asked(register, identity, who.key, new, clock, offset_s, deadline)
        passed("answered")
        identity = replace(identity, register_keys=tuple(answer.register_keys))
        move_private(places.next_key, places.key)
        passed("moved")
        save_identity(places, identity)
        return Rotated(Enrolled(identity, new), reply.offset_s)


def _next(
    places: Places, who: Enrolled, clock: Clock, passed: Callable[[Moment], None]
) -> tuple[Identity, Ed25519PrivateKey]:
    """The key to come: the one that waits, if it is this identity's; else a new one."""
    identity = who.identity
    try:
        waiting = load_key(places.next_key)
        if id_of(waiting) in identity.keys_made:
            return identity, waiting
    except KeyFileError:
        pass  # none, or one that nobody may use: it was never shown to the register unless the identity knows it
    new = new_key(places.next_key)
    passed("made")
    made = {name: at for name, at in identity.keys_made.items() if name == who.key_id}
    identity = replace(identity, keys_made={**made, id_of(new): utc_text(clock.now())})
    save_identity(places, identity)
    passed("noted")
    return identity, new


def _asked(
    register: Register,
    identity: Identity,
    old: Ed25519PrivateKey,
    new: Ed25519PrivateKey,
    clock: Clock,
    offset_s: float | None,
    deadline: Deadline,
) -> tuple[Reply, RotateAnswer]:
    shape = {
        "contract": CONTRACT,
        "agent_id": identity.agent_id,
        "new_public_key": public_key_text(new.public_key()),
        "proof": rotation_proof(new, identity.agent_id),
    }
    first: RotationError | None = None
    for key in (old, new):
        reply = ask(register, KEYS_PATH, shape, key=key, clock=clock, offset_s=offset_s, deadline=deadline)
        offset_s = reply.offset_s
        if reply.answer.status == 200:
            return reply, _believed(reply, identity, id_of(new))
        text = said(reply.problem) if reply.problem else _NOT_NOW.with_(status=reply.answer.status)
        first = first or RotationError(text, reply.answer.status)
        if reply.problem is None or reply.problem.code != "unknown_key":
            break
    assert first is not None
    raise first


def _believed(reply: Reply, identity: Identity, key_id: str) -> RotateAnswer:
    try:
        told = read_json(reply.answer.body, _MOST_BYTES)
        found = RotateAnswer.model_validate(told)
    except (NotJsonError, ValidationError):
        raise RotationError(_NO_ANSWER, reply.answer.status) from None
    signed = isinstance(told, dict) and is_signed(told, identity.trusted())
    if (found.agent_id, found.key_id) != (identity.agent_id, key_id) or not signed:
        raise RotationError(_NO_ANSWER, reply.answer.status)
    return found


_NOT_NOW = Text(
    en="The agent's key could not be replaced just now (HTTP {status}); the old one serves on, and it is tried again.",
    th="ยังเปลี่ยนกุญแจของตัวแทนไม่ได้ในขณะนี้ (HTTP {status}) กุญแจเดิมยังใช้ได้ และจะลองใหม่",
)
_NO_ANSWER = Text(
    en="The answer about the agent's new key is not the register's; the old key serves on, and it is tried again.",
    th="คำตอบเรื่องกุญแจใหม่ของตัวแทนไม่ใช่ของทะเบียนกลาง กุญแจเดิมยังใช้ได้ และจะลองใหม่",
)
