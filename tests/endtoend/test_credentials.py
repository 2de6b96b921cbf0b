"""`credentials test`, as a technician sees it: which login works where, how many tries remain, and never more than one failure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cctv_probe.cli.app import build
from cctv_probe.simulator.fleet import Device, Fleet, Login
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from tests.endtoend.commands import FLEETS, files_with, run

NETWORK = "127.201.5"
HIKVISION, LOCKED_HIKVISION, WITHOUT_ONVIF, LIMITED = (f"{NETWORK}.{last}" for last in (12, 13, 15, 16))
DAHUA, LOCKED_DAHUA, BY_TLS, CAMERA = (f"{NETWORK}.{last}" for last in (32, 33, 37, 101))
ADDRESSES = (HIKVISION, LOCKED_HIKVISION, WITHOUT_ONVIF, LIMITED, DAHUA, LOCKED_DAHUA, BY_TLS, CAMERA)
WRONG = "Wrong-Password-2567"

pytestmark = [pytest.mark.timeout(60), pytest.mark.xdist_group("credentials")]


def fleet() -> Fleet:
    """The recorders that this file asks, and one camera, on its own network."""
    whole = moved(load_fleet(FLEETS / "recorders.yaml"), NETWORK)
    return replace(whole, devices=tuple(device for device in whole.devices if device.address in ADDRESSES))


@contextmanager
def running(chosen: Fleet, folder: Path, **changed: Any) -> Iterator[tuple[Municipality, Path]]:
    """The fleet, and a credentials file that opens it but for what is `changed` in every group (None: left out)."""
    found = credentials_for(chosen)
    for group in found["groups"]:
        group |= changed
        for key in [key for key, value in group.items() if value is None]:
            del group[key]
    path = folder / "credentials.yaml"
    path.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")
    path.chmod(0o600)
    with Municipality(chosen) as town:
        yield town, path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def asked(address: str, credentials: Path | None, state: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """(exit code, the JSON) of one run of the command, in this process."""
    given = ["--credentials", str(credentials)] if credentials else []
    words = ["credentials", "test", address, *given, "--json", "--no-arp", "--no-multicast", *more]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as screen:
        patch.setenv("CCTV_PROBE_STATE_DIR", str(state))
        code = build()(words, prog_name="cctv-probe", standalone_mode=False)
    return code, json.loads(screen.getvalue())


def outcomes(told: dict[str, Any]) -> dict[str, str]:
    return {service["service"]: service["outcome"] for service in told["services"]}


def logins_sent(folder: Path) -> int:
    """How many requests carried a login, by the audit logs below `folder`."""
    lines = [line for log in folder.rglob("audit.jsonl") for line in log.read_text(encoding="utf-8").splitlines()]
    return sum(json.loads(line)["login"] for line in lines)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (HIKVISION, {"isapi": "works", "rtsp": "works", "onvif": "works"}),
        (LIMITED, {"isapi": "works", "rtsp": "works", "onvif": "works"}),
        (WITHOUT_ONVIF, {"isapi": "works", "rtsp": "works", "onvif": "off"}),
        (DAHUA, {"dahua_cgi": "works", "rtsp": "works", "onvif": "works"}),
        (BY_TLS, {"dahua_cgi": "works", "rtsp": "works", "onvif": "works"}),
        (CAMERA, {"isapi": "works", "rtsp": "works", "onvif": "works"}),
    ],
)
def test_what_works_is_said_of_every_service(
    address: str, expected: dict[str, str], state: Path, tmp_path: Path
) -> None:
    with running(fleet(), tmp_path) as (town, credentials):
        code, told = asked(address, credentials, state)
        assert (code, outcomes(told)) == (0, expected)
        assert town.state(address).failed_logins_ever == 0
        assert not [entry for entry in town.log() if entry.result.startswith("violation:")]
    group = next(group for group in credentials_for(fleet())["groups"] if address in group["ranges"])
    assert told["group"] == group["name"]
    assert told["held_back_minutes"] == 0
    for service in told["services"]:
        if service["outcome"] == "works":
            assert service["scheme"] == "Digest MD5"
            assert service["account"] == ("onvif" if service["service"] == "onvif" else "device")
            assert group["name"] in service["says"]["th"]


def test_the_devices_own_count_is_told(state: Path, tmp_path: Path) -> None:
    with running(fleet(), tmp_path) as (_, credentials):
        _, told = asked(HIKVISION, credentials, state)
    assert told["services"][0]["attempts_left"] == 7


@pytest.mark.parametrize(("address", "service", "left"), [(HIKVISION, "isapi", 6), (DAHUA, "dahua_cgi", None)])
def test_a_wrong_password_fails_once_and_is_then_held_back(
    address: str, service: str, left: int | None, state: Path, tmp_path: Path
) -> None:
    with running(fleet(), tmp_path, password=WRONG, onvif_user=None) as (town, credentials):
        code, told = asked(address, credentials, state)
        assert code == 1
        assert outcomes(told) == {service: "wrong_password", "rtsp": "not_tried", "onvif": "not_tried"}
        assert told["services"][0]["attempts_left"] == left
        assert told["held_back_minutes"] == 30
        assert town.state(address).failed_logins_ever == 1
        assert logins_sent(state) == 1
        code, told = asked(address, credentials, state)
        assert code == 1
        assert set(outcomes(told).values()) == {"held_back"}
        assert 29 <= told["held_back_minutes"] <= 30
        assert town.state(address).failed_logins_ever == 1
        assert logins_sent(state) == 1


@pytest.mark.parametrize(("address", "own"), [(HIKVISION, "isapi"), (DAHUA, "dahua_cgi")])
def test_an_onvif_user_that_is_missing_is_not_called_a_wrong_password(
    address: str, own: str, state: Path, tmp_path: Path
) -> None:
    with running(fleet(), tmp_path, onvif_user=None) as (town, credentials):
        code, told = asked(address, credentials, state)
        assert code == 3
        assert outcomes(told) == {own: "works", "rtsp": "works", "onvif": "no_onvif_user"}
        assert town.state(address).failed_logins_ever == 1
    assert "onvif_user" in told["services"][-1]["says"]["en"]


def test_a_wrong_onvif_user_is_told_from_a_missing_one(state: Path, tmp_path: Path) -> None:
    with running(fleet(), tmp_path, onvif_user={"user": "survey", "password": WRONG}) as (town, credentials):
        code, told = asked(HIKVISION, credentials, state)
        assert (code, outcomes(told)["onvif"]) == (3, "wrong_password")
        assert town.state(HIKVISION).failed_logins_ever == 1


def test_a_locked_hikvision_is_sent_no_login_at_all(state: Path, tmp_path: Path) -> None:
    with running(fleet(), tmp_path) as (town, credentials):
        code, told = asked(LOCKED_HIKVISION, credentials, state)
        assert (code, set(outcomes(told).values())) == (1, {"locked"})
        assert town.state(LOCKED_HIKVISION).failed_logins_ever == 0
    assert logins_sent(state) == 0
    assert 1700 <= told["services"][0]["locked_s"] <= 1800
    assert "30" in told["services"][0]["says"]["th"]
    assert told["held_back_minutes"] == 0


def test_a_dahua_tells_its_lock_in_the_first_refusal_and_is_sent_nothing_more(state: Path, tmp_path: Path) -> None:
    with running(fleet(), tmp_path) as (town, credentials):
        code, told = asked(LOCKED_DAHUA, credentials, state)
        assert (code, set(outcomes(told).values())) == (1, {"locked"})
        assert town.state(LOCKED_DAHUA).failed_logins_ever == 0
    assert logins_sent(state) == 1
    assert 1700 <= told["services"][0]["locked_s"] <= 1800


def test_without_a_credential_nothing_is_sent_and_the_file_is_named(state: Path, tmp_path: Path) -> None:
    with running(fleet(), tmp_path) as (_, _credentials):
        code, told = asked(HIKVISION, None, state)
    assert (code, set(outcomes(told).values()), told["group"]) == (1, {"no_credential"}, None)
    assert logins_sent(state) == 0
    assert "credentials file" in told["services"][0]["says"]["en"]


def only(device: Device, **login: Any) -> Fleet:
    """A fleet of one device, with another way to log in."""
    return replace(fleet(), devices=(replace(device, login=replace(device.login, **login)),))


def device_at(address: str) -> Device:
    return next(device for device in fleet().devices if device.address == address)


def test_a_password_is_not_sent_in_clear_text_unless_that_is_allowed(state: Path, tmp_path: Path) -> None:
    basic = only(device_at(WITHOUT_ONVIF), vendor_scheme="basic", rtsp_scheme="basic")
    with running(basic, tmp_path) as (_, credentials):
        code, told = asked(WITHOUT_ONVIF, credentials, state, "--out", str(tmp_path / "first"))
        assert code == 1
        assert {service["outcome"] for service in told["services"]} <= {"clear_text_only", "off"}
        assert logins_sent(tmp_path / "first") == 0
    with running(basic, tmp_path, allow_clear_text=True) as (_, credentials):
        code, told = asked(WITHOUT_ONVIF, credentials, state)
        assert (code, outcomes(told)["rtsp"]) == (0, "works")
        assert {service["scheme"] for service in told["services"] if service["outcome"] == "works"} == {"Basic"}


def test_what_answers_anybody_is_said_to_be_open(state: Path, tmp_path: Path) -> None:
    device = device_at(CAMERA)
    bare = Login(scheme="none", rtsp_scheme="none", vendor_scheme="none")
    with running(replace(fleet(), devices=(replace(device, login=bare),)), tmp_path) as (_, _credentials):
        code, told = asked(CAMERA, None, state)
    assert (code, set(outcomes(told).values())) == (0, {"open"})


def test_the_screen_speaks_thai_and_names_neither_user_nor_password(state: Path, tmp_path: Path) -> None:
    chosen = fleet()
    with running(chosen, tmp_path) as (_, credentials):
        words = ["credentials", "test", DAHUA, "--credentials", str(credentials), "--lang", "th"]
        ended = run(*words, state=state)
    assert ended.returncode == 0
    assert "เข้าสู่ระบบด้วยกลุ่ม" in ended.stdout
    secrets = {
        secret for device in chosen.devices for login in (device.login.web(), device.login.onvif()) for secret in login
    }
    assert not [secret for secret in secrets if secret in ended.stdout + ended.stderr]
    assert files_with(state, secrets - {"admin", "survey"}) == []


def test_mistakes_get_one_sentence(state: Path, tmp_path: Path) -> None:
    ended = run("credentials", "test", f"{NETWORK}.0/24", state=state)
    assert ended.returncode == 2
    assert "more than one address" in ended.stderr
    ended = run("credentials", "test", f"{NETWORK}.250", "--no-arp", state=state)
    assert ended.returncode == 1
    assert "answered nothing" in ended.stderr
    scope = tmp_path / "scope.yaml"
    scope.write_text(
        f"version: 1\nlao_code: 05990105\nname: ทดสอบ\nranges:\n- {{range: {LIMITED}, scope_class: closed}}\n",
        encoding="utf-8",
    )
    ended = run("credentials", "test", LIMITED, "--scope", str(scope), state=state)
    assert ended.returncode == 1
    assert "closed to the survey" in ended.stderr
