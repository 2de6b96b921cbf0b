"""Pictures that are the same at instants that cannot be the same: a loop, or one still picture, and no recording. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timedelta

from cctv_probe.media.picture import DecodedPicture, PairFigures, PictureFigures
from cctv_probe.model.footage import Outcome, Sample
from cctv_probe.model.words import Text

MAY_BE_SAME_S = 120.0
"""Each sample may lie 60 s beside its instant: two instants closer than this may show one and the same picture."""
_EMPTY_FLAT, _CARD_FLAT, _CARD_NOISE = 0.98, 0.8, 0.4
_TEXTURED, _GRAIN = 0.1, 0.3
_NEAR = 1.5  # levels of luma
_SAME = Text(
    en="shows the same picture as {count} other instants: a loop or a still picture, not what was recorded then",
    th="แสดงภาพเดียวกับอีก {count} ช่วงเวลา น่าจะเป็นภาพวนซ้ำหรือภาพนิ่ง ไม่ใช่ภาพที่บันทึกในเวลานั้น",
)


def fingerprint(picture: DecodedPicture) -> str | None:
    """The SHA-256 of a decoded picture's figures, which are exact and leave out where cameras write the time.

    None where nothing is in it that could differ: black, or a card that says there is no signal.
    """
    figures = picture.figures
    if figures is None or is_blank(figures):
        return None
    told = [picture.width_px, picture.height_px, *astuple(replace(figures, time_s=0.0))]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def is_blank(figures: PictureFigures) -> bool:
    """One colour, or drawn instead of seen."""
    return figures.flat > _EMPTY_FLAT or (figures.flat > _CARD_FLAT and figures.noise < _CARD_NOISE)


def may_be_same(one: PictureFigures, other: PictureFigures) -> bool:
    """Whether two pictures are near enough that comparing them dot by dot is worth the while."""
    near = (abs(a - b) for a, b in ((one.mean, other.mean), (one.dark, other.dark), (one.contrast, other.contrast)))
    return all(apart < _NEAR for apart in near) and one.judged_width_px == other.judged_width_px


def is_same(pair: PairFigures, noise: float) -> bool:
    """The same to the last bit, or coded anew with the same grain (which a living sensor never repeats)."""
    if pair.textured < _TEXTURED:
        return False
    same_grain = pair.grain_changed is not None and pair.grain_changed < _GRAIN and noise > _CARD_NOISE
    return pair.unequal == 0 or same_grain


def without_repeats(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples, with those that show one picture at instants far apart no longer counted as played."""
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.outcome is Outcome.PLAYED and sample.picture_sha256:
            groups.setdefault(sample.picture_sha256, []).append(sample)
    repeated = {print_: len(_instants(group)) for print_, group in groups.items() if _apart(group)}
    return tuple(_judged(sample, repeated) for sample in samples)


def _judged(sample: Sample, repeated: dict[str, int]) -> Sample:
    count = repeated.get(sample.picture_sha256 or "")
    if not count or sample.outcome is not Outcome.PLAYED:
        return sample
    line = _SAME.with_(count=count - 1)
    return replace(sample, outcome=Outcome.UNPLAYABLE, line=line.en, line_th=line.th)


def _apart(group: Iterable[Sample]) -> bool:
    instants = _instants(group)
    return max(instants) - min(instants) > timedelta(seconds=MAY_BE_SAME_S)


def _instants(group: Iterable[Sample]) -> set[datetime]:
    return {sample.at_utc for sample in group}
