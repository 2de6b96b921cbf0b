"""Recorders of the two great families and the cameras behind them, surveyed over real sockets and held against the oracle.

The whole fleet is asked for its settings; some recorders, each with its own trap, also for their recordings, with fewer samples
than a survey takes: how many days are verified rests on the search for the oldest day, which is whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import yaml

from cctv_probe.cli.prepare import Asked
from cctv_probe.cli.scanning import run_scan
from cctv_probe.footage import check, control, window_replay
from cctv_probe.footage import verifier as verifying
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.plan import Wish
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.record import SurveyRecord
from cctv_probe.simulator.fleet import Behind, Channel, Fleet
from cctv_probe.simulator.fleet import Device as Simulated
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.journal import Entry, calls_of
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.node import State
from cctv_probe.simulator.oracle_recorders import ExpectedChannel, ExpectedRecorder, expected_recorders, real_cameras
from cctv_probe.simulator.oracle_retention import ExpectedRetention, expected_retention
from cctv_probe.survey.result import Survey
from tests.endtoend.commands import FLEETS, files_with

SETTINGS, FOOTAGE = "127.201.6", "127.201.7"
CHILD_USER, CHILD_PASSWORD = "Child-User-2567", "Child-Secret-2567"
ASKED_AGAIN = {"13", "33", "35", "36", "37"}
"""Locked (asked anonymously, and then left alone), a new nonce for each answer, every fifth login refused, sent on to TLS."""
FOOTAGE_OF = {"11": (1, 7), "14": (1,), "17": (1,), "31": (3, 5), "34": (1,)}
"""Recorders by the last octet of their address, and those of their channels that are kept."""
WISH = Wish(samples=12, long_pieces=1, random_days=2, every_night=2, twins=1)
SILENCE_S = 2.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("recorders")]


@dataclass(frozen=True)
class Surveyed:
    """One run over a fleet: what it found, what the devices saw of it, and the folder in which it wrote everything."""

    fleet: Fleet
    survey: Survey
    states: dict[str, State]
    log: list[Entry]
    errors: list[str]
    folder: Path

    @property
    def recorders(self) -> list[tuple[ExpectedRecorder, Device]]:
        """Each recorder of the oracle with what was found at its address."""
        found = {device.address: device for device in self.survey.devices}
        return [(expected, found[expected.address]) for expected in expected_recorders(self.fleet)]

    def open_recorders(self) -> list[tuple[ExpectedRecorder, Device]]:
        return [(expected, device) for expected, device in self.recorders if not expected.locked]

    def camera_of(self, expected: ExpectedRecorder, channel: ExpectedChannel) -> SurveyRecord:
        """The one entry in which this channel of a recorder is a view."""
        device = next(device for device in self.survey.devices if device.address == expected.address)
        found = [
            camera
            for camera in self.survey.cameras
            if any(view.device_id == device.id and view.channel == channel.number for view in camera.views)
        ]
        assert len(found) == 1, (expected.address, channel.number, [camera.id for camera in found])
        return found[0]


def with_secrets(fleet: Fleet) -> Fleet:
    """The fleet, every camera behind a recorder with a login of its own, told by no word of any answer's keys."""

    def hidden(behind: Behind | None) -> Behind | None:
        return replace(behind, user=CHILD_USER, password=CHILD_PASSWORD) if behind else None

    devices = tuple(
        replace(device, channels=tuple(replace(one, behind=hidden(one.behind)) for one in device.channels))
        for device in fleet.devices
    )
    return replace(fleet, devices=devices)


def surveyed(fleet: Fleet, folder: Path, *, retention: bool) -> Surveyed:
    folder.mkdir()
    credentials = folder / "credentials.yaml"
    credentials.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), encoding="utf-8")
    credentials.chmod(0o600)
    addresses = tuple(device.address for device in fleet.devices)
    asked = Asked(
        targets=addresses,
        credentials_file=credentials,
        out=folder / "run",
        measure=False,
        retention=retention,
        days=30,
        no_arp=True,
        no_multicast=True,
    )
    with pytest.MonkeyPatch.context() as patch, Municipality(fleet) as town:
        patch.setenv("CCTV_PROBE_STATE_DIR", str(folder / "state"))
        if retention:
            town.draw_ahead()
        finished = run_scan(asked, quiet=True)
        states = {address: town.state(address) for address in addresses}
        return Surveyed(fleet, finished.survey, states, town.log(), list(town.errors), folder)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Surveyed:
    """The whole fleet, without its recordings."""
    fleet = with_secrets(moved(load_fleet(FLEETS / "recorders.yaml"), SETTINGS))
    return surveyed(fleet, tmp_path_factory.mktemp("recorders") / "settings", retention=False)


def footage_fleet() -> Fleet:
    """The recorders of `FOOTAGE_OF`, with every other channel an empty slot."""
    whole = with_secrets(moved(load_fleet(FLEETS / "recorders.yaml"), FOOTAGE))
    chosen = [(device, FOOTAGE_OF.get(device.address.rpartition(".")[2])) for device in whole.devices]
    return replace(whole, devices=tuple(only(device, numbers) for device, numbers in chosen if numbers))


