"""Figures of decoded pictures, with OpenCV: runs in the decoder child only. What they mean is said in `health_verdict`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from cctv_probe.media.picture import GRID, PairFigures, PictureFigures

Plane = np.ndarray[Any, np.dtype[Any]]

JUDGED_WIDTH_PX = 640
_FINE_PX, _COARSE_PX = 1.0, 2.5
_STRONG_EDGE = 2.5  # levels of luma per pixel at the coarse scale
_DETAIL = 0.8
_GRAIN_IN_GRADIENT = 0.2  # of white noise with standard deviation 1, at a scale of 1 pixel: 1 / sqrt(8 pi)
_TEXTURE = 2.0  # standard deviation of luma within a block
_FEW_EDGES = 5
_ROUGHNESS = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_GRAINY = 4.0  # of both pictures together: grain with a standard deviation of 0.6
_TINT = 2.5  # levels by which conversions put grey beside 128
_SHARPEST = 25  # per cent of the strong edges


@dataclass(frozen=True, slots=True)
class Planes:
    """A decoded picture as coded, 8 bits a sample: luma, and chroma where there is any; `full_range`: 0 to 255 is used."""

    luma: Plane
    chroma: tuple[Plane, Plane] | None
    full_range: bool


def figures(planes: Planes, time_s: float) -> PictureFigures:
    """The figures of one picture."""
    small = _judged(planes.luma)
    luma = _stretched(small, planes.full_range)
    scene = _inner(luma)
    noise = _noise(scene)
    grain = noise * _GRAIN_IN_GRADIENT / _COARSE_PX**2
    edge_px, edges = _edge_width(scene, max(_STRONG_EDGE, 6 * grain))
    low, dark, light, bright, brightest = np.percentile(scene, (5, 1, 95, 99, 99.9))
    return PictureFigures(
        time_s=time_s,
        mean=float(scene.mean()),
        dark=float(dark),
        bright=float(bright),
        brightest=float(brightest),
        contrast=float(light - low),
        clipped=float((scene >= 250).mean()),
        crushed=float((scene <= 4).mean()),
        relief=float(np.subtract(*np.percentile(_inner(_block_means(luma)), (98, 2)))),
        detail=_detail(scene, max(_DETAIL, 6 * grain)),
        noise=noise,
        flat=_flat(small),
        colours=_colours(planes, small),
        colour=_colour(planes),
        edge_px=edge_px,
        edges=edges,
        judged_width_px=float(luma.shape[1]),
    )


def pair(one: Planes, other: Planes, apart_s: float) -> PairFigures | None:
    """How two pictures differ, pixel by pixel as decoded; None where their sizes do."""
    if one.luma.shape != other.luma.shape:
        return None
    first, second = _inner(one.luma), _inner(other.luma)
    textured = (_block_spread(first) > _TEXTURE) & (_block_spread(second) > _TEXTURE)
    apart = cv2.absdiff(first, second)
    return PairFigures(
        apart_s=apart_s,
        textured=float(textured.mean()),
        unequal=float(np.mean([block.any() for block in _blocks(apart)])),
        difference=float(apart.mean()),
        grain_changed=_grain_changed(first, second),
        most_apart=float(np.abs(_block_means(first) - _block_means(second)).max()),
    )


def _grain_changed(first: Plane, second: Plane) -> float | None:
    """The grain of the difference against that of both pictures, in the quieter half of the blocks that show grain.

    1 for independent grain, as a living sensor's is; 0 where the grain is the same; None where too little was left by coding.
    """
    one, other = first.astype(np.float32), second.astype(np.float32)
    rough = [_block_means(np.abs(cv2.filter2D(plane, cv2.CV_32F, _ROUGHNESS))) for plane in (one, other, one - other)]
    both = np.hypot(rough[0], rough[1])
    grainy = both > _GRAINY
    if grainy.mean() < 0.1:
        return None
    quiet = grainy & (both <= np.median(both[grainy]))
    return float(np.median(rough[2][quiet] / both[quiet]))


def thumbnail(planes: Planes, most_px: int = 320) -> bytes | None:
    """A JPEG no wider or higher than `most_px`."""
    height, width = planes.luma.shape
    scale = min(1.0, most_px / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    luma = _stretched(cv2.resize(planes.luma, size, interpolation=cv2.INTER_AREA), planes.full_range)
    cb, cr = planes.chroma or (np.full_like(planes.luma[:1, :1], 128),) * 2
    colours = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (cr, cb)]
    picture = cv2.cvtColor(np.dstack([luma.astype(np.uint8), *colours]), cv2.COLOR_YCrCb2BGR)
    made, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 75])
    return bytes(coded) if made else None


def _judged(luma: Plane) -> Plane:
    height, width = luma.shape
    if width <= JUDGED_WIDTH_PX:
        return luma
    size = JUDGED_WIDTH_PX, max(1, round(height * JUDGED_WIDTH_PX / width))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _stretched(luma: Plane, full_range: bool) -> Plane:
    """Luma as float, 0 (black) to 255 (white)."""
    if full_range:
        return luma.astype(np.float32)
    return np.asarray(np.clip((luma.astype(np.float32) - 16) * (255 / 219), 0, 255), np.float32)


def _gradient(luma: Plane, scale_px: float) -> Plane:
    """Steepness of luma in levels per pixel, after smoothing with a Gaussian of `scale_px`."""
    smooth = cv2.GaussianBlur(luma, (0, 0), scale_px)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    return np.asarray(cv2.magnitude(across, down))


def _noise(luma: Plane) -> float:
    """Standard deviation of the grain, from the quieter half of the picture (J. Immerkær, CVIU 64(2), 1996)."""
    rough = np.abs(cv2.filter2D(luma, cv2.CV_32F, _ROUGHNESS))
    return float(np.percentile(_block_means(rough), 30) * np.sqrt(np.pi / 2) / 6)


def _detail(scene: Plane, least: float) -> float:
    """Share of blocks with an edge, once soft gradients (of light through a cover, say) are taken away."""
    soft = cv2.GaussianBlur(scene, (0, 0), scene.shape[1] / 40)
    edges = _gradient(scene - soft, _COARSE_PX)
    return float(np.mean([block.max() > least for block in _blocks(edges)] or [False]))


def _edge_width(scene: Plane, least: float) -> tuple[float | None, float]:
    """How wide the sharpest strong edges are, and the share of blocks that hold a strong edge.

    A step blurred by s is steepest with 1/sqrt(s² + scale²): from the steepness at two scales s follows, whatever the
    contrast. One edge a block, the strongest.
    """
    pairs = zip(_blocks(_gradient(scene, _FINE_PX)), _blocks(_gradient(scene, _COARSE_PX)), strict=True)
    steepest = [_steepest(fine, coarse) for fine, coarse in pairs]
    widths = [_blur_px(fine / coarse) for fine, coarse in steepest if coarse >= least]
    share = len(widths) / max(1, len(steepest))
    return (float(np.percentile(widths, _SHARPEST)) if len(widths) >= _FEW_EDGES else None), share


def _steepest(fine: Plane, coarse: Plane) -> tuple[float, float]:
    place = np.unravel_index(int(coarse.argmax()), coarse.shape)
    return float(fine[place]), float(coarse[place])


def _blur_px(ratio: float) -> float:
    if ratio <= 1.02:
        return 12.0
    squared = (_COARSE_PX**2 - ratio**2 * _FINE_PX**2) / (ratio**2 - 1)
    return float(np.sqrt(min(max(squared, 0.0), 144.0)))


def _inner(plane: Plane) -> Plane:
    """Without a ninth at the top and at the bottom, where cameras write text."""
    edge = round(plane.shape[0] / GRID[0])
    return plane[edge : plane.shape[0] - edge] if plane.shape[0] > 2 * edge else plane


def _blocks(plane: Plane) -> list[Plane]:
    """The grid's blocks of a picture without its outer rows."""
    rows = np.array_split(plane, GRID[0] - 2)
    return [block for row in rows for block in np.array_split(row, GRID[1], axis=1) if block.size]


