"""Folders of recorded files: what names say, what is left out and said so, and instants of real files played."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.footage.archive import ArchiveChannel
from cctv_probe.footage.findings import plausible
from cctv_probe.footage.folders import dhav
from cctv_probe.footage.folders.archive import FolderArchive
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.footage.folders.settings import known_layouts, load_folder_file
from cctv_probe.footage.folders.template import Template, TemplateError
from cctv_probe.media.decoder import Decoders
from cctv_probe.media.decoder_messages import Question
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.deadline import Deadline
from tests.unit.footage.recordings import FORMATS, dav, put, video

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
TEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Ten in the morning in Bangkok."""
LOCAL_TEN = TEN.astimezone(BANGKOK).replace(tzinfo=None)
"""As Dahua's frames carry it: without a zone."""
LONG_AGO = (TEN.timestamp(), TEN.timestamp())


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader() as made:
        yield made


def archive(root: Path, reader: FileReader, state: Path | None = None) -> FolderArchive:
    return FolderArchive(root, reader, FakeClock(NOW), state_folder=state)


def said(found: FolderArchive) -> str:
    found.channels()
    return "\n".join(line.en for line in found.lines)


def only(found: FolderArchive) -> ArchiveChannel:
    (channel,) = found.channels()
    return channel


def deadline() -> Deadline:
    return Deadline.after(20)


# --- Names ------------------------------------------------------------------------------------------------------------

NAMES = [
    ("serial/2026-11-20/001/dav/10/10.00.00-10.30.00[R][0@0][0].dav", "001", 30, "continuous"),
    ("serial/2026-11-20/002/dav/10/10.00.00-10.00.40[M][0@0][0].dav", "002", 40 / 60, "motion"),
    ("NVR_ch3_main_20261120100000_20261120110000.mp4", "3", 60, ""),
    ("web/Camera 01_20261120100000_20261120110000.mp4", "Camera 01", 60, ""),
    ("10.0.0.64_01_20261120100000_20261120110000.mp4", "01", 60, ""),
    ("10.0.0.64_01_20261120100000123_20261120110000456.mp4", "01", 60, ""),
    ("recordings/2026-11-20/03/street/00.00.mp4", "street", None, ""),
    ("Street/20261120AM/Street-20261120-100000-1795143600.mp4", "Street", None, ""),
    ("Street.20261120_100000.mp4", "Street", None, ""),
    ("Street_01_20261120100000.mp4", "Street", None, ""),
    ("Street/2026-11-20/10-00-00.mp4", "Street", None, ""),
    ("Street/2026/11/20/10-00-00.mp4", "Street", None, ""),
    ("Street/2026-11-20/10/00-00.mp4", "Street", None, ""),
    ("Street_20261120T030000Z.mkv", "Street", None, ""),
    ("cam1_2026-11-20_10-00-00.mp4", "cam1", None, ""),
    ("out-20261120T100000.mkv", "out", None, ""),
    ("cam1/2026-11-20T10-00-00.ts", "cam1", None, ""),
    ("cam1-20261120-100000.avi", "cam1", None, ""),
    ("ถนนหน้าตลาด_20261120100000.mp4", "ถนนหน้าตลาด", None, ""),
    ("20261120100000.mp4", "", None, ""),
]


@pytest.mark.parametrize(("path", "channel", "minutes", "kind"), NAMES)
def test_usual_names_are_recognised(path: str, channel: str, minutes: float | None, kind: str) -> None:
    read = (template.read(path, BANGKOK) for template in known_layouts().templates)
    named = next(found for found in read if found)
    assert (named.channel, named.start_utc, named.kind) == (channel, TEN, kind)
    assert named.end_utc == (None if minutes is None else TEN + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "path", ["hiv00001.mp4", "cam1/clip.mkv", "cam_20261320100000.mp4", "cam_2026112010.mp4", "20261120256100.mp4"]
)
def test_names_without_a_possible_time_say_nothing(path: str) -> None:
    assert [t.name for t in known_layouts().templates if t.read(path, BANGKOK)] == []


