"""Small recorded files made with libav, and a writer of Dahua's DHAV, of which libav has only a reader."""

from __future__ import annotations

import io
import struct
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

FORMATS = {".mp4": "mp4", ".mkv": "matroska", ".avi": "avi", ".ts": "mpegts"}


@lru_cache(maxsize=8)
def units(
    seconds: int = 12, rate: int = 5, gop: int = 10, codec: str = "libx264", seed: int = 1
) -> list[tuple[bytes, bool]]:
    """Coded pictures of noise over a gradient, with start codes, and whether each is a key picture."""
    encoder: Any = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = 128, 96, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.thread_count = Fraction(1, rate), rate, 1
    encoder.gop_size = gop
    if codec == "libx264":
        encoder.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": "annexb=1:repeat-headers=1:scenecut=0",
        }
    found: list[tuple[bytes, bool]] = []
    for number in range(seconds * rate):
        frame = av.VideoFrame.from_ndarray(_picture(number, seed), format="yuv420p")
        frame.pts = number
        found += [(bytes(packet), bool(packet.is_keyframe)) for packet in encoder.encode(frame)]
    return found + [(bytes(packet), bool(packet.is_keyframe)) for packet in encoder.encode(None)]


def coded_picture(quantiser: int, number: int = 1) -> bytes:
    """One picture of a scene, coded as finely as `quantiser` says."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 128, 96, "yuv420p", Fraction(1, 5)
    encoder.thread_count = 1
    encoder.options = {"preset": "ultrafast", "qp": str(quantiser), "x264-params": "annexb=1:repeat-headers=1"}
    frame = av.VideoFrame.from_ndarray(_picture(number, 1), format="yuv420p")
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def _picture(number: int, seed: int) -> Any:
    random = np.random.default_rng([seed, number])
    luma = np.linspace(30, 200, 128)[None, :] + random.normal(0, 6, (96, 128)) + 20 * np.sin(np.arange(96) / 5)[:, None]
    chroma = np.full((48, 128), 120)
    return np.clip(np.vstack([luma, chroma]), 0, 255).astype(np.uint8)


def video(
    ending: str, seconds: int = 12, rate: int = 5, seed: int = 1, metadata: dict[str, str] | None = None
) -> bytes:
    """A recorded file of `seconds`; a key picture every two seconds at 5 pictures a second."""
    made = io.BytesIO()
    with av.open(made, "w", format=FORMATS[ending]) as opened:
        opened.metadata.update(metadata or {})
        stream: Any = opened.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.codec_context.gop_size, stream.codec_context.thread_count = 10, 1
        stream.codec_context.options = {"preset": "ultrafast", "x264-params": "scenecut=0"}
        for number in range(seconds * rate):
            frame = av.VideoFrame.from_ndarray(_picture(number, seed), format="yuv420p")
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode())
    return made.getvalue()


def slow_video(minutes: int, seed: int, repeat: int = 1) -> bytes:
    """An mp4 file with a picture a minute, each a key picture; the same pictures `repeat` times over."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 48, "yuv420p", Fraction(60)
    encoder.gop_size, encoder.thread_count = 1, 1
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "qp": "30"}
    random = np.random.default_rng([seed, 60])
    scene = np.vstack(
        [np.linspace(30, 200, 64)[None, :] + 20 * np.sin(np.arange(48) / 3)[:, None], np.full((24, 64), 120)]
    )
    packets = []
    for number in range(minutes):
        grain = np.vstack([random.normal(0, 8, (48, 64)), np.zeros((24, 64))])
        frame = av.VideoFrame.from_ndarray(np.clip(scene + grain, 0, 255).astype(np.uint8), format="yuv420p")
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return _muxed(encoder, packets * repeat)


def _muxed(encoder: Any, packets: list[bytes]) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as opened:
        stream: Any = opened.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 48, "yuv420p", Fraction(60)
        stream.codec_context.extradata = encoder.extradata
        for number, data in enumerate(packets):
            packet: Any = av.Packet(data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(60), True
            packet.pts = packet.dts = number
            opened.mux(packet)
    return made.getvalue()


def dav(local: datetime, seconds: int = 12, rate: int = 5, seed: int = 1, padding: int = 0) -> bytes:
    """A DHAV file whose first picture is dated `local`; `padding` bytes of rubbish behind each frame that is no key picture."""
    return b"".join(
        _frame(number, unit, is_key, local, rate) + (b"" if is_key else b"\0" * padding)
        for number, (unit, is_key) in enumerate(units(seconds, rate, seed=seed))
    )


def _frame(number: int, unit: bytes, is_key: bool, local: datetime, rate: int) -> bytes:
    at_s = number / rate
    ext = b"\x82\0\0\0" + struct.pack("<HH", 128, 96) + bytes([0x81, 0, 0x08, rate])
    length = 24 + len(ext) + len(unit) + 8
    now = local + timedelta(seconds=int(at_s))
    date = (now.year - 2000) << 26 | now.month << 22 | now.day << 17 | now.hour << 12 | now.minute << 6 | now.second
    head = struct.pack("<4sBBBBIII", b"DHAV", 0xFD if is_key else 0xFC, 0, 0, 0, number, length, date)
    head += struct.pack("<HBB", int(at_s * 1000) % 65535, len(ext), 0)
    return head + ext + unit + b"dhav" + struct.pack("<I", length)


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
