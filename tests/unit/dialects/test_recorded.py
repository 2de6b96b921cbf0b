"""Every ONVIF answer recorded from a real device, for the operations that are asked, reads as its index says is true."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.dialects.onvif import answers_device, answers_media, operations, soap, xml
from cctv_probe.dialects.onvif.channels import arrange
from cctv_probe.identify.brands import display_brand
from cctv_probe.identify.scopes import read_scopes
from cctv_probe.model.units import codec_slug

VARIABLE = "CCTV_PROBE_RECORDED"
ASKED = {operation.name for operation in operations.ALLOWED} | {"GetVideoEncoderConfiguration"}


def _index() -> list[dict[str, Any]]:
    if VARIABLE not in os.environ:
        return []
    found: list[dict[str, Any]] = json.loads((Path(os.environ[VARIABLE]) / "index.json").read_text("utf-8"))
    return [entry for entry in found if entry["operation"].removesuffix("-fault") in ASKED]


def answers(*wanted: str) -> list[Any]:
    """A parameter for each recorded answer to one of the operations; one that skips where there is no index."""
    entries = [entry for entry in _index() if not wanted or entry["operation"] in wanted]
    if not entries:
        return [pytest.param({}, id="none")]
    return [pytest.param(entry, id=f"{entry['brand']} {entry['model']} {entry['file']}") for entry in entries]


def opened(folder: Path, entry: dict[str, Any]) -> xml.Element | soap.Fault:
    return soap.read((folder / entry["file"]).read_bytes())


def body(folder: Path, entry: dict[str, Any]) -> xml.Element:
    found = opened(folder, entry)
    assert not isinstance(found, soap.Fault)
    return found


def test_no_recorded_answer_is_left_out(recorded_dir: Path) -> None:
    assert len(_index()) >= 130
    assert {entry["operation"] for entry in _index()} >= {
        "GetDeviceInformation",
        "GetServices",
        "GetStreamUri",
        "GetProfiles",
    }
    assert recorded_dir.is_dir()


@pytest.mark.parametrize("entry", answers())
def test_an_answer_is_the_one_to_its_question_or_its_fault(recorded_dir: Path, entry: dict[str, Any]) -> None:
    found, truth = opened(recorded_dir, entry), entry["truth"]
    if "fault" not in truth:
        assert not isinstance(found, soap.Fault)
        assert xml.local(found) == f"{entry['operation']}Response"
        return
    assert isinstance(found, soap.Fault)
    assert found.codes == tuple(code.rpartition(":")[2] for code in truth["fault_codes"])
    assert truth["fault"] in found.reason
    assert found.not_authorized == any("NotAuthorized" in code for code in truth["fault_codes"])
    assert not found.locked


@pytest.mark.parametrize("entry", answers("GetDeviceInformation"))
def test_device_information(recorded_dir: Path, entry: dict[str, Any]) -> None:
    truth = entry["truth"]
    if "fault" in truth:
        return
    told = answers_device.device_information(body(recorded_dir, entry))
    fields = ("manufacturer", "model", "firmware", "serial", "hardware_id")
    assert [getattr(told, name) for name in fields] == [truth.get(name) for name in fields]
    assert display_brand(told.manufacturer) == entry["brand"]


@pytest.mark.parametrize("entry", answers("GetSystemDateAndTime"))
def test_the_clock(recorded_dir: Path, entry: dict[str, Any]) -> None:
    truth = entry["truth"]
    if "fault" in truth:
        return
    told = answers_device.clock_reading(body(recorded_dir, entry))
    date, _, time = truth["utc"].partition("T")
    expected = dt.datetime(*map(int, date.split("-")), *map(int, time.split(":")), tzinfo=dt.UTC)  # type: ignore[misc, arg-type]
    assert told.utc == expected
    assert told.time_zone == truth.get("TZ")
    assert told.mode == truth["DateTimeType"]
    assert told.daylight_saving == (truth["DaylightSavings"] == "true")


def _places(truth: dict[str, Any]) -> dict[str, bool]:
    return {
        operations.MEDIA2: truth["has_media2"],
        operations.RECORDING: truth["has_recording"],
        operations.SEARCH: truth["has_search"],
        operations.REPLAY: truth["has_replay"],
    }


@pytest.mark.parametrize("entry", answers("GetServices"))
def test_services(recorded_dir: Path, entry: dict[str, Any]) -> None:
    truth = entry["truth"]
    told = answers_device.services(body(recorded_dir, entry))
    assert list(told) == truth["namespaces"]
    assert set(told.values()) == set(truth["xaddrs"])
    assert {service: service in told for service in _places(truth)} == _places(truth)


@pytest.mark.parametrize("entry", answers("GetCapabilities"))
def test_capabilities(recorded_dir: Path, entry: dict[str, Any]) -> None:
    truth = entry["truth"]
    if "fault" in truth:
        return
    told = answers_device.capabilities(body(recorded_dir, entry))
    assert set(told.values()) == set(truth["xaddrs"])
    assert {service: service in told for service in _places(truth)} == _places(truth)
    assert operations.DEVICE in told
    assert operations.MEDIA in told


@pytest.mark.parametrize("entry", answers("GetStreamUri"))
def test_stream_addresses(recorded_dir: Path, entry: dict[str, Any]) -> None:
    truth = entry["truth"]
    if "fault" not in truth:
        assert answers_media.stream_uri(body(recorded_dir, entry)) == truth["uri"]


def _told(encoders: list[answers_media.EncoderConfiguration]) -> list[tuple[object, ...]]:
    sizes = [
        (one.resolution.width_px, one.resolution.height_px) if one.resolution else (None, None) for one in encoders
    ]
    return [(one.codec, *size, one.frame_rate_limit) for one, size in zip(encoders, sizes, strict=True)]


def _true(entry: dict[str, Any]) -> list[tuple[object, ...]]:
    encoders = entry["truth"]["encoders"]
    return [(codec_slug(one["codec"]), one["w"], one["h"], float(one["fps_limit"]) or None) for one in encoders]


@pytest.mark.parametrize("entry", answers("GetProfiles"))
def test_profiles(recorded_dir: Path, entry: dict[str, Any]) -> None:
    if "fault" in entry["truth"]:
        return
    told = answers_media.profiles(body(recorded_dir, entry))
    assert _told([profile.encoder for profile in told if profile.encoder]) == _true(entry)
    assert all(profile.source_token for profile in told if profile.encoder)
    channels = arrange([], (), told)
    assert sum(len(channel.streams) for channel in channels) <= len(told)
    largest = max(profile.encoder.resolution for profile in told if profile.encoder and profile.encoder.resolution and profile.encoder.codec != "mjpeg")  # fmt: skip
    mains = [channel.streams[0].profile.encoder for channel in channels]
    assert largest in [main.resolution for main in mains if main]


@pytest.mark.parametrize("entry", answers("GetVideoEncoderConfiguration", "GetVideoEncoderConfigurations"))
def test_encoder_configurations(recorded_dir: Path, entry: dict[str, Any]) -> None:
    told = answers_media.encoder_configurations(body(recorded_dir, entry))
    assert _told(list(told)) == _true(entry)
    assert all(one.token for one in told)


# The index says nothing of the answers below; what is true of them was read from the files by eye.


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Axis__Q6045-E", [("0", "1920x1080", 30.0)]),
        ("Hikvision__DS-2CD2012-I", [("VideoSource_1", "1280x960", 30.0)]),
        ("Hikvision__DS-2DF7276-AEL", [("VideoSource_1", "1280x960", 30.0)]),
        ("Pelco__D6230L", [("0", "1920x1080", 60.0)]),
        ("TRENDnet__TV-IP320PI", [("VideoSource_1", "1280x960", 30.0)]),
    ],
)
def test_video_sources(recorded_dir: Path, file: str, expected: list[tuple[str, str, float]]) -> None:
    told = answers_media.video_sources(body(recorded_dir, {"file": f"{file}__GetVideoSources.xml"}))
    assert [(source.token, str(source.resolution), source.frame_rate) for source in told] == expected


@pytest.mark.parametrize(
    ("file", "mac", "address"),
    [
        ("Axis__Q6045-E", "00:40:8C:FA:B7:54", "192.168.0.19"),
        ("Hikvision__DS-2CD2012-I", "C0:56:E3:F9:55:68", "10.10.1.65"),
        ("Hikvision__DS-2DF7276-AEL", "44:19:B6:3E:BA:A1", "10.10.1.60"),
        ("Pelco__D6230L", "00:04:7D:0E:B8:5C", "10.10.1.66"),
        ("TRENDnet__TV-IP320PI", "3C:8C:F8:A1:32:DC", "10.10.1.67"),
    ],
)
def test_network_interfaces(recorded_dir: Path, file: str, mac: str, address: str) -> None:
    (told,) = answers_device.network_interfaces(body(recorded_dir, {"file": f"{file}__GetNetworkInterfaces.xml"}))
    assert told.mac == mac
    assert address in told.addresses


@pytest.mark.parametrize(
    ("file", "count", "name", "hardware"),
    [
        ("Axis__Q6045-E", 6, "AXIS Q6045-E", "Q6045-E"),
        ("Hikvision__DS-2CD2012-I", 6, "HIKVISION DS-2CD2012-I", "DS-2CD2012-I"),
        ("Hikvision__DS-2DF7276-AEL", 8, "DS-2DF7276-AEL", "DS-2DF7276-AEL"),
        ("Pelco__D6230L", 11, "D6230L-J250117", "D6230L"),
        ("TRENDnet__TV-IP320PI", 6, "TV-IP320PI", "TV-IP320PI"),
    ],
)
def test_scopes(recorded_dir: Path, file: str, count: int, name: str, hardware: str) -> None:
    told = answers_device.scopes(body(recorded_dir, {"file": f"{file}__GetScopes.xml"}))
    assert len(told) == count
    facts = read_scopes(told)
    assert (facts.name, facts.hardware) == (name, hardware)


def test_encoder_options_of_media2(recorded_dir: Path) -> None:
    file = {"file": "Hikvision__camera__GetVideoEncoderConfigurationOptions.xml"}
    told = answers_media.encoder_options(body(recorded_dir, file))
    assert [str(size) for size in told.resolutions["h264"]] == ["1280x720", "3840x2160"]
    assert [str(size) for size in told.resolutions["h265"]] == ["1920x1080", "2560x1440", "3072x1728"]
    assert (str(told.max_resolution), told.max_frame_rate) == ("3840x2160", 12.5)


def test_many_views_of_one_source_are_streams_of_one_channel(recorded_dir: Path) -> None:
    told = answers_media.profiles(body(recorded_dir, {"file": "Bosch__FLEXIDOME-panoramic-5100i__GetProfiles.xml"}))
    (channel,) = arrange([], (), told)
    assert [stream.name for stream in channel.streams][:3] == ["main", "sub", "sub2"]
    assert channel.configuration_tokens == {"1", "2", "3"}
