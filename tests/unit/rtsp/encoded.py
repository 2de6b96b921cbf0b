"""Streams made by libx264, libx265 and libav's MPEG-4 encoder, and what libav's own decoders say of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import av.logging
from av.bitstream import BitStreamFilterContext

QUIET = {"libx264": {"preset": "ultrafast"}, "libx265": {"preset": "ultrafast"}, "mpeg4": {}}
DECODERS = {"libx264": "h264", "libx265": "hevc", "mpeg4": "mpeg4"}


@dataclass(frozen=True)
class Encoded:
    """One key frame as bytes (with its parameter sets), and the decoder's view of it."""

    data: bytes
    extradata: bytes
    width_px: int
    height_px: int
    profile: str
    level: int
    interlaced: bool


def encode(
    encoder: str,
    width_px: int,
    height_px: int,
    *,
    pix_fmt: str = "yuv420p",
    fps: int = 25,
    params: str = "",
    **options: str,
) -> Encoded:
    """One picture of that size. `params` are x264's or x265's own (`interlaced=1:cqm=jvt`)."""
    av.logging.set_level(av.logging.PANIC)
    context = av.CodecContext.create(encoder, "w")
    context.width, context.height, context.pix_fmt = width_px, height_px, pix_fmt
    context.time_base, context.framerate = Fraction(1, fps), Fraction(fps)
    quiet = ":".join(part for part in ("log-level=none" if encoder == "libx265" else "", params) if part)
    named = {f"{encoder.removeprefix('lib')}-params": quiet} if quiet and encoder != "mpeg4" else {}
    context.options = QUIET[encoder] | named | options
    frame = av.VideoFrame(width_px, height_px, pix_fmt)
    frame.pts = 0
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    data = b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
    return _decoded(DECODERS[encoder], data, bytes(context.extradata or b""))


def _decoded(decoder: str, data: bytes, extradata: bytes) -> Encoded:
    context = av.CodecContext.create(decoder, "r")
    if decoder == "mpeg4":
        context.extradata = extradata
    frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    first = frames[0]
    return Encoded(
        data, extradata, first.width, first.height, context.profile or "", context.level, first.interlaced_frame
    )


def decoder_size(sps: bytes, pps: bytes) -> tuple[int, int]:
    """The size that libav's H.264 decoder opens with for a stream of these parameter sets.

    It allocates pictures when it meets the first slice, so one is made up: a key frame whose header fits the parameter
    sets and whose content is noise.
    """
    av.logging.set_level(av.logging.PANIC)
    told = syntax_elements("h264", b"\x00\x00\x00\x01" + sps + b"\x00\x00\x00\x01" + pps)
    header = "1" + "0001000" + "1"  # first_mb_in_slice 0, slice_type 7, pic_parameter_set_id 0
    header += "0" * (told["log2_max_frame_num_minus4"] + 4) + "1"  # frame_num, idr_pic_id 0
    if told["pic_order_cnt_type"] == 0:
        header += "0" * (told["log2_max_pic_order_cnt_lsb_minus4"] + 4)
        header += "1" * told["bottom_field_pic_order_in_frame_present_flag"]
    header += "00" + "1" + "111" * told["deblocking_filter_control_present_flag"]
    bits = header + "10" * 400
    slice_nal = b"\x65" + int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")
    context = av.CodecContext.create("h264", "r")
    stream = b"".join(b"\x00\x00\x00\x01" + nal for nal in (sps, pps, slice_nal))
    try:
        context.decode(av.Packet(stream))
        context.decode(None)
    except av.error.FFmpegError:
        pass  # the content is noise; the size was set when the header was read
    return context.width, context.height


def syntax_elements(codec: str, data: bytes) -> dict[str, int]:
    """Every syntax element of the parameter sets in `data`, as libav's `trace_headers` filter reads them."""
    container = av.open("/dev/null", "w", format="null")
    stream = container.add_stream("libx264" if codec == "h264" else "libx265", rate=25)
    found: dict[str, int] = {}
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture() as lines:
            BitStreamFilterContext("trace_headers", stream).filter(av.Packet(data))
    finally:
        av.logging.set_level(av.logging.PANIC)
    for _, _, line in lines:
        words = line.split()
        if len(words) >= 5 and words[-2] == "=":
            found.setdefault(words[1], int(words[-1]))
    return found
