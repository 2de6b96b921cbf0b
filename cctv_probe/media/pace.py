"""How fast pictures come: the pure arithmetic of two clocks, the camera's (RTP timestamps) and ours (arrival).

Cameras lie in both directions (quirk 19): timestamps stand still, jump, restart, run at another rate than the 90 kHz they
claim, or pretend 25 fps where 12 are sent; arrival comes in clumps, late, and with a burst at the start, where a
camera sends the group of pictures that it had buffered.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_JUMP_S = 3.0
"""Timestamps that run ahead of the wall clock by more than this, from one picture to the next, have jumped."""
_STEP_S = 0.25
"""Less than a jump, but more than this: a jump only where arrival shows that it stayed so."""
_BACK_S = 2.0
"""Timestamps that go back by more than this have restarted; less is pictures in coding order."""
_BURST_S = 3.0
"""For so long after the first picture (or 30 % of the sample) the wall clock says nothing."""
_NEAR = 25
_PACKET_BYTES = 1400


@dataclass(frozen=True, slots=True)
class Seen:
    """What a timeline keeps of an access unit. `meant_bytes` is its size without the filler at its end; `lost_before`:
    packets known lost between it and the one before.
    """

    timestamp: int
    clock_hz: int
    arrived_s: float
    size_bytes: int
    meant_bytes: int
    is_key: bool
    damaged: bool
    lost_before: int

    @property
    def media_s(self) -> float:
        """Its time by the camera's clock, from an arbitrary start."""
        return self.timestamp / self.clock_hz

    @property
    def delay_s(self) -> float:
        """Arrival minus camera time, from an arbitrary start: it grows by queueing and falls in a burst."""
        return self.arrived_s - self.media_s

    @property
    def suspect(self) -> bool:
        """Whether packets were lost in it or just before it."""
        return self.damaged or self.lost_before > 0


@dataclass(frozen=True, slots=True)
class Step:
    """From one picture to the next: `seconds`, in which `pictures` were sent (more than 1 where some were lost)."""

    seconds: float
    pictures: int


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """Seconds of wall clock per second of camera time, where the stream is steady, and how far off that may be.

    Infinite where the camera's clock stands still.
    """

    ratio: float
    plus_minus: float


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie, interpolated. Raises `ValueError` for no values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def whole_pictures(units: Sequence[Seen]) -> list[Seen]:
    """`units` with those of one picture put together.

    Same timestamp means same picture (some devices set the marker on the SEI, quirk 20), unless the clock is too coarse:
    then units of one timestamp arrive as far apart as others do, or are most of all.
    """
    same = [b.arrived_s - a.arrived_s for a, b in pairwise(units) if a.timestamp == b.timestamp]
    if not same:
        return list(units)
    other = [b.arrived_s - a.arrived_s for a, b in pairwise(units) if a.timestamp != b.timestamp]
    if len(other) + 1 < 0.3 * len(units):
        return list(units)
    if other and statistics.median(same) > max(0.3 * statistics.median(other), 0.001):
        return list(units)
    return _merged(units)


def _merged(units: Sequence[Seen]) -> list[Seen]:
    pictures: list[Seen] = []
    for unit in units:
        if pictures and pictures[-1].timestamp == unit.timestamp:
            pictures[-1] = _together(pictures[-1], unit)
        else:
            pictures.append(unit)
    return pictures


def _together(first: Seen, rest: Seen) -> Seen:
    return replace(
        first,
        arrived_s=rest.arrived_s,
        size_bytes=first.size_bytes + rest.size_bytes,
        meant_bytes=first.meant_bytes + rest.meant_bytes,
        is_key=first.is_key or rest.is_key,
        damaged=first.damaged or rest.damaged or rest.lost_before > 0,
    )


def stretches(pictures: Sequence[Seen]) -> list[list[Seen]]:
    """`pictures` cut wherever the camera's clock jumped, restarted or changed its rate, each in order of display."""
    usual_s = _usual_s(pictures)
    cut: list[list[Seen]] = [[]]
    for index, picture in enumerate(pictures):
        if index and _breaks(pictures, index, usual_s):
            cut.append([])
        cut[-1].append(picture)
    return [sorted(part, key=lambda seen: seen.timestamp) for part in cut if part]


def _usual_s(pictures: Sequence[Seen]) -> float:
    forward = [b.media_s - a.media_s for a, b in pairwise(pictures) if b.timestamp > a.timestamp]
    return statistics.median(forward) if forward else 0.0


