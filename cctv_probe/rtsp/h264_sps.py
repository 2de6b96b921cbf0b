"""The sequence parameter set of H.264, pure (ITU-T H.264, 7.3.2.1.1 and annex E)."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.rtsp.bits import BitReader, MalformedParameterSet, without_emulation_prevention
from cctv_probe.rtsp.sps_info import CHROMA, MAX_NAL_BYTES, SpsInfo, cropped, rate

SPS = 7
"""nal_unit_type of a sequence parameter set."""

_PROFILES = {
    44: "CAVLC 4:4:4 Intra", 66: "Baseline", 77: "Main", 83: "Scalable Baseline", 86: "Scalable High", 88: "Extended",
    100: "High", 110: "High 10", 118: "Multiview High", 122: "High 4:2:2", 128: "Stereo High",
    244: "High 4:4:4 Predictive",
}  # fmt: skip
_WITH_CHROMA = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
"""profile_idc values whose parameter sets tell chroma format, bit depth and scaling lists."""
_EXTENDED_SAR = 255


@dataclass(frozen=True, slots=True)
class _Samples:
    """Chroma format and bit depth; what the profiles without those fields have."""

    chroma_format_idc: int = 1
    separate_planes: bool = False
    bit_depth: int = 8


def parse_h264_sps(nal: bytes) -> SpsInfo:
    """The picture that the NAL unit `nal` (its header byte first, no start code) describes.

    Raises `MalformedParameterSet`. A VUI that cannot be read costs only the frame rate hint.
    """
    if not nal or len(nal) > MAX_NAL_BYTES or nal[0] & 0x1F != SPS:
        raise MalformedParameterSet("no sequence parameter set of H.264")
    bits = BitReader(without_emulation_prevention(nal[1:]))
    profile_idc, constraints, level_idc = bits.u(8), bits.u(8), bits.u(8)
    bits.ue(31)  # seq_parameter_set_id
    samples = _samples(bits) if profile_idc in _WITH_CHROMA else _Samples()
    _skip_order_and_references(bits)
    width, map_units = 16 * (bits.ue(2047) + 1), 16 * (bits.ue(2047) + 1)
    interlaced = not bits.flag()  # frame_mbs_only_flag
    if interlaced:
        bits.skip(1)  # mb_adaptive_frame_field_flag
    bits.skip(1)  # direct_8x8_inference_flag
    across, down = _cropping(bits, samples, 2 if interlaced else 1)
    return SpsInfo(
        width_px=cropped(width, across),
        height_px=cropped(map_units * (2 if interlaced else 1), down),
        profile=_PROFILES.get(profile_idc, f"profile {profile_idc}"),
        level=_level(level_idc, profile_idc, constraints),
        chroma_format=CHROMA[samples.chroma_format_idc][0],
        bit_depth=samples.bit_depth,
        interlaced=interlaced,
        vui_frame_rate=_frame_rate(bits),
    )


def _level(level_idc: int, profile_idc: int, constraints: int) -> str:
    """`4.1`; level 1b is 9, or 11 with constraint_set3_flag in the three first profiles (A.3.4.1)."""
    if level_idc == 9 or (level_idc == 11 and profile_idc in (66, 77, 88) and constraints & 0x10):
        return "1b"
    return f"{level_idc // 10}.{level_idc % 10}"


def _samples(bits: BitReader) -> _Samples:
    chroma_format_idc = bits.ue(3)
    separate = bits.flag() if chroma_format_idc == 3 else False
    bit_depth = 8 + bits.ue(6)
    bits.ue(6)  # bit_depth_chroma_minus8
    bits.skip(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.flag():  # seq_scaling_matrix_present_flag
        for index in range(8 if chroma_format_idc != 3 else 12):
            if bits.flag():
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return _Samples(chroma_format_idc, separate, bit_depth)


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last, following = 8, 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _skip_order_and_references(bits: BitReader) -> None:
    bits.ue(12)  # log2_max_frame_num_minus4
    order_type = bits.ue(2)
    if order_type == 0:
        bits.ue(12)  # log2_max_pic_order_cnt_lsb_minus4
    elif order_type == 1:
        bits.skip(1)  # delta_pic_order_always_zero_flag
        bits.se()  # offset_for_non_ref_pic
        bits.se()  # offset_for_top_to_bottom_field
        for _ in range(bits.ue(255)):
            bits.se()  # offset_for_ref_frame
    bits.ue()  # max_num_ref_frames
    bits.skip(1)  # gaps_in_frame_num_value_allowed_flag


def _cropping(bits: BitReader, samples: _Samples, fields: int) -> tuple[int, int]:
    """Pixels cut off (across, down), in the units of 7.4.2.1.1."""
    if not bits.flag():
        return 0, 0
    left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    _, across, down = CHROMA[0 if samples.separate_planes else samples.chroma_format_idc]
    return across * (left + right), down * fields * (top + bottom)


def _frame_rate(bits: BitReader) -> float | None:
    """The rate in the VUI: a frame lasts two ticks. None where there is none or it cannot be read."""
    try:
        if not bits.flag():
            return None
        _skip_to_timing(bits)
        if not bits.flag():
            return None
        units_in_tick, time_scale = bits.u(32), bits.u(32)
    except MalformedParameterSet:
        return None
    return rate(time_scale, units_in_tick, 2)


def _skip_to_timing(bits: BitReader) -> None:
    if bits.flag() and bits.u(8) == _EXTENDED_SAR:
        bits.skip(32)
    if bits.flag():  # overscan_info_present_flag
        bits.skip(1)
    if bits.flag():  # video_signal_type_present_flag
        bits.skip(4)
        if bits.flag():  # colour_description_present_flag
            bits.skip(24)
    if bits.flag():  # chroma_loc_info_present_flag
        bits.ue(5)
        bits.ue(5)
