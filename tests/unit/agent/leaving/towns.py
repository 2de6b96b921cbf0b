"""Surveys of an invented site: devices filled as a scan fills them, told again later, with jitter, closed, gone or moved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cctv_probe.agent.config import Activity
from cctv_probe.agent.leaving.absorb import Absorbed, absorb
from cctv_probe.agent.leaving.present import Present
from cctv_probe.identify.same_camera import match
from cctv_probe.identify.same_device import join, tell_apart
from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Channel, Device, Identity, Kind, Run
from cctv_probe.model.evidence import Evidence, Source, Standing, Value
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill_all
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from cctv_probe.wire.clock import utc_text
from tests.unit.survey import invented

Json = dict[str, Any]
MAIN = "channel/1/stream/main"
BEGAN = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
READ = (*invented.ALL_WELL, invented.step("onvif.GetProfiles"), invented.step("onvif.GetScopes"))
WATCHED = (
    *(invented.step(f"rtsp.PLAY channel/1 {stream}") for stream in ("main", "sub")),
    invented.step("picture.decode channel/1 main"),
)


def at(days: float) -> datetime:
    return BEGAN + timedelta(days=days)


def told(subject: str, attribute: str, value: Value, method: str, standing: Standing, **more: Any) -> Evidence:
    sha = more.pop("sha", "b" * 64)
    return Evidence(subject, attribute, value, Source(method, standing, (sha,)), at(0), **more)


def live(attribute: str, value: Value, method: str = "rtp.timestamps", plus_minus: float | None = None) -> Evidence:
    standing = Standing.MEASURED
    return told(MAIN, attribute, value, method, standing, role="live", plus_minus=plus_minus)


def set_to(*, codec: str = "h264", resolution: str = "1920x1080", rate: float = 25.0) -> tuple[Evidence, ...]:
    return invented.encoder(1, codec, resolution, rate)


def camera(number: int = 1, *, settings: tuple[Evidence, ...] | None = None, **changes: Any) -> Device:
    """A camera that told everything it was asked for."""
    address = changes.pop("address", f"127.0.{10 + number // 200}.{1 + number % 200}")
    mac = f"44:19:B6:00:{number // 256:02X}:{number % 256:02X}"
    device = invented.camera(
        address,
        identity=Identity(serial=f"SN{number:06d}", mac=mac, uuid=f"urn:uuid:00000000-0000-4000-8000-{number:012d}"),
        attempts=READ,
        channels=(invented.channel(1, f"ตลาด {number}", address=address),),
        evidence=(
            *invented.identified("Hikvision", "DS-2CD2143G2"),
            *(settings or set_to()),
            invented.said("channel/1", "max_resolution", "2560x1440", "onvif.media2.options"),
            invented.said("device", "onvif_profiles", ("S", "T"), "onvif.scopes", standing=Standing.ADVERTISED),
        ),
    )
    return replace(device, **changes)


def measured(device: Device, *, rate: float = 25.0, working: bool = True, bit_rate_bps: int = 4_000_000) -> Device:
    """The same, its main stream watched."""
    found = (
        live("frame_rate", rate, plus_minus=0.1),
        live("bit_rate_bps", bit_rate_bps),
        live("resolution", "1920x1080", "decoder"),
        told("channel/1", "working", working, "picture.health", Standing.MEASURED, role="live"),
    )
    return replace(device, evidence=(*device.evidence, *found), attempts=(*device.attempts, *WATCHED))


def shut(device: Device, ending: Ending = Ending.LOCKED_OUT) -> Device:
    """The same, met by a scan that it did not let in: no serial number, no channels, no settings."""
    return replace(
        device,
        identity=Identity(mac=device.identity.mac, uuid=device.identity.uuid),
        channels=(),
        evidence=(invented.said("device", "brand", "Hikvision", "oui"),),
        attempts=(invented.step("onvif.GetSystemDateAndTime"), invented.step("onvif.GetDeviceInformation", ending)),
        login=Text(en="The account is locked.", th="บัญชีถูกล็อก"),
    )


def recorder(number: int, channels: int, sources: Sequence[Device | None] = ()) -> Device:
    """A recorder; `sources` are the cameras that it names behind its channels."""
    address = f"127.0.200.{number}"
    numbers = range(1, channels + 1)
    named = [
        item
        for channel, source in enumerate(sources, start=1)
        if source is not None
        for item in (
            invented.said(f"channel/{channel}", "source_address", source.address, "isapi.input_proxy"),
            invented.said(f"channel/{channel}", "source_mac", source.identity.mac, "isapi.input_proxy"),
        )
    ]
    return invented.camera(
        address,
        kind=Kind.RECORDER,
        identity=Identity(serial=f"NVR{number:04d}", mac=f"3C:EF:8C:00:00:{number:02X}"),
        channels=tuple(invented.channel(each, f"CH{each}", address=address) for each in numbers),
        attempts=(*READ, *(invented.step(f"isapi.streamingChannels {each}01") for each in numbers)),
        evidence=(
            *invented.identified("Hikvision", "DS-7608NI"),
            *(item for each in numbers for item in invented.encoder(each, "h264", "1280x720", 15.0)),
            *named,
        ),
    )


def empty_channels(device: Device) -> tuple[Channel, ...]:
    return tuple(replace(channel, streams=()) for channel in device.channels)


def survey(
    devices: Iterable[Device], days: float = 0.0, *, ranges: Sequence[str] = ("127.0.0.0/16",), complete: bool = True
) -> Json:
    """What `survey.json` holds of a scan on that day, every time in it moved there."""
    moment = at(days)
    seen = tell_apart(join(_seen(device, moment) for device in devices))
    records, cameras = fill_all(seen, match(seen), declared={"owner": invented.OWNER})
    run = Run(
        id=f"run-{days}-{len(seen)}-{complete}-{len(ranges)}",
        started_utc=utc_text(moment),
        finished_utc=utc_text(moment + timedelta(minutes=5)),
        program="cctv-probe 0.1.0",
        ranges=tuple(ranges),
        complete=complete,
        addresses_tried=254,
        lao_code="05810109",
    )
    return json.loads(json.dumps(shape(Survey(run, seen, records, cameras))))  # type: ignore[no-any-return]  # as a file holds it


def _seen(device: Device, moment: datetime) -> Device:
    evidence = tuple(replace(item, seen_at=moment) for item in device.evidence)
    attempts = tuple(replace(item, elapsed_s=0.01 * moment.day) for item in device.attempts)
    return replace(device, evidence=evidence, attempts=attempts)


def after(*scans: tuple[Json, Activity]) -> Present:
    """The state after these scans, one after the other."""
    present = Present()
    for told_by, activity in scans:
        present = taken(present, told_by, activity).present
    return present


def taken(present: Present, told_by: Json, activity: Activity = "reading") -> Absorbed:
    return absorb(present, told_by, activity)


def attempt(step: str, ending: Ending = Ending.OK) -> Attempt:
    return invented.step(step, ending)
