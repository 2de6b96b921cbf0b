"""Access units in, numbers out: what a stream delivered, measured by RTP timestamps and checked against the wall clock."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.pace import (
    ClockCheck,
    Seen,
    Step,
    clock_check,
    jitter_s,
    quantile,
    rates_by_window,
    steps,
    stretches,
    varies,
    wall_rate,
    whole_pictures,
)

Basis = Literal["rtp_timestamps", "wall_clock"]

MAX_UNITS = 20_000
_NEXT_TO_NOTHING = 0.03
"""Of a key picture: a live camera's grain costs more, even where nothing moves."""
_SAME_WEIGHT = 0.001
_ALIKE = 1.1
"""Groups of pictures that differ by no more than this are of one kind."""
_FILLER = b"\xff\x80"
"""What filler NAL units consist of (H.264 7.3.2.7, H.265 7.3.2.8): encoders pad to a constant bit rate with it."""
DISAGREE = 0.05
"""The two clocks may differ by this share (and by what arrival cannot tell) before the camera's is not believed."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a stream delivered.

    `frame_rate` ± `plus_minus` in frames per second, counted by `basis`: the camera's timestamps, or the wall clock where
    those stand still or differ from it by more than 5 % (`clock_disagrees`). Pictures that were sent and lost on the way
    are counted. `wall_clock_frame_rate` is the cross-check, None where too little arrived after the burst at the start.
    `variable`: the rate changes with time. `bit_rate_bps` is payload, over whole groups of pictures where there are any.
    `gop_frames` and `gop_s` are the usual distance between key pictures, None where under two came. `jitter_s` as in
    RFC 3550, None where it cannot be told. `unchanging`: what comes between key pictures holds next to nothing (or all
    key pictures of an all-key stream weigh the same), as when a frozen picture is coded again and again; None under ten. `lost_packets` as told by `Timeline.lose`, `lost_pictures` concluded from gaps
    beside losses; `damaged` pictures came in part. `duration_s` by `basis`; `count` pictures came.
    """

    frame_rate: float
    plus_minus: float
    basis: Basis
    variable: bool
    wall_clock_frame_rate: float | None
    clock_disagrees: bool
    bit_rate_bps: int
    gop_frames: float | None
    gop_s: float | None
    key_pictures: int
    jitter_s: float | None
    unchanging: bool | None
    lost_packets: int
    lost_pictures: int
    damaged: int
    duration_s: float
    count: int


class Timeline:
    """What arrived of one stream: a fixed number of small rows, the newest `max_units`.

    `live` is false for a replay, which may be delivered faster than it was recorded: the wall clock then proves nothing.
    """

    def __init__(self, max_units: int = MAX_UNITS, live: bool = True) -> None:
        self._seen: deque[Seen] = deque(maxlen=max_units)
        self._live = live
        self._lost_before = 0
        self._lost_packets = 0
        self._keys = 0
        self._first_s: float | None = None
        self._lowest = self._highest = 0

    def lose(self, packets: int) -> None:
        """Note that `packets` RTP packets are missing before the next access unit."""
        self._lost_before += packets
        self._lost_packets += packets

    def add(self, unit: AccessUnit) -> None:
        """Note one access unit; its picture is not kept. Costs the same however many came before.

        Hand it over with its `data`: filler is told apart from what was coded by looking at the end of it.
        """
        if self._first_s is None:
            self._first_s = unit.arrived_s
            self._lowest = self._highest = unit.timestamp
        self._lowest, self._highest = min(self._lowest, unit.timestamp), max(self._highest, unit.timestamp)
        self._keys += unit.is_key
        self._seen.append(
            Seen(
                unit.timestamp,
                max(1, unit.clock_hz),
                unit.arrived_s,
                unit.size_bytes,
                _meant_bytes(unit),
                unit.is_key,
                unit.damaged,
                self._lost_before,
            )
        )
        self._lost_before = 0

    def enough(self, min_s: float = 10.0, min_gops: int = 2) -> bool:
        """Whether `min_s` seconds and `min_gops` whole groups of pictures have come.

        Live streams must have lasted so by both clocks (a burst at the start is no time), or a fifth longer by ours.
        """
        if self._first_s is None or self._keys <= min_gops:
            return False
        media_s = (self._highest - self._lowest) / self._seen[-1].clock_hz
        wall_s = self._seen[-1].arrived_s - self._first_s
        if not self._live:
            return media_s >= min_s
        return wall_s >= min_s and (media_s >= min_s or wall_s >= 1.2 * min_s)

    def measure(self) -> Measurement | None:
        """The numbers so far; None where under two pictures came, or all at one instant by every clock."""
        pictures = whole_pictures(self._seen)
        if len(pictures) < 2:
            return None
        return _measured(pictures, self._lost_packets, self._live)


