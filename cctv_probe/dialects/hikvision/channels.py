"""A recorder's slots, inputs and streams → channels: one for each camera that is set up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cctv_probe.dialects.hikvision.answers_channels import AnalogueInput, Encoder, ProxyInput, ProxyStatus

STREAMS_OF_CAMERA = 4
STREAMS_OF_RECORDER = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """One channel: its streams (the main one first), and the camera or input behind it where the device is a recorder."""

    number: int
    name: str | None
    streams: tuple[Encoder, ...]
    source: ProxyInput | None = None
    online: bool | None = None
    reason: str | None = None
    analogue: bool = False


def of_camera(encoders: Iterable[Encoder]) -> tuple[Slot, ...]:
    """A camera's channels: those of its streams."""
    return tuple(
        Slot(number, next((one.name for one in streams if one.name), None), tuple(streams[:STREAMS_OF_CAMERA]))
        for number, streams in sorted(_by_number(encoders).items())
    )


def of_recorder(
    encoders: Iterable[Encoder],
    inputs: Iterable[ProxyInput],
    statuses: Iterable[ProxyStatus],
    analogue: Sequence[AnalogueInput],
) -> tuple[Slot, ...]:
    """A recorder's channels: its slots that were ever set up, and the analogue inputs that are in use.

    Streams of numbers that neither lists are ghosts; where the recorder would list neither, its streams are all there is.
    """
    streams = _by_number(encoders)
    listed, states = list(inputs), {status.id: status for status in statuses}
    found: dict[int, Slot] = {}
    for source in listed:
        status = states.get(source.id)
        number = (status.number if status else None) or source.id
        if source.is_ghost:
            streams.pop(number, None)
            continue
        own = tuple(streams.pop(number, ())[:STREAMS_OF_RECORDER])
        name = source.name or next((one.name for one in own if one.name), None)
        online, reason = (status.online, status.reason) if status else (None, None)
        found.setdefault(number, Slot(number, name, own, source, online, reason))
    wired = [one for one in analogue if one.enabled and not one.is_empty and one.id not in found]
    for one in wired:
        own = tuple(streams.pop(one.id, ())[:STREAMS_OF_RECORDER])
        found[one.id] = Slot(one.id, one.name, own, online=one.has_signal, analogue=True)
    if not listed and not list(analogue):
        return tuple(
            Slot(number, next((one.name for one in own if one.name), None), tuple(own[:STREAMS_OF_RECORDER]))
            for number, own in sorted(streams.items())
        )
    return tuple(found[number] for number in sorted(found))


def uncovered(encoders: Iterable[Encoder], inputs: Iterable[ProxyInput], statuses: Iterable[ProxyStatus]) -> bool:
    """Whether some streams belong to no slot for network cameras: then there may be analogue inputs."""
    states = {status.id: status.number for status in statuses}
    covered = {states.get(source.id) or source.id for source in inputs}
    return any(number not in covered for number in _by_number(encoders))


def stream_name(stream: int) -> str:
    """`main`, `sub`, `sub2`…"""
    return ("main", "sub")[stream - 1] if stream <= 2 else f"sub{stream - 1}"


def _by_number(encoders: Iterable[Encoder]) -> dict[int, list[Encoder]]:
    found: dict[int, list[Encoder]] = {}
    for encoder in encoders:
        found.setdefault(encoder.number, []).append(encoder)
    return {number: sorted(streams, key=lambda one: one.stream) for number, streams in found.items()}