def _block_means(plane: Plane) -> Plane:
    return np.asarray(cv2.resize(plane.astype(np.float32), (GRID[1], GRID[0]), interpolation=cv2.INTER_AREA))


def _block_spread(plane: Plane) -> Plane:
    """Standard deviation within each block."""
    numbers = plane.astype(np.float32)
    return np.asarray(np.sqrt(np.maximum(_block_means(numbers * numbers) - _block_means(numbers) ** 2, 0)))


def _flat(small: Plane) -> float:
    """Share of the pixels that equal their eight neighbours to within one level."""
    around = np.ones((3, 3), np.uint8)
    return float((cv2.dilate(small, around) - cv2.erode(small, around) <= 1).mean())


def _colours(planes: Planes, small: Plane) -> float:
    """How many colours, in steps of four levels, make up 80 % of the picture."""
    size = small.shape[1], small.shape[0]
    key = (small >> 2).astype(np.int32)
    for plane in planes.chroma or ():
        key = key * 64 + (np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.int32) >> 2)
    counts = np.sort(np.unique(key, return_counts=True)[1])[::-1]
    return float(np.searchsorted(np.cumsum(counts), 0.8 * key.size) + 1)


def _colour(planes: Planes) -> float | None:
    """How far the chroma of blocks lies from the picture's usual chroma, or from grey where that is far from grey."""
    if planes.chroma is None:
        return None
    means = [_inner(_block_means(plane)) for plane in planes.chroma]
    usual = [float(np.median(mean)) for mean in means]
    grey = max(abs(level - 128) for level in usual) <= _TINT
    off = [mean - (level if grey else 128.0) for mean, level in zip(means, usual, strict=True)]
    return float(np.percentile(np.hypot(*off), 97))
