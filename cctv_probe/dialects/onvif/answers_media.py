"""Answers of the ONVIF media services, version 1 and 2: elements → values. Pure.

Both versions are read by the same code, because the differences are few: where the token of a configuration stands, how the
frame rate is limited, how options are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cctv_probe.dialects.onvif import xml
from cctv_probe.model.units import Resolution, codec_slug

MOST_PX = 16384


@dataclass(frozen=True, slots=True)
class EncoderConfiguration:
    """A video encoder configuration. `frame_rate` is in frames per second after the encoding interval (Media1)."""

    token: str | None
    name: str | None
    codec: str | None
    """`h264`, …; what is no known codec stays as the device wrote it."""
    resolution: Resolution | None
    frame_rate: float | None
    frame_rate_limit: float | None
    bit_rate_bps: int | None
    gop: int | None
    profile: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A media profile. `encoder` is None where the profile has no video encoder."""

    token: str
    name: str | None
    source_token: str | None
    source_configuration_token: str | None
    source_name: str | None
    encoder: EncoderConfiguration | None


@dataclass(frozen=True, slots=True)
class VideoSource:
    """A picture source; its resolution is the sensor's, not what can be encoded."""

    token: str
    resolution: Resolution | None
    frame_rate: float | None


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """What an encoder can be set to, by codec."""

    resolutions: dict[str, tuple[Resolution, ...]] = field(default_factory=dict)
    frame_rates: dict[str, float] = field(default_factory=dict)

    @property
    def max_resolution(self) -> Resolution | None:
        """The largest picture over all codecs."""
        return max((size for sizes in self.resolutions.values() for size in sizes), default=None)

    @property
    def max_frame_rate(self) -> float | None:
        """The highest frame rate over all codecs."""
        return max(self.frame_rates.values(), default=None)


def profiles(answer: xml.Element) -> tuple[Profile, ...]:
    """GetProfiles of Media1 and Media2, in the device's order."""
    return tuple(_profiles(answer))


def _profiles(answer: xml.Element) -> Iterator[Profile]:
    for entry in xml.children(answer, "Profiles") or xml.children(answer, "Profile"):
        token = xml.attribute(entry, "token")
        if token is None:
            continue
        within = xml.find(entry, "Configurations")
        holder = entry if within is None else within
        source = _first(holder, "VideoSourceConfiguration", "VideoSource")
        encoder = _first(holder, "VideoEncoderConfiguration", "VideoEncoder")
        yield Profile(
            token=token,
            name=xml.text(entry, "Name"),
            source_token=xml.text(source, "SourceToken"),
            source_configuration_token=None if source is None else xml.attribute(source, "token"),
            source_name=xml.text(source, "Name"),
            encoder=None if encoder is None else encoder_configuration(encoder),
        )


def _first(holder: xml.Element, *names: str) -> xml.Element | None:
    return next((child for child in holder if xml.local(child) in names), None)


def encoder_configurations(answer: xml.Element) -> tuple[EncoderConfiguration, ...]:
    """GetVideoEncoderConfigurations (`Configurations`) and GetVideoEncoderConfiguration (`Configuration`)."""
    entries = xml.children(answer, "Configurations") or xml.children(answer, "Configuration")
    return tuple(encoder_configuration(entry) for entry in entries)


def encoder_configuration(entry: xml.Element) -> EncoderConfiguration:
    """One `tt:VideoEncoderConfiguration` or `tt:VideoEncoder2Configuration`."""
    limit = xml.number(entry, "RateControl", "FrameRateLimit") or None
    interval = xml.number(entry, "RateControl", "EncodingInterval") or 1.0
    kbps = xml.integer(entry, "RateControl", "BitrateLimit")
    encoding = xml.text(entry, "Encoding")
    gop, profile = _coding(entry)
    return EncoderConfiguration(
        token=xml.attribute(entry, "token"),
        name=xml.text(entry, "Name"),
        codec=codec_slug(encoding) or encoding if encoding else None,
        resolution=size(xml.find(entry, "Resolution")),
        frame_rate=limit / interval if limit else None,
        frame_rate_limit=limit,
        bit_rate_bps=kbps * 1000 if kbps else None,
        gop=gop,
        profile=profile,
    )


