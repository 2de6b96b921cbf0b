"""`cctv-probe agent enrol` and `rotate` as a person types them: one sentence and an exit code for each way they end."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.enrolment.identity import load_enrolled, load_identity
from cctv_probe.agent.places import Places
from cctv_probe.cli import exits
from cctv_probe.cli.agent.enrol import enrol
from cctv_probe.cli.agent.rotate import rotate
from cctv_probe.cli.exits import Stop
from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.keys import key_id_of, public_key_from, public_key_text
from cctv_probe.contract.token import new_token
from cctv_probe.simulator.register import Receiver, Setup

LAO = "74010000"


@dataclass
class Site:
    """A configured machine. `told` is what stood on the screen."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    url: str | None = None
    told: str = ""
    errors: list[str] = field(default_factory=list)

    def configure(self, lao_code: str | None = LAO, **register: str) -> None:
        scope = {"version": "1", "ranges": [{"range": "127.0.0.0/24"}], "lao_code": lao_code}
        (self.folder / "scope.yaml").write_text(json.dumps({name: value for name, value in scope.items() if value}))
        agent: dict[str, Any] = {"version": "1", "scope": "scope.yaml", "state": "state"}
        if self.url:
            agent["register"] = {"url": self.url, **register}
        (self.folder / "agent.yaml").write_text(json.dumps(agent))

    @property
    def places(self) -> Places:
        return Places(self.folder / "state")

    def enrol(self, typed: str = "", **options: Any) -> int:
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return self._run(lambda: enrol(config=self.folder / "agent.yaml", **options))

    def rotate(self) -> int:
        return self._run(lambda: rotate(config=self.folder / "agent.yaml"))

    def _run(self, command: Any) -> int:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                command()
                code = 0
            except Stop as stop:
                code = stop.code
                out.write("\n".join(stop.text.pair()))
        self.told = out.getvalue()
        assert code == 0 or any("\u0e00" <= letter <= "\u0e7f" for letter in self.told)
        return code


@pytest.fixture
def register() -> Iterator[Receiver]:
    with Receiver(Setup(lao_names={LAO: "เทศบาลนครสมุทรสาคร"})) as register:
        yield register


