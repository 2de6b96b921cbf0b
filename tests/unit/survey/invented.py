"""An invented municipality for the tests of the record: honest, lying, closed and hostile devices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Channel, Device, Identity, Kind, Run, Stream
from cctv_probe.model.evidence import Evidence, Source, Standing, Value
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import DeviceRecord, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHA = "a" * 64
HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>\x1b[2J\x1b]0;x\x07[bold red]\u202egnp.exe\u2066\x9b31m"

STANDINGS = {
    "onvif.device_information": Standing.CONFIGURED,
    "onvif.clock": Standing.MEASURED,
    "onvif.media2.encoder": Standing.CONFIGURED,
    "onvif.media1.encoder": Standing.CONFIGURED,
    "onvif.media2.options": Standing.CONFIGURED,
    "onvif.media1.options": Standing.CONFIGURED,
    "rtsp.sdp": Standing.BITSTREAM,
    "ws_discovery.scopes": Standing.ADVERTISED,
    "http.banner": Standing.ADVERTISED,
    "oui": Standing.ADVERTISED,
    "tcp.handshake": Standing.MEASURED,
    "declared": Standing.DECLARED,
}


def said(
    subject: str,
    attribute: str,
    value: Value,
    method: str,
    *,
    after_s: float = 0,
    role: str | None = None,
    standing: Standing | None = None,
) -> Evidence:
    """One evidence with the standing that its method has."""
    source = Source(method, standing or STANDINGS.get(method, Standing.CONFIGURED), (SHA,))
    return Evidence(subject, attribute, value, source, NOW + timedelta(seconds=after_s), role=role)


def step(name: str, ending: Ending = Ending.OK, elapsed_s: float = 0.05) -> Attempt:
    """One step with the ending's own sentence."""
    return Attempt(name, ending, elapsed_s, ending.sentence)


ALL_WELL = tuple(
    step(name)
    for name in (
        "onvif.GetSystemDateAndTime", "onvif.GetServices", "onvif.GetDeviceInformation", "onvif.media2.GetProfiles",
        "onvif.media2.GetVideoEncoderConfigurationOptions", "onvif.media2.GetStreamUri", "rtsp.DESCRIBE main",
    )
)  # fmt: skip


def channel(number: int = 1, name: str | None = None, *, address: str = "127.0.10.1") -> Channel:
    """A channel with a main and a sub stream."""
    streams = tuple(
        Stream(stream, f"rtsp://{address}:554/{number}/{stream}", f"channel/{number}/stream/{stream}")
        for stream in ("main", "sub")
    )
    return Channel(number, name, f"source_{number}", streams)


def encoder(
    number: int, codec: str, resolution: str, rate: float, *, method: str = "onvif.media2.encoder"
) -> tuple[Evidence, ...]:
    """The settings of a channel's main stream."""
    subject = f"channel/{number}/stream/main"
    return (
        said(subject, "codec", codec, method, role="live"),
        said(subject, "resolution", resolution, method, role="live"),
        said(subject, "frame_rate", rate, method, role="live"),
        said(subject, "bit_rate_bps", 4_096_000, method, role="live"),
    )


def identified(brand: str, model: str, offset_s: float = 0.4) -> tuple[Evidence, ...]:
    """What device information and the clock tell."""
    return (
        said("device", "brand", brand, "onvif.device_information"),
        said("device", "model", model, "onvif.device_information"),
        said("device", "firmware", "V5.7.13 build 230706", "onvif.device_information"),
        said("device", "clock_offset_s", offset_s, "onvif.clock"),
        said("device", "rtt_s", 0.0021, "tcp.handshake"),
    )


def camera(address: str = "127.0.10.1", *evidence: Evidence, **changes: object) -> Device:
    """An honest H.264 camera that everybody agrees about, with `evidence` added."""
    given: dict[str, object] = {
        "address": address,
        "port": 80,
        "kind": Kind.CAMERA,
        "identity": Identity(serial=f"SN-{address}", mac="44:19:B6:00:00:01"),
        "open_ports": (80, 554),
        "seen_by": ("tcp", "ws_discovery"),
        "channels": (channel(1, "หน้าเทศบาล", address=address),),
        "attempts": ALL_WELL,
        "scope_class": "public",
        "evidence": (
            *identified("Hikvision", "DS-2CD2143G2"),
            *encoder(1, "h264", "1920x1080", 25.0),
            said("channel/1/stream/main", "codec", "h264", "rtsp.sdp", role="live"),
            said("channel/1/stream/main", "resolution", "1920x1080", "rtsp.sdp", role="live"),
            said("channel/1/stream/sub", "codec", "h264", "onvif.media2.encoder", role="live"),
            said("channel/1/stream/sub", "resolution", "640x360", "onvif.media2.encoder", role="live"),
            said("channel/1", "max_resolution", "2560x1440", "onvif.media2.options"),
            said("channel/1", "source_resolution", "3840x2160", "onvif.video_source"),
            said("channel/1", "osd_text", "ถนนสุขุมวิท กม.3", "onvif.osd"),
            said("device", "latitude", 13.3611, "onvif.geolocation"),
            said("device", "longitude", 100.9847, "onvif.geolocation"),
            *evidence,
        ),
    }
    return Device(**{**given, **changes})  # type: ignore[arg-type]  # tests name the fields they change