@given(st.text(max_size=60))
def test_no_name_breaks_the_reading(path: str) -> None:
    for template in known_layouts().templates:
        template.read(path, BANGKOK)


@pytest.mark.parametrize(
    "template", ["{channel}/{begin}.mp4", "{channel}.mp4", "{start:%Q}", "{year}-{month}-{day}/{colour}"]
)
def test_a_template_that_cannot_be_used_is_named(template: str) -> None:
    if template == "{channel}/{begin}.mp4":
        with pytest.raises(TemplateError, match="begin"):
            Template.of(template)
    else:
        with pytest.raises(TemplateError):
            Template.of(template)


def test_a_folder_file_adds_templates_and_names_its_mistakes(tmp_path: Path) -> None:
    example = Path(__file__).parents[3] / "configs/folder.example.yaml"
    settings = load_folder_file(example)
    named = settings.templates[0].read("gate/20261120/10-00-00_10-05-00.mp4", settings.zone)
    assert named is not None
    assert (named.channel, named.start_utc) == ("gate", TEN)
    assert "สำเนาให้ตำรวจ" in settings.kept_folders
    wrong = put(tmp_path / "f.yaml", b'version: "1"\ntemplates:\n  - template: "{what}"\n')
    with pytest.raises(ConfigError, match=r"line 3.*what"):
        load_folder_file(wrong)


# --- What lies in a folder ----------------------------------------------------------------------------------------


def test_files_that_follow_each_other_are_one_span(tmp_path: Path, reader: FileReader) -> None:
    for number in range(6):
        start = LOCAL_TEN + timedelta(minutes=10 * number)
        if number != 3:
            put(tmp_path / f"cam1_{start:%Y%m%d%H%M%S}.mp4", b"x")
    found = archive(tmp_path, reader)
    spans = found.index(only(found), NOW - timedelta(days=30), NOW).spans
    minutes = [((s.start_utc - TEN).total_seconds() / 60, (s.end_utc - TEN).total_seconds() / 60) for s in spans]
    assert minutes == [(0, 30), (40, 60)]


def test_short_clips_end_where_they_were_last_changed(tmp_path: Path, reader: FileReader) -> None:
    for minute, length_s in ((0, 20), (7, 45), (31, 30), (33, 15), (58, 50)):
        start = TEN + timedelta(minutes=minute)
        path = put(tmp_path / f"cam1_{start.astimezone(BANGKOK):%Y%m%d%H%M%S}.mp4", b"x")
        os.utime(path, (start.timestamp() + length_s,) * 2)
    found = archive(tmp_path, reader)
    spans = found.index(only(found), NOW - timedelta(days=30), NOW).spans
    assert [(s.end_utc - s.start_utc).total_seconds() for s in spans] == [20, 45, 30, 15, 50]


def test_kept_footage_is_set_apart_and_odd_dates_are_findings(tmp_path: Path, reader: FileReader) -> None:
    names = ["cam1_20261120100000_20261120110000.mp4", "locked/cam1_20260101100000_20260101110000.mp4",
             "cam1_19700101070000_19700101080000.mp4", "cam1_25691119100000_25691119110000.mp4"]  # fmt: skip
    for name in names:
        put(tmp_path / name, b"x")
    found = archive(tmp_path, reader)
    index, findings = plausible(found.index(only(found), NOW - timedelta(days=400), NOW), NOW)
    assert [(span.start_utc, span.locked) for span in index.spans if not span.locked] == [(TEN, False)]
    assert [span.start_utc.year for span in index.spans if span.locked] == [2026]
    assert [finding.code for finding in findings] == ["footage_date_unset", "footage_date_buddhist"]
    assert index.oldest_utc == TEN