def _coding(entry: xml.Element) -> tuple[int | None, str | None]:
    """(GOP length, codec profile): attributes in Media2, a child named after the codec in Media1."""
    written = xml.attribute(entry, "GovLength")
    if written is not None or xml.attribute(entry, "Profile") is not None:
        whole = written and re.fullmatch(r"[0-9]{1,9}", written)
        return (int(whole[0]) if whole else None), xml.attribute(entry, "Profile")
    for name in ("H264", "MPEG4", "H265"):
        part = xml.find(entry, name)
        if part is not None:
            return xml.integer(part, "GovLength"), xml.text(part, f"{name}Profile") or xml.text(part, "Mpeg4Profile")
    return None, None


def size(element: xml.Element | None) -> Resolution | None:
    """`Width` and `Height` below an element; None where either is missing, zero or absurd."""
    width, height = xml.integer(element, "Width"), xml.integer(element, "Height")
    if not width or not height or width > MOST_PX or height > MOST_PX:
        return None
    return Resolution.of(width, height)


def video_sources(answer: xml.Element) -> tuple[VideoSource, ...]:
    """GetVideoSources."""
    found = []
    for entry in xml.children(answer, "VideoSources"):
        token = xml.attribute(entry, "token")
        if token is not None:
            rate = xml.number(entry, "Framerate") or None
            found.append(VideoSource(token, size(xml.find(entry, "Resolution")), rate))
    return tuple(found)


def encoder_options(answer: xml.Element) -> EncoderOptions:
    """GetVideoEncoderConfigurationOptions of Media1 (a child per codec) and Media2 (an `Options` per codec)."""
    options = EncoderOptions()
    for entry in xml.children(answer, "Options"):
        encoding = xml.text(entry, "Encoding")
        if encoding is not None:
            _add_options(options, codec_slug(encoding) or encoding, entry)
            continue
        for holder in (entry, xml.find(entry, "Extension")):
            for part in () if holder is None else holder:
                codec = codec_slug(xml.local(part))
                if codec is not None:
                    _add_options(options, codec, part)
    return options


def _add_options(options: EncoderOptions, codec: str, part: xml.Element) -> None:
    sizes = [found for entry in xml.children(part, "ResolutionsAvailable") if (found := size(entry))]
    known = options.resolutions.get(codec, ())
    if sizes:
        options.resolutions[codec] = tuple(dict.fromkeys((*known, *sizes)))
    rates = [rate for rate in (xml.number(part, "FrameRateRange", "Max"), *_listed_rates(part)) if rate]
    if rates:
        options.frame_rates[codec] = max([options.frame_rates.get(codec, 0.0), *rates])


def _listed_rates(part: xml.Element) -> Iterator[float]:
    listed = [xml.attribute(part, "FrameRatesSupported") or ""]
    listed += [xml.text(entry) or "" for entry in xml.children(part, "FrameRatesSupported")]
    for word in " ".join(listed).split():
        try:
            rate = float(word)
        except ValueError:
            continue
        if 0 < rate < 1000:
            yield rate


def stream_uri(answer: xml.Element) -> str | None:
    """GetStreamUri: Media1's `MediaUri/Uri` or Media2's `Uri`."""
    return (
        xml.uri(answer, "MediaUri", "Uri")
        or xml.uri(answer, "Uri")
        or xml.uri(next(xml.descendants(answer, "Uri"), None))
    )


@dataclass(frozen=True, slots=True)
class Osd:
    """A text laid over the picture. `source_configuration_token` says over which source."""

    source_configuration_token: str | None
    text: str


def osds(answer: xml.Element) -> tuple[Osd, ...]:
    """GetOSDs: plain texts only; clocks and pictures are left out."""
    found = []
    for entry in xml.children(answer, "OSDs"):
        plain = next((xml.text(part) for part in xml.descendants(entry, "PlainText")), None)
        if plain:
            found.append(Osd(xml.text(entry, "VideoSourceConfigurationToken"), plain))
    return tuple(found)
