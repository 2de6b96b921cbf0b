"""What the oracle says of recordings, compared with the fleet files read by a human."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from functools import cache

import pytest

from cctv_probe.simulator.fleet import ArchiveFaults, Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.fleet_recordings import Recordings
from cctv_probe.simulator.oracle_retention import ExpectedRetention, expected_retention
from cctv_probe.simulator.recorded_spans import at
from tests.unit.simulator.towns import FLEETS

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 17:00 in Thailand


@cache
def _fleet(name: str) -> Fleet:
    return load_fleet(FLEETS / f"{name}.yaml")


def _of(name: str, last: str, channel: int = 1) -> ExpectedRetention:
    found = [
        one
        for one in expected_retention(_fleet(name), NOW)
        if one.address.endswith(f".{last}") and one.channel == channel
    ]
    return found[0]


def test_the_demo_by_hand() -> None:
    expected = expected_retention(_fleet("demo"), NOW)
    assert [(one.address[-2:], one.channel, one.verified_days, one.mode, one.claimed_days) for one in expected] == [
        ("11", 1, 6, "continuous", 6),
        ("13", 1, 30, "continuous", 30),
        ("13", 2, 12, "continuous", 30),
        ("13", 3, 30, "continuous", 30),
        ("13", 4, 30, "motion", 30),
        ("14", 1, 15, "continuous", 41),
    ]
    assert [one.maturing for one in expected] == [True, *[False] * 5]
    assert [one.overstates for one in expected] == [False, False, True, False, False, False]
    assert expected[3].gaps == ((at(4, "00:00", NOW), at(3, "00:00", NOW)),)
    assert (expected[5].oldest_playable_days, expected[5].oldest_unlocked_days) == (41, 15)
    assert expected[5].clock_offset_s == 3600


@pytest.mark.parametrize(
    ("last", "verified", "why", "missing"),
    [
        ("11", 30, "", set()),
        ("12", 30, "", {4}),
        ("13", 1, "", set(range(2, 29, 2))),
        ("14", 20, "", {15}),
        ("18", 12, "", set()),
        ("21", 12, "", set()),
        ("24", 0, "", set()),
        ("26", None, "nothing_listed", set()),
        ("35", None, "hangs", set()),
    ],
)
def test_the_fleet_of_recordings(last: str, verified: int | None, why: str, missing: set[int]) -> None:
    found = _of("recordings", last)
    assert (found.verified_days, found.why_null, set(found.missing_days)) == (verified, why, missing)


def test_gaps_of_hours_are_gaps_but_no_missing_days() -> None:
    found = _of("recordings", "14")
    assert found.gaps == (
        (at(15, "00:00", NOW), at(14, "00:00", NOW)),
        (at(9, "22:00", NOW), at(8, "04:00", NOW)),
        (at(3, "01:00", NOW), at(3, "05:30", NOW)),
    )
    assert (found.longest_gap_s, found.oldest_utc) == (86_400.0, at(20, "13:25", NOW))


def test_what_was_recorded_is_not_what_streams() -> None:
    found = _of("recordings", "20")
    assert (found.codec, found.resolution, found.frame_rate) == ("h265", "704x576", 12.5)


def test_every_truth_and_fault_has_a_device() -> None:
    devices = _fleet("recordings").devices
    for kind, given in (
        (ArchiveFaults, [device.faults.archive for device in devices]),
        (Recordings, [one.recordings for device in devices for one in device.channels]),
    ):
        usual = kind()
        unused = {
            one.name
            for one in fields(kind)
            if all(getattr(each, one.name) == getattr(usual, one.name) for each in given)
        }
        assert unused <= {"folder"}
