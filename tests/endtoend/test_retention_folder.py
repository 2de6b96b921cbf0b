"""`cctv-probe retention FOLDER`: the same truths and lies as files, strange files among them, stopped and gone on with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.contract.record import SurveyShape
from cctv_probe.footage.days import SiteDays
from cctv_probe.simulator.fleet import Fleet, Recorded, Recordings
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.fleet_recordings import FolderShape, Hours, Locked, RecordedGap, Strange
from cctv_probe.simulator.folders import WrittenFolder, write_folders
from cctv_probe.simulator.oracle_retention import ExpectedRetention, expected_retention
from tests.endtoend.commands import FLEETS, environment, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("retention folders")]
SMALL = Recorded(width=160, height=128, frame_rate=1, gop=40, bit_rate_bps=20_000)
FAST = Recorded(width=160, height=128, frame_rate=5, gop=10, bit_rate_bps=60_000)
WHOLE = FolderShape(dense_s=3600)
"""Files with every picture of their hour; else the same few come back behind the first seconds, as in a loop."""
TWO_HOURS = (Hours(starts="09:00", ends="10:00"), Hours(starts="21:00", ends="22:00"))
DECLARED_DAYS = 5
STRANGE: tuple[Strange, ...] = ("zero_byte", "truncated", "not_video", "foreign", "year_1970", "buddhist_year")
CASES = {
    "dahua": Recordings(
        days=5,
        recorded=FAST,
        mode="motion",
        clips_a_day=8,
        gaps=(RecordedGap(day=2),),
        folder=replace(WHOLE, layout="dahua", container="dav"),
    ),
    "reolink": Recordings(
        days=5,
        recorded=SMALL,
        mode="schedule",
        hours=TWO_HOURS,
        locked=(Locked(day=30),),
        folder=replace(WHOLE, layout="reolink", strange=STRANGE),
    ),
    "synology": Recordings(
        days=6,
        recorded=FAST,
        mode="motion",
        clips_a_day=8,
        folder=replace(WHOLE, layout="synology", container="mkv"),
    ),
    "flat": Recordings(days=2, recorded=SMALL, folder=replace(WHOLE, layout="flat", container="ts")),
    "clips": Recordings(
        days=3,
        recorded=FAST,
        mode="event",
        clips_a_day=3,
        folder=replace(WHOLE, layout="flat", container="avi"),
    ),
    "untimed": Recordings(
        days=3, recorded=SMALL, mode="schedule", hours=TWO_HOURS, folder=replace(WHOLE, layout="untimed")
    ),
    "frozen": Recordings(days=4, recorded=SMALL, frozen=True, folder=replace(WHOLE, layout="flat")),
}
"""Every layout and container; `clips` are short, because AVI tells no times, and this simulator writes none behind a leap."""
ADDRESSES = {name: f"127.81.9.{number}" for number, name in enumerate(CASES, start=1)}

Json = dict[str, Any]


def fleet_of(*names: str) -> Fleet:
    """One device for each case; nothing of it runs."""
    like = load_fleet(FLEETS / "recordings.yaml")
    device = like.devices[0]
    devices = tuple(
        replace(
            device,
            address=ADDRESSES[name],
            identity=replace(device.identity, serial=f"SERIAL{name.upper()}"),
            channels=(replace(device.channels[0], recordings=CASES[name]),),
        )
        for name in names
    )
    return replace(like, devices=devices)


@dataclass(frozen=True)
class Case:
    """A folder, what it holds, and what the command said of it."""

    written: WrittenFolder
    expected: ExpectedRetention
    days: SiteDays
    ended: subprocess.CompletedProcess[str]
    out: Path
    state: Path

    @property
    def survey(self) -> Json:
        found: Json = json.loads((self.out / "survey.json").read_text(encoding="utf-8"))
        return found

    @property
    def camera(self) -> Json:
        (camera,) = self.survey["cameras"]
        return dict(camera)

    @property
    def notes(self) -> str:
        """Everything that was said about files."""
        (device,) = self.survey["devices"]
        return "\n".join(item["text"]["en"] for item in device["findings"])


def written(name: str, folder: Path) -> tuple[WrittenFolder, ExpectedRetention, SiteDays]:
    """A folder as it is now, and its truth."""
    fleet, now = fleet_of(name), datetime.now(UTC)
    (one,) = write_folders(fleet, folder, now)
    (each,) = expected_retention(fleet, now)
    return one, each, SiteDays.at(now)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """A case, written and checked once; again where midnight passed meanwhile."""

    def found(name: str) -> Case:
        folder = tmp_path_factory.mktemp(name)
        one, each, days = written(name, folder)
        state, out = folder / "state", folder / "out"
        words = ["retention", str(one.folder), "--days", str(DECLARED_DAYS), "--lang", "en", "--out", str(out)]
        ended = run(*words, state=state, COLUMNS="100")
        return Case(one, each, days, ended, out, state)

    @cache
    def once(name: str) -> Case:
        case = found(name)
        return case if case.days == SiteDays.at(datetime.now(UTC)) else found(name)

    return once


# --- Against the oracle -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_folder_is_proven_as_the_oracle_says(checked: Callable[[str], Case], name: str) -> None:
    case = checked(name)
    assert case.ended.returncode == 0, case.ended.stderr
    SurveyShape.model_validate(case.survey)
    found, fields = case.camera["retention"], case.camera["fields"]
    assert fields["retention_days"]["value"] == case.expected.verified_days
    met = (case.expected.verified_days or 0) >= DECLARED_DAYS - 1
    assert (found["verdict"], found["direction"]) == (("match", None) if met else ("mismatch", "overstated"))
    assert found["complete"] is True
    if not case.expected.frozen:
        holes = {case.days.day_of(datetime.fromisoformat(since)) for since, _ in found["gaps"]}
        assert holes == case.expected.missing_days
        assert found["oldest_playable_days"]["value"] == case.expected.oldest_unlocked_days


@pytest.mark.parametrize("name", [name for name in CASES if name != "frozen"])
def test_what_the_files_hold_is_told(checked: Callable[[str], Case], name: str) -> None:
    case = checked(name)
    fields = case.camera["fields"]
    assert fields["resolution"]["value"] == case.expected.resolution
    container = CASES[name].folder.container
    assert fields["file_format"]["value"] == {"codec": "h264", "container": container}
    assert fields["frame_rate"]["value"] == pytest.approx(case.expected.frame_rate, abs=0.05)
    for key in ("resolution", "file_format", "frame_rate"):
        assert (fields[key]["role"], fields[key]["proxy"]) == ("recorded", False)


def test_bars_on_the_screen_and_a_drawing_in_the_report(checked: Callable[[str], Case]) -> None:
    case = checked("dahua")
    assert "█" in case.ended.stdout
    assert "×" in case.ended.stdout
    assert str(case.out) in case.ended.stderr
    report = (case.out / "report.html").read_text(encoding="utf-8")
    assert report.count('viewBox="0 0') + report.count("<svg") >= 1
    assert "<script" not in report.lower()


def test_a_locked_clip_is_set_apart(checked: Callable[[str], Case]) -> None:
    case = checked("reolink")
    assert case.written.locked
    assert case.camera["retention"]["oldest_playable_days"]["value"] == 5


def test_strange_files_get_a_line_each_and_the_rest_is_kept(checked: Callable[[str], Case]) -> None:
    case = checked("reolink")
    assert {kind for kind, _ in case.written.strange} == set(STRANGE)
    codes = {item["code"] for item in case.camera["findings"]}
    assert {"footage_date_unset", "footage_date_buddhist"} <= codes
    assert "1 other files (.db)" in case.notes
    assert case.camera["retention"]["verified_days"]["value"] == 5


def test_the_day_of_files_without_a_name_of_their_own_comes_from_inside(checked: Callable[[str], Case]) -> None:
    case = checked("untimed")
    assert "were timed by their containers" in case.notes


# --- Files that cannot be read ------------------------------------------------------------------------------------------

SICK = {
    "zero_byte": (b"", "is empty (0 bytes)"),
    "not_video": (b"This is a note, not a video.\n" * 40, "holds no video that can be read"),
    "truncated": (None, "holds no video that can be read"),
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder of a few files, without a time in their names, so that each is opened."""
    fleet = fleet_of("untimed")
    few = replace(CASES["untimed"], days=1)
    device = replace(fleet.devices[0], channels=(replace(fleet.devices[0].channels[0], recordings=few),))
    (one,) = write_folders(replace(fleet, devices=(device,)), tmp_path / "made", datetime.now(UTC))
    return one.folder


