"""A simulated Dahua recorder on real sockets, asked by a client that shares no code with the program under test."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import av
import pytest
import requests
from requests.auth import HTTPDigestAuth

from cctv_probe.simulator.fleet import (
    ArchiveFaults,
    Banners,
    Behind,
    Channel,
    Device,
    Disk,
    Faults,
    Identity,
    Login,
    Ports,
    Recorded,
    Recordings,
    Storage,
    VendorFaults,
)
from cctv_probe.simulator.fleet_recordings import Hours, RecordedGap
from cctv_probe.simulator.journal import calls_of
from cctv_probe.simulator.municipality import Municipality
from tests.unit.simulator.towns import PASSWORD, camera, channel, digest_header, fleet_of, stream

SERIAL = "6J0C1A2PAZ00017"
THAI = timezone(timedelta(hours=7))
SMALL = Recorded(width=160, height=128, frame_rate=10, gop=10, bit_rate_bps=60_000)
BEHIND = Behind(
    address="127.9.9.9",
    port=37777,
    protocol="DAHUA",
    model="IPC-HFW1230S",
    serial="5L0B7",
    mac="3c:ef:8c:00:00:02",
    user="child-user",
    password="child-Secret",
)


def recorder(*channels: Channel, **changes: Any) -> Device:
    """A Dahua recorder with `channels`: without any, one used channel of two days, an offline one, an unused slot."""
    used = channel(stream(path=""), stream(name="sub", path=""), behind=BEHIND, recordings=Recordings(days=2))
    lost = channel(stream(path=""), name="ซอย 2", behind=BEHIND, online=False)
    values: dict[str, Any] = {
        "kind": "recorder",
        "vendor_api": "dahua_cgi",
        "services": (),
        "ports": Ports(http=8080),
        "identity": Identity(
            brand="Dahua", manufacturer="Dahua", model="NVR5216-EI", firmware="4.001.0000001.2", serial=SERIAL
        ),
        "banners": Banners(realm=f"Login to {SERIAL}"),
        "login": Login(user="admin", password=PASSWORD, lock_after=3),
        "channels": channels or (used, lost, Channel(name="", ghost=True)),
    }
    return camera(**(values | changes))


class Client:
    """One connection kept alive, with the right password unless told otherwise."""

    def __init__(self, device: Device, password: str | None = PASSWORD) -> None:
        self.device = device
        self.session = requests.Session()
        if password is not None:
            self.session.auth = HTTPDigestAuth("admin", password)

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET below `/cgi-bin/`."""
        root = f"http://{self.device.address}:8080/cgi-bin/"
        return self.session.get(root + path, **({"timeout": 10, "allow_redirects": False} | options))

    def table(self, path: str) -> dict[str, str]:
        """The lines of an answer that must succeed."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return lines_of(answer.text)

    def config(self, name: str) -> dict[str, str]:
        """A configuration, keys without `table.`."""
        found = self.table(f"configManager.cgi?action=getConfig&name={name}")
        return {key.removeprefix("table."): value for key, value in found.items()}

    def find(self, number: int, more: dict[str, str] | None = None) -> tuple[str, requests.Response]:
        """A finder and the answer to its findFile, over the last months; `more` changes its query."""
        token = self.table("mediaFileFind.cgi?action=factory.create")["result"]
        today = datetime.now(THAI)
        query = {
            "action": "findFile",
            "object": token,
            "condition.Channel": str(number),
            "condition.StartTime": told(today - timedelta(days=90)),
            "condition.EndTime": told(today + timedelta(days=1)),
        }
        shown = "&".join(f"{key}={value.replace(' ', '%20')}" for key, value in (query | (more or {})).items())
        return token, self.get("mediaFileFind.cgi?" + shown)

    def files(self, token: str, count: int = 100) -> list[dict[str, str]]:
        """The next page of a finder."""
        found = self.table(f"mediaFileFind.cgi?action=findNextFile&object={token}&count={count}")
        places = range(int(found["found"]))
        return [
            {
                key.removeprefix(f"items[{place}]."): value
                for key, value in found.items()
                if key.startswith(f"items[{place}].")
            }
            for place in places
        ]

    def load(self, number: int, at: datetime, seconds: int) -> requests.Response:
        """The footage of `seconds` from `at` on, by the device's clock."""
        window = f"startTime={told(at)}&endTime={told(at + timedelta(seconds=seconds))}"
        return self.get(f"loadfile.cgi?action=startLoad&channel={number}&{window.replace(' ', '%20')}")


