"""The pictures of a clip: a grey landscape, a block that moves, and the clip's own time burnt in as large digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

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


def backdrop(width: int, height: int) -> Plane:
    """A still picture in planar 4:2:0, `height * 3 // 2` rows of `width` bytes: a diagonal ramp with some texture."""
    down, across = np.mgrid[0:height, 0:width]
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    picture[:height] = (
        (across * 120 // width + down * 80 // height) + (across // 16 + down // 16) % 2 * 12 + 24
    ).astype(np.uint8)
    return picture


def drawn(still: Plane, width: int, height: int, position: float, seconds: float) -> Plane:
    """A copy of `still` at `position` (0 to 1, of the clip) with the block there and `seconds` burnt in."""
    picture = still.copy()
    side = max(4, height // 6)
    left = int((width - side) * position)
    picture[height // 2 : height // 2 + side, left : left + side] = 235
    _burn(picture, f"{seconds:05.2f}", max(1, height // 60))
    return picture


def _burn(picture: Plane, text: str, scale: int) -> None:
    """Write `text` in the upper left corner, white on black, `scale` pixels a dot."""
    dots = np.zeros((7, 4 * len(text) + 1), np.uint8)
    for position, letter in enumerate(text):
        for row, bits in enumerate(_DIGITS[letter]):
            for column in range(3):
                dots[row + 1, 4 * position + 1 + column] = bits >> (2 - column) & 1
    shown = np.kron(dots * 219 + 16, np.ones((scale, scale), np.uint8))
    rows, columns = min(shown.shape[0], picture.shape[0] * 2 // 3), min(shown.shape[1], picture.shape[1])
    picture[:rows, :columns] = shown[:rows, :columns]
