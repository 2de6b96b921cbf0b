"""What a right survey says of a fleet: the truths, and where a lie must show as a disagreement.

`expected_cameras` is what configuration and descriptions can tell, `expected_streams` what measuring on the wire must.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cctv_probe.simulator.delivery import names
from cctv_probe.simulator.fleet import Channel, Device, Fleet, Stream
from cctv_probe.simulator.hostile_sets import ABSURD_SIZE


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
        if not channel.ghost
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
        told["resolution"] |= {_size_in_sdp(channel)} if device.sdp.sprop and main.codec in ("h264", "h265") else set()
        told["frame_rate"] |= _told_by_sdp(device, channel)
    differing = {attribute for attribute, values in told.items() if len(values) > 1}
    return frozenset(differing | ({"brand"} if device.lies.manufacturer and device.services else set()))


def _size_in_sdp(channel: Channel) -> str:
    main = channel.truths.streams[0]
    return ABSURD_SIZE if main.faults.absurd_size else channel.lies.sdp_resolution or main.size


def _told_by_sdp(device: Device, channel: Channel) -> set[object]:
    lie = channel.lies.sdp_frame_rate
    if lie is not None:
        return {lie}
    return {channel.truths.streams[0].frame_rate} if device.sdp.frame_rate else set()


def _untellable(device: Device, channel: Channel) -> frozenset[str]:
    lies, main = channel.lies, channel.truths.streams[0]
    says_by_configuration = bool({"media1", "media2"} & set(device.services))
    says_size = device.sdp.sprop and main.codec in ("h264", "h265") and channel.online
    says_size = says_size and _size_in_sdp(channel) == main.size
    facts = {
        "frame_rate": (says_by_configuration and lies.configured_frame_rate in (None, main.frame_rate))
        or (not says_by_configuration and main.frame_rate in _told_by_sdp(device, channel)),
        "max_resolution": says_by_configuration and lies.max_resolution is None,
        "resolution": says_size or (says_by_configuration and lies.configured_resolution in (None, main.size)),
        "codec": channel.online or says_by_configuration,
        "brand": not device.lies.manufacturer,
    }
    return frozenset(name for name, tellable in facts.items() if not tellable)


@dataclass(frozen=True, slots=True)
class ExpectedStream:
    """One stream as measuring must find it.

    channel: from 1; name: `main`, `sub`, …; uri: path with query. frame_rate: by the clock on the wall; where it varies,
    the mean over one turn of `turn_s` seconds, so over any long window; `truth` with `timing.frame_rate_between` gives
    it for a given window. gop: access units from key frame to key frame. bit_rate_bps: payload, as delivered.
    works: a key frame decodes to a healthy picture; None where that cannot be known (busy, hostile, gone too soon).
    health_faults: `frozen`, `black`, `blurred`, `covered`, `overexposed`, `underexposed`, `infrared`, `signal_lost`.
    why_not: why nothing can be measured (`offline`, `dead_uri`, `no_rtp`, `busy`, `garbage`, `broken`, `stops`), else "".
    unmeasurable: attributes that stay unknown though RTP comes (`resolution`: no parameter set that can be believed).
    disagreements: attributes where configured or described and measured must disagree. changes_to: the size from some
    time on.
    """

    address: str
    channel: int
    name: str
    uri: str
    codec: str
    resolution: str
    frame_rate: float
    is_variable: bool
    turn_s: float
    bit_rate_bps: int
    gop: int
    works: bool | None
    health_faults: frozenset[str]
    why_not: str
    unmeasurable: frozenset[str]
    disagreements: frozenset[str]
    changes_to: str | None
    truth: Stream


_LEAST_PLAYED_S = 10.0
_BREAKING = ("hang", "flood", "reset", "close_midway", "empty_200", "garbage")


def expected_streams(fleet: Fleet) -> list[ExpectedStream]:
    """Every stream of every camera and recorder, in the order of the file."""
    return [
        _expected_stream(device, number, channel, stream)
        for device in fleet.devices
        if device.kind in ("camera", "recorder") and (device.ports.rtsp or device.ports.rtsps)
        for number, channel in enumerate(device.channels, start=1)
        for stream in channel.truths.streams
    ]


def _expected_stream(device: Device, number: int, channel: Channel, stream: Stream) -> ExpectedStream:
    why_not, unmeasurable = _why_not(device, channel, stream), _unmeasurable(device, stream)
    healthy = channel.truths.picture in ("street", "night")
    doubtful = why_not in ("busy", "broken", "stops") or bool(stream.faults.flip_bits_every)
    return ExpectedStream(
        address=device.address,
        channel=number,
        name=stream.name,
        uri=stream.path,
        codec=stream.codec,
        resolution=stream.size,
        frame_rate=stream.frame_rate,
        is_variable=bool(stream.varying),
        turn_s=stream.turn_s,
        bit_rate_bps=stream.bit_rate_bps * stream.faults.flood_factor,
        gop=stream.gop_length,
        works=None if doubtful else healthy and not why_not and not unmeasurable,
        health_faults=frozenset() if why_not or healthy else frozenset({str(channel.truths.picture)}),
        why_not=why_not,
        unmeasurable=unmeasurable,
        disagreements=frozenset() if why_not else _measured_otherwise(device, channel, stream),
        changes_to=stream.faults.changes_to,
        truth=stream,
    )


def _why_not(device: Device, channel: Channel, stream: Stream) -> str:
    faults, own = device.faults, stream.faults
    busy = any(names(faults.busy, "rtsp", method) for method in ("DESCRIBE", "SETUP", "PLAY"))
    broken = any(names(getattr(faults, one), "rtsp", "DESCRIBE") for one in _BREAKING)
    reasons = {
        "offline": not channel.online,
        "dead_uri": own.dead in ("describe_404", "setup_404"),
        "broken": broken,
        "busy": (busy and faults.rtsp.busy_first is None) or faults.max_rtsp_sessions == 0,
        "no_rtp": own.dead == "no_rtp",
        "garbage": own.garbage is not None,
        "stops": own.stops_after_s is not None and own.stops_after_s < _LEAST_PLAYED_S,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _unmeasurable(device: Device, stream: Stream) -> frozenset[str]:
    never_told = stream.faults.parameter_sets == "never" and not device.sdp.sprop
    hidden = stream.faults.absurd_size or (never_told and stream.codec in ("h264", "h265"))
    return frozenset({"resolution"} if hidden else ())


def _measured_otherwise(device: Device, channel: Channel, stream: Stream) -> frozenset[str]:
    """Where a source contradicts the wire: lies are about the main stream, faults about any."""
    is_main, lies = stream is channel.truths.streams[0], channel.lies
    configured = is_main and bool({"media1", "media2"} & set(device.services))
    codecs = {lies.sdp_codec if is_main else None}
    codecs |= {lies.media1_codec if "media1" in device.services and is_main else None}
    codecs |= {lies.media2_codec if "media2" in device.services and is_main else None}
    sizes = {lies.configured_resolution if configured else None, lies.sdp_resolution if is_main else None}
    sizes |= {stream.faults.changes_to}
    rates = {lies.configured_frame_rate if configured else None, (lies.sdp_frame_rate if is_main else None) or None}
    near = max(0.3, 0.02 * stream.frame_rate)
    found = {
        "codec": bool(codecs - {None, stream.codec}),
        "resolution": bool(sizes - {None, stream.size}),
        "frame_rate": any(not math.isclose(one, stream.frame_rate, abs_tol=near) for one in rates if one),
        "bit_rate_bps": stream.faults.flood_factor > 1,
    }
    return frozenset(attribute for attribute, differs in found.items() if differs)
