"""Channels of which recorders tell the same camera, though none of them may know where it was met. Pure.

Between recorders an address counts only inside the neighbourhood of each: behind the sockets of a recorder (PoE) every one
has the same few private addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cctv_probe.identify.met_devices import Met, Place
from cctv_probe.identify.source_keys import Source, network_of
from cctv_probe.identify.source_pointers import Key, Pointer

Cluster = tuple[Key, tuple[Place, ...]]
_KEYS: tuple[Key, ...] = ("serial", "mac", "address")


def clusters(met: Met, pointers: Mapping[Place, Pointer], shared: frozenset[str]) -> Iterator[Cluster]:
    """Groups of two or more channels that name the same camera, the surest key first, in an order of their own."""
    groups: dict[tuple[Key, str, int], list[Place]] = {}
    for place in sorted(pointers, key=met.order):
        for key, told in _keys_of(met, place, shared):
            sensor = met.sources[place].sensor
            if key != "address" or not pointers[place].denied:
                groups.setdefault((key, told, -1 if sensor is None else sensor), []).append(place)
    for name in sorted(groups, key=lambda one: (_KEYS.index(one[0]), *one[1:])):
        places = groups[name]
        if len(places) > 1 and _is_one_camera(met, places, sensor_told=name[2] >= 0):
            yield name[0], tuple(places)


def _keys_of(met: Met, place: Place, shared: frozenset[str]) -> Iterator[tuple[Key, str]]:
    source = met.sources[place]
    if source.serial:
        yield "serial", source.serial
    if source.mac:
        yield "mac", source.mac
    if source.address:
        near = network_of(source.address) in {network_of(own) for own in met.known[place[0]].addresses}
        where = "" if near else met.known[place[0]].device.id
        port = source.port if source.address in shared else None
        yield "address", f"{source.address} {port or ''} {where}"


def _is_one_camera(met: Met, places: Sequence[Place], *, sensor_told: bool) -> bool:
    """Whether nothing speaks against it: where no channel of the camera is told, one recorder may show several of them."""
    sources = [met.sources[place] for place in places]
    if not sensor_told and len({place[0] for place in places}) < len(places):
        return False
    return not _is_mixed(sources)


def _is_mixed(sources: Sequence[Source]) -> bool:
    """Whether MACs, or serial numbers of one length, differ: then keys of several cameras stand in one group."""
    macs = {source.mac for source in sources if source.mac}
    serials = {source.serial for source in sources if source.serial}
    return len(macs) > 1 or len({len(serial) for serial in serials}) < len(serials)
