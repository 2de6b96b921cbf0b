"""What the register believes: it agrees with the published examples and with the program's signer, and with nothing less."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.contract.canonical import canonical as program_canonical
from cctv_probe.contract.enrolment import EnrolAnswer, public_keys
from cctv_probe.contract.problem import CODES, KINDS, read_problem
from cctv_probe.contract.receipt import believe, read_receipt
from cctv_probe.contract.signature import sign
from cctv_probe.contract.token import new_token, parse_token
from cctv_probe.simulator.register import Receiver, Setup, canonical, problems, signatures, tokens
from cctv_probe.simulator.register.canonical import NotJsonError
from tests.protocol.register_client import (
    COVERED,
    LAO,
    REPORTS,
    START,
    Agent,
    camera,
    code_of,
    key_id,
    sha256,
    utc,
    uuid7,
)
from tests.protocol.register_client import canonical as client_canonical


@pytest.fixture(scope="module")
def register() -> Iterator[Receiver]:
    with Receiver(Setup(max_sent_bytes=200_000, max_body_bytes=400_000)) as running:
        yield running


@pytest.fixture
def agent(register: Receiver) -> Agent:
    agent = Agent(register.url)
    assert agent.enrol(register.issue_token(LAO)).status_code == 201
    return agent


# --- Published examples -----------------------------------------------------------------------------------------------


def test_the_ed25519_example_of_rfc_9421_is_believed() -> None:
    """Appendix B.2.6."""
    base = b"""\
"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519\""""
    public = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    signatures.check_bytes(public, signature, base)
    with pytest.raises(signatures.SignatureError):
        signatures.check_bytes(public, signature, base + b" ")