@pytest.fixture
def site(tmp_path: Path, register: Receiver, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name in ("CCTV_PROBE_STATE_DIR", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    site = Site(tmp_path, monkeypatch, register.url)
    site.configure()
    return site


def test_a_token_from_standard_input_enrols(site: Site, register: Receiver) -> None:
    token = register.issue_token(LAO)
    assert site.enrol(f"\n  {token} \n") == exits.ALL_READ
    assert "เทศบาลนครสมุทรสาคร" in site.told
    assert token not in site.told
    assert load_enrolled(site.places).identity.agent_id in register.agents()
    assert "enrolled" in site.places.audit.read_text()
    assert token not in site.places.audit.read_text()


def test_a_token_from_a_file_enrols(site: Site, register: Receiver) -> None:
    path = site.folder / "token.txt"
    path.write_bytes(b"\xef\xbb\xbf" + register.issue_token(LAO).encode() + b"\r\n")
    assert site.enrol(token_file=path) == exits.ALL_READ


def test_enrolled_twice_is_said_and_changes_nothing(site: Site, register: Receiver) -> None:
    site.enrol(register.issue_token(LAO))
    before = load_identity(site.places)
    assert site.enrol() == exits.ALL_READ
    assert "already" in site.told
    assert load_identity(site.places) == before
    assert site.enrol(register.issue_token(LAO), again=True) == exits.ALL_READ
    after = load_identity(site.places)
    assert after is not None
    assert before is not None
    assert after.agent_id != before.agent_id


@pytest.mark.parametrize(
    ("typed", "code", "word"),
    [
        ("", exits.USAGE, "No token"),
        ("74010000-AAAAA", exits.USAGE, "characters"),
        ("x" * 5000, exits.USAGE, "characters"),
        (new_token(LAO, bytes(16)).text, exits.NOTHING_DONE, "does not know this token"),
        (new_token("50010000", bytes(16)).text, exits.NOTHING_DONE, "50010000"),
    ],
)
def test_a_wrong_token_is_one_sentence(site: Site, typed: str, code: int, word: str) -> None:
    assert site.enrol(typed) == code
    assert word in site.told
    assert load_identity(site.places) is None


def test_an_unreachable_register_has_its_own_exit_code(site: Site, register: Receiver) -> None:
    token = register.issue_token(LAO)
    register.stop()
    assert site.enrol(token) == exits.CENTRAL_UNAVAILABLE
    register.start()
    assert site.enrol(token) == exits.ALL_READ


def test_what_is_missing_in_the_configuration_is_named(site: Site) -> None:
    site.configure(lao_code=None)
    assert site.enrol() == exits.CONFIGURATION
    assert "lao_code" in site.told
    site.url = None
    site.configure()
    assert site.enrol() == exits.CONFIGURATION
    assert "register" in site.told
    site.url = "https://127.0.0.1:1"
    site.configure(ca_file="missing.pem")
    assert site.enrol() == exits.CONFIGURATION
    assert "missing.pem" in site.told


def test_a_configuration_that_now_names_another_register_is_said(site: Site, register: Receiver) -> None:
    site.enrol(register.issue_token(LAO))
    site.url = "https://other.example"
    site.configure()
    assert site.enrol() == exits.CONFIGURATION
    assert "--again" in site.told


def test_a_state_folder_that_cannot_be_written_is_named(site: Site, register: Receiver) -> None:
    (site.folder / "state").write_text("a file in its way")
    assert site.enrol(register.issue_token(LAO)) in (exits.PERMISSION, exits.NOTHING_DONE)
    assert "state" in site.told


def test_the_key_is_replaced_on_request(site: Site, register: Receiver) -> None:
    assert site.rotate() == exits.NOTHING_DONE
    assert "agent enrol" in site.told
    site.enrol(register.issue_token(LAO))
    before = load_enrolled(site.places).key_id
    assert site.rotate() == exits.ALL_READ
    assert load_enrolled(site.places).key_id != before
    register.stop()
    assert site.rotate() == exits.CENTRAL_UNAVAILABLE


def test_a_site_without_a_way_out_enrols_by_files(site: Site) -> None:
    site.url = None
    site.configure()
    token = new_token(LAO, bytes(range(16)))
    request_file = site.folder / "request.json"
    assert site.enrol(token.text, write_request=request_file) == exits.ALL_READ
    assert request_file.stat().st_mode & 0o077 == 0
    carried = json.loads(request_file.read_bytes())
    request = carried["request"]
    key = public_key_from(request["public_key"])
    key.verify(base64.b64decode(carried["signature"]), canonical(request))
    assert (carried["kind"], request["token"], request["lao_code"]) == ("enrolment", token.text, LAO)
    theirs = Ed25519PrivateKey.generate().public_key()
    answer = {
        "contract": 1,
        "agent_id": request["agent_id"],
        "lao_code": LAO,
        "name": "เทศบาล",
        "register_utc": "2026-11-23T02:00:00Z",
        "register_keys": [{"id": key_id_of(theirs), "public_key": public_key_text(theirs)}],
        "pace_s": None,
    }
    file = site.folder / "answer.json"
    other = "01900000-0000-7000-8000-000000000001"
    refused = ({**answer, "agent_id": other}, {**answer, "lao_code": "50010000"}, {**answer, "register_keys": []}, None)
    for wrong in refused:
        file.write_text(json.dumps({"contract": 1, "kind": "enrolment_answer", "answer": wrong}))
        assert site.enrol(answer=file) == exits.NOTHING_DONE
        assert load_identity(site.places) is None
    file.write_bytes(canonical({"contract": 1, "kind": "enrolment_answer", "answer": answer}))
    assert site.enrol(answer=file) == exits.ALL_READ
    assert load_enrolled(site.places).identity.agent_id == request["agent_id"]
    assert key_id_of(key) == load_enrolled(site.places).key_id
