"""Recordings as folders: names, times and pictures, read back by libav."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cctv_probe.simulator.fleet import FolderShape, Recorded
from cctv_probe.simulator.fleet_recordings import Hours, Locked, Recordings
from cctv_probe.simulator.folders import WrittenFolder, in_shape, write_folders
from cctv_probe.simulator.recorded_spans import THAILAND, at
from tests.unit.simulator.replays import recorder
from tests.unit.simulator.towns import fleet_of

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TINY = {"width": 160, "height": 128, "frame_rate": 12.5, "gop": 25, "bit_rate_bps": 60_000}
HOURS = (Hours(starts="08:20", ends="10:05"),)


def _written(folder: Path, codec: str = "h264", clock_offset_s: float = 0.0, **shape: Any) -> WrittenFolder:
    """Files of 30 minutes from 08:20 to 10:05 of yesterday and today, and a locked clip."""
    truth = Recordings(
        days=1,
        mode="schedule",
        hours=HOURS,
        locked=(Locked(day=20, for_s=60),),
        recorded=Recorded(**TINY, codec=codec),  # type: ignore[arg-type]
    )
    fleet = in_shape(
        fleet_of(recorder(truth, clock_offset_s=clock_offset_s)), FolderShape(**({"segment_min": 30} | shape))
    )
    (written,) = write_folders(fleet, folder, NOW)
    return written


def _packets(file: Path) -> tuple[Any, list[Any]]:
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        return stream.codec_context, [packet for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("container", ["mp4", "mkv", "avi", "ts", "dav"])
def test_every_container_is_read_by_libav(tmp_path: Path, container: str, codec: str) -> None:
    if (container, codec) == ("avi", "h265"):
        with pytest.raises(ValueError, match="avi holds no h265"):
            Recordings(recorded=Recorded(codec="h265"), folder=FolderShape(container="avi"))
        return
    written = _written(tmp_path, codec, container=container)
    file, (start, end) = written.files[1], written.spans[1]
    assert (start, end) == (at(1, "08:30", NOW), at(1, "09:00", NOW))
    context, packets = _packets(file)
    assert context.name == {"h264": "h264", "h265": "hevc"}[codec]
    assert (context.width, context.height) == (160, 128)
    times = [float(packet.pts * packet.time_base) for packet in packets]
    steps = [b - a for a, b in itertools.pairwise(times)]
    jitter_s = 0.05 if container == "dav" else 2e-3  # libav sets its clock anew at every full second of a .dav
    assert steps[:174] == pytest.approx([0.08] * 174, abs=jitter_s)
    assert times[174] - times[0] == pytest.approx(174 * 0.08, abs=jitter_s)
    whole = 14 if container == "avi" else (end - start).total_seconds()
    assert whole - 50 < times[-1] - times[0] < whole
    assert max(steps) < 50
    with av.open(str(file)) as opened:
        pictures = [frame.to_ndarray(format="gray") for frame in opened.decode(video=0)]
    assert len(pictures) == len(packets)


def test_pictures_of_different_files_differ(tmp_path: Path) -> None:
    written = _written(tmp_path)
    firsts = []
    for file in written.files:
        with av.open(str(file)) as opened:
            firsts.append(next(opened.decode(video=0)).to_ndarray(format="gray").astype(int))
    assert len(firsts) == 11
    assert min(np.abs(a - b).mean() for number, a in enumerate(firsts) for b in firsts[:number]) > 0.5


@pytest.mark.parametrize(
    ("layout", "container", "name", "locked"),
    [
        ("dahua", "dav", r"S1/2026-11-22/001/dav/08/08\.30\.00-09\.00\.00\[R\]\[0@0\]\[0\]\.dav", r"\[L\]"),
        ("reolink", "mp4", r"2026/11/22/Camera1_00_20261122083000\.mp4", r"^Locked/"),
        ("synology", "mp4", r"cam1/20261122AM/cam1-20261122-083000-1795311000\.mp4", r"@Locked"),
        ("flat", "mkv", r"ch01_20261122_083000_20261122_090000\.mkv", r"_lock\.mkv"),
        ("untimed", "ts", r"datadir0/ch01/hiv100002\.ts", r"/locked/"),
    ],
)
def test_names_hold_local_times(tmp_path: Path, layout: str, container: str, name: str, locked: str) -> None:
    written = _written(tmp_path, layout=layout, container=container)
    assert written.folder == tmp_path / written.address
    shown = [str(file.relative_to(written.folder)) for file in written.files]
    assert re.fullmatch(name, shown[1])
    assert [bool(re.search(locked, one)) for one in shown] == [False] * 10 + [True]
    assert written.locked == (written.files[-1],)
    assert [file.stat().st_mtime for file in written.files] == [end.timestamp() for _, end in written.spans]


def test_a_recorder_with_a_wrong_clock_writes_wrong_names(tmp_path: Path) -> None:
    written = _written(tmp_path, clock_offset_s=-3600, layout="flat")
    assert written.files[1].name == "ch01_20261122_073000_20261122_080000.mp4"
    with av.open(str(written.files[1])) as opened:
        assert opened.metadata["creation_time"].startswith("2026-11-22T00:30:00")
    assert written.files[1].stat().st_mtime == at(1, "08:00", NOW).timestamp()


def test_dav_tells_the_time_of_every_frame(tmp_path: Path) -> None:
    written = _written(tmp_path, container="dav")
    _, packets = _packets(written.files[1])
    local = datetime.fromtimestamp(packets[0].pts / 1000, UTC).replace(tzinfo=THAILAND)
    assert local == written.spans[1][0]


def test_odd_files_are_what_they_are_called(tmp_path: Path) -> None:
    kinds = ("zero_byte", "truncated", "not_video", "foreign", "year_1970", "buddhist_year")
    written = _written(tmp_path, strange=kinds)
    odd = dict(written.strange)
    assert tuple(odd) == kinds
    assert odd["zero_byte"].stat().st_size == 0
    for kind in ("truncated", "not_video", "zero_byte"):
        with pytest.raises(av.FFmpegError):
            av.open(str(odd[kind]))
    assert odd["foreign"].name == "Thumbs.db"
    assert "19700101" in odd["year_1970"].name
    assert odd["year_1970"].stat().st_mtime < timedelta(days=1).total_seconds()
    assert "256911" in odd["buddhist_year"].name
    assert not set(odd.values()) & set(written.files)
