"""Signed requests: RFC 9421's own vector, RFC 9530's digests, and everything that must not be believed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.contract import signature
from cctv_probe.contract.signature import SignatureError, Signed, content_digest, sign, verify, verify_digest
from cctv_probe.contract.terms import COVERED
from tests.unit.contract.wire import AGENT, AGENT_KEY, AGENT_KEY_ID, NOW, OTHER_KEY, REPORT, key_of

BODY = b'{"hello": "world"}'
PATH = "/api/v1/reports"
URL = "https://register.example" + PATH
NAMED = {"Cctv-Agent-Id": AGENT, "Cctv-Report-Id": REPORT}


def request(**changes: Any) -> dict[str, str]:
    given: dict[str, Any] = {
        "method": "POST",
        "url": URL,
        "headers": NAMED,
        "body": BODY,
        "created": NOW,
        "key_id": AGENT_KEY_ID,
    }
    return NAMED | sign(AGENT_KEY, **(given | changes))


def verified(headers: Any, **changes: Any) -> Signed:
    given: dict[str, Any] = {
        "public_key_of": key_of,
        "method": "POST",
        "path_with_query": PATH,
        "headers": headers,
        "body": BODY,
        "now": NOW,
    }
    return verify(**(given | changes))


def code_of(headers: Any, **changes: Any) -> str:
    with pytest.raises(SignatureError) as caught:
        verified(headers, **changes)
    assert caught.value.text.th
    return caught.value.code


# --- The standards' own vectors ---------------------------------------------------------------------------------------


@dataclass
class Vector:
    """The request of RFC 9421, B.2 as the library sees it."""

    method: str
    url: str
    headers: dict[str, str]


def rfc_9421_b_2_6() -> Vector:
    return Vector(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            "Content-Length": "18",
            "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
            "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
        },
    )


def test_the_agents_test_key_is_that_of_rfc_9421() -> None:
    assert AGENT_KEY.public_key() == Ed25519PublicKey.from_public_bytes(
        base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    )


def test_the_ed25519_vector_of_rfc_9421_b_2_6_is_verified() -> None:
    """Its components are not ours, so the verifier beneath `verify` is asked; `verify` itself wants more of a request."""
    verifier = signature._Verifier(
        signature_algorithm=algorithms.ED25519,
        key_resolver=signature._KeysOf({"test-key-ed25519": AGENT_KEY.public_key()}.get),
    )
    (result,) = verifier.verify(rfc_9421_b_2_6(), max_age=None)
    assert result.parameters["created"] == 1618884473
    assert result.covered_components['"@path"'] == "/foo"


def test_the_vector_of_rfc_9421_covers_too_little_for_the_contract() -> None:
    vector = rfc_9421_b_2_6()
    code = code_of(
        vector.headers | NAMED,
        public_key_of=lambda _: AGENT_KEY.public_key(),
        path_with_query="/foo?param=Value&Pet=dog",
        now=datetime.fromtimestamp(1618884473, UTC),
    )
    assert code == "bad_signature"


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        (b'{"hello": "world"}\n', "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"),  # RFC 9530, B.1
        (b"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),  # RFC 9530, B.2
    ],
)
def test_the_digests_of_rfc_9530(body: bytes, digest: str) -> None:
    assert content_digest(body) == digest
    verify_digest({"content-digest": digest}, body)


def test_a_sha_512_digest_is_checked_too() -> None:
    """RFC 9530, 2: the recipient may take any algorithm it knows; where several stand, all must fit."""
    sha_512 = rfc_9421_b_2_6().headers["Content-Digest"]
    verify_digest([("Content-Digest", sha_512)], BODY)
    verify_digest([("Content-Digest", f"{sha_512}, {content_digest(BODY)}")], BODY)
    with pytest.raises(SignatureError):
        verify_digest([("Content-Digest", f"{sha_512}, {content_digest(b'')}")], BODY)


# --- What is believed -------------------------------------------------------------------------------------------------


def test_a_signed_request_is_verified() -> None:
    found = verified(request())
    assert found == Signed(AGENT_KEY_ID, int(NOW.timestamp()), AGENT, REPORT)


def test_the_signature_covers_what_the_contract_names() -> None:
    wanted = " ".join(f'"{name}"' for name in COVERED)
    told = f'sig1=({wanted});created={int(NOW.timestamp())};keyid="{AGENT_KEY_ID}";alg="ed25519"'
    assert request()["Signature-Input"] == told


def test_what_is_signed_again_gives_the_same_bytes() -> None:
    assert request() == request()
    assert request(headers=request()) == request()


def test_names_of_headers_may_be_written_in_any_case_and_others_may_be_added() -> None:
    headers = {name.lower(): value for name, value in request().items()} | {"via": "1.1 proxy", "x-forwarded-for": "1"}
    assert verified(headers).agent_id == AGENT
    assert verified([*headers.items(), ("Via", "again")]).agent_id == AGENT


def test_a_query_is_covered() -> None:
    headers = request(url=URL + "?a=1&b=%E0%B8%81")
    assert verified(headers, path_with_query=PATH + "?a=1&b=%E0%B8%81").report_id == REPORT
    assert code_of(headers, path_with_query=PATH + "?a=2&b=%E0%B8%81") == "bad_signature"
    assert code_of(headers) == "bad_signature"


def test_scheme_and_host_may_change_behind_a_tls_terminator() -> None:
    assert verified(request(url="http://127.0.0.1:8080" + PATH)).agent_id == AGENT


def test_promise_7_a_request_signed_by_the_registers_time_is_believed_whatever_the_machines_clock() -> None:
    machine = NOW + timedelta(hours=24)
    offset = NOW - machine
    assert verified(request(created=machine + offset)).key_id == AGENT_KEY_ID


@pytest.mark.parametrize("seconds", [-300, -1, 0, 30])
def test_within_the_window(seconds: int) -> None:
    assert verified(request(created=NOW + timedelta(seconds=seconds))).key_id == AGENT_KEY_ID


# --- What is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-86_400, -301, 31, 86_400])
def test_a_wrong_clock_is_told_apart_from_a_wrong_signature(seconds: int) -> None:
    headers = request(created=NOW + timedelta(seconds=seconds))
    assert code_of(headers) == "clock_skew"
    assert code_of(headers, method="PUT") == "bad_signature"
    assert code_of(headers | {"Cctv-Agent-Id": REPORT}) == "bad_signature"


def test_a_key_that_is_not_known_is_told_apart() -> None:
    headers = NAMED | sign(
        OTHER_KEY, method="POST", url=URL, headers=NAMED, body=BODY, created=NOW, key_id="ed25519:" + "0" * 32
    )
    assert code_of(headers) == "unknown_key"


def test_a_known_keys_id_with_another_keys_signature_is_wrong() -> None:
    headers = NAMED | sign(
        OTHER_KEY, method="POST", url=URL, headers=NAMED, body=BODY, created=NOW, key_id=AGENT_KEY_ID
    )
    assert code_of(headers) == "bad_signature"


def test_a_body_changed_on_its_way_is_told_apart() -> None:
    assert code_of(request(), body=BODY + b" ") == "digest_mismatch"


def test_a_digest_changed_with_the_body_breaks_the_signature() -> None:
    assert code_of(request() | {"Content-Digest": content_digest(b"other")}, body=b"other") == "bad_signature"


def signed_over(*components: str, **parameters: Any) -> dict[str, str]:
    """A request that the library signed without our rules."""
    vector = Vector("POST", URL, NAMED | {"Content-Digest": content_digest(BODY)})
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={AGENT_KEY_ID: AGENT_KEY}),
    )
    signer.sign(
        vector,
        key_id=AGENT_KEY_ID,
        created=NOW,
        covered_component_ids=components,
        use_existing_digest=True,
        **parameters,
    )
    return vector.headers


def test_a_signature_over_more_components_is_believed() -> None:
    assert verified(signed_over("@scheme", *COVERED)).agent_id == AGENT


@pytest.mark.parametrize("left_out", COVERED)
def test_a_signature_over_fewer_components_is_refused(left_out: str) -> None:
    assert code_of(signed_over(*(name for name in COVERED if name != left_out))) == "bad_signature"


def test_a_component_covered_in_another_form_is_not_the_component() -> None:
    """`"cctv-agent-id";bs` signs other bytes; the contract's component is the plain one."""
    assert code_of(signed_over(*COVERED[:-1], '"cctv-agent-id";bs')) == "bad_signature"


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest", "Cctv-Agent-Id", "Cctv-Report-Id"])
def test_a_header_that_is_missing_or_stands_twice_is_refused(name: str) -> None:
    headers = request()
    assert code_of([pair for pair in headers.items() if pair[0] != name]) == "bad_signature"
    assert code_of([*headers.items(), (name.upper(), headers[name])]) == "bad_signature"
    assert code_of([(name.lower(), "other"), *headers.items()]) == "bad_signature"


