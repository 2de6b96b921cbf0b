"""The fleet of recorders, recorders made by rule, and the oracle that says what a right survey finds there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from cctv_probe.simulator.fleet import Behind, Channel, Device, Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import BENCH_PASSWORD, credentials_for, many_channels, moved
from cctv_probe.simulator.logins import Logins, Verdict
from cctv_probe.simulator.oracle import expected_cameras
from cctv_probe.simulator.oracle_recorders import ExpectedRecorder, expected_recorders, real_cameras
from cctv_probe.simulator.oracle_retention import expected_retention
from tests.unit.simulator.towns import FLEETS, camera, channel, fleet_of, stream

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return load_fleet(FLEETS / "recorders.yaml")


def expected(fleet: Fleet, address: str) -> ExpectedRecorder:
    return next(one for one in expected_recorders(fleet) if one.address == address)


@pytest.mark.parametrize(
    ("last", "keys"), [(11, ["address", "mac", "serial", "address"]), (31, ["address", "mac", "serial"])]
)
def test_both_families_have_a_camera_joined_by_each_key(fleet: Fleet, last: int, keys: list[str]) -> None:
    recorder = expected(fleet, f"127.81.5.{last}")
    assert [one.joined_by for one in recorder.channels if one.joined_by] == keys
    assert len(recorder.channels) + len(recorder.ghosts) == 16
    assert [one.online for one in recorder.channels].count(False) == 1
    assert "off" in {one.schedule for one in recorder.channels}
    assert [one.lower_resolution for one in recorder.channels if one.stores_less] == ["640x360"]


def test_every_trap_is_there_in_both_families(fleet: Fleet) -> None:
    for api in ("isapi", "dahua_cgi"):
        recorders = [one for one in expected_recorders(fleet) if one.vendor_api == api]
        assert [one.address for one in recorders if one.disks_failed]
        assert [one.address for one in recorders if one.locked]
        assert {abs(one.clock_offset_s) for one in recorders} == {0.0, 3600.0}
        assert [one.address for one in recorders if not one.has_onvif]
        assert all(one.separate_users for one in recorders)
        assert [one.address for one in recorders if not one.overwrites]
    assert [one.address for one in expected_recorders(fleet) if one.summer_time] == ["127.81.5.14"]


def test_no_two_recorders_list_the_same_camera(fleet: Fleet) -> None:
    listed = [one.behind.address for recorder in expected_recorders(fleet) for one in recorder.channels if one.behind]
    assert len(set(listed)) == len(listed)
    used = sum(len(one.channels) for one in expected_recorders(fleet))
    joined = sum(one.joined_address is not None for recorder in expected_recorders(fleet) for one in recorder.channels)
    locked = sum(len(one.channels) for one in expected_recorders(fleet) if one.locked)
    assert real_cameras(fleet) == 7 + used - joined - locked


def test_ghosts_are_no_cameras_for_the_other_oracles(fleet: Fleet) -> None:
    names = {one.name for one in expected_cameras(fleet)}
    assert "Camera 08" not in names
    assert "สะพาน" in names
    verified = {(one.address, one.channel): one.verified_days for one in expected_retention(fleet, NOW)}
    assert verified[("127.81.5.11", 1)] == 30
    assert verified[("127.81.5.15", 1)] == 5
    assert verified[("127.81.5.13", 1)] is None


def test_a_moved_recorder_goes_on_knowing_its_cameras(fleet: Fleet) -> None:
    there = moved(fleet, "127.77.1")
    recorder = expected(there, "127.77.1.11")
    behind = [one.behind.address for one in recorder.channels if one.behind]
    assert behind[:5] == ["127.77.1.101", "192.168.254.3", "192.168.254.4", "127.77.1.104", "127.77.1.105"]
    assert recorder.channels[0].joined_address == "127.77.1.101"


@pytest.mark.parametrize("api", ["isapi", "dahua_cgi"])
def test_a_recorder_of_many_channels_is_made_by_rule(api: str) -> None:
    made = many_channels(32, 0.1, vendor_api="isapi" if api == "isapi" else "dahua_cgi")
    (recorder,) = expected_recorders(made)
    assert len(recorder.channels) == 32
    assert len({one.behind.serial for one in recorder.channels if one.behind}) == 32
    assert made.devices[0].faults.answer_delay_s == 0.1
    (group,) = credentials_for(made)["groups"]
    assert group["password"] == BENCH_PASSWORD
    assert {one.days for one in expected_retention(made, NOW)} == {60}


def recorder(**changes: object) -> Device:
    return camera(**({"kind": "recorder", "vendor_api": "isapi", "channels": (channel(stream(path="")),)} | changes))


def test_streams_get_their_vendors_paths() -> None:
    two = channel(stream(path=""), stream(name="sub", path=""))
    paths = [one.path for each in recorder(channels=(two, two)).channels for one in each.truths.streams]
    assert paths == [f"/Streaming/Channels/{number}" for number in (101, 102, 201, 202)]
    dahua = recorder(vendor_api="dahua_cgi", channels=(channel(stream(path="/own"), stream(name="sub", path="")),))
    assert [one.path for one in dahua.channels[0].truths.streams] == ["/own", "/cam/realmonitor?channel=1&subtype=1"]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Channel(name="x"), "at least one stream"),
        (lambda: replace(channel(), ghost=True), "a ghost has no truths"),
        (lambda: Channel(name="x", ghost=True, behind=Behind(address="10.0.0.1")), "a ghost has no truths"),
        (lambda: recorder(vendor_api=None), "a stream needs a path"),
    ],
)
def test_a_recorder_that_makes_no_sense_is_refused(build: object, said: str) -> None:
    assert callable(build)
    with pytest.raises(ValidationError, match=said):
        build()


def test_what_failed_before_counts_for_the_lock_and_for_nothing_else() -> None:
    logins = Logins(3, 60, failed_before=2)
    assert (logins.left, logins.total, logins.locked) == (1, 0, False)
    logins.weigh(Verdict(False, "digest_md5", failed=True))
    assert (logins.left, logins.total, logins.locked) == (0, 1, True)
    assert Logins(3, 60, failed_before=3).locked
    assert Logins(None, 60).left is None


def test_the_camera_behind_without_a_key_is_joined_to_nobody() -> None:
    direct = camera(address="127.70.0.1")
    nobody = Behind(address="127.70.0.9", serial="000000000000", mac="00:00:00:00:00:00")
    told = fleet_of(direct, recorder(address="127.70.0.2", channels=(channel(stream(path=""), behind=nobody),)))
    assert expected(told, "127.70.0.2").channels[0].joined_by is None
    assert real_cameras(told) == 2
