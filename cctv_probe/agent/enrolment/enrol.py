"""Enrolment with a one-time token. What is asked is on disk first, so a lost answer costs nothing: the same is asked again.

    key.enrol.pem, enrolment.json ─► POST /enrol ─► identity.json ─► key.pem

An agent that is enrolled already keeps its identity until the new one has been confirmed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from cctv_probe.agent.enrolment import enrol_words as words
from cctv_probe.agent.enrolment.asking import Reply, ask
from cctv_probe.agent.enrolment.enrol_words import EnrolError
from cctv_probe.agent.enrolment.identity import (
    Identity,
    IdentityError,
    enrolment_key,
    keys_lock,
    load_enrolled,
    save_identity,
)
from cctv_probe.agent.enrolment.keys import KeyFileError, id_of, load_key, new_key
from cctv_probe.agent.enrolment.private_file import only_one, write_private
from cctv_probe.agent.places import Places
from cctv_probe.agent.upload.answers import looks_like_page, said
from cctv_probe.agent.upload.link_file import load_link, save_link
from cctv_probe.agent.upload.register import Register
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.contract.enrolment import EnrolAnswer
from cctv_probe.contract.keys import public_key_text
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.terms import CONTRACT, ENROL_PATH
from cctv_probe.contract.token import EnrolmentToken
from cctv_probe.wire.clock import Clock, utc_text
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.run_id import new_run_id

WITHIN_S = 60.0
_MOST_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, as it lies in `enrolment.json` until it is confirmed."""

    agent_id: str
    lao_code: str
    register_url: str
    made: datetime
    key: Ed25519PrivateKey


def enrol(
    places: Places,
    register: Register,
    token: EnrolmentToken,
    *,
    lao_code: str,
    program: str,
    clock: Clock,
    within_s: float = WITHIN_S,
) -> Identity:
    """Enrol this machine for the municipality `lao_code`; afterwards identity and key are on disk.

    Raises `EnrolError` with one sentence, and OSError where nothing can be written.
    """
    check_token(token, lao_code)
    places.make()
    try:
        with only_one(keys_lock(places)):
            return _enrolled(places, register, token, lao_code, program, clock, within_s)
    except BlockingIOError:
        raise EnrolError("failed", words.OTHER_PROCESS) from None


def check_token(token: EnrolmentToken, lao_code: str) -> None:
    """Whether the token is this municipality's. Raises `EnrolError`."""
    if token.lao_code != lao_code:
        raise EnrolError("other_municipality", words.TOKEN_OTHER.with_(token=token.lao_code, scope=lao_code))


def _enrolled(
    places: Places,
    register: Register,
    token: EnrolmentToken,
    lao_code: str,
    program: str,
    clock: Clock,
    within_s: float,
) -> Identity:
    asked = ask_as(places, register.url, lao_code, clock.now())
    reply = _reply(register, asked, token, program, clock, load_link(places).clock_offset_s, within_s)
    return keep_answer(places, asked, _believed(reply), clock, reply.offset_s)


def keep_answer(places: Places, asked: Asked, answer: EnrolAnswer, clock: Clock, offset_s: float | None) -> Identity:
    """Identity and key on disk, if the answer is for who asked. Raises `EnrolError`, OSError."""
    if answer.agent_id != asked.agent_id:
        raise EnrolError("refused", words.OTHER_AGENT)
    if answer.lao_code != asked.lao_code:
        told = {"register": answer.lao_code, "scope": asked.lao_code}
        raise EnrolError("other_municipality", words.REGISTER_OTHER.with_(**told))
    identity = Identity(
        agent_id=answer.agent_id,
        lao_code=answer.lao_code,
        register_url=asked.register_url,
        name=answer.name,
        enrolled_utc=utc_text(clock.now()),
        register_keys=tuple(answer.register_keys),
        keys_made={id_of(asked.key): utc_text(asked.made)},
    )
    _keep(places, identity, offset_s)
    return identity


def ask_as(places: Places, url: str, lao_code: str, now: datetime) -> Asked:
    """Who asks: as it was asked before, where that was never answered; else anew, and on disk. Raises OSError."""
    before = asked_before(places)
    if before is not None and (before.lao_code, before.register_url) == (lao_code, url):
        return before
    key = new_key(enrolment_key(places))
    asked = Asked(new_run_id(now), lao_code, url, now, key)
    shape = {
        "version": 1,
        "agent_id": asked.agent_id,
        "lao_code": lao_code,
        "register_url": url,
        "made": now.isoformat(),
        "key_id": id_of(key),
    }
    write_private(_pending(places), (json.dumps(shape, indent=1) + "\n").encode())
    return asked


def asked_before(places: Places) -> Asked | None:
    """Who asked and was not answered yet; None where nobody did, or it was cut off before anything was sent."""
    try:
        found = json.loads(_pending(places).read_bytes()[:_MOST_BYTES])
        key = load_key(enrolment_key(places))
        if found["key_id"] != id_of(key):
            return None
        made = datetime.fromisoformat(found["made"])
        return Asked(str(found["agent_id"]), str(found["lao_code"]), str(found["register_url"]), made, key)
    except (OSError, ValueError, KeyError, TypeError, KeyFileError):
        return None


def request_of(asked: Asked, token: EnrolmentToken, program: str, clock: Clock) -> dict[str, Any]:
    """An `EnrolRequest` as it is sent."""
    return {
        "contract": CONTRACT,
        "agent_id": asked.agent_id,
        "token": token.text,
        "lao_code": asked.lao_code,
        "public_key": public_key_text(asked.key.public_key()),
        "program": program,
        "host_utc": utc_text(clock.now()),
    }


def _pending(places: Places) -> Path:
    return places.folder / "enrolment.json"


def _reply(
    register: Register,
    asked: Asked,
    token: EnrolmentToken,
    program: str,
    clock: Clock,
    offset_s: float | None,
    within_s: float,
) -> Reply:
    try:
        return ask(
            register,
            ENROL_PATH,
            request_of(asked, token, program, clock),
            key=asked.key,
            clock=clock,
            offset_s=offset_s,
            deadline=Deadline.after(within_s),
        )
    except RouteError as error:
        code: words.Code = "configuration" if error.reason == "configuration" else "unavailable"
        raise EnrolError(code, words.NOT_REACHED.with_(why=error.text)) from None


def _believed(reply: Reply) -> EnrolAnswer:
    answer, problem = reply.answer, reply.problem
    if problem is not None:
        raise words.refused(problem.code, said(problem), answer.status)
    if answer.status not in (200, 201):
        page = looks_like_page(answer.headers, answer.body)
        raise EnrolError("unavailable", (words.PAGE if page else words.STATUS).with_(status=answer.status))
    try:
        found = EnrolAnswer.model_validate(read_json(answer.body, _MOST_BYTES))
    except (NotJsonError, ValidationError):
        page = looks_like_page(answer.headers, answer.body)
        raise EnrolError("unavailable", (words.PAGE if page else words.NO_ANSWER).with_(status=answer.status)) from None
    return found


def _keep(places: Places, identity: Identity, offset_s: float | None) -> None:
    """From the first of these steps on this machine is enrolled; `load_enrolled` finishes what is cut off here."""
    save_identity(places, identity)
    try:
        load_enrolled(places)
    except (IdentityError, KeyFileError) as error:
        raise EnrolError("failed", error.text) from None
    places.next_key.unlink(missing_ok=True)
    _pending(places).unlink(missing_ok=True)
    link = load_link(places)
    save_link(places, link.enrolled(offset_s))
