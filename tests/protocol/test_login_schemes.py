"""Restraint on real sockets: whatever login a device wants, a wrong password is tried once, a right one never fails."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import get_args

import pytest

from cctv_probe.pipeline import scan
from cctv_probe.simulator.fleet import Device, Faults, Login, Ports, RtspScheme, Scheme, Service
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.wire.credentials import Group
from cctv_probe.wire.credentials import Login as Account
from tests.protocol.visiting import RIGHT, WRONG, Scanner, endings, value
from tests.unit.simulator.towns import PASSWORD, camera, fleet_of

SCHEMES: tuple[Scheme, ...] = tuple(scheme for scheme in get_args(Scheme) if scheme != "none")
RTSP_SCHEMES: tuple[RtspScheme, ...] = tuple(scheme for scheme in get_args(RtspScheme) if scheme != "none")
CLEAR = ("basic", "wsse_text")
"""Logins that show the password."""


def device_of(scheme: Scheme = "wsse", rtsp_scheme: RtspScheme = "md5", **changes: object) -> Device:
    return camera(login=Login(password=PASSWORD, scheme=scheme, rtsp_scheme=rtsp_scheme), **changes)


def sent(town: Municipality, device: Device) -> list[str]:
    """The kinds of credentials that the device was shown."""
    return [
        entry.credentials for entry in town.log() if entry.address == device.address and entry.credentials != "none"
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_password_fails_once_over_all_services_and_scans(tmp_path: Path, scheme: Scheme) -> None:
    device = device_of(scheme)
    with Municipality(fleet_of(device)) as town:
        first = Scanner(tmp_path, WRONG).visit(device)
        expected = 0 if scheme == "basic" else 1
        assert town.state(device.address).failed_logins_ever == expected
        again = Scanner(tmp_path, WRONG).visit(device)  # a new scan of the same machine, right after
        assert town.state(device.address).failed_logins_ever == expected
        assert town.errors == []
    assert first.login is not None
    assert again.login is not None
    assert not first.channels
    if expected:
        assert "group “wrong”" in first.login.en
        assert "less than 30 minutes ago" in again.login.en


@pytest.mark.parametrize("rtsp_scheme", RTSP_SCHEMES)
def test_a_wrong_password_fails_once_on_a_device_that_speaks_only_rtsp(tmp_path: Path, rtsp_scheme: RtspScheme) -> None:
    device = device_of("none", rtsp_scheme, services=(), ports=Ports(rtsp=8554))
    with Municipality(fleet_of(device)) as town:
        for _ in range(2):
            found = Scanner(tmp_path, WRONG, paths=("/live", "/other")).visit(device)
            assert found.login is not None
            assert town.state(device.address).failed_logins_ever == (0 if rtsp_scheme == "basic" else 1)


@pytest.mark.parametrize("rtsp_scheme", [scheme for scheme in RTSP_SCHEMES if scheme != "basic"])
@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme not in CLEAR])
def test_a_right_password_opens_everything_and_never_fails(
    tmp_path: Path, scheme: Scheme, rtsp_scheme: RtspScheme
) -> None:
    device = device_of(scheme, rtsp_scheme, faults=Faults(clock_offset_s=3600))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
    assert found.login is None
    assert value(found, "device", "model") == device.identity.model
    assert endings(found)["rtsp.DESCRIBE channel/1 main"] == "ok"
    assert value(found, "device", "clock_offset_s") == pytest.approx(3600, abs=2)


@pytest.mark.parametrize("offset_s", [-3600 * 24 * 365 * 20, -8, 3600 * 7])
def test_a_wrong_clock_is_no_failed_login(tmp_path: Path, offset_s: float) -> None:
    device = device_of("wsse", faults=Faults(clock_offset_s=offset_s))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
    assert found.login is None


@pytest.mark.parametrize(("scheme", "rtsp_scheme"), [("basic", "md5"), ("wsse", "basic"), ("wsse_text", "md5")])
def test_passwords_cross_the_network_in_clear_only_where_it_is_allowed(
    tmp_path: Path, scheme: Scheme, rtsp_scheme: RtspScheme
) -> None:
    device = device_of(scheme, rtsp_scheme)
    text = Group("text", Account("admin", PASSWORD), onvif_login="text" if scheme == "wsse_text" else "digest")
    allowed = Group("allowed", Account("admin", PASSWORD), allow_clear_text=True, onvif_login=text.onvif_login)
    with Municipality(fleet_of(device)) as town:
        closed = Scanner(tmp_path / "closed", text).visit(device)
        assert not {"basic", "wsse_text"} & set(sent(town, device))
        assert "not_permitted" in endings(closed).values()
        opened = Scanner(tmp_path / "allowed", allowed).visit(device)
        assert {"basic", "wsse_text"} & set(sent(town, device))
        assert town.state(device.address).failed_logins_ever == 0
    assert (opened.login, endings(opened)["rtsp.DESCRIBE channel/1 main"]) == (None, "ok")


def test_over_tls_basic_needs_no_leave(tmp_path: Path) -> None:
    device = device_of("basic", "none", ports=Ports(https=8443, rtsp=8554))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert "basic" in sent(town, device)
        assert town.state(device.address).failed_logins_ever == 0
    assert found.login is None
    assert found.identity.certificate_sha256 is not None


def test_a_separate_onvif_user_opens_onvif_and_the_other_rtsp(tmp_path: Path) -> None:
    login = Login(
        user="admin", password=PASSWORD, onvif_user="onvif", onvif_password="other", scheme="wsse", rtsp_scheme="md5"
    )
    device = camera(login=login)
    group = Group("recorders", Account("admin", PASSWORD), onvif=Account("onvif", "other"))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path, group).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
    assert endings(found)["rtsp.DESCRIBE channel/1 main"] == "ok"
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path / "web user only", RIGHT).visit(device)
        assert town.state(device.address).failed_logins_ever == 1
    assert found.login is not None


def test_without_a_credential_no_login_is_sent(tmp_path: Path) -> None:
    device = device_of()
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path, None).visit(device)
        assert sent(town, device) == []
    assert found.login is not None
    assert "no credential is given" in found.login.en
    assert value(found, "device", "clock_offset_s") is not None


@pytest.mark.parametrize(("group", "failures"), [(WRONG, 1), (RIGHT, 0)])
def test_two_scans_at_once_fail_no_oftener_than_one(tmp_path: Path, group: Group, failures: int) -> None:
    device = device_of("wsse", faults=Faults(answer_delay_s=0.05))
    with Municipality(fleet_of(device)) as town:
        together = threading.Barrier(3)

        def one() -> None:
            together.wait(10)
            Scanner(tmp_path, group).visit(device)

        scans = [threading.Thread(target=one) for _ in range(3)]
        for each in scans:
            each.start()
        for each in scans:
            each.join(30)
        assert town.state(device.address).failed_logins_ever == failures


def test_a_whole_scan_fails_once_a_device_and_stops_a_wrong_credential_after_three(tmp_path: Path) -> None:
    network = camera().address.rpartition(".")[0]
    devices = [device_of(SCHEMES[number % 5], address=f"{network}.{number + 20}") for number in range(8)]
    devices = [device for device in devices if device.login.scheme not in CLEAR]
    with Municipality(fleet_of(*devices)) as town:
        for _ in range(2):
            means = Scanner(tmp_path, WRONG).means(*(device.address for device in devices))
            found = scan([device.address for device in devices], means)
            means.ledger.close()
            means.folder.close()
            assert len(found.devices) == len(devices)
            assert all(device.login is not None for device in found.devices)
        failed = [town.state(device.address).failed_logins_ever for device in devices]
    assert max(failed) == 1
    assert sum(failed) <= 6, "three in the first scan, at most three more in the second"


@pytest.mark.parametrize("scheme", ["http_digest_md5", "http_digest_sha256"])
def test_a_nonce_for_each_request_is_no_refusal(tmp_path: Path, scheme: Scheme) -> None:
    device = device_of(scheme, faults=Faults(new_nonce_each_time=True))
    with Municipality(fleet_of(device)) as town:
        found = Scanner(tmp_path).visit(device)
        assert town.state(device.address).failed_logins_ever == 0
        assert not town.state(device.address).locked
    assert found.login is None
    assert endings(found)["rtsp.DESCRIBE channel/1 main"] == "ok"


def test_a_locked_device_is_left_alone(tmp_path: Path) -> None:
    login = Login(password=PASSWORD, scheme="wsse", rtsp_scheme="md5", lock_after=1)
    device = camera(login=login)
    with Municipality(fleet_of(device)) as town:
        Scanner(tmp_path, WRONG).visit(device)
        assert town.state(device.address).locked
        shown = len(sent(town, device))
        Scanner(tmp_path, RIGHT).visit(device)
        assert len(sent(town, device)) == shown


SERVICES: tuple[Service, ...] = ("device", "media1", "media2")


@pytest.mark.parametrize("fault", ["reset", "close_midway", "garbage"])
def test_a_device_that_breaks_off_logins_is_not_flooded_with_them(tmp_path: Path, fault: str) -> None:
    faults = Faults(**{fault: ("GetDeviceInformation", "GetVideoSources", "GetProfiles", "DESCRIBE")})  # type: ignore[arg-type]
    device = device_of("wsse", services=SERVICES, faults=faults)
    with Municipality(fleet_of(device)) as town:
        means = Scanner(tmp_path, WRONG)
        means.visit(device)
        assert len(sent(town, device)) <= 3
