"""Which instants to ask for next, given what was seen so far. Pure: the same seed and samples give the same plan.

The order, each step only as far as the samples do not settle it: how far back the archive seems to reach; every day up to
31 once; the days before, at and after the declared and the found end; two longer pieces; other instants of days of which
nothing played; the days between the verified end and what is known to be empty; two instants a day apart, which must
not look alike; random days until there are enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cctv_probe.footage.archive import Index, Wanted
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.draw import INSIDE_S, fraction, instant_of_day, shuffled
from cctv_probe.footage.mode import DRAWN_IN_SPANS, mode_of
from cctv_probe.footage.presence import History, asked_on, history, speaks
from cctv_probe.footage.search import reach
from cctv_probe.model.footage import Outcome, Purpose, Sample, Span

EVERY_DAY_UP_TO = 31
_TRIES = 3
"""So many instants of a day are tried before it counts as empty, or as not to be asked tonight."""
_SOON_AFTER_S = 60.0
_TWINS_APART = 2
_NIGHT_FROM_H, _NIGHT_UNTIL_H = 20.0, 5.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One instant to ask for."""

    at_utc: datetime
    day: int
    purpose: Purpose

    @property
    def wanted(self) -> Wanted:
        """What the archive is to deliver."""
        return "long" if self.purpose == "long" else "key"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is to reach: `samples` presence samples over all nights, `long_pieces` longer ones, days up to `most_days`."""

    declared_days: int | None = None
    samples: int = 60
    long_pieces: int = 2
    most_days: int = 400
    random_days: int = 10
    every_night: int = 6
    twins: int = 2


class _Need(Exception):
    """The search wants to know of a day that has not been asked for tonight."""

    def __init__(self, day: int) -> None:
        self.day = day
        super().__init__(day)


@dataclass
class Planner:
    """A plan for one channel and one night. `index` is what the archive claims, after `findings.plausible`."""

    seed: str
    days: SiteDays
    index: Index
    wish: Wish = field(default_factory=Wish)

    def next(self, samples: Sequence[Sample]) -> tuple[Ask, ...]:
        """The next instants, which may be asked in any order; empty where the plan is done for tonight.

        `samples` are those of all nights so far, tonight's included.
        """
        known = _Known(samples, self.days, self.index)
        if len(known.tonight) >= self.most_asks:
            return ()
        steps = (
            self._reach, self._sweep, self._anchors, self._long, self._recheck, self._boundary, self._twins, self._fill
        )  # fmt: skip
        for step in steps:
            asks = step(known)
            if asks:
                return asks[: self.most_asks - len(known.tonight)]
        return ()

    @property
    def most_asks(self) -> int:
        """No night asks for more instants of one channel than this."""
        return 2 * self.wish.samples + 60

    def is_complete(self, samples: Sequence[Sample]) -> bool:
        """Whether everything that the definition of verified days wants has been sampled, over all nights."""
        known = _Known(samples, self.days, self.index)
        wanted = [
            day for day in self._must_have(known) if not (day in known.history.rows or known.is_kept_by_hand(day))
        ]
        return not wanted and not self._boundary(known)

    # --- The steps ---------------------------------------------------------------------------------------------------

    def _reach(self, known: _Known) -> tuple[Ask, ...]:
        try:
            self._reached(known)
        except _Need as need:
            return (self._search(need.day, known),)
        return ()

    def _sweep(self, known: _Known) -> tuple[Ask, ...]:
        wanted = (day for day in range(1, EVERY_DAY_UP_TO + 1) if known.is_open(day))
        return self._asks(shuffled(self.seed, wanted, "sweep"), known, "presence")

    def _anchors(self, known: _Known) -> tuple[Ask, ...]:
        wanted = [day for day in self._must_have(known) if known.is_open(day)]
        return self._asks(wanted, known, "presence")

    def _long(self, known: _Known) -> tuple[Ask, ...]:
        """One piece by day and one by night where there is a choice, from the newest days that played."""
        pieces = [sample for sample in known.samples if sample.purpose == "long"]
        had = [sample for sample in pieces if sample.outcome is Outcome.PLAYED]
        tried = {sample.at_utc for sample in pieces}
        choice = [sample for sample in known.presence_tonight() if sample.at_utc not in tried]
        tries = sum(asked_on(piece, self.days) == self.days.today for piece in pieces)
        if len(had) >= self.wish.long_pieces or not choice or tries > self.wish.long_pieces:
            return ()
        dark = {self._is_night(sample) for sample in had}
        best = min(choice, key=lambda sample: (self._is_night(sample) in dark, sample.day, sample.at_utc))
        return (Ask(best.at_utc, best.day, "long"),)

    def _recheck(self, known: _Known) -> tuple[Ask, ...]:
        """Days inside the history of which nothing played; the days behind its end, late; and the claimed oldest instant."""
        end = known.history.end
        empty = [row.day for row in known.history.inside if not row.present]
        again = [day for day in empty if 0 < known.tried(day) < _TRIES]
        asks = self._asks(again, known, "recheck")
        for day in () if known.drawn_in else (end + 1, end + 2):
            behind = known.history.rows.get(day)
            if behind and not behind.present:
                asks += self._late(day, known)
        asks += self._claimed(known)
        return asks[: self.wish.samples]

    def _boundary(self, known: _Known) -> tuple[Ask, ...]:
        """Halves the way between the verified end and the nearest day behind it that is empty."""
        verified = known.history.verified
        behind = [row for day, row in sorted(known.history.rows.items()) if day > verified]
        if not verified or not behind or behind[0].present or behind[0].day - verified <= 1:
            return ()
        middle = (verified + behind[0].day) // 2
        return self._asks([middle], known, "search") if known.tried(middle) < _TRIES else ()

    def _twins(self, known: _Known) -> tuple[Ask, ...]:
        """The time of day of something that played, on an older day that is present: a day that was copied looks the same."""
        asked = sum(sample.purpose == "twin" for sample in known.tonight)
        if asked >= self.wish.twins or known.drawn_in:
            return ()
        pairs = [
            (sample, day)
            for sample in known.drawn_tonight()
            for day in known.history.present
            if sample.day + _TWINS_APART <= day < known.history.end
        ]
        twins = []
        for place in shuffled(self.seed, range(len(pairs)), "twin")[asked : self.wish.twins]:
            sample, day = pairs[place]
            twins.append(Ask(sample.at_utc - timedelta(days=day - sample.day), day, "twin"))
        return tuple(twin for twin in twins if self.days.day_of(twin.at_utc) == twin.day)

    def _fill(self, known: _Known) -> tuple[Ask, ...]:
        """Random days of the history, until there are as many samples as wished for."""
        drawn = [sample for sample in known.samples if sample.purpose == "presence"]
        tonight = [sample for sample in drawn if asked_on(sample, self.days) == self.days.today]
        end = known.history.end
        inside = sum(speaks(sample, known.locked) and 1 <= self.days.day_of(sample.at_utc) <= end for sample in drawn)
        missing = max(self.wish.samples - inside, self.wish.every_night - len(tonight))
        if missing <= 0 or not end or len(tonight) >= 2 * self.wish.samples:
            return ()
        places = range(len(tonight), len(tonight) + missing)
        chosen = [1 + int(fraction(self.seed, "fill", place) * end) for place in places]
        return self._asks(chosen, known, "presence")

    # --- What they need ----------------------------------------------------------------------------------------------

    def _reached(self, known: _Known) -> int:
        marks = [day for day in (known.claimed_day, self.wish.declared_days) if day]
        earlier = min(known.earlier.end, self.wish.most_days)
        return reach(known.present_tonight, EVERY_DAY_UP_TO, marks, self.wish.most_days, earlier=earlier)

    def _must_have(self, known: _Known) -> list[int]:
        """Days that the verdict cannot do without: 1 to 31, the ends and their neighbours, some random days between."""
        try:
            reached = max(self._reached(known), known.history.end)
        except _Need:
            reached = known.history.end
        ends = [day for day in (reached, self.wish.declared_days) if day]
        anchors = {end + away for end in ends for away in (-1, 0, 1) if 1 <= end + away <= self.wish.most_days}
        between = shuffled(self.seed, range(EVERY_DAY_UP_TO + 1, reached), "day")
        sampled = sum(EVERY_DAY_UP_TO < day < reached for day in known.history.rows)
        between = between[: max(0, self.wish.random_days - sampled)]
        return [*range(1, EVERY_DAY_UP_TO + 1), *sorted(anchors - set(range(EVERY_DAY_UP_TO + 1))), *between]

    def _search(self, day: int, known: _Known) -> Ask:
        """The claimed oldest instant itself where it lies in that day, else a drawn one."""
        claimed = self._claimed(known)
        return claimed[0] if claimed and claimed[0].day == day else self._ask(day, known, "search")

    def _claimed(self, known: _Known) -> tuple[Ask, ...]:
        """The instant that the index calls its oldest, once a night."""
        oldest, day = known.claimed_oldest, known.claimed_day
        if oldest is None or not 1 <= day <= self.wish.most_days:
            return ()
        soon = oldest + timedelta(seconds=min(_SOON_AFTER_S, known.oldest_length_s / 2))
        ask = Ask(min(soon, self._last_of(day)), day, "search")
        return () if any(sample.at_utc == ask.at_utc for sample in known.tonight) else (ask,)

    def _late(self, day: int, known: _Known) -> tuple[Ask, ...]:
        """An instant of the day's last hour, once."""
        if known.tried(day, "edge"):
            return ()
        share = 1 - fraction(self.seed, "late", self.days.date_of(day).isoformat()) / 24
        return (Ask(min(self.days.instant(day, share), self._last_of(day)), day, "edge"),)

    def _last_of(self, day: int) -> datetime:
        """The last instant of a day whose footage could not be the next day's."""
        return self.days.bounds(day)[1] - timedelta(seconds=INSIDE_S)

    def _asks(self, wanted: Iterable[int], known: _Known, purpose: Purpose) -> tuple[Ask, ...]:
        """An instant of each day; days may come more than once."""
        before: Counter[int] = Counter()
        asks = []
        for day in wanted:
            asks.append(self._ask(day, known, purpose, before[day]))
            before[day] += 1
        return tuple(asks)

    def _ask(self, day: int, known: _Known, purpose: Purpose, before: int = 0) -> Ask:
        """Drawn over the whole day; inside what the index lists where that is the mode, or where anything of the day will do."""
        listed = self.index.spans if self.index.spans_known and purpose in ("search", "recheck") else known.drawn_in
        again = known.tried(day) + before
        return Ask(instant_of_day(self.seed, self.days, day, again, listed), day, purpose)

    def _is_night(self, sample: Sample) -> bool:
        hour = self.days.local_hour(sample.at_utc)
        return hour >= _NIGHT_FROM_H or hour < _NIGHT_UNTIL_H