def _breaks(pictures: Sequence[Seen], index: int, usual_s: float) -> bool:
    before, here = pictures[index - 1], pictures[index]
    if before.clock_hz != here.clock_hz:
        return True
    claimed_s = here.media_s - before.media_s
    ahead_s = claimed_s - (here.arrived_s - before.arrived_s)
    if claimed_s < -max(_BACK_S, 6 * usual_s) or ahead_s > max(_JUMP_S, 10 * usual_s):
        return True
    return ahead_s > max(_STEP_S, 3 * usual_s) and _stays_ahead(pictures, index, ahead_s)


def _stays_ahead(pictures: Sequence[Seen], index: int, ahead_s: float) -> bool:
    """Whether pictures arrive earlier for good, by their timestamps, than any did before; the burst at the start aside."""
    if pictures[index].arrived_s - pictures[0].arrived_s < _BURST_S:
        return False
    before = min(seen.delay_s for seen in pictures[max(0, index - _NEAR) : index])
    after = min(seen.delay_s for seen in pictures[index : index + _NEAR])
    return before - after > 0.7 * ahead_s


def steps(stretch: Sequence[Seen]) -> list[Step]:
    """The intervals of one stretch. Where packets were lost, the pictures that must have been between are counted."""
    spans = [b.media_s - a.media_s for a, b in pairwise(stretch)]
    lossy = [b.suspect or a.damaged for a, b in pairwise(stretch)]
    return [
        Step(span, 1 + (_missing(stretch, spans, lossy, place) if lossy[place] else 0))
        for place, span in enumerate(spans)
    ]


def _missing(stretch: Sequence[Seen], spans: Sequence[float], lossy: Sequence[bool], place: int) -> int:
    """Pictures that fit into a gap, by the longest of the sound intervals near it, and into the packets lost.

    By the longest, because a gap like others beside it is how the camera sends (a smart codec at one picture a second);
    but packets lost between two whole pictures were at least one picture.
    """
    before = [spans[at] for at in range(max(0, place - 8), place) if not lossy[at]][-3:]
    after = [spans[at] for at in range(place + 1, min(len(spans), place + 9)) if not lossy[at]][:3]
    usual_s = max(before + after, default=0.0)
    fitting = max(0, round(spans[place] / usual_s) - 1) if usual_s > 0 else 0
    lost = stretch[place + 1].lost_before
    if not lost:
        return fitting
    # Losses are told for a batch of pictures: where two whole ones stand no further apart than others, it was elsewhere.
    room = spans[place] > 1.5 * min(before + after, default=math.inf)
    surely = int(room and not stretch[place].damaged and not stretch[place + 1].damaged)
    return max(surely, min(fitting, math.ceil(lost / _usual_packets(stretch, place))))


def _usual_packets(stretch: Sequence[Seen], place: int) -> int:
    """How many packets a picture near `place` takes, if each holds as much as Ethernet lets it."""
    near = stretch[max(0, place - _NEAR) : place + _NEAR]
    return max(1, math.ceil(statistics.median(seen.size_bytes for seen in near) / _PACKET_BYTES))


def clock_check(parts: Sequence[Sequence[Seen]]) -> ClockCheck | None:
    """The camera's clock against ours, over the longest stretch; None where too little came to tell.

    Pictures with the least delay, early and late, are compared: queueing only ever adds delay.
    """
    longest = max(parts, key=lambda part: part[-1].arrived_s - part[0].arrived_s)
    whole = _slope(_after(longest, _burst_end_s(longest)))
    if whole is None or abs(whole.ratio - 1) < 0.02:
        return whole
    late = _slope(_after(longest, _middle_s(longest)))
    if late is not None and abs(late.ratio - 1) < 0.02:
        return late  # a long burst, or a stall: the clocks agree once it is over
    return whole


def _burst_end_s(pictures: Sequence[Seen]) -> float:
    arrived = [seen.arrived_s for seen in pictures]
    return min(arrived) + min(_BURST_S, 0.3 * (max(arrived) - min(arrived)))


def _middle_s(pictures: Sequence[Seen]) -> float:
    arrived = [seen.arrived_s for seen in pictures]
    return (min(arrived) + max(arrived)) / 2


def _after(pictures: Sequence[Seen], moment_s: float) -> list[Seen]:
    return sorted((seen for seen in pictures if seen.arrived_s >= moment_s), key=lambda seen: seen.arrived_s)


