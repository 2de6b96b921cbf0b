"""Which of a device's channels are cameras: empty slots dropped, offline ones kept. Pure.

A recorder numbers all its slots, used or not (quirk 13). A slot is used where a camera is set up in it: `RemoteDevice` says so,
`getCameraAll` and `getCameraState` beside it; where none of them answers, a title that somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cctv_probe.dialects.dahua.answers_channels import Capability, Encoders, Source, is_placeholder

_CAMERA = re.compile(r"(?i)^(?:DHI?-)?(?:IPC|SD[0-9]|PSD|TPC|ITC|PTZ|HAC|IP[0-9]M|IP4M|VTO|LNB|LNE)")
_NETWORK_RECORDER = re.compile(r"(?i)NVR|NVD|EVS|IVSS|IVD|NVSS")
_RECORDER = re.compile(r"(?i)NVR|XVR|HCVR|HDVR|DVR|NVD|EVS|IVSS|CVR|MXVR|MNVR|NVSS")


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that answers told, by channel number; None for an answer that was not given."""

    model: str | None = None
    encoders: Mapping[int, Encoders] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    remote: Mapping[int, Source] | None = None
    cameras: Mapping[int, Source] | None = None
    states: Mapping[int, bool | None] | None = None
    capabilities: Mapping[int, Capability] = field(default_factory=dict)

    @property
    def is_recorder(self) -> bool:
        """Whether other cameras are recorded here: by its model, by cameras set up in it, or by its many channels."""
        if self.model and _CAMERA.match(self.model):
            return False
        return bool(self.model and _RECORDER.search(self.model)) or bool(self.remote) or len(self.encoders) > 1


@dataclass(frozen=True, slots=True)
class Slot:
    """One used channel. `online` None where nothing says."""

    number: int
    title: str | None
    encoders: Encoders | None
    capability: Capability | None
    source: Source | None
    online: bool | None


def looks_like_camera(model: str | None) -> bool:
    """Whether a model is a camera's by its name: no cameras behind it need be asked for."""
    return bool(model and _CAMERA.match(model))


def used(told: Told) -> tuple[Slot, ...]:
    """The channels that are cameras, in order."""
    numbers = {*told.encoders, *(told.remote or {})} or {*told.titles}
    numbers |= {number for number, source in (told.cameras or {}).items() if source.is_used}
    slots = [_slot(number, told) for number in sorted(numbers)]
    if not told.is_recorder:
        return tuple(slots)
    decided = [(slot, _is_used(slot, told)) for slot in slots]
    if any(answer for _, answer in decided) or not _knows_nothing(told):
        return tuple(slot for slot, answer in decided if answer)
    # Nobody wrote a title and nothing says which slots are used: all are kept rather than none.
    return tuple(slots)


def _knows_nothing(told: Told) -> bool:
    return not told.remote and not told.cameras and not told.states


def _slot(number: int, told: Told) -> Slot:
    remote, camera = (told.remote or {}).get(number), (told.cameras or {}).get(number)
    apart = remote is None or (camera is not None and camera.is_local)
    source = camera if apart else remote.or_(camera) if remote and camera else remote
    title = told.titles.get(number)
    if is_placeholder(title, number) and source and not is_placeholder(source.name, number):
        title = source.name
    online = (told.states or {}).get(number)
    return Slot(number, title, told.encoders.get(number), told.capabilities.get(number), source, online)


def _is_used(slot: Slot, told: Told) -> bool:
    if slot.number in (told.states or {}) and slot.online is None:
        return False  # the recorder itself calls it empty
    if slot.source is not None:
        written = _is_socket(slot, told) and not is_placeholder(slot.title, slot.number)
        return slot.source.is_used or written
    if slot.online is not None:
        return True
    if told.remote or told.cameras:
        return _is_socket(slot, told)
    return not is_placeholder(slot.title, slot.number)


def _is_socket(slot: Slot, told: Told) -> bool:
    """A channel without a network camera, on a recorder that lists them: on a hybrid one it is a socket for a cable."""
    network_only = told.model is None or _NETWORK_RECORDER.search(told.model)
    main = slot.encoders.main if slot.encoders else None
    return not network_only and main is not None and main.enabled is not False