def _meant_bytes(unit: AccessUnit) -> int:
    """The size of a picture without what was sent only to keep the bit rate up."""
    if unit.filler_bytes or not unit.data:
        return unit.size_bytes - unit.filler_bytes
    return len(unit.data.rstrip(_FILLER))


@dataclass(frozen=True, slots=True)
class _Rate:
    value: float
    plus_minus: float
    basis: Basis
    stretch: float
    """Seconds by the basis per second of the camera's clock; 0 where that stands still."""
    duration_s: float


def _over_whole_groups(pictures: Sequence[Seen]) -> Sequence[Seen]:
    """From the first key picture to the last, where the groups between are alike in pictures and in time: the encoder
    then changes its rate in step with them, and a mean over parts of them would depend on where the sample began."""
    keys = _keys_at(pictures)
    counts = [b - a for a, b in pairwise(keys)]
    spans = [pictures[b].media_s - pictures[a].media_s for a, b in pairwise(keys)]
    alike = len(keys) > 2 and all(max(each) <= _ALIKE * min(each) and min(each) > 0 for each in (counts, spans))
    return pictures[keys[0] : keys[-1] + 1] if alike else pictures


def _measured(pictures: Sequence[Seen], lost_packets: int, live: bool) -> Measurement | None:
    parts = stretches(pictures)
    taken = [step for part in parts for step in steps(part)]
    check = clock_check(parts) if live else ClockCheck(1.0, 0.0)
    rate = _rate(pictures, taken, check)
    if rate is None:
        return None
    if varies(taken if rate.stretch else _by_arrival(pictures)):
        whole = _over_whole_groups(pictures)
        rate = _rate(whole, [step for part in stretches(whole) for step in steps(part)], check) or rate
    gaps = [b - a for a, b in pairwise(_keys_at(pictures))]
    return Measurement(
        frame_rate=rate.value,
        plus_minus=rate.plus_minus,
        basis=rate.basis,
        variable=varies(taken if rate.stretch else _by_arrival(pictures)),
        wall_clock_frame_rate=_cross_check(pictures, taken, check) if live else None,
        clock_disagrees=rate.basis == "wall_clock",
        bit_rate_bps=_bit_rate_bps(pictures, taken, rate),
        gop_frames=statistics.median(gaps) if gaps else None,
        gop_s=statistics.median(gaps) / rate.value if gaps and not rate.stretch else _gop_s(parts, rate.stretch),
        key_pictures=sum(seen.is_key for seen in pictures),
        jitter_s=jitter_s(max(parts, key=len)) if live and rate.basis == "rtp_timestamps" else None,
        unchanging=_unchanging(pictures),
        lost_packets=lost_packets,
        lost_pictures=sum(step.pictures - 1 for step in taken),
        damaged=sum(seen.damaged for seen in pictures),
        duration_s=rate.duration_s,
        count=len(pictures),
    )


def _rate(pictures: Sequence[Seen], taken: Sequence[Step], check: ClockCheck | None) -> _Rate | None:
    media_s = sum(step.seconds for step in taken)
    check = check or ClockCheck(1.0, 0.0)
    if media_s <= 0 or math.isinf(check.ratio) or len(taken) < 0.5 * (len(pictures) - 1):
        return _by_wall_clock(pictures)
    by_camera = sum(step.pictures for step in taken) / media_s
    unsure = _unsure(taken, by_camera)
    if abs(check.ratio - 1) <= max(DISAGREE, check.plus_minus):
        return _Rate(by_camera, unsure + 0.001 * by_camera, "rtp_timestamps", 1.0, media_s)
    value = by_camera / check.ratio
    unsure = unsure / check.ratio + value * check.plus_minus
    return _Rate(value, unsure, "wall_clock", check.ratio, media_s * check.ratio)


