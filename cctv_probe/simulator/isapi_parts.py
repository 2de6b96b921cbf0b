"""What the parts of ISAPI share: how documents look, how refusals look, the device's local time, its tracks.

Shapes after Hikvision's ISAPI documents and public recordings of DS-76xx, DS-77xx and DS-2CD devices.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cctv_probe.simulator.fleet import Channel, Device
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recording_parts import Recording, listed
from cctv_probe.simulator.soap import text

CONTENT_TYPE = 'application/xml; charset="UTF-8"'
_NAMESPACES = {
    "hikvision": "http://www.hikvision.com/ver20/XMLSchema",
    "isapi": "http://www.isapi.org/ver20/XMLSchema",
    "std_cgi": "http://www.std-cgi.com/ver20/XMLSchema",
}
_KINDS = {"camera": "IPCamera", "recorder": "NVR"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was let in. path: after `/ISAPI/`; number: the id in the path, where it has one."""

    path: str
    body: bytes
    number: int = 0


Operation = Callable[[Node, Asked], str]


class IsapiError(Exception):
    """A refusal; `sub` is Hikvision's subStatusCode, `code` its statusCode. hangs: no answer at all."""

    def __init__(self, status: int, code: int, words: str, sub: str, *, hangs: bool = False) -> None:
        super().__init__(sub)
        self.status, self.code, self.words, self.sub, self.hangs = status, code, words, sub, hangs


def not_supported() -> IsapiError:
    """What the device does not have."""
    return IsapiError(403, 4, "Invalid Operation", "notSupport")


def no_permission() -> IsapiError:
    """What the account may not read."""
    return IsapiError(403, 4, "Invalid Operation", "lowPrivilege")


def bad_xml() -> IsapiError:
    """A body that the device cannot read."""
    return IsapiError(400, 6, "Invalid XML Content", "badXmlContent")


def device_error(why: str) -> IsapiError:
    """The device lost its way."""
    return IsapiError(500, 3, f"Device Error: {why}", "deviceError")


def document(node: Node, root: str, inner: str, attributes: str = "") -> str:
    """A whole document with the namespace this device uses for it."""
    chosen = node.device.faults.vendor.namespace
    known = list(_NAMESPACES.values())
    namespace = known[zlib.crc32(root.encode()) % len(known)] if chosen == "mixed" else _NAMESPACES[chosen]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} version="2.0" xmlns="{namespace}"{attributes}>\n{inner}</{root}>\n'
    )


def refusal(node: Node, path: str, error: IsapiError) -> str:
    """The `ResponseStatus` of a refusal."""
    inner = (
        f"<requestURL>/ISAPI/{text(path)}</requestURL>\n<statusCode>{error.code}</statusCode>\n"
        f"<statusString>{text(error.words)}</statusString>\n<subStatusCode>{error.sub}</subStatusCode>\n"
    )
    return document(node, "ResponseStatus", inner)


def elements(**values: object) -> str:
    """`<name>value</name>` one a line; truth as `true` and `false`; None is left out."""
    return "".join(f"<{name}>{_shown(value)}</{name}>\n" for name, value in values.items() if value is not None)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else text(str(value))


def zone(device: Device) -> timezone:
    """The device's time zone."""
    return timezone(timedelta(hours=device.clock.utc_offset_h))


def local(device: Device, moment: datetime) -> datetime:
    """`moment`, which is by the device's clock, as its local time without a zone."""
    return moment.astimezone(zone(device)).replace(tzinfo=None)


def kind_of_device(device: Device) -> str:
    """Its deviceType."""
    return _KINDS.get(device.kind, "IPCamera")


def is_recorder(device: Device) -> bool:
    """Whether its channels are cameras on the network."""
    return device.kind == "recorder"


def track_of(device: Device, number: int, channel: Channel) -> int:
    """The id of the track that holds the recordings of channel `number`."""
    is_sub = device.faults.vendor.sub_stream_track and channel.stored == "sub"
    return number * 100 + (2 if is_sub else 1)


def recording_of_track(device: Device, track: int) -> Recording | None:
    """The recording that lies under track `track`; None where nothing does. Raises IsapiError for unknown channels."""
    number = track // 100
    if not 1 <= number <= len(device.channels) or track % 100 not in (1, 2, 3):
        raise not_supported()
    return next(
        (one for one in listed(device) if one.number == number and track_of(device, number, one.channel) == track),
        None,
    )
