"""Which cameras leave, and what of them. Pure.

Only cameras of public places and of the roads next to them, with the devices of their views, reduced to what a record needs. Of
all others the number. One camera whose record cannot leave never holds up the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from cctv_probe.agent.leaving.asked import about_channel
from cctv_probe.agent.leaving.guard import Guard, GuardError
from cctv_probe.agent.leaving.present import Entry, Present, Sent
from cctv_probe.agent.leaving.sticky import sticky
from cctv_probe.contract.canonical import NotCanonicalError
from cctv_probe.contract.record import CameraShape
from cctv_probe.contract.report import RecordShape
from cctv_probe.contract.terms import MAX_CAMERAS, MAX_DEVICES_OF_A_RECORD
from cctv_probe.model.words import Text

Json = dict[str, Any]

LEAVING = frozenset({"public", "adjoining_road"})
COUNTED = ("closed", "unknown")
_DEVICE_KEYS = (
    "id", "id_basis", "address", "port", "kind", "identity", "brand", "model", "firmware", "clock_offset_s", "open_ports", "seen_by",
    "findings", "other_addresses", "scope_class",
)  # fmt: skip
_CAMERA_KEYS = tuple(CameraShape.model_fields)
MOST_RECORD_BYTES = 24 << 20
"""Of the records of one report before compression: well under what the register reads."""
_MOST_OTHERS = 40
_MOST_ATTEMPTS = 400


@dataclass(frozen=True, slots=True)
class Withheld:
    """A camera of a public place whose record could not leave, and why."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Selection:
    """`present` with `sent` brought up to date; `manifest` sorted by id; `new` are the ids whose record was not sent before."""

    present: Present
    manifest: tuple[Json, ...]
    new: tuple[str, ...]
    withheld: tuple[Withheld, ...] = ()

    def records(self) -> list[Json]:
        """The records that were not sent before, as a report carries them."""
        return [_carried(name, self.present.sent[name]) for name in self.new]


def select(present: Present, guard: Guard, at_utc: str, *, most_bytes: int = MOST_RECORD_BYTES) -> Selection:
    """What leaves at `at_utc` (the end of the scan that was taken in last)."""
    sent: dict[str, Sent] = {}
    withheld: list[Withheld] = []
    absent: dict[str, str | None] = {}
    for name, entry in sorted(present.cameras.items()):
        if entry.shape["scope_class"] not in LEAVING or len(sent) >= MAX_CAMERAS:
            continue
        try:
            kept = _kept(entry, present, guard, at_utc)
        except (
            GuardError,
            NotCanonicalError,
            ValidationError,
            KeyError,
            TypeError,
            AttributeError,
            ValueError,
        ) as error:
            outward = guard.name(name)
            withheld.append(Withheld(outward, _WITHHELD.with_(id=outward, why=_reason(error))))
            if outward not in present.sent:
                continue
            kept = outward, present.sent[outward]
        sent[kept[0]], absent[kept[0]] = kept[1], entry.absent_since_utc
    changed = [name for name in sorted(sent) if name in present.pending or present.sent.get(name) != sent[name]]
    new = _within(changed, sent, most_bytes)
    pending = tuple(changed[len(new) :])
    manifest = tuple(
        {"id": name, "digest": sent[name].digest, "absent_since_utc": absent[name]} for name in sorted(sent)
    )
    return Selection(replace(present, sent=sent, pending=pending), manifest, new, tuple(withheld))


