"""Channels and cameras that are alike beyond all others, where no key joins or parts them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cctv_probe.identify.likeness import AHEAD, ENOUGH, Looks, best_values, looks_of, score
from cctv_probe.identify.met_devices import Met, Place
from cctv_probe.identify.source_keys import network_of
from cctv_probe.identify.source_pointers import denies
from cctv_probe.model.evidence import Value


@dataclass(frozen=True, slots=True)
class Pair:
    """A recorder's channel and a camera that look alike, with their points."""

    channel: Place
    camera: Place
    score: int


def likeness_pairs(met: Met, channels: Iterable[Place], recorders_of: Callable[[Place], set[int]]) -> list[Pair]:
    """The pairs that are unique both ways: for the channel among all cameras, for the camera among the recorder's channels."""
    wanted = [place for place in channels if met.sources[place].online is not False]
    cameras = [place for place in met.places if not met.known[place[0]].is_recorder]
    if not wanted or not cameras:
        return []
    looks = _looks(met, [*wanted, *cameras])
    by_word = _by_word(cameras, looks)
    found: list[Pair] = []
    for place in wanted:
        mine = looks[place]
        near = {camera for word in _words(mine) for camera in by_word.get(word, ())}
        found += [
            Pair(place, camera, score(mine, looks[camera]))
            for camera in near
            if place[0] not in recorders_of(camera) and _may_be(met, place, camera)
        ]
    best = _Best(found)
    return sorted(
        (pair for pair in found if pair.score >= ENOUGH and best.is_alone(pair)),
        key=lambda pair: (-pair.score, met.order(pair.channel), met.order(pair.camera)),
    )


class _Best:
    """The two best scores of every channel, and of every camera among one recorder's channels."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._scores: dict[tuple[int, Place], list[int]] = {}
        for pair in pairs:
            for side in self._sides(pair):
                self._scores[side] = sorted([*self._scores.get(side, ()), pair.score], reverse=True)[:2]

    def is_alone(self, pair: Pair) -> bool:
        """Whether no other camera is nearly as like the channel, nor another channel of its recorder as like the camera."""
        return all(self._is_first(pair.score, self._scores[side]) for side in self._sides(pair))

    @staticmethod
    def _sides(pair: Pair) -> tuple[tuple[int, Place], tuple[int, Place]]:
        return (-1, pair.channel), (pair.channel[0], pair.camera)

    @staticmethod
    def _is_first(score: int, two_best: list[int]) -> bool:
        return score == two_best[0] and (len(two_best) == 1 or score - two_best[1] >= AHEAD)


def _looks(met: Met, places: Iterable[Place]) -> dict[Place, Looks]:
    values: dict[int, dict[tuple[str, str], Value]] = {}
    looks: dict[Place, Looks] = {}
    for place in places:
        known = met.known[place[0]]
        told = values.get(place[0])
        if told is None:
            told = values[place[0]] = best_values(known.device)
        looks[place] = looks_of(met.channels[place], told, behind=known.is_recorder)
    return looks


def _words(looks: Looks) -> list[tuple[str, str]]:
    """Without an equal name or model there are never points enough."""
    return [(kind, word) for kind, word in (("name", looks.name), ("model", looks.model)) if word]


def _by_word(cameras: Iterable[Place], looks: dict[Place, Looks]) -> dict[tuple[str, str], list[Place]]:
    found: dict[tuple[str, str], list[Place]] = {}
    for camera in cameras:
        for word in _words(looks[camera]):
            found.setdefault(word, []).append(camera)
    return found


def _may_be(met: Met, channel: Place, camera: Place) -> bool:
    """Whether nothing that the recorder tells speaks against it. An address in a neighbourhood that was searched does."""
    source = met.sources[channel]
    if denies(met.known[camera[0]], source):
        return False
    return source.address is None or network_of(source.address) not in met.networks
