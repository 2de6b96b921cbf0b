"""The service as a process: stopped, killed, reloaded, hung, started twice; no finished scan is ever lost or counted twice."""

from __future__ import annotations

import os
import secrets
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cctv_probe.agent.places import Places
from cctv_probe.agent.service.runs import State
from cctv_probe.agent.service.wanted import note_wanted, wanted_files
from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.agent_life import AgentLife, Manager, kill_at_random, memory_over_cycles, until
from tests.protocol.scripted_agent import read_lines

REPORT = "01936000-0000-7000-8000-000000000001"
ONE_SCAN = {"every_s": {"reading": 3600}}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[AgentLife]:
    found = AgentLife(tmp_path)
    yield found
    found.close()


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[tuple[AgentLife, Manager]]:
    address = f"@cctv-probe-test-{secrets.token_hex(8)}"
    manager = Manager(address)
    found = AgentLife(tmp_path, notify=address, watchdog_s=2.0)
    yield found, manager
    found.close()
    manager.close()


def test_a_scan_goes_all_the_way_and_the_status_tells_it(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.1)
    life.start()
    until(lambda: len(life.delivered()) == 1 and life.status().get("last_receipt"))
    status = until(lambda: life.status() if not life.status()["running"] else None)
    run_id = life.delivered()[0]
    assert status["last"]["reading"]["run_id"] == status["last"]["discovery"]["run_id"] == run_id
    assert status["last"]["reading"]["ending"] == "ok"
    assert status["last"]["reading"]["cameras"] > 0
    assert (status["state"], status["problems"], status["config"]["error"]) == ("running", [], None)
    assert set(status["next"]) == {"reading"}
    assert status["outbox"]["queued"] == 0
    assert status["agent_id"]
    assert life.stop() == 0
    assert life.status()["state"] == "stopped"
    assert life.notes()[0] == "service_started"
    assert life.notes()[-1] == "service_stopped"


def test_sigterm_in_the_middle_of_a_scan_loses_nothing(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=60)
    life.start()
    until(life.child)
    until(lambda: life.in_state(State.BEGUN))
    began = time.monotonic()
    assert life.stop() == 0
    assert time.monotonic() - began < 15
    assert life.child() is None
    assert len(life.enqueued()) == 1, "what was found until then is in the outbox"
    assert life.delivered() == life.enqueued(), "and one attempt to send it was made"
    assert life.status()["last"]["reading"]["ending"] == "stopped"
    life.want(**ONE_SCAN, scan_s=0.1)
    diary = (life.state / "agent" / "schedule.json").read_text()
    assert '"served_utc": null' in diary, "a scan that was cut short is made again"


def test_the_last_attempt_to_send_does_not_hold_up_the_stop(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=60, register_down=True)
    life.start()
    until(life.child)
    began = time.monotonic()
    assert life.stop() == 0
    assert time.monotonic() - began < 15
    assert len(life.enqueued()) == 1
    assert life.delivered() == []


def test_a_second_sigterm_ends_everything_at_once(life: AgentLife) -> None:
    life.want(**ONE_SCAN, hang=True, deaf=True)
    service = life.start()
    child = until(life.child)
    until((life.state / "deaf").exists)
    service.terminate()
    until(lambda: life.status().get("state") == "stopping")
    assert service.poll() is None, "it waits for its child"
    service.terminate()
    assert service.wait(5) == 0
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.timeout(400)
def test_promise_1_a_finished_scan_survives_kill_9_at_random_instants(life: AgentLife) -> None:
    outcome = kill_at_random(life, kills=20, seed=7)
    assert outcome.missing == frozenset()
    assert outcome.doubled == 0
    assert len(outcome.finished) >= 3
    assert outcome.child_kills >= 1


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_promise_1_nothing_is_lost_or_doubled_by_kill_9_on_the_whole_way_to_the_register(tmp_path: Path) -> None:
    with Receiver(Setup(lao_names={"05810109": "เทศบาลตำบลตัวอย่าง"})) as register:
        life = AgentLife(tmp_path, register=register)
        try:
            agent_id = life.enrol()
            outcome = kill_at_random(life, kills=20, seed=11)
        finally:
            life.close()
        assert outcome.missing == frozenset()
        assert outcome.doubled == 0
        assert len(outcome.finished) >= 3
        assert register.missing(agent_id) == []
        assert register.forks() == []
        assert register.gaps() == []


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_twenty_cycles_leave_the_memory_of_the_service_flat(life: AgentLife) -> None:
    found = memory_over_cycles(life, cycles=20)
    first, last = statistics.median(found[:5]), statistics.median(found[-5:])
    assert abs(last - first) <= 0.05 * first


def test_a_finished_scan_that_could_not_be_enqueued_is_taken_up_again(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.05, outbox_full=True)
    life.start()
    until(lambda: life.in_state(State.FINISHED) and not life.child())
    status = until(lambda: life.status() if life.status().get("problems") else None)
    assert [problem["code"] for problem in status["problems"]] == ["not_enqueued"]
    assert life.stop() == 0
    life.want(**ONE_SCAN, scan_s=0.05)
    life.start()
    until(lambda: len(life.delivered()) == 1)
    assert life.in_state(State.FINISHED) == []
    assert life.notes().count("scan_started") == 2, "the scan itself was not made again"


