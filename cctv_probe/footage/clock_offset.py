"""An archive whose clock is wrong, asked in its own time and believed in ours.

For archives that speak their own time, such as folders named by a recorder whose clock was off. Dialects that read the
device's clock themselves correct it themselves: they are not to be wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cctv_probe.footage.archive import Archive, ArchiveChannel, Index, Played, Wanted
from cctv_probe.wire.deadline import Deadline


@dataclass(frozen=True)
class ClockOffset:
    """`archive` with its clock corrected; `offset_s` is its clock minus UTC, in seconds."""

    archive: Archive
    offset_s: float

    @property
    def source(self) -> str:
        """As of the archive."""
        return self.archive.source

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """As of the archive."""
        return self.archive.channels()

    def index(self, channel: ArchiveChannel, since_utc: datetime, until_utc: datetime) -> Index:
        """What the archive claims, in UTC."""
        found = self.archive.index(channel, self._theirs(since_utc), self._theirs(until_utc))
        return replace(
            found,
            oldest_utc=self._ours(found.oldest_utc),
            newest_utc=self._ours(found.newest_utc),
            began_utc=self._ours(found.began_utc),
            spans=tuple(
                replace(span, start_utc=self._moved(span.start_utc, -1), end_utc=self._moved(span.end_utc, -1))
                for span in found.spans
            ),
        )

    def play(self, channel: ArchiveChannel, at_utc: datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play the instant `at_utc`, which the archive knows under another time."""
        played = self.archive.play(channel, self._theirs(at_utc), wanted, deadline)
        return replace(played, seen_utc=self._ours(played.seen_utc))

    def _theirs(self, instant: datetime) -> datetime:
        return self._moved(instant, 1)

    def _ours(self, instant: datetime | None) -> datetime | None:
        return None if instant is None else self._moved(instant, -1)

    def _moved(self, instant: datetime, sign: int) -> datetime:
        try:
            return instant + sign * timedelta(seconds=self.offset_s)
        except OverflowError:
            return instant
