"""What a device is, from all that was learned about it. Pure.

Not every web server is a camera: only a device that speaks ONVIF media, shows a video stream, or carries a camera maker's
fingerprint counts as one.
"""

from __future__ import annotations

import re

from cctv_probe.model.device import Kind

_RECORDER = re.compile(
    r"(?i)(?:^|[^a-z])(?:[dnxhu]vr|hcvr|dvs)(?:[^a-z]|$)|network video recorder|recorder|^DS-\d{2}\d{2}N|^DHI-|^(?:DH-)?NVR"
)


def kind_of(
    *,
    channels: int,
    model: str | None,
    device_types: tuple[str, ...],
    has_recording_search: bool,
    camera_like: bool | None,
) -> Kind:
    """The kind of a device.

    `channels` counts its picture sources; `device_types` are its WS-Discovery types and ONVIF type scopes;
    `has_recording_search` says whether it offers ONVIF search or replay; `camera_like` is what banners and streams say
    (None: nothing).
    """
    named = bool(model and _RECORDER.search(model)) or any(
        "storage" in name.lower() or "recorder" in name.lower() for name in device_types
    )
    if channels:
        return Kind.RECORDER if named or channels > 1 else Kind.CAMERA
    if named:
        return Kind.RECORDER
    if camera_like is None:
        return Kind.UNKNOWN
    if has_recording_search or camera_like:
        return Kind.CAMERA
    return Kind.NOT_A_CAMERA
