"""What have you recorded: one search of files for each channel, always closed and destroyed, also where it fails.

A search costs five calls and one more for every hundred files beyond the first hundred. `findFile` counts channels from 1, the
rows of its answer from 0 (NVR5232-EI); some devices count from 0 in both. The rows show which: asked for channel N, rows of
N − 1 are the rule, and where they say N a search for channel 0, once, tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cctv_probe.dialects.dahua import answers_footage as answers
from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.answers_footage import Segment, Stretch
from cctv_probe.dialects.dahua.session import DahuaSession, Declined, Reply
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.visit import Visit

PAGE = 100
MOST_PAGES = 250
MOST_SEGMENTS = 20_000
NARROW = dt.timedelta(days=31)
TIDY_S = 3.0
EMPTY_IN_A_ROW = 3
"""So many empty months in a row, going back, and there is no older footage."""
NEAR_END = dt.timedelta(hours=2)
"""Files are an hour long or less: rows that reach so near the end of the search are the last ones."""
_TOO_WIDE = {Ending.FAULT, Ending.TIMEOUT, Ending.TOO_LARGE, Ending.MALFORMED}
"""How a search may end because its window is wide: it is then asked month by month, the newest first."""
_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.BUDGET_SPENT, Ending.INTERRUPTED, Ending.LOCKED_OUT,
           Ending.HELD_BACK, Ending.UNAUTHORIZED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a channel's index lists, by the device's wall clock, oldest first.

    `complete` False: the search broke off, so that what is missing is no gap. `sub_only`: only the sub stream is recorded.
    """

    stretches: tuple[Stretch, ...] = ()
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None
    files: int = 0
    complete: bool = True
    sub_only: bool = False
    raw_sha256: tuple[str, ...] = ()


