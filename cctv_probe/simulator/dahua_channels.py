"""The cameras behind a Dahua recorder's channels: RemoteDevice, ChannelTitle, getCameraAll.

Every slot has a row. Unused ones are off and name 192.168.0.0; their titles are placeholders (`Channel 5`).
RemoteDevice holds what the recorder logs in to its cameras with, and shows it to every reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from cctv_probe.simulator.dahua_text import Query, below, written
from cctv_probe.simulator.fleet import Channel, Device
from cctv_probe.simulator.fleet_recorder import Behind
from cctv_probe.simulator.node import Node

_PROTOCOLS = {"DAHUA": "Private", "ONVIF": "Onvif", "HIKVISION": "Onvif", "RTSP": "General"}
_NOBODY = Behind(address="192.168.0.0", port=37777, protocol="DAHUA", mac="ff:ff:ff:ff:ff:ff", user="admin")

Lines = Iterator[tuple[str, object]]


def remote_devices(device: Device) -> Lines:
    """`table.RemoteDevice` without `table.`, in the device's own shape; nothing on a camera."""
    if device.kind != "recorder":
        return
    for place, channel in enumerate(device.channels):
        key = f"uuid:System_CONFIG_NETCAMERA_INFO_{place}"
        is_old = device.faults.vendor.remote_device_shape == "old"
        yield from below(f"RemoteDevice[{place}]" if is_old else f"RemoteDevice.{key}", _remote(place, channel))


def _remote(place: int, channel: Channel) -> Lines:
    behind = channel.behind or _NOBODY
    yield "Address", behind.address
    yield "AlarmInChannels", 0
    yield "DeviceType", behind.model
    yield "Enable", channel.behind is not None
    yield "HttpPort", behind.http_port
    yield "HttpsPort", 443
    yield "Mac", behind.mac
    yield "Name", behind.serial
    yield "Password", behind.password
    yield "Port", behind.port
    yield "ProtocolType", _PROTOCOLS[behind.protocol]
    yield "RtspPort", behind.rtsp_port
    yield "SerialNo", behind.serial
    yield "UserName", behind.user
    yield "Vendor", _PROTOCOLS[behind.protocol]
    yield "Version", behind.firmware
    yield "VideoInputChannels", 1
    yield "VideoInputs[0].Name", title(place, channel)


def titles(device: Device) -> Lines:
    """`table.ChannelTitle` without `table.`."""
    for place, channel in enumerate(device.channels):
        yield f"ChannelTitle[{place}].Name", title(place, channel)


def title(place: int, channel: Channel) -> str:
    """What the device calls its slot `place` (from 0)."""
    return f"Channel {place + 1}" if channel.ghost else channel.name


def _camera_all(node: Node, _query: Query) -> str:
    """One logical camera a slot; a recorder adds the picture that it puts together of them all, which is no camera."""
    device = node.device
    cameras = [_camera(place, one, device.kind == "recorder") for place, one in enumerate(device.channels)]
    if device.kind == "recorder":
        cameras.append(iter([("UniqueChannel", len(cameras)), ("Enable", True), ("Type", "Compose")]))
    return written(pair for place, one in enumerate(cameras) for pair in below(f"camera[{place}]", one))


def _camera(place: int, channel: Channel, is_recorder: bool) -> Lines:
    """Local: a camera's own sensor, or what hangs on a recorder's analogue input."""
    yield "UniqueChannel", place
    if not is_recorder or not (channel.behind or channel.ghost):
        yield "Enable", True
        yield "Type", "Local"
        return
    behind = channel.behind or _NOBODY
    yield "DeviceID", f"uuid:System_CONFIG_NETCAMERA_INFO_{place}" if channel.behind else ""
    yield "DeviceInfo.Address", behind.address
    yield "DeviceInfo.DeviceType", behind.model
    yield "DeviceInfo.Enable", channel.behind is not None
    yield "DeviceInfo.HttpPort", behind.http_port
    yield "DeviceInfo.Mac", behind.mac
    yield "DeviceInfo.Port", behind.port
    yield "DeviceInfo.ProtocolType", _PROTOCOLS[behind.protocol]
    yield "DeviceInfo.RtspPort", behind.rtsp_port
    yield "DeviceInfo.SerialNo", behind.serial
    yield "DeviceInfo.UserName", behind.user
    yield "DeviceInfo.VideoInputs[0].Enable", True
    yield "DeviceInfo.VideoInputs[0].Name", title(place, channel)
    yield "Enable", channel.behind is not None
    yield "Type", "Remote"


def _camera_state(node: Node, _query: Query) -> str:
    """Whether each camera answers the recorder: Connected, Unconnect, or Empty."""
    told = [
        ("Empty" if one.ghost else "Connected" if one.online else "Unconnect", place)
        for place, one in enumerate(node.device.channels)
    ]
    return written(
        pair
        for state, place in told
        for pair in ((f"states[{place}].channel", place), (f"states[{place}].connectionState", state))
    )


OPERATIONS = {
    "LogicDeviceManager.getCameraAll": _camera_all,
    "LogicDeviceManager.getCameraState": _camera_state,
}
