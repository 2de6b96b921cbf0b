"""Searches of a recorder: begun, read page by page until they are complete, and always ended (ONVIF Recording Search 5).

Caps hold for everything: pages, results, time. Devices that never say "completed" or repeat a page are left when nothing
new comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cctv_probe.dialects.onvif import answers_recording as answers
from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.operations import Operation
from cctv_probe.dialects.onvif.session import OnvifSession
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline

PAGE = 100
WAIT = dt.timedelta(seconds=2)
"""So long the device may hold a question back until it has results; shorter than a call may take."""
KEEP_ALIVE = dt.timedelta(seconds=30)
SEARCH_S = 60.0
MOST_PAGES = 400
MOST_RESULTS = 20_000
MOST_EMPTY = 4
"""So many pages in a row without anything new, and the search is left."""
PAUSE_S = 0.25
"""Between such pages: some devices answer at once instead of waiting."""

_NO_TOKEN = Text(
    en="began a search without naming it, so that its results cannot be asked for",
    th="เริ่มการค้นหาแล้วแต่ไม่ได้แจ้งรหัสการค้นหา จึงขอผลลัพธ์ไม่ได้",
)

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """What a search brought, each item once. `is_complete`: the device said so, and no cap cut it off."""

    items: tuple[Item, ...] = ()
    is_complete: bool = False
    raw_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search(Generic[Item]):
    """One kind of search: how it begins, how its results are asked for, how a page of them is read."""

    session: OnvifSession
    find: Operation
    results: Operation
    read: Callable[[xml.Element], tuple[Item, ...]]

    def run(self, **arguments: Any) -> Found[Item]:
        """Begin with `arguments`, read, end. What came before a failure stays.

        Raises `StepError` where the search could not begin, or its first page not be read.
        """
        begun = self.session.call(self.find, KeepAliveTime=KEEP_ALIVE, **arguments)
        token = answers.search_token(begun.body)
        if token is None:
            raise StepError(Ending.MALFORMED, _NO_TOKEN)
        try:
            return self._pages(token)
        finally:
            self._end(token)

    def _pages(self, token: str) -> Found[Item]:
        items: dict[Item, None] = {}
        raw: list[str] = []
        deadline, empty = Deadline.after(SEARCH_S), 0
        while len(raw) < MOST_PAGES and deadline.remaining_s() and empty < MOST_EMPTY:
            try:
                reply = self.session.call(self.results, SearchToken=token, MinResults=1, MaxResults=PAGE, WaitTime=WAIT)
            except StepError:
                if not raw:
                    raise
                break
            raw.append(reply.sha256)
            before = len(items)
            items.update(dict.fromkeys(self.read(reply.body)))
            if len(items) >= MOST_RESULTS:
                break
            state = answers.search_state(reply.body)
            if state == "completed":
                return Found(tuple(items), is_complete=True, raw_sha256=tuple(raw))
            empty = empty + 1 if len(items) == before else 0
            if empty and self.session.visit.budget.stop.wait(PAUSE_S):
                break
        return Found(tuple(items)[:MOST_RESULTS], raw_sha256=tuple(raw))

    def _end(self, token: str) -> None:
        try:
            self.session.call(ops.END_SEARCH, SearchToken=token)
        except StepError:
            pass  # a search that is complete has ended by itself on many devices; the audit log keeps the answer


def recordings_search(session: OnvifSession) -> Search[answers.Recording]:
    """FindRecordings and its results."""
    return Search(session, ops.FIND_RECORDINGS, ops.GET_RECORDING_SEARCH_RESULTS, answers.found_recordings)


def events_search(session: OnvifSession) -> Search[answers.TrackEvent]:
    """FindEvents and its results."""
    return Search(session, ops.FIND_EVENTS, ops.GET_EVENT_SEARCH_RESULTS, answers.track_events)
