"""What a device is: not every web server is a camera, not everything with many channels a camera."""

from __future__ import annotations

import pytest

from cctv_probe.identify.kind import kind_of
from cctv_probe.model.device import Kind


def judged(
    channels: int = 0, model: str | None = None, *types: str, search: bool = False, like: bool | None = None
) -> Kind:
    return kind_of(channels=channels, model=model, device_types=types, has_recording_search=search, camera_like=like)


@pytest.mark.parametrize(
    ("model", "recorder"),
    [
        ("DS-7732NI-K4", True), ("DS-7616NXI-I2/S", True), ("DHI-NVR5232-EI", True), ("NVR301-08S3", True), ("XVR5108HS", True),
        ("DVR-16", True), ("HCVR4108", True), ("SRN-873S NVR", True), ("Network Video Recorder", True), ("UVR-0401E1", True),
        ("DS-2CD2012-I", False), ("DS-2DF7276-AEL", False), ("AXIS Q6045-E", False), ("D6230L", False), ("IPC-HFW2231", False),
        ("Universe 4", False), ("SD-DVRIP-CAM", False), ("drnvrx", False), (None, False), ("", False),
    ],
)  # fmt: skip
def test_recorders_are_known_by_their_model(model: str | None, recorder: bool) -> None:
    assert judged(1, model) is (Kind.RECORDER if recorder else Kind.CAMERA)
    assert judged(0, model, like=True) is (Kind.RECORDER if recorder else Kind.CAMERA)


@pytest.mark.parametrize(
    ("channels", "types", "like", "search", "kind"),
    [
        (1, (), True, False, Kind.CAMERA),
        (1, (), None, False, Kind.CAMERA),
        (1, ("onvif://www.onvif.org/type/NetworkVideoStorage",), True, True, Kind.RECORDER),
        (1, (), True, True, Kind.CAMERA),
        (4, (), True, False, Kind.RECORDER),
        (0, ("tdn:NetworkVideoTransmitter",), True, False, Kind.CAMERA),
        (0, (), True, False, Kind.CAMERA),
        (0, (), False, False, Kind.NOT_A_CAMERA),
        (0, (), None, False, Kind.UNKNOWN),
        (0, (), None, True, Kind.UNKNOWN),
    ],
)
def test_the_kind_follows_from_all_that_was_learned(
    channels: int, types: tuple[str, ...], like: bool | None, search: bool, kind: Kind
) -> None:
    assert judged(channels, None, *types, like=like, search=search) is kind
