"""Second round: addresses, names, positions and numbers that decide nothing alone, weighed together as one assignment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from cctv_probe.compare.matching.assignment import Edge, solve
from cctv_probe.compare.matching.decide import CLEAR_LEAD, NAME_SAME, Standing, judge
from cctv_probe.compare.matching.identifiers import metres_between
from cctv_probe.compare.matching.signs import AROUND_M, NAME_WORTH_ASKING, Signs
from cctv_probe.compare.matching.state import Link, State, agreeing, plain_identifier

_CELL_DEGREES = 0.001
"""Side of the squares in which positions are looked up, about 110 m."""
_FURTHER = 4
_FEWEST_TOLD = 10
"""Fewer rows than this say nothing about how far a list's addresses can be trusted."""


def match_weighed(state: State) -> float | None:
    """Pair what fits by a clear lead, ask about the rest. Returns how far the list's addresses can be trusted."""
    edges = _edges(state)
    chosen, too_large = solve({edge: signs.points for edge, signs in edges.items()})
    agreement = _address_agreement(state, [(edges[each.row, each.column], each.regret) for each in chosen])
    by_row: dict[int, list[tuple[int, Signs]]] = defaultdict(list)
    for (row, camera), signs in edges.items():
        if signs.points > 0:
            by_row[row].append((camera, signs))
    planned = {each.column: each.row for each in chosen}
    links: list[Link] = []
    doubts = dict.fromkeys(too_large, "several_alike")
    for each in chosen:
        signs = edges[each.row, each.column]
        answer = judge(signs, each.regret, _standing(state, each.row, each.column, planned, agreement))
        if answer.confidence is None:
            doubts[each.row] = answer.code
        else:
            key = agreeing(signs)[0]
            links.append(Link(each.row, each.column, key, answer.confidence, signs, each.regret))
    for link in links:
        state.link(link)
    for row in by_row.keys() - {link.row for link in links}:
        left = [(camera, signs) for camera, signs in by_row[row] if camera in state.free_cameras]
        if left and (row in doubts or any(_is_worth_asking(signs) for _, signs in left)):
            state.ask(row, doubts.get(row, "weak_key"), left)
    return agreement


def _address_agreement(state: State, chosen: list[tuple[Signs, float]]) -> float | None:
    """Of the rows that a serial number, a MAC or a name of its own identifies, the share whose address is right; None for too few."""
    proven = [link.signs.address for link in state.links.values() if link.key in ("serial", "mac", "decision")]
    named = [signs.address for signs, lead in chosen if (signs.name or 0.0) >= NAME_SAME and lead >= CLEAR_LEAD]
    told = [sign for sign in (*proven, *named) if sign]
    return sum(sign != "differs" for sign in told) / len(told) if len(told) >= _FEWEST_TOLD else None


def _is_worth_asking(signs: Signs) -> bool:
    return bool(agreeing(signs)) or (signs.name or 0.0) >= NAME_WORTH_ASKING


def _standing(state: State, row: int, camera: int, planned: dict[int, int], agreement: float | None) -> Standing:
    """What the rest of the plan (camera → row) says about the row's address."""
    there = state.at_address_of(row)
    there = [] if camera in there else there
    open_rivals = [place for place in there if place in state.free_cameras]
    holders = [planned.get(place) for place in open_rivals]
    returned = bool(holders) and all(holder is not None and camera in state.at_address_of(holder) for holder in holders)
    return Standing(
        address_open_elsewhere=bool(open_rivals) and not returned,
        address_trusted=agreement is None or agreement >= 0.97,
    )


def _edges(state: State) -> dict[Edge, Signs]:
    """The pairs of free rows and free cameras that any key brings together, with their signs."""
    edges: dict[Edge, Signs] = {}
    positions = _Positions(state)
    for row in state.free_rows:
        identified = state.identifiers.get(plain_identifier(state.rows[row].camera_id) or "")
        near = state.name_index.near(state.row_names[row], NAME_WORTH_ASKING - 0.1) if state.row_names[row] else {}
        swapped = _exchanged(state, row)
        keyed = [*state.by_serial_of(row), *_slips(state, row), *state.by_mac_of(row), *state.at_address_of(row)]
        hinted = [*near, *positions.around(row), *swapped, *([identified] if identified is not None else [])]
        for camera in dict.fromkeys([*keyed, *hinted]):
            if camera in state.free_cameras:
                signs = replace(state.signs(row, camera), swap=camera in swapped, identifier=identified == camera)
                edges[row, camera] = signs
    return edges


def _slips(state: State, row: int) -> list[int]:
    """The cameras whose serial number differs in one place from the row's: looked up among those of the same length."""
    serial = state.rows[row].serial
    if not serial or serial in state.by_serial:
        return []
    halves = (serial[: len(serial) // 2], serial[len(serial) // 2 :])
    return [place for half in halves for place in state.by_half.get((len(serial), half), ())][: 10 * _FURTHER]


def _exchanged(state: State, row: int) -> list[int]:
    """The free cameras at the address that a row declares whose proven camera stands at *this* row's address."""
    found: list[int] = []
    for place in state.at_address_of(row):
        holder = state.row_of.get(place)
        if holder is not None and state.links[holder].signs.address == "differs":
            found += [camera for camera in state.at_address_of(holder) if camera in state.free_cameras]
    return found


class _Positions:
    """The free cameras that tell where they stand, by square."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._squares: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place in state.free_cameras:
            position = state.cameras[place].position
            if position:
                self._squares[self._square(*position)].append(place)

    @staticmethod
    def _square(latitude: float, longitude: float) -> tuple[int, int]:
        return int(latitude / _CELL_DEGREES), int(longitude / _CELL_DEGREES)

    def around(self, row: int) -> Iterable[int]:
        """The cameras within `AROUND_M` of what the row declares."""
        declared = self._state.rows[row]
        if declared.latitude is None or declared.longitude is None or not self._squares:
            return
        here = (declared.latitude, declared.longitude)
        north, east = self._square(*here)
        for square in ((north + n, east + e) for n in (-1, 0, 1) for e in (-1, 0, 1)):
            for place in self._squares.get(square, ())[: 10 * _FURTHER]:
                position = self._state.cameras[place].position
                if position and metres_between(here, position) <= AROUND_M:
                    yield place
