"""Zones and times as Hikvision writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.hikvision.local_time import YEARS, fixed, parse_local, parse_zone


def utc(*parts: int) -> dt.datetime:
    year, month, day, hour = parts
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC)


def local(*parts: int) -> dt.datetime:
    return utc(*parts).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("CST-7:00:00", 420), ("CST-8:00:00", 480), ("GMT+5:00:00", -300), ("GMT0:00:00", 0), ("IST-5:30:00", 330),
     ("<+07>-7", 420), ("CST-7", 420)],
)  # fmt: skip
def test_the_sign_is_the_other_way_round(text: str, minutes: int) -> None:
    zone = parse_zone(text)
    assert zone is not None
    assert zone.ahead == dt.timedelta(minutes=minutes)
    assert not zone.has_summer


@pytest.mark.parametrize("text", ["", None, "Asia/Bangkok", "7", "CST-99:00:00", "x" * 500, "CST-7:00:00,,,"])
def test_what_is_no_zone(text: str | None) -> None:
    assert parse_zone(text) is None


@pytest.mark.parametrize(
    "text", ["CET-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00", "CET-1CEST,M3.5.0,M10.5.0/3"]
)
def test_summer_time_of_europe(text: str) -> None:
    zone = parse_zone(text)
    assert zone is not None
    assert zone.local(utc(2026, 3, 29, 0)) == local(2026, 3, 29, 1)
    assert zone.local(utc(2026, 3, 29, 1)) == local(2026, 3, 29, 3)
    assert zone.local(utc(2026, 10, 25, 0)) == local(2026, 10, 25, 2)
    assert zone.local(utc(2026, 10, 25, 1)) == local(2026, 10, 25, 2)
    assert zone.instant(local(2026, 7, 1, 12)) == utc(2026, 7, 1, 10)
    assert zone.instant(local(2026, 12, 1, 12)) == utc(2026, 12, 1, 11)


def test_summer_time_over_the_new_year() -> None:
    zone = parse_zone("AEST-10:00:00DST01:00:00,M10.1.0/02:00:00,M4.1.0/03:00:00")
    assert zone is not None
    assert zone.local(utc(2026, 1, 1, 0)) == local(2026, 1, 1, 11)
    assert zone.local(utc(2026, 7, 1, 0)) == local(2026, 7, 1, 10)


@pytest.mark.parametrize(
    ("text", "hour", "offset_h"),
    [
        ("2026-11-23T09:00:00Z", 9, None), ("2026-11-23T09:00:00", 9, None), ("2026-11-23T09:00:00+07:00", 9, 7),
        ("20261123T090000Z", 9, None), ("2026-11-23 09:00:00", 9, None), ("2026-11-23T09:00:00.123-0300", 9, -3),
    ],
)  # fmt: skip
def test_local_times(text: str, hour: int, offset_h: int | None) -> None:
    offset = None if offset_h is None else dt.timedelta(hours=offset_h)
    assert parse_local(text) == (local(2026, 11, 23, hour), offset)


def test_a_day_ends_at_24() -> None:
    assert parse_local("2026-11-30T24:00:00Z") == (local(2026, 12, 1, 0), None)


@pytest.mark.parametrize(
    "text",
    ["2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z", "9999-12-31T23:59:59Z", "", None, "2026-11-23T09:00:00+99:00"],
)
def test_what_is_no_time(text: str | None) -> None:
    assert parse_local(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_local(text)
    parse_zone(text)


@given(
    st.from_regex(r"CST-[0-9]{1,2}:00:00DST0[0-3]:[0-5]0:00,M[0-9]{1,2}\.[0-9]\.[0-9]/[0-9]{1,2}:00:00,M[0-9]{1,2}\.[0-9]\.[0-9]", fullmatch=True),
    st.datetimes(dt.datetime(1970, 1, 3), dt.datetime(YEARS[-1], 12, 30)),  # noqa: DTZ001 - a local time
)  # fmt: skip
def test_any_rule_tells_a_local_time(text: str, at: dt.datetime) -> None:
    zone = parse_zone(text)
    if zone is not None:
        moment = at.replace(tzinfo=dt.UTC)
        assert abs(zone.instant(zone.local(moment)) - moment) <= zone.summer


@given(st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001 - a local time
def test_a_fixed_zone_goes_there_and_back(at: dt.datetime, minutes: int) -> None:
    zone = fixed(dt.timedelta(minutes=minutes))
    assert zone.local(zone.instant(at)) == at
