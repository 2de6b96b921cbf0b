"""One statement about an amount: its numbers with units and bounds, how they are joined, and what else was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cctv_probe.compare.normalise.tokens import Token

_MOST_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Amount:
    """One number. `unit` is empty where none stands by it; `bound` is `>=`, `<=` or empty; `link` joins it to the one before:
    `to`, `and`, `slash`, `break` or empty."""

    value: float
    unit: str
    bound: str
    link: str


@dataclass(slots=True)
class Statement:
    """What a cell says. `kinds` are the kinds of the words besides; `strange` the words that nobody knows."""

    amounts: list[Amount] = field(default_factory=list)
    approx: bool = False
    slip: bool = False
    kinds: dict[str, str] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)


def statement(tokens: Sequence[Token]) -> Statement | None:
    """Read tokens in order; None where there are more numbers than any field holds."""
    said = Statement()
    reader = _Reader(said)
    for at, token in enumerate(tokens):
        reader.take(token, tokens[at + 1].kind if at + 1 < len(tokens) else "")
        said.slip = said.slip or token.slip
    if len(said.amounts) > _MOST_NUMBERS:
        return None
    _inherit_units(said.amounts)
    return said


class _Reader:
    def __init__(self, said: Statement) -> None:
        self.said = said
        self.bound = self.link = self.unit = ""
        self.half = False

    def take(self, token: Token, following: str) -> None:
        match token.kind:
            case "number":
                self._number(float(token.value))
            case "unit":
                self._unit(token.value)
            case "half":
                self._half()
            case "bound":
                self.bound = token.value
            case "after" if self.said.amounts and not self.said.amounts[-1].bound:
                self.said.amounts[-1] = replace(self.said.amounts[-1], bound=token.value)
            case "approx":
                self._approximate(token.value == "~" and following == "number")
            case "to" | "and" | "slash" | "break":
                self._joined(token.kind)
            case "other":
                self.said.strange.append(token.value)
            case "filler" | "after":
                pass
            case _:
                self.said.kinds[token.kind] = token.value

    def _approximate(self, may_join: bool) -> None:
        """`~30` is about thirty; `15~30` is from fifteen to thirty."""
        if may_join and self.said.amounts and not self.link:
            self.link = "to"
        else:
            self.said.approx = True

    def _joined(self, kind: str) -> None:
        if self.said.amounts and self.link in ("", "break"):
            self.link = kind

    def _number(self, value: float) -> None:
        self.said.amounts.append(Amount(value, self.unit, self.bound, self.link if self.said.amounts else ""))
        self.bound = self.link = self.unit = ""
        if self.half:
            self._add(0.5)

    def _unit(self, unit: str) -> None:
        amounts = self.said.amounts
        if self.half:
            amounts.append(Amount(0.5, unit, self.bound, self.link))
            self.half, self.bound, self.link = False, "", ""
        elif amounts and not amounts[-1].unit:
            amounts[-1] = replace(amounts[-1], unit=unit)
        elif not amounts:
            self.unit = unit

    def _half(self) -> None:
        """`ครึ่งเดือน` is half of one; `1 เดือนครึ่ง` and `เดือนครึ่ง` are one and a half."""
        if self.said.amounts:
            self._add(0.5)
        elif self.unit:
            self._number(1.5)
        else:
            self.half = True

    def _add(self, part: float) -> None:
        last = self.said.amounts[-1]
        self.said.amounts[-1] = replace(last, value=last.value + part)
        self.half = False


def _inherit_units(amounts: list[Amount]) -> None:
    """`15-30 วัน`: the first number is in the unit of the next that has one."""
    for at in range(len(amounts) - 2, -1, -1):
        if not amounts[at].unit and amounts[at + 1].link in ("to", "and", "slash"):
            amounts[at] = replace(amounts[at], unit=amounts[at + 1].unit)


def span(amounts: Sequence[Amount]) -> tuple[float, float] | None:
    """(low, high) where two numbers make a range: `15-30`, `15/30`, or at least one and at most the other."""
    if len(amounts) != 2:
        return None
    first, second = amounts
    if {first.bound, second.bound} == {">=", "<="} or second.link in ("to", "slash", "spread"):
        low, high = sorted((first.value, second.value))
        return low, high
    return None


def spread(amounts: Sequence[Amount]) -> list[Amount] | None:
    """`15 และ 30 วัน`, `7, 15, 30`: several values in one cell, as their smallest and largest; None where they do not belong together."""
    together = all(amount.link in ("and", "break") for amount in amounts[1:])
    if not together or any(amount.bound for amount in amounts) or len({amount.unit for amount in amounts}) > 1:
        return None
    ordered = sorted(amounts, key=lambda amount: amount.value)
    return [ordered[0], replace(ordered[-1], link="spread")]
