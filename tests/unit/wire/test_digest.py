"""Authentication: the examples of the RFCs, and the challenges that real devices send."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.wire.digest import Challenge, authorization, parse_challenges, preferred

UNHURRIED = settings(deadline=None)  # a busy machine is no failure; terminating is tested by processor time

RFC7616 = [
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
]
RFC2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def answer(challenge: Challenge, **values: object) -> dict[str, str]:
    """The parameters of the header that answers `challenge`, quotes removed."""
    given: dict[str, object] = {
        "user": "Mufasa",
        "password": "Circle of Life",
        "method": "GET",
        "uri": "/dir/index.html",
    }
    given |= {"nc": 1, "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"} | values
    header = authorization(challenge, **given)  # type: ignore[arg-type] # keyword values gathered for the test
    return {name: value.strip('"') for name, value in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)', header)}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_example_3_9_1(algorithm: str, response: str) -> None:
    challenge = next(one for one in parse_challenges(RFC7616) if one.algorithm == algorithm)
    sent = answer(challenge)
    assert sent["response"] == response
    assert (sent["qop"], sent["nc"], sent["opaque"]) == (
        "auth",
        "00000001",
        "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    )


@pytest.mark.skipif("sha512_256" not in hashlib.algorithms_available, reason="this OpenSSL has no SHA-512/256")
def test_rfc_7616_example_3_9_2_as_corrected_by_erratum_4897() -> None:
    challenge = Challenge(
        "digest",
        "api@example.org",
        "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
        "SHA-512-256",
        ("auth",),
        "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
    )
    sent = answer(
        challenge,
        user="J\u00e4s\u00f8n Doe",
        password="Secret, or not?",
        uri="/doe.json",
        cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    )
    assert sent["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"


def test_rfc_2617_example_3_5() -> None:
    (challenge,) = parse_challenges([RFC2617])
    sent = answer(challenge, password="Circle Of Life", cnonce="0a4f113b")
    assert sent["response"] == "6629fae49393a05397450978507c4ef1"
    assert "algorithm" not in sent


def test_rfc_2069_example_without_qop() -> None:
    (challenge,) = parse_challenges(['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'])
    sent = answer(challenge, password="CircleOfLife")
    assert sent["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert {"qop", "nc", "cnonce"}.isdisjoint(sent)


def test_session_variant_binds_the_client_nonce() -> None:
    challenge = Challenge("digest", "r", "n", "MD5-sess")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    expected = md5(md5(md5("u:r:p") + ":n:c") + ":n:" + md5("GET:/"))
    sent = answer(challenge, user="u", password="p", uri="/", cnonce="c")
    assert (sent["response"], sent["cnonce"]) == (expected, "c")


def test_auth_int_covers_the_body_only_where_auth_is_not_offered() -> None:
    both = Challenge("digest", "r", "n", "", ("auth-int", "auth"))
    only = Challenge("digest", "r", "n", "", ("auth-int",))
    assert answer(both)["qop"] == "auth"
    assert answer(only, body=b"a")["qop"] == "auth-int"
    assert answer(only, body=b"a")["response"] != answer(only, body=b"b")["response"]


def test_thai_password_and_special_characters() -> None:
    challenge = Challenge("digest", 'a "quoted" realm', "n")

    def md5(data: str) -> str:
        return hashlib.md5(data.encode("utf-8")).hexdigest()

    header = authorization(
        challenge, user='ad"min\\', password="รหัส@:/?#%", method="DESCRIBE", uri="rtsp://127.0.0.1/x", nc=1, cnonce="c"
    )
    assert 'username="ad\\"min\\\\"' in header
    assert 'realm="a \\"quoted\\" realm"' in header
    expected = md5(md5('ad"min\\:a "quoted" realm:รหัส@:/?#%') + ":n:" + md5("DESCRIBE:rtsp://127.0.0.1/x"))
    assert f'response="{expected}"' in header
    basic = authorization(Challenge("basic"), user="ก", password="ข", method="GET", uri="/", nc=1, cnonce="")
    assert base64.b64decode(basic.removeprefix("Basic ")).decode() == "ก:ข"


def test_no_line_break_reaches_the_header() -> None:
    header = authorization(
        Challenge("digest", "r\r\nX: y", "n"), user="u\r\n", password="p", method="GET", uri="/\n", nc=1, cnonce="c"
    )
    assert "\r" not in header
    assert "\n" not in header


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['Digest realm="a", nonce="b", Basic realm="c"'], [("digest", "a", "b"), ("basic", "c", "")]),
        (
            ['Basic realm="/"', 'Digest realm="Hikvision", nonce="1"'],
            [("basic", "/", ""), ("digest", "Hikvision", "1")],
        ),
        (["Digest realm=IP Camera(12345), nonce=abc , stale=FALSE  "], [("digest", "IP Camera(12345)", "abc")]),
        (['DIGEST REALM="x" NONCE="y"'], [("digest", "x", "y")]),
        (['digest realm = "x" , nonce = "y"'], [("digest", "x", "y")]),
        (['Digest realm="open, nonce="y"'], [("digest", "open, nonce=", "")]),
        (["Negotiate YIIB==, Basic realm=x"], [("negotiate", "", ""), ("basic", "x", "")]),
        (["Negotiate"], [("negotiate", "", "")]),
        (["Basic"], [("basic", "", "")]),
        (['Digest realm="a,b=c Basic", nonce="="'], [("digest", "a,b=c Basic", "=")]),
        ([""], []),
        (['=,=,""='], []),
    ],
)
def test_challenges_are_read_tolerantly(values: list[str], expected: list[tuple[str, str, str]]) -> None:
    assert [(one.scheme, one.realm, one.nonce) for one in parse_challenges(values)] == expected


def test_longse_challenge_as_recorded() -> None:
    (challenge,) = parse_challenges(['Digest realm="Surveillance Server", nonce="98481030"'])
    assert challenge == Challenge(
        "digest", "Surveillance Server", "98481030", raw='Digest realm="Surveillance Server", nonce="98481030"'
    )


def test_flags_and_unquoted_lists() -> None:
    (challenge,) = parse_challenges(["Digest realm=r,nonce=n,qop=auth-int,auth,stale=True,algorithm=md5,opaque="])
    assert (challenge.qop, challenge.stale, challenge.algorithm, challenge.opaque) == (
        ("auth-int", "auth"),
        True,
        "md5",
        "",
    )


@pytest.mark.parametrize(
    ("values", "basic", "name"),
    [
        ([*RFC7616, 'Basic realm="x"'], True, "Digest SHA-256"),
        ([RFC2617, 'Basic realm="x"'], True, "Digest MD5"),
        (['Basic realm="x"'], True, "Basic"),
        (['Basic realm="x"'], False, None),
        (['Digest realm="x", nonce="y", algorithm=SHA256-sess'], False, "Digest SHA256-sess"),
        (['Digest realm="x", nonce="y", algorithm=TOKEN', "Negotiate"], True, None),
        (['Digest realm="x", nonce="y", qop="auth-conf"'], True, None),
        (['Digest realm="x"'], True, None),
    ],
)
def test_strongest_supported_challenge_is_chosen(values: list[str], basic: bool, name: str | None) -> None:
    chosen = preferred(parse_challenges(values), basic=basic)
    assert (chosen.name if chosen else None) == name


def test_unsupported_challenge_cannot_be_answered() -> None:
    with pytest.raises(ValueError, match="ntlm"):
        answer(Challenge("ntlm"))


@UNHURRIED
@given(
    st.lists(
        st.text(max_size=300) | st.from_regex(r'(Digest|Basic| realm=|nonce="|,|=|"|\\| ){1,30}', fullmatch=True),
        max_size=5,
    )
)
def test_no_header_breaks_the_reader(values: list[str]) -> None:
    challenges = parse_challenges(values)
    chosen = preferred(challenges, basic=True)
    assert chosen is None or chosen in challenges
    assert all(challenge.scheme == challenge.scheme.lower() for challenge in challenges)


@pytest.mark.parametrize("piece", [" ", "a=", '"', "a ", "Digest ", "\\", "a=b ", ",", 'a="'])
def test_a_hostile_header_is_read_in_bounded_time(piece: str) -> None:
    assert len(parse_challenges(["Digest realm=x, a=" + piece * 70_000] * 3)) <= 16


@UNHURRIED
@given(
    realm=st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=40)
)
def test_a_quoted_realm_comes_back_as_it_was(realm: str) -> None:
    sent = authorization(
        Challenge("digest", realm, "n"), user="u", password="p", method="GET", uri="/", nc=1, cnonce="c"
    )
    (echo,) = parse_challenges([sent])
    assert echo.realm == realm
