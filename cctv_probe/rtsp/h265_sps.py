"""The sequence and video parameter sets of H.265, pure (ITU-T H.265, 7.3.2 to 7.3.4, 7.3.7, annex E)."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.rtsp.bits import BitReader, MalformedParameterSet, without_emulation_prevention
from cctv_probe.rtsp.sps_info import CHROMA, MAX_NAL_BYTES, SpsInfo, cropped, rate

VPS, SPS = 32, 33
"""nal_unit_type of a video and of a sequence parameter set."""

_PROFILES = {
    1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions", 5: "High Throughput", 6: "Multiview Main",
    7: "Scalable Main", 8: "3D Main", 9: "Screen Content Coding", 10: "Scalable Range Extensions",
    11: "High Throughput Screen Content Coding",
}  # fmt: skip
_EXTENDED_SAR = 255


@dataclass(frozen=True, slots=True)
class _ProfileTierLevel:
    profile: str
    tier: str
    level: str


@dataclass(frozen=True, slots=True)
class VpsInfo:
    """What a video parameter set adds: a frame rate where the sequence parameter set tells none."""

    profile: str
    level: str
    frame_rate: float | None


def parse_h265_sps(nal: bytes) -> SpsInfo:
    """The picture that the NAL unit `nal` (its two header bytes first, no start code) describes.

    Raises `MalformedParameterSet`. What stands behind the size and cannot be read costs only the frame rate hint.
    """
    bits = _payload(nal, SPS)
    bits.skip(4)  # sps_video_parameter_set_id
    sub_layers = _sub_layers(bits)
    bits.skip(1)  # sps_temporal_id_nesting_flag
    told = _profile_tier_level(bits, sub_layers)
    bits.ue(15)  # sps_seq_parameter_set_id
    chroma_format_idc = bits.ue(3)
    separate = bits.flag() if chroma_format_idc == 3 else False
    width, height = bits.ue(), bits.ue()
    across, down = _window(bits, 0 if separate else chroma_format_idc)
    bit_depth = 8 + bits.ue(8)
    interlaced, frame_rate = _timing(bits, sub_layers)
    return SpsInfo(
        width_px=cropped(width, across),
        height_px=cropped(height, down),
        profile=told.profile,
        level=told.level,
        chroma_format=CHROMA[chroma_format_idc][0],
        bit_depth=bit_depth,
        interlaced=interlaced,
        vui_frame_rate=frame_rate,
        tier=told.tier,
    )


def parse_h265_vps(nal: bytes) -> VpsInfo:
    """What the NAL unit `nal` of a video parameter set tells. Raises `MalformedParameterSet`."""
    bits = _payload(nal, VPS)
    bits.skip(12)  # id, base layer flags, vps_max_layers_minus1
    sub_layers = _sub_layers(bits)
    bits.skip(17)  # vps_temporal_id_nesting_flag, vps_reserved_0xffff_16bits
    told = _profile_tier_level(bits, sub_layers)
    return VpsInfo(told.profile, told.level, _vps_frame_rate(bits, sub_layers))


def _payload(nal: bytes, kind: int) -> BitReader:
    if not 2 < len(nal) <= MAX_NAL_BYTES or nal[0] >> 1 & 0x3F != kind:
        raise MalformedParameterSet("no such parameter set of H.265")
    return BitReader(without_emulation_prevention(nal[2:]))


def _sub_layers(bits: BitReader) -> int:
    """max_sub_layers_minus1, at most 6."""
    count = bits.u(3)
    if count > 6:
        raise MalformedParameterSet("too many sub-layers")
    return count


def _profile_tier_level(bits: BitReader, sub_layers: int) -> _ProfileTierLevel:
    bits.skip(2)  # general_profile_space
    tier = "High" if bits.flag() else "Main"
    profile_idc, compatibility = bits.u(5), bits.u(32)
    bits.skip(48)  # source and constraint flags
    level_idc = bits.u(8)
    present = [(bits.flag(), bits.flag()) for _ in range(sub_layers)]
    if sub_layers:
        bits.skip(2 * (8 - sub_layers))
    for with_profile, with_level in present:
        bits.skip(88 * with_profile + 8 * with_level)
    if profile_idc == 0:  # only the compatibility flags tell, that of profile 1 being the second from the left
        profile_idc = next((idc for idc in sorted(_PROFILES) if compatibility >> (31 - idc) & 1), 0)
    level = f"{level_idc // 30}.{level_idc % 30 // 3}"
    return _ProfileTierLevel(_PROFILES.get(profile_idc, f"profile {profile_idc}"), tier, level)


def _window(bits: BitReader, chroma_format_idc: int) -> tuple[int, int]:
    """Pixels cut off (across, down) by a conformance window, in the units of 7.4.3.2.1."""
    if not bits.flag():
        return 0, 0
    left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    _, across, down = CHROMA[chroma_format_idc]
    return across * (left + right), down * (top + bottom)


def _timing(bits: BitReader, sub_layers: int) -> tuple[bool, float | None]:
    """(whether pictures are fields, pictures per second); (False, None) where neither can be read."""
    try:
        log2_max_poc = _skip_to_reference_sets(bits, sub_layers)
        _skip_reference_sets(bits, log2_max_poc)
        if not bits.flag():  # vui_parameters_present_flag
            return False, None
        interlaced = _skip_to_vui_timing(bits)
    except MalformedParameterSet:
        return False, None
    try:
        units_in_tick, time_scale = (bits.u(32), bits.u(32)) if bits.flag() else (0, 0)
    except MalformedParameterSet:
        return interlaced, None
    return interlaced, rate(time_scale, units_in_tick, 1)


def _skip_to_reference_sets(bits: BitReader, sub_layers: int) -> int:
    """Past what lies between bit depth and reference picture sets; log2_max_pic_order_cnt_lsb."""
    bits.ue(8)  # bit_depth_chroma_minus8
    log2_max_poc = 4 + bits.ue(12)
    _skip_sub_layer_ordering(bits, sub_layers)
    for _ in range(6):  # coding and transform block sizes, transform hierarchy depths
        bits.ue()
    if bits.flag() and bits.flag():  # scaling_list_enabled_flag, sps_scaling_list_data_present_flag
        _skip_scaling_lists(bits)
    bits.skip(2)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if bits.flag():  # pcm_enabled_flag
        bits.skip(8)
        bits.ue()
        bits.ue()
        bits.skip(1)
    return log2_max_poc


def _skip_sub_layer_ordering(bits: BitReader, sub_layers: int) -> None:
    for _ in range(sub_layers + 1 if bits.flag() else 1):
        bits.ue()
        bits.ue()
        bits.ue()


def _skip_scaling_lists(bits: BitReader) -> None:
    """scaling_list_data() (7.3.4)."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not bits.flag():  # scaling_list_pred_mode_flag
                bits.ue()
                continue
            if size > 1:
                bits.se()
            for _ in range(min(64, 1 << (4 + (size << 1)))):
                bits.se()


