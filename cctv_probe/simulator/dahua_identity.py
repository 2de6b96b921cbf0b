"""Who a Dahua device is: magicBox, its clock (global), its disks (storageDevice)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cctv_probe.simulator.dahua_text import Pairs, Query, below, no_authority, shown_time, written
from cctv_probe.simulator.fleet import Device, Disk
from cctv_probe.simulator.node import Node

_GB = 10**9
_STATES = {"ok": "Success", "sleeping": "Success", "failed": "Failure", "unformatted": "Initializing"}
_RECORDER_TYPE = 31


def _system_info(node: Node, _query: Query) -> str:
    """A recorder's deviceType is a bare number; updateSerial is the model under which it is sold."""
    device = node.device
    return written(
        [
            ("appAutoStart", True),
            ("deviceType", _RECORDER_TYPE if device.kind == "recorder" else device.identity.model),
            ("hardwareVersion", device.identity.hardware_id),
            ("processor", "ST7108"),
            ("serialNumber", device.identity.serial),
            ("updateSerial", device.identity.model),
        ]
    )


def _product_definition(node: Node, query: Query) -> str:
    """The whole table, or the one value that is asked for."""
    channels = node.device.channels
    remote = [one for one in channels if one.behind or one.ghost] if node.device.kind == "recorder" else []
    streams = max((len(one.truths.streams) for one in channels), default=1)
    table = {
        "MaxExtraStream": max(1, streams - 1),
        "MaxRemoteInputChannels": len(remote),
        "VideoInChannel": len(channels) - len(remote),
        "Vendor": node.device.identity.manufacturer,
    }
    name = query.name
    if name and name not in table:
        raise no_authority("unknown_definition")
    return written(("table." + key, value) for key, value in table.items() if not name or key == name)


def _current_time(node: Node, _query: Query) -> str:
    return written([("result", shown_time(node.device, datetime.now(UTC)))])


def _disks(node: Node, _query: Query) -> str:
    """Disks that are there; used is all there is, even on a healthy recorder. No disk at all: an empty answer."""
    there = [disk for disk in node.device.storage.disks if disk.status != "notexist"]
    return written(
        pair for place, disk in enumerate(there) for pair in below(f"list.info[{place}]", _disk(place, disk))
    )


def _disk(place: int, disk: Disk) -> Iterator[tuple[str, object]]:
    name = f"/dev/sd{chr(ord('a') + place % 26)}"
    total = f"{disk.capacity_gb * _GB}.000000"
    yield "Detail[0].IsError", disk.status == "failed"
    yield "Detail[0].Path", f"{name}0"
    yield "Detail[0].TotalBytes", total
    yield "Detail[0].Type", "ReadWrite"
    yield "Detail[0].UsedBytes", total
    yield "HealthDataFlag", 0
    yield "Name", name
    yield "State", _STATES[disk.status]


def general(device: Device) -> Pairs:
    """`table.General`: the name, and how soon the account is locked."""
    login = device.login
    return [
        ("LocalNo", 8),
        ("LockLoginEnable", login.lock_after is not None),
        ("LockLoginTimes", login.lock_after or 0),
        ("LoginFailLockTime", round(login.lock_s)),
        ("MachineName", device.name),
    ]


OPERATIONS = {
    "magicBox.getSystemInfo": _system_info,
    "magicBox.getDeviceType": lambda node, _query: written([("type", node.device.identity.model)]),
    "magicBox.getSoftwareVersion": lambda node, _query: written([("version", node.device.identity.firmware)]),
    "magicBox.getMachineName": lambda node, _query: written([("name", node.device.name)]),
    "magicBox.getSerialNo": lambda node, _query: written([("sn", node.device.identity.serial)]),
    "magicBox.getVendor": lambda node, _query: written([("vendor", node.device.identity.manufacturer)]),
    "magicBox.getProductDefinition": _product_definition,
    "global.getCurrentTime": _current_time,
    "storageDevice.getDeviceAllInfo": _disks,
}
