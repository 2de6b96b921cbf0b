"""Answers about channels: encoders, titles, cameras behind a recorder, capabilities. Pure.

Rows are counted from 0 in these answers; channels of this program from 1. What an answer does not tell is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.dialects.dahua.answers_device import NO_BRAND, is_model, mac_address
from cctv_probe.dialects.dahua.sizes import largest, of_numbers, size_of
from cctv_probe.dialects.dahua.table import Node
from cctv_probe.model.units import Resolution, codec_slug

MOST_CHANNELS = 512
_SLOT = re.compile(r"(?i)NETCAMERA_INFO_([0-9]{1,4})$")
_CODEC = re.compile(r"(?i)(MJPE?G|JPEG|H\.?26[45]|HEVC|AVC|MPEG4|AV1)\s*[- ]?([A-Z]?)\s*(\+?)")
_PROFILES = {"B": "Baseline", "M": "Main", "H": "High"}
_NOWHERE = frozenset({"", "0.0.0.0", "192.168.0.0", "255.255.255.255", "::"})  # noqa: S104 - what empty slots say, bound nowhere
_NO_VENDOR = NO_BRAND | {"onvif", "onvifs", "rtsp", "custom"}
_PLACEHOLDER = re.compile(r"(?i)(?:channel|chan|ch|cam|ipc|canal|通道|ช่อง)[ _.\-]*0*([0-9]{1,4})")
_ONLINE = frozenset({"connected", "online", "ok", "success"})
_OFFLINE = frozenset(
    {"unconnect", "unconnected", "disconnect", "disconnected", "offline", "connecting", "videoloss", "fail"}
)
_EMPTY = frozenset({"empty", "disable", "disabled", "none"})


@dataclass(frozen=True, slots=True)
class Encoder:
    """One stream's setting. `frame_rate` per second, `bit_rate_bps` the set limit, `gop` in frames."""

    enabled: bool | None = None
    codec: str | None = None
    codec_profile: str | None = None
    smart: bool | None = None
    resolution: Resolution | None = None
    frame_rate: float | None = None
    bit_rate_bps: int | None = None
    gop: int | None = None


@dataclass(frozen=True, slots=True)
class Encoders:
    """A channel's regular main stream and its sub streams, in their order."""

    main: Encoder
    subs: tuple[Encoder, ...] = ()


@dataclass(frozen=True, slots=True)
class Capability:
    """The largest picture and the highest rate that a channel's main stream can be set to."""

    max_resolution: Resolution | None = None
    max_frame_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The camera behind a recorder's channel, as the recorder knows it. Ports and channel (from 1) are the camera's.

    `enabled` False: the slot is not used. `is_local`: a socket of the recorder itself.
    """

    enabled: bool | None = None
    is_local: bool = False
    address: str | None = None
    port: int | None = None
    http_port: int | None = None
    channel: int | None = None
    protocol: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    mac: str | None = None
    firmware: str | None = None
    name: str | None = None

    @property
    def is_used(self) -> bool:
        """Whether a camera is set up here."""
        return self.enabled is not False and (self.is_local or self.address is not None)

    def or_(self, other: Source) -> Source:
        """This source, its gaps filled from `other`."""
        filled = {name: getattr(self, name) or getattr(other, name) for name in self.__slots__}
        filled["enabled"] = other.enabled if self.enabled is None else self.enabled
        return Source(**filled)


def encoders(told: Node) -> dict[int, Encoders]:
    """Channel number → its encoders (`getConfig Encode`). MainFormat[0] is regular recording, [1] motion, [2] alarm."""
    found = {}
    for row, channel in told.rows("table", "Encode")[:MOST_CHANNELS]:
        subs = tuple(_encoder(extra) for _, extra in channel.rows("ExtraFormat")[:4])
        found[row + 1] = Encoders(_encoder(channel.at("MainFormat", 0)), subs)
    return found


def _encoder(told: Node) -> Encoder:
    video = told.at("Video")
    codec, profile, smart = codec_of(video.text("Compression"))
    kbps = video.number("BitRate")
    rate, gop = video.number("FPS"), video.whole("GOP")
    named = video.text("resolution") or video.text("CustomResolutionName")
    return Encoder(
        enabled=told.flag("VideoEnable"),
        codec=codec,
        codec_profile=video.text("Profile") or profile,
        smart=smart or video.flag("SmartCodec") or told.flag("SmartCodec") or None,
        resolution=of_numbers(video.number("Width"), video.number("Height")) or size_of(named),
        frame_rate=rate if rate is not None and 0 < rate <= 480 else None,
        bit_rate_bps=int(kbps * 1000) if kbps is not None and 0 < kbps < 1e7 else None,
        gop=gop if gop is not None and 0 < gop <= 10_000 else None,
    )


def codec_of(name: str | None) -> tuple[str | None, str | None, bool]:
    """`H.265`, `H.264B`, `H.264+`, `MJPG` → (codec, profile, whether it is the smart variant)."""
    found = _CODEC.match((name or "").strip())
    if found is None:
        return None, None, False
    return codec_slug(found[1].lower()), _PROFILES.get(found[2].upper()), found[3] == "+"


def titles(told: Node) -> dict[int, str]:
    """Channel number → its title (`getConfig ChannelTitle`)."""
    rows = told.rows("table", "ChannelTitle")[:MOST_CHANNELS]
    return {row + 1: name for row, channel in rows if (name := channel.text("Name"))}


def is_placeholder(title: str | None, number: int) -> bool:
    """Whether a title is what the maker puts on an unused slot: nothing, or the channel's own number."""
    word = (title or "").strip()
    found = _PLACEHOLDER.fullmatch(word)
    return not word or (found is not None and int(found[1]) == number)