def test_channels_are_told_apart_and_numbered(tmp_path: Path, reader: FileReader) -> None:
    for name in ("002", "001"):
        put(tmp_path / f"2026-11-20/{name}/dav/10/10.00.00-10.30.00[R][0@0][0].dav", b"x")
    assert [(c.number, c.token) for c in archive(tmp_path, reader).channels()] == [(1, "001"), (2, "002")]


def test_links_pipes_and_other_files_are_left_out_and_said(tmp_path: Path, reader: FileReader) -> None:
    put(tmp_path / "cam1/2026-11-20/10-00-00.mp4", b"x")
    put(tmp_path / "cam1/2026-11-20/10-00-00.idx", b"x")
    (tmp_path / "cam1/round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "cam1/2026-11-20/11-00-00.mp4").symlink_to(tmp_path / "cam1/2026-11-20/10-00-00.mp4")
    os.mkfifo(tmp_path / "cam1/2026-11-20/12-00-00.mp4")
    found = archive(tmp_path, reader)
    lines = said(found)
    assert "cam1/round is a link" in lines
    assert "11-00-00.mp4 is a link" in lines
    assert "1 other files (.idx)" in lines
    with pytest.raises(StepError, match="no ordinary file") as raised:
        found.play(only(found), TEN + timedelta(hours=2, seconds=1), "key", deadline())
    assert raised.value.ending is Ending.FAULT


def test_a_missing_folder_is_one_sentence(tmp_path: Path, reader: FileReader) -> None:
    with pytest.raises(StepError, match="could not be read") as raised:
        archive(tmp_path / "none", reader).channels()
    assert raised.value.ending is Ending.NOT_FOUND


AS_NOBODY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from cctv_probe.footage.folders.archive import FolderArchive
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.model.attempt import StepError
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.deadline import Deadline
if os.getuid() == 0:
    os.setuid(65534)
found = FolderArchive(Path(sys.argv[1]), FileReader(), FakeClock())
(channel,) = found.channels()
print(*(line.en for line in found.lines), sep="\\n")
try:
    found.play(channel, datetime(2026, 11, 20, 3, 0, 1, tzinfo=UTC), "key", Deadline.after(5))
except StepError as error:
    print(error.ending, error.line.en)
"""


def test_what_may_not_be_read_is_said_and_the_rest_kept(tmp_path: Path) -> None:
    put(tmp_path / "f/cam1_20261120100000_20261120110000.mp4", b"x").chmod(0)
    put(tmp_path / "f/secret/cam2_20261120100000_20261120110000.mp4", b"x").parent.chmod(0)
    place = tmp_path
    while place != Path("/tmp") and place != place.parent and place.stat().st_uid == os.getuid():
        place.chmod(0o755)
        place = place.parent
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(AS_NOBODY), tmp_path / "f"], capture_output=True, text=True, timeout=60,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    (tmp_path / "f/secret").chmod(0o755)
    assert "secret could not be read (Permission denied)" in done.stdout, done.stderr
    assert "fault cam1_20261120100000_20261120110000.mp4 could not be read (Permission denied)" in done.stdout


# --- The cache --------------------------------------------------------------------------------------------------------


def aged(root: Path) -> None:
    """Directories whose last change lies some time back."""
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        os.utime(folder, LONG_AGO)


def test_only_what_has_changed_is_read_again(tmp_path: Path, reader: FileReader) -> None:
    root, state = tmp_path / "f", tmp_path / "state"
    for day in (18, 19):
        put(root / f"cam1/2026-11-{day}/10-00-00.mp4", b"x")
    aged(root)
    first = archive(root, reader, state)
    assert len(first.index(only(first), NOW - timedelta(days=30), NOW).spans) == 2
    put(root / "cam1/2026-11-19/12-00-00.mp4", b"x")
    os.utime(root / "cam1/2026-11-19", (LONG_AGO[0] + 60,) * 2)
    # Behind the cache's back: the directory says that nothing has changed, so the file is not seen.
    put(root / "cam1/2026-11-18/14-00-00.mp4", b"x")
    os.utime(root / "cam1/2026-11-18", LONG_AGO)
    again = archive(root, reader, state)
    starts = [
        span.start_utc.astimezone(BANGKOK) for span in again.index(only(again), NOW - timedelta(days=30), NOW).spans
    ]
    assert [(start.day, start.hour) for start in starts] == [(18, 10), (19, 10), (19, 12)]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"version": 1}', b'{"version": 1, "key": 3, "directories": [], "opened": {}}']
)
def test_a_damaged_cache_costs_only_time(tmp_path: Path, reader: FileReader, damage: bytes) -> None:
    root, state = tmp_path / "f", tmp_path / "state"
    put(root / "cam1/2026-11-19/10-00-00.mp4", b"x")
    archive(root, reader, state).channels()
    (kept,) = state.iterdir()
    kept.write_bytes(damage)
    assert only(archive(root, reader, state)).token == "cam1"


# --- Files played -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [*FORMATS, ".dav"])
def test_an_instant_of_every_kind_of_file_plays(tmp_path: Path, reader: FileReader, ending: str) -> None:
    data = dav(LOCAL_TEN) if ending == ".dav" else video(ending)
    put(tmp_path / f"cam1_20261120100000_20261120100012{ending}", data)
    found = archive(tmp_path, reader)
    wanted = TEN + timedelta(seconds=7)
    played = found.play(only(found), wanted, "key", deadline())
    assert played.container == ending[1:]
    assert played.codec == "h264"
    assert played.time_source == ("container" if ending == ".dav" else "file_name")
    assert played.seen_utc is not None
    assert abs((played.seen_utc - wanted).total_seconds()) <= 2.5
    with Decoders(1) as decoders:
        question = Question(played.codec, played.parameter_sets, ((0.0, played.keys[0].data),))
        assert decoders.examine(question).size_px == (128, 96)


@pytest.mark.parametrize("ending", [*FORMATS, ".dav"])
def test_a_longer_piece_is_measured(tmp_path: Path, reader: FileReader, ending: str) -> None:
    data = dav(LOCAL_TEN) if ending == ".dav" else video(ending)
    put(tmp_path / f"cam1_20261120100000_20261120100012{ending}", data)
    found = archive(tmp_path, reader)
    measured = found.play(only(found), TEN + timedelta(seconds=1), "long", deadline()).measurement
    assert measured is not None
    assert measured.frame_rate == pytest.approx(5, abs=0.1)
    assert measured.duration_s >= 9.9
    assert measured.key_pictures >= 3


def test_dahua_files_tell_their_own_time_whatever_they_are_called(tmp_path: Path, reader: FileReader) -> None:
    """A file that was renamed, and holds footage of another hour, does not pass for the hour in its name."""
    put(tmp_path / "cam1_20261120100000_20261120100012.mp4", dav(LOCAL_TEN - timedelta(hours=12)))
    found = archive(tmp_path, reader)
    played = found.play(only(found), TEN + timedelta(seconds=5), "key", deadline())
    assert played.container == "dav"
    assert played.seen_utc is not None
    assert timedelta() <= played.seen_utc - datetime(2026, 11, 19, 15, tzinfo=UTC) <= timedelta(seconds=12)


def test_the_frame_of_an_instant_is_found_in_a_large_file() -> None:
    data = dav(LOCAL_TEN, seconds=600, padding=20_000)
    reads: list[int] = []

    def piece(offset: int, size: int) -> bytes:
        reads.append(size)
        return data[offset : offset + size]

    for second in (0, 1, 299, 301, 599):
        frame = dhav.locate(piece, len(data), LOCAL_TEN + timedelta(seconds=second))
        assert frame is not None
        assert frame.is_key
        assert 0 <= (LOCAL_TEN + timedelta(seconds=second) - frame.local).total_seconds() <= 2
    assert max(reads) < len(data) / 10
    early = dhav.locate(piece, len(data), LOCAL_TEN - timedelta(days=19))
    assert early is not None
    assert early.offset == 0


@given(st.binary(max_size=4000), st.integers(0, 40))
def test_no_bytes_break_the_search_for_a_frame(rubbish: bytes, times: int) -> None:
    data = rubbish + b"DHAV\xfd\0\0\0" * times + rubbish
    dhav.locate(lambda offset, size: data[offset : offset + size], len(data), LOCAL_TEN)


def test_a_copied_name_with_less_in_it_does_not_play(tmp_path: Path, reader: FileReader) -> None:
    put(tmp_path / "cam1_20261120100000_20261120110000.mp4", video(".mp4"))
    found = archive(tmp_path, reader)
    played = found.play(only(found), TEN + timedelta(minutes=30), "key", deadline())
    assert played.seen_utc is not None
    assert played.seen_utc < TEN + timedelta(seconds=12), "its own time shows that the instant is not there"


BROKEN = {
    "empty": (b"", "is empty"),
    "cut off": (video(".mp4")[:5000], "holds no video"),
    "something else": (b"MZ not a video" * 500, "holds no video"),
    "cut off mkv": (video(".mkv")[:1500], "key picture|no video"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_line_and_the_next_still_plays(tmp_path: Path, reader: FileReader, name: str) -> None:
    data, sentence = BROKEN[name]
    put(tmp_path / "cam1_20261120100000_20261120100012.mp4", data)
    put(tmp_path / "cam1_20261120110000_20261120110012.mp4", video(".mp4"))
    found = archive(tmp_path, reader)
    with pytest.raises(StepError, match=sentence) as raised:
        found.play(only(found), TEN + timedelta(seconds=3), "key", deadline())
    assert raised.value.ending is Ending.MALFORMED
    assert "cam1_20261120100000" in raised.value.line.th
    assert found.play(only(found), TEN + timedelta(hours=1, seconds=3), "key", deadline()).keys


def test_a_file_that_goes_away_is_missing(tmp_path: Path, reader: FileReader) -> None:
    path = put(tmp_path / "cam1_20261120100000_20261120100012.mp4", video(".mp4"))
    found = archive(tmp_path, reader)
    channel = only(found)
    path.unlink()
    with pytest.raises(StepError, match="disappeared") as raised:
        found.play(channel, TEN + timedelta(seconds=3), "key", deadline())
    assert raised.value.ending is Ending.NOT_FOUND


def test_times_come_from_containers_and_changes_where_names_have_none(tmp_path: Path, reader: FileReader) -> None:
    root, state = tmp_path / "f", tmp_path / "state"
    put(root / "cam1/one.mp4", video(".mp4", metadata={"creation_time": "2026-11-20T03:00:00Z"}))
    put(root / "cam1/two.dav", dav(LOCAL_TEN + timedelta(hours=1)))
    os.utime(put(root / "cam1/three.ts", video(".ts")), (TEN.timestamp() + 7212,) * 2)
    put(root / "cam1/four.mkv", b"nothing")
    aged(root)
    found = archive(root, reader, state)
    spans = found.index(only(found), NOW - timedelta(days=30), NOW).spans
    assert [round((span.start_utc - TEN).total_seconds()) for span in spans] == [0, 3600, 7200]
    assert "3 files have no time in their names: 2 were timed by their containers, 1 by their last change" in said(
        found
    )
    assert "cam1/four.mkv holds no video" in said(found)
    sources = [
        found.play(only(found), TEN + timedelta(hours=h, seconds=2), "key", deadline()).time_source for h in range(3)
    ]
    assert sources == ["container", "container", "modified"]
    with FileReader() as unused:
        again = archive(root, unused, state)
        assert len(again.index(only(again), NOW - timedelta(days=30), NOW).spans) == 3