def told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def lines_of(text: str) -> dict[str, str]:
    assert text.endswith("\r\n")
    return dict(line.split("=", 1) for line in text.removesuffix("\r\n").split("\r\n"))


def frames_of(content: bytes) -> Iterator[tuple[datetime, int]]:
    """(time as packed, frame type) of every DHAV frame, read apart from the simulator's writer."""
    at = 0
    while at < len(content):
        assert content[at : at + 4] == b"DHAV"
        (length,) = struct.unpack_from("<I", content, at + 12)
        (packed,) = struct.unpack_from("<I", content, at + 16)
        assert content[at + length - 8 : at + length - 4] == b"dhav"
        year, month, day = 2000 + (packed >> 26), packed >> 22 & 0xF, packed >> 17 & 0x1F
        clock = packed >> 12 & 0x1F, packed >> 6 & 0x3F, packed & 0x3F
        yield datetime(year, month, day, *clock, tzinfo=THAI), content[at + 4]
        at += length


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Municipality, Client]]:
    """An honest recorder whose clock is an hour fast."""
    storage = Storage(disks=(Disk(capacity_gb=4000, free_gb=12), Disk(status="failed"), Disk(status="notexist")))
    device = recorder(storage=storage, faults=Faults(clock_offset_s=3600))
    with Municipality(fleet_of(device)) as municipality:
        yield municipality, Client(device)
        assert municipality.errors == []


def test_it_says_who_it_is(town: tuple[Municipality, Client]) -> None:
    client = town[1]
    found = client.table("magicBox.cgi?action=getSystemInfo")
    assert (found["serialNumber"], found["updateSerial"]) == (SERIAL, "NVR5216-EI")
    assert found["deviceType"].isdigit()
    assert client.table("magicBox.cgi?action=getDeviceType") == {"type": "NVR5216-EI"}
    assert client.table("magicBox.cgi?action=getSoftwareVersion") == {"version": "4.001.0000001.2"}
    assert client.table("magicBox.cgi?action=getMachineName") == {"name": "กล้องทดสอบ"}
    assert client.table("magicBox.cgi?action=getSerialNo") == {"sn": SERIAL}
    assert client.table("magicBox.cgi?action=getVendor") == {"vendor": "Dahua"}
    defined = client.table("magicBox.cgi?action=getProductDefinition&name=MaxRemoteInputChannels")
    assert defined == {"table.MaxRemoteInputChannels": "3"}


def test_its_clock_is_an_hour_fast_and_names_no_zone(town: tuple[Municipality, Client]) -> None:
    shown = town[1].table("global.cgi?action=getCurrentTime")["result"]
    ahead = datetime.strptime(shown, "%Y-%m-%d %H:%M:%S").replace(tzinfo=THAI) - datetime.now(UTC)
    assert abs(ahead - timedelta(hours=1)) < timedelta(seconds=5)
    ntp = town[1].config("NTP")
    assert (ntp["NTP.Enable"], ntp["NTP.TimeZone"]) == ("true", "12")
    assert town[1].config("Locales")["Locales.DSTEnable"] == "false"


