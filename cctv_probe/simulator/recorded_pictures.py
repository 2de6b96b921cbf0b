"""The pictures of a recording: of every instant others, with its local time burnt in.

Key frames lie on a grid: number `n` at `n * gop / frame_rate` seconds after 1970. Only they are encoded for their
instant; the pictures between are those of one loop, which fit as they fit in a live stream (see `encoding`).
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cctv_probe.simulator.clip import Clip, ClipKind
from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.encoding import recorded_key
from cctv_probe.simulator.fleet_recordings import Recorded
from cctv_probe.simulator.fleet_streams import Channel
from cctv_probe.simulator.recorded_spans import THAILAND

if TYPE_CHECKING:
    from cctv_probe.simulator.pattern import Lens

_KEPT = 600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Grid:
    """When the key frames of a recording are."""

    def __init__(self, recorded: Recorded) -> None:
        self.gop_s = recorded.gop / recorded.frame_rate

    def at_or_before(self, moment: datetime) -> int:
        """The number of the last key frame not after `moment`."""
        return math.floor(_seconds(moment) / self.gop_s + 1e-6)

    def at_or_after(self, moment: datetime) -> int:
        """The number of the first key frame not before `moment`."""
        return math.ceil(_seconds(moment) / self.gop_s - 1e-6)

    def time_of(self, number: int) -> datetime:
        """When key frame `number` was recorded."""
        return _EPOCH + timedelta(seconds=number * self.gop_s)


def clip_of(channel: Channel) -> ClipKind:
    """The loop between the key frames of the channel's recording. The channel must have one."""
    assert channel.recordings
    recorded = channel.recordings.recorded
    return ClipKind(
        recorded.codec,
        recorded.width,
        recorded.height,
        recorded.frame_rate,
        recorded.gop,
        recorded.bit_rate_bps,
        "night" if channel.truths.picture == "night" else "street",
        channel.truths.scene,
    )


class RecordedPictures:
    """Groups of pictures by number, encoded when wanted; the last few hundred key frames are kept."""

    def __init__(self, clips: ClipStore) -> None:
        self._clips = clips
        self._lenses: dict[ClipKind, Lens] = {}
        self._keys: OrderedDict[tuple[ClipKind, int], bytes] = OrderedDict()

    async def headers(self, kind: ClipKind) -> bytes:
        """The parameter sets of `kind`."""
        return self._clips.headers(kind)

    async def group(self, kind: ClipKind, number: int, *, frozen: bool, intra: bool) -> tuple[bytes, ...]:
        """The access units of group `number`, its key frame first; intra: that one alone."""
        clip = await self._clips.clip(kind)
        key = clip.units[0] if frozen else await self._key(clip, number)
        if intra:
            return (key,)
        first = place_in_loop(clip, 0 if frozen else number)
        return (key, *clip.units[first + 1 : first + kind.gop])

    async def _key(self, clip: Clip, number: int) -> bytes:
        name = (clip.kind, number)
        if name not in self._keys:
            loop = asyncio.get_running_loop()
            self._keys[name] = await loop.run_in_executor(self._clips.pool, self.encoded_key, clip, number)
            if len(self._keys) > _KEPT:
                self._keys.popitem(last=False)
        return self._keys[name]

    def encoded_key(self, clip: Clip, number: int) -> bytes:
        """The key frame of group `number`; takes some milliseconds."""
        from cctv_probe.simulator.pattern import Lens  # brings OpenCV: only where pictures are made

        kind = clip.kind
        if kind not in self._lenses:
            self._lenses[kind] = Lens(kind.picture, kind.width, kind.height, kind.scene)
        moment = _EPOCH + timedelta(seconds=number * kind.gop / kind.frame_rate)
        stamp = moment.astimezone(THAILAND).strftime("%Y%m%d.%H%M%S")
        return recorded_key(kind, self._lenses[kind], place_in_loop(clip, number), number, stamp)


def place_in_loop(clip: Clip, number: int) -> int:
    """Where in the loop group `number` begins."""
    return number * clip.kind.gop % clip.kind.length


def _seconds(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds()
