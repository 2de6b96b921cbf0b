"""What have you recorded: the recorder's calendar first, then narrow searches. No question is asked twice.

All-time windows are answered with an error and wide ones fail now and then (quirk 27): a window that fails is halved. What was
read before a failure stays, and what is missing is said.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from cctv_probe.dialects.hikvision import answers_footage as answers
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers_footage import Day, Page, Segment
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

MOST_MONTHS = 36
EMPTY_MONTHS = 6
PAGE_ROWS = 40
MOST_PAGES = 60
"""Of one window: 2400 segments."""
LEAST_WINDOW = dt.timedelta(hours=1)
WIDE = dt.timedelta(days=7)
NARROW = dt.timedelta(days=1)
OLDEST_DAYS = 4
"""So many days of the calendar are searched for their first segment, before its word alone is taken."""
MOST_HALVINGS = 24
"""Of one track: a recorder that answers no window at all is not asked hundreds of times."""
MOST_SILENCES = 2
"""After so many searches without an answer a track is left alone."""
_GIVES_UP = {Ending.UNAUTHORIZED, Ending.LOCKED_OUT, Ending.HELD_BACK, Ending.NOT_PERMITTED, Ending.INTERRUPTED,
             Ending.BUDGET_SPENT, Ending.REFUSED, Ending.UNREACHABLE}  # fmt: skip
_NO_WINDOW = Text(
    en="answered neither its calendar nor a search of any width; look at the recordings in the recorder's own player",
    th="ไม่ตอบทั้งปฏิทินและการค้นหาไม่ว่าช่วงเวลากว้างเท่าใด โปรดตรวจดูภาพบันทึกด้วยโปรแกรมของเครื่องบันทึก",
)
_NO_CALENDAR = {Ending.NOT_SUPPORTED, Ending.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that a track claims to hold, oldest first. `is_complete`: every month back to where it ends was read."""

    days: tuple[Day, ...]
    is_complete: bool
    supported: bool = True
    raw_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Segments of a track, oldest first. `is_complete`: every window was read to its end."""

    segments: tuple[Segment, ...]
    is_complete: bool
    raw_sha256: tuple[str, ...] = ()


@dataclass
class FootageQuestions:
    """Questions about one recorder's footage; each month of the calendar and each page is asked for once.

    Every method may raise `StepError`: what a login ends with, or (where nothing at all could be read) the first failure.
    """

    session: IsapiSession
    _months: dict[tuple[int, int, int], tuple[Day, ...] | StepError] = field(default_factory=dict)
    _oldest: dict[int, Segment | None] = field(default_factory=dict)
    _raw: dict[int, list[str]] = field(default_factory=dict)
    _halvings: dict[int, int] = field(default_factory=dict)
    no_calendar: bool = False
    """Whether the recorder answered that it has none."""

    def calendar(self, track: int, since: dt.datetime, until: dt.datetime) -> Calendar:
        """The days between two instants of the device's clock, asked from the last month back.

        It ends after 6 months in a row without footage, and after 36.
        """
        zone = self.session.zone
        first, last = zone.local(since).date(), zone.local(until).date()
        found: list[Day] = []
        empty, complete, failure = 0, True, None
        for year, month in _back(last, first):
            if self.no_calendar:
                return Calendar((), is_complete=False, supported=False, raw_sha256=self._kept(track))
            try:
                days = self._month(track, year, month)
            except StepError as error:
                complete, failure = False, failure or error
                if error.ending in _GIVES_UP:
                    break
                continue
            found += [day for day in days if first <= day.date <= last]
            empty = 0 if days else empty + 1
            if empty >= EMPTY_MONTHS:
                break
        if failure is not None and (not found or failure.ending is Ending.INTERRUPTED):
            raise failure
        return Calendar(tuple(sorted(found, key=lambda day: day.date)), complete, raw_sha256=self._kept(track))

    def oldest(self, track: int, calendar: Calendar, since: dt.datetime, until: dt.datetime) -> Segment | None:
        """The first segment that a track holds: of the calendar's first days, else (without a calendar) by halving."""
        if track not in self._oldest:
            self._oldest[track] = self._first_of(track, calendar, since, until)
        return self._oldest[track]

    def segments(self, track: int, calendar: Calendar, since: dt.datetime, until: dt.datetime) -> Found:
        """Every segment between two instants, in windows of a week (of a day where motion or events are recorded)."""
        pieces = any(day.kind in ("motion", "event") for day in calendar.days)
        found: dict[tuple[dt.datetime, dt.datetime], Segment] = {}
        complete, failure, silences = calendar.is_complete or not calendar.supported, None, 0
        for start, end in self._windows(calendar, since, until, NARROW if pieces else WIDE):
            try:
                for page in self._window(track, start, end):
                    found.update({(one.start, one.end): one for one in page.segments})
                    complete = complete and page.more != "more" and page.listed == len(page.segments)
            except StepError as error:
                complete, failure = False, failure or error
                silences += error.ending is Ending.TIMEOUT
                if error.ending in _GIVES_UP or silences >= MOST_SILENCES:
                    break
        if failure is not None and (not found or failure.ending is Ending.INTERRUPTED):
            raise failure
        return Found(tuple(found[key] for key in sorted(found)), complete, self._kept(track))

    # --- One question each --------------------------------------------------------------------------------------------

    def _month(self, track: int, year: int, month: int) -> tuple[Day, ...]:
        key = (track, year, month)
        if key not in self._months:
            try:
                body = f"<trackDailyParam><year>{year}</year><monthOfYear>{month}</monthOfYear></trackDailyParam>"
                reply = self.session.ask(ops.CALENDAR, track, _document(body))
                self._keep(track, reply.sha256)
                self._months[key] = answers.days(reply.root, year, month)
            except StepError as error:
                if error.ending in _GIVES_UP:
                    raise
                self._months[key] = error
                if error.ending in _NO_CALENDAR and not any(isinstance(one, tuple) for one in self._months.values()):
                    self.no_calendar = True
                    return ()
        known = self._months[key]
        if isinstance(known, StepError):
            raise known
        return known

    def _page(self, track: int, start: dt.datetime, end: dt.datetime, search: str, at: int, rows: int) -> Page:
        """One page of a search. The order of the elements matters to the recorder."""
        window = "".join(
            f"<{name}>{self.session.zone.local(moment):%Y-%m-%dT%H:%M:%SZ}</{name}>"
            for name, moment in (("startTime", start), ("endTime", end))
        )
        reply = self.session.ask(
            ops.SEARCH,
            None,
            _document(
                f"<CMSearchDescription><searchID>{search}</searchID><trackIDList><trackID>{track}</trackID></trackIDList>"
                f"<timeSpanList><timeSpan>{window}</timeSpan></timeSpanList><maxResults>{rows}</maxResults>"
                f"<searchResultPostion>{at}</searchResultPostion><metadataList><metadataDescriptor>"
                "//recordType.meta.std-cgi.com</metadataDescriptor></metadataList></CMSearchDescription>"
            ),
        )
        self._keep(track, reply.sha256)
        return answers.page(reply.root, self.session.zone)

    # --- What is asked ------------------------------------------------------------------------------------------------

    def _window(self, track: int, start: dt.datetime, end: dt.datetime, depth: int = 0) -> Iterator[Page]:
        """The pages of a window; one that fails at its first page is halved. Raises where even an hour fails."""
        try:
            yield from self._pages(track, start, end)
        except StepError as error:
            if not self._may_halve(track, error) or end - start <= LEAST_WINDOW or depth >= 8:
                raise
            middle = start + (end - start) / 2
            yield from self._window(track, start, middle, depth + 1)
            yield from self._window(track, middle, end, depth + 1)

    def _pages(self, track: int, start: dt.datetime, end: dt.datetime) -> Iterator[Page]:
        """Pages under one search ID, until the recorder says that no more follow, or says the same again."""
        search, at = str(uuid.uuid4()).upper(), 0
        seen: set[tuple[dt.datetime, dt.datetime]] = set()
        for _ in range(MOST_PAGES):
            page = self._page(track, start, end, search, at, PAGE_ROWS)
            new = {(one.start, one.end) for one in page.segments} - seen
            is_last = page.more != "more" or not page.listed
            if not is_last and not new:
                yield page  # it repeats itself: what follows cannot be had
                return
            yield page if is_last else Page(page.segments, "ok", page.listed)
            if is_last:
                return
            seen |= new
            at += page.listed
        yield Page((), "more", 0)

    def _first_of(self, track: int, calendar: Calendar, since: dt.datetime, until: dt.datetime) -> Segment | None:
        if not calendar.supported:
            return self._halved(track, since, until)
        zone = self.session.zone
        for day in calendar.days[:OLDEST_DAYS]:
            midnight = dt.datetime.combine(day.date, dt.time())
            start, end = zone.instant(midnight), zone.instant(midnight + NARROW)
            found = self._first_in(track, start, end)
            if found is not None:
                return found
        return None

    def _first_in(self, track: int, start: dt.datetime, end: dt.datetime, depth: int = 0) -> Segment | None:
        """The first segment of a narrow window: recorders list the oldest first, so one row is enough."""
        try:
            page = self._page(track, start, end, str(uuid.uuid4()).upper(), 0, 1)
        except StepError as error:
            if not self._may_halve(track, error) or end - start <= LEAST_WINDOW or depth >= 5:
                raise
            middle = start + (end - start) / 2
            return self._first_in(track, start, middle, depth + 1) or self._first_in(track, middle, end, depth + 1)
        return min(page.segments, key=lambda one: one.start, default=None)

    def _halved(self, track: int, since: dt.datetime, until: dt.datetime) -> Segment | None:
        """The first segment without a calendar: one wide search, and halves of what fails, the older one first."""
        waiting, asked = [(since, until)], 0
        while waiting and asked < MOST_HALVINGS:
            start, end = waiting.pop()
            asked += 1
            try:
                page = self._page(track, start, end, str(uuid.uuid4()).upper(), 0, 1)
            except StepError as error:
                if error.ending is not Ending.FAULT or end - start <= NARROW:
                    raise
                middle = start + (end - start) / 2
                waiting += [(middle, end), (start, middle)]
                continue
            if page.segments:
                return min(page.segments, key=lambda one: one.start)
        if waiting:
            raise StepError(Ending.FAULT, _NO_WINDOW)
        return None

    def _windows(
        self, calendar: Calendar, since: dt.datetime, until: dt.datetime, width: dt.timedelta
    ) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Windows of at most `width` that cover the calendar's days; all of the time where there is no calendar."""
        zone = self.session.zone
        if not calendar.supported:
            start = since
            while start < until:
                yield start, min(start + width, until)
                start += width
            return
        waiting = [day.date for day in calendar.days]
        while waiting:
            first = waiting[0]
            inside = [date for date in waiting if date < first + width]
            waiting = waiting[len(inside) :]
            begin = zone.instant(dt.datetime.combine(first, dt.time()))
            end = zone.instant(dt.datetime.combine(inside[-1], dt.time()) + NARROW)
            if max(begin, since) < min(end, until):
                yield max(begin, since), min(end, until)

    def _may_halve(self, track: int, error: StepError) -> bool:
        if error.ending is not Ending.FAULT or self._halvings.get(track, 0) >= MOST_HALVINGS:
            return False
        self._halvings[track] = self._halvings.get(track, 0) + 1
        return True

    def _keep(self, track: int, sha256: str) -> None:
        self._raw.setdefault(track, []).append(sha256)

    def _kept(self, track: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._raw.get(track, ())))


def _back(last: dt.date, first: dt.date) -> Iterator[tuple[int, int]]:
    """(year, month) from that of `last` back to that of `first`, 36 at most."""
    year, month = last.year, last.month
    for _ in range(MOST_MONTHS):
        if (year, month) < (first.year, first.month):
            return
        yield year, month
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def _document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
