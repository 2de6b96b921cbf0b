"""`agent run --once`, for cron: one turn of the service, and an exit code that says the worst of what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.agent.service.runs import State
from tests.protocol.agent_life import AgentLife, until

ONE_SCAN = {"every_s": {"reading": 3600}}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[AgentLife]:
    found = AgentLife(tmp_path)
    yield found
    found.close()


def test_once_scans_what_is_due_and_sends_it(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.05)
    assert life.once() == 0
    assert len(life.delivered()) == 1
    assert (life.status()["state"], life.status()["outbox"]["queued"]) == ("once", 0)
    assert life.once() == 0, "nothing is due any more"
    assert len(life.enqueued()) == 1
    assert life.once("footage") == 0, "what is asked for by name is done at once"
    assert len(life.delivered()) == 2


@pytest.mark.parametrize(
    ("wanted", "code"),
    [({"register_down": True}, 69), ({"outbox_full": True}, 75), ({"refuse": True}, 78), ({"crash": True}, 1)],
)
def test_once_ends_with_what_went_wrong(life: AgentLife, wanted: dict[str, bool], code: int) -> None:
    life.want(**ONE_SCAN, scan_s=0.02, **wanted)
    assert life.once() == code
    life.want(**ONE_SCAN, scan_s=0.02)
    assert life.once("reading") == 0
    assert life.in_state(State.FINISHED) == []
    assert life.delivered() == life.enqueued()


def test_once_stopped_in_the_middle_is_partial_and_keeps_what_was_found(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=60)
    process = life.start("once", str(life.config))
    until(lambda: life.child() and life.in_state(State.BEGUN))
    process.terminate()
    assert process.wait(20) == 3
    assert len(life.enqueued()) == 1
