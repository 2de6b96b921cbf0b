"""How an agent becomes known to a register, and how it changes its key."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, StrictStr, model_validator

from cctv_probe.contract import keys
from cctv_probe.contract.canonical import NotCanonicalError, canonical
from cctv_probe.contract.envelope import (
    ContractOne,
    KeyId,
    LaoCode,
    Pace,
    Program,
    PublicKeyText,
    SignatureText,
    Uuid7,
)
from cctv_probe.contract.fact import Shape, UtcText

TokenText = Annotated[StrictStr, Field(pattern=r"^[0-9]{8}(-[0-9A-HJKMNP-TV-Z]{5}){5}-[0-9A-HJKMNP-TV-Z]{2}$")]
"""A token in its one spelling (`token.EnrolmentToken.text`)."""


class RegisterKey(Shape):
    """A key with which the register signs receipts."""

    id: KeyId
    public_key: PublicKeyText

    @model_validator(mode="after")
    def _id_of_this_key(self) -> RegisterKey:
        if self.id != keys.key_id(keys.raw_from_text(self.public_key)):
            raise ValueError("the id is not that of the key")
        return self


RegisterKeys = Annotated[list[RegisterKey], Field(min_length=1, max_length=20)]


class EnrolRequest(Shape):
    """POST /api/v1/enrol, signed with the key that `public_key` holds: proof that the sender has it."""

    contract: ContractOne
    agent_id: Uuid7
    token: TokenText
    lao_code: LaoCode
    public_key: PublicKeyText
    program: Program
    host_utc: UtcText


class EnrolAnswer(Shape):
    """201 when enrolled, 200 when the same agent and key had been already. `name` is the municipality's."""

    contract: ContractOne
    agent_id: Uuid7
    lao_code: LaoCode
    name: Annotated[StrictStr, Field(max_length=500)]
    register_utc: UtcText
    register_keys: RegisterKeys
    pace_s: Pace | None


class RotateRequest(Shape):
    """POST /api/v1/keys, signed with the key that is valid until now; `proof` is the new key's signature over canonical
    `{"agent_id", "new_public_key"}`."""

    contract: ContractOne
    agent_id: Uuid7
    new_public_key: PublicKeyText
    proof: SignatureText


class RotateAnswer(Shape):
    """From now on `key_id` is this agent's key; asked again, the answer is the same. `signature` is that of the register's key
    `signed_by` over the canonical answer without it: who only stands in between can bring in no key of his own."""

    contract: ContractOne
    agent_id: Uuid7
    key_id: KeyId
    register_keys: RegisterKeys
    signed_by: KeyId
    signature: SignatureText


def signed_answer(answer: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """A RotateAnswer with `signed_by` and `signature` of the register's key. Raises NotCanonicalError."""
    unsigned = {name: value for name, value in answer.items() if name != "signature"}
    unsigned["signed_by"] = keys.key_id_of(key.public_key())
    return {**unsigned, "signature": base64.b64encode(key.sign(canonical(unsigned))).decode("ascii")}


def is_signed(answer: Mapping[str, Any], known: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether a RotateAnswer, as it came, is signed by a register key that the agent knows already."""
    key = known.get(str(answer.get("signed_by")))
    unsigned = {name: value for name, value in answer.items() if name != "signature"}
    try:
        if key is None:
            return False
        key.verify(base64.b64decode(str(answer.get("signature"))), canonical(unsigned))
    except (InvalidSignature, NotCanonicalError, RecursionError, ValueError):
        return False
    return True


def rotation_proof(new_key: Ed25519PrivateKey, agent_id: str) -> str:
    """`proof` of a RotateRequest."""
    text = keys.public_key_text(new_key.public_key())
    return base64.b64encode(new_key.sign(_proven(agent_id, text))).decode("ascii")


def is_proven(request: RotateRequest) -> bool:
    """Whether the sender of `request` holds the new key."""
    try:
        key = keys.public_key_from(request.new_public_key)
        key.verify(base64.b64decode(request.proof), _proven(request.agent_id, request.new_public_key))
    except (InvalidSignature, keys.KeyFormatError):
        return False
    return True


def public_keys(register_keys: Sequence[RegisterKey]) -> dict[str, Ed25519PublicKey]:
    """The register's keys by their id, as `receipt.believe` takes them. Raises KeyFormatError."""
    return {key.id: keys.public_key_from(key.public_key) for key in register_keys}


def _proven(agent_id: str, new_public_key: str) -> bytes:
    return canonical({"agent_id": agent_id, "new_public_key": new_public_key})
