"""A timeline as cells that fit where it is drawn: several days share a cell where there is no room for each. Pure.

What is worse is what a shared cell shows: a day of which nothing played is seen at any width.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from cctv_probe.model.footage import DayMark, Timeline


class Proof(enum.Enum):
    """What samples showed of the days of a cell."""

    PLAYED = "played"
    PARTLY = "partly"
    """What was asked for played; other days of the cell were not asked for."""
    MISSING = "missing"
    UNASKED = "unasked"
    """The index claims footage, and none was asked for."""
    NOTHING = "nothing"
    """Neither asked for nor claimed, as far as the index tells."""


class Claim(enum.Enum):
    """What the index says of the days of a cell."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbouring days, newest first."""

    days: tuple[DayMark, ...]
    proof: Proof
    claim: Claim

    @property
    def is_missing(self) -> bool:
        """Whether a day was asked for and nothing of it played."""
        return self.proof is Proof.MISSING


def cells(timeline: Timeline, room: int) -> tuple[Cell, ...]:
    """The days in at most `room` cells of equally many days, newest first; the last cell may hold fewer."""
    days = timeline.days
    each = days_per_cell(timeline, room)
    groups = (days[start : start + each] for start in range(0, len(days), each))
    return tuple(Cell(group, proof_of(group), claim_of(group)) for group in groups)


def days_per_cell(timeline: Timeline, room: int) -> int:
    """How many days share a cell where there is room for `room` cells."""
    return max(1, -(-len(timeline.days) // max(1, room)))


def place_of_day(found: Sequence[Cell], day: int) -> int | None:
    """The cell that holds `day`; None where the timeline does not reach so far."""
    return next((place for place, cell in enumerate(found) if any(mark.day == day for mark in cell.days)), None)


def proof_of(days: Sequence[DayMark]) -> Proof:
    """The worst of what samples showed of `days`."""
    if any(mark.asked and not mark.played for mark in days):
        return Proof.MISSING
    played = sum(mark.played > 0 for mark in days)
    if played:
        return Proof.PLAYED if played == len(days) else Proof.PARTLY
    return Proof.UNASKED if any(mark.claimed for mark in days) else Proof.NOTHING


def claim_of(days: Sequence[DayMark]) -> Claim:
    """What the index says of `days` together."""
    told = [mark.claimed for mark in days if mark.claimed is not None]
    if not told:
        return Claim.UNLISTED
    return Claim.ALL if all(told) else Claim.SOME if any(told) else Claim.NONE
