"""Parameter sets that nobody should believe."""

from __future__ import annotations

ABSURD_SIZE = "65520x65520"


def absurd_sps() -> bytes:
    """An H.264 SPS (7.3.2.1.1) of 65,520 pixels each way: a decoder that trusted it would ask for 6 GB a picture."""
    pixels = 4094  # pic_width_in_mbs_minus1, pic_height_in_map_units_minus1
    fields = (0, 0, 2, 1)  # id, log2_max_frame_num_minus4, pic_order_cnt_type, max_num_ref_frames
    bits = "".join(map(_golomb, fields)) + "0" + _golomb(pixels) * 2 + "1100"  # frame_mbs_only, direct 8x8, no more
    bits += "1"  # the trailing bit
    bits += "0" * (-len(bits) % 8)
    return b"\x67\x42\xc0\x33" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _golomb(value: int) -> str:
    """ue(v) (9.1)."""
    shown = f"{value + 1:b}"
    return "0" * (len(shown) - 1) + shown
