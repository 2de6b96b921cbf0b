"""Channels and cameras that are alike beyond all others, where no key joins or parts them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

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
    """The pairs that are unique both ways: for the channel among all cameras, for the camera among the recorder's channels.

    `recorders_of` tells which recorders have a view of a camera already: they do not get a second one by likeness.
    """
    wanted = [place for place in channels if met.sources[place].online is not False]
    cameras = sorted((place for place in met.places if not met.known[place[0]].is_recorder), key=met.order)
    if not wanted or not cameras:
        return []
    search = _Search(met, wanted, cameras, {camera: recorders_of(camera) for camera in cameras})
    found = (search.best(place) for place in wanted)
    return sorted(
        (pair for pair in found if pair is not None and search.is_alone(pair)),
        key=lambda pair: (-pair.score, met.order(pair.channel), met.order(pair.camera)),
    )


class _Search:
    """Cameras by name and by model; those of one model that cannot be told apart are looked at in twos."""

    def __init__(self, met: Met, wanted: list[Place], cameras: list[Place], viewed: dict[Place, set[int]]) -> None:
        self._met, self._viewed = met, viewed
        self._looks = _looks(met, [*wanted, *cameras])
        self._of_recorder: dict[int, list[Place]] = {}
        for place in wanted:
            self._of_recorder.setdefault(place[0], []).append(place)
        self._by_name: dict[str, list[Place]] = {}
        self._by_model: dict[str, dict[Looks, list[Place]]] = {}
        for camera in cameras:
            looks = self._looks[camera]
            if looks.name:
                self._by_name.setdefault(looks.name, []).append(camera)
            if looks.model:
                alike = self._by_model.setdefault(looks.model, {})
                alike.setdefault(replace(looks, name=None), []).append(camera)

    def best(self, channel: Place) -> Pair | None:
        """The camera that is ahead of every other for `channel`; None where none is, or none is like enough."""
        points = {camera: score(self._looks[channel], self._looks[camera]) for camera in self._near(channel)}
        ranked = sorted(points.values(), reverse=True)
        if not ranked or ranked[0] < ENOUGH or (len(ranked) > 1 and ranked[0] - ranked[1] < AHEAD):
            return None
        return next(Pair(channel, camera, found) for camera, found in points.items() if found == ranked[0])

    def is_alone(self, pair: Pair) -> bool:
        """Whether no other channel of the recorder is nearly as like the camera."""
        camera = self._looks[pair.camera]
        return not any(
            pair.score - score(self._looks[other], camera) < AHEAD and self._may_be(other, pair.camera)
            for other in self._of_recorder[pair.channel[0]]
            if other != pair.channel
        )

    def _near(self, channel: Place) -> Iterator[Place]:
        """Cameras of the same name or model; without one of them there are never points enough."""
        looks = self._looks[channel]
        yield from self._allowed(channel, self._by_name.get(looks.name or "", ()))
        for alike in self._by_model.get(looks.model or "", {}).values():
            yield from islice(self._allowed(channel, alike), 2)

    def _allowed(self, channel: Place, cameras: Iterable[Place]) -> Iterator[Place]:
        return (camera for camera in cameras if self._may_be(channel, camera))

    def _may_be(self, channel: Place, camera: Place) -> bool:
        """Whether nothing speaks against it. An address in a neighbourhood that was searched does."""
        source = self._met.sources[channel]
        if channel[0] in self._viewed[camera] or denies(self._met.known[camera[0]], source):
            return False
        return source.address is None or network_of(source.address) not in self._met.networks


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