def test_every_slot_encodes_something(town: tuple[Municipality, Client]) -> None:
    found = town[1].config("Encode")
    main = {key.rpartition(".")[2]: value for key, value in found.items() if key.startswith("Encode[0].MainFormat[0].")}
    assert (main["resolution"], main["FPS"], main["GOP"], main["BitRate"]) == ("320x240", "25", "25", "300")
    assert found["Encode[0].ExtraFormat[0].VideoEnable"] == "true"
    assert found["Encode[0].ExtraFormat[1].VideoEnable"] == "false"
    assert found["Encode[2].MainFormat[0].Video.resolution"] == "1920x1080"  # an unused slot
    part = town[1].config("Encode[0].MainFormat[0].Video")
    assert part
    assert all(key.startswith("Encode[0].MainFormat[0].Video.") for key in part)
    caps = town[1].table("encode.cgi?action=getConfigCaps&channel=1")
    assert caps["caps[0].MainFormat[0].Video.FPSMax"] == "25"


def test_unused_slots_are_listed_like_used_ones(town: tuple[Municipality, Client]) -> None:
    found = town[1].config("RemoteDevice")
    first, last = (f"RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_{place}." for place in (0, 2))
    assert (found[first + "Address"], found[first + "SerialNo"]) == ("127.9.9.9", "5L0B7")
    assert (found[first + "UserName"], found[first + "Password"]) == ("child-user", "child-Secret")
    assert (found[last + "Address"], found[last + "Enable"]) == ("192.168.0.0", "false")
    titles = town[1].config("ChannelTitle")
    assert titles["ChannelTitle[2].Name"] == "Channel 3"
    assert titles["ChannelTitle[1].Name"] == "ซอย 2"
    cameras = town[1].table("LogicDeviceManager.cgi?action=getCameraAll")
    assert [cameras[f"camera[{place}].Type"] for place in range(4)] == ["Remote", "Remote", "Remote", "Compose"]
    assert [cameras[f"camera[{place}].Enable"] for place in range(3)] == ["true", "true", "false"]
    states = town[1].table("LogicDeviceManager.cgi?action=getCameraState")
    assert [states[f"states[{place}].connectionState"] for place in range(3)] == ["Connected", "Unconnect", "Empty"]


def test_disks_look_full_and_one_has_failed(town: tuple[Municipality, Client]) -> None:
    found = town[1].table("storageDevice.cgi?action=getDeviceAllInfo")
    assert [found[f"list.info[{place}].State"] for place in (0, 1)] == ["Success", "Failure"]
    assert found["list.info[0].Detail[0].UsedBytes"] == found["list.info[0].Detail[0].TotalBytes"]
    assert float(found["list.info[0].Detail[0].TotalBytes"]) == 4e12
    assert found["list.info[1].Detail[0].IsError"] == "true"
    assert "list.info[2].Name" not in found
    assert town[1].config("StorageGroup")["StorageGroup[0].OverWrite"] == "true"


def test_general_network_and_rtsp(town: tuple[Municipality, Client]) -> None:
    general = town[1].config("General")
    assert (general["General.LockLoginTimes"], general["General.LoginFailLockTime"]) == ("3", "1800")
    network = town[1].config("Network")
    assert network[f"Network.{network['Network.DefaultInterface']}.IPAddress"] == town[1].device.address
    assert town[1].config("RTSP")["RTSP.Port"] == "554"


def test_files_come_oldest_first_page_by_page(town: tuple[Municipality, Client]) -> None:
    client = town[1]
    token, answer = client.find(1)
    assert (answer.status_code, answer.text) == (200, "OK\r\n")
    pages = [client.files(token, 20), client.files(token, 20), client.files(token), client.files(token)]
    assert [len(page) for page in pages[:2]] == [20, 20]
    assert pages[3] == []
    files = [file for page in pages for file in page]
    starts = [file["StartTime"] for file in files]
    assert starts == sorted(set(starts))
    oldest = datetime.combine(datetime.now(THAI).date() - timedelta(days=2), datetime.min.time(), THAI)
    assert starts[0] == told(oldest + timedelta(hours=1))  # by a clock that is an hour fast
    first = files[0]
    assert (first["Channel"], first["Duration"], first["Flags[0]"]) == ("0", "3600", "Timing")
    assert re.fullmatch(r"/mnt/dvr/\S+/001/dav/01/01\.00\.00-02\.00\.00\[R\]\[0@0\]\[0\]\.dav", first["FilePath"])
    assert client.get(f"mediaFileFind.cgi?action=close&object={token}").text == "OK\r\n"
    assert client.get(f"mediaFileFind.cgi?action=destroy&object={token}").text == "OK\r\n"


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (2, {}),  # never recorded
        (9, {}),  # no such channel
        (0, {}),  # counted from 1 here
        (1, {"condition.EndTime": "2001-01-01 00:00:00"}),
        (1, {"condition.Types[0]": "jpg"}),
        (1, {"condition.StartTime": "yesterday"}),
        (1, {"object": "12345"}),
    ],
)
def test_nothing_found_looks_like_a_bad_request(
    town: tuple[Municipality, Client], number: int, more: dict[str, str]
) -> None:
    token, answer = town[1].find(number, more)
    assert (answer.status_code, answer.text) == (400, "Error\r\nBad Request!\r\n")
    assert town[1].get(f"mediaFileFind.cgi?action=findNextFile&object={token}&count=10").status_code == 400
    assert town[1].get(f"mediaFileFind.cgi?action=destroy&object={token}").status_code == 200


