"""Playback by the vendors' own RTSP addresses: Hikvision's tracks, Dahua's times in the query, and their traps."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from cctv_probe.simulator.fleet import Device, Login
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.recorded_spans import THAILAND
from tests.unit.simulator.isapi_client import Isapi, said
from tests.unit.simulator.towns import FLEETS, Packet, Rtsp, Viewer, digest_header, own_network

TRANSPORT = "RTP/AVP/TCP;unicast;interleaved=0-1"
NOON = datetime.now(THAILAND).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
LONG_GONE = NOON - timedelta(days=200)
FEW = timedelta(seconds=1)
LOCKED = (13, 33)


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    """Every recorder of the fleet, without RTSP logins; one keeps its own."""
    fleet = moved(load_fleet(FLEETS / "recorders.yaml"), own_network())
    recorders = tuple(
        device if device.address.endswith(".16") else replace(device, login=Login())
        for device in fleet.devices
        if device.kind == "recorder"
    )
    with Municipality(replace(fleet, devices=recorders)) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def at(town: Municipality) -> Callable[[int], Device]:
    """The recorder whose address ends in a number."""
    return lambda last: next(one for one in town.fleet.devices if one.address.endswith(f".{last}"))


def hikvision(starts: datetime, ends: datetime | None = None, track: int = 101) -> str:
    """The address of a recording; times by the device's clock."""
    form = "%Y%m%dT%H%M%SZ"
    tail = f"&endtime={ends.strftime(form)}" if ends else ""
    return f"/Streaming/tracks/{track}?starttime={starts.strftime(form)}{tail}"


def dahua(starts: datetime, ends: datetime | None = None, path: str = "playback", channel: int = 1) -> str:
    form = "%Y_%m_%d_%H_%M_%S"
    tail = f"&endtime={ends.strftime(form)}" if ends else ""
    return f"/cam/{path}?channel={channel}&subtype=0&starttime={starts.strftime(form)}{tail}"


class Playing(Viewer):
    """A playback that was begun, at `began_s`; `range` as PLAY answered."""

    range = ""
    began_s = 0.0

    def begin(self, path: str) -> Playing:
        """DESCRIBE, SETUP and PLAY, which must succeed."""
        status, described, body = self.ask("DESCRIBE", path)
        assert (status, described["content-type"]) == (200, "application/sdp")
        assert "x-onvif-track" not in body
        status, headers, _ = self.ask("SETUP", f"{path}/trackID=1", Transport=TRANSPORT)
        assert status == 200
        self.session = headers["session"].split(";")[0]
        self.began_s = time.monotonic()
        status, headers, _ = self.ask("PLAY", path + "/", Range="npt=0.000-")
        assert status == 200
        self.range = headers.get("range", "")
        return self

    def whole(self) -> list[Packet]:
        """Everything until nothing has come for a while; the first may take its time."""
        packets = self.receive(10, 1)
        while more := self.receive(0.8):
            packets += more
        return packets


def pictures(packets: list[Packet]) -> int:
    """How many access units came whole."""
    return sum(one.is_marked for one in packets if one.channel == 0)


def reported(packets: list[Packet]) -> datetime | None:
    """The instant of the first RTCP sender report."""
    for one in packets:
        if one.channel == 1 and one.data[1] == 200:
            seconds, fraction = struct.unpack_from(">II", one.data, 8)
            return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds + fraction / 2**32)
    return None


@pytest.mark.parametrize(
    ("last", "path"),
    [
        (11, hikvision(NOON, NOON + FEW)),
        (11, hikvision(NOON, NOON + FEW, track=401)),
        (18, hikvision(NOON, NOON + FEW, track=102)),
        (31, dahua(NOON, NOON + FEW)),
        (31, dahua(NOON, NOON + FEW, "realmonitor", channel=3)),
    ],
)
def test_a_recording_plays_in_real_time_and_ends_where_it_should(
    at: Callable[[int], Device], last: int, path: str
) -> None:
    with Playing(at(last)) as viewer:
        packets = viewer.begin(path).whole()
        assert not any(one.data[0] & 0x10 for one in packets)
        assert 9 <= pictures(packets) <= 12
        assert packets[-1].arrived_s - viewer.began_s > 0.8
        assert viewer.ask("TEARDOWN", path)[0] == 200


