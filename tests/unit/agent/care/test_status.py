"""`agent status`: what it says, and that it never calls an agent well that is not."""

from __future__ import annotations

import fcntl
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care.status import HEADINGS, freshness, is_running, overview
from cctv_probe.agent.service.locks import Lock
from tests.unit.agent.care.statuses import NOW, healthy
from tests.unit.agent.care.test_metrics import JSON

ZONE = ZoneInfo("Asia/Bangkok")
SAID = {"en": "Revoked.", "th": "ถูกเพิกถอน"}


def test_a_healthy_agent() -> None:
    found = overview(healthy(), True, NOW, ZONE)
    assert (found.state, found.exit_code, found.remarks) == ("healthy", 0, ())
    said = "\n".join(line.en for line in found.lines)
    assert "discovery: last 2026-11-23 08:30 (42 cameras), next 2026-11-23 09:30" in said
    assert "Outbox: 2 reports wait (40 KiB)" in said
    assert "Last receipt: report 7, 2026-11-23 08:00" in said
    assert "23/11/2569 08:30 น." in "\n".join(line.th for line in found.lines)


PROBLEM = {"code": "x", "severity": "high", "text": SAID}


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"gate": {"closed": True, "since_utc": None, "why": SAID}}, 1, "Revoked."),
        ({"config": {"error": {"en": "line 3 is wrong.", "th": "บรรทัดที่ 3 ผิด"}}}, 1, "line 3 is wrong."),
        ({"agent_id": None}, 1, "agent enrol"),
        ({"outbox": {"queued": 1, "quarantined": 2}}, 1, "2 reports were refused"),
        ({"outbox": {"queued": 1, "held": 4}}, 1, "4 reports wait for a person"),
        ({"outbox": {"queued": 1, "oldest_utc": "2026-11-20T02:00:00Z"}}, 3, "3 days"),
        ({"last": {"footage": {"ending": "timeout"}}}, 3, "ended with “timeout”"),
        ({"problems": [PROBLEM]}, 1, "Revoked."),
        ({"problems": [PROBLEM | {"severity": "low"}]}, 3, "Revoked."),
        ({"updated_utc": "2026-11-23T01:00:00Z"}, 1, "60 minutes old"),
        ({"updated_utc": "2026-11-25T01:00:00Z"}, 1, "hangs or cannot write"),
        ({"updated_utc": "rubbish"}, 1, "hangs or cannot write"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], code: int, words: str) -> None:
    found = overview(healthy(**changes), True, NOW, ZONE)
    assert found.exit_code == code
    assert any(words in remark.text.en for remark in found.remarks)


def test_information_is_no_trouble() -> None:
    assert overview(healthy(problems=[PROBLEM | {"severity": "info"}]), True, NOW, ZONE).exit_code == 0


@pytest.mark.parametrize(("hours", "state"), [(1, "healthy"), (25, "healthy"), (27, "needs_a_person")])
def test_an_agent_that_cron_starts_need_not_be_running(hours: int, state: str) -> None:
    updated = (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    found = overview(healthy(state="once", updated_utc=updated), False, NOW, ZONE)
    assert found.state == state
    assert not any("systemctl" in remark.text.en for remark in found.remarks)


def test_a_service_that_does_not_run_is_never_well() -> None:
    stopped = overview(healthy(updated_utc="2026-11-01T00:00:00Z"), False, NOW, ZONE)
    assert stopped.exit_code == 1
    assert ["systemctl start" in remark.text.en for remark in stopped.remarks] == [True]
    never = overview(None, False, NOW, ZONE)
    assert (never.exit_code, len(never.remarks), never.lines) == (1, 2, ())


def test_what_the_gate_says_is_said_once() -> None:
    gate = {"closed": True, "since_utc": None, "why": SAID}
    found = overview(healthy(gate=gate, problems=[PROBLEM | {"code": "gate"}]), True, NOW, ZONE)
    assert len(found.remarks) == 1
    assert len(overview(healthy(problems=[PROBLEM | {"code": "gate"}]), True, NOW, ZONE).remarks) == 1


def test_the_worst_comes_first() -> None:
    last = {"footage": {"ending": "timeout"}}
    found = overview(healthy(last=last, problems=[PROBLEM]), True, NOW, ZONE)
    assert [remark.state for remark in found.remarks] == ["needs_a_person", "degraded"]


def test_where_the_lock_cannot_be_seen_the_file_is_believed() -> None:
    assert overview(healthy(), None, NOW, ZONE).exit_code == 0
    assert overview(healthy(), None, NOW + timedelta(hours=1), ZONE).exit_code == 1


def test_freshness_for_programs() -> None:
    assert freshness(healthy(), True, NOW) == {"service_running": True, "age_s": 30, "stale": False}
    assert freshness(None, False, NOW) == {"service_running": False, "age_s": None, "stale": True}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(healthy())), JSON))
def test_any_file_is_shown(changes: dict[str, object]) -> None:
    found = overview(healthy(**changes), True, NOW, ZONE)
    assert found.state in HEADINGS
    assert not any(re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", line.en + line.th) for line in found.lines)


def test_the_service_runs_while_its_lock_is_held(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert is_running(path) is False
    lock = Lock(path)
    assert lock.take()
    assert is_running(path) is True
    lock.release()
    assert is_running(path) is False


def test_looking_does_not_disturb_another_who_looks(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    other = os.open(path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH)
    assert is_running(path) is False
    os.close(other)