class _Known:
    """What the samples say, in the forms that the steps ask for."""

    def __init__(self, samples: Sequence[Sample], days: SiteDays, index: Index) -> None:
        self.samples = samples
        self.days = days
        self.locked = tuple(span for span in index.spans if span.locked)
        self.history: History = history(samples, days, self.locked)
        self.tonight = [sample for sample in samples if asked_on(sample, days) == days.today]
        self.earlier = history(
            (sample for sample in samples if asked_on(sample, days) != days.today), days, self.locked
        )
        mode = mode_of(index, samples, days)
        self.drawn_in: tuple[Span, ...] = index.spans if mode in DRAWN_IN_SPANS and index.spans_known else ()
        self.claimed_oldest = claimed_oldest(index)
        self.claimed_day = days.day_of(self.claimed_oldest) if self.claimed_oldest else 0
        self.oldest_length_s = _length_s(index, self.claimed_oldest)

    def tried(self, day: int, purpose: Purpose | None = None) -> int:
        """How many instants of a day were asked for tonight (of one purpose)."""
        return sum(
            sample.day == day and sample.purpose != "long" and purpose in (None, sample.purpose)
            for sample in self.tonight
        )

    def is_open(self, day: int) -> bool:
        """Whether nothing is known of a day yet, and it may still be asked for tonight."""
        return day not in self.history.rows and self.tried(day) < _TRIES

    def is_kept_by_hand(self, day: int) -> bool:
        """Whether a day was asked for, and what is there was kept by hand."""
        asked = (sample for sample in self.samples if self.days.day_of(sample.at_utc) == day)
        return any(sample.outcome.says_something for sample in asked)

    def present_tonight(self, day: int) -> bool:
        """Whether something of a day played tonight. Raises where it has to be asked for."""
        asked = [sample for sample in self.tonight if sample.day == day]
        if any(speaks(sample, self.locked) for sample in asked) or len(asked) >= _TRIES:
            return any(sample.outcome is Outcome.PLAYED for sample in asked)
        raise _Need(day)

    def drawn_tonight(self) -> list[Sample]:
        """What was drawn at random and played tonight, newest day first."""
        drawn = (sample for sample in self.presence_tonight() if sample.purpose == "presence")
        return sorted(drawn, key=lambda sample: (sample.day, sample.at_utc))

    def presence_tonight(self) -> list[Sample]:
        """What played tonight, of the history proper."""
        return [
            sample
            for sample in self.tonight
            if sample.outcome is Outcome.PLAYED and sample.purpose != "long" and speaks(sample, self.locked)
        ]


def claimed_oldest(index: Index) -> datetime | None:
    """The oldest instant that an index claims, footage kept by hand left out where it says which that is."""
    listed = [span.start_utc for span in index.spans if not span.locked]
    if index.spans_known and index.spans:
        return min(listed, default=None)
    return index.oldest_utc


def _length_s(index: Index, oldest: datetime | None) -> float:
    """How long the footage is that begins at the claimed oldest instant; an hour where that is not listed."""
    found = [span for span in index.spans if span.start_utc == oldest and not span.locked]
    return max(((span.end_utc - span.start_utc).total_seconds() for span in found), default=3600.0)
