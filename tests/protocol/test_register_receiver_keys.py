"""The reference register over real sockets: tokens, keys and clocks."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.register_client import LAO, Agent, camera, code_of, key_id, raw, sha256


@pytest.fixture
def register() -> Iterator[Receiver]:
    with Receiver(Setup(lao_names={LAO: "เทศบาลเมืองทดสอบ"})) as running:
        yield running


@pytest.fixture
def agent(register: Receiver) -> Agent:
    """An enrolled one."""
    agent = Agent(register.url)
    assert agent.enrol(register.issue_token(LAO)).status_code == 201
    return agent


# --- Enrolment --------------------------------------------------------------------------------------------------------


def test_a_token_enrols_one_agent_and_a_lost_answer_loses_nothing(register: Receiver) -> None:
    agent, token = Agent(register.url), register.issue_token(LAO)
    first, again = agent.enrol(token), agent.enrol(token)
    assert (first.status_code, again.status_code) == (201, 200)
    answer = first.json()
    assert answer["name"] == "เทศบาลเมืองทดสอบ"
    assert answer["agent_id"] == agent.agent_id
    assert [key["id"] for key in answer["register_keys"]] == [f"ed25519:{sha256(register.public_key)[:32]}"]
    assert again.json() | {"register_utc": 0} == answer | {"register_utc": 0}
    assert register.agents() == {agent.agent_id: LAO}
    assert code_of(Agent(register.url).enrol(token)) == (403, "token_used")


def test_tokens_are_read_as_they_are_typed(register: Receiver) -> None:
    token = register.issue_token(LAO)
    assert Agent(register.url).enrol(token.lower().replace("-", " ").replace("0", "o")).status_code == 201


def test_a_wrong_an_expired_and_another_municipalitys_token_are_told_apart(register: Receiver) -> None:
    agent = Agent(register.url)
    expired = register.issue_token(LAO, expires_utc=register.now() - timedelta(seconds=1))
    assert code_of(agent.enrol(expired)) == (403, "token_expired")
    assert code_of(agent.enrol(f"{LAO}-00000")) == (403, "token_wrong")
    assert code_of(agent.enrol(register.issue_token("10010000"))) == (403, "token_other_lao")
    assert register.agents() == {}


def test_enrolment_proves_that_the_key_is_held(register: Receiver) -> None:
    agent, token = Agent(register.url), register.issue_token(LAO)
    stolen = agent.enrol(token, public_key=base64.b64encode(raw(Ed25519PrivateKey.generate())).decode())
    assert code_of(stolen) == (401, "bad_signature")
    assert agent.enrol(token).status_code == 201


def test_a_token_survives_a_refusal_for_the_clock(register: Receiver) -> None:
    agent, token = Agent(register.url, offset_s=-86_400), register.issue_token(LAO)
    assert code_of(agent.enrol(token)) == (401, "clock_skew")
    agent.offset_s = 0
    assert agent.enrol(token).status_code == 201


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_promise_8_a_revoked_key_is_refused_at_once_and_may_be_reinstated(register: Receiver, agent: Agent) -> None:
    report = agent.report(camera("a"))
    assert register.revoke(agent.agent_id) == 1
    assert code_of(agent.send(report)) == (401, "revoked")
    assert register.reinstate(key_id(agent.key)) == 1
    assert agent.send(report).status_code == 201


def test_an_unknown_key_is_refused(register: Receiver) -> None:
    stranger = Agent(register.url)
    assert code_of(stranger.send(stranger.report(camera("a")))) == (401, "unknown_key")


def test_a_key_is_replaced_and_a_lost_answer_loses_nothing(register: Receiver, agent: Agent) -> None:
    new = Ed25519PrivateKey.generate()
    first, again = agent.rotate(new), agent.rotate(new)
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["key_id"] == key_id(new)
    assert code_of(agent.send(agent.report(camera("a")))) == (401, "unknown_key")
    assert register.keys(agent.agent_id) == {key_id(agent.key): "retired", key_id(new): "active"}
    assert code_of(agent.rotate(Ed25519PrivateKey.generate())) == (401, "unknown_key")
    agent.key = new
    assert agent.send(agent.report(camera("b"))).status_code == 201


def test_a_new_key_must_be_proven(agent: Agent) -> None:
    new, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    proof = base64.b64encode(other.sign(b"{}")).decode()
    assert code_of(agent.rotate(new, proof=proof)) == (401, "bad_signature")
    assert agent.rotate(new).status_code == 200


# --- Clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset_s", "status"), [(-295, 201), (-310, 401), (25, 201), (40, 401)])
def test_promise_7_the_window_is_300_s_past_and_30_s_future(agent: Agent, offset_s: float, status: int) -> None:
    agent.offset_s = offset_s
    assert agent.send(agent.report(camera("a"))).status_code == status


@pytest.mark.parametrize("hours", [-24, 24])
def test_promise_7_a_refusal_for_the_clock_tells_the_registers_time(
    register: Receiver, agent: Agent, hours: int
) -> None:
    register.rules.clock_offset_s = 3600 * hours
    report = agent.report(camera("a"))
    refused = agent.send(report)
    assert code_of(refused) == (401, "clock_skew")
    told = datetime.fromisoformat(refused.json()["register_utc"])
    agent.offset_s = (told - datetime.now(UTC)).total_seconds()
    assert agent.send(report).status_code == 201
