"""A folder of recorded files as an archive: an index of what its files claim, and instants of them played."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cctv_probe.footage.archive import ArchiveChannel, Index, Played, Wanted
from cctv_probe.footage.folders.cache import FolderCache
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.footage.folders.listing import CHANNEL, END, KEPT, KIND, NAME, SOURCE, START, Lister, Listing, printable
from cctv_probe.footage.folders.opened import Files
from cctv_probe.footage.folders.settings import FolderSettings, known_layouts
from cctv_probe.footage.folders.spans import ChannelFiles, RecordedFile
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline

METHOD = "folder"
OPEN_S = 300.0
"""So long files without a time in their names are opened in one night; the rest follows the next."""
_EACH_S = 20.0
_MOST_LINES = 50
_TRIED = 2

_NO_FOLDER = Text(
    en="The folder {path} could not be read ({reason}). Check that it is mounted and may be read.",
    th="อ่านโฟลเดอร์ {path} ไม่ได้ ({reason}) โปรดตรวจสอบว่าเชื่อมต่อแล้วและมีสิทธิ์อ่าน",
)
_NOTHING_THERE = Text(en="no file of {channel} holds that instant", th="ไม่มีไฟล์ของ {channel} ที่มีภาพในเวลานั้น")
_OTHERS = Text(
    en="{count} other files ({endings}) are no recordings and were left out.",
    th="มีไฟล์อื่น {count} ไฟล์ ({endings}) ที่ไม่ใช่ภาพบันทึก จึงข้ามไป",
)
_LATER = Text(
    en="{count} files without a time in their names were not opened yet; the next check goes on with them. A template in a folder file would be faster.",
    th="ยังไม่ได้เปิดไฟล์ที่ชื่อไม่มีเวลาอีก {count} ไฟล์ การตรวจครั้งหน้าจะทำต่อ หากกำหนดรูปแบบชื่อไฟล์จะเร็วขึ้น",
)
_BY_OTHER_TIMES = Text(
    en="{count} files have no time in their names: {container} were timed by their containers, {modified} by their last change, which copying alters.",
    th="มี {count} ไฟล์ที่ชื่อไม่มีเวลา: ใช้เวลาจากข้อมูลในไฟล์ {container} ไฟล์ และจากเวลาแก้ไขล่าสุด {modified} ไฟล์ ซึ่งการคัดลอกทำให้เปลี่ยนได้",
)
_MORE = Text(en="… and {count} more of this kind.", th="… และอีก {count} รายการในลักษณะเดียวกัน")


def folder_id(root: Path) -> str:
    """An identity for the state of a folder; its path is all that is known of it."""
    return "folder-" + hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]


class FolderArchive:
    """An `Archive` (see `cctv_probe.footage.archive`). `lines` tells what was left out, once the folder has been read.

    `state_folder` is where the cache lies; None for none. Used by one thread.
    """

    def __init__(
        self,
        root: Path,
        reader: FileReader,
        clock: Clock,
        settings: FolderSettings | None = None,
        state_folder: Path | None = None,
        open_s: float = OPEN_S,
    ) -> None:
        self._root, self._clock, self._open_s = root, clock, open_s
        self._settings = settings or known_layouts()
        self._files = Files(root, reader, self._settings.zone)
        self._cache = FolderCache(state_folder, root.absolute(), self._settings.key) if state_folder else None
        self._channels: dict[str, ChannelFiles] | None = None
        self._named: tuple[ArchiveChannel, ...] = ()
        self.lines: list[Text] = []

    @property
    def source(self) -> str:
        """The method for evidence."""
        return METHOD

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """The channels that names tell apart, by number where they are numbered. Raises `StepError`."""
        self._read()
        return self._named

    def index(self, channel: ArchiveChannel, since_utc: datetime, until_utc: datetime) -> Index:
        """What the files claim; dates that cannot be history are among it (`findings.plausible` tells them apart)."""
        files = self._of(channel)
        first, last = datetime.min.replace(tzinfo=since_utc.tzinfo), datetime.max.replace(tzinfo=since_utc.tzinfo)
        spans = files.spans(first, last)
        meant = tuple(span for span in spans if span.end_utc > since_utc or span.start_utc.year < since_utc.year - 20)
        listed = [span for span in meant if not span.locked and since_utc < span.end_utc and span.start_utc < until_utc]
        oldest = min((span.start_utc for span in listed), default=None)
        newest = max((span.end_utc for span in listed), default=None)
        return Index(oldest, newest, meant, spans_known=True)

    def play(self, channel: ArchiveChannel, at_utc: datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """An instant of the file that should hold it. Raises `StepError`: NOT_FOUND where there is none."""
        candidates = self._of(channel).at(at_utc.timestamp())
        if not candidates:
            words = printable(channel.name or channel.token)
            raise StepError(Ending.NOT_FOUND, _NOTHING_THERE.with_(channel=words))
        failure: StepError | None = None
        for file in candidates[:_TRIED]:
            try:
                return self._files.play(file, at_utc, wanted, deadline)
            except StepError as error:
                failure = failure or error
        assert failure is not None
        raise failure

    # --- Reading the folder ------------------------------------------------------------------------------------------

    def _of(self, channel: ArchiveChannel) -> ChannelFiles:
        self._read()
        assert self._channels is not None
        return self._channels.get(channel.token) or ChannelFiles(channel.token, (), ())

    def _read(self) -> None:
        if self._channels is not None:
            return
        directories, opened = self._cache.load() if self._cache else ({}, {})
        try:
            listing = Lister(self._root, self._settings, directories, self._clock.now()).listing()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise StepError(
                Ending.NOT_FOUND, _NO_FOLDER.with_(path=printable(str(self._root)), reason=reason)
            ) from error
        self.lines = list(listing.lines)
        now_open = self._opened(listing, opened)
        self._channels = self._by_channel(listing, now_open)
        self._named = _numbered(self._channels)
        self._tell_others(listing)
        if self._cache and (listing.reread or now_open != opened or len(directories) != len(listing.directories)):
            self._cache.save(listing.directories, now_open)

    def _opened(self, listing: Listing, known: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """[size, change, start, end, source] of every file without a time in its name, by path."""
        result: dict[str, list[Any]] = {}
        until, left, refused = Deadline.after(self._open_s), 0, 0
        for path in _untimed(listing):
            stamp = self._stamp(path)
            row = known.get(path)
            if row is not None and len(row) == 5 and stamp == row[:2]:
                result[path] = row
            elif not until.remaining_s():
                left += 1
            elif stamp is not None:
                row = self._timed(path, stamp, min(until.remaining_s(), _EACH_S))
                result |= {path: row} if row else {}
                refused += row is None
        if left:
            self.lines.append(_LATER.with_(count=left))
        if refused > _MOST_LINES:
            self.lines.append(_MORE.with_(count=refused - _MOST_LINES))
        self._tell_times(result)
        return result

    def _timed(self, path: str, stamp: list[int], wanted_s: float) -> list[Any] | None:
        try:
            times = self._files.times(path, Deadline.after(wanted_s))
        except StepError as error:
            if len(self.lines) < 2 * _MOST_LINES:
                self.lines.append(error.line)
            return None
        return [*stamp, times.start_s, times.end_s, times.source]

    def _stamp(self, path: str) -> list[int] | None:
        try:
            found = os.stat(self._root / path, follow_symlinks=False)  # noqa: PTH116 - Path.stat does the same more slowly
        except OSError:
            return None
        return [found.st_size, found.st_mtime_ns]

    def _by_channel(self, listing: Listing, opened: dict[str, list[Any]]) -> dict[str, ChannelFiles]:
        files: dict[str, list[RecordedFile]] = {}
        for path, row in listing.rows():
            file = _file(f"{path}/{row[NAME]}" if path else str(row[NAME]), row)
            files.setdefault(str(row[CHANNEL]), []).append(file)
        for path, (_, _, start, end, source) in opened.items():
            folder = path.rpartition("/")[0]
            kept = any(part.casefold() in self._settings.kept_folders for part in folder.split("/"))
            file = RecordedFile(int(start), int(end), path, "", kept, str(source))
            files.setdefault(folder.rpartition("/")[2], []).append(file)
        real = {name: found for name, found in files.items() if not all(file.kept for file in found)}
        return {name: ChannelFiles.of(name, found, self._files.changed_s) for name, found in sorted(real.items())}

    def _tell_times(self, opened: dict[str, list[Any]]) -> None:
        by_container = sum(row[4] == "container" for row in opened.values())
        if opened:
            by_change = len(opened) - by_container
            self.lines.append(_BY_OTHER_TIMES.with_(count=len(opened), container=by_container, modified=by_change))

    def _tell_others(self, listing: Listing) -> None:
        others = listing.others()
        if others:
            endings = ", ".join(printable(ending) or "?" for ending, _ in others.most_common(5))
            self.lines.append(_OTHERS.with_(count=others.total(), endings=endings))


def _file(path: str, row: Sequence[Any]) -> RecordedFile:
    return RecordedFile(row[START], row[END], path, str(row[KIND]), bool(row[KEPT]), str(row[SOURCE]))


def _untimed(listing: Listing) -> list[str]:
    return sorted(
        f"{path}/{name}" if path else name
        for path, directory in listing.directories.items()
        for name in directory.untimed
    )


def _numbered(channels: dict[str, ChannelFiles]) -> tuple[ArchiveChannel, ...]:
    """Numbered names keep their numbers; others are counted on in the order of their names."""
    wanted = {name: int(name) for name in channels if name.isascii() and name.isdigit() and 0 < int(name) < 10_000}
    taken = set(wanted.values()) if len(set(wanted.values())) == len(wanted) else set()
    wanted = wanted if taken else {}
    free = iter(number for number in range(1, 10_000 + len(channels)) if number not in taken)
    return tuple(
        ArchiveChannel(wanted[name] if name in wanted else next(free), name, printable(name) or None)
        for name in channels
    )