@dataclass
class FileSearch:
    """Searches one device's recordings. What fails becomes an attempt in the visit."""

    session: DahuaSession
    raw: list[str] = field(default_factory=list)
    _broken: bool = False

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self, number: int, since: dt.datetime, until: dt.datetime) -> Recorded | None:
        """What channel `number` (from 1) recorded between two instants of the wall clock; None where it could not be asked."""
        self.raw, self._broken = [], False
        found = self._step(number, since, until)
        if found is None and self.visit.last_ending() in _TOO_WIDE and until - since > NARROW:
            found = self._narrowly(number, since, until)
        if found is None:
            return None
        kept, sub_only = answers.main_only(found)
        listed = answers.stretches(kept)
        return Recorded(
            stretches=listed,
            oldest=min((stretch.start for stretch in listed), default=None),
            newest=max((stretch.end for stretch in listed), default=None),
            files=len(kept),
            complete=not self._broken,
            sub_only=sub_only,
            raw_sha256=tuple(dict.fromkeys(self.raw)),
        )

    def _step(self, number: int, since: dt.datetime, until: dt.datetime) -> list[Segment] | None:
        """One window as one step."""
        name = f"{ops.FIND_FILE.step} channel/{number}"
        return self.visit.step(name, lambda: self._of_channel(number, since, until))

    def _narrowly(self, number: int, since: dt.datetime, until: dt.datetime) -> list[Segment] | None:
        found: list[Segment] = []
        empty, asked, end = 0, False, until
        while end > since and empty < EMPTY_IN_A_ROW:
            start = max(since, end - NARROW)
            part = self._step(number, start, end)
            if part is None:
                self._broken = True
                if self.visit.last_ending() in _SILENT:
                    break
            else:
                asked = True
                found += part
            empty = 0 if part else empty + 1
            end = start
        return found if asked else None

    def _of_channel(self, number: int, since: dt.datetime, until: dt.datetime) -> list[Segment]:
        """The files of a channel, once it is known from where the device counts."""
        base = self.session.search_base
        found = self._searched(number - 1 + (1 if base is None else base), since, until)
        if base is not None:
            return found
        if not found:
            return self._of_the_first(number, since, until)
        told = {segment.channel for segment in found if segment.channel is not None}
        if told != {number}:
            self.session.search_base = 1
            return found
        self.session.search_base = 1
        return self._by_zero(number, since, until) or found

    def _of_the_first(self, number: int, since: dt.datetime, until: dt.datetime) -> list[Segment]:
        """Nothing under the first number that was searched: on a device that counts from 0 that was its neighbour's. Asked
        once; where there is nothing under 0 either, nothing is known."""
        if self.session.searched_zero:
            return []
        self.session.searched_zero = True
        return self._by_zero(number, since, until) or []

    def _by_zero(self, number: int, since: dt.datetime, until: dt.datetime) -> list[Segment] | None:
        """The files of channel `number` where the device counts from 0; None where there is no channel 0 to search, as on
        devices that count from 1, whatever their rows say."""
        try:
            first = self._searched(0, since, until, most=0 if number == 1 else 1)
        except StepError:
            return None
        if all(segment.channel != 0 for segment in first):
            return None
        self.session.search_base = 0
        return first if number == 1 else self._searched(number - 1, since, until)

    def _searched(self, channel: int, since: dt.datetime, until: dt.datetime, most: int = 0) -> list[Segment]:
        """All files of `channel`, as the device counts; with `most`, about so many of the oldest."""
        with self._finder() as number:
            condition: dict[str, str | int] = {
                "object": number,
                "condition.Channel": channel,
                "condition.StartTime": f"{since:%Y-%m-%d %H:%M:%S}",
                "condition.EndTime": f"{until:%Y-%m-%d %H:%M:%S}",
                "condition.Types[0]": "dav",
            }
            try:
                reply = self.session.call(ops.FIND_FILE, condition)
            except Declined as error:
                if error.status == 400 or (error.status == 200 and error.ending is Ending.NOT_SUPPORTED):
                    return []  # its way of saying that nothing was found
                raise
            if reply.text.strip().casefold() in ("false", "result=false"):
                return []
            found = self._pages(number, until, most)
            self._quietly(ops.FIND_CLOSE, number)
            return found

    def _pages(self, number: str, until: dt.datetime, most: int) -> list[Segment]:
        """Page after page, until one is empty, brings nothing new, or reaches the end of the search."""
        found: dict[Segment, None] = {}
        for _ in range(MOST_PAGES):
            try:
                page = self._page(number, most or PAGE)
            except StepError:
                if not found:
                    raise
                self._broken = True
                break
            before = len(found)
            found.update(dict.fromkeys(page.segments))
            if not page.found or most:
                break
            if len(found) == before:
                self._broken = self._broken or page.found >= PAGE or not page.segments
                break
            if len(found) >= MOST_SEGMENTS:
                self._broken = True
                break
            short = page.found < PAGE
            if short and max(segment.end for segment in page.segments) >= until - NEAR_END:
                break
        else:
            self._broken = True
        return list(found)

    def _page(self, number: str, count: int) -> answers.Page:
        try:
            reply = self.session.call(ops.FIND_NEXT, {"object": number, "count": count})
        except Declined as error:
            if error.status in (200, 400):
                return answers.Page(0, ())  # the end, on firmware that answers it with an error
            raise
        self.raw.append(reply.sha256)
        return answers.page(reply.table)

    @contextmanager
    def _finder(self) -> Iterator[str]:
        """A search object, destroyed whatever happens."""
        reply: Reply = self.session.call(ops.FIND_CREATE)
        number = answers.finder(reply.table)
        if number is None:
            raise StepError(Ending.MALFORMED)
        try:
            yield number
        except BaseException:
            self._quietly(ops.FIND_CLOSE, number)
            raise
        finally:
            self._quietly(ops.FIND_DESTROY, number)

    def _quietly(self, operation: ops.Operation, number: str) -> None:
        """Tidying up: how it ends says nothing about the recordings."""
        try:
            self.session.call(operation, {"object": number}, wanted_s=TIDY_S)
        except StepError:
            pass  # the device forgets the search by itself after a while


def ask_footage(session: DahuaSession, number: int, since_utc: dt.datetime, until_utc: dt.datetime) -> Recorded | None:
    """What channel `number` (from 1) of the device behind `session` lists between two instants; None where it could not
    be asked (the reason is the visit's last attempt)."""
    return FileSearch(session).ask(number, session.local(since_utc), session.local(until_utc))