def only(device: Simulated, numbers: tuple[int, ...]) -> Simulated:
    empty = "Camera {:02d}" if device.vendor_api == "isapi" else "Channel {}"
    channels = tuple(
        channel if number in numbers else Channel(name=empty.format(number), ghost=True)
        for number, channel in enumerate(device.channels, start=1)
    )
    return replace(device, channels=channels)


@pytest.fixture(scope="module")
def footage(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Surveyed, dict[tuple[str, int], ExpectedRetention]]]:
    """Some recorders with their recordings, and the truth of that day; once more where midnight passed meanwhile."""
    fleet, number = footage_fleet(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "Asked", partial(verifying.Asked, wish=WISH))
        patch.setattr(window_replay, "SILENCE_S", SILENCE_S)
        patch.setattr(control, "CONTROL_S", 2 * SILENCE_S)
        while True:
            began, number = SiteDays.at(datetime.now(UTC)), number + 1
            found = surveyed(fleet, tmp_path_factory.mktemp("footage") / str(number), retention=True)
            now = datetime.now(UTC)
            if SiteDays.at(now) == began:
                break
        yield found, {(each.address, each.channel): each for each in expected_retention(fleet, now)}


# --- What a recorder is set to -------------------------------------------------------------------------------------------


def test_every_recorder_is_one_with_its_used_channels_and_no_ghosts(settings: Surveyed) -> None:
    for expected, device in settings.open_recorders():
        assert device.kind is Kind.RECORDER, expected.address
        told = {channel.number: channel.name for channel in device.channels}
        assert told == {channel.number: channel.name for channel in expected.channels}, expected.address
        assert not set(expected.ghosts) & set(told)
        assert device.identity.serial == expected.serial


def test_offline_channels_stay_and_are_marked(settings: Surveyed) -> None:
    for expected, _ in settings.open_recorders():
        for channel in expected.channels:
            codes = [finding.code for finding in settings.camera_of(expected, channel).findings]
            assert ("channel_offline" in codes) is not channel.online, (expected.address, channel.number)


def test_findings_are_those_of_the_fleet(settings: Surveyed) -> None:
    for expected, device in settings.open_recorders():
        codes = Counter(finding.code for finding in settings.survey.record_of(device).findings)
        off = sum(channel.schedule == "off" for channel in expected.channels)
        less = sum(channel.stored == "sub" for channel in expected.channels)
        told = {code: codes[code] for code in ("disk_failed", "recording_off", "ntp_off", "clock_dst", "clock_wrong")}
        assert told == {
            "disk_failed": len(expected.disks_failed),
            "recording_off": off,
            "ntp_off": int(not expected.claims_ntp),
            "clock_dst": int(expected.summer_time),
            "clock_wrong": int(abs(expected.clock_offset_s) > 60),
        }, expected.address
        assert codes["records_sub_stream"] == less, expected.address
        assert ("onvif_off" in codes) is not expected.has_onvif, expected.address


def test_clocks_and_overwriting_are_told(settings: Surveyed) -> None:
    for expected, device in settings.open_recorders():
        offset_s = settings.survey.record_of(device).clock_offset_s.value
        assert isinstance(offset_s, float | int)
        assert abs(offset_s - expected.clock_offset_s) <= 2.5, expected.address
        overwrites = {item.value for item in device.evidence if item.attribute == "overwrite"}
        assert overwrites == {expected.overwrites}, expected.address


def test_capacity_is_that_of_the_disks_that_work(settings: Surveyed) -> None:
    for expected, device in settings.open_recorders():
        told = {item.value for item in device.evidence if item.attribute == "storage_total_bytes"}
        if not told:
            assert expected.address.endswith(".16"), "only that one forbids it"
            continue
        assert all(isinstance(value, int) and abs(value / (expected.capacity_gb << 30) - 1) < 0.08 for value in told), (
            expected.address,
            told,
            expected.capacity_gb,
        )


# --- One entry for each real camera --------------------------------------------------------------------------------------


def test_there_is_one_entry_for_each_real_camera(settings: Surveyed) -> None:
    assert len(settings.survey.cameras) == real_cameras(settings.fleet)
    assert len({camera.id for camera in settings.survey.cameras}) == len(settings.survey.cameras)


def test_channels_are_joined_to_the_cameras_behind_them(settings: Surveyed) -> None:
    for expected, device in settings.open_recorders():
        for channel in expected.channels:
            camera = settings.camera_of(expected, channel)
            if channel.joined_address is None:
                assert camera.id == f"{device.id}/{channel.number}", (expected.address, channel.number)
                assert len(camera.views) == 1
            else:
                assert camera.device == channel.joined_address, (expected.address, channel.number)
                assert len(camera.views) == 2


def test_field_eight_is_the_lower_of_camera_and_recorder(settings: Surveyed) -> None:
    for expected, _ in settings.open_recorders():
        for channel in expected.channels:
            camera = settings.camera_of(expected, channel)
            assert str(camera.fields["resolution"].value) == channel.lower_resolution, (
                expected.address,
                channel.number,
            )
            codes = {finding.code for finding in camera.findings}
            assert ("recorder_stores_less" in codes) is channel.stores_less, (expected.address, channel.number)


