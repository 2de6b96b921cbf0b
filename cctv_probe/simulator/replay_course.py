"""Which groups of pictures a playback goes through: where it begins, where it leaps over gaps, where it ends. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cctv_probe.simulator.fleet_recordings import ArchiveFaults
from cctv_probe.simulator.recorded_pictures import Grid
from cctv_probe.simulator.recorded_spans import Span, span_at

_SOON = timedelta(seconds=2)


class NoFootageError(Exception):
    """Nothing is recorded there, and the device says so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One group. follows_gap: something is missing before it; ends: something is missing after it; is_last: nothing
    more is on the disk.
    """

    number: int
    follows_gap: bool
    ends: bool
    is_last: bool


def first_group(spans: tuple[Span, ...], grid: Grid, wanted: datetime, faults: ArchiveFaults) -> int | None:
    """The group with which playback from `wanted` begins; None where the device plays nothing. Raises NoFootageError."""
    held = span_at(spans, wanted)
    if held is None:
        held = span_at(spans, wanted + _SOON)
    if held is not None:
        return max(grid.at_or_before(wanted), grid.at_or_after(spans[held][0]))
    if faults.no_footage == "nothing":
        return None
    before = [span for span in spans if span[1] <= wanted]
    after = [span for span in spans if span[0] > wanted]
    if faults.no_footage == "refuse" or not (before or after):
        raise NoFootageError
    is_after_nearer = bool(after) and (not before or after[0][0] - wanted <= wanted - before[-1][1])
    if after and (is_after_nearer or faults.no_footage == "jump_next"):
        return grid.at_or_after(after[0][0])
    start, end = before[-1]
    return max(grid.at_or_after(start), grid.at_or_before(end - timedelta(seconds=10 + grid.gop_s)))


def course(spans: tuple[Span, ...], grid: Grid, first: int, *, never_ends: bool) -> Iterator[Step]:
    """Every whole group from `first` on, over all gaps; `never_ends`: further groups where footage has ended."""
    number, follows_gap = first, False
    for index, (start, end) in enumerate(spans):
        number = max(number, grid.at_or_after(start))
        last = grid.at_or_before(end) - 1
        for each in range(number, last + 1):
            is_last = each == last and index == len(spans) - 1 and not never_ends
            yield Step(each, follows_gap and each == number, each == last and not never_ends, is_last)
        if last >= number:
            number, follows_gap = last + 1, True
    if never_ends:
        for each in itertools.count(number):
            yield Step(each, False, False, False)
