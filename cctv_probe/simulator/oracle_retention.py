"""What a right survey says of the footage of a fleet: the truths, by the definitions of the survey. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cctv_probe.simulator.fleet import Device, Fleet
from cctv_probe.simulator.fleet_recordings import Mode, Recordings
from cctv_probe.simulator.recorded_spans import (
    Span,
    claimed_spans,
    day_of,
    days_in,
    gaps_of,
    locked_spans,
    oldest_utc,
    spans_of,
    unlocked_spans,
)

_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class ExpectedRetention:
    """The footage of one channel. Days are Thai calendar days counted back from now: 1 is yesterday.

    channel: from 1; token: its recording's. verified_days: the largest D such that something of day D is on the disk
    and of at least 95 % of the days 1…D; 0 where nothing is; None where nobody can find out, with `why_null`
    (`nothing_listed`, `no_services`, `hangs`, `locked`). days: the same, whatever can be found out.
    oldest_playable_days: the oldest day of which anything plays, locked clips too; oldest_unlocked_days: without them.
    None where there is none. oldest_utc: from when footage is kept. present_days: every day of which something plays.
    gaps: what is missing inside what is kept, in UTC; missing_days: whole days of it. longest_gap_s: the longest, 0.0
    without any. locked: the locked clips, in UTC.
    mode: `continuous`, `schedule`, `motion`, `event`. maturing: recording began on day `oldest_unlocked_days`.
    configured_days: the limit set, None: until full. codec, resolution, frame_rate: of the recording itself.
    claimed_days: the oldest day that the index knows; claims_gaps: whether it tells the gaps; overstates: it claims more
    than plays. frozen: every instant shows the same pictures, so that none of them proves anything; verified_days is
    then 0. clock_offset_s: the device's clock minus the true one.
    """

    address: str
    channel: int
    token: str
    verified_days: int | None
    why_null: str
    days: int
    oldest_playable_days: int | None
    oldest_unlocked_days: int | None
    oldest_utc: datetime
    present_days: frozenset[int]
    gaps: tuple[Span, ...]
    missing_days: frozenset[int]
    longest_gap_s: float
    locked: tuple[Span, ...]
    mode: Mode
    maturing: bool
    configured_days: int | None
    codec: str
    resolution: str
    frame_rate: float
    claimed_days: int | None
    claims_gaps: bool
    overstates: bool
    frozen: bool
    clock_offset_s: float
    truth: Recordings


def expected_retention(fleet: Fleet, now_utc: datetime) -> list[ExpectedRetention]:
    """Every recording of the fleet at `now_utc`, in the order of the file."""
    return [
        _expected(device, number, channel.recordings, now_utc)
        for device in fleet.devices
        for number, channel in enumerate(device.channels, start=1)
        if channel.recordings
    ]


def _expected(device: Device, number: int, truth: Recordings, now_utc: datetime) -> ExpectedRetention:
    spans = spans_of(truth, now_utc)
    present = days_in(spans, now_utc) - {0}
    unlocked = days_in(unlocked_spans(truth, now_utc), now_utc)
    claims = days_in(claimed_spans(truth, now_utc), now_utc)
    gaps, why = gaps_of(truth, now_utc), _why_null(device)
    days = largest_verified(present)
    lists = not device.faults.archive.lists_nothing
    return ExpectedRetention(
        address=device.address,
        channel=number,
        token=f"Recording_{number:03d}",
        verified_days=None if why else 0 if truth.frozen else days,
        why_null=why,
        days=days,
        oldest_playable_days=max(days_in(spans, now_utc), default=None),
        oldest_unlocked_days=max(unlocked, default=None),
        oldest_utc=oldest_utc(truth, now_utc),
        present_days=present,
        gaps=gaps,
        missing_days=_whole_days(gaps, present, now_utc),
        longest_gap_s=max(((end - start).total_seconds() for start, end in gaps), default=0.0),
        locked=locked_spans(truth, now_utc),
        mode=truth.mode,
        maturing=truth.new_disk,
        configured_days=truth.configured_days,
        codec=truth.recorded.codec,
        resolution=truth.recorded.size,
        frame_rate=truth.recorded.frame_rate,
        claimed_days=max(claims, default=None) if lists else None,
        claims_gaps=lists and not truth.lies.hides_gaps and not device.faults.archive.no_events,
        overstates=lists and (truth.lies.claims_days or 0) > truth.days,
        frozen=truth.frozen,
        clock_offset_s=device.faults.clock_offset_s,
        truth=truth,
    )


def largest_verified(present: frozenset[int]) -> int:
    """The largest D in `present` such that at least 95 % of the days 1…D are present; 0 where there is none."""
    return max((day for day in present if sum(one <= day for one in present) >= _SHARE * day), default=0)


def _why_null(device: Device) -> str:
    faults = device.faults.archive
    reasons = {
        "no_services": "replay" not in device.services and device.vendor_api is None,
        "nothing_listed": faults.lists_nothing,
        "hangs": faults.hangs_after_playbacks is not None,
        "locked": device.login.locked_from_the_start,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _whole_days(gaps: tuple[Span, ...], present: frozenset[int], now_utc: datetime) -> frozenset[int]:
    return frozenset(
        day
        for start, end in gaps
        for day in range(day_of(end, now_utc), day_of(start, now_utc) + 1)
        if day not in present and day > 0
    )
