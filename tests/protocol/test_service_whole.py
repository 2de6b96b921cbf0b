"""The agent as it is installed: the real command, a simulated town, a register written from the contract's words alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from cctv_probe.agent.service.runs import State, run_places
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.agent_life import until

ROOT = Path(__file__).resolve().parents[2]
LAO = "05810109"
CONFIG = """version: 1
register:
  url: {url}
scope: scope.yaml
credentials: devices.yaml
state: state
language: en
multicast: no
schedule:
  discovery: {{every: 1h, enabled: no}}
  reading: {{every: 24h}}
  measuring: {{every: 24h, enabled: no}}
  footage: {{every: 24h, enabled: no}}
outbox: {{min_free_mib: 0}}
"""


@dataclass
class Site:
    """A town, a register and one agent."""

    folder: Path
    town: Municipality
    register: Receiver
    secrets: set[str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def agent(self) -> Path:
        return self.folder / "state" / "agent"

    def command(self, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        """`cctv-probe agent WORDS --config …`."""
        return subprocess.run(
            self._words(*words), env=self._environment(), cwd=ROOT, input=typed,
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    def service(self) -> subprocess.Popen[bytes]:
        """`cctv-probe agent run`, in the background."""
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                self._words("run"), env=self._environment(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.started.append(process)
        return process

    def enrol(self) -> str:
        """Enrol, and the agent's id."""
        ended = self.command("enrol", typed=str(self.register.issue_token(LAO)) + "\n")
        assert ended.returncode == 0, ended.stderr
        identity: dict[str, Any] = json.loads((self.agent / "identity.json").read_text())
        return str(identity["agent_id"])

    def status(self) -> dict[str, Any]:
        """`status.json`, empty until it is there."""
        try:
            found: dict[str, Any] = json.loads((self.agent / "status.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def log(self) -> str:
        """What the service and its children said."""
        return (self.folder / "log.txt").read_text()

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "cctv_probe", "agent", *words, "--config", str(self.folder / "agent.yaml")]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CCTV_PROBE_", "COV_"))}
        return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))}


@contextmanager
def site_on(network: str, folder: Path, devices: int = 2) -> Iterator[Site]:
    fleet = moved(load_fleet(ROOT / "configs/fleets/demo.yaml"), network)
    with Municipality(fleet) as town, Receiver(Setup(lao_names={LAO: "เทศบาลตำบลตัวอย่าง"})) as register:
        ranges = [{"range": address, "scope_class": "public"} for address in town.addresses[:devices]]
        scope = {"version": 1, "lao_code": LAO, "ranges": ranges}
        (folder / "scope.yaml").write_text(yaml.safe_dump(scope))
        (folder / "devices.yaml").write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True))
        (folder / "devices.yaml").chmod(0o600)
        (folder / "agent.yaml").write_text(CONFIG.format(url=register.url))
        secrets = {
            secret
            for device in fleet.devices
            for secret in (device.login.password, device.login.onvif_password)
            if secret
        }
        site = Site(folder, town, register, secrets)
        try:
            yield site
        finally:
            for process in site.started:
                if process.poll() is None:
                    process.kill()
                    process.wait()


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    third = 100 + sum(request.node.name.encode()) % 100
    with site_on(f"127.73.{third}", tmp_path) as found:
        yield found


@pytest.mark.slow
def test_once_scans_the_town_and_the_register_has_its_cameras(site: Site) -> None:
    agent_id = site.enrol()
    ended = site.command("run", "--once", "--activity", "reading")
    assert ended.returncode == 0, ended.stderr
    assert len(site.register.reports()) == 1
    assert len(site.register.cameras(agent_id)) == 2
    assert site.command("run", "--once").returncode == 0
    assert len(site.register.reports()) == 1, "nothing was due any more"
    audit = (site.agent / "audit.jsonl").read_text()
    assert '"scan_started"' in audit
    everything = [path for path in site.folder.rglob("*") if path.is_file() and path.name != "devices.yaml"]
    found = {secret for path in everything for secret in site.secrets if secret.encode() in path.read_bytes()}
    assert found == set()


@pytest.mark.slow
def test_the_service_reports_over_an_outage_and_stops_in_good_order(site: Site) -> None:
    agent_id = site.enrol()
    site.register.stop()
    service = site.service()
    until(lambda: (site.status().get("outbox") or {}).get("queued") == 1, 60)
    status = until(lambda: site.status() if site.status()["register"].get("last_status") else None, 60)
    assert status["agent_id"] == agent_id
    assert status["lao_code"] == LAO
    assert status["last"]["reading"]["cameras"] == 2
    site.register.start()
    service.send_signal(signal.SIGHUP)
    until(lambda: site.status().get("last_receipt"), 90)
    assert site.status()["outbox"]["queued"] == 0
    service.terminate()
    assert service.wait(30) == 0
    assert len(site.register.reports()) == 1
    assert "Traceback" not in site.log()
    assert not any(secret in site.log() for secret in site.secrets)


@pytest.mark.slow
def test_before_enrolment_scans_are_kept_and_handed_in_afterwards(site: Site) -> None:
    ended = site.command("run", "--once", "--activity", "discovery")
    assert ended.returncode in (69, 75), ended.stderr
    assert [place.state() for place in run_places(site.agent / "runs")] == [State.FINISHED]
    agent_id = site.enrol()
    assert site.command("run", "--once", "--activity", "reading").returncode == 0
    assert [report["run"]["activity"] for report in _bodies(site)] == ["discovery", "reading"]
    assert len(site.register.cameras(agent_id)) == 2


@pytest.mark.slow
def test_sigterm_in_the_middle_of_a_real_scan_keeps_what_was_found(site: Site) -> None:
    site.enrol()
    config = (site.folder / "agent.yaml").read_text()
    (site.folder / "agent.yaml").write_text(config.replace("measuring: {every: 24h, enabled: no}", "measuring: {}"))
    service = site.service()
    until(lambda: list(site.agent.glob("runs/*/evidence")), 60)
    service.terminate()
    assert service.wait(60) == 0
    assert [report["run"]["complete"] for report in _bodies(site)] == [False]
    assert site.status()["last"]["measuring"]["ending"] == "stopped"


def _bodies(site: Site) -> list[dict[str, Any]]:
    return [report.body for report in site.register.reports()]
