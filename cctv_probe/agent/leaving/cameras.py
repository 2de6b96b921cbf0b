"""One camera, and one device, over several scans. Pure: dicts in the record's outer shape in and out.

What the newer scan asked and was told stands. What it did not ask (a reading measures nothing; a device that refused the
login tells nothing) is carried from before with its own time. What was measured under a setting that has changed since is
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cctv_probe.agent.leaving import facts
from cctv_probe.agent.leaving.asked import Asked, merged_attempts, together
from cctv_probe.agent.leaving.facts import DECLARED, ESTIMATE, MEASURED, RECORDED
from cctv_probe.agent.leaving.findings import merged_findings
from cctv_probe.agent.leaving.identity import How
from cctv_probe.survey.site_list import METHOD as SITE_LIST

Json = dict[str, Any]
ViewKey = tuple[str, int]

KEPT_FACTS = frozenset({"mac", "onvif_profiles", "source_serial", "source_mac", "source_address", "source_channel"})
"""Of what devices told beside their record: who they are, which camera stands behind a channel, how they can be linked."""
_DEVICE_FACTS = ("brand", "model", "firmware", "clock_offset_s")
_STREAM_FACTS = ("codec", "resolution", "frame_rate", "bit_rate_bps")
_RETENTION_FACTS = (
    "configured_days", "oldest_playable_days", "verified_days", "coverage_ratio", "longest_gap_s", "recording_mode",
)  # fmt: skip
_RETENTION_PARTS = (
    "gaps", "samples", "played", "seed", "verdict", "direction", "coverage_interval", "nights", "complete", "timeline",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visited:
    """What one scan asked: `of` tells it for a view, None where its device was not met; `shown` are all views of the scan,
    `measured` the devices of which any stream was watched."""

    of: Callable[[ViewKey], Asked | None]
    shown: frozenset[ViewKey] = frozenset()
    measured: frozenset[str] = frozenset()


def reduced_device(device: Mapping[str, Any]) -> Json:
    """A device as it is kept: without what nobody will ask for again."""
    kept = [item for item in device.get("facts") or () if item.get("attribute") in KEPT_FACTS]
    return {**device, "facts": kept}


def merged_device(fresh: Json, old: Json | None, how: How) -> Json:
    """`fresh` with what `old` told and this visit did not ask; `unconfirmed` visits lend their steps and nothing else."""
    if old is None or how == "replaces":
        return fresh
    asked = Asked.of(fresh)
    attempts = merged_attempts(fresh["attempts"], old["attempts"])
    if how == "unconfirmed":
        shut = {"attempts": attempts, "login": fresh["login"], "seen_by": fresh["seen_by"]}
        return {**old, **shut, "open_ports": fresh["open_ports"], "scope_class": fresh["scope_class"]}

    def carry(told: Mapping[str, Any]) -> bool:
        return not asked.has_outdated(facts.family_of(told))

    identity = {key: value or old["identity"][key] for key, value in fresh["identity"].items()}
    told = {(item["subject"], *facts.place_of(item)) for item in fresh["facts"]}
    older = [item for item in old["facts"] if (item["subject"], *facts.place_of(item)) not in told and carry(item)]
    known = old["kind"] if fresh["kind"] in ("unknown", "not_a_camera") and not asked.opened else fresh["kind"]
    return {
        **fresh,
        **{name: facts.merged(name, fresh[name], old[name], carry) for name in _DEVICE_FACTS},
        "identity": identity,
        "kind": known,
        "attempts": attempts,
        "findings": merged_findings(
            fresh["findings"],
            old["findings"],
            asked,
            estimates_stand=MEASURED in Asked.of(old).tried and MEASURED not in asked.tried,
        ),
        "facts": [*fresh["facts"], *older],
    }


def merged_camera(fresh: Json, old: Json | None, visited: Visited, *, renamed: bool = False) -> Json:
    """`fresh` with what `old` knows and this scan did not ask. `renamed`: the scan knew the camera by another id, so that
    what the site list declares of it was not looked up."""
    if old is None:
        return fresh
    views = _views(fresh, old, visited)
    met = {(view["device_id"], view["channel"]): visited.of((view["device_id"], view["channel"])) for view in views}
    asked = together(met.values())
    stands = bool(old.get("watched")) and not any(view["device_id"] in visited.measured for view in views)
    estimated = _without_estimates(fresh, old) if stands else fresh
    fields = {name: _field(name, estimated, old, asked, renamed=renamed) for name in fresh["fields"]}
    streams = _streams(fresh, old, views, met)
    retention = _retention(estimated, old, asked)
    first = _own(views[0], fresh, old)
    merged = {
        **fresh,
        **{key: first[key] for key in ("device", "device_id", "channel", "name")},
        "working": _working(fresh["working"], old["working"], asked),
        "views": views,
        "fields": fields,
        "streams": streams,
        "retention": retention,
    }
    known = merged_findings(
        fresh["findings"], old["findings"], asked, estimates_stand=stands, merge=(merged, fresh, old)
    )
    return {**merged, "findings": known}


def _working(now: Json, before: Json, asked: Asked) -> Json:
    """What was measured stands, until the picture is measured again or every recorder says that no camera is connected."""
    told = facts.items_of(now, "working")
    if told and facts.family_of(told[0]) != MEASURED and facts.family_of(before) == MEASURED:
        return dict(now) if before["value"] is True else dict(before)
    return facts.merged("working", now, before, _carry(asked))


def _own(view: Json, fresh: Json, old: Json) -> Json:
    """The entry that speaks of the first view, a name from either."""
    seen = any(each["device_id"] == view["device_id"] for each in fresh["views"])
    first, second = (fresh, old) if seen else (old, fresh)
    return {
        **first,
        "device_id": view["device_id"],
        "channel": view["channel"],
        "name": first["name"] or second["name"],
    }


def _views(fresh: Json, old: Json, visited: Visited) -> list[Json]:
    """This scan's views, and those that it could not look at; the camera itself first."""
    told = {(view["device_id"], view["channel"]) for view in fresh["views"]}
    kept = []
    for view in old["views"]:
        key = (view["device_id"], view["channel"])
        asked = visited.of(key)
        if key not in told and key not in visited.shown and (asked is None or not asked.opened):
            kept.append(view)
    return sorted([*fresh["views"], *kept], key=lambda view: view["role"] != "camera")


