"""The decoder child: a process of its own that decodes key pictures and answers with figures.

Started by `decoder_process` with a fresh interpreter. It imports what it needs and tries it once, gives up everything else
(`confinement`), and only then reads its first question. It opens nothing, connects nowhere, knows no secret.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import av
import cv2
import numpy as np

from cctv_probe.media import health
from cctv_probe.media.confinement import CannotConfine, Limits, confine
from cctv_probe.media.decoder_messages import (
    MAX_SIDE_PX,
    MAX_THUMBNAIL_BYTES,
    Question,
    read_question,
    write_answer,
    write_greeting,
)
from cctv_probe.media.health import Planes
from cctv_probe.media.picture import DecodedPicture, Examination

CANNOT_CONFINE = 3
"""Exit status where a protection could not be taken up."""
MAX_PIXELS = 64_000_000
_DECODERS = {
    "h264": ("h264",),
    "h265": ("hevc",),
    "mjpeg": ("mjpeg",),
    "mpeg4": ("mpeg4",),
    "av1": ("libdav1d", "libaom-av1"),
}
_PLANAR = ("yuv4", "yuvj4", "gray", "gbrp")
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG


def main(memory_bytes: int, cpu_s: int) -> None:
    """Serve until standard input ends; never returns."""
    cv2.setNumThreads(1)
    av.logging.set_level(None)
    _warm_up()
    try:
        lacking = confine(Limits(memory_bytes, cpu_s))
    except CannotConfine:
        os._exit(CANNOT_CONFINE)
    write_greeting(sys.stdout.buffer, lacking)
    try:
        serve()
    finally:
        os._exit(0)


def serve() -> None:
    """Answer questions until there are no more."""
    while (asked := read_question(sys.stdin.buffer)) is not None:
        number, question = asked
        write_answer(sys.stdout.buffer, number, examine(question))


def _warm_up() -> None:
    """Decode one picture and open every decoder: nothing can be loaded from disk later."""
    made = bytes(cv2.imencode(".jpg", np.arange(96 * 128 * 3, dtype=np.uint8).reshape(96, 128, 3))[1])
    examine(Question("mjpeg", b"", ((0.0, made), (1.0, made[: len(made) // 2])), thumbnail=True))
    for codec in _DECODERS:
        examine(Question(codec, b"", ((0.0, bytes(64)),)))


def examine(question: Question) -> Examination:
    """Decode each picture on its own; a picture that cannot be decoded costs only itself."""
    rows: list[DecodedPicture] = []
    whole: list[tuple[float, Planes]] = []
    for time_s, data in question.pictures:
        try:
            rows.append(_examined(question, time_s, data, whole))
        except MemoryError:
            rows.append(_failed("too_large"))
        except Exception:  # noqa: BLE001 (whatever libav raises for broken pictures: the next may be good)
            rows.append(_failed("undecodable"))
    return Examination(tuple(rows), tuple(_pairs(whole)), _thumbnail(whole) if question.thumbnail else None)


def _examined(question: Question, time_s: float, data: bytes, whole: list[tuple[float, Planes]]) -> DecodedPicture:
    frame = _decoded(question.codec, question.parameter_sets + data)
    if frame is None:
        return _failed("no_picture")
    if frame.width > MAX_SIDE_PX or frame.height > MAX_SIDE_PX:
        return _failed("too_large")
    planes = _planes(frame)
    damaged = bool(frame.is_corrupt)
    if not damaged:
        whole.append((time_s, planes))
    figures = health.figures(planes, time_s)
    return DecodedPicture(frame.width, frame.height, frame.format.name, damaged, figures)


def _failed(why: str) -> DecodedPicture:
    return DecodedPicture(0, 0, "", False, None, why)


def _decoded(codec: str, data: bytes) -> Any:
    """The first picture in `data`, or None. A decoder of its own for each, so that none inherits another's state."""
    decoder = _decoder(codec)
    for packet in (av.Packet(data), None):
        for frame in decoder.decode(packet):
            return frame
    return None


def _decoder(codec: str) -> Any:
    for name in _DECODERS[codec]:
        try:
            decoder: Any = av.CodecContext.create(name, "r")
        except av.error.FFmpegError:  # not in this build of libav
            continue
        decoder.thread_count = 1
        decoder.options = {"max_pixels": str(MAX_PIXELS), "flags": "+output_corrupt"}
        return decoder
    raise LookupError(codec)


def _planes(frame: Any) -> Planes:
    """Luma and chroma of a planar picture, 8 bits a sample (libav's scaler would start threads, which are not allowed)."""
    name = frame.format.name
    if not name.startswith(_PLANAR):
        raise LookupError(name)
    first, *others = _samples(frame)[:3]
    full_range = name.startswith(("yuvj", "gbrp")) or frame.color_range == _FULL_RANGE
    if name.startswith("gbrp"):
        others = [_difference(other, first) for other in others]
    return Planes(first, (others[0], others[1]) if len(others) == 2 else None, full_range)


def _samples(frame: Any) -> list[health.Plane]:
    """Each plane without the padding at the end of its lines; deeper samples keep their upper 8 bits."""
    planes = []
    for plane, component in zip(frame.planes, frame.format.components, strict=True):
        kind = np.uint8 if component.bits <= 8 else np.dtype("<u2")
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size).view(kind)[: plane.height, : plane.width]
        planes.append(np.ascontiguousarray(rows >> max(0, component.bits - 8), np.uint8))
    return planes


def _difference(colour: health.Plane, green: health.Plane) -> health.Plane:
    """What stands for chroma where red, green and blue are coded: green is nearest to luma."""
    return np.asarray((colour.astype(np.int16) - green) // 2 + 128, np.uint8)


def _pairs(whole: list[tuple[float, Planes]]) -> Iterator[Any]:
    for place, (later_s, later) in enumerate(whole):
        for earlier_s, earlier in whole[:place]:
            figures = health.pair(earlier, later, abs(later_s - earlier_s))
            if figures is not None:
                yield figures


def _thumbnail(whole: list[tuple[float, Planes]]) -> bytes | None:
    made = health.thumbnail(whole[-1][1]) if whole else None
    return made if made and len(made) <= MAX_THUMBNAIL_BYTES else None
