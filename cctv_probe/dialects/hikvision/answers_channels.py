"""Answers about channels → values: encoders, what they could do, cameras behind a recorder, analogue inputs. Pure.

A list's `size` is never believed: recorders write 14 and list 18 (DS-7732NI-M4, V5.03.020; quirk 13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision.answers_device import mac_of
from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.xml import Element
from cctv_probe.model.units import Resolution, codec_slug

MOST_CHANNELS = 1024
MOST_STREAMS = 4096
LARGEST_PX = 65_535
_FACTORY_NAME = re.compile(r"(?i)(?:analog(?:ue)?|ip)?[ _-]*(?:camera|channel|cam|ch)[ _-]*\d*|\d*")


@dataclass(frozen=True, slots=True)
class Encoder:
    """One stream's settings. `number` is its channel, `stream` 1 for the main one; `bit_rate_bps` is the constant rate or the cap.

    `full_rate`: it is set to as many frames as the camera can, which only the capabilities tell.
    """

    id: int
    number: int
    stream: int
    name: str | None = None
    codec: str | None = None
    resolution: Resolution | None = None
    frame_rate: float | None = None
    full_rate: bool = False
    bit_rate_bps: int | None = None
    gop: int | None = None
    codec_profile: str | None = None
    enabled: bool = True


def encoders(root: Element) -> tuple[Encoder, ...]:
    """`Streaming/channels`, in the order of channel and stream. Entries without a usable id are left out."""
    found: dict[int, Encoder] = {}
    for item in list(answers.below(root, "StreamingChannel", "StreamingProxyChannel"))[:MOST_STREAMS]:
        encoder = _encoder(item)
        if encoder is not None:
            found.setdefault(encoder.id, encoder)
    return tuple(sorted(found.values(), key=lambda one: (one.number, one.stream)))


def _encoder(item: Element) -> Encoder | None:
    number = answers.whole(item, "id")
    if not number or number > 99_999:
        return None
    video = answers.find(item, "Video")
    rate = answers.whole(video, "maxFrameRate")
    codec = (answers.text(video, "videoCodecType") or "").strip("+ ")
    return Encoder(
        id=number,
        # Firmware before 2012 numbers streams 1, 2… of a single channel.
        number=number // 100 or 1,
        stream=number % 100 or 1,
        name=answers.text(item, "channelName"),
        codec=codec_slug(codec) if codec else None,
        resolution=_size(answers.whole(video, "videoResolutionWidth"), answers.whole(video, "videoResolutionHeight")),
        frame_rate=rate / 100 if rate and rate <= 100_000 else None,
        full_rate=rate == 0,
        bit_rate_bps=_bit_rate_bps(video),
        gop=answers.whole(video, "GovLength") or None,
        codec_profile=answers.text(video, "H265Profile" if codec.endswith("265") else "H264Profile"),
        enabled=answers.truth(item, "enabled") is not False and answers.truth(video, "enabled") is not False,
    )


def _bit_rate_bps(video: Element | None) -> int | None:
    """The rate in bits per second: constant, or the upper cap of a variable one. The device tells kbit/s."""
    is_constant = (answers.text(video, "videoQualityControlType") or "").upper() == "CBR"
    names = ("constantBitRate", "vbrUpperCap") if is_constant else ("vbrUpperCap", "constantBitRate")
    told = next((rate for name in names if (rate := answers.whole(video, name))), None)
    return told * 1000 if told and told <= 1_000_000 else None


def _size(width: int | None, height: int | None) -> Resolution | None:
    if not width or not height or max(width, height) > LARGEST_PX:
        return None
    return Resolution.of(width, height)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one stream could be set to."""

    max_resolution: Resolution | None
    max_frame_rate: float | None


def capabilities(root: Element) -> Capabilities:
    """The largest size and the highest rate of the options. Widths and heights are listed apart, in the same order."""
    video = next(answers.below(root, "Video"), None)
    width, height = answers.find(video, "videoResolutionWidth"), answers.find(video, "videoResolutionHeight")
    pairs = _pairs(answers.options(width), answers.options(height))
    current = _size(answers.whole(video, "videoResolutionWidth"), answers.whole(video, "videoResolutionHeight"))
    rates = [
        int(word) for word in answers.options(answers.find(video, "maxFrameRate")) if word.isascii() and word.isdigit()
    ]
    known = [rate / 100 for rate in rates if 0 < rate <= 100_000]
    return Capabilities(max([*pairs, *([current] if current else [])], default=None), max(known, default=None))


