"""Answers about recordings → values: which days of a month hold footage, and the segments of a search. Pure.

Times are the recorder's local time with a `Z` that means nothing; tags are misspelt in several ways (quirk 27).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision.answers_storage import kind_of
from cctv_probe.dialects.hikvision.local_time import Zone, parse_local
from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.xml import Element

MOST_SEGMENTS = 5000
"""Of one page; real pages have 40 to 200."""
_PATH = re.compile(r"/Streaming/tracks/\d{1,5}/?", re.IGNORECASE)

More = Literal["more", "ok", "none"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the recorder's calendar that holds footage; `kind` as in spans."""

    date: dt.date
    kind: str


def days(root: Element, year: int, month: int) -> tuple[Day, ...]:
    """`dailyDistribution` of a month: the days with footage, in order."""
    last = calendar.monthrange(year, month)[1]
    found: dict[int, Day] = {}
    for item in list(answers.below(root, "day"))[:62]:
        number = answers.whole(item, "dayOfMonth") or answers.whole(item, "id")
        if number and number <= last and answers.truth(item, "record"):
            told = kind_of(answers.text(item, "recordType"))
            found.setdefault(number, Day(dt.date(year, month, number), "" if told == "unknown" else told))
    return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of footage: aware instants of the device's clock. `path` is the playback path it names, without its window."""

    start: dt.datetime
    end: dt.datetime
    kind: str = ""
    locked: bool = False
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search. `more`: whether further pages are said to follow; `listed` counts its entries, usable or not."""

    segments: tuple[Segment, ...]
    more: More
    listed: int


def page(root: Element, zone: Zone) -> Page:
    """`ContentMgmt/search`."""
    items = list(answers.below(root, "searchMatchItem"))[:MOST_SEGMENTS]
    found = tuple(segment for item in items if (segment := _segment(item, zone)))
    said = (answers.first_text(root, "responseStatusStrg", "responseStatusString", "responseStatusStrp",
                               "responseStatusStrip") or "").upper()  # fmt: skip
    more: More = "more" if "MORE" in said else "none" if "NO" in said.split() or "NOMATCH" in said else "ok"
    return Page(found, more, len(items))


def _segment(item: Element, zone: Zone) -> Segment | None:
    span = answers.find(item, "timeSpan")
    start, end = (_instant(answers.text(span, name), zone) for name in ("startTime", "endTime"))
    if start is None or end is None or end <= start:
        return None
    media = answers.find(item, "mediaSegmentDescriptor")
    told = next((xml.text(one) for one in answers.below(item, "metadataDescriptor")), None)
    kind = kind_of(told.rpartition("recordType")[2] if told else None)
    locked = (answers.text(media, "lockStatus") or "").lower() in ("lock", "locked", "true")
    path = _PATH.search(answers.text(media, "playbackURI") or "")
    return Segment(start, end, "" if kind == "unknown" else kind, locked, path[0] if path else None)


def _instant(told: str | None, zone: Zone) -> dt.datetime | None:
    """An instant of the device's clock: by the offset written behind the time, else by the device's zone."""
    found = parse_local(told)
    if found is None:
        return None
    local, offset = found
    return zone.instant(local) if offset is None else (local - offset).replace(tzinfo=dt.UTC)
