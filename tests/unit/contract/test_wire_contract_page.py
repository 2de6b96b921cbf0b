"""`docs/wire-contract.md`: its worked example is real bytes, and its tables are what the code says."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cctv_probe.contract import terms
from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.keys import key_id_of, public_key_text
from cctv_probe.contract.problem import KINDS
from cctv_probe.contract.read_body import read_body
from cctv_probe.contract.receipt import believe, read_receipt
from cctv_probe.contract.report import KnownGapReason
from cctv_probe.contract.signature import sign, verify
from cctv_probe.contract.token import new_token
from tests.unit.contract.wire import (
    AGENT,
    AGENT_KEY,
    AGENT_KEY_ID,
    LAO,
    NOW,
    NOW_TEXT,
    REGISTER_KEY,
    REGISTER_KEYS,
    REPORT,
    key_of,
    receipt,
    report,
)

PAGE = Path(__file__).parents[3] / "docs" / "wire-contract.md"
HOST = "register.example"
REQUEST_ID = "019364d5-5000-7000-8000-0000000000ff"


def request(path: str, report_id: str, body: bytes) -> str:
    """The request as it goes over the wire, uncompressed."""
    named = {"Cctv-Agent-Id": AGENT, "Cctv-Report-Id": report_id}
    added = sign(
        AGENT_KEY,
        method="POST",
        url=f"https://{HOST}{path}",
        headers=named,
        body=body,
        created=NOW,
        key_id=AGENT_KEY_ID,
    )
    headers = {"Host": HOST, "Content-Type": terms.JSON_TYPE, "Content-Length": str(len(body)), **named, **added}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", body.decode()])


def signature_base(headers: Mapping[str, str]) -> str:
    """RFC 9421, 2.5, written out by hand."""
    return "\n".join(
        [
            '"@method": POST',
            f'"@path": {terms.REPORTS_PATH}',
            '"@query": ?',
            f'"content-digest": {headers["Content-Digest"]}',
            f'"cctv-report-id": {REPORT}',
            f'"cctv-agent-id": {AGENT}',
            f'"@signature-params": {headers["Signature-Input"].removeprefix("sig1=")}',
        ]
    )


def parsed(text: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a request as the page shows it."""
    head, _, body = text.partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.split("\n")[1:])
    return headers, body.encode()


TOKEN = new_token(LAO, bytes(range(16)))
ENROL = canonical(
    {
        "contract": 1, "agent_id": AGENT, "token": TOKEN.text, "lao_code": LAO, "public_key": public_key_text(AGENT_KEY.public_key()),
        "program": "cctv-probe 0.1.0", "host_utc": NOW_TEXT,
    }
)  # fmt: skip
BODY = report(counts={"by_class": {"closed": {"cameras": 2, "devices": 2}}, "not_a_camera": 7, "attempts": {"ok": 40}})
REPORTED = request(terms.REPORTS_PATH, REPORT, canonical(BODY))
EXAMPLE = {
    "token": TOKEN.text,
    "enrol": request(terms.ENROL_PATH, REQUEST_ID, ENROL),
    "report": REPORTED,
    "base": signature_base(parsed(REPORTED)[0]),
    "receipt": canonical(receipt(BODY)).decode(),
}
"""What stands on the page, word for word."""


def page() -> str:
    return PAGE.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(EXAMPLE))
def test_the_worked_example_is_what_the_code_writes(name: str) -> None:
    assert f"```text\n{EXAMPLE[name]}\n```" in page()


def test_the_signature_base_is_what_the_key_signed() -> None:
    headers, _ = parsed(EXAMPLE["report"])
    signature = base64.b64decode(headers["Signature"].removeprefix("sig1=:").removesuffix(":"))
    AGENT_KEY.public_key().verify(signature, EXAMPLE["base"].encode())


def test_the_example_is_believed_on_both_sides() -> None:
    headers, body = parsed(EXAMPLE["report"])
    assert verify(key_of, "POST", terms.REPORTS_PATH, headers, body, NOW).report_id == REPORT
    found = read_body(body)
    answer = believe(
        read_receipt(EXAMPLE["receipt"].encode()),
        agent_id=AGENT,
        report_id=REPORT,
        digest=found.digest,
        register_keys=REGISTER_KEYS,
        lao_code=LAO,
    )
    assert answer.digest == digest(body)


def test_the_keys_of_the_example_are_named() -> None:
    for key in (AGENT_KEY, REGISTER_KEY):
        assert public_key_text(key.public_key()) in page()
        assert key_id_of(key.public_key()) in page()


def test_every_code_stands_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|", page(), re.M)
    told = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    assert told == {code: kind.status for code, kind in KINDS.items()}


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    limits = dict(re.findall(r"^\| `(MAX_\w+|PAST_S|FUTURE_S)` \| ([\d ]+) \|", page(), re.M))
    assert {name: int(value.replace(" ", "")) for name, value in limits.items()} == {
        name: value
        for name, value in vars(terms).items()
        if isinstance(value, int) and name.isupper() and name != "CONTRACT"
    }


def test_every_reason_of_a_gap_is_explained() -> None:
    for reason in KnownGapReason.__args__:  # type: ignore[attr-defined] # a Literal's values
        assert f"`{reason}`" in page()
