"""One coded picture as it came over the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture: all packets of one RTP timestamp.

    `codec` is `h264`, `h265`, `mjpeg`, `mpeg4` or `av1`. `timestamp` is the RTP timestamp unwrapped to a count that grows
    (but for the small steps back of B-frames), in ticks of `clock_hz` (90000 for video). `arrived_s` is the monotonic time at which its last packet came. `data`
    is what a decoder takes: NAL units with start codes (H.264, H.265), a whole JPEG file, an MPEG-4 VOP, an AV1 temporal
    unit. `size_bytes` counts the payload as it was sent; it stands also where `data` was let go to save memory.
    `damaged` is true where packets of it were lost. `recorded_utc_ntp` is the recorded instant of a replay (ONVIF header
    extension 0xABAC, 64-bit NTP), None for live streams.
    """

    codec: str
    timestamp: int
    clock_hz: int
    arrived_s: float
    data: bytes
    size_bytes: int
    is_key: bool
    damaged: bool = False
    recorded_utc_ntp: int | None = None
    filler_bytes: int = 0
    """Of `size_bytes`, what was sent only to keep the bit rate up (filler data NAL units)."""