def test_the_journal_counts_finders_and_knows_a_question_asked_twice() -> None:
    device = recorder()
    with Municipality(fleet_of(device)) as town:
        client = Client(device)
        tokens = [client.find(1)[0] for _ in range(2)]
        client.files(tokens[0], 30)
        client.files(tokens[0], 30)
        assert town.state(device.address).searches == 2
        last = [entry.result for entry in town.log() if entry.operation.endswith("findNextFile")][-1]
        assert last == "ok finders=2"
        twice = {call: times for call, times in calls_of(town.log(), device.address).items() if times > 1}
        assert len(twice) == 1  # one search twice; its two pages are two questions
        assert "findFile&condition.Channel=1" in next(iter(twice))
        for _ in range(2):
            client.table("mediaFileFind.cgi?action=factory.create")
        assert client.get("mediaFileFind.cgi?action=factory.create").status_code == 400  # four are open
        client.get(f"mediaFileFind.cgi?action=destroy&object={tokens[0]}")
        assert client.get("mediaFileFind.cgi?action=factory.create").status_code == 200


def test_some_count_channels_from_zero_and_hang_in_a_later_page() -> None:
    device = recorder(faults=Faults(vendor=VendorFaults(channel_base=0, search_hangs_at=21)))
    with Municipality(fleet_of(device)):
        client = Client(device)
        token, answer = client.find(0)
        assert answer.ok
        assert len(client.files(token, 20)) == 20
        with pytest.raises(requests.exceptions.ReadTimeout):
            client.get(f"mediaFileFind.cgi?action=findNextFile&object={token}&count=20", timeout=0.3)


def test_schedules_modes_and_what_is_stored() -> None:
    hours = (Hours(starts="07:00", ends="19:00"), Hours(starts="20:00", ends="24:00"))
    device = recorder(
        channel(stream(path=""), stream(name="sub", path=""), stored="sub", recordings=Recordings(days=1)),
        channel(stream(path=""), recordings=Recordings(days=2, mode="schedule", hours=hours)),
        channel(stream(path=""), recordings=Recordings(days=1, mode="motion", clips_a_day=5, configured_days=15)),
        channel(stream(path=""), recordings=Recordings(days=1), schedule="off"),
    )
    with Municipality(fleet_of(device)):
        client = Client(device)
        modes = client.config("RecordMode")
        assert [modes[f"RecordMode[{place}].Mode"] for place in range(4)] == ["2", "0", "0", "2"]
        assert modes["RecordMode[0].ModeExtra1"] == "0"
        record = client.config("Record")
        days = [[record[f"Record[{place}].TimeSection[{day}][0]"] for day in range(7)] for place in range(4)]
        assert days[0] == ["1 00:00:00-23:59:59"] * 7
        assert days[1] == ["1 07:00:00-19:00:00"] * 7
        assert record["Record[1].TimeSection[3][1]"] == "1 20:00:00-23:59:59"
        assert [each[0].split()[0] for each in days[2:]] == ["2", "0"]
        assert {record[f"Record[{place}].Enable"] for place in range(4)} == {"true"}
        assert client.config("StorageGroup")["StorageGroup[0].FileHoldTime"] == "15"
        file = client.files(client.find(1)[0], 1)[0]
        assert file["VideoStream"] == "Extra1"
        clip = client.files(client.find(3)[0], 1)[0]
        assert (clip["Flags[0]"], clip["Events[0]"]) == ("Event", "VideoMotion")