def test_the_address_that_a_search_gives_can_be_played(at: Callable[[int], Device]) -> None:
    device = at(18)
    found = Isapi(device).search(NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + FEW, track=102)
    uri = said(etree.fromstring(found.content), "playbackURI")
    assert uri.startswith(f"rtsp://{device.address}:8554/Streaming/tracks/102/?starttime=")
    with Playing(device) as viewer:
        path = uri.partition(":8554")[2]
        assert pictures(viewer.begin(path).receive(10, 20)) > 0
        viewer.ask("TEARDOWN", path)


def test_the_range_of_the_answer_tells_local_time_with_a_z(at: Callable[[int], Device]) -> None:
    with Playing(at(11)) as viewer:
        told = viewer.begin(hikvision(NOON, NOON + FEW)).range
        begins, _, ends = told.removeprefix("clock=").partition("-")
        form = "%Y%m%dT%H%M%SZ"
        first = datetime.strptime(begins, form).replace(tzinfo=THAILAND)
        assert timedelta() <= NOON - first <= timedelta(seconds=2)
        assert ends == f"{NOON + FEW:{form}}"
        viewer.ask("TEARDOWN", "/")


@pytest.mark.parametrize(("last", "offset_h"), [(14, 1), (34, -1)])
def test_a_sender_report_tells_the_instant_by_the_devices_clock(
    at: Callable[[int], Device], last: int, offset_h: int
) -> None:
    by_its_clock = NOON + timedelta(hours=offset_h)
    path = hikvision(by_its_clock) if last == 14 else dahua(by_its_clock, path="realmonitor")
    with Playing(at(last)) as viewer:
        packets = viewer.begin(path).receive(10, 12)
        told = reported(packets)
        assert told is not None
        assert timedelta() <= by_its_clock - told <= timedelta(seconds=2)
        assert viewer.range == ""
        viewer.ask("TEARDOWN", path)


def test_only_one_playback_at_a_time(at: Callable[[int], Device]) -> None:
    path = hikvision(NOON)
    with Playing(at(11)) as first, Viewer(at(11)) as second:
        first.begin(path)
        assert second.ask("SETUP", f"{path}/trackID=1", Transport=TRANSPORT)[0] == 453
        first.ask("TEARDOWN", path)
        assert second.ask("SETUP", f"{path}/trackID=1", Transport=TRANSPORT)[0] == 200
        assert second.ask("TEARDOWN", path)[0] in (200, 454)


@pytest.mark.parametrize(
    ("last", "path"),
    [
        (11, hikvision(LONG_GONE)),
        (11, hikvision(NOON, track=301)),
        (11, hikvision(NOON, track=801)),
        (18, hikvision(NOON, track=101)),
        (31, dahua(LONG_GONE)),
        (34, dahua(NOON)),
    ],
)
def test_where_nothing_is_recorded_there_is_nothing(at: Callable[[int], Device], last: int, path: str) -> None:
    with Rtsp(at(last)) as client:
        assert client.ask("DESCRIBE", path)[0] == 404


@pytest.mark.parametrize("path", [hikvision(NOON).replace("Z", ""), "/Streaming/tracks/101?starttime=yesterday"])
def test_times_that_cannot_be_read_are_refused(town: Municipality, at: Callable[[int], Device], path: str) -> None:
    with Rtsp(at(11)) as client:
        assert client.ask("DESCRIBE", path)[0] == 400
    assert town.log()[-1].result == "violation:times"
    assert town.log()[-1].target == path


@pytest.mark.parametrize(("last", "path"), [(18, hikvision(LONG_GONE, track=102)), (36, dahua(LONG_GONE))])
def test_or_all_goes_well_and_nothing_comes(at: Callable[[int], Device], last: int, path: str) -> None:
    with Playing(at(last)) as viewer:
        assert viewer.begin(path).receive(1) == []
        viewer.ask("TEARDOWN", path)


