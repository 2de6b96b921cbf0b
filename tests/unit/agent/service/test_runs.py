"""Run folders: what is finished is never lost or thrown away, what came to nothing goes after a while."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cctv_probe.agent.config import Activity
from cctv_probe.agent.service.runs import (
    LOST_KEPT_S,
    DamagedError,
    Finished,
    RunPlace,
    State,
    newest_finished,
    note_lost,
    prune,
    run_places,
    to_resume,
)

NOW = "2026-11-23T02:00:00Z"


def place(runs: Path, number: int, *states: State, activity: Activity = "reading") -> RunPlace:
    """A run's folder that came through `states`."""
    found = RunPlace(runs / f"01936000-0000-7000-8000-{number:012x}")
    found.begin(activity, NOW)
    if State.FINISHED in states:
        found.survey.write_text('{"cameras": []}')
        found.finish(Finished(found.run_id, activity, NOW, NOW, complete=True, stopped=False, cameras=number))
    for state in states:
        if state is not State.FINISHED:
            found.note(state, {"run_id": found.run_id})
    return found


def test_a_run_comes_through_its_states(tmp_path: Path) -> None:
    assert place(tmp_path, 1).state() is State.BEGUN
    assert place(tmp_path, 2, State.FINISHED).state() is State.FINISHED
    assert place(tmp_path, 3, State.FINISHED, State.ENQUEUED).state() is State.ENQUEUED
    assert place(tmp_path, 4, State.LOST).state() is State.LOST
    assert place(tmp_path, 5, State.FAILED).state() is State.FAILED
    assert place(tmp_path, 6, State.FINISHED, State.DAMAGED).state() is State.DAMAGED
    assert [found.state() for found in to_resume(tmp_path)] == [State.FINISHED]
    assert all(found.path.stat().st_mode & 0o077 == 0 for found in run_places(tmp_path))


def test_what_was_finished_is_read_back_and_held_against_the_survey(tmp_path: Path) -> None:
    found = place(tmp_path, 7, State.FINISHED)
    assert found.finished().cameras == 7
    found.survey.write_text('{"cameras": [1]}')
    with pytest.raises(DamagedError):
        found.finished()
    found.survey.unlink()
    with pytest.raises(DamagedError):
        found.finished()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\0" * 100, b'{"run_id": "other"}', b"[" * 50_000])
def test_a_mutilated_note_is_damage_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    found = place(tmp_path, 1, State.FINISHED)
    (found.path / "finished.json").write_bytes(content)
    with pytest.raises(DamagedError):
        found.finished()
    assert newest_finished(tmp_path) == {}
    assert (found.outcome(), found.said(State.FINISHED, "complete")) == (None, None)


def test_only_folders_of_runs_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "01936000-0000-7000-8000-00000000000f").write_text("a file")
    (tmp_path / "01936000-0000-7000-8000-0000000000ff").symlink_to(tmp_path)
    assert list(run_places(tmp_path)) == []
    assert list(run_places(tmp_path / "nowhere")) == []


def test_pruning_keeps_what_is_not_delivered_and_the_newest_of_each_activity(tmp_path: Path) -> None:
    footage = place(tmp_path, 1, State.FINISHED, State.ENQUEUED, activity="footage")
    waiting = place(tmp_path, 2, State.FINISHED)
    begun = place(tmp_path, 3)
    delivered = [place(tmp_path, number, State.FINISHED, State.ENQUEUED) for number in range(10, 20)]
    gone = prune(tmp_path, 4, living=None, now_s=0.0)
    kept = {found.run_id for found in run_places(tmp_path)}
    assert kept == {footage.run_id, waiting.run_id, begun.run_id, *(found.run_id for found in delivered[-4:])}
    assert sorted(gone) == [found.run_id for found in delivered[:-4]]
    assert prune(tmp_path, 4, living=None, now_s=0.0) == []


def test_a_killed_scan_is_noted_once_and_removed_after_two_days(tmp_path: Path) -> None:
    killed, living = place(tmp_path, 1), place(tmp_path, 2)
    assert [found.run_id for found in note_lost(tmp_path, living.run_id, NOW)] == [killed.run_id]
    assert note_lost(tmp_path, living.run_id, NOW) == []
    assert killed.state() is State.LOST
    marked = killed.path.stat().st_mtime
    assert prune(tmp_path, 30, living.run_id, marked + LOST_KEPT_S - 60) == []
    assert prune(tmp_path, 30, living.run_id, marked - 10 * LOST_KEPT_S) == [], "a clock set back removes nothing"
    assert prune(tmp_path, 30, living.run_id, marked + LOST_KEPT_S + 60) == [killed.run_id]
    assert living.state() is State.BEGUN


def test_the_newest_of_each_activity_is_found(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        place(tmp_path, number, State.FINISHED, State.ENQUEUED)
    place(tmp_path, 4, State.FINISHED, activity="discovery")
    found = newest_finished(tmp_path)
    assert {activity: done.cameras for activity, done in found.items()} == {"reading": 3, "discovery": 4}


def test_notes_are_whole_or_not_there(tmp_path: Path) -> None:
    found = place(tmp_path, 1, State.FINISHED)
    names = [path.name for path in found.path.iterdir()]
    assert sorted(names) == ["begun.json", "finished.json", "survey.json"], "no half-written file is left"
    assert json.loads((found.path / "finished.json").read_text())["run_id"] == found.run_id


def test_before_enrolment_finished_runs_are_kept_like_delivered_ones(tmp_path: Path) -> None:
    runs = [place(tmp_path, number, State.FINISHED) for number in range(1, 6)]
    assert prune(tmp_path, 2, None, 0.0) == []
    assert sorted(prune(tmp_path, 2, None, 0.0, enrolled=False)) == [found.run_id for found in runs[:3]]
