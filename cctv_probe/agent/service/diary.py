"""What ran when, kept over restarts and through clocks that jump (`schedule.json`).

A run counts as failed until its end is known, so that a machine that dies in every scan does not scan for ever. Where
the wall clock jumps, the remembered times move with it: what counts is how long ago something was, and that the steady
clock tells. A clock that was set back while the agent was away shows in the time of the last entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cctv_probe.agent.config import ACTIVITIES, Activity
from cctv_probe.agent.service.schedule import NOTHING_YET, Last, included
from cctv_probe.survey.atomic import CannotWriteError, write_atomically
from cctv_probe.wire.clock import Clock, utc_text

JUMP_S = 60.0
"""Smaller steps are a clock being kept right."""
_MOST_BYTES = 100_000


class Diary:
    """When each activity ran. `problem` says why it could not be read or written; it goes on in memory then."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._seen = (clock.now(), clock.monotonic())
        self.begun_anew = False
        """True where a file stood there that could not be read."""
        self.cannot_write: CannotWriteError | None = None
        self._lasts: dict[Activity, Last] = {}
        self._read()

    @property
    def lasts(self) -> Mapping[Activity, Last]:
        """What is remembered, by activity."""
        return self._lasts

    def tick(self) -> float:
        """Look at both clocks, and let what is remembered follow a jump of the wall clock. Returns its seconds, 0 for none."""
        now, steady = self._clock.now(), self._clock.monotonic()
        jump_s = (now - self._seen[0]).total_seconds() - (steady - self._seen[1])
        self._seen = (now, steady)
        if abs(jump_s) < JUMP_S:
            return 0.0
        self._move(timedelta(seconds=jump_s))
        self._write()
        return jump_s

    def begin(self, activity: Activity) -> None:
        """A run begins; it counts as failed until `served` is called."""
        before = self._lasts.get(activity, NOTHING_YET)
        self._lasts[activity] = replace(before, tried_utc=self._clock.now(), failures=before.failures + 1)
        self._write()

    def served(self, activity: Activity) -> None:
        """The run that began last has done its work, and that of the lighter activities."""
        began = self._lasts.get(activity, NOTHING_YET).tried_utc or self._clock.now()
        for each in included(activity):
            known = self._lasts.get(each, NOTHING_YET).served_utc
            self._lasts[each] = Last(served_utc=max(began, known) if known else began)
        self._write()

    def hurry(self, activity: Activity) -> None:
        """The next run of this activity is wanted before its slot."""
        before = self._lasts.get(activity, NOTHING_YET)
        if not before.hurried:
            self._lasts[activity] = replace(before, hurried=True)
            self._write()

    def save(self) -> None:
        """Note the time: a clock that is set back before the next start is noticed by it."""
        self._write()

    def _move(self, by: timedelta) -> None:
        self._lasts = {
            activity: replace(last, served_utc=_moved(last.served_utc, by), tried_utc=_moved(last.tried_utc, by))
            for activity, last in self._lasts.items()
        }

    def _read(self) -> None:
        try:
            with self._path.open("rb") as file:
                saved, self._lasts = _parsed(file.read(_MOST_BYTES + 1))
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            self.begun_anew = True
            return
        now = self._clock.now()
        newest = max([saved, *(moment for last in self._lasts.values() for moment in _moments(last))])
        if newest > now:
            self._move(now - newest)

    def _write(self) -> None:
        entry = {
            "version": 1,
            "saved_utc": utc_text(self._clock.now()),
            "activities": {
                activity: {
                    "served_utc": last.served_utc.isoformat() if last.served_utc else None,
                    "tried_utc": last.tried_utc.isoformat() if last.tried_utc else None,
                    "failures": last.failures,
                    "hurried": last.hurried,
                }
                for activity, last in self._lasts.items()
            },
        }
        try:
            write_atomically(self._path, json.dumps(entry, indent=1).encode())
            self.cannot_write = None
        except CannotWriteError as error:
            self.cannot_write = error


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment else None


def _moments(last: Last) -> list[datetime]:
    return [moment for moment in (last.served_utc, last.tried_utc) if moment]


def _parsed(raw: bytes) -> tuple[datetime, dict[Activity, Last]]:
    """Raises ValueError for anything that was not written by `Diary`."""
    if len(raw) > _MOST_BYTES:
        raise ValueError("too large")
    try:
        entry = json.loads(raw)
        if entry["version"] != 1:
            raise ValueError("another version")
        found = {activity: entry["activities"].get(activity) for activity in ACTIVITIES}
        lasts = {activity: _last(told) for activity, told in found.items() if told is not None}
        return _moment(entry["saved_utc"]), lasts
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a diary") from error


def _last(told: dict[str, Any]) -> Last:
    failures = told["failures"]
    if not isinstance(failures, int) or isinstance(failures, bool) or failures < 0:
        raise ValueError("not a count")
    served, tried = told["served_utc"], told["tried_utc"]
    return Last(
        _moment(served) if served else None,
        _moment(tried) if tried else None,
        min(failures, 1000),
        told.get("hurried") is True,
    )


def _moment(told: str) -> datetime:
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
