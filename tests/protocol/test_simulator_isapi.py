"""The simulator's Hikvision API over real sockets: what it tells, what it refuses, and every documented trap."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from lxml import etree

from cctv_probe.simulator.fleet import Device, Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.journal import calls_of
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.recorded_spans import THAILAND
from tests.unit.simulator.isapi_client import Isapi, every, rows, said, search_body
from tests.unit.simulator.towns import FLEETS, Token, ask, body_of, own_network

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    fleet = moved(load_fleet(FLEETS / "recorders.yaml"), own_network())
    hikvision = tuple(device for device in fleet.devices if device.vendor_api == "isapi")
    with Municipality(replace(fleet, devices=hikvision)) as running:
        yield running
        assert running.errors == []


def at(fleet: Fleet, last: int) -> Device:
    """The device whose address ends in `last`."""
    return next(device for device in fleet.devices if device.address.endswith(f".{last}"))


@pytest.fixture
def main(town: Municipality) -> Isapi:
    """The recorder of sixteen slots."""
    return Isapi(at(town.fleet, 11))


def midnight(days_ago: int) -> datetime:
    """The beginning of a day by the wall clock in Thailand."""
    today = datetime.now(THAILAND).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return today - days_ago * DAY


# --- Who it is --------------------------------------------------------------------------------------------------------


def test_a_recorder_says_who_it_is_and_how_many_channels_it_has(main: Isapi) -> None:
    info = main.read("System/deviceInfo")
    told = [said(info, name) for name in ("model", "deviceType", "firmwareVersion", "firmwareReleasedDate")]
    assert told == ["DS-7616NI-K2", "NVR", "V4.30.085", "build 200916"]
    capabilities = main.read("System/capabilities")
    assert (said(capabilities, "videoInputPortNums"), said(capabilities, "inputProxyNums")) == ("0", "16")
    listed = every(main.read("Security/adminAccesses"), "AdminAccessProtocol")
    assert {said(one, "protocol"): said(one, "portNo") for one in listed}["RTSP"] == "8554"


def test_whether_it_is_activated_is_told_to_everybody(town: Municipality) -> None:
    answer = Isapi(at(town.fleet, 11), anonymous=True).raw("/SDK/activateStatus")
    assert answer.status_code == 200
    assert said(etree.fromstring(answer.content), "Activated") == "true"


def test_a_camera_is_no_recorder(town: Municipality) -> None:
    camera = Isapi(at(town.fleet, 101))
    assert said(camera.read("System/deviceInfo"), "deviceType") == "IPCamera"
    assert len(every(camera.read("System/Video/inputs/channels"), "VideoInputChannel")) == 1
    assert camera.ask("ContentMgmt/InputProxy/channels").status_code == 403


def test_clocks_tell_their_error_their_zone_and_their_server(town: Municipality) -> None:
    device = at(town.fleet, 14)
    time = Isapi(device).read("System/time")
    told = datetime.fromisoformat(said(time, "localTime"))
    assert told.utcoffset() == timedelta(hours=7)
    assert told - datetime.now(UTC) == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=5))
    assert said(time, "timeZone").startswith("CST-7:00:00DST")
    assert said(time, "timeMode") == "NTP"
    assert said(Isapi(device).read("System/time/ntpServers"), "hostName") == "time.example.go.th"


# --- Its channels -----------------------------------------------------------------------------------------------------


def test_the_slots_name_the_cameras_behind_them_and_ghosts_have_no_address(town: Municipality, main: Isapi) -> None:
    listing = main.read("ContentMgmt/InputProxy/channels")
    slots = every(listing, "InputProxyChannel")
    network = at(town.fleet, 11).address.rpartition(".")[0]
    addresses = [said(slot, "ipAddress") for slot in slots]
    assert addresses[:4] == [f"{network}.101", "192.168.254.3", "192.168.254.4", f"{network}.104"]
    assert addresses[7] == "0.0.0.0"
    assert said(slots[1], "macAddress") == "28:57:be:05:01:02"
    assert (len(slots), listing.get("size")) == (16, "12")
    states = every(main.read("ContentMgmt/InputProxy/channels/status"), "InputProxyChannelStatus")
    assert [said(one, "online") for one in states[3:8]] == ["true", "false", "true", "true", "false"]
    one = main.read("ContentMgmt/InputProxy/channels/5/status")
    assert (said(one, "id"), said(one, "online")) == ("5", "false")


def test_a_pure_recorder_has_no_analogue_inputs(main: Isapi) -> None:
    refused = main.ask("System/Video/inputs/channels")
    assert refused.status_code == 403
    assert said(etree.fromstring(refused.content), "subStatusCode") == "notSupport"


def test_frame_rates_are_times_a_hundred_and_zero_is_full_rate(town: Municipality, main: Isapi) -> None:
    streams = every(main.read("Streaming/channels"), "StreamingChannel")
    ids = [said(one, "id") for one in streams]
    assert ids[:3] == ["101", "102", "201"]
    assert not any(number.startswith("8") for number in ids)
    assert said(streams[0], "maxFrameRate") == "0"
    options = every(main.read("Streaming/channels/101/capabilities"), "maxFrameRate")[0].get("opt") or ""
    assert max(int(one) for one in options.split(",")) == 1000
    assert options.endswith(",0")
    honest = Isapi(at(town.fleet, 12)).read("Streaming/channels/102")
    sizes = [said(honest, f"videoResolution{side}") for side in ("Width", "Height")]
    assert [*sizes, said(honest, "maxFrameRate")] == ["640", "360", "1000"]
    assert main.ask("Streaming/channels/103").status_code == 403


def test_encoders_may_be_listed_as_proxied_streams_alone(town: Municipality, main: Isapi) -> None:
    client, path = Isapi(at(town.fleet, 14)), "ContentMgmt/StreamingProxy/channels"
    assert client.ask("Streaming/channels").status_code == 403
    assert [said(one, "id") for one in every(client.read(path), "StreamingProxyChannel")] == ["101", "102"]
    assert said(client.read(f"{path}/102"), "videoResolutionWidth") == "640"
    assert len(every(main.read(path), "StreamingProxyChannel")) == len(every(main.read("Streaming/channels"), "Video"))
    assert Isapi(at(town.fleet, 101)).ask(path).status_code == 403


# --- Disks and schedules ----------------------------------------------------------------------------------------------


def test_disks_tell_what_is_broken_and_what_is_not_there(town: Municipality) -> None:
    storage = Isapi(at(town.fleet, 12)).read("ContentMgmt/Storage")
    told = [(said(disk, "status"), said(disk, "capacity")) for disk in every(storage, "hdd")]
    assert told == [("ok", "4000000"), ("error", "4000000"), ("notexist", "0")]
    assert said(storage, "workMode") == "quota"
    refused = Isapi(at(town.fleet, 16)).ask("ContentMgmt/Storage")
    assert refused.status_code == 403
    assert said(etree.fromstring(refused.content), "subStatusCode") == "lowPrivilege"


def test_the_real_switch_of_a_schedule_is_in_the_extension(main: Isapi) -> None:
    tracks = every(main.read("ContentMgmt/record/tracks"), "Track")
    by_id = {said(track, "id"): track for track in tracks}
    assert {said(track, "Enable") for track in tracks} == {"true"}
    assert [said(by_id[one], "enableSchedule") for one in ("101", "701", "901")] == ["true", "false", "true"]
    assert [said(by_id[one], "ActionRecordingMode") for one in ("101", "901")] == ["CMR", "MOTION"]
    assert said(by_id["401"], "SrcUrl").endswith("/402")
    assert "resolution=640x360" in said(by_id["401"], "Description")
    assert (said(by_id["101"], "Duration"), said(by_id["101"], "durationEnabled")) == ("P7DT0H", "false")
    assert said(main.read("ContentMgmt/record/tracks/401"), "id") == "401"


# --- What has been recorded -------------------------------------------------------------------------------------------


def test_the_calendar_has_the_recorded_days_and_not_the_missing_one(main: Isapi) -> None:
    wanted = {midnight(ago).date() for ago in range(31) if ago != 12}
    months = {(day.year, day.month) for day in wanted}
    found = {(year, month, day) for year, month in months for day in main.calendar(101, year, month)}
    assert found == {(day.year, day.month, day.day) for day in wanted}
    assert main.calendar(301, *sorted(months)[0]) == []


def test_a_search_gives_the_oldest_first_page_by_page(main: Isapi) -> None:
    whole = (midnight(60), midnight(0) + DAY)
    first = main.search(*whole, most=1)
    assert rows(first)[0][0] == midnight(30)
    page = main.search(*whole, most=1000)
    assert len(rows(page)) == 40
    assert said(etree.fromstring(page.content), "responseStatusStrg") == "MORE"
    later = rows(main.search(*whole, position=40))
    assert later[0][0] == rows(page)[-1][1]
    day = main.search(midnight(3), midnight(2))
    assert len(rows(day)) == 24
    assert said(etree.fromstring(day.content), "responseStatusStrg") == "OK"
    missing = main.search(midnight(12), midnight(11))
    assert rows(missing) == []
    assert said(etree.fromstring(missing.content), "responseStatusStrg") == "NO MATCHES"
    assert rows(main.search(*whole, track=301)) == []


def test_a_search_can_be_of_one_kind(main: Isapi) -> None:
    window = (midnight(2), midnight(0))
    assert rows(main.search(*window, track=601, kind="/MOTION"))
    assert rows(main.search(*window, track=601, kind="/CMR")) == []
    assert rows(main.search(*window, track=101, kind="/AllEvent"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<maxResults>40</maxResults><searchResultPostion>0</searchResultPostion>",
         "<searchResultPostion>0</searchResultPostion><maxResults>40</maxResults>"),
        ("<trackIDList><trackID>101</trackID></trackIDList>", ""),
        ("<maxResults>40</maxResults>", "<maxResults>forty</maxResults>"),
        ("<searchID>", "<searchID/><searchID>"),
        ("</CMSearchDescription>", ""),
        ("<maxResults>", "<most/><maxResults>"),
    ],
)  # fmt: skip
def test_a_search_out_of_order_is_refused(main: Isapi, before: str, after: str) -> None:
    body = search_body(midnight(2), midnight(1))
    assert before in body
    answer = main.ask("ContentMgmt/search", "POST", body.replace(before, after))
    assert answer.status_code == 400
    assert said(etree.fromstring(answer.content), "subStatusCode") == "badXmlContent"


def test_times_of_a_search_are_local_whatever_the_letter_behind_them(town: Municipality) -> None:
    fast = Isapi(at(town.fleet, 14))
    newest = rows(fast.search(midnight(0) - DAY, midnight(0) + 2 * DAY, most=1000))[-1][1]
    by_its_clock = datetime.now(UTC).astimezone(THAILAND).replace(tzinfo=None) + timedelta(hours=1)
    assert abs(newest - by_its_clock) < timedelta(minutes=1)


def test_wide_windows_and_every_third_search_are_500(town: Municipality) -> None:
    client = Isapi(at(town.fleet, 12))
    day = (midnight(2), midnight(1))
    states = [client.search(*day).status_code for _ in range(6)]
    assert states.count(500) == 2
    assert client.search(midnight(60), midnight(0)).status_code == 500
    segments = next(rows(one) for one in (client.search(*day), client.search(*day)) if one.status_code == 200)
    assert len(segments) == 40
    assert all(later[0] < earlier[1] for earlier, later in itertools.pairwise(segments))


def test_other_devices_write_otherwise(town: Municipality) -> None:
    whole = (midnight(60), midnight(0))
    english = Isapi(at(town.fleet, 16)).search(*whole, most=1000)
    assert len(rows(english)) == 10
    found = etree.fromstring(english.content)
    assert said(found, "responseStatusString") == "MORE"
    assert every(found, "numOfMatches") == []
    assert said(found, "startTime").endswith("+07:00")
    echo = etree.fromstring(Isapi(at(town.fleet, 17)).search(*whole, most=1).content)
    assert (said(echo, "numOfMatches"), len(every(echo, "searchMatchItem"))) == ("1", 1)
    assert Isapi(at(town.fleet, 18)).search(*whole, track=101).status_code == 200
    assert rows(Isapi(at(town.fleet, 18)).search(*whole, track=101)) == []
    assert rows(Isapi(at(town.fleet, 18)).search(*whole, track=102))


def test_a_page_may_never_come(town: Municipality) -> None:
    client = Isapi(at(town.fleet, 17))
    body = search_body(midnight(60), midnight(0), position=80)
    with pytest.raises(requests.Timeout):
        client.ask("ContentMgmt/search", "POST", body, timeout_s=0.5)


def test_the_calendar_may_be_missing(town: Municipality) -> None:
    client = Isapi(at(town.fleet, 15))
    body = "<trackDailyParam><year>2026</year><monthOfYear>1</monthOfYear></trackDailyParam>"
    assert client.ask("ContentMgmt/record/tracks/101/dailyDistribution", "POST", body).status_code == 403


def test_namespaces_differ_from_device_to_device_and_within_one(town: Municipality, main: Isapi) -> None:
    paths = (
        "System/deviceInfo",
        "System/time",
        "Streaming/channels",
        "ContentMgmt/Storage",
        "ContentMgmt/record/tracks",
    )
    assert len({etree.QName(main.read(path)).namespace for path in paths}) > 1
    other = {etree.QName(Isapi(at(town.fleet, 15)).read(path)).namespace for path in paths}
    assert other == {"http://www.isapi.org/ver20/XMLSchema"}


# --- Logins and writes ------------------------------------------------------------------------------------------------


def test_a_locked_account_is_told_before_any_login(town: Municipality) -> None:
    device = at(town.fleet, 13)
    answer = Isapi(device, anonymous=True).ask("Security/userCheck")
    told = etree.fromstring(answer.content)
    assert (answer.status_code, said(told, "lockStatus"), said(told, "retryLoginTime")) == (401, "lock", "0")
    assert 1700 < int(said(told, "unlockTime")) <= 1800
    assert Isapi(device).ask("System/deviceInfo").status_code == 401
    assert town.state(device.address).failed_logins_ever == 0


def test_a_wrong_password_counts_once_and_the_rest_is_told(town: Municipality) -> None:
    device = at(town.fleet, 15)
    refused = Isapi(device, "wrong").ask("System/deviceInfo")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "text/html")
    assert town.state(device.address).failed_logins == 1
    other = at(town.fleet, 17)
    told = etree.fromstring(Isapi(other, "wrong").ask("System/deviceInfo").content)
    assert (said(told, "lockStatus"), said(told, "retryLoginTime")) == ("unlock", "6")
    assert said(Isapi(other).read("Security/userCheck"), "retryLoginTime") == "7"


def test_user_check_differs_too(town: Municipality) -> None:
    anonymous = [Isapi(at(town.fleet, last), anonymous=True).ask("Security/userCheck") for last in (15, 16, 18)]
    assert [one.status_code for one in anonymous] == [401, 200, 404]
    assert anonymous[0].text.startswith("<!DOCTYPE html>")
    assert said(etree.fromstring(anonymous[1].content), "lockStatus") == "unlock"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_whatever_writes_is_refused_and_noted(town: Municipality, main: Isapi, method: str) -> None:
    before = len(town.log())
    assert main.ask("System/time", method, "<Time/>").status_code == 403
    assert [entry.result for entry in town.log()[before:]] == [f"violation:{method.lower()}"]


def test_a_download_is_not_for_this_account(main: Isapi) -> None:
    assert main.ask("ContentMgmt/download").status_code == 403


def test_calls_are_counted_by_what_they_ask(town: Municipality) -> None:
    device = at(town.fleet, 104)
    client = Isapi(device)
    client.read("System/deviceInfo")
    client.read("System/deviceInfo")
    client.search(midnight(2), midnight(1))
    client.search(midnight(2), midnight(1), position=40)
    calls = calls_of(town.log(), device.address)
    assert calls["GET /ISAPI/System/deviceInfo"] == 2
    searches = [name for name in calls if name.startswith("POST /ISAPI/ContentMgmt/search track 101")]
    assert len(searches) == 2


@pytest.mark.parametrize(("last", "state"), [(16, "open"), (17, "locked")])
def test_the_onvif_user_is_locked_too_unless_it_has_a_counter_of_its_own(last: int, state: str) -> None:
    fleet = moved(load_fleet(FLEETS / "recorders.yaml"), own_network())
    device = at(fleet, last)
    user, password = device.login.onvif()
    with Municipality(replace(fleet, devices=(device,))) as running:
        for _ in range(7):
            assert Isapi(device, "wrong").ask("System/time").status_code == 401
        assert Isapi(device).ask("System/time").status_code == 401
        answer = ask(device, "device", "GetDeviceInformation", token=Token(user=user, password=password))
        assert ("DS-7608NI-K2" in answer.text) == (state == "open")
        assert running.state(device.address).failed_logins_ever == 7
        assert running.state(device.address).locked


def test_a_resource_may_never_answer(town: Municipality) -> None:
    device = at(town.fleet, 12)
    vendor = replace(device.faults.vendor, hangs_on=("ContentMgmt/record/*",))
    slow = replace(device, address=f"{own_network()}.12", faults=replace(device.faults, vendor=vendor))
    with Municipality(replace(town.fleet, devices=(slow,))):
        client = Isapi(slow)
        assert client.ask("System/time").status_code == 200
        with pytest.raises(requests.Timeout):
            client.ask("ContentMgmt/record/tracks", timeout_s=0.5)


def test_over_onvif_ghosts_are_sources_without_an_encoder(town: Municipality) -> None:
    device = at(town.fleet, 11)
    user, password = device.login.onvif()
    token = Token(user=user, password=password)
    sources = body_of(ask(device, "media1", "GetVideoSources", token=token))
    assert len(every(sources, "VideoSources")) == 16
    profiles = body_of(ask(device, "media1", "GetProfiles", token=Token(user=user, password=password)))
    named = {said(one, "SourceToken") for one in every(profiles, "VideoSourceConfiguration")}
    assert "VideoSourceToken008" not in named
    assert len(named) == 9
