"""The reference receiver was written without this room: what one signs, the other verifies, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.problem import CODES, KINDS
from cctv_probe.contract.receipt import believe
from cctv_probe.contract.signature import sign, verify
from cctv_probe.contract.token import parse_token
from cctv_probe.simulator.register import bodies, problems, receipts, signatures, tokens
from cctv_probe.simulator.register import canonical as theirs
from tests.unit.contract.test_canonical import JSON
from tests.unit.contract.wire import (
    AGENT,
    AGENT_KEY,
    AGENT_KEY_ID,
    LAO,
    NOW,
    REGISTER_KEY,
    REGISTER_KEYS,
    REPORT,
    gap,
    key_of,
    records,
    report,
    unsigned_receipt,
)

TARGET = "/api/v1/reports?a=1"


@given(JSON)
def test_canonical_json_is_the_same(value: Any) -> None:
    assert theirs.write(value) == canonical(value)


def test_a_request_signed_here_is_verified_there() -> None:
    body = canonical(report("serial:X1"))
    named = {"Cctv-Agent-Id": AGENT, "Cctv-Report-Id": REPORT}
    added = sign(
        AGENT_KEY,
        method="POST",
        url="https://register.example" + TARGET,
        headers=named,
        body=body,
        created=NOW,
        key_id=AGENT_KEY_ID,
    )
    assert verify(key_of, "POST", TARGET, named | added, body, NOW).agent_id == AGENT
    received = {name.lower(): value for name, value in (named | added).items()}
    signatures.check_digest(received, body)
    signed = signatures.read_signature("POST", TARGET, received)
    signatures.check(signed, AGENT_KEY.public_key().public_bytes_raw())
    assert (signed.key_id, signed.created) == (AGENT_KEY_ID, int(NOW.timestamp()))


def test_a_receipt_signed_there_is_believed_here() -> None:
    body = report("serial:X1")
    found = receipts.signed(unsigned_receipt(body), REGISTER_KEY)
    believed = believe(
        found, agent_id=AGENT, report_id=REPORT, digest=found["digest"], register_keys=REGISTER_KEYS, lao_code=LAO
    )
    assert believed.accepted == 1


@pytest.mark.parametrize("body", [report("a", "b"), records("a"), gap()], ids=["report", "records", "gap"])
def test_bodies_made_here_are_taken_there(body: dict[str, Any]) -> None:
    assert bodies.check_report(body) == body


def test_the_codes_and_their_statuses_are_the_same() -> None:
    assert {code: problems.STATUS[code] for code in CODES} == {code: KINDS[code].status for code in CODES}


@given(st.integers(0, 99_999_999), st.binary(min_size=16, max_size=16))
def test_a_token_printed_there_is_read_here(code: int, random: bytes) -> None:
    shown = tokens.shown(f"{code:08}", random)
    assert parse_token(shown).text == shown
    assert tokens.stored(parse_token(shown.lower()).text) == tokens.stored(shown)
