"""Clips: the declared bit rate, pictures that look as they should, loops that do not look frozen."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from cctv_probe.simulator.clip import Clip, ClipKind
from cctv_probe.simulator.encoding import encode, filler, headers_of
from cctv_probe.simulator.fleet import Codec
from cctv_probe.simulator.fleet_streams import Picture
from cctv_probe.simulator.pattern import Lens
from cctv_probe.simulator.rtp_packets import parameter_sets

DECODERS = {"h264": "h264", "h265": "hevc", "mpeg4": "mpeg4", "mjpeg": "mjpeg"}


def _kind(codec: Codec = "h264", picture: Picture = "street", **changes: Any) -> ClipKind:
    values = {"width": 640, "height": 360, "frame_rate": 10, "gop": 10, "bit_rate_bps": 400_000} | changes
    return ClipKind(codec=codec, picture=picture, **values)


def _decoded(clip: Clip, units: list[bytes]) -> list[npt.NDArray[np.uint8]]:
    decoder: Any = av.CodecContext.create(DECODERS[clip.kind.codec], "r")
    decoder.extradata = clip.headers or None
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit))]
    return [frame.to_ndarray(format="bgr24") for frame in [*frames, *decoder.decode(None)]]


@pytest.mark.parametrize(
    ("codec", "bit_rate_bps"),
    [
        ("h264", 200_000),
        ("h264", 400_000),
        ("h264", 2_000_000),
        ("h265", 400_000),
        ("mpeg4", 600_000),
        ("mjpeg", 2_000_000),
    ],
)
def test_the_bit_rate_is_the_declared_one(codec: Codec, bit_rate_bps: int) -> None:
    kind = _kind(codec, bit_rate_bps=bit_rate_bps)
    clip = encode(kind)
    rounds = [clip.units, *(keys + clip.units[len(keys) :] for keys in clip.keys)]
    for units in rounds:
        delivered = sum(map(len, units)) * 8 / (kind.length / kind.frame_rate)
        assert delivered == pytest.approx(bit_rate_bps, rel=0.15)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_filler_is_passed_over_by_a_decoder(codec: Codec) -> None:
    clip = encode(_kind(codec, "black"))
    assert len(filler(codec, 500)) == 500
    assert filler(codec, 300)[:6] in clip.units[0]
    assert len(_decoded(clip, list(clip.units))) == len(clip.units)


@pytest.mark.parametrize("codec", ["h264", "h265", "mpeg4"])
def test_key_frames_differ_from_round_to_round_and_the_rest_still_fits(codec: Codec) -> None:
    clip = encode(_kind(codec, bit_rate_bps=600_000))
    assert len(clip.keys) == 6
    keys = [_decoded(clip, [unit])[0].astype(int) for unit in (clip.units[0], *(keys[0] for keys in clip.keys))]
    differences = [np.abs(one - other).mean() for at, one in enumerate(keys) for other in keys[:at]]
    assert min(differences) > 1.0
    last = _decoded(clip, [clip.keys[2][0], *clip.units[1:]])
    assert len(last) == 10
    waiting = slice(int(360 * 0.82), 360)
    assert np.abs(last[-1][waiting].astype(int) - keys[3][waiting]).mean() < 5.0


@pytest.mark.parametrize("codec", ["h264", "h265", "mjpeg"])
def test_a_frozen_picture_is_the_same_to_the_last_bit(codec: Codec) -> None:
    clip = encode(_kind(codec, "frozen", gop=1 if codec == "mjpeg" else 10))
    assert clip.keys == ()
    pictures = _decoded(clip, list(clip.units) * 3)
    assert len(pictures) == 3 * len(clip.units)
    assert all(np.array_equal(pictures[0], picture) for picture in pictures)


@pytest.mark.parametrize("codec", ["h264", "h265", "mpeg4"])
def test_parameter_sets_are_known_before_a_picture_is_drawn(codec: Codec) -> None:
    kind = _kind(codec, bit_rate_bps=150_000)  # so little that encoding needs a second try
    made, told = encode(kind).headers, headers_of(kind)
    assert parameter_sets(made, codec) == parameter_sets(told, codec)
    assert parameter_sets(told, codec) if codec != "mpeg4" else made == told


def _seen(picture: Picture, height: int = 720) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """(luminance without the time, both colour planes) of a picture."""
    whole = Lens(picture, height * 16 // 9, height, 3).picture(0.3, 1.0, 5, 0)
    return whole[height // 8 : height], whole[height:]


def _detail(luminance: npt.NDArray[np.uint8]) -> float:
    return float(np.abs(np.diff(luminance.astype(int), axis=1)).mean())


def test_a_street_looks_natural() -> None:
    luminance, colour = _seen("street")
    assert 90 < luminance.mean() < 150
    assert 30 < luminance.std() < 70
    assert ((luminance <= 20) | (luminance >= 230)).mean() < 0.05
    assert np.abs(colour.astype(int) - 128).mean() > 3
    for scale in (1, 4, 16):
        coarse = luminance[: luminance.shape[0] // scale * scale, ::scale][::scale]
        assert _detail(coarse) > 3


@pytest.mark.parametrize(
    ("picture", "darkest", "brightest", "detail"),
    [
        ("black", 16, 16, (0, 0)),
        ("night", 30, 90, (2, 20)),
        ("covered", 30, 80, (0, 2.5)),
        ("blurred", 90, 150, (0, 3)),
        ("overexposed", 205, 235, (0, 10)),
        ("underexposed", 16, 35, (0, 3)),
        ("infrared", 60, 140, (3, 20)),
        ("signal_lost", 20, 70, (0, 2)),
    ],
)
def test_what_is_wrong_can_be_seen(
    picture: Picture, darkest: float, brightest: float, detail: tuple[float, float]
) -> None:
    luminance, _ = _seen(picture)
    assert darkest <= luminance.mean() <= brightest
    assert detail[0] <= _detail(luminance) <= detail[1]


def test_infrared_has_no_colour_and_the_card_is_blue() -> None:
    assert set(np.unique(_seen("infrared")[1])) == {128}
    blue = _seen("signal_lost")[1].reshape(2, -1).mean(axis=1)
    assert blue[0] > 170
    assert blue[1] < 128
