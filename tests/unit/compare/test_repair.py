"""What should be repaired, the gravest first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cctv_probe.compare.matching.found import FoundCamera, found_cameras
from cctv_probe.compare.repair import Missing, Repair, repairs
from cctv_probe.compare.verdicts.verdict import SEVERITIES, Verdict
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Fact, Standing
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from tests.unit.survey.invented import camera, lying, recorder, said, survey

WHY = Text(en="Because.", th="เพราะ")


def listed(*devices: Device) -> tuple[Repair, ...]:
    seen = survey(*devices)
    return repairs(found_cameras(seen), (), {}, {}, zip(seen.devices, seen.device_records, strict=True))


def with_finding(code: str, severity: str = "high") -> FoundCamera:
    (one,) = found_cameras(survey(camera()))
    finding = Finding(code, severity, WHY)  # type: ignore[arg-type]  # the tests name severities
    return replace(one, camera=replace(one.camera, findings=(finding,)))


def test_a_healthy_camera_needs_nothing() -> None:
    assert listed(camera()) == ()


def test_a_camera_without_a_picture_comes_first() -> None:
    dark = camera(
        evidence=(*camera().evidence, said("channel/1", "working", False, "decoder", standing=Standing.MEASURED))
    )
    told = listed(lying(), dark, recorder())
    assert [item.code for item in told] == ["not_working", "offline", "clock_wrong"]
    assert [SEVERITIES.index(item.severity) for item in told] == sorted(
        (SEVERITIES.index(item.severity) for item in told), reverse=True
    )
    assert all(item.action.th and item.why.en and item.address for item in told)


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        ("channel_offline", "offline"),
        ("footage_stopped", "recording_stopped"),
        ("disk_failed", "disk_failed"),
        ("storage_error", "disk_failed"),
        ("picture_blurred", "picture_poor"),
    ],
)
def test_findings_become_repairs(finding: str, code: str) -> None:
    (item,) = repairs([with_finding(finding)], (), {}, {})
    assert item.code == code
    assert item.why == WHY


def test_a_note_about_a_disk_is_no_repair() -> None:
    assert repairs([with_finding("disk_full_overwriting", "info")], (), {}, {}) == ()


def test_nothing_recorded_and_too_few_days() -> None:
    (one,) = found_cameras(survey(camera()))
    nothing = Fact(said("channel/1", "verified_days", 0, "playback", standing=Standing.MEASURED))
    empty = replace(one, camera=replace(one.camera, retention=replace(one.camera.retention, verified_days=nothing)))
    assert [(item.code, item.severity) for item in repairs([empty], (), {}, {})] == [("nothing_recorded", "critical")]
    short = Verdict("retention_days", "mismatch", "high", WHY, direction="overstated")
    told = repairs([one], (), {one.key: [short]}, {one.key: "row 7"})
    assert [(item.code, item.declared) for item in told] == [("days_below_declared", "row 7")]
    maturing = Verdict("retention_days", "maturing", "info", WHY)
    assert repairs([one], (), {one.key: [maturing]}, {}) == ()


def test_a_recorders_clock_is_listed_once_for_all_its_cameras() -> None:
    late = recorder()
    late = replace(
        late, evidence=tuple(replace(e, value=7200.0) if e.attribute == "clock_offset_s" else e for e in late.evidence)
    )
    clocks = [item for item in listed(late) if item.code == "clock_wrong"]
    assert [(item.cameras, item.address) for item in clocks] == [(4, late.address)]


def test_a_missing_camera_is_repaired_under_its_declared_name() -> None:
    (item,) = repairs((), [Missing("row 3", "หน้าวัด\x1b[2J", "127.0.20.9", WHY)], {}, {})
    assert (item.code, item.declared, item.address, item.title.th) == ("not_found", "row 3", "127.0.20.9", "หน้าวัด[2J")


def test_a_recorder_that_told_of_no_camera_still_has_its_failed_disk_listed() -> None:
    failed = Finding("disk_failed", "high", WHY)
    told = listed(
        replace(recorder(), channels=(), findings=(failed,)),
        replace(camera(), kind=Kind.NOT_A_CAMERA, findings=(failed,)),
    )
    assert [(item.code, item.severity, item.address, item.cameras) for item in told] == [
        ("disk_failed", "high", recorder().address, 0)
    ]
