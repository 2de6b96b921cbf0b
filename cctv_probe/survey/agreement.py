"""Which of the other facts really say something else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cctv_probe.model.evidence import Evidence, Fact, Standing, agrees

FRAME_RATE_RELATIVE = 0.10
FRAME_RATE_ABSOLUTE_FPS = 1.0
"""Two frame rates agree within 10 % or one frame per second, whichever is wider."""

_HINTED_FIELDS = frozenset({"position", "network"})
"""What stands beside these is another kind of thing (a hint), and cannot disagree."""
ELSEWHERE = "_elsewhere"
"""What another archive of the same camera tells stands beside under its name with this behind it."""
PLAUSIBLE_DAYS = "plausible_days"
"""The attribute of an estimate, which agrees and disagrees with nothing."""
_CLOCK_TOLERANCE_S = 5.0
RETENTION_DAYS = 1
"""Claimed and verified days may lie so far apart and still say the same."""
BIT_RATE_OVER = 1.5
"""A configured bit rate is a limit: a stream may send less, and a little more for a while."""


def disagreements(field: str, fact: Fact) -> tuple[Evidence, ...]:
    """The facts beside the one believed that say something else about `field`; empty where nothing is believed."""
    if fact.chosen is None or field in _HINTED_FIELDS:
        return ()
    others = [other for other in fact.others if _is_of_the_same(field, fact.chosen, other)]
    if field == "bit_rate_bps":
        return tuple(other for other in others if _is_over(fact.chosen, other))
    if field == "retention_days":
        return tuple(other for other in others if _is_another_claim(fact.chosen, other))
    chosen = _tolerant(field, fact.chosen)
    return tuple(other for other in others if not agrees(chosen, other) and not _same_codec(field, chosen, other))


def _is_of_the_same(field: str, chosen: Evidence, other: Evidence) -> bool:
    """Whether `other` speaks of what `chosen` speaks of: no estimate, no other archive, not the higher of two limits."""
    if other.attribute.endswith(ELSEWHERE) or other.attribute == PLAUSIBLE_DAYS:
        return False
    both = {chosen.role == "recorder_setting", other.role == "recorder_setting"}
    return field != "max_resolution" or len(both) == 1


def _is_over(chosen: Evidence, limit: Evidence) -> bool:
    numbers = isinstance(chosen.value, (int, float)) and isinstance(limit.value, (int, float))
    return numbers and float(chosen.value) > BIT_RATE_OVER * float(limit.value)  # type: ignore[arg-type]


def _is_another_claim(verified: Evidence, other: Evidence) -> bool:
    """Whether what a device says of its days lies further from what samples proved than the day that is being overwritten.

    Declared days are left to the verdict, which alone knows of new disks and of samples still to come.
    """
    if other.source.standing is Standing.DECLARED:
        return False
    numbers = isinstance(verified.value, (int, float)) and isinstance(other.value, (int, float))
    return numbers and abs(verified.value - other.value) > RETENTION_DAYS  # type: ignore[operator]


def _tolerant(field: str, chosen: Evidence) -> Evidence:
    width = chosen.plus_minus or 0.0
    if field == "frame_rate" and isinstance(chosen.value, (int, float)):
        width = max(width, FRAME_RATE_ABSOLUTE_FPS, abs(chosen.value) * FRAME_RATE_RELATIVE)
    if field == "clock_offset_s":
        width = max(width, _CLOCK_TOLERANCE_S)
    return replace(chosen, plus_minus=width)


def _same_codec(field: str, chosen: Evidence, other: Evidence) -> bool:
    """A stream cannot show its container, so a file format agrees with it as far as the codec goes."""
    if field != "file_format":
        return False
    one, two = chosen.value, other.value
    if not isinstance(one, Mapping) or not isinstance(two, Mapping):
        return False
    unseen = {"not_observable", "not_declared"} & {one.get("container"), two.get("container")}
    return bool(unseen) and one.get("codec") == two.get("codec")
