"""A scripted agent's life as a test sees it: started, watched, killed at random instants, and asked what became of its scans."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from cctv_probe.agent.config import load_agent_config
from cctv_probe.agent.enrolment.enrol import enrol
from cctv_probe.agent.outbox import open_outbox
from cctv_probe.agent.places import Places
from cctv_probe.agent.service.locks import read_worker
from cctv_probe.agent.service.runs import State, run_places
from cctv_probe.agent.upload.register import Register
from cctv_probe.contract.token import parse_token
from cctv_probe.simulator.register import Receiver
from cctv_probe.wire.clock import SystemClock
from tests.protocol.scripted_agent import outbox, read_lines

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "version: 1\nscope: scope.yaml\nstate: state\nregister:\n  url: http://127.0.0.1:9\n"
FREE = "outbox:\n  min_free_mib: 0\n"
SCOPE = "version: 1\nlao_code: 05810109\nranges:\n  - range: 127.0.10.0/24\n    scope_class: public\n"


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `condition` gives as soon as that is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "this did not come to pass in time"
        time.sleep(0.01)
    return found


@dataclass
class AgentLife:
    """One state folder and the processes that work in it."""

    folder: Path
    notify: str | None = None
    watchdog_s: float | None = None
    config_text: str = CONFIG
    register: Receiver | None = None
    """The real way out leads here; without it outbox and register are files."""
    service: subprocess.Popen[bytes] | None = None
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self.config.write_text(self.config_text)
        (self.folder / "scope.yaml").write_text("version: 1\nranges:\n  - range: 127.9.9.1\n")

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def config(self) -> Path:
        return self.folder / "agent.yaml"

    @property
    def runs(self) -> Path:
        return self.state / "agent" / "runs"

    def enrol(self, lao_code: str = "05810109") -> str:
        """Enrol at the register; the agent's id."""
        assert self.register is not None
        url = self.register.url
        self.config.write_text(f"version: 1\nscope: scope.yaml\nstate: state\nregister:\n  url: {url}\n" + FREE)
        (self.folder / "scope.yaml").write_text(SCOPE)
        token = parse_token(self.register.issue_token(lao_code))
        target = load_agent_config(self.config).register
        assert target is not None
        known = enrol(
            Places(self.state), Register(target), token, lao_code=lao_code, program="test", clock=SystemClock()
        )
        return known.agent_id

    def want(self, **wanted: Any) -> None:
        """Write the script, in one step: processes read it at any instant."""
        wanted["real"] = self.register is not None
        part = self.state / "script.part"
        part.write_text(json.dumps(wanted))
        part.replace(self.state / "script.json")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a service (or what `words` say) and return its process."""
        kept = ("WATCHDOG_USEC", "WATCHDOG_PID", "NOTIFY_SOCKET", "STATE_DIRECTORY")
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CCTV_PROBE_", "COV_")) and name not in kept
        }
        environment |= {"PYTHONPATH": str(ROOT), "SECRET_OF_THE_SERVICE": "must not reach a child"}
        if self.notify:
            environment["NOTIFY_SOCKET"] = self.notify
        if self.watchdog_s:
            environment["WATCHDOG_USEC"] = str(int(self.watchdog_s * 1e6))
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.protocol.scripted_agent", *(words or ("serve", str(self.config)))],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        if not words:
            self.service = process
        return process

    def once(self, *words: str) -> int:
        """Run it once, as cron would."""
        return self.start("once", str(self.config), *words).wait(60)

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM, and its exit code."""
        assert self.service is not None
        self.service.terminate()
        return self.service.wait(seconds)

    def close(self) -> None:
        """End everything that this life began."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.kill_child()

    def child(self) -> psutil.Process | None:
        """The child at work now, whoever began it."""
        worker = read_worker(self.state / "agent" / "work.lock")
        try:
            return psutil.Process(worker.pid) if worker is not None and worker.is_alive() else None
        except psutil.NoSuchProcess:
            return None

    def kill_child(self) -> bool:
        """`kill -9` of the child and its group."""
        child = self.child()
        if child is None:
            return False
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def status(self) -> dict[str, Any]:
        """`status.json`, empty until it is there."""
        try:
            found: dict[str, Any] = json.loads((self.state / "agent" / "status.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def log(self) -> str:
        """Everything that was said."""
        return (self.folder / "log.txt").read_text()

    def notes(self) -> list[str]:
        """The audit events' names, in order."""
        return [json.loads(line)[0] for line in read_lines(self.state / "notes.txt")]

    def enqueued(self) -> list[str]:
        """The runs in the outbox, in order."""
        if self.register is not None:
            with open_outbox(load_agent_config(self.config), SystemClock()) as real:
                return [row.run_id for row in real.rows() if row.kind == "report" and row.run_id]
        return read_lines(outbox(self.state))

    def delivered(self) -> list[str]:
        """The runs that the register has, in order."""
        if self.register is not None:
            return [report.body["run"]["id"] for report in self.register.reports() if report.kind == "report"]
        return read_lines(self.state / "delivered.txt")

    def all_delivered(self) -> bool:
        """Whether everything in the outbox has reached the register."""
        return set(self.enqueued()) == set(self.delivered())

    def delivers(self, count: int) -> None:
        """Waits until so many runs have reached the register."""
        until(lambda: len(self.delivered()) >= count, 60)

    def in_state(self, *states: State) -> list[str]:
        """The runs whose folders say so."""
        return [place.run_id for place in run_places(self.runs) if place.state() in states]


