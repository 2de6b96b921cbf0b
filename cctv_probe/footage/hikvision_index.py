"""What a Hikvision recorder claims about one channel: its calendar and segments → an index in UTC. Pure.

Instants come by the recorder's clock and are corrected by its offset; implausible ones become findings and no history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from cctv_probe.dialects.hikvision.answers_footage import Day, Segment
from cctv_probe.dialects.hikvision.answers_storage import Track
from cctv_probe.dialects.hikvision.ask_footage import Calendar, Found
from cctv_probe.dialects.hikvision.local_time import Zone
from cctv_probe.footage.archive import Index
from cctv_probe.footage.onvif_index import Believed
from cctv_probe.model.footage import Span

TOUCHING = dt.timedelta(seconds=2)
"""Segments so near each other are one recording, cut into files."""


def index_of(
    track: Track | None,
    calendar: Calendar,
    oldest: Segment | None,
    found: Found | None,
    zone: Zone,
    believed: Believed,
) -> Index:
    """The claims about one channel. Segments are believed before days; days without segments count as a whole."""
    told = list(found.segments) if found else []
    spans = list(_corrected(told, believed))
    if found is None or not found.is_complete or len(spans) < len(told):
        spans += _whole_days(calendar.days, spans, zone, believed)
    known = calendar.is_complete or bool(found and found.is_complete and not calendar.supported)
    starts = [
        start for start in (believed.utc(oldest.start) if oldest else None, *(one.start_utc for one in spans)) if start
    ]
    listed = merged(spans)
    return Index(
        oldest_utc=min(starts, default=None),
        newest_utc=max((span.end_utc for span in listed), default=None),
        spans=listed,
        spans_known=known,
        configured_days=track.configured_days if track else None,
        recording_mode=track.mode if track else "unknown",
        raw_sha256=tuple(dict.fromkeys((*calendar.raw_sha256, *(found.raw_sha256 if found else ())))),
    )


def _corrected(segments: Iterable[Segment], believed: Believed) -> Iterator[Span]:
    for segment in segments:
        start, end = believed.utc(segment.start), believed.utc(segment.end)
        if start and end and start < end:
            yield Span(
                start, min(end, max(believed.now, start + dt.timedelta(seconds=1))), segment.kind, segment.locked
            )


def _whole_days(days: Iterable[Day], told: Sequence[Span], zone: Zone, believed: Believed) -> Iterator[Span]:
    """Days of the calendar of which no segment was read."""
    dates: set[dt.date] = set()
    for span in told:
        first, last = (zone.local(at + believed.offset).date() for at in (span.start_utc, span.end_utc))
        dates |= {first + dt.timedelta(days=count) for count in range(min((last - first).days, 400) + 1)}
    for day in days:
        if day.date in dates:
            continue
        midnight = dt.datetime.combine(day.date, dt.time())
        start = believed.utc(zone.instant(midnight))
        end = zone.instant(midnight + dt.timedelta(days=1)) - believed.offset
        if start and start < min(end, believed.now):
            yield Span(start, min(end, believed.now), day.kind)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order; those of one kind that overlap or touch made one."""
    found: list[Span] = []
    open_spans: dict[tuple[str, bool], int] = {}
    for span in sorted(spans):
        key = (span.kind, span.locked)
        at = open_spans.get(key)
        if at is not None and span.start_utc <= found[at].end_utc + TOUCHING:
            last = found[at]
            found[at] = Span(last.start_utc, max(last.end_utc, span.end_utc), span.kind, span.locked)
        else:
            open_spans[key] = len(found)
            found.append(span)
    return tuple(sorted(found))