def test_or_it_jumps_to_what_is_nearest_and_says_so_in_the_range(at: Callable[[int], Device]) -> None:
    with Playing(at(17)) as viewer:
        viewer.begin(hikvision(LONG_GONE))
        oldest = NOON - timedelta(days=2, hours=12)
        assert viewer.range.startswith(f"clock={oldest:%Y%m%dT%H%M%S}Z-")
        assert viewer.receive(10, 1)
        viewer.ask("TEARDOWN", "/")


@pytest.mark.parametrize(("last", "path"), [(17, hikvision(NOON, NOON + FEW)), (36, dahua(NOON, NOON + FEW))])
def test_playback_may_go_on_past_its_end_until_teardown(at: Callable[[int], Device], last: int, path: str) -> None:
    with Playing(at(last)) as viewer:
        packets = viewer.begin(path).receive(10, 1)
        while pictures(packets) <= 20:
            packets += (more := viewer.receive(5, 1))
            assert more
        assert viewer.ask("TEARDOWN", path)[0] == 200
        viewer.receive(0.3)
        assert viewer.receive(0.5) == []


def test_realmonitor_may_play_live_whatever_time_is_asked(at: Callable[[int], Device]) -> None:
    path = dahua(LONG_GONE, path="realmonitor")
    with Viewer(at(32)) as viewer:
        assert "a=range:npt=now-" in viewer.ask("DESCRIBE", path)[2]
        assert viewer.play(path).receive(10, 10)
        viewer.ask("TEARDOWN", path)


@pytest.mark.parametrize(
    ("last", "path", "status"),
    [
        (11, "/Streaming/Channels/101", 200),
        (11, "/streaming/channels/102?transportmode=unicast", 200),
        (11, "/Streaming/Channels/501", 404),
        (11, "/Streaming/Channels/801", 404),
        (31, "/cam/realmonitor?subtype=1&channel=2&unicast=true&proto=Onvif", 200),
        (31, "/cam/realmonitor?channel=4&subtype=0", 404),
        (31, "/cam/realmonitor?channel=x&subtype=0", 404),
    ],
)
def test_live_addresses_are_known_however_they_are_written(
    at: Callable[[int], Device], last: int, path: str, status: int
) -> None:
    with Rtsp(at(last)) as client:
        assert client.ask("DESCRIBE", path)[0] == status


def test_playback_wants_the_login_of_the_device_account(town: Municipality, at: Callable[[int], Device]) -> None:
    device, path = at(16), hikvision(NOON)
    with Rtsp(device) as client:
        status, headers, _ = client.ask("DESCRIBE", path)
        assert status == 401
        uri = f"rtsp://{device.address}:8554{path}"
        for user, expected in (("survey", 401), ("admin", 200)):
            shown = digest_header(
                headers["www-authenticate"][0], "DESCRIBE", uri, user=user, password=device.login.password
            )
            assert client.ask("DESCRIBE", path, Authorization=shown)[0] == expected
    assert town.state(device.address).failed_logins_ever == 1


def test_too_many_users_is_403_and_no_failed_login(at: Callable[[int], Device]) -> None:
    mine = at(36)
    device = replace(mine, address=f"{own_network()}.36", login=at(16).login)
    fleet = load_fleet(FLEETS / "recorders.yaml")
    with Municipality(replace(fleet, devices=(device,))) as running, Rtsp(device) as client:
        path = "/cam/realmonitor?channel=1&subtype=0"
        challenge = client.ask("DESCRIBE", path)[1]["www-authenticate"][0]
        uri = f"rtsp://{device.address}:8554{path}"
        shown = digest_header(challenge, "DESCRIBE", uri, password=device.login.password)
        assert [client.ask("DESCRIBE", path, Authorization=shown)[0] for _ in range(5)] == [200, 200, 200, 200, 403]
        assert running.state(device.address).failed_logins_ever == 0
