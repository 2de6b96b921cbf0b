"""Clips made for judging picture health: a street, the weather, the sensor's grain, the coding; and every fault.

A picture is made in steps as in a camera: scene → light → weather → optics → tone → sensor noise → x264 → key pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import av
import cv2
import numpy as np

from tests.unit.media.street import Array, street

Kind = Literal[
    "day",
    "rain",
    "fog",
    "night",
    "static",
    "static_night",
    "low_light",
    "infrared_night",
    "black",
    "frozen",
    "blurred",
    "covered",
    "over_exposed",
    "under_exposed",
    "infrared_by_day",
    "signal_lost",
]
HEALTHY: tuple[Kind, ...] = (
    "day",
    "rain",
    "fog",
    "night",
    "static",
    "static_night",
    "low_light",
    "infrared_night",
)
FAULTY: tuple[Kind, ...] = (
    "black",
    "frozen",
    "blurred",
    "covered",
    "over_exposed",
    "under_exposed",
    "infrared_by_day",
    "signal_lost",
)
TIMES_S = (0.0, 4.0, 9.0)


@dataclass(frozen=True, slots=True)
class Clip:
    """Key pictures of one stream as (time in seconds, H.264), and the local hour at which it was seen."""

    kind: Kind
    seed: int
    hour: float
    pictures: tuple[tuple[float, bytes], ...]
    units: list[tuple[bytes, bool]] | None
    """All access units and whether each is a key picture, where the clip was coded whole."""


def clip(kind: Kind, seed: int, width: int = 320, height: int = 180) -> Clip:
    """Clip number `seed` of `kind`, always the same."""
    random = np.random.default_rng([seed, *kind.encode()])
    quantiser = int(random.choice([20, 25, 30, 35, 40]))
    hour = (
        float(random.uniform(20, 28) % 24) if "night" in kind or kind == "low_light" else float(random.uniform(9, 16))
    )
    if kind in ("frozen", "static", "static_night"):
        return _long_clip(kind, seed, hour, (width, height), random)
    frames = list(_frames(kind, seed, width, height, random))
    return Clip(kind, seed, hour, tuple(zip(TIMES_S, coded(frames, quantiser), strict=True)), None)


def _long_clip(kind: Kind, seed: int, hour: float, size: tuple[int, int], random: np.random.Generator) -> Clip:
    """Twelve seconds at 5 fps coded as cameras do, under rate control, with a key picture every four seconds, of which
    the first is not seen: cameras have been running when they are asked.
    """
    look, moving_clock = _look(kind, random), random.random() < 0.5
    scene = street(seed, *size, 0.0, look.dark)
    grains = [  # six, so that no two key pictures show the same
        _seen(scene, look, np.random.default_rng([seed, number])) for number in range(1 if kind == "frozen" else 6)
    ]
    frames = []
    for number in range(61):
        frame = grains[number % len(grains)]
        frames.append(_written(frame.copy(), number / 5 if moving_clock else 0.0))
    options = {"crf": str(random.choice([20, 25, 30, 35]))} if random.random() < 0.6 else {"qmin": "22"}
    units = stream(frames, int(random.choice([150_000, 400_000, 1_000_000])), 20, 5, options)
    return Clip(
        kind,
        seed,
        hour,
        tuple((number / 5, unit) for number, (unit, is_key) in enumerate(units) if is_key)[1:],
        units[20:],
    )


def _frames(kind: Kind, seed: int, width: int, height: int, random: np.random.Generator) -> Iterator[Array]:
    if kind == "signal_lost":
        yield from [_card(width, height, random)] * 3
        return
    look = _look(kind, random)
    cover = _cover(width, height, random)
    osd = random.random() < 0.7
    for number, at_s in enumerate(TIMES_S):
        scene = street(seed, width, height, at_s, look.dark)
        scene = cover if kind == "covered" else scene
        frame = _seen(scene, look, np.random.default_rng([seed, number, 5]))
        if osd and kind != "black":
            frame = _written(frame.copy(), at_s)
        yield frame


@dataclass(frozen=True)
class Look:
    """How a scene is turned into a picture."""

    light: float = 1.0
    dark: bool = False
    haze: float = 0.0
    haze_luma: float = 200.0
    rain: int = 0
    blur_share: float = 0.0
    noise: float = 1.5
    gain: float = 1.0
    lift: float = 0.0
    grey: bool = False
    lamps: bool = False
    saturation: float = 1.0


def _look(kind: Kind, random: np.random.Generator) -> Look:
    draw = random.uniform
    plain = Look(light=draw(0.75, 1.1), noise=draw(0.8, 3.0), saturation=draw(0.5, 1.1))
    night = Look(light=draw(0.1, 0.25), dark=True, lamps=True, noise=draw(2, 6), saturation=draw(0.4, 0.9))
    looks: dict[Kind, Look] = {
        "rain": replace(
            plain, light=draw(0.5, 0.85), rain=int(draw(60, 400)), haze=draw(0.05, 0.35), haze_luma=draw(120, 180)
        ),
        "fog": replace(plain, haze=draw(0.45, 0.85), haze_luma=draw(170, 215), saturation=draw(0.3, 0.8)),
        "night": night,
        "static_night": replace(night, noise=draw(1.2, 4)),
        "static": replace(plain, noise=draw(0.8, 2.5)),
        "low_light": Look(
            light=draw(0.08, 0.22), dark=True, noise=draw(6, 14), saturation=draw(0.2, 0.7), lift=draw(0, 10)
        ),
        "infrared_night": Look(light=draw(0.35, 0.7), grey=True, noise=draw(2, 5), lamps=True),
        "infrared_by_day": replace(plain, grey=True),
        "black": Look(light=0.0, noise=draw(0, 1.8)),
        "blurred": replace(plain, blur_share=draw(0.008, 0.02)),
        "over_exposed": replace(plain, gain=draw(2.3, 3.5), lift=draw(40, 90)),
        "under_exposed": replace(plain, light=draw(0.07, 0.2), noise=draw(0.4, 1.2)),
    }
    return looks.get(kind, plain)


# --- From scene to picture --------------------------------------------------------------------------------------------


def _seen(scene: Array, look: Look, random: np.random.Generator) -> Array:
    height, width = scene.shape[:2]
    picture = scene * look.light
    if look.lamps:
        picture = picture + _lamps(width, height, look)
    if look.haze:
        depth = 1 - 0.55 * np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 1.5
        picture = picture * (1 - look.haze * depth) + look.haze_luma * look.haze * depth
    for _ in range(look.rain):
        _drop(picture, random)
    if look.blur_share:
        picture = cv2.GaussianBlur(picture, (0, 0), look.blur_share * width)
    picture = picture * look.gain + look.lift
    grey = picture.mean(axis=2, keepdims=True)
    picture = np.repeat(grey, 3, axis=2) if look.grey else grey + (picture - grey) * look.saturation
    noise = random.standard_normal((height, width, 1)) * look.noise
    noise = noise + random.standard_normal((height, width, 3)) * look.noise * (0.0 if look.grey else 0.4)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def _lamps(width: int, height: int, look: Look) -> Array:
    """Street lamps with a glow and a pool of light; in infra-red the camera's own lamp."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    glow = np.zeros((height, width), np.float32)
    if look.grey:
        away = np.hypot(across - width / 2, down - height * 0.6) / width
        return np.asarray(90 * np.exp(-((away / 0.35) ** 2)))[..., None]
    for lamp in (0.15, 0.45, 0.8):
        away = np.hypot(across - lamp * width, down - 0.2 * height) / width
        glow += 260 * np.exp(-((away / 0.012) ** 2)) + 70 * np.exp(-away / 0.08)
    return glow[..., None] * np.array([0.6, 0.85, 1.0], np.float32)


