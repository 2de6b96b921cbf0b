"""Fleets made by rule: many equal cameras for benchmarks, and the credentials that open a fleet."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

from cctv_probe.simulator.fleet import (
    Channel,
    ChannelTruths,
    Device,
    Faults,
    Fleet,
    Identity,
    Login,
    Names,
    Ports,
    Stream,
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


def credentials_for(fleet: Fleet) -> dict[str, Any]:
    """The plain structure of a credentials file that opens the fleet; devices with the same login share a group."""
    groups: dict[tuple[str, ...], list[str]] = {}
    logins: dict[tuple[str, ...], Login] = {}
    for device in fleet.devices:
        if device.login.scheme == "none" and device.login.rtsp_scheme == "none":
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
    """The same fleet on another network, so that several can run at once: `network` is three octets, `"127.90.3"`."""
    devices = tuple(
        replace(device, address=f"{network}.{device.address.rpartition('.')[2]}") for device in fleet.devices
    )
    return replace(fleet, devices=devices)
