"""Who are you: identity, clock and time servers of one device that speaks ISAPI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from cctv_probe.dialects.hikvision import answers_device as answers
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.operations import Operation
from cctv_probe.dialects.hikvision.session import IsapiSession, Reply
from cctv_probe.dialects.onvif.ask_device import identifies
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Identity
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.wire.visit import tidy

SITE_AHEAD = dt.timedelta(hours=7)
"""Thailand's time, for devices that tell no zone."""

T = TypeVar("T")

_NTP_OFF = Text(
    en="The device's clock is not set by NTP ({mode}); it will drift. Set a time server.",
    th="นาฬิกาของอุปกรณ์ไม่ได้ตั้งเวลาผ่าน NTP ({mode}) เวลาจะคลาดเคลื่อนไปเรื่อย ๆ โปรดตั้งค่าเซิร์ฟเวอร์เวลา",
)
_NO_SERVER = Text(
    en="The device's clock is set to follow NTP, but it names no time server.",
    th="อุปกรณ์ตั้งให้ใช้เวลาจาก NTP แต่ไม่ได้ระบุเซิร์ฟเวอร์เวลาไว้",
)


def ask_device(session: IsapiSession, site: dt.timedelta = SITE_AHEAD) -> Identity:
    """Who the device is. What fails becomes an attempt; the rest goes on, unless the login itself was refused.

    `site` is by how much the site's time is ahead of UTC, for devices that tell no zone. Sets the session's clock offset and
    zone, which everything that asks for footage needs.
    """
    serial, mac = "", ""
    told = _try(session, ops.DEVICE_INFO, _note_information)
    if told is not None:
        serial, mac = told.serial or "", told.mac or ""
        mode = _try(session, ops.TIME, lambda one, reply: _note_clock(one, reply, site))
        servers = _try(session, ops.NTP_SERVERS, _note_ntp)
        _find_ntp(session, mode, servers)
    usable = serial if identifies(tidy(serial)) else ""
    return Identity(serial=usable or None, mac=mac or None, certificate_sha256=session.certificate_sha256)


def _try(session: IsapiSession, operation: Operation, note: Callable[[IsapiSession, Reply], T]) -> T | None:
    return session.visit.step(operation.step, lambda: note(session, session.ask(operation)))


def _note_information(session: IsapiSession, reply: Reply) -> answers.DeviceInfo:
    told = answers.device_info(reply.root)
    if not (told.model or told.serial or told.device_type):
        raise StepError(Ending.MALFORMED)
    session.is_recorder = told.is_recorder
    raw, visit = (reply.sha256,), session.visit
    for attribute, value in (
        ("manufacturer", told.manufacturer),
        ("model", told.model),
        ("firmware", told.firmware),
        ("serial", told.serial),
        ("mac", told.mac),
        ("device_name", told.name),
        ("device_type", told.device_type),
    ):
        visit.note("device", attribute, value, "isapi.device_info", Standing.CONFIGURED, raw=raw)
    if not told.manufacturer and told.shows_hikvision:
        visit.note("device", "brand", "Hikvision", "isapi.manner", Standing.ADVERTISED, raw=raw)
    return told


def _note_clock(session: IsapiSession, reply: Reply, site: dt.timedelta) -> str:
    told, visit, raw = answers.clock_reading(reply.root, site), session.visit, (reply.sha256,)
    session.zone = told.zone
    if told.utc is not None:
        # Devices tell whole seconds, cut off: half a second is added, so that the error is as likely fast as slow.
        half_trip_s = session.round_trip_s / 2
        now = visit.clock.now() - dt.timedelta(seconds=half_trip_s)
        session.clock_offset = told.utc + dt.timedelta(seconds=0.5) - now
        visit.note(
            "device", "clock_offset_s", round(session.clock_offset.total_seconds(), 1), "isapi.time", Standing.MEASURED,
            raw=raw, plus_minus=round(0.5 + half_trip_s, 1),
        )  # fmt: skip
    for attribute, value in (
        ("time_zone", told.zone_text),
        ("daylight_saving", told.daylight_saving),
        ("clock_mode", told.mode),
    ):
        visit.note("device", attribute, value, "isapi.time", Standing.CONFIGURED, raw=raw)
    return told.mode or ""


def _note_ntp(session: IsapiSession, reply: Reply) -> tuple[str, ...]:
    servers = answers.ntp_servers(reply.root)
    session.visit.note("device", "ntp", servers, "isapi.ntp", Standing.CONFIGURED, raw=(reply.sha256,))
    return servers


def _find_ntp(session: IsapiSession, mode: str | None, servers: tuple[str, ...] | None) -> None:
    """A clock that nothing sets is a finding; one set by a satellite or a platform is not."""
    if mode and mode.lower() in ("manual", "timecorrect"):
        session.visit.find("ntp_off", "medium", _NTP_OFF.with_(mode=tidy(mode)[:40]))
    elif mode and mode.lower() == "ntp" and servers == ():
        session.visit.find("ntp_off", "medium", _NO_SERVER)
