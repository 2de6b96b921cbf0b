"""Compliance profiles: files that are checked, results that never turn the unknown into a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from cctv_probe.compare.matching.found import FoundCamera, found_cameras
from cctv_probe.compare.profiles import Profile, assess, load_profile, load_profiles
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.model.device import Device
from cctv_probe.model.evidence import Evidence, Fact, Source, Standing
from cctv_probe.scope.yaml_file import ConfigError
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented import NOW, camera, closed, lying, said, survey

SHIPPED = Path(__file__).parents[3] / "configs/profiles"
MOMENT = Moment(NOW + timedelta(days=1))
HEAD = """
id: own
title: {en: Own, th: ของเรา}
dated: "2026"
source: {title: {en: Contract, th: สัญญา}, edition: "1", verified: no}
"""


def found(device: Device) -> FoundCamera:
    (one,) = found_cameras(survey(device))
    return one


def profile(tmp_path: Path, requirements: str) -> Profile:
    path = tmp_path / "own.yaml"
    path.write_text(f"{HEAD}requirements:\n{requirements}", "utf-8")
    return load_profile(path)


def endings(profile: Profile, camera: FoundCamera, moment: Moment = MOMENT) -> dict[str, str]:
    return {result.requirement: result.ending for result in assess(profile, camera, moment).results}


def test_the_shipped_profiles_are_dated_and_say_that_nobody_checked_them() -> None:
    profiles = load_profiles(SHIPPED)
    assert {"mdes-general-2564", "mdes-analytics-2564", "project-retention-30"} <= {each.id for each in profiles}
    assert not any(each.source.verified for each in profiles)
    assert all(each.dated[:2] == "20" and each.source.edition for each in profiles)


def test_what_the_network_cannot_show_never_passes() -> None:
    general = next(each for each in load_profiles(SHIPPED) if each.id == "mdes-general-2564")
    told = assess(
        general,
        found(camera(evidence=(*camera().evidence, said("device", "ntp", ("10.0.0.1",), "onvif.ntp")))),
        MOMENT,
    )
    ending_of = {result.requirement: result.ending for result in told.results}
    assert {ending_of[name] for name in ("min_resolution", "min_frame_rate_fps", "codecs", "ntp", "onvif", "rtsp")} == {
        "pass"
    }
    assert {ending_of[name] for name in ("wide-dynamic-range", "ingress-protection", "lens")} == {"not_testable"}
    assert told.ending == "not_testable"


@pytest.mark.parametrize(
    ("requirement", "honest", "liar", "shut"),
    [
        ("min_resolution: 2560x1440", "pass", "pass", "not_testable"),
        ("min_resolution: 3840x2160", "fail", "pass", "not_testable"),
        ("min_recorded_resolution: 1920x1080", "pass", "fail", "not_testable"),
        ("min_frame_rate_fps: 25", "pass", "pass", "not_testable"),
        ("min_frame_rate_fps: 30", "fail", "fail", "not_testable"),
        ("codecs: [h264]", "pass", "fail", "not_testable"),
        ("max_clock_error_s: 60", "pass", "fail", "not_testable"),
        ("ntp: yes", "not_testable", "not_testable", "not_testable"),
        ("onvif: yes", "pass", "pass", "pass"),
        ("rtsp: yes", "pass", "pass", "not_testable"),
        ("min_retention_days: 30", "not_testable", "not_testable", "not_testable"),
    ],
)
def test_each_requirement(tmp_path: Path, requirement: str, honest: str, liar: str, shut: str) -> None:
    asked = profile(tmp_path, f"  {requirement}\n")
    told = [assess(asked, found(device), MOMENT).ending for device in (camera(), lying(), closed())]
    assert told == [honest, liar, shut]


@pytest.mark.parametrize(
    ("days", "verdict", "ending"),
    [
        (30, "match", "pass"),
        (29, "undeclared", "pass"),
        (28, "match", "fail"),
        (12, "maturing", "not_testable"),
        (40, "not_observed", "not_testable"),
    ],
)
def test_days_kept(tmp_path: Path, days: int, verdict: str, ending: str) -> None:
    one = found(camera())
    seen = Evidence("channel/1", "retention_days", days, Source("playback", Standing.MEASURED), NOW)
    record = one.camera
    record = replace(
        record,
        fields={**record.fields, "retention_days": Fact(seen)},
        retention=replace(record.retention, verdict=verdict),
    )
    asked = profile(tmp_path, "  min_retention_days: 30\n")
    assert assess(asked, replace(one, camera=record), MOMENT).ending == ending


def test_old_findings_prove_nothing(tmp_path: Path) -> None:
    asked = profile(tmp_path, "  min_resolution: 1920x1080\n  max_clock_error_s: 60\n")
    assert set(endings(asked, found(camera()), Moment(NOW + timedelta(days=91))).values()) == {"not_testable"}


def test_a_device_that_names_no_time_server_fails_and_dhcp_counts(tmp_path: Path) -> None:
    asked = profile(tmp_path, "  ntp: yes\n")
    none = camera(evidence=(said("device", "ntp", (), "onvif.ntp"),))
    dhcp = camera(evidence=(said("device", "ntp", (), "onvif.ntp"), said("device", "ntp_from_dhcp", True, "onvif.ntp")))
    assert [assess(asked, found(device), MOMENT).ending for device in (none, dhcp)] == ["fail", "pass"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (HEAD + "requirements: {min_resolution: big}\n", "requirements.min_resolution"),
        (HEAD + "requirements: {codecs: [h263]}\n", "requirements.codecs[1]"),
        (HEAD + "requirements: {min_retention_days: many}\n", "requirements.min_retention_days"),
        (HEAD + "requirements: {min_bit_rate: 4}\n", "requirements.min_bit_rate"),
        (HEAD.replace("verified: no", "verified: perhaps") + "requirements: {}\n", "source.verified"),
        (HEAD.replace(", th: ของเรา", "") + "requirements: {}\n", "title.th"),
        (HEAD, "requirements"),
    ],
)
def test_a_wrong_profile_is_named_with_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profile(path)
    assert "wrong.yaml" in caught.value.text.en
    assert key in caught.value.text.en
    assert key in caught.value.text.th


def test_two_profiles_may_not_share_an_id(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD + "requirements: {}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"b\.yaml"):
        load_profiles(tmp_path)


@given(DEVICES)
@settings(deadline=None, max_examples=60)
def test_a_pass_always_rests_on_something_observed(device: Device) -> None:
    for shipped in load_profiles(SHIPPED):
        for one in found_cameras(survey(device)):
            results = assess(shipped, one, MOMENT).results
            assert all(result.observed for result in results if result.ending == "pass")
            assert not any(result.observed for result in results if result.requirement == "lens")
