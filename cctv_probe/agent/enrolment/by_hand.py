"""Enrolment of a site without a way out: the request is written to a file that a person carries, the answer comes back so.

Request: canonical JSON `{contract, kind: "enrolment", request: EnrolRequest, signature}`, the signature (Base64) by the new
key over the canonical request. Answer: `{contract, kind: "enrolment_answer", answer: EnrolAnswer}`. Both are shown to nobody
else: the request holds the token.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator

from pydantic import ValidationError

from cctv_probe.agent.enrolment import enrol_words as words
from cctv_probe.agent.enrolment.enrol import ask_as, asked_before, check_token, keep_answer, request_of
from cctv_probe.agent.enrolment.enrol_words import EnrolError
from cctv_probe.agent.enrolment.identity import Identity, keys_lock
from cctv_probe.agent.enrolment.private_file import only_one
from cctv_probe.agent.places import Places
from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.enrolment import EnrolAnswer
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.terms import CONTRACT
from cctv_probe.contract.token import EnrolmentToken
from cctv_probe.wire.clock import Clock

NO_WAY_OUT = "by-hand"
"""Stands in the place of the register's URL."""
_MOST_BYTES = 64 << 10


def write_request(
    places: Places, token: EnrolmentToken, *, lao_code: str, url: str | None, program: str, clock: Clock
) -> bytes:
    """The request to carry to the register. Given again before an answer came, it asks as the same agent.

    Raises `EnrolError`, OSError.
    """
    check_token(token, lao_code)
    places.make()
    with _alone(places):
        asked = ask_as(places, url or NO_WAY_OUT, lao_code, clock.now())
        request = request_of(asked, token, program, clock)
    signature = base64.b64encode(asked.key.sign(canonical(request))).decode("ascii")
    return canonical({"contract": CONTRACT, "kind": "enrolment", "request": request, "signature": signature})


def take_answer(places: Places, data: bytes, clock: Clock) -> Identity:
    """Enrolled by the answer that was carried back. Raises `EnrolError`, OSError."""
    try:
        found = read_json(data, _MOST_BYTES)
        if not isinstance(found, dict) or found.get("kind") != "enrolment_answer" or found.get("contract") != CONTRACT:
            raise EnrolError("refused", words.NO_ANSWER_FILE)
        answer = EnrolAnswer.model_validate(found.get("answer"))
    except (NotJsonError, ValidationError):
        raise EnrolError("refused", words.NO_ANSWER_FILE) from None
    with _alone(places):
        asked = asked_before(places)
        if asked is None or asked.agent_id != answer.agent_id:
            raise EnrolError("refused", words.NOBODY_ASKED)
        return keep_answer(places, asked, answer, clock, None)


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[None]:
    try:
        with only_one(keys_lock(places)):
            yield
    except BlockingIOError:
        raise EnrolError("failed", words.OTHER_PROCESS) from None
