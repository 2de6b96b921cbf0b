"""Real encoded pictures: two to three seconds of each (codec, size, rate, GOP), made once, kept in memory and on disk.

No B-frames and a fixed GOP, so a clip can be looped for ever; it always starts with a key frame.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
import struct
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from cctv_probe.simulator.fleet import Codec, Stream
from cctv_probe.simulator.pattern import backdrop, drawn

_FORMAT = 3  # raise it when encoding changes, so that clips kept on disk are made anew
_LEAST_S = 2.0
_ENCODERS: dict[Codec, str] = {"h264": "libx264", "h265": "libx265", "mjpeg": "mjpeg", "mpeg4": "mpeg4"}


@dataclass(frozen=True, slots=True)
class ClipKind:
    """What two streams must have in common to share a clip."""

    codec: Codec
    width: int
    height: int
    frame_rate: float
    gop: int
    bit_rate_bps: int

    @property
    def length(self) -> int:
        """Access units in the clip: whole GOPs, at least two seconds."""
        return self.gop * max(1, math.ceil(_LEAST_S * self.frame_rate / self.gop))


@dataclass(frozen=True, slots=True)
class Clip:
    """Encoded access units as the encoder wrote them; `headers`: its parameter sets (Annex B or MPEG-4), if any."""

    kind: ClipKind
    headers: bytes
    units: tuple[bytes, ...]


def kind_of(stream: Stream) -> ClipKind:
    """The clip that `stream` plays."""
    return ClipKind(
        stream.codec, stream.width, stream.height, stream.frame_rate, stream.gop_length, stream.bit_rate_bps
    )


class ClipStore:
    """Clips by kind. Headers come at once (opening an encoder is enough); pictures are encoded in one thread."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or default_directory()
        self._headers: dict[ClipKind, bytes] = {}
        self._clips: dict[ClipKind, asyncio.Task[Clip]] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clips")

    def headers(self, kind: ClipKind) -> bytes:
        """The parameter sets of `kind`, as they also stand in its clip."""
        if kind not in self._headers:
            self._headers[kind] = bytes(_encoder(kind).extradata or b"")
        return self._headers[kind]

    async def clip(self, kind: ClipKind) -> Clip:
        """The clip of `kind`; encoded the first time, whoever asks."""
        if kind not in self._clips:
            self._clips[kind] = asyncio.get_running_loop().create_task(self._made(kind))
        return await asyncio.shield(self._clips[kind])

    async def _made(self, kind: ClipKind) -> Clip:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._load_or_encode, kind)

    def _load_or_encode(self, kind: ClipKind) -> Clip:
        file = self._directory / f"{_name(kind)}.clip"
        clip = _loaded(file, kind)
        if clip is None:
            clip = encode(kind)
            _save(file, clip)
        return clip

    def close(self) -> None:
        """Stop encoding."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def default_directory() -> Path:
    """A private directory for clips in the system's place for temporary files."""
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    directory = Path(tempfile.gettempdir()) / f"cctv-probe-simulator-{owner}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and directory.stat().st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix="cctv-probe-simulator-"))
    return directory


def encode(kind: ClipKind) -> Clip:
    """Draw and encode the clip of `kind`; about half a second for two seconds of 1920x1080 H.264."""
    encoder = _encoder(kind)
    return Clip(kind, bytes(encoder.extradata or b""), tuple(_units(kind, encoder)))


def _units(kind: ClipKind, encoder: Any) -> Iterator[bytes]:
    import av

    still = backdrop(kind.width, kind.height)
    for number in range(kind.length):
        position = abs(2 * number / kind.length - 1)
        picture = drawn(still, kind.width, kind.height, position, number / kind.frame_rate)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p").reformat(format=encoder.pix_fmt)
        frame.pts = number
        if number % kind.gop == 0:
            frame.pict_type = av.video.frame.PictureType.I
        yield from (bytes(packet) for packet in encoder.encode(frame))
    yield from (bytes(packet) for packet in encoder.encode(None))


def _encoder(kind: ClipKind) -> Any:
    """An open encoder that keeps its parameter sets apart, without B-frames or scene cuts."""
    import av  # takes 0.1 s to import: only where pictures are made
    from av.codec.context import Flags

    encoder: Any = av.CodecContext.create(_ENCODERS[kind.codec], "w")
    encoder.width, encoder.height = kind.width, kind.height
    encoder.pix_fmt = "yuvj420p" if kind.codec == "mjpeg" else "yuv420p"
    rate = Fraction(kind.frame_rate).limit_denominator(1001)
    encoder.framerate, encoder.time_base = rate, 1 / rate
    encoder.bit_rate, encoder.gop_size, encoder.max_b_frames = kind.bit_rate_bps, kind.gop, 0
    encoder.flags |= Flags.global_header
    encoder.options = _options(kind)
    encoder.open()
    return encoder


def _options(kind: ClipKind) -> dict[str, str]:
    if kind.codec == "h264":
        return {"preset": "ultrafast", "tune": "zerolatency", "sc_threshold": "0", "forced-idr": "1", "threads": "1"}
    if kind.codec == "h265":
        fixed = f"keyint={kind.gop}:min-keyint={kind.gop}:bframes=0:scenecut=0:open-gop=0:repeat-headers=0"
        return {"preset": "ultrafast", "tune": "zerolatency", "x265-params": f"log-level=error:{fixed}"}
    if kind.codec == "mjpeg":
        return {"huffman": "default"}  # RFC 2435 carries no Huffman tables
    return {}


def _name(kind: ClipKind) -> str:
    described = json.dumps([_FORMAT, asdict(kind)], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:32]


def _save(file: Path, clip: Clip) -> None:
    """Written beside and renamed, so that two processes may make the same clip."""
    parts = (clip.headers, *clip.units)
    content = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as beside:
        beside.write(content)
    Path(beside.name).replace(file)


def _loaded(file: Path, kind: ClipKind) -> Clip | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    parts, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        parts.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    return Clip(kind, parts[0], tuple(parts[1:])) if len(parts) == kind.length + 1 else None
