"""What one visit learned, by subject and attribute, badly formed values left out.

A device can say anything; what enters the record has the contract's form (a resolution is `WxH`, a rate is a finite
number), whatever a dialect let through.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cctv_probe.model.evidence import Evidence, Value
from cctv_probe.model.units import Resolution, codec_slug

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_HIGHEST_RATE = 1000
_HIGHEST_COUNT = 2**53 - 1
_MODES = ("continuous", "schedule", "motion", "event")
_UNTIL_FULL = "until_full"


class Known:
    """Evidence of one device, ready to be asked."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._by_place: dict[tuple[str, str], list[Evidence]] = {}
        for item in evidence:
            tidy = well_formed(item)
            if tidy is not None:
                self._by_place.setdefault((tidy.subject, tidy.attribute), []).append(tidy)

    def of(self, subject: str, *attributes: str) -> list[Evidence]:
        """The evidence about these attributes of `subject`, in order of arrival."""
        return [item for attribute in attributes for item in self._by_place.get((subject, attribute), ())]

    def stream_subjects(self, channel_subject: str) -> list[str]:
        """The streams of a channel that evidence speaks of, in order of arrival."""
        prefix = f"{channel_subject}/stream/"
        return list(dict.fromkeys(subject for subject, _ in self._by_place if subject.startswith(prefix)))


def well_formed(item: Evidence) -> Evidence | None:
    """`item` with its value in the contract's spelling, or None where it has none."""
    rule = _RULES.get(item.attribute, _anything)
    value = rule(item.value)
    if value is None:
        return None
    return item if value is item.value else replace(item, value=value)


def _anything(value: Value) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _text(value: Value) -> Value:
    return value.strip() or None if isinstance(value, str) else None


def _resolution(value: Value) -> Value:
    size = Resolution.parse(value) if isinstance(value, str) else None
    return str(size) if size and size.area_px else None


def _codec(value: Value) -> Value:
    if not isinstance(value, str):
        return None
    slug = codec_slug(value) or value.strip().casefold()
    return slug if _SLUG.fullmatch(slug) else None


def _number(lowest: float, highest: float) -> Callable[[Value], Value]:
    def rule(value: Value) -> Value:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return value if lowest <= value <= highest else None

    return rule


def _whole(value: Value) -> Value:
    """A number of days: whole, from 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _HIGHEST_COUNT:
        return None
    return int(value) if value == int(value) else None


def _yes_no(value: Value) -> Value:
    return value if isinstance(value, bool) else None


def _configured_days(value: Value) -> Value:
    return value if value == _UNTIL_FULL else _whole(value)


def _recording_mode(value: Value) -> Value:
    mode = value.strip().casefold() if isinstance(value, str) else None
    return mode if mode in _MODES else None


def _file_format(value: Value) -> Value:
    """Codec and container; a codec in the contract's spelling."""
    if not isinstance(value, Mapping):
        return None
    codec, container = _codec(value.get("codec")), value.get("container")
    return {"codec": codec, "container": container} if codec and isinstance(container, str) else None


_RULES: dict[str, Callable[[Value], Value]] = {
    "brand": _text, "model": _text, "firmware": _text,
    "resolution": _resolution, "max_resolution": _resolution,
    "codec": _codec,
    "frame_rate": _number(0.001, _HIGHEST_RATE),
    "bit_rate_bps": _number(1, _HIGHEST_COUNT),
    "clock_offset_s": _number(-_HIGHEST_COUNT, _HIGHEST_COUNT),
    "rtt_s": _number(0, 3600),
    "file_format": _file_format,
    "configured_days": _configured_days, "recording_mode": _recording_mode,
    "plausible_days": _whole, "storage_total_bytes": _number(1, _HIGHEST_COUNT), "working": _yes_no,
    "oldest_playable_days": _whole, "coverage_ratio": _number(0, 1), "longest_gap_s": _number(0, _HIGHEST_COUNT),
    "latitude": _number(-90, 90), "longitude": _number(-180, 180),
}  # fmt: skip
