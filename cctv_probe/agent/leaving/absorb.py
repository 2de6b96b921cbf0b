"""A scan, taken into the present state. Pure: the state and a survey in, the state after it out; time is the scan's own.

Taking in the same scan twice changes nothing. A scan that saw less than the ones before adds what it saw and takes nothing
away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cctv_probe.agent.config import ACTIVITIES, Activity
from cctv_probe.agent.leaving import identity, presence
from cctv_probe.agent.leaving.asked import Asked
from cctv_probe.agent.leaving.cameras import ViewKey, Visited, merged_camera, merged_device, reduced_device
from cctv_probe.agent.leaving.facts import MEASURED
from cctv_probe.agent.leaving.identity import How
from cctv_probe.agent.leaving.present import MOST_RUNS, MOST_SHARED, Entry, Present
from cctv_probe.agent.leaving.same_camera import CameraMatch, match_cameras, sources
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.survey.shape import finding_shape

Json = dict[str, Any]
ClassOf = Callable[[Mapping[str, Any]], str | None]
"""The scope class of a camera (outer shape, under its lasting id) as people decided it; None where nobody did."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The state after a scan. `wants_reading`: addresses where something new or changed answered that was not read yet."""

    present: Present
    wants_reading: tuple[str, ...] = ()


@dataclass(slots=True)
class _Met:
    """The devices of one scan under their lasting ids."""

    devices: dict[str, Entry]
    ids: dict[int, str] = field(default_factory=dict)
    how: dict[str, How | None] = field(default_factory=dict)
    asked: dict[str, Json] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)


def absorb(
    present: Present,
    survey: Json,
    activity: Activity,
    *,
    scanned: Callable[[str], bool] | None = None,
    class_of: ClassOf | None = None,
) -> Absorbed:
    """The state after `survey` (the dict that `survey.json` holds).

    `scanned` tells whether an address was looked at; without it, what the run names as its ranges was. `class_of` is asked of
    every camera that is known, met or not; without it a camera keeps the class that the last scan under its own id gave it.
    """
    run = survey["run"]
    if run["id"] in present.runs:
        return Absorbed(present)
    survey = _each_once(survey)
    looked = scanned or presence.within(run["ranges"])
    matches = identity.match(survey["devices"], {name: entry.shape for name, entry in present.devices.items()})
    if activity == "discovery":
        after, wants = presence.discovered(present, survey, matches, looked)
    else:
        after, wants = _read(present, survey, matches, looked), ()
    if class_of is not None:
        after = _reclassified(after, class_of)
    runs = (*present.runs, run["id"])[-MOST_RUNS:]
    return Absorbed(replace(after, confirmed=_confirmed(present, run, activity), runs=runs), wants)


def _each_once(survey: Json) -> Json:
    """The survey without a second device or camera of one name at one address, which nothing could tell apart later."""
    devices = {(device["id"], device["address"]): device for device in reversed(survey["devices"])}
    cameras = {(each["device_id"], each["device"], each["channel"]): each for each in reversed(survey["cameras"])}
    return {**survey, "devices": list(reversed(devices.values())), "cameras": list(reversed(cameras.values()))}


def _confirmed(present: Present, run: Json, activity: Activity) -> dict[str, str]:
    """Each activity includes those before it."""
    done = ACTIVITIES[: ACTIVITIES.index(activity) + 1] if run["complete"] else ()
    return {**present.confirmed, **{name: str(run["finished_utc"]) for name in done}}


def _read(
    present: Present, survey: Json, matches: Mapping[int, tuple[str, How]], looked: Callable[[str], bool]
) -> Present:
    at = survey["run"]["finished_utc"]
    met = _met(present, survey["devices"], matches, at)
    known = {name: _with_devices(entry, met.renamed) for name, entry in present.cameras.items()}
    fresh = [_renamed(camera, survey["devices"], met) for camera in survey["cameras"]]
    found = match_cameras(fresh, known, met.asked)
    visited = Visited(
        lambda view: _asked(met, view),
        frozenset(_key(view) for each in fresh for view in each["views"]),
        frozenset(name for name, device in met.asked.items() if MEASURED in Asked.of(device).tried),
    )
    cameras = dict(known)
    for camera, told, match in zip(fresh, survey["cameras"], found, strict=True):
        before = known[match.known_as] if match.known_as is not None else None
        cameras.pop(match.known_as or "", None)
        cameras[match.id] = _entry(camera, match, before, met, visited, at, renamed=told["id"] != match.id)
    after = replace(
        present,
        devices=met.devices,
        cameras=cameras,
        shared=frozenset(sorted(present.shared | met.shared)[:MOST_SHARED]),
    )
    return presence.after_reading(after, {match.id for match in found}, met.asked, survey["run"], looked)


def _key(view: Mapping[str, Any]) -> ViewKey:
    return view["device_id"], view["channel"]


def _asked(met: _Met, view: ViewKey) -> Asked | None:
    device = met.asked.get(view[0])
    return Asked.of(device, view[1]) if device is not None else None


