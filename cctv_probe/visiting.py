"""What happens at one device behind one address: each stage as one function, in the order in which `pipeline` puts them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field

from cctv_probe.dialects.onvif import operations
from cctv_probe.dialects.onvif.ask_device import Greeting, ask_device
from cctv_probe.dialects.onvif.ask_media import ask_media
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.dialects.onvif.session import OnvifSession
from cctv_probe.discover.ports import Speaks, speaks
from cctv_probe.discover.xaddrs import usable_xaddrs
from cctv_probe.footage.archive import Archive
from cctv_probe.footage.check import NO_ARCHIVE, Checking, check, without
from cctv_probe.footage.dahua_archive import DahuaArchive
from cctv_probe.footage.onvif_archive import OnvifArchive
from cctv_probe.identify.banners import Banners
from cctv_probe.identify.brand import note_brands
from cctv_probe.identify.kind import kind_of
from cctv_probe.identify.knock import Knocked, knock, note_banners
from cctv_probe.identify.looks_like import VENDOR_PORTS
from cctv_probe.identify.stream_paths import paths_for
from cctv_probe.model.attempt import Attempt, Ending, StepError
from cctv_probe.model.device import Channel, Device, Host, Identity, Kind
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.scope.permit import Scope
from cctv_probe.stream.describe import Describer, describe_channels, try_paths
from cctv_probe.stream.measure import Measuring
from cctv_probe.stream.realm import rtsp_challenge
from cctv_probe.stream.watch_channels import Watcher
from cctv_probe.vendor import Vendor, archive_of, ask_vendor, find_vendor
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.credentials import Credentials
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.turns import Turns
from cctv_probe.wire.visit import Visit

VISIT_S = 120.0
VISIT_BYTES = 64 << 20
AT_ONCE = 64
TURN_S = 15.0


@dataclass(frozen=True)
class Means:
    """What a run is done with. Everything is given; nothing is looked up."""

    scope: Scope
    credentials: Credentials
    ledger: Ledger
    folder: RunFolder
    clock: Clock
    stop: threading.Event
    extra_ports: tuple[int, ...] = ()
    at_once: int = AT_ONCE
    visit_s: float = VISIT_S
    use_arp: bool = True
    use_multicast: bool = True
    measuring: Measuring | None = None
    """How streams are measured; None where they are only described."""
    checking: Checking | None = None
    """How recordings are proven; None where they are left alone."""
    knock_only: bool = False
    """Only find out who is there: nobody is asked, and no login is tried."""
    turns: Turns = field(default_factory=Turns)
    gate: GroupGate = field(default_factory=GroupGate)

    @contextmanager
    def elsewhere(self, address: str) -> Iterator[DeviceLogin | None]:
        """The login for another device of the scope, while its turn is held; None outside the scope or while it is busy."""
        if not self.scope.permits(address):
            yield None
            return
        group = self.credentials.for_device(address, None, None)
        with self.turns.at(address, TURN_S) as ours:
            yield DeviceLogin((f"address:{address}",), group, self.ledger, self.gate) if ours else None


@dataclass
class Encounter:
    """One device behind one address, as the stages learn of it."""

    visit: Visit
    means: Means
    knocked: Knocked = field(default_factory=Knocked)
    greeting: Greeting | None = None
    identity: Identity = field(default_factory=Identity)
    channels: tuple[Channel, ...] = ()
    services: frozenset[str] = frozenset()
    first: Encounter | None = None
    """The device met before behind the same address; this may be the same one at another port."""
    describer: Describer | None = None
    session: OnvifSession | None = None
    """The ONVIF session, for what is asked of the recordings later."""
    vendor: Vendor | None = None
    """The maker's own interface, where one is spoken."""
    taken_ports: frozenset[int] = frozenset()
    """Web ports that belong to other devices behind the same address."""
    thumbnails: dict[int, bytes] = field(default_factory=dict)
    """Small pictures by channel number, for the local report only."""
    crowded: bool = False
    """Whether several devices stand behind this address: a stream that names another host could be anyone's."""

    @property
    def met_before(self) -> bool:
        """Whether the device met first behind this address says that it is this one."""
        mine, other = self.identity, self.first.identity if self.first else Identity()
        return bool((mine.serial and mine.serial == other.serial) or (mine.mac and mine.mac == other.mac))

    @property
    def closed(self) -> bool:
        """Whether it stands in a place that is closed to the survey: such devices are counted, not asked."""
        return self.means.scope.scope_class(self.visit.address) == "closed"


