"""`agent check-config`: every mistake with file and line, and what right files mean; never a password."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care.check_config import Study, study
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.care.agents import AGENT, SCOPE

CLOCK = FakeClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "CCTV_PROBE_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)


def _study(folder: Path, agent: str = AGENT, scope: str = SCOPE, devices: str | None = None) -> Study:
    (folder / "agent.yaml").write_text(agent, "utf-8")
    (folder / "scope.yaml").write_text(scope, "utf-8")
    if devices is not None:
        path = folder / "devices.yaml"
        path.write_text(devices, "utf-8")
        path.chmod(0o600)
    return study(folder / "agent.yaml", CLOCK)


def _said(found: Study) -> str:
    return "\n".join(text.en for text in found.facts)


def test_right_files_say_what_they_mean(tmp_path: Path) -> None:
    agent = AGENT + (
        "register: {url: https://register.example, proxy: 'http://u:s3cret@proxy.example:3128'}\nreview: required\n"
        "schedule:\n  footage: {every: 2d, quiet_hours: [22:00-05:00]}\n  measuring: {enabled: no}\n"
    )
    devices = "version: 1\ngroups:\n  - {name: market, user: admin, password: hunter2-word}\n"
    found = _study(tmp_path, agent, SCOPE, devices)
    assert found.mistakes == []
    said = _said(found)
    assert "12 addresses (127.99.0.10-20, 127.99.0.30)" in said
    assert "11 of public places" in said
    assert "1 of closed places" in said
    assert "https://register.example, through the proxy http://proxy.example:3128." in said
    assert "footage: every 2d, next 2026-11-23 09:00, not between 22:00-05:00" in said
    assert "measuring: switched off" in said
    assert "waits until a person approves" in said
    assert "1 groups (market)" in said
    everything = said + "".join(text.th for text in found.facts)
    assert not [word for word in ("hunter2", "s3cret", "admin") if word in everything]


def test_every_mistake_of_every_file_is_named_with_its_line(tmp_path: Path) -> None:
    agent = AGENT + "languge: th\nmax_mbps: fast\nschedule:\n  reading: {every: soon}\n"
    scope = SCOPE.replace("closed", "secret").replace("version: 1", "version: 1\ntime_zone: Mars")
    found = _study(tmp_path, agent, scope)
    lines = [text.en.split("agent.yaml, ")[-1] for text in found.mistakes]
    assert sorted(line.split(":")[0] for line in lines) == ["line 4", "line 5", "line 7"]
    found = _study(tmp_path, AGENT, scope, "version: 1\ngroups:\n  - {name: a, user: b, pasword: hunter2-word}\n")
    told = [text.en for text in found.mistakes]
    assert any("scope.yaml, line 2" in text for text in told)
    assert any("scope.yaml, line 9" in text for text in told)
    assert any("devices.yaml, line 3" in text for text in told)
    assert not any("hunter2" in text.en + text.th for text in found.mistakes)
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "version"),
        ("- a\n", "key: value"),
        ("version: 1\nscope: none.yaml\nstate: state\n", "none.yaml"),
        (AGENT + "register: {url: http://register.example}\n", "https://"),
        (AGENT + "register: {url: https://r.example, ca_file: ca.pem}\n", "ca.pem"),
        (AGENT + "metrics_file: none/x.prom\n", "metrics_file"),
    ],
)
def test_one_sentence_for_each_mistake(tmp_path: Path, agent: str, words: str) -> None:
    found = _study(tmp_path, agent)
    assert any(words in text.en for text in found.mistakes)


def test_a_mistake_in_the_site_list(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text("id,address\n")
    found = _study(tmp_path, AGENT, SCOPE + "site: site.csv\n")
    assert any("site.csv" in text.en for text in found.mistakes)


def test_no_configuration_at_all(tmp_path: Path) -> None:
    found = study(tmp_path / "agent.yaml", CLOCK)
    assert len(found.mistakes) == 1
    assert "agent.yaml" in found.mistakes[0].en


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*AGENT.splitlines(), "register:", "  url: x", "schedule: []", "- a", "outbox: {max_mib: 1}", "a: b"]
        )
    )
)
def test_any_lines_end_in_sentences(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    found = _study(tmp_path_factory.mktemp("agent"), "\n".join(lines) + "\n")
    assert all(text.en and text.th for text in [*found.mistakes, *found.facts])
    assert found.mistakes or found.facts
