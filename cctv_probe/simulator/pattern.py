"""What a lens delivers, frame by frame: a street, or a street with something wrong, with the clip's own time burnt in."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from cctv_probe.simulator.fleet_streams import Picture
from cctv_probe.simulator.scene import Plane, Sprite, colours, noises, noisy, place, street

# 3 x 5 pixels a digit, rows from the top, three bits a row.
_DIGITS = {
    "0": (7, 5, 5, 5, 7),
    "1": (2, 6, 2, 2, 7),
    "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7),
    "7": (7, 1, 1, 1, 1),
    "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7),
    ".": (0, 0, 0, 0, 2),
}
_GRAIN: dict[Picture, float] = {"night": 5.0, "underexposed": 1.5, "blurred": 1.5, "covered": 1.5, "overexposed": 1.0}
_USUAL_GRAIN = 2.2
_TRUE = ((1.0, 0.0), 1.0)
_CURVES: dict[Picture, tuple[tuple[float, float], float]] = {  # (gain and offset of the luminance), share of the colour
    "overexposed": ((1.0, 150.0), 0.25),
    "underexposed": ((0.06, 0.0), 0.2),
    "infrared": ((1.0, 0.0), 0.0),
    "night": ((0.3, 0.0), 0.5),
}


# How far, in parts of the way, each of those who wait gets from one round to the next; from one recorded instant to the
# next (by multiples of no common measure, so that no two instants of a month look alike).
_STEPS = (0.37, 0.37, 0.37)
_INSTANT_STEPS = (0.8191725134, 0.6710436067, 0.5497004779)


class Lens:
    """Draws pictures, planar 4:2:0. `black` and `signal_lost` hold no time and never change; `frozen` changes neither."""

    def __init__(self, kind: Picture, width: int, height: int, scene: int) -> None:
        self._kind, self._height = kind, height
        if kind in ("black", "signal_lost"):
            self._card: Plane | None = _black(width, height) if kind == "black" else _signal_lost(width, height)
            return
        self._card = None
        seen = street(width, height, scene)
        self._still = _covered(width, height, scene) if kind == "covered" else _spoilt(seen.still, height, kind)
        hidden = kind == "covered"
        self._traffic = () if hidden else tuple(_spoilt_sprite(one, kind) for one in seen.traffic)
        self._waiting = () if hidden else tuple(_spoilt_sprite(one, kind) for one in seen.waiting)
        self._noises = noises(width, height, _GRAIN.get(kind, _USUAL_GRAIN))
        self._grains = [noisy(self._still, height, one) for one in self._noises]

    def picture(self, phase: float, seconds: float, number: int, round_: int, stamp: str = "") -> Plane:
        """What is seen at `phase` (0 to 1) of round `round_` of the loop, picture `number`; both times are burnt in.
        stamp: digits and dots burnt in below them, and then the time in the loop stands as in its first round.
        """
        if self._card is not None:
            return self._card
        turn = number + round_
        picture = self._grains[turn % len(self._grains)].copy()
        for sprite in self._traffic:
            place(picture, self._height, sprite, phase)
        for sprite, step in zip(self._waiting, _INSTANT_STEPS if stamp else _STEPS, strict=False):
            place(picture, self._height, sprite, round_ * step)
        if self._kind == "blurred":
            picture = noisy(_blurred(picture, self._height), self._height, self._noises[turn % len(self._noises)])
        scale = max(1, self._height // 60)
        _burn(picture, f"{0 if stamp else round_:02d}.{seconds:05.2f}", scale, 0)
        _burn(picture, stamp, scale, 8 * scale)
        return picture


def _spoilt(picture: Plane, height: int, kind: Picture) -> Plane:
    """`picture` as the camera shows it: its curve for luminance, its share of colour, and light where there is some."""
    light, colour = _CURVES.get(kind, _TRUE)
    steps = np.arange(256)
    result = picture.copy()
    curve = np.clip(16 + (steps - 16) * light[0] + light[1], 16, 235).astype(np.uint8)
    result[:height] = curve[picture[:height]]
    result[height:] = np.clip(128 + (steps - 128) * colour, 16, 240).astype(np.uint8)[picture[height:]]
    if kind in ("night", "infrared"):
        _lit(result[:height], kind)
    return result


def _spoilt_sprite(sprite: Sprite, kind: Picture) -> Sprite:
    shown = _spoilt(sprite.picture, sprite.mask.shape[0], kind) if kind in _CURVES else sprite.picture
    return replace(sprite, picture=shown)


def _lit(luminance: Plane, kind: Picture) -> None:
    """Street lamps at night; the camera's own infra-red lamp, bright in the middle and dark at the rim."""
    height, width = luminance.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    shown = luminance.astype(np.float32)
    if kind == "infrared":
        away = ((across / width - 0.5) ** 2 + (down / height - 0.55) ** 2) * 2
        shown *= 1.15 - away
    else:
        for lamp in (0.1, 0.37, 0.64, 0.91):
            away = ((across / width - lamp) * width / height) ** 2 + (down / height - 0.3) ** 2
            shown += 170 * np.exp(-away / 0.012)
    luminance[:] = np.clip(shown, 16, 235).astype(np.uint8)


