"""Session descriptions, pure: SDP bytes → values (RFC 4566, with RFC 6184, 7798 and 6064 for what video adds).

Tolerances: no `o=` line or half of one (H3C `o=- 1001 1 IN`), no `t=`, `m=` lines that cannot be read (skipped with
their attributes), bare LF, blanks at line ends, two rtpmaps for one payload type (H3C back channel: the first holds),
two frame rates (XiongMai: `a=framerate:0S`, then `a=framerate:25`: `framerate` is the first, `framerates` has both),
relative, absolute and missing control URLs, a Content-Base without a scheme (quirk 21).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cctv_probe.model.units import codec_slug
from cctv_probe.rtsp.uri import authority, tidy

SDP_CAP_BYTES = 256 * 1024
MAX_MEDIA = 64
MAX_ATTRIBUTES = 256
"""Per section; real ones have under 20."""

_STATIC = {
    0: ("PCMU", 8000, 1), 3: ("GSM", 8000, 1), 4: ("G723", 8000, 1), 8: ("PCMA", 8000, 1), 9: ("G722", 8000, 1),
    10: ("L16", 44100, 2), 11: ("L16", 44100, 1), 14: ("MPA", 90000, None), 18: ("G729", 8000, 1),
    26: ("JPEG", 90000, None), 31: ("H261", 90000, None), 32: ("MPV", 90000, None), 33: ("MP2T", 90000, None),
    34: ("H263", 90000, None),
}  # fmt: skip
"""Payload types that need no rtpmap (RFC 3551, section 6): encoding name, clock rate in Hz, channels."""

_LINE = re.compile(r"\s*([a-z])\s*=(.*)", re.DOTALL)
_MEDIA = re.compile(r"(\S+)\s+(\d{1,6})(?:/\d{1,6})?\s+(\S+)\s+(\d{1,3})(?!\S)")
_RTPMAP = re.compile(r"(\d{1,3})\s+([^/\s]+)(?:/(\d{1,9}))?(?:/(\d{1,2}))?")
_NUMBER = re.compile(r"\s*(\d{1,6}(?:\.\d{1,9})?)")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

Attributes = tuple[tuple[str, str], ...]


class MalformedSdp(Exception):
    """What arrived is no session description."""


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One `m=` section. `encoding_name` is as sent (`H264`); the names in `fmtp` are in lower case, its values as sent.

    `clock_rate` is in Hz; `dimensions` is (width, height) in pixels and, like `framerate`, only what the device says of
    itself; `control` is as sent.
    """

    type: str
    port: int
    protocol: str
    payload_type: int
    encoding_name: str | None = None
    clock_rate: int | None = None
    channels: int | None = None
    control: str | None = None
    fmtp: Mapping[str, str] = field(default_factory=dict)
    framerate: float | None = None
    dimensions: tuple[int, int] | None = None
    bandwidth_kbps: float | None = None
    direction: str | None = None
    attributes: Attributes = ()

    @property
    def codec(self) -> str | None:
        """`h264`, `h265`, `mjpeg`, `mpeg4`, `av1`; None for any other encoding."""
        return codec_slug(self.encoding_name or "")

    @property
    def framerates(self) -> tuple[float, ...]:
        """Every frame rate the section tells, in frames per second; 0 is what some devices say for "full"."""
        return _framerates(self.attributes)


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description. `bandwidth_kbps` and `attributes` are those before the first `m=`."""

    session_name: str | None = None
    tool: str | None = None
    attributes: Attributes = ()
    media: tuple[MediaDescription, ...] = ()
    bandwidth_kbps: float | None = None

    @property
    def control(self) -> str | None:
        """The aggregate control URL, as sent."""
        return _first(self.attributes, "control")

    @property
    def video(self) -> MediaDescription | None:
        """The first video that the device sends, a known encoding before an unknown one."""
        offered = [one for one in self.media if one.type == "video" and one.direction != "inactive"]
        return next((one for one in offered if one.codec), offered[0] if offered else None)


@dataclass(slots=True)
class _Section:
    """Lines of the session or of one `m=`, gathered."""

    media: re.Match[str] | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    bandwidth_kbps: float | None = None


def parse_sdp(raw: bytes) -> SessionDescription:
    """The description in `raw`. Raises `MalformedSdp` where none of its lines belongs to one, or it is too large."""
    if len(raw) > SDP_CAP_BYTES:
        raise MalformedSdp("more than 256 KiB of session description")
    name: str | None = None
    sections = [_Section()]
    known = 0
    for kind, value in _lines(raw):
        known += kind in "vms"
        if kind == "s" and len(sections) == 1:
            name = name or value or None
        elif kind == "m" and len(sections) <= MAX_MEDIA:
            sections.append(_Section(_MEDIA.match(value)))
        else:
            _gather(sections[-1], kind, value)
    if not known:
        raise MalformedSdp("no session description")
    session = sections[0]
    attributes = tuple(session.attributes)
    media = tuple(_media(one.media, one, attributes) for one in sections[1:] if one.media)
    return SessionDescription(name, _first(attributes, "tool"), attributes, media, session.bandwidth_kbps)


def base_url(request_uri: str, content_base: str | None, content_location: str | None = None) -> str:
    """What relative control URLs stand upon: Content-Base, Content-Location, the request URI (RFC 2326, C.1.1).

    A Content-Base without scheme is completed, one that names nobody is resolved against the request URI.
    """
    for candidate in (content_base, content_location):
        given = tidy(candidate or "")
        if authority(given):
            return given
        if given.startswith("//") and authority(f"rtsp:{given}"):
            return f"rtsp:{given}"
        if given.startswith("/"):
            return _root(request_uri) + given
        if re.match(r"[\w.-]+(?::\d{1,5})?/", given) and authority(f"rtsp://{given}"):
            return f"rtsp://{given}"
    return tidy(request_uri)


def control_url(base: str, control: str | None) -> str:
    """The URL that SETUP or PLAY asks: absolute as it stands, `*` or nothing the base itself, anything else behind the
    base after one `/`, its query included, as the players that cameras are built for do it (live555, ffmpeg)."""
    base, control = tidy(base), tidy(control or "")
    if control in ("", "*"):
        return base
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", control):
        return control
    separator = "" if base.endswith("/") or control[0] in "/?" else "/"
    return base + separator + (control[1:] if base.endswith("/") and control[0] == "/" else control)


def _root(uri: str) -> str:
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", tidy(uri))
    return found[0] if found else ""


def _lines(raw: bytes) -> Iterable[tuple[str, str]]:
    for line in re.split(r"\r\n|\r|\n", raw.decode("utf-8", "replace")):
        found = _LINE.match(line)
        if found:
            yield found[1], found[2].strip(" \t\0")


def _gather(section: _Section, kind: str, value: str) -> None:
    if kind == "a" and len(section.attributes) < MAX_ATTRIBUTES:
        name, _, rest = value.partition(":")
        section.attributes.append((name.strip(), rest.strip()))
    elif kind == "b":
        section.bandwidth_kbps = section.bandwidth_kbps or _bandwidth_kbps(value)


def _bandwidth_kbps(value: str) -> float | None:
    kind, _, number = value.partition(":")
    found = re.match(r"\s*(\d{1,12})", number)
    if not found:
        return None
    return int(found[1]) / 1000 if kind.strip().upper() == "TIAS" else float(found[1])


def _media(line: re.Match[str], section: _Section, session: Attributes) -> MediaDescription:
    attributes = tuple(section.attributes)
    payload_type = int(line[4])
    name, clock_rate, channels = _encoding(attributes, payload_type)
    rates = _framerates(attributes)
    return MediaDescription(
        type=line[1].lower(),
        port=int(line[2]),
        protocol=line[3],
        payload_type=payload_type,
        encoding_name=name,
        clock_rate=clock_rate,
        channels=channels,
        control=_first(attributes, "control"),
        fmtp=_fmtp(attributes, payload_type),
        framerate=rates[0] if rates else None,
        dimensions=_dimensions(attributes),
        bandwidth_kbps=section.bandwidth_kbps,
        direction=_direction(attributes) or _direction(session),
        attributes=attributes,
    )


def _encoding(attributes: Attributes, payload_type: int) -> tuple[str | None, int | None, int | None]:
    """(encoding name, clock rate, channels): of this payload type, of the static table, of any other rtpmap."""
    maps = [found for value in _all(attributes, "rtpmap") if (found := _RTPMAP.match(value))]
    own = next((one for one in maps if int(one[1]) == payload_type), None)
    if own is None and payload_type in _STATIC:
        return _STATIC[payload_type]
    chosen = own or (maps[0] if maps else None)
    if chosen is None:
        return None, None, None
    return chosen[2], int(chosen[3]) if chosen[3] else None, int(chosen[4]) if chosen[4] else None


def _fmtp(attributes: Attributes, payload_type: int) -> dict[str, str]:
    """`96 packetization-mode=1; sprop-parameter-sets=…` → the parameters; a name without value has an empty one."""
    found: dict[str, str] = {}
    for value in _all(attributes, "fmtp"):
        format_, _, parameters = value.partition(" ")
        if format_.strip() != str(payload_type):
            continue
        for parameter in parameters.split(";"):
            name, _, text = parameter.partition("=")
            if name.strip():
                found.setdefault(name.strip().lower(), text.strip().strip('"'))
    return found


def _framerates(attributes: Attributes) -> tuple[float, ...]:
    told = (value for name, value in attributes if name.lower() in ("framerate", "x-framerate"))
    return tuple(float(found[1]) for value in told if (found := _NUMBER.match(value)))


def _dimensions(attributes: Attributes) -> tuple[int, int] | None:
    """`x-dimensions:704, 576`, or `framesize:96 704-576` (RFC 6064, section 6.1)."""
    for name, value in attributes:
        found = None
        if name.lower() == "x-dimensions":
            found = re.match(r"(\d{1,5})\s*[,xX ]\s*(\d{1,5})(?!\d)", value)
        elif name.lower() == "framesize":
            found = re.match(r"\d{1,3}\s+(\d{1,5})\s*-\s*(\d{1,5})(?!\d)", value)
        if found and int(found[1]) and int(found[2]):
            return int(found[1]), int(found[2])
    return None


def _direction(attributes: Attributes) -> str | None:
    return next((name.lower() for name, _ in attributes if name.lower() in _DIRECTIONS), None)


def _all(attributes: Attributes, name: str) -> list[str]:
    return [value for key, value in attributes if key.lower() == name]


def _first(attributes: Attributes, name: str) -> str | None:
    return next((value for value in _all(attributes, name) if value), None)
