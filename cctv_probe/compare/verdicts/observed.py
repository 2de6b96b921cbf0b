"""What was discovered about a field: the value believed, how old it is, and whether its own sources agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.model.evidence import Evidence, Fact, Standing, Value
from cctv_probe.model.record import SurveyRecord
from cctv_probe.model.units import Resolution
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.rank import brand_method_rank

_WEAK_BRAND = brand_method_rank("http.banner")
_UNWEIGHED = frozenset({"max_resolution", "retention_days"})
"""Fields whose facts may differ without contradicting each other: what can be encoded, and what an index claims."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the comparison is made, and how old a discovered value may be."""

    now: datetime
    max_age_days: float = 90.0


@dataclass(frozen=True, slots=True)
class Observed:
    """`chosen` is None where nothing is known. `rivals` are other settings and measurements of the same thing that say
    something else. `age_days` counts from when it was seen."""

    chosen: Evidence | None
    proxy: bool = False
    rivals: tuple[Evidence, ...] = ()
    age_days: float = 0.0

    @property
    def value(self) -> Value:
        """The value believed, or None."""
        return self.chosen.value if self.chosen else None


def observed(camera: SurveyRecord, field: str, moment: Moment) -> Observed:
    """What is known of `field`; declared evidence does not count."""
    fact = camera.fields[field]
    chosen = _lower_of_both(fact) if field == "max_resolution" else fact.chosen
    if chosen is None or chosen.source.standing <= Standing.DECLARED:
        return Observed(None)
    age_days = (moment.now - chosen.seen_at).total_seconds() / 86_400
    rivals = () if field in _UNWEIGHED else _rivals(field, fact, chosen)
    return Observed(chosen, fact.proxy, rivals, age_days)


def _lower_of_both(fact: Fact) -> Evidence | None:
    """Field 8: the camera's highest resolution or the recorder channel's, whichever is lower."""
    if fact.chosen is None:
        return None
    of_recorder = fact.chosen.role == "recorder_setting"
    others = [
        item
        for item in fact.others
        if (item.role == "recorder_setting") != of_recorder
        and item.attribute == fact.chosen.attribute
        and item.source.standing > Standing.DECLARED
    ]
    highest = max(others, key=_area_px, default=None)
    return highest if highest and 0 < _area_px(highest) < _area_px(fact.chosen) else fact.chosen


def _area_px(item: Evidence) -> int:
    size = Resolution.parse(item.value) if isinstance(item.value, str) else None
    return size.area_px if size else 0


def _rivals(field: str, fact: Fact, chosen: Evidence) -> tuple[Evidence, ...]:
    return tuple(
        other
        for other in disagreements(field, fact)
        if other.source.standing >= _least_standing(field)
        and _role(other) == _role(chosen)
        and not _media1_is_blind(chosen, other)
        and not (field == "brand" and brand_method_rank(other.source.method) >= _WEAK_BRAND)
    )


def _least_standing(field: str) -> Standing:
    """Of brands what devices advertise counts too; of figures only settings and measurements."""
    return Standing.ADVERTISED if field == "brand" else Standing.CONFIGURED


def _role(item: Evidence) -> str:
    return item.role or "live"


def _media1_is_blind(chosen: Evidence, other: Evidence) -> bool:
    """Media1 has no word for H.265 and says H264 (ONVIF ver10 schema; quirk row 11)."""
    return other.source.method.startswith("onvif.media1") and (_codec(chosen), _codec(other)) == ("h265", "h264")


def _codec(item: Evidence) -> object:
    return item.value.get("codec") if isinstance(item.value, Mapping) else item.value
