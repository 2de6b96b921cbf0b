"""Last round: rows that no key leads anywhere, by make and kind of camera. Only what nothing else resembles is paired, lowly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from cctv_probe.compare.matching.assignment import Edge, solve
from cctv_probe.compare.matching.signs import NAME_AGAINST, Signs
from cctv_probe.compare.matching.state import Link, State

LEAST_POINTS = 10.0
"""Make and model, or make, model and size: less than this is no more than "a camera of the same make"."""
LEAST_LEAD = 6.0
_ASK_FROM = 3.0
_MOST_CANDIDATES = 5
_MOST_NAMED = 20

_Kind = tuple[str, ...]


def match_plausible(state: State) -> None:
    """Pair the leftover that is unlike all others; ask about rows for which several cameras are as likely."""
    rows, cameras = _by_kind_of_row(state), _by_kind_of_camera(state)
    likely: dict[_Kind, list[tuple[Signs, int]]] = {}
    for kind, members in rows.items():
        likely[kind] = _ranked(state, members[0], cameras)
    edges: dict[Edge, float] = {}
    for kind, members in rows.items():
        for signs, camera in likely[kind]:
            for row in members:
                edges[row, camera] = signs.plausibility
    chosen, _too_large = solve(edges)
    for each in chosen:
        signs = state.signs(each.row, each.column)
        clear = signs.plausibility >= LEAST_POINTS and each.regret >= LEAST_LEAD
        if clear and "differs" not in (signs.serial, signs.mac, signs.address):
            state.link(Link(each.row, each.column, "plausibility", "low", signs, each.regret))
    for kind, members in rows.items():
        for row in members:
            left = _possible(state, row, likely[kind]) if row in state.free_rows else []
            if left:
                state.ask(row, "only_plausible", left)


def _possible(state: State, row: int, likely: list[tuple[Signs, int]]) -> list[tuple[int, Signs]]:
    """The first few of the likely cameras that no key of the row speaks against."""
    found: list[tuple[int, Signs]] = []
    for _, camera in likely:
        signs = state.signs(row, camera) if camera in state.free_cameras else None
        if signs and "differs" not in (signs.serial, signs.mac) and (signs.name is None or signs.name >= NAME_AGAINST):
            found.append((camera, signs))
        if len(found) == _MOST_CANDIDATES:
            break
    return found


def _ranked(state: State, row: int, cameras: dict[_Kind, list[int]]) -> list[tuple[Signs, int]]:
    """The cameras worth naming for a row, best first, at most so many of each kind as tell that there are several."""
    found: list[tuple[Signs, int]] = []
    for places in cameras.values():
        signs = state.signs(row, places[0])
        if signs.plausibility >= _ASK_FROM and not signs.looks_different:
            found += [(signs, place) for place in places[:_MOST_CANDIDATES]]
    return sorted(found, key=lambda each: (-each[0].plausibility, each[1]))[:_MOST_NAMED]


def _by_kind_of_row(state: State) -> dict[_Kind, list[int]]:
    def kind(row: int) -> _Kind:
        declared = state.rows[row]
        cells = [declared.cells.get(field) for field in ("brand", "resolution")]
        return (*(cell.canonical if cell else "" for cell in cells), declared.model or "")

    return _grouped(state.free_rows, kind)


def _by_kind_of_camera(state: State) -> dict[_Kind, list[int]]:
    def kind(place: int) -> _Kind:
        camera = state.cameras[place]
        return camera.brand or "", camera.resolution or "", camera.model or ""

    return _grouped(state.free_cameras, kind)


def _grouped(numbers: Iterable[int], kind: Callable[[int], _Kind]) -> dict[_Kind, list[int]]:
    groups: dict[_Kind, list[int]] = defaultdict(list)
    for number in numbers:
        groups[kind(number)].append(number)
    return dict(groups)
