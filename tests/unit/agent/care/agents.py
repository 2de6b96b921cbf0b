"""An agent's folder as a test wants it: files written, nothing running."""

from __future__ import annotations

from pathlib import Path

from cctv_probe.agent.care.check import Check, CheckState, Patient
from cctv_probe.agent.care.doctor import patient_of
from cctv_probe.agent.config import AgentConfig, load_agent_config
from cctv_probe.wire.clock import Clock, SystemClock

SCOPE = """version: 1
lao_code: 05810109
valid_until: 2570-09-30
ranges:
  - range: 127.99.0.10-20
    scope_class: public
  - range: 127.99.0.30
    scope_class: closed
"""
AGENT = "version: 1\nscope: scope.yaml\nstate: state\n"


def agent(folder: Path, extra: str = "", *, scope: str = SCOPE) -> AgentConfig:
    """A configured agent whose state folder is made."""
    (folder / "scope.yaml").write_text(scope, "utf-8")
    (folder / "agent.yaml").write_text(AGENT + extra, "utf-8")
    config = load_agent_config(folder / "agent.yaml")
    config.places.make()
    return config


def patient(config: AgentConfig, clock: Clock | None = None) -> Patient:
    """The agent before the doctor, with ten seconds."""
    return patient_of(config, clock or SystemClock(), 10.0)


def state(check: Check) -> CheckState:
    """The state of a check; whatever is not well says what it found in both languages."""
    assert check.what.en
    assert check.what.th
    return check.state