def _met(present: Present, devices: list[Json], matches: Mapping[int, tuple[str, How]], at: str) -> _Met:
    """Every device of the scan, merged with what was known of it."""
    met = _Met(dict(present.devices), shared=_shared(devices))
    for place, device in enumerate(devices):
        known_as, how = matches.get(place, (None, None))
        before = present.devices[known_as] if known_as is not None else None
        name = _lasting_id(device, known_as, how, present, met)
        fresh = reduced_device({**device, "id": name, "id_basis": identity.basis_of(name), "told_id": device["id"]})
        met.ids[place], met.how[name], met.asked[name] = name, how, fresh
        merged = merged_device(fresh, before.shape if before else None, how or "replaces")
        if known_as is not None and known_as != name:
            met.renamed[known_as] = name
            met.devices.pop(known_as, None)
        shape = {
            **(_doubted(merged, device) if how == "unconfirmed" else merged),
            "id": name,
            "id_basis": fresh["id_basis"],
        }
        met.devices[name] = Entry(shape, at, None, _formerly(before, known_as, name))
    return met


def _shared(devices: Iterable[Json]) -> set[str]:
    """The ids that rest on keys which two devices of this scan told."""
    told = [identity.Known.of(device) for device in devices]
    return {identity.id_from(key, one.keys[key]) for one in told for key in one.keys.keys() - one.trusted}


def _lasting_id(device: Json, known_as: str | None, how: How | None, present: Present, met: _Met) -> str:
    if known_as is not None and how == "unconfirmed":
        return known_as
    taken = met.devices.keys() | present.devices.keys() | present.shared | met.shared
    return identity.better_id(device, known_as, taken - {known_as})


def _formerly(before: Entry | None, known_as: str | None, name: str) -> tuple[str, ...]:
    older = before.formerly if before else ()
    return tuple(dict.fromkeys((*older, known_as))) if known_as is not None and known_as != name else older


def _doubted(device: Json, visit: Json) -> Json:
    text = _UNCONFIRMED.with_(address=visit["address"])
    finding = finding_shape(Finding("identity_not_confirmed", "low", text))
    return {**device, "findings": [*(item for item in device["findings"] if item["code"] != finding["code"]), finding]}


def _with_devices(entry: Entry, renamed: Mapping[str, str]) -> Entry:
    """The entry with the present ids of its devices."""
    views = entry.shape["views"]
    if not any(view["device_id"] in renamed for view in views):
        return entry
    named = [{**view, "device_id": renamed.get(view["device_id"], view["device_id"])} for view in views]
    return replace(entry, shape={**entry.shape, "views": named, "device_id": named[0]["device_id"]})


def _renamed(camera: Json, devices: list[Json], met: _Met) -> Json:
    """The camera under the lasting ids of its devices."""
    names: dict[tuple[str, str | None], str] = {}
    for place, device in enumerate(devices):
        names.setdefault((device["id"], None), met.ids[place])
        names[device["id"], device["address"]] = met.ids[place]

    def lasting(name: str, address: str | None = None) -> str:
        return names.get((name, address)) or names.get((name, None)) or name

    own = lasting(camera["device_id"], camera["device"])
    views = [
        {**view, "device_id": own if at == 0 else lasting(view["device_id"])} for at, view in enumerate(camera["views"])
    ]
    rest = camera["id"].removeprefix(camera["device_id"])
    name = f"{own}{rest}" if rest != camera["id"] and (not rest or rest.startswith("/")) else camera["id"]
    return {**camera, "id": name, "device_id": own, "views": views}


def _entry(
    camera: Json, match: CameraMatch, before: Entry | None, met: _Met, visited: Visited, at: str, *, renamed: bool
) -> Entry:
    how = met.how.get(camera["device_id"])
    if before is not None and how == "unconfirmed" and len(camera["views"]) == 1:
        shape = before.shape  # somebody at its address who told nothing: no fact of that visit is this camera's
    else:
        shape = merged_camera(camera, before.shape if before and how != "replaces" else None, visited, renamed=renamed)
    first = met.devices.get(shape["views"][0]["device_id"])
    shape = {
        **shape,
        "id": match.id,
        "id_basis": first.shape["id_basis"] if first else shape.get("id_basis"),
        "device": first.shape["address"] if first else shape["device"],
        "scope_class": _class(camera, before, renamed=renamed),
        "watched": any(view["device_id"] in visited.measured for view in shape["views"]) or _was_watched(before),
        "behind": {f"{view['device_id']}/{view['channel']}": sources(met.devices, view) for view in shape["views"]},
    }
    former = (*(before.formerly if before else ()), *((match.known_as,) if match.known_as else ()))
    return Entry(shape, at, None, tuple(name for name in dict.fromkeys(former) if name != match.id))


def _was_watched(before: Entry | None) -> bool:
    return before is not None and bool(before.shape.get("watched"))


def _class(camera: Json, before: Entry | None, *, renamed: bool) -> str:
    """A scan that did not know the camera's own id could not look up what people decided of it: what they decided stands, and
    `closed` is believed of anybody."""
    now = str(camera["scope_class"])
    return str(before.shape["scope_class"]) if before and renamed and now != "closed" else now


def _reclassified(present: Present, class_of: ClassOf) -> Present:
    cameras = {}
    for name, entry in present.cameras.items():
        decided = class_of(entry.shape)
        same = decided is None or decided == entry.shape["scope_class"]
        cameras[name] = entry if same else replace(entry, shape={**entry.shape, "scope_class": decided})
    return replace(present, cameras=cameras)


_UNCONFIRMED = Text(
    en="A device at {address} wants a login and did not tell who it is. It is taken for the one that was met there before; check "
    "the password, so that this can be confirmed.",
    th="อุปกรณ์ที่ {address} ต้องเข้าสู่ระบบและไม่ได้แจ้งว่าเป็นเครื่องใด จึงถือว่าเป็นเครื่องเดิมที่เคยพบที่ที่อยู่นี้ โปรดตรวจสอบรหัสผ่านเพื่อให้ยืนยันได้",
)
