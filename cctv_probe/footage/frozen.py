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
_CODED_ANEW = 0.5
"""Coding one picture again moves the mean luma of no block by so many levels; light, weather and traffic do. Coarse coding
leaves texture that looks like unchanging grain, so that grain alone tells nothing."""
_MEAN_NEAR = 0.6
"""So the mean of the whole moves less than that, on the scale of the figures (0 to 255 for what is coded as 16 to 235)."""
_LOOP_PICTURES, _LOOP_TIMES = 2, 3
"""So many pictures that come back, or one that comes so often, are no coincidence."""
_LOOP = Text(
    en="belongs to a loop: {count} pictures came back at instants that cannot look alike",
    th="เป็นส่วนหนึ่งของภาพวนซ้ำ มี {count} ภาพที่ปรากฏซ้ำในเวลาที่ไม่ควรเหมือนกัน",
)
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
    """Whether two pictures with different figures are near enough that comparing them dot by dot could show them the same."""
    near = (abs(a - b) for a, b in ((one.dark, other.dark), (one.contrast, other.contrast)))
    grainy = min(one.noise, other.noise) > _CARD_NOISE
    same_size = one.judged_width_px == other.judged_width_px
    return grainy and same_size and abs(one.mean - other.mean) < _MEAN_NEAR and all(apart < _NEAR for apart in near)


def apart(one: PictureFigures, other: PictureFigures) -> float:
    """How far two pictures are from each other, in levels of luma summed over what coding anew hardly moves."""
    told = ((one.mean, other.mean), (one.dark, other.dark), (one.bright, other.bright), (one.relief, other.relief))
    return sum(abs(a - b) for a, b in (*told, (one.contrast, other.contrast), (one.noise, other.noise)))


def is_same(pair: PairFigures, noise: float) -> bool:
    """The same to the last bit, or coded anew with the same grain (which a living sensor never repeats)."""
    if pair.textured < _TEXTURED:
        return False
    same_grain = pair.grain_changed is not None and pair.grain_changed < _GRAIN and noise > _CARD_NOISE
    return pair.unequal == 0 or (same_grain and pair.most_apart < _CODED_ANEW)


def without_repeats(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples, with those that show one picture at instants far apart no longer counted as played.

    A camera that hung for a while gives one picture over a stretch of time, and only that stretch is lost. Where pictures come
    back with others between them, the archive plays a loop, and no picture of it proves anything.
    """
    played = [sample for sample in samples if sample.outcome is Outcome.PLAYED and sample.picture_sha256]
    groups: dict[str, list[Sample]] = {}
    for sample in played:
        groups.setdefault(sample.picture_sha256 or "", []).append(sample)
    repeated = {print_: _instants(group) for print_, group in groups.items() if _apart(group)}
    back = [instants for print_, instants in repeated.items() if _comes_back(print_, instants, played)]
    if len(back) >= _LOOP_PICTURES or any(len(instants) >= _LOOP_TIMES for instants in back):
        return tuple(
            _with(sample, _LOOP.with_(count=len(repeated))) if sample in played else sample for sample in samples
        )
    return tuple(_judged(sample, repeated) for sample in samples)


def _judged(sample: Sample, repeated: dict[str, set[datetime]]) -> Sample:
    instants = repeated.get(sample.picture_sha256 or "")
    if not instants or sample.outcome is not Outcome.PLAYED:
        return sample
    return _with(sample, _SAME.with_(count=len(instants) - 1))


def _with(sample: Sample, line: Text) -> Sample:
    return replace(sample, outcome=Outcome.UNPLAYABLE, line=line.en, line_th=line.th)


def _apart(group: Iterable[Sample]) -> bool:
    instants = _instants(group)
    return max(instants) - min(instants) > timedelta(seconds=MAY_BE_SAME_S)


def _comes_back(print_: str, instants: set[datetime], played: Iterable[Sample]) -> bool:
    """Whether another picture lies between the first and the last time that this one was seen."""
    first, last = min(instants), max(instants)
    return any(sample.picture_sha256 != print_ and first < sample.at_utc < last for sample in played)


def _instants(group: Iterable[Sample]) -> set[datetime]:
    return {sample.at_utc for sample in group}
