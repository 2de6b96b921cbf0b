"""One failed login per device in 30 minutes, whoever asks: threads, processes, restarts, killed scans, moved clocks."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cctv_probe.model.attempt import Ending
from cctv_probe.wire.clock import FakeClock, SystemClock
from cctv_probe.wire.ledger import PENDING_S, WINDOW_S, HeldBack, Ledger

ROOT = Path(__file__).parents[3]
DOOR = ("address:127.0.0.9", "mac:28:57:BE:00:00:09", "serial:S9")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "logins.sqlite"


@pytest.fixture
def ledger(path: Path, clock: FakeClock) -> Iterator[Ledger]:
    opened = Ledger(path, clock)
    yield opened
    opened.close()


def fail(ledger: Ledger, *keys: str, kind: str = "onvif") -> None:
    ledger.refused(ledger.reserve(keys or DOOR, kind))


@pytest.mark.parametrize("key", DOOR)
def test_a_failure_holds_the_device_by_every_name_it_has(ledger: Ledger, key: str) -> None:
    fail(ledger)
    with pytest.raises(HeldBack) as held:
        ledger.reserve([key], "device")
    assert (held.value.ending, held.value.pending) == (Ending.HELD_BACK, False)
    assert "30 min" in held.value.line.en
    assert ledger.held_for_s([key]) == pytest.approx(WINDOW_S)


def test_a_failure_is_over_after_30_minutes_and_not_before(ledger: Ledger, clock: FakeClock) -> None:
    fail(ledger)
    clock.advance(WINDOW_S - 1)
    with pytest.raises(HeldBack, match="not tried again for 1 min"):
        ledger.reserve(DOOR, "onvif")
    clock.advance(2)
    assert ledger.held_for_s(DOOR) == 0
    ledger.reserve(DOOR, "onvif")


def test_other_devices_go_on(ledger: Ledger) -> None:
    fail(ledger)
    assert ledger.held_for_s(["address:127.0.0.10"]) == 0
    ledger.reserve(["address:127.0.0.10", "serial:S10"], "onvif")


def test_a_restart_forgets_nothing(path: Path, clock: FakeClock) -> None:
    before = Ledger(path, clock)
    fail(before)
    before.close()
    after = Ledger(path, clock)
    with pytest.raises(HeldBack):
        after.reserve(DOOR[:1], "onvif")
    after.close()


def test_the_time_counts_from_the_refusal(ledger: Ledger, clock: FakeClock) -> None:
    reservation = ledger.reserve(DOOR, "onvif")
    clock.advance(30)
    ledger.refused(reservation)
    assert ledger.held_for_s(DOOR) == pytest.approx(WINDOW_S)


def test_a_login_under_way_stands_in_the_way_of_the_next(ledger: Ledger) -> None:
    ledger.reserve(DOOR, "onvif")
    with pytest.raises(HeldBack, match="another scan is logging in") as held:
        ledger.reserve(DOOR[1:2], "device")
    assert held.value.pending


def test_a_login_whose_end_nobody_told_counts_as_failed(path: Path, clock: FakeClock) -> None:
    killed = Ledger(path, clock)
    killed.reserve(DOOR, "onvif")
    killed.close()
    ledger = Ledger(path, clock)
    clock.advance(PENDING_S + 1)
    with pytest.raises(HeldBack, match="less than 30 minutes ago") as held:
        ledger.reserve(DOOR, "onvif")
    assert not held.value.pending
    clock.advance(WINDOW_S - PENDING_S)
    ledger.reserve(DOOR, "onvif")
    ledger.close()


def test_a_login_that_was_never_judged_does_not_count(ledger: Ledger) -> None:
    ledger.released(ledger.reserve(DOOR, "onvif"))
    assert ledger.held_for_s(DOOR) == 0
    ledger.reserve(DOOR, "onvif")


def test_a_login_that_was_accepted_does_not_count(ledger: Ledger) -> None:
    ledger.accepted(ledger.reserve(DOOR, "onvif"))
    assert ledger.held_for_s(DOOR) == 0


def test_a_second_try_is_given_only_when_it_is_allowed_and_a_third_never(ledger: Ledger) -> None:
    fail(ledger)
    second = ledger.reserve(DOOR, "onvif", failures_allowed=1)
    ledger.refused(second)
    with pytest.raises(HeldBack):
        ledger.reserve(DOOR, "onvif", failures_allowed=1)


def test_success_forgets_the_failures_of_this_account_of_this_device_alone(ledger: Ledger) -> None:
    other = ("address:127.0.0.10",)
    fail(ledger)
    fail(ledger, *other)
    ledger.accepted(ledger.reserve(DOOR, "onvif", failures_allowed=1))
    assert ledger.held_for_s(DOOR) == 0
    assert ledger.held_for_s(other) > 0


def test_success_of_one_account_does_not_forget_the_failure_of_another(ledger: Ledger) -> None:
    fail(ledger, kind="device")
    ledger.accepted(ledger.reserve(DOOR, "onvif", failures_allowed=1))
    with pytest.raises(HeldBack):
        ledger.reserve(DOOR, "onvif")


def test_a_clock_set_back_neither_forgets_nor_holds_for_days(ledger: Ledger, clock: FakeClock) -> None:
    fail(ledger)
    clock.at -= timedelta(days=40)
    assert ledger.held_for_s(DOOR) == pytest.approx(WINDOW_S)
    with pytest.raises(HeldBack):
        ledger.reserve(DOOR, "onvif")
    clock.advance(WINDOW_S + 2)
    ledger.reserve(DOOR, "onvif")


def test_a_clock_set_forward_a_little_shortens_the_wait_by_as_much(ledger: Ledger, clock: FakeClock) -> None:
    fail(ledger)
    clock.at += timedelta(minutes=10)
    assert ledger.held_for_s(DOOR) == pytest.approx(WINDOW_S - 600)


def test_of_many_threads_one_gets_the_reservation(ledger: Ledger) -> None:
    outcomes: list[bool] = []
    together = threading.Barrier(8)

    def race() -> None:
        together.wait(10)
        try:
            ledger.reserve(DOOR[:1], "onvif")
        except HeldBack:
            outcomes.append(False)
        else:
            outcomes.append(True)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == [False] * 7 + [True]


RACER = """
import sys
from pathlib import Path
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.ledger import HeldBack, Ledger
print("ready", flush=True)
for door in sys.stdin:
    ledger = Ledger(Path(sys.argv[1]), SystemClock())
    try:
        ledger.reserve([door.strip(), f"{door.strip()}/{sys.argv[2]}"], "onvif")
        print("mine", flush=True)
    except HeldBack as held:
        print("pending" if held.pending else "held", flush=True)
