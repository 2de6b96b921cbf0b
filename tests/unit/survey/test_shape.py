"""The outer shape holds whatever devices say, and comes back from a file as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.contract.record import SurveyShape, json_schema
from cctv_probe.model.device import Device
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from cctv_probe.survey.terminal import summary_lines
from cctv_probe.survey.unshape import from_shape
from cctv_probe.survey.write_csv import csv_text
from cctv_probe.survey.write_html import report_text
from cctv_probe.survey.write_json import run_text, survey_text
from tests.unit.survey import invented
from tests.unit.survey.generated import DEVICES


def of(devices: list[Device]) -> Survey:
    filled = [fill(device) for device in devices]
    cameras = tuple(camera for _, found in filled for camera in found)
    return Survey(invented.run(), tuple(devices), tuple(record for record, _ in filled), cameras)


def test_the_keys_of_the_contract_are_there_in_its_order() -> None:
    found = shape(invented.survey())
    assert list(found) == ["schema_version", "run", "devices", "cameras"]
    assert list(found["cameras"][0]["fields"])[:3] == ["owner", "position", "purposes"]
    brand = found["cameras"][0]["fields"]["brand"]
    assert (brand["value"], brand["standing"], brand["source"]) == (
        "Hikvision",
        "configured",
        "onvif.device_information",
    )
    assert brand["seen_at_utc"] == "2026-11-23T02:00:00Z"
    assert brand["evidence"] == [invented.SHA]


def test_others_keep_their_standing_source_and_what_they_speak_of() -> None:
    position = shape(invented.survey())["cameras"][0]["fields"]["position"]
    assert position["value"] is None
    assert position["why_unknown_code"] == "position_not_declared"
    assert position["why_unknown_th"].startswith("ยังไม่มีผู้ระบุ")
    assert [other["attribute"] for other in position["others"]] == ["osd_text", "geolocation"]


def test_what_no_field_takes_stands_with_the_device() -> None:
    facts = shape(invented.survey())["devices"][0]["facts"]
    assert ("channel/1", "source_resolution", "3840x2160") in [
        (fact["subject"], fact["attribute"], fact["value"]) for fact in facts
    ]


def test_the_invented_municipality_keeps_the_contract() -> None:
    data = json.loads(survey_text(invented.survey()))
    assert len(SurveyShape.model_validate(data).cameras) == 8


def test_a_run_comes_back_from_its_file() -> None:
    notes = (Finding("credential_stopped", "medium", Text(en="A group was stopped.", th="หยุดใช้กลุ่มหนึ่ง")),)
    data = shape(invented.survey(notes=notes))
    assert shape(from_shape(json.loads(json.dumps(data)))) == data


def test_a_run_read_back_gives_the_same_report() -> None:
    survey = invented.survey()
    again = from_shape(json.loads(survey_text(survey)))
    assert report_text(again, "th") == report_text(survey, "th")
    assert csv_text(again, "en") == csv_text(survey, "en")


@pytest.mark.parametrize("broken", [{"schema_version": 2}, {"schema_version": 1, "run": {}}])
def test_another_shape_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_shape(broken)


@settings(max_examples=60, deadline=None)
@given(st.lists(DEVICES, max_size=2))
def test_whatever_devices_say_keeps_the_contract(devices: list[Device]) -> None:
    data = json.loads(survey_text(of(devices)))
    SurveyShape.model_validate(data)
    assert shape(from_shape(data)) == data


@settings(max_examples=15, deadline=None)
@given(DEVICES)
def test_whatever_a_device_says_satisfies_the_published_schema(device: Device) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema checks the published schema")
    data = json.loads(survey_text(of([device])))
    assert [error.message for error in jsonschema.Draft202012Validator(json_schema()).iter_errors(data)] == []


@settings(max_examples=30, deadline=None)
@given(DEVICES)
def test_whatever_a_device_says_every_output_can_be_written(device: Device) -> None:
    survey = of([device])
    assert json.loads(run_text(survey))["counts"]["cameras"] == len(survey.cameras)
    assert csv_text(survey, "th").count("\r\n") == len(survey.cameras) + 1
    assert report_text(survey, "en").endswith("</html>\n")
    assert summary_lines(survey, "th")