def _closed_place() -> None:
    raise StepError(Ending.OUT_OF_SCOPE, _CLOSED_PLACE)


_ONVIF_NOT_ASKED = Text(
    en="{address} speaks ONVIF as well. Its ONVIF users are accounts of their own and none is given (onvif_user), so it was read over its maker's interface alone.",
    th="{address} รองรับ ONVIF ด้วย แต่บัญชี ONVIF แยกจากบัญชีของเครื่องและไม่ได้ระบุไว้ (onvif_user) จึงอ่านผ่านช่องทางของผู้ผลิตเท่านั้น",
)
_ONVIF_OFF = Text(
    en="ONVIF does not answer at {address}; it was read over its maker's interface. A central system will want ONVIF: switch it on in the device's network menu.",
    th="ONVIF ของ {address} ไม่ตอบ จึงอ่านผ่านช่องทางของผู้ผลิต หากจะเชื่อมโยงกับระบบกลาง โปรดเปิด ONVIF ในเมนูเครือข่ายของอุปกรณ์",
)
_CLOSED_PLACE = Text(
    en="It stands in a place that the scope file calls closed to the survey: it was counted, not asked.",
    th="อยู่ในพื้นที่ที่ไฟล์ขอบเขตกำหนดเป็นพื้นที่ปิด จึงนับจำนวนเท่านั้น ไม่ได้สอบถามข้อมูล",
)


def log_in(meeting: Encounter) -> None:
    """Choose the one credential for this device; places that are closed to the survey get none."""
    visit, host = meeting.visit, meeting.visit.host
    note_brands(visit)
    brand = next((str(item.value) for item in visit.known("device", "brand")), None)
    visit.login.group = None if meeting.closed else meeting.means.credentials.for_device(host.address, host.mac, brand)
    keys = [f"address:{host.address}"]
    keys += [f"mac:{host.mac}"] if host.mac else []
    keys += [f"uuid:{host.uuid}"] if host.uuid else []
    keys += [f"serial:{item.value}" for item in visit.known("device", "serial")]
    visit.login.keys = tuple(keys)


def ask(meeting: Encounter) -> None:
    """Ask over the maker's own interface and over ONVIF, where they are spoken.

    The maker's comes first where it is sure to be spoken: it tells the lock before a login, and uses the device's own account. ONVIF
    users are accounts of their own on such devices (quirk 8), so that a credential meant for the device is not tried on them.
    """
    visit = meeting.visit
    if meeting.closed:
        visit.step("onvif.GetDeviceInformation", _closed_place)
        return
    meeting.vendor = vendor = _find_vendor(meeting)
    if vendor is not None and (vendor.is_sure or meeting.greeting is None):
        _ask_vendor(meeting, vendor)
    if meeting.greeting is not None:
        if meeting.channels and not _has_onvif_user(meeting):
            visit.find("onvif_not_asked", "info", _ONVIF_NOT_ASKED.with_(address=visit.address))
        else:
            _ask_onvif(meeting, meeting.greeting)
    elif meeting.channels:
        visit.find("onvif_off", "low", _ONVIF_OFF.with_(address=visit.address))
    if vendor is not None and not vendor.is_asked and visit.login.refusal is None:
        _ask_vendor(meeting, vendor)


def _find_vendor(meeting: Encounter) -> Vendor | None:
    visit, greeting = meeting.visit, meeting.greeting
    home = [Endpoint(greeting.endpoint.port, greeting.endpoint.tls)] if greeting else []
    kinds = [(port, speaks(port)) for port in visit.host.open_ports if port not in meeting.taken_ports]
    plain = [Endpoint(port, False) for port, kind in kinds if kind is Speaks.HTTP and not meeting.first]
    secure = [Endpoint(port, True) for port, kind in kinds if kind is Speaks.HTTPS and not meeting.first]
    brands = [str(item.value) for item in visit.known("device", "brand")]
    return find_vendor(visit, [*home, *plain, *secure], brands, meeting.means.scope.time_zone)


def _ask_vendor(meeting: Encounter, vendor: Vendor) -> None:
    ask_vendor(vendor, next((port for port, tls in meeting.knocked.rtsp if not tls), None))
    meeting.identity = vendor.identity.or_(meeting.identity)
    if vendor.channels and not meeting.met_before:
        meeting.channels = vendor.channels


