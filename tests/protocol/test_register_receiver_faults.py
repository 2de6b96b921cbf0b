"""Every fault of the register does on the wire what it says, as often as it was told, and keeps or keeps not the report."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
import requests

from cctv_probe.simulator.register import Fault, Receiver, Setup
from cctv_probe.simulator.register.faults import KINDS, Afterwards, Altered, Instead
from tests.protocol.register_client import LAO, REPORTS, Agent, camera, canonical, code_of, is_believed, sha256


@pytest.fixture
def register() -> Iterator[Receiver]:
    with Receiver(Setup()) as running:
        yield running


@pytest.fixture
def agent(register: Receiver) -> Agent:
    agent = Agent(register.url)
    assert agent.enrol(register.issue_token(LAO)).status_code == 201
    register.forget_requests()
    return agent


@pytest.fixture
def report(agent: Agent) -> dict[str, Any]:
    return agent.report(camera("a"))


def raw_answer(agent: Agent, report: dict[str, Any], *, most: int = 1 << 20, for_s: float = 20) -> tuple[bytes, str]:
    """What comes back byte for byte, and how it ended: closed, reset, or open (more than `most`, or after `for_s`)."""
    prepared = agent.prepared(report)
    head = "".join(f"{name}: {value}\r\n" for name, value in prepared.headers.items())
    assert isinstance(prepared.body, bytes)
    found, ends_s = bytearray(), time.monotonic() + for_s
    with socket.create_connection(("127.0.0.1", port_of(agent.url))) as connection:
        connection.sendall(f"POST {REPORTS} HTTP/1.1\r\nHost: register\r\n{head}\r\n".encode() + prepared.body)
        try:
            while len(found) < most and time.monotonic() < ends_s:
                connection.settimeout(max(0.01, ends_s - time.monotonic()))
                part = connection.recv(65_536)
                if not part:
                    return bytes(found), "closed"
                found += part
        except ConnectionResetError:
            return bytes(found), "reset"
        except TimeoutError:
            pass
    return bytes(found), "open"


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


# --- Something else answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "media_type"),
    [
        ("html_200", 200, "text/html; charset=utf-8"),
        ("html_403", 403, "text/html; charset=utf-8"),
        ("json_200", 200, "application/json"),
        ("empty_200", 200, None),
    ],
)
def test_a_page_from_something_in_between(
    register: Receiver, agent: Agent, report: dict[str, Any], kind: str, status: int, media_type: str | None
) -> None:
    register.fault(kind)
    answer = agent.send(report)
    assert (answer.status_code, answer.headers.get("Content-Type")) == (status, media_type)
    assert b"report_id" not in answer.content
    assert (answer.content == b"") == (kind == "empty_200")
    assert register.reports() == []
    assert agent.send(report).json()["status"] == "accepted"
    assert [entry.fault for entry in register.requests] == [kind, None]


def test_a_redirect_leads_to_another_port_where_the_register_would_notice(
    register: Receiver, agent: Agent, report: dict[str, Any]
) -> None:
    register.fault("redirect_302", path=REPORTS)
    answer = agent.send(report)
    location = answer.headers["Location"]
    assert answer.status_code == 302
    assert port_of(location.removesuffix("/login")) != port_of(register.url)
    requests.get(location, timeout=10)
    assert register.requests[-1].port == port_of(location.removesuffix("/login"))
    register.fault("redirect_302", location="https://127.0.0.9/elsewhere")
    assert agent.send(report).headers["Location"] == "https://127.0.0.9/elsewhere"
    assert register.reports() == []


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425, 426, 429, 451, 500, 502, 503]
)
def test_any_status_as_a_problem_or_as_a_page(
    register: Receiver, agent: Agent, report: dict[str, Any], status: int
) -> None:
    register.fault(str(status), code="busy")
    register.fault(str(status), html=True)
    assert code_of(agent.send(report)) == (status, "busy")
    page = agent.send(report)
    assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert register.reports() == []
    assert [entry.fault for entry in register.requests] == [str(status)] * 2
    assert agent.send(report).status_code == 201


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [
        (30, "30"),
        (datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC), "Mon, 23 Nov 2026 04:05:06 GMT"),
        ("soon", "soon"),
        (None, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_as_a_date_as_nonsense_or_not_at_all(
    register: Receiver, agent: Agent, report: dict[str, Any], status: int, retry_after: Any, header: str | None
) -> None:
    register.fault(str(status), retry_after=retry_after)
    answer = agent.send(report)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == header


def test_a_size_above_which_bodies_are_too_large(register: Receiver, agent: Agent) -> None:
    large, small = agent.report(*(camera(str(number)) for number in range(100))), agent.report(camera("a"))
    register.fault("413", count=None, above_bytes=1500)
    assert code_of(agent.send(large)) == (413, "too_large")
    assert agent.send(small).status_code == 201
    register.clear_faults()
    register.rules.max_sent_bytes = 1500
    assert code_of(agent.send(large)) == (413, "too_large")
    register.rules.max_sent_bytes = 1 << 20
    assert agent.send(large).status_code == 201


def test_compressed_bodies_alone_are_not_understood(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("415", count=None, only_gzip=True)
    assert code_of(agent.send(report)) == (415, "unsupported_encoding")
    assert agent.send(report, compress=False).status_code == 201


def test_records_are_named_whatever_the_report_holds(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("record_refused", ids=("x", "y"))
    answer = agent.send(report)
    assert code_of(answer) == (422, "record_refused")
    assert [one["id"] for one in answer.json()["rejected"]] == ["x", "y"]


# --- Connections that break, wait or never end ------------------------------------------------------------------------


def test_a_connection_reset_before_anything_was_kept(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("reset_before_answer")
    assert raw_answer(agent, report) == (b"", "reset")
    assert register.reports() == []


def test_promise_4_a_connection_reset_after_the_commit_leaves_a_duplicate(
    register: Receiver, agent: Agent, report: dict[str, Any]
) -> None:
    register.fault("commit_then_reset")
    assert raw_answer(agent, report) == (b"", "reset")
    assert [kept.body for kept in register.reports()] == [report]
    assert (register.requests[-1].status, register.requests[-1].fault) == (None, "commit_then_reset")
    assert agent.send(report).json()["status"] == "duplicate"


def test_a_connection_reset_in_the_middle_of_the_answer(
    register: Receiver, agent: Agent, report: dict[str, Any]
) -> None:
    register.fault("reset_mid_answer")
    with pytest.raises(requests.RequestException):
        agent.send(report)
    register.fault("reset_mid_answer")
    found, ending = raw_answer(agent, report)
    head, _, body = found.partition(b"\r\n\r\n")
    claimed = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert (ending, len(register.reports())) == ("reset", 1)
    assert len(body) < claimed, "an RST may even take the first half with it"


def test_an_answer_that_drips_byte_by_byte_and_never_ends(
    register: Receiver, agent: Agent, report: dict[str, Any]
) -> None:
    register.fault("drip", delay_s=0.0002)
    found, ending = raw_answer(agent, report, most=1300)
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 ")
    assert b"\r\nContent-Length: 1000000000000\r\n" in head
    assert body.rstrip(b" ").endswith(b"}")
    assert body.endswith(b" " * 100)
    assert (ending, len(register.reports())) == ("open", 1)
    register.fault("drip")
    assert len(raw_answer(agent, report, for_s=0.5)[0]) <= 12


def test_a_slow_answer_is_whole(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("slow", delay_s=0.3)
    began_s = time.monotonic()
    assert agent.send(report).json()["status"] == "accepted"
    assert time.monotonic() - began_s >= 0.3


def test_an_answer_without_end(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("huge_answer")
    found, ending = raw_answer(agent, report, most=20_000_000)
    assert (len(found) >= 20_000_000, ending, register.reports()) == (True, "open", [])


def test_a_request_that_is_never_answered(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("hang")
    assert raw_answer(agent, report, for_s=0.5) == (b"", "open")
    assert (register.requests[-1].status, register.reports()) == (None, [])


def test_stopping_breaks_off_what_hangs_or_drips(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("hang")
    register.fault("drip")
    endings: list[str] = []
    threads = [threading.Thread(target=lambda: endings.append(raw_answer(replace(agent), report)[1])) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert register.wait_until(lambda: len(register.requests) == 2)
    began_s = time.monotonic()
    register.stop()
    for thread in threads:
        thread.join(10)
    assert len(endings) == 2
    assert set(endings) <= {"closed", "reset"}
    assert time.monotonic() - began_s < 5


# --- Receipts that must not be believed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "differs", "is_signed"),
    [
        ("wrong_echo", {"report_id", "signature"}, True),
        ("wrong_digest", {"digest", "signature"}, True),
        ("other_agent", {"agent_id", "signature"}, True),
        ("unsigned", {"signature"}, False),
        ("wrong_signature", {"signature"}, False),
        ("foreign_key", {"key_id", "signature"}, False),
    ],
)
def test_a_receipt_that_must_not_be_believed(
    register: Receiver, agent: Agent, report: dict[str, Any], kind: str, differs: set[str], is_signed: bool
) -> None:
    register.fault(kind)
    answer = agent.send(report)
    spoiled, (kept,) = answer.json(), register.receipts()
    assert answer.status_code == 201
    assert {name for name in kept if spoiled.get(name) != kept[name]} == differs
    assert is_believed(spoiled, register.public_key) == is_signed
    assert kept["digest"] == sha256(canonical(report))
    assert agent.send(report).json()["status"] == "duplicate"


def test_a_refusal_is_not_spoiled(register: Receiver, agent: Agent, report: dict[str, Any]) -> None:
    register.fault("wrong_echo")
    register.revoke(agent.agent_id)
    assert code_of(agent.send(report)) == (401, "revoked")


# --- The row ----------------------------------------------------------------------------------------------------------


def test_faults_come_in_order_by_path_and_as_often_as_told(register: Receiver, agent: Agent) -> None:
    reports = [agent.report(camera("a", version)) for version in range(6)]
    register.fault("500", path=REPORTS, count=2)
    register.fault("503", path=REPORTS)
    register.fault("404", path="/api/v1/enrol", count=None)
    assert [agent.send(report).status_code for report in reports] == [500, 500, 503, 201, 201, 201]
    assert [Agent(register.url).enrol("x").status_code for _ in range(3)] == [404] * 3
    assert [fault.name for fault in register.faults()] == ["404"]
    register.clear_faults()
    assert Agent(register.url).enrol("x").status_code == 403


def test_a_fault_that_does_not_exist_is_refused(register: Receiver) -> None:
    with pytest.raises(ValueError):
        register.fault("sulk")
    with pytest.raises(TypeError):
        register.fault("503", colour="red")


def test_the_list_of_faults_is_whole() -> None:
    assert sorted(KINDS) == sorted((*get_args(Instead), *get_args(Afterwards), *get_args(Altered)))
    assert {Fault(kind).count for kind in KINDS} == {1}  # type: ignore[arg-type]  # all the kinds there are
