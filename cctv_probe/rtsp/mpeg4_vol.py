"""The headers of MPEG-4 part 2 video, pure (ISO/IEC 14496-2, 6.2.2 and 6.2.3), as `config=` carries them (RFC 6416)."""

from __future__ import annotations

import re

from cctv_probe.rtsp.bits import BitReader, MalformedParameterSet
from cctv_probe.rtsp.sps_info import MAX_NAL_BYTES, SpsInfo, cropped, rate

_LAYER = re.compile(rb"\x00\x00\x01[\x20-\x2f]")
_SEQUENCE = re.compile(rb"\x00\x00\x01\xb0(.)", re.DOTALL)
_RECTANGULAR, _GRAYSCALE = 0, 3

_LEVELS = {
    **dict.fromkeys(range(0x01, 0x10), "Simple"),
    **dict.fromkeys(range(0xF0, 0xF8), "Advanced Simple"),
}
"""profile_and_level_indication → profile, the two that cameras use (annex G)."""
_EXTENDED_PAR = 15


def parse_mpeg4_vol(config: bytes) -> SpsInfo:
    """The picture that the video object layer in `config` describes. Raises `MalformedParameterSet`."""
    layer = _LAYER.search(config[:MAX_NAL_BYTES])
    if layer is None:
        raise MalformedParameterSet("no video object layer")
    bits = BitReader(config[layer.end() : MAX_NAL_BYTES])
    bits.skip(9)  # random_accessible_vol, video_object_type_indication
    version = bits.u(7) >> 3 if bits.flag() else 1  # video_object_layer_verid, and a priority behind it
    _skip_aspect_and_control(bits)
    shape = bits.u(2)
    if shape == _GRAYSCALE and version != 1:
        bits.skip(4)
    bits.skip(1)
    resolution = bits.u(16)
    bits.skip(1)
    increment = bits.u(max(1, (resolution - 1).bit_length())) if bits.flag() and resolution else 0
    if shape != _RECTANGULAR:
        raise MalformedParameterSet("a video object that is no rectangle")
    bits.skip(1)
    width = bits.u(13)
    bits.skip(1)
    height = bits.u(13)
    bits.skip(1)
    profile, level = _profile_and_level(config)
    size = cropped(width, 0), cropped(height, 0)
    return SpsInfo(
        *size, profile, level, "4:2:0", 8, interlaced=bits.flag(), vui_frame_rate=rate(resolution, increment, 1)
    )


def _skip_aspect_and_control(bits: BitReader) -> None:
    if bits.u(4) == _EXTENDED_PAR:
        bits.skip(16)
    if bits.flag():  # vol_control_parameters
        bits.skip(3)
        if bits.flag():  # vbv_parameters
            bits.skip(79)


def _profile_and_level(config: bytes) -> tuple[str, str]:
    found = _SEQUENCE.search(config[:MAX_NAL_BYTES])
    if found is None:
        return "unknown", "unknown"
    indication = found[1][0]
    if indication == 0x08:
        return "Simple", "0"
    return _LEVELS.get(indication, f"profile {indication}"), str(indication & 0x0F)
