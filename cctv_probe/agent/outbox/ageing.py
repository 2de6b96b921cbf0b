"""How old something is, by the time that the outbox itself has seen pass. Pure.

A municipal machine's clock may stand in 1970 after a power cut and in 2099 after a typing error. So age is never the
difference of two wall-clock times: it is a count of seconds that grows with the machine's monotonic clock, which all
processes of one boot share. Over a restart only the wall clock knows how long the machine was off; that is believed for
at most a day, because counting too little keeps a report longer (which is harmless) and counting too much discards it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_OFF_S = 86_400.0
"""The most that one restart can add to an age."""
MOST_WAIT_S = 6 * 3600.0
"""No back-off is longer: a next try further away than this comes from a clock that jumped, and is due."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, by both clocks: wall-clock seconds since 1970, monotonic seconds, and the boot these count from ("" where that
    is not known)."""

    wall_s: float
    mono_s: float
    boot: str


@dataclass(frozen=True, slots=True)
class Age:
    """Seconds that the outbox has seen pass since it was begun, and the moment at which they were counted."""

    aged_s: float
    at: Moment

    def moved_to(self, now: Moment) -> Age:
        """The count at `now`; it never runs backwards."""
        return replace(self, aged_s=self.aged_s + _passed_s(self.at, now), at=now)


def _passed_s(then: Moment, now: Moment) -> float:
    by_mono_s, by_wall_s = now.mono_s - then.mono_s, max(now.wall_s - then.wall_s, 0.0)
    if then.boot == now.boot and by_mono_s >= 0:
        return by_mono_s if now.boot else min(by_mono_s, by_wall_s)
    return min(by_wall_s, MOST_OFF_S)


@dataclass(frozen=True, slots=True)
class Wait:
    """When to try again, by the wall clock and by the outbox's own count: whichever comes first."""

    wall_s: float
    aged_s: float


def wait_until(wall_s: float, now_wall_s: float, aged_s: float) -> Wait:
    """A wait until the wall clock shows `wall_s`, asked for at `now_wall_s`; never longer than `MOST_WAIT_S`."""
    wait_s = min(max(wall_s - now_wall_s, 0.0), MOST_WAIT_S)
    return Wait(now_wall_s + wait_s, aged_s + wait_s)


def left_s(wait: Wait, now_wall_s: float, aged_s: float) -> float:
    """Seconds still to wait; 0 where it is due."""
    by_wall_s = wait.wall_s - now_wall_s
    if by_wall_s > MOST_WAIT_S:
        return 0.0
    return max(0.0, min(by_wall_s, wait.aged_s - aged_s))
