"""Fleets made by rule: many equal cameras for benchmarks, and the credentials that open a fleet."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

from cctv_probe.simulator.fleet import (
    ArchiveFaults,
    Banners,
    Behind,
    Channel,
    ChannelTruths,
    Device,
    Disk,
    Faults,
    Fleet,
    Identity,
    Login,
    Names,
    Ports,
    Recorded,
    Recordings,
    Storage,
    Stream,
    VendorApi,
)

BENCH_PASSWORD = "bench-Fleet-2566"  # noqa: S105 - the password of cameras that do not exist


def many_cameras(
    count: int, base: str = "127.82.0.1", answer_delay_s: float = 0.0, *, http_port: int = 8080, rtsp_port: int = 8554
) -> Fleet:
    """`count` honest H.264 cameras on successive addresses from `base`, all answering after `answer_delay_s`."""
    first = ipaddress.IPv4Address(base)
    cameras = tuple(
        _camera(number, str(first + number), answer_delay_s, http_port, rtsp_port) for number in range(count)
    )
    names = Names(en="A fleet for measuring", th="ชุดกล้องสำหรับวัดความเร็ว")
    return Fleet(name=names, lao_code="05990199", devices=cameras)


def many_streams(
    count: int,
    base: str = "127.83.0.1",
    bit_rate_bps: int = 4_000_000,
    *,
    frame_rate: float = 25.0,
    http_port: int = 8080,
    rtsp_port: int = 8554,
) -> Fleet:
    """`count` honest cameras on successive addresses from `base`, each with one H.264 stream of 1280x720 that really
    has `bit_rate_bps`. They share one clip, cut into packets once: forty of them at 4 Mbit/s cost about a
    twentieth of a core to send.
    """
    first = ipaddress.IPv4Address(base)
    stream = Stream(
        name="main",
        codec="h264",
        width=1280,
        height=720,
        frame_rate=frame_rate,
        bit_rate_bps=bit_rate_bps,
        path="/Streaming/Channels/101",
    )
    cameras = tuple(
        _camera(number, str(first + number), 0.0, http_port, rtsp_port, (stream,)) for number in range(count)
    )
    names = Names(en="Streams for measuring", th="ชุดภาพสดสำหรับวัดความเร็ว")
    return Fleet(name=names, lao_code="05990198", devices=cameras)


_TWO_STREAMS = (
    Stream(name="main", codec="h264", width=1280, height=720, frame_rate=15, path="/Streaming/Channels/101"),
    Stream(name="sub", codec="h264", width=640, height=360, frame_rate=15, path="/Streaming/Channels/102"),
)


def _camera(
    number: int,
    address: str,
    answer_delay_s: float,
    http_port: int,
    rtsp_port: int,
    streams: tuple[Stream, ...] = _TWO_STREAMS,
) -> Device:
    return Device(
        address=address,
        kind="camera",
        name=f"กล้อง {number + 1}",
        identity=Identity(
            brand="Hikvision",
            manufacturer="HIKVISION",
            model="DS-2CD2T47G2",
            firmware="V5.7.3",
            serial=f"DS-2CD2T47G2{number:09d}",
            mac=f"28:57:be:00:{number >> 8:02x}:{number & 255:02x}",
        ),
        ports=Ports(http=http_port, rtsp=rtsp_port),
        login=Login(user="admin", password=BENCH_PASSWORD, scheme="wsse", rtsp_scheme="md5"),
        services=("device", "media1", "media2"),
        channels=(Channel(name=f"กล้อง {number + 1}", truths=ChannelTruths(streams=streams)),),
        faults=Faults(answer_delay_s=answer_delay_s),
    )


def many_channels(
    count: int,
    answer_delay_s: float = 0.0,
    *,
    vendor_api: VendorApi = "isapi",
    address: str = "127.84.0.1",
    days: int = 60,
    http_port: int = 8080,
    rtsp_port: int = 8554,
) -> Fleet:
    """One recorder of `count` channels that all have `days` days of recordings, no ONVIF, every answer after
    `answer_delay_s`; `journal.calls_of` counts what it is asked. The cameras behind it do not run.
    """
    recorder = Device(
        address=address,
        kind="recorder",
        name=f"เครื่องบันทึก {count} ช่อง",
        identity=_RECORDERS[vendor_api],
        ports=Ports(http=http_port, rtsp=rtsp_port),
        login=Login(user="admin", password=BENCH_PASSWORD, rtsp_scheme="md5", lock_after=7),
        vendor_api=vendor_api,
        banners=Banners(realm=_REALMS[vendor_api]),
        storage=Storage(disks=(Disk(capacity_gb=8000), Disk(capacity_gb=8000))),
        channels=tuple(_recorded_channel(number, days, vendor_api) for number in range(1, count + 1)),
        faults=Faults(answer_delay_s=answer_delay_s, archive=ArchiveFaults(max_playbacks=1)),
    )
    names = Names(en="A recorder for measuring", th="เครื่องบันทึกสำหรับวัดความเร็ว")
    return Fleet(name=names, lao_code="05990197", devices=(recorder,))


_REALMS: dict[VendorApi, str] = {"isapi": "DS-7732NI-K4", "dahua_cgi": "Login to 7C08432PAG00032"}
_RECORDERS: dict[VendorApi, Identity] = {
    "isapi": Identity(
        brand="Hikvision",
        manufacturer="HIKVISION",
        model="DS-7732NI-K4",
        firmware="V4.30.085 build 200916",
        serial="DS-7732NI-K43220201105CCRRF08400001WCVU",
        mac="54:c4:15:08:40:01",
    ),
    "dahua_cgi": Identity(
        brand="Dahua",
        manufacturer="Dahua",
        model="DHI-NVR5232-4KS2",
        firmware="4.001.0000000.3.R",
        serial="7C08432PAG00032",
        mac="3c:ef:8c:08:40:32",
    ),
}


def _recorded_channel(number: int, days: int, vendor_api: VendorApi) -> Channel:
    """Channel `number`: small live streams, and recordings like its main stream."""
    streams = (
        Stream(name="main", codec="h264", width=640, height=360, frame_rate=10, gop=10, bit_rate_bps=300_000),
        Stream(name="sub", codec="h264", width=320, height=240, frame_rate=10, gop=10, bit_rate_bps=150_000),
    )
    is_hikvision = vendor_api == "isapi"
    behind = Behind(
        address=f"10.84.0.{number}",
        protocol="HIKVISION" if is_hikvision else "DAHUA",
        port=8000 if is_hikvision else 37777,
        model="DS-2CD2T47G2" if is_hikvision else "IPC-HFW2431S",
        serial=f"{'DS-2CD2T47G2' if is_hikvision else '6F0'}{number:09d}",
    )
    return Channel(
        name=f"กล้อง {number}",
        truths=ChannelTruths(streams=streams),
        behind=behind,
        recordings=Recordings(days=days, recorded=Recorded()),
    )


def credentials_for(fleet: Fleet) -> dict[str, Any]:
    """The plain structure of a credentials file that opens the fleet; devices with the same login share a group."""
    groups: dict[tuple[str, ...], list[str]] = {}
    logins: dict[tuple[str, ...], Login] = {}
    for device in fleet.devices:
        schemes = {device.login.scheme, device.login.rtsp_scheme}
        if schemes == {"none"} and (device.vendor_api is None or device.login.vendor_scheme == "none"):
            continue
        key = (*device.login.web(), *device.login.onvif())
        groups.setdefault(key, []).append(device.address)
        logins[key] = device.login
    listed = [_group(number, groups[key], logins[key]) for number, key in enumerate(groups, start=1)]
    return {"version": 1, "groups": listed}


def _group(number: int, addresses: list[str], login: Login) -> dict[str, Any]:
    group: dict[str, Any] = {
        "name": f"group-{number}",
        "ranges": addresses,
        "user": login.user,
        "password": login.password,
    }
    if login.onvif() != login.web():
        user, password = login.onvif()
        group["onvif_user"] = {"user": user, "password": password}
    return group


def moved(fleet: Fleet, network: str) -> Fleet:
    """The same fleet on another network, so that several can run at once: `network` is three octets, `"127.90.3"`.
    Recorders go on knowing the cameras behind them, those that run and those that do not.
    """
    networks = {device.address.rpartition(".")[0] for device in fleet.devices}
    devices = tuple(
        replace(
            device,
            address=_on(network, device.address),
            channels=tuple(_following(channel, networks, network) for channel in device.channels),
        )
        for device in fleet.devices
    )
    return replace(fleet, devices=devices)


def _following(channel: Channel, networks: set[str], network: str) -> Channel:
    behind = channel.behind
    if behind is None or behind.address.rpartition(".")[0] not in networks:
        return channel
    return replace(channel, behind=replace(behind, address=_on(network, behind.address)))


def _on(network: str, address: str) -> str:
    return f"{network}.{address.rpartition('.')[2]}"
