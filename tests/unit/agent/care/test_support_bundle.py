"""The support bundle: everything that helps, and no secret of a whole simulated municipality anywhere in it."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.care.scrub import Scrubber, names_in
from cctv_probe.agent.care.support_bundle import FOLDER, journal_excerpt, write_bundle
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.enrolment.keys import new_key
from cctv_probe.agent.scanning import scan_site
from cctv_probe.contract.token import new_token
from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.wire.clock import SystemClock
from tests.unit.agent.care.agents import agent
from tests.unit.agent.outbox.bodies import outbox, put

FLEETS = Path(__file__).parents[4] / "configs" / "fleets"
NETWORK = "127.97.61"


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CCTV_PROBE_STATE_DIR", str(tmp_path / "elsewhere"))


def _unpacked(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file
            assert member.mode == 0o600
            found[member.name.removeprefix(f"{FOLDER}/")] = file.read().decode()
    return found


def _site(folder: Path, fleet: Fleet) -> AgentConfig:
    ranges = "".join(f"  - {{range: {device.address}, scope_class: public}}\n" for device in fleet.devices)
    register = "register: {url: https://register.example, proxy: 'http://proxyuser:pr0xy-pass@proxy.example:3128'}\n"
    config = agent(folder, register + "multicast: no\n", scope=f"version: 1\nlao_code: 05990101\nranges:\n{ranges}")
    path = folder / "devices.yaml"
    path.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), "utf-8")
    path.chmod(0o600)
    return replace(config, credentials=path)


def _secrets(fleet: Fleet) -> set[str]:
    logins = [device.login for device in fleet.devices]
    return {word for login in logins for word in (login.password, login.onvif_password) if word} | {"pr0xy-pass"}


def _personal(fleet: Fleet, survey: str) -> set[str]:
    """Names, places, serial numbers and hardware addresses of the fleet that the survey learned, and all its addresses."""
    found: set[str] = set()
    for device in fleet.devices:
        identity = device.identity
        found |= {
            device.address,
            device.name,
            device.location or "",
            identity.serial or "",
            (identity.mac or "").upper(),
        }
        found |= {channel.name for channel in device.channels}
    return {word for word in found if word and (word in survey or word.startswith(NETWORK))}


@pytest.mark.timeout(120)
def test_nothing_of_a_fleet_gets_into_the_bundle(tmp_path: Path) -> None:
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), NETWORK)
    fleet = replace(fleet, devices=fleet.devices[:4])
    config, clock = _site(tmp_path, fleet), SystemClock()
    with Municipality(fleet):
        survey = scan_site(config, "reading", "run-1", config.places.runs / "run-1", clock, threading.Event())
    assert len(survey.cameras) >= 4
    assert any(camera.name for camera in survey.cameras)
    new_key(config.places.key)
    key = config.places.key.read_text().splitlines()[1]
    token = new_token("05990101", os.urandom(16)).text
    users = {device.login.user for device in fleet.devices if device.login.user} | {"proxyuser"}
    personal = _personal(fleet, (config.places.runs / "run-1" / "survey.json").read_text("utf-8"))
    assert len(personal) >= 3 * len(fleet.devices)
    everything = " | ".join(sorted(_secrets(fleet) | personal | users | {token, key}))
    _leak_everywhere(config, everything)

    write_bundle(tmp_path / "b.tar.gz", config, {"state": everything}, clock, journal=lambda: f"x {everything}\n")
    files = _unpacked(tmp_path / "b.tar.gz")
    hidden = _secrets(fleet) | personal | {token, key, "proxyuser"}
    for name, content in files.items():
        assert [word for word in hidden if word in content or json.dumps(word)[1:-1] in content] == [], name
        assert not [user for user in users if f" {user} " in content], name
    assert "range: ip-2" in files["scope.yaml"]
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600

    write_bundle(tmp_path / "a.tar.gz", config, {}, clock, with_addresses=True, journal=lambda: everything)
    told = _unpacked(tmp_path / "a.tar.gz")
    assert all(word in told["journal.txt"] for word in (fleet.devices[0].address, fleet.devices[0].name))
    for content in told.values():
        assert [word for word in _secrets(fleet) | {token, key} if word in content] == []


def _leak_everywhere(config: AgentConfig, everything: str) -> None:
    """As if every part of the program were careless."""
    places = config.places
    places.status.write_text(json.dumps({"problems": [everything]}, ensure_ascii=False))
    places.schedule.write_text(json.dumps({"problems": [everything]}))
    AuditLog(places.audit, SystemClock()).note("leaked", what=everything)
    (places.folder / "last-error.txt").write_text(everything)
    box = outbox(places.folder, SystemClock())
    box.quarantine(put(box, "a").report_id, everything)


def test_the_bundle_holds_what_helps(tmp_path: Path) -> None:
    config = agent(tmp_path)
    AuditLog(config.places.audit, SystemClock()).note("began", seq=3)
    box = outbox(config.places.folder, SystemClock())
    put(box, "a")
    write_bundle(tmp_path / "b.tar.gz", config, {"state": "ok"}, SystemClock(), journal=lambda: None)
    files = _unpacked(tmp_path / "b.tar.gz")
    assert json.loads(files["doctor.json"]) == {"state": "ok"}
    assert json.loads(files["outbox.json"])["depth"]["queued"] == 1
    assert "digest" in json.loads(files["outbox.json"])["rows"][0]
    assert "1 entries, whole" in files["audit.jsonl"]
    assert '"event":"began"' in files["audit.jsonl"]
    assert json.loads(files["versions.json"])["packages"]["cryptography"]
    assert "No such file" in files["status.json"]
    assert "journal could not be read" in files["journal.txt"]


def test_what_is_remembered_of_cameras_is_known_too(tmp_path: Path) -> None:
    config = agent(tmp_path)
    cameras = [{"id": "mac:1", "id_basis": "mac", "name": "หน้าศาลากลาง"}]
    (config.places.present / "present.json.gz").write_bytes(gzip.compress(json.dumps({"cameras": cameras}).encode()))
    (config.places.present / "damaged.json.gz").write_bytes(b"\x1f\x8brubbish")
    write_bundle(tmp_path / "b.tar.gz", config, {}, SystemClock(), journal=lambda: "กล้อง หน้าศาลากลาง ไม่ตอบ")
    assert _unpacked(tmp_path / "b.tar.gz")["journal.txt"] == "กล้อง name-1 ไม่ตอบ"


def test_a_bundle_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(FileExistsError):
        write_bundle(tmp_path / "b", agent(tmp_path), {}, SystemClock(), journal=lambda: None)
    assert (tmp_path / "b").read_text() == "mine"


def test_a_machine_without_journald_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cctv_probe.agent.care.support_bundle._JOURNAL", ("no-such-command-here",))
    assert journal_excerpt() is None


# --- Scrubbing --------------------------------------------------------------------------------------------------------


def test_addresses_become_the_same_name_each_time() -> None:
    clean = Scrubber([], [], ["กล้องหน้าตลาด"])
    said = clean.text(
        "กล้องหน้าตลาด 10.0.0.7 fe80::1 28:57:be:4a:10:11 10.0.0.8 10.0.0.7/24 127.0.0.1 28-57-BE-4A-10-11 02:00:00"
    )
    assert said == "name-1 ip-2 ip-1 mac-1 ip-3 ip-2/24 127.0.0.1 mac-1 02:00:00"


def test_names_in_json_with_escapes() -> None:
    clean = Scrubber([], [], ['ตลาด "สด"'])
    assert clean.text(json.dumps({"a": 'ตลาด "สด"'})) == '{"a": "name-1"}'
    assert clean.text(json.dumps({"a": 'ตลาด "สด"'}, ensure_ascii=False)) == '{"a": "name-1"}'


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN PRIVATE KEY-----\nS3CRET\n-----END PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nS3CRET cut off",
        "Signature: sig1=:S3CRET:",
        "Authorization: Basic S3CRET",
        "https://user:S3CRET@host/",
        "/x?token=S3CRET",
        "05810109-S3CRE-TS3CR-ETS3C-RETS3-CRETS-3C",
        "05810109 s3cre ts3cr ets3c rets3 crets 3c",
    ],
)
def test_what_looks_like_a_secret_goes_though_nobody_knows_it(line: str) -> None:
    assert "s3c" not in Scrubber([], [], None).text(f"before\n{line}\n").lower()
    assert "before" in Scrubber([], [], None).text(f"before\n{line}\n")


@pytest.mark.parametrize("key", ["password", "  - user", "onvif_password", '"token"', "my_secret", "username"])
def test_a_login_in_the_wrong_configuration_file_goes(key: str) -> None:
    assert "S3CRET" not in Scrubber([], [], None).yaml(f"version: 1\n{key}: S3CRET and more\nscope: scope.yaml\n")


@settings(deadline=None)
@given(st.text(alphabet="ab.:-/0123456789 %ก", max_size=80), st.sets(st.text(alphabet="abก.1", max_size=5), max_size=3))
def test_no_name_and_no_address_is_left(text: str, names: set[str]) -> None:
    said = Scrubber([], [], names).text(f"{text} 10.1.2.3 {text}")
    assert "10.1.2.3" not in said
    assert not [name for name in names if len(name) >= 3 and name not in ("name-1",) and "ก" in name and name in said]


def test_names_are_found_wherever_a_survey_holds_them() -> None:
    shape = {
        "cameras": [
            {"id": "serial:X1", "id_basis": "serial", "name": "Gate", "streams": [{"name": "main", "view": "v"}]}
        ],
        "devices": [
            {"identity": {"serial": "X1", "mac": None}, "facts": [{"attribute": "location", "value": "Market"}]}
        ],
    }
    assert names_in(shape) == {"serial:X1", "Gate", "X1", "Market"}
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert names_in(deep) == set()
