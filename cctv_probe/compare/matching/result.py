"""What matching hands on: pairs, questions, leftovers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

MatchKey = Literal["decision", "serial", "mac", "address", "name", "position", "swap", "plausibility"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A declared camera and the discovered one it is. `key` is the strongest key that agrees, `agreeing` all of them.

    `score` in the points of `signs.POINTS`; `lead` how many of them the whole plan would lose without this pair (None where
    the key decides alone). `swapped_with`: the declared key of the row that holds this camera's address.
    """

    declared: str
    found: str
    key: MatchKey
    confidence: Confidence
    agreeing: tuple[MatchKey, ...]
    score: float
    lead: float | None
    why: Text
    findings: tuple[Finding, ...] = ()
    moved: bool = False
    swapped_with: str | None = None

    @property
    def is_marked(self) -> bool:
        """Whether a person is shown that this pair deserves a second look."""
        return self.confidence == "low" or bool(self.findings)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A discovered camera that a declared one might be; `agreeing` names the keys that speak for it."""

    found: str
    score: float
    agreeing: tuple[MatchKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A declared camera that only a person can pair (`needs_decision`): its candidates, best first, and why it is asked.

    `code`: `keys_contradict`, `several_alike`, `weak_key`, `looks_different`, `only_plausible`.
    """

    declared: str
    code: str
    why: Text
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that repeats an earlier one in every key it has."""

    declared: str
    repeats: str


@dataclass(frozen=True, slots=True)
class StaleDecision:
    """A saved decision that cannot be used any more."""

    declared: str
    found: str | None
    why: Text


@dataclass(frozen=True, slots=True)
class Matching:
    """Every declared camera stands in exactly one of `pairs`, `questions`, `duplicates`, `absent` and `alone`; every
    discovered one in `pairs`, `asked_about` or `undeclared`. `absent` rows were decided not to be on the network."""

    pairs: tuple[Pair, ...]
    questions: tuple[Question, ...]
    duplicates: tuple[Duplicate, ...]
    absent: tuple[str, ...]
    alone: tuple[str, ...]
    asked_about: tuple[str, ...]
    undeclared: tuple[str, ...]
    stale_decisions: tuple[StaleDecision, ...] = ()
    address_agreement: float | None = None
    """Of the rows identified by another key, the share whose declared address is right; None where too few tell."""