def test_the_example_of_rfc_8785_is_written_canonically() -> None:
    """Section 3.2.2 and 3.2.3."""
    given_text = rb"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    assert (
        canonical.write(canonical.read(given_text))
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(
        canonical.write(dict.fromkeys(names, 0)), object_pairs_hook=lambda pairs: [n for n, _ in pairs]
    )
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("double", "text"),
    [
        ("0000000000000001", "5e-324"),
        ("8000000000000000", "0"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_are_written_as_rfc_8785_shows(double: str, text: str) -> None:
    """Appendix B."""
    assert canonical.write(struct.unpack(">d", bytes.fromhex(double))[0]).decode() == text


# --- The program's own writers ----------------------------------------------------------------------------------------

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_the_programs_canonical_json_is_canonical_here(value: Any) -> None:
    written = program_canonical(value)
    assert canonical.write(value) == written
    assert canonical.write(canonical.read_canonical(written)) == written


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_bytes_are_json_or_refused(data: bytes) -> None:
    try:
        value = canonical.read(data)
    except NotJsonError:
        return
    assert canonical.read_canonical(canonical.write(value)) == value


@given(st.binary(min_size=16, max_size=16))
def test_tokens_look_as_the_program_prints_them(random: bytes) -> None:
    assert tokens.shown(LAO, random) == new_token(LAO, random).text


def test_issued_tokens_are_read_by_the_program(register: Receiver) -> None:
    token = register.issue_token(LAO)
    assert parse_token(token.lower()).text == token


def test_the_programs_signature_is_believed_and_its_receipt_too(register: Receiver) -> None:
    agent = Agent(register.url)
    enrolled = EnrolAnswer.model_validate(agent.enrol(register.issue_token(LAO)).json())
    body = agent.report(camera("a"))
    data = gzip.compress(program_canonical(body), mtime=0)
    headers = {"Cctv-Agent-Id": agent.agent_id, "Cctv-Report-Id": body["report_id"], "Content-Encoding": "gzip"}
    url = f"{register.url}{REPORTS}?a=%20b"
    headers |= sign(
        agent.key,
        method="POST",
        url=url,
        headers=headers,
        body=data,
        created=datetime.now(UTC),
        key_id=key_id(agent.key),
    )
    answer = agent.session.post(url, data=data, headers=headers, timeout=20)
    assert answer.status_code == 201
    receipt = believe(
        read_receipt(answer.content),
        agent_id=agent.agent_id,
        report_id=body["report_id"],
        digest=sha256(program_canonical(body)),
        register_keys=public_keys(enrolled.register_keys),
        lao_code=LAO,
    )
    assert receipt.status == "accepted"


def test_problems_are_the_contracts(agent: Agent) -> None:
    found = {code: status for code, status in problems.STATUS.items() if code in CODES}
    assert found == {code: KINDS[code].status for code in CODES}
    refused = agent.send(agent.report(camera("a"), lao_code="10010000"))
    problem = read_problem(refused.content)
    assert problem
    assert (problem.code, refused.status_code) == ("lao_mismatch", 403)


# --- Mutilations ------------------------------------------------------------------------------------------------------


def refusal(agent: Agent, **how: Any) -> tuple[int, str]:
    """What a good report is answered where one thing about its sending is wrong; nothing of it may be kept."""
    body = agent.report(camera("a"))
    found = code_of(agent.send(body, **how))
    assert agent.send(body).json()["status"] == "accepted", "whole it is taken, and it had not been kept before"
    return found


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Cctv-Report-Id", "Cctv-Agent-Id"])
def test_a_request_without_part_of_its_signature_is_refused(agent: Agent, name: str) -> None:
    assert refusal(agent, drop=name) == (401, "bad_signature")


@pytest.mark.parametrize("name", COVERED)
def test_a_signature_that_leaves_something_out_is_refused(agent: Agent, name: str) -> None:
    assert refusal(agent, covered=[one for one in COVERED if one != name]) == (401, "bad_signature")


@pytest.mark.parametrize(
    "changed",
    [
        {"Cctv-Report-Id": uuid7()},
        {"Cctv-Agent-Id": uuid7()},
        {"Signature": "sig1=:AAAA:"},
        {"Signature": f"sig1=:{base64.b64encode(bytes(64)).decode()}:"},
        {"Signature": "sig1=:!!!!:"},
        {"Signature": ""},
        {"Signature-Input": "sig1=()"},
        {"Signature-Input": 'sig1=("@method");created=1'},
    ],
)
def test_a_header_changed_after_signing_is_refused(agent: Agent, changed: dict[str, str]) -> None:
    assert refusal(agent, changed=changed) == (401, "bad_signature")


def test_another_time_algorithm_key_or_label_than_was_signed_is_refused(agent: Agent) -> None:
    body = agent.report(camera("a"))
    signed = agent.send(body).request.headers["Signature-Input"]
    assert isinstance(signed, str)
    for old, new in (
        ("created=1", "created=2"),
        ('alg="ed25519"', 'alg="rsa-v1_5-sha256"'),
        (";created", ";x=1;created"),
        ("sig1=", "sig2="),
        ('"@query"', '"@query";req'),
    ):
        assert old in signed
        changed = {"Signature-Input": signed.replace(old, new)}
        assert code_of(agent.send(body, changed=changed)) == (401, "bad_signature")


def test_a_path_or_query_changed_after_signing_is_refused(agent: Agent) -> None:
    body = agent.report(camera("a"))
    sent = agent.send(body).request
    for path in (f"{REPORTS}?x=1", "/api/v1/keys"):
        answer = agent.session.post(agent.url + path, data=sent.body, headers=dict(sent.headers), timeout=20)
        assert code_of(answer) == (401, "bad_signature")
    answer = agent.session.put(agent.url + REPORTS, data=sent.body, headers=dict(sent.headers), timeout=20)
    assert answer.status_code == 405


def test_a_body_changed_on_its_way_is_refused(agent: Agent) -> None:
    body = agent.report(camera("a"))
    assert code_of(agent.send(body, sent=gzip.compress(client_canonical(body | {"seq": 9})))) == (
        400,
        "digest_mismatch",
    )
    assert refusal(agent, drop="Content-Digest") == (400, "digest_mismatch")
    assert refusal(agent, changed={"Content-Digest": "sha-512=:AAAA:"}) == (400, "digest_mismatch")


def test_one_agents_key_signs_for_no_other(register: Receiver, agent: Agent) -> None:
    other = Agent(register.url)
    other.enrol(register.issue_token(LAO))
    other.agent_id = agent.agent_id
    assert code_of(other.send(other.report(camera("a")))) == (400, "malformed")


def test_the_header_and_the_body_name_the_same_report(agent: Agent) -> None:
    body = agent.report(camera("a"))
    assert code_of(agent.post(REPORTS, client_canonical(body), uuid7())) == (400, "malformed")


@pytest.mark.parametrize(
    "changes",
    [
        {"contract": 2},
        {"contract": True},
        {"kind": "other"},
        {"seq": 0},
        {"seq": "1"},
        {"previous": "abc"},
        {"created_utc": "2569-13-01"},
        {"snapshot": "0" * 64},
        {"manifest": None},
        {"counts": {}},
        {"run": {}},
        {"part": {"of": "x", "number": 1, "count": 1}},
    ],
)
def test_a_body_of_another_shape_is_refused(agent: Agent, changes: dict[str, Any]) -> None:
    assert code_of(agent.send(agent.report(camera("a")) | changes)) == (400, "malformed")


@pytest.mark.parametrize(
    "mangle",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'"seq":', b'"seq": '),
        lambda data: data.replace(b'"seq":1', b'"seq":1.0'),
        lambda data: data.replace(b'"seq":1', b'"seq":1,"seq":1'),
        lambda data: data.replace("แ".encode(), rb"\u0e41"),
        lambda data: b'{"zzz":0,' + data[1:],
        lambda data: b"\xff" + data,
        lambda _: b"[]",
        lambda _: b"",
    ],
)
def test_a_body_that_is_not_canonical_is_refused(agent: Agent, mangle: Any) -> None:
    body = agent.report(camera("a"))
    assert code_of(agent.post(REPORTS, mangle(client_canonical(body)), body["report_id"])) == (400, "malformed")
    assert agent.send(body).status_code == 201