"""


@pytest.fixture
def racers(path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(path), str(number)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(3)
    ]  # fmt: skip
    for racer in running:
        assert said(racer) == "ready"
    yield running
    for racer in running:
        racer.kill()
        racer.communicate()


def said(racer: subprocess.Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


def tell(racer: subprocess.Popen[str], line: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(line + "\n")
    racer.stdin.flush()


def test_of_several_processes_one_gets_the_reservation_each_time(racers: list[subprocess.Popen[str]]) -> None:
    for turn in range(12):  # the first turn makes the file, which three processes do at once
        for racer in racers:
            tell(racer, f"serial:{turn}")
        assert sorted(said(racer) for racer in racers) == ["mine", "pending", "pending"]


def test_a_killed_process_leaves_its_login_pending_for_the_others(
    racers: list[subprocess.Popen[str]], path: Path
) -> None:
    tell(racers[0], "serial:K")
    assert said(racers[0]) == "mine"
    racers[0].kill()
    racers[0].wait(10)
    tell(racers[1], "serial:K")
    assert said(racers[1]) == "pending"
    later = FakeClock(SystemClock().now() + timedelta(seconds=PENDING_S + 5))
    ledger = Ledger(path, later)
    with pytest.raises(HeldBack, match="less than 30 minutes ago"):
        ledger.reserve(["serial:K"], "onvif")
    ledger.close()


def test_a_file_that_is_no_ledger_is_an_error_at_once(tmp_path: Path) -> None:
    path = tmp_path / "logins.sqlite"
    path.write_bytes(b"this is no database, " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Ledger(path, FakeClock())
