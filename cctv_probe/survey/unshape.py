"""A run read back from its outer shape, so that a kept run can be shown again. Pure.

The shape is checked by `cctv_probe.contract.record` where a file comes from elsewhere; here a missing key raises
KeyError and a word that is not of the contract ValueError.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Device, Identity, Kind, Run, View
from cctv_probe.model.evidence import Evidence, Fact, Source, Standing, Unknown, Value
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import DayMark, Timeline
from cctv_probe.model.record import FIELDS, DeviceRecord, RetentionRecord, StreamRecord, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import SCHEMA_VERSION
from cctv_probe.survey.words import parse_utc

Json = Mapping[str, Any]

_DEVICE_FACTS = ("brand", "model", "firmware", "clock_offset_s")
_STREAM_FACTS = ("codec", "resolution", "frame_rate", "bit_rate_bps")
_RETENTION_FACTS = (
    "configured_days", "oldest_playable_days", "verified_days", "coverage_ratio", "longest_gap_s", "recording_mode",
)  # fmt: skip


def from_shape(data: Json) -> Survey:
    """What `shape` was given, as far as the outputs show it. Raises KeyError or ValueError for another shape."""
    if data["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema_version {data['schema_version']} is not {SCHEMA_VERSION}")
    return Survey(
        run=_run(data["run"]),
        devices=tuple(_device(item) for item in data["devices"]),
        device_records=tuple(_device_record(item) for item in data["devices"]),
        cameras=tuple(_camera(item) for item in data["cameras"]),
    )


def _run(data: Json) -> Run:
    return Run(
        id=data["id"],
        started_utc=data["started_utc"],
        finished_utc=data["finished_utc"],
        program=data["program"],
        ranges=tuple(data["ranges"]),
        complete=data["complete"],
        addresses_tried=data["addresses_tried"],
        lao_code=data.get("lao_code"),
        time_zone=data.get("time_zone") or "Asia/Bangkok",
        notes=_findings(data.get("notes") or ()),
    )


def _device(data: Json) -> Device:
    told = data["identity"]
    identity = Identity(told["serial"], told["uuid"], told["mac"], told["certificate_sha256"])
    address, port = data["address"], data["port"]
    weak_head = f"address:{address}:{port or 0}"
    login = data.get("login")
    return Device(
        address=address,
        port=port,
        kind=Kind(data["kind"]),
        identity=identity,
        open_ports=tuple(data["open_ports"]),
        seen_by=tuple(data["seen_by"]),
        other_addresses=tuple(data.get("other_addresses") or ()),
        evidence=_device_evidence(data),
        attempts=tuple(_attempt(item) for item in data["attempts"]),
        findings=_findings(data["findings"]),
        scope_class=data.get("scope_class") or "unknown",
        login=_text(login) if login else None,
        weak_path=data["id"].removeprefix(weak_head) if data["id_basis"] == "address_port_path" else "",
        distrusted=_distrusted(identity, data["id_basis"]),
    )


def _distrusted(identity: Identity, basis: str) -> frozenset[str]:
    """The bases that were told and yet passed over for `basis`: another device claims them as well."""
    told = {
        "serial": identity.serial,
        "uuid": identity.uuid,
        "mac": identity.mac,
        "certificate": identity.certificate_sha256,
    }
    stronger = itertools.takewhile(lambda name: name != basis, told)
    return frozenset(name for name in stronger if told[name])


def _device_evidence(data: Json) -> tuple[Evidence, ...]:
    kept = tuple(_told(item, item["subject"], item["attribute"]) for item in data.get("facts") or ())
    facts = [_fact(data[name], "device", name) for name in _DEVICE_FACTS]
    return kept + tuple(item for fact in facts for item in ((fact.chosen,) if fact.chosen else ()) + fact.others)


def _device_record(data: Json) -> DeviceRecord:
    facts = {name: _fact(data[name], "device", name) for name in _DEVICE_FACTS}
    return DeviceRecord(device_id=data["id"], **facts, findings=_findings(data["findings"]))


def _camera(data: Json) -> SurveyRecord:
    subject = f"channel/{data['channel']}"
    return SurveyRecord(
        id=data["id"],
        id_basis=data.get("id_basis") or "serial",
        name=data["name"],
        scope_class=data["scope_class"],
        working=_fact(data["working"], subject, "working"),
        device=data["device"],
        device_id=data["device_id"],
        channel=data["channel"],
        views=tuple(View(view["device_id"], view["channel"], view["role"]) for view in data["views"]),
        fields={field: _fact(data["fields"][field], subject, field) for field in FIELDS},
        streams=tuple(_stream(item, subject) for item in data["streams"]),
        retention=_retention(data["retention"], subject),
        findings=_findings(data["findings"]),
    )


def _stream(data: Json, subject: str) -> StreamRecord:
    facts = {name: _fact(data[name], f"{subject}/stream/{data['name']}", name) for name in _STREAM_FACTS}
    return StreamRecord(name=data["name"], view=data["view"], uri=data["uri"], **facts)


def _retention(data: Json, subject: str) -> RetentionRecord:
    facts: dict[str, Any] = {name: _fact(data[name], subject, name) for name in _RETENTION_FACTS}
    return RetentionRecord(
        **facts,
        gaps=tuple((gap[0], gap[1]) for gap in data["gaps"]),
        samples=data["samples"],
        played=data["played"],
        seed=data["seed"],
        verdict=data["verdict"],
        **_added(data),
    )


def _added(data: Json) -> dict[str, Any]:
    """Keys that older files do not have."""
    interval, timeline = data.get("coverage_interval"), data.get("timeline")
    return {
        "direction": data.get("direction"),
        "coverage_interval": (interval[0], interval[1]) if interval else None,
        "nights": data.get("nights") or 0,
        "complete": bool(data.get("complete")),
        "timeline": _timeline(timeline) if timeline else None,
    }


def _timeline(data: Json) -> Timeline:
    marks = (DayMark(day["day"], day["date"], day["claimed"], day["asked"], day["played"]) for day in data["days"])
    return Timeline(tuple(marks), data["zone"], data["declared_days"])


def _fact(data: Json, subject: str, attribute: str) -> Fact:
    why = None
    if data["why_unknown"]:
        text = Text(en=data["why_unknown"], th=data["why_unknown_th"] or data["why_unknown"])
        why = Unknown(data["why_unknown_code"] or "unknown", text)
    return Fact(
        chosen=None if why else _told(data, subject, attribute),
        others=tuple(_told(item, subject, item.get("attribute") or attribute) for item in data["others"]),
        why_unknown=why,
        proxy=data["proxy"],
    )


def _told(data: Json, subject: str, attribute: str) -> Evidence:
    source = Source(data["source"], Standing[str(data["standing"]).upper()], tuple(data.get("evidence") or ()))
    return Evidence(
        subject=subject,
        attribute=attribute,
        value=_value(data["value"]),
        source=source,
        seen_at=parse_utc(str(data["seen_at_utc"])),
        plus_minus=data.get("plus_minus"),
        role=data.get("role"),
    )


def _value(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_value(part) for part in value)
    if isinstance(value, dict):
        return {key: _value(part) for key, part in value.items()}
    return value  # type: ignore[no-any-return]  # JSON has no other types


def _attempt(data: Json) -> Attempt:
    line = Text(en=data["line"], th=data.get("line_th", data["line"]))
    return Attempt(data["step"], Ending(data["ending"]), data["elapsed_s"], line)


def _findings(items: Sequence[Json]) -> tuple[Finding, ...]:
    return tuple(Finding(item["code"], item["severity"], _text(item["text"])) for item in items)


def _text(data: Json) -> Text:
    return Text(en=data["en"], th=data["th"])
