"""What a right survey says of recorders: which channels are used, which camera is behind each, what is ill. Pure.

What has been recorded is in `oracle_retention`, what streams live in `oracle`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cctv_probe.simulator.fleet import Behind, Channel, Device, Fleet, size_of
from cctv_probe.simulator.fleet_recorder import Schedule, VendorApi

JoinedBy = Literal["address", "mac", "serial"]
_NO_KEY = re.compile(r"^[0:\-]*$")


@dataclass(frozen=True, slots=True)
class ExpectedChannel:
    """One used slot of a recorder. number: from 1. behind: the camera as the recorder has it on its list.

    joined_address: the camera of the fleet that this channel records, found directly too, and by which key it is the
    same; None where the recorder alone knows it. schedule: how it is set to record now (`off`: nothing).
    stored, stored_resolution: the stream that the recorder is set to store. stores_less: it is not the largest one.
    lower_resolution: the lower of what the camera sends and what is stored, `WxH`. has_recordings: something is there.
    """

    number: int
    name: str
    online: bool
    behind: Behind | None
    joined_address: str | None
    joined_by: JoinedBy | None
    schedule: Schedule
    stored: str
    stored_resolution: str
    stores_less: bool
    lower_resolution: str
    has_recordings: bool


@dataclass(frozen=True, slots=True)
class ExpectedRecorder:
    """One recorder. channels: the used slots; ghosts: numbers of the others, of which nothing may be said.

    disks_failed, disks_missing: slots from 1, broken disks and empty slots. capacity_gb: of the disks that work.
    overwrites: the oldest footage makes room. clock_offset_s: device minus true time; claims_ntp: though it says that
    it follows a server; summer_time: its zone has summer time, a finding in Thailand. locked: nobody is let in, and
    userCheck (Hikvision, unless `user_check` hides it) or the first refusal (Dahua) says so. has_onvif: ONVIF answers.
    separate_users: the ONVIF user is another account.
    """

    address: str
    vendor_api: VendorApi
    brand: str
    serial: str
    channels: tuple[ExpectedChannel, ...]
    ghosts: tuple[int, ...]
    disks_failed: tuple[int, ...]
    disks_missing: tuple[int, ...]
    capacity_gb: int
    overwrites: bool
    clock_offset_s: float
    claims_ntp: bool
    summer_time: bool
    locked: bool
    has_onvif: bool
    separate_users: bool


def expected_recorders(fleet: Fleet) -> list[ExpectedRecorder]:
    """Every recorder with an API of its vendor, in the order of the file."""
    return [
        _expected(fleet, device, device.vendor_api)
        for device in fleet.devices
        if device.kind == "recorder" and device.vendor_api
    ]


def real_cameras(fleet: Fleet) -> int:
    """How many entries a survey has: every camera once, whether a recorder, the network, or both know it. Recorders
    that are locked tell of none; of a camera that two recorders list, the address, MAC or serial is the same.
    """
    cameras = {device.address for device in fleet.devices if device.kind == "camera"}
    alone = {
        (recorder.address, channel.number)
        for recorder in expected_recorders(fleet)
        if not recorder.locked
        for channel in recorder.channels
        if channel.joined_address is None
    }
    return len(cameras) + len(alone)


def _expected(fleet: Fleet, device: Device, api: VendorApi) -> ExpectedRecorder:
    slots = list(enumerate(device.channels, start=1))
    disks = list(enumerate(device.storage.disks, start=1))
    login = device.login
    return ExpectedRecorder(
        address=device.address,
        vendor_api=api,
        brand=device.identity.brand,
        serial=device.identity.serial,
        channels=tuple(_channel(fleet, number, channel) for number, channel in slots if not channel.ghost),
        ghosts=tuple(number for number, channel in slots if channel.ghost),
        disks_failed=tuple(number for number, disk in disks if disk.status == "failed"),
        disks_missing=tuple(number for number, disk in disks if disk.status == "notexist"),
        capacity_gb=sum(disk.capacity_gb for _, disk in disks if disk.status in ("ok", "sleeping")),
        overwrites=device.storage.overwrite,
        clock_offset_s=device.faults.clock_offset_s,
        claims_ntp=device.clock.ntp,
        summer_time=device.clock.dst,
        locked=login.locked_from_the_start,
        has_onvif=bool(device.services),
        separate_users=login.onvif() != login.web(),
    )


def _channel(fleet: Fleet, number: int, channel: Channel) -> ExpectedChannel:
    joined = _joined(fleet, channel.behind)
    stored, largest = channel.stored_stream.size, channel.truths.streams[0].size
    return ExpectedChannel(
        number=number,
        name=channel.name,
        online=channel.online,
        behind=channel.behind,
        joined_address=joined[0] if joined else None,
        joined_by=joined[1] if joined else None,
        schedule=channel.schedule_set,
        stored=channel.stored,
        stored_resolution=stored,
        stores_less=_pixels(stored) < _pixels(largest),
        lower_resolution=min(stored, largest, key=_pixels),
        has_recordings=channel.recordings is not None,
    )


def _joined(fleet: Fleet, behind: Behind | None) -> tuple[str, JoinedBy] | None:
    """The camera of the fleet that is behind, and by which key; the strongest key first."""
    if behind is None:
        return None
    cameras = [device for device in fleet.devices if device.kind == "camera"]
    for key in ("address", "mac", "serial"):
        for camera in cameras:
            own = camera.address if key == "address" else getattr(camera.identity, key)
            wanted = getattr(behind, key)
            if not _NO_KEY.match(wanted) and _plain(own) == _plain(wanted):
                return camera.address, key
    return None


def _plain(key: str) -> str:
    return re.sub(r"[:\-]", "", key).upper()


def _pixels(size: str) -> int:
    width, height = size_of(size)
    return width * height
