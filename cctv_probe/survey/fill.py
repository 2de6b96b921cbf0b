"""One visit's evidence → the records of its cameras. Pure: no socket, no clock, no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cctv_probe.model.device import Channel, Device, Kind, Stream, View
from cctv_probe.model.evidence import Evidence, Fact, Value, choose
from cctv_probe.model.record import FIELDS, DeviceRecord, StreamRecord, SurveyRecord
from cctv_probe.survey import findings, rank, reasons
from cctv_probe.survey.known import Known, well_formed
from cctv_probe.survey.retention import days_fact, retention_record

_NOBODY_DECLARED: Mapping[str, Evidence] = {}


def fill(
    device: Device, *, scope_class: str | None = None, declared: Mapping[str, Evidence] = _NOBODY_DECLARED
) -> tuple[DeviceRecord, tuple[SurveyRecord, ...]]:
    """The record of `device` and one survey record for each of its channels.

    A camera that told of no channel has one all the same: it was found, and belongs in the survey with its reasons. A
    recorder that told of none has no record, since nobody knows how many cameras it has. `scope_class` overrides the
    device's own; `declared` holds what people wrote, by the keys of `FIELDS`, in the form of the record contract.
    """
    known = Known(device.evidence)
    record = _device_record(device, known)
    place = scope_class or device.scope_class
    cameras = tuple(_survey_record(device, channel, known, place, declared) for channel in _channels(device))
    return record, cameras


def _channels(device: Device) -> tuple[Channel, ...]:
    return device.channels or ((Channel(1),) if device.kind is Kind.CAMERA else ())


def _device_record(device: Device, known: Known) -> DeviceRecord:
    def fact(attribute: str) -> Fact:
        return choose(known.of("device", attribute), reasons.why_unknown(device, attribute))

    brand = rank.brand_fact(known.of("device", "brand"), reasons.why_unknown(device, "brand"))
    record = DeviceRecord(device.id, brand, fact("model"), fact("firmware"), fact("clock_offset_s"))
    return replace(record, findings=findings.device_findings(device, record, known))


def _survey_record(
    device: Device, channel: Channel, known: Known, scope_class: str, declared: Mapping[str, Evidence]
) -> SurveyRecord:
    fields = _fields(device, channel, known, declared)
    streams = tuple(_stream_record(device, channel, stream, known) for stream in channel.streams)
    role = "recorder" if device.kind is Kind.RECORDER else "camera"
    return SurveyRecord(
        id=camera_id(device, channel),
        id_basis=device.id_basis,
        name=_name(device, channel, known),
        scope_class=scope_class,
        working=choose(known.of(channel.subject, "working"), reasons.working_unknown(device, channel.number)),
        device=device.address,
        device_id=device.id,
        channel=channel.number,
        views=(View(device.id, channel.number, role),),
        fields=fields,
        streams=streams,
        retention=retention_record(device, channel, known),
        findings=findings.camera_findings(device, channel, known, fields, streams),
    )


def camera_id(device: Device, channel: Channel) -> str:
    """The device's id where it has one picture source; `<device id>/<channel>` behind a recorder or among several."""
    alone = device.kind is not Kind.RECORDER and len(device.channels) <= 1
    return device.id if alone else f"{device.id}/{channel.number}"


def _name(device: Device, channel: Channel, known: Known) -> str | None:
    told = [item.value for item in known.of(channel.subject, "name")]
    if device.kind is not Kind.RECORDER and len(device.channels) <= 1:
        told += [item.value for item in known.of("device", "device_name")]
    names = [channel.name, *told]
    return next((name.strip() for name in names if isinstance(name, str) and name.strip()), None)


