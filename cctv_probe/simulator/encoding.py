"""Encoding a clip so that its bit rate is the declared one: rate control near it, filler up to it.

No B-frames and a fixed GOP, so a clip can be looped for ever; it always starts with a key frame. A loop is short,
because encoding is dear; so that it does not look frozen to one who sees key frames alone, further rounds have key
frames of their own. The loop's other pictures still fit: those key frames differ from its own only where nothing moves
within the loop (noise, who waits, the count of rounds), and that difference simply stays until the next key frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cctv_probe.simulator.clip import Clip, ClipKind
from cctv_probe.simulator.fleet_streams import Codec

if TYPE_CHECKING:
    from cctv_probe.simulator.pattern import Lens

_ENCODERS: dict[Codec, str] = {"h264": "libx264", "h265": "libx265", "mjpeg": "mjpeg", "mpeg4": "mpeg4"}
_TOO_MUCH = 1.12
_TRIES = 5
_FROZEN_QP = 30
_LARGE_PX = 1280 * 720
_COARSEST, _FINEST = 31, 2  # the quantiser scale of JPEG and MPEG-4 in libav


def encode(kind: ClipKind) -> Clip:
    """Draw and encode the clip of `kind`; together its access units weigh `budget_bytes`, within 15 % (where that is
    possible at all: only H.264 and H.265 know filler, and no codec can be made as small as one likes).
    """
    from cctv_probe.simulator.pattern import Lens  # brings OpenCV: only where pictures are made

    lens = Lens(kind.picture, kind.width, kind.height, kind.scene)
    if kind.codec == "mjpeg":
        return Clip(kind, b"", tuple(_jpegs(kind, lens)))
    strength, headers, units = _quantised(kind, lens) if kind.codec == "mpeg4" else _controlled(kind, lens)
    missing = max(0, kind.budget_bytes - sum(map(len, units))) // len(units)
    fill = filler(kind.codec, missing)  # in equal parts
    keys = tuple(
        tuple(_key_frame(kind, lens, number, round_, strength) + fill for number in range(0, kind.length, kind.gop))
        for round_ in range(1, kind.rounds)
    )
    return Clip(kind, headers, tuple(unit + fill for unit in units), keys)


def _controlled(kind: ClipKind, lens: Lens) -> tuple[int, bytes, list[bytes]]:
    """(bit rate asked, headers, units): asked for less where the encoder's rate control gave too much."""
    asked = kind.bit_rate_bps
    for _ in range(_TRIES):
        headers, units = _encoded(kind, lens, asked)
        too_much = sum(map(len, units)) / kind.budget_bytes
        if too_much <= _TOO_MUCH:
            break
        used, asked = asked, round(asked / too_much)
    else:
        asked = used
    return asked, headers, units


def _quantised(kind: ClipKind, lens: Lens) -> tuple[int, bytes, list[bytes]]:
    """(quantiser, headers, units): libav's rate control for MPEG-4 needs longer than a loop, so the finest quantiser
    that is not too much is looked for.
    """
    low, high = _FINEST, _COARSEST
    while low < high:
        middle = (low + high) // 2
        if sum(map(len, _encoded(kind, lens, middle)[1])) > _TOO_MUCH * kind.budget_bytes:
            low = middle + 1
        else:
            high = middle
    return low, *_encoded(kind, lens, low)


def headers_of(kind: ClipKind) -> bytes:
    """The parameter sets of `kind`, as they also stand in its clip; opening an encoder is enough for them."""
    return (
        b""
        if kind.codec == "mjpeg"
        else bytes(_encoder(kind, _COARSEST if kind.codec == "mpeg4" else kind.bit_rate_bps).extradata or b"")
    )


def filler(codec: Codec, size: int) -> bytes:
    """A filler NAL unit of `size` bytes with its start code (H.264 7.3.2.7, H.265 7.3.2.8); nothing where `size` is
    too small or the codec knows none.
    """
    head = {"h264": b"\x00\x00\x00\x01\x0c", "h265": b"\x00\x00\x00\x01\x4c\x01"}.get(codec)
    return head + b"\xff" * (size - len(head) - 1) + b"\x80" if head and size > len(head) else b""


def _encoded(kind: ClipKind, lens: Lens, strength: int) -> tuple[bytes, list[bytes]]:
    encoder = _encoder(kind, strength)
    headers = bytes(encoder.extradata or b"")
    frames = (_frame(kind, lens, number) for number in range(kind.length))
    if kind.picture == "frozen":
        units = _packets(encoder, kind, [next(frames)], 0)
        again = _decoded(kind, headers, units[0])  # against what the key frame decodes to every block is skipped
        units += _packets(encoder, kind, (again for _ in range(1, kind.length)), 1)
    else:
        units = _packets(encoder, kind, frames, 0)
    return headers, units + [bytes(packet) for packet in encoder.encode(None)]


def _packets(encoder: Any, kind: ClipKind, frames: Iterable[Any], first: int) -> list[bytes]:
    from av.video.frame import PictureType

    made: list[bytes] = []
    for number, frame in enumerate(frames, start=first):
        frame.pts = number
        frame.pict_type = PictureType.NONE if number % kind.gop else PictureType.I
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made


