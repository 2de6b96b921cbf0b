"""Who are you: clock, services, identity, scopes, interfaces and time servers of one ONVIF device."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from cctv_probe.dialects.onvif import answers_device as answers
from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif import requests, soap
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.dialects.onvif.operations import Operation
from cctv_probe.dialects.onvif.session import OnvifSession, Reply
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Identity
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.wire.http import Answer
from cctv_probe.wire.visit import Visit, tidy

ENDPOINT_S = 4.0
_NO_IDENTITY = re.compile(
    r"(?i)^(0+|f+|x+|1?2345678?9?0?|n/?a|none|null|unknown|default|serial( ?number)?|not set|-+)$"
)

_NOT_ONVIF = Text(en="does not speak ONVIF at this port", th="ไม่รองรับ ONVIF ที่พอร์ตนี้")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first answer of an ONVIF endpoint, asked without login."""

    endpoint: Endpoint
    clock: answers.ClockReading | None
    offset: dt.timedelta | None
    """Device time minus UTC; None where the device told no time."""
    plus_minus_s: float
    sha256: str | None
    certificate_sha256: str | None


def greet(visit: Visit, endpoint: Endpoint) -> Greeting:
    """Ask an endpoint for its clock, without login. Raises `StepError` where nothing there speaks ONVIF."""
    body = requests.build(ops.GET_SYSTEM_DATE_AND_TIME, {})
    began = visit.clock.monotonic()
    outcome = "no answer"
    try:
        answer = visit.http.send(
            "POST", endpoint.port, endpoint.target, tls=endpoint.tls, body=body, wanted_s=ENDPOINT_S,
            headers={"Content-Type": "application/soap+xml; charset=utf-8"}, cap_bytes=1 << 20,
        )  # fmt: skip
        outcome = str(answer.status)
    except StepError as error:
        outcome = error.ending.value
        raise
    finally:
        visit.folder.asked(visit.address, ops.GET_SYSTEM_DATE_AND_TIME.step, login=False, outcome=outcome)
    half_trip_s = (visit.clock.monotonic() - began) / 2
    return _greeting(visit, endpoint, answer, half_trip_s)


def _greeting(visit: Visit, endpoint: Endpoint, answer: Answer, half_trip_s: float) -> Greeting:
    now = visit.clock.now() - dt.timedelta(seconds=half_trip_s)
    try:
        content = soap.read(answer.body)
    except StepError as error:
        if answer.status == 401 and endpoint.target == ops.DEFAULT_PATHS[ops.DEVICE] and _is_onvif_refusal(answer):
            return Greeting(endpoint, None, _header_offset(answer, now), 1.5, None, answer.certificate_sha256)
        if error.ending == Ending.MALFORMED:
            raise StepError(Ending.NOT_FOUND, _NOT_ONVIF) from error
        raise
    sha256 = visit.folder.keep(answer.body)
    if isinstance(content, soap.Fault):
        return Greeting(endpoint, None, _header_offset(answer, now), 1.5, sha256, answer.certificate_sha256)
    clock = answers.clock_reading(content)
    # Devices tell whole seconds, cut off: half a second is added, so that the error is as likely fast as slow.
    told = clock.utc + dt.timedelta(seconds=0.5) if clock.utc else None
    offset = told - now if told else _header_offset(answer, now)
    return Greeting(endpoint, clock, offset, 0.5 + half_trip_s, sha256, answer.certificate_sha256)


def _is_onvif_refusal(answer: Answer) -> bool:
    """A login wanted for the clock itself (quirk 5). A plain web server that guards every path looks the same, so this
    counts only where the device asks for Digest, as ONVIF (Core 5.12.1) prescribes."""
    return any("digest" in challenge.lower() for challenge in answer.challenges)


def _header_offset(answer: Answer, now: dt.datetime) -> dt.timedelta | None:
    """The clock by the HTTP `Date` header, for devices that want a login even for the time (quirk 5)."""
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
        return told.replace(tzinfo=told.tzinfo or dt.UTC) - now if told.year in answers.YEARS else None
    except (TypeError, ValueError, OverflowError):
        return None


def ask_device(visit: Visit, greeting: Greeting) -> tuple[OnvifSession, Identity]:
    """The session to ask further with, and who the device is. What fails becomes an attempt; the rest goes on."""
    session = OnvifSession(visit, greeting.endpoint, clock_offset=greeting.offset or dt.timedelta(0))
    session.certificate_sha256 = greeting.certificate_sha256
    _note_clock(visit, greeting)
    if _try(session, ops.GET_SERVICES, _note_services, IncludeCapability=False) is None:
        _try(session, ops.GET_CAPABILITIES, _note_capabilities, Category=["All"])
    serial = _try(session, ops.GET_DEVICE_INFORMATION, _note_information)
    mac = None
    if serial is not None:
        _try(session, ops.GET_SCOPES, _note_scopes)
        mac = _try(session, ops.GET_NETWORK_INTERFACES, _note_interfaces)
        _try(session, ops.GET_NTP, _note_ntp)
        _try(session, ops.GET_GEO_LOCATION, _note_place)
    identity = Identity(serial=serial or None, mac=mac or None, certificate_sha256=session.certificate_sha256)
    return session, identity


