"""An invented pair for the tests: a camera, and the recorder that records it."""

from __future__ import annotations

from cctv_probe.identify.same_camera import match
from cctv_probe.model.device import Channel, Device, Identity, Kind
from cctv_probe.model.evidence import Evidence, Standing, Value
from cctv_probe.model.record import DeviceRecord, SurveyRecord
from cctv_probe.survey.fill import fill_all
from cctv_probe.survey.result import Survey
from tests.unit.survey import invented
from tests.unit.survey.invented import said

CAMERA, RECORDER = "127.0.10.1", "127.0.10.9"
GB = 10**9


def set_to(
    number: int, stream: str, codec: str, resolution: str, rate: float, bit_rate_bps: int, role: str
) -> tuple[Evidence, ...]:
    """What a recorder says of one stream of one channel."""
    subject, method = f"channel/{number}/stream/{stream}", "isapi.streaming_channels"
    told: tuple[tuple[str, Value], ...] = (
        ("codec", codec), ("resolution", resolution), ("frame_rate", rate), ("bit_rate_bps", bit_rate_bps),
    )  # fmt: skip
    return tuple(said(subject, attribute, value, method, role=role) for attribute, value in told)


def recorder(*evidence: Evidence, address: str = RECORDER, channels: tuple[Channel, ...] | None = None) -> Device:
    """Two channels: 1 shows the invented camera, 2 one that nobody met and that is not connected."""
    disks = ({"id": "1", "status": "ok", "total_bytes": 4000 * GB, "failed": False},
             {"id": "2", "status": "error", "total_bytes": 4000 * GB, "failed": True})  # fmt: skip
    told = (
        *invented.identified("Dahua", "NVR5216"),
        *set_to(1, "main", "h264", "1920x1080", 25.0, 4_000_000, "recorder_setting"),
        *set_to(2, "main", "h264", "1920x1080", 25.0, 4_000_000, "recorder_setting"),
        said("channel/1", "source_address", CAMERA, "isapi.input_proxy"),
        said("channel/1", "online", True, "isapi.input_proxy_status", standing=Standing.ADVERTISED),
        said("channel/2", "source_address", "127.0.10.77", "isapi.input_proxy"),
        said("channel/2", "online", False, "isapi.input_proxy_status", standing=Standing.ADVERTISED),
        said("channel/1", "max_resolution", "1920x1080", "isapi.streaming_capabilities", role="recorder_setting"),
        said("channel/1", "recording_scheduled", True, "isapi.record_tracks"),
        said("channel/2", "recording_scheduled", False, "isapi.record_tracks"),
        said("channel/1", "recording_mode", "continuous", "isapi.record_tracks"),
        said("device", "disks", disks, "isapi.storage"),
        said("device", "storage_total_bytes", 4000 * GB, "isapi.storage"),
        said("device", "overwrite", True, "isapi.record_tracks"),
        said("device", "ntp", ("127.0.10.250",), "isapi.ntp"),
        said("device", "clock_mode", "NTP", "isapi.time"),
    )
    replaced = {(item.subject, item.attribute) for item in evidence}
    return Device(
        address,
        80,
        Kind.RECORDER,
        Identity(serial=f"REC{address.replace('.', '')}"),
        channels=channels or tuple(invented.channel(number, f"ช่อง {number}", address=address) for number in (1, 2)),
        evidence=(*(item for item in told if (item.subject, item.attribute) not in replaced), *evidence),
        scope_class="closed",
    )


def filled(*devices: Device) -> tuple[tuple[DeviceRecord, ...], tuple[SurveyRecord, ...]]:
    """The records of `devices`, their views joined as a scan joins them."""
    return fill_all(devices, match(devices), declared={"owner": invented.OWNER})


def joined(*devices: Device) -> SurveyRecord:
    """The one record of a camera that was met itself and is recorded too."""
    (camera,) = [
        camera for camera in filled(*devices)[1] if [view.role for view in camera.views[:2]] == ["camera", "recorder"]
    ]
    return camera


def pair(*evidence: Evidence) -> tuple[Device, Device]:
    """Camera and recorder; the recorder says `evidence` instead."""
    return invented.camera(), recorder(*evidence)


def survey(*devices: Device) -> Survey:
    """The survey of `devices`, or of the pair."""
    chosen = devices or pair()
    records, cameras = filled(*chosen)
    return Survey(invented.run(), chosen, records, cameras)
