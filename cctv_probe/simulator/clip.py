"""What a clip is: encoded access units of a loop, and what two streams must have in common to share one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from cctv_probe.simulator.fleet_streams import Channel, Codec, Picture, Stream, size_of

_LEAST_S = 1.0
_LEAST_JPEG_S = 7.0
_KEY_PICTURES = 7


@dataclass(frozen=True, slots=True)
class ClipKind:
    """What two streams must have in common to share a clip. `frame_rate`: the mean, where the rate varies."""

    codec: Codec
    width: int
    height: int
    frame_rate: float
    gop: int
    bit_rate_bps: int
    picture: Picture = "street"
    scene: int = 0

    @property
    def length(self) -> int:
        """Access units in the loop: whole GOPs, at least a second."""
        if self.picture == "frozen":
            return self.gop
        least_s = _LEAST_JPEG_S if self.codec == "mjpeg" else _LEAST_S
        return self.gop * max(1, math.ceil(least_s * self.frame_rate / self.gop))

    @property
    def rounds(self) -> int:
        """How often the loop is played with other key frames each time: at least seven of them differ."""
        if self.codec == "mjpeg" or self.picture in ("frozen", "black", "signal_lost"):
            return 1
        return math.ceil(_KEY_PICTURES * self.gop / self.length)

    @property
    def budget_bytes(self) -> int:
        """What all access units of the loop must weigh together."""
        return round(self.bit_rate_bps / 8 * self.length / self.frame_rate)

    def sized(self, size: str) -> ClipKind:
        """The same in another size, `WxH`."""
        width, height = size_of(size)
        return replace(self, width=width, height=height)


@dataclass(frozen=True, slots=True)
class Clip:
    """Encoded access units of a loop as the encoder wrote them; `headers`: its parameter sets (Annex B or MPEG-4), if
    any; `keys`: for each further round the access units that stand in for the loop's key frames.
    """

    kind: ClipKind
    headers: bytes
    units: tuple[bytes, ...]
    keys: tuple[tuple[bytes, ...], ...] = ()


def kind_of(channel: Channel, stream: Stream) -> ClipKind:
    """The clip that `stream` of `channel` plays."""
    return ClipKind(
        stream.codec,
        stream.width,
        stream.height,
        stream.frame_rate,
        stream.gop_length,
        stream.bit_rate_bps,
        channel.truths.picture,
        channel.truths.scene,
    )
