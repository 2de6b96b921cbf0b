"""Devices and the cameras seen through them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from cctv_probe.model.attempt import Attempt
from cctv_probe.model.evidence import Evidence
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Footage
from cctv_probe.model.words import Text


class Kind(enum.StrEnum):
    """What a device is."""

    CAMERA = "camera"
    RECORDER = "recorder"
    NOT_A_CAMERA = "not_a_camera"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one device from all others; never its address.

    `mac` is `AA:BB:CC:DD:EE:FF`; `uuid` is `urn:uuid:…` in lower case; `certificate_sha256` is hexadecimal.
    """

    serial: str | None = None
    uuid: str | None = None
    mac: str | None = None
    certificate_sha256: str | None = None

    def or_(self, other: Identity) -> Identity:
        """This identity, its gaps filled from `other`."""
        return Identity(
            serial=self.serial or other.serial,
            uuid=self.uuid or other.uuid,
            mac=self.mac or other.mac,
            certificate_sha256=self.certificate_sha256 or other.certificate_sha256,
        )


@dataclass(frozen=True, slots=True)
class Stream:
    """One way to watch a camera: `name` is `main`, `sub`, `sub2`…; `uri` holds no user, password or query secret."""

    name: str
    uri: str | None
    subject: str
    """The subject under which evidence about this stream stands."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One picture source of a device; a camera has one, a recorder one per connected camera. `number` counts from 1."""

    number: int
    name: str | None = None
    token: str | None = None
    streams: tuple[Stream, ...] = ()
    findings: tuple[Finding, ...] = ()
    footage: Footage | None = None
    """What was found out about its recordings; None where they were not looked at."""

    @property
    def subject(self) -> str:
        """The subject under which evidence about this channel stands."""
        return f"channel/{self.number}"


@dataclass(frozen=True, slots=True)
class Host:
    """An address that answered something, as discovery found it. Nothing here needed a password.

    `open_ports` are TCP ports that accepted a connection; `seen_by` names the ways it was found (`tcp`, `arp`,
    `ws_discovery`); `xaddrs` and `scopes` come from its WS-Discovery answer; `rtt_s` is the fastest TCP handshake.
    """

    address: str
    open_ports: tuple[int, ...] = ()
    seen_by: tuple[str, ...] = ()
    mac: str | None = None
    uuid: str | None = None
    xaddrs: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    rtt_s: float | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """Everything one visit learned about one device."""

    address: str
    port: int | None
    kind: Kind
    identity: Identity
    open_ports: tuple[int, ...] = ()
    seen_by: tuple[str, ...] = ()
    other_addresses: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope_class: str = "unknown"
    login: Text | None = None
    """Why the device stayed closed to us, where no credential opened it."""
    weak_path: str = ""
    """Tells devices apart that share one address and show no identity."""
    distrusted: frozenset[str] = frozenset()
    """Bases of identity that another device claims as well."""

    @property
    def id_basis(self) -> str:
        """What `id` rests on: `serial`, `uuid`, `mac`, `certificate` or, weakly, `address_port_path`."""
        found = (
            ("serial", self.identity.serial),
            ("uuid", self.identity.uuid),
            ("mac", self.identity.mac),
            ("certificate", self.identity.certificate_sha256),
        )
        return next((basis for basis, value in found if value and basis not in self.distrusted), "address_port_path")

    @property
    def id(self) -> str:
        """Stable identity of the device: `serial:…`, `uuid:…`, `mac:…`, `certificate:…`, or the weak address form."""
        basis = self.id_basis
        if basis == "address_port_path":
            return f"address:{self.address}:{self.port or 0}{self.weak_path}"
        value = self.identity.certificate_sha256 if basis == "certificate" else getattr(self.identity, basis)
        return f"{basis}:{value}" if basis != "uuid" else str(value)


@dataclass(frozen=True, slots=True)
class View:
    """One way a camera is seen: itself, or a channel of the recorder that records it."""

    device_id: str
    channel: int
    role: str


@dataclass(frozen=True, slots=True)
class Run:
    """One scan. Times are ISO 8601 in UTC with `Z`."""

    id: str
    started_utc: str
    finished_utc: str
    program: str
    ranges: tuple[str, ...]
    complete: bool
    addresses_tried: int
    lao_code: str | None = None
    time_zone: str = "Asia/Bangkok"
    notes: tuple[Finding, ...] = field(default=())
