"""Folders with real recordings, read, played, decoded and judged: every kind of truth and lie, as files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from cctv_probe.footage.archive import Archive
from cctv_probe.footage.clock_offset import ClockOffset
from cctv_probe.footage.facts import evidence
from cctv_probe.footage.folders.archive import FolderArchive, folder_id
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.footage.plan import Wish
from cctv_probe.footage.state import StateStore
from cctv_probe.footage.verifier import Allowance, Asked, Tools, Verified, verify
from cctv_probe.media.decoder import Decoders
from cctv_probe.model.evidence import Standing
from cctv_probe.model.footage import Outcome
from cctv_probe.wire.clock import FakeClock
from tests.unit.footage.oracle import NOW, today
from tests.unit.footage.recordings import put, slow_video, video

DAYS = today()
WISH = Wish(samples=12, every_night=2, long_pieces=2)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def means() -> Iterator[tuple[FileReader, Decoders]]:
    with FileReader() as reader, Decoders(1) as decoders:
        yield reader, decoders


@lru_cache(maxsize=16)
def a_day(seed: int, hours: int = 24) -> bytes:
    """A picture a minute, each a key picture, none like another."""
    return slow_video(hours * 60, seed)


def name(start: datetime, end: datetime, ending: str = "mp4") -> str:
    local = [moment.astimezone(DAYS.zone) for moment in (start, end)]
    return f"cam1_{local[0]:%Y%m%d%H%M%S}_{local[1]:%Y%m%d%H%M%S}.{ending}"


def recorded(root: Path, days: Iterable[int]) -> None:
    """One file for each day, and today so far."""
    for day in days:
        start, end = DAYS.bounds(day)
        put(root / name(start, min(end, NOW)), a_day(day))


def check(root: Path, means: tuple[FileReader, Decoders], state: Path | None = None, **more: object) -> Verified:
    reader, decoders = means
    archive: Archive = FolderArchive(root, reader, FakeClock(NOW), state_folder=state)
    if "offset_s" in more:
        archive = ClockOffset(archive, more.pop("offset_s"))  # type: ignore[arg-type]
    (channel,) = archive.channels()
    tools = Tools(decoders, FakeClock(NOW), StateStore(state) if state else None)
    allowance = more.pop("allowance", Allowance())
    return verify(archive, folder_id(root), channel, Asked(declared_days=5, wish=WISH, **more), tools, allowance)  # type: ignore[arg-type]


def test_a_sound_folder(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, range(6))
    found = check(tmp_path, means)
    assert (found.retention.verified_days, found.retention.verdict, found.retention.coverage_ratio) == (5, "match", 1.0)
    assert found.retention.recording_mode == "continuous"
    assert found.retention.gaps == ()
    (piece, *_) = found.recorded
    assert (piece.codec, piece.container, piece.resolution) == ("h264", "mp4", "64x48")
    assert piece.frame_rate == pytest.approx(1 / 60, abs=0.01)


def test_the_evidence_of_a_folder(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, range(6))
    told = evidence(check(tmp_path, means), "channel/1", NOW)
    days = [
        (item.value, item.source.method, item.source.standing) for item in told if item.attribute == "retention_days"
    ]
    assert days == [(5, "playback", Standing.MEASURED), (5, "folder.index", Standing.CONFIGURED)]
    formats = [(item.value, item.role) for item in told if item.attribute == "file_format"]
    assert formats[0] == ({"codec": "h264", "container": "mp4"}, "recorded")
    assert {item.attribute for item in told} >= {
        "coverage_ratio",
        "longest_gap_s",
        "oldest_playable_days",
        "resolution",
    }


def test_a_missing_day_is_a_gap(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, (0, 1, 2, 4, 5))
    found = check(tmp_path, means)
    assert found.retention.verified_days == 2
    assert [(gap.start_utc, gap.end_utc) for gap in found.retention.gaps] == [DAYS.bounds(3)]


@pytest.mark.parametrize("lie", [b"", b"not a video" * 900])
def test_files_that_hold_nothing_are_no_days(tmp_path: Path, means: tuple[FileReader, Decoders], lie: bytes) -> None:
    recorded(tmp_path, range(3))
    for day in range(3, 8):
        put(tmp_path / name(*DAYS.bounds(day)), lie)
    found = check(tmp_path, means)
    assert (found.retention.verified_days, found.retention.claimed_days, found.retention.direction) == (
        2,
        7,
        "overstated",
    )
    assert found.retention.unplayable >= 5
    assert any("cam1_" in sample.line for sample in found.samples if sample.outcome is Outcome.UNPLAYABLE)


def test_one_day_copied_under_other_dates_is_no_footage(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    for day in range(6):
        start, end = DAYS.bounds(day)
        put(tmp_path / name(start, min(end, NOW)), a_day(1))
    found = check(tmp_path, means)
    assert found.retention.verified_days == 0
    assert "footage_repeats" in {finding.code for finding in found.retention.findings}


def test_a_short_loop_is_no_footage(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    """Six days of the same eight pictures."""
    for day in range(6):
        start, end = DAYS.bounds(day)
        put(tmp_path / name(start, min(end, NOW)), slow_video(8, 1, repeat=180))
    assert check(tmp_path, means).retention.verified_days == 0


def test_files_that_hold_less_than_their_names_say(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, (0, 1))
    for day in range(2, 6):
        put(tmp_path / name(*DAYS.bounds(day)), video(".mp4", seed=day))
    found = check(tmp_path, means)
    assert found.retention.verified_days == 1
    assert found.retention.direction == "overstated"


def test_motion_clips_are_asked_for_where_they_are(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    for day in range(7):
        for hour in range(0, 20, 4):
            start = DAYS.instant(day, hour / 24)
            if start + HOUR < NOW:
                put(tmp_path / name(start, start + timedelta(seconds=12)), video(".mp4", seed=day * 24 + hour))
    found = check(tmp_path, means)
    assert (found.retention.recording_mode, found.retention.coverage_of) == ("motion", "days")
    assert found.retention.verified_days == 6
    assert found.retention.coverage_ratio == 1.0


def test_an_exported_clip_is_set_apart(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, range(6))
    put(tmp_path / "export" / name(*DAYS.bounds(90)), a_day(90))
    found = check(tmp_path, means)
    assert (found.retention.verified_days, found.retention.oldest_playable_days, found.retention.claimed_days) == (
        5,
        5,
        5,
    )
    assert [span.locked for span in found.index.spans].count(True) == 1


def test_a_recorder_that_was_an_hour_off(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    for day in range(6):
        start, end = (moment + HOUR for moment in DAYS.bounds(day))
        put(tmp_path / name(start, min(end, NOW + HOUR)), a_day(day))
    found = check(tmp_path, means, offset_s=3600.0)
    assert (found.retention.verified_days, found.retention.coverage_ratio) == (5, 1.0)
    assert found.index.oldest_utc == DAYS.bounds(5)[0]


def test_dates_that_cannot_be_history_are_findings(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    recorded(tmp_path, range(6))
    for year in (1970, 2569):
        start = datetime(year, 3, 1, tzinfo=UTC)
        put(tmp_path / name(start, start + HOUR), a_day(9, 1))
    found = check(tmp_path, means)
    assert found.retention.verified_days == 5
    assert {"footage_date_unset", "footage_date_buddhist"} <= {finding.code for finding in found.retention.findings}


def test_a_folder_that_goes_away_in_the_middle_is_resumed(tmp_path: Path, means: tuple[FileReader, Decoders]) -> None:
    root, state = tmp_path / "f", tmp_path / "state"
    recorded(root, range(6))
    first = check(root, means, state, allowance=Allowance(samples=15))
    assert first.retention.verdict == "not_observed"
    assert first.stopped_by is not None
    second = check(root, means, state, allowance=Allowance(samples=100))
    assert (second.retention.verified_days, second.retention.verdict) == (5, "match")
    assert len(second.samples) > 15
    shutil.rmtree(root)
    root.mkdir()
    put(root / name(*DAYS.bounds(1)), a_day(1))
    third = check(root, means, None)
    assert third.retention.verified_days == 1