def _try(
    session: OnvifSession, operation: Operation, note: Callable[[Visit, Reply, OnvifSession], str], **arguments: object
) -> str | None:
    """One question and the writing down of its answer, as one step. None where it failed."""
    visit = session.visit
    return visit.step(operation.step, lambda: note(visit, session.call(operation, **arguments), session))


def _note_clock(visit: Visit, greeting: Greeting) -> None:
    raw = (greeting.sha256,) if greeting.sha256 else ()
    method = "onvif.system_date_and_time" if greeting.clock and greeting.clock.utc else "http.date"
    if greeting.offset is not None:
        offset_s = round(greeting.offset.total_seconds(), 1)
        visit.note(
            "device", "clock_offset_s", offset_s, method, Standing.MEASURED, raw=raw,
            plus_minus=round(greeting.plus_minus_s, 1),
        )  # fmt: skip
    if greeting.clock:
        visit.note(
            "device", "time_zone", greeting.clock.time_zone, "onvif.system_date_and_time", Standing.CONFIGURED, raw=raw
        )
        visit.note(
            "device",
            "daylight_saving",
            greeting.clock.daylight_saving,
            "onvif.system_date_and_time",
            Standing.CONFIGURED,
            raw=raw,
        )
        visit.note(
            "device", "clock_mode", greeting.clock.mode, "onvif.system_date_and_time", Standing.CONFIGURED, raw=raw
        )


def _note_services(_visit: Visit, reply: Reply, session: OnvifSession) -> str:
    found = answers.services(reply.body)
    if not found:
        raise StepError(Ending.MALFORMED)
    session.learn_services(found)
    return "services"


def _note_capabilities(_visit: Visit, reply: Reply, session: OnvifSession) -> str:
    session.learn_services(answers.capabilities(reply.body))
    return "capabilities"


def _note_information(visit: Visit, reply: Reply, _session: OnvifSession) -> str:
    told = answers.device_information(reply.body)
    raw = (reply.sha256,)
    for attribute, value in (
        ("manufacturer", told.manufacturer),
        ("model", told.model),
        ("firmware", told.firmware),
        ("serial", told.serial),
        ("hardware_id", told.hardware_id),
    ):
        visit.note("device", attribute, value, "onvif.device_information", Standing.CONFIGURED, raw=raw)
    serial = tidy(told.serial or "")
    return serial if identifies(serial) else ""


def identifies(serial: str) -> bool:
    """Whether a serial number tells devices apart; factory placeholders do not."""
    return len(serial) >= 4 and not _NO_IDENTITY.match(serial.strip())


def _note_scopes(visit: Visit, reply: Reply, _session: OnvifSession) -> str:
    found = answers.scopes(reply.body)
    visit.note("device", "scopes", found[:100], "onvif.scopes", Standing.ADVERTISED, raw=(reply.sha256,))
    return "scopes"


def _note_interfaces(visit: Visit, reply: Reply, _session: OnvifSession) -> str:
    interfaces = [found for found in answers.network_interfaces(reply.body) if found.mac]
    ours = next((found for found in interfaces if visit.address in found.addresses), None)
    chosen = ours or (interfaces[0] if interfaces else None)
    if chosen is None:
        return ""
    for mac in dict.fromkeys([chosen.mac, *(found.mac for found in interfaces)]):
        visit.note("device", "mac", mac, "onvif.network_interfaces", Standing.CONFIGURED, raw=(reply.sha256,))
    if ours is None and any(found.addresses for found in interfaces):
        visit.note("device", "nat_hint", True, "onvif.network_interfaces", Standing.CONFIGURED, raw=(reply.sha256,))
    return chosen.mac or ""


def _note_ntp(visit: Visit, reply: Reply, _session: OnvifSession) -> str:
    told = answers.ntp(reply.body)
    visit.note("device", "ntp", told.servers, "onvif.ntp", Standing.CONFIGURED, raw=(reply.sha256,))
    visit.note("device", "ntp_from_dhcp", told.from_dhcp, "onvif.ntp", Standing.CONFIGURED, raw=(reply.sha256,))
    return "ntp"


def _note_place(visit: Visit, reply: Reply, _session: OnvifSession) -> str:
    place = answers.geo_location(reply.body)
    if place:
        visit.note("device", "latitude", place[0], "onvif.geo_location", Standing.CONFIGURED, raw=(reply.sha256,))
        visit.note("device", "longitude", place[1], "onvif.geo_location", Standing.CONFIGURED, raw=(reply.sha256,))
    return "place"
