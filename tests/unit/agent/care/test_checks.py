"""The doctor's checks of files and machine, each well and each in trouble."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cctv_probe.agent.care import checks_files, checks_machine
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.care.check import Once
from cctv_probe.agent.enrolment.identity import Identity, save_identity
from cctv_probe.agent.enrolment.keys import new_key
from cctv_probe.agent.unit import drop_in_now
from cctv_probe.contract.enrolment import RegisterKey
from cctv_probe.contract.keys import key_id_of, public_key_text
from cctv_probe.scope.addresses import read_address
from cctv_probe.wire.clock import FakeClock, SystemClock
from cctv_probe.wire.ledger import Ledger
from tests.unit.agent.care.agents import SCOPE, agent, patient, state
from tests.unit.agent.outbox.bodies import outbox, put

REGISTER = "register: {url: https://register.example}\n"
AGENT_ID = "01935c00-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "CCTV_PROBE_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)


# --- Scope and passwords ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected", "words"),
    [("2027-01-01", "ok", "273 more days"), ("2027-09-10", "warn", "21 more days"), ("2027-10-01", "fail", "ended on")],
)
def test_the_scope_and_how_long_it_holds(tmp_path: Path, day: str, expected: str, words: str) -> None:
    clock = FakeClock(datetime.fromisoformat(day).replace(hour=3, tzinfo=UTC))
    check = checks_files.scope(patient(agent(tmp_path), clock))
    assert state(check) == expected
    assert words in check.what.en


def test_a_scope_with_a_mistake_names_its_line(tmp_path: Path) -> None:
    check = checks_files.scope(patient(agent(tmp_path, scope=SCOPE.replace("closed", "secret"))))
    assert state(check) == "fail"
    assert "line 8" in check.what.en


def _devices(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "devices.yaml"
    path.write_text("version: 1\ngroups:\n  - {name: all, user: admin, password: s3cret-word}\n")
    path.chmod(mode)
    return path


def test_the_credentials_file(tmp_path: Path) -> None:
    config = agent(tmp_path)
    assert state(checks_files.credentials(patient(config))) == "warn"
    _devices(tmp_path)
    check = checks_files.credentials(patient(config))
    assert state(check) == "ok"
    assert "1 groups" in check.what.en
    _devices(tmp_path, 0o644)
    check = checks_files.credentials(patient(config))
    assert state(check) == "fail"
    assert "chmod 600" in check.what.en
    assert "s3cret-word" not in check.what.en + check.what.th


# --- Key and enrolment ------------------------------------------------------------------------------------------------


def _enrol(folder: Path, extra: str = REGISTER, lao_code: str = "05810109") -> Path:
    config = agent(folder, extra)
    key = new_key(config.places.key)
    register = RegisterKey(id=key_id_of(key.public_key()), public_key=public_key_text(key.public_key()))
    now = "2026-11-20T00:00:00Z"
    identity = Identity(AGENT_ID, lao_code, "https://register.example", "ทต.ตัวอย่าง", now, (register,))
    save_identity(config.places, identity)
    return config.places.key


def test_an_enrolled_agent_with_a_private_key(tmp_path: Path) -> None:
    _enrol(tmp_path)
    seen = patient(agent(tmp_path, REGISTER))
    assert state(checks_files.enrolment(seen)) == state(checks_files.key(seen)) == "ok"


def test_an_agent_that_is_not_enrolled(tmp_path: Path) -> None:
    check = checks_files.enrolment(patient(agent(tmp_path, REGISTER)))
    assert state(check) == "fail"
    assert check.what_to_do
    assert "agent enrol" in check.what_to_do.en
    assert state(checks_files.enrolment(patient(agent(tmp_path)))) == "warn"
    assert state(checks_files.key(patient(agent(tmp_path)))) == "skipped"


def test_a_key_that_others_may_read(tmp_path: Path) -> None:
    _enrol(tmp_path).chmod(0o640)
    check = checks_files.key(patient(agent(tmp_path, REGISTER)))
    assert state(check) == "fail"
    assert "chmod 600" in check.what.en


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_is_not_told_that_the_services_key_is_anothers(tmp_path: Path) -> None:
    os.chown(_enrol(tmp_path), 12345, 12345)
    assert state(checks_files.key(patient(agent(tmp_path, REGISTER)))) == "ok"


def test_a_key_that_is_lost(tmp_path: Path) -> None:
    _enrol(tmp_path).unlink()
    assert state(checks_files.key(patient(agent(tmp_path, REGISTER)))) == "fail"


def test_enrolled_for_another_municipality_or_register(tmp_path: Path) -> None:
    _enrol(tmp_path, lao_code="74010000")
    check = checks_files.enrolment(patient(agent(tmp_path, REGISTER)))
    assert state(check) == "fail"
    assert "74010000" in check.what.en
    _enrol(tmp_path)
    elsewhere = agent(tmp_path, "register: {url: https://other.example}\n")
    assert state(checks_files.enrolment(patient(elsewhere))) == "warn"


# --- Ledger, outbox, audit log ----------------------------------------------------------------------------------------


def test_devices_that_are_held_back_are_counted(tmp_path: Path) -> None:
    config, clock = agent(tmp_path), SystemClock()
    assert state(checks_files.ledger(patient(config))) == "ok"
    ledger = Ledger(config.places.state / "logins.sqlite", clock)
    ledger.refused(ledger.reserve(["address:127.99.0.10"], "device"))
    ledger.refused(ledger.reserve(["address:127.99.0.11"], "device"))
    check = checks_files.ledger(patient(config))
    ledger.close()
    assert state(check) == "warn"
    assert "2 devices" in check.what.en


def test_a_ledger_that_is_damaged(tmp_path: Path) -> None:
    config = agent(tmp_path)
    (config.places.state / "logins.sqlite").write_bytes(b"no database at all" * 100)
    assert state(checks_files.ledger(patient(config))) == "fail"


def test_the_outbox(tmp_path: Path) -> None:
    config, clock = agent(tmp_path), SystemClock()
    assert state(checks_files.outbox(patient(config))) == "ok"
    box = outbox(config.places.folder, clock)
    row = put(box, "a")
    check = checks_files.outbox(patient(config))
    assert state(check) == "ok"
    assert "1 reports wait" in check.what.en
    later = FakeClock(clock.now() + timedelta(days=3))
    assert "3 days" in checks_files.outbox(patient(config, later)).what.en
    box.begin(row.report_id)
    assert state(checks_files.outbox(patient(config))) == "ok"
    assert [each.state for each in box.rows()] == ["sending"], "looking changes nothing"
    box.quarantine(row.report_id, "refused")
    assert state(checks_files.outbox(patient(config))) == "warn"


def test_an_outbox_that_is_damaged(tmp_path: Path) -> None:
    config = agent(tmp_path)
    config.places.outbox.write_bytes(b"rubbish" * 1000)
    check = checks_files.outbox(patient(config))
    assert state(check) == "fail"
    assert check.what_to_do
    assert config.places.outbox.read_bytes() == b"rubbish" * 1000


def test_the_audit_log(tmp_path: Path) -> None:
    config = agent(tmp_path)
    AuditLog(config.places.audit, FakeClock()).note("began")
    assert state(checks_files.audit(patient(config))) == "ok"
    config.places.audit.write_text("forged\n")
    check = checks_files.audit(patient(config))
    assert state(check) == "fail"
    assert "line 1" in check.what.en


# --- The machine ------------------------------------------------------------------------------------------------------


def test_the_disk(tmp_path: Path) -> None:
    config = agent(tmp_path)
    assert state(checks_machine.disk(patient(replace(config, free_bytes=1)))) == "ok"
    check = checks_machine.disk(patient(replace(config, free_bytes=1 << 60)))
    assert state(check) == "fail"
    assert sorted(each.name for each in config.places.folder.iterdir()) == ["present", "runs"]


def test_a_state_folder_that_is_not_there_or_no_folder(tmp_path: Path) -> None:
    config = agent(tmp_path)
    for folder in ("runs", "present"):
        (config.places.folder / folder).rmdir()
    config.places.folder.rmdir()
    assert state(checks_machine.disk(patient(config))) == "fail"
    config.places.folder.write_text("")
    assert state(checks_machine.disk(patient(config))) == "fail"


@pytest.mark.parametrize(
    ("line", "has"),
    [
        ("CapEff:\t0000000000002000\n", True),
        ("CapEff:\t000001ffffffffff\n", True),
        ("CapEff:\t0000000000000000\n", False),
        ("", False),
    ],
)
def test_the_right_to_raw_sockets_is_read(tmp_path: Path, line: str, has: bool) -> None:
    path = tmp_path / "status"
    path.write_text(f"Name:\tx\n{line}Seccomp:\t0\n")
    assert checks_machine.has_net_raw(path) is has
    assert checks_machine.has_net_raw(tmp_path / "none") is False


def test_raw_sockets_by_the_units_drop_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_machine, "has_net_raw", lambda _path: False)
    wanting = replace(patient(agent(tmp_path, "arp: yes\n")), drop_in=tmp_path / "50-scope.conf")
    assert state(checks_machine.capability(wanting)) == "warn"
    (tmp_path / "60-raw-sockets.conf").write_text("[Service]\nAmbientCapabilities=CAP_NET_RAW\n")
    assert state(checks_machine.capability(wanting)) == "ok"


def test_the_decoder_starts_under_these_limits(tmp_path: Path) -> None:
    check = checks_machine.decoder(patient(agent(tmp_path)))
    assert state(check) in ("ok", "warn")
    assert "starts" in check.what.en


def test_the_time_zone(tmp_path: Path) -> None:
    check = checks_machine.time_zone(patient(agent(tmp_path)))
    assert (state(check), "Asia/Bangkok" in check.what.en) == ("ok", True)


def test_the_kernels_list_of_addresses(tmp_path: Path) -> None:
    config, clock = agent(tmp_path, REGISTER, scope=SCOPE.replace("127.99", "10.99")), FakeClock()
    address = read_address("192.0.2.7")
    assert address is not None
    path = tmp_path / "50-scope.conf"
    seen = replace(
        patient(config, clock), drop_in=path, unit_files=(tmp_path / "agent.yaml",), addresses=Once(lambda: (address,))
    )
    assert state(checks_machine.unit(replace(seen, unit_files=()))) == "skipped"
    assert state(checks_machine.unit(seen)) == "fail"
    text = drop_in_now(config, clock, lambda _host: (address,)).text()
    path.write_text(text)
    assert state(checks_machine.unit(seen)) == "ok"
    path.write_text(text + "IPAddressAllow=10.0.0.0/8\n")
    check = checks_machine.unit(seen)
    assert (state(check), "10.0.0.0/8" in check.what.en) == ("fail", True)
    path.write_text("\n".join(line for line in text.splitlines() if "192.0.2.7" not in line))
    check = checks_machine.unit(seen)
    assert (state(check), "192.0.2.7" in check.what.en) == ("fail", True)
    path.write_text("[Service]\n")
    assert "…" in checks_machine.unit(seen).what.en


def test_a_ledger_of_an_older_form_is_no_end(tmp_path: Path) -> None:
    config = agent(tmp_path)
    with sqlite3.connect(config.places.state / "logins.sqlite") as db:
        db.execute("CREATE TABLE other (x)")
    db.close()
    assert state(checks_files.ledger(patient(config))) == "fail"