def _by_wall_clock(pictures: Sequence[Seen]) -> _Rate | None:
    value = wall_rate(pictures)
    if value is None:
        return None
    taken = _by_arrival(pictures)
    duration_s = pictures[-1].arrived_s - pictures[0].arrived_s
    return _Rate(value, _unsure(taken, value) + 2 / max(duration_s, 1.0), "wall_clock", 0.0, duration_s)


def _by_arrival(pictures: Sequence[Seen]) -> list[Step]:
    return [Step(max(0.0, b.arrived_s - a.arrived_s), 1) for a, b in pairwise(pictures)]


def _unsure(taken: Sequence[Step], rate: float) -> float:
    """Two standard errors of the rate over ten parts of the sample, the timestamps' grain, and half of what was filled in."""
    total_s = sum(step.seconds for step in taken)
    if total_s <= 0 or len(taken) < 4:
        return rate / max(1, len(taken))
    windows = rates_by_window(taken, min(10, len(taken) // 2))
    spread = 2 * statistics.stdev(windows) / math.sqrt(len(windows))
    filled = sum(step.pictures - 1 for step in taken)
    return spread + rate * _grain_s(taken) / total_s + 0.5 * filled / total_s


def _grain_s(taken: Sequence[Step]) -> float:
    """How coarse the timestamps are: half of the usual wobble of an interval."""
    spans = [step.seconds / step.pictures for step in taken]
    return min((quantile(spans, 0.75) - quantile(spans, 0.25)) / 2, sum(spans) / len(spans))


def _cross_check(pictures: Sequence[Seen], taken: Sequence[Step], check: ClockCheck | None) -> float | None:
    media_s = sum(step.seconds for step in taken)
    if check is None or media_s <= 0 or math.isinf(check.ratio):
        return wall_rate(pictures)
    return sum(step.pictures for step in taken) / media_s / check.ratio


def _keys_at(pictures: Sequence[Seen]) -> list[int]:
    return [index for index, seen in enumerate(pictures) if seen.is_key]


def _bit_rate_bps(pictures: Sequence[Seen], taken: Sequence[Step], rate: _Rate) -> int:
    """Over whole groups of pictures where two key pictures or more came: a key picture weighs as much as many others."""
    keys = _keys_at(pictures)
    first, last = (keys[0], keys[-1]) if len(keys) > 1 else (0, len(pictures) - 1)
    size = sum(seen.size_bytes for seen in pictures[first:last])
    if rate.stretch and _unbroken(pictures, taken):
        seconds = (pictures[last].media_s - pictures[first].media_s) * rate.stretch
    else:
        seconds = (last - first) / rate.value
    return round(size * 8 / seconds) if seconds > 0 else 0


def _unbroken(pictures: Sequence[Seen], taken: Sequence[Step]) -> bool:
    return len(taken) == len(pictures) - 1


def _gop_s(parts: Sequence[Sequence[Seen]], stretch: float) -> float | None:
    """The usual time between key pictures within a stretch of the camera's clock."""
    between = [b.media_s - a.media_s for part in parts for a, b in pairwise([seen for seen in part if seen.is_key])]
    return statistics.median(between) * stretch if between else None


def _unchanging(pictures: Sequence[Seen]) -> bool | None:
    keys = [seen.meant_bytes for seen in pictures if seen.is_key]
    between = [seen.meant_bytes for seen in pictures if not seen.is_key]
    if between and keys:
        return quantile(between, 0.75) <= _NEXT_TO_NOTHING * statistics.median(keys) if len(between) >= 10 else None
    if len(keys) < 10:
        return None
    return quantile(keys, 0.9) - quantile(keys, 0.1) <= _SAME_WEIGHT * statistics.median(keys)
