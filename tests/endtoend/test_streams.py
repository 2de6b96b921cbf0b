"""Every stream truth, lie and fault of the simulator, measured on the wire and held against the oracle."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.media.decoder import Decoders
from cctv_probe.model.device import Device, Run
from cctv_probe.pipeline import scan
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import parse_targets
from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.oracle import ExpectedStream, expected_streams
from cctv_probe.stream.ceiling import Ceiling
from cctv_probe.stream.measure import Measuring
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from cctv_probe.visiting import Means
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.credentials import Credentials, Group, Login
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from tests.endtoend.commands import FLEETS

NETWORK = f"127.92.{3 + sum(map(ord, os.environ.get('PYTEST_XDIST_WORKER', ''))) % 100}"
"""One network for each test process, so that two of them never open the same sockets."""
FAULTS = {
    "overexposed": "over_exposed",
    "underexposed": "under_exposed",
    "infrared": "infrared_by_day",
}
"""The simulator's word for a fault → the finding's, where they differ."""


@dataclass(frozen=True)
class Measured:
    """One scan of the fleet of streams."""

    fleet: Fleet
    devices: dict[str, Device]
    cameras: dict[tuple[str, int], dict[str, Any]]
    states: dict[str, Any]
    errors: list[str]
    peak_bps: float

    def stream(self, expected: ExpectedStream) -> dict[str, Any]:
        found = self.cameras[(expected.address, expected.channel)]["streams"]
        return next(stream for stream in found if stream["name"] == expected.name)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """The fleet of streams, scanned once at noon."""
    folder: Path = tmp_path_factory.mktemp("streams")
    fleet = moved(load_fleet(FLEETS / "streams.yaml"), NETWORK)
    clock = SystemClock()
    groups = tuple(
        Group(each["name"], Login(each["user"], each["password"]), ranges=parse_targets(each["ranges"]))
        for each in credentials_for(fleet)["groups"]
    )
    addresses = [device.address for device in fleet.devices]
    with Municipality(fleet) as town, Decoders() as decoders:
        town.draw_ahead()
        ceiling = Ceiling(50_000_000)
        means = Means(
            Scope.from_targets(parse_targets(addresses)),
            Credentials(groups),
            Ledger(folder / "logins.sqlite", clock),
            RunFolder(folder, Redactor(), clock),
            clock,
            threading.Event(),
            measuring=Measuring(ceiling, decoders, local_hour=12.0),
        )
        result = scan(addresses, means)
        states = {address: town.state(address) for address in addresses}
        errors = list(town.errors)
    filled = [fill(device) for device in result.devices]
    cameras = tuple(camera for _, found in filled for camera in found)
    run = Run("0", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "test", (), True, len(addresses))
    shown = shape(Survey(run, result.devices, tuple(record for record, _ in filled), cameras))["cameras"]
    return Measured(
        fleet,
        {device.address: device for device in result.devices},
        {(camera["device"], camera["channel"]): camera for camera in shown},
        states,
        errors,
        ceiling.peak_bps,
    )


EXPECTED = expected_streams(moved(load_fleet(FLEETS / "streams.yaml"), NETWORK))
NAMES = {device.address: device.name for device in moved(load_fleet(FLEETS / "streams.yaml"), NETWORK).devices}
PLAYABLE = [each for each in EXPECTED if each.works and not each.unmeasurable and not each.changes_to]
pytestmark = [pytest.mark.xdist_group("streams"), pytest.mark.slow, pytest.mark.timeout(300)]


def called(each: ExpectedStream) -> str:
    return f"{NAMES[each.address]} {each.name}".replace(".", ",")


@pytest.mark.parametrize("expected", PLAYABLE, ids=called)
def test_what_a_stream_delivers_is_measured(measured: Measured, expected: ExpectedStream) -> None:
    stream = measured.stream(expected)
    rate = stream["frame_rate"]
    assert rate["standing"] == "measured"
    assert abs(rate["value"] - expected.frame_rate) <= max(0.3, 0.02 * expected.frame_rate), rate
    assert stream["resolution"]["value"] == expected.resolution
    assert stream["codec"]["value"] == expected.codec
    assert abs(stream["bit_rate_bps"]["value"] - expected.bit_rate_bps) <= 0.3 * expected.bit_rate_bps


@pytest.mark.parametrize("expected", [each for each in EXPECTED if each.name == "main"], ids=called)
def test_whether_a_camera_works_is_told_with_its_reason(measured: Measured, expected: ExpectedStream) -> None:
    camera = measured.cameras[(expected.address, expected.channel)]
    found = {
        item["code"].removeprefix("picture_") for item in camera["findings"] if item["code"].startswith("picture_")
    }
    wanted = {FAULTS.get(fault, fault) for fault in expected.health_faults}
    if expected.why_not == "stops":
        assert "stream_stops" in {item["code"] for item in camera["findings"]}
    elif expected.works is None and not expected.truth.faults.flip_bits_every:  # what of those decodes is chance
        assert camera["working"]["value"] is None
        assert camera["working"]["why_unknown"]
    elif expected.works is not None:
        assert camera["working"]["value"] is (expected.works and not wanted), camera["findings"]
    if wanted:
        assert wanted & found, camera["findings"]
    elif expected.works:
        assert not found, camera["findings"]


PLAUSIBLE_FPS = 240
LIARS = [each for each in PLAYABLE if each.disagreements]


@pytest.mark.parametrize("expected", LIARS, ids=called)
def test_lies_about_streams_stand_beside_the_truth(measured: Measured, expected: ExpectedStream) -> None:
    codes = {item["code"] for item in measured.cameras[(expected.address, expected.channel)]["findings"]}
    told = next(device for device in measured.fleet.devices if device.address == expected.address)
    sdp_rate = told.channels[0].lies.sdp_frame_rate or 0
    for attribute in expected.disagreements:
        if attribute == "frame_rate" and sdp_rate > PLAUSIBLE_FPS:
            assert "frame_rate_disagrees" not in codes, "a rate that no camera has is not worth a finding"
        else:
            assert {f"{attribute}_disagrees", f"stream_{attribute}_disagrees"} & codes


def test_no_device_had_two_connections_and_every_session_was_ended(measured: Measured) -> None:
    for address, state in measured.states.items():
        assert state.peak_rtsp_connections <= 1, address
        assert state.rtsp_not_torn_down == 0, address
        assert state.rtsp_wrong_session == 0, address
        assert state.failed_logins == 0, address
    assert measured.errors == []


def test_all_streams_together_stayed_under_the_ceiling(measured: Measured) -> None:
    assert measured.peak_bps <= 1.1 * 50_000_000


def test_no_step_ended_in_an_error_of_our_own(measured: Measured) -> None:
    broken = [
        (device.address, attempt.step, attempt.line.en)
        for device in measured.devices.values()
        for attempt in device.attempts
        if attempt.ending.value == "bug"
    ]
    assert broken == []
