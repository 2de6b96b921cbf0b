"""Every recording truth, lie and fault of the simulator, played on the wire and held against the oracle.

Days are equal to the truth, not only within a day of it: the oldest day of every continuous recording is asked for at the
instant that the index claims as its oldest, and at an instant of its last hour; in the other modes instants are drawn inside
what the index lists. One day is allowed where the index claims more than the disk holds and says nothing of where the
footage ends: on that day the drawn instants may lie before its beginning.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from cctv_probe.contract.record import SurveyShape
from cctv_probe.footage import check, onvif_replay
from cctv_probe.footage.check import Checking
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.plan import Wish
from cctv_probe.footage.state import StateStore
from cctv_probe.footage.verifier import Asked, Tools
from cctv_probe.media.decoder import Decoders
from cctv_probe.model.device import Device, Run
from cctv_probe.pipeline import scan
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import parse_targets
from cctv_probe.simulator.fleet import ArchiveFaults, Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.node import State
from cctv_probe.simulator.oracle_retention import ExpectedRetention, expected_retention
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from cctv_probe.visiting import Means
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.credentials import Credentials, Group, Login
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from tests.endtoend.commands import FLEETS, run

DECLARED_DAYS = 30
GROUPS = {"truths": range(11, 21), "lies": range(21, 29), "faults": range(29, 36)}
"""The fleet in three parts, so that three processes can play them at once: the last octets of their devices."""
OWN = sum(map(ord, os.environ.get("PYTEST_XDIST_WORKER", ""))) % 50
NETWORKS = {name: f"127.{140 + OWN}.{number}" for number, name in enumerate(GROUPS, start=1)}
"""One network for each test process and part, so that two of them never open the same sockets."""
SILENCE_S = 2.0
"""Of a device that agrees to play and sends nothing, so long is waited here; the program waits five times as long."""
SAMPLES = 36
"""Presence samples of a channel, instead of 60: each of the 31 days is asked for all the same, and it takes a third less. The
command is run with all 60."""
STARTS_UNSEEN = {"21", "23"}
"""Devices whose index claims more than the disk holds."""
CLIP_S = 30
"""Gaps of an index may end so far from where the footage does: at the next key picture, or in whole seconds."""

Json = dict[str, Any]


def part_of(name: str, network: str) -> Fleet:
    fleet = moved(load_fleet(FLEETS / "recordings.yaml"), network)
    kept = tuple(device for device in fleet.devices if int(device.address.rpartition(".")[2]) in GROUPS[name])
    return replace(fleet, devices=kept)


@dataclass(frozen=True)
class Proven:
    """One check of a part of the fleet. `expected` are the truths of the day it was made on."""

    devices: dict[str, Device]
    cameras: dict[tuple[str, int], Json]
    expected: dict[tuple[str, int], ExpectedRetention]
    states: dict[str, State]
    errors: list[str]
    days: SiteDays
    survey: Json
    folder: Path
    """What was kept for the next night lies in it."""


def proven(name: str, folder: Path) -> Proven:
    """Check a part of the fleet, once more where midnight passed meanwhile: then the truths have moved by a day."""
    while True:
        began = SiteDays.at(datetime.now(UTC))
        found = _proven(part_of(name, NETWORKS[name]), folder / began.today.isoformat())
        if found.days == began:
            return found


def _proven(fleet: Fleet, folder: Path) -> Proven:
    folder.mkdir(exist_ok=True)
    clock = SystemClock()
    groups = tuple(
        Group(each["name"], Login(each["user"], each["password"]), ranges=parse_targets(each["ranges"]))
        for each in credentials_for(fleet)["groups"]
    )
    addresses = [device.address for device in fleet.devices]
    with Municipality(fleet) as town, Decoders() as decoders:
        town.draw_ahead()
        means = Means(
            Scope.from_targets(parse_targets(addresses)),
            Credentials(groups),
            Ledger(folder / "logins.sqlite", clock),
            RunFolder(folder, Redactor(), clock),
            clock,
            threading.Event(),
            use_arp=False,
            use_multicast=False,
            checking=Checking(Tools(decoders, clock, StateStore(folder / "footage")), DECLARED_DAYS),
        )
        result = scan(addresses, means)
        states = {address: town.state(address) for address in addresses}
        errors = list(town.errors)
    filled = [fill(device) for device in result.devices]
    told = Run("0", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "test", (), True, len(addresses))
    cameras = tuple(camera for _, found in filled for camera in found)
    survey = shape(Survey(told, result.devices, tuple(record for record, _ in filled), cameras))
    now = clock.now()
    return Proven(
        {device.address: device for device in result.devices},
        {(camera["device"], camera["channel"]): camera for camera in survey["cameras"]},
        {(each.address, each.channel): each for each in expected_retention(fleet, now)},
        states,
        errors,
        SiteDays.at(now),
        survey,
        folder,
    )


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Proven]:
    """A part of the fleet, checked once."""

    @cache
    def found(name: str) -> Proven:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(onvif_replay, "SILENCE_S", SILENCE_S)
            patch.setattr(check, "Asked", partial(Asked, wish=Wish(samples=SAMPLES)))
            return proven(name, tmp_path_factory.mktemp(name))

    return found


pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
EACH = [
    pytest.param(
        name,
        (each.address, each.channel),
        id=f"{each.address.rpartition('.')[2]}-{each.channel}",
        marks=pytest.mark.xdist_group(f"retention {name}"),
    )
    for name in GROUPS
    for each in expected_retention(part_of(name, NETWORKS[name]), datetime.now(UTC))
]
PARTS = [pytest.param(name, marks=pytest.mark.xdist_group(f"retention {name}")) for name in GROUPS]
every_channel = pytest.mark.parametrize(("name", "place"), EACH)
every_part = pytest.mark.parametrize("name", PARTS)


def case(part: Callable[[str], Proven], name: str, place: tuple[str, int]) -> tuple[ExpectedRetention, Json]:
    return part(name).expected[place], part(name).cameras[place]


def number_of(each: ExpectedRetention) -> str:
    return each.address.rpartition(".")[2]


def verdict_of(each: ExpectedRetention) -> tuple[str, str | None]:
    if each.verified_days is None:
        return "not_observed", None
    if each.verified_days >= DECLARED_DAYS - 1:
        return "match", None
    return ("maturing", None) if each.maturing else ("mismatch", "overstated")


# --- Field 9 ----------------------------------------------------------------------------------------------------------


@every_channel
def test_the_days_are_those_that_are_kept(part: Callable[[str], Proven], name: str, place: tuple[str, int]) -> None:
    each, camera = case(part, name, place)
    fact = camera["fields"]["retention_days"]
    assert fact["value"] == camera["retention"]["verified_days"]["value"]
    if each.verified_days is None:
        assert fact["value"] is None
        assert fact["why_unknown"]
        assert fact["why_unknown_th"]
        return
    allowed = 1 if number_of(each) in STARTS_UNSEEN else 0
    assert abs(fact["value"] - each.verified_days) <= allowed
    assert (fact["standing"], fact["source"], fact["proxy"]) == ("measured", "playback", False)


@every_channel
def test_the_verdict_is_right(part: Callable[[str], Proven], name: str, place: tuple[str, int]) -> None:
    each, camera = case(part, name, place)
    found = camera["retention"]
    assert (found["verdict"], found["direction"]) == verdict_of(each)
    assert found["complete"] is (each.verified_days is not None)


@every_channel
def test_every_missing_day_is_in_a_gap_and_no_gap_is_made_up(
    part: Callable[[str], Proven], name: str, place: tuple[str, int]
) -> None:
    each, camera = case(part, name, place)
    days, gaps = part(name).days, [tuple(map(instant, gap)) for gap in camera["retention"]["gaps"]]
    if each.verified_days is None or each.frozen:
        return
    for day in each.missing_days:
        start, end = days.bounds(day)
        assert any(since <= start and until >= end for since, until in gaps), (day, gaps)
    near = timedelta(seconds=CLIP_S)
    if each.mode == "continuous":
        for since, until in gaps:
            assert any(start - near <= since and until <= end + near for start, end in each.gaps), (since, until)
    else:
        assert {days.day_of(since) for since, _ in gaps} <= each.missing_days
    longest = max(((until - since).total_seconds() for since, until in gaps), default=0.0)
    assert camera["retention"]["longest_gap_s"]["value"] == pytest.approx(longest)
    if each.claims_gaps and each.mode == "continuous":
        assert longest == pytest.approx(each.longest_gap_s, abs=2 * CLIP_S)


@every_channel
def test_the_mode_is_told(part: Callable[[str], Proven], name: str, place: tuple[str, int]) -> None:
    each, camera = case(part, name, place)
    found = camera["retention"]["recording_mode"]["value"]
    if each.verified_days is None or each.frozen or not each.claims_gaps:
        assert found in (None, "unknown", each.mode)
    else:
        assert found in (each.mode, *({"motion", "event"} if each.mode in ("motion", "event") else ()))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- Fields 7, 10 and 11 ----------------------------------------------------------------------------------------------


@every_channel
def test_what_is_recorded_is_told_and_not_what_streams_live(
    part: Callable[[str], Proven], name: str, place: tuple[str, int]
) -> None:
    each, camera = case(part, name, place)
    fields = camera["fields"]
    told = [fields[key] for key in ("resolution", "frame_rate", "file_format")]
    if each.verified_days is None:  # no longer piece was played
        assert all(fact["proxy"] is (fact["value"] is not None) for fact in told)
        return
    assert [fact["proxy"] for fact in told] == [False] * 3
    assert {fact["role"] for fact in told} == {"recorded"}
    assert fields["resolution"]["value"] == each.resolution
    assert fields["frame_rate"]["value"] == pytest.approx(each.frame_rate, abs=max(0.3, 0.02 * each.frame_rate))
    assert fields["frame_rate"]["standing"] == "measured"
    assert fields["file_format"]["value"] == {"codec": each.codec, "container": "not_observable"}
    (main,) = [stream for stream in camera["streams"] if stream["name"] == "main"] or camera["streams"][:1]
    assert main["resolution"]["value"] in {other["value"] for other in fields["resolution"]["others"]}


# --- Manners ----------------------------------------------------------------------------------------------------------


@every_part
def test_one_playback_at_a_time_and_every_one_was_ended(part: Callable[[str], Proven], name: str) -> None:
    for address, state in part(name).states.items():
        assert state.peak_playbacks <= 1, address
        assert (state.playbacks, state.rtsp_sessions, state.rtsp_not_torn_down) == (0, 0, 0), address
        assert (state.rtsp_timed_out, state.rtsp_wrong_session) == (0, 0), address
        assert state.peak_rtsp_connections <= 2, address  # one that never ends is closed, and takes its time to see it
        assert state.failed_logins_ever == 0, address
        assert state.searches == 0, address
    assert part(name).errors == []


@every_part
def test_no_step_ended_in_an_error_of_our_own(part: Callable[[str], Proven], name: str) -> None:
    broken = [
        (device.address, attempt.step, attempt.line.en)
        for device in part(name).devices.values()
        for attempt in device.attempts
        if attempt.ending.value == "bug"
    ]
    assert broken == []


@every_part
def test_the_record_is_as_the_contract_says(part: Callable[[str], Proven], name: str) -> None:
    found = part(name)
    SurveyShape.model_validate(found.survey)
    for place, each in found.expected.items():
        retention = found.cameras[place]["retention"]
        assert retention["samples"] >= retention["played"]
        if each.verified_days is None:
            continue
        assert retention["samples"] >= SAMPLES
        assert len(retention["seed"]) >= 16
        low, high = retention["coverage_interval"]
        assert low <= retention["coverage_ratio"]["value"] <= high
        assert retention["timeline"]["declared_days"] == DECLARED_DAYS
        assert [mark["day"] for mark in retention["timeline"]["days"]][:31] == list(range(31))


# --- The named cases --------------------------------------------------------------------------------------------------


def camera_of(part: Callable[[str], Proven], octet: int) -> Json:
    name = next(name for name, octets in GROUPS.items() if octet in octets)
    return part(name).cameras[(f"{NETWORKS[name]}.{octet}", 1)]


def codes(camera: Json) -> set[str]:
    return {item["code"] for item in camera["findings"]}


@pytest.mark.xdist_group("retention truths")
def test_thirty_days_with_the_fourth_missing_are_thirty_days_with_one_gap(part: Callable[[str], Proven]) -> None:
    found = camera_of(part, 12)["retention"]
    start, end = part("truths").days.bounds(4)
    assert (found["verified_days"]["value"], found["verdict"]) == (30, "match")
    assert [tuple(map(instant, gap)) for gap in found["gaps"]] == [(start, end)]
    assert found["coverage_ratio"]["value"] < 1


@pytest.mark.xdist_group("retention truths")
def test_every_second_day_missing_shows_in_plain_sight(part: Callable[[str], Proven]) -> None:
    found = camera_of(part, 13)["retention"]
    assert found["verdict"] == "mismatch"
    assert len(found["gaps"]) >= found["verified_days"]["value"] // 2
    assert found["oldest_playable_days"]["value"] == 30


@pytest.mark.xdist_group("retention truths")
def test_a_locked_clip_is_no_history(part: Callable[[str], Proven]) -> None:
    found = camera_of(part, 18)["retention"]
    assert (found["verified_days"]["value"], found["oldest_playable_days"]["value"]) == (12, 12)


@pytest.mark.xdist_group("retention lies")
@pytest.mark.parametrize(("octet", "truth", "claim"), [(21, 12, 30), (23, 22, 30), (24, 0, 30)])
def test_no_lie_is_accepted(part: Callable[[str], Proven], octet: int, truth: int, claim: int) -> None:
    """An index that claims more than the disk holds, footage of other times, the same pictures at every instant."""
    camera = camera_of(part, octet)
    fact = camera["fields"]["retention_days"]
    assert abs(fact["value"] - truth) <= (octet != 24)
    assert camera["retention"]["verdict"] == "mismatch"
    assert claim in [other["value"] for other in fact["others"]], "the claim stands beside it"
    wanted = {21: "footage_index_overstates", 23: "footage_index_overstates", 24: "footage_repeats"}[octet]
    assert wanted in codes(camera), codes(camera)


@pytest.mark.xdist_group("retention faults")
def test_a_clock_an_hour_off_is_told_and_taken_into_account(part: Callable[[str], Proven]) -> None:
    camera = camera_of(part, 29)
    each = part("faults").expected[(camera["device"], 1)]
    (gap,) = camera["retention"]["gaps"]
    assert all(
        abs((instant(told) - true).total_seconds()) <= CLIP_S for told, true in zip(gap, each.gaps[0], strict=True)
    )
    device = next(one for one in part("faults").survey["devices"] if one["address"] == camera["device"])
    assert device["clock_offset_s"]["value"] == pytest.approx(3600, abs=3)


@pytest.mark.xdist_group("retention faults")
def test_a_recorder_that_stops_answering_is_a_line_and_the_rest_is_kept(part: Callable[[str], Proven]) -> None:
    camera = camera_of(part, 35)
    fact, found = camera["fields"]["retention_days"], camera["retention"]
    assert fact["value"] is None
    assert fact["why_unknown_code"] == "footage_sampling_unfinished"
    assert found["played"] >= 1
    assert found["complete"] is False
    assert sum(mark["played"] for mark in found["timeline"]["days"]) == found["played"]


@pytest.mark.xdist_group("retention faults")
def test_a_recorder_that_answers_again_is_finished_in_the_next_run(part: Callable[[str], Proven]) -> None:
    before = camera_of(part, 35)
    fleet = part_of("faults", NETWORKS["faults"])
    (device,) = [one for one in fleet.devices if one.address == before["device"]]
    healed = replace(device, faults=replace(device.faults, archive=ArchiveFaults()))
    found = _proven(replace(fleet, devices=(healed,)), part("faults").folder)
    after = found.cameras[(device.address, 1)]["retention"]
    assert (after["verified_days"]["value"], after["verdict"], after["complete"]) == (30, "match", True)
    assert after["seed"].startswith(f"{before['retention']['seed']},")
    assert after["samples"] > before["retention"]["samples"] > 0
    assert found.states[device.address].playbacks_ever < after["samples"] + 20, (
        "what had played was not asked for again"
    )


# --- The command ------------------------------------------------------------------------------------------------------

COMMANDS = f"127.{140 + OWN}"


ALONE = ("--no-arp", "--no-multicast")


@contextmanager
def two_of_them(network: str, folder: Path) -> Iterator[tuple[Municipality, Path]]:
    """A recorder of the sub-stream, and one that names another host for replay."""
    whole = moved(load_fleet(FLEETS / "recordings.yaml"), network)
    fleet = replace(whole, devices=tuple(one for one in whole.devices if one.address.endswith((".20", ".34"))))
    credentials = folder / "credentials.yaml"
    credentials.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), encoding="utf-8")
    credentials.chmod(0o600)
    with Municipality(fleet) as town:
        yield town, credentials


@pytest.mark.xdist_group("retention command")
def test_the_command_shows_bars_and_writes_the_files(tmp_path: Path) -> None:
    with two_of_them(f"{COMMANDS}.8", tmp_path) as (town, credentials):
        chosen = [f"{COMMANDS}.8.20", f"{COMMANDS}.8.34"]
        words = ["retention", *chosen, "--days", "3", "--credentials", str(credentials), "--lang", "en", *ALONE]
        ended = run(*words, "--out", str(tmp_path / "out"), state=tmp_path / "state", COLUMNS="100")
        assert town.errors == []
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("█") >= 3 + 5
    for address in chosen:
        assert address in ended.stdout
    found = json.loads((tmp_path / "out" / "survey.json").read_text(encoding="utf-8"))
    SurveyShape.model_validate(found)
    told = {camera["device"]: camera["retention"] for camera in found["cameras"]}
    assert [told[address]["verified_days"]["value"] for address in chosen] == [3, 5]
    assert [(told[one]["verdict"], told[one]["direction"]) for one in chosen] == [
        ("match", None),
        ("match", "understated"),
    ]
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    drawn = report.split("<svg")[1:]
    assert sum("proven" in svg.partition("</svg>")[0] or "<rect" in svg.partition("</svg>")[0] for svg in drawn) >= 2


@pytest.mark.xdist_group("retention command")
def test_json_goes_to_standard_output_and_nothing_else_does(tmp_path: Path) -> None:
    with two_of_them(f"{COMMANDS}.9", tmp_path) as (_, credentials):
        words = ["retention", f"{COMMANDS}.9.20", "--days", "9", "--credentials", str(credentials), "--json", *ALONE]
        ended = run(*words, "--out", str(tmp_path / "out"), state=tmp_path / "state")
    assert ended.returncode == 0, ended.stderr
    (camera,) = json.loads(ended.stdout)["cameras"]
    assert camera["retention"]["samples"] >= 60
    assert camera["retention"]["verified_days"]["value"] == 3
    assert (camera["retention"]["verdict"], camera["retention"]["direction"]) == ("mismatch", "overstated")
    assert json.loads((tmp_path / "out" / "survey.json").read_text(encoding="utf-8")) == json.loads(ended.stdout)
