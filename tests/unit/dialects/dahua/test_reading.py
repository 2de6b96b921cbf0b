"""Dahua's answers → values: what recorders are known to send, and what nobody should."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.dahua import (
    answers_channels,
    answers_device,
    answers_footage,
    answers_health,
    refusals,
    sizes,
    table,
)
from cctv_probe.dialects.dahua.answers_channels import Source
from cctv_probe.dialects.dahua.redaction import redacted


def wall(text: str) -> dt.datetime:
    """A time without a zone."""
    return dt.datetime.fromisoformat(text)


# --- The tree ---------------------------------------------------------------------------------------------------------


def test_lines_end_as_they_like_and_blanks_stand_where_they_like() -> None:
    told = table.read(
        b"\xef\xbb\xbf table.Encode[0].MainFormat[ 0 ].Video.FPS = 25 \r\n\r\ntable.Encode[0].X=a=b\rnoise\n=x\n"
    )
    assert told.number("table", "encode", 0, "MAINFORMAT", 0, "Video", "FPS") == 25
    assert told.text("table", "Encode", 0, "X") == "a=b"


def test_a_key_told_twice_counts_once_and_huge_indices_not_at_all() -> None:
    told = table.read(b"a[0].b=1\na[0].b=2\na[999999999].b=3\na[99999999999999].b=3\n" + b"x." * 40 + b"y=1\n")
    assert [(row, child.text("b")) for row, child in told.rows("a")] == [(0, "1")]
    assert set(told.children) == {"a"}


def test_an_answer_that_is_all_keys_stays_within_bounds() -> None:
    body = "\n".join(f"{number}x.a.b.c.d.e.f.g.h.i.j=1" for number in range(60_000)).encode()
    assert len(table.read(body).children) <= table.MOST_NODES // 11 + 1


def test_a_thai_title_in_the_encoding_of_old_windows_can_be_read() -> None:
    for encoding in ("utf-8", "cp874"):
        told = table.read("table.ChannelTitle[0].Name=หน้าวัด\r\n".encode(encoding))
        assert answers_channels.titles(told) == {1: "หน้าวัด"}


@given(st.binary(max_size=2000))
def test_no_bytes_break_any_reader(body: bytes) -> None:
    told = table.read(body)
    for read in (
        answers_device.system_info, answers_device.firmware, answers_device.current_time, answers_device.time_server,
        answers_device.mac_addresses, answers_channels.encoders, answers_channels.titles, answers_channels.cameras,
        answers_channels.capabilities, answers_channels.remote_devices, answers_channels.states, answers_health.disks,
        answers_health.record_modes, answers_health.schedules, answers_health.storage_group, answers_footage.finder,
    ):  # fmt: skip
        read(told)
    answers_footage.stretches(answers_footage.page(told).segments)
    refusals.read(body)
    redacted(body)


KEYS = st.sampled_from(
    ["table", "Encode", "[0]", "[1]", "[31]", "MainFormat", "Video", "FPS", "Width", "Height", "Compression", "BitRate",
     "RemoteDevice", "uuid:System_CONFIG_NETCAMERA_INFO_3", "Address", "Enable", "items", "StartTime", "EndTime",
     "Flags", "Record", "TimeSection", "RecordMode", "Mode", "list", "info", "Detail", "TotalBytes", "camera",
     "UniqueChannel", "states", "NTP", "TimeZone", "result", "found", "caps", "ResolutionTypes"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["true", "false", "25", "-1", "9" * 30, "1e9", "1920x1080", "1080P", "H.265", "10.0.0.1",
                     "2026-11-23 09:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "1 00:00:00-24:00:00",
                     "99999 99:99:99-99:99:99", "", "nan", "inf"]),
    st.text(max_size=20),
)  # fmt: skip
LINES = st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=8), VALUES), max_size=40)


@given(LINES)
def test_no_table_breaks_any_reader(lines: list[tuple[list[str], str]]) -> None:
    body = "\n".join(f"{'.'.join(keys).replace('.[', '[')}={value}" for keys, value in lines).encode("utf-8", "replace")
    test_no_bytes_break_any_reader.hypothesis.inner_test(body)  # type: ignore[attr-defined] # hypothesis' own handle


# --- The device -------------------------------------------------------------------------------------------------------


def test_the_sales_model_is_the_update_serial_where_the_device_type_is_a_number() -> None:
    told = table.read(
        b"appAutoStart=true\r\ndeviceType=31\r\nhardwareVersion=1.00\r\nprocessor=S3LM\r\nserialNumber=4M0A1B2C3D4E5F6\r\n"
        b"updateSerial=IPC-HFW1831C\r\n"
    )
    found = answers_device.system_info(told)
    assert (found.serial, found.model, found.device_type) == ("4M0A1B2C3D4E5F6", "IPC-HFW1831C", "31")
    assert answers_device.system_info(table.read(b"deviceType=DHI-NVR5232-EI\n")).model == "DHI-NVR5232-EI"
    assert answers_device.system_info(table.read(b"deviceType=31\nupdateSerial=\n")).model is None


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"version=4.001.0000000.2,build:2023-05-18\r\n", "4.001.0000000.2 (2023-05-18)"),
        (b"version=2.800.0000000.16.R\nbuild=2021-01-19\n", "2.800.0000000.16.R (2021-01-19)"),
        (b"version=3.2\n", "3.2"),
        (b"", None),
    ],
)
def test_firmware(body: bytes, shown: str | None) -> None:
    assert answers_device.firmware(table.read(body)).shown == shown


@pytest.mark.parametrize(
    ("word", "brand"), [("Dahua", "Dahua"), ("General", None), ("Private", None), ("", None), ("KBVision", "KBVision")]
)
def test_rebranded_devices_tell_no_brand(word: str, brand: str | None) -> None:
    assert answers_device.vendor(table.read(f"vendor={word}\r\n".encode())) == brand


def test_dates_without_padding_and_dates_that_cannot_be() -> None:
    assert answers_device.date("2011-7-3 1:02:32") == wall("2011-07-03 01:02:32")
    assert answers_device.date("2569-11-23 09:00:00") == wall("2569-11-23 09:00:00")
    assert [
        answers_device.date(text)
        for text in ("2026-02-30 00:00:00", "2026-01-01 00:61:16", "", None, "0001-01-01 0:0:0")
    ] == [None] * 5


def test_the_time_zone_is_a_number_of_the_makers() -> None:
    told = answers_device.time_server(
        table.read(b"table.NTP.TimeZone=12\ntable.NTP.Enable=false\ntable.NTP.Address=time.navy.mi.th\n")
    )
    assert (told.offset, told.enabled, told.server) == (dt.timedelta(hours=7), False, "time.navy.mi.th")
    assert answers_device.time_server(table.read(b"table.NTP.TimeZone=4000\n")).offset is None


def test_the_default_interface_comes_first() -> None:
    told = table.read(
        b"table.Network.DefaultInterface=eth2\ntable.Network.eth0.PhysicalAddress=00:00:00:00:00:00\n"
        b"table.Network.bond0.PhysicalAddress=9C-14-63-00-00-01\ntable.Network.eth2.PhysicalAddress=9c:14:63:aa:bb:cc\n"
        b"table.Network.eth2.IPAddress=10.0.0.9\n"
    )
    assert answers_device.mac_addresses(told) == (("9C:14:63:AA:BB:CC", "10.0.0.9"), ("9C:14:63:00:00:01", None))


# --- Channels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size"),
    [("1080P", "1920x1080"), ("1080N", "960x1080"), ("D1", "704x576"), ("2688*1520", "2688x1520"), ("1_3M", "1280x960"),
     ("3840x2160", "3840x2160"), (" 720p ", "1280x720"), ("potato", "None"), ("", "None"), (None, "None"), ("960H", "960x576")],
)  # fmt: skip
def test_names_of_sizes(name: str | None, size: str) -> None:
    assert str(sizes.size_of(name)) == size


@given(st.text(max_size=40))
def test_any_name_of_a_size_is_a_size_or_none(name: str) -> None:
    found = sizes.size_of(name)
    assert found is None or found.area_px == found.width_px * found.height_px


@pytest.mark.parametrize(
    ("name", "told"),
    [("H.265", ("h265", None, False)), ("H.264H", ("h264", "High", False)), ("H.264B", ("h264", "Baseline", False)),
     ("H.264+", ("h264", None, True)), ("MJPG", ("mjpeg", None, False)), ("SVAC", (None, None, False)), (None, (None, None, False))],
)  # fmt: skip
def test_names_of_codecs(name: str | None, told: tuple[str | None, str | None, bool]) -> None:
    assert answers_channels.codec_of(name) == told


def test_an_encoder_by_numbers_by_name_and_with_half_an_answer() -> None:
    told = table.read(
        b"table.Encode[0].MainFormat[0].Video.Width=2688\ntable.Encode[0].MainFormat[0].Video.Height=1520\n"
        b"table.Encode[0].MainFormat[0].Video.FPS=29.97\ntable.Encode[0].MainFormat[0].Video.BitRate=4096\n"
        b"table.Encode[0].MainFormat[0].Video.GOP=50\ntable.Encode[0].MainFormat[0].Video.Compression=H.265\n"
        b"table.Encode[0].MainFormat[1].Video.Width=704\ntable.Encode[0].ExtraFormat[0].VideoEnable=false\n"
        b"table.Encode[7].MainFormat[0].Video.resolution=1080N\ntable.Encode[7].MainFormat[0].Video.FPS=many\n"
    )
    found = answers_channels.encoders(told)
    one, eight = found[1].main, found[8].main
    assert (str(one.resolution), one.frame_rate, one.bit_rate_bps, one.gop, one.codec) == (
        "2688x1520",
        29.97,
        4_096_000,
        50,
        "h265",
    )
    assert [sub.enabled for sub in found[1].subs] == [False]
    assert (str(eight.resolution), eight.frame_rate, eight.codec) == ("960x1080", None, None)


@pytest.mark.parametrize(
    "key",
    [
        "RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_6",
        "RemoteDevice[6]",
        "RemoteDevice.System_CONFIG_NETCAMERA_INFO_6",
    ],
)
def test_remote_devices_in_each_shape_of_their_keys(key: str) -> None:
    body = "".join(
        f"table.{key}.{line}\r\n"
        for line in ("Address=10.0.0.21", "Port=37777", "HttpPort=80", "Enable=true", "ProtocolType=Private",
                     "DeviceType=DH-IPC-HFW1431S1-A", "SerialNo=8J0123456789", "VideoInputs[0].Name=Gate", "Mac=AA-BB-CC-DD-EE-01")
    )  # fmt: skip
    (found,) = answers_channels.remote_devices(table.read(body.encode())).items()
    assert found == (
        7,
        Source(True, False, "10.0.0.21", 37777, 80, None, "Private", None, "DH-IPC-HFW1431S1-A", "8J0123456789",
               "AA:BB:CC:DD:EE:01", None, "Gate"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["IP Camera", "IPC", "", "31"])
def test_a_device_type_that_names_no_model_is_none(kind: str) -> None:
    told = table.read(f"table.RemoteDevice[0].DeviceType={kind}\ntable.RemoteDevice[0].Enable=true\n".encode())
    assert answers_channels.remote_devices(told)[1].model is None


def test_cameras_by_the_logic_device_manager() -> None:
    told = table.read(
        b"camera[0].UniqueChannel=0\ncamera[0].Enable=true\ncamera[0].Type=Local\n"
        b"camera[1].UniqueChannel=4\ncamera[1].Type=Remote\ncamera[1].DeviceInfo.Address=10.0.0.2\ncamera[1].DeviceInfo.Enable=true\ncamera[1].Channel=1\n"
        b"camera[2].UniqueChannel=5\ncamera[2].Enable=false\ncamera[2].Address=192.168.0.0\n"
    )
    found = answers_channels.cameras(told)
    assert {number: (source.is_used, source.is_local, source.channel) for number, source in found.items()} == {
        1: (True, True, None), 5: (True, False, 2), 6: (False, False, None),
    }  # fmt: skip


def test_states_in_the_words_of_several_firmwares() -> None:
    told = table.read(
        b"states[0].channel=0\nstates[0].connectionState=Connected\nstates[1].channel=1\nstates[1].connectionState=Unconnect\n"
        b"states[2].channel=7\nstates[2].connectionState=Empty\nstates[3].channel=8\nstates[3].connectionState=Whatever\n"
    )
    assert answers_channels.states(told) == {1: True, 2: False, 8: None}


@pytest.mark.parametrize(
    ("title", "empty"),
    [("Channel 3", True), ("CAM 03", True), ("ch3", True), ("ช่อง 3", True), ("", True), (None, True), ("3", False),
     ("Channel 4", False), ("Gate 3", False), ("หน้าวัด", False)],
)  # fmt: skip
def test_placeholders(title: str | None, empty: bool) -> None:
    assert answers_channels.is_placeholder(title, 3) is empty


# --- Health -----------------------------------------------------------------------------------------------------------


def test_disks_as_recorders_tell_of_them() -> None:
    told = table.read(
        b"list.info[0].Name=/dev/sda\nlist.info[0].State=Success\nlist.info[0].Detail[0].IsError=false\n"
        b"list.info[0].Detail[0].TotalBytes=495636709376.000000\nlist.info[0].Detail[0].UsedBytes=495636709376.000000\n"
        b"list.info[0].Detail[1].TotalBytes=4363291\nlist.info[1].Name=/dev/sdb\nlist.info[1].State=Success\n"
        b"list.info[1].Detail[0].IsError=true\nlist.info[2].Name=/dev/sdc\nlist.info[2].State=NotExist\n"
        b"list.info[3].State=Rebuilding\n"
    )
    found = answers_health.disks(told)
    assert [disk.state for disk in found] == ["ok", "failed", "missing", "unknown"]
    assert (found[0].total_bytes, found[0].used_bytes) == (495_641_072_667, 495_636_709_376)
    assert found[1].said == "IsError"


@pytest.mark.parametrize(
    ("sections", "mode"),
    [
        (["1 00:00:00-24:00:00"], "continuous"),
        (["1 00:00:00-23:59:59"], "continuous"),
        (["7 00:00:00-12:00:00", "1 12:00:00-24:00:00"], "continuous"),
        (["1 08:00:00-18:00:00", "2 18:00:00-24:00:00"], "schedule"),
        (["2 00:00:00-24:00:00"], "motion"),
        (["34 00:00:00-24:00:00"], "motion"),
        (["6 00:00:00-24:00:00"], "motion"),
        (["4 00:00:00-24:00:00"], "event"),
        (["0 00:00:00-24:00:00"], "off"),
        (["rubbish"], "off"),
    ],
)
def test_the_mask_of_the_schedule(sections: list[str], mode: str) -> None:
    lines = [
        f"table.Record[2].TimeSection[{day}][{place}]={text}\n"
        for day in range(7)
        for place, text in enumerate(sections)
    ]
    lines += ["table.Record[2].TimeSection[7][0]=1 00:00:00-24:00:00\n", "table.Record[2].Enable=false\n"]
    assert answers_health.schedules(table.read("".join(lines).encode())) == {3: mode}


def test_one_day_without_recording_is_a_schedule() -> None:
    lines = "".join(f"table.Record[0].TimeSection[{day}][0]={int(day < 6)} 00:00:00-24:00:00\n" for day in range(7))
    assert answers_health.schedules(table.read(lines.encode())) == {1: "schedule"}


def test_recording_switches() -> None:
    told = table.read(
        b"table.RecordMode[0].Mode=0\ntable.RecordMode[1].Mode=1\ntable.RecordMode[2].Mode=2\ntable.RecordMode[3].Mode=9\n"
        b"table.RecordMode[4].Mode=2\ntable.RecordMode[4].ModeExtra1=0\ntable.RecordMode[4].ModeExtra2=2\n"
    )
    found = answers_health.record_modes(told)
    assert {number: (each.stored, each.effective) for number, each in found.items()} == {
        1: ("main", "auto"), 2: ("main", "manual"), 3: (None, "stop"), 5: ("sub", "auto"),
    }  # fmt: skip


# --- Footage ----------------------------------------------------------------------------------------------------------


def _page(*rows: str) -> answers_footage.Page:
    lines = [f"items[{place}].{line}" for place, row in enumerate(rows) for line in row.split("|")]
    return answers_footage.page(table.read("\r\n".join([f"found={len(rows)}", *lines]).encode()))


def test_rows_of_files() -> None:
    found = _page(
        "Channel=0|StartTime=2026-11-20 00:00:00|EndTime=2026-11-20 01:00:00|Flags[0]=Timing|Flags[1]=UnMarked|Type=dav|VideoStream=Main",
        "StartTime=2026-11-20 1:0:0|EndTime=2026-11-20 01:00:30|Flags[0]=Event|Events[0]=VideoMotion",
        "StartTime=2026-11-20 02:00:00|Duration=60|Flags[0]=Event|Events[0]=AlarmLocal|Flags[1]=Marked",
        "StartTime=2026-11-20 02:00:00|EndTime=2026-11-20 02:00:00",
        "StartTime=2026-11-20 02:00:00|EndTime=2026-11-20 02:00:01|Type=jpg",
        "StartTime=when|EndTime=then",
    )
    assert found.found == 6
    assert [(each.kind, each.locked, each.channel) for each in found.segments] == [
        ("", False, 0),
        ("motion", False, None),
        ("event", True, None),
    ]


def test_files_that_overlap_or_touch_become_one_stretch() -> None:
    found = _page(
        "StartTime=2026-11-20 02:00:00|EndTime=2026-11-20 03:00:00",
        "StartTime=2026-11-20 00:00:00|EndTime=2026-11-20 01:00:00",
        "StartTime=2026-11-20 01:00:02|EndTime=2026-11-20 01:30:00",
        "StartTime=2026-11-20 01:10:00|EndTime=2026-11-20 01:20:00",
        "StartTime=2026-11-20 00:30:00|EndTime=2026-11-20 00:31:00|Flags[0]=Event|Events[0]=VideoMotion",
    )
    assert [(f"{each.start:%H:%M}", f"{each.end:%H:%M}", each.kind) for each in answers_footage.stretches(found.segments)] == [
        ("00:00", "01:30", ""), ("00:30", "00:31", "motion"), ("02:00", "03:00", ""),
    ]  # fmt: skip


MINUTES = st.integers(0, 3000)


@given(st.lists(st.tuples(MINUTES, st.integers(1, 90), st.booleans()), max_size=40))
def test_stretches_hold_every_file_once_and_do_not_overlap(files: list[tuple[int, int, bool]]) -> None:
    begin = wall("2026-11-01 00:00:00")
    segments = [
        answers_footage.Segment(
            begin + dt.timedelta(minutes=at), begin + dt.timedelta(minutes=at + long), locked=locked
        )
        for at, long, locked in files
    ]
    found = answers_footage.stretches(segments)
    for segment in segments:
        holding = [
            each
            for each in found
            if each.locked == segment.locked and each.start <= segment.start and segment.end <= each.end
        ]
        assert len(holding) == 1
    for locked in (False, True):
        own = [each for each in found if each.locked == locked]
        assert all(one.end < other.start for one, other in itertools.pairwise(own))


# --- Refusals and redaction -------------------------------------------------------------------------------------------


def test_what_refusals_say() -> None:
    locked = refusals.read(b'{"ErrorCode":268632081,"RmLock":1800,"RmLogin":0}')
    assert (locked.locked, locked.locked_s, locked.left) == (True, 1800, 0)
    wrong = refusals.read(b'{"error":{"code":268632085},"params":{"remainLoginTimes":4,"remainLockSecond":0}}')
    assert (wrong.locked, wrong.left) == (False, 4)
    assert refusals.read(b"You still have 22 attempt(s)").left == 22
    assert refusals.read(b"Error: Authority:check failure.").no_authority
    crowded = refusals.read(b"Error\r\nToo many users\r\n")
    assert (crowded.crowded, crowded.locked) == (True, False)
    assert refusals.read(b"<html>401 Unauthorized</html>") == refusals.Told()


def test_logins_of_children_are_taken_out_of_lines_json_and_addresses() -> None:
    body = (
        b"table.RemoteDevice[0].UserName=gatekeeper\r\ntable.RemoteDevice[0].Password=Gate#1234\r\n"
        b"table.RemoteDevice[0].VideoInputs[0].MainStreamUrl=rtsp://x/?p=Gate#1234\r\ntable.RemoteDevice[0].Port=37777\r\n"
        b'{"Password": "q\\"uoted1", "UserName":"keeper2","Port":1}\n'
    )
    found = redacted(body)
    for secret in (b"gatekeeper", b"Gate#1234", b"uoted1", b"keeper2"):
        assert secret not in found
    assert b"table.RemoteDevice[0].Port=37777\r\n" in found
    assert b'"Port":1' in found


@given(st.text(st.characters(codec="utf-8", exclude_characters='\r\n="\\', min_codepoint=33), min_size=5, max_size=30))
def test_any_password_in_its_key_is_gone(password: str) -> None:
    if (password.strip("*").isdigit() and len(password) < 4) or set(password) <= {"*"} or password in ("true", "false"):
        return
    found = redacted(f"a[0].PassWord = {password}\nb={password}x\n".encode())
    stripped = password.strip()
    assert stripped.encode() not in found or stripped in "a[0].PassWord=[redacted]b"
