"""The views of one real camera: itself, and the channels of recorders that record it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from cctv_probe.model.device import Channel, Device, Kind, View
from cctv_probe.model.evidence import Evidence
from cctv_probe.model.finding import Finding
from cctv_probe.survey.known import Known


class OneCamera(Protocol):
    """Which views show the same camera, as `identify.same_camera` tells it."""

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """(place in the devices, channel number), the camera itself first."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What deserves attention about the joining."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One view: a channel of a device, with everything known of that device."""

    device: Device
    channel: Channel
    known: Known

    @property
    def is_recorder(self) -> bool:
        """Whether it shows a camera elsewhere."""
        return self.device.kind is Kind.RECORDER

    @property
    def view(self) -> View:
        """As the record names it."""
        role: Literal["recorder", "camera"] = "recorder" if self.is_recorder else "camera"
        return View(self.device.id, self.channel.number, role)

    @property
    def main_subject(self) -> str:
        """The subject of its main stream."""
        streams = self.channel.streams
        named = next((stream.subject for stream in streams if stream.name == "main"), None)
        return named or (streams[0].subject if streams else f"{self.channel.subject}/stream/main")

    def of(self, attribute: str) -> list[Evidence]:
        """What is known of the channel itself."""
        return self.known.of(self.channel.subject, attribute)

    @property
    def says_offline(self) -> bool:
        """Whether it is a recorder that says that no camera is connected."""
        told = self.of("online") if self.is_recorder else []
        return bool(told) and all(item.value is False for item in told)


def channels_of(device: Device) -> tuple[Channel, ...]:
    """The channels that have a record. A camera that told of none has one all the same; a recorder has none."""
    return device.channels or ((Channel(1),) if device.kind is Kind.CAMERA else ())


def grouped(
    devices: Sequence[Device], same: Iterable[OneCamera], known: Sequence[Known]
) -> Iterator[tuple[tuple[Seen, ...], tuple[Finding, ...]]]:
    """The views of each camera with the findings of the joining; what `same` does not name stands alone, at its place."""
    left = {
        (at, channel.number): Seen(device, channel, known[at])
        for at, device in enumerate(devices)
        for channel in channels_of(device)
    }
    by_first = {one.places[0]: one for one in same if one.places}
    taken = {place for one in by_first.values() for place in one.places[1:]}
    for place in list(left):
        one = by_first.get(place)
        if one is None and place in taken:
            continue
        views = tuple(left.pop(each) for each in (one.places if one else (place,)) if each in left)
        if views:
            yield views, one.findings if one else ()
    for seen in left.values():
        yield (seen,), ()
