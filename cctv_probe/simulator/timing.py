"""When the access units of a stream are due, counted from PLAY: evenly, or by the turns of a varying rate. Pure."""

from __future__ import annotations

import math

from cctv_probe.simulator.fleet_streams import Stream


def due_s(stream: Stream, number: int) -> float:
    """Seconds from the first access unit (number 0) to number `number`."""
    if not stream.varying:
        return number / stream.frame_rate
    turns, left = divmod(number, stream.turn_units)
    passed = turns * stream.turn_s
    for interval in stream.varying:
        if left < interval.units:
            return passed + left / interval.frame_rate
        left -= interval.units
        passed += interval.for_s
    raise AssertionError("the turns hold turn_units access units")


def units_before(stream: Stream, seconds: float) -> int:
    """How many access units are due before `seconds` have passed since the first."""
    if not stream.varying:
        return max(0, math.ceil(seconds * stream.frame_rate - 1e-9))
    turns = max(0, int(seconds // stream.turn_s))
    count = turns * stream.turn_units
    while due_s(stream, count) < seconds - 1e-9:
        count += 1
    return count


def frame_rate_between(stream: Stream, start_s: float, end_s: float) -> float:
    """Frames per second that truly fall between two moments after PLAY: the truth for a window that is no whole turn."""
    return (units_before(stream, end_s) - units_before(stream, start_s)) / (end_s - start_s)
