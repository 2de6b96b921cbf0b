"""A service and its child as real processes, with a scan and an outbox that a few lines of `script.json` describe.

    python -m tests.protocol.scripted_agent serve CONFIG     the service (real loop, lock, diary, children, status)
    python -m tests.protocol.scripted_agent once CONFIG [ACTIVITY]
    python -m tests.protocol.scripted_agent work ...         its child (real order of steps, run folders, signals)

The outbox is a file of lines, one for each run, written durably and once; the register is a second one. With `real` in the
script they are the agent's own outbox and sender, and the scan finds an invented town. `script.json` in the state folder:
every_s, scan_s, hang, crash, deaf, refuse, outbox_full, register_down, mistake, post_error, loop_hangs_after_s, real.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cctv_probe.agent.care import journal
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.config import ACTIVITIES, Activity, AgentConfig, Plan, load_agent_config
from cctv_probe.agent.service.children import Order
from cctv_probe.agent.service.handing_in import HandingIn
from cctv_probe.agent.service.in_force import InForce, load_in_force
from cctv_probe.agent.service.mail import Mail, known_agent_id
from cctv_probe.agent.service.notify import Notifier
from cctv_probe.agent.service.post import Post, Posted, PostError
from cctv_probe.agent.service.runs import Finished, RunPlace
from cctv_probe.agent.service.serve import Busy, Making, serve, serve_once
from cctv_probe.agent.service.work import NotNow, Outcome, Refused, Stopping, Worker
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.write_json import write_survey_json
from cctv_probe.wire.clock import Clock, SystemClock, utc_text
from tests.unit.survey.invented import camera, closed, lying, recorder, survey

AGENT = "01936000-0000-7000-8000-0000000000aa"


def script(state: Path) -> dict[str, Any]:
    """What the test wants now; it may change while the service runs."""
    try:
        found: dict[str, Any] = json.loads((state / "script.json").read_text())
    except (OSError, ValueError):
        return {}
    return found


# --- The scan and the outbox ------------------------------------------------------------------------------------------


def scan(config: AgentConfig, activity: Activity, place: RunPlace, stop: threading.Event) -> Outcome:
    """Finds a camera every hundredth of a second, until its time is over or it is told to stop."""
    wanted = script(config.places.state)
    if wanted.get("refuse"):
        raise Refused(Text(en="The scope file is broken here.", th="ไฟล์ขอบเขตเสีย"))
    if wanted.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (config.places.state / "deaf").touch()
    until = time.monotonic() + float(wanted.get("scan_s", 0.1))
    cameras = 0
    while (wanted.get("hang") or time.monotonic() < until) and not stop.is_set():
        cameras += 1
        stop.wait(0.01)
    if wanted.get("crash"):
        os._exit(99)
    if wanted.get("real"):
        return invented_survey(place, activity, complete=not stop.is_set())
    part = place.path / ".survey.part"
    with part.open("w") as file:
        file.write(json.dumps({"run": place.run_id, "activity": activity, "cameras": cameras}))
        file.flush()
        os.fsync(file.fileno())
    part.replace(place.survey)
    return Outcome(complete=not stop.is_set(), cameras=cameras)


def invented_survey(place: RunPlace, activity: Activity, *, complete: bool) -> Outcome:
    """What a scan of an invented town would have found."""
    now = utc_text(SystemClock().now())
    town = survey(camera("127.0.10.1"), lying(), recorder(), closed())
    run = replace(town.run, id=place.run_id, started_utc=now, finished_utc=now, complete=complete)
    write_survey_json(replace(town, run=run), place.survey)
    return Outcome(complete, len(town.cameras))


def outbox(state: Path) -> Path:
    """One line for each run that was enqueued."""
    return state / "outbox.txt"


def leave(config: AgentConfig, place: RunPlace, done: Finished) -> Mapping[str, Any]:
    """Puts the run into the outbox, once."""
    state = config.places.state
    if script(state).get("outbox_full"):
        raise NotNow(Text(en="The outbox is full here.", th="กล่องขาออกเต็ม"))
    if script(state).get("real"):
        return HandingIn(SystemClock()).leave(config, place, done)
    return {"seq": append_once(outbox(state), place.run_id)}


def supply(config: AgentConfig, report_id: str, digests: tuple[str, ...]) -> None:
    """Hands in what the register asked for."""
    if script(config.places.state).get("outbox_full"):
        raise NotNow(Text(en="The outbox is full here.", th="กล่องขาออกเต็ม"))
    append_once(config.places.state / "supplied.txt", f"{report_id} {len(digests)}")


def append_once(path: Path, word: str) -> int:
    """The number of the line that holds `word`, which is written durably if it was not there."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        *lines, torn = file.read().split(b"\n")
        file.truncate(file.tell() - len(torn))  # a line cut off by a kill was never in the outbox
        if word.encode() not in lines:
            file.write(word.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            lines.append(word.encode())
        return lines.index(word.encode()) + 1


@dataclass
class FilePost:
    """Sends a line of the outbox by writing it into the register's file."""

    force: InForce
    clock: Clock

    def step(self, within_s: float) -> Posted:
        """Deliver the next line."""
        state = self.force.config.places.state
        wanted = script(state)
        hang_at = wanted.get("loop_hangs_after_s")
        if hang_at is not None and self.clock.monotonic() > hang_at:
            while True:
                time.sleep(1)
        if wanted.get("mistake"):
            raise RuntimeError("a mistake in the program")
        if wanted.get("post_error"):
            raise PostError(Text(en="The outbox is not readable here.", th="อ่านกล่องขาออกไม่ได้"))
        waiting = self._waiting()
        if not waiting or self.force.config.register is None:
            return Posted()
        if wanted.get("register_down"):
            time.sleep(min(within_s, 0.2))
            later = self.clock.now() + timedelta(seconds=0.5)
            return Posted(tried=True, next_at=later, failed=Text(en="No answer here.", th="ไม่มีคำตอบ"))
        append_once(state / "delivered.txt", waiting[0])
        return Posted(tried=True, next_at=self.clock.now() if len(waiting) > 1 else None)

    def facts(self) -> Mapping[str, Any]:
        """As the real one tells."""
        delivered = read_lines(self.force.config.places.state / "delivered.txt")
        newest = delivered[-1] if delivered else None
        receipt = {"report_id": newest, "seq": len(delivered), "received_utc": utc_text(self.clock.now())}
        return {
            "agent_id": AGENT,
            "lao_code": "05810109",
            "outbox": {"queued": len(self._waiting()), "bytes": 0, "oldest_utc": None, "quarantined": 0, "held": 0},
            "last_receipt": receipt if delivered else None,
        }

    def housekeeping(self) -> None:
        """Nothing to keep."""

    def close(self) -> None:
        """Nothing to close."""

    def _waiting(self) -> list[str]:
        state = self.force.config.places.state
        delivered = set(read_lines(state / "delivered.txt"))
        return [line for line in read_lines(outbox(state)) if line not in delivered]


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file."""
    return path.read_text().split("\n")[:-1] if path.exists() else []


# --- The processes ----------------------------------------------------------------------------------------------------


def load(path: Path, clock: Clock, before: InForce | None) -> InForce:
    """The real configuration, with intervals as short as the script wants them."""
    force = load_in_force(path, clock, before)
    every = script(force.config.places.state).get("every_s", {"discovery": 1})
    plans = {name: Plan(every.get(name, 60), enabled=name in every) for name in ACTIVITIES}
    return replace(force, config=replace(force.config, schedule=plans))


def making(clock: Clock) -> Making:
    """The service's parts: all real but what children run and where reports go."""

    def words(order: Order, copy: Path, beside: Path) -> list[str]:
        name = ["--activity", order.activity, "--run-folder"] if order.activity else [f"--{order.kind}"]
        program = [sys.executable, "-m", "tests.protocol.scripted_agent", "work", "--config", str(copy)]
        return [*program, "--beside", str(beside), *name, str(order.path)]

    def note(force: InForce) -> Any:
        def noted(event: str, **facts: object) -> None:
            with (force.config.places.state / "notes.txt").open("a") as file:
                file.write(json.dumps([event, facts]) + "\n")

        return noted

    def post(force: InForce) -> Post:
        if script(force.config.places.state).get("real"):
            return Mail(force, clock, AuditLog(force.config.places.audit, clock))
        return FilePost(force, clock)

    return Making(
        clock=clock,
        open_post=post,
        note=note,
        told=lambda force, status: None,
        agent_id=lambda force: known_agent_id(force.config) or AGENT,
        words=words,
        load=load,
    )


def work(words: list[str]) -> int:
    """The child."""
    parser = argparse.ArgumentParser()
    for option in ("--config", "--beside", "--run-folder", "--resume", "--wanted"):
        parser.add_argument(option, type=Path)
    parser.add_argument("--activity")
    asked = parser.parse_args(words)
    stop = Stopping()
    stop.on_signals()
    journal.begin("en")
    config = load_agent_config(asked.config, beside=asked.beside)
    worker = Worker(config, SystemClock(), scan, leave, supply, stop)
    if asked.wanted:
        return worker.hand_in(asked.wanted)
    return worker.resume(asked.resume) if asked.resume else worker.run(asked.activity, asked.run_folder)


def main(words: list[str]) -> int:
    """Any of the three."""
    if words[0] == "work":
        return work(words[1:])
    journal.begin("en")
    clock = SystemClock()
    try:
        force = load(Path(words[1]), clock, None)
        if words[0] == "once":
            return serve_once(force, making(clock), words[2] if len(words) > 2 else None)  # type: ignore[arg-type]
        return serve(force, making(clock), Notifier.from_environment(os.environ))
    except (Busy, ConfigError) as error:
        sys.stderr.write(error.text.en + "\n")
        return 75 if isinstance(error, Busy) else 78


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
