"""How a Dahua device encodes: `table.Encode` and its capabilities. Channels are counted from 0 here.

Every slot has a row, unused ones the factory's. MainFormat has three (regular, motion, alarm), of which the first
counts; ExtraFormat one for each sub-stream, whether it is on or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from cctv_probe.simulator.claims import Claim, claims_of
from cctv_probe.simulator.dahua_text import Query, below, written
from cctv_probe.simulator.fleet import Codec, Device
from cctv_probe.simulator.node import Node

_CODECS: dict[Codec, str] = {"h264": "H.264", "h265": "H.265", "mjpeg": "MJPG", "mpeg4": "MPEG4"}
_NAMES = {(1920, 1080): "1080P", (1280, 720): "720P", (704, 576): "D1", (640, 480): "VGA", (352, 288): "CIF"}
_MAIN_FORMATS = 3
_EXTRA_FORMATS = 3

Lines = Iterator[tuple[str, object]]


def encode(device: Device) -> Lines:
    """`table.Encode[n]` without `table.`, for every slot."""
    own = _by_channel(device)
    for place in range(len(device.channels)):
        streams = own.get(place + 1, [])
        for number in range(_MAIN_FORMATS):
            yield from below(f"Encode[{place}].MainFormat[{number}]", _format(streams[0] if streams else None))
        for number in range(_EXTRA_FORMATS):
            extra = streams[number + 1] if number + 1 < len(streams) else None
            yield from below(f"Encode[{place}].ExtraFormat[{number}]", _format(extra, is_main=False))


def _format(claim: Claim | None, *, is_main: bool = True) -> Lines:
    """One format; without a claim a factory setting: of a main stream that encodes nothing, or a sub-stream that is off."""
    width, height = claim.size if claim else ((1920, 1080) if is_main else (352, 288))
    rate = claim.frame_rate if claim else 25.0
    yield "Audio.Compression", "G.711A"
    yield "AudioEnable", False
    yield "Video.BitRate", claim.stream.bit_rate_bps // 1000 if claim else 2048
    yield "Video.BitRateControl", "VBR" if claim and claim.stream.varying else "CBR"
    yield "Video.Compression", _CODECS[claim.media2_codec] if claim else "H.264"
    yield "Video.CustomResolutionName", _NAMES.get((width, height), f"{width}x{height}")
    yield "Video.FPS", rate
    yield "Video.GOP", claim.stream.gop_length if claim else 50
    yield "Video.Height", height
    yield "Video.Pack", "DHAV"
    yield "Video.Profile", "Main"
    yield "Video.Quality", 4
    yield "Video.Width", width
    yield "Video.resolution", f"{width}x{height}"
    yield "VideoEnable", claim is not None or is_main


def _capabilities(node: Node, _query: Query) -> str:
    """Of every channel, whatever channel is asked for; sizes by their short names where they have one."""
    return written(
        pair
        for channel, claims in _by_channel(node.device).items()
        for number, claim in enumerate(claims)
        for pair in below(
            f"caps[{channel - 1}].{'MainFormat[0]' if number == 0 else f'ExtraFormat[{number - 1}]'}.Video",
            _options(claim),
        )
    )


def _options(claim: Claim) -> Lines:
    most = max(claim.stream.bit_rate_bps // 1000 * 2, 1024)
    yield "BitRateOptions", f"{max(32, most // 16)},{most}"
    yield "CompressionTypes", "H.264,H.265,MJPG"
    yield "FPSMax", max(claim.rates)
    yield "ResolutionTypes", ",".join(_NAMES.get(size, f"{size[0]}x{size[1]}") for size in claim.sizes)


def _by_channel(device: Device) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = {}
    for claim in claims_of(device):
        found.setdefault(claim.channel, []).append(claim)
    return found


OPERATIONS = {"encode.getConfigCaps": _capabilities}
