"""What a played window proves where its pictures carry no time of their own: a control experiment, once per channel.

A recorder that plays nothing for an instant that cannot have footage is believed to play nothing else than what was asked for;
then a picture of a window of 60 s was recorded within it. One that plays pictures all the same jumps to other footage, or
shows live video: its samples stay without a time. The instants: the future, far before the oldest claimed footage, and the
middle of a hole that the index itself lists.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from cctv_probe.footage.archive import Index, Played, Wanted
from cctv_probe.footage.replay_sample import NothingPlayed
from cctv_probe.footage.window_replay import BY_RANGE, Window, WindowReplayer
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.footage import Span
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline

BY_WINDOW = "request_window"
WINDOW_S = 60
"""So long a window is asked for: what may be played lies within it, by the recorder's own word."""
CONTROL_S = 8.0
SHORT_SILENCE_S = 5.0
"""Where silence is known to mean that nothing is recorded, it is waited for no longer."""
AHEAD = dt.timedelta(days=2)
BEFORE = dt.timedelta(days=200)
FAR_BEFORE = dt.timedelta(days=5 * 365)
"""Before now, where no oldest footage is claimed."""
LEAST_HOLE = dt.timedelta(minutes=30)
"""A shorter hole may be the time that a recorder takes to close a file."""
MOST_TRIES = 2
CONTROL_BYTES = 32 << 20

_JUMPS = Text(
    en="{address} plays pictures also for an instant that cannot have footage ({what}), and its footage carries no time of its own: what it plays on channel {number} proves nothing about when it was recorded.",
    th="{address} เล่นภาพแม้ในเวลาที่ไม่อาจมีภาพบันทึก ({what}) และภาพไม่มีเวลากำกับ ภาพที่เล่นจากช่อง {number} จึงพิสูจน์ไม่ได้ว่าบันทึกไว้เมื่อใด",
)
_SILENT = Text(
    en="{address} plays other footage of this channel, but stayed silent about {instant} UTC, as it does about instants that cannot have footage: nothing is recorded there",
    th="{address} เล่นภาพช่วงอื่นของช่องนี้ได้ แต่ไม่ส่งข้อมูลของเวลา {instant} UTC เช่นเดียวกับเวลาที่ไม่อาจมีภาพบันทึก แสดงว่าไม่มีภาพในเวลานั้น",
)
_KINDS = {
    "future": Text(en="the future", th="เวลาในอนาคต"),
    "before": Text(en="long before its oldest footage", th="เวลาก่อนภาพที่เก่าที่สุดเป็นเวลานาน"),
    "hole": Text(en="a hole in its own index", th="ช่วงที่ดัชนีของเครื่องเองระบุว่าไม่มีภาพ"),
}

Kind = Literal["future", "before", "hole"]


class Verdict(enum.StrEnum):
    """What the control experiment of one channel showed."""

    BOUNDED = "bounded"
    """Nothing was played where nothing can be: a window bounds what it plays."""
    JUMPS = "jumps"
    """Pictures came for an instant that cannot have footage."""
    TELLS = "tells"
    """Other footage came, and the `Range` of PLAY's answer told so: it is no mere echo, also where it repeats the question."""
    UNKNOWN = "unknown"
    """An instant could not be asked for (busy, no answer)."""


@dataclass(frozen=True, slots=True)
class Control:
    """An instant that cannot have footage, and why."""

    kind: Kind
    at_utc: dt.datetime


def controls(index: Index | None, now: dt.datetime) -> tuple[Control, ...]:
    """The instants to ask for, at most three. Pure.

    The past comes first: a recorder that jumps to its oldest footage and says so tells the time of all it plays, while one
    that jumps from the future to its newest footage looks like live video.
    """
    oldest = index.oldest_utc if index else None
    before = oldest - BEFORE if oldest else now - FAR_BEFORE
    found = [Control("before", before), Control("future", now + AHEAD)]
    hole = widest_hole(index.spans) if index and index.spans_known else None
    return (*found, Control("hole", hole)) if hole else tuple(found)


def widest_hole(spans: Iterable[Span]) -> dt.datetime | None:
    """The middle of the widest hole between listed spans, where it is wide enough to be one."""
    ordered = sorted(spans)
    best: tuple[dt.timedelta, dt.datetime] | None = None
    reached: dt.datetime | None = None
    for span in ordered:
        if reached is not None and span.start_utc - reached >= LEAST_HOLE:
            width = span.start_utc - reached
            if best is None or width > best[0]:
                best = (width, reached + width / 2)
        reached = max(reached or span.end_utc, span.end_utc)
    return best[1] if best else None


def verdict_of(outcomes: Sequence[bool | None]) -> Verdict:
    """From whether each control played pictures (None: it could not be asked for). Pure."""
    if any(outcomes):
        return Verdict.JUMPS
    return Verdict.BOUNDED if outcomes and all(outcome is False for outcome in outcomes) else Verdict.UNKNOWN


