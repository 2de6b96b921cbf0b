"""Whether a camera could be linked to a central system, and why not."""

from __future__ import annotations

import pytest

from cctv_probe.compare.linkage import Linkage, linkage
from cctv_probe.compare.matching.found import found_cameras
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Device
from cctv_probe.model.evidence import Standing
from tests.unit.survey.invented import camera, closed, lying, recorder, said, step, survey


def linked(device: Device, *, uplink_bps: float | None = None, sharing: int = 1, place: int = 0) -> Linkage:
    return linkage(found_cameras(survey(device))[place], uplink_bps=uplink_bps, sharing=sharing)


def answers(told: Linkage) -> dict[str, str]:
    return {check.name: check.answer for check in told.checks}


def test_an_honest_camera_can_be_linked() -> None:
    told = linked(
        camera(evidence=(*camera().evidence, said("device", "onvif_profiles", ("Streaming", "T"), "onvif.scopes")))
    )
    assert told.answer == "yes"
    assert set(answers(told).values()) == {"yes"}
    assert told.reasons == ()
    assert "Streaming, T" in next(check.why.en for check in told.checks if check.name == "onvif")


@pytest.mark.parametrize(
    ("device", "check", "answer"),
    [
        (lying(), "clock", "no"),
        (closed(), "rtsp", "unknown"),
        (closed(), "codec", "unknown"),
        (camera(attempts=(step("onvif.GetServices", Ending.REFUSED),)), "onvif", "no"),
        (camera(attempts=(step("onvif.GetServices", Ending.UNAUTHORIZED),)), "onvif", "unknown"),
        (camera(attempts=()), "onvif", "unknown"),
        (camera(evidence=(said("channel/1/stream/main", "codec", "mjpeg", "rtsp.sdp", role="live"),)), "codec", "no"),
        (
            camera(evidence=(said("channel/1", "working", False, "rtsp.play", standing=Standing.MEASURED),)),
            "rtsp",
            "no",
        ),
        (
            camera(evidence=(said("channel/1", "working", True, "rtsp.play", standing=Standing.MEASURED),)),
            "rtsp",
            "yes",
        ),
    ],
)
def test_what_stands_in_the_way_is_named(device: Device, check: str, answer: str) -> None:
    told = linked(device)
    assert answers(told)[check] == answer
    assert told.answer == (
        "no" if "no" in answers(told).values() else "unknown" if "unknown" in answers(told).values() else "yes"
    )


def test_a_channel_without_its_camera_cannot_be_linked() -> None:
    told = linked(recorder(), place=3)
    assert (told.answer, answers(told)["reachable"]) == ("no", "no")


@pytest.mark.parametrize(
    ("uplink_bps", "sharing", "answer"), [(10e6, 2, "yes"), (10e6, 3, "no"), (4_096_000, 1, "yes")]
)
def test_the_uplink_is_shared(uplink_bps: float, sharing: int, answer: str) -> None:
    assert answers(linked(camera(), uplink_bps=uplink_bps, sharing=sharing))["uplink"] == answer


def test_an_uplink_that_nobody_stated_is_not_judged() -> None:
    assert "uplink" not in answers(linked(camera()))
    assert answers(linked(closed(), uplink_bps=10e6))["uplink"] == "unknown"
