"""A small signed request that is answered at once: enrolment and rotation. A wrong clock is learned and tried once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.upload.answers import problem_of, register_time
from cctv_probe.agent.upload.register import Answer, Register
from cctv_probe.agent.upload.signed import Letter, post_signed, signing_time
from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.problem import Problem
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.run_id import new_run_id


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, the problem that it holds, and the clock's offset as it then was known."""

    answer: Answer
    problem: Problem | None
    offset_s: float | None


def ask(
    register: Register,
    path: str,
    shape: dict[str, Any],
    *,
    key: Ed25519PrivateKey,
    clock: Clock,
    offset_s: float | None,
    deadline: Deadline,
) -> Reply:
    """Send `shape` as canonical JSON. Raises `RouteError`, `SignatureError`."""
    letter = Letter(path, new_run_id(clock.now()), canonical(shape))
    reply = None
    for _ in range(2):
        created = signing_time(clock.now(), offset_s)
        answer = post_signed(register, letter, agent_id=shape["agent_id"], key=key, created=created, deadline=deadline)
        problem = problem_of(answer.headers, answer.body) if answer.status >= 400 else None
        reply = Reply(answer, problem, offset_s)
        moment = register_time(problem) if problem and problem.code == "clock_skew" else None
        if moment is None:
            break
        offset_s = (moment - clock.now()).total_seconds()
    assert reply is not None
    return reply
