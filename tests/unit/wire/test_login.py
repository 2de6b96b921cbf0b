"""Which login may be tried: the guard of one device, and the gate of one credential."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.credentials import AccountKind, Group, Login
from cctv_probe.wire.ledger import HeldBack, Ledger
from cctv_probe.wire.login import GROUP_REFUSALS, MOST_UNJUDGED, DeviceLogin, GroupGate

GROUP = Group("market", Login("survey", "secret"))
KINDS: tuple[AccountKind, ...] = ("onvif", "device")
TWO_USERS = Group("recorders", Login("survey", "secret"), onvif=Login("onvif", "other"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "logins.sqlite", clock)
    yield opened
    opened.close()


def guard_of(
    ledger: Ledger, group: Group | None = GROUP, *, at: str = "127.0.0.9", gate: GroupGate | None = None
) -> DeviceLogin:
    return DeviceLogin((f"address:{at}",), group, ledger, gate or GroupGate())


# --- The guard of one device ------------------------------------------------------------------------------------------


def test_without_a_credential_nothing_is_tried(ledger: Ledger) -> None:
    guard = guard_of(ledger, None)
    with pytest.raises(StepError, match="no credential is given") as raised:
        guard.enter("onvif")
    assert raised.value.ending is Ending.UNAUTHORIZED
    assert guard.refusal is not None
    assert ledger.held_for_s(guard.keys) == 0


def test_after_one_refusal_no_login_is_tried_by_any_service(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    error = guard.refused("ONVIF")
    assert (error.ending, "group “market”" in error.line.en) == (Ending.UNAUTHORIZED, True)
    for kind in KINDS:
        with pytest.raises(HeldBack):
            guard.enter(kind)
    assert guard.refusal == error.line, "the first reason is the one that people need"


def test_a_proven_account_needs_no_reservation(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    guard.accepted("onvif")
    ledger.refused(ledger.reserve(guard.keys, "device"))  # another scan, with another password
    guard.enter("onvif")
    assert guard.proven == {"onvif"}


def test_another_scheme_may_be_tried_once(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    guard.refused("ONVIF", other_scheme=True)
    guard.enter("onvif")
    guard.refused("ONVIF", other_scheme=True)
    with pytest.raises(HeldBack):
        guard.enter("onvif")
    assert guard.failures == 2


def test_what_the_second_scheme_opens_is_no_longer_closed(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    guard.refused("ONVIF", other_scheme=True)
    guard.enter("onvif")
    guard.accepted("onvif")
    assert guard.refusal is None
    assert ledger.held_for_s(guard.keys) == 0


@pytest.mark.parametrize(("left", "allowed"), [(None, False), (0, False), (2, False), (3, True), (22, True)])
def test_tries_that_remain_allow_another_account_a_second_try(ledger: Ledger, left: int | None, allowed: bool) -> None:
    guard = guard_of(ledger, TWO_USERS)
    guard.enter("onvif")
    guard.refused("ONVIF", left=left)
    if allowed:
        guard.enter("device")
    else:
        with pytest.raises(HeldBack):
            guard.enter("device")


def test_tries_that_remain_never_send_the_same_wrong_password_again(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    guard.refused("ONVIF", left=4)
    for kind in KINDS:  # both fall back to the one login of the group
        with pytest.raises(HeldBack):
            guard.enter(kind)


def test_a_login_that_got_no_answer_does_not_count_but_is_not_repeated_for_ever(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    for _ in range(MOST_UNJUDGED):
        guard.enter("onvif")
        guard.released()
        assert ledger.held_for_s(guard.keys) == 0
    with pytest.raises(HeldBack, match="neither with yes nor with no"):
        guard.enter("onvif")
    assert guard.refusal is not None


def test_a_refusal_after_a_success_is_busy_and_counts_nothing(ledger: Ledger) -> None:
    guard = guard_of(ledger)
    guard.enter("onvif")
    guard.accepted("onvif")
    for _ in range(3):
        guard.enter("onvif")
        assert guard.refused("ONVIF").ending is Ending.BUSY
    assert ledger.held_for_s(guard.keys) == 0
    with pytest.raises(StepError, match="accepted a moment ago") as raised:
        guard.enter("onvif")
    assert raised.value.ending is Ending.BUSY


def test_the_next_scan_waits_for_the_end_of_the_first(ledger: Ledger) -> None:
    first, second = guard_of(ledger), guard_of(ledger)
    first.enter("onvif")
    ended: list[str] = []

    def other() -> None:
        try:
            second.enter("onvif")
            ended.append("entered")
        except HeldBack as held:
            ended.append("pending" if held.pending else "held")

    waiting = threading.Thread(target=other)
    waiting.start()
    first.refused("ONVIF")
    waiting.join(5)
    assert ended == ["held"]


# --- The gate of one credential ---------------------------------------------------------------------------------------


def test_three_devices_that_refuse_a_credential_stop_it(ledger: Ledger) -> None:
    gate = GroupGate()
    for number in range(GROUP_REFUSALS):
        guard = guard_of(ledger, at=f"127.0.1.{number}", gate=gate)
        guard.enter("onvif")
        guard.refused("ONVIF")
    fourth = guard_of(ledger, at="127.0.1.99", gate=gate)
    with pytest.raises(HeldBack, match="refused by three devices") as held:
        fourth.enter("onvif")
    assert gate.stopped() == ("market",)
    assert fourth.refusal == held.value.line
    assert ledger.held_for_s(fourth.keys) == 0
    other = guard_of(ledger, Group("others", Login("a", "b")), at="127.0.1.98", gate=gate)
    other.enter("onvif")


def test_a_credential_that_one_device_accepted_goes_on(ledger: Ledger) -> None:
    gate = GroupGate()
    for number in range(6):
        guard = guard_of(ledger, at=f"127.0.1.{number}", gate=gate)
        guard.enter("onvif")
        if number == 1:
            guard.accepted("onvif")
        else:
            guard.refused("ONVIF")
    assert gate.stopped() == ()


def test_a_separate_onvif_user_is_a_credential_of_its_own(ledger: Ledger) -> None:
    gate = GroupGate()
    opened = guard_of(ledger, TWO_USERS, at="127.0.1.1", gate=gate)
    opened.enter("device")
    opened.accepted("device")
    for number in range(2, 5):
        guard = guard_of(ledger, TWO_USERS, at=f"127.0.1.{number}", gate=gate)
        guard.enter("onvif")
        guard.refused("ONVIF")
    with pytest.raises(HeldBack, match="onvif_user"):
        guard_of(ledger, TWO_USERS, at="127.0.1.5", gate=gate).enter("onvif")


def test_a_device_that_wants_another_scheme_has_not_refused_the_credential(ledger: Ledger) -> None:
    gate = GroupGate()
    guards = [guard_of(ledger, at=f"127.0.1.{number}", gate=gate) for number in range(3)]
    for guard in guards:
        guard.enter("onvif")
    for guard in guards:
        guard.refused("ONVIF", other_scheme=True)
    for guard in guards:
        guard.enter("onvif")
        guard.accepted("onvif")
    assert gate.stopped() == ()


def test_at_most_three_devices_try_an_unproven_credential_at_once(ledger: Ledger) -> None:
    gate = GroupGate()
    lock = threading.Lock()
    inside: list[int] = []
    most: list[int] = []
    full = threading.Event()

    def visit(number: int) -> None:
        guard = guard_of(ledger, at=f"127.0.2.{number}", gate=gate)
        try:
            guard.enter("onvif", wait_s=20)
        except HeldBack:
            return
        with lock:
            inside.append(number)
            most.append(len(inside))
            if len(inside) == GROUP_REFUSALS:
                full.set()
        full.wait(10)
        with lock:
            inside.remove(number)
        guard.refused("ONVIF")

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert max(most) == GROUP_REFUSALS
    assert len(most) == GROUP_REFUSALS, "three devices tried it, the other thirteen never did"


def test_who_waits_at_the_gate_goes_in_as_soon_as_one_was_accepted() -> None:
    gate = GroupGate()
    for _ in range(3):
        gate.enter("market", 1)
    threading.Timer(0.05, gate.leave, ("market", True)).start()
    began = time.monotonic()
    gate.enter("market", 10)
    gate.enter("market", 0)
    assert time.monotonic() - began < 5


def test_nobody_waits_at_the_gate_for_ever() -> None:
    gate = GroupGate()
    for _ in range(3):
        gate.enter("market", 1)
    with pytest.raises(StepError) as raised:
        gate.enter("market", 0.05)
    assert raised.value.ending is Ending.BUDGET_SPENT
    gate.leave("market", None)
    gate.enter("market", 0)
