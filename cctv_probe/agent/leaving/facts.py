"""One fact of a record over several scans: the newer told stands, what was not asked again is carried with its age. Pure.

A fact is a dict in the record's outer shape. What was carried takes its place by the rank of the record contract, as
`cctv_probe.survey.rank` puts it: this room ranks what two scans ranked already, so it only merges two sorted lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cctv_probe.model.evidence import Standing
from cctv_probe.model.record import FIELDS
from cctv_probe.model.units import Resolution
from cctv_probe.survey.rank import ROLES, brand_method_rank

Json = dict[str, Any]
Carry = Callable[[Mapping[str, Any]], bool]
"""Whether something an earlier scan was told still stands, where the newer scan was not told it."""

MEASURED, RECORDED, ESTIMATE, DECLARED = "measured", "recorded", "estimate", "declared"
"""Families of sources that are no protocol: live streams, recordings, estimates, people."""
OF_RECORDING = ("resolution", "frame_rate", "file_format")
"""Fields 7, 10 and 11 (file format is 11): they speak of the recording first."""
BY_PEOPLE = tuple(FIELDS)[:5]
PROVED = frozenset({"retention_days", "verified_days", "oldest_playable_days", "coverage_ratio", "longest_gap_s"})
"""Only samples that played give these a value."""
NOT_THIS_TIME = frozenset({"stream_not_measured", "retention_not_checked", "not_asked"})
"""Reasons that say no more than that a scan did not look."""
_STANDINGS = {standing.word: -int(standing) for standing in Standing}
_ATTRIBUTES = {"verified_days": "retention_days"}
_MEASURED_STEPS = ("rtsp.PLAY", "rtsp.SETUP", "picture.")
_RECORDED_STEPS = re.compile(
    r"(?:footage|folder)\.|onvif\.(?:search\.|recording\.|replay\.)?(?:Find|EndSearch|GetRecording|GetReplay)"
    r"|onvif\.Get(?:Event|Recording)\w*SearchResults|dahua\.mediaFileFind|isapi\.(?:search|recordSearch|contentMgmtSearch|playback)"
)
_SAME_SOURCE = {"rtp.wall_clock": "rtp.timestamps"}


def family_of(told: Mapping[str, Any]) -> str:
    """What has to be asked again before `told` can be called outdated: `onvif`, `isapi`, `rtsp`, `measured`, `recorded`…"""
    source = str(told.get("source") or "")
    if told.get("standing") == DECLARED:
        return DECLARED
    if told.get("role") == "recorded" or source == "playback" or source.endswith(".index"):
        return RECORDED
    if source.startswith(("rtp.", "decoder", "picture.")) or source in ("rtsp.play", "rtsp.setup"):
        return MEASURED
    return ESTIMATE if source.startswith("estimate.") else source.partition(".")[0]


def family_of_step(step: str) -> str:
    """The same of a step of a visit."""
    if step.startswith(_MEASURED_STEPS):
        return MEASURED
    return RECORDED if _RECORDED_STEPS.match(step) else step.partition(".")[0]


def items_of(fact: Mapping[str, Any], name: str) -> list[Json]:
    """Everything that was told, the believed first, all in the form of `others`."""
    others = [dict(item) for item in fact.get("others") or ()]
    if fact["value"] is None:
        return others
    chosen = {key: fact.get(key) for key in ("value", "standing", "source", "seen_at_utc", "plus_minus", "role")}
    chosen |= {"attribute": _ATTRIBUTES.get(name, name), "evidence": list(fact.get("evidence") or ())}
    return [chosen, *others]


def place_of(told: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a newer answer replaces: the same attribute from the same source in the same role."""
    source = str(told.get("source") or "")
    return str(told.get("attribute") or ""), _SAME_SOURCE.get(source, source), str(told.get("role") or "")


def merged(name: str, fresh: Json, old: Json | None, carry: Carry, *, is_field: bool = False) -> Json:
    """`fresh`, with what only `old` was told where `carry` lets it stand. `name` is the key of the fact in the record;
    `is_field` tells field 7 from a stream's resolution."""
    if old is None:
        return fresh
    told = items_of(fresh, name)
    replaced = {place_of(item) for item in told}
    carried = [item for item in items_of(old, name) if place_of(item) not in replaced and carry(item)]
    if not carried:
        return _with_older_reason(fresh, old)
    if name in BY_PEOPLE and is_field:
        hints = [item for item in carried if item["standing"] != DECLARED]
        return {**fresh, "others": [*fresh["others"], *hints]}
    if name in PROVED:
        return _proved(fresh, old, carried)
    ranked = _ranked(name, told, carried, is_field=is_field)
    if name in OF_RECORDING and is_field:
        proxy = ranked[0].get("role") not in ROLES[:2]
    else:
        proxy = bool((fresh if any(item is ranked[0] for item in told) else old)["proxy"])
    return _fact(ranked[0], ranked[1:], proxy=proxy)


