"""The folders of runs: `begun.json`, then `survey.json`, `finished.json`, `enqueued.json`, each in one durable step.

`finished.json` is the line behind which a scan is not lost any more: it is written after the survey, both are on disk
when it is there, and a folder that has it and no `enqueued.json` is taken up again, however the process ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from cctv_probe.agent.config import ACTIVITIES, Activity
from cctv_probe.survey.atomic import CannotWriteError, write_atomically

LOST_KEPT_S = 2 * 86_400
"""How long the folder of a scan that was killed is kept for people to look at."""
_MOST_BYTES = 1 << 20
_MOST_SURVEY_BYTES = 512 << 20
_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class State(Enum):
    """How far a run came."""

    BEGUN = "begun"
    FINISHED = "finished"
    ENQUEUED = "enqueued"
    FAILED = "failed"
    """It could not be done as things are; the reason stands in the file."""
    LOST = "lost"
    """It was killed before its scan was finished."""
    DAMAGED = "damaged"
    """Its finished survey cannot be read any more."""


class DamagedError(Exception):
    """A finished run whose files are not what was written."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A scan that came to its end. Times are ISO 8601 in UTC."""

    run_id: str
    activity: Activity
    began_utc: str
    finished_utc: str
    complete: bool
    stopped: bool
    """Whether someone ended it early."""
    cameras: int
    survey_sha256: str = ""


@dataclass(frozen=True, slots=True)
class RunPlace:
    """The folder of one run; its name is the run's id, a UUID version 7, so that names sort by time."""

    path: Path

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.path.name

    @property
    def survey(self) -> Path:
        """What the scan found."""
        return self.path / "survey.json"

    def state(self) -> State:
        """How far it came."""
        for state in (State.ENQUEUED, State.DAMAGED, State.FINISHED, State.FAILED, State.LOST):
            if (self.path / f"{state.value}.json").exists():
                return state
        return State.BEGUN

    def begin(self, activity: Activity, began_utc: str) -> None:
        """Make the folder, for this user only. Raises OSError, CannotWriteError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.note(State.BEGUN, {"run_id": self.run_id, "activity": activity, "began_utc": began_utc})
        _sync(self.path.parent)

    def finish(self, outcome: Finished) -> Finished:
        """The survey stands: from here on the scan survives anything. Returns `outcome` with the survey's digest.

        Raises OSError, CannotWriteError, DamagedError.
        """
        done = replace(outcome, survey_sha256=_digest(self.survey))
        _sync(self.path)
        self.note(State.FINISHED, asdict(done))
        return done

    def finished(self) -> Finished:
        """What `finish` wrote, held against the survey. Raises DamagedError; OSError where it cannot be read just now."""
        told = self.told(State.FINISHED)
        try:
            done = Finished(**told)
            fits = done.run_id == self.run_id and done.activity in ACTIVITIES and isinstance(done.complete, bool)
        except TypeError as error:
            raise DamagedError(str(error)) from None
        if not fits or not self.survey.is_file() or _digest(self.survey) != done.survey_sha256:
            raise DamagedError(f"{self.survey} is not what was written")
        return done

    def outcome(self) -> Finished | None:
        """What `finish` wrote, taken as it stands; None where that cannot be read. Raises nothing."""
        try:
            done = Finished(**self.told(State.FINISHED))
        except (TypeError, OSError):
            return None
        return done if done.activity in ACTIVITIES and isinstance(done.finished_utc, str) else None

    def said(self, state: State, name: str) -> Any:
        """One value of what was noted; None where it is not there, or cannot be read. Raises nothing."""
        try:
            return self.told(state).get(name)
        except OSError:
            return None

    def note(self, state: State, facts: dict[str, Any]) -> None:
        """Note in the folder, durably, how far the run came. Raises OSError, CannotWriteError."""
        write_atomically(self.path / f"{state.value}.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        _sync(self.path)

    def told(self, state: State) -> dict[str, Any]:
        """What was noted; nothing where that cannot be understood. Raises OSError other than a missing file."""
        try:
            with (self.path / f"{state.value}.json").open("rb") as file:
                found = json.loads(file.read(_MOST_BYTES))
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def run_places(runs: Path) -> Iterator[RunPlace]:
    """Every run's folder, oldest first. Raises nothing: a folder of runs that is not there holds none."""
    try:
        names = sorted(entry.name for entry in os.scandir(runs) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    yield from (RunPlace(runs / name) for name in names if _RUN_ID.fullmatch(name))


def to_resume(runs: Path) -> list[RunPlace]:
    """Finished runs whose report is not in the outbox yet, oldest first."""
    return [place for place in run_places(runs) if place.state() is State.FINISHED]


def note_lost(runs: Path, living: str | None, now_utc: str) -> list[RunPlace]:
    """Mark the runs that were killed before their scan was finished; `living` is the run that still goes on.

    Returns those that were newly marked. What cannot be marked now is found again next time.
    """
    marked = []
    for place in run_places(runs):
        if place.run_id == living or place.state() is not State.BEGUN:
            continue
        try:
            place.note(State.LOST, {"noted_utc": now_utc})
        except (OSError, CannotWriteError):
            continue
        marked.append(place)
    return marked


def newest_finished(runs: Path) -> dict[Activity, Finished]:
    """The newest finished run of each activity. Raises nothing."""
    found: dict[Activity, Finished] = {}
    for place in run_places(runs):
        done = place.outcome()
        if done is not None:
            found[done.activity] = done
    return found


def prune(runs: Path, keep: int, living: str | None, now_s: float, *, enrolled: bool = True) -> list[str]:
    """Remove old folders: delivered ones beyond the newest `keep` (the newest of each activity stays), those of scans that
    came to nothing after two days or beyond `keep`.

    What is begun or finished but not in the outbox is never touched; only before the agent is enrolled, when nobody is
    promised anything yet, do finished runs count like delivered ones. `now_s` is seconds since 1970. Returns what went.
    """
    newest = {done.run_id for done in newest_finished(runs).values()}
    left = {State.ENQUEUED: keep, State.LOST: keep, State.FAILED: keep, State.DAMAGED: keep}
    if not enrolled:
        left[State.FINISHED] = keep
    gone = []
    for place in reversed(list(run_places(runs))):
        state = place.state()
        if state not in left or place.run_id == living:
            continue
        left[state] -= 1
        old = state in (State.LOST, State.FAILED) and _age_s(place, now_s) > LOST_KEPT_S
        if old or (left[state] < 0 and place.run_id not in newest):
            shutil.rmtree(place.path, ignore_errors=True)
            gone.append(place.run_id)
    return gone


def _age_s(place: RunPlace, now_s: float) -> float:
    try:
        return now_s - place.path.stat().st_mtime
    except OSError:
        return 0.0


def _digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces. Raises OSError, DamagedError."""
    if path.stat().st_size > _MOST_SURVEY_BYTES:
        raise DamagedError(f"{path} is too large")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
