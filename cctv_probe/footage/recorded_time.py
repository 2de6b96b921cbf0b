"""When a played picture was recorded: from the replay header, else from a sender report, else unknown. Pure.

The replay header (extension 0xABAC, ONVIF Streaming 6.3) is the recorder's word about each picture. A sender report (RFC
3550, 6.4.1) of a replay may carry the recorded time or the time of day: one that says "now" tells nothing of the footage.
"""

from __future__ import annotations

import datetime as dt

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.rtsp.rtcp import SenderReport

BY_EXTENSION = "rtp.replay_extension"
BY_REPORT = "rtcp.sender_report"
UNKNOWN = "unknown"
NOW_S = 300.0
"""A sender report so close to the present speaks of the wall clock."""

_NTP_EPOCH = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_ERA_S = 1 << 32
_SECOND_HALF = 1 << 31


def ntp_utc(ntp: int) -> dt.datetime | None:
    """A 64-bit NTP time, between 1968 and 2104 (RFC 4330, 3); None for one without seconds, as clocks that were never set
    send it."""
    seconds, fraction = ntp >> 32 & 0xFFFFFFFF, ntp & 0xFFFFFFFF
    if not seconds:
        return None
    era_s = 0 if seconds >= _SECOND_HALF else _ERA_S
    return _NTP_EPOCH + dt.timedelta(seconds=seconds + era_s, microseconds=(fraction * 1_000_000) >> 32)


def recorded_at(
    unit: AccessUnit, report: SenderReport | None, device_now: dt.datetime
) -> tuple[dt.datetime | None, str]:
    """(when `unit` was recorded by the device's clock, how that is known). `device_now` is the time of that clock."""
    if unit.recorded_utc_ntp is not None:
        told = ntp_utc(unit.recorded_utc_ntp)
        if told is not None:
            return told, BY_EXTENSION
    if report is not None:
        told = ntp_utc(report.ntp_of(unit.timestamp, unit.clock_hz))
        if told is not None and abs((told - device_now).total_seconds()) > NOW_S:
            return told, BY_REPORT
    return None, UNKNOWN
