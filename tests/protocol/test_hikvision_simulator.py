"""Hikvision recorders of a simulated municipality, which nobody of this dialect wrote: asked, and judged by their truths."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.ask_channels import ask_channels
from cctv_probe.dialects.hikvision.ask_device import ask_device
from cctv_probe.dialects.hikvision.ask_health import ask_health
from cctv_probe.dialects.hikvision.greeting import greet
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.footage.archive import ArchiveChannel
from cctv_probe.footage.hikvision_archive import HikvisionArchive
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel, Host, Identity
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.credentials import Group, Login
from cctv_probe.wire.deadline import Budget, Deadline
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate, HttpAccount
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.visit import Visit
from tests.unit.simulator.towns import FLEETS, own_network

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    fleet = moved(load_fleet(FLEETS / "recorders.yaml"), own_network())
    recorders = tuple(one for one in fleet.devices if one.vendor_api == "isapi" and one.kind == "recorder")
    with Municipality(replace(fleet, devices=recorders)) as running:
        yield running
        assert running.errors == []
        asked = [entry.operation for entry in running.log() if entry.service == "isapi"]
        assert asked
        assert [one for one in asked if not ops.is_allowed(*one.partition("?")[0].split(" ", 1))] == []


@dataclass
class Asked:
    """One recorder, asked as a visit asks it."""

    visit: Visit
    identity: Identity
    channels: tuple[Channel, ...]
    archive: HikvisionArchive
    now: dt.datetime

    def value(self, subject: str, attribute: str) -> object:
        return next((item.value for item in self.visit.known(subject, attribute)), None)

    @property
    def first(self) -> ArchiveChannel:
        return self.archive.channels()[0]


Asking = Callable[[int], Asked]


@pytest.fixture
def asked(town: Municipality, tmp_path: Path) -> Iterator[Asking]:
    """Asks the recorder whose address ends in a number for everything but its footage."""
    with contextlib.ExitStack() as stack:
        yield lambda last: _asked(town, last, tmp_path, stack)


def _asked(town: Municipality, last: int, folder: Path, stack: contextlib.ExitStack) -> Asked:
    device = next(one for one in town.fleet.devices if one.address.endswith(f".{last}"))
    user, password = device.login.web()
    clock = SystemClock()
    ledger = Ledger(folder / "logins.sqlite", clock)
    run = RunFolder(folder / "run", Redactor(frozenset({password}), frozenset({user})), clock)
    login = DeviceLogin((f"address:{device.address}",), Group("g", Login(user, password)), ledger, GroupGate())
    budget = Budget(120, 64 << 20)
    nobody = contextlib.nullcontext(None)
    host = Host(device.address, tuple(device.ports.all()))
    visit = Visit(host, budget, clock, run, login, HttpClient(device.address, budget), lambda _: nobody)
    for close in (ledger.close, run.close, visit.http.close):
        stack.callback(close)
    assert device.ports.http is not None
    assert device.ports.rtsp is not None
    greeting = greet(visit, Endpoint(device.ports.http, tls=False))
    session = IsapiSession(visit, greeting.endpoint, greeting)
    identity = ask_device(session)
    channels = ask_channels(session)
    ask_health(session, channels)
    archive = HikvisionArchive(session, channels, HttpAccount(login, "device", "RTSP"), ((device.ports.rtsp, False),))
    return Asked(visit, identity, channels, archive, clock.now())


def test_nine_of_sixteen_slots_are_used_and_joined_to_their_cameras(asked: Asking) -> None:
    found = asked(11)
    assert [channel.number for channel in found.channels] == [1, 2, 3, 4, 5, 6, 7, 9, 10]
    assert found.identity.serial == "DS-7616NI-K21620201105CCRRF05110011WCVU"
    assert found.value("channel/2", "source_mac") == "28:57:BE:05:01:02"
    assert found.value("channel/3", "source_serial") == "DS-2CD2T47G2-L20220315AAWRJ51010103"
    assert [item.ending for item in found.visit.attempts if item.ending is not Ending.OK] == []
    assert "recording_off" in [finding.code for finding in found.visit.findings]


def test_thirty_days_with_a_hole_are_indexed_and_played(asked: Asking) -> None:
    found = asked(11)
    index = found.archive.index(found.first, found.now - 400 * DAY, found.now)
    assert index.oldest_utc is not None
    assert found.now - 31 * DAY < index.oldest_utc <= found.now - 30 * DAY + dt.timedelta(hours=1)
    (one, other) = index.spans
    assert DAY - dt.timedelta(minutes=5) < other.start_utc - one.end_utc < DAY + dt.timedelta(minutes=5)
    at = index.oldest_utc + dt.timedelta(hours=1)
    played = found.archive.play(found.first, at, "key", Deadline.after(20))
    assert played.seen_utc is not None
    assert abs((played.seen_utc - at).total_seconds()) < 60
    with pytest.raises(StepError) as caught:
        found.archive.play(found.first, one.end_utc + DAY / 2, "key", Deadline.after(20))
    assert caught.value.ending is Ending.NOT_FOUND


@pytest.mark.parametrize("last", [12, 14, 15])
def test_five_days_behind_narrow_windows_a_wrong_clock_and_no_calendar(last: int, asked: Asking) -> None:
    found = asked(last)
    index = found.archive.index(found.first, found.now - 400 * DAY, found.now)
    assert index.oldest_utc is not None
    assert found.now - 6 * DAY < index.oldest_utc <= found.now - 5 * DAY + dt.timedelta(hours=1)
    offset = found.value("device", "clock_offset_s")
    assert isinstance(offset, float)
    assert abs(offset - (3600 if last == 14 else 0)) < 2
    at = index.oldest_utc + dt.timedelta(hours=1)
    played = found.archive.play(found.first, at, "key", Deadline.after(20))
    assert played.seen_utc is not None
    assert abs((played.seen_utc - at).total_seconds()) < 60


def test_footage_that_is_only_claimed_is_not_played(asked: Asking) -> None:
    found = asked(17)
    found.archive.index(found.first, found.now - 10 * DAY, found.now)
    at = found.now - 9 * DAY
    played = found.archive.play(found.first, at, "key", Deadline.after(20))
    assert played.seen_utc is not None, "this recorder tells where it jumped to"
    assert abs((played.seen_utc - at).total_seconds()) > DAY.total_seconds()


def test_a_locked_recorder_gets_no_login(asked: Asking, town: Municipality) -> None:
    found = asked(13)
    assert (found.identity.serial, found.channels) == (None, ())
    assert {item.ending for item in found.visit.attempts} == {Ending.LOCKED_OUT}
    seen = [entry for entry in town.log() if entry.address == found.visit.address and entry.service == "isapi"]
    assert {entry.credentials for entry in seen} == {"none"}


def test_what_the_user_has_no_right_to_see_is_said(asked: Asking) -> None:
    found = asked(16)
    refused = [item for item in found.visit.attempts if item.step == "isapi.storage"]
    assert [item.ending for item in refused] == [Ending.NOT_PERMITTED]
    assert "right" in refused[0].line.en
    assert found.value("device", "overwrite") is True
