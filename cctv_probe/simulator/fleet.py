"""The fleet as frozen dataclasses: identities, truths, lies and faults. No I/O; `fleet_file` reads it from YAML.

Unknown keys and wrong types are refused by pydantic, with the key's path.
"""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.dataclasses import dataclass

from cctv_probe.simulator.fleet_recorder import Behind, ClockSettings, Disk, Storage, VendorApi, VendorFaults
from cctv_probe.simulator.fleet_recordings import ArchiveFaults, FolderShape, Recorded, Recordings
from cctv_probe.simulator.fleet_streams import (
    Channel,
    ChannelLies,
    ChannelTruths,
    Codec,
    Interval,
    Stream,
    StreamFaults,
    size_of,
    with_vendor_paths,
)
from cctv_probe.simulator.fleet_values import STRICT

__all__ = [
    "ArchiveFaults",
    "Banners",
    "Behind",
    "Channel",
    "ChannelLies",
    "ChannelTruths",
    "ClockSettings",
    "Codec",
    "Device",
    "DeviceLies",
    "Disk",
    "Drip",
    "Faults",
    "Fleet",
    "FolderShape",
    "Identity",
    "Interval",
    "Login",
    "Malformation",
    "Names",
    "Ports",
    "Recorded",
    "Recordings",
    "RtspFaults",
    "Sdp",
    "Service",
    "Storage",
    "Stream",
    "StreamFaults",
    "Tls",
    "VendorApi",
    "VendorFaults",
    "size_of",
]

