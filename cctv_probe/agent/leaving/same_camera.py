"""Which camera of a scan is which one known before, by its views. Pure.

A camera that was reached itself is known by its own view. One that is down today may still stand in its recorder's list, and
one that stood there nameless may be reached itself tomorrow: then the recorder's channel tells, as long as it does not name another
camera as its source now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cctv_probe.agent.leaving.asked import Asked
from cctv_probe.agent.leaving.present import Entry

Json = dict[str, Any]
_ViewKey = tuple[str, int]
_SOURCES = ("source_serial", "source_mac", "source_address", "source_channel")


@dataclass(frozen=True, slots=True)
class CameraMatch:
    """The id from now on, and the id under which the camera is known, None where it is new."""

    id: str
    known_as: str | None = None


def match_cameras(fresh: Sequence[Json], known: Mapping[str, Entry], devices: Mapping[str, Json]) -> list[CameraMatch]:
    """For each camera of the scan (under the lasting ids of its devices) which one it is. `devices` are those of the scan.

    Every known camera is given once at most; two cameras never get one id.
    """
    found: dict[int, str] = {}
    by_own = {own: name for name, entry in known.items() if (own := _own(entry.shape))}
    for place, camera in enumerate(fresh):
        name = by_own.get(own) if (own := _own(camera)) else None
        name = name or (camera["id"] if camera["id"] in known and _may_be(camera, known[camera["id"]].shape) else None)
        if name is not None and name not in found.values():
            found[place] = name
    _by_channel(fresh, known, devices, found)
    return _named(fresh, known, devices, found)


def _own(camera: Mapping[str, Any]) -> _ViewKey | None:
    view = camera["views"][0]
    return (view["device_id"], view["channel"]) if view["role"] == "camera" else None


def _may_be(camera: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    one, two = _own(camera), _own(other)
    return one is None or two is None or one == two


def _by_channel(
    fresh: Sequence[Json], known: Mapping[str, Entry], devices: Mapping[str, Json], found: dict[int, str]
) -> None:
    """What stands behind the same channel of a recorder, where one of both was never reached itself."""
    behind: dict[_ViewKey, list[str]] = defaultdict(list)
    taken = set(found.values())
    for name, entry in known.items():
        for view in entry.shape["views"]:
            if view["role"] == "recorder" and name not in taken:
                behind[view["device_id"], view["channel"]].append(name)
    for place, camera in enumerate(fresh):
        if place in found:
            continue
        names = {
            name
            for view in camera["views"]
            if view["role"] == "recorder"
            for name in behind.get((view["device_id"], view["channel"]), ())
            if name not in taken
            and _may_be(camera, known[name].shape)
            and not _source_changed(known[name].shape, devices.get(view["device_id"]), view)
        }
        if len(names) == 1:
            found[place] = names.pop()
            taken.add(found[place])


def _source_changed(known: Mapping[str, Any], recorder: Json | None, view: Mapping[str, Any]) -> bool:
    """Whether the recorder names another source for the channel than when this camera was last met."""
    before = (known.get("behind") or {}).get(f"{view['device_id']}/{view['channel']}") or {}
    now = _named_source(recorder, view["channel"]) if recorder else {}
    for keys in (_SOURCES[:2], _SOURCES[2:]):
        told = [before[key] == now[key] for key in keys if key in before and key in now]
        if told:
            return not all(told)
    return False


def sources(devices: Mapping[str, Entry], view: Mapping[str, Any]) -> dict[str, str]:
    """Which camera the recorder of a view names behind it."""
    recorder = devices.get(view["device_id"])
    return _named_source(recorder.shape, view["channel"]) if recorder and view["role"] == "recorder" else {}


def _named_source(recorder: Mapping[str, Any], channel: int) -> dict[str, str]:
    subject = f"channel/{channel}"
    told = [item for item in recorder.get("facts") or () if item["subject"] == subject]
    return {item["attribute"]: str(item["value"]) for item in told if item["attribute"] in _SOURCES}


def _named(
    fresh: Sequence[Json], known: Mapping[str, Entry], devices: Mapping[str, Json], found: Mapping[int, str]
) -> list[CameraMatch]:
    """The lasting ids: a camera that was only a recorder's channel takes its own as soon as it is reached itself, and one
    whose device has a surer id goes along. A device that did not let us in changes no name."""
    taken = set(known)
    matches: list[CameraMatch] = []
    for place, camera in enumerate(fresh):
        name = found.get(place)
        if name is not None and _keeps_its_id(camera, known[name].shape, devices):
            wanted = name
        else:
            wanted, number = str(camera["id"]), 2
            while wanted in taken - {name}:
                wanted, number = f"{camera['id']}#{number}", number + 1
        taken.add(wanted)
        matches.append(CameraMatch(wanted, name))
    return matches


def _keeps_its_id(camera: Json, known: Mapping[str, Any], devices: Mapping[str, Json]) -> bool:
    own = _own(camera)
    if own is None:
        return _own(known) is not None
    device = devices.get(own[0])
    return device is None or not Asked.of(device, own[1]).opened