def test_a_child_of_an_earlier_life_is_recognised_and_goes_on(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=4)
    service = life.start()
    child = until(life.child)
    run_id = until(lambda: life.in_state(State.BEGUN))[0]
    service.kill()
    service.wait()
    life.start()
    until(lambda: "scan_taken_over" in life.notes())
    same = life.child()
    assert same is not None
    assert same.pid == child.pid
    assert until(lambda: life.status().get("running"))["activity"] == "reading"
    until(lambda: life.delivered() == [run_id])
    assert life.notes().count("scan_started") == 1, "no second scan was begun beside it"
    assert life.in_state(State.LOST) == []


def test_an_adopted_child_is_ended_in_good_order_too(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=60)
    service = life.start()
    until(lambda: life.child() and life.in_state(State.BEGUN))
    service.kill()
    service.wait()
    life.start()
    until(lambda: "scan_taken_over" in life.notes())
    assert life.stop() == 0
    assert len(life.delivered()) == 1


def test_a_process_that_took_the_number_of_a_dead_child_is_left_alone(life: AgentLife) -> None:
    lock = life.state / "agent" / "work.lock"
    lock.parent.mkdir()
    ours = f'{{"pid": {os.getpid()}, "start_ticks": 1, "boot_id": "x", "activity": "reading", "run_id": "y"}}'
    lock.write_text(ours)
    life.want(**ONE_SCAN, scan_s=0.05)
    life.start()
    until(lambda: len(life.delivered()) == 1)
    assert "scan_taken_over" not in life.notes()


def test_a_killed_scan_is_noted_and_shown(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=60)
    life.start()
    until(lambda: life.child() and life.in_state(State.BEGUN))
    assert life.kill_child()
    status = until(lambda: life.status() if life.status().get("problems") else None)
    assert status["problems"][0]["code"] == "scan_reading"
    assert status["last"]["reading"]["ending"] == "crashed"
    assert "scan_lost" in life.notes()
    assert life.in_state(State.LOST)
    assert status["running"] is None


def test_a_scan_that_cannot_begin_says_why_in_one_sentence(life: AgentLife) -> None:
    life.want(**ONE_SCAN, refuse=True)
    life.start()
    status = until(lambda: life.status() if life.status().get("problems") else None)
    assert status["problems"][0]["text"]["en"] == "The scope file is broken here."
    assert status["last"]["reading"]["ending"] == "failed"
    assert "The scope file is broken here." in life.log()
    assert "Traceback" not in life.log()


def test_a_child_gets_no_secret_and_no_socket_of_the_service(managed: tuple[AgentLife, Manager]) -> None:
    life, _ = managed
    life.want(**ONE_SCAN, scan_s=60)
    service = life.start()
    child = until(life.child)
    environment = child.environ()
    assert not {"SECRET_OF_THE_SERVICE", "NOTIFY_SOCKET", "WATCHDOG_USEC"} & set(environment)
    assert environment["CCTV_PROBE_LANG"] == "th"
    assert os.getpgid(child.pid) == child.pid != os.getpgid(service.pid)
    assert "must not reach a child" not in " ".join([*child.cmdline(), *environment.values()])
    until(lambda: life.in_state(State.BEGUN))
    assert Path(f"/proc/{child.pid}/fd/0").readlink() == Path("/dev/null")


def test_a_second_service_on_the_same_folder_refuses_with_a_sentence(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.05)
    first = life.start()
    until(lambda: life.status().get("state") == "running")
    second = life.start("serve", str(life.config))
    assert second.wait(20) == 75
    assert "already runs" in life.log()
    assert life.once() == 75
    assert first.poll() is None


def test_an_invalid_configuration_on_reload_leaves_the_old_one_in_force(managed: tuple[AgentLife, Manager]) -> None:
    life, manager = managed
    life.want(every_s={"discovery": 1}, scan_s=0.02)
    service = life.start()
    until(lambda: len(life.delivered()) >= 1)
    good = life.config.read_text()
    life.config.write_text(good + "schedule:\n  reading:\n    evry: 6h\n")
    service.send_signal(signal.SIGHUP)
    manager.hears("RELOADING=1")
    error = until(lambda: life.status()["config"]["error"])
    assert "agent.yaml, line 8" in error["en"]
    assert "evry" in error["en"]
    assert "ค่าเดิม" in life.log() or "the old one still holds" in life.log()
    before = len(life.delivered())
    until(lambda: len(life.delivered()) >= before + 2)
    assert service.poll() is None
    life.want(every_s={"discovery": 3600})
    life.config.write_text(good + "language: en\n")
    service.send_signal(signal.SIGHUP)
    until(lambda: life.status()["config"]["error"] is None)
    manager.hears("STATUS=next discovery")
    messages = manager.listen()
    assert [message.split("\n")[0] for message in messages if message.startswith(("READY", "RELOAD"))] == [
        "READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1",
    ]  # fmt: skip
    assert any("ค่าตั้งใหม่ใช้ไม่ได้" in message for message in messages if message.startswith("STATUS="))


