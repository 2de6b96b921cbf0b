"""From files to spans: which file holds an instant, when files end whose names tell only their start. Pure."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cctv_probe.model.footage import Span

JOINED_S = 10
"""Files that follow each other so closely are one span."""
LONGEST_S = 6 * 3600
_SHORTEST_S = 60
_ALIKE, _MOSTLY = 0.1, 0.6
_LONGER = 1.5
_NEIGHBOURS = 3
_LAST_S = 253_402_300_799  # the end of the year 9999, after which Python has no dates


@dataclass(slots=True)
class RecordedFile:
    """One file of a channel: where it is, from when to when (seconds since 1970; `end_s` 0 where not known yet)."""

    start_s: int
    end_s: int
    path: str
    kind: str = ""
    kept: bool = False
    source: str = "file_name"


@dataclass(frozen=True)
class ChannelFiles:
    """The files of one channel, oldest first."""

    name: str
    files: Sequence[RecordedFile]
    starts: Sequence[int]

    @classmethod
    def of(cls, name: str, files: Iterable[RecordedFile], changed_s: Callable[[str], float | None]) -> ChannelFiles:
        """`changed_s` tells when a file was last changed; it is asked only where names do not tell how long files are."""
        ordered = sorted(files, key=lambda file: (file.start_s, file.path))
        _end(ordered, changed_s)
        return cls(name, ordered, [file.start_s for file in ordered])

    def at(self, moment_s: float) -> list[RecordedFile]:
        """Files that should hold an instant, the likeliest first."""
        place = bisect_right(self.starts, moment_s)
        near = self.files[max(0, place - _NEIGHBOURS) : place]
        return [file for file in reversed(near) if moment_s < file.end_s]

    def spans(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """What the files claim between two instants, neighbours put together."""
        joined: list[RecordedFile] = []
        open_: dict[tuple[str, bool], RecordedFile] = {}
        for file in self.files:
            last = open_.get((file.kind, file.kept))
            if last is not None and file.start_s <= last.end_s + JOINED_S:
                last.end_s = max(last.end_s, file.end_s)
                continue
            copy = RecordedFile(file.start_s, file.end_s, "", file.kind, file.kept)
            open_[(file.kind, file.kept)] = copy
            joined.append(copy)
        return tuple(
            Span(_utc(file.start_s), _utc(file.end_s), file.kind, file.kept)
            for file in joined
            if file.end_s > since.timestamp() and file.start_s < until.timestamp()
        )


def _end(files: Sequence[RecordedFile], changed_s: Callable[[str], float | None]) -> None:
    """Give every file an end: that of its name, the start of the next where files are alike, its last change, a minute."""
    usual = _usual_s(files)
    for file, following in pairwise([*files, None]):
        if file is None or file.end_s:
            continue
        gap = LONGEST_S if following is None else following.start_s - file.start_s
        if usual is not None:
            file.end_s = file.start_s + int(gap if 0 < gap <= _LONGER * usual else usual)
            continue
        changed = changed_s(file.path)
        lasted = 0 if changed is None else changed - file.start_s
        plausible = 0 < lasted <= min(LONGEST_S, gap + JOINED_S if gap > 0 else LONGEST_S)
        file.end_s = file.start_s + int(max(1.0, lasted) if plausible else min(_SHORTEST_S, max(1, gap)))


def _usual_s(files: Sequence[RecordedFile]) -> float | None:
    """How long files usually are, where most begin when the one before has been going for the same time."""
    gaps = [b.start_s - a.start_s for a, b in pairwise(files) if 0 < b.start_s - a.start_s <= LONGEST_S]
    if len(gaps) < 2:
        return None
    usual = statistics.median(gaps)
    alike = sum(abs(gap - usual) <= max(2.0, _ALIKE * usual) for gap in gaps)
    return usual if alike >= _MOSTLY * len(gaps) else None


def _utc(moment_s: float) -> datetime:
    return datetime.fromtimestamp(min(moment_s, _LAST_S), UTC)
