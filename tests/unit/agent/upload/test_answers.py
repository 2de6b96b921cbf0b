"""The table of answers, row by row, and whatever else a network may answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from cctv_probe.agent.upload.answers import Kind, Outcome, Sent, classify
from cctv_probe.contract.keys import key_id_of
from cctv_probe.contract.problem import CODES, ProblemCode, problem
from cctv_probe.contract.receipt import signed_receipt

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
AGENT = "01900000-0000-7000-8000-000000000001"
REPORT = "01900000-0000-7000-8000-000000000002"
DIGEST = "ab" * 32
SENT = Sent(REPORT, DIGEST, AGENT, "74010000", {key_id_of(KEY.public_key()): KEY.public_key()})
HTML = b"<!DOCTYPE html><html><title>Welcome to Hotel WiFi</title></html>"


def _receipt(**changes: Any) -> dict[str, Any]:
    return signed_receipt(
        {
            "contract": 1,
            "report_id": REPORT,
            "digest": DIGEST,
            "agent_id": AGENT,
            "lao_code": "74010000",
            "seq": 1,
            "received_utc": "2026-11-23T02:00:00Z",
            "status": "accepted",
            "held": None,
            "accepted": 1,
            "rejected": [],
            "wanted": [],
            "pace_s": None,
            **changes,
        },
        KEY,
    )


def _judge(status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> Outcome:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    outcome = classify(status, CaseInsensitiveDict({"content-type": kind, **named}), body, SENT, NOW)
    assert outcome.text.en
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in outcome.text.th)
    assert "{" not in outcome.text.en
    return outcome


def _problem(code: ProblemCode, **more: Any) -> bytes:
    return json.dumps({**problem(code, "2026-11-24T02:00:00Z"), **more}).encode()


def _refused(status: int, code: ProblemCode, **more: Any) -> Outcome:
    return _judge(status, _problem(code, status=status, **more), "application/problem+json")


def test_2xx_with_its_echo_is_delivered() -> None:
    for status in (200, 201, 202):
        outcome = _judge(status, json.dumps(_receipt()).encode())
        assert outcome.kind is Kind.DELIVERED
        assert outcome.receipt is not None
        assert outcome.receipt.report_id == REPORT


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"report_id": AGENT}, "other_report"),
        ({"digest": "cd" * 32}, "other_digest"),
        ({"agent_id": REPORT}, "other_agent"),
        ({"lao_code": "50010000"}, "other_municipality"),
    ],
)
def test_promise_4_a_receipt_for_something_else_is_not_believed(changes: dict[str, Any], code: str) -> None:
    outcome = _judge(200, json.dumps(_receipt(**changes)).encode())
    assert (outcome.kind, outcome.code) == (Kind.UNBELIEVED, code)


def test_promise_4_a_receipt_of_another_key_is_not_believed() -> None:
    stranger = signed_receipt(_receipt(), Ed25519PrivateKey.generate())
    assert _judge(200, json.dumps(stranger).encode()).code == "unknown_key"
    forged = {**_receipt(), "accepted": 99}
    assert _judge(200, json.dumps(forged).encode()).code == "bad_signature"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"ok", b"null", b'{"report_id": "' + REPORT.encode() + b'"}'])
def test_2xx_without_an_echo_is_kept(body: bytes) -> None:
    assert _judge(200, body).kind is Kind.UNBELIEVED


@pytest.mark.parametrize("status", [200, 204, 400, 422])
def test_a_page_is_something_in_between(status: int) -> None:
    outcome = _judge(status, HTML, "text/html; charset=utf-8")
    assert outcome.kind is Kind.BETWEEN
    assert "login page" in outcome.text.en
    assert _judge(status, HTML).kind is Kind.BETWEEN  # whatever it calls itself


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_3xx_names_where_to_and_nothing_more(status: int) -> None:
    outcome = _judge(status, Location="https://login.example/?user=somchai&token=abc")
    assert outcome.kind is Kind.BETWEEN
    assert "login.example" in outcome.text.en
    assert "somchai" not in outcome.text.en + outcome.text.th
    assert "\x1b" not in _judge(status, Location="\x1b[2Jhttps://x").text.en


@pytest.mark.parametrize(
    "status", [402, 403, 406, 407, 411, 412, 414, 417, 418, 421, 423, 424, 426, 428, 431, 451, 499, 511]
)
def test_other_refusals_are_something_in_between(status: int) -> None:
    for kind, body in (("application/json", b"{}"), ("text/html", HTML)):
        assert _judge(status, body, kind).kind is Kind.BETWEEN


@pytest.mark.parametrize("status", [400, 422])
def test_named_records_are_told_from_unnamed(status: int) -> None:
    text = {"en": "x", "th": "ก"}
    rejected = [{"id": name, "code": "malformed", "text": text} for name in ("b", "a", "b")]
    outcome = _refused(status, "record_refused", rejected=rejected)
    assert (outcome.kind, outcome.named) == (Kind.NAMED, ("b", "a"))
    assert _refused(status, "malformed").kind is Kind.REFUSED
    assert _judge(status, b"bad", "text/plain").kind is Kind.REFUSED


def test_codes_say_more_than_their_status() -> None:
    assert _refused(400, "digest_mismatch").kind is Kind.DAMAGED
    assert _refused(422, "body_changed").kind is Kind.CHANGED
    assert _refused(403, "lao_mismatch").kind is Kind.NOT_THERE
    assert _refused(422, "lao_mismatch").kind is Kind.NOT_THERE


def test_401_closes_the_gate_whoever_says_it() -> None:
    for code in ("unknown_key", "revoked", "bad_signature"):
        assert _refused(401, code).kind is Kind.GATE
    outcome = _judge(401, HTML, "text/html")
    assert outcome.kind is Kind.GATE
    assert "something in its place" in outcome.text.en


def test_a_wrong_clock_is_told_the_time() -> None:
    outcome = _refused(401, "clock_skew")
    assert (outcome.kind, outcome.register_utc) == (Kind.SKEW, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    assert _refused(401, "clock_skew", register_utc="2026-13-45T99:99:99Z").kind is Kind.GATE


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, Kind.NOT_THERE),
        (405, Kind.NOT_THERE),
        (410, Kind.NOT_THERE),
        (409, Kind.CONFLICT),
        (413, Kind.TOO_LARGE),
        (415, Kind.ENCODING),
        (408, Kind.BUSY),
        (425, Kind.BUSY),
        (429, Kind.BUSY),
        (500, Kind.BUSY),
        (501, Kind.BUSY),
        (502, Kind.BUSY),
        (503, Kind.BUSY),
        (504, Kind.BUSY),
        (599, Kind.BUSY),
    ],
)
def test_the_rest_of_the_table_goes_by_the_status(status: int, kind: Kind) -> None:
    assert _judge(status).kind is kind
    assert _judge(status, HTML, "text/html").kind is kind
    assert _judge(status, Retry_After="77").retry_after_s == 77


def test_every_code_of_the_contract_has_its_row() -> None:
    kinds = {code: _refused(int(problem(code, "2026-11-23T02:00:00Z")["status"]), code).kind for code in CODES}
    assert Kind.DELIVERED not in kinds.values()
    assert {code for code, kind in kinds.items() if kind is Kind.GATE} == {"unknown_key", "revoked", "bad_signature"}


def test_what_the_register_says_is_shown_without_control_characters() -> None:
    said = {"en": "Down\x1b[31m until\u202e noon\n", "th": "ปิดถึงเที่ยง"}
    outcome = _refused(503, "busy", detail=said)
    assert "noon" in outcome.text.en
    assert outcome.text.en.isprintable()


@given(
    st.integers(100, 999),
    st.dictionaries(st.sampled_from(["Content-Type", "Retry-After", "Location"]), st.text(max_size=60)),
    st.binary(max_size=300) | st.text(max_size=100).map(str.encode),
)
def test_any_answer_has_an_outcome_and_none_is_believed(status: int, headers: dict[str, str], body: bytes) -> None:
    outcome = classify(status, CaseInsensitiveDict(headers), body, SENT, NOW)
    assert outcome.kind is not Kind.DELIVERED
    assert outcome.text.en.isprintable()


@given(st.integers(0, 700), st.integers(0, 255))
def test_promise_4_a_receipt_changed_anywhere_says_the_same_or_is_not_believed(at: int, byte: int) -> None:
    whole = json.dumps(_receipt()).encode()
    at = min(at, len(whole) - 1)
    changed = whole[:at] + bytes([byte]) + whole[at + 1 :]
    outcome = classify(200, CaseInsensitiveDict(), changed, SENT, NOW)
    assert outcome.kind is Kind.UNBELIEVED or json.loads(changed) == _receipt()
