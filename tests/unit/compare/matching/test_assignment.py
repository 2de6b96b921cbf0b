"""The assignment against the only sure oracle: trying everything."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.matching.assignment import LARGEST_BLOCK, Matrix, best_assignment, blocks, regrets, solve


def total(points: Matrix, columns: list[int]) -> float:
    return float(sum(points[row, column] for row, column in enumerate(columns)))


def tried_all(points: Matrix, forbidden: tuple[int, int] | None = None) -> float:
    plans = itertools.permutations(range(len(points)))
    return max(total(points, list(plan)) for plan in plans if forbidden is None or plan[forbidden[0]] != forbidden[1])


MATRICES = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 9), min_size=size, max_size=size), min_size=size, max_size=size)
)


@given(MATRICES)
@settings(deadline=None)
def test_no_plan_is_better(numbers: list[list[int]]) -> None:
    points = np.array(numbers, dtype=np.float64)
    columns = best_assignment(points)
    assert sorted(columns) == list(range(len(points)))
    assert total(points, columns) == pytest.approx(tried_all(points))


@given(MATRICES.filter(lambda numbers: len(numbers) > 1))
@settings(deadline=None)
def test_the_regret_is_what_the_best_plan_without_the_pair_loses(numbers: list[list[int]]) -> None:
    points = np.array(numbers, dtype=np.float64)
    columns = best_assignment(points)
    best = total(points, columns)
    expected = [best - tried_all(points, (row, column)) for row, column in enumerate(columns)]
    assert regrets(points, columns).tolist() == pytest.approx(expected)


EDGES = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.floats(-5, 60), max_size=25)


@given(EDGES)
@settings(deadline=None)
def test_solving_is_one_to_one_and_uses_only_edges_that_speak_for_the_pair(edges: dict[tuple[int, int], float]) -> None:
    chosen, too_large = solve(edges)
    assert too_large == []
    assert len({each.row for each in chosen}) == len({each.column for each in chosen}) == len(chosen)
    assert all(edges[each.row, each.column] > 0 and each.regret >= 0 for each in chosen)


def test_a_lone_pair_is_worth_its_points() -> None:
    chosen, _ = solve({(3, 4): 40.0})
    assert [(each.row, each.column, each.regret) for each in chosen] == [(3, 4, 40.0)]


def test_two_that_fit_equally_are_a_tie() -> None:
    chosen, _ = solve({(0, 0): 40.0, (0, 1): 40.0, (1, 0): 40.0, (1, 1): 40.0})
    assert [each.regret for each in chosen] == [0.0, 0.0]


def test_what_hangs_together_is_solved_together() -> None:
    assert sorted(blocks({(0, 0): 1.0, (1, 0): 1.0, (2, 5): 1.0, (9, 9): -1.0})) == [([0, 1], [0]), ([2], [5])]


def test_a_block_that_is_too_large_is_left_unsolved_in_bounded_time() -> None:
    size = LARGEST_BLOCK + 1
    began = time.monotonic()
    chosen, too_large = solve({(row, column): 5.0 for row in range(size) for column in (row, (row + 1) % size)})
    assert chosen == []
    assert len(too_large) == size
    assert time.monotonic() - began < 5


def test_weak_edges_that_join_large_blocks_are_left_out() -> None:
    size = LARGEST_BLOCK + 1
    edges = {(row, row): 50.0 for row in range(size)} | {(row, (row + 1) % size): 5.0 for row in range(size)}
    chosen, too_large = solve(edges)
    assert too_large == []
    assert all(each.row == each.column for each in chosen)
    assert len(chosen) == size
