"""The commands that look after the agent, as a person types them: what they print and how they end."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cctv_probe.agent.care import doctor as care_doctor
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.care.check import Check
from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.service.locks import Lock
from cctv_probe.cli.agent import audit, check_config, doctor, status, support_bundle
from cctv_probe.cli.exits import Stop
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import FakeClock, utc_text
from tests.unit.agent.care.agents import agent
from tests.unit.agent.care.statuses import healthy


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgentConfig:
    for name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "CCTV_PROBE_STATE_DIR", "CCTV_PROBE_AGENT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return agent(tmp_path)


@pytest.fixture
def running(config: AgentConfig) -> Iterator[None]:
    """The lock that a running service holds."""
    lock = Lock(config.places.lock)
    assert lock.take()
    yield
    lock.release()


def _run(config: AgentConfig, *words: str) -> Result:
    app = typer.Typer()
    for name, command in (
        ("status", status.status),
        ("doctor", doctor.doctor),
        ("check-config", check_config.check_config),
        ("support-bundle", support_bundle.support_bundle),
    ):
        app.command(name)(command)
    app.add_typer(audit.group(), name="audit")
    return CliRunner().invoke(app, [*words, "--config", str(config.path)])


def _write(config: AgentConfig, **changes: object) -> None:
    told = healthy(updated_utc=utc_text(datetime.now(UTC)), **changes)
    told["outbox"]["oldest_utc"] = None
    config.places.status.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


@pytest.mark.usefixtures("running")
def test_status_of_an_agent_that_is_well(config: AgentConfig) -> None:
    _write(config)
    ended = _run(config, "status")
    assert ended.exit_code == 0, ended.output
    assert ended.output.startswith("The agent is well.")
    shape = json.loads(_run(config, "status", "--json").output)
    assert (shape["state"], shape["freshness"]["service_running"], shape["freshness"]["stale"]) == (
        "healthy",
        True,
        False,
    )
    assert shape["status"]["agent_id"] == healthy()["agent_id"]


def test_status_of_a_service_that_is_stopped(config: AgentConfig) -> None:
    _write(config)
    ended = _run(config, "status")
    assert ended.exit_code == 1
    assert "not running" in ended.output
    config.places.status.unlink()
    ended = _run(config, "status", "--json")
    assert ended.exit_code == 1
    assert json.loads(ended.output)["status"] is None


@pytest.mark.usefixtures("running")
def test_status_that_is_degraded(config: AgentConfig) -> None:
    _write(config, last={"footage": {"ending": "incomplete"}})
    assert _run(config, "status").exit_code == 3


def test_a_status_that_may_not_be_read(config: AgentConfig) -> None:
    config.places.status.mkdir()
    ended = _run(config, "status")
    assert isinstance(ended.exception, Stop)
    assert ended.exception.code == 77


def test_no_configuration(config: AgentConfig) -> None:
    config.path.unlink()
    for command in ("status", "doctor", "support-bundle"):
        ended = _run(config, command)
        assert isinstance(ended.exception, Stop)
        assert ended.exception.code == 78


def test_the_audit_log_is_verified_and_shown(config: AgentConfig) -> None:
    assert "no audit log yet" in _run(config, "audit", "verify").output
    log = AuditLog(config.places.audit, FakeClock())
    for number in range(5):
        log.note("sent", number=number, said="two\nlines")
    ended = _run(config, "audit", "verify")
    assert ended.exit_code == 0
    assert "5 entries in 1 files" in ended.output
    shown = _run(config, "audit", "show", "--last", "2").output.splitlines()
    assert [line.split()[0] for line in shown] == ["4", "5"]
    assert "said=two lines" in shown[0]
    rows = [json.loads(line) for line in _run(config, "audit", "show", "--json").output.splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]


def test_audit_verify_names_file_and_line_of_the_first_break(config: AgentConfig) -> None:
    log = AuditLog(config.places.audit, FakeClock())
    for number in range(5):
        log.note("sent", number=number)
    config.places.audit.write_text(config.places.audit.read_text().replace('"number":2', '"number":7'))
    ended = _run(config, "audit", "verify")
    assert ended.exit_code == 1
    assert f"{config.places.audit}, line 3" in ended.output
    broken = json.loads(_run(config, "audit", "verify", "--json").output)["broken"]
    assert (broken["line"], broken["kind"]) == (3, "changed")


def test_check_config(config: AgentConfig) -> None:
    ended = _run(config, "check-config")
    assert ended.exit_code == 0
    assert "can be used" in ended.output
    config.path.write_text("version: 2\n")
    ended = _run(config, "check-config")
    assert ended.exit_code == 78
    assert "line 1" in ended.output
    assert json.loads(_run(config, "check-config", "--json").output)["mistakes"]


def test_the_doctors_report(config: AgentConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        Check("clock", "ok", Text("Fine.", "ดี")),
        Check("disk", "warn", Text("Little room.", "ที่น้อย"), Text("Make room.", "เพิ่มที่")),
    ]
    monkeypatch.setattr(care_doctor, "examine", lambda _patient: told)
    ended = _run(config, "doctor")
    assert ended.exit_code == 3
    assert ended.output.splitlines() == ["✓ Clock: Fine.", "! Disk: Little room.", "    → Make room."]
    shape = json.loads(_run(config, "doctor", "--json").output)
    assert (shape["state"], shape["checks"][1]["what_to_do"]["th"]) == ("warn", "เพิ่มที่")


def test_a_real_doctor_and_a_bundle(config: AgentConfig, tmp_path: Path) -> None:
    ended = _run(config, "doctor", "--json")
    checks = json.loads(ended.output)["checks"]
    assert [check["name"] for check in checks] == [name for name, _, _ in care_doctor.CHECKS]
    assert all(check["what"]["th"] for check in checks)
    out = tmp_path / "bundle.tar.gz"
    assert _run(config, "support-bundle", "--out", str(out)).exit_code == 0
    with tarfile.open(out) as archive:
        assert "cctv-probe-support/doctor.json" in archive.getnames()
    again = _run(config, "support-bundle", "--out", str(out))
    assert isinstance(again.exception, Stop)
