"""Every RTSP answer recorded from a real device reads as its index says is true."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.rtsp.facts import stream_facts
from cctv_probe.rtsp.messages import MessageReader, Response
from cctv_probe.rtsp.parameter_sets import parse_h264_sps, sprop_nal_units
from cctv_probe.rtsp.sdp import MediaDescription, SessionDescription, base_url, control_url, parse_sdp

VARIABLE = "CCTV_PROBE_RECORDED"


def answers() -> list[Any]:
    """A parameter for every RTSP answer of the index; one that skips where there is no index."""
    if VARIABLE not in os.environ:
        return [pytest.param({}, id="none")]
    index = json.loads((Path(os.environ[VARIABLE]) / "index.json").read_text("utf-8"))
    return [pytest.param(entry, id=entry["file"]) for entry in index if entry["operation"].startswith("RTSP")]


def message(raw: bytes) -> Response:
    reader = MessageReader()
    reader.feed(raw)
    found = reader.next()
    assert isinstance(found, Response)
    assert reader.next() is None
    return found


def description(raw: bytes) -> SessionDescription:
    return parse_sdp(message(raw).body if raw.startswith(b"RTSP/") else raw)


def as_indexed(medium: MediaDescription) -> dict[str, object]:
    """A medium in the words of the index."""
    name = f"{medium.encoding_name}/{medium.clock_rate}" + (f"/{medium.channels}" if medium.channels else "")
    rtpmap = name if any(key == "rtpmap" for key, _ in medium.attributes) else None
    rate = medium.framerate
    said = {
        "type": medium.type,
        "pt": str(medium.payload_type),
        "rtpmap": rtpmap,
        "framerate": None if rate is None else f"{rate:g}",
        "dimensions": list(medium.dimensions) if medium.dimensions else None,
        "control": medium.control,
        "h264_sps_b64": medium.fmtp.get("sprop-parameter-sets", "").split(",")[0] or None,
    }
    return {key: value for key, value in said.items() if value is not None}


@pytest.mark.parametrize("entry", answers())
def test_a_recorded_answer_reads_as_its_index_says(recorded_dir: Path, entry: dict[str, Any]) -> None:
    raw = (recorded_dir / entry["file"]).read_bytes()
    truth = entry["truth"]
    if raw.startswith(b"RTSP/"):
        found = message(raw)
        assert found.status == (401 if "www_authenticate" in truth else 200)
        assert found.cseq is not None
        assert found.server == truth.get("server", found.server)
        assert found.headers.get("WWW-Authenticate") == truth.get("www_authenticate")
        assert ("media" in truth) == bool(found.body)
    if "media" in truth:
        sdp = description(raw)
        assert sdp.session_name == truth["session_name"]
        assert [as_indexed(medium) for medium in sdp.media] == truth["media"]


@pytest.mark.parametrize("entry", answers())
def test_the_parameter_sets_of_a_recorded_description_are_found_and_read(
    recorded_dir: Path, entry: dict[str, Any]
) -> None:
    expected = [medium["h264_sps_b64"] for medium in entry["truth"].get("media", []) if "h264_sps_b64" in medium]
    raw = (recorded_dir / entry["file"]).read_bytes()
    if not expected:
        assert b"sprop-parameter-sets" not in raw
        return
    video = description(raw).video
    assert video is not None
    first = sprop_nal_units(video.fmtp)[0]
    assert base64.b64decode(expected[0]).startswith(first)
    told = parse_h264_sps(first)
    if video.dimensions:
        assert (told.width_px, told.height_px) == video.dimensions


def session_of(folder: Path, name: str) -> tuple[str, int]:
    session = message((folder / name).read_bytes()).session
    assert session is not None
    return session.id, session.timeout_s


def test_recorded_sessions(recorded_dir: Path) -> None:
    assert session_of(recorded_dir, "Hikvision__unknown__RTSP-setup.txt") == ("708345999", 60)
    assert session_of(recorded_dir, "GW-Security__unknown__RTSP-main-play.txt") == ("9a90de54", 120)
    assert session_of(recorded_dir, "XiongMai-H264DVR__unknown__RTSP-play.txt") == ("231970", 60)


def test_recorded_control_urls(recorded_dir: Path) -> None:
    def controls(name: str) -> list[str]:
        found = message((recorded_dir / name).read_bytes())
        base = base_url("rtsp://127.0.0.1/asked", found.headers.get("Content-Base"))
        return [control_url(base, medium.control) for medium in parse_sdp(found.body).media]

    hikvision = "rtsp://192.168.5.106:554/Streaming/Channels/101/trackID={}?transportmode=unicast&profile=Profile_1"
    assert controls("Hikvision__unknown__RTSP-describe.txt") == [hikvision.format(1), hikvision.format(3)]
    assert controls("Reolink__unknown__RTSP-describe.txt")[0] == "rtsp://192.168.5.206/h264Preview_01_main/trackID=1"
    assert controls("XiongMai-H264DVR__unknown__RTSP-describe.txt")[0] == "rtsp://127.0.0.1:554/camera/trackID=3"
    assert controls("Macrovideo-V380__unknown__RTSP-describe.txt") == ["rtsp://127.0.0.1/asked/track1"]


def test_xiongmai_frame_rate_hint_is_the_one_that_is_no_zero(recorded_dir: Path) -> None:
    sdp = description((recorded_dir / "XiongMai-H264DVR__unknown__RTSP-describe.txt").read_bytes())
    facts = stream_facts(sdp, "rtsp://127.0.0.1/camera")
    assert facts is not None
    assert facts.value("sdp_frame_rate") == 25.0
    assert facts.value("vui_frame_rate") == 15.0
    assert facts.value("resolution") == "1920x1080"
