"""A fact about a device is never a bare value: it is evidence, with its source and standing."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cctv_probe.model.words import Text

Value = str | int | float | bool | None | Mapping[str, Any] | tuple[Any, ...]
"""What an attribute may hold: the JSON shapes of the record, with tuples for lists."""


class Standing(enum.IntEnum):
    """How a fact came to be known; a higher standing is believed before a lower one."""

    DECLARED = 1
    """A person wrote it."""
    ADVERTISED = 2
    """The device says it of itself without being asked for a setting: scopes, banners, SDP hints."""
    CONFIGURED = 3
    """A setting read from the device."""
    BITSTREAM = 4
    """Read from the coded video itself: payload format and parameter sets."""
    MEASURED = 5
    """Counted, timed or decoded by this program."""

    @property
    def word(self) -> str:
        """The word used in records (`configured`)."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from: the method (`onvif.media2.encoder`) and the SHA-256 of the kept, redacted answers."""

    method: str
    standing: Standing
    raw_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact: `subject` has `attribute` = `value`, as `source` showed at `seen_at` (UTC).

    `subject` is a path inside one device: `device`, `channel/1`, `channel/1/stream/main`. `plus_minus` has the value's
    unit. `role` says what the stream it speaks of is: `live` (what the camera sends), `recorder_setting` (what a recorder
    is set to keep), `recorded` (a played recording), or nothing where that makes no difference.
    """

    subject: str
    attribute: str
    value: Value
    source: Source
    seen_at: datetime
    plus_minus: float | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a value could not be had and what to do about it. `code` is stable; the text is for people."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a record: the evidence believed, the other evidence beside it, or the reason for knowing nothing."""

    chosen: Evidence | None = None
    others: tuple[Evidence, ...] = ()
    why_unknown: Unknown | None = None
    proxy: bool = False

    def __post_init__(self) -> None:
        if (self.chosen is None) == (self.why_unknown is None):
            raise ValueError("a fact has either a chosen evidence or a reason for being unknown")

    @property
    def value(self) -> Value:
        """The value believed, or None."""
        return self.chosen.value if self.chosen else None

    @property
    def disagreements(self) -> tuple[Evidence, ...]:
        """The other evidence that says something else than the one believed."""
        if self.chosen is None:
            return ()
        return tuple(other for other in self.others if not agrees(self.chosen, other))


def agrees(one: Evidence, other: Evidence) -> bool:
    """Whether two facts about the same attribute say the same: equal, or within the wider tolerance of both."""
    a, b = one.value, other.value
    if (
        isinstance(a, (int, float))
        and isinstance(b, (int, float))
        and not isinstance(a, bool)
        and not isinstance(b, bool)
    ):
        return abs(a - b) <= max(one.plus_minus or 0.0, other.plus_minus or 0.0, 1e-9)
    if isinstance(a, str) and isinstance(b, str):
        return a.casefold() == b.casefold()
    return bool(a == b)


def best_first(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Evidence by standing, then newest; the order of arrival decides what is left."""
    return sorted(evidence, key=lambda item: (-item.source.standing, -item.seen_at.timestamp()))


def choose(evidence: Iterable[Evidence], unknown: Unknown, *, proxy: bool = False) -> Fact:
    """The fact that `evidence` gives: its best member with the others beside it, or `unknown` where there is none."""
    ranked = best_first(evidence)
    if not ranked:
        return Fact(why_unknown=unknown)
    return Fact(chosen=ranked[0], others=tuple(ranked[1:]), proxy=proxy)
