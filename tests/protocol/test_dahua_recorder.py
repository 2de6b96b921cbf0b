"""Dahua recorders and cameras over real sockets: who they are, how they are set, what they record; half-answers included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from cctv_probe.dialects.dahua.ask_channels import ask_channels
from cctv_probe.dialects.dahua.ask_device import ask_device, zone_of
from cctv_probe.dialects.dahua.ask_footage import Recorded, ask_footage
from cctv_probe.dialects.dahua.ask_health import ask_health
from cctv_probe.model.device import Channel
from tests.unit.dialects.dahua.device import NOW, Answer, CgiDevice, Met, hours, met

CONFIG = "configManager.cgi?action=getConfig&name="
CHILD_USER, CHILD_PASSWORD = "keeper-of-the-gate", "Gate#4711"
TODAY = dt.date(2026, 11, 23)
SINCE = NOW - dt.timedelta(days=400)


def encode(number: int, *, width: int = 2688, height: int = 1520, codec: str = "H.265", sub: bool = True) -> str:
    at = f"table.Encode[{number - 1}]"
    lines = [f"{at}.MainFormat[0].Video.{line}" for line in (
        f"Width={width}", f"Height={height}", "FPS=20", "BitRate=4096", "GOP=40", f"Compression={codec}", "Profile=Main")]  # fmt: skip
    lines += [f"{at}.MainFormat[0].VideoEnable=true", f"{at}.ExtraFormat[0].VideoEnable={str(sub).lower()}"]
    lines += [f"{at}.ExtraFormat[0].Video.Width=704", f"{at}.ExtraFormat[0].Video.Height=576"]
    return "".join(f"{line}\r\n" for line in lines)


def remote(number: int, *, enable: bool = True, address: str | None = None, name: str = "") -> str:
    at = f"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_{number - 1}"
    lines = (
        f"Address={address or (f'10.0.0.{100 + number}' if enable else '192.168.0.0')}", f"Enable={str(enable).lower()}",
        "Port=37777", "HttpPort=80", "ProtocolType=Private", "DeviceType=DH-IPC-HFW1431S1-A", f"SerialNo=8J00000000{number}",
        f"Mac=9c:14:63:00:00:{number:02x}", "SoftwareVersion=2.800", f"UserName={CHILD_USER}", f"Password={CHILD_PASSWORD}",
        f"VideoInputs[0].Name={name}", f"VideoInputs[0].MainStreamUrl=rtsp://{CHILD_USER}:{CHILD_PASSWORD}@10.0.0.1/",
    )  # fmt: skip
    return "".join(f"{at}.{line}\r\n" for line in lines)


def title(number: int, name: str) -> str:
    return f"table.ChannelTitle[{number - 1}].Name={name}\r\n"


def recorder(more: Mapping[str, Answer] | None = None, slots: int = 8) -> CgiDevice:
    """Cameras on channels 1, 2 (offline) and 4; the rest are empty slots."""
    used = (1, 2, 4)
    everything: dict[str, Answer] = {
        "magicBox.cgi?action=getSystemInfo": "serialNumber=5K0ABCDEFG12345\r\nupdateSerial=DHI-NVR5216-EI\r\ndeviceType=31\r\nhardwareVersion=1.0\r\n",
        "magicBox.cgi?action=getSoftwareVersion": "version=4.001.0000000.2,build:2023-05-18\r\n",
        "magicBox.cgi?action=getVendor": "vendor=Dahua\r\n",
        "magicBox.cgi?action=getMachineName": "name=townhall\r\n",
        "global.cgi?action=getCurrentTime": "result=2026-11-23 10:00:00\r\n",
        CONFIG + "NTP": "table.NTP.Enable=false\r\ntable.NTP.TimeZone=12\r\ntable.NTP.Address=time.navy.mi.th\r\n",
        CONFIG + "Locales": "table.Locales.DSTEnable=true\r\n",
        CONFIG + "Network": "table.Network.DefaultInterface=eth0\r\ntable.Network.eth0.PhysicalAddress=9c:14:63:aa:bb:cc\r\n",
        CONFIG + "RTSP": "table.RTSP.Port=8554\r\n",
        CONFIG + "Encode": "".join(encode(number) for number in range(1, slots + 1)),
        CONFIG + "ChannelTitle": title(1, "หน้าวัด") + title(2, "Channel 2") + "".join(title(n, f"Channel {n}") for n in range(3, slots + 1)),
        CONFIG + "RemoteDevice": "".join(remote(n, enable=n in used, name="Market" if n == 4 else "") for n in range(1, slots + 1)),
        "LogicDeviceManager.cgi?action=getCameraAll": f"camera[0].UniqueChannel=0\r\ncamera[0].DeviceInfo.Password={CHILD_PASSWORD}\r\ncamera[0].DeviceInfo.UserName={CHILD_USER}\r\n",
        "LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1": "".join(
            f"states[{n - 1}].channel={n - 1}\r\nstates[{n - 1}].connectionState={'Unconnect' if n == 2 else 'Connected' if n in used else 'Empty'}\r\n"
            for n in range(1, slots + 1)
        ),
        "encode.cgi?action=getConfigCaps": "caps[0].MainFormat[0].Video.ResolutionTypes=3840x2160,1080P,D1\r\ncaps[0].MainFormat[0].Video.FPSMax=25\r\n",
        "storageDevice.cgi?action=getDeviceAllInfo": "list.info[0].Name=/dev/sda\r\nlist.info[0].State=Success\r\nlist.info[0].Detail[0].TotalBytes=4000\r\nlist.info[0].Detail[0].UsedBytes=4000\r\nlist.info[1].Name=/dev/sdb\r\nlist.info[1].State=Error\r\nlist.info[1].Detail[0].TotalBytes=500\r\n",
        CONFIG + "StorageGroup": "table.StorageGroup[0].OverWrite=true\r\ntable.StorageGroup[0].FileHoldTime=30\r\n",
        CONFIG + "RecordMode": "table.RecordMode[0].Mode=0\r\ntable.RecordMode[1].Mode=2\r\ntable.RecordMode[3].Mode=0\r\n",
        CONFIG + "Record": "".join(f"table.Record[{n}].TimeSection[{day}][0]={mask} 00:00:00-24:00:00\r\n" for n, mask in ((0, 1), (1, 1), (3, 2)) for day in range(7)),
    }  # fmt: skip
    return CgiDevice(everything | dict(more or {}))


def sizes_of(run: Met, number: int) -> object:
    return run.value(f"channel/{number}/stream/main", "resolution")


# --- Who are you ------------------------------------------------------------------------------------------------------


def test_who_a_recorder_is(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        identity = ask_device(run.session)
    assert (identity.serial, identity.mac) == ("5K0ABCDEFG12345", "9C:14:63:AA:BB:CC")
    told = {
        name: run.value("device", name) for name in ("manufacturer", "model", "firmware", "device_name", "hardware_id")
    }
    assert told == {"manufacturer": "Dahua", "model": "DHI-NVR5216-EI", "firmware": "4.001.0000000.2 (2023-05-18)",
                    "device_name": "townhall", "hardware_id": "1.0"}  # fmt: skip
    # NOW is 9:00 in Thailand: the recorder's clock is an hour ahead.
    assert run.value("device", "clock_offset_s") == 3600.5
    assert run.session.utc(dt.datetime.fromisoformat("2026-11-23 10:00:00")) == NOW - dt.timedelta(seconds=0.5)
    assert (run.value("device", "daylight_saving"), run.value("device", "time_zone")) == (True, "UTC+07:00")
    assert run.codes() == ["ntp_off"]
    assert len(run.device.steps) == len(set(run.device.steps)) + 1  # the first is asked anonymously, then signed


def test_no_question_is_asked_whose_answer_is_known(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        ask_device(run.session)
    assert {"getDeviceType", "getSerialNo"}.isdisjoint(run.device.steps)
    bare = recorder(
        {
            "magicBox.cgi?action=getSystemInfo": "deviceType=31\r\n",
            "magicBox.cgi?action=getDeviceType": "type=IPC-HDW4631C-A\r\n",
            "magicBox.cgi?action=getSerialNo": "sn=4M0A1B2C3D4E5F6\r\n",
        }
    )
    with met(bare, tmp_path / "bare") as run:
        identity = ask_device(run.session)
    assert identity.serial == "4M0A1B2C3D4E5F6"
    assert run.value("device", "model") == "IPC-HDW4631C-A"


def test_what_can_be_read_is_kept_and_the_rest_says_why(tmp_path: Path) -> None:
    half = recorder(
        {
            "magicBox.cgi?action=getSystemInfo": ("500 Internal Server Error", ""),
            "global.cgi?action=getCurrentTime": "result=whenever\r\n",
            CONFIG + "NTP": ("403 Forbidden", "Error\r\nAuthority:check failure.\r\n"),
        }
    )
    with met(half, tmp_path) as run:
        ask_device(run.session)
    endings = run.endings()
    assert endings["dahua.magicBox.getSystemInfo"] == "fault"
    assert endings["dahua.global.getCurrentTime"] == "malformed"
    assert endings["dahua.configManager.getConfig NTP"] == "not_permitted"
    assert run.value("device", "firmware") == "4.001.0000000.2 (2023-05-18)"
    assert run.session.wall_offset == dt.timedelta(hours=7)  # the site's


def test_a_closed_device_is_asked_no_further(tmp_path: Path) -> None:
    with met(recorder(), tmp_path, password="wrong") as run:
        ask_device(run.session)
    assert run.device.steps == ["getSystemInfo", "getSystemInfo"]
    assert run.device.refusals == 1


@pytest.mark.parametrize(
    ("wall_h", "told_h", "error_h"),
    [(7, 7, 0), (8, 7, 1), (7, 8, 0), (7, 0, 0), (7, None, 0), (6, None, -1), (8, 8, 0)],
)
def test_the_zone_of_a_wall_clock_is_the_one_with_the_smaller_error(
    wall_h: int, told_h: int | None, error_h: int
) -> None:
    told = None if told_h is None else dt.timedelta(hours=told_h)
    wall = dt.timedelta(hours=wall_h)
    assert wall - zone_of(wall, told, dt.timedelta(hours=7)) == dt.timedelta(hours=error_h)


# --- How are you set --------------------------------------------------------------------------------------------------


def test_used_channels_are_told_from_empty_slots_and_offline_ones_marked(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        ask_device(run.session)
        channels = ask_channels(run.session)
    assert [(channel.number, channel.name) for channel in channels] == [(1, "หน้าวัด"), (2, "Channel 2"), (4, "Market")]
    assert [run.value(f"channel/{n}", "online") for n in (1, 2, 4)] == [True, False, True]
    source = {
        name: run.value("channel/2", f"source_{name}")
        for name in ("address", "port", "channel", "protocol", "model", "serial", "mac", "firmware")
    }
    assert source == {"address": "10.0.0.102", "port": 37777, "channel": 1, "protocol": "Private", "model": "DH-IPC-HFW1431S1-A",
                      "serial": "8J000000002", "mac": "9C:14:63:00:00:02", "firmware": "2.800"}  # fmt: skip
    assert run.value("channel/3", "source_address") is None


def test_settings_of_a_recorder_are_what_it_keeps(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        ask_device(run.session)
        channels = ask_channels(run.session)
        main = {
            item.attribute: (item.value, item.role)
            for item in run.visit.evidence
            if item.subject == "channel/1/stream/main"
        }
        highest = [(item.value, item.role) for item in run.visit.known("channel/1", "max_resolution")]
    assert main == {
        "codec": ("h265", "recorder_setting"), "resolution": ("2688x1520", "recorder_setting"),
        "frame_rate": (20.0, "recorder_setting"), "bit_rate_bps": (4_096_000, "recorder_setting"),
        "gop": (40, "recorder_setting"), "codec_profile": ("Main", "recorder_setting"),
    }  # fmt: skip
    assert highest == [("3840x2160", "recorder_setting")]
    assert [stream.uri for stream in channels[0].streams] == [
        f"rtsp://127.0.0.1:8554/cam/realmonitor?channel=1&subtype={subtype}" for subtype in (0, 1)
    ]


def test_where_the_sub_stream_is_stored_its_setting_is_what_is_kept(tmp_path: Path) -> None:
    sub = recorder({CONFIG + "RecordMode": "table.RecordMode[0].Mode=2\r\ntable.RecordMode[0].ModeExtra1=0\r\n"})
    with met(sub, tmp_path) as run:
        ask_device(run.session)
        health = ask_health(run.session, ask_channels(run.session))
        roles = {
            name: {item.role for item in run.visit.known(f"channel/1/stream/{name}", "resolution")}
            for name in ("main", "sub")
        }
    assert roles == {"main": {"live"}, "sub": {"recorder_setting"}}
    assert (health.modes[1], health.sub_only) == ("continuous", frozenset({1}))
    assert run.value("channel/1", "recorded_stream") == "sub"
    assert "records_sub_stream" in run.codes()
    assert run.device.steps.count("getConfig RecordMode") == 1


def test_a_camera_is_one_live_channel_and_is_not_asked_for_cameras_behind_it(tmp_path: Path) -> None:
    camera = recorder(
        {
            "magicBox.cgi?action=getSystemInfo": "serialNumber=4M0A1B2C3D4E5F6\r\nupdateSerial=IPC-HFW1831C\r\n",
            CONFIG + "Encode": encode(1, sub=False),
            CONFIG + "ChannelTitle": title(1, "Channel 1"),
        }
    )
    with met(camera, tmp_path) as run:
        ask_device(run.session)
        channels = ask_channels(run.session, rtsp_port=554)
        roles = {item.role for item in run.visit.evidence if item.subject == "channel/1/stream/main"}
    assert [[stream.name for stream in channel.streams] for channel in channels] == [["main"]]
    assert roles == {"live"}
    assert {"getConfig RemoteDevice", "getCameraAll", "getCameraState", "getConfig RTSP"}.isdisjoint(run.device.steps)


def test_without_permission_for_cameras_titles_tell_the_used_slots(tmp_path: Path) -> None:
    closed = ("403 Forbidden", "Error\r\nAuthority:check failure.\r\n")
    half = recorder()
    for name in half.answers:
        if "LogicDevice" in name or name.endswith("RemoteDevice"):
            half.answers[name] = closed
    with met(half, tmp_path) as run:
        ask_device(run.session)
        channels = ask_channels(run.session)
    assert [channel.number for channel in channels] == [1]
    half.answers[CONFIG + "ChannelTitle"] = "".join(title(n, f"Channel {n}") for n in range(1, 5))
    half.answers[CONFIG + "Encode"] = "".join(encode(n) for n in range(1, 5))
    with met(half, tmp_path / "untitled") as run:
        ask_device(run.session)
        assert [channel.number for channel in ask_channels(run.session)] == [1, 2, 3, 4]


def test_a_hybrid_keeps_its_sockets(tmp_path: Path) -> None:
    hybrid = recorder(
        {
            "magicBox.cgi?action=getSystemInfo": "serialNumber=5K0ABCDEFG12345\r\nupdateSerial=DH-XVR5108HS\r\n",
            CONFIG + "RemoteDevice": remote(4),
            "LogicDeviceManager.cgi?action=getCameraAll": "camera[0].UniqueChannel=0\r\ncamera[0].Type=Local\r\ncamera[0].Enable=true\r\n",
            "LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1": ("400 Bad Request", "Error\r\n"),
            CONFIG + "Encode": "".join(encode(n) for n in (1, 2)) + encode(3).replace("VideoEnable=true", "VideoEnable=false") + encode(4),
        }
    )  # fmt: skip
    with met(hybrid, tmp_path) as run:
        ask_device(run.session)
        assert [channel.number for channel in ask_channels(run.session)] == [1, 2, 4]
        assert run.value("channel/1", "source_address") is None


def test_logins_of_the_cameras_are_written_nowhere(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        ask_device(run.session)
        ask_channels(run.session)
    written = run.written()
    assert "10.0.0.102" in written
    assert CHILD_USER not in written
    assert CHILD_PASSWORD not in written


# --- Is it recording --------------------------------------------------------------------------------------------------


def test_health_of_a_recorder(tmp_path: Path) -> None:
    with met(recorder(), tmp_path) as run:
        health = ask_health(run.session, [Channel(1), Channel(2), Channel(4)])
    assert health.modes == {1: "continuous", 2: "off", 4: "motion"}
    assert (health.configured_days, health.overwrite) == (30, True)
    assert (run.value("device", "storage_total_bytes"), run.value("device", "overwrite")) == (4000, True)
    assert run.value("channel/4", "recording_mode") == "motion"
    assert sorted(run.codes()) == ["disk_failed", "recording_off"]
    assert [text for finding in run.visit.findings for text in finding.text.pair() if "/dev/sdb" in text or "2" in text]


def test_a_recorder_without_a_disk(tmp_path: Path) -> None:
    with met(recorder({"storageDevice.cgi?action=getDeviceAllInfo": "\r\n"}), tmp_path) as run:
        health = ask_health(run.session, [])
    assert health.disks == ()
    assert run.codes() == ["no_disk"]


def test_no_answer_about_disks_is_no_missing_disk(tmp_path: Path) -> None:
    with met(
        recorder({"storageDevice.cgi?action=getDeviceAllInfo": ("400 Bad Request", "Error\r\n")}), tmp_path
    ) as run:
        ask_health(run.session, [])
    assert run.codes() == []


# --- What have you recorded -------------------------------------------------------------------------------------------


def days(count: int) -> list[tuple[str, str, str]]:
    return [file for back in range(count, 0, -1) for file in hours(TODAY - dt.timedelta(days=back))] + hours(TODAY, 9)


def recorded_of(run: Met, number: int) -> Recorded:
    found = ask_footage(run.session, number, SINCE, NOW)
    assert found is not None
    return found


def test_an_index_in_as_few_calls_as_it_needs(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(60), 2: days(2)})
    with met(device, tmp_path) as run:
        first, second = recorded_of(run, 1), recorded_of(run, 2)
    assert (len(first.stretches), f"{first.oldest}", first.files) == (1, "2026-09-24 00:00:00", 60 * 24 + 9)
    assert f"{second.oldest}" == "2026-11-21 00:00:00"
    assert (first.complete, first.sub_only) == (True, False)
    assert device.steps[1:] == [
        "factory.create", "findFile", *["findNextFile"] * 15, "close", "destroy",
        "factory.create", "findFile", "findNextFile", "close", "destroy",
    ]  # fmt: skip
    assert device.open_finders == {}


def test_a_channel_without_recordings_has_none(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(1)})
    with met(device, tmp_path) as run:
        assert recorded_of(run, 3) == Recorded()
        assert device.steps.count("findFile") == 2  # whether there is a channel 0 is asked once
        assert recorded_of(run, 4) == Recorded()
    assert device.steps[-3:] == ["factory.create", "findFile", "destroy"]
    assert device.steps.count("findFile") == 3


@pytest.mark.parametrize("page_rows", [100, 64, 7])
@pytest.mark.parametrize("echoes_found", [True, False])
def test_pages_shorter_than_asked_for_are_not_the_end(tmp_path: Path, page_rows: int, echoes_found: bool) -> None:
    device = CgiDevice(files={1: days(5)[:-40]}, page_rows=page_rows, echoes_found=echoes_found)
    with met(device, tmp_path) as run:
        assert recorded_of(run, 1).files == 5 * 24 + 9 - 40


def test_a_device_that_counts_from_zero_is_found_out(tmp_path: Path) -> None:
    device = CgiDevice(files={0: days(3), 1: days(9)}, rows_from=0)
    with met(device, tmp_path) as run:
        assert f"{recorded_of(run, 1).oldest}" == "2026-11-20 00:00:00"
        assert f"{recorded_of(run, 2).oldest}" == "2026-11-14 00:00:00"
        assert run.session.search_base == 0
    assert [target.count("Channel=0&") for target in device.asked].count(1) == 1
    assert device.open_finders == {}


def test_a_device_that_counts_from_zero_is_found_out_where_its_neighbour_is_empty(tmp_path: Path) -> None:
    device = CgiDevice(files={0: days(3)}, rows_from=0)
    with met(device, tmp_path) as run:
        assert f"{recorded_of(run, 1).oldest}" == "2026-11-20 00:00:00"
        assert recorded_of(run, 2) == Recorded()
    assert device.open_finders == {}


def test_rows_that_count_from_one_are_no_reason_to_ask_for_another_channel(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(3), 2: days(9)}, rows_from=0)
    with met(device, tmp_path) as run:
        assert f"{recorded_of(run, 1).oldest}" == "2026-11-20 00:00:00"
        assert run.session.search_base == 1


def test_paging_that_never_ends_is_ended(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(5)}, finds_forever=True)
    with met(device, tmp_path) as run:
        found = recorded_of(run, 1)
    assert (found.files, found.complete) == (100, False)
    assert device.steps.count("findNextFile") == 2
    assert device.open_finders == {}


def test_a_failure_in_paging_keeps_what_came_and_tidies_up(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(30)}, fails_on_page=3)
    with met(device, tmp_path) as run:
        found = recorded_of(run, 1)
    assert (found.files, found.complete, f"{found.oldest}") == (200, False, "2026-10-24 00:00:00")
    assert device.open_finders == {}
    assert device.steps[-1] == "destroy"


def test_a_window_that_is_too_wide_is_asked_month_by_month(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(70)}, widest_days=40)
    with met(device, tmp_path) as run:
        found = recorded_of(run, 1)
        ends = [attempt.ending.value for attempt in run.visit.attempts]
    assert (f"{found.oldest}", found.complete, len(found.stretches)) == ("2026-09-14 00:00:00", True, 1)
    assert ends == ["fault", *["ok"] * 6]  # three months with footage, then three empty ones
    assert device.open_finders == {}


def test_a_search_that_is_refused_says_why(tmp_path: Path) -> None:
    device = CgiDevice(files={1: days(3)})
    device.answers["mediaFileFind.cgi?action=factory.create"] = (
        "403 Forbidden",
        "Error\r\nAuthority:check failure.\r\n",
    )
    with met(device, tmp_path) as run:
        assert ask_footage(run.session, 1, SINCE, NOW) is None
        assert [attempt.ending.value for attempt in run.visit.attempts] == ["not_permitted"]


def test_locked_and_motion_footage_are_told_apart(tmp_path: Path) -> None:
    files = [("2026-11-20 00:00:00", "2026-11-20 01:00:00", "Timing"), ("2026-11-20 00:10:00", "2026-11-20 00:20:00", "Event VideoMotion"),
             ("2026-11-20 05:00:00", "2026-11-20 05:10:00", "Marked")]  # fmt: skip
    with met(CgiDevice(files={1: files}), tmp_path) as run:
        found = recorded_of(run, 1).stretches
    assert [(stretch.kind, stretch.locked) for stretch in found] == [("", False), ("motion", False), ("", True)]
