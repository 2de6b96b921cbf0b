"""One verdict, and the vocabulary of verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.evidence import Value
from cctv_probe.model.finding import Severity
from cctv_probe.model.words import Text

VerdictWord = Literal[
    "match", "within_tolerance", "family_match", "mismatch", "sources_disagree", "maturing", "undeclared",
    "not_observed", "camera_missing", "stale", "parse_suspect", "accepted", "not_assessed",
]  # fmt: skip
Direction = Literal["overstated", "understated"]
"""More was declared than is there, or less."""

COMPLIANT: frozenset[VerdictWord] = frozenset({"match", "within_tolerance", "family_match"})
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
"""Mildest first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says of two values: the verdict, its direction and what should be added to the sentence."""

    verdict: VerdictWord
    direction: Direction | None = None
    note: Text | None = None

    @property
    def is_compliant(self) -> bool:
        """Whether the declared value stands."""
        return self.verdict in COMPLIANT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about one field. `raw` and `canonical` are the declared value (None where nothing was declared);
    `observed` the discovered one (None where it is not known), with its standing, source and whether it is a proxy."""

    field: str
    verdict: VerdictWord
    severity: Severity
    sentence: Text
    direction: Direction | None = None
    raw: str | None = None
    canonical: str | None = None
    observed: Value = None
    standing: str | None = None
    source: str | None = None
    proxy: bool = False

    @property
    def is_compliant(self) -> bool:
        """Whether the declared value stands."""
        return self.verdict in COMPLIANT


def milder(severity: Severity, steps: int) -> Severity:
    """`severity` so many steps down; never below `info`."""
    return SEVERITIES[max(0, SEVERITIES.index(severity) - steps)]