def _fields(device: Device, channel: Channel, known: Known, declared: Mapping[str, Evidence]) -> dict[str, Fact]:
    """A fact for every key of `FIELDS`, in the order of the form."""

    def recording(field: str, candidates: Iterable[Evidence]) -> Fact:
        return rank.recording_fact(candidates, reasons.why_unknown(device, field, channel=channel.number))

    hints = {"position": _position_hints(device, channel, known), "network": _network_hints(known)}
    facts = {
        "brand": _brand(device, channel, known),
        "resolution": recording("resolution", _of_recording(channel, known, "resolution")),
        "max_resolution": rank.highest_resolution_fact(
            known.of(channel.subject, "max_resolution"),
            reasons.why_unknown(device, "max_resolution", channel=channel.number),
        ),
        "retention_days": days_fact(device, channel, known),
        "frame_rate": recording("frame_rate", _of_recording(channel, known, "frame_rate")),
        "file_format": recording("file_format", _file_formats(channel, known)),
    }
    written = {field: tidy for field, item in declared.items() if (tidy := well_formed(item))}
    return {
        field: rank.with_declared(facts[field], written.get(field))
        if field in facts
        else rank.declared_fact(written.get(field), hints.get(field, ()), reasons.why_unknown(device, field))
        for field in FIELDS
    }


def _brand(device: Device, channel: Channel, known: Known) -> Fact:
    """A camera's brand is its device's; behind a recorder it is the channel's, else the recorder's as a proxy."""
    own = known.of(channel.subject, "brand")
    unknown = reasons.why_unknown(device, "brand", channel=channel.number)
    if device.kind is Kind.RECORDER and not own:
        return rank.brand_fact(known.of("device", "brand"), unknown, proxy=True)
    return rank.brand_fact(own if device.kind is Kind.RECORDER else [*own, *known.of("device", "brand")], unknown)


def _main_subject(channel: Channel) -> str:
    named = next((stream.subject for stream in channel.streams if stream.name == "main"), None)
    return named or (channel.streams[0].subject if channel.streams else f"{channel.subject}/stream/main")


def _of_recording(channel: Channel, known: Known, attribute: str) -> list[Evidence]:
    """What speaks of the recording: any recorded sample or record setting, and of the live streams the main one."""
    main = _main_subject(channel)
    subjects = [channel.subject, *known.stream_subjects(channel.subject)]
    found = [item for subject in dict.fromkeys([*subjects, main]) for item in known.of(subject, attribute)]
    return [item for item in found if item.role in ("recorded", "recorder_setting") or item.subject == main]


def _file_formats(channel: Channel, known: Known) -> list[Evidence]:
    """What was said of the recorded file; and codecs as file formats, since over a stream the container cannot be seen."""
    seen = [
        replace(item, attribute="file_format", value={"codec": item.value, "container": "not_observable"})
        for item in _of_recording(channel, known, "codec")
    ]
    return [*_of_recording(channel, known, "file_format"), *seen]


def _position_hints(device: Device, channel: Channel, known: Known) -> list[Evidence]:
    """What may tell where the camera stands. A recorder's own place says nothing of its cameras."""
    hints = known.of(channel.subject, "location_text", "osd_text", "name")
    places = [channel.subject]
    if device.kind is not Kind.RECORDER:
        hints += known.of("device", "location_text", "device_name")
        places.append("device")
    as_text = [
        replace(item, value={"text": _one_text(item.value), "latitude": None, "longitude": None}) for item in hints
    ]
    return [*as_text, *(pair for place in places for pair in _coordinates(known, place))]


def _one_text(value: Value) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def _coordinates(known: Known, subject: str) -> list[Evidence]:
    """Latitude and longitude of one answer as one fact."""
    longitudes = known.of(subject, "longitude")
    pairs: list[Evidence] = []
    for latitude in known.of(subject, "latitude"):
        longitude = next((item for item in longitudes if item.source.method == latitude.source.method), None)
        if longitude:
            value = {"text": None, "latitude": latitude.value, "longitude": longitude.value}
            pairs.append(replace(latitude, attribute="geolocation", value=value))
    return pairs


def _network_hints(known: Known) -> list[Evidence]:
    return known.of("device", "subnet", "rtt_s", "nat_hint")


def _stream_record(device: Device, channel: Channel, stream: Stream, known: Known) -> StreamRecord:
    def fact(attribute: str) -> Fact:
        live = [item for item in known.of(stream.subject, attribute) if item.role in (None, "live")]
        why = reasons.why_unknown(device, attribute, stream=stream.name, channel=channel.number)
        return rank.stream_fact(live, why)

    return StreamRecord(
        name=stream.name,
        view=0,
        uri=stream.uri,
        codec=fact("codec"),
        resolution=fact("resolution"),
        frame_rate=fact("frame_rate"),
        bit_rate_bps=fact("bit_rate_bps"),
    )