def _decoded(kind: ClipKind, headers: bytes, unit: bytes) -> Any:
    import av

    decoder: Any = av.CodecContext.create({"h265": "hevc"}.get(kind.codec, kind.codec), "r")
    decoder.extradata = headers
    return [*decoder.decode(av.Packet(unit)), *decoder.decode(None)][0]


def _key_frame(kind: ClipKind, lens: Lens, number: int, round_: int, strength: int) -> bytes:
    """Access unit `number`, a key frame, as it is in another round."""
    encoder = _encoder(kind, strength)
    made = [*_packets(encoder, kind, [_frame(kind, lens, number, round_)], 0), *map(bytes, encoder.encode(None))]
    return made[0]


def recorded_key(kind: ClipKind, lens: Lens, number: int, instant: int, stamp: str) -> bytes:
    """A key frame that fits before what follows access unit `number` of the loop, different for every `instant`, with
    `stamp` burnt in.
    """
    encoder = _encoder(kind, kind.bit_rate_bps)
    picture = _frame(kind, lens, number, instant, stamp)
    return [*_packets(encoder, kind, [picture], 0), *map(bytes, encoder.encode(None))][0]


def _frame(kind: ClipKind, lens: Lens, number: int, round_: int = 0, stamp: str = "") -> Any:
    import av

    shown = 0 if kind.picture == "frozen" else number
    picture = lens.picture(shown / kind.length, shown / kind.frame_rate, shown, round_, stamp)
    return av.VideoFrame.from_ndarray(picture, format="yuv420p")


def _encoder(kind: ClipKind, strength: int) -> Any:
    """An open encoder that keeps its parameter sets apart, without B-frames or scene cuts; `strength`: its bit rate, for
    MPEG-4 its quantiser.
    """
    import av  # takes 0.1 s to import: only where pictures are made
    from av.codec.context import Flags

    encoder: Any = av.CodecContext.create(_ENCODERS[kind.codec], "w")
    encoder.width, encoder.height = kind.width, kind.height
    encoder.pix_fmt = "yuv420p"
    rate = Fraction(kind.frame_rate).limit_denominator(1001)
    encoder.framerate, encoder.time_base = rate, 1 / rate
    encoder.gop_size, encoder.max_b_frames = kind.gop, 0
    if kind.codec == "mpeg4":
        encoder.qmin = encoder.qmax = strength
    elif kind.picture != "frozen":
        encoder.bit_rate = strength
    encoder.flags |= Flags.global_header
    encoder.options = _options(kind)
    encoder.open()
    return encoder


def _options(kind: ClipKind) -> dict[str, str]:
    most = max(1, kind.bit_rate_bps // 1000)
    limits = f"vbv-maxrate={most}:vbv-bufsize={most}:vbv-init=0.9"  # one second: room for good key frames
    if kind.picture == "frozen":
        limits = f"qp={_FROZEN_QP}"  # with bits to spare, rate control would touch up what shall stand still
    if kind.codec == "h264":
        fixed = {"preset": "ultrafast", "tune": "zerolatency", "sc_threshold": "0", "forced-idr": "1", "threads": "1"}
        return fixed | {"x264-params": limits}
    if kind.codec == "h265":
        fixed_gop = f"keyint={kind.gop}:min-keyint={kind.gop}:bframes=0:scenecut=0:open-gop=0:repeat-headers=0"
        options = f"log-level=error:rd=1:sao=0:merange=16:{fixed_gop}:{limits}"
        if kind.width * kind.height >= _LARGE_PX:
            options += ":ctu=64:min-cu-size=32"  # half the work, and no fine detail needs finer blocks
        return {"preset": "ultrafast", "tune": "zerolatency", "x265-params": options}
    return {}


def _jpegs(kind: ClipKind, lens: Lens) -> list[bytes]:
    """Each picture with one of two neighbouring quantisers, in such turns that the sum is right."""
    frames = [_frame(kind, lens, number) for number in range(kind.length)]
    wanted = kind.budget_bytes / kind.length
    finer = next((q for q in range(_FINEST, _COARSEST) if len(_jpeg(frames[0], kind, q + 1)) < wanted), _COARSEST - 1)
    units: list[bytes] = []
    for number, frame in enumerate(frames, start=1):
        owed = number * wanted - sum(map(len, units))
        fine = _jpeg(frame, kind, finer)
        coarse = _jpeg(frame, kind, finer + 1)
        units.append(fine if abs(owed - len(fine)) <= abs(owed - len(coarse)) else coarse)
    return units


def _jpeg(frame: Any, kind: ClipKind, quantiser: int) -> bytes:
    import av
    from av.codec.context import Flags

    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = kind.width, kind.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1  # more would write restart markers, which this packetiser does not announce
    encoder.flags |= Flags.qscale
    encoder.qmin = encoder.qmax = quantiser
    encoder.options = {"huffman": "default"}  # RFC 2435 carries no Huffman tables
    encoder.open()
    made = [*encoder.encode(frame.reformat(format="yuvj420p")), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in made)
