"""Logging in to a Hikvision device: the lock looked at first, one failure at most, every refusal told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.ask_device import ask_device
from cctv_probe.dialects.hikvision.greeting import greet, speaks_isapi
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.credentials import Group, Login
from tests.protocol.tiny_hikvision import Device, running
from tests.unit.dialects.hikvision import written as w
from tests.unit.footage.windows import PASSWORD, visit_to
from tests.unit.wire import peers

WRONG = Group("wrong", Login("admin", "not the password"))
DIGEST = 'WWW-Authenticate: Digest realm="{}", qop="auth", nonce="n"'


def test_the_first_question_is_anonymous_and_the_next_is_signed(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        here.session.ask(ops.DEVICE_INFO)
        here.session.ask(ops.TIME)
    assert [(path, login) for _, path, _, login in here.device.asked] == [
        ("/ISAPI/Security/userCheck", False), ("/ISAPI/System/deviceInfo", True), ("/ISAPI/System/time", True),
    ]  # fmt: skip
    assert here.device.refused == 0


def test_a_wrong_password_is_sent_once_whatever_is_asked(tmp_path: Path) -> None:
    for night in range(2):
        with running(here_device := Device(), tmp_path, group=WRONG) as here:
            for operation in (ops.DEVICE_INFO, ops.TIME, ops.STORAGE):
                with pytest.raises(StepError) as caught:
                    here.session.ask(operation)
                assert caught.value.ending in (Ending.UNAUTHORIZED, Ending.HELD_BACK)
            assert here.session.lock is not None
            assert here.session.lock.left == 7 - (night == 0)
        assert here_device.refused == (1 if night == 0 else 0), "the ledger holds over a restart"


def test_the_devices_own_count_allows_another_account_only(tmp_path: Path) -> None:
    with running(Device(left=5), tmp_path, group=WRONG) as here, pytest.raises(StepError):
        here.session.ask(ops.DEVICE_INFO)
    assert here.visit.login.second_allowed
    assert here.device.refused == 1
    with running(Device(left=3), tmp_path / "few", group=WRONG) as few, pytest.raises(StepError):
        few.session.ask(ops.DEVICE_INFO)
    assert not few.visit.login.second_allowed


def test_a_locked_account_gets_no_login(tmp_path: Path) -> None:
    with running(Device(locked=True), tmp_path) as here:
        for operation in (ops.DEVICE_INFO, ops.TIME):
            with pytest.raises(StepError) as caught:
                here.session.ask(operation)
            assert caught.value.ending is Ending.LOCKED_OUT
            assert "30" in caught.value.line.en
        identity = ask_device(here.session)
    assert (identity.serial, [login for *_, login in here.device.asked]) == (None, [False])


def test_a_lock_that_the_login_itself_meets_counts_as_one_failure(tmp_path: Path) -> None:
    with running(Device(left=1, html_refusal=False), tmp_path, group=WRONG) as here:
        with pytest.raises(StepError) as caught:
            here.session.ask(ops.DEVICE_INFO)
        assert caught.value.ending is Ending.LOCKED_OUT
        assert here.visit.login.failures == 1
    assert here.device.refused == 1


def test_a_refusal_in_html_is_a_refusal(tmp_path: Path) -> None:
    with running(Device(html_refusal=True), tmp_path) as here:
        assert here.session.ask(ops.DEVICE_INFO).sha256
    with (
        running(Device(html_refusal=True), tmp_path / "wrong", group=WRONG) as wrong,
        pytest.raises(StepError) as caught,
    ):
        wrong.session.ask(ops.DEVICE_INFO)
    assert caught.value.ending is Ending.UNAUTHORIZED
    assert wrong.device.refused == 1


def test_a_refusal_after_a_success_is_too_many_users(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        here.session.ask(ops.DEVICE_INFO)
        here.device.password = "changed"
        with pytest.raises(StepError) as caught:
            here.session.ask(ops.TIME)
    assert caught.value.ending is Ending.BUSY


@pytest.mark.parametrize(
    ("answer", "ending", "word"),
    [
        ((403, w.response_status(4, "lowPrivilege")), Ending.NOT_PERMITTED, "right"),
        ((403, w.response_status(4, "notSupport")), Ending.NOT_SUPPORTED, "support"),
        ((503, w.response_status(2, "deviceBusy")), Ending.BUSY, "too many users"),
        ((404, "<html>nothing</html>"), Ending.NOT_FOUND, "nothing"),
        ((200, "<html>login page</html>"), Ending.MALFORMED, "read"),
    ],
)
def test_refusals_are_told_apart(answer: tuple[int, str], ending: Ending, word: str, tmp_path: Path) -> None:
    with running(Device(answers={"/ISAPI/System/time": answer}), tmp_path) as here:
        here.session.ask(ops.DEVICE_INFO)
        with pytest.raises(StepError) as caught:
            here.session.ask(ops.TIME)
        assert caught.value.ending is ending
        assert word in caught.value.line.en
        assert here.session.ask(ops.NTP_SERVERS), "it is no end of the session"
    assert here.device.refused == 0


def test_a_question_outside_the_list_raises_and_sends_nothing(tmp_path: Path) -> None:
    writing = ops.Operation("GET", "/ISAPI/System/reboot", "reboot")
    with running(Device(), tmp_path) as here, pytest.raises(ops.NotAllowedError):
        here.session.ask(writing)
    assert here.device.asked == []


def test_what_is_kept_holds_no_user_of_the_cameras(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        here.session.ask(ops.INPUTS)
        here.visit.folder.close()
        kept = [file.read_bytes() for file in (here.visit.folder.path / "evidence").rglob("*") if file.is_file()]
        audit = (here.visit.folder.path / "audit.jsonl").read_text("utf-8")
    assert len(kept) == 1
    assert b"cam-operator" not in kept[0]
    assert b"hunter2" not in kept[0]
    assert "isapi.inputProxyChannels" in audit
    assert PASSWORD not in audit


# --- Is it ISAPI at all? ----------------------------------------------------------------------------------------------


def answering(
    refusal: bytes, *lines: str, root: bytes = b"<html>welcome</html>", root_status: str = "200 OK"
) -> peers.Script:
    def script(peer: peers.Peer) -> None:
        while True:
            is_root = peer.read().startswith(b"GET / ")
            if is_root and root_status != "401":
                peer.answer(root, root_status)
            else:
                peer.answer(refusal, "401 Unauthorized", *lines)

    return script


@pytest.mark.parametrize(
    ("script", "speaks"),
    [
        (answering(w.document(w.user_check()), DIGEST.format("x")), True),
        (answering(w.document(w.response_status(4, "notActivated")), DIGEST.format("x")), True),
        (answering(b"<html>401</html>", DIGEST.format("x"), "Server: App-webs/"), True),
        (answering(b"<html>401</html>", DIGEST.format("IP Camera(C1234)")), True),
        (answering(b"", DIGEST.format("x"), root=b"<script>location='/doc/page/login.asp'</script>"), True),
        (answering(b"<html>401</html>", DIGEST.format("router")), False),
        (answering(b"<html>401</html>", DIGEST.format("router"), root_status="401"), False),
        (answering(b"<html>401</html>", 'WWW-Authenticate: Basic realm="IP Camera(1)"'), False),
        (peers.always(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>"), False),
        (peers.always(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), False),
        (peers.always(b"SSH-2.0-OpenSSH\r\n"), False),
    ],
)
def test_isapi_is_recognised_without_a_login(script: peers.Script, speaks: bool, tmp_path: Path) -> None:
    with peers.Server(script) as web, visit_to(tmp_path, web.port) as visit:
        assert speaks_isapi(visit, Endpoint(web.port, tls=False)) == speaks
    assert not any(b"uthorization:" in raw for raw in web.asked)


def test_the_greeting_is_not_asked_for_again(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        greeting = greet(here.visit, here.session.home)
        assert (greeting.schemes, greeting.lock and greeting.lock.left) == (("Digest MD5",), 7)
        IsapiSession(here.visit, here.session.home, greeting).ask(ops.DEVICE_INFO)
    assert [path for _, path, *_ in here.device.asked] == ["/ISAPI/Security/userCheck", "/ISAPI/System/deviceInfo"]


def test_a_redirect_to_another_host_is_followed_here(tmp_path: Path) -> None:
    with running(Device(), tmp_path) as here:
        port = here.session.home.port

        def hook(path: str, _body: str) -> tuple[int, str] | None:
            here.device.hook = None
            here.device.headers = (f"Location: http://192.0.2.9:{port}{path}",)
            return 302, ""

        here.device.hook = hook
        assert here.session.ask(ops.DEVICE_INFO).sha256
        assert here.codes == ["redirect_other_host"]