def _within(names: Sequence[str], sent: Mapping[str, Sent], most_bytes: int) -> tuple[str, ...]:
    """As many as one report has room for, at least one; the next reports carry the others."""
    total, taken = 0, 0
    for name in names:
        total += len(json.dumps(sent[name].record, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if total > most_bytes and taken:
            break
        taken += 1
    return tuple(names[:taken])


def _reason(error: Exception) -> str:
    """What went wrong, without a value of the record in it."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return f"{'.'.join(map(str, first['loc']))[:200]}: {first['type']}"
    return str(error)[:200] if isinstance(error, (GuardError, NotCanonicalError)) else type(error).__name__


def _kept(entry: Entry, present: Present, guard: Guard, at_utc: str) -> tuple[str, Sent]:
    """The id as it leaves, and the record: the one that was sent where nothing changed."""
    record = guard.record(record_of(entry, present.devices))
    name = str(record["camera"]["id"])
    before = present.sent.get(name)
    kept = sticky(name, record, before, at_utc)
    if kept is not before:
        RecordShape.model_validate(kept.record)
    return name, kept


def record_of(entry: Entry, devices: Mapping[str, Entry]) -> Json:
    """The record of one camera: as in the survey, with the devices of its views and the ids it had before."""
    camera = {key: entry.shape[key] for key in _CAMERA_KEYS if key in entry.shape}
    camera["fields"] = {name: _short(fact) for name, fact in camera["fields"].items()}
    channels: dict[str, list[int]] = {}
    for view in camera["views"]:
        channels.setdefault(view["device_id"], []).append(view["channel"])
    told = [
        _device(devices[name], numbers)
        for name, numbers in list(channels.items())[:MAX_DEVICES_OF_A_RECORD]
        if name in devices
    ]
    return {"camera": {**camera, "formerly": list(entry.formerly)}, "devices": told}


def _short(fact: Json) -> Json:
    return fact if len(fact["others"]) <= _MOST_OTHERS else {**fact, "others": fact["others"][:_MOST_OTHERS]}


def _device(entry: Entry, channels: Iterable[int]) -> Json:
    """A device without what stays: login, raw facts, and steps about other channels than this camera's."""
    shape = entry.shape
    steps = [item for channel in channels for item in about_channel(shape["attempts"], channel)]
    once = list({id(item): item for item in steps}.values())
    profiles = [item["value"] for item in shape["facts"] if item["attribute"] == "onvif_profiles"]
    return {
        **{key: shape[key] for key in _DEVICE_KEYS},
        "attempts": once[:_MOST_ATTEMPTS],
        "onvif_profiles": sorted({str(each) for told in profiles if isinstance(told, (list, tuple)) for each in told}),
        "absent_since_utc": entry.absent_since_utc,
    }


def _carried(name: str, sent: Sent) -> Json:
    return {"id": name, "digest": sent.digest, "record": sent.record}


def wanted(present: Present, digests: Iterable[str]) -> list[Json]:
    """The records that a receipt asks for by their digests, as they were sent. One that is not the camera's newest any more
    is left out: a later report carries its successor."""
    by_digest = {sent.digest: (name, sent) for name, sent in present.sent.items()}
    found = [by_digest[digest] for digest in dict.fromkeys(digests) if digest in by_digest]
    return [_carried(name, sent) for name, sent in sorted(found, key=lambda pair: pair[0])]


def counts(present: Present, survey: Mapping[str, Any]) -> Json:
    """Numbers of what stays, and how the steps of the scan ended."""
    cameras = [entry.shape for entry in present.cameras.values() if entry.absent_since_utc is None]
    devices = [entry.shape for entry in present.devices.values() if entry.absent_since_utc is None]
    endings: dict[str, int] = {}
    for device in survey["devices"]:
        for attempt in device["attempts"]:
            endings[attempt["ending"]] = endings.get(attempt["ending"], 0) + 1
    return {
        "by_class": {
            name: {
                "cameras": sum(each["scope_class"] == name for each in cameras),
                "devices": sum(each["scope_class"] == name and each["kind"] != "not_a_camera" for each in devices),
            }
            for name in COUNTED
        },
        "not_a_camera": sum(each["kind"] == "not_a_camera" for each in devices),
        "attempts": dict(sorted(endings.items())),
    }


_WITHHELD = Text(
    en="The record of camera {id} stays here: it cannot leave as it is ({why}). The records of all other cameras are not affected.",
    th="ข้อมูลของกล้อง {id} ยังไม่ถูกส่งออก เนื่องจากส่งในสภาพนี้ไม่ได้ ({why}) ข้อมูลของกล้องอื่นทั้งหมดไม่ได้รับผลกระทบ",
)