def _drop(picture: Array, random: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    across, down = random.uniform(0, width), random.uniform(0, height)
    long = height * random.uniform(0.02, 0.08)
    shade = picture[int(down), int(across)] + random.uniform(15, 60)
    cv2.line(
        picture, (int(across), int(down)), (int(across + long * 0.15), int(down + long)), shade.tolist(), 1, cv2.LINE_AA
    )


def _cover(width: int, height: int, random: np.random.Generator) -> Array:
    """A hand, a leaf, a cloth or paint right before the lens: light without shape."""
    shade, tint = random.choice([random.uniform(25, 70), random.uniform(90, 200)]), random.uniform(0.85, 1.15, 3)
    soft = cv2.resize(random.standard_normal((2, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip((shade + soft * shade * random.uniform(0.02, 0.1))[..., None] * tint, 0, 255), np.float32)


def _card(width: int, height: int, random: np.random.Generator) -> Array:
    sort = random.choice(["blue", "grey", "black", "bars", "text"])
    picture = np.zeros((height, width, 3), np.uint8)
    if sort == "bars":
        bars = [(191, 191, 191), (0, 191, 191), (191, 191, 0), (0, 191, 0), (191, 0, 191), (0, 0, 191), (191, 0, 0)]
        for number, bar in enumerate(bars):
            picture[:, number * width // 7 : (number + 1) * width // 7] = bar
        return picture
    picture[:] = {"blue": (200, 40, 20), "grey": (110, 110, 110), "black": (0, 0, 0), "text": (120, 60, 10)}[str(sort)]
    if sort in ("text", "black") or random.random() < 0.5:
        words = str(random.choice(["NO SIGNAL", "VIDEO LOSS", "NO VIDEO", "OFFLINE"]))
        scale = height / 180 * random.uniform(0.6, 1.2)
        where = int(width * random.uniform(0.05, 0.3)), int(height * random.uniform(0.3, 0.7))
        cv2.putText(
            picture,
            words,
            where,
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            (235, 235, 235),
            max(1, round(scale * 1.5)),
            cv2.LINE_AA,
        )
    return picture


def _written(picture: Array, at_s: float) -> Array:
    """The date, time and name that cameras write into the picture."""
    height, width = picture.shape[:2]
    scale = max(0.3, height / 500)
    for words, where in (
        (f"2026-11-23 09:00:{at_s:02.0f}", (int(width * 0.02), int(height * 0.07))),
        ("CAM 07", (int(width * 0.75), int(height * 0.96))),
    ):
        cv2.putText(picture, words, where, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 2)
        cv2.putText(picture, words, where, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1)
    return picture


# --- Coding -----------------------------------------------------------------------------------------------------------


def coded(frames: Sequence[Array], quantiser: int) -> list[bytes]:
    """Each of `frames` (blue, green, red) as a key picture of its own, by x264."""
    encoder = _encoder(frames[0].shape[1], frames[0].shape[0], {"qp": str(quantiser)})
    encoder.gop_size = 1
    units: list[bytes] = []
    for number, frame in enumerate(frames):
        units += _units(encoder, frame, number)
    return units + [bytes(packet) for packet in encoder.encode(None)]


def stream(
    frames: Sequence[Array], bit_rate_bps: int, gop: int, rate: int, options: dict[str, str]
) -> list[tuple[bytes, bool]]:
    """`frames` coded with key and other pictures: (access unit, whether it is a key picture)."""
    encoder = _encoder(frames[0].shape[1], frames[0].shape[0], {"sc_threshold": "0", "forced-idr": "1"} | options)
    encoder.bit_rate, encoder.gop_size, encoder.max_b_frames = bit_rate_bps, gop, 0
    encoder.framerate, encoder.time_base = Fraction(rate), Fraction(1, rate)
    units: list[bytes] = []
    for number, frame in enumerate(frames):
        units += _units(encoder, frame, number)
    units += [bytes(packet) for packet in encoder.encode(None)]
    return [(unit, number % gop == 0) for number, unit in enumerate(units)]


def _encoder(width: int, height: int, options: dict[str, str]) -> Any:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(25), Fraction(1, 25)
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "threads": "1"} | options
    return encoder


def _units(encoder: Any, frame: Array, number: int) -> list[bytes]:
    picture = av.VideoFrame.from_ndarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), format="yuv420p")
    picture.pts = number
    return [bytes(packet) for packet in encoder.encode(picture)]
