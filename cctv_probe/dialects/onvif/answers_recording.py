"""Answers of the ONVIF search, recording and replay services (Profile G): elements → values. Pure.

Times are as the device's clock tells them, in UTC; nothing here believes or corrects them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.iso8601 import duration_s, moment

TRACK_STATE = "RecordingHistory/Track/State"
"""The topic, below `tns1`, of events that say whether a track holds data from an instant on (Recording Search 5.19)."""
MOST_RECORDINGS = 4096
MOST_EVENTS_A_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Summary:
    """GetRecordingSummary. The dates mean something only where `recordings` is not 0."""

    data_from: dt.datetime | None
    data_until: dt.datetime | None
    recordings: int | None


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a recording: `kind` is `video`, `audio`, `metadata` or what the device wrote, in small letters."""

    token: str
    kind: str
    data_from: dt.datetime | None = None
    data_to: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording, as a search (RecordingInformation) or the recording service (RecordingItem) tells of it.

    `source_id` was chosen by whoever made the recording; `maximum_retention_s` is 0 for "until full", None where untold.
    """

    token: str
    source_id: str | None = None
    source_name: str | None = None
    earliest: dt.datetime | None = None
    latest: dt.datetime | None = None
    status: str | None = None
    tracks: tuple[Track, ...] = ()
    maximum_retention_s: float | None = None

    @property
    def video_tracks(self) -> tuple[Track, ...]:
        """The tracks that hold pictures."""
        return tuple(track for track in self.tracks if track.kind == "video")


@dataclass(frozen=True, slots=True)
class Job:
    """A recording job: what it stores where, and when. `topics` are the events that it waits for."""

    recording_token: str
    mode: str | None
    source_token: str | None
    source_type: str | None
    has_schedule: bool
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """From `at` on (the device's clock) the track holds data, or none. `is_start_state`: it was so when the search began."""

    recording_token: str
    track_token: str | None
    at: dt.datetime
    is_data_present: bool
    is_start_state: bool


def summary(answer: xml.Element) -> Summary | None:
    """GetRecordingSummary; None where the answer holds none."""
    found = xml.find(answer, "Summary")
    if found is None:
        return None
    return Summary(
        moment(xml.text(found, "DataFrom")),
        moment(xml.text(found, "DataUntil")),
        xml.integer(found, "NumberRecordings"),
    )


def search_token(answer: xml.Element) -> str | None:
    """FindRecordings and FindEvents."""
    return xml.text(answer, "SearchToken")


def search_state(answer: xml.Element) -> str:
    """`queued`, `searching`, `completed`, `unknown`, or whatever the device wrote, in small letters."""
    holder = xml.find(answer, "ResultList")
    return (xml.text(answer if holder is None else holder, "SearchState") or "unknown").lower()


def found_recordings(answer: xml.Element) -> tuple[Recording, ...]:
    """GetRecordingSearchResults and GetRecordingInformation: what has a token."""
    entries = list(xml.descendants(answer, "RecordingInformation"))[:MOST_RECORDINGS]
    return tuple(found for entry in entries if (found := _information(entry)) is not None)


def _information(entry: xml.Element) -> Recording | None:
    token = xml.text(entry, "RecordingToken")
    if token is None:
        return None
    return Recording(
        token=token,
        source_id=xml.text(entry, "Source", "SourceId"),
        source_name=xml.text(entry, "Source", "Name"),
        earliest=moment(xml.text(entry, "EarliestRecording")),
        latest=moment(xml.text(entry, "LatestRecording")),
        status=(xml.text(entry, "RecordingStatus") or "").lower() or None,
        tracks=tuple(_tracks(xml.children(entry, "Track"))),
    )


def _tracks(entries: list[xml.Element]) -> Iterator[Track]:
    for entry in entries[:64]:
        kind = xml.text(entry, "TrackType") or xml.text(entry, "Configuration", "TrackType")
        token = xml.text(entry, "TrackToken")
        if token is not None:
            from_, to = moment(xml.text(entry, "DataFrom")), moment(xml.text(entry, "DataTo"))
            yield Track(token, (kind or "").lower(), from_, to)


def recordings(answer: xml.Element) -> tuple[Recording, ...]:
    """GetRecordings: configured recordings without their times."""
    found = []
    for entry in xml.children(answer, "RecordingItem")[:MOST_RECORDINGS]:
        token, configuration = xml.text(entry, "RecordingToken"), xml.find(entry, "Configuration")
        tracks = xml.find(entry, "Tracks")
        if token is not None:
            found.append(
                Recording(
                    token=token,
                    source_id=xml.text(configuration, "Source", "SourceId"),
                    source_name=xml.text(configuration, "Source", "Name"),
                    tracks=tuple(_tracks([] if tracks is None else xml.children(tracks, "Track"))),
                    maximum_retention_s=duration_s(xml.text(configuration, "MaximumRetentionTime")),
                )
            )
    return tuple(found)


def maximum_retention_s(answer: xml.Element) -> float | None:
    """GetRecordingConfiguration: how long footage is kept at most; 0 for "until full"."""
    return duration_s(xml.text(answer, "RecordingConfiguration", "MaximumRetentionTime"))


def jobs(answer: xml.Element) -> tuple[Job, ...]:
    """GetRecordingJobs: jobs that name a recording."""
    found = []
    for entry in xml.children(answer, "JobItem")[:MOST_RECORDINGS]:
        configuration = xml.find(entry, "JobConfiguration")
        token = xml.text(configuration, "RecordingToken")
        if configuration is None or token is None:
            continue
        source = xml.find(configuration, "Source", "SourceToken")
        filters = xml.find(configuration, "EventFilter")
        found.append(
            Job(
                recording_token=token,
                mode=(xml.text(configuration, "Mode") or "").lower() or None,
                source_token=xml.text(source, "Token"),
                source_type=None if source is None else xml.attribute(source, "Type"),
                has_schedule=xml.attribute(configuration, "ScheduleToken") is not None,
                topics=() if filters is None else tuple(_topics(filters)),
            )
        )
    return tuple(found)


def _topics(filters: xml.Element) -> Iterator[str]:
    """What a job waits for; a filter without a readable topic still makes it wait for something."""
    for entry in xml.children(filters, "Filter") or [filters]:
        yield xml.text(entry, "Topic") or ""


def track_events(answer: xml.Element) -> tuple[TrackEvent, ...]:
    """GetEventSearchResults: the track-state events of a page; other topics, sent by devices that ignore filters, are left out."""
    found = []
    for number, entry in enumerate(xml.descendants(answer, "Result")):
        if number >= MOST_EVENTS_A_PAGE:
            break
        event = _track_event(entry)
        if event is not None:
            found.append(event)
    return tuple(found)


def _track_event(entry: xml.Element) -> TrackEvent | None:
    message = next(xml.descendants(entry, "Message"), None)
    holder = None if message is None else xml.find(message, "Message")
    inner = message if holder is None else holder
    if inner is None or not _is_track_state(xml.text(entry, "Event", "Topic")):
        return None
    source, data = _items(inner, "Source"), _items(inner, "Data")
    at = moment(xml.text(entry, "Time")) or moment(xml.attribute(inner, "UtcTime"))
    token = xml.text(entry, "RecordingToken") or source.get("RecordingToken")
    present = data.get("IsDataPresent", "").lower()
    if at is None or token is None or present not in ("true", "false", "1", "0"):
        return None
    start = (xml.text(entry, "StartStateEvent") or "").lower() in ("true", "1")
    track = xml.text(entry, "TrackToken") or source.get("Track")
    return TrackEvent(token, track, at, present in ("true", "1"), start)


def _is_track_state(topic: str | None) -> bool:
    """Whether a topic is the one asked for, whatever its prefixes; where the device names none, its data decide."""
    plain = "/".join(part.rpartition(":")[2] for part in (topic or TRACK_STATE).strip().split("/"))
    return plain == TRACK_STATE


def _items(message: xml.Element, name: str) -> dict[str, str]:
    holder = xml.find(message, name)
    found = {}
    for item in [] if holder is None else xml.children(holder, "SimpleItem"):
        found[xml.attribute(item, "Name") or ""] = xml.attribute(item, "Value") or ""
    return found


def replay_uri(answer: xml.Element) -> str | None:
    """GetReplayUri; line breaks inside it are taken out."""
    return xml.uri(answer, "Uri") or xml.uri(next(xml.descendants(answer, "Uri"), None))
