"""Recordings as folders of files, from the same truths as the archives over ONVIF.

`python -m cctv_probe.simulator.folders FLEET.yaml OUT` writes one folder for each device that has recordings.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.encoding import encode
from cctv_probe.simulator.fleet import Device, Fleet
from cctv_probe.simulator.fleet_file import FleetError, load_fleet
from cctv_probe.simulator.fleet_recordings import FolderShape, Strange
from cctv_probe.simulator.folder_media import Reel, write_file
from cctv_probe.simulator.folder_names import Named, path_of
from cctv_probe.simulator.recorded_pictures import RecordedPictures, clip_of
from cctv_probe.simulator.recorded_spans import Span, locked_spans, unlocked_spans
from cctv_probe.simulator.recording_parts import Recording, recordings_of

_TRUNCATED_BYTES = 700


@dataclass(frozen=True, slots=True)
class WrittenFolder:
    """The footage of one channel. folder: of its device, which channels share. files: good ones, locked ones included;
    spans: what they stand for, in UTC, in the same order; strange: files that are no footage, by what is odd.
    """

    address: str
    channel: int
    folder: Path
    files: tuple[Path, ...]
    spans: tuple[Span, ...]
    locked: tuple[Path, ...]
    strange: tuple[tuple[Strange, Path], ...]


def write_folders(fleet: Fleet, folder: Path, now_utc: datetime) -> list[WrittenFolder]:
    """Write every recording of `fleet` as it is at `now_utc` below `folder`, one folder a device named by its address.
    Modification times are those of the files' ends. At 160x128 pixels and a key frame every 2 s, 30 days of one channel
    in files of an hour take about twenty seconds and 280 MB.
    """
    clips = ClipStore()
    try:
        return [
            _Writer(device, recording, folder / device.address, clips, now_utc).written()
            for device in fleet.devices
            for recording in recordings_of(device)
        ]
    finally:
        clips.close()


class _Writer:
    """Writes the files of one channel."""

    def __init__(self, device: Device, recording: Recording, folder: Path, clips: ClipStore, now_utc: datetime) -> None:
        self._device, self._recording, self._folder, self._now = device, recording, folder, now_utc
        self._truth, self._shape = recording.truth, recording.truth.folder
        self._offset = timedelta(seconds=device.faults.clock_offset_s)
        kind = clip_of(recording.channel)
        self._reel = Reel(encode(kind), self._truth.recorded, RecordedPictures(clips), self._truth.frozen)

    def written(self) -> WrittenFolder:
        self._folder.mkdir(parents=True, exist_ok=True)
        segments = list(_segments(unlocked_spans(self._truth, self._now), self._shape.segment_min))
        locked = list(locked_spans(self._truth, self._now))
        files = [self._file(number, span, is_locked=False) for number, span in enumerate(segments, start=1)]
        kept = [self._file(len(files) + number, span, is_locked=True) for number, span in enumerate(locked, start=1)]
        return WrittenFolder(
            self._device.address,
            self._recording.number,
            self._folder,
            (*files, *kept),
            (*segments, *locked),
            tuple(kept),
            tuple((kind, self._strange(kind, number, files)) for number, kind in enumerate(self._shape.strange)),
        )

    def _file(self, number: int, span: Span, *, is_locked: bool) -> Path:
        file = self._path(self._named(number, span, is_locked))
        write_file(file, span, self._reel, self._shape, self._offset)
        self._date(file, span[1])
        return file

    def _named(self, number: int, span: Span, is_locked: bool) -> Named:
        return Named(
            self._device.identity.serial or "SERIAL",
            self._recording.number,
            number,
            span[0] + self._offset,
            span[1] + self._offset,
            self._shape.container,
            is_locked,
            self._truth.mode in ("motion", "event"),
        )

    def _path(self, named: Named) -> Path:
        file = self._folder / path_of(self._shape.layout, named)
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _date(self, file: Path, moment: datetime) -> None:
        told = (moment + self._offset).timestamp()
        os.utime(file, (told, told))

    def _strange(self, kind: Strange, number: int, files: list[Path]) -> Path:
        """A file that is no footage, or claims a time that cannot be: on a day before anything was recorded."""
        moment = self._now - timedelta(days=self._truth.days + 20 + number)
        if kind == "year_1970":
            moment = datetime(1970, 1, 1, 7, tzinfo=UTC)
        elif kind == "buddhist_year":
            moment = (self._now - timedelta(days=1)).replace(year=self._now.year + 543, day=1)
        named = self._named(90_000 + number, (moment, moment + timedelta(minutes=self._shape.segment_min)), False)
        file = self._path(named)
        if kind == "foreign":
            file = file.with_name("Thumbs.db")
        content = {
            "zero_byte": b"",
            "foreign": b"\xd0\xcf\x11\xe0" + bytes(508),
            "not_video": b"This is a note, not a video.\n" * 40,
            "truncated": files[0].read_bytes()[:_TRUNCATED_BYTES] if files else b"",
        }.get(kind)
        file.write_bytes(files[0].read_bytes() if content is None and files else content or b"")
        if kind != "buddhist_year":
            self._date(file, moment + timedelta(minutes=self._shape.segment_min))
        return file


def _segments(spans: tuple[Span, ...], minutes: int) -> Iterator[Span]:
    """The spans cut where the clock strikes a whole segment; pieces too short for a picture are left out."""
    step = timedelta(minutes=minutes)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for start, end in spans:
        while end - start > timedelta(seconds=5):
            cut = min(end, epoch + ((start - epoch) // step + 1) * step)
            if cut - start > timedelta(seconds=5):
                yield start, cut
            start = cut


def in_shape(fleet: Fleet, shape: FolderShape) -> Fleet:
    """The same fleet, every recording in folders of this shape."""
    devices = tuple(
        replace(
            device,
            channels=tuple(
                replace(one, recordings=replace(one.recordings, folder=shape)) if one.recordings else one
                for one in device.channels
            ),
        )
        for device in fleet.devices
    )
    return replace(fleet, devices=devices)


def main() -> int:
    """Exit code 0, or 78 for a fleet file that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m cctv_probe.simulator.folders")
    parser.add_argument("fleet", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    try:
        fleet = load_fleet(options.fleet)
    except FleetError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 78
    for one in write_folders(fleet, options.folder, datetime.now(UTC)):
        print(f"{one.folder}\t{one.channel}\t{len(one.files)}", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
