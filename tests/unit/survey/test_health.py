"""What the report says of a recorder's health."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from cctv_probe.model.device import Device, Kind
from cctv_probe.model.words import Language
from cctv_probe.survey.fill import fill
from cctv_probe.survey.health import health_lines
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.terminal import survey_table
from cctv_probe.survey.terminal_inspection import inspection
from cctv_probe.survey.write_html import report_text
from tests.unit.survey import invented
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented import said
from tests.unit.survey.invented_joined import CAMERA, RECORDER, recorder, survey
from tests.unit.survey.test_terminal import printed


def told(device: Device, language: Language = "en") -> dict[str, str]:
    return {label.in_(language): text.in_(language) for label, text in health_lines(device, fill(device)[0])}


def test_disks_overwriting_schedule_clock_and_time_server_are_told_in_words() -> None:
    assert told(recorder()) == {
        "Disks": "1: 4,000 GB, works; 2: 4,000 GB, FAILED (error); together 4,000 GB that can be written",
        "When the disks are full": "the oldest footage is overwritten",
        "Recording schedule": "ch. 1: recording all the time; ch. 2: not recorded",
        "Clock": "right",
        "Time server (NTP)": "127.0.10.250 (clock set by: NTP)",
    }


def test_the_thai_half_says_the_same() -> None:
    assert told(recorder(), "th")["ดิสก์"] == "1: 4,000 GB ใช้งานได้; 2: 4,000 GB เสีย (error); รวมที่ใช้งานได้ 4,000 GB"


def test_neighbouring_channels_are_told_together() -> None:
    switched = [said(f"channel/{number}", "recording_scheduled", True, "dahua.record") for number in (3, 4, 5, 9)]
    assert told(recorder(*switched))["Recording schedule"].endswith("ch. 3–5, 9: recorded")


@pytest.mark.parametrize(
    ("attribute", "value", "label", "shown"),
    [
        ("disks", (), "Disks", "none"),
        ("overwrite", False, "When the disks are full", "recording stops"),
        ("ntp", (), "Time server (NTP)", "none (clock set by: NTP)"),
        ("ntp_from_dhcp", True, "Time server (NTP)", "from DHCP (clock set by: NTP)"),
    ],
)
def test_what_is_wrong_is_told_in_words(
    attribute: str, value: tuple[object, ...] | bool, label: str, shown: str
) -> None:
    assert told(recorder(said("device", attribute, value, "isapi.storage")))[label] == shown


def test_a_camera_has_no_such_lines_nor_a_recorder_that_tells_nothing() -> None:
    assert told(invented.camera()) == {}
    assert told(Device("127.0.10.9", 80, Kind.RECORDER, recorder().identity)) == {}


def test_a_hostile_recorder_cannot_break_the_report() -> None:
    disks = ({"id": invented.HOSTILE, "status": invented.HOSTILE, "total_bytes": -1, "failed": True}, "x", None)
    device = recorder(said("device", "disks", disks, "isapi.storage"), said("device", "ntp", 7, "isapi.ntp"))
    page = report_text(survey(device), "th")
    assert "<script>" not in page
    assert "\x1b" not in page
    assert "\x1b" not in printed(inspection(device, *fill(device), "en"))


@settings(max_examples=60, deadline=None)
@given(DEVICES)
def test_whatever_a_device_says_its_health_can_be_told(device: Device) -> None:
    for label, text in health_lines(device, fill(device)[0]):
        assert label.th
        assert clean(text.en, 4000) == text.en


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_report_and_the_inspection_show_it(language: Language) -> None:
    whole = survey()
    title = {"th": "สภาพของเครื่องบันทึก", "en": "Health of the recorder"}[language]
    assert title in report_text(whole, language)
    device = whole.devices[1]
    text = printed(inspection(device, whole.record_of(device), whole.cameras_of(device), language), 140)
    assert title in text
    assert "92" in text
    assert "{'id'" not in text


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("width", [80, 100, 110, 160])
def test_the_table_shows_a_joined_camera_once_with_both_addresses(width: int, language: Language) -> None:
    whole = survey()
    text = printed(survey_table(whole.cameras, whole.devices, language), width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    joined = re.sub(r"\s", "", "".join(line[:22] for line in text.splitlines()))
    assert RECORDER in joined
    assert text.count(f"{CAMERA} ") == 1
