"""Who are you: identity, firmware, clock, time server, network of one Dahua device.

The device tells its wall clock without a zone. Index and playback use that wall clock as it is (`session.wall_offset`). Its
*error* needs a zone: the one of its NTP setting or the site's, whichever makes the error smaller. Devices stand with their
factory zone and a clock that was set by hand to local time; Dahua's answers alone cannot tell that from a clock that is off by
whole hours (quirk 30).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cctv_probe.dialects.dahua import answers_device as answers
from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.operations import Operation
from cctv_probe.dialects.dahua.session import DahuaSession, Reply
from cctv_probe.dialects.onvif.ask_device import identifies
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Identity
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.wire.visit import Visit, tidy

MAGIC_BOX, CLOCK, NTP = "dahua.magicbox", "dahua.current_time", "dahua.ntp"
LOCALES, NETWORK = "dahua.locales", "dahua.network"
_HOPELESS = {
    Ending.UNAUTHORIZED,
    Ending.LOCKED_OUT,
    Ending.HELD_BACK,
    Ending.REFUSED,
    Ending.UNREACHABLE,
    Ending.BUDGET_SPENT,
    Ending.INTERRUPTED,
}

NTP_OFF = Text(
    en="The time server (NTP) of {address} is switched off, so its clock drifts. Switch it on in the device's menu.",
    th="{address} ปิดการใช้เซิร์ฟเวอร์เวลา (NTP) นาฬิกาจึงคลาดเคลื่อนได้ โปรดเปิดใช้ในเมนูของอุปกรณ์",
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _ClockRead:
    """The wall clock, when it was asked (UTC), how exactly that is known, and the kept answer."""

    local: dt.datetime
    at_utc: dt.datetime
    plus_minus_s: float
    sha256: str


@dataclass
class DeviceQuestions:
    """The questions about the device itself, in order; what fails becomes an attempt, and the rest goes on."""

    session: DahuaSession
    closed: bool = False

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> Identity:
        """Who the device is. Raises nothing."""
        found = self._try(ops.GET_SYSTEM_INFO, self._note_system)
        serial, named = found or (None, False)
        if not named:
            self._try(ops.GET_DEVICE_TYPE, self._note_type)
        if not serial:
            serial = self._try(ops.GET_SERIAL_NO, self._note_serial)
        self._try(ops.GET_SOFTWARE_VERSION, self._note_firmware)
        self._try(ops.GET_VENDOR, self._note_vendor)
        self._try(ops.GET_MACHINE_NAME, self._note_name)
        self._ask_clock()
        mac = self._try(ops.GET_NETWORK, self._note_network)
        return Identity(
            serial=serial if serial and identifies(serial) else None,
            mac=mac or None,
            certificate_sha256=self.session.certificate_sha256,
        )

    def _try(self, operation: Operation, note: Callable[[Reply], T]) -> T | None:
        """One question and the writing down of its answer, as one step; a device that stays closed is left alone."""
        if self.closed:
            return None
        found = self.visit.step(operation.step, lambda: note(self.session.call(operation)))
        self.closed = self.visit.last_ending() in _HOPELESS
        return found

    def _note(self, attribute: str, value: str | bool | None, reply: Reply, method: str = MAGIC_BOX) -> None:
        self.visit.note("device", attribute, value, method, Standing.CONFIGURED, raw=(reply.sha256,))

    def _note_system(self, reply: Reply) -> tuple[str | None, bool]:
        told = answers.system_info(reply.table)
        if not any((told.serial, told.model, told.device_type)):
            raise StepError(Ending.MALFORMED)
        self._note("serial", told.serial, reply)
        self._note("model", told.model, reply)
        self._note("hardware_id", told.hardware, reply)
        return tidy(told.serial or "") or None, told.model is not None

    def _note_type(self, reply: Reply) -> None:
        kind = answers.device_type(reply.table)
        self._note("model", kind if kind and not kind.isdigit() else None, reply)

    def _note_serial(self, reply: Reply) -> str | None:
        serial = answers.serial(reply.table)
        self._note("serial", serial, reply)
        return tidy(serial or "") or None

    def _note_firmware(self, reply: Reply) -> None:
        self._note("firmware", answers.firmware(reply.table).shown, reply)

    def _note_vendor(self, reply: Reply) -> None:
        self._note("manufacturer", answers.vendor(reply.table), reply)

    def _note_name(self, reply: Reply) -> None:
        self._note("device_name", answers.machine_name(reply.table), reply)

    def _note_network(self, reply: Reply) -> str | None:
        found = answers.mac_addresses(reply.table)
        ours = next((mac for mac, address in found if address == self.visit.address), None)
        chosen = ours or (found[0][0] if found else None)
        for mac in dict.fromkeys([*([chosen] if chosen else []), *(mac for mac, _ in found)]):
            self._note("mac", mac, reply, NETWORK)
        if chosen and ours is None and any(address for _, address in found):
            self._note("nat_hint", True, reply, NETWORK)
        return chosen

    # --- The clock ---------------------------------------------------------------------------------------------------

    def _ask_clock(self) -> None:
        began = self.visit.clock.monotonic()
        read = self._try(ops.GET_CURRENT_TIME, lambda reply: self._read_clock(reply, began))
        server = self._try(ops.GET_NTP, self._note_ntp)
        self._try(ops.GET_LOCALES, self._note_locales)
        if read is None:
            return
        # Devices tell whole seconds, cut off: half a second is added, so that the error is as likely fast as slow.
        wall = read.local.replace(tzinfo=dt.UTC) + dt.timedelta(seconds=0.5) - read.at_utc
        self.session.wall_offset = wall
        zone = zone_of(wall, server.offset if server else None, self.session.site_offset)
        self.visit.note(
            "device", "clock_offset_s", round((wall - zone).total_seconds(), 1), CLOCK, Standing.MEASURED,
            raw=(read.sha256,), plus_minus=round(read.plus_minus_s, 1),
        )  # fmt: skip

    def _read_clock(self, reply: Reply, began: float) -> _ClockRead:
        half_trip_s = (self.visit.clock.monotonic() - began) / 2
        local = answers.current_time(reply.table)
        if local is None:
            raise StepError(Ending.MALFORMED)
        now = self.visit.clock.now() - dt.timedelta(seconds=half_trip_s)
        return _ClockRead(local, now, 0.5 + half_trip_s, reply.sha256)

    def _note_ntp(self, reply: Reply) -> answers.TimeServer:
        told = answers.time_server(reply.table)
        on = told.enabled is not False
        self.visit.note(
            "device", "ntp", (told.server,) if told.server and on else (), NTP, Standing.CONFIGURED, raw=(reply.sha256,)
        )
        self._note("clock_mode", {True: "NTP", False: "Manual"}.get(told.enabled) if told.enabled is not None else None,
                   reply, NTP)  # fmt: skip
        if told.offset is not None:
            self._note("time_zone", zone_text(told.offset), reply, NTP)
        if told.enabled is False:
            self.visit.find("ntp_off", "medium", NTP_OFF.with_(address=self.visit.address))
        return told

    def _note_locales(self, reply: Reply) -> None:
        self._note("daylight_saving", answers.daylight_saving(reply.table), reply, LOCALES)


def zone_of(wall: dt.timedelta, told: dt.timedelta | None, site: dt.timedelta) -> dt.timedelta:
    """The zone that a wall clock `wall` ahead of UTC is in: the configured one or the site's, by the smaller error."""
    candidates = [site] if told is None else [told, site]
    return min(candidates, key=lambda zone: abs(wall - zone))


def zone_text(offset: dt.timedelta) -> str:
    """`UTC+07:00`."""
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def ask_device(session: DahuaSession) -> Identity:
    """Who the device behind `session` is; its clock becomes the session's. What fails becomes an attempt."""
    return DeviceQuestions(session).ask()
