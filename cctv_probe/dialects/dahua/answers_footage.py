"""Answers about recordings: the rows of a search, and spans made of them. Pure.

Times are the device's wall clock, without zone. Rows come oldest first, overlap, repeat, and lack what they like.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cctv_probe.dialects.dahua.answers_device import date
from cctv_probe.dialects.dahua.table import Node

MOST_ROWS = 1000
"""Of one page."""
TOUCHING = dt.timedelta(seconds=5)
"""Recorders cut files with a second or two between them."""
_LONGEST = dt.timedelta(days=2)
_OBJECT = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One recorded file. `channel` as the row counts it; `kind` is `motion`, `event` or nothing (by schedule or by hand);
    `locked` is kept by hand; `stream` is `main` or `extra…` in lower case, or nothing."""

    start: dt.datetime
    end: dt.datetime
    channel: int | None = None
    kind: str = ""
    locked: bool = False
    stream: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of `findNextFile`: how many rows it says or shows, and those that can be read."""

    found: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Footage without a break, by the device's wall clock."""

    start: dt.datetime
    end: dt.datetime
    kind: str = ""
    locked: bool = False


def finder(told: Node) -> str | None:
    """`factory.create`: `result=08137`, the number of the search object."""
    number = (told.text("result") or told.text("object") or "").strip()
    return number if _OBJECT.fullmatch(number) else None


def page(told: Node) -> Page:
    """`findNextFile`. Pictures (`jpg`) are no footage; rows without both times are counted, and left out."""
    rows = told.rows("items")[:MOST_ROWS]
    count = told.whole("found")
    segments = tuple(segment for _, row in rows if (segment := _segment(row)) is not None)
    return Page(len(rows) if count is None or count < 0 else min(count, MOST_ROWS), segments)


def _segment(row: Node) -> Segment | None:
    start, end = date(row.text("StartTime")), date(row.text("EndTime"))
    if (row.text("Type") or "dav").casefold() in ("jpg", "jpeg", "mp3", "wav"):
        return None
    if start is not None and end is None:
        seconds = row.number("Duration")
        end = _later(start, seconds) if seconds is not None else None
    if start is None or end is None or not start < end <= start + _LONGEST:
        return None
    flags = {(flag.value or "").casefold() for _, flag in row.rows("Flags")}
    events = {(event.value or "").casefold() for _, event in row.rows("Events")}
    return Segment(
        start=start,
        end=end,
        channel=row.whole("Channel"),
        kind=_kind(flags, events),
        locked=bool(flags & {"marked", "locked", "lock", "restrict", "restricted", "protected"}) or bool(row.flag("Locked")),
        stream=(row.text("VideoStream") or "").casefold(),
        size_bytes=row.whole("Length"),
    )  # fmt: skip


def _later(start: dt.datetime, seconds: float) -> dt.datetime | None:
    try:
        return start + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None


def _kind(flags: set[str], events: set[str]) -> str:
    """By flags: Timing is the schedule (or all day), Manual by hand; Event by its events, where it names them."""
    if "timing" in flags or "manual" in flags:
        return ""
    motion = {"videomotion", "motion", "motiondetect", "smartmotionhuman", "smartmotionvehicle"}
    if "motion" in flags or (events and events <= motion):
        return "motion"
    return "event" if "event" in flags or "alarm" in flags or events else ""


def main_only(segments: Iterable[Segment]) -> tuple[tuple[Segment, ...], bool]:
    """(the main stream's segments, False), or (all of them, True) where only a sub stream is recorded."""
    every = tuple(segments)
    main = tuple(segment for segment in every if not segment.stream.startswith("extra"))
    return (main, False) if main or not every else (every, True)


def stretches(segments: Iterable[Segment]) -> tuple[Stretch, ...]:
    """Segments in order, those of one kind that overlap or touch made one."""
    open_: dict[tuple[str, bool], Stretch] = {}
    found: list[Stretch] = []
    for segment in sorted(segments, key=lambda each: (each.start, each.end)):
        key = (segment.kind, segment.locked)
        last = open_.get(key)
        if last is not None and segment.start - last.end <= TOUCHING:
            open_[key] = Stretch(last.start, max(last.end, segment.end), *key)
            continue
        if last is not None:
            found.append(last)
        open_[key] = Stretch(segment.start, segment.end, *key)
    return tuple(sorted([*found, *open_.values()]))
