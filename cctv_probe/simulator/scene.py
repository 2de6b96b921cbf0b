"""A street as a camera sees it: sky, houses, trees, wires, a road with traffic; texture at several scales, mild noise.

Pictures are planar 4:2:0 (`height * 3 // 2` rows of `width` bytes, luminance 16 to 235), as encoders take them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]  # blue, green, red
_ROAD: Colour = (98, 96, 95)
_CARS: tuple[Colour, ...] = ((46, 40, 150), (200, 200, 205), (120, 70, 30), (40, 150, 190), (60, 62, 60))
# Lanes as (top row and height as parts of the picture's height, length to height, crossings a loop, start). Rows of the
# moving and of the waiting do not meet: see `encoding` for why.
_MOVING = ((0.675, 0.11, 2.0, 1, 0.2), (0.70, 0.09, 2.3, -2, 0.7))
_WAITING = ((0.80, 0.16, 1.9, 1, 0.35), (0.81, 0.17, 2.1, 1, 0.8), (0.52, 0.13, 0.4, 1, 0.55))


@dataclass(frozen=True, slots=True)
class Sprite:
    """Something that moves: its picture (4:2:0), where it has substance, its top row, how often it crosses the picture
    in one loop of a clip, and where it starts (0 to 1).
    """

    picture: Plane
    mask: npt.NDArray[np.bool_]
    top: int
    crossings: int
    start: float


@dataclass(frozen=True, slots=True)
class Street:
    """A still street; its traffic moves from picture to picture; those who wait only from one loop to the next."""

    still: Plane
    traffic: tuple[Sprite, ...]
    waiting: tuple[Sprite, ...]


def street(width: int, height: int, scene: int) -> Street:
    """Street number `scene`: every number is another street, always the same for the same number and size."""
    random = np.random.default_rng(scene)
    picture = _sky(width, height, random)
    _houses(picture, random)
    _road(picture)
    _trees(picture, random)
    _wires(picture, random)
    return Street(
        _planar(_textured(picture, random)),
        _sprites(width, height, random, _MOVING),
        _sprites(width, height, random, _WAITING),
    )


def noises(width: int, height: int, sigma: float) -> list[Plane]:
    """Four pictures of sensor noise around 128 for the luminance: one, and the same shifted."""
    grain = np.random.default_rng(7).standard_normal((height, width), np.float32) * sigma + 128.5
    first = _bytes(grain)
    return [np.roll(first, (17 * turn, 41 * turn), (0, 1)) for turn in range(4)]


def noisy(picture: Plane, height: int, noise: Plane) -> Plane:
    """A copy of `picture` with `noise` on its luminance."""
    copy = picture.copy()
    grained = cv2.addWeighted(picture[:height], 1.0, noise, 1.0, -128.0)
    np.clip(grained, 16, 235, out=copy[:height])
    return copy


def place(picture: Plane, height: int, sprite: Sprite, phase: float) -> None:
    """Draw `sprite` into `picture` where it is at `phase` (0 to 1) of the clip; at 1 it is where it was at 0."""
    width = picture.shape[1]
    tall, wide = sprite.picture.shape[0] * 2 // 3, sprite.picture.shape[1]
    span = width + wide
    left = int((sprite.start + phase * sprite.crossings) * span) % span - wide
    left -= left % 2
    _paste(picture[:height], sprite.picture[:tall], sprite.mask, sprite.top, left)
    chroma, own = colours(picture, height), colours(sprite.picture, tall)
    for plane, shown in zip(chroma, own, strict=True):
        _paste(plane, shown, sprite.mask[::2, ::2], sprite.top // 2, left // 2)


def _paste(plane: Plane, shown: Plane, mask: npt.NDArray[np.bool_], top: int, left: int) -> None:
    start, end = max(0, left), min(plane.shape[1], left + shown.shape[1])
    rows = min(shown.shape[0], plane.shape[0] - top)
    if start < end and rows > 0:
        there, own = plane[top : top + rows, start:end], slice(start - left, end - left)
        np.copyto(there, shown[:rows, own], where=mask[:rows, own])


def colours(picture: Plane, height: int) -> tuple[Plane, Plane]:
    """Views of both colour planes of `picture`, whose luminance has `height` rows: (U, V)."""
    width = picture.shape[1]
    quarter = (height // 2) * (width // 2)
    flat = picture.reshape(-1)[height * width :]
    shape = (height // 2, width // 2)
    return flat[:quarter].reshape(shape), flat[quarter : 2 * quarter].reshape(shape)


def _sky(width: int, height: int, random: np.random.Generator) -> Plane:
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.array([225, 200, 175], np.float32) * (1 - down) + np.array([190, 190, 190], np.float32) * down
    clouds = cv2.resize(
        random.standard_normal((6, 12)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    shown = np.ascontiguousarray(np.broadcast_to(_bytes(picture), (height, width, 3)))
    return _grained(shown, clouds * 12)


def _houses(picture: Plane, random: np.random.Generator) -> None:
    """Shop houses of different height and paint, with windows and awnings."""
    height, width = picture.shape[:2]
    ground, left = int(height * 0.62), -int(width * random.uniform(0, 0.05))
    while left < width:
        right = left + int(width * random.uniform(0.08, 0.17)) + 2
        top = int(height * random.uniform(0.12, 0.36))
        paint = random.integers((70, 80, 95), (190, 205, 225))
        cv2.rectangle(picture, (left, top), (right, ground), _colour(paint), -1)
        _windows(picture, (left, top, right, ground), paint, random)
        left = right
    cv2.rectangle(picture, (0, ground), (width, int(height * 0.66)), (140, 145, 150), -1)


def _windows(
    picture: Plane, house: tuple[int, int, int, int], paint: npt.NDArray[np.int64], random: np.random.Generator
) -> None:
    left, top, right, ground = house
    columns, rows = int(random.integers(2, 5)), int(random.integers(3, 6))
    wide, tall = (right - left) / columns, (ground - top) / rows
    for row in range(rows):
        for column in range(columns):
            first = (int(left + (column + 0.2) * wide), int(top + (row + 0.2) * tall))
            second = (int(left + (column + 0.8) * wide), int(top + (row + 0.75) * tall))
            cv2.rectangle(picture, first, second, _colour(paint * random.uniform(0.25, 0.6)), -1)
    awning = _colour(random.integers((30, 40, 60), (140, 170, 220)))
    cv2.rectangle(picture, (left, int(ground - tall * 0.9)), (right, int(ground - tall * 0.7)), awning, -1)


def _road(picture: Plane) -> None:
    """Asphalt with a kerb, lane marks and a zebra crossing."""
    height, width = picture.shape[:2]
    edge = int(height * 0.66)
    cv2.rectangle(picture, (0, edge), (width, height), _ROAD, -1)
    step = max(2, width // 24)
    for number, left in enumerate(range(0, width, step)):
        kerb = (225, 225, 225) if number % 2 else (60, 60, 190)
        cv2.rectangle(picture, (left, edge), (left + step, edge + max(1, height // 60)), kerb, -1)
        if number % 3:
            row = int(height * 0.83)
            cv2.rectangle(picture, (left, row), (left + step // 2, row + max(1, height // 90)), (210, 215, 215), -1)


def _trees(picture: Plane, random: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    for _ in range(5):
        middle, foot = int(random.uniform(0, width)), int(height * 0.66)
        crown = height * random.uniform(0.07, 0.13)
        cv2.rectangle(picture, (middle - max(1, width // 300), foot - int(crown * 2)), (middle, foot), (45, 60, 75), -1)
        for _ in range(40):
            where = random.normal((middle, foot - 2.4 * crown), (crown * 0.8, crown * 0.5))
            leaf = _colour(random.integers((25, 60, 30), (70, 140, 90)))
            cv2.circle(picture, (int(where[0]), int(where[1])), max(1, int(crown * random.uniform(0.1, 0.3))), leaf, -1)


def _wires(picture: Plane, random: np.random.Generator) -> None:
    """Poles and the many wires between them."""
    height, width = picture.shape[:2]
    poles = [int(width * (0.1 + 0.27 * number)) for number in range(4)]
    for pole in poles:
        cv2.line(picture, (pole, int(height * 0.1)), (pole, int(height * 0.7)), (95, 100, 105), max(1, width // 160))
    for _ in range(7):
        row, sag = height * random.uniform(0.13, 0.24), height * random.uniform(0.01, 0.05)
        across = np.linspace(0, width, 60)
        rows = row + sag * np.abs(np.sin((across / width - 0.1) / 0.27 * np.pi))
        points = np.stack([across, rows], axis=1).astype(np.int32)
        cv2.polylines(picture, [points], False, (45, 45, 45), max(1, width // 900))


def _textured(picture: Plane, random: np.random.Generator) -> Plane:
    """Grain of walls, leaves and asphalt: noise of four scales."""
    height, width = picture.shape[:2]
    grain = np.zeros((height, width), np.float32)
    for scale, strength in ((96, 7.0), (24, 6.0), (6, 5.0), (2, 5.0)):
        coarse = random.standard_normal((max(2, height // scale), max(2, width // scale)), np.float32)
        grain += strength * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return _grained(picture, grain)


def _grained(picture: Plane, grain: npt.NDArray[np.float32]) -> Plane:
    """`picture` with `grain` added to each of its three colours."""
    return np.asarray(cv2.add(picture, cv2.merge([grain] * 3), dtype=cv2.CV_8U), np.uint8)


def _sprites(
    width: int, height: int, random: np.random.Generator, lanes: tuple[tuple[float, float, float, int, float], ...]
) -> tuple[Sprite, ...]:
    return tuple(
        _sprite(int(height * top) & ~1, int(height * tall) & ~1, ratio, (crossings, start), random)
        for top, tall, ratio, crossings, start in lanes
        if int(height * tall) >= 8 and width >= 64
    )


def _sprite(top: int, tall: int, ratio: float, way: tuple[int, float], random: np.random.Generator) -> Sprite:
    wide = max(8, int(tall * ratio)) & ~1
    picture = np.full((tall, wide, 3), _ROAD, np.uint8)
    paint = _CARS[int(random.integers(len(_CARS)))]
    mask = np.zeros((tall, wide), np.uint8)
    body, roof = (0, int(tall * 0.45), wide - 1, int(tall * 0.85)), (wide // 5, 1, wide * 4 // 5, tall // 2)
    for left, upper, right, lower in (body, roof):
        cv2.rectangle(picture, (left, upper), (right, lower), paint, -1)
        cv2.rectangle(mask, (left, upper), (right, lower), 1, -1)
    cv2.rectangle(picture, (wide // 4, tall // 8), (wide * 3 // 4, int(tall * 0.42)), (70, 65, 60), -1)
    for wheel in (wide // 5, wide * 4 // 5):
        cv2.circle(picture, (wheel, int(tall * 0.85)), max(1, tall // 8), (25, 25, 25), -1)
        cv2.circle(mask, (wheel, int(tall * 0.85)), max(1, tall // 8), 1, -1)
    return Sprite(_planar(_textured(picture, random)), mask.astype(bool), top, *way)


def _bytes(values: npt.NDArray[np.float32]) -> Plane:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _planar(picture: Plane) -> Plane:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)


def _colour(values: npt.NDArray[Any]) -> Colour:
    blue, green, red = (int(value) for value in values)
    return blue, green, red
