"""A maker's own interface at one device: found without a login, asked in its own order, and what it has recorded.

Hikvision's ISAPI and Dahua's CGI are spoken by recorders on which ONVIF is off or tells half, and by many rebrands of both
families. Both are asked with the device's own account, never with the ONVIF user's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cctv_probe.dialects.dahua.ask_channels import ask_channels as ask_dahua_channels
from cctv_probe.dialects.dahua.ask_device import ask_device as ask_dahua_device
from cctv_probe.dialects.dahua.ask_health import Health
from cctv_probe.dialects.dahua.ask_health import ask_health as ask_dahua_health
from cctv_probe.dialects.dahua.greet import find_dahua
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.dialects.hikvision.ask_channels import ask_channels as ask_hikvision_channels
from cctv_probe.dialects.hikvision.ask_device import ask_device as ask_hikvision_device
from cctv_probe.dialects.hikvision.ask_health import ask_health as ask_hikvision_health
from cctv_probe.dialects.hikvision.greeting import greet as greet_hikvision
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.footage.archive import Archive
from cctv_probe.footage.dahua_archive import DahuaArchive
from cctv_probe.footage.hikvision_archive import HikvisionArchive
from cctv_probe.identify.brand import note_brands
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel, Identity
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

MOST_PORTS = 3
DAHUA_FAMILY = frozenset(
    {"Dahua", "Amcrest", "CP Plus", "CP PLUS", "Imou", "KBVision", "EmpireTech", "Loryta", "Lorex", "IC Realtime"}
)
HIKVISION_FAMILY = frozenset({"Hikvision", "HiLook", "HiWatch", "EZVIZ", "Annke", "ANNKE", "LTS", "Safire"})
OTHER_MAKERS = frozenset(
    {
        "Axis", "Bosch", "Hanwha", "Samsung", "Wisenet", "Uniview", "UniArch", "Tiandy", "TP-Link", "Reolink", "Vivotek",
        "Panasonic", "i-PRO", "Sony", "Pelco", "Avigilon", "Motorola", "Milesight", "Foscam", "Hipcam", "XiongMai",
        "Mobotix", "Arecont Vision", "GeoVision", "TVT", "Longse", "TRENDnet",
    }
)  # fmt: skip
"""Known to speak neither; who is unknown, or a label whose maker is unknown, is asked for both."""


@dataclass
class Vendor:
    """What a maker's own interface told. `is_sure`: its anonymous answer could be nobody else's."""

    session: IsapiSession | DahuaSession
    is_sure: bool = True
    is_asked: bool = False
    identity: Identity = field(default_factory=Identity)
    channels: tuple[Channel, ...] = ()
    health: Health | None = None

    @property
    def is_recorder(self) -> bool:
        """Whether the device calls itself a recorder."""
        return bool(self.session.is_recorder)

    @property
    def rtsp_port(self) -> int | None:
        """Where it says that RTSP is spoken."""
        return self.session.rtsp_port if isinstance(self.session, IsapiSession) else None


def find_vendor(visit: Visit, endpoints: Iterable[Endpoint], brands: Iterable[str], zone_name: str) -> Vendor | None:
    """Ask the web servers of a device, without login, whether they speak a maker's own interface."""
    named = frozenset(brands)
    if named & OTHER_MAKERS and not named & (HIKVISION_FAMILY | DAHUA_FAMILY):
        return None
    finders: list[Callable[[Visit, Endpoint, str], Vendor | None]] = [_hikvision, _dahua]
    if bool(named & DAHUA_FAMILY) != bool(named & HIKVISION_FAMILY):
        finders = [_dahua if named & DAHUA_FAMILY else _hikvision]
    for endpoint in list(dict.fromkeys(endpoints))[:MOST_PORTS]:
        for finder in finders:
            found = finder(visit, endpoint, zone_name)
            if found is not None:
                return found
    return None


def _hikvision(visit: Visit, endpoint: Endpoint, _zone_name: str) -> Vendor | None:
    try:
        greeting = greet_hikvision(visit, endpoint)
    except StepError as error:
        if error.ending in (Ending.INTERRUPTED, Ending.BUDGET_SPENT):
            raise
        return None
    return Vendor(IsapiSession(visit, greeting.endpoint, greeting), is_sure=greeting.speaks)


def _dahua(visit: Visit, endpoint: Endpoint, zone_name: str) -> Vendor | None:
    found = find_dahua(visit, endpoint)
    return Vendor(DahuaSession(visit, found, site_zone=zone_name)) if found is not None else None


def ask_vendor(vendor: Vendor, rtsp_port: int | None = None) -> None:
    """Identity, channels and health, in the dialect's order. What fails becomes an attempt. Raises nothing.

    `rtsp_port` is one that was found to speak RTSP, for stream addresses that the device tells without a port.
    """
    vendor.is_asked = True
    session = vendor.session
    visit = session.visit
    before = len(visit.attempts)
    _ask(vendor, rtsp_port)
    locked = [item.line for item in visit.attempts[before:] if item.ending is Ending.LOCKED_OUT]
    if locked:
        visit.login.locked_out(locked[0])
    visit.http.close()


def _ask(vendor: Vendor, rtsp_port: int | None) -> None:
    session = vendor.session
    visit = session.visit
    if isinstance(session, IsapiSession):
        session.rtsp_port = session.rtsp_port or rtsp_port
        vendor.identity = ask_hikvision_device(session)
        note_brands(visit)
        if visit.login.refusal is None:
            vendor.channels = ask_hikvision_channels(session)
            ask_hikvision_health(session, vendor.channels)
    else:
        vendor.identity = ask_dahua_device(session)
        note_brands(visit)
        if visit.login.refusal is None:
            vendor.channels = ask_dahua_channels(session, rtsp_port)
            vendor.health = ask_dahua_health(session, vendor.channels)


def archive_of(
    vendor: Vendor,
    channels: tuple[Channel, ...],
    account: HttpAccount,
    rtsp_ports: tuple[tuple[int, bool], ...],
    pace: Callable[[int], None] | None,
) -> Archive | None:
    """What may be asked for the device's recordings; None where it keeps none of its own."""
    session = vendor.session
    if isinstance(session, DahuaSession):
        keeps = session.is_recorder or bool(vendor.health and vendor.health.disks)
        return DahuaArchive(session, channels, account, rtsp_ports, pace, health=vendor.health) if keeps else None
    keeps = session.is_recorder or bool(session.visit.known("device", "disks"))
    return HikvisionArchive(session, channels, account, rtsp_ports, pace) if keeps else None