@dataclass(frozen=True)
class Kills:
    """What became of the scans of an agent that was killed many times."""

    kills: int
    child_kills: int
    finished: frozenset[str]
    enqueued: tuple[str, ...]
    delivered: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def missing(self) -> frozenset[str]:
        """Finished scans that never reached the register."""
        return self.finished - frozenset(self.delivered)

    @property
    def doubled(self) -> int:
        """Reports that are in the outbox or at the register more than once."""
        return len(self.enqueued) + len(self.delivered) - len(set(self.enqueued)) - len(set(self.delivered))


def _until_or(condition: Callable[[], Any], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)


def kill_at_random(life: AgentLife, kills: int, seed: int, longest_s: float = 0.6) -> Kills:
    """`kill -9` the service, its child, or both, `kills` times at random instants; then let it end its work in peace.

    Every scan whose `finished.json` was ever seen is held against what reached the register.
    """
    rng = random.Random(seed)
    finished: set[str] = set()
    child_kills = 0
    life.want(every_s={"discovery": 1}, scan_s=0.15)
    for _ in range(kills):
        if life.service is None or life.service.poll() is not None:
            life.start()
        if rng.random() < 0.75:
            _until_or(life.child, 3.0)
        time.sleep(rng.uniform(0.0, longest_s))  # the instant of the kill is what is random here
        finished.update(life.in_state(State.FINISHED, State.ENQUEUED))
        victim = rng.choice(("service", "child", "both"))
        if victim in ("child", "both"):
            child_kills += life.kill_child()
        if victim in ("service", "both"):
            assert life.service is not None
            life.service.kill()
            life.service.wait()
        finished.update(life.in_state(State.FINISHED, State.ENQUEUED))
    life.want(every_s={})
    if life.service is not None and life.service.poll() is None:
        life.service.kill()
        life.service.wait()
    life.start()
    until(lambda: not life.child() and not life.in_state(State.FINISHED) and life.all_delivered(), 60)
    until(lambda: life.status().get("running", 0) is None and life.status()["state"] == "running", 60)
    life.stop()
    finished.update(life.in_state(State.FINISHED, State.ENQUEUED))
    return Kills(
        kills=kills,
        child_kills=child_kills,
        finished=frozenset(finished),
        enqueued=tuple(life.enqueued()),
        delivered=tuple(life.delivered()),
        lost=tuple(life.in_state(State.LOST)),
    )


def memory_over_cycles(life: AgentLife, cycles: int, warm: int = 5) -> list[int]:
    """The service's own memory (resident bytes) after each of `cycles` scans that were delivered, `warm` ones before it."""
    life.want(every_s={"discovery": 1}, scan_s=0.02)
    service = psutil.Process(life.start().pid)
    found = []
    for number in range(1, warm + cycles + 1):
        life.delivers(number)
        if number > warm:
            found.append(service.memory_info().rss)
    life.stop()
    return found


class Manager:
    """The service manager's end of the notification socket."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.heard: list[tuple[float, str]] = []

    def listen(self, seconds: float = 0.0) -> list[str]:
        """Everything heard so far, after listening for so long."""
        end = time.monotonic() + seconds
        while True:
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                self.heard.append((time.monotonic(), self.socket.recv(8192).decode()))
            except TimeoutError:
                return [message for _, message in self.heard]

    def hears(self, wanted: str, seconds: float = 20.0) -> None:
        """Waits until a message that begins so has been heard."""
        end = time.monotonic() + seconds
        while not any(message.startswith(wanted) for message in self.listen(0.05)):
            assert time.monotonic() < end, (wanted, self.heard[-5:])

    def hears_again(self, wanted: str, seconds: float) -> None:
        """Waits until such a message is heard once more than now."""
        before = self.listen().count(wanted)
        until(lambda: self.listen(0.05).count(wanted) > before, seconds)

    def close(self) -> None:
        """No longer listen."""
        self.socket.close()
