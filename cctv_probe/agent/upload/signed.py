"""A request signed with the agent's key and the register's time, as the contract wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.enrolment.keys import id_of
from cctv_probe.agent.upload.register import Answer, Register
from cctv_probe.contract.signature import sign
from cctv_probe.contract.terms import AGENT_HEADER, JSON_TYPE, REPORT_HEADER
from cctv_probe.wire.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Letter:
    """A body as it is sent. `name`: the report's id, or a fresh one for other requests."""

    path: str
    name: str
    body: bytes
    is_gzip: bool = False


def signing_time(now: datetime, offset_s: float | None) -> datetime:
    """This machine's time, put right by what the register last said. The machine's clock itself is never set."""
    try:
        return now + timedelta(seconds=offset_s or 0.0)
    except OverflowError:
        return now


def post_signed(
    register: Register,
    letter: Letter,
    *,
    agent_id: str,
    key: Ed25519PrivateKey,
    created: datetime,
    deadline: Deadline,
) -> Answer:
    """Sign and send once. Raises `RouteError`, `SignatureError`."""
    headers = {AGENT_HEADER: agent_id, REPORT_HEADER: letter.name, "Content-Type": JSON_TYPE}
    if letter.is_gzip:
        headers["Content-Encoding"] = "gzip"
    added = sign(
        key,
        method="POST",
        url=register.url_of(letter.path),
        headers=headers,
        body=letter.body,
        created=created,
        key_id=id_of(key),
    )
    return register.post(letter.path, letter.body, {**headers, **added}, deadline)
