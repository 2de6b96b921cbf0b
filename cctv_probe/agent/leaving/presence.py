"""Who is there: met, not met where it was looked for, or not looked for. Pure.

Three different things. A camera is absent only where a complete scan covered its address and it was not met there, and where
every recorder that shows it answered and shows it no more. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cctv_probe.agent.leaving.asked import Asked
from cctv_probe.agent.leaving.identity import How
from cctv_probe.agent.leaving.present import Entry, Present
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.targets import parse_targets

Json = dict[str, Any]
Looked = Callable[[str], bool]
"""Whether a scan looked at an address."""


def within(ranges: Sequence[str]) -> Looked:
    """Whether an address lies in the ranges that a run names. Ranges that cannot be read cover nothing."""
    try:
        return parse_targets(ranges, allow_public=True).contains
    except ScopeError:
        return lambda _address: False


def after_reading(
    present: Present, met: Collection[str], devices: Mapping[str, Json], run: Mapping[str, Any], looked: Looked
) -> Present:
    """The state with those marked absent that this scan, having looked, did not meet. `devices` are those it met."""
    if not run["complete"]:
        return present
    at = str(run["finished_utc"])
    asked = {name: Asked.of(device) for name, device in devices.items()}
    known = {
        name: entry if name in devices else _gone_if(entry, looked(entry.shape["address"]), at)
        for name, entry in present.devices.items()
    }
    cameras = {
        name: entry if name in met else _not_met(entry, known, asked, looked, at)
        for name, entry in present.cameras.items()
    }
    return replace(present, devices=known, cameras=cameras)


def _gone_if(entry: Entry, gone: bool, at: str) -> Entry:
    return replace(entry, absent_since_utc=at) if gone and entry.absent_since_utc is None else entry


def _not_met(entry: Entry, devices: Mapping[str, Entry], asked: Mapping[str, Asked], looked: Looked, at: str) -> Entry:
    """A camera that this scan did not list."""
    silent = [asked[view["device_id"]] for view in entry.shape["views"] if view["device_id"] in asked]
    if any(not one.opened for one in silent):
        return replace(entry, absent_since_utc=None)  # a device of it answered, and would not say what it shows
    gone = all(
        view["device_id"] in asked or (view["role"] == "camera" and _was_looked_for(view, devices, looked))
        for view in entry.shape["views"]
    )
    return _gone_if(entry, gone, at)


def _was_looked_for(view: Mapping[str, Any], devices: Mapping[str, Entry], looked: Looked) -> bool:
    device = devices.get(view["device_id"])
    return device is not None and looked(device.shape["address"])


def discovered(
    present: Present, survey: Json, matches: Mapping[int, tuple[str, How]], looked: Looked
) -> tuple[Present, tuple[str, ...]]:
    """The state after a look at who is there, and the addresses where somebody new or changed answered.

    Of a recorder's channels it says nothing, so that a camera which a recorder shows becomes absent by a reading only.
    """
    run = survey["run"]
    at, complete = str(run["finished_utc"]), bool(run["complete"])
    answered = {name for name, _ in matches.values()}
    devices = {}
    for name, entry in present.devices.items():
        if name in answered:
            devices[name] = replace(entry, seen_utc=at, absent_since_utc=None)
        else:
            devices[name] = _gone_if(entry, complete and looked(entry.shape["address"]), at)
    cameras = {
        name: _after_look(entry, devices, answered, complete, looked, at) for name, entry in present.cameras.items()
    }
    wants = [
        str(device["address"])
        for place, device in enumerate(survey["devices"])
        if _is_news(device, matches.get(place), present.devices)
    ]
    return replace(present, devices=devices, cameras=cameras), tuple(dict.fromkeys(wants))


def _after_look(
    entry: Entry, devices: Mapping[str, Entry], answered: Collection[str], complete: bool, looked: Looked, at: str
) -> Entry:
    views = entry.shape["views"]
    own = views[0]
    if own["role"] != "camera":
        return entry
    if own["device_id"] in answered:
        return replace(entry, seen_utc=at, absent_since_utc=None)
    return _gone_if(entry, complete and len(views) == 1 and _was_looked_for(own, devices, looked), at)


def _is_news(device: Mapping[str, Any], match: tuple[str, How] | None, known: Mapping[str, Entry]) -> bool:
    """Whether a reading would learn something: a device that is new, stands elsewhere now, or took another's place."""
    if match is None:
        return bool(device["kind"] != "not_a_camera")
    name, how = match
    return how == "replaces" or bool(known[name].shape["address"] != device["address"])
