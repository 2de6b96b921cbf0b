"""Kinds of values that several parts of a fleet share."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

STRICT = ConfigDict(extra="forbid")
Size = Annotated[str, Field(pattern=r"^[1-9]\d{0,4}x[1-9]\d{0,4}$")]
Rate = Annotated[float, Field(gt=0, le=120)]
Pixels = Annotated[int, Field(ge=16, le=8192, multiple_of=2)]
