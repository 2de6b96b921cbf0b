"""A street in perspective, drawn with buildings, windows, signs, trees, poles, lane marks and traffic, and texture on it.

Nothing of it is taken from `cctv_probe.simulator`, whose pictures serve as a second opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def street(seed: int, width: int, height: int, at_s: float, dark: bool) -> Array:
    """A street in perspective (blue, green, red, as float), with traffic at `at_s`; with lights on where `dark`."""
    picture = _still(seed, width, height).copy()
    random = np.random.default_rng([seed, 77])
    horizon = height * random.uniform(0.35, 0.5)
    for _ in range(int(random.integers(2, 6))):
        speed, start, near = random.uniform(-0.25, 0.25), random.uniform(0, 1), random.uniform(0.25, 0.95)
        _car(picture, (start + speed * at_s) % 1.2 - 0.1, near, horizon, _paint(random), dark)
    return picture


@lru_cache(maxsize=64)
def _still(seed: int, width: int, height: int) -> Array:
    random = np.random.default_rng([seed, 77])
    horizon = height * random.uniform(0.35, 0.5)
    vanish = width * random.uniform(0.3, 0.7), horizon
    picture = _sky_and_ground(width, height, horizon, random)
    sky = picture.copy()
    for side in (-1, 1):
        _row_of_houses(picture, side, vanish, random)
    _roadway(picture, vanish, random)
    for _ in range(int(random.integers(1, 5))):
        _tree(picture, random.uniform(0, width), horizon, height * random.uniform(0.1, 0.3), random)
    for _ in range(int(random.integers(1, 4))):
        _pole(picture, random.uniform(0, width), random)
    texture = _texture(width, height, random)[..., None]
    texture[: int(horizon)] *= np.where((picture == sky).all(axis=2, keepdims=True)[: int(horizon)], 0.1, 1.0)
    return np.asarray(np.clip(picture + texture, 0, 255), np.float32)


def _sky_and_ground(width: int, height: int, horizon: float, random: np.random.Generator) -> Array:
    picture = np.zeros((height, width, 3), np.float32)
    top, low = random.uniform([170, 150, 120], [250, 225, 200]), random.uniform([190, 185, 180], [250, 245, 240])
    down = np.clip(np.arange(height) / horizon, 0, 1)[:, None, None]
    picture[:] = top * (1 - down) + low * down
    ground = random.uniform(70, 130) + random.uniform(-8, 8, 3)
    picture[int(horizon) :] = ground
    return picture


def _paint(random: np.random.Generator) -> tuple[float, float, float]:
    grey = random.uniform(40, 210)
    blue, green, red = np.clip(grey + random.uniform(-45, 45, 3), 10, 250)
    return float(blue), float(green), float(red)


def _row_of_houses(picture: Array, side: int, vanish: tuple[float, float], random: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    edge = 0.0 if side < 0 else float(width)
    near, tall, foot = 0.0, random.uniform(0.6, 1.1), random.uniform(0.15, 0.4)
    while near < 0.85:
        far = near + (1 - near) * random.uniform(0.15, 0.4)
        paint, storeys = _paint(random), int(random.integers(2, 6))
        high = tall * random.uniform(0.7, 1.2)

        def at(along: float, up: float, high: float = high) -> tuple[int, int]:
            across = edge + (vanish[0] - edge) * along
            row = vanish[1] + (1 - along) * height * (foot - up * high * 0.6)
            return int(across), int(row)

        _fill(picture, [at(near, 0), at(far, 0), at(far, 1), at(near, 1)], paint)
        for storey in range(storeys):
            _storey(picture, at, (near, far), storey / storeys, 1 / storeys, paint, random)
        near = far


def _storey(
    picture: Array,
    at: Any,
    span: tuple[float, float],
    low: float,
    tall: float,
    paint: Sequence[float],
    random: np.random.Generator,
) -> None:
    count = int(random.integers(2, 6))
    wide = (span[1] - span[0]) / count
    glass = tuple(shade * random.uniform(0.2, 0.6) for shade in paint)
    for window in range(count):
        left, right = span[0] + (window + 0.2) * wide, span[0] + (window + 0.8) * wide
        bottom, top = low + 0.25 * tall, low + 0.8 * tall
        _fill(picture, [at(left, bottom), at(right, bottom), at(right, top), at(left, top)], glass)
    if low == 0 and random.random() < 0.6:
        sign = _paint(random)
        _fill(picture, [at(span[0], tall), at(span[1], tall), at(span[1], tall * 0.8), at(span[0], tall * 0.8)], sign)


def _fill(picture: Array, corners: Sequence[tuple[int, int]], colour: Sequence[float]) -> None:
    cv2.fillPoly(picture, [np.array(corners, np.int32)], tuple(colour), lineType=cv2.LINE_AA)


def _roadway(picture: Array, vanish: tuple[float, float], random: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    left, right = width * random.uniform(-0.2, 0.2), width * random.uniform(0.8, 1.2)
    middle = int(vanish[0]), int(vanish[1])
    shade = random.uniform(55, 110)
    _fill(picture, [(int(left), height), (int(right), height), middle], (shade, shade, shade))
    for dash in range(7):
        near, far = 0.9**dash * (1 - dash / 8), 0.9**dash * (1 - dash / 8) * 0.8
        rows = [
            (middle[0] + (width / 2 - middle[0]) * share, middle[1] + (height - middle[1]) * share)
            for share in (near, far)
        ]
        half = [width * 0.008 * share for share in (near, far)]
        corners = [
            (int(rows[0][0] - half[0]), int(rows[0][1])),
            (int(rows[0][0] + half[0]), int(rows[0][1])),
            (int(rows[1][0] + half[1]), int(rows[1][1])),
            (int(rows[1][0] - half[1]), int(rows[1][1])),
        ]
        _fill(picture, corners, (210, 215, 215))


def _tree(picture: Array, across: float, horizon: float, size: float, random: np.random.Generator) -> None:
    foot = int(horizon + size * 0.8)
    cv2.line(
        picture, (int(across), foot), (int(across), int(foot - size)), (40, 55, 70), max(1, int(size / 12)), cv2.LINE_AA
    )
    for _ in range(60):
        place = random.normal((across, foot - size * 1.2), (size * 0.35, size * 0.28))
        leaf = random.uniform((20, 50, 25), (80, 140, 90))
        centre = int(place[0]), int(place[1])
        cv2.circle(picture, centre, max(1, int(size * random.uniform(0.03, 0.12))), leaf.tolist(), -1, cv2.LINE_AA)


def _pole(picture: Array, across: float, random: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    foot, top = int(height * random.uniform(0.6, 0.9)), int(height * random.uniform(0.05, 0.25))
    cv2.line(picture, (int(across), foot), (int(across), top), (90, 95, 100), max(1, width // 200), cv2.LINE_AA)
    end = int(across + width * random.uniform(-0.4, 0.4)), int(height * random.uniform(0.05, 0.3))
    cv2.line(picture, (int(across), top), end, (40, 40, 40), 1, cv2.LINE_AA)


def _texture(width: int, height: int, random: np.random.Generator) -> Array:
    grain = np.zeros((height, width), np.float32)
    for scale in (1, 2, 5, 15, 50):
        coarse = random.standard_normal((height // scale + 2, width // scale + 2)).astype(np.float32)
        grain += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * random.uniform(1.5, 4.5)
    return grain


def _car(
    picture: Array, across: float, near: float, horizon: float, paint: tuple[float, float, float], dark: bool
) -> None:
    height, width = picture.shape[:2]
    foot = horizon + (height - horizon) * near
    tall, wide = height * 0.16 * near, height * 0.32 * near
    left = across * width
    corners = (int(left), int(foot - tall * 0.6)), (int(left + wide), int(foot))
    cv2.rectangle(picture, *corners, paint, -1)
    roof = (int(left + wide * 0.2), int(foot - tall)), (int(left + wide * 0.8), int(foot - tall * 0.6))
    cv2.rectangle(picture, *roof, tuple(shade * 0.5 for shade in paint), -1)
    for wheel in (0.2, 0.8):
        cv2.circle(picture, (int(left + wide * wheel), int(foot)), max(1, int(tall * 0.2)), (20, 20, 20), -1)
    if dark:  # far brighter than the scene is lit: it glares whatever the exposure
        cv2.circle(picture, (int(left), int(foot - tall * 0.3)), max(1, int(tall * 0.15)), (2500, 2800, 3000), -1)