def _skip_reference_sets(bits: BitReader, log2_max_poc: int) -> None:
    """Short-term and long-term reference pictures, and the two flags behind them."""
    sizes: list[int] = []
    for index in range(bits.ue(64)):
        sizes.append(_reference_set_size(bits, sizes[-1] if index else None))
    if bits.flag():  # long_term_ref_pics_present_flag
        for _ in range(bits.ue(32)):
            bits.skip(log2_max_poc + 1)
    bits.skip(2)  # sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag


def _reference_set_size(bits: BitReader, previous: int | None) -> int:
    """How many pictures st_ref_pic_set() (7.3.7) holds; `previous` is the size of the set before."""
    if previous is not None and bits.flag():  # inter_ref_pic_set_prediction_flag
        bits.skip(1)  # delta_rps_sign
        bits.ue(32767)
        kept = sum(1 for _ in range(previous + 1) if bits.flag() or bits.flag())  # used_by_curr_pic, else use_delta
        return _at_most_16(kept)
    count = _at_most_16(bits.ue(16) + bits.ue(16))
    for _ in range(count):
        bits.ue(32767)
        bits.skip(1)
    return count


def _at_most_16(count: int) -> int:
    if count > 16:
        raise MalformedParameterSet("too many reference pictures")
    return count


def _skip_to_vui_timing(bits: BitReader) -> bool:
    """Past the VUI up to its timing; whether every picture is a field (field_seq_flag)."""
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
    bits.skip(1)  # neutral_chroma_indication_flag
    interlaced = bits.flag()
    bits.skip(1)  # frame_field_info_present_flag
    if bits.flag():  # default_display_window_flag
        for _ in range(4):
            bits.ue()
    return interlaced


def _vps_frame_rate(bits: BitReader, sub_layers: int) -> float | None:
    try:
        _skip_sub_layer_ordering(bits, sub_layers)
        highest_layer = bits.u(6)
        bits.skip(bits.ue(1023) * (highest_layer + 1))
        if not bits.flag():  # vps_timing_info_present_flag
            return None
        units_in_tick, time_scale = bits.u(32), bits.u(32)
    except MalformedParameterSet:
        return None
    return rate(time_scale, units_in_tick, 1)
