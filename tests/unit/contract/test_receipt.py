"""What the agent believes: only an echo of what it sent, signed by a register key it knows; and problems, by their code."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.problem import CODES, KINDS, Problem, problem, read_problem
from cctv_probe.contract.receipt import (
    Receipt,
    ReceiptError,
    believe,
    read_receipt,
    read_receipts,
    receipts_file,
)
from cctv_probe.contract.terms import MAX_ANSWER_BYTES
from cctv_probe.model.words import Text
from tests.unit.contract.test_canonical import JSON
from tests.unit.contract.wire import (
    AGENT,
    LAO,
    NOW_TEXT,
    OTHER_AGENT,
    OTHER_KEY,
    OTHER_REPORT,
    REGISTER_KEYS,
    REPORT,
    SAID,
    receipt,
    report,
)

BODY = report("serial:X1")
DIGEST = digest(canonical(BODY))
GOOD = receipt(BODY)


def believed(found: Any, **changes: Any) -> Receipt:
    given = {"agent_id": AGENT, "report_id": REPORT, "digest": DIGEST, "register_keys": REGISTER_KEYS, "lao_code": LAO}
    return believe(found, **(given | changes))


def fault_of(found: Any, **changes: Any) -> str:
    with pytest.raises(ReceiptError) as caught:
        believed(found, **changes)
    assert caught.value.text.th
    return caught.value.code


def test_a_receipt_for_what_was_sent_is_believed() -> None:
    found = believed(read_receipt(json.dumps(GOOD, indent=3).encode()))
    assert (found.status, found.accepted, found.pace_s) == ("accepted", 1, None)


def test_a_receipt_that_rejects_wants_and_holds_is_believed_as_it_is() -> None:
    found = believed(
        receipt(
            BODY,
            status="held",
            held={"code": "forked_chain", "text": SAID},
            rejected=[{"id": "serial:X1", "code": "malformed", "text": SAID}],
            wanted=["0f" * 32],
            pace_s=12.5,
            added_later={"x": [1]},
        )
    )
    assert found.held is not None
    assert (found.held.code, found.rejected[0].id, found.wanted, found.pace_s) == (
        "forked_chain", "serial:X1", ["0f" * 32], 12.5,
    )  # fmt: skip


def test_a_receipt_meant_for_another_agent_is_refused() -> None:
    assert fault_of(receipt(BODY | {"agent_id": OTHER_AGENT})) == "other_agent"


def test_a_receipt_of_another_municipality_is_refused() -> None:
    assert fault_of(receipt(BODY, lao_code="10010101")) == "other_municipality"
    assert believed(receipt(BODY, lao_code="10010101"), lao_code=None).lao_code == "10010101"


def test_a_receipt_for_another_report_is_refused() -> None:
    assert fault_of(GOOD, report_id=OTHER_REPORT) == "other_report"


def test_promise_4_a_receipt_for_other_bytes_is_refused() -> None:
    assert fault_of(GOOD, digest="0f" * 32) == "other_digest"


def test_a_receipt_by_a_key_that_was_not_learned_at_enrolment_is_refused() -> None:
    assert fault_of(receipt(BODY, OTHER_KEY)) == "unknown_key"
    assert fault_of(GOOD, register_keys={}) == "unknown_key"


def test_a_known_keys_id_with_another_keys_signature_is_refused() -> None:
    forged = receipt(BODY, OTHER_KEY)["signature"]
    assert fault_of(GOOD | {"signature": forged}) == "bad_signature"


CHANGES: list[dict[str, Any]] = [
    {"accepted": 2},
    {"seq": 2},
    {"received_utc": "2026-11-23T02:10:01Z"},
    {"status": "duplicate"},
    {"wanted": ["0f" * 32]},
    {"pace_s": 0},
    {"added": 1},
    {"added": float("nan")},
    {"added": "\ud800"},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_receipt_changed_on_its_way_is_refused(change: dict[str, Any]) -> None:
    assert fault_of(GOOD | change) == "bad_signature"


SHAPELESS: list[dict[str, Any]] = [
    {"contract": 2},
    {"contract": True},
    {"report_id": REPORT.upper()},
    {"report_id": "019364d5-5800-4000-8000-000000000001"},
    {"digest": DIGEST.upper()},
    {"seq": 0},
    {"seq": "1"},
    {"seq": 1.0},
    {"status": "fine"},
    {"status": "held"},
    {"held": {"code": "forked_chain", "text": SAID}},
    {"accepted": -1},
    {"wanted": ["x"]},
    {"pace_s": -1},
    {"pace_s": 1e9},
    {"signature": "AAAA"},
    {"signature": "A" * 86 + "=="[:1]},
    {"key_id": "rsa:1"},
    {"received_utc": "23/11/2569"},
    {"rejected": [{"id": "serial:X1"}]},
    {"wanted": ["0f" * 32] * 20_001},
]


@pytest.mark.parametrize("change", SHAPELESS, ids=lambda change: str(change)[:60])
def test_what_has_not_the_shape_of_a_receipt_is_none(change: dict[str, Any]) -> None:
    assert fault_of(GOOD | change) == "not_a_receipt"


@pytest.mark.parametrize("key", sorted(GOOD))
def test_every_key_of_a_receipt_is_needed(key: str) -> None:
    assert fault_of({name: value for name, value in GOOD.items() if name != key}) == "not_a_receipt"


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>Please log in</html>", b"[]", b'"accepted"', b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":NaN}',
     b" " * (MAX_ANSWER_BYTES + 1), b"9" * 5_000],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_an_answer_of_something_in_between_is_no_receipt(data: bytes) -> None:
    with pytest.raises(ReceiptError) as caught:
        read_receipt(data)
    assert caught.value.code == "not_a_receipt"


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_answered_is_refused_with_its_own_error(data: bytes) -> None:
    with pytest.raises(ReceiptError):
        believed(read_receipt(data))


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_a_receipt_with_any_value_changed_is_refused(name: str, value: Any) -> None:
    if value != GOOD[name] or isinstance(value, bool):
        fault_of(GOOD | {name: value})


# --- The file carried back --------------------------------------------------------------------------------------------


def test_receipts_are_carried_back_in_a_file() -> None:
    data = receipts_file(AGENT, [GOOD, receipt(report())])
    first, _ = read_receipts(data, AGENT)
    assert believed(first).digest == DIGEST


def test_a_file_of_receipts_for_another_agent_is_refused() -> None:
    with pytest.raises(ReceiptError) as caught:
        read_receipts(receipts_file(OTHER_AGENT, []), AGENT)
    assert caught.value.code == "other_agent"


@given(st.binary(max_size=100) | st.integers(0, 500).map(lambda at: receipts_file(AGENT, [GOOD])[:at]))
def test_a_damaged_file_of_receipts_is_refused(data: bytes) -> None:
    with pytest.raises(ReceiptError) as caught:
        read_receipts(data, AGENT)
    assert caught.value.code == "not_a_receipt"


# --- Problems ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_problem_is_told_and_read_back(code: Any) -> None:
    found = read_problem(canonical(problem(code, NOW_TEXT)))
    assert found is not None
    assert (found.code, found.status, found.register_utc) == (code, KINDS[code].status, NOW_TEXT)
    assert found.detail.th == KINDS[code].text.th


def test_a_problem_names_the_records_at_fault() -> None:
    sent = problem(
        "record_refused", NOW_TEXT, Text(en="One.", th="หนึ่ง"), [{"id": "a", "code": "malformed", "text": SAID}]
    )
    found = read_problem(canonical(sent))
    assert found is not None
    assert ([each.id for each in found.rejected], found.detail.en) == (["a"], "One.")


def test_a_problem_of_a_later_version_is_read() -> None:
    sent = problem("busy", NOW_TEXT) | {"code": "moved_house", "status": 409, "added": 1}
    found = read_problem(canonical(sent))
    assert found is not None
    assert (found.code, found.status) == ("moved_house", 409)


@pytest.mark.parametrize(
    "change",
    [{"status": 200}, {"status": "401"}, {"code": "Not A Code"}, {"detail": "text"}, {"register_utc": None}, {"title": None}],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_problem_is_none(change: dict[str, Any]) -> None:
    assert read_problem(json.dumps(problem("busy", NOW_TEXT) | change).encode()) is None
    with pytest.raises(ValidationError):
        Problem.model_validate(copy.deepcopy(problem("busy", NOW_TEXT)) | change)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_answered_is_no_problem_unless_it_is_one(data: bytes) -> None:
    assert read_problem(data) is None
