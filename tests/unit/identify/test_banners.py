"""What devices say before a login tells maker, serial number and kind, or nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.identify.banners import Banners, guess_from_banners, guesses, realms
from cctv_probe.identify.brands import brands, display_brand
from cctv_probe.identify.data import load
from cctv_probe.identify.looks_like import Likeness, kind_from_banners
from cctv_probe.identify.page import page_title
from cctv_probe.model.device import Kind

PLACES = {
    "http-servers": lambda text: Banners(http_server=text),
    "http-wwwauth": lambda text: Banners(http_authenticate=text),
    "rtsp-servers": lambda text: Banners(rtsp_server=text),
    "html-title": lambda text: Banners(http_body=f"<html><head><TITLE lang=en>\n{text}\n</TITLE></head></html>"),
}
VIDEO = {"IP Camera", "Web Cam", "DVR"}
NO_CAMERAS = {"Tivo", None}
OTHER_NAMES = {"Merit LILIN": "LILIN", "Shenzhen Reecam Tech. Ltd.": "ReeCam", "Xiongmai Technology": "XiongMai"}


def examples(recorded_dir: Path) -> list[tuple[str, dict[str, Any]]]:
    return [
        (place, entry)
        for place in PLACES
        for entry in json.loads(
            (recorded_dir / f"Mixed__recog__{place}-cctv-examples.json").read_text(encoding="utf-8")
        )
    ]


def test_recorded_banners_of_known_makers_tell_the_maker(recorded_dir: Path) -> None:
    checked = 0
    for place, entry in examples(recorded_dir):
        vendor, device = entry["true"].get("hw.vendor"), entry["true"].get("hw.device")
        if device not in VIDEO or vendor in NO_CAMERAS:
            continue
        found = guess_from_banners(PLACES[place](entry["header"]))
        assert found is not None, entry["header"]
        assert found.is_camera
        assert found.brand == OTHER_NAMES.get(vendor, display_brand(vendor)), entry["header"]
        checked += 1
    assert checked >= 38


def test_recorded_banners_of_cameras_without_a_maker_tell_a_camera_only(recorded_dir: Path) -> None:
    generic = [
        (place, entry)
        for place, entry in examples(recorded_dir)
        if entry["true"].get("hw.device") in VIDEO
        and not entry["true"].get("hw.vendor")
        and not entry["header"].startswith(("OpenTV", "AV-TECH"))
    ]
    assert len(generic) >= 8
    for place, entry in generic:
        found = guess_from_banners(PLACES[place](entry["header"]))
        assert found is not None, entry["header"]
        assert (found.brand, found.is_camera) == (None, True), entry["header"]


def test_recorded_banners_of_other_things_are_no_cameras(recorded_dir: Path) -> None:
    known = (
        "Intel(R)",
        "AMT",
        "mitmproxy",
        "kx-ns",
        "tivo",
        "OpenTV",
        "B426",
        "Active Int",
        "Apache Act",
        "Login to Cacti",
    )
    others = [(place, entry) for place, entry in examples(recorded_dir) if entry["header"].startswith(known)]
    assert len(others) >= 10
    for place, entry in others:
        banners = PLACES[place](entry["header"])
        assert kind_from_banners(banners).likeness is Likeness.NOT_A_CAMERA, entry["header"]


@pytest.mark.parametrize(
    ("file", "brand", "by_family"),
    [
        ("Hikvision__unknown__RTSP-describe.txt", "Hikvision", True),
        ("Hikvision__3200x1800-PCM__RTSP-DESCRIBE-sdp.txt", "Hikvision", True),
        ("Anpviz__unknown__RTSP-sdp.txt", "Anpviz", False),
        ("GeoVision__unknown__RTSP-sdp.txt", "Uniview", True),
        ("H3C-UNV__VCP-IPC__RTSP-DESCRIBE-sdp.txt", "Uniview", True),
        ("Reolink__BC-Streaming__RTSP-DESCRIBE-sdp.txt", "Reolink", False),
        ("Reolink__unknown__RTSP-describe.txt", "Reolink", True),
        ("Macrovideo-V380__unknown__RTSP-describe.txt", "V380", False),
    ],
)
def test_recorded_stream_descriptions_tell_the_platform(
    recorded_dir: Path, file: str, brand: str, by_family: bool
) -> None:
    found = guess_from_banners(Banners(sdp=(recorded_dir / file).read_text(encoding="utf-8")))
    assert found is not None
    assert (found.brand, found.by_family, found.basis) == (brand, by_family, "rtsp.sdp")


def test_recorded_refusal_and_server_header_tell_longse_and_xiongmai(recorded_dir: Path) -> None:
    refused = (recorded_dir / "Longse__unknown__RTSP-unauthorized.txt").read_text(encoding="utf-8")
    challenge = re.findall("WWW-Authenticate: (.*)", refused)[0]
    longse = guess_from_banners(Banners(rtsp_authenticate=challenge))
    described = (recorded_dir / "XiongMai-H264DVR__unknown__RTSP-describe.txt").read_text(encoding="utf-8")
    xiongmai = guess_from_banners(Banners(rtsp_server=re.findall("Server: (.*)", described)[0]))
    assert longse is not None
    assert xiongmai is not None
    assert (longse.brand, xiongmai.brand) == ("Longse", "XiongMai")


@pytest.mark.parametrize(
    ("banners", "brand", "serial"),
    [
        (Banners(rtsp_authenticate='Digest realm="Login to 4C0123456789ABC", nonce="x"'), "Dahua", "4C0123456789ABC"),
        (Banners(rtsp_server="Rtsp Server/3.0"), "Dahua", None),
        (Banners(http_authenticate='Digest realm="AXIS_00408CFAB754", nonce="x"'), "Axis", "00408CFAB754"),
        (Banners(rtsp_authenticate='Digest realm="IP Camera(C1234)"'), "Hikvision", None),
        (Banners(http_server="App-webs/"), "Hikvision", None),
        (Banners(http_body="<script>location='/doc/page/login.asp'</script>"), "Hikvision", None),
        (Banners(http_server="uc-httpd 1.0.0"), "XiongMai", None),
        (Banners(rtsp_authenticate="iPOLiS"), "Hanwha", None),
        (Banners(rtsp_authenticate='Digest realm="NVRDVR"'), "Uniview", None),
        (Banners(rtsp_authenticate='Basic realm="/"'), None, None),
        (Banners(http_server="nginx", http_title="Town hall"), None, None),
        (Banners(), None, None),
    ],
)
def test_what_the_facts_say(banners: Banners, brand: str | None, serial: str | None) -> None:
    found = guess_from_banners(banners)
    assert ((found.brand, found.serial) if found else (None, None)) == (brand, serial)


def test_a_maker_that_names_itself_comes_before_a_platform_and_keeps_its_own_serial() -> None:
    banners = Banners(
        http_server="Hikvision-Webs",
        rtsp_authenticate='Digest realm="Login to 4C0123456789ABC"',
        http_title="IP Camera",
    )
    assert [found.brand for found in guesses(banners)] == ["Hikvision", "Dahua", None]
    best = guess_from_banners(banners)
    assert best is not None
    assert (best.brand, best.serial, best.by_family) == ("Hikvision", None, False)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ('Digest realm="A, b", nonce="c", Basic realm=plain', ("A, b", "plain")),
        ('Digest realm="A"\r\nBasic realm="A"', ("A",)),
        ("Login to 123456", ("Login to 123456",)),
        ('Digest nonce="x"', ()),
        ('Digest realm="open', ("open",)),
        ("", ()),
    ],
)
def test_realms_are_read_from_whole_headers(headers: str, expected: tuple[str, ...]) -> None:
    assert realms(headers) == expected


def test_every_rule_reads_and_names_a_known_maker() -> None:
    places = {"http_server", "http_title", "http_body", "http_realm", "rtsp_server", "rtsp_realm", "realm", "sdp"}
    rules = load("fingerprints")["rules"]
    assert len(rules) > 50
    for rule in rules:
        assert rule["in"] in places
        assert rule["device"] in {"camera", "recorder", "camera_or_recorder", "other"}
        assert ("brand" in rule) == ("sure" in rule)
        assert rule.get("sure", "named") in {"named", "family"}
        assert rule.get("brand", "axis") in brands()
        re.compile(rule["match"])


@pytest.mark.parametrize(
    ("banners", "facts", "likeness", "kind"),
    [
        (Banners(http_server="nginx"), {}, Likeness.UNKNOWN, Kind.UNKNOWN),
        (Banners(http_title="Welcome to nginx!"), {}, Likeness.NOT_A_CAMERA, Kind.NOT_A_CAMERA),
        (Banners(http_server="mikrotik"), {"answers_onvif": True}, Likeness.CAMERA_LIKE, Kind.UNKNOWN),
        (Banners(), {"answers_rtsp": True}, Likeness.CAMERA_LIKE, Kind.UNKNOWN),
        (Banners(rtsp_server="GStreamer RTSP server"), {}, Likeness.CAMERA_LIKE, Kind.UNKNOWN),
        (Banners(), {"open_ports": (80, 37777)}, Likeness.CAMERA_LIKE, Kind.UNKNOWN),
        (Banners(), {"open_ports": (80, 443)}, Likeness.UNKNOWN, Kind.UNKNOWN),
        (Banners(http_server="DNVRS-Webs"), {}, Likeness.CAMERA_LIKE, Kind.RECORDER),
        (Banners(http_authenticate='Basic realm="TP-LINK IP-Camera"'), {}, Likeness.CAMERA_LIKE, Kind.CAMERA),
    ],
)
def test_not_every_web_server_is_a_camera(
    banners: Banners, facts: dict[str, Any], likeness: Likeness, kind: Kind
) -> None:
    verdict = kind_from_banners(banners, **facts)
    assert (verdict.likeness, verdict.kind) == (likeness, kind)
    assert verdict.reason.en


def test_titles_are_read_in_one_line() -> None:
    assert page_title("<title>\n NETSurveillance \t WEB</title>") == "NETSurveillance WEB"
    assert page_title("<title>never closed") == page_title("") == ""


@given(st.builds(Banners, *[st.text(max_size=300)] * 7))
def test_any_banners_give_a_guess_or_none(banners: Banners) -> None:
    displays = {brand.display for brand in brands().values()}
    for found in guesses(banners):
        assert found.brand is None or found.brand in displays
        assert found.serial is None or re.fullmatch("[0-9A-Za-z_-]{6,32}", found.serial)
    assert kind_from_banners(banners).likeness in Likeness


@pytest.mark.parametrize(
    "unit", ["<title>", "<title ", 'realm="', "a=", "login to ", "-axis1", "<", "\n", "network camera"]
)
def test_hostile_banners_are_read_in_little_time(unit: str) -> None:
    import time

    text = unit * (400_000 // len(unit))
    began_s = time.process_time()
    guesses(Banners(text, text, text, text, text, text, text))
    page_title(text)
    assert time.process_time() - began_s < 1.0