def notes_of(out: Path) -> str:
    (device,) = json.loads((out / "survey.json").read_text(encoding="utf-8"))["devices"]
    return "\n".join(item["text"]["en"] for item in device["findings"])


def test_every_kind_of_sick_file_is_one_clear_line(small: Path, tmp_path: Path) -> None:
    place = next(small.rglob("*.mp4")).parent
    sound = next(place.glob("*.mp4")).read_bytes()
    for name, (content, _) in SICK.items():
        (place / f"{name}.mp4").write_bytes(sound[:700] if content is None else content)
    ended = run("retention", str(small), "--out", str(tmp_path / "o"), "--lang", "en", state=tmp_path / "s")
    assert ended.returncode == 0, ended.stderr
    for name, (_, line) in SICK.items():
        assert any(f"{name}.mp4" in told and line in told for told in notes_of(tmp_path / "o").splitlines()), name
        assert f"{name}.mp4" in ended.stderr
    (camera,) = json.loads((tmp_path / "o" / "survey.json").read_text(encoding="utf-8"))["cameras"]
    assert camera["retention"]["verified_days"]["value"] == 1


NO_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.getuid() == 0 else ()
"""Root reads every file, unless it gives these two rights up."""


def test_files_that_may_not_be_read_are_named_and_the_rest_is_kept(small: Path, tmp_path: Path) -> None:
    files = sorted(small.rglob("*.mp4"))
    files[0].chmod(0)
    state = tmp_path / "state"
    command = [*NO_PRIVILEGE, sys.executable, "-m", "cctv_probe", "retention", str(small)]
    command += ["--out", str(tmp_path / "o"), "--lang", "en"]
    ended = subprocess.run(
        command, env=environment(state), capture_output=True, text=True, timeout=90, check=False, encoding="utf-8"
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.returncode == 0, ended.stderr
    assert f"{files[0].name} could not be read (Permission denied)" in notes_of(tmp_path / "o")


def test_a_folder_without_a_recording_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.txt").write_text("nothing")
    ended = run("retention", str(tmp_path / "empty"), "--lang", "en", state=tmp_path / "s")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "holds no recorded file that could be read" in ended.stderr


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    ended = run("retention", str(tmp_path / "nowhere"), "--lang", "en", state=tmp_path / "s")
    assert ended.returncode == 2
    assert str(tmp_path / "nowhere") in ended.stderr


def test_a_folder_and_an_address_together_are_refused(tmp_path: Path) -> None:
    ended = run("retention", str(tmp_path), "127.0.0.1", "--lang", "en", state=tmp_path / "s")
    assert ended.returncode == 2
    assert "not both" in ended.stderr


# --- Night after night --------------------------------------------------------------------------------------------------


def states(state: Path) -> list[Json]:
    """What is kept of every channel."""
    found = []
    for path in sorted((state / "footage").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        found += [told] if "samples" in told and "nights" in told else []
    return found


def retention_of(text: str) -> Json:
    (camera,) = json.loads(text)["cameras"]
    return dict(camera["retention"])


def test_a_second_run_adds_to_the_first_and_a_repeated_seed_repeats_the_draw(
    checked: Callable[[str], Case], tmp_path: Path
) -> None:
    case = checked("flat")
    state = tmp_path / "state"
    words = ["retention", str(case.written.folder), "--days", "5", "--json", "--lang", "en"]
    first = retention_of(run(*words, "--out", str(tmp_path / "1"), state=state).stdout)
    (kept,) = states(state)
    again = retention_of(run(*words, "--out", str(tmp_path / "2"), state=state).stdout)
    (more,) = states(state)
    assert more["samples"][: len(kept["samples"])] == kept["samples"]
    assert [night[1] for night in more["nights"]][:1] == [first["seed"]]
    assert again["samples"] >= first["samples"] >= 60
    repeated = retention_of(
        run(*words, "--out", str(tmp_path / "3"), "--repeat-seed", first["seed"], state=state).stdout
    )
    assert states(state) == [more], "a repeated draw leaves no trace"
    for key in ("seed", "samples", "played", "verdict", "timeline", "gaps"):
        assert repeated[key] == first[key], key


def started(words: list[str], state: Path) -> subprocess.Popen[str]:
    """A check that goes on by itself, after its first samples were kept."""
    command = [sys.executable, "-m", "cctv_probe", *words]
    process = subprocess.Popen(
        command, env=environment(state), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    waiting_since = time.monotonic()
    while not any(told["samples"] for told in states(state)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - waiting_since < 60
        time.sleep(0.01)
    return process


def test_ctrl_c_keeps_what_was_proven_and_the_next_run_goes_on(checked: Callable[[str], Case], tmp_path: Path) -> None:
    case, state = checked("reolink"), tmp_path / "state"
    words = ["retention", str(case.written.folder), "--days", "5", "--json", "--lang", "en"]
    process = started([*words, "--out", str(tmp_path / "1")], state)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    found = json.loads(out)
    SurveyShape.model_validate(found)
    assert found["run"]["complete"] is False
    stopped = retention_of(out)
    assert (stopped["verified_days"]["value"], stopped["complete"]) == (None, False)
    assert stopped["verified_days"]["why_unknown"]
    (kept,) = states(state)
    assert len(kept["samples"]) >= stopped["samples"] > 0
    finished = run(*words, "--out", str(tmp_path / "2"), state=state)
    assert finished.returncode == 0, finished.stderr
    whole = retention_of(finished.stdout)
    assert (whole["verified_days"]["value"], whole["verdict"], whole["complete"]) == (5, "match", True)
    (more,) = states(state)
    assert more["samples"][: len(kept["samples"])] == kept["samples"]


def test_a_folder_that_changes_meanwhile_is_checked_to_the_end(checked: Callable[[str], Case], tmp_path: Path) -> None:
    """One day is deleted and another one arrives while it is read: whatever was seen of them, the rest holds."""
    case = checked("reolink")
    folder = tmp_path / "changing"
    shutil.copytree(case.written.folder, folder)
    process = started(["retention", str(folder), "--days", "5", "--json", "--out", str(tmp_path / "o")], tmp_path / "s")
    start, end = case.days.bounds(3)
    for file, span in zip(case.written.files, case.written.spans, strict=True):
        if start <= span[0] < end:
            (folder / file.relative_to(case.written.folder)).unlink()
    shutil.copy(
        folder / case.written.files[0].relative_to(case.written.folder), folder / "Camera1_00_20300101000000.mp4"
    )
    out, err = process.communicate(timeout=90)
    assert process.returncode in (0, 3), err
    assert "Traceback" not in out + err
    SurveyShape.model_validate(json.loads(out))
    found = retention_of(out)
    played = {mark["day"] for mark in found["timeline"]["days"] if mark["played"]}
    assert {1, 2, 4, 5} <= played
    assert found["verified_days"]["value"] == (5 if 3 in played else 2)


def test_json_goes_to_standard_output_and_nothing_else_does(checked: Callable[[str], Case], tmp_path: Path) -> None:
    case = checked("clips")
    words = ["retention", str(case.written.folder), "--json", "--out", str(tmp_path / "o")]
    ended = run(*words, state=tmp_path / "s")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == json.loads((tmp_path / "o" / "survey.json").read_text(encoding="utf-8"))
    assert retention_of(ended.stdout)["verdict"] == "undeclared"


def test_a_declared_value_far_below_is_understated(checked: Callable[[str], Case], tmp_path: Path) -> None:
    case = checked("reolink")
    words = ["retention", str(case.written.folder), "--days", "2", "--json", "--out", str(tmp_path / "o")]
    found = retention_of(run(*words, state=tmp_path / "s").stdout)
    assert (found["verdict"], found["direction"]) == ("match", "understated")
    assert timedelta(seconds=found["longest_gap_s"]["value"]) == timedelta(0)
