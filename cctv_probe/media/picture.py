"""What the decoder child says of a key picture: figures only. Pure; read by the process that holds the credentials."""

from __future__ import annotations

from dataclasses import dataclass

GRID = (9, 16)
"""Rows and columns of the blocks over which figures are taken."""


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """Figures of one decoded picture. Luma is on a scale of 0 to 255 whatever the coded range.

    `time_s` is its place in the sample. `mean`, `dark` (1st percentile), `bright` (99th), `brightest` (99.9th) and
    `contrast` (95th minus 5th) are of luma, without the top and bottom ninth, where cameras write text; `clipped` is the
    share of it at 250 or above, `crushed` at 4 or below. `relief` is the range of mean luma over blocks (2nd to 98th percentile), what remains of a scene when all detail
    is averaged out. `detail` is the share of blocks in which something stands out from the noise. `noise` is the
    standard deviation of the sensor's grain. `flat` is the share of the picture in which a pixel and its neighbours are
    equal, `colours` how many colours make up 80 % of it. `colour` is the strongest deviation of any block (97th
    percentile) from grey, in steps of chroma; None where the picture is coded without. `edge_px` is how wide the
    sharpest quarter of the strong edges is (standard deviation, in pixels of a picture `judged_width_px` wide), None
    where there are too few to tell; `edges` is the share of blocks with strong edges.
    """

    time_s: float
    mean: float
    dark: float
    bright: float
    brightest: float
    contrast: float
    clipped: float
    crushed: float
    relief: float
    detail: float
    noise: float
    flat: float
    colours: float
    colour: float | None
    edge_px: float | None
    edges: float
    judged_width_px: float


@dataclass(frozen=True, slots=True)
class PairFigures:
    """How two pictures of one stream differ.

    `apart_s` in time; `textured` is the share of blocks that hold any texture in both, `unequal` the share of blocks in
    which any pixel differs, `difference` the mean absolute difference of luma; the top and bottom ninth left out.
    `grain_changed` is how much of the grain in quiet blocks is new: near 1 from a living sensor, near 0 where the same
    picture was coded again, None where coding has left no grain. `most_apart` is the largest difference of any block's mean
    luma: coding the same picture again hardly moves it, light and whatever moves do.
    """

    apart_s: float
    textured: float
    unequal: float
    difference: float
    grain_changed: float | None
    most_apart: float


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """One key picture: size after cropping in pixels, pixel format as libav names it, and its figures.

    `damaged`: the decoder had to conceal errors. Where `failed` says why nothing was decoded, the rest is empty.
    """

    width_px: int
    height_px: int
    pixel_format: str
    damaged: bool
    figures: PictureFigures | None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """The child's answer: one row per key picture in the order given, pairs of those decoded whole, a thumbnail (JPEG,
    at most 320 pixels wide and high) where one was asked for and could be made.
    """

    pictures: tuple[DecodedPicture, ...]
    pairs: tuple[PairFigures, ...]
    thumbnail: bytes | None = None

    @property
    def decoded(self) -> tuple[DecodedPicture, ...]:
        """The pictures that were decoded."""
        return tuple(picture for picture in self.pictures if picture.failed is None)

    @property
    def size_px(self) -> tuple[int, int] | None:
        """Width and height after cropping, of the newest picture that was decoded."""
        decoded = self.decoded
        return (decoded[-1].width_px, decoded[-1].height_px) if decoded else None
