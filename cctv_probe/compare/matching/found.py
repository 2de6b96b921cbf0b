"""What matching needs of a discovered camera, taken from a survey."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cctv_probe.compare.matching.declared import position_texts
from cctv_probe.compare.matching.identifiers import mac_of, serial_of
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Evidence, Standing
from cctv_probe.model.record import DeviceRecord, SurveyRecord
from cctv_probe.survey.result import Survey

GEOLOCATION = "geolocation"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address under which a camera can be seen. `channel` is None for a device with one picture source."""

    address: str
    ports: frozenset[int]
    channel: int | None


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """One discovered camera. `key` is its id, made unique where a survey repeats one; `serials` and `macs` are its own
    device's, never those of a recorder; `brand`, `model`, `resolution` as records show them."""

    key: str
    camera: SurveyRecord
    device: Device | None
    record: DeviceRecord | None
    serials: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    names: tuple[str, ...] = ()
    position: tuple[float, float] | None = None
    brand: str | None = None
    model: str | None = None
    resolution: str | None = None


def found_cameras(survey: Survey) -> tuple[FoundCamera, ...]:
    """The cameras of a survey, in its order."""
    by_id: dict[str, list[tuple[Device, DeviceRecord]]] = defaultdict(list)
    for device, record in zip(survey.devices, survey.device_records, strict=True):
        by_id[device.id].append((device, record))
    alone = Counter(view.device_id for camera in survey.cameras for view in camera.views)
    repeated = Counter(camera.id for camera in survey.cameras)
    seen: Counter[str] = Counter()
    found: list[FoundCamera] = []
    for camera in survey.cameras:
        key = camera.id if repeated[camera.id] == 1 else f"{camera.id} @ {camera.device}/{camera.channel}"
        seen[key] += 1
        found.append(_found(key if seen[key] == 1 else f"{key} ({seen[key]})", camera, by_id, alone))
    return tuple(found)


_Devices = Mapping[str, list[tuple[Device, DeviceRecord]]]


def _found(key: str, camera: SurveyRecord, devices: _Devices, alone: Counter[str]) -> FoundCamera:
    serials: list[str | None] = []
    macs: list[str | None] = []
    endpoints: list[Endpoint] = []
    for view in camera.views:
        for device, _ in _of_view(view.device_id, camera, devices):
            single = view.role == "camera" and alone[view.device_id] <= 1
            if single:
                serials.append(serial_of(device.identity.serial))
                macs.append(mac_of(device.identity.mac))
            ports = frozenset([*device.open_ports, *([device.port] if device.port else [])])
            for address in (device.address, *device.other_addresses):
                endpoints.append(Endpoint(address, ports, None if single else view.channel))
    own = next(iter(_of_view(camera.device_id, camera, devices)), None)
    hints = camera.fields["position"].others
    resolution = camera.fields["resolution"].value
    return FoundCamera(
        key,
        camera,
        own[0] if own else None,
        own[1] if own else None,
        serials=tuple(dict.fromkeys(serial for serial in serials if serial)),
        macs=tuple(dict.fromkeys(mac for mac in macs if mac)),
        endpoints=tuple(dict.fromkeys(endpoints)),
        names=tuple(dict.fromkeys([*([camera.name] if camera.name else []), *position_texts(_discovered(hints))])),
        position=_position(hints),
        brand=_text(camera.fields["brand"].value),
        model=_text(own[1].model.value) if own and own[0].kind is not Kind.RECORDER else None,
        resolution=_text(resolution),
    )


def _of_view(device_id: str, camera: SurveyRecord, devices: _Devices) -> list[tuple[Device, DeviceRecord]]:
    """The devices of a view; of several with one id, the one at the camera's own address."""
    entries = devices.get(device_id, [])
    if device_id != camera.device_id or len(entries) == 1:
        return entries[:1]
    return [entry for entry in entries if entry[0].address == camera.device][:1]


def _discovered(hints: Iterable[Evidence]) -> list[Evidence]:
    return [item for item in hints if item.source.standing > Standing.DECLARED]


def _position(hints: Iterable[Evidence]) -> tuple[float, float] | None:
    for item in _discovered(hints):
        if isinstance(item.value, Mapping):
            latitude, longitude = item.value.get("latitude"), item.value.get("longitude")
            if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)) and (latitude or longitude):
                return float(latitude), float(longitude)
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
