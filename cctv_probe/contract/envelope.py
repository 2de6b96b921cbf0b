"""What every body and answer of the wire contract shares: identifiers, times, and the envelope around a body.

The types are strict; keys that a later version adds are let through. Bounds that a reader must hold stand in the types.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StrictStr, WithJsonSchema, model_validator

from cctv_probe.contract import keys
from cctv_probe.contract.fact import Number, Sha256, Shape, UtcText
from cctv_probe.contract.terms import MAX_TEXT

_LARGEST_EXACT = 2**53 - 1

Uuid7 = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
"""UUID version 7 (RFC 9562) in lower case."""
LaoCode = Annotated[StrictStr, Field(pattern=r"^[0-9]{8}$")]
"""The municipality's eight digits."""
Program = Annotated[StrictStr, Field(min_length=1, max_length=100)]
Seq = Annotated[StrictInt, Field(ge=1, le=_LARGEST_EXACT)]
"""The number of a body in its agent's chain; the first is 1."""
Amount = Annotated[StrictInt, Field(ge=0, le=_LARGEST_EXACT)]
KeyId = Annotated[StrictStr, Field(pattern=r"^ed25519:[0-9a-f]{32}$")]
Pace = Annotated[Number, Field(ge=0, le=86_400)]
"""Seconds."""
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A stable code that a later version may add."""


def _key(text: str) -> str:
    keys.raw_from_text(text)
    return text


def _signature(text: str) -> str:
    keys.raw_from_text(text, keys.SIGNATURE_BYTES)
    return text


PublicKeyText = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9+/]{43}=$"), AfterValidator(_key)]
"""Base64 of the 32 raw bytes of an Ed25519 public key."""
SignatureText = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9+/]{86}==$"), AfterValidator(_signature)]
"""Base64 of the 64 bytes of an Ed25519 signature."""


class Said(Shape):
    """A sentence for people in both languages."""

    en: Annotated[StrictStr, Field(max_length=MAX_TEXT)]
    th: Annotated[StrictStr, Field(max_length=MAX_TEXT)]


def _one(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("contract is the number 1")  # True == 1, and Literal would let it pass
    return value


ContractOne = Annotated[
    Literal[1], BeforeValidator(_one), WithJsonSchema({"const": 1, "title": "Contract", "type": "integer"})
]


class Envelope(Shape):
    """What stands around every body. `previous` is the digest of this agent's body with the number `seq - 1` as the
    agent knows it, null for the first; `clock_offset_s` the register's time minus the machine's, as last told."""

    contract: ContractOne
    kind: StrictStr
    report_id: Uuid7
    agent_id: Uuid7
    lao_code: LaoCode
    seq: Seq
    previous: Sha256 | None
    created_utc: UtcText
    clock_offset_s: Number | None
    program: Program

    @model_validator(mode="after")
    def _first_has_none_before_it(self) -> Envelope:
        if self.seq == 1 and self.previous is not None:
            raise ValueError("the first body of a chain has no previous one")
        return self
