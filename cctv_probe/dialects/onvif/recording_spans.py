"""Track-state events → spans of footage. Pure.

A recorder tells when each track began and ceased to hold data (ONVIF Recording Search 5.19.2). Devices leave out the state
at the start, repeat a state, or send events of another time than was asked for (quirk 26): the order of time decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from cctv_probe.dialects.onvif.answers_recording import TrackEvent
from cctv_probe.model.footage import Span

TOUCHING = dt.timedelta(seconds=1)


def spans_of(events: Iterable[TrackEvent], since: dt.datetime, until: dt.datetime) -> tuple[Span, ...]:
    """The spans between `since` and `until` that any of the tracks of `events` holds, merged, oldest first."""
    tracks: dict[tuple[str, str | None], list[TrackEvent]] = {}
    for event in events:
        tracks.setdefault((event.recording_token, event.track_token), []).append(event)
    return merged(span for listed in tracks.values() for span in _of_track(listed, since, until))


def _of_track(events: list[TrackEvent], since: dt.datetime, until: dt.datetime) -> Iterator[Span]:
    timed = [(_at(event, since, until), not event.is_start_state, event) for event in events]
    timed.sort(key=lambda entry: entry[:2])
    first = timed[0][2]
    opened = since if not (first.is_data_present or first.is_start_state) else None
    for at, _, event in timed:
        if event.is_data_present:
            opened = at if opened is None else opened
        elif opened is not None:
            yield from clipped(opened, at, since, until)
            opened = None
    if opened is not None:
        yield from clipped(opened, until, since, until)


def _at(event: TrackEvent, since: dt.datetime, until: dt.datetime) -> dt.datetime:
    """Some devices stamp the state at the start of a search with the time of the question."""
    return since if event.is_start_state and event.at > until else event.at


def clipped(start: dt.datetime, end: dt.datetime, since: dt.datetime, until: dt.datetime) -> Iterator[Span]:
    """The part of a span that lies between `since` and `until`, where there is one."""
    start, end = max(start, since), min(end, until)
    if start < end:
        yield Span(start, end)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap or touch made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start_utc <= found[-1].end_utc + TOUCHING:
            found[-1] = Span(found[-1].start_utc, max(found[-1].end_utc, span.end_utc))
        else:
            found.append(span)
    return tuple(found)