def capabilities(told: Node) -> dict[int, Capability]:
    """Channel number → what its main stream can be (`encode.cgi getConfigCaps`)."""
    found = {}
    for row, channel in (told.rows("caps") or told.rows("table", "caps"))[:MOST_CHANNELS]:
        video = channel.at("MainFormat", 0, "Video")
        rate = video.number("FPSMax") or video.number("MaxFPS")
        size = largest(video.text("ResolutionTypes"))
        found[row + 1] = Capability(size, rate if rate is not None and 0 < rate <= 480 else None)
    return found


def remote_devices(told: Node) -> dict[int, Source]:
    """Channel number → the camera set up there (`getConfig RemoteDevice`), by slot number in either shape of its keys."""
    found: dict[int, Source] = {}
    for name, device in told.named("table", "RemoteDevice"):
        slot = _SLOT.search(name)
        number = int(slot[1]) if slot else int(name) if name.isdecimal() else None
        if number is not None and number < MOST_CHANNELS:
            found.setdefault(number + 1, _source(device, device.flag("Enable")))
    return dict(sorted(found.items()))


def cameras(told: Node) -> dict[int, Source]:
    """Channel number → what stands there (`LogicDeviceManager getCameraAll`)."""
    found: dict[int, Source] = {}
    for _, camera in (told.rows("camera") or told.rows("cameras"))[:MOST_CHANNELS]:
        channel = camera.whole("UniqueChannel")
        number = camera.whole("Channel") if channel is None else channel
        if number is None or not 0 <= number < MOST_CHANNELS or number + 1 in found:
            continue
        on = [flag for flag in (camera.flag("Enable"), camera.at("DeviceInfo").flag("Enable")) if flag is not None]
        source = _source(camera.at("DeviceInfo"), all(on) if on else None)
        found[number + 1] = Source(
            is_local=(camera.text("Type") or "").casefold() == "local",
            address=_address(camera.text("Address")),
            protocol=camera.text("Protocol"),
            channel=_from_one(camera.whole("Channel")) if channel is not None else None,
        ).or_(source)
    return dict(sorted(found.items()))


def _source(device: Node, enabled: bool | None) -> Source:
    inputs = [row for _, row in device.rows("VideoInputs")]
    kind = device.text("DeviceType")
    return Source(
        enabled=enabled,
        address=_address(device.text("Address")),
        port=_port(device.whole("Port")),
        http_port=_port(device.whole("HttpPort")),
        channel=None,
        protocol=device.text("ProtocolType"),
        vendor=_vendor(device.text("Vendor")),
        model=kind if is_model(kind) else None,
        serial=device.text("SerialNo") or device.text("SerialNumber"),
        mac=mac_address(device.text("Mac") or device.text("MachineAddress")),
        firmware=device.text("SoftwareVersion") or device.text("Version"),
        name=next((name for row in inputs if (name := row.text("Name"))), None),
    )


def _address(text: str | None) -> str | None:
    word = (text or "").strip()
    return None if word in _NOWHERE or len(word) > 255 else word


def _vendor(text: str | None) -> str | None:
    """A maker's name; recorders put the protocol here as well."""
    return None if (text or "").strip().casefold() in _NO_VENDOR else text


def _port(number: int | None) -> int | None:
    return number if number is not None and 0 < number < 65536 else None


def _from_one(number: int | None) -> int | None:
    return number + 1 if number is not None and 0 <= number < MOST_CHANNELS else None


def states(told: Node) -> dict[int, bool | None]:
    """Channel number → whether its camera is connected; None for an empty slot (`getCameraState`)."""
    found: dict[int, bool | None] = {}
    for row, state in (told.rows("states") or told.rows("channels") or told.rows("camera"))[:MOST_CHANNELS]:
        # In a row of `getCameraAll` Channel is the camera's own; UniqueChannel is the recorder's.
        told_as = (state.whole("UniqueChannel"), state.whole("channel"), row)
        place = next((number for number in told_as if number is not None), None)
        word = state_word(state)
        if place is not None and 0 <= place < MOST_CHANNELS and word in _ONLINE | _OFFLINE | _EMPTY:
            found.setdefault(place + 1, None if word in _EMPTY else word in _ONLINE)
    return found


def state_word(state: Node) -> str:
    """What a row calls its state, in lower case; empty where it does not say."""
    for name in ("connectionState", "ConnectStatus", "Status", "State", "showStatus"):
        word = state.text(name)
        if word:
            return word.strip().casefold()
    online = state.flag("Online")
    return "" if online is None else "online" if online else "offline"
