"""Digest and Basic on top of the guard: which challenge is answered, what counts as refused, what is never sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.credentials import Group, Login
from cctv_probe.wire.digest import Challenge, parse_challenges
from cctv_probe.wire.ledger import WINDOW_S, HeldBack, Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate, HttpAccount

GROUP = Group("market", Login("survey", "secret"))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "logins.sqlite", FakeClock())
    yield opened
    opened.close()


def offers(*values: str) -> tuple[Challenge, ...]:
    return parse_challenges(values)


MD5 = 'Digest realm="IP Camera", nonce="n1", qop="auth"'
SHA = 'Digest realm="IP Camera", nonce="n1", algorithm=SHA-256, qop="auth"'
BASIC = 'Basic realm="IP Camera"'


def account_of(ledger: Ledger, group: Group = GROUP) -> HttpAccount:
    return HttpAccount(DeviceLogin(("address:127.0.0.9",), group, ledger, GroupGate()), "device", "RTSP")


def sign(account: HttpAccount, *, secure: bool = False) -> str:
    value = account.sign("DESCRIBE", "rtsp://127.0.0.9/live", secure=secure)
    assert value is not None
    return value


def test_nothing_is_signed_before_a_challenge(ledger: Ledger) -> None:
    account = account_of(ledger)
    assert account.sign("DESCRIBE", "/", secure=False) is None
    assert not account.sent


def test_a_wrong_password_is_sent_once(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    assert "survey" in sign(account)
    with pytest.raises(StepError, match="refused the user name or password") as raised:
        account.challenged(offers(MD5.replace("n1", "n2")), secure=False)
    assert raised.value.ending is Ending.UNAUTHORIZED
    assert ledger.held_for_s(account.guard.keys) == pytest.approx(WINDOW_S)
    with pytest.raises(HeldBack):
        sign(account)


def test_a_stale_nonce_counts_nothing_and_the_new_one_is_used(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    sign(account)
    account.challenged(offers(MD5.replace("n1", "n2") + ", stale=true"), secure=False)
    assert 'nonce="n2"' in sign(account)
    account.accepted()
    assert ledger.held_for_s(account.guard.keys) == 0


def test_a_device_that_calls_every_nonce_stale_is_refusing(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    signed: list[str] = []
    ending = None
    while ending is None and len(signed) < 10:
        signed.append(sign(account))
        try:
            account.challenged(offers(f'Digest realm="x", nonce="s{len(signed)}", stale=true'), secure=False)
        except StepError as error:
            ending = error.ending
    assert (ending, len(signed)) == (Ending.UNAUTHORIZED, 3)
    assert ledger.held_for_s(account.guard.keys) > 0


def test_a_new_nonce_after_a_success_is_tried_and_then_means_busy(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    sign(account)
    account.accepted()
    assert "nc=00000002" in sign(account)
    account.challenged(offers(MD5.replace("n1", "n2")), secure=False)
    assert "nc=00000001" in sign(account)
    with pytest.raises(StepError) as raised:
        account.challenged(offers(MD5.replace("n1", "n3")), secure=False)
    assert raised.value.ending is Ending.BUSY
    assert ledger.held_for_s(account.guard.keys) == 0


def test_a_device_that_gives_a_new_nonce_each_time_is_not_refusing(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    for number in range(20):
        sign(account)
        if number:
            account.challenged(offers(MD5.replace("n1", f"m{number}")), secure=False)
            sign(account)
        account.accepted()
    assert ledger.held_for_s(account.guard.keys) == 0


def test_a_refusal_that_names_another_algorithm_is_followed_exactly_once(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    sign(account)
    account.challenged(offers(SHA), secure=False)
    assert "algorithm=SHA-256" in sign(account)
    with pytest.raises(StepError):
        account.challenged(offers(MD5), secure=False)
    assert account.guard.failures == 2
    with pytest.raises(HeldBack):
        sign(account)


def test_the_strongest_offer_is_taken_first_and_then_no_other(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5, SHA, BASIC), secure=False)
    assert "algorithm=SHA-256" in sign(account)
    with pytest.raises(StepError):
        account.challenged(offers(MD5, SHA, BASIC), secure=False)
    assert account.guard.failures == 1


def test_basic_is_not_sent_in_clear_text(ledger: Ledger) -> None:
    account = account_of(ledger)
    with pytest.raises(StepError, match="allow_clear_text") as raised:
        account.challenged(offers(BASIC), secure=False)
    assert raised.value.ending is Ending.NOT_PERMITTED
    assert account.guard.refusal is not None
    assert not account.sent


def test_basic_learned_over_tls_is_not_sent_without_it(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(BASIC), secure=True)
    assert sign(account, secure=True) == "Basic c3VydmV5OnNlY3JldA=="
    account.accepted()
    with pytest.raises(StepError) as raised:
        sign(account, secure=False)
    assert raised.value.ending is Ending.NOT_PERMITTED


def test_basic_is_sent_where_the_configuration_allows_it(ledger: Ledger) -> None:
    account = account_of(ledger, Group("old", Login("survey", "secret"), allow_clear_text=True))
    account.challenged(offers(BASIC), secure=False)
    assert sign(account).startswith("Basic ")


@pytest.mark.parametrize("offered", ["NTLM", 'Digest realm="x", nonce="n", algorithm=SHA-999', ""])
def test_a_scheme_that_nobody_here_knows_is_said_so(ledger: Ledger, offered: str) -> None:
    account = account_of(ledger)
    with pytest.raises(StepError, match="of a kind that cctv-probe does not know") as raised:
        account.challenged(offers(offered), secure=False)
    assert raised.value.ending is Ending.NOT_SUPPORTED
    assert account.guard.refusal is not None


def test_a_refusal_without_a_challenge_counts(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    sign(account)
    with pytest.raises(StepError) as raised:
        account.challenged((), secure=False)
    assert raised.value.ending is Ending.UNAUTHORIZED
    assert ledger.held_for_s(account.guard.keys) > 0


def test_a_request_without_an_answer_leaves_the_account_open(ledger: Ledger) -> None:
    account = account_of(ledger)
    account.challenged(offers(MD5), secure=False)
    sign(account)
    account.abandoned()
    assert ledger.held_for_s(account.guard.keys) == 0
    assert "survey" in sign(account)
