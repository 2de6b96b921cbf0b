"""Parameter sets as session descriptions carry them, pure: fmtp values → NAL units → picture size, profile, level.

Read by a small bounded parser of our own (`bits`, `h264_sps`, `h265_sps`, `mpeg4_vol`), never by libav, because this
runs in the process that holds the credentials. Every function raises `MalformedParameterSet` only.

Tolerances: base64 without padding or with blanks; start codes inside, in front of or behind a parameter set (GW
Security: `…00 00 00 01` at the end); zero bytes behind it; several sets of which the first is broken; `config=` with
Annex B bytes instead of sprop (Anpviz).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cctv_probe.rtsp import h264_sps, h265_sps
from cctv_probe.rtsp.bits import MalformedParameterSet
from cctv_probe.rtsp.h264_sps import parse_h264_sps
from cctv_probe.rtsp.h265_sps import VpsInfo, parse_h265_sps, parse_h265_vps
from cctv_probe.rtsp.mpeg4_vol import parse_mpeg4_vol
from cctv_probe.rtsp.sps_info import SpsInfo

__all__ = [
    "MalformedParameterSet",
    "ParameterSets",
    "SpsInfo",
    "VpsInfo",
    "nal_units",
    "parse_h264_sps",
    "parse_h265_sps",
    "parse_h265_vps",
    "parse_mpeg4_vol",
    "picture_of",
    "sprop_nal_units",
]

MAX_SPROP_CHARS = 32 * 1024
MAX_NAL_UNITS = 64
_START_CODE = re.compile(rb"\x00\x00\x01")
_SPROPS = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """The parameter sets of a stream: NAL units (H.264, H.265), the headers of MPEG-4, the sequence header of AV1.

    `in_band` says that the stream brought them; `is_sdp_stale` that they are not those of the session description
    (quirk 20).
    """

    codec: str
    units: tuple[bytes, ...]
    in_band: bool
    is_sdp_stale: bool = False

    def picture(self) -> SpsInfo | None:
        """The picture that they describe; None for AV1. Raises `MalformedParameterSet`."""
        if self.codec == "mpeg4":
            return parse_mpeg4_vol(self.units[0])
        return _picture_in(self.codec, self.units)


def picture_of(codec: str, fmtp: Mapping[str, str]) -> SpsInfo | None:
    """The picture that the parameter sets in `fmtp` describe; `codec` is `h264`, `h265` or `mpeg4`.

    None where none are there, which is usual for a camera that sends them inside the stream (quirk 20). Raises
    `MalformedParameterSet` where they are there and none can be read.
    """
    if codec == "mpeg4":
        config = config_of(fmtp)
        return parse_mpeg4_vol(config) if config else None
    return _picture_in(codec, sprop_nal_units(fmtp))


def config_of(fmtp: Mapping[str, str]) -> bytes:
    """The bytes of `config=` (RFC 6416, 7.1); empty where there are none."""
    return _hex(fmtp.get("config", ""))


def _picture_in(codec: str, units: Iterable[bytes]) -> SpsInfo | None:
    if codec == "h264":
        return _first_readable((one for one in units if one[0] & 0x1F == h264_sps.SPS), parse_h264_sps)
    if codec == "h265":
        return _first_readable((one for one in units if one[0] >> 1 & 0x3F == h265_sps.SPS), parse_h265_sps)
    return None


def sprop_nal_units(fmtp: Mapping[str, str]) -> tuple[bytes, ...]:
    """The NAL units of the sprop parameters (RFC 6184, 8.1; RFC 7798, 7.1), then those in the hexadecimal `config`."""
    values = [value for name in _SPROPS for value in fmtp.get(name, "")[:MAX_SPROP_CHARS].split(",")]
    found = [unit for value in values for unit in nal_units(_base64(value))]
    found += nal_units(_hex(fmtp.get("config", "")))
    return tuple(found[:MAX_NAL_UNITS])


def nal_units(data: bytes) -> tuple[bytes, ...]:
    """The NAL units in `data`, parted by start codes (H.264, annex B) or a single one without; no zero bytes behind."""
    pieces = (piece.rstrip(b"\x00") for piece in _START_CODE.split(data))
    return tuple(piece for piece in pieces if piece)


def _first_readable(units: Iterable[bytes], parse: Callable[[bytes], SpsInfo]) -> SpsInfo | None:
    problem: MalformedParameterSet | None = None
    for unit in units:
        try:
            return parse(unit)
        except MalformedParameterSet as error:
            problem = problem or error
    if problem:
        raise problem
    return None


def _base64(text: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text.replace("-", "+").replace("_", "/"))
    usable = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(usable + "=" * (-len(usable) % 4))


def _hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text[:MAX_SPROP_CHARS].strip())
    except ValueError:
        return b""