def _pairs(widths: tuple[str, ...], heights: tuple[str, ...]) -> list[Resolution]:
    whole = [size for word in widths if (size := Resolution.parse(word))]
    if whole or len(widths) != len(heights):
        return whole
    pairs = (_size(_digits(one), _digits(other)) for one, other in zip(widths, heights, strict=True))
    return [size for size in pairs if size is not None]


def _digits(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else None


@dataclass(frozen=True, slots=True)
class ProxyInput:
    """One slot of a recorder for a network camera, and what it holds of the camera behind it."""

    id: int
    name: str | None
    address: str | None
    port: int | None
    input: int | None
    protocol: str | None
    model: str | None
    serial: str | None
    mac: str | None
    firmware: str | None

    @property
    def is_ghost(self) -> bool:
        """Whether no camera was ever set up here: neither address nor serial number (quirk 13)."""
        return self.address is None and self.serial is None


def proxy_inputs(root: Element) -> tuple[ProxyInput, ...]:
    """`InputProxy/channels` (or the same inside its status), one for each id."""
    found: dict[int, ProxyInput] = {}
    for item in list(answers.below(root, "InputProxyChannel", "InputProxyChannelStatus"))[:MOST_CHANNELS]:
        number = answers.whole(item, "id")
        if number and number <= MOST_CHANNELS:
            found.setdefault(number, _proxy_input(number, item))
    return tuple(found[number] for number in sorted(found))


def _proxy_input(number: int, item: Element) -> ProxyInput:
    source = answers.find(item, "sourceInputPortDescriptor")
    address = next(
        (told for name in ("ipAddress", "ipv6Address", "hostName", "domainName") if (told := _address(source, name))),
        None,
    )
    serial = answers.text(source, "serialNumber")
    return ProxyInput(
        id=number,
        name=answers.text(item, "name"),
        address=address,
        port=answers.whole(source, "managePortNo"),
        input=answers.whole(source, "srcInputPort"),
        protocol=answers.text(source, "proxyProtocol"),
        model=answers.text(source, "model"),
        serial="".join(serial.split()) if serial and set(serial.strip()) - {"0"} else None,
        mac=mac_of(answers.text(source, "macAddress") or answers.text(source, "MACAddress")),
        firmware=answers.text(source, "firmwareVersion"),
    )


def _address(source: Element | None, name: str) -> str | None:
    told = answers.text(source, name)
    return None if told in (None, "0.0.0.0", "::") else told  # noqa: S104 - what devices write for none


@dataclass(frozen=True, slots=True)
class ProxyStatus:
    """Whether the camera of a slot is connected, why not, and which streaming channel it has."""

    id: int
    online: bool | None
    reason: str | None
    number: int | None
    """The channel number under which it streams and records, where the recorder tells it."""


def proxy_statuses(root: Element) -> tuple[ProxyStatus, ...]:
    """`InputProxy/channels/status`."""
    found: dict[int, ProxyStatus] = {}
    for item in list(answers.below(root, "InputProxyChannelStatus"))[:MOST_CHANNELS]:
        number = answers.whole(item, "id")
        if not number or number > MOST_CHANNELS:
            continue
        streams = [xml.integer(one) for one in answers.below(item, "streamingProxyChannelId")]
        told = [stream // 100 for stream in streams if stream and 100 <= stream <= 99_999]
        result = answers.text(item, "chanDetectResult")
        found.setdefault(number, ProxyStatus(number, answers.truth(item, "online"), result, min(told, default=None)))
    return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True, slots=True)
class AnalogueInput:
    """One input for an analogue camera. `has_signal` is None where the device does not say."""

    id: int
    name: str | None
    enabled: bool
    has_signal: bool | None

    @property
    def is_empty(self) -> bool:
        """Whether no camera is wired to it, as far as can be told: no picture, and the name it left the factory with. All
        inputs of a new recorder are switched on (iDS-7204HUHI-M1, V4.75.011)."""
        return self.has_signal is False and not (self.name and not _FACTORY_NAME.fullmatch(self.name.strip()))


def analogue_inputs(root: Element) -> tuple[AnalogueInput, ...]:
    """`System/Video/inputs/channels`."""
    found: dict[int, AnalogueInput] = {}
    for item in list(answers.below(root, "VideoInputChannel"))[:MOST_CHANNELS]:
        number = answers.whole(item, "id")
        if not number or number > MOST_CHANNELS:
            continue
        seen = (answers.text(item, "resDesc") or "").upper()
        enabled = answers.truth(item, "videoInputEnabled") is not False
        signal = None if not seen else "NO VIDEO" not in seen and "NO SIGNAL" not in seen
        found.setdefault(number, AnalogueInput(number, answers.text(item, "name"), enabled, signal))
    return tuple(found[number] for number in sorted(found))