@dataclass
class ControlledReplay:
    """Plays windows of one recorder's channels, and says what their pictures prove. Every method raises `StepError` only.

    `window_of(number, start, end)` makes the window of a channel from instants of the device's clock; `offset` is how far
    that clock is ahead of UTC.
    """

    replayer: WindowReplayer
    window_of: Callable[[int, dt.datetime, dt.datetime], Window]
    offset: dt.timedelta
    _known: set[int] = field(default_factory=set)
    """Channels of which something was played: an address that is refused there means nothing recorded."""
    _verdicts: dict[int, Verdict] = field(default_factory=dict)
    _tries: dict[int, int] = field(default_factory=dict)
    _proved: set[int] = field(default_factory=set)
    """Channels whose newest claimed footage was asked for."""
    _telling: set[int] = field(default_factory=set)
    """Channels where a control was answered with other footage, and with its time."""
    _silent: set[int] = field(default_factory=set)
    """Channels where a control was answered with silence."""

    def play(
        self, number: int, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline, index: Index | None = None
    ) -> Played:
        """Play the window that begins at `at_utc`. `index` is what the archive claims about the channel.

        The first picture without a time of its own brings the control experiment with it (at most three windows, `CONTROL_S`
        each); where it shows that this recorder plays what was asked for, `seen_utc` is the window's start and `time_source`
        `request_window`, else `seen_utc` is None. Raises as `WindowReplayer.play`.
        """
        try:
            played = self._window(number, at_utc, wanted, deadline, is_known=self._is_known(number, index))
        except StepError as error:
            if self.replayer.lost_path and number not in self._known and self._prove(number, index):
                played = self._window(number, at_utc, wanted, deadline, is_known=True)
            elif self._fell_silent(error) and self._is_silent_of_nothing(number, index):
                words = _SILENT.with_(address=self.replayer.visit.address, instant=f"{at_utc:%Y-%m-%d %H:%M:%S}")
                raise NothingPlayed(Ending.NOT_FOUND, words) from error
            else:
                raise
        self._known.add(number)
        told_start = self.replayer.told_start
        if played.seen_utc is not None:
            return played
        verdict = self.verdict(number, index)
        if verdict is Verdict.TELLS and told_start:
            return replace(played, seen_utc=at_utc, time_source=BY_RANGE)
        return replace(played, seen_utc=at_utc, time_source=BY_WINDOW) if verdict is Verdict.BOUNDED else played

    def _is_known(self, number: int, index: Index | None) -> bool:
        """Whether a refused address means nothing recorded: this channel has played, or its index lists nothing and another
        channel of the recorder, whose addresses look the same, has played."""
        empty = index is not None and index.spans_known and not index.spans and index.newest_utc is None
        return number in self._known or (empty and bool(self._known))

    def verdict(self, number: int, index: Index | None) -> Verdict:
        """Of the channel's control experiment, which is made once; one that could not be finished, at most twice."""
        known = self._verdicts.get(number, Verdict.UNKNOWN)
        if known is not Verdict.UNKNOWN or self._tries.get(number, 0) >= MOST_TRIES:
            return known
        self._tries[number] = self._tries.get(number, 0) + 1
        outcomes: list[bool | None] = []
        for control in controls(index, self.replayer.visit.clock.now()):
            outcomes.append(self._plays_pictures(number, control))
            if outcomes[-1] is not False:
                break
        found = Verdict.TELLS if number in self._telling and outcomes[-1] else verdict_of(outcomes)
        self._verdicts[number] = found
        return found

    def _prove(self, number: int, index: Index | None) -> bool:
        """Whether an address of this shape is played here at all: the newest claimed footage is asked for once."""
        if index is None or number in self._proved:
            return False
        self._proved.add(number)
        newest = max(index.spans, key=lambda span: span.end_utc, default=None)
        end = newest.end_utc if newest else index.newest_utc
        if end is None:
            return False
        start = max(newest.start_utc if newest else end, end - dt.timedelta(seconds=5 * WINDOW_S))
        try:
            with self.replayer.visit.budget.apart(CONTROL_S, CONTROL_BYTES):
                self._window(number, min(start, end), "key", Deadline.after(CONTROL_S), is_known=False)
        except StepError:
            return False
        self._known.add(number)
        return True

    def _fell_silent(self, error: StepError) -> bool:
        """Whether it agreed to play and then sent nothing at all."""
        return error.ending is Ending.TIMEOUT and not isinstance(error, NothingPlayed) and self.replayer.agreed

    def _is_silent_of_nothing(self, number: int, index: Index | None) -> bool:
        """Whether silence is how this recorder says that it has nothing: it plays other footage of the channel, and is silent
        about instants that cannot have any."""
        if number not in self._known and not self._prove(number, index):
            return False
        if self.verdict(number, index) is not Verdict.BOUNDED or number not in self._silent:
            return False
        self.replayer.silence_s = SHORT_SILENCE_S
        return True

    def _plays_pictures(self, number: int, control: Control) -> bool | None:
        visit, deadline = self.replayer.visit, Deadline.after(CONTROL_S)
        try:
            with visit.budget.apart(CONTROL_S, CONTROL_BYTES):
                played = self._window(number, control.at_utc, "key", deadline, is_known=True)
        except NothingPlayed as error:
            # Pictures without a key picture among them are pictures.
            return error.ending is not Ending.NOT_FOUND
        except StepError as error:
            # It agreed, and sent nothing or closed the connection: this channel plays other footage, and here nothing came.
            if self._fell_silent(error):
                self._silent.add(number)
                return False
            return False if error.ending is Ending.FAULT and self.replayer.agreed else None
        if played.time_source == BY_RANGE:
            self._telling.add(number)
            return True
        what = _KINDS[control.kind]
        visit.find("playback_jumps", "medium", _JUMPS.with_(address=visit.address, what=what, number=str(number)))
        return True

    def _window(
        self, number: int, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline, *, is_known: bool
    ) -> Played:
        start = at_utc + self.offset
        window = self.window_of(number, start, start + dt.timedelta(seconds=WINDOW_S))
        return self.replayer.play(window, wanted, deadline, self.offset, is_known=is_known)
