"""`loadfile.cgi?action=startLoad` and `RPC_Loadfile/…`: footage as a DHAV file, every frame with its true time by the
recorder's clock.

The first seconds are whole; then one key frame every 45 s, as in the simulator's folders, so that hours fit.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cctv_probe.simulator.clip import Clip, ClipKind
from cctv_probe.simulator.dahua_files import file_at
from cctv_probe.simulator.dahua_text import ROOT, Query, bad_request, by_clock
from cctv_probe.simulator.dhav import DavWriter
from cctv_probe.simulator.encoding import encode
from cctv_probe.simulator.fleet import Recordings
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recorded_pictures import Grid, clip_of, place_in_loop
from cctv_probe.simulator.recorded_spans import Span, spans_of
from cctv_probe.simulator.replay_course import NoFootageError, course, first_group

CONTENT_TYPE = "application/octet-stream"
FILE_ROOT = ROOT + "RPC_Loadfile"
_LONGEST = timedelta(hours=6)
_WHOLE_S = 20.0
_SPARSE = timedelta(seconds=45)

_encoded = lru_cache(maxsize=64)(encode)


@dataclass(frozen=True, slots=True)
class _Reel:
    """What a channel's footage is cut from."""

    node: Node
    truth: Recordings
    grid: Grid
    clip: Clip

    def key(self, number: int) -> bytes:
        """The key frame of group `number`, with its parameter sets."""
        frozen = self.clip.units[0] if self.truth.frozen else self.node.pictures.encoded_key(self.clip, number)
        return self.clip.headers + frozen

    def rest(self, number: int) -> tuple[bytes, ...]:
        """The other pictures of group `number`."""
        first = place_in_loop(self.clip, 0 if self.truth.frozen else number)
        return self.clip.units[first + 1 : first + self.clip.kind.gop]


@dataclass(frozen=True, slots=True)
class _Picture:
    unit: bytes
    moment: datetime
    is_key: bool


def load_span(node: Node, query: Query) -> bytes:
    """What lies between two times of one channel, which is counted from 1. Raises RefusedError."""
    number = query.number("channel")
    window = query.moment("startTime", node.device), query.moment("endTime", node.device)
    if not 1 <= number <= len(node.device.channels):
        raise bad_request("no_such_channel")
    if not timedelta() < window[1] - window[0] <= _LONGEST:
        raise bad_request("no_such_window")
    return _footage(node, number, window)


def load_file(node: Node, path: str) -> bytes:
    """The file under `path`, as findNextFile names it. Raises RefusedError."""
    found = file_at(node.device, path)
    if found is None:
        raise bad_request("no_such_file")
    number, file = found
    return _footage(node, number, (file.starts, file.ends))


def _footage(node: Node, number: int, window: Span) -> bytes:
    """The DHAV bytes of `window`; where nothing is recorded, what `no_footage` says. Raises RefusedError."""
    channel = node.device.channels[number - 1]
    if channel.recordings is None:
        raise bad_request("no_footage")
    reel = _Reel(node, channel.recordings, Grid(channel.recordings.recorded), _clip(node, clip_of(channel)))
    spans = spans_of(reel.truth, datetime.now(UTC))
    try:
        first = first_group(spans, reel.grid, window[0], node.device.faults.archive)
    except NoFootageError:
        raise bad_request("no_footage") from None
    node.rtsp.playbacks_ever += 1
    if first is None:
        return b""
    began = reel.grid.time_of(first)
    jumped = max(timedelta(), began - window[0]) if began >= window[1] else timedelta()
    return _written(reel, _pictures(reel, spans, first, window[1] + jumped))


def _clip(node: Node, kind: ClipKind) -> Clip:
    """The clip that was drawn ahead; while that is being done, one encoded here (a quarter of a second, once)."""
    ahead = node.clips.begin(kind)
    return ahead.result() if ahead.done() else _encoded(kind)


def _pictures(reel: _Reel, spans: tuple[Span, ...], first: int, end: datetime) -> Iterator[_Picture]:
    """The pictures from group `first` until `end`, over all gaps. Sparse key frames are those of the first seconds."""
    keys: list[bytes] = []
    shown: datetime | None = None
    for step in course(spans, reel.grid, first, never_ends=False):
        began = reel.grid.time_of(step.number)
        if began >= end:
            return
        if len(keys) * reel.grid.gop_s < _WHOLE_S:
            keys.append(reel.key(step.number))
            yield _Picture(keys[-1], began, True)
            for index, unit in enumerate(reel.rest(step.number), start=1):
                yield _Picture(unit, began + timedelta(seconds=index / reel.truth.recorded.frame_rate), False)
        elif shown and began - shown >= _SPARSE:
            yield _Picture(keys[step.number % len(keys)], began, True)
        else:
            continue
        shown = began


def _written(reel: _Reel, pictures: Iterator[_Picture]) -> bytes:
    kind, device = reel.clip.kind, reel.node.device
    content = io.BytesIO()
    writer = DavWriter(content, reel.truth.recorded.codec, (kind.width, kind.height), kind.frame_rate)
    for one in pictures:
        writer.write(one.unit, by_clock(device, one.moment), is_key=one.is_key)
    return content.getvalue()
