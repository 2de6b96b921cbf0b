"""The files on a Dahua device's disk as its index tells them, cut by the recorder's clock. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from cctv_probe.simulator.dahua_text import by_clock, shown_time
from cctv_probe.simulator.fleet import Channel, Device
from cctv_probe.simulator.recorded_spans import Span, claimed_spans, locked_spans, span_at

_PATH = re.compile(r"/mnt/dvr/\d{4}-\d\d-\d\d/(\d{3})/dav/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Lines = Iterator[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file: from when to when it holds footage, in true UTC, and whether somebody locked it."""

    starts: datetime
    ends: datetime
    is_locked: bool

    def packed(self) -> str:
        """As a search keeps it until it is asked for."""
        return f"{self.starts.timestamp():.6f} {self.ends.timestamp():.6f} {int(self.is_locked)}"

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """What `packed` was made of."""
        starts, ends, is_locked = text.split()
        return cls(_instant(starts), _instant(ends), is_locked == "1")


def files_of(device: Device, number: int, window: Span | None = None) -> Iterator[MediaFile]:
    """The files of channel `number` (from 1), oldest first; window: those that hold anything of it."""
    channel = device.channels[number - 1]
    if channel.recordings is None:
        return
    now = datetime.now(UTC)
    locked = locked_spans(channel.recordings, now)
    for start, end in claimed_spans(channel.recordings, now):
        for first, last in _cut(device, (start, end)):
            if window is None or (first < window[1] and last > window[0]):
                yield MediaFile(first, last, span_at(locked, first) is not None)


def file_at(device: Device, path: str) -> tuple[int, MediaFile] | None:
    """The channel (from 1) and the file that lies under `path`."""
    matched = _PATH.match(path)
    number = int(matched[1]) if matched else 0
    if not 1 <= number <= len(device.channels):
        return None
    return next(((number, one) for one in files_of(device, number) if path_of(device, number, one) == path), None)


def path_of(device: Device, number: int, file: MediaFile) -> str:
    """`/mnt/dvr/2026-11-22/001/dav/10/10.00.00-11.00.00[R][0@0][0].dav`: R regular, M motion, A alarm, L locked."""
    starts, ends = by_clock(device, file.starts), by_clock(device, file.ends)
    recordings = device.channels[number - 1].recordings
    letter = {"motion": "M", "event": "A"}.get(recordings.mode if recordings else "", "R")
    return (
        f"/mnt/dvr/{starts:%Y-%m-%d}/{number:03d}/dav/{starts:%H}/{starts:%H.%M.%S}-{ends:%H.%M.%S}"
        f"[{'L' if file.is_locked else letter}][0@0][0].dav"
    )


def item(device: Device, number: int, file: MediaFile) -> Lines:
    """One `items[n]` of findNextFile; its Channel is counted from 0 whatever findFile counts from."""
    channel = device.channels[number - 1]
    length = _length(channel, file)
    yield "Channel", number - 1
    yield "Cluster", number * 1000
    yield "CutLength", length
    yield "Disk", 0
    yield "Duration", round((file.ends - file.starts).total_seconds())
    yield "EndTime", shown_time(device, file.ends)
    mode = channel.recordings.mode if channel.recordings else "continuous"
    if mode in ("motion", "event"):
        yield "Events[0]", "VideoMotion" if mode == "motion" else "AlarmLocal"
    yield "FilePath", path_of(device, number, file)
    yield "Flags[0]", "Event" if mode in ("motion", "event") else "Timing"
    if file.is_locked:
        yield "Flags[1]", "Marker"
    yield "Length", length
    yield "Partition", 0
    yield "StartTime", shown_time(device, file.starts)
    yield "Type", "dav"
    place = channel.truths.streams.index(channel.stored_stream)
    yield "VideoStream", f"Extra{place}" if place else "Main"


def _length(channel: Channel, file: MediaFile) -> int:
    recorded = channel.recordings.recorded if channel.recordings else None
    return round((file.ends - file.starts).total_seconds() * recorded.bit_rate_bps / 8) if recorded else 0


def _cut(device: Device, span: Span) -> Iterator[Span]:
    """The span cut where the recorder's own clock strikes a whole file."""
    step = timedelta(minutes=device.faults.vendor.segment_min)
    offset = timedelta(seconds=device.faults.clock_offset_s, hours=device.clock.utc_offset_h)
    start, end = span
    while start < end:
        cut = min(end, _EPOCH + ((start + offset - _EPOCH) // step + 1) * step - offset)
        yield start, cut
        start = cut


def _instant(seconds: str) -> datetime:
    return _EPOCH + timedelta(seconds=float(seconds))
