"""One recorded file: mp4, mkv, avi, ts or dav, with the pictures of its instants at their times.

Pictures come at the true rate for the first seconds; then one key frame every 45 s, the same few over and over, at
their right times. AVI has no times, only a rate: it ends after its first seconds.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cctv_probe.simulator.clip import Clip
from cctv_probe.simulator.dhav import DavWriter
from cctv_probe.simulator.fleet_recordings import Container, FolderShape
from cctv_probe.simulator.recorded_pictures import Grid, RecordedPictures, place_in_loop
from cctv_probe.simulator.recorded_spans import THAILAND, Span

if TYPE_CHECKING:
    from cctv_probe.simulator.fleet_recordings import Recorded

_SPARSE_S = 45.0
_FORMATS: dict[Container, str] = {"mp4": "mp4", "mkv": "matroska", "avi": "avi", "ts": "mpegts"}
_CODECS = {"h264": "h264", "h265": "hevc"}
_TICKS = 90_000


@dataclass(frozen=True, slots=True)
class Reel:
    """What a channel's files are cut from. frozen: every instant shows the same."""

    clip: Clip
    recorded: Recorded
    pictures: RecordedPictures
    frozen: bool


@dataclass(frozen=True, slots=True)
class _Picture:
    unit: bytes
    moment: datetime
    is_key: bool


def write_file(file: Path, span: Span, reel: Reel, shape: FolderShape, offset: timedelta) -> None:
    """Write the footage of `span`; `offset`: the recorder's clock minus the true one, in every time it writes."""
    pictures = _pictures(span, reel, shape)
    if shape.container == "dav":
        _write_dav(file, pictures, reel, offset)
    else:
        _write_libav(file, pictures, reel, shape.container, span[0] + offset)


def _pictures(span: Span, reel: Reel, shape: FolderShape) -> Iterator[_Picture]:
    grid, kind = Grid(reel.recorded), reel.clip.kind
    first, last = grid.at_or_after(span[0]), grid.at_or_before(span[1]) - 1
    dense = max(1, round(shape.dense_s / grid.gop_s))
    keys = []
    for number in range(first, min(first + dense, last + 1)):
        keys.append(_key(reel, number))
        began, place = grid.time_of(number), place_in_loop(reel.clip, 0 if reel.frozen else number)
        units = (keys[-1], *reel.clip.units[place + 1 : place + kind.gop])
        for index, unit in enumerate(units):
            yield _Picture(unit, began + timedelta(seconds=index / reel.recorded.frame_rate), index == 0)
    if shape.container == "avi":
        return
    step = max(1, round(_SPARSE_S / grid.gop_s))
    for turn, number in enumerate(range(first + dense - 1 + step, last + 1, step)):
        yield _Picture(keys[turn % len(keys)], grid.time_of(number), True)


def _key(reel: Reel, number: int) -> bytes:
    key = reel.clip.units[0] if reel.frozen else reel.pictures.encoded_key(reel.clip, number)
    return reel.clip.headers + key


def _write_dav(file: Path, pictures: Iterator[_Picture], reel: Reel, offset: timedelta) -> None:
    kind = reel.clip.kind
    with file.open("wb") as stream:
        writer = DavWriter(stream, kind.codec, (kind.width, kind.height), kind.frame_rate)
        for one in pictures:
            writer.write(one.unit, (one.moment + offset).astimezone(THAILAND), is_key=one.is_key)


def _write_libav(file: Path, pictures: Iterator[_Picture], reel: Reel, container: Container, told: datetime) -> None:
    import av  # takes 0.1 s to import: only where files are written

    rate = Fraction(reel.recorded.frame_rate).limit_denominator(1001)
    base = 1 / rate if container == "avi" else Fraction(1, _TICKS)
    zero: datetime | None = None
    raw = io.BytesIO(reel.clip.headers + b"".join(reel.clip.units))
    with (
        av.open(raw, format=_CODECS[reel.clip.kind.codec]) as like,
        av.open(str(file), "w", format=_FORMATS[container]) as out,
    ):
        out.metadata["creation_time"] = told.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        stream: Any = out.add_stream_from_template(like.streams.video[0])
        stream.time_base = base
        for one in pictures:
            zero = zero or one.moment
            packet = av.Packet(one.unit)
            packet.stream, packet.time_base, packet.is_keyframe = stream, base, one.is_key
            packet.pts = packet.dts = round(Fraction((one.moment - zero).total_seconds()) / base)
            packet.duration = round(1 / rate / base)
            out.mux(packet)