def _footage(**changes: Any) -> Device:
    gap = RecordedGap(day=1, starts="10:00", ends="12:00")
    recordings = Recordings(days=2, gaps=(gap,), recorded=SMALL)
    return recorder(channel(stream(path=""), recordings=recordings), **changes)


def _yesterday(hour: int, minute: int = 0) -> datetime:
    day = datetime.now(THAI).date() - timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=THAI)


def test_footage_carries_the_times_of_its_instant() -> None:
    device = _footage(faults=Faults(clock_offset_s=3600))
    with Municipality(fleet_of(device)) as town:
        answer = Client(device).load(1, _yesterday(5, 30), 8)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        frames = list(frames_of(answer.content))
        assert _yesterday(5, 29) < frames[0][0] <= _yesterday(5, 30)
        assert timedelta(seconds=7) <= frames[-1][0] - _yesterday(5, 30) <= timedelta(seconds=8)
        assert frames[0][1] == 0xFD
        assert len(frames) >= 80  # ten pictures a second
        with av.open(io.BytesIO(answer.content), format="dhav") as container:
            pictures = [frame.width for frame in container.decode(video=0)]
        assert len(pictures) == len(frames)
        assert set(pictures) == {160}
        assert town.errors == []


def test_a_whole_file_plays_sparsely_to_its_end() -> None:
    device = _footage()
    with Municipality(fleet_of(device)):
        client = Client(device)
        path = client.files(client.find(1)[0], 1)[0]["FilePath"]
        frames = list(frames_of(client.get("RPC_Loadfile" + path).content))
        assert timedelta(minutes=58) < frames[-1][0] - frames[0][0] < timedelta(hours=1)
        assert client.get("RPC_Loadfile/mnt/dvr/2001-01-01/001/dav/x.dav").status_code == 400


@pytest.mark.parametrize(("no_footage", "first"), [("refuse", None), ("nothing", None), ("jump_next", 12)])
def test_where_nothing_is_recorded(no_footage: Any, first: int | None) -> None:
    device = _footage(faults=Faults(archive=ArchiveFaults(no_footage=no_footage)))
    with Municipality(fleet_of(device)):
        answer = Client(device).load(1, _yesterday(11), 4)
    assert answer.status_code == (400 if no_footage == "refuse" else 200)
    if answer.ok:
        frames = [moment for moment, _ in frames_of(answer.content)]
        assert frames[:1] == ([_yesterday(first)] if first else [])


@pytest.mark.parametrize("window", [(0, 5), (3, 0), (1, 7 * 3600)])
def test_a_window_that_makes_no_sense_is_refused(window: tuple[int, int]) -> None:
    device = _footage()
    with Municipality(fleet_of(device)):
        assert Client(device).load(window[0], _yesterday(5), window[1]).status_code == 400


def test_one_login_serves_a_connection() -> None:
    device = recorder()
    with Municipality(fleet_of(device)) as town:
        client = Client(device)
        challenge = client.session.get(
            f"http://{device.address}:8080/cgi-bin/magicBox.cgi?action=getSerialNo", auth=lambda given: given, timeout=5
        )
        assert f'realm="Login to {SERIAL}"' in challenge.headers["WWW-Authenticate"]
        for _ in range(3):
            client.table("magicBox.cgi?action=getSerialNo")
        results = [entry.result for entry in town.log()]
        assert results == ["challenged", "challenged", "ok", "ok", "ok"]
        assert town.state(device.address).failed_logins_ever == 0


