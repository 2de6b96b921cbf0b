"""Findings over several scans: those of a deeper look stand until somebody looks as deeply again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cctv_probe.agent.leaving.asked import Asked
from cctv_probe.agent.leaving.facts import MEASURED, RECORDED
from cctv_probe.agent.leaving.same import same_fact
from cctv_probe.model.record import FIELDS

Json = dict[str, Any]
Merge = tuple[Json, Json, Json]
"""The merged, the fresh and the older camera."""

_MEASURED = ("picture_", "stream_dead", "stream_stops", "stream_changes", "stream_clock_wrong", "frame_rate_varies")
_ESTIMATED = ("plausible_days", "retention_below_capacity", "declared_days_impossible")
_RECORDED = (
    "footage_", "playback_", "retention_archive", "archive_lists_nothing", "folder_note",
)  # fmt: skip
_OF_FIELDS: Mapping[str, tuple[str, ...]] = {
    "codec_disagrees": ("file_format",),
    "max_resolution_exceeded": ("resolution", "max_resolution"),
    "recorder_stores_less": ("resolution",),
    "recorder_limits_resolution": ("max_resolution",),
    "brand_of_recorder": ("brand",),
}
_STREAM_DISAGREES = ("stream_codec_", "stream_resolution_", "stream_frame_rate_", "stream_bit_rate_bps_")


def merged_findings(
    fresh: Sequence[Json], old: Sequence[Json], asked: Asked, *, estimates_stand: bool, merge: Merge | None = None
) -> list[Json]:
    """This scan's findings, with those of `old` that this scan had no way to confirm or to take back. `estimates_stand`:
    older estimates rest on measured bit rates, and this scan measured none."""
    told = {item["code"] for item in fresh}
    of_old = {
        item["code"]
        for item in (*fresh, *old)
        if (estimates_stand and item["code"].startswith(_ESTIMATED)) or _is_of_old(item["code"], told, asked, merge)
    }
    kept = [item for item in fresh if item["code"] not in of_old]
    carried = [item for item in old if item["code"] in of_old or (not asked.opened and item["code"] not in told)]
    return [*kept, *(item for item in carried if item not in kept)]


def _is_of_old(code: str, told: Iterable[str], asked: Asked, merge: Merge | None) -> bool:
    """Whether what the older scan says, or does not say, under this code stands."""
    if code.startswith(_MEASURED):
        return MEASURED not in asked.well and code not in told
    if code.startswith(_RECORDED):
        return RECORDED not in asked.tried and code not in told
    return merge is not None and _facts_are_old(code, merge)


def _facts_are_old(code: str, merge: Merge) -> bool:
    """Whether the facts that a finding speaks of were completed from the older scan, and so say what they said then."""
    merged, fresh, old = merge
    if code.startswith(_STREAM_DISAGREES):
        return merged["streams"] != fresh["streams"] and _same_streams(merged, old)
    names = _OF_FIELDS.get(code) or tuple(name for name in (code.removesuffix("_disagrees"),) if name in FIELDS)
    carried = any(merged["fields"][name] != fresh["fields"][name] for name in names)
    return carried and all(same_fact(old["fields"][name], merged["fields"][name], name) for name in names)


def _same_streams(one: Json, other: Json) -> bool:
    pairs = zip(one["streams"], other["streams"], strict=False)
    return len(one["streams"]) == len(other["streams"]) and all(
        same_fact(a[name], b[name], name)
        for a, b in pairs
        for name in ("codec", "resolution", "frame_rate", "bit_rate_bps")
    )
