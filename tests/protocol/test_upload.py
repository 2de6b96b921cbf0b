"""Reports on their way to a register over real sockets: each row of the table of answers, each of its faults."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cctv_probe.contract.canonical import digest_of
from cctv_probe.simulator.register import Receiver
from cctv_probe.simulator.register.setup import Refusal
from cctv_probe.wire.clock import FakeClock
from tests.protocol.uploading import REPORTS, Agent, later, numbered, receiver, record_of, report_of


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def register(clock: FakeClock) -> Iterator[Receiver]:
    with receiver(clock) as register:
        yield register


@pytest.fixture
def agent(tmp_path: Path, register: Receiver, clock: FakeClock) -> Agent:
    agent = Agent(tmp_path, register.url, clock).enrolled(register)
    register.forget_requests()
    return agent


def test_a_report_is_delivered_and_its_receipt_kept(agent: Agent, register: Receiver) -> None:
    row = agent.report("a", "b")
    step = agent.step()
    assert (step.what, step.failed, step.next_at) == ("delivered", False, None)
    assert agent.state_of(row) == "acked"
    assert agent.outbox.receipt(row.report_id) == register.receipts()[0]
    assert sorted(register.cameras(agent.identity.agent_id)) == ["a", "b"]
    assert register.requests[0].encoding == "gzip"


def test_promise_3_a_report_sent_100_times_counts_once(agent: Agent, register: Receiver) -> None:
    row = agent.report("a")
    register.fault("commit_then_reset", path=REPORTS, count=99)
    agent.deliver()
    assert len(register.requests) == 100
    assert {entry.report_id for entry in register.requests} == {row.report_id}
    assert len(register.reports()) == 1
    assert agent.outbox.receipt(row.report_id) is not None


@pytest.mark.parametrize(
    "fault",
    [
        "wrong_echo",
        "wrong_digest",
        "other_agent",
        "unsigned",
        "wrong_signature",
        "foreign_key",
        "empty_200",
        "json_200",
    ],
)
def test_promise_4_the_agent_believes_only_the_echo(agent: Agent, register: Receiver, fault: str) -> None:
    row = agent.report("a")
    register.fault(fault, path=REPORTS)
    step = agent.step()
    assert (step.what, agent.state_of(row)) == ("unbelieved", "queued")
    assert "receipt_not_believed" in agent.notes.events()
    assert [trouble.code for trouble in agent.link.troubles] == ["unbelieved"]
    agent.deliver()
    assert agent.state_of(row) == "acked"
    assert len(register.reports()) == 1
    assert agent.link.troubles == ()


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("html_200", {}),
        ("html_403", {}),
        ("redirect_302", {}),
        ("403", {}),
        ("426", {}),
        ("451", {}),
        ("402", {}),
        ("511", {}),
        ("422", {"html": True}),
        ("400", {"html": True}),
    ],
)
def test_something_in_between_is_said_and_nothing_lost(
    agent: Agent, register: Receiver, fault: str, options: dict[str, bool]
) -> None:
    row = agent.report("a")
    register.fault(fault, path=REPORTS, **options)
    step = agent.step()
    assert (step.what, step.failed, agent.state_of(row)) == ("between", True, "queued")
    assert len(register.requests) == 1  # a redirect is not followed
    assert agent.link.last_status == step.text
    agent.deliver()
    assert len(register.reports()) == 1
    assert agent.link.troubles == ()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507])
def test_a_busy_register_is_asked_again(agent: Agent, register: Receiver, status: int) -> None:
    agent.report("a")
    register.fault(str(status), path=REPORTS, retry_after=1800)
    step = agent.step()
    assert step.what == "busy"
    assert step.next_at is not None
    wait_s = (step.next_at - agent.clock.now()).total_seconds()
    assert 1800 <= wait_s <= 1805
    assert agent.step().what == "waiting"
    agent.deliver()
    assert len(register.reports()) == 1


def test_retry_after_is_honoured_up_to_an_hour(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    register.fault("503", path=REPORTS, retry_after=86_400)
    step = agent.step()
    assert step.next_at is not None
    assert 3600 <= (step.next_at - agent.clock.now()).total_seconds() <= 3605


def test_retry_after_may_be_an_instant_of_the_registers_clock(
    tmp_path: Path, register: Receiver, clock: FakeClock
) -> None:
    agent = Agent(tmp_path, register.url, later(clock, hours=24)).enrolled(register)
    agent.report("a")
    register.fault("503", path=REPORTS, retry_after=clock.now() + timedelta(minutes=20))
    step = agent.step()
    assert step.next_at is not None
    assert 1199 <= (step.next_at - agent.clock.now()).total_seconds() <= 1206


@pytest.mark.parametrize("status", [404, 405, 410])
def test_no_register_there_is_an_alarm_and_hourly_tries(agent: Agent, register: Receiver, status: int) -> None:
    row = agent.report("a")
    register.fault(str(status), path=REPORTS)
    step = agent.step()
    assert step.what == "not_there"
    assert [(trouble.code, trouble.severity) for trouble in agent.link.troubles] == [("not_found", "problem")]
    assert step.next_at is not None
    assert 0.7 <= (step.next_at - agent.clock.now()).total_seconds() / 3600 <= 1.3
    agent.deliver()
    assert agent.state_of(row) == "acked"


def test_409_waits_half_a_minute_and_holds_up_nobody(agent: Agent, register: Receiver) -> None:
    first, second = agent.report("a"), agent.report("b")
    register.fault("409", path=REPORTS)
    assert agent.step().what == "conflict"
    assert agent.step().report_id == second.report_id
    step = agent.step()
    assert (step.what, step.next_at) == ("idle", agent.clock.now() + timedelta(seconds=30))
    agent.deliver()
    assert agent.state_of(first) == "acked"


def test_a_conflict_that_never_ends_is_named_and_asked_hourly(agent: Agent, register: Receiver) -> None:
    row = agent.report("a")
    register.fault("409", path=REPORTS, count=None)
    day = agent.clock.now() + timedelta(days=1)
    agent.until(lambda: agent.clock.now() >= day)
    assert len(register.requests) < 60
    assert agent.state_of(row) == "queued"
    assert "stuck" in [trouble.code for trouble in agent.link.troubles]


def test_415_goes_uncompressed_from_then_on_for_a_day(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    register.fault("415", path=REPORTS, only_gzip=True, count=None)
    agent.deliver()
    assert [entry.encoding for entry in register.requests] == ["gzip", "identity"]
    agent.report("b")
    agent.deliver()
    assert register.requests[-1].encoding == "identity"
    register.clear_faults()
    agent.clock.advance(86_401)
    agent.report("c")
    agent.deliver()
    assert register.requests[-1].encoding == "gzip"


def test_401_closes_one_gate_for_all_and_a_restart_does_not_hammer(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    agent.report("b")
    register.revoke(agent.identity.agent_id)
    assert agent.step().what == "gate"
    gate = agent.link.gate
    assert gate is not None
    assert gate.code == "revoked"
    restarted = Agent(agent.state, agent.url, agent.clock)
    assert restarted.step().what == "waiting"
    assert len(register.requests) == 1


def test_promise_8_a_revoked_agent_keeps_its_data_and_only_knocks_hourly(agent: Agent, register: Receiver) -> None:
    rows = [agent.report("a"), agent.report("b")]
    register.revoke(agent.identity.agent_id)
    day = agent.clock.now() + timedelta(days=1)
    agent.until(lambda: agent.clock.now() >= day)
    assert 18 <= len(register.requests) <= 33
    assert {entry.status for entry in register.requests} == {401}
    assert agent.outbox.depth().queued == 2
    assert agent.identity.agent_id in register.agents()
    register.reinstate(agent.identity.agent_id)
    agent.deliver()
    assert {agent.state_of(row) for row in rows} == {"acked"}
    assert agent.link.gate is None
    assert agent.notes.events().count("gate_closed") == 1
    assert agent.notes.events().count("gate_opened") == 1


def test_a_401_page_of_a_proxy_closes_the_gate_but_never_unenrols(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    register.fault("401", path=REPORTS, html=True, count=3)
    agent.deliver()
    assert len(register.requests) == 4
    assert len(register.reports()) == 1
    assert agent.link.gate is None


@pytest.mark.parametrize("kind", ["named", "receipt", "unnamed"])
def test_promise_5_one_bad_camera_never_blocks_the_other_499(agent: Agent, register: Receiver, kind: Refusal) -> None:
    cameras = numbered(500)
    bad = cameras[321]
    register.rules.refused_cameras[bad] = kind
    agent.report(*cameras)
    agent.deliver()
    present = register.cameras(agent.identity.agent_id)
    assert {name for name, camera in present.items() if camera.record is not None} == set(cameras) - {bad}
    assert set(present) == set(cameras)
    assert agent.outbox.depth().quarantined == 1
    (aside,) = agent.outbox.rows("quarantined")
    assert bad.encode() in agent.outbox.body(aside.report_id)
    assert cameras[0].encode() not in agent.outbox.body(aside.report_id)
    assert len(register.requests) <= {"named": 2, "receipt": 1, "unnamed": 22}[kind]
    assert len(register.forks()) == 0


def test_several_bad_cameras_are_all_found(agent: Agent, register: Receiver) -> None:
    cameras = numbered(60)
    bad = {cameras[0], cameras[17], cameras[18], cameras[59]}
    register.rules.refused_cameras.update(dict.fromkeys(bad, "unnamed"))
    agent.report(*cameras)
    agent.deliver()
    present = register.cameras(agent.identity.agent_id)
    assert {name for name, camera in present.items() if camera.record is not None} == set(cameras) - bad
    assert agent.outbox.depth().quarantined == len(bad)


def test_a_register_that_refuses_everything_does_not_shatter_the_reports(agent: Agent, register: Receiver) -> None:
    agent.report(*numbered(500))
    register.fault("422", path=REPORTS, code="malformed", count=None)
    end = agent.clock.now() + timedelta(days=1)
    agent.until(lambda: agent.clock.now() >= end)
    assert len(register.requests) < 80
    assert "refused_all" in [trouble.code for trouble in agent.link.troubles]
    assert agent.outbox.depth().quarantined == 0
    register.clear_faults()
    agent.deliver()
    assert set(register.cameras(agent.identity.agent_id)) == set(numbered(500))


def test_413_is_halved_without_a_floor(agent: Agent, register: Receiver) -> None:
    cameras = numbered(40)
    register.rules.max_sent_bytes = 1100
    agent.report(*cameras)
    agent.deliver()
    present = register.cameras(agent.identity.agent_id)
    assert {name for name, camera in present.items() if camera.record is not None} == set(cameras)
    assert agent.outbox.depth().quarantined == 0
    assert len(register.reports()) > 2


def test_a_single_oversized_record_is_set_aside(agent: Agent, register: Receiver) -> None:
    agent.report("a", "b", "c")
    noise = "".join(chr(0x4E00 + agent.rng.randrange(20_000)) for _ in range(4000))
    agent.report("d", "e", text=noise)
    register.rules.max_sent_bytes = 4000
    agent.deliver()
    present = register.cameras(agent.identity.agent_id)
    assert {name for name, camera in present.items() if camera.record is None} == {"d", "e"}
    assert agent.outbox.depth().quarantined == 2


def test_a_taken_report_id_goes_again_under_a_new_one(agent: Agent, register: Receiver) -> None:
    row = agent.report("a")
    register.fault("422", path=REPORTS, code="body_changed")
    assert agent.step().what == "changed"
    agent.deliver()
    (delivered,) = register.reports()
    assert delivered.body["replaces"] == row.report_id
    assert agent.state_of(row) == "replaced"


def test_a_body_damaged_on_its_way_is_not_divided(agent: Agent, register: Receiver) -> None:
    row = agent.report("a", "b")
    register.fault("400", path=REPORTS, code="digest_mismatch")
    assert agent.step().what == "between"
    agent.deliver()
    assert agent.state_of(row) == "acked"


def test_wanted_records_are_handed_on_before_the_report_counts_as_delivered(agent: Agent, register: Receiver) -> None:
    write = report_of(agent.identity, ("a",))
    row = agent.outbox.enqueue("report", lambda slot: {**write(slot), "records": []}, run_id=None)
    assert row is not None
    agent.deliver()
    assert agent.wanted == [(row.report_id, (digest_of(record_of("a")),))]
    assert agent.state_of(row) == "acked"


@pytest.mark.parametrize("fault", ["hang", "drip", "slow", "huge_answer", "reset_before_answer", "reset_mid_answer"])
def test_a_misbehaving_answer_ends_by_the_deadline(tmp_path: Path, fault: str, clock: FakeClock) -> None:
    with receiver(clock) as register:
        agent = Agent(tmp_path, register.url, clock, within_s=1.0).enrolled(register)
        row = agent.report("a")
        register.fault(fault, path=REPORTS)
        began = time.monotonic()
        step = agent.step()
        assert time.monotonic() - began < 3
        assert (step.what, step.failed) == ("unreachable", True)
        agent.deliver()
        assert agent.state_of(row) == "acked"
        assert len(register.reports()) == 1


def test_an_error_of_our_own_holds_up_nobody(agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = agent.report("a"), agent.report("b")

    def broken(report_id: str) -> bytes:
        if report_id == first.report_id:
            raise RuntimeError("secret stuff")
        return compressed(report_id)

    compressed = agent.outbox.compressed
    monkeypatch.setattr(agent.outbox, "compressed", broken)
    monkeypatch.setattr(agent.outbox, "_sound", lambda _row: True)
    step = agent.step()
    assert (step.what, step.failed) == ("bug", True)
    assert "secret stuff" not in step.text.en + repr(agent.notes.lines)
    agent.until(lambda: agent.state_of(second) == "acked")
    monkeypatch.undo()
    agent.deliver()
    assert agent.state_of(first) == "acked"


def test_a_register_that_is_down_is_found_again(agent: Agent, register: Receiver) -> None:
    rows = [agent.report(name) for name in "abc"]
    register.stop()
    hour = agent.clock.now() + timedelta(hours=1)
    steps = agent.until(lambda: agent.clock.now() >= hour)
    assert {step.what for step in steps} <= {"unreachable", "waiting", "idle"}
    assert sum(step.tried for step in steps) < 12
    register.start()
    agent.deliver()
    assert {agent.state_of(row) for row in rows} == {"acked"}
    assert register.forks() == []


def test_a_report_that_alone_fails_does_not_stand_before_the_others(agent: Agent, register: Receiver) -> None:
    poison = agent.report(*numbered(300))
    others = [agent.report(name) for name in "bcd"]
    register.fault("500", path=REPORTS, count=None, above_bytes=2000)
    agent.until(lambda: all(agent.state_of(row) == "acked" for row in others))
    later_ones = [agent.report(name) for name in "efg"]
    agent.until(lambda: all(agent.state_of(row) == "acked" for row in later_ones))
    assert agent.state_of(poison) == "queued"
    assert "stuck" in [trouble.code for trouble in agent.link.troubles]
    register.clear_faults()
    agent.deliver()
    assert agent.state_of(poison) == "acked"


def test_two_agents_with_one_key_are_noticed(agent: Agent, register: Receiver, tmp_path: Path) -> None:
    agent.report("a")
    agent.deliver()
    copied = tmp_path / "copied"
    shutil.copytree(agent.places.folder, copied / "agent", ignore=shutil.ignore_patterns("*.sending", "*.lock"))
    twin = Agent(copied, agent.url, later(agent.clock, seconds=1))
    agent.report("b")
    agent.deliver()
    twin.report("c")
    step = twin.step()
    assert step.what == "delivered"
    assert [trouble.code for trouble in twin.link.troubles] == ["forked_chain"]
    assert "report_held" in twin.notes.events()
    assert len(register.forks()) == 1


def test_after_the_machine_was_enrolled_anew_old_reports_go_under_the_new_name(
    agent: Agent, register: Receiver
) -> None:
    row = agent.report("a", "b")
    before = agent.identity.agent_id
    register.revoke(before)
    assert agent.step().what == "gate"
    agent.clock.advance(1)
    agent.enrol(register.issue_token(agent.identity.lao_code))
    assert agent.link.gate is None
    assert agent.identity.agent_id != before
    agent.deliver()
    (delivered,) = register.reports()
    assert (delivered.agent_id, delivered.body["replaces"]) == (agent.identity.agent_id, row.report_id)
    assert sorted(register.cameras(agent.identity.agent_id)) == ["a", "b"]


def test_an_agent_that_is_not_enrolled_says_so_and_keeps_looking(
    tmp_path: Path, register: Receiver, clock: FakeClock
) -> None:
    agent = Agent(tmp_path, register.url, clock)
    step = agent.step()
    assert (step.what, step.failed) == ("not_enrolled", True)
    assert "enrol" in step.text.en
    agent.enrol(register.issue_token("74010000"))
    agent.report("a")
    agent.deliver()
    assert len(register.reports()) == 1


def test_a_key_that_others_may_read_is_not_used(agent: Agent, register: Receiver) -> None:
    agent.report("a")
    agent.places.key.chmod(0o640)
    step = agent.step()
    assert step.what == "not_enrolled"
    assert "chmod 600" in step.text.en
    assert register.requests == ()
    agent.places.key.chmod(0o600)
    agent.deliver()
    assert len(register.reports()) == 1
