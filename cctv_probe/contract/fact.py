"""One fact as it travels: its value with standing, source and time, or the reason for knowing nothing."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

StandingWord = Literal["measured", "bitstream", "configured", "advertised", "declared"]
Role = Literal["live", "recorder_setting", "recorded"]
UtcText = Annotated[StrictStr, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$")]
"""Years of the common era, never Buddhist ones."""
Sha256 = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[StrictInt | StrictFloat, Field(allow_inf_nan=False)]

_KNOWN_OR_EXPLAINED: dict[str, Any] = {
    "oneOf": [
        {"properties": {"value": {"type": "null"}, "why_unknown": {"type": "string", "minLength": 1}}},
        {"properties": {"value": {"not": {"type": "null"}}, "why_unknown": {"type": "null"}}},
    ]
}


class Shape(BaseModel):
    """Part of the contract: types are strict, keys that a later version adds are let through."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)


class Told(Shape):
    """A fact that stands beside the one believed. `attribute` says what exactly it speaks of."""

    value: JsonValue
    standing: StandingWord
    source: StrictStr
    attribute: StrictStr | None = None
    seen_at_utc: UtcText | None = None
    plus_minus: Number | None = None
    role: Role | None = None
    evidence: list[Sha256] = Field(default_factory=list)


ValueT = TypeVar("ValueT")


class FactShape(Shape, Generic[ValueT]):
    """`value` is null exactly when `why_unknown` is a sentence that says what is missing and what to do."""

    model_config = ConfigDict(json_schema_extra=_KNOWN_OR_EXPLAINED)

    value: ValueT | None
    standing: StandingWord | None
    source: StrictStr | None
    seen_at_utc: UtcText | None
    plus_minus: Number | None
    proxy: StrictBool
    evidence: list[Sha256]
    why_unknown: StrictStr | None
    why_unknown_th: StrictStr | None
    why_unknown_code: StrictStr | None
    others: list[Told]
    role: Role | None = None

    @model_validator(mode="after")
    def _known_or_explained(self) -> FactShape[ValueT]:
        if (self.value is None) != bool(self.why_unknown):
            raise ValueError("value is null exactly when why_unknown is a sentence")
        if self.value is not None and (self.standing is None or self.source is None):
            raise ValueError("a value needs a standing and a source")
        return self
