"""What was found out about a channel's recordings → its part of the record, field 9 first. Pure.

Field 9 is what samples proved, or unknown with the reason. What an index, a setting or a person says stands beside it and
never becomes the value, however plausible it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cctv_probe.model.device import Channel, Device
from cctv_probe.model.evidence import Evidence, Fact, Standing, Unknown, Value, choose
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Footage, Timeline
from cctv_probe.model.record import RetentionRecord
from cctv_probe.model.words import Text
from cctv_probe.survey import reason_texts as texts
from cctv_probe.survey import reasons
from cctv_probe.survey.agreement import ELSEWHERE
from cctv_probe.survey.known import Known
from cctv_probe.survey.views import Seen
from cctv_probe.wire.clock import utc_text

PLAYBACK = "playback"
"""The method of evidence that samples gave."""


def best_kept(views: Sequence[Seen]) -> Seen:
    """The view whose recordings the record speaks of: the better proven, a recorder before the camera's own card."""

    def proof(seen: Seen) -> tuple[int, bool, bool, bool]:
        footage = seen.channel.footage
        verified = footage.retention.verified_days if footage else None
        complete = footage is not None and footage.retention.complete
        return -1 if verified is None else verified, complete, footage is not None, seen.is_recorder

    return max(views, key=proof)


def days_of_views(kept: Seen, views: Sequence[Seen]) -> Fact:
    """Field 9: the verified days of one archive (0 is a value), every claim beside them; or why they could not be had."""
    return _with_others(days_fact(kept.device, kept.channel, kept.known), kept, views, "retention_days")


def days_fact(device: Device, channel: Channel, known: Known) -> Fact:
    """The same of one view."""
    footage = channel.footage
    verified = footage.retention.verified_days if footage else None
    return _proved(channel, known, "retention_days", verified, _why_unproved(device, channel))


def _with_others(fact: Fact, kept: Seen, views: Sequence[Seen], attribute: str) -> Fact:
    beside = tuple(
        replace(item, attribute=f"{attribute}{ELSEWHERE}")
        for seen in views
        if seen is not kept
        for item in seen.of(attribute)
    )
    return replace(fact, others=(*fact.others, *beside)) if beside else fact


def retention_record(kept: Seen, views: Sequence[Seen], days: Fact) -> RetentionRecord:
    """Everything the record says of the recordings of `kept`; what the other views tell of theirs stands beside."""
    record = replace(_of_one(kept.device, kept.channel, kept.known), verified_days=days)
    if len(views) == 1:
        return record
    return replace(
        record,
        configured_days=_with_others(record.configured_days, kept, views, "configured_days"),
        oldest_playable_days=_with_others(record.oldest_playable_days, kept, views, "oldest_playable_days"),
        coverage_ratio=_with_others(record.coverage_ratio, kept, views, "coverage_ratio"),
        longest_gap_s=_with_others(record.longest_gap_s, kept, views, "longest_gap_s"),
        recording_mode=_with_others(record.recording_mode, kept, views, "recording_mode"),
    )


def _of_one(device: Device, channel: Channel, known: Known) -> RetentionRecord:
    unproved = _why_unproved(device, channel)
    footage = channel.footage
    if footage is None:
        return _without_footage(channel, known, unproved)
    found = footage.retention
    asked = found.verified_days is not None
    sparse = Unknown("coverage_not_sampled", texts.COVERAGE_NOT_SAMPLED) if asked else unproved
    interval = (
        None if found.coverage_low is None or found.coverage_high is None else (found.coverage_low, found.coverage_high)
    )
    return RetentionRecord(
        configured_days=_told(channel, known, "configured_days", texts.CONFIGURED_DAYS_NOT_TOLD),
        oldest_playable_days=_proved(channel, known, "oldest_playable_days", found.oldest_playable_days, unproved),
        verified_days=days_fact(device, channel, known),
        coverage_ratio=_proved(channel, known, "coverage_ratio", found.coverage_ratio, sparse),
        longest_gap_s=_proved(channel, known, "longest_gap_s", found.longest_gap_s, unproved),
        recording_mode=_told(channel, known, "recording_mode", texts.RECORDING_MODE_NOT_TOLD),
        gaps=tuple((utc_text(gap.start_utc), utc_text(gap.end_utc)) for gap in found.gaps),
        samples=found.samples,
        played=found.played,
        seed=found.seed,
        verdict=found.verdict,
        direction=found.direction,
        coverage_interval=interval,
        nights=found.nights,
        complete=found.complete,
        timeline=_shown(footage.timeline),
    )


def retention_findings(channel: Channel) -> tuple[Finding, ...]:
    """What the check of the recordings found, and why it is not at its end where days are already proved."""
    footage = channel.footage
    if footage is None:
        return ()
    found = footage.retention
    noted = [Finding("footage_note", "low", note) for note in footage.notes]
    if found.verified_days is not None and found.why is not None:
        noted.append(Finding(found.why_code or "footage_sampling_unfinished", "info", found.why))
    if found.verified_days is not None and footage.stopped_by is not None:
        stopped = texts.SAMPLING_STOPPED.with_(reason=footage.stopped_by)
        noted.append(Finding("footage_sampling_stopped", "info", stopped))
    return (*found.findings, *noted)


def _without_footage(channel: Channel, known: Known, why: Unknown) -> RetentionRecord:
    """No recording was looked at: settings may have been told all the same."""
    return RetentionRecord(
        configured_days=choose(known.of(channel.subject, "configured_days"), why),
        oldest_playable_days=_proved(channel, known, "oldest_playable_days", None, why),
        verified_days=_proved(channel, known, "retention_days", None, why),
        coverage_ratio=_proved(channel, known, "coverage_ratio", None, why),
        longest_gap_s=_proved(channel, known, "longest_gap_s", None, why),
        recording_mode=choose(known.of(channel.subject, "recording_mode"), why),
    )


def _proved(channel: Channel, known: Known, attribute: str, value: Value, unknown: Unknown) -> Fact:
    """The evidence that samples gave for `value`, everything else said of the attribute beside it."""
    told = known.of(channel.subject, attribute)
    chosen = next((item for item in told if _is_proof(item) and value is not None and item.value == value), None)
    others = tuple(item for item in told if item is not chosen)
    return Fact(chosen, others) if chosen else Fact(others=others, why_unknown=unknown)


def _is_proof(item: Evidence) -> bool:
    return item.source.standing is Standing.MEASURED and item.source.method == PLAYBACK


def _told(channel: Channel, known: Known, attribute: str, why: Text) -> Fact:
    return choose(known.of(channel.subject, attribute), Unknown(f"{attribute}_not_told", why))


def _why_unproved(device: Device, channel: Channel) -> Unknown:
    """Why no number of days is proved: not looked at, not recorded, not answered."""
    footage = channel.footage
    if footage is None:
        return _why_not_looked_at(device, channel)
    found = footage.retention
    if found.why is not None:
        return Unknown(found.why_code or "footage_not_asked", found.why)
    return _why_stopped(footage)


def _why_not_looked_at(device: Device, channel: Channel) -> Unknown:
    if any(other.footage is not None for other in device.channels):
        words = texts.NO_RECORDING_OF_CHANNEL.with_(address=device.address, channel=channel.number)
        return Unknown("footage_not_listed", words)
    return reasons.retention_unknown()


def _why_stopped(footage: Footage) -> Unknown:
    if footage.stopped_by is None:
        return reasons.retention_unknown()
    return Unknown("footage_not_asked", texts.SAMPLING_STOPPED.with_(reason=footage.stopped_by))


def _shown(timeline: Timeline) -> Timeline | None:
    return timeline if timeline.days else None