Kind = Literal["camera", "recorder", "web_server", "other"]
Scheme = Literal[
    "none",
    "wsse",
    "wsse_text",
    "http_digest_md5",
    "http_digest_sha256",
    "http_digest_md5_and_sha256",
    "basic",
    "wsse_and_http_digest",
]
VendorScheme = Literal["none", "http_digest_md5", "http_digest_sha256", "http_digest_md5_and_sha256", "basic"]
RtspScheme = Literal["none", "md5", "sha256", "md5_and_sha256", "basic"]
Service = Literal["device", "media1", "media2", "recording", "search", "replay"]
Malformation = Literal[
    "unbound_prefix", "line_break_in_uri", "impossible_time", "invalid_utf8", "truncated", "odd_namespace", "not_xml"
]
Tls = Literal["modern", "tls1_0_only"]
Port = Annotated[int, Field(ge=1, le=65535)]
REPLAY_PATH = "/onvif/replay/"
"""Where replay finds recordings: followed by the recording's token."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Names:
    """The municipality's name in both languages."""

    en: str
    th: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Identity:
    """Who the device is. `brand` is as a survey displays it, `manufacturer` as the device itself writes it."""

    brand: str
    manufacturer: str
    model: str
    firmware: str = ""
    serial: str = ""
    mac: str = ""
    uuid: str = ""
    hardware_id: str = "1.0"

    def urn(self) -> str:
        """`urn:uuid:…`: as given, or one that always follows from serial and model."""
        return f"urn:uuid:{self.uuid or uuid.uuid5(uuid.NAMESPACE_OID, self.model + '/' + self.serial + self.mac)}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ports:
    """TCP ports that listen. `banners`: port → a line sent to whoever connects (an SSH server, say)."""

    http: Port | None = None
    https: Port | None = None
    rtsp: Port | None = None
    rtsps: Port | None = None
    banners: dict[Port, str] = field(default_factory=dict)

    def all(self) -> list[int]:
        """Every TCP port, rising."""
        given = (self.http, self.https, self.rtsp, self.rtsps, *self.banners)
        return sorted(port for port in given if port is not None)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Login:
    """The account, how it must be shown, and when the device locks (failed logins over all services). failed_before:
    logins that failed before anybody of ours came; with `lock_after` of them the device is locked from the start.
    vendor_scheme: how the vendor's API wants the device account shown.
    """

    user: str = "admin"
    password: str = ""
    onvif_user: str | None = None
    onvif_password: str | None = None
    scheme: Scheme = "none"
    rtsp_scheme: RtspScheme = "none"
    rtsp_qop: bool = False
    lock_after: Annotated[int, Field(ge=1)] | None = None
    lock_s: Annotated[float, Field(gt=0)] = 1800.0
    failed_before: Annotated[int, Field(ge=0)] = 0
    vendor_scheme: VendorScheme = "http_digest_md5"
    created_tolerance_s: Annotated[float, Field(gt=0)] = 5.0
    nonce_life_s: Annotated[float, Field(gt=0)] = 60.0

    @property
    def locked_from_the_start(self) -> bool:
        """Whether others have locked the account before anybody of ours came."""
        return self.lock_after is not None and self.failed_before >= self.lock_after

    def web(self) -> tuple[str, str]:
        """(user, password) of web pages and RTSP."""
        return self.user, self.password

    def onvif(self) -> tuple[str, str]:
        """(user, password) of ONVIF: a separate account on many devices."""
        return self.onvif_user or self.user, self.password if self.onvif_password is None else self.onvif_password


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Banners:
    """What the device shows without a login."""

    http_server: str = ""
    http_title: str = ""
    http_page: str = ""
    realm: str = "IP Camera"
    rtsp_server: str = ""
    rtsp_realm: str = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sdp:
    """How the device writes its session descriptions."""

    session_name: str = "Media Presentation"
    sprop: bool = True
    frame_rate: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeviceLies:
    """What the device claims of itself over ONVIF instead of its identity."""

    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    scope_name: str | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Drip:
    """Answers of `operations` leave `bytes_each` bytes at a time, `every_s` apart."""

    operations: tuple[str, ...] = ("*",)
    every_s: Annotated[float, Field(gt=0)] = 0.25
    bytes_each: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RtspFaults:
    """Faults of sessions; those of one stream are `StreamFaults`.

    udp_only: 461 to TCP. busy_status: what `busy` and a full device answer over RTSP. busy_first: only so many requests
    are busy, then all goes well. any_path_describes: DESCRIBE, SETUP and PLAY of unknown paths succeed, nothing comes.
    max_connections: further ones are closed at once. session_timeout_s: told in `Session:`; without a request for so
    long the session ends and the connection closes. login_every_request: keep-alive, PAUSE and TEARDOWN need a login
    too, so that a nonce that has expired is answered 401 with `stale=true`. session_name_changes: PLAY answers
    with another name; from then on both are good. unassigned_channels: packets also come on interleaved channels that
    nobody set up. report_clock_offset_s: added to the wall clock of RTCP sender reports. rtp_info: RTP-Info is true,
    wrong, or missing. sloppy_text: trailing blanks, a blank before ssrc, Content-Base without scheme, no Content-Type.
    """

    udp_only: bool = False
    busy_status: Literal[453, 503] = 453
    busy_first: Annotated[int, Field(ge=0)] | None = None
    any_path_describes: bool = False
    max_connections: Annotated[int, Field(ge=0)] | None = None
    session_timeout_s: Annotated[float, Field(gt=0)] | None = None
    login_every_request: bool = False
    session_name_changes: bool = False
    unassigned_channels: bool = False
    report_clock_offset_s: float = 0.0
    rtp_info: Literal["true", "wrong", "missing"] = "true"
    sloppy_text: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Faults:
    """Named faults. Lists of operations hold shell patterns matched against `GetProfiles`, `onvif.media2.GetProfiles`,
    `GET /`, `http.GET /`, `DESCRIBE`, `rtsp.DESCRIBE`; `["*"]` is everything.

    clock_offset_s: the device's clock minus the true time.
    xaddr_host: service addresses and stream URIs name this host instead of the device's own address.
    answer_delay_s: how long every answer waits.
    hang: asked, it never answers. drip: see `Drip`. flood: the body never ends. reset: TCP reset instead of an answer.
    close_midway: half an answer, then closed. empty_200: status 200 with nothing in it. garbage: bytes that are no
    protocol. busy: 503 over HTTP, 453 over RTSP (see `rtsp`). html: 200 with an HTML page where XML is due.
    malformed_xml: every SOAP answer suffers these. html_401: HTTP 401 carries a web page, no SOAP fault.
    ws_discovery: false: does not answer Probes. auth_every_call: asks a login even for the clock (old Axis).
    new_nonce_each_time: every digest nonce serves one request. get_services_fault, get_capabilities_fault: not
    implemented. tls: what HTTPS and RTSPS speak. any_path_streams: RTSP knows every path.
    max_rtsp_sessions: beyond, 453. lossy_every: every n-th RTP packet is left out (0: none). rtsp, archive, vendor: the
    faults of sessions, of recordings, of the vendor's own API.
    """

    clock_offset_s: float = 0.0
    xaddr_host: str | None = None
    answer_delay_s: Annotated[float, Field(ge=0)] = 0.0
    hang: tuple[str, ...] = ()
    drip: Drip | None = None
    flood: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    close_midway: tuple[str, ...] = ()
    empty_200: tuple[str, ...] = ()
    garbage: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    html: tuple[str, ...] = ()
    malformed_xml: tuple[Malformation, ...] = ()
    html_401: bool = False
    ws_discovery: bool = True
    auth_every_call: bool = False
    new_nonce_each_time: bool = False
    get_services_fault: bool = False
    get_capabilities_fault: bool = False
    tls: Tls = "modern"
    any_path_streams: bool = False
    max_rtsp_sessions: Annotated[int, Field(ge=0)] | None = None
    lossy_every: Annotated[int, Field(ge=0)] = 0
    rtsp: RtspFaults = RtspFaults()
    archive: ArchiveFaults = ArchiveFaults()
    vendor: VendorFaults = VendorFaults()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Device:
    """One address of the municipality."""

    address: str
    kind: Kind
    name: str
    identity: Identity
    location: str = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    ports: Ports = Ports()
    login: Login = Login()
    services: tuple[Service, ...] = ()
    service_paths: dict[Service, str] = field(default_factory=dict)
    vendor_api: VendorApi | None = None
    storage: Storage = Storage()
    clock: ClockSettings = ClockSettings()
    banners: Banners = Banners()
    sdp: Sdp = Sdp()
    channels: tuple[Channel, ...] = ()
    lies: DeviceLies = DeviceLies()
    faults: Faults = Faults()

    @field_validator("address")
    @classmethod
    def _loopback(cls, value: str) -> str:
        try:
            inside = ipaddress.IPv4Address(value) in ipaddress.IPv4Network("127.0.0.0/8")
        except ValueError:
            inside = False
        if not inside:
            raise ValueError(f"{value!r} is not an address in 127.0.0.0/8")
        return value

    @field_validator("channels")
    @classmethod
    def _with_paths(cls, value: tuple[Channel, ...], info: ValidationInfo) -> tuple[Channel, ...]:
        api = info.data.get("vendor_api")
        return tuple(with_vendor_paths(channel, number, api) for number, channel in enumerate(value, start=1))

    @model_validator(mode="after")
    def _coherent(self) -> Device:
        used = self.ports.all()
        if len(used) != len(set(used)):
            raise ValueError(f"a port is used twice: {used}")
        paths = [stream.path for channel in self.channels for stream in channel.truths.streams]
        if not all(paths):
            raise ValueError("a stream needs a path, unless the device has a vendor_api")
        if len(paths) != len(set(paths)):
            raise ValueError("two streams have the same path")
        if any(path.startswith(REPLAY_PATH) for path in paths):
            raise ValueError(f"paths that begin with {REPLAY_PATH} are those of recordings")
        if (self.services or self.vendor_api) and not (self.ports.http or self.ports.https):
            raise ValueError("services and vendor_api need an http or https port")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Fleet:
    """A municipality and its devices."""

    name: Names
    lao_code: Annotated[str, Field(pattern=r"^\d{8}$")]
    devices: Annotated[tuple[Device, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Fleet:
        seen = [device.address for device in self.devices]
        twice = sorted({address for address in seen if seen.count(address) > 1})
        if twice:
            raise ValueError(f"two devices have the same address: {', '.join(twice)}")
        return self
