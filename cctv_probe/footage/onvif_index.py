"""What an ONVIF recorder claims about one channel: its answers → an index in UTC. Pure.

Dates come by the recorder's clock and are corrected by its offset first; what is implausible even then (1970, a Buddhist year,
the future) becomes a finding and no history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cctv_probe.dialects.onvif.answers_recording import Recording, Summary, TrackEvent
from cctv_probe.dialects.onvif.recording_channels import RecordedChannel
from cctv_probe.dialects.onvif.recording_spans import clipped, merged, spans_of
from cctv_probe.dialects.onvif.searching import Found
from cctv_probe.footage.archive import Index
from cctv_probe.footage.findings import date_findings, oddity
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Span

UNTIL_FULL = "until_full"
Range = tuple[dt.datetime | None, dt.datetime | None]


@dataclass
class Believed:
    """Corrects a recorder's dates, and remembers those that cannot be."""

    now: dt.datetime
    offset: dt.timedelta
    odd: dict[str, list[dt.datetime]] = field(default_factory=dict)

    def utc(self, told: dt.datetime | None) -> dt.datetime | None:
        """The date in UTC, or None where there is none to be believed."""
        if told is None:
            return None
        corrected = told - self.offset
        code = oddity(corrected, self.now)
        if code is None:
            return corrected
        self.odd.setdefault(code, []).append(corrected)
        return None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for each kind of date that cannot be."""
        return date_findings(self.odd)


def index_of(
    channel: RecordedChannel,
    summary: Summary | None,
    history: Found[TrackEvent] | None,
    believed: Believed,
    since: dt.datetime,
    until: dt.datetime,
) -> Index:
    """The claims about `channel`; spans between `since` and `until` (UTC). Raw answers are the caller's to add."""
    ranges = [_range(recording, believed) for recording in channel.recordings]
    oldest = min((start for start, _ in ranges if start), default=None)
    newest = max((end for _, end in ranges if end), default=None)
    if channel.recordings and summary is not None and summary.recordings != 0:
        of_all = believed.utc(summary.data_from), believed.utc(summary.data_until)
        oldest, newest = oldest or of_all[0], newest or of_all[1]
    since, until = max(since, oldest or since), min(until, newest or until)
    spans, known = _spans(channel, history, believed, since, until)
    if not known:
        spans, known = _by_recording(ranges, since, until)
    return Index(
        oldest_utc=oldest,
        newest_utc=newest,
        spans=spans,
        spans_known=known,
        configured_days=configured_days(channel.recordings),
        recording_mode=channel.mode,
    )


def _by_recording(ranges: Sequence[Range], since: dt.datetime, until: dt.datetime) -> tuple[tuple[Span, ...], bool]:
    """Several recordings with time between them are a list of footage; a single one is only a summary."""
    whole = [(start, end) for start, end in ranges if start and end and start < end]
    listed = merged(part for start, end in whole for part in clipped(start, end, since, until))
    return (listed, True) if len(listed) > 1 and len(whole) == len(ranges) else ((), False)


def _range(recording: Recording, believed: Believed) -> Range:
    """From when to when a recording claims pictures: by its video tracks, else by itself."""
    tracks = recording.video_tracks
    starts = [found for track in tracks if (found := believed.utc(track.data_from))]
    ends = [found for track in tracks if (found := believed.utc(track.data_to))]
    start = min(starts) if starts else believed.utc(recording.earliest)
    end = max(ends) if ends else believed.utc(recording.latest)
    return start, end


def _spans(
    channel: RecordedChannel,
    history: Found[TrackEvent] | None,
    believed: Believed,
    since: dt.datetime,
    until: dt.datetime,
) -> tuple[tuple[Span, ...], bool]:
    if history is None:
        return (), False
    events = tuple(_corrected(_of_video(channel.recordings, history.items), believed.offset))
    until = min(until, believed.now)
    if not events or since >= until:
        return (), False
    return spans_of(events, since, until), history.is_complete


def _of_video(recordings: Iterable[Recording], events: Iterable[TrackEvent]) -> Iterator[TrackEvent]:
    """Sound and metadata are no footage; an event that names no track speaks of the recording."""
    other = {
        (recording.token, track.token)
        for recording in recordings
        if recording.video_tracks
        for track in recording.tracks
        if track.kind != "video"
    }
    return (event for event in events if (event.recording_token, event.track_token) not in other)


def _corrected(events: Iterable[TrackEvent], offset: dt.timedelta) -> Iterator[TrackEvent]:
    return (replace(event, at=event.at - offset) for event in events)


def configured_days(recordings: Iterable[Recording]) -> int | str | None:
    """Whole days that footage is kept at most; `until_full` where the recorder says that it keeps it until then."""
    told = [recording.maximum_retention_s for recording in recordings if recording.maximum_retention_s is not None]
    limited = [seconds for seconds in told if seconds]
    if limited:
        return int(min(limited) // 86400)
    return UNTIL_FULL if told else None


def nearest(recordings: Iterable[Recording], at: dt.datetime) -> list[Recording]:
    """The recordings that could hold `at` (an instant of the recorder's clock), the likeliest first; where none claims to,
    the one whose footage is nearest to it."""
    ranked = sorted(((_away_s(recording, at), recording) for recording in recordings), key=lambda entry: entry[0])
    return [recording for away_s, recording in ranked if away_s <= 0] or [recording for _, recording in ranked[:1]]


def _away_s(recording: Recording, at: dt.datetime) -> float:
    """Seconds from `at` to the footage; negative inside it, 0 where it says nothing."""
    if recording.earliest is None or recording.latest is None:
        return 0.0
    away = max((recording.earliest - at).total_seconds(), (at - recording.latest).total_seconds())
    return away if away > 0 else -1.0
