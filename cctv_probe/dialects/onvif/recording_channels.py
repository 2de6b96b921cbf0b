"""Recordings → channels: which recording holds which picture source. Pure.

The source of a recording is free text chosen by whoever made it (ONVIF Recording Control 5.2). It is joined to a channel by
the profile of its job, else by a token or a name that is the same, else by a numbering that fits all of them exactly;
what fits nothing gets a number of its own behind the known channels, because a wrong join would prove a
camera's footage with another one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from cctv_probe.dialects.onvif.answers_recording import Job, Recording
from cctv_probe.model.device import Channel

MOST_CHANNELS = 256
_LAST_NUMBER = re.compile(r"(\d{1,4})\D{0,4}$", re.ASCII)
_GONE = ("removed", "removing")


@dataclass(frozen=True, slots=True)
class RecordedChannel:
    """A channel of the archive with its recordings; without any where the recorder lists none for a known channel.

    `mode` is `schedule`, `motion`, `event` or `unknown`; `is_idle`: it has jobs, and all are switched off.
    """

    number: int
    name: str | None
    recordings: tuple[Recording, ...]
    mode: str = "unknown"
    is_idle: bool = False


def join(
    recordings: Iterable[Recording],
    channels: Sequence[Channel],
    jobs: Sequence[Job] = (),
    source_of_profile: Mapping[str, str] | None = None,
) -> tuple[RecordedChannel, ...]:
    """Channels by number. `source_of_profile`: media profile token → video source token."""
    sources = _by_source(recording for recording in recordings if recording.status not in _GONE)
    numbers = _joined(sources, channels, jobs, source_of_profile or {})
    held: dict[int, list[Recording]] = {channel.number: [] for channel in channels}
    for number, source in zip(numbers, sources, strict=True):
        held.setdefault(number, []).extend(source)
    names = {channel.number: channel.name for channel in channels}
    found = [_channel(number, names.get(number), tuple(listed), jobs) for number, listed in sorted(held.items())]
    return tuple(found[:MOST_CHANNELS])


def _by_source(recordings: Iterable[Recording]) -> list[list[Recording]]:
    """Recordings of one source together; one that names no source stands alone."""
    groups: dict[tuple[str, ...], list[Recording]] = {}
    for recording in recordings:
        named = (recording.source_id or "", recording.source_name or "")
        groups.setdefault(named if any(named) else ("", "", recording.token), []).append(recording)
    return list(groups.values())


def _joined(
    sources: list[list[Recording]], channels: Sequence[Channel], jobs: Sequence[Job], profiles: Mapping[str, str]
) -> list[int]:
    if len(channels) == 1:
        return [channels[0].number] * len(sources)  # a camera records itself
    told = [_told(source, channels, jobs, profiles) for source in sources]
    if not any(told):
        told = _by_numbering(sources, [channel.number for channel in channels])
    free = count(max((channel.number for channel in channels), default=0) + 1)
    return [number or next(free) for number in told]


def _told(
    source: list[Recording], channels: Sequence[Channel], jobs: Sequence[Job], profiles: Mapping[str, str]
) -> int | None:
    """The channel that a source names, by whatever it names it with."""
    tokens = {recording.token for recording in source}
    stored = {job.source_token for job in jobs if job.recording_token in tokens and job.source_token}
    named = {recording.source_id for recording in source if recording.source_id}
    for candidates in (stored, named):
        wanted = candidates | {profiles[token] for token in candidates if token in profiles}
        found = {channel.number for channel in channels if channel.token and channel.token in wanted}
        if len(found) == 1:
            return found.pop()
    names = {(recording.source_name or "").casefold() for recording in source} - {""}
    found = {channel.number for channel in channels if (channel.name or "").casefold() in names}
    return found.pop() if len(found) == 1 else None


def _by_numbering(sources: list[list[Recording]], numbers: list[int]) -> list[int | None]:
    """Channels by the last number in each source's token or name, where these number all sources and all channels alike."""
    firsts = [source[0] for source in sources]
    for names in ([r.token for r in firsts], [r.source_id for r in firsts], [r.source_name for r in firsts]):
        counted = [int(found[1]) for name in names if (found := _LAST_NUMBER.search(name or ""))]
        for shift in (0, 1):
            shifted = [number + shift for number in counted]
            if len(shifted) == len(sources) and sorted(shifted) == sorted(numbers):
                return list(shifted)
    return [None] * len(sources)


def _channel(number: int, name: str | None, listed: tuple[Recording, ...], jobs: Sequence[Job]) -> RecordedChannel:
    tokens = {recording.token for recording in listed}
    ours = [job for job in jobs if job.recording_token in tokens]
    active = [job for job in ours if job.mode != "idle"]
    title = name or next((recording.source_name for recording in listed if recording.source_name), None)
    return RecordedChannel(number, title, listed, _mode(active), is_idle=bool(ours) and not active)


def _mode(jobs: Sequence[Job]) -> str:
    """When it is recorded, where the jobs tell. A job that merely is active does not: motion and time plans of the
    maker's own stand behind it on most devices. Beside one that waits for nothing, the others tell nothing."""
    modes = {_mode_of(job) for job in jobs}
    return next((mode for mode in ("unknown", "schedule", "motion", "event") if mode in modes), "unknown")


def _mode_of(job: Job) -> str:
    if job.topics:
        return "motion" if all("motion" in topic.lower() for topic in job.topics) else "event"
    return "schedule" if job.has_schedule else "unknown"
