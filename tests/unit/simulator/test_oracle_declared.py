"""What a right comparison says of a list, worked out by hand for each kind of mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cctv_probe.simulator.fleet import ChannelLies, Fleet, Identity
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.fleet_recordings import Recordings
from cctv_probe.simulator.oracle_declared import (
    DeclaredRow,
    DeclaredTable,
    ExpectedRow,
    ExpectedVerdict,
    expected_comparison,
    load_declared,
)
from tests.unit.simulator.towns import FLEETS, camera, channel, fleet_of, stream

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _row(fleet: Fleet, cells: dict[str, str], *, measured: bool = True, **more: Any) -> ExpectedRow:
    host = int(fleet.devices[0].address.rpartition(".")[2])
    row = DeclaredRow(**{"line": 4, "place": "ที่ใดที่หนึ่ง", "host": host, "cells": cells, **more})
    table = DeclaredTable((row,), (frozenset({"dahua", "imou"}),))
    return expected_comparison(fleet, table, NOW, measured=measured).rows[0]


def _said(fleet: Fleet, field: str, canonical: str, *, measured: bool = True) -> tuple[str, str | None]:
    verdict = _row(fleet, {field: canonical}, measured=measured).verdicts[field]
    return verdict.verdict, verdict.direction


def test_the_demo_by_hand() -> None:
    fleet, table = load_fleet(FLEETS / "demo.yaml"), load_declared(FLEETS / "demo/declared.expected.yaml")
    expected = expected_comparison(fleet, table, NOW)
    rows = {row.line: row for row in expected.rows}
    assert rows[4].camera == ("127.81.1.11", 1)
    assert rows[5].camera == ("127.81.1.12", 1)
    assert (rows[4].swapped_with, rows[5].swapped_with) == (5, 4)
    assert {line: row.camera[1] for line, row in rows.items() if row.camera and row.camera[0] == "127.81.1.13"} == {
        6: 1, 7: 2, 8: 3, 9: 4,
    }  # fmt: skip
    assert rows[20].camera == ("127.81.1.24", 1)
    assert (rows[22].state, rows[23].state) == ("camera_missing", "not_observed")
    assert expected.undeclared == {("127.81.1.25", 1)}
    days = {
        line: (row.verdicts["retention_days"].verdict, row.verdicts["retention_days"].direction)
        for line, row in rows.items()
    }
    assert days[4] == ("maturing", None)
    assert days[5] == days[12] == ("parse_suspect", None)
    assert days[6] == days[8] == ("match", None)
    assert days[7] == days[10] == ("mismatch", "overstated")
    assert days[9] == ("match", "understated")
    assert days[14] == days[20] == ("not_assessed", None)
    assert days[11] == days[23] == ("not_observed", None)
    assert days[22] == ("camera_missing", None)
    assert rows[15].verdicts["frame_rate"].verdict == rows[17].verdicts["resolution"].verdict == "sources_disagree"
    assert rows[13].verdicts["position"].verdict == "not_assessed", "it speaks RTSP alone and tells no place"
    assert rows[12].verdicts["position"].verdict == "match"


def test_without_measuring_only_what_devices_say_counts() -> None:
    fleet, table = load_fleet(FLEETS / "demo.yaml"), load_declared(FLEETS / "demo/declared.expected.yaml")
    rows = {row.line: row for row in expected_comparison(fleet, table, NOW, measured=False).rows}
    assert rows[4].verdicts["resolution"].verdict == "match"
    assert rows[15].verdicts["frame_rate"].verdict == "match"
    assert rows[17].verdicts["resolution"].verdict == "match"
    assert rows[7].verdicts["retention_days"].verdict == "not_observed"


@pytest.mark.parametrize(
    ("declared", "verdict"),
    [
        ("320x240", ("match", None)),
        ("640x480", ("mismatch", "overstated")),
        ("160x120", ("mismatch", "understated")),
        ("mp:2", ("mismatch", "overstated")),
    ],
)
def test_sizes(declared: str, verdict: tuple[str, str | None]) -> None:
    assert _said(fleet_of(camera()), "resolution", declared) == verdict


def test_megapixels_are_classes_and_not_figures() -> None:
    fleet = fleet_of(camera(channels=(channel(stream(width=2560, height=1440)),)))
    assert _said(fleet, "resolution", "mp:4") == ("match", None)
    assert _said(fleet, "resolution", "mp:3") == ("mismatch", "understated")
    assert _said(fleet, "resolution", "mp:5") == ("mismatch", "overstated")


@pytest.mark.parametrize(
    ("declared", "verdict"),
    [
        ("fps=25", ("match", None)),
        ("fps=25.5", ("match", None)),
        ("fps=27", ("within_tolerance", None)),
        ("fps=23", ("within_tolerance", None)),
        ("fps=30", ("mismatch", "overstated")),
        ("fps=15", ("mismatch", "understated")),
        ("suspect:recorder_total", ("parse_suspect", None)),
    ],
)
def test_frame_rates(declared: str, verdict: tuple[str, str | None]) -> None:
    assert _said(fleet_of(camera()), "frame_rate", declared) == verdict


@pytest.mark.parametrize(
    ("declared", "verdict"),
    [
        ("codec=h264", "match"),
        ("codec=h265;variant=smart", "mismatch"),
        ("container=mp4", "not_observed"),
        ("suspect:mpeg4", "within_tolerance"),
    ],
)
def test_formats(declared: str, verdict: str) -> None:
    assert _said(fleet_of(camera()), "file_format", declared) == (verdict, None)


def test_a_setting_that_the_stream_contradicts_confirms_nothing() -> None:
    fleet = fleet_of(camera(channels=(channel(stream(frame_rate=12), lies=ChannelLies(configured_frame_rate=25)),)))
    assert _said(fleet, "frame_rate", "fps=25") == ("sources_disagree", None)
    assert _said(fleet, "frame_rate", "fps=12") == ("sources_disagree", None)
    assert _said(fleet, "frame_rate", "fps=50") == ("mismatch", "overstated"), "both speak against it"
    assert _said(fleet, "frame_rate", "fps=25", measured=False) == ("match", None)


def test_brands_of_one_maker_are_a_family() -> None:
    fleet = fleet_of(
        camera(identity=Identity(brand="IMOU", manufacturer="IMOU", model="F22", firmware="1", serial="A"))
    )
    assert _said(fleet, "brand", "imou") == ("match", None)
    assert _said(fleet, "brand", "dahua") == ("family_match", None)
    assert _said(fleet, "brand", "hikvision") == ("mismatch", None)


@pytest.mark.parametrize(
    ("kept", "declared", "verdict"),
    [
        (Recordings(days=30), "days=30", ("match", None)),
        (Recordings(days=29), "days=30", ("match", None)),
        (Recordings(days=28), "days=30", ("mismatch", "overstated")),
        (Recordings(days=32), "days=30", ("match", "understated")),
        (Recordings(days=32), "days>=30", ("match", None)),
        (Recordings(days=6, new_disk=True), "days=30", ("maturing", None)),
        (Recordings(days=6, new_disk=True), "days=7", ("match", None)),
        (Recordings(days=6), "suspect:24h", ("parse_suspect", None)),
    ],
)
def test_days_kept(kept: Recordings, declared: str, verdict: tuple[str, str | None]) -> None:
    services = ("device", "media1", "media2", "recording", "search", "replay")
    fleet = fleet_of(camera(services=services, channels=(channel(recordings=kept),)))
    assert _said(fleet, "retention_days", declared) == verdict
    assert _said(fleet, "retention_days", declared, measured=False)[0] in ("not_observed", "parse_suspect")


def test_of_a_recording_the_recording_speaks_and_not_the_live_stream() -> None:
    services = ("device", "media1", "media2", "recording", "search", "replay")
    fleet = fleet_of(camera(services=services, channels=(channel(recordings=Recordings(days=3)),)))
    kept = fleet.devices[0].channels[0].recordings
    assert kept is not None
    assert kept.recorded.size != "320x240"
    assert _said(fleet, "resolution", kept.recorded.size) == ("match", None)
    assert _said(fleet, "resolution", "320x240")[0] == "mismatch"


def test_a_camera_that_is_not_there_is_missing_only_where_it_was_looked_for() -> None:
    fleet, cells = fleet_of(camera()), {"brand": "dahua", "retention_days": "suspect:24h"}
    missing, elsewhere = _row(fleet, cells, host=250), _row(fleet, cells, host=None, elsewhere="127.1.2.3")
    assert (missing.state, elsewhere.state) == ("camera_missing", "not_observed")
    assert missing.verdicts["brand"] == ExpectedVerdict("camera_missing")
    assert elsewhere.verdicts["brand"] == ExpectedVerdict("not_observed")
    assert missing.verdicts["retention_days"] == ExpectedVerdict("parse_suspect")
    assert missing.verdicts["position"] == missing.verdicts["frame_rate"] == ExpectedVerdict("not_assessed")


def test_what_the_list_leaves_empty_is_undeclared_where_something_was_found() -> None:
    verdicts = _row(fleet_of(camera()), {}).verdicts
    assert verdicts["frame_rate"] == ExpectedVerdict("undeclared")
    assert verdicts["retention_days"] == verdicts["owner"] == ExpectedVerdict("not_assessed")


def test_a_meaning_that_nobody_foresaw_is_refused() -> None:
    with pytest.raises(ValueError, match="many"):
        _said(fleet_of(camera()), "frame_rate", "many")