def _has_onvif_user(meeting: Encounter) -> bool:
    group = meeting.visit.login.group
    return group is not None and group.onvif is not None


def _ask_onvif(meeting: Encounter, greeting: Greeting) -> None:
    visit = meeting.visit
    session, identity = ask_device(visit, greeting)
    meeting.identity, meeting.session = meeting.identity.or_(identity), session
    meeting.services = frozenset(session.services)
    note_brands(visit)
    if visit.login.refusal is None and not meeting.met_before:
        told = ask_media(session)
        meeting.channels = meeting.channels or told
    visit.http.close()


def describe(meeting: Encounter) -> None:
    """Ask the streams for their descriptions; devices without ONVIF are asked by documented paths."""
    visit = meeting.visit
    meeting.describer = describer = Describer(visit, _rtsp_ports(meeting), crowded=meeting.crowded)
    if meeting.channels:
        meeting.channels = describe_channels(describer, meeting.channels)
    elif meeting.knocked.rtsp and not meeting.closed and not meeting.first:
        server, challenge = rtsp_challenge(visit, *meeting.knocked.rtsp[0])
        note_banners(visit, Banners(rtsp_server=server, rtsp_authenticate=challenge))
        log_in(meeting)
        brand = next((str(item.value) for item in visit.known("device", "brand")), None)
        configured = meeting.means.scope.stream_paths(visit.address, brand)
        meeting.channels = try_paths(describer, paths_for(brand, configured))
        note_brands(visit)


def measure(meeting: Encounter) -> None:
    """Watch every stream that was described: what it delivers, and whether its picture is any good."""
    measuring, describer = meeting.means.measuring, meeting.describer
    if measuring is None or describer is None or not meeting.channels:
        return
    watcher = Watcher(meeting.visit, describer, measuring)
    meeting.channels = watcher.watch(meeting.channels)
    meeting.thumbnails = watcher.thumbnails
    if any(finding.code == "answers_any_path" for finding in meeting.visit.findings):
        meeting.channels = tuple(
            channel
            for channel in meeting.channels
            if any(stream.subject in watcher.played for stream in channel.streams)
        )


def know(meeting: Encounter) -> None:
    """What discovery knew goes in as evidence beside what the device told."""
    visit, host = meeting.visit, meeting.visit.host
    visit.note("device", "scopes", host.scopes[:100], "ws_discovery.scopes", Standing.ADVERTISED)
    note_brands(visit)
    if host.rtt_s is not None:
        visit.note("device", "rtt_s", round(host.rtt_s, 4), "tcp.handshake", Standing.MEASURED)
    advertised = next((str(item.value) for item in visit.known("device", "serial") if meeting.greeting is None), None)
    told = Identity(serial=advertised, uuid=host.uuid, mac=host.mac)
    meeting.identity = meeting.identity.or_(told)


def prove(meeting: Encounter) -> None:
    """Play samples of what was recorded: how many days are really kept, and what a recording looks like."""
    checking, visit = meeting.means.checking, meeting.visit
    if checking is None or meeting.closed or meeting.met_before or _kind(meeting) is Kind.NOT_A_CAMERA:
        return
    if meeting.describer is not None:
        meeting.describer.close()
    archive = _archive(meeting)
    if archive is None:
        known = meeting.channels or ((Channel(1),) if _kind(meeting) is Kind.CAMERA else ())
        nothing = StepError(Ending.NOT_SUPPORTED, NO_ARCHIVE.with_(address=visit.address))
        meeting.channels = without(known, nothing, "", checking, code="no_archive", state_key=_archive_key(meeting))
        return

    def played() -> None:
        with closing(archive) if isinstance(archive, DahuaArchive) else nullcontext():
            checked = check(archive, _archive_key(meeting), meeting.channels, checking)
        meeting.channels = checked.channels
        visit.evidence.extend(checked.evidence)
        if checked.ending is not None:
            raise checked.ending

    visit.step(f"footage.{archive.source}", played)


def _archive(meeting: Encounter) -> Archive | None:
    """What may be asked for this device's recordings."""
    session, describer, checking = meeting.session, meeting.describer, meeting.means.checking
    if describer is not None and checking is not None and meeting.vendor is not None and meeting.vendor.is_asked:
        found = archive_of(meeting.vendor, meeting.channels, describer.account, describer.rtsp_ports, checking.pace)
        if found is not None:
            return found
    search = {operations.SEARCH, operations.REPLAY, operations.RECORDING} & meeting.services
    if session is None or describer is None or checking is None or not (search or _kind(meeting) is Kind.RECORDER):
        return None
    return OnvifArchive(session, meeting.channels, describer.account, describer.rtsp_ports, checking.pace)


