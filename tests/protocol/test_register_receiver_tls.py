"""The register over TLS: its own authority, what is wrong with certificates on request, and clients that must show one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.register_client import LAO, Agent, camera


def written(file: Path, *parts: bytes) -> str:
    file.write_bytes(b"".join(parts))
    return str(file)


def agent_of(register: Receiver, folder: Path) -> Agent:
    """An agent that pins the register's authority."""
    agent = Agent(register.url)
    agent.session.verify = written(folder / "ca.pem", register.ca_pem)
    return agent


@pytest.fixture
def register() -> Iterator[Receiver]:
    with Receiver(Setup(tls=True)) as running:
        yield running


def test_a_client_that_pins_the_authority_enrols_and_reports(register: Receiver, tmp_path: Path) -> None:
    agent = agent_of(register, tmp_path)
    assert register.url.startswith("https://127.0.0.1:")
    assert agent.enrol(register.issue_token(LAO)).status_code == 201
    assert agent.send(agent.report(camera("a"))).json()["status"] == "accepted"


def test_another_authority_is_not_believed(register: Receiver, tmp_path: Path) -> None:
    agent = agent_of(register, tmp_path)
    with Receiver(Setup(tls=True)) as other:
        agent.url = other.url
        with pytest.raises(requests.exceptions.SSLError):
            agent.enrol(other.issue_token(LAO))
        assert other.requests == ()


@pytest.mark.parametrize(("certificate", "said"), [("expired", "expired"), ("other_name", "mismatch|not valid for")])
def test_a_certificate_with_a_fault_is_refused_by_clients(certificate: Any, said: str, tmp_path: Path) -> None:
    with Receiver(Setup(tls=True, certificate=certificate)) as register:
        with pytest.raises(requests.exceptions.SSLError, match=said):
            agent_of(register, tmp_path).enrol(register.issue_token(LAO))
        assert register.requests == ()


def test_only_clients_with_a_certificate_where_it_asks_for_one(tmp_path: Path) -> None:
    with Receiver(Setup(tls=True, client_certificate=True)) as register, Receiver(Setup(tls=True)) as other:
        agent, token = agent_of(register, tmp_path), register.issue_token(LAO)
        for refused in (None, written(tmp_path / "other.pem", *other.client_certificate())):
            agent.session = requests.Session()
            agent.session.trust_env = False
            agent.session.verify = str(tmp_path / "ca.pem")
            agent.session.cert = refused
            with pytest.raises(requests.exceptions.ConnectionError):
                agent.enrol(token)
        assert register.requests == ()
        agent.session.cert = written(tmp_path / "client.pem", *register.client_certificate("เทศบาล"))
        assert agent.enrol(token).status_code == 201


def test_plain_words_at_a_tls_port_harm_nobody(register: Receiver, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", int(register.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        try:
            assert b"HTTP" not in connection.recv(100)
        except ConnectionResetError:
            pass  # broken off is refused, too
    assert agent_of(register, tmp_path).enrol(register.issue_token(LAO)).status_code == 201


@pytest.mark.parametrize("kind", ["commit_then_reset", "reset_mid_answer", "reset_before_answer", "hang"])
def test_breaking_and_hanging_work_under_tls_too(register: Receiver, tmp_path: Path, kind: str) -> None:
    agent = agent_of(register, tmp_path)
    agent.enrol(register.issue_token(LAO))
    report = agent.report(camera("a"))
    register.fault(kind)
    with pytest.raises(requests.RequestException):
        agent.send(report, timeout_s=0.3)
    kept = kind in ("commit_then_reset", "reset_mid_answer")
    assert agent.send(report).json()["status"] == ("duplicate" if kept else "accepted")


@pytest.mark.parametrize(("kind", "most"), [("drip", 20), ("huge_answer", 5_000_000)])
def test_answers_without_end_work_under_tls_too(register: Receiver, tmp_path: Path, kind: str, most: int) -> None:
    agent = agent_of(register, tmp_path)
    agent.enrol(register.issue_token(LAO))
    register.fault(kind, delay_s=0.002)
    with agent.session.send(
        agent.prepared(agent.report(camera("a"))), stream=True, timeout=10, verify=agent.session.verify
    ) as answer:
        taken = 0
        for part in answer.iter_content(65_536 if most > 65_536 else 1):
            taken += len(part)
            if taken >= most:
                break
    assert taken >= most


def test_a_register_without_tls_gives_no_certificates() -> None:
    with Receiver() as register:
        assert register.ca_pem == b""
        with pytest.raises(ValueError):
            register.client_certificate()