def lying() -> Device:
    """An H.265 camera that Media1 calls H264, whose sources differ and whose clock is an hour ahead."""
    main = "channel/1/stream/main"
    return camera(
        "127.0.10.2",
        evidence=(
            *identified("Dahua", "IPC-HFW2831T", 3600.0),
            said("device", "brand", "Hikvision", "ws_discovery.scopes"),
            *encoder(1, "h265", "1920x1080", 25.0),
            said(main, "codec", "h264", "onvif.media1.encoder", after_s=2, role="live"),
            said(main, "codec", "h265", "rtsp.sdp", role="live"),
            said(main, "resolution", "1280x720", "rtsp.sdp", role="live"),
            said(main, "frame_rate", 12.0, "onvif.media1.encoder", after_s=-2, role="live"),
            said("channel/1", "max_resolution", "3840x2160", "onvif.media2.options"),
        ),
        channels=(channel(1, "ตลาดสด ประตู 2", address="127.0.10.2"),),
    )


def recorder() -> Device:
    """Four channels: one names its camera's brand, one is not connected."""
    numbers = range(1, 5)
    settings = [item for number in numbers for item in encoder(number, "h264", "1280x720", 15.0)]
    return camera(
        "127.0.10.3",
        kind=Kind.RECORDER,
        identity=Identity(uuid="urn:uuid:6a2b9b3e-0000-4000-8000-000000000003"),
        channels=tuple(channel(number, f"CH{number}", address="127.0.10.3") for number in numbers),
        evidence=(
            *identified("Uniview", "NVR302-16S"),
            *settings,
            said("channel/2", "brand", "Axis", "onvif.device_information"),
            said("channel/4", "online", False, "lapi.channels"),
            *(said(f"channel/{number}", "max_resolution", "1920x1080", "onvif.media1.options") for number in numbers),
        ),
    )


def closed() -> Device:
    """A camera that no credential opened."""
    return camera(
        "127.0.10.4",
        identity=Identity(mac="3C:EF:8C:00:00:04"),
        channels=(),
        evidence=(said("device", "brand", "Dahua", "oui"),),
        login=Text(en="The credential of group north was refused.", th="รหัสผ่านของกลุ่ม north ไม่ถูกต้อง"),
        attempts=(
            step("onvif.GetSystemDateAndTime"),
            step("onvif.GetDeviceInformation", Ending.UNAUTHORIZED),
            step("rtsp.DESCRIBE main", Ending.HELD_BACK),
        ),
    )


def hostile() -> Device:
    """Every string it sends is an attack."""
    return camera(
        "127.0.10.5",
        identity=Identity(serial=HOSTILE),
        channels=(channel(1, HOSTILE, address="127.0.10.5"),),
        evidence=(
            *identified(HOSTILE, HOSTILE),
            said("device", "device_name", "N" * 10_000, "onvif.device_information"),
            said("channel/1", "osd_text", HOSTILE, "onvif.osd"),
            said("channel/1/stream/main", "codec", HOSTILE, "rtsp.sdp", role="live"),
            said("channel/1/stream/main", "frame_rate", float("nan"), "rtsp.sdp", role="live"),
            said("channel/1/stream/main", "resolution", "99999999x1", "rtsp.sdp", role="live"),
        ),
        findings=(Finding("xaddr_other_host", "low", Text(en=f"It names {HOSTILE}.", th=f"อุปกรณ์ระบุ {HOSTILE}")),),
        attempts=(Attempt("onvif.GetProfiles", Ending.FAULT, 0.1, Text(en=HOSTILE, th=f"ข้อความ {HOSTILE}")),),
    )


def printer() -> Device:
    """Answers, but is no camera."""
    return Device("127.0.10.6", 80, Kind.NOT_A_CAMERA, Identity(mac="00:11:22:00:00:06"), (80, 443), ("tcp",))


def run(**changes: object) -> Run:
    """The scan that found them."""
    given: dict[str, object] = {
        "id": "01920000-0000-7000-8000-000000000001",
        "started_utc": "2026-11-23T02:00:00Z",
        "finished_utc": "2026-11-23T02:01:30Z",
        "program": "cctv-probe 0.1.0",
        "ranges": ("127.0.10.0/28",),
        "complete": True,
        "addresses_tried": 16,
        "lao_code": "05810109",
    }
    return Run(**{**given, **changes})  # type: ignore[arg-type]  # tests name the fields they change


OWNER = said("camera", "owner", {"lao_code": "05810109", "name": "เทศบาลตำบลตัวอย่าง"}, "declared")


def survey(*devices: Device, **changes: object) -> Survey:
    """The records of `devices`, or of the whole municipality."""
    chosen = devices or (camera(), lying(), recorder(), closed(), hostile(), printer())
    filled: list[tuple[DeviceRecord, tuple[SurveyRecord, ...]]] = [
        fill(device, declared={"owner": OWNER}) for device in chosen
    ]
    return Survey(
        run(**changes),
        chosen,
        tuple(record for record, _ in filled),
        tuple(item for _, cameras in filled for item in cameras),
    )
