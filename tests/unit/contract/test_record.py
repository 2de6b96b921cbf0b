"""The published schema: generated, accepted by the contract's own example, strict about what matters."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cctv_probe.contract.record import SurveyShape, json_schema, schema_text

PUBLISHED = Path(__file__).parents[3] / "configs" / "schema" / "survey.schema.json"

SHA = "0f" * 32


def known(value: object, standing: str = "configured", source: str = "onvif.media2.encoder") -> dict[str, Any]:
    return {
        "value": value, "standing": standing, "source": source, "seen_at_utc": "2026-11-23T02:00:05Z", "plus_minus": 0.1,
        "proxy": False, "evidence": [SHA], "why_unknown": None, "why_unknown_th": None, "why_unknown_code": None,
        "others": [{"value": value, "standing": "configured", "source": "onvif.media1.encoder"}],
    }  # fmt: skip


UNKNOWN: dict[str, Any] = {
    "value": None, "standing": None, "source": None, "seen_at_utc": None, "plus_minus": None, "proxy": False,
    "evidence": [], "why_unknown": "Not told. Read it on the device.", "why_unknown_th": "ไม่ได้แจ้ง โปรดอ่านที่อุปกรณ์",
    "why_unknown_code": "not_told", "others": [],
}  # fmt: skip
FINDING = {
    "code": "xaddr_other_host",
    "severity": "low",
    "text": {"en": "It names another host.", "th": "อ้างถึงเครื่องอื่น"},
}

EXAMPLE: dict[str, Any] = {
    "schema_version": 1,
    "run": {
        "id": "0192-1", "started_utc": "2026-11-23T02:00:00Z", "finished_utc": "2026-11-23T02:01:00Z",
        "program": "cctv-probe 0.1.0", "ranges": ["10.0.0.0/24"], "complete": True, "addresses_tried": 254,
    },
    "devices": [{
        "id": "serial:X1", "id_basis": "serial", "address": "10.0.0.12", "port": 80, "kind": "camera",
        "identity": {"mac": None, "serial": "X1", "uuid": "urn:uuid:1", "certificate_sha256": None},
        "brand": known("Hikvision"), "model": known("DS-2CD"), "firmware": UNKNOWN, "clock_offset_s": known(0.4),
        "open_ports": [80, 554], "seen_by": ["tcp", "ws_discovery"],
        "attempts": [{"step": "onvif.GetProfiles", "ending": "ok", "elapsed_s": 0.05, "line": "answered"}],
        "findings": [FINDING],
    }],
    "cameras": [{
        "id": "serial:X1", "name": "Gate", "scope_class": "public", "working": UNKNOWN,
        "device": "10.0.0.12", "device_id": "serial:X1", "channel": 1,
        "views": [
            {"device_id": "serial:X1", "channel": 1, "role": "camera"},
            {"device_id": "serial:R1", "channel": 7, "role": "recorder"},
        ],
        "fields": {
            "owner": known({"lao_code": "05810109", "name": "A town"}, "declared"),
            "position": known({"text": "Gate", "latitude": None, "longitude": None}, "declared"),
            "purposes": known(["deterrence", "traffic"], "declared"), "linked_agencies": known(["POLICE"], "declared"),
            "network": known({"code": "OFC_OWN", "provider": None}, "declared"), "brand": known("Hikvision"),
            "resolution": known("1920x1080"), "max_resolution": known("2560x1440"), "retention_days": known(30, "measured"),
            "frame_rate": known(24.97, "measured"), "file_format": known({"codec": "h265", "container": "dav"}, "bitstream"),
        },
        "streams": [{
            "name": "main", "view": 0, "uri": "rtsp://10.0.0.12:554/main", "codec": known("h265"),
            "resolution": known("1920x1080"), "frame_rate": known(25), "bit_rate_bps": known(4096000),
        }],
        "retention": {
            "configured_days": known("until_full"), "oldest_playable_days": known(31), "verified_days": known(30, "measured"),
            "coverage_ratio": known(0.97, "measured"), "longest_gap_s": known(14400.0, "measured"),
            "recording_mode": known("continuous"), "gaps": [["2026-11-03T01:00:00Z", "2026-11-03T05:00:00Z"]],
            "samples": 60, "played": 58, "seed": "7", "verdict": "match",
        },
        "findings": [],
    }],
}  # fmt: skip


def changed(*path: object, to: object) -> dict[str, Any]:
    """The example with one place changed."""
    example = copy.deepcopy(EXAMPLE)
    place: Any = example
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return example


TIMELINE: dict[str, Any] = {
    "zone": "Asia/Bangkok",
    "declared_days": None,
    "days": [{"day": 1, "date": "2026-11-22", "claimed": None, "asked": 2, "played": 1}],
}
BAD = [
    changed("schema_version", to=2),
    changed("run", "started_utc", to="2569-11-23 09:00"),
    changed("devices", 0, "kind", to="toaster"),
    changed("devices", 0, "port", to="80"),
    changed("cameras", 0, "views", to=[]),
    changed("cameras", 0, "fields", "resolution", "value", to="1080p"),
    changed("cameras", 0, "fields", "retention_days", "value", to=29.5),
    changed("cameras", 0, "fields", "purposes", "value", to=["beauty"]),
    changed("cameras", 0, "fields", "brand", "why_unknown", to="known and unknown at once"),
    changed("cameras", 0, "fields", "brand", "value", to=None),
    changed("cameras", 0, "retention", "verdict", to="fine"),
    changed("cameras", 0, "retention", "direction", to="lied"),
    changed("cameras", 0, "retention", "coverage_interval", to=[0.5]),
    changed("cameras", 0, "retention", "coverage_interval", to=[0.5, 1.5]),
    changed(
        "cameras", 0, "retention", "timeline", to={"zone": "Asia/Bangkok", "declared_days": 30, "days": [{"day": 1}]}
    ),
    changed(
        "cameras", 0, "retention", "timeline", to={**TIMELINE, "days": [{**TIMELINE["days"][0], "date": "22/11/2569"}]}
    ),
]


def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema checks the published schema")
    return jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_the_generated_one() -> None:
    remedy = "run: python -m cctv_probe.contract > configs/schema/survey.schema.json"
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), remedy


def test_the_contracts_example_is_accepted() -> None:
    assert SurveyShape.model_validate(EXAMPLE).cameras[0].fields.resolution.value == "1920x1080"


def test_the_contracts_example_satisfies_the_published_schema() -> None:
    assert [error.message for error in validator().iter_errors(EXAMPLE)] == []


def test_the_keys_added_to_the_retention_are_accepted_and_may_be_missing() -> None:
    assert SurveyShape.model_validate(EXAMPLE).cameras[0].retention.timeline is None
    example = changed("cameras", 0, "retention", "timeline", to=TIMELINE)
    example["cameras"][0]["retention"] |= {
        "direction": "overstated",
        "coverage_interval": [0.9, 1],
        "nights": 2,
        "complete": True,
    }
    found = SurveyShape.model_validate(example).cameras[0].retention
    assert found.timeline is not None
    assert found.timeline.days[0].played == 1
    assert [error.message for error in validator().iter_errors(example)] == []


def test_keys_of_a_later_version_are_let_through() -> None:
    assert SurveyShape.model_validate(changed("cameras", 0, "weather", to="fine"))


@pytest.mark.parametrize("bad", BAD)
def test_what_breaks_the_contract_is_refused_by_the_model(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SurveyShape.model_validate(bad)


@pytest.mark.parametrize("bad", BAD)
def test_what_breaks_the_contract_is_refused_by_the_published_schema(bad: dict[str, Any]) -> None:
    assert not validator().is_valid(bad)


@pytest.mark.parametrize("key", sorted(EXAMPLE["cameras"][0]))
def test_every_key_of_a_camera_is_required(key: str) -> None:
    example = copy.deepcopy(EXAMPLE)
    del example["cameras"][0][key]
    with pytest.raises(ValidationError, match=key):
        SurveyShape.model_validate(example)
