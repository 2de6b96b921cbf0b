"""An agent of a few parts for the tests: real outbox, keys, sender and sockets; its clock alone is moved by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cctv_probe.agent import config
from cctv_probe.agent.enrolment.enrol import enrol
from cctv_probe.agent.enrolment.identity import Identity, load_identity
from cctv_probe.agent.outbox import Outbox, OutboxLimits, Row, Slot
from cctv_probe.agent.places import Places
from cctv_probe.agent.upload.link import Link
from cctv_probe.agent.upload.link_file import load_link
from cctv_probe.agent.upload.register import Register
from cctv_probe.agent.upload.sender import Sender, Step
from cctv_probe.contract.canonical import digest_of
from cctv_probe.contract.token import parse_token
from cctv_probe.simulator.register import Receiver, Setup
from cctv_probe.wire.clock import FakeClock

LAO = "74010000"
OTHER_LAO = "50010000"
REPORTS = "/api/v1/reports"
PROGRAM = "cctv-probe test"


@dataclass
class Notes:
    """An audit log in memory."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def note(self, event: str, **facts: object) -> bool:
        self.lines.append((event, facts))
        return True

    def events(self) -> list[str]:
        return [event for event, _ in self.lines]


def receiver(clock: FakeClock, **options: Any) -> Receiver:
    """A register that goes by `clock`, and knows two municipalities."""
    return Receiver(
        Setup(lao_names={LAO: "เทศบาลนครสมุทรสาคร", OTHER_LAO: "เทศบาลนครเชียงใหม่"}, clock=clock.now, **options)
    )


@dataclass
class Agent:
    """One agent. `within_s`: of each step; `clock` is its own, which may be wrong."""

    state: Path
    url: str
    clock: FakeClock
    ca_file: Path | None = None
    proxy: str | None = None
    client: tuple[Path, Path] | None = None
    within_s: float = 10.0
    seed: int = 1

    def __post_init__(self) -> None:
        self.places = Places(self.state)
        self.notes = Notes()
        self.wanted: list[tuple[str, tuple[str, ...]]] = []
        self.outbox = Outbox(
            self.places.outbox, self.clock, OutboxLimits(free_disk_bytes=0), free_bytes=lambda: 1 << 40
        )
        self.rng = random.Random(self.seed)
        self.sender = Sender(
            self.outbox,
            self.register,
            self.places,
            self.clock,
            self.rng,
            self.notes,
            on_wanted=lambda report_id, digests: self.wanted.append((report_id, digests)),
        )

    def register(self) -> Register:
        certificate, key = self.client or (None, None)
        return Register(config.Register(self.url, self.ca_file, self.proxy, certificate, key))

    def enrol(self, token: str, lao_code: str = LAO) -> Identity:
        """Enrol with a token as it was typed."""
        return enrol(
            self.places,
            self.register(),
            parse_token(token),
            lao_code=lao_code,
            program=PROGRAM,
            clock=self.clock,
            within_s=self.within_s,
        )

    def enrolled(self, register: Receiver) -> Agent:
        """The same, enrolled."""
        self.enrol(register.issue_token(LAO))
        return self

    @property
    def identity(self) -> Identity:
        found = load_identity(self.places)
        assert found is not None
        return found

    @property
    def link(self) -> Link:
        return load_link(self.places)

    def report(self, *cameras: str, run_id: str | None = None, text: str = "") -> Row:
        """One more report, of these cameras."""
        made = self.outbox.enqueue("report", report_of(self.identity, cameras, text), run_id=run_id)
        assert made is not None
        return made

    def step(self) -> Step:
        return self.sender.step(within_s=self.within_s)

    def until(self, is_so: Callable[[], bool], most: int = 400) -> list[Step]:
        """Steps at the moments that they themselves name, until it is so."""
        steps: list[Step] = []
        while not is_so():
            assert len(steps) < most, [step.what for step in steps[-20:]]
            step = self.step()
            steps.append(step)
            if step.next_at is not None and step.next_at > self.clock.now():
                self.clock.advance((step.next_at - self.clock.now()).total_seconds() + 0.01)
            elif step.next_at is None:
                break
        assert is_so(), [step.what for step in steps[-20:]]
        return steps

    def deliver(self) -> list[Step]:
        """Until nothing waits."""
        return self.until(lambda: self.outbox.depth().queued == 0)

    def state_of(self, row: Row) -> str:
        return self.outbox.row(row.report_id).state


def record_of(name: str, text: str = "") -> dict[str, Any]:
    """A record of the camera `name`; `text` makes it longer."""
    camera = {"id": name, "scope_class": "public", "note": text}
    return {"camera": camera, "devices": [{"id": name, "address": "127.0.0.1"}]}


def report_of(identity: Identity, cameras: tuple[str, ...], text: str = "") -> Callable[[Slot], Mapping[str, Any]]:
    """Writes a report's body for its slot."""
    entries = []
    for name in sorted(cameras):
        record = record_of(name, text)
        entries.append({"id": name, "digest": digest_of(record), "record": record})
    manifest = [{"id": entry["id"], "digest": entry["digest"], "absent_since_utc": None} for entry in entries]

    def write(slot: Slot) -> Mapping[str, Any]:
        return {
            "agent_id": identity.agent_id,
            "lao_code": identity.lao_code,
            "clock_offset_s": None,
            "program": PROGRAM,
            "run": {
                "id": slot.report_id,
                "activity": "reading",
                "started_utc": slot.created_utc,
                "finished_utc": slot.created_utc,
                "complete": True,
                "addresses_tried": len(entries),
                "ranges": ["127.0.0.0/24"],
            },
            "part": None,
            "replaces": None,
            "snapshot": digest_of(manifest),
            "manifest": manifest,
            "records": entries,
            "counts": {"by_class": {}, "not_a_camera": 0, "attempts": {}},
            "confirmed": {"reading": slot.created_utc, "measuring": None, "footage": None},
        }

    return write


def numbered(count: int) -> tuple[str, ...]:
    """Names of cameras."""
    return tuple(f"camera-{number:04d}" for number in range(count))


def later(clock: FakeClock, **parts: float) -> FakeClock:
    """Another clock, so much later (or earlier)."""
    return FakeClock(clock.now() + timedelta(**parts))
