"""When access units are due, and how many fall into a window."""

from __future__ import annotations

import itertools

import pytest

from cctv_probe.simulator.fleet import Interval
from cctv_probe.simulator.timing import due_s, frame_rate_between, units_before
from tests.unit.simulator.towns import stream

TURNS = stream(frame_rate=18.5, gop=0, varying=(Interval(frame_rate=25, for_s=2), Interval(frame_rate=12, for_s=2)))


@pytest.mark.parametrize("frame_rate", [1, 7.5, 12.5, 25, 30])
def test_a_constant_rate(frame_rate: float) -> None:
    even = stream(frame_rate=frame_rate)
    steps = [due_s(even, number + 1) - due_s(even, number) for number in range(100)]
    assert steps == pytest.approx([1 / frame_rate] * 100)
    assert frame_rate_between(even, 0, 20) == frame_rate


def test_a_varying_rate_turn_by_turn() -> None:
    times = [due_s(TURNS, number) for number in range(149)]
    assert [times[at] for at in (0, 50, 74, 124, 148)] == pytest.approx([0, 2, 4, 6, 8])
    assert all(before < after for before, after in itertools.pairwise(times))
    assert TURNS.gop_length == TURNS.turn_units == 74


def test_the_truth_of_a_window() -> None:
    assert units_before(TURNS, 2) == 50
    assert units_before(TURNS, 4) == 74
    assert units_before(TURNS, 5) == 99
    assert frame_rate_between(TURNS, 0, 400) == TURNS.frame_rate
    assert frame_rate_between(TURNS, 0, 10) == (2 * 74 + 50) / 10
    assert frame_rate_between(TURNS, 2, 4) == 12