# --- Sizes and encodings, in their order ------------------------------------------------------------------------------


def test_a_body_too_large_as_sent_is_refused_before_it_is_read(register: Receiver) -> None:
    with socket.create_connection(("127.0.0.1", int(register.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_sends_it_whole_still_reads_the_refusal(agent: Agent) -> None:
    answer = agent.post(REPORTS, bytes(5_000_000), compress=False)
    assert code_of(answer) == (413, "too_large")


def test_nobody_is_asked_to_continue_with_a_body_too_large(register: Receiver) -> None:
    for length, first in ((200_001, b"413"), (10, b"100")):
        with socket.create_connection(("127.0.0.1", int(register.url.rpartition(":")[2])), timeout=10) as connection:
            head = f"POST /api/v1/reports HTTP/1.1\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
            connection.sendall(head.encode())
            assert connection.recv(4096)[9:12] == first


def test_a_bomb_is_refused_by_its_signature_before_it_is_unpacked_and_by_the_cap_after(agent: Agent) -> None:
    bomb = bytes(30_000_000)
    stranger = Agent(agent.url)
    assert code_of(stranger.post(REPORTS, bomb)) == (401, "unknown_key")
    assert code_of(agent.post(REPORTS, bomb)) == (413, "too_large")


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-4], lambda data: data + b"x", lambda data: b"no gzip", lambda data: zlib.compress(data)],
)
def test_gzip_that_ends_too_early_or_too_late_is_refused(agent: Agent, spoil: Any) -> None:
    report = agent.report(camera("a"))
    body = spoil(gzip.compress(client_canonical(report)))
    answer = agent.post(REPORTS, body, report["report_id"], compress=False, changed={"Content-Encoding": "gzip"})
    assert code_of(answer) == (400, "malformed")


def test_another_encoding_is_refused_and_none_is_taken(agent: Agent) -> None:
    assert refusal(agent, changed={"Content-Encoding": "br"}) == (415, "unsupported_encoding")
    assert agent.send(agent.report(camera("b")), compress=False).status_code == 201


def test_a_body_of_unknown_length_is_refused(agent: Agent) -> None:
    answer = agent.session.post(agent.url + REPORTS, data=iter([b"{}"]), timeout=20)
    assert code_of(answer) == (411, "length_required")


def test_other_paths_and_methods_are_told_so(agent: Agent) -> None:
    assert code_of(agent.session.get(agent.url + REPORTS, timeout=20)) == (405, "method_not_allowed")
    found = agent.session.get(agent.url + "/", timeout=20)
    assert code_of(found) == (404, "not_found")
    assert utc(START)[:2] == found.json()["register_utc"][:2]