# --- Restraint -----------------------------------------------------------------------------------------------------------


def test_locked_recorders_are_left_alone(settings: Surveyed) -> None:
    audit = [json.loads(line) for line in (settings.folder / "run" / "audit.jsonl").read_text("utf-8").splitlines()]
    for expected, device in settings.recorders:
        if not expected.locked:
            continue
        sent = sum(line["login"] for line in audit if line["address"] == expected.address)
        # Hikvision tells before any login; Dahua in its answer to the first one, which a locked device does not count.
        assert sent == (0 if expected.vendor_api == "isapi" else 1), expected.address
        assert settings.states[expected.address].failed_logins_ever == 0
        assert device.login is not None
        assert "locked" in device.login.en
        assert not device.channels


def test_no_right_password_ever_failed(settings: Surveyed, footage: tuple[Surveyed, object]) -> None:
    for run in (settings, footage[0]):
        assert {
            address: state.failed_logins_ever for address, state in run.states.items() if state.failed_logins_ever
        } == {}


def test_nothing_outside_the_allow_list_was_asked(settings: Surveyed, footage: tuple[Surveyed, object]) -> None:
    for run in (settings, footage[0]):
        assert [entry for entry in run.log if entry.result.startswith("violation:")] == []
        assert run.errors == []


def test_no_question_was_asked_twice(settings: Surveyed) -> None:
    for expected, _ in settings.recorders:
        if expected.address.rpartition(".")[2] not in ASKED_AGAIN:
            twice = {call: count for call, count in calls_of(settings.log, expected.address).items() if count > 1}
            assert twice == {}, expected.address


def test_connections_and_sessions_are_few_and_ended(settings: Surveyed, footage: tuple[Surveyed, object]) -> None:
    for run in (settings, footage[0]):
        recorders = {expected.address for expected in expected_recorders(run.fleet)}
        for address, state in run.states.items():
            assert state.peak_connections <= (2 if address in recorders else 1), address
            assert (state.open_connections, state.rtsp_sessions, state.searches) == (0, 0, 0), address
            assert (state.rtsp_not_torn_down, state.rtsp_timed_out, state.rtsp_wrong_session) == (0, 0, 0), address
            assert state.peak_playbacks <= 1, address


def test_no_login_of_any_camera_or_recorder_is_written_anywhere(
    settings: Surveyed, footage: tuple[Surveyed, object]
) -> None:
    for run in (settings, footage[0]):
        own = {device.login.password for device in run.fleet.devices} | {
            device.login.onvif_password for device in run.fleet.devices if device.login.onvif_password
        }
        (run.folder / "credentials.yaml").unlink(missing_ok=True)  # what the test itself wrote
        assert files_with(run.folder, {CHILD_USER, CHILD_PASSWORD} | own) == []
        told = [path for path in (run.folder / "run" / "evidence").rglob("*") if path.is_file()]
        assert len(told) > 20


# --- Recordings ----------------------------------------------------------------------------------------------------------


def test_verified_days_are_exact(footage: tuple[Surveyed, dict[tuple[str, int], ExpectedRetention]]) -> None:
    run, truths = footage
    found = {
        (device.address, channel.number): channel.footage.retention
        for _, device in run.recorders
        for channel in device.channels
        if channel.footage
    }
    for key, truth in truths.items():
        assert found[key].verified_days == truth.verified_days, (key, found[key].why_code, found[key].samples)
    for (address, number), retention in found.items():
        if (address, number) not in truths:
            assert (retention.verified_days, retention.played) == (0, 0), (address, number)


def test_a_channel_that_nothing_is_recorded_of_is_zero_and_not_unknown(
    footage: tuple[Surveyed, dict[tuple[str, int], ExpectedRetention]],
) -> None:
    run, truths = footage
    silent = [
        (expected.address, channel.number)
        for expected, _ in run.recorders
        for channel in expected.channels
        if not channel.has_recordings
    ]
    assert {address.rpartition(".")[2] for address, _ in silent} == {"11", "31"}
    for expected, _ in run.recorders:
        for channel in expected.channels:
            camera = run.camera_of(expected, channel)
            fact = camera.fields["retention_days"]
            truth = truths.get((expected.address, channel.number))
            assert fact.value == (truth.verified_days if truth else 0), (expected.address, channel.number)


def test_what_was_recorded_fills_the_fields_of_recording(
    footage: tuple[Surveyed, dict[tuple[str, int], ExpectedRetention]],
) -> None:
    run, truths = footage
    for expected, _ in run.recorders:
        for channel in expected.channels:
            truth = truths.get((expected.address, channel.number))
            if truth is None:
                continue
            fields = run.camera_of(expected, channel).fields
            assert str(fields["resolution"].value) == truth.resolution, (expected.address, channel.number)
            assert abs(float(str(fields["frame_rate"].value)) - truth.frame_rate) <= 0.5
            assert isinstance(fields["file_format"].value, dict)
            assert fields["file_format"].value["codec"] == truth.codec
