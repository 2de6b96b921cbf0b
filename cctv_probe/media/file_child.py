"""The child that reads recorded files: a process of its own, confined like the decoder's, that takes containers apart.

Started with a fresh interpreter. It imports what it needs and tries it once, gives up everything else (`confinement`), and
reads files only through the program, piece by piece: it opens nothing. Coded pictures go back to be decoded elsewhere.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
from av.bitstream import BitStreamFilterContext

from cctv_probe.media.confinement import CannotConfine, Limits, confine
from cctv_probe.media.decoder_messages import write_greeting
from cctv_probe.media.file_messages import (
    MAX_KEY_BYTES,
    MAX_KEYS,
    MAX_PARAMETER_BYTES,
    MAX_ROWS,
    FileAnswer,
    FileKey,
    FileQuestion,
    FileRow,
    ask_for_piece,
    read_file_question,
    write_file_answer,
)

CANNOT_CONFINE = 3
LONG_S, LONG_GOPS, LONGEST_S = 10.0, 2, 45.0
_NEAR_S = 30.0
_BACK_S = (0.0, 5.0, 50.0)
_MOST_PACKETS = 200_000
_BUFFER_BYTES = 128 * 1024
_CODECS = {"h264": "h264", "hevc": "h265", "mjpeg": "mjpeg", "mpeg4": "mpeg4", "av1": "av1", "libdav1d": "av1"}
_CONTAINERS = {"mov": "mp4", "matroska": "mkv", "avi": "avi", "mpegts": "ts", "dhav": "dav"}
_OPTIONS = {
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,dhav",
    "codec_whitelist": "h264,hevc,mjpeg,mpeg4,av1,libdav1d",
    "probesize": "2000000",
    "analyzeduration": "1000000",
}
_TO_ANNEX_B = {"h264": "h264_mp4toannexb", "h265": "hevc_mp4toannexb"}


def main(memory_bytes: int, cpu_s: int) -> None:
    """Serve until standard input ends; never returns."""
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
    while (asked := read_file_question(sys.stdin.buffer)) is not None:
        number, question = asked
        write_file_answer(sys.stdout.buffer, number, answer(_Remote(question.size_bytes), question))


class _Remote:
    """The file as libav reads it."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def read(self, size: int) -> bytes:
        data = ask_for_piece(sys.stdout.buffer, sys.stdin.buffer, self._at, size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + {0: 0, 1: self._at, 2: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at


def answer(file: Any, question: FileQuestion) -> FileAnswer:
    """What the file says, or why it cannot be read."""
    try:
        with av.open(file, "r", options=_OPTIONS, buffer_size=_BUFFER_BYTES) as opened:
            return _answer(opened, question)
    except EOFError:
        raise
    except MemoryError:
        return FileAnswer(failed="too_large")
    except Exception:  # noqa: BLE001 (whatever libav raises for broken files: each is one that cannot be read)
        return FileAnswer(failed="not_video")


def _answer(opened: Any, question: FileQuestion) -> FileAnswer:
    container = _CONTAINERS.get(opened.format.name.partition(",")[0])
    stream = next(iter(opened.streams.video), None)
    if container is None or stream is None:
        return FileAnswer(failed="not_video")
    codec = _CODECS.get(stream.codec_context.name)
    if codec is None:
        return FileAnswer(failed="other_codec")
    said = FileAnswer(container, codec, _first_s(opened, stream), _duration_s(opened, stream), _created(opened))
    return said if question.wanted == "probe" else _with_pictures(opened, stream, question, said)


def _with_pictures(opened: Any, stream: Any, question: FileQuestion, said: FileAnswer) -> FileAnswer:
    extra = bytes(stream.codec_context.extradata or b"")
    to_annex_b = _filter(stream, said.codec, extra)
    at_s = _with_room(question, said)
    for back_s in _BACK_S if at_s else (0.0,):  # some containers are found only behind the instant that was sought
        keys, rows = _read(opened, stream, question, max(0.0, at_s - back_s), said.first_s, to_annex_b)
        if any(len(key.data) > MAX_KEY_BYTES for key in keys):
            return FileAnswer(failed="too_large")
        if keys:
            sets = _parameter_sets(said.codec, extra)
            return replace(said, keys=tuple(keys), rows=tuple(rows), parameter_sets=sets)
    return FileAnswer(failed="no_picture")


def _read(
    opened: Any, stream: Any, question: FileQuestion, at_s: float, first_s: float, to_annex_b: Any | None
) -> tuple[list[FileKey], list[FileRow]]:
    keys: list[FileKey] = []
    rows: list[FileRow] = []
    for moment_s, packet in _from_key(opened, stream, at_s, first_s):
        data = _coded(packet, to_annex_b) if packet.is_keyframe and len(keys) < MAX_KEYS else b""
        keys += [FileKey(moment_s, data)] if data else []
        rows.append(FileRow(moment_s, packet.size, bool(packet.is_keyframe)))
        if question.wanted == "key" or _enough(rows):
            break
    return keys, rows


def _with_room(question: FileQuestion, said: FileAnswer) -> float:
    """A longer piece must not begin just before the end of the file."""
    if question.wanted != "long" or said.duration_s is None:
        return question.at_s
    return max(0.0, question.at_s - _NEAR_S, min(question.at_s, said.duration_s - LONG_S * 1.5))


def _from_key(opened: Any, stream: Any, at_s: float, first_s: float) -> Iterator[tuple[float, Any]]:
    """(seconds after the first picture, packet), from the last key picture before `at_s` on."""
    sought = at_s > 0 and _seek(opened, at_s + first_s)
    begun = False
    for number, packet in enumerate(opened.demux(stream)):
        moment = packet.pts if packet.pts is not None else packet.dts
        if moment is None or not packet.size or number > _MOST_PACKETS:
            if number > _MOST_PACKETS:
                return
            continue
        packet_s = float(moment * packet.time_base) - first_s
        begun = begun or (packet.is_keyframe and (sought or packet_s >= at_s - _NEAR_S))
        if begun:
            yield packet_s, packet


def _seek(opened: Any, moment_s: float) -> bool:
    try:
        opened.seek(int(moment_s * av.time_base), backward=True)
    except av.error.FFmpegError:
        return False  # it is read from where it stands then
    return True


def _enough(rows: list[FileRow]) -> bool:
    lasted_s = max(row.at_s for row in rows[-16:]) - rows[0].at_s
    whole = lasted_s >= LONG_S and sum(row.is_key for row in rows) > LONG_GOPS
    return whole or lasted_s >= LONGEST_S or len(rows) >= MAX_ROWS


def _filter(stream: Any, codec: str, extra: bytes) -> Any | None:
    """Needed where NAL units are kept with their lengths before them instead of start codes."""
    if codec in _TO_ANNEX_B and extra[:1] == b"\1":
        return BitStreamFilterContext(_TO_ANNEX_B[codec], stream)
    return None


def _coded(packet: Any, to_annex_b: Any | None) -> bytes:
    packets = to_annex_b.filter(packet) if to_annex_b else [packet]
    return b"".join(bytes(each) for each in packets)


def _parameter_sets(codec: str, extra: bytes) -> bytes:
    if codec in ("h264", "h265"):
        extra = b"" if extra[:1] == b"\1" else extra  # then the filter has put them before each key picture
    elif codec == "av1":
        extra = extra[4:] if extra[:1] == b"\x81" else extra
    elif codec != "mpeg4":
        extra = b""
    return extra if len(extra) <= MAX_PARAMETER_BYTES else b""


def _first_s(opened: Any, stream: Any) -> float:
    if stream.start_time is not None:
        return float(stream.start_time * stream.time_base)
    return opened.start_time / av.time_base if opened.start_time is not None else 0.0


def _duration_s(opened: Any, stream: Any) -> float | None:
    if opened.duration is not None and opened.duration > 0:
        return float(opened.duration / av.time_base)
    return float(stream.duration * stream.time_base) if stream.duration else None


def _created(opened: Any) -> str | None:
    told = {name.casefold(): str(value) for name, value in opened.metadata.items()}
    said = next((told[name] for name in ("creation_time", "date", "icrd", "idit") if told.get(name)), None)
    return said if said and len(said) <= 40 and said.isascii() and said.isprintable() else None


def _warm_up() -> None:
    """Write and read one small file: nothing can be loaded from disk later."""
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as opened:
        stream: Any = opened.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.thread_count = 64, 48, "yuv420p", 1
        for _ in range(3):
            opened.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        opened.mux(stream.encode())
    answer(io.BytesIO(made.getvalue()), FileQuestion(len(made.getvalue()), "long"))
    for container in _CONTAINERS:
        answer(io.BytesIO(container.encode() * 50), FileQuestion(200, "probe"))
