"""Key pictures for the decoder child: sound ones of every codec, made by libav's encoders, and hostile ones."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np

ENCODERS = {"h264": "libx264", "h265": "libx265", "mjpeg": "mjpeg", "mpeg4": "mpeg4", "av1": "libsvtav1"}


@cache
def picture(codec: str, width: int = 320, height: int = 180, pixel_format: str = "") -> tuple[bytes, bytes]:
    """(parameter sets that a stream sends apart, one key picture)."""
    encoder: Any = av.CodecContext.create(ENCODERS[codec], "w")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = pixel_format or ("yuvj420p" if codec == "mjpeg" else "yuv420p")
    encoder.framerate, encoder.time_base = Fraction(25), Fraction(1, 25)
    encoder.options = {"x265-params": "log-level=none"} if codec == "h265" else {}
    random_picture = np.random.default_rng(5).integers(0, 255, (height // 4 + 1, width // 4 + 1, 3), np.uint8)
    shown = random_picture.repeat(4, axis=0).repeat(4, axis=1)[:height, :width]
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24").reformat(format=encoder.pix_fmt)
    units = [bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)]]
    return (bytes(encoder.extradata or b"") if codec == "mpeg4" else b""), units[0]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """`data` as noise, a broken camera or an attacker would change it."""
    broken = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at = chance.randrange(len(broken))
        broken[at] ^= 1 << chance.randrange(8)
    kind = chance.randrange(6)
    if kind == 0:
        del broken[chance.randrange(1, len(broken)) :]
    elif kind == 1:
        at = chance.randrange(len(broken))
        del broken[at : at + chance.randrange(1, 50)]
    elif kind == 2:
        at = chance.randrange(len(broken))
        broken[at:at] = broken[at : at + chance.randrange(1, 200)]
    elif kind == 3:
        at = chance.randrange(min(60, len(broken)))
        broken[at : at + 8] = chance.randbytes(8)
    return bytes(broken) or b"\0"


def vast_jpeg(width: int = 65_500, height: int = 65_500) -> bytes:
    """A JPEG whose frame header claims a picture of 4 gigapixels."""
    data = bytearray(picture("mjpeg")[1])
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def vast_h264(width_blocks: int = 1024, height_blocks: int = 1024) -> bytes:
    """A baseline sequence parameter set of blocks × 16 pixels a side before a sound picture's slice (H.264 7.3.2.1.1)."""
    bits = f"{66:08b}{0:08b}{62:08b}" + "".join(
        map(_exp_golomb, (0, 0, 2, 1))  # id 0, frame numbers of 4 bits, order type 2, one reference
    )
    bits += "0" + _exp_golomb(width_blocks - 1) + _exp_golomb(height_blocks - 1) + "1" + "1" + "0" + "0" + "1"
    bits += "0" * (-len(bits) % 8)
    sps = b"\x67" + bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    parts = picture("h264")[1].split(b"\x00\x00\x01")
    return b"\x00\x00\x01".join([b"\x00", sps, *(part for part in parts[1:] if part[0] & 31 != 7)])


def _exp_golomb(value: int) -> str:
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits
