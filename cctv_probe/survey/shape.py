"""The record in its outer shape, version 1: plain dicts and lists, every key always there. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cctv_probe.model.attempt import Attempt
from cctv_probe.model.device import Device, Kind, Run
from cctv_probe.model.evidence import Evidence, Fact, Value
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Timeline
from cctv_probe.model.record import FIELDS, DeviceRecord, RetentionRecord, StreamRecord, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.known import well_formed
from cctv_probe.survey.result import Survey
from cctv_probe.wire.clock import utc_text

SCHEMA_VERSION = 1

Json = dict[str, Any]

_IN_FACTS = frozenset(
    {
        "brand",
        "model",
        "firmware",
        "clock_offset_s",
        "codec",
        "resolution",
        "frame_rate",
        "bit_rate_bps",
        "max_resolution",
    }
)
"""Attributes that the record's facts already hold with everything that was said about them."""
_OF_RECORDINGS = frozenset(
    {
        "retention_days",
        "file_format",
        "configured_days",
        "oldest_playable_days",
        "coverage_ratio",
        "longest_gap_s",
        "recording_mode",
    }
)
"""Those that the record of a channel holds; of a device or a stream they stand nowhere else."""


def shape(survey: Survey) -> Json:
    """The dict that `survey.json` holds."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run": run_shape(survey.run),
        "devices": [
            device_shape(device, record) for device, record in zip(survey.devices, survey.device_records, strict=True)
        ],
        "cameras": [camera_shape(camera) for camera in survey.cameras],
    }


def run_shape(run: Run) -> Json:
    """`run` of the contract."""
    return {
        "id": run.id,
        "started_utc": run.started_utc,
        "finished_utc": run.finished_utc,
        "program": run.program,
        "ranges": list(run.ranges),
        "complete": run.complete,
        "addresses_tried": run.addresses_tried,
        "lao_code": run.lao_code,
        "time_zone": run.time_zone,
        "notes": [finding_shape(note) for note in run.notes],
    }


def device_shape(device: Device, record: DeviceRecord) -> Json:
    """One entry of `devices`."""
    identity = device.identity
    return {
        "id": device.id,
        "id_basis": device.id_basis,
        "address": device.address,
        "port": device.port,
        "kind": device.kind.value,
        "identity": {
            "mac": identity.mac,
            "serial": identity.serial,
            "uuid": identity.uuid,
            "certificate_sha256": identity.certificate_sha256,
        },
        "brand": fact_shape(record.brand),
        "model": fact_shape(record.model),
        "firmware": fact_shape(record.firmware),
        "clock_offset_s": fact_shape(record.clock_offset_s),
        "open_ports": list(device.open_ports),
        "seen_by": list(device.seen_by),
        "attempts": [attempt_shape(attempt) for attempt in device.attempts],
        "findings": [finding_shape(finding) for finding in record.findings],
        "other_addresses": list(device.other_addresses),
        "scope_class": device.scope_class,
        "login": text_shape(device.login) if device.login else None,
        "facts": [
            _told_of(item) for item in device.evidence if not _stands_in_facts(device, item) and well_formed(item)
        ],
    }


def _stands_in_facts(device: Device, item: Evidence) -> bool:
    """Whether a fact of the record holds `item` already. No fact speaks of a recording's bit rate."""
    if item.attribute == "recording_mode" and device.kind is Kind.RECORDER:
        return False  # a part of the recorder's health as well
    if item.attribute in _OF_RECORDINGS:
        return any(item.subject == channel.subject for channel in device.channels)
    return item.attribute in _IN_FACTS and not (item.attribute == "bit_rate_bps" and item.role == "recorded")


def camera_shape(camera: SurveyRecord) -> Json:
    """One entry of `cameras`."""
    return {
        "id": camera.id,
        "id_basis": camera.id_basis,
        "name": camera.name,
        "scope_class": camera.scope_class,
        "working": fact_shape(camera.working),
        "device": camera.device,
        "device_id": camera.device_id,
        "channel": camera.channel,
        "views": [{"device_id": view.device_id, "channel": view.channel, "role": view.role} for view in camera.views],
        "fields": {field: fact_shape(camera.fields[field]) for field in FIELDS},
        "streams": [_stream_shape(stream) for stream in camera.streams],
        "retention": _retention_shape(camera.retention),
        "findings": [finding_shape(finding) for finding in camera.findings],
    }


def _stream_shape(stream: StreamRecord) -> Json:
    return {
        "name": stream.name,
        "view": stream.view,
        "uri": stream.uri,
        "codec": fact_shape(stream.codec),
        "resolution": fact_shape(stream.resolution),
        "frame_rate": fact_shape(stream.frame_rate),
        "bit_rate_bps": fact_shape(stream.bit_rate_bps),
    }


def _retention_shape(retention: RetentionRecord) -> Json:
    return {
        "configured_days": fact_shape(retention.configured_days),
        "oldest_playable_days": fact_shape(retention.oldest_playable_days),
        "verified_days": fact_shape(retention.verified_days),
        "coverage_ratio": fact_shape(retention.coverage_ratio),
        "longest_gap_s": fact_shape(retention.longest_gap_s),
        "recording_mode": fact_shape(retention.recording_mode),
        "gaps": [list(gap) for gap in retention.gaps],
        "samples": retention.samples,
        "played": retention.played,
        "seed": retention.seed,
        "verdict": retention.verdict,
        "direction": retention.direction,
        "coverage_interval": list(retention.coverage_interval) if retention.coverage_interval else None,
        "nights": retention.nights,
        "complete": retention.complete,
        "timeline": _timeline_shape(retention.timeline) if retention.timeline else None,
    }


def _timeline_shape(timeline: Timeline) -> Json:
    """The days, newest first; `claimed` is null where the index lists none."""
    return {
        "zone": timeline.zone_name,
        "declared_days": timeline.declared_days,
        "days": [
            {"day": mark.day, "date": mark.date, "claimed": mark.claimed, "asked": mark.asked, "played": mark.played}
            for mark in timeline.days
        ],
    }


def fact_shape(fact: Fact) -> Json:
    """`F` of the contract."""
    chosen, why = fact.chosen, fact.why_unknown
    return {
        "value": plain(chosen.value) if chosen else None,
        "standing": chosen.source.standing.word if chosen else None,
        "source": chosen.source.method if chosen else None,
        "seen_at_utc": utc_text(chosen.seen_at) if chosen else None,
        "plus_minus": chosen.plus_minus if chosen else None,
        "role": chosen.role if chosen else None,
        "proxy": fact.proxy,
        "evidence": list(chosen.source.raw_sha256) if chosen else [],
        "why_unknown": why.text.en if why else None,
        "why_unknown_th": why.text.th if why else None,
        "why_unknown_code": why.code if why else None,
        "others": [told_shape(other) for other in fact.others],
    }


def told_shape(item: Evidence) -> Json:
    """Evidence that stands beside the one believed."""
    return {
        "value": plain(item.value),
        "standing": item.source.standing.word,
        "source": item.source.method,
        "attribute": item.attribute,
        "seen_at_utc": utc_text(item.seen_at),
        "plus_minus": item.plus_minus,
        "role": item.role,
        "evidence": list(item.source.raw_sha256),
    }


def _told_of(item: Evidence) -> Json:
    return {"subject": item.subject, **told_shape(item)}


def attempt_shape(attempt: Attempt) -> Json:
    """One step of a visit."""
    return {
        "step": attempt.step,
        "ending": attempt.ending.value,
        "elapsed_s": attempt.elapsed_s,
        "line": attempt.line.en,
        "line_th": attempt.line.th,
    }


def finding_shape(finding: Finding) -> Json:
    """One finding."""
    return {"code": finding.code, "severity": finding.severity, "text": text_shape(finding.text)}


def text_shape(text: Text) -> Json:
    """One sentence in both languages."""
    return {"en": text.en, "th": text.th}


def plain(value: Value) -> Any:
    """A value as JSON types: tuples become lists; numbers that JSON does not know become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    return value
