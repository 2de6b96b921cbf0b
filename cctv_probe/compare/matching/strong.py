"""First round: serial numbers and MAC addresses that belong to one row and one camera decide alone, unless they contradict."""

from __future__ import annotations

from collections import defaultdict

from cctv_probe.compare.matching.result import Confidence
from cctv_probe.compare.matching.signs import NAME_AGAINST, NAME_ALIKE, Signs
from cctv_probe.compare.matching.state import Link, State, agreeing

_FEWEST_TOLD = 10
"""Fewer pairs than this say nothing about how far a column of a list can be trusted."""
_TOO_MANY = 0.25
"""Share of contradicted numbers from which on the whole column is doubted."""


def match_strong(state: State) -> None:
    """Pair what serial number and MAC tell; ask where they contradict each other or two rows claim one camera.

    Where many rows contradict theirs (a column that slipped by one row), those that nothing else supports are asked about too.
    """
    claims: dict[int, list[int]] = defaultdict(list)
    for row in list(state.free_rows):
        cameras = _claimed(state, row)
        if len(cameras) > 1:
            state.ask(row, "keys_contradict", [(camera, state.signs(row, camera)) for camera in cameras])
        elif cameras:
            claims[cameras[0]].append(row)
    links: list[Link] = []
    contradicted = 0
    for camera, rows in claims.items():
        if camera not in state.free_cameras:
            continue
        for row in rows if len(rows) > 1 else ():
            state.ask(row, "keys_contradict", [(camera, state.signs(row, camera))])
        link = _settled(state, rows[0], camera) if len(rows) == 1 else None
        contradicted += len(rows) == 1 and link is None
        links += [link] if link else []
    corroborated = sum(len(agreeing(link.signs)) > 1 for link in links)
    doubtful = contradicted >= _FEWEST_TOLD and contradicted > _TOO_MANY * (contradicted + corroborated)
    for link in links:
        if doubtful and len(agreeing(link.signs)) < 2:
            _ask_with_the_address(state, link.row, link.camera)
        else:
            state.link(link)


def _claimed(state: State, row: int) -> list[int]:
    """The free cameras to which the row's own, unshared serial number and MAC lead; one where both agree."""
    declared, shared = state.rows[row], state.shared
    found: list[int] = []
    if declared.serial and declared.serial not in shared.serials:
        cameras = state.by_serial_of(row)
        if len(cameras) == 1 and not shared.serials.intersection(state.cameras[cameras[0]].serials):
            found += cameras
    if declared.mac and declared.mac not in shared.macs:
        cameras = state.by_mac_of(row)
        found += cameras if len(cameras) == 1 else []
    return [camera for camera in dict.fromkeys(found) if camera in state.free_cameras]


def _settled(state: State, row: int, camera: int) -> Link | None:
    """The pair, or None where its other keys contradict it: then it was asked about."""
    signs = state.signs(row, camera)
    both = signs.serial in ("same", "tail") and signs.mac == "same"
    if not both and (_points_elsewhere(state, row, camera, signs) or _is_refuted(signs)):
        _ask_with_the_address(state, row, camera)
        return None
    return Link(row, camera, "serial" if signs.serial in ("same", "tail") else "mac", _sure(signs), signs)


def _ask_with_the_address(state: State, row: int, camera: int) -> None:
    others = [place for place in state.at_address_of(row) if place != camera]
    state.ask(row, "keys_contradict", [(place, state.signs(row, place)) for place in [camera, *others]])


def _points_elsewhere(state: State, row: int, camera: int, signs: Signs) -> bool:
    """Whether address and name together lead to another camera than the one strong key does."""
    if signs.address != "differs" or (signs.name is not None and signs.name >= NAME_ALIKE):
        return False
    there = [state.signs(row, place) for place in state.at_address_of(row) if place != camera]
    return any(other.name is not None and other.name >= NAME_ALIKE for other in there)


def _is_refuted(signs: Signs) -> bool:
    """Whether everything but the one strong key speaks against it: another number, another place, another make."""
    if signs.serial == "differs" or signs.mac == "differs":
        against = [
            signs.address == "differs",
            signs.name is not None and signs.name < NAME_AGAINST,
            signs.looks_different,
        ]
        return sum(against) >= 2
    return False


def _sure(signs: Signs) -> Confidence:
    """A whole number is enough; the end of one, or one that the other number contradicts, wants another key beside it."""
    doubted = signs.serial in ("tail", "differs", "slip") or signs.mac == "differs"
    doubted = doubted and not (signs.serial == "tail" and signs.mac == "same")
    return "medium" if doubted and len(agreeing(signs)) < 2 else "high"
