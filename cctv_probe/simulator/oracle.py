"""What a right survey says of a fleet: the truths, and where a lie must show as a disagreement."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.simulator.fleet import Channel, Device, Fleet


@dataclass(frozen=True, slots=True)
class Expected:
    """One real camera: a camera's only channel, or a recorder's channel that is online.

    channel: from 1. resolution, frame_rate, codec: the main stream's truth; frame_rate in frames per second.
    disagreements: attributes (`brand`, `resolution`, `frame_rate`, `codec`) of which the device tells two things.
    untellable: attributes (also `max_resolution`) that neither configuration nor SDP tells truly.
    """

    address: str
    channel: int
    name: str
    brand: str
    resolution: str
    max_resolution: str
    frame_rate: float
    codec: str
    online: bool
    disagreements: frozenset[str]
    untellable: frozenset[str]


def expected_cameras(fleet: Fleet) -> list[Expected]:
    """Every camera of the fleet in the order of the file; offline channels are there with `online=False`."""
    return [
        _expected(device, number, channel)
        for device in fleet.devices
        if device.kind in ("camera", "recorder")
        for number, channel in enumerate(device.channels, start=1)
    ]


def _expected(device: Device, number: int, channel: Channel) -> Expected:
    main = channel.truths.streams[0]
    return Expected(
        address=device.address,
        channel=number,
        name=channel.name,
        brand=device.identity.brand,
        resolution=main.size,
        max_resolution=channel.truths.highest_resolution(),
        frame_rate=main.frame_rate,
        codec=main.codec,
        online=channel.online,
        disagreements=_disagreements(device, channel),
        untellable=_untellable(device, channel),
    )


def _disagreements(device: Device, channel: Channel) -> frozenset[str]:
    """Where two sources that a program can read at this time contradict each other."""
    main, lies = channel.truths.streams[0], channel.lies
    told: dict[str, set[object]] = {"codec": set(), "resolution": set(), "frame_rate": set()}
    if "media1" in device.services:
        told["codec"] |= {lies.media1_codec or (main.codec if main.codec != "h265" else None)} - {None}
    if "media2" in device.services:
        told["codec"].add(lies.media2_codec or main.codec)
    if device.services:
        told["resolution"].add(lies.configured_resolution or main.size)
        told["frame_rate"].add(lies.configured_frame_rate or main.frame_rate)
    if channel.online:
        told["codec"].add(lies.sdp_codec or main.codec)
        told["resolution"] |= {main.size} if device.sdp.sprop and main.codec in ("h264", "h265") else set()
        told["frame_rate"] |= _told_by_sdp(device, channel)
    differing = {attribute for attribute, values in told.items() if len(values) > 1}
    return frozenset(differing | ({"brand"} if device.lies.manufacturer and device.services else set()))


def _told_by_sdp(device: Device, channel: Channel) -> set[object]:
    lie = channel.lies.sdp_frame_rate
    if lie is not None:
        return {lie}
    return {channel.truths.streams[0].frame_rate} if device.sdp.frame_rate else set()


def _untellable(device: Device, channel: Channel) -> frozenset[str]:
    lies, main = channel.lies, channel.truths.streams[0]
    says_by_configuration = bool({"media1", "media2"} & set(device.services))
    says_size = device.sdp.sprop and main.codec in ("h264", "h265") and channel.online
    facts = {
        "frame_rate": (says_by_configuration and lies.configured_frame_rate in (None, main.frame_rate))
        or (not says_by_configuration and main.frame_rate in _told_by_sdp(device, channel)),
        "max_resolution": says_by_configuration and lies.max_resolution is None,
        "resolution": says_size or (says_by_configuration and lies.configured_resolution in (None, main.size)),
        "codec": channel.online or says_by_configuration,
        "brand": not device.lies.manufacturer,
    }
    return frozenset(name for name, tellable in facts.items() if not tellable)
