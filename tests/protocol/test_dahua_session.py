"""Logins at a Dahua device over real sockets: one failure at most, every refusal in its own words, nothing secret kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.greet import speaks_dahua
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.login import REFUSED
from tests.unit.dialects.dahua.device import PASSWORD, CgiDevice, met
from tests.unit.wire import peers

TIME = "global.cgi?action=getCurrentTime"
INFO = "magicBox.cgi?action=getSystemInfo"
LOCK = '{"ErrorCode":268632081,"RmLock":1800,"RmLogin":0}'
LEFT = '{"error":{"code":268632085},"params":{"remainLoginTimes":%d,"remainLockSecond":0}}'


def answering(**more: Any) -> CgiDevice:
    told = {TIME: "result=2026-11-23 09:00:00\r\n", INFO: "serialNumber=5K0A\r\nupdateSerial=DHI-NVR5232\r\n"}
    return CgiDevice(dict(told), **more)


def test_many_questions_are_one_connection_one_nonce_and_no_refused_login(tmp_path: Path) -> None:
    with met(answering(), tmp_path) as run:
        for _ in range(5):
            assert run.session.call(ops.GET_CURRENT_TIME).table.text("result") == "2026-11-23 09:00:00"
    assert len(run.device.asked) == 6  # the first is asked anonymously
    assert len(run.device.connections) == 1
    assert run.device.refusals == 0


def test_a_new_nonce_costs_a_request_and_is_no_failure(tmp_path: Path) -> None:
    with met(answering(nonce_lasts=2), tmp_path) as run:
        for _ in range(5):
            run.session.call(ops.GET_CURRENT_TIME)
        assert run.visit.login.refusal is None
        assert run.visit.login.failures == 0
    assert run.device.refusals == 2


def test_a_device_that_takes_each_nonce_once_is_asked_for_one_first(tmp_path: Path) -> None:
    with met(answering(nonce_lasts=1), tmp_path) as run:
        for _ in range(10):
            run.session.call(ops.GET_CURRENT_TIME)
        assert run.visit.login.failures == 0
    assert run.device.refusals == 2  # then it is understood
    assert len(run.device.asked) == 20


@pytest.mark.parametrize("body", ["<html><body>401</body></html>", "Error\r\nInvalid Authority!\r\n", LEFT % 4, ""])
def test_a_wrong_password_is_sent_once(tmp_path: Path, body: str) -> None:
    with met(answering(refused_with=body), tmp_path, password="wrong") as run:
        endings = []
        for _ in range(4):
            with pytest.raises(StepError) as raised:
                run.session.call(ops.GET_CURRENT_TIME)
            endings.append(raised.value.ending)
        assert run.visit.login.refusal == REFUSED.with_(group="right", service="HTTP")
        assert run.session.schemes == ("Digest MD5",)
        assert run.session.attempts_left == (4 if "remainLoginTimes" in body else None)
    assert endings == [Ending.UNAUTHORIZED, Ending.HELD_BACK, Ending.HELD_BACK, Ending.HELD_BACK]
    assert run.device.refusals == 1
    with met(answering(refused_with=body), tmp_path, password="wrong") as again:  # the same machine, restarted
        with pytest.raises(StepError) as raised:
            again.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.HELD_BACK
    assert again.device.refusals == 0


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_locked_account_is_said_with_its_seconds_and_left_alone(tmp_path: Path, status: str) -> None:
    with met(answering(refusal=(status, LOCK)), tmp_path) as run:
        with pytest.raises(StepError) as raised:
            run.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.LOCKED_OUT
        assert "1800" in raised.value.line.en
        assert "1800" in raised.value.line.th
        assert run.visit.login.refusal == raised.value.line
        assert (run.session.locked_s, run.session.attempts_left) == (1800, 0)
    audit = (run.visit.folder.path / "audit.jsonl").read_text("utf-8")
    assert [json.loads(line)["login"] for line in audit.splitlines()] == [False]


def test_a_lock_in_answer_to_a_login_is_the_one_failure(tmp_path: Path) -> None:
    with met(answering(refused_login_with=LOCK), tmp_path, password="wrong") as run:
        endings = []
        for _ in range(2):
            with pytest.raises(StepError) as raised:
                run.session.call(ops.GET_CURRENT_TIME)
            endings.append(raised.value.ending)
        assert run.visit.login.failures == 1
    assert endings == [Ending.LOCKED_OUT, Ending.HELD_BACK]
    assert run.device.refusals == 1


def test_no_permission_is_no_bad_password(tmp_path: Path) -> None:
    device = answering()
    device.answers[TIME] = ("403 Forbidden", "Error\r\nAuthority:check failure.\r\n")
    with met(device, tmp_path) as run:
        with pytest.raises(StepError) as raised:
            run.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.NOT_PERMITTED
        assert "permission" in raised.value.line.en
        assert run.session.call(ops.GET_SYSTEM_INFO).table.text("serialNumber") == "5K0A"
        assert run.visit.login.refusal is None
        assert run.visit.login.failures == 0
    assert run.device.refusals == 0


def test_too_many_users_before_and_after_a_success_is_busy(tmp_path: Path) -> None:
    with met(answering(refusal=("403 Forbidden", "Error\r\nToo many users\r\n")), tmp_path / "a") as run:
        with pytest.raises(StepError) as raised:
            run.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.BUSY
    crowded = answering(forgets=frozenset(range(2, 100)))
    with met(crowded, tmp_path / "b") as run:
        run.session.call(ops.GET_CURRENT_TIME)
        with pytest.raises(StepError) as raised:
            run.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.BUSY
        assert run.visit.login.failures == 0


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (("400 Bad Request", "Error\r\nBad Request!\r\n"), Ending.NOT_SUPPORTED),
        ("Error: No Events\r\n", Ending.NOT_SUPPORTED),
        ("<!DOCTYPE html><html>login</html>", Ending.MALFORMED),
        (("404 Not Found", ""), Ending.NOT_FOUND),
        (("500 Internal Server Error", ""), Ending.FAULT),
        (("503 Service Unavailable", ""), Ending.BUSY),
        (("302 Found\nLocation: /login.htm", ""), Ending.FAULT),
    ],
)
def test_answers_that_are_no_answer(tmp_path: Path, answer: str | tuple[str, str], ending: Ending) -> None:
    device = answering()
    device.answers[TIME] = answer
    with met(device, tmp_path) as run, pytest.raises(StepError) as raised:
        run.session.call(ops.GET_CURRENT_TIME)
    assert raised.value.ending is ending


def test_a_redirect_is_followed_on_this_host_only_and_once_for_all(tmp_path: Path) -> None:
    inner = answering()
    with peers.Server(inner) as moved:
        outer = CgiDevice(refusal=(f"301 Moved\nLocation: http://192.0.2.9:{moved.port}/cgi-bin/x", ""))
        with met(outer, tmp_path) as run:
            run.session.call(ops.GET_CURRENT_TIME)
            run.session.call(ops.GET_CURRENT_TIME)
            assert run.codes() == ["redirect_other_host"]
    assert len(outer.asked) == 1
    assert len(inner.asked) == 3


def test_without_a_credential_nothing_is_tried(tmp_path: Path) -> None:
    with met(answering(), tmp_path, password=None) as run:
        with pytest.raises(StepError) as raised:
            run.session.call(ops.GET_CURRENT_TIME)
        assert raised.value.ending is Ending.UNAUTHORIZED
    assert run.device.refusals == 0


def test_nothing_secret_is_written(tmp_path: Path) -> None:
    device = answering()
    device.answers[TIME] = f"result=2026-11-23 09:00:00\r\nPassword={PASSWORD}\r\n"
    with met(device, tmp_path) as run:
        run.session.call(ops.GET_CURRENT_TIME)
        assert PASSWORD not in run.written()


# --- Who speaks Dahua -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "speaks"),
    [
        (answering(), True),
        (answering(realm="Device_CGI"), True),
        (answering(realm="Login to 0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"), True),
        (answering(password=None), True),
        (answering(refusal=("403 Forbidden", LOCK)), True),
        (answering(realm="router"), False),
        (answering(realm="Login to continue"), False),
        (answering(realm="Please login to the device"), False),
        (answering(refusal=("403 Forbidden", "<html>no</html>")), False),
        (CgiDevice(refusal="<html>hello</html>"), False),
        (CgiDevice(refusal=("404 Not Found", "")), False),
        (CgiDevice(refusal=('401 Unauthorized\nWWW-Authenticate: Basic realm="Login to 5K0ABCDEFG12345"', "")), False),
    ],
)
def test_who_speaks_dahua(tmp_path: Path, device: CgiDevice, speaks: bool) -> None:
    with met(device, tmp_path) as run:
        assert speaks_dahua(run.visit, run.session.endpoint) is speaks
    assert device.refusals == 0
    assert len(device.asked) == 1


def test_a_port_where_nothing_listens_speaks_nothing(tmp_path: Path) -> None:
    with met(answering(), tmp_path) as run:
        assert not speaks_dahua(run.visit, Endpoint(1, tls=False))