def _carry(asked: Asked, *, anew: bool = False, looked: bool = False, declared: bool = False) -> facts.Carry:
    """What still stands of what was told before: nothing measured where it was set `anew`, nothing of recordings where this
    scan `looked` at them."""

    def carry(told: Mapping[str, Any]) -> bool:
        family = facts.family_of(told)
        if family == DECLARED:
            return declared
        if anew and (family in (MEASURED, RECORDED) or told["standing"] == "bitstream"):
            return False
        if family == RECORDED:
            return not looked
        return not asked.opened if family == ESTIMATE else not asked.has_outdated(family)

    return carry


def _field(name: str, fresh: Json, old: Json, asked: Asked, *, renamed: bool) -> Json:
    now, before = fresh["fields"][name], old["fields"][name]
    if name in facts.BY_PEOPLE:
        if renamed and before["source"] == SITE_LIST and now["source"] != SITE_LIST:
            return dict(before)
        return facts.merged(name, now, before, _carry(asked), is_field=True)
    if name == "retention_days":
        anew = _days_anew(fresh["retention"], old["retention"])
        carry = _carry(asked, anew=anew, looked=_looked(fresh["retention"]), declared=renamed)
        return facts.merged(name, now, before, carry, is_field=True)
    anew = facts.was_set_anew(now, before, name)
    return facts.merged(name, now, before, _carry(asked, anew=anew, declared=renamed), is_field=True)


def _without_estimates(fresh: Json, old: Json) -> Json:
    """`fresh` with the older estimate: one from measured bit rates stands until they are measured again, and one from settings is
    no news."""
    days = _with_estimate_of(fresh["fields"]["retention_days"], old["fields"]["retention_days"])
    verified = _with_estimate_of(fresh["retention"]["verified_days"], old["retention"]["verified_days"])
    return {
        **fresh,
        "fields": {**fresh["fields"], "retention_days": days},
        "retention": {**fresh["retention"], "verified_days": verified},
    }


def _with_estimate_of(now: Json, before: Json) -> Json:
    others = [item for item in now["others"] if facts.family_of(item) != ESTIMATE]
    older = [item for item in before["others"] if facts.family_of(item) == ESTIMATE]
    return {**now, "others": [*others, *older]} if older and len(others) < len(now["others"]) else now


def _looked(retention: Mapping[str, Any]) -> bool:
    return retention["timeline"] is not None or retention["verified_days"]["value"] is not None


def _days_anew(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return facts.was_set_anew(now["configured_days"], before["configured_days"], "configured_days")


def _retention(fresh: Json, old: Json, asked: Asked) -> Json:
    """The newest check of recordings, whole, beside the newest settings."""
    now, before = fresh["retention"], old["retention"]
    looked, anew = _looked(now), _days_anew(now, before)
    carry = _carry(asked, anew=anew, looked=looked)
    told = {}
    for name in _RETENTION_FACTS:
        told[name] = facts.merged(name, now[name], before[name], carry)
    keeps = not looked and not anew and (_looked(before) or before["verdict"] not in ("not_assessed", now["verdict"]))
    return {**now, **told, **({name: before.get(name) for name in _RETENTION_PARTS} if keeps else {})}


def _streams(fresh: Json, old: Json, views: Sequence[Json], met: Mapping[ViewKey, Asked | None]) -> list[Json]:
    """The streams by view and name; those of views that could not be looked at stay."""
    place = {(view["device_id"], view["channel"]): at for at, view in enumerate(views)}
    before = {(_view_of(old, stream), stream["name"]): stream for stream in old["streams"]}
    found: list[Json] = []
    for stream in fresh["streams"]:
        view = _view_of(fresh, stream)
        told = _stream(stream, before.pop((view, stream["name"]), None), met[view])
        found.append({**told, "view": place[view]})
    for (view, _), stream in before.items():
        if view in place and not _listed(met[view]):
            found.append({**stream, "view": place[view]})
    return sorted(found, key=lambda stream: stream["view"])


def _view_of(camera: Json, stream: Json) -> ViewKey:
    views = camera["views"]
    view = views[stream["view"]] if stream["view"] < len(views) else views[0]
    return view["device_id"], view["channel"]


def _listed(asked: Asked | None) -> bool:
    """Whether the device told its streams."""
    return asked is not None and asked.opened and bool(asked.well & _LISTS_STREAMS)


_LISTS_STREAMS = frozenset({"onvif", "isapi", "dahua", "rtsp"})


def _stream(fresh: Json, old: Json | None, asked: Asked | None) -> Json:
    if old is None:
        return fresh
    here = asked or Asked(False, frozenset(), frozenset())
    anew = {name: facts.was_set_anew(fresh[name], old[name], name) for name in _STREAM_FACTS}
    anew["bit_rate_bps"] = any(anew.values())
    told = {name: facts.merged(name, fresh[name], old[name], _carry(here, anew=anew[name])) for name in _STREAM_FACTS}
    return {**fresh, **told}