def test_two_signatures_are_refused() -> None:
    one = request()
    two = {name: f"{one[name]}, {one[name].replace('sig1', 'sig2')}" for name in ("Signature", "Signature-Input")}
    assert code_of(one | two) == "bad_signature"


def another_parameter(old: str, new: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda headers: headers | {"Signature-Input": headers["Signature-Input"].replace(old, new)}


@pytest.mark.parametrize(
    "change",
    [
        another_parameter('alg="ed25519"', 'alg="hmac-sha256"'),
        another_parameter(';alg="ed25519"', ""),
        another_parameter("created=", "created=1"),
        another_parameter(f";created={int(NOW.timestamp())}", ""),
        another_parameter(f"created={int(NOW.timestamp())}", f'created="{int(NOW.timestamp())}"'),
        another_parameter("keyid=", "key="),
        another_parameter('"@method" ', ""),
        another_parameter("sig1", "sig2"),
        another_parameter('"@path"', '"@path" "@path"'),
        another_parameter('"@path"', '"@status"'),
    ],
)
def test_a_changed_signature_input_is_refused(change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    assert code_of(change(request())) in ("bad_signature", "unknown_key")


@pytest.mark.parametrize(
    "path", ["", "api/v1/reports", "//evil/api", PATH + "#x", PATH + " x", "/ก", "/" * 9_000, "/%zz", "https://x/"]
)
def test_a_target_that_is_none_is_refused(path: str) -> None:
    assert code_of(request(), path_with_query=path) == "bad_signature"


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "register.example/x"},
        {"url": "https://register.example/ก"},
        {"method": "post"},
        {"headers": {}},
        {"headers": NAMED | {"Cctv-Agent-Id": "a\r\nb"}},
        {"headers": NAMED | {"Cctv-Agent-Id": "ก"}},
        {"key_id": "ก"},
    ],
)
def test_what_cannot_be_signed_says_so(changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        request(**changes)


def test_an_expired_signature_is_a_matter_of_the_clock() -> None:
    headers = signed_over(*COVERED, expires=NOW + timedelta(seconds=60))
    assert verified(headers).agent_id == AGENT
    assert code_of(headers, now=NOW + timedelta(seconds=91)) == "clock_skew"


# --- Whatever comes ---------------------------------------------------------------------------------------------------

GOOD = request()
HEADER_TEXT = st.text(st.characters(codec="latin-1"), max_size=60) | st.text(
    'sig1=()";:,createdkyi@0123456789 \t', max_size=80
)


@given(st.sampled_from(sorted(GOOD)), HEADER_TEXT)
def test_whatever_a_header_says_the_answer_is_a_signature_error(name: str, value: str) -> None:
    assert value == GOOD[name] or code_of(GOOD | {name: value}) in ("bad_signature", "unknown_key")


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_header_with_one_character_changed_is_never_believed(name: str, data: st.DataObject) -> None:
    value = GOOD[name]
    place = data.draw(st.integers(0, len(value) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = value[:place] + letter + value[place + 1 :]
    if changed == value or (name.startswith("Signature") and place < 4):
        return  # the label alone is not signed (RFC 9421, 7.2.5)
    try:
        found = verified(GOOD | {name: changed})
    except SignatureError:
        return
    assert found == verified(GOOD), "another spelling of the same bytes"
    assert name == "Signature"


@given(st.text(max_size=40))
def test_whatever_the_target_is_the_answer_is_a_signature_error(path: str) -> None:
    assert path == PATH or code_of(GOOD, path_with_query=path) == "bad_signature"


@given(st.lists(st.tuples(st.sampled_from(sorted(GOOD)) | st.text(max_size=5), HEADER_TEXT), max_size=6))
def test_whatever_headers_come_the_answer_is_a_signature_error(headers: list[tuple[str, str]]) -> None:
    assert code_of(headers) in ("bad_signature", "unknown_key")


@given(HEADER_TEXT, st.binary(max_size=20))
def test_whatever_a_digest_says_the_answer_is_a_signature_error(value: str, body: bytes) -> None:
    with pytest.raises(SignatureError):
        verify_digest({"Content-Digest": value}, body)