def test_a_nonce_that_serves_once_costs_a_challenge_each_time() -> None:
    device = recorder(faults=Faults(new_nonce_each_time=True))
    with Municipality(fleet_of(device)) as town:
        client = Client(device)
        for _ in range(3):
            client.table("magicBox.cgi?action=getSerialNo")
        assert [entry.result for entry in town.log()] == ["challenged", "ok", "stale", "ok", "stale", "ok"]
        assert town.state(device.address).failed_logins_ever == 0


@pytest.mark.parametrize("lock_code", [True, False])
def test_wrong_passwords_lock_the_account_and_the_answer_may_say_so(lock_code: bool) -> None:
    device = recorder(
        login=Login(user="admin", password=PASSWORD, lock_after=2, lock_s=600),
        faults=Faults(vendor=VendorFaults(lock_code=lock_code)),
    )
    question = "magicBox.cgi?action=getSerialNo"
    with Municipality(fleet_of(device)) as town:
        assert Client(device, "wrong-1").get(question).status_code == 401
        assert town.state(device.address).failed_logins == 1
        Client(device, "wrong-2").get(question)
        right = Client(device).get(question)
        assert town.state(device.address).locked
        assert town.state(device.address).failed_logins_ever == 2
        if lock_code:
            told_of = right.json()
            assert (right.status_code, told_of["ErrorCode"], told_of["RmLogin"]) == (403, 268632081, 0)
            assert 590 < told_of["RmLock"] <= 600
        else:
            assert right.status_code == 401
        assert Client(device, None).get(question).status_code == 401  # without credentials nothing is told


def test_too_many_users_look_like_a_wrong_password() -> None:
    device = recorder(faults=Faults(vendor=VendorFaults(too_many_users=2)))
    with Municipality(fleet_of(device)) as town:
        client = Client(device)
        assert client.get("magicBox.cgi?action=getSerialNo").ok
        url = f"http://{device.address}:8080/cgi-bin/magicBox.cgi?action=getVendor"
        challenge = requests.get(url, timeout=5).headers["WWW-Authenticate"]
        header = digest_header(challenge, "GET", "/cgi-bin/magicBox.cgi?action=getVendor")
        assert requests.get(url, headers={"Authorization": header}, timeout=5).status_code == 401
        assert town.log()[-1].result == "too_many_users"
        assert town.state(device.address).failed_logins_ever == 0


def test_no_permission_and_no_such_name_look_the_same() -> None:
    faults = VendorFaults(
        no_permission=("getConfig:RemoteDevice", "getDeviceAllInfo"), authority_check_failure=("NTP",)
    )
    device = recorder(faults=Faults(vendor=faults))
    asked = [
        "configManager.cgi?action=getConfig&name=RemoteDevice",
        "storageDevice.cgi?action=getDeviceAllInfo",
        "configManager.cgi?action=getConfig&name=NTP",
        "configManager.cgi?action=getConfig&name=HTTP",
    ]
    with Municipality(fleet_of(device)):
        client = Client(device)
        answers = [client.get(path) for path in asked]
        assert {answer.status_code for answer in answers} == {403}
        assert len({answer.text for answer in answers}) == 1
        assert "Authority:check failure." in answers[0].text
        assert client.config("Encode")
        assert client.get("magicBox.cgi?action=getHardwareType").status_code == 400
        assert client.get("snapshot.cgi?channel=1").status_code == 400
        assert "Error: -1 getting param" in client.get("configManager.cgi?action=getConfig&name=Encode[77]").text


def test_some_firmware_says_error_with_status_200() -> None:
    device = recorder(faults=Faults(vendor=VendorFaults(one_level_errors=True)))
    with Municipality(fleet_of(device)):
        answer = Client(device).get("configManager.cgi?action=getConfig&name=HTTP")
        assert (answer.status_code, answer.text) == (200, "Error\r\n")


