"""Numbers as ranges: [1, 2, 3, 7] is 1–3 and 7–7. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The numbers, each once, as ranges with both ends included, in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def numbers(of: Iterable[tuple[int, int]]) -> set[int]:
    """All numbers that the ranges cover."""
    return {number for first, last in of for number in range(first, last + 1)}
