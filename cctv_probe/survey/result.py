"""A whole run as the outputs take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cctv_probe.model.device import Device, Kind, Run
from cctv_probe.model.record import FIELDS, DeviceRecord, SurveyRecord
from cctv_probe.survey.agreement import disagreements


@dataclass(frozen=True, slots=True)
class Survey:
    """`device_records[i]` belongs to `devices[i]`; `cameras` are in the order they are shown."""

    run: Run
    devices: tuple[Device, ...]
    device_records: tuple[DeviceRecord, ...]
    cameras: tuple[SurveyRecord, ...]

    def __post_init__(self) -> None:
        if len(self.devices) != len(self.device_records):
            raise ValueError("every device needs its record")

    def record_of(self, device: Device) -> DeviceRecord:
        """The record of one of `devices`. Raises ValueError for a device that is not among them."""
        return self.device_records[self.devices.index(device)]

    def cameras_of(self, device: Device) -> tuple[SurveyRecord, ...]:
        """The cameras seen through `device`."""
        return tuple(camera for camera in self.cameras if is_seen_through(camera, device))


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run found, in numbers. `known` and `differing` count cameras, by field."""

    addresses_tried: int
    cameras: int
    devices: dict[Kind, int]
    closed: int
    known: dict[str, int]
    differing: dict[str, int]
    cameras_differing: int


def by_place(survey: Survey) -> dict[tuple[str, str], tuple[Device, DeviceRecord]]:
    """Devices with their records, by id and address, as `device_id` and `device` of a camera name them."""
    pairs = zip(survey.devices, survey.device_records, strict=True)
    return {(device.id, device.address): (device, record) for device, record in pairs}


def is_seen_through(camera: SurveyRecord, device: Device) -> bool:
    """Whether `device` is the camera itself or one of the recorders it was seen through."""
    if camera.device_id == device.id and camera.device == device.address:
        return True
    return any(view.device_id == device.id for view in camera.views[1:])


def addresses(devices: Iterable[Device]) -> dict[str, str]:
    """The address of each device by its id, as the views of cameras name it."""
    found: dict[str, str] = {}
    for device in devices:
        found.setdefault(device.id, device.address)
    return found


def stayed_closed(device: Device) -> bool:
    """Whether no credential opened the device."""
    return device.login is not None and device.kind is not Kind.NOT_A_CAMERA


def differing_fields(camera: SurveyRecord) -> tuple[str, ...]:
    """The fields whose sources say different things, in the order of the form."""
    return tuple(field for field in FIELDS if differs(camera, field))


def differs(camera: SurveyRecord, field: str) -> bool:
    """Whether the sources of `field` say different things; of field 9 also whether its verdict says so."""
    judged = field == "retention_days" and camera.retention.verdict == "mismatch"
    return judged or bool(disagreements(field, camera.fields[field]))


def counts(survey: Survey) -> Counts:
    """The numbers of a run."""
    differing = [differing_fields(camera) for camera in survey.cameras]
    kinds = Counter(device.kind for device in survey.devices)
    return Counts(
        addresses_tried=survey.run.addresses_tried,
        cameras=len(survey.cameras),
        devices={kind: kinds[kind] for kind in Kind},
        closed=sum(stayed_closed(device) for device in survey.devices),
        known={field: sum(camera.fields[field].chosen is not None for camera in survey.cameras) for field in FIELDS},
        differing={field: sum(field in fields for fields in differing) for field in FIELDS},
        cameras_differing=sum(bool(fields) for fields in differing),
    )
