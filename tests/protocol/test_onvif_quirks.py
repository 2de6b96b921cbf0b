"""Devices that malform, mislead and hang, each asked as in a scan: what can be learned is learned, the rest is a row."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cctv_probe.simulator.fleet import ChannelLies, Device, Faults, Login, Ports
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.wire.credentials import Group
from cctv_probe.wire.credentials import Login as Account
from tests.protocol.test_onvif_requests import READING
from tests.protocol.visiting import Scanner, endings, value
from tests.unit.simulator.towns import FLEETS, PASSWORD, camera, channel, fleet_of, own_network, stream

SUBJECT = "channel/1/stream/main"


@pytest.mark.parametrize(
    ("malformed", "learned"),
    [
        (("unbound_prefix",), True),
        (("line_break_in_uri",), True),
        (("impossible_time",), True),
        (("odd_namespace",), True),
        (("invalid_utf8",), True),
        (("unbound_prefix", "line_break_in_uri", "odd_namespace"), True),
        (("not_xml",), False),
    ],
)
def test_malformed_answers_cost_no_more_than_they_must(
    tmp_path: Path, malformed: tuple[str, ...], learned: bool
) -> None:
    device = camera(faults=Faults(malformed_xml=malformed))  # type: ignore[arg-type] # named above
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
    assert "bug" not in endings(found).values()
    if learned:
        assert str(value(found, "device", "model")).startswith("DS-1")
        assert value(found, SUBJECT, "resolution") == "320x240"
        assert endings(found)["rtsp.DESCRIBE channel/1 main"] == "ok"
    else:
        assert value(found, "device", "model") is None


def test_an_answer_in_html_says_what_cannot_be_read(tmp_path: Path) -> None:
    device = camera(faults=Faults(html=("GetScopes", "GetProfiles")))
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    assert endings(found)["onvif.GetScopes"] == "malformed"
    assert endings(found)["onvif.GetDeviceInformation"] == "ok"


@pytest.mark.parametrize(
    ("faults", "ending"),
    [
        (Faults(busy=("GetNTP",)), "busy"),
        (Faults(empty_200=("GetNTP",)), "malformed"),
        (Faults(garbage=("GetNTP",)), "malformed"),
        (Faults(reset=("GetNTP",)), "malformed"),
        (Faults(close_midway=("GetNTP",)), "malformed"),
        (Faults(flood=("GetNTP",)), "too_large"),
    ],
)
def test_one_bad_answer_loses_one_field(tmp_path: Path, faults: Faults, ending: str) -> None:
    device = camera(faults=faults)
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    seen = endings(found)
    assert seen["onvif.GetNTP"] == ending
    assert seen["onvif.media2.GetProfiles"] == seen["rtsp.DESCRIBE channel/1 main"] == "ok"


def test_services_that_name_another_host_are_read_at_ours(tmp_path: Path) -> None:
    device = camera(faults=Faults(xaddr_host="127.0.0.66"))
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    assert endings(found)["onvif.media2.GetProfiles"] == "ok"
    assert {finding.code for finding in found.findings} >= {"xaddr_other_host"}
    finding = next(finding for finding in found.findings if finding.code == "xaddr_other_host")
    assert "127.0.0.66" in finding.text.en
    assert device.address in finding.text.th


@pytest.mark.parametrize(
    "faults", [Faults(get_services_fault=True), Faults(get_services_fault=True, get_capabilities_fault=True)]
)
def test_services_that_nobody_names_are_found_where_they_usually_are(tmp_path: Path, faults: Faults) -> None:
    device = camera(services=("device", "media1"), faults=faults)
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    assert endings(found)["onvif.GetServices"] == "not_supported"
    assert value(found, SUBJECT, "codec") == "h264"


@pytest.mark.parametrize("offset_s", [0, 3600, -86400])
def test_old_axis_wants_a_login_even_for_the_clock_and_tells_it_in_a_header(tmp_path: Path, offset_s: float) -> None:
    device = camera(faults=Faults(auth_every_call=True, clock_offset_s=offset_s))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
    assert value(found, "device", "model") == "DS-1"
    assert value(found, "device", "clock_offset_s") == pytest.approx(offset_s, abs=2)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("tls", ["modern", "tls1_0_only"])
def test_https_alone_self_signed_and_old(tmp_path: Path, tls: str) -> None:
    login = Login(password=PASSWORD, scheme="http_digest_sha256", rtsp_scheme="md5")
    device = camera(ports=Ports(https=8443, rtsp=8554), login=login, faults=Faults(tls=tls))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    assert value(found, "device", "model") == "DS-1"
    assert len(found.identity.certificate_sha256 or "") == 64


def test_h265_that_media1_calls_h264_is_told_by_both_and_known_by_its_stream(tmp_path: Path) -> None:
    device = camera(channels=(channel(stream(codec="h265"), lies=ChannelLies(media1_codec="h264")),))
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    told = {
        item.source.method: item.value
        for item in found.evidence
        if (item.subject, item.attribute) == (SUBJECT, "codec")
    }
    assert (told["onvif.media1.encoder"], told["onvif.media2.encoder"]) == ("h264", "h265")
    assert "h265" in [value for method, value in told.items() if method.startswith("rtsp")]


def test_a_recorder_gives_a_channel_for_each_source_in_its_order(tmp_path: Path) -> None:
    channels = tuple(channel(stream(path=f"/c{number}"), name=f"กล้อง {number}") for number in range(1, 13))
    device = camera(kind="recorder", channels=channels)
    with Municipality(fleet_of(device)):
        found = Scanner(tmp_path).visit(device)
    assert [one.number for one in found.channels] == list(range(1, 13))
    assert [(one.streams[0].uri or "").rpartition("/")[2] for one in found.channels] == [
        f"c{number}" for number in range(1, 13)
    ]


def _fleet() -> tuple[Device, ...]:
    return moved(load_fleet(FLEETS / "demo.yaml"), own_network()).devices


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_the_demo_is_asked_nothing_that_is_not_on_the_list_and_keeps_its_secrets(tmp_path: Path) -> None:
    devices = _fleet()
    services = {"onvif.device": "device", "onvif.media1": "media", "onvif.media2": "media2"}
    allowed = {(service, name) for service, name in READING}
    with Municipality(fleet_of(*devices)) as town:
        for device in devices:
            login = device.login
            onvif = Account(*login.onvif()) if login.onvif() != login.web() else None
            began = time.monotonic()
            found = Scanner(tmp_path / device.address, Group("its own", Account(*login.web()), onvif=onvif)).visit(
                device
            )
            assert town.state(device.address).failed_logins_ever == 0
            drips = device.faults.drip is not None
            assert ("timeout" in endings(found).values()) == drips
            assert time.monotonic() - began < (10 if drips else 5)
        log = town.log()
    asked = {(entry.service, entry.operation) for entry in log if entry.service in services}
    names = {"onvif.device": "ver10/device", "onvif.media1": "ver10/media", "onvif.media2": "ver20/media"}
    assert {(f"http://www.onvif.org/{names[service]}/wsdl", name) for service, name in asked} <= allowed
    assert not [entry for entry in log if entry.result.startswith("violation")]
    secrets = {
        password.encode()
        for device in devices
        for password in (device.login.password, device.login.onvif()[1])
        if password
    }
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(kept) > 20
    assert [file for file in kept for secret in secrets if secret in file.read_bytes()] == []