def _blurred(picture: Plane, height: int) -> Plane:
    """Far out of focus: no detail smaller than a twentieth of the height."""
    result = picture.copy()
    coarse = max(4, height // 20)
    for plane, share in ((result[:height], 1), *((one, 2) for one in colours(result, height))):
        tall, wide = plane.shape
        small = cv2.resize(
            plane, (max(2, wide * share // coarse), max(2, tall * share // coarse)), interpolation=cv2.INTER_AREA
        )
        plane[:] = cv2.resize(small, (wide, tall), interpolation=cv2.INTER_LINEAR)
    return result


def _covered(width: int, height: int, scene: int) -> Plane:
    """Something close before the lens: dark, brownish, without detail."""
    random = np.random.default_rng(scene)
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    shades = (52 + random.standard_normal((3, 4)) * 8).astype(np.float32)
    picture[:height] = np.clip(cv2.resize(shades, (width, height), interpolation=cv2.INTER_CUBIC), 20, 90).astype(
        np.uint8
    )
    blue, red = colours(picture, height)
    blue[:], red[:] = 122, 136
    return picture


def _black(width: int, height: int) -> Plane:
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    picture[:height] = 16
    return picture


def _signal_lost(width: int, height: int) -> Plane:
    """The blue card that recorders show for a camera that does not answer."""
    card = np.full((height, width, 3), (150, 30, 10), np.uint8)
    scale, thick = height / 240, max(1, height // 90)
    (wide, tall), _ = cv2.getTextSize("NO SIGNAL", cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    where = ((width - wide) // 2, (height + tall) // 2)
    cv2.putText(card, "NO SIGNAL", where, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), thick)
    return np.asarray(cv2.cvtColor(card, cv2.COLOR_BGR2YUV_I420), np.uint8)


def _burn(picture: Plane, text: str, scale: int, top: int) -> None:
    """Write `text` at the left from row `top` on, white on black, `scale` pixels a dot."""
    dots = np.zeros((7, 4 * len(text) + 1), np.uint8)
    for position, letter in enumerate(text):
        for row, bits in enumerate(_DIGITS[letter]):
            for column in range(3):
                dots[row + 1, 4 * position + 1 + column] = bits >> (2 - column) & 1
    shown = np.kron(dots * 219 + 16, np.ones((scale, scale), np.uint8))
    rows, columns = min(shown.shape[0], picture.shape[0] * 2 // 3 - top), min(shown.shape[1], picture.shape[1])
    if text:
        picture[top : top + rows, :columns] = shown[:rows, :columns]
