"""The evidence of all visits → the records of the cameras, each real one once. Pure: no socket, no clock, no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cctv_probe.model.device import Channel, Device, Kind, Stream
from cctv_probe.model.evidence import Evidence, Fact, choose
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import DeviceRecord, StreamRecord, SurveyRecord
from cctv_probe.survey import findings, rank, reasons
from cctv_probe.survey.fields import fields_of
from cctv_probe.survey.known import Known
from cctv_probe.survey.plausible import Estimate, estimate, estimate_findings, with_estimate
from cctv_probe.survey.retention import best_kept, days_of_views, retention_record
from cctv_probe.survey.views import OneCamera, Seen, grouped

_NOBODY_DECLARED: Mapping[str, Evidence] = {}
_NAMED_BY_MAKERS = frozenset("0123456789 -_.")


def fill(
    device: Device, *, scope_class: str | None = None, declared: Mapping[str, Evidence] = _NOBODY_DECLARED
) -> tuple[DeviceRecord, tuple[SurveyRecord, ...]]:
    """The record of `device` and one survey record for each of its channels; see `fill_all`."""
    records, cameras = fill_all((device,), scope_class=scope_class, declared=declared)
    return records[0], cameras


def fill_all(
    devices: Sequence[Device],
    same: Iterable[OneCamera] = (),
    *,
    scope_class: str | None = None,
    declared: Mapping[str, Evidence] = _NOBODY_DECLARED,
) -> tuple[tuple[DeviceRecord, ...], tuple[SurveyRecord, ...]]:
    """The record of each of `devices`, and one survey record for each real camera, in the order of its first view.

    `same` tells which views show one camera; every channel it does not name has a record of its own. A camera that told of
    no channel has one all the same: it was found, and belongs in the survey with its reasons. A recorder that told of none
    has no record, since nobody knows how many cameras it has. `scope_class` overrides that of each camera's first device;
    `declared` holds what people wrote, by the keys of `FIELDS`, in the form of the record contract.
    """
    known = [Known(device.evidence) for device in devices]
    groups = list(grouped(devices, same, known))
    by_recorder = _estimates(devices, known, [views for views, _ in groups])
    records = tuple(
        _device_record(device, told, by_recorder.get(id(device))) for device, told in zip(devices, known, strict=True)
    )
    cameras = tuple(_survey_record(views, joining, by_recorder, scope_class, declared) for views, joining in groups)
    return records, cameras


def _estimates(
    devices: Sequence[Device], known: Sequence[Known], groups: Sequence[tuple[Seen, ...]]
) -> dict[int, Estimate]:
    """What the disks of each recorder could hold, by the identity of the device in memory."""
    beside = {(id(seen.device), seen.channel.number): views for views in groups for seen in views if seen.is_recorder}
    found: dict[int, Estimate] = {}
    for device, told in zip(devices, known, strict=True):
        if device.kind is Kind.RECORDER:
            views = {channel.number: beside.get((id(device), channel.number), ()) for channel in device.channels}
            possible = estimate(device, told, views)
            if possible:
                found[id(device)] = possible
    return found


def _device_record(device: Device, known: Known, possible: Estimate | None) -> DeviceRecord:
    def fact(attribute: str) -> Fact:
        return choose(known.of("device", attribute), reasons.why_unknown(device, attribute))

    brand = rank.brand_fact(known.of("device", "brand"), reasons.why_unknown(device, "brand"))
    record = DeviceRecord(device.id, brand, fact("model"), fact("firmware"), fact("clock_offset_s"))
    found = findings.device_findings(device, record, known)
    return replace(record, findings=(*found, *([possible.finding(device)] if possible else [])))


def _survey_record(
    views: tuple[Seen, ...],
    joining: tuple[Finding, ...],
    estimates: Mapping[int, Estimate],
    scope_class: str | None,
    declared: Mapping[str, Evidence],
) -> SurveyRecord:
    first, kept = views[0], best_kept(views)
    possible = estimates.get(id(kept.device))
    days = with_estimate(days_of_views(kept, views), kept, possible)
    fields = fields_of(views, kept, days, declared)
    streams = tuple(
        _stream_record(seen, place, stream) for place, seen in enumerate(views) for stream in seen.channel.streams
    )
    retention = retention_record(kept, views, days)
    return SurveyRecord(
        id=camera_id(first.device, first.channel),
        id_basis=first.device.id_basis,
        name=_name(views),
        scope_class=scope_class or first.device.scope_class,
        working=_working(views),
        device=first.device.address,
        device_id=first.device.id,
        channel=first.channel.number,
        views=tuple(seen.view for seen in views),
        fields=fields,
        streams=streams,
        retention=retention,
        findings=(
            *joining,
            *findings.camera_findings(views, kept, fields, streams),
            *estimate_findings(kept, retention, fields["retention_days"], possible),
        ),
    )


def camera_id(device: Device, channel: Channel) -> str:
    """The device's id where it has one picture source; `<device id>/<channel>` behind a recorder or among several."""
    alone = device.kind is not Kind.RECORDER and len(device.channels) <= 1
    return device.id if alone else f"{device.id}/{channel.number}"


def _name(views: Sequence[Seen]) -> str | None:
    """The first name that somebody wrote, else the first one there is (`IPCamera 01`)."""
    names = [name for seen in views for name in _names(seen)]
    return next((name for name in names if not _is_plain(name)), names[0] if names else None)


def _names(seen: Seen) -> list[str]:
    told = [seen.channel.name, *(item.value for item in seen.of("name"))]
    if not seen.is_recorder and len(seen.device.channels) <= 1:
        told += [item.value for item in seen.known.of("device", "device_name")]
    return [name.strip() for name in told if isinstance(name, str) and name.strip()]


def _is_plain(name: str) -> bool:
    """Whether a name is one Latin word and a number, as makers write them."""
    word = name.strip("".join(_NAMED_BY_MAKERS))
    return word.isascii() and (word.isalpha() or not word)


def _working(views: Sequence[Seen]) -> Fact:
    """Whether the picture is healthy: what was measured at the first view that was, else what recorders say of it.

    False where the camera was not met and every recorder says that none is connected.
    """
    first = views[0]
    measured = [item for seen in views for item in seen.of("working")]
    unknown = reasons.working_unknown(first.device, first.channel.number)
    if measured:
        nearest = choose(next(told for seen in views if (told := seen.of("working"))), unknown)
        return replace(nearest, others=tuple(item for item in measured if item is not nearest.chosen))
    if all(seen.says_offline for seen in views):
        told = [replace(item, attribute="working") for seen in views for item in seen.of("online")]
        return choose(told, unknown)
    return Fact(why_unknown=unknown)


def _stream_record(seen: Seen, place: int, stream: Stream) -> StreamRecord:
    def fact(attribute: str) -> Fact:
        told = [item for item in seen.known.of(stream.subject, attribute) if item.role != "recorded"]
        why = reasons.why_unknown(seen.device, attribute, stream=stream.name, channel=seen.channel.number)
        return rank.stream_fact(told, why)

    return StreamRecord(
        name=stream.name,
        view=place,
        uri=stream.uri,
        codec=fact("codec"),
        resolution=fact("resolution"),
        frame_rate=fact("frame_rate"),
        bit_rate_bps=fact("bit_rate_bps"),
    )
