"""The eleven fields of one camera from all its views. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cctv_probe.model.device import Kind
from cctv_probe.model.evidence import Evidence, Fact, Value
from cctv_probe.model.record import FIELDS
from cctv_probe.survey import rank, reasons
from cctv_probe.survey.known import well_formed
from cctv_probe.survey.views import Seen


def fields_of(views: Sequence[Seen], kept: Seen, days: Fact, declared: Mapping[str, Evidence]) -> dict[str, Fact]:
    """A fact for every key of `FIELDS`, in the order of the form.

    `kept` is the view whose recordings `days` (field 9) speaks of: fields 7, 10 and 11 speak of the same ones first.
    """
    first = views[0]
    recorded = [kept, *(seen for seen in views if seen is not kept)]

    def recording(field: str, candidates: Mapping[int, list[Evidence]]) -> Fact:
        unknown = reasons.why_unknown(first.device, field, channel=first.channel.number)
        live = [candidates[id(seen)] for seen in views]
        return rank.recording_fact_of_views(live, [candidates[id(seen)] for seen in recorded], unknown)

    hints = {
        "position": [item for seen in views for item in _position_hints(seen)],
        "network": first.known.of("device", "subnet", "rtt_s", "nat_hint"),
    }
    facts = {
        "brand": _brand(views),
        "resolution": recording("resolution", {id(seen): of_recording(seen, "resolution") for seen in views}),
        "max_resolution": _max_resolution(views),
        "retention_days": days,
        "frame_rate": recording("frame_rate", {id(seen): of_recording(seen, "frame_rate") for seen in views}),
        "file_format": recording("file_format", {id(seen): _file_formats(seen) for seen in views}),
    }
    written = {field: tidy for field, item in declared.items() if (tidy := well_formed(item))}
    return {
        field: rank.with_declared(facts[field], written.get(field))
        if field in facts
        else rank.declared_fact(written.get(field), hints.get(field, ()), reasons.why_unknown(first.device, field))
        for field in FIELDS
    }


def _brand(views: Sequence[Seen]) -> Fact:
    """A camera's brand is its own device's; else what a recorder tells of it; else the recorder's own as a proxy."""
    first = views[0]
    unknown = reasons.why_unknown(first.device, "brand", channel=first.channel.number)
    own = [] if first.is_recorder else [*first.of("brand"), *first.known.of("device", "brand")]
    told = [item for seen in views if seen.is_recorder for item in seen.of("brand")]
    if own:
        fact = rank.brand_fact(own, unknown)
        return replace(fact, others=(*fact.others, *told))
    if told:
        return rank.brand_fact(told, unknown)
    lent = [item for seen in views if seen.is_recorder for item in seen.known.of("device", "brand")]
    return rank.brand_fact(lent, unknown, proxy=True)


def _max_resolution(views: Sequence[Seen]) -> Fact:
    """Field 8: the lower of what the camera can give and what a recorder's channel takes; both are kept."""
    first = views[0]
    unknown = reasons.why_unknown(first.device, "max_resolution", channel=first.channel.number)
    limits = [
        rank.highest_resolution_fact(
            [_as_limit(item) if seen.is_recorder else item for item in seen.of("max_resolution")], unknown
        )
        for seen in views
    ]
    return rank.lowest_limit_fact(limits, unknown)


def _as_limit(item: Evidence) -> Evidence:
    return replace(item, role="recorder_setting")


def of_recording(seen: Seen, attribute: str) -> list[Evidence]:
    """What speaks of the recording: any recorded sample or record setting, and of the live streams the main one."""
    main, subject = seen.main_subject, seen.channel.subject
    subjects = [subject, *seen.known.stream_subjects(subject)]
    found = [item for each in dict.fromkeys([*subjects, main]) for item in seen.known.of(each, attribute)]
    return [item for item in found if item.role in ("recorded", "recorder_setting") or item.subject == main]


def _file_formats(seen: Seen) -> list[Evidence]:
    """What was said of the recorded file; and codecs as file formats, since over a stream the container cannot be seen."""
    codecs = [
        replace(item, attribute="file_format", value={"codec": item.value, "container": "not_observable"})
        for item in of_recording(seen, "codec")
    ]
    return [*of_recording(seen, "file_format"), *codecs]


def _position_hints(seen: Seen) -> list[Evidence]:
    """What may tell where the camera stands. A recorder's own place says nothing of its cameras."""
    hints = seen.known.of(seen.channel.subject, "location_text", "osd_text", "name")
    places = [seen.channel.subject]
    if seen.device.kind is not Kind.RECORDER:
        hints += seen.known.of("device", "location_text", "device_name")
        places.append("device")
    as_text = [
        replace(item, value={"text": _one_text(item.value), "latitude": None, "longitude": None}) for item in hints
    ]
    return [*as_text, *(pair for place in places for pair in _coordinates(seen, place))]


def _one_text(value: Value) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def _coordinates(seen: Seen, subject: str) -> list[Evidence]:
    """Latitude and longitude of one answer as one fact."""
    longitudes = seen.known.of(subject, "longitude")
    pairs: list[Evidence] = []
    for latitude in seen.known.of(subject, "latitude"):
        longitude = next((item for item in longitudes if item.source.method == latitude.source.method), None)
        if longitude:
            value = {"text": None, "latitude": latitude.value, "longitude": longitude.value}
            pairs.append(replace(latitude, attribute="geolocation", value=value))
    return pairs
