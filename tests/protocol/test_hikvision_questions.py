"""What a Hikvision recorder and camera are asked, and what is written down of their answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cctv_probe.dialects.hikvision.ask_channels import ask_channels
from cctv_probe.dialects.hikvision.ask_device import ask_device
from cctv_probe.dialects.hikvision.ask_health import ask_health
from cctv_probe.model.attempt import Ending
from cctv_probe.model.evidence import Standing
from tests.protocol.tiny_hikvision import USUAL, Device, Running, running
from tests.unit.dialects.hikvision import written as w
from tests.unit.footage.windows import BANGKOK

CAMERA = {
    "/ISAPI/System/deviceInfo": w.CAMERA_INFO,
    "/ISAPI/Streaming/channels": w.streams(w.stream(101, codec="H.264"), w.stream(102, 640, 480, kbps=512)),
    "/ISAPI/ContentMgmt/Storage": w.storage(),
}


def ask_everything(here: Running) -> tuple[int, ...]:
    """Identity, channels and health; the numbers of the channels."""
    ask_device(here.session, BANGKOK)
    channels = ask_channels(here.session)
    ask_health(here.session, channels)
    return tuple(channel.number for channel in channels)


def test_a_recorder_tells_who_it_is(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        identity = ask_device(here.session)
    assert (identity.serial, identity.mac) == ("DS-7732NI-M4-1620240904CCRRL12345678WCVU", "22:EA:FB:38:1E:06")
    told = here.values("device")
    assert (told["model"], told["firmware"], told["device_type"]) == ("DS-7732NI-M4", "V5.03.020 build 240904", "NVR")
    assert (told["brand"], told["ntp"], told["daylight_saving"]) == ("Hikvision", ("time.navy.mi.th",), False)
    assert told["clock_offset_s"] == pytest.approx(0.5, abs=0.1)
    (clock,) = here.visit.known("device", "clock_offset_s")
    assert (clock.source.standing, clock.source.method, len(clock.source.raw_sha256)) == (
        Standing.MEASURED,
        "isapi.time",
        1,
    )
    (brand,) = here.visit.known("device", "brand")
    assert brand.source.standing is Standing.ADVERTISED
    assert here.codes == []


def test_a_clock_that_is_an_hour_ahead_and_set_by_hand_is_told(tmp_path: Path) -> None:
    body = "<Time><timeMode>manual</timeMode><localTime>2026-11-23T10:00:00+07:00</localTime><timeZone>CST-7:00:00</timeZone></Time>"
    with running(Device(answers={"/ISAPI/System/time": body}), tmp_path) as here:
        ask_device(here.session)
        assert here.session.clock_offset.total_seconds() == pytest.approx(3600.5, abs=0.1)
    assert here.codes == ["ntp_off"]


def test_a_rebrand_keeps_its_maker(tmp_path: Path) -> None:
    body = w.NVR_INFO.replace("</DeviceInfo>", "<manufacturer>HiLook</manufacturer></DeviceInfo>")
    with running(Device(answers={"/ISAPI/System/deviceInfo": body}), tmp_path) as here:
        ask_device(here.session)
    assert here.values("device")["manufacturer"] == "HiLook"
    assert "brand" not in here.values("device")


def test_a_recorders_channels_with_the_cameras_behind_them(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        ask_device(here.session)
        channels = ask_channels(here.session)
    assert [(channel.number, channel.name) for channel in channels] == [(1, "ถนน 1"), (2, "ถนน 2"), (4, "ถนน 4")]
    assert [stream.name for stream in channels[0].streams] == ["main", "sub"]
    assert channels[0].streams[0].uri == "rtsp://127.0.0.1/Streaming/Channels/101"
    behind = here.values("channel/2")
    assert {name: behind[name] for name in behind if name.startswith("source_")} == {
        "source_address": "192.168.254.3", "source_port": 8000, "source_channel": 1, "source_protocol": "HIKVISION",
        "source_model": "DS-2CD2043G0-I", "source_serial": "C2", "source_firmware": "V5.5.82 build 190909",
    }  # fmt: skip
    assert (behind["online"], behind["max_resolution"]) == (True, "2688x1520")
    assert (here.values("channel/4")["online"], here.values("channel/4")["offline_reason"]) == (False, "netUnreachable")
    assert here.values("channel/3") == {}


def test_a_recorders_setting_of_the_stream_that_it_stores(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        ask_device(here.session)
        ask_channels(here.session)
    roles = {(item.subject, item.role) for item in here.visit.evidence if item.attribute == "resolution"}
    assert ("channel/1/stream/main", "recorder_setting") in roles
    assert ("channel/1/stream/sub", "live") in roles
    main = here.values("channel/1/stream/main")
    assert (main["codec"], main["frame_rate"], main["bit_rate_bps"], main["gop"]) == ("h265", 25.0, 4_096_000, 50)
    assert here.values("channel/2/stream/main")["frame_rate"] == 25.0, "full rate, resolved by the capabilities"


def test_the_recorders_health(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        assert ask_everything(here) == (1, 2, 4)
    told = here.values("device")
    assert (told["storage_total_bytes"], told["storage_mode"]) == (4_000_787_000_000, "quota")
    assert (told["overwrite"], told["rtsp_port"]) == (True, 10554)
    disks = told["disks"]
    assert isinstance(disks, tuple)
    assert [(disk["id"], disk["failed"]) for disk in disks] == [("1", False), ("2", True)]
    assert here.values("channel/1")["recording_mode"] == "continuous"
    assert here.values("channel/1")["configured_days"] == "until_full"
    assert here.values("channel/2")["recording_scheduled"] is False
    assert sorted(here.codes) == ["disk_failed", "recording_off", "records_sub_stream"]
    assert here.session.rtsp_port == 10554


def test_a_recorder_without_a_working_disk(tmp_path: Path) -> None:
    with running(Device(answers={"/ISAPI/ContentMgmt/Storage": w.storage(w.hdd(1, "notexist"))}), tmp_path) as here:
        ask_everything(here)
    assert "no_disk" in here.codes
    assert "storage_total_bytes" not in here.values("device")


def test_no_question_is_asked_twice(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        ask_everything(here)
    counted = Counter((method, path, body) for method, path, body, _ in here.device.asked)
    assert {asked: count for asked, count in counted.items() if count > 1} == {}
    assert len({login for *_, login in here.device.asked[1:]}) == 1, "only the first was unsigned"


def test_a_camera(tmp_path: Path) -> None:
    with running(Device(answers={**CAMERA}), tmp_path) as here:
        assert ask_everything(here) == (1,)
    main, sub = here.values("channel/1/stream/main"), here.values("channel/1/stream/sub")
    assert (main["codec"], main["resolution"], sub["resolution"]) == ("h264", "1920x1080", "640x480")
    assert {item.role for item in here.visit.evidence if "/stream/" in item.subject} == {"live"}
    assert here.values("channel/1")["max_resolution"] == "2688x1520"
    assert not any("InputProxy" in path or "tracks" in path for _, path, _, _ in here.device.asked)
    assert here.codes == []


def test_a_hybrid_recorder_is_asked_for_its_wired_inputs_and_another_is_not(tmp_path: Path) -> None:
    inputs = f"<VideoInputChannelList>{w.analogue(3)}</VideoInputChannelList>"
    with running(Device(answers={"/ISAPI/System/Video/inputs/channels": inputs}), tmp_path) as other:
        ask_everything(other)
    assert not any("Video/inputs" in path for _, path, _, _ in other.device.asked), "every stream belongs to a slot"
    hybrid = {
        "/ISAPI/System/Video/inputs/channels": inputs,
        "/ISAPI/ContentMgmt/InputProxy/channels": w.proxies(w.proxy(1)),
        "/ISAPI/ContentMgmt/InputProxy/channels/status": w.statuses(w.status(1)),
    }
    with running(Device(answers={**hybrid}), tmp_path / "hybrid") as here:
        assert ask_everything(here) == (1, 3)
    assert here.values("channel/3")["online"] is True


def test_an_older_recorder_lists_its_streams_elsewhere(tmp_path: Path) -> None:
    older: dict[str, str | tuple[int, str]] = {
        "/ISAPI/Streaming/channels": (404, "<html>none</html>"),
        "/ISAPI/ContentMgmt/StreamingProxy/channels": USUAL["/ISAPI/Streaming/channels"],
        "/ISAPI/ContentMgmt/StreamingProxy/channels/101/capabilities": w.CAPABILITIES,
    }
    with running(Device(answers={**older}), tmp_path) as here:
        assert ask_everything(here) == (1, 2, 4)
    assert here.values("channel/1")["max_resolution"] == "2688x1520"


def test_what_cannot_be_read_leaves_the_rest(tmp_path: Path) -> None:
    broken: dict[str, str | tuple[int, str]] = {
        "/ISAPI/System/time": (500, "<html>error</html>"),
        "/ISAPI/ContentMgmt/InputProxy/channels": (403, w.response_status(4, "lowPrivilege")),
        "/ISAPI/ContentMgmt/InputProxy/channels/status": (403, w.response_status(4, "lowPrivilege")),
        "/ISAPI/ContentMgmt/Storage": "<storage><hddList><hdd><id>1</id><status>ok",
    }
    with running(Device(answers=broken), tmp_path) as here:
        assert ask_everything(here) == (1, 2, 3), "without slots its streams are its channels"
    ends = {attempt.step: attempt.ending for attempt in here.visit.attempts}
    assert ends["isapi.time"] is Ending.FAULT
    assert ends["isapi.inputProxyChannels"] is Ending.NOT_PERMITTED
    assert ends["isapi.storage"] is Ending.OK
    assert here.values("device")["model"] == "DS-7732NI-M4"
    assert here.device.refused == 0


def test_a_refused_login_ends_the_questions(tmp_path: Path) -> None:
    with running(Device(password="another"), tmp_path) as here:
        assert ask_everything(here) == ()
    assert here.device.refused == 1
    assert len([path for _, path, _, login in here.device.asked if login]) == 1