def _slope(steady: Sequence[Seen]) -> ClockCheck | None:
    if len(steady) < 3 or steady[-1].arrived_s <= steady[0].arrived_s:
        return None
    third_s = (steady[-1].arrived_s - steady[0].arrived_s) / 3
    early = [seen for seen in steady if seen.arrived_s <= steady[0].arrived_s + third_s]
    late = [seen for seen in steady if seen.arrived_s >= steady[-1].arrived_s - third_s]
    first = min(early, key=lambda seen: seen.delay_s)
    last = min(late, key=lambda seen: seen.delay_s)
    media_s, wall_s = last.media_s - first.media_s, last.arrived_s - first.arrived_s
    if media_s <= 0:
        return ClockCheck(math.inf, 0.0)
    ratio = wall_s / media_s
    late_by = [seen.arrived_s - first.arrived_s - (seen.media_s - first.media_s) * ratio for seen in steady]
    spread_s = quantile(late_by, 0.8) - quantile(late_by, 0.05)
    sure = math.sqrt(min(len(early), len(late)))
    return ClockCheck(ratio, 0.003 + 1.5 * spread_s / sure / wall_s)


def wall_rate(pictures: Sequence[Seen]) -> float | None:
    """Pictures per second by arrival alone, after the burst at the start; None where all came at one instant."""
    steady = _after(pictures, _burst_end_s(pictures))
    if len(steady) < 3:
        steady = _after(pictures, pictures[0].arrived_s)
    wall_s = steady[-1].arrived_s - steady[0].arrived_s if steady else 0.0
    return (len(steady) - 1) / wall_s if wall_s > 0 else None


def varies(taken: Sequence[Step]) -> bool:
    """Whether the rate changes with time: by the second, over every four pictures, or by long pauses.

    A sensor at 30 fps of which every sixth picture is left out sends a constant 25 fps.
    """
    total_s, pictures = sum(step.seconds for step in taken), sum(step.pictures for step in taken)
    if len(taken) < 4 or total_s <= 0:
        return False
    rate = pictures / total_s
    windows = rates_by_window(taken, max(3, int(total_s / max(1.0, 3 / rate))))
    if quantile(windows, 0.9) - quantile(windows, 0.1) > 0.2 * rate:
        return True
    fours = [sum(step.seconds / step.pictures for step in taken[at : at + 4]) for at in range(len(taken) - 3)]
    if quantile(fours, 0.95) - quantile(fours, 0.05) > 0.35 * statistics.median(fours):
        return True
    usual_s = statistics.median(step.seconds / step.pictures for step in taken)
    paused_s = sum(step.seconds for step in taken if step.seconds / step.pictures > max(2.5 * usual_s, 0.25))
    return paused_s > 0.08 * total_s


def rates_by_window(taken: Sequence[Step], windows: int) -> list[float]:
    """Pictures per second in each of `windows` equal parts of the time; a picture is spread evenly over its interval."""
    total_s = sum(step.seconds for step in taken)
    width_s = total_s / windows
    counted = [0.0] * windows
    at_s = 0.0
    for step in taken:
        _spread(counted, at_s, step, width_s)
        at_s += step.seconds
    return [count / width_s for count in counted]


def _spread(counted: list[float], at_s: float, step: Step, width_s: float) -> None:
    if step.seconds <= 0:
        counted[min(int(at_s / width_s), len(counted) - 1)] += step.pictures
        return
    here_s, end_s = at_s, at_s + step.seconds
    window = min(int(at_s / width_s), len(counted) - 1)
    while here_s < end_s:
        until_s = end_s if window == len(counted) - 1 else min(end_s, (window + 1) * width_s)
        counted[window] += step.pictures * max(0.0, until_s - here_s) / step.seconds
        here_s, window = until_s, min(window + 1, len(counted) - 1)


def jitter_s(pictures: Sequence[Seen]) -> float | None:
    """Interarrival jitter (RFC 3550, 6.4.1) in seconds, after the burst at the start.

    None where many pictures were read at the same instant: arrival times are then those of our reads, not of the network.
    """
    steady = _after(pictures, _burst_end_s(pictures))
    gaps = [b.arrived_s - a.arrived_s for a, b in pairwise(steady)]
    if len(gaps) < 10 or sum(gap < 0.0005 for gap in gaps) > 0.3 * len(gaps):
        return None
    jitter = 0.0
    for before, here in pairwise(steady):
        jitter += (abs(here.delay_s - before.delay_s) - jitter) / 16
    return jitter
