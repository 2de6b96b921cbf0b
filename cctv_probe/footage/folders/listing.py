"""Which recorded files lie in a folder, and what their names say. Fifty thousand of them in seconds, the second time from a cache.

Directories are read with `os.scandir`; files are not looked at one by one. What a directory held is kept with the time of its
last change, and read again only where that has changed. Links are not followed: they may lead out of the folder, or round
in circles.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cctv_probe.footage.folders.settings import VIDEO, FolderSettings
from cctv_probe.footage.folders.template import Named, Template
from cctv_probe.model.words import Text

Row = list[object]
"""Name, channel, start, end (seconds since 1970; end 0 where unknown), kind, kept by hand (0 or 1), source of the time."""
NAME, CHANNEL, START, END, KIND, KEPT, SOURCE = range(7)
FROM_NAME, FROM_CONTAINER, FROM_CHANGE = "file_name", "container", "modified"
MOST_FILES = 2_000_000
MOST_DEPTH = 24
_MOST_LINES = 50
_MOST_SHAPES = 10_000
_ALL_DIGITS_ALIKE = str.maketrans("123456789", "000000000")
_FRESH_S = 5.0
"""A directory that has changed so lately may change again within the same tick of its clock: it is read again next time."""

CANNOT_READ = Text(en="{path} could not be read ({reason}) and was left out.", th="อ่าน {path} ไม่ได้ ({reason}) จึงข้ามไป")
GONE = Text(
    en="{path} disappeared while the folder was being read; the rest was kept.",
    th="{path} หายไประหว่างอ่านโฟลเดอร์ ส่วนอื่นยังใช้ได้",
)
_LINK = Text(
    en="{path} is a link to another place and was not followed. Check that place by its own name.",
    th="{path} เป็นลิงก์ไปยังที่อื่นจึงไม่ได้ตามไป โปรดตรวจสอบโฟลเดอร์ปลายทางโดยตรง",
)
_DEEP = Text(en="{path} lies too deep and was left out.", th="{path} ซ้อนลึกเกินไป จึงข้ามไป")
_MANY = Text(
    en="There are more than {most} files; the rest was left out. Check parts of the folder by themselves.",
    th="มีไฟล์มากกว่า {most} ไฟล์ ส่วนที่เกินถูกข้ามไป โปรดแยกตรวจทีละโฟลเดอร์ย่อย",
)
_MORE = Text(en="… and {count} more of this kind.", th="… และอีก {count} รายการในลักษณะเดียวกัน")


@dataclass
class Directory:
    """What one directory holds. `stamp` is its last change in nanoseconds, 0 where it must be read again."""

    stamp: int
    folders: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    untimed: list[str] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)


@dataclass
class Listing:
    """What a folder holds, by path inside it (`""` for itself). `lines` tell what was left out and why."""

    directories: dict[str, Directory]
    lines: list[Text]
    reread: int = 0

    def rows(self) -> Iterator[tuple[str, Row]]:
        """(directory, row) of every file whose time is known."""
        for path, directory in self.directories.items():
            for row in directory.rows:
                yield path, row

    def others(self) -> Counter[str]:
        """How many files of which other endings there are."""
        total: Counter[str] = Counter()
        for directory in self.directories.values():
            total.update(directory.others)
        return total


class Lister:
    """Reads one folder."""

    def __init__(self, root: Path, settings: FolderSettings, known: dict[str, Directory], now: datetime) -> None:
        self._root, self._settings, self._known, self._now_s = root, settings, known, now.timestamp()
        self._fitting: dict[str, Template] = {}
        self._said: Counter[str] = Counter()
        self._listing = Listing({}, [])
        self._files = 0

    def listing(self) -> Listing:
        """All of it. Raises `OSError` where the folder itself cannot be read."""
        waiting = [("", 0)]
        while waiting:
            path, depth = waiting.pop()
            if depth > MOST_DEPTH:
                self._say(_DEEP, path)
                continue
            directory = self._directory(path)
            if directory is None:
                continue
            self._listing.directories[path] = directory
            self._files += len(directory.rows) + len(directory.untimed)
            if self._files > MOST_FILES:
                self._listing.lines.append(_MANY.with_(most=MOST_FILES))
                break
            waiting += [(f"{path}/{name}" if path else name, depth + 1) for name in directory.folders]
        self._listing.lines += [_MORE.with_(count=n - _MOST_LINES) for n in self._said.values() if n > _MOST_LINES]
        return self._listing

    def _directory(self, path: str) -> Directory | None:
        place = os.path.join(self._root, path)  # noqa: PTH118 - a Path per directory costs more than reading it
        try:
            changed = os.stat(place, follow_symlinks=not path)  # noqa: PTH116 - as above
            known = self._known.get(path)
            if known is not None and known.stamp and known.stamp == changed.st_mtime_ns:
                return known
            return self._read(path, place, changed)
        except OSError as error:
            if not path:
                raise
            gone = isinstance(error, FileNotFoundError | NotADirectoryError)
            self._say(GONE if gone else CANNOT_READ, path, error)
            return None

    def _read(self, path: str, place: str, changed: os.stat_result) -> Directory:
        self._listing.reread += 1
        fresh = abs(self._now_s - changed.st_mtime) < _FRESH_S
        directory = Directory(0 if fresh else changed.st_mtime_ns)
        kept = any(part.casefold() in self._settings.kept_folders for part in path.split("/"))
        with os.scandir(place) as entries:
            for entry in entries:
                self._note(directory, path, entry, kept)
        directory.rows.sort(key=lambda row: (row[START], row[NAME]))
        return directory

    def _note(self, directory: Directory, path: str, entry: os.DirEntry[str], kept: bool) -> None:
        name = entry.name
        shown = f"{path}/{name}" if path else name
        if entry.is_symlink():
            self._say(_LINK, shown)
            return
        if entry.is_dir(follow_symlinks=False):
            directory.folders.append(name)
            return
        ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - fifty thousand times
        if ending not in VIDEO:
            directory.others[ending] = directory.others.get(ending, 0) + 1
            return
        row = self._row(shown, name, kept)
        if row is None:
            directory.untimed.append(name)
        else:
            directory.rows.append(row)

    def _row(self, shown: str, name: str, kept: bool) -> Row | None:
        named = self._named(shown)
        if named is None:
            return None
        end = 0 if named.end_utc is None else int(named.end_utc.timestamp())
        by_hand = kept or any(mark in name.casefold() for mark in self._settings.kept_marks)
        return [name, named.channel, int(named.start_utc.timestamp()), end, named.kind, int(by_hand), FROM_NAME]

    def _named(self, shown: str) -> Named | None:
        """What the name says, by the first template that fits; names that differ in digits only are fitted by the same."""
        shape = shown.translate(_ALL_DIGITS_ALIKE)
        known = self._fitting.get(shape)
        named = known.read(shown, self._settings.zone) if known else None
        if named is not None:
            return named
        for template in self._settings.templates:
            named = template.read(shown, self._settings.zone)
            if named is not None:
                if len(self._fitting) < _MOST_SHAPES:
                    self._fitting[shape] = template
                return named
        return None

    def _say(self, sentence: Text, path: str, error: OSError | None = None) -> None:
        self._said[sentence.en] += 1
        if self._said[sentence.en] <= _MOST_LINES:
            reason = {} if sentence is not CANNOT_READ else {"reason": error.strerror if error else ""}
            self._listing.lines.append(sentence.with_(path=printable(path), **reason))


def printable(path: str) -> str:
    """A path as it may be shown: no control characters, no unpaired surrogates."""
    return "".join(letter if letter.isprintable() else "?" for letter in path)[:300]


def is_file(found: os.stat_result) -> bool:
    """Whether it is a plain file, not a device or a pipe."""
    return stat.S_ISREG(found.st_mode)
