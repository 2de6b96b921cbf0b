"""What a grammar gives: a canonical value, how sure it is, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Confidence = Literal["high", "medium", "low"]

_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Reading:
    """One grammar's answer. `high`: the text says it; `medium`: a convention or a tolerance was needed; `low`: a guess."""

    canonical: str
    confidence: Confidence
    rule: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """One cell, read: `raw` as given, `canonical` in one line without tabs, confidence and rule."""

    raw: str
    canonical: str
    confidence: Confidence
    rule: str


@dataclass(frozen=True, slots=True)
class Lao:
    """One local authority. `code` has eight digits; `kind` is `2`…`6` (PAO, city, town, subdistrict municipality, SAO) or
    `special`; `name` without its type (`อ่าวนาง`)."""

    code: str
    kind: str
    name: str
    province: str = ""
    district: str = ""


class Registry(Protocol):
    """What reading owners asks of the registry of local authorities."""

    def by_code(self, code: str) -> Lao | None:
        """The authority with this eight-digit code, by its last six digits where the type digits are wrong."""

    def by_name(self, name: str, kind: str | None) -> Sequence[Lao]:
        """Every authority called `name`, of this kind where one is given."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller knows besides the cell."""

    registry: Registry | None = None


def least(*confidences: Confidence) -> Confidence:
    """The lowest of several confidences."""
    return min(confidences, key=_ORDER.index)


def several(parts: Sequence[str]) -> str:
    """`multiple:a|b`, or the one value that all parts are."""
    single = (each for part in parts for each in part.removeprefix("multiple:").split("|"))
    distinct = list(dict.fromkeys(single))
    return distinct[0] if len(distinct) == 1 else "multiple:" + "|".join(distinct)