def _with_older_reason(fresh: Json, old: Json) -> Json:
    """A scan that did not look says less than one that tried and failed."""
    if fresh["why_unknown_code"] not in NOT_THIS_TIME or not old["why_unknown"]:
        return fresh
    return fresh | {key: old[key] for key in ("why_unknown", "why_unknown_th", "why_unknown_code")}


def _fact(chosen: Json, others: Iterable[Json], *, proxy: bool) -> Json:
    believed = {key: chosen.get(key) for key in ("value", "standing", "source", "seen_at_utc", "plus_minus", "role")}
    unknown = {"why_unknown": None, "why_unknown_th": None, "why_unknown_code": None}
    return {
        **believed,
        "proxy": proxy,
        "evidence": list(chosen.get("evidence") or ()),
        **unknown,
        "others": list(others),
    }


def _proved(fresh: Json, old: Json, carried: list[Json]) -> Json:
    """Newer samples before older ones; a claim stands beside them and never becomes the value."""
    if fresh["value"] is not None:
        return {**fresh, "others": [*fresh["others"], *carried]}
    proof = carried[0] if old["value"] is not None and _is_proof(carried[0]) else None
    if proof is None:
        return _with_older_reason({**fresh, "others": [*fresh["others"], *carried]}, old)
    return _fact(proof, [*fresh["others"], *carried[1:]], proxy=False)


def _is_proof(told: Mapping[str, Any]) -> bool:
    return bool(told["standing"] == "measured" and told["source"] == "playback")


def _ranked(name: str, told: Sequence[Json], carried: Sequence[Json], *, is_field: bool) -> list[Json]:
    if name == "max_resolution":
        return _lowest_limit_first([*told, *carried])
    key = _key(name, is_field=is_field)
    left, ranked = list(carried), []
    for item in told:
        while left and key(left[0]) < key(item):
            ranked.append(left.pop(0))
        ranked.append(item)
    return [*ranked, *left]


def _key(name: str, *, is_field: bool) -> Callable[[Json], tuple[int, ...]]:
    def standing(item: Json) -> int:
        return _STANDINGS.get(str(item.get("standing")), 0)

    def media1(item: Json) -> int:
        return str(item.get("source")).startswith("onvif.media1")

    def role(item: Json) -> int:
        return ROLES.index(item["role"]) if item.get("role") in ROLES else len(ROLES) - 1

    if name in OF_RECORDING and is_field:
        return lambda item: (role(item), standing(item), media1(item))
    if name == "brand":
        return lambda item: (brand_method_rank(str(item.get("source"))), standing(item))
    return lambda item: (standing(item), media1(item))


def _lowest_limit_first(told: Sequence[Json]) -> list[Json]:
    """Field 8: of what the camera can and of what the recorder takes the best-founded largest each; the lower of both."""
    groups = [
        sorted((item for item in told if (item.get("role") == "recorder_setting") is recorder), key=_largest_first)
        for recorder in (False, True)
    ]
    known = sorted((group for group in groups if group), key=lambda group: _area_px(group[0]))
    return [item for group in known for item in group]


def _largest_first(item: Json) -> tuple[int, int]:
    return _STANDINGS.get(str(item.get("standing")), 0), -_area_px(item)


def _area_px(item: Json) -> int:
    size = Resolution.parse(item["value"]) if isinstance(item["value"], str) else None
    return size.area_px if size else 0


def configured(fact: Mapping[str, Any], name: str) -> dict[tuple[str, str, str], Any]:
    """What each setting says, by its place."""
    return {place_of(item): item["value"] for item in items_of(fact, name) if item["standing"] == "configured"}


def was_set_anew(fresh: Mapping[str, Any], old: Mapping[str, Any], name: str) -> bool:
    """Whether a setting that both scans read says something else now: then what was measured under it is outdated."""
    before, now = configured(old, name), configured(fresh, name)
    return any(now[place] != before[place] for place in now.keys() & before.keys())
