"""The best one-to-one assignment of rows to columns, and what each of its pairs is worth over the best plan without it.

Shortest augmenting paths (Jonker and Volgenant 1987, as in the Hungarian method) on a dense matrix, vectorised by row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Edge = tuple[int, int]

LARGEST_BLOCK = 500
"""Rows or columns of one block that is solved exactly. Larger blocks hold nothing that could be told apart by hand either."""


_GAPS = (25.0, 12.0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Column `column` for row `row`. `regret`: how many points the best plan without this pair would lose; 0 is a tie."""

    row: int
    column: int
    regret: float


def best_assignment(points: Matrix) -> list[int]:
    """The column of each row that makes the sum of `points` (square) greatest. Every row gets one."""
    size = len(points)
    cost = -points
    u, v = np.zeros(size + 1), np.zeros(size + 1)
    row_of = np.zeros(size + 1, dtype=np.int64)  # column → row, counted from 1; 0 is free
    for row in range(1, size + 1):
        row_of[0] = row
        least = np.full(size + 1, np.inf)
        before = np.zeros(size + 1, dtype=np.int64)
        used = np.zeros(size + 1, dtype=bool)
        column = 0
        while row_of[column]:
            used[column] = True
            current = int(row_of[column])
            reduced = cost[current - 1] - u[current] - v[1:]
            better = ~used[1:] & (reduced < least[1:])
            least[1:][better] = reduced[better]
            before[1:][better] = column
            open_columns = np.where(used[1:], np.inf, least[1:])
            step = int(np.argmin(open_columns)) + 1
            delta = open_columns[step - 1]
            u[row_of[used]] += delta
            v[used] -= delta
            least[~used] -= delta
            column = step
        while column:
            previous = int(before[column])
            row_of[column] = row_of[previous]
            column = previous
    columns = [0] * size
    for place in range(1, size + 1):
        columns[int(row_of[place]) - 1] = place - 1
    return columns


def regrets(points: Matrix, columns: Sequence[int]) -> Matrix:
    """For each row, how many points less the best plan has that gives it another column. By Floyd and Warshall."""
    size = len(points)
    own = points[np.arange(size), columns]
    step = own[:, None] - points[:, columns]
    np.fill_diagonal(step, 0.0)
    far = step.copy()
    for via in range(size):
        np.minimum(far, far[:, via : via + 1] + far[via : via + 1, :], out=far)
    np.fill_diagonal(step, np.inf)
    least: Matrix = (step + far.T).min(axis=1, initial=np.inf)
    return np.maximum(least, 0.0)


def solve(edges: Mapping[Edge, float]) -> tuple[list[Chosen], list[int]]:
    """The pairs of the best one-to-one assignment over `edges` (row, column) → points, only positive ones being used.

    A block larger than `LARGEST_BLOCK` is split by leaving out edges that lie far below the best of their row or column.
    Returns the pairs, and the rows of blocks that stay too large, which are left unsolved.
    """
    chosen: list[Chosen] = []
    large: dict[Edge, float] = {edge: points for edge, points in edges.items() if points > 0}
    for gap in (None, *_GAPS):
        kept = large if gap is None else _near_the_best(large, gap)
        large = {}
        of_row: dict[int, list[Edge]] = defaultdict(list)
        for edge in kept:
            of_row[edge[0]].append(edge)
        for rows, columns in blocks(kept):
            mine = {edge: kept[edge] for row in rows for edge in of_row[row]}
            if max(len(rows), len(columns)) > LARGEST_BLOCK:
                large |= mine
            else:
                chosen += _solved(mine, rows, columns)
    return chosen, sorted({row for row, _ in large})


def _solved(edges: Mapping[Edge, float], rows: list[int], columns: list[int]) -> list[Chosen]:
    if len(rows) == len(columns) == 1:
        return [Chosen(rows[0], columns[0], edges[rows[0], columns[0]])]
    size = max(len(rows), len(columns)) + 1  # room for one more to stay alone, so that a lone pair has a worth
    points = np.zeros((size, size))
    row_at = {row: place for place, row in enumerate(rows)}
    column_at = {column: place for place, column in enumerate(columns)}
    for (row, column), worth in edges.items():
        points[row_at[row], column_at[column]] = worth
    plan = best_assignment(points)
    loses = regrets(points, plan)
    return [
        Chosen(row, columns[plan[place]], float(loses[place]))
        for place, row in enumerate(rows)
        if plan[place] < len(columns) and points[place, plan[place]] > 0
    ]


def _near_the_best(edges: Mapping[Edge, float], gap: float) -> dict[Edge, float]:
    """The edges that lie at most `gap` points below the best of their row and of their column."""
    rows: dict[int, float] = {}
    columns: dict[int, float] = {}
    for (row, column), points in edges.items():
        rows[row] = max(points, rows.get(row, 0.0))
        columns[column] = max(points, columns.get(column, 0.0))
    return {
        (row, column): points
        for (row, column), points in edges.items()
        if points >= rows[row] - gap and points >= columns[column] - gap
    }


def blocks(edges: Mapping[Edge, float]) -> list[tuple[list[int], list[int]]]:
    """Rows and columns that hang together, each as sorted lists."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for (row, column), points in edges.items():
        if points > 0:
            parent[root(("r", row))] = root(("c", column))
    groups: dict[tuple[str, int], tuple[list[int], list[int]]] = {}
    for node in list(parent):
        rows, columns = groups.setdefault(root(node), ([], []))
        (rows if node[0] == "r" else columns).append(node[1])
    return [(sorted(rows), sorted(columns)) for rows, columns in groups.values()]