@pytest.mark.parametrize(
    "path",
    [
        "configManager.cgi?action=setConfig&NTP.Enable=false",
        "configManager.cgi?action=getConfig&name=NTP&action=setConfig",
        "configManager.cgi?action=restore&name=All",
        "magicBox.cgi?action=reboot",
        "magicBox.cgi?action=shutdown",
        "magicBox.cgi?action=resetSystem",
        "global.cgi?action=setCurrentTime&time=2026-01-01%2000:00:00",
        "ptz.cgi?action=start&channel=1&code=Up&arg1=0&arg2=1&arg3=0",
        "userManager.cgi?action=addUser&user.Name=me&user.Password=very-secret",
        "storageDevice.cgi?action=format",
        "snapshot.cgi?channel=1&action=start",
        "mediaFileFind.cgi",
        "mediaFileFind.cgi?action=",
        "nothing",
    ],
)
def test_what_does_not_read_is_a_violation(town: tuple[Municipality, Client], path: str) -> None:
    municipality, client = town
    for client_of in (client, Client(client.device, None)):
        assert client_of.get(path).status_code == 403
        assert municipality.log()[-1].result.startswith("violation:GET ")
        assert "very-secret" not in municipality.log()[-1].target


def test_only_get_reads(town: tuple[Municipality, Client]) -> None:
    url = f"http://{town[1].device.address}:8080/cgi-bin/magicBox.cgi?action=getSerialNo"
    assert town[1].session.post(url, data=b"", timeout=5).status_code == 403
    assert town[0].log()[-1].result == "violation:POST magicBox.getSerialNo"


def test_faults_name_what_they_strike() -> None:
    faults = Faults(busy=("dahua_cgi.*getConfig:Encode*",), close_midway=("*:RemoteDevice",), empty_200=("*getVendor",))
    device = recorder(faults=faults)
    with Municipality(fleet_of(device)):
        client = Client(device)
        assert client.config("NTP")
        assert client.get("configManager.cgi?action=getConfig&name=Encode[0]").status_code == 503
        assert client.get("magicBox.cgi?action=getVendor").content == b""
        with pytest.raises(requests.exceptions.RequestException):
            client.get("configManager.cgi?action=getConfig&name=RemoteDevice")


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_some_send_everybody_on_to_https() -> None:
    faults = Faults(vendor=VendorFaults(redirects_to_https=True))
    device = recorder(ports=Ports(http=8080, https=8443), faults=faults)
    with Municipality(fleet_of(device)) as town:
        client = Client(device)
        answer = client.get("magicBox.cgi?action=getSerialNo")
        there = f"https://{device.address}:8443/cgi-bin/magicBox.cgi?action=getSerialNo"
        assert (answer.status_code, answer.headers["Location"]) == (302, there)
        assert town.log()[-1].result == "redirected"
        assert requests.get(f"http://{device.address}:8080/", timeout=5, allow_redirects=False).status_code == 302
        secure = client.session.get(there, verify=False, timeout=5)
        assert lines_of(secure.text) == {"sn": SERIAL}


def test_old_firmware_lists_its_cameras_by_number_and_refuses_in_html() -> None:
    device = recorder(faults=Faults(html_401=True, vendor=VendorFaults(remote_device_shape="old")))
    with Municipality(fleet_of(device)):
        found = Client(device).config("RemoteDevice")
        assert found["RemoteDevice[0].Address"] == "127.9.9.9"
        assert found["RemoteDevice[0].VideoInputs[0].Name"]
        refused = Client(device, None).get("magicBox.cgi?action=getSerialNo")
        assert (refused.status_code, refused.text[:6]) == (401, "<html>")


def test_a_camera_has_one_local_channel_and_no_remote_ones() -> None:
    device = recorder(channel(stream(path="")), kind="camera")
    with Municipality(fleet_of(device)):
        client = Client(device)
        assert client.table("LogicDeviceManager.cgi?action=getCameraAll")["camera[0].Type"] == "Local"
        assert client.table("magicBox.cgi?action=getSystemInfo")["deviceType"] == "NVR5216-EI"
        assert "RemoteDevice" in client.get("configManager.cgi?action=getConfig&name=RemoteDevice").text
        assert client.get("storageDevice.cgi?action=getDeviceAllInfo").text == ""
