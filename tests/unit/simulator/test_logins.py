"""Tokens, digests and the lock: right ones pass, each wrong one fails for its own reason."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from cctv_probe.simulator.digest import HeaderGate
from cctv_probe.simulator.logins import Logins, Verdict
from cctv_probe.simulator.wsse import TokenGate, UsernameToken, read_token
from tests.unit.simulator.towns import PASSWORD, Token, digest_header, envelope


def _gate(*, text: bool = False) -> TokenGate:
    return TokenGate("admin", PASSWORD, 5.0, text_allowed=text, digest_allowed=not text)


def _read(token: Token) -> UsernameToken:
    found = read_token(etree.fromstring(envelope("device", "GetScopes", token=token)))
    assert found is not None
    return found


def test_the_worked_example_of_the_onvif_guide() -> None:
    # ONVIF Application Programmer's Guide, 6.1.1.3
    token = UsernameToken(
        "user", "tuOSpGlFlIXsozq4HFNeeGeFLEI=", False, "LKqI6G/AikKCQrN0zqZFlg==", "2010-09-16T07:50:45Z"
    )
    gate = TokenGate("user", "userpassword", 5.0, text_allowed=False, digest_allowed=True)
    assert gate.check(token, datetime(2010, 9, 16, 7, 50, 46, tzinfo=UTC)).accepted


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (Token(), "ok"),
        (Token(clock_offset_s=3.0), "ok"),
        (Token(clock_offset_s=-20.0), "created_out_of_window"),
        (Token(clock_offset_s=3600.0), "created_out_of_window"),
        (Token(password="wrong"), "wrong_password"),
        (Token(user="root"), "wrong_user"),
        (Token(is_text=True), "text_not_accepted"),
        (Token(created="2026-01-01T00:00:00+00:00"), "created_unreadable"),
        (Token(nonce=b""), "nonce_or_created_missing"),
    ],
)
def test_each_wrong_token_fails_for_its_reason(token: Token, why: str) -> None:
    verdict = _gate().check(_read(token), datetime.now(UTC))
    assert (verdict.why, verdict.accepted, verdict.failed) == (why, why == "ok", why != "ok")


def test_a_nonce_serves_once() -> None:
    gate, token = _gate(), Token(nonce=b"sixteen bytes ok")
    now = datetime.now(UTC)
    assert gate.check(_read(token), now).accepted
    assert gate.check(_read(token), now).why == "nonce_reused"


def test_the_clock_that_counts_is_the_devices() -> None:
    fast = datetime.now(UTC) + timedelta(hours=1)
    assert not _gate().check(_read(Token()), fast).accepted
    assert _gate().check(_read(Token(clock_offset_s=3600)), fast).accepted


def test_text_tokens_where_the_device_wants_them() -> None:
    now = datetime.now(UTC)
    assert _gate(text=True).check(_read(Token(is_text=True, password="plain")), now).why == "wrong_password"
    assert _gate(text=True).check(_read(Token()), now).why == "digest_not_accepted"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", [True, False])
def test_digest_passes_once_per_count(algorithm: str, qop: bool) -> None:
    gate = HeaderGate(("admin", PASSWORD), "cam", ("MD5", "SHA-256"), qop=qop)
    (challenge,) = [one for one in gate.challenges() if ("SHA-256" in one) == (algorithm == "SHA-256")]
    header = digest_header(challenge, "GET", "/a?b")
    assert gate.check(header, "GET", "/a?b") == Verdict(
        True, "digest_sha256" if algorithm == "SHA-256" else "digest_md5", why="ok"
    )
    again = gate.check(header, "GET", "/a?b")
    assert again.accepted != qop
    assert not again.failed
    assert gate.check(digest_header(challenge, "GET", "/a?b", count=2), "GET", "/a?b").accepted


def test_the_worked_example_of_rfc_2617() -> None:
    gate = HeaderGate(("Mufasa", "Circle Of Life"), "testrealm@host.com", ("MD5",))
    header = (
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", '
        'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    verdict = gate.check(header, "GET", "/dir/index.html")
    assert (verdict.failed, verdict.stale) == (False, True)  # the right password with a nonce that is not ours


def test_wrong_digests_fail_and_stale_ones_do_not() -> None:
    gate = HeaderGate(("admin", PASSWORD), "cam", ("MD5",), life_s=0.000001)
    (challenge,) = gate.challenges()
    assert gate.check(digest_header(challenge, "GET", "/"), "GET", "/").why == "stale"
    assert "stale=true" in gate.challenges(stale=True)[0]
    assert gate.check(digest_header(challenge, "GET", "/", password="x"), "GET", "/").why == "wrong_password"
    assert gate.check(digest_header(challenge, "GET", "/", user="x"), "GET", "/").why == "wrong_user"
    assert gate.check(digest_header(challenge, "GET", "/"), "GET", "/other").why == "digest_uri_mismatch"
    assert gate.check(digest_header(challenge, "POST", "/"), "GET", "/").why == "wrong_password"


def test_anonymous_requests_and_other_schemes_count_nothing() -> None:
    gate = HeaderGate(("admin", PASSWORD), "cam", ("MD5",))
    basic = "Basic " + base64.b64encode(b"admin:x").decode()
    for header in (None, "", basic, "Bearer x"):
        verdict = gate.check(header, "GET", "/")
        assert (verdict.accepted, verdict.failed) == (False, False)


def test_basic_where_it_is_offered() -> None:
    gate = HeaderGate(("admin", PASSWORD), "cam", (), basic=True)
    right = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    assert gate.challenges() == ['Basic realm="cam"']
    assert gate.check(right, "GET", "/").accepted
    assert gate.check("Basic !", "GET", "/").failed


def test_three_failures_lock_even_the_right_password_out() -> None:
    logins = Logins(3, 1800)
    wrong, right = Verdict(False, "wsse", failed=True), Verdict(True, "wsse")
    logins.weigh(wrong)
    assert logins.weigh(right).accepted  # sets the counter back
    for _ in range(3):
        assert not logins.locked
        logins.weigh(wrong)
    assert logins.locked
    assert logins.weigh(right).why == "locked"
    assert 1700 < logins.locked_for_s <= 1800
    assert (logins.failed, logins.total) == (3, 4)


def test_a_lock_opens_by_itself() -> None:
    logins = Logins(1, 0.000001)
    logins.weigh(Verdict(False, "wsse", failed=True))
    assert logins.weigh(Verdict(True, "wsse")).accepted
    assert logins.failed == 0


def test_without_a_limit_nothing_locks() -> None:
    logins = Logins(None, 1)
    for _ in range(50):
        logins.weigh(Verdict(False, "basic", failed=True))
    assert not logins.locked
