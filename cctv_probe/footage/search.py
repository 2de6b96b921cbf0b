"""How far back an archive seems to reach: a bounded search over days that asks as little as it can. Pure.

It is written as plain code that asks `present(day)`; where that is not known yet, `present` raises, the day is asked for, and
the search is run again from the start with one answer more. Gaps do not fool it: a day of which nothing played is
believed only when its older neighbours have nothing either, the farthest of them a tenth of the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Present = Callable[[int], bool]

_MOST_STEPS = 12


def reach(present: Present, swept: int, marks: Iterable[int], most: int, *, earlier: int = 0) -> int:
    """The oldest day that seems present; 0 where none does.

    Days 1 to `swept` are all going to be sampled anyway, so nothing is asked among them. `marks` are days at which somebody
    says that footage ends: the index, the declared list. No day beyond `most` is asked for. Where samples of other nights
    reached back to day `earlier`, two questions tell whether that still holds, and only where not it is searched anew.
    """
    if earlier:
        return _again(present, swept, earlier, most)
    wanted = sorted({mark for mark in marks if swept < mark <= most})
    oldest = _by_marks(present, [swept + 1, *wanted], most)
    if not oldest:
        return 0
    return _narrowed(present, oldest, _beyond(present, oldest, swept, wanted, most), most)


def _again(present: Present, swept: int, earlier: int, most: int) -> int:
    if not present(earlier):
        return _narrowed(present, 0, earlier, most)
    if earlier >= most or not present(earlier + 1):
        return earlier
    return _narrowed(present, earlier + 1, _beyond(present, earlier + 1, swept, [], most), most)


def _by_marks(present: Present, marks: Iterable[int], most: int) -> int:
    oldest = 0
    for mark in sorted(set(marks)):
        oldest = max(oldest, _at_or_behind(present, mark, most + 1))
    return oldest


def _beyond(present: Present, oldest: int, swept: int, marks: list[int], most: int) -> int:
    """The nearest day known to be empty behind what was found so far; doubles until there is one."""
    if not _at_or_behind(present, oldest + 1, most + 1):
        return oldest + 1
    far = max(2 * oldest, swept + 1)
    while far <= most and (found := _at_or_behind(present, far, most + 1)):
        far = 2 * found
    empty = [mark for mark in marks if mark > oldest and not present(mark)]
    return min([far, most + 1, *empty])


def _narrowed(present: Present, oldest: int, empty: int, most: int) -> int:
    low, high = oldest, empty
    for _ in range(_MOST_STEPS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        found = _at_or_behind(present, middle, min(high, most + 1))
        low, high = (found, high) if found else (low, middle)
    return low


def _at_or_behind(present: Present, day: int, before: int) -> int:
    """The first present day among `day` and three of its older neighbours, below `before`; 0 where all are empty."""
    for away in (0, 1, 3, max(7, day // 10)):
        if day + away < before and present(day + away):
            return day + away
    return 0