def test_another_state_folder_is_not_taken_over_by_a_reload(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.05)
    service = life.start()
    until(lambda: life.status().get("state") == "running")
    life.config.write_text(life.config.read_text().replace("state: state", "state: elsewhere"))
    service.send_signal(signal.SIGHUP)
    error = until(lambda: life.status()["config"]["error"])
    assert "restart the service" in error["en"]
    assert not (life.folder / "elsewhere").exists()


def test_the_watchdog_hears_of_every_turn_and_of_none_once_the_loop_hangs(managed: tuple[AgentLife, Manager]) -> None:
    life, manager = managed
    life.want(**ONE_SCAN, scan_s=60)
    life.start()
    manager.hears("READY=1")
    for _ in range(3):
        manager.hears_again("WATCHDOG=1", 2.0)
    life.want(**ONE_SCAN, scan_s=60, loop_hangs_after_s=0)
    service = life.service
    assert service is not None
    service.send_signal(signal.SIGHUP)  # it looks into its outbox at once, and never comes back
    until(lambda: psutil.Process(service.pid).status() == psutil.STATUS_SLEEPING)
    manager.listen(1.0)
    after_hang = len(manager.heard)
    manager.listen(3.0)
    assert "WATCHDOG=1" not in [message for _, message in manager.heard[after_hang:]]
    assert service.poll() is None


def test_the_status_line_tells_what_comes_next_what_waits_and_the_last_receipt(
    managed: tuple[AgentLife, Manager],
) -> None:
    life, manager = managed
    life.config.write_text(life.config.read_text() + "language: en\n")
    life.want(**ONE_SCAN, scan_s=0.05)
    life.start()
    manager.hears("STATUS=reading since")
    manager.hears("STATUS=next reading")
    until(lambda: any("last receipt 1 at" in message for message in manager.listen(0.05)))
    final = [message for message in manager.listen() if "last receipt 1 at" in message][-1]
    assert final.startswith("STATUS=next reading 20")
    assert "outbox 0" in final
    assert life.stop() == 0
    manager.hears("STOPPING=1")


def test_a_long_stop_asks_the_service_manager_for_time(managed: tuple[AgentLife, Manager]) -> None:
    life, manager = managed
    life.want(**ONE_SCAN, hang=True, deaf=True)
    service = life.start()
    until((life.state / "deaf").exists)
    service.terminate()
    manager.hears("EXTEND_TIMEOUT_USEC=15000000")
    manager.hears_again("WATCHDOG=1", 3.0)
    life.kill_child()
    assert service.wait(10) == 0


def test_a_mistake_in_sending_does_not_end_the_scanning(life: AgentLife) -> None:
    life.want(every_s={"discovery": 1}, scan_s=0.02, mistake=True)
    life.start()
    until(lambda: len(life.enqueued()) >= 3)
    problem = life.status()["problems"][0]
    assert (problem["code"], problem["severity"]) == ("outbox", "high")
    assert "RuntimeError" in problem["text"]["en"]
    assert "a mistake in the program" not in life.log(), "values of exceptions may hold anything"


def test_an_outbox_that_cannot_be_read_is_said_and_tried_again(life: AgentLife) -> None:
    life.want(**ONE_SCAN, scan_s=0.02, post_error=True)
    life.start()
    status = until(lambda: life.status() if life.status().get("problems") else None)
    assert status["problems"][0]["text"]["en"] == "The outbox is not readable here."
    assert life.stop() == 0


def test_a_site_without_a_way_out_scans_and_keeps_its_reports(tmp_path: Path) -> None:
    life = AgentLife(tmp_path, config_text="version: 1\nscope: scope.yaml\nstate: state\n")
    try:
        life.want(**ONE_SCAN, scan_s=0.05)
        life.start()
        until(lambda: len(life.enqueued()) == 1)
        status = until(lambda: life.status() if (life.status().get("outbox") or {}).get("queued") == 1 else None)
        assert status["register"]["url"] is None
        assert life.stop() == 0
        assert life.delivered() == []
    finally:
        life.close()


def test_records_that_the_register_asked_for_are_handed_in_once_by_a_child(life: AgentLife) -> None:
    places = Places(life.state)
    places.make()
    note_wanted(places, REPORT, ("a" * 64, "b" * 64, "no digest"))
    life.want(every_s={}, outbox_full=True)
    life.start()
    until(lambda: "records_handed_in" in life.notes())
    assert wanted_files(places), "it is kept until it is in the outbox"
    assert life.stop() == 0
    life.want(every_s={})
    life.start()
    until(lambda: not wanted_files(places))
    assert read_lines(life.state / "supplied.txt") == [f"{REPORT} 2"]


def test_a_broken_scope_or_configuration_at_the_start_is_exit_78(life: AgentLife) -> None:
    (life.folder / "scope.yaml").write_text("version: 1\n")
    assert life.start().wait(20) == 78
    assert "ranges" in life.log()
    life.config.unlink()
    assert life.start().wait(20) == 78
