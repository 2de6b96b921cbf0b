"""Plain words, Thai dates, values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cctv_probe.model.evidence import Standing, Value
from cctv_probe.survey.display import number, value_words
from cctv_probe.survey.words import (
    duration_words,
    moment_words,
    parse_utc,
    site_zone,
    source_words,
    standing_words,
)

BANGKOK = site_zone("Asia/Bangkok")


@pytest.mark.parametrize(
    ("utc", "thai", "english"),
    [
        ("2026-11-23T02:00:00Z", "23 พ.ย. 2569 09:00 น.", "23 Nov 2026 09:00"),
        ("2026-12-31T17:30:00Z", "1 ม.ค. 2570 00:30 น.", "1 Jan 2027 00:30"),
        ("2028-02-28T20:00:00Z", "29 ก.พ. 2571 03:00 น.", "29 Feb 2028 03:00"),
    ],
)
def test_times_stand_in_the_sites_zone_and_thai_years_are_buddhist(utc: str, thai: str, english: str) -> None:
    moment = parse_utc(utc)
    assert moment_words(moment, BANGKOK, "th") == thai
    assert moment_words(moment, BANGKOK, "en") == english


def test_a_zone_that_is_not_known_here_is_thailands() -> None:
    offset = site_zone("No/Where").utcoffset(datetime(2026, 11, 23, tzinfo=UTC))
    assert offset == BANGKOK.utcoffset(datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("method", "english", "thai"),
    [
        ("onvif.media2.encoder", "ONVIF setting (Media2)", "ค่าที่ตั้งไว้ใน ONVIF (Media2)"),
        ("onvif.GetSomething", "ONVIF (GetSomething)", "ข้อมูลจาก ONVIF (GetSomething)"),
        ("isapi.device_info", "device information (ISAPI)", "ข้อมูลเครื่อง (ISAPI)"),
        ("isapi.some_thing", "Hikvision's own interface (some_thing)", "ช่องทางของ Hikvision (some_thing)"),
        ("odd\x1b[2J", "source odd[2J", "แหล่งข้อมูล odd[2J"),
    ],
)
def test_sources_in_plain_words(method: str, english: str, thai: str) -> None:
    assert source_words(method).pair() == (english, thai)


def test_every_standing_has_words() -> None:
    assert len({standing_words(standing).th for standing in Standing}) == len(Standing)


@pytest.mark.parametrize(
    ("field", "value", "english"),
    [
        ("frame_rate", 25.0, "25"),
        ("frame_rate", 12.504, "12.5"),
        ("file_format", {"codec": "h265", "container": "not_observable"}, "H.265"),
        ("file_format", {"codec": "h265", "container": "dav"}, "H.265 · dav"),
        ("owner", {"lao_code": "05810109", "name": None}, "05810109"),
        ("position", {"text": "Gate", "latitude": 13.5, "longitude": 100.25}, "Gate · 13.5, 100.25"),
        ("position", {"text": None, "latitude": None, "longitude": None}, "—"),
        ("network", {"code": "OFC_OWN", "provider": "NT"}, "OFC_OWN · NT"),
        ("purposes", ("deterrence", "traffic"), "deterrence and watch, traffic"),
        ("clock_offset_s", 0.4, "right"),
        ("clock_offset_s", -3725, "1 h 2 min behind"),
        ("configured_days", "until_full", "until full"),
        ("working", True, "yes"),
        ("brand", "\x00", "—"),
        ("anything", None, "—"),
    ],
)
def test_values_as_people_read_them(field: str, value: Value, english: str) -> None:
    assert value_words(field, value).en == english


@pytest.mark.parametrize(
    ("seconds", "english"), [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (90061, "1 d 1 h"), (86460, "1 d")]
)
def test_lengths_of_time(seconds: float, english: str) -> None:
    assert duration_words(seconds).en == english


@pytest.mark.parametrize(
    ("value", "text"), [(0.0021, "0.0021"), (25, "25"), (29.97, "29.97"), (1e15, "1000000000000000")]
)
def test_numbers_without_noise(value: float, text: str) -> None:
    assert number(value) == text