def _archive_key(meeting: Encounter) -> str:
    """Tells this archive from all others of the site: identities alone are shared by cheap devices, so that one would
    inherit the proof of another. Where an address changes, nights begin anew, which is safe."""
    device = device_of(meeting)
    return f"{device.id}@{device.address}:{device.port or 0}"


def encounter(host: Host, means: Means, budget: Budget) -> Encounter:
    login = DeviceLogin((f"address:{host.address}",), None, means.ledger, means.gate)
    visit = Visit(host, budget, means.clock, means.folder, login, HttpClient(host.address, budget), means.elsewhere)
    return Encounter(visit, means)


def greet(meeting: Encounter) -> None:
    host = meeting.visit.host
    kinds = [(port, speaks(port)) for port in host.open_ports]
    rtsp = [(port, kind is Speaks.RTSPS) for port, kind in kinds if kind in (Speaks.RTSP, Speaks.RTSPS)]
    named = [Endpoint(found.port, found.tls, found.path) for found in usable_xaddrs(host.xaddrs, host.address)]
    usual = [Endpoint(port, False) for port, kind in kinds if kind in (Speaks.HTTP, None)]
    several = len(usual) > 1
    usual += [Endpoint(port, True) for port, kind in kinds if kind is Speaks.HTTPS]
    meeting.knocked = knock(meeting.visit, [*named, *usual], rtsp, several=several)


def _rtsp_ports(meeting: Encounter) -> tuple[tuple[int, bool], ...]:
    usual = [(port, speaks(port)) for port in meeting.visit.host.open_ports]
    open_ports = [(port, kind is Speaks.RTSPS) for port, kind in usual if kind in (Speaks.RTSP, Speaks.RTSPS)]
    told = [(meeting.vendor.rtsp_port, False)] if meeting.vendor and meeting.vendor.rtsp_port else []
    return tuple(dict.fromkeys([*meeting.knocked.rtsp, *open_ports, *told]))


def device_of(meeting: Encounter, *, interrupted: bool = False) -> Device:
    """What one encounter learned, as a device."""
    visit, host = meeting.visit, meeting.visit.host
    kind = _kind(meeting)
    attempts = [item for item in visit.attempts if item.step not in INNER_STEPS or item.ending is Ending.BUG]
    if interrupted:
        attempts.append(Attempt("visit", Ending.INTERRUPTED, 0.0, Ending.INTERRUPTED.sentence))
    shut = visit.login.refusal if not meeting.channels and kind is not Kind.NOT_A_CAMERA else None
    port = meeting.greeting.endpoint.port if meeting.greeting else next(iter(host.open_ports), None)
    return Device(
        address=host.address,
        port=port,
        kind=kind,
        identity=meeting.identity,
        open_ports=host.open_ports,
        seen_by=host.seen_by,
        channels=meeting.channels,
        evidence=tuple(visit.evidence),
        attempts=tuple(attempts),
        findings=tuple(visit.findings),
        scope_class=meeting.means.scope.scope_class(host.address),
        login=visit.clean(shut) if shut else None,
    )


INNER_STEPS = {"knock", "log in", "ask", "describe", "measure", "know", "prove"}
"""Steps that only hold other steps; they are shown where one broke."""


def _kind(meeting: Encounter) -> Kind:
    visit = meeting.visit
    if meeting.vendor is not None and meeting.vendor.is_recorder:
        return Kind.RECORDER
    model = next((str(item.value) for item in visit.known("device", "model")), None)
    types = [str(scope) for item in visit.known("device", "scopes") for scope in _as_tuple(item.value)]
    guess = meeting.knocked.guess
    looks: bool | None = guess.is_camera if guess else None
    host = visit.host
    if meeting.greeting or meeting.knocked.rtsp or host.scopes or host.xaddrs or VENDOR_PORTS & set(host.open_ports):
        looks = True
    elif looks is None and meeting.knocked.http_port and not meeting.knocked.http_closed:
        looks = False
    search = {operations.SEARCH, operations.REPLAY, operations.RECORDING} & meeting.services
    return kind_of(
        channels=len(meeting.channels),
        model=model,
        device_types=tuple(types),
        has_recording_search=bool(search),
        camera_like=looks,
    )


def _as_tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
