"""Enrolment and rotation: keys as they travel, and proof of possession."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cctv_probe.contract.enrolment import (
    EnrolAnswer,
    EnrolRequest,
    RegisterKey,
    RotateAnswer,
    RotateRequest,
    is_proven,
    is_signed,
    public_keys,
    rotation_proof,
    signed_answer,
)
from cctv_probe.contract.keys import KeyFormatError, key_id, key_id_of, public_key_from, public_key_text, raw_from_text
from cctv_probe.contract.token import new_token
from tests.unit.contract.wire import AGENT, AGENT_KEY, LAO, NOW_TEXT, OTHER_AGENT, OTHER_KEY, REGISTER_KEY

AGENT_PUBLIC = public_key_text(AGENT_KEY.public_key())
REGISTER = {"id": key_id_of(REGISTER_KEY.public_key()), "public_key": public_key_text(REGISTER_KEY.public_key())}
ENROL: dict[str, Any] = {
    "contract": 1, "agent_id": AGENT, "token": new_token(LAO, bytes(16)).text, "lao_code": LAO, "public_key": AGENT_PUBLIC,
    "program": "cctv-probe 0.1.0", "host_utc": NOW_TEXT,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "contract": 1, "agent_id": AGENT, "lao_code": LAO, "name": "เทศบาลตำบลตัวอย่าง", "register_utc": NOW_TEXT,
    "register_keys": [REGISTER], "pace_s": None,
}  # fmt: skip
ROTATE: dict[str, Any] = {
    "contract": 1, "agent_id": AGENT, "new_public_key": public_key_text(OTHER_KEY.public_key()),
    "proof": rotation_proof(OTHER_KEY, AGENT),
}  # fmt: skip


def test_a_keys_id_is_made_of_the_digest_of_its_raw_bytes() -> None:
    raw = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    assert AGENT_PUBLIC == "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    assert key_id(raw) == key_id_of(AGENT_KEY.public_key()) == "ed25519:" + hashlib.sha256(raw).hexdigest()[:32]


def test_keys_come_back_as_they_were() -> None:
    assert public_key_from(AGENT_PUBLIC) == AGENT_KEY.public_key()
    assert public_keys([RegisterKey(**REGISTER)]) == {REGISTER["id"]: REGISTER_KEY.public_key()}


@pytest.mark.parametrize(
    "text",
    ["", AGENT_PUBLIC[:-1], AGENT_PUBLIC + "=", "ก" * 44, AGENT_PUBLIC[:-2] + "t=", " " + AGENT_PUBLIC, "A" * 10_000],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(KeyFormatError):
        public_key_from(text)


@given(st.text(max_size=50) | st.text("ABCab/+=", min_size=44, max_size=44))
def test_whatever_the_text_it_is_32_bytes_in_one_spelling_or_refused(text: str) -> None:
    try:
        raw = raw_from_text(text)
    except KeyFormatError:
        return
    assert (len(raw), base64.b64encode(raw).decode()) == (32, text)


@pytest.mark.parametrize(("model", "good"), [(EnrolRequest, ENROL), (EnrolAnswer, ANSWER), (RotateRequest, ROTATE)])
def test_requests_and_answers_keep_their_shape_and_let_later_keys_through(model: Any, good: dict[str, Any]) -> None:
    assert model.model_validate(good | {"later": 1}).agent_id == AGENT
    for key in good:
        with pytest.raises(ValidationError):
            model.model_validate({name: value for name, value in good.items() if name != key})


def test_a_rotation_is_answered_with_the_new_keys_id_under_a_known_key_of_the_register() -> None:
    new = key_id_of(OTHER_KEY.public_key())
    told = {"contract": 1, "agent_id": AGENT, "key_id": new, "register_keys": [REGISTER]}
    with pytest.raises(ValidationError):
        RotateAnswer.model_validate(told)
    answer = signed_answer(told, REGISTER_KEY)
    assert RotateAnswer.model_validate(answer).key_id == new
    known = public_keys([RegisterKey.model_validate(REGISTER)])
    assert is_signed(answer, known)


def test_who_stands_between_can_bring_in_no_key_of_his_own() -> None:
    known = public_keys([RegisterKey.model_validate(REGISTER)])
    own = {"id": key_id_of(OTHER_KEY.public_key()), "public_key": public_key_text(OTHER_KEY.public_key())}
    good = signed_answer(
        {"contract": 1, "agent_id": AGENT, "key_id": own["id"], "register_keys": [REGISTER]}, REGISTER_KEY
    )
    assert not is_signed(good | {"register_keys": [REGISTER, own]}, known)
    assert not is_signed(signed_answer(good | {"register_keys": [own]}, OTHER_KEY), known)
    assert not is_signed({name: value for name, value in good.items() if name != "signature"}, known)
    assert not is_signed(good | {"signature": "no base64"}, known)
    assert not is_signed(good, {})


@pytest.mark.parametrize(
    "change",
    [{"token": "05810109-0"}, {"token": ENROL["token"].lower()}, {"lao_code": "5810109"}, {"public_key": "AAAA"}, {"agent_id": "1"},
     {"program": ""}, {"host_utc": "now"}, {"contract": "1"}],
)  # fmt: skip
def test_a_request_to_enrol_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnrolRequest.model_validate(ENROL | change)


def test_a_register_key_under_another_keys_id_is_refused() -> None:
    with pytest.raises(ValidationError, match="not that of the key"):
        EnrolAnswer.model_validate(ANSWER | {"register_keys": [REGISTER | {"public_key": AGENT_PUBLIC}]})


def test_a_register_without_keys_cannot_be_believed() -> None:
    with pytest.raises(ValidationError):
        EnrolAnswer.model_validate(ANSWER | {"register_keys": []})


def test_who_rotates_proves_to_hold_the_new_key() -> None:
    assert is_proven(RotateRequest.model_validate(ROTATE))


@pytest.mark.parametrize(
    "change",
    [{"proof": rotation_proof(AGENT_KEY, AGENT)}, {"proof": rotation_proof(OTHER_KEY, OTHER_AGENT)}, {"agent_id": OTHER_AGENT},
     {"new_public_key": AGENT_PUBLIC}],
)  # fmt: skip
def test_a_proof_for_another_key_or_agent_is_none(change: dict[str, Any]) -> None:
    assert not is_proven(RotateRequest.model_validate(ROTATE | change))
