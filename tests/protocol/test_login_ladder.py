"""From one way to log in to the next, against a device that answers as its script says: never a login too many."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cctv_probe.model.device import Device
from cctv_probe.wire.clock import SystemClock
from cctv_probe.wire.credentials import Group, Login
from cctv_probe.wire.ledger import Ledger
from tests.protocol.visiting import WRONG, Scanner, endings, value
from tests.unit.wire.peers import Peer, Server

ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:{}</s:Value></s:Subcode></s:Code>"
    "<s:Reason><s:Text>{}</s:Text></s:Reason></s:Fault>"
)
INFORMATION = (
    "<GetDeviceInformationResponse><Manufacturer>Axis</Manufacturer><Model>M</Model>"
    "<SerialNumber>00408C000001</SerialNumber></GetDeviceInformationResponse>"
)
CLOCK = "<GetSystemDateAndTimeResponse/>"
DIGEST = 'WWW-Authenticate: Digest realm="cam", nonce="n1", qop="auth"'
BASIC = 'WWW-Authenticate: Basic realm="cam"'
Answered = tuple[str, str, tuple[str, ...]]
"""Status line, SOAP body or page, header lines."""
Judge = Callable[[bytes], Answered | None]
"""What a device says to a request that wants a login; None lets it in."""


def refusal(
    status: str = "400 Bad Request", *lines: str, code: str = "NotAuthorized", reason: str = "Sender not authorized"
) -> Answered:
    return status, FAULT.format(code, reason), lines


def by_token(request: bytes) -> bool:
    return b"UsernameToken" in request


def by_header(request: bytes) -> bool:
    return b"\r\nAuthorization: " in request


@contextmanager
def device(judge: Judge, *, closed: tuple[bytes, ...] = (b"GetDeviceInformation",)) -> Iterator[Server]:
    """An ONVIF device that wants a login for the operations `closed` (and for all that it does not know)."""

    def script(peer: Peer) -> None:
        while True:
            asked = peer.read()
            status, body, lines = answer(asked)
            peer.answer((ENVELOPE.format(body) if "<" in body else body).encode(), status, *lines)

    def answer(asked: bytes) -> Answered:
        if b"GetSystemDateAndTime" in asked:
            return "200 OK", CLOCK, ()
        if not asked.startswith(b"POST"):
            return "404 Not Found", "", ()
        if any(name in asked for name in closed):
            return judge(asked) or ("200 OK", INFORMATION, ())
        return refusal("500 Internal Server Error", code="ActionNotSupported", reason="not here")

    with Server(script) as server:
        yield server


def logins(server: Server) -> list[str]:
    """The logins that were sent, in order."""
    return ["token" if by_token(asked) else "header" for asked in server.asked if by_token(asked) or by_header(asked)]


def visit(server: Server, folder: Path, group: Group = WRONG) -> Device:
    return Scanner(folder, group).visit_at(server.address, server.port)


def held_s(folder: Path) -> float:
    ledger = Ledger(folder / "logins.sqlite", SystemClock())
    try:
        return ledger.held_for_s(["address:127.0.0.1"])
    finally:
        ledger.close()


# --- The ladder -------------------------------------------------------------------------------------------------------


def token_is_refused_for_digest(request: bytes) -> Answered | None:
    return refusal() if not (by_token(request) or by_header(request)) else refusal("401 Unauthorized", DIGEST)


def test_a_token_refused_with_a_digest_challenge_is_followed_once(tmp_path: Path) -> None:
    with device(token_is_refused_for_digest) as server:
        found = visit(server, tmp_path)
        assert logins(server) == ["token", "header"]
        visit(server, tmp_path)
        assert logins(server) == ["token", "header"]
    assert found.login is not None
    assert held_s(tmp_path) > 0


def test_what_the_second_step_opens_is_open(tmp_path: Path) -> None:
    def judge(request: bytes) -> Answered | None:
        return None if by_header(request) else token_is_refused_for_digest(request)

    with device(judge) as server:
        found = visit(server, tmp_path)
        assert logins(server)[:2] == ["token", "header"]
        assert set(logins(server)[2:]) == {"header"}
    assert found.login is None
    assert value(found, "device", "model") == "M"
    assert "onvif.GetProfiles" in endings(found), "the media questions follow"
    assert held_s(tmp_path) == 0


def test_a_token_refused_without_another_offer_is_the_end(tmp_path: Path) -> None:
    with device(lambda _: refusal()) as server:
        visit(server, tmp_path)
        assert logins(server) == ["token"]


def test_a_digest_answered_with_a_fault_that_wants_a_token_is_followed_once(tmp_path: Path) -> None:
    def judge(request: bytes) -> Answered | None:
        return refusal() if by_token(request) or by_header(request) else ("401 Unauthorized", "<html/>", (DIGEST,))

    with device(judge) as server:
        visit(server, tmp_path)
        assert logins(server) == ["header", "token"]


@pytest.mark.parametrize("lines", [(), (DIGEST.replace("n1", "n2"),), (DIGEST, BASIC)])
def test_a_digest_refused_is_the_end(tmp_path: Path, lines: tuple[str, ...]) -> None:
    def judge(request: bytes) -> Answered | None:
        return "401 Unauthorized", "no", lines if by_header(request) else (DIGEST,)

    with device(judge) as server:
        visit(server, tmp_path)
        assert logins(server) == ["header"]


def test_another_algorithm_named_in_the_refusal_is_followed_once(tmp_path: Path) -> None:
    def judge(request: bytes) -> Answered | None:
        return "401 Unauthorized", "no", (DIGEST + ", algorithm=SHA-256",) if by_header(request) else (DIGEST,)

    with device(judge) as server:
        visit(server, tmp_path)
        assert logins(server) == ["header", "header"]


@pytest.mark.parametrize(
    "reason", ["Sender not authorized", "You still have 4 attempt(s)", "4 attempts left before the account is locked"]
)
def test_the_same_wrong_password_is_not_tried_again_even_where_tries_remain(tmp_path: Path, reason: str) -> None:
    closed = (b"GetServices", b"GetCapabilities", b"GetDeviceInformation", b"GetProfiles")
    with device(lambda _: refusal(reason=reason), closed=closed) as server:
        found = visit(server, tmp_path)
        assert logins(server) == ["token"]
    assert found.login is not None
    assert "group “wrong”" in found.login.en, "the first reason stays"
    assert endings(found)["onvif.GetServices"] == "unauthorized"
    assert endings(found)["onvif.GetDeviceInformation"] == "held_back"


@pytest.mark.parametrize(
    "answered",
    [refusal(reason="Account locked"), refusal("403 Forbidden", reason="The user is locked out"),
     ("403 Forbidden", "device is locked", ()), refusal(code="UserLocked", reason="")],
)  # fmt: skip
def test_a_locked_account_is_said_so_and_left_alone(tmp_path: Path, answered: Answered) -> None:
    with device(lambda request: answered if by_token(request) else refusal()) as server:
        found = visit(server, tmp_path)
        assert logins(server) == ["token"]
    assert endings(found)["onvif.GetDeviceInformation"] == "locked_out"
    assert found.login is not None
    assert "locked" in found.login.en


@pytest.mark.parametrize(
    "answered",
    [refusal("500 Internal Server Error", code="Action", reason="Action failed"), ("503 Busy", "too many users", ()),
     ("200 OK", "nothing", ()), ("404 Not Found", "", ())],
)  # fmt: skip
def test_logins_that_are_neither_accepted_nor_refused_are_few(tmp_path: Path, answered: Answered) -> None:
    closed = (b"GetServices", b"GetCapabilities", b"GetDeviceInformation", b"GetVideoSources", b"GetProfiles")
    with device(lambda request: answered if by_token(request) else refusal(), closed=closed) as server:
        visit(server, tmp_path)
        assert 1 <= len(logins(server)) <= 3
    assert held_s(tmp_path) == 0


def test_a_nonce_that_is_always_stale_is_not_followed_for_ever(tmp_path: Path) -> None:
    with device(lambda _: ("401 Unauthorized", "no", (DIGEST + ", stale=true",))) as server:
        visit(server, tmp_path)
        assert 1 <= len(logins(server)) <= 3
    assert held_s(tmp_path) > 0


def test_basic_beside_a_fault_is_not_sent_in_clear_text_nor_is_anything_else(tmp_path: Path) -> None:
    with device(lambda _: refusal("401 Unauthorized", BASIC)) as server:
        found = visit(server, tmp_path)
        assert logins(server) == []
    assert endings(found)["onvif.GetDeviceInformation"] == "not_permitted"
    assert found.login is not None
    assert "allow_clear_text" in found.login.en


def test_a_refusal_after_a_success_counts_nothing(tmp_path: Path) -> None:
    let_in: list[bytes] = []

    def judge(request: bytes) -> Answered | None:
        if by_token(request) and not let_in:
            let_in.append(request)
            return None
        return refusal()

    closed = (b"GetDeviceInformation", b"GetScopes", b"GetNTP", b"GetNetworkInterfaces", b"GetProfiles")
    with device(judge, closed=closed) as server:
        found = visit(server, tmp_path)
        assert len(logins(server)) <= 4, "after three refusals in a row nothing more is sent"
    assert endings(found)["onvif.GetScopes"] == "not_permitted"
    assert found.login is None
    assert held_s(tmp_path) == 0


# --- What is signed, and how ------------------------------------------------------------------------------------------


def test_thai_users_passwords_and_realms_are_signed_in_utf8(tmp_path: Path) -> None:
    user, password, realm = "ผู้สำรวจ", "รหัสลับ", "กล้องเทศบาล"
    challenge = f'WWW-Authenticate: Digest realm="{realm}", nonce="n1", algorithm=SHA-256, qop="auth"'

    def hashed(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    def judge(request: bytes) -> Answered | None:
        shown = dict(re.findall(r'(\w+)="?([^",]*)', request.decode().partition("Authorization: Digest ")[2]))
        if not shown:
            return "401 Unauthorized", "no", (challenge,)
        first, second = hashed(user, realm, password), hashed("POST", shown["uri"])
        right = hashed(first, "n1", shown["nc"], shown["cnonce"], "auth", second)
        return (
            None
            if (shown["username"], shown["response"]) == (user, right)
            else ("401 Unauthorized", "no", (challenge,))
        )

    with device(judge) as server:
        found = visit(server, tmp_path, Group("thai", Login(user, password)))
    assert value(found, "device", "model") == "M"
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert password.encode() not in kept


def test_a_device_that_closes_after_each_answer_gets_one_login(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        asked = peer.read()
        if b"GetSystemDateAndTime" in asked:
            peer.answer(ENVELOPE.format(CLOCK).encode())
        elif by_token(asked) or not asked.startswith(b"POST"):
            peer.answer(ENVELOPE.format(INFORMATION).encode())
        else:
            peer.answer(ENVELOPE.format(refusal()[1]).encode(), "400 Bad Request")

    with Server(script) as server:
        found = visit(server, tmp_path)
    assert value(found, "device", "model") == "M"
    assert {ending for step, ending in endings(found).items() if step.startswith("onvif.Get")} <= {"ok", "malformed"}


# --- Redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.77:{trap}/onvif/device_service",
        "@127.0.0.77:{trap}/x",
        "//127.0.0.77:{trap}/x",
        "ftp://x/y",
        "http://[bad",
    ],
)
def test_no_redirect_takes_a_question_or_a_login_to_another_host(tmp_path: Path, location: str) -> None:
    asked: list[bytes] = []

    def script(peer: Peer) -> None:
        asked.append(peer.read())

    with Server(script, address="127.0.0.77") as trap:
        away = ("302 Found", "", (f"Location: {location.format(trap=trap.port)}",))
        with device(lambda request: away if by_token(request) else refusal()) as server:
            found = visit(server, tmp_path)
            assert len(logins(server)) <= 3
    assert asked == []
    assert endings(found)["onvif.GetDeviceInformation"] != "ok"


def test_a_redirect_on_our_host_is_followed(tmp_path: Path) -> None:
    def judge(request: bytes) -> Answered | None:
        if request.startswith(b"POST /moved"):
            return None
        return "307 Temporary Redirect", "", ("Location: /moved?x=1",)

    with device(judge) as server:
        found = visit(server, tmp_path)
    assert value(found, "device", "model") == "M"


def test_redirects_in_circles_end(tmp_path: Path) -> None:
    with device(lambda _: ("302 Found", "", ("Location: /round",))) as server:
        found = visit(server, tmp_path)
        assert sum(b"GetDeviceInformation" in asked for asked in server.asked) <= 4
    assert endings(found)["onvif.GetDeviceInformation"] == "fault"


def test_the_address_of_the_trap_can_be_reached() -> None:
    """Else the tests above would prove nothing."""
    with Server(lambda peer: peer.answer(), address="127.0.0.77") as trap:
        socket.create_connection(("127.0.0.77", trap.port), 2).close()
