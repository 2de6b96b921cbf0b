"""ISAPI `System` and `Security`: who the device is, what it can, its clock, its ports, its lock."""

from __future__ import annotations

from cctv_probe.simulator.isapi_parts import Asked, document, elements, is_recorder, kind_of_device, zone
from cctv_probe.simulator.node import Node

_SUMMER_TIME = "DST01:00:00,M4.1.0/02:00:00,M10.5.0/02:00:00"


def device_info(node: Node, _asked: Asked) -> str:
    """`System/deviceInfo`."""
    device, identity = node.device, node.device.identity
    version, _, released = identity.firmware.partition(" ")
    inner = elements(
        deviceName=device.name,
        deviceID=identity.urn().removeprefix("urn:uuid:"),
        deviceDescription=kind_of_device(device),
        deviceLocation=device.location or None,
        model=device.lies.model or identity.model,
        serialNumber=device.lies.serial or identity.serial,
        macAddress=identity.mac.lower(),
        firmwareVersion=version,
        firmwareReleasedDate=released or None,
        deviceType=kind_of_device(device),
        telecontrolID=255 if is_recorder(device) else 88,
        hardwareVersion=identity.hardware_id,
    )
    return document(node, "DeviceInfo", inner)


def capabilities(node: Node, _asked: Asked) -> str:
    """`System/capabilities`: only what tells how many channels of which kind there are."""
    count, recorder = len(node.device.channels), is_recorder(node.device)
    video = elements(videoInputPortNums=0 if recorder else count, videoOutputPortNums=1 if recorder else 0)
    storage = elements(inputProxyNums=count) if recorder else ""
    inner = (
        f"<SysCap>\n{elements(isSupportDst=True)}<VideoCap>\n{video}</VideoCap>\n</SysCap>\n"
        f"<SecurityCap>\n{elements(supportUserNums=32, isSupportUserCheck=True)}</SecurityCap>\n"
        f"<RacmCap>\n{storage}{elements(isSupportMainAndSubRecord=recorder)}</RacmCap>\n"
    )
    return document(node, "DeviceCap", inner)


def time(node: Node, _asked: Asked) -> str:
    """`System/time`: the device's clock with its error; the zone in POSIX style, its sign the other way round."""
    settings = node.device.clock
    now = node.clock_utc().astimezone(zone(node.device)).replace(microsecond=0)
    hours = settings.utc_offset_h
    posix = f"CST{'-' if hours >= 0 else '+'}{abs(hours)}:00:00{_SUMMER_TIME if settings.dst else ''}"
    inner = elements(timeMode="NTP" if settings.ntp else "manual", localTime=now.isoformat(), timeZone=posix)
    return document(node, "Time", inner)


def ntp_servers(node: Node, _asked: Asked) -> str:
    """`System/time/ntpServers`."""
    server = elements(
        id=1,
        addressingFormatType="hostname",
        hostName=node.device.clock.ntp_server,
        portNo=123,
        synchronizeInterval=60,
    )
    return document(node, "NTPServerList", f"<NTPServer>\n{server}</NTPServer>\n")


def admin_accesses(node: Node, _asked: Asked) -> str:
    """`Security/adminAccesses`: the ports; DEV_MANAGE has no `enabled`, as on real devices."""
    ports = node.device.ports
    known = {"HTTP": ports.http or 80, "RTSP": ports.rtsp or 554, "HTTPS": ports.https or 443}
    open_ones = {"HTTP": ports.http, "RTSP": ports.rtsp, "HTTPS": ports.https}
    listed = "".join(
        f"<AdminAccessProtocol>\n{elements(id=number, enabled=open_ones[name] is not None, protocol=name, portNo=port)}"
        "</AdminAccessProtocol>\n"
        for number, (name, port) in enumerate(known.items(), start=1)
    )
    sdk = f"<AdminAccessProtocol>\n{elements(id=4, protocol='DEV_MANAGE', portNo=8000)}</AdminAccessProtocol>\n"
    return document(node, "AdminAccessProtocolList", listed + sdk)


def activate_status(node: Node) -> str:
    """`/SDK/activateStatus`, answered to everybody."""
    return document(node, "ActivateStatus", elements(Activated=True))


def user_check(node: Node, *, accepted: bool) -> str:
    """The lock state, which a device tells whoever asks and with every refused login."""
    logins = node.web_logins
    inner = elements(
        statusValue=200 if accepted else 401,
        statusString="OK" if accepted else "Unauthorized",
        isDefaultPassword=False,
        isRiskPassword=False,
        isActivated=True,
        lockStatus="lock" if logins.locked else "unlock",
        unlockTime=round(logins.locked_for_s),
        retryLoginTime=logins.left,
    )
    return document(node, "userCheck", inner)
