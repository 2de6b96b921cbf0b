"""`python -m cctv_probe.simulator.register` as the demo uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.protocol.register_client import LAO, Agent, camera

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cctv_probe.simulator.register"]


@contextmanager
def running(*options: object) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The process and what it said of itself; it must end in peace on SIGTERM."""
    process = subprocess.Popen(
        [*COMMAND, "--lao-code", LAO, *map(str, options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    said: dict[str, str] = {}
    try:
        while (line := process.stdout.readline().rstrip("\n")) and line != "ready":
            name, _, value = line.partition("\t")
            said[name] = value
        assert line == "ready"
        yield process, said
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        _, errors = process.communicate()
        assert errors == ""


def test_it_tells_url_and_token_keeps_everything_and_ends_on_sigterm(tmp_path: Path) -> None:
    address = f"127.{100 + os.getpid() % 120}.7.9"
    store, log = tmp_path / "register.sqlite", tmp_path / "requests.jsonl"
    with running("--address", address, "--store", store, "--lao-name", "เทศบาล", "--log", log) as (_, said):
        assert said["url"].startswith(f"http://{address}:")
        agent = Agent(said["url"])
        assert agent.enrol(said["token"]).json()["name"] == "เทศบาล"
        report = agent.report(camera("a"))
        assert agent.send(report).json()["status"] == "accepted"
    port = said["url"].rpartition(":")[2]
    with running("--address", address, "--port", port, "--store", store, "--no-token", "--fault", "503:2") as (_, said):
        assert said == {"url": agent.url}
        assert [agent.send(report).status_code for _ in range(3)] == [503, 503, 200]
    assert [json.loads(line)["code"] for line in log.read_text("utf-8").splitlines()] == ["enrolled", "accepted"]


def test_killed_without_warning_it_still_has_what_it_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "register.sqlite"
    with running("--store", store) as (process, said):
        agent = Agent(said["url"])
        agent.enrol(said["token"])
        report = agent.report(camera("a"))
        agent.send(report)
        process.kill()
        process.wait(10)
        with running("--store", store, "--no-token") as (_, again):
            agent.url = again["url"]
            assert agent.send(report).json()["status"] == "duplicate"
        process.returncode = 0


def test_with_tls_it_writes_its_authority(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with running("--tls", "--ca", ca) as (_, said):
        agent = Agent(said["url"])
        agent.session.verify = said["ca"]
        assert agent.enrol(said["token"]).status_code == 201


def test_a_port_that_is_taken_or_a_store_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with running() as (_, said):
        port = said["url"].rpartition(":")[2]
        for wrong in (("--port", port), ("--store", str(tmp_path / "none/register.sqlite")), ("--fault", "sulk")):
            command = [*COMMAND, "--lao-code", LAO, *wrong]
            ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert (ended.returncode, ended.stdout) == (1, "")
            assert len(ended.stderr.splitlines()) == 1
            assert "Traceback" not in ended.stderr
