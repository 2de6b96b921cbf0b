"""Enrolment with a one-time token and the change of keys, against a register over real sockets."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.enrolment import enrol as enrolling
from cctv_probe.agent.enrolment.enrol_words import EnrolError
from cctv_probe.agent.enrolment.identity import load_enrolled
from cctv_probe.agent.enrolment.keys import id_of, load_key
from cctv_probe.agent.enrolment.rotate import Moment, RotationError, rotate
from cctv_probe.agent.upload.route_words import RouteError
from cctv_probe.contract.enrolment import signed_answer
from cctv_probe.contract.keys import public_key_text
from cctv_probe.contract.read_json import read_json
from cctv_probe.contract.token import new_token
from cctv_probe.simulator.register import Receiver
from cctv_probe.simulator.register.enrolment import Enrolment
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.deadline import Deadline
from tests.protocol.uploading import LAO, OTHER_LAO, Agent, receiver

ENROL = "/api/v1/enrol"
KEYS = "/api/v1/keys"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def register(clock: FakeClock) -> Iterator[Receiver]:
    with receiver(clock) as register:
        yield register


@pytest.fixture
def agent(tmp_path: Path, register: Receiver, clock: FakeClock) -> Agent:
    return Agent(tmp_path, register.url, clock, within_s=3.0)


def _refusal(agent: Agent, token: str, lao_code: str = LAO) -> EnrolError:
    with pytest.raises(EnrolError) as caught:
        agent.enrol(token, lao_code)
    assert token not in caught.value.text.en + caught.value.text.th
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in caught.value.text.th)
    assert not agent.places.identity.exists()
    return caught.value


# --- Enrolment --------------------------------------------------------------------------------------------------------


def test_after_enrolment_the_first_request_succeeds(agent: Agent, register: Receiver) -> None:
    identity = agent.enrol(register.issue_token(LAO))
    assert (identity.lao_code, identity.name) == (LAO, "เทศบาลนครสมุทรสาคร")
    assert agent.identity == identity
    assert stat.S_IMODE(agent.places.key.stat().st_mode) == 0o600
    assert register.keys(identity.agent_id) == {id_of(load_key(agent.places.key)): "active"}
    agent.report("a")
    assert agent.step().what == "delivered"


def test_the_token_may_be_typed_as_people_type(agent: Agent, register: Receiver) -> None:
    typed = register.issue_token(LAO).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert agent.enrol(typed).lao_code == LAO


@pytest.mark.parametrize(
    "fault", ["commit_then_reset", "reset_mid_answer", "reset_before_answer", "hang", "html_200", "503"]
)
def test_a_lost_answer_costs_nothing(agent: Agent, register: Receiver, fault: str) -> None:
    agent.within_s = 1.0
    token = register.issue_token(LAO)
    register.fault(fault, path=ENROL)
    assert _refusal(agent, token).code == "unavailable"
    agent.within_s = 5.0
    identity = agent.enrol(token)
    assert register.agents() == {identity.agent_id: LAO}
    assert list(register.keys(identity.agent_id).values()) == ["active"]


def test_a_wrong_token(agent: Agent, register: Receiver) -> None:
    assert _refusal(agent, new_token(LAO, bytes(16)).text).code == "token_wrong"
    assert register.agents() == {}


def test_an_expired_token(agent: Agent, register: Receiver, clock: FakeClock) -> None:
    token = register.issue_token(LAO)
    clock.advance(14 * 86_400 + 1)
    assert _refusal(agent, token).code == "token_expired"


def test_a_used_token(agent: Agent, register: Receiver, tmp_path: Path) -> None:
    token = register.issue_token(LAO)
    Agent(tmp_path / "first", register.url, agent.clock).enrol(token)
    assert _refusal(agent, token).code == "token_used"


def test_a_token_of_another_municipality_never_leaves(agent: Agent, register: Receiver) -> None:
    error = _refusal(agent, register.issue_token(OTHER_LAO))
    assert error.code == "other_municipality"
    assert OTHER_LAO in error.text.en
    assert LAO in error.text.en
    assert register.requests == ()


def test_a_register_that_answers_for_another_municipality_is_not_believed(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = register.issue_token(LAO)

    def other(data: bytes, most: int) -> object:
        return {**read_json(data, most), "lao_code": OTHER_LAO}

    monkeypatch.setattr(enrolling, "read_json", other)
    assert _refusal(agent, token).code == "other_municipality"


def test_nobody_there(agent: Agent, register: Receiver) -> None:
    token = register.issue_token(LAO)
    register.stop()
    assert _refusal(agent, token).code == "unavailable"
    register.start()
    agent.enrol(token)


def test_a_wrong_authority(tmp_path: Path, clock: FakeClock) -> None:
    with receiver(clock, tls=True) as register:
        agent = Agent(tmp_path, register.url, clock)
        error = _refusal(agent, register.issue_token(LAO))
        assert (error.code, "ca_file" in error.text.en) == ("unavailable", True)


def test_an_enrolment_cut_off_between_its_two_files_is_finished(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = register.issue_token(LAO)

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(enrolling, "load_enrolled", dies)
    with pytest.raises(KeyboardInterrupt):
        agent.enrol(token)
    monkeypatch.undo()
    assert not agent.places.key.exists()
    agent.report("a")
    assert agent.step().what == "delivered"
    assert agent.places.key.exists()


def test_a_new_enrolment_replaces_the_old_only_once_confirmed(agent: Agent, register: Receiver) -> None:
    first = agent.enrol(register.issue_token(LAO))
    register.fault("503", path=ENROL)
    token = register.issue_token(LAO)
    with pytest.raises(EnrolError):
        agent.enrol(token)
    agent.report("a")
    assert agent.step().what == "delivered"
    assert agent.identity == first
    second = agent.enrol(token)
    assert second.agent_id != first.agent_id
    agent.report("b")
    assert agent.step().what == "delivered"
    assert {report.agent_id for report in register.reports()} == {first.agent_id, second.agent_id}


def test_no_secret_is_written_where_it_does_not_belong(agent: Agent, register: Receiver) -> None:
    token = register.issue_token(LAO)
    agent.enrol(token)
    secret = load_key(agent.places.key).private_bytes_raw()
    for file in agent.places.folder.iterdir():
        if file.is_file():
            content = file.read_bytes()
            assert token.encode() not in content
            assert secret.hex().encode() not in content
            assert file == agent.places.key or b"PRIVATE" not in content
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    assert "PRIVATE" not in repr(load_enrolled(agent.places))


class _Cut(BaseException):
    """The power goes."""


def _cut_at(monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool) -> None:
    """The power goes at the `number`-th file that is put in its place, just before or just after."""
    real, count = Path.replace, itertools.count(1)

    def replace(path: Path, target: Path) -> Path:
        if next(count) != number:
            return real(path, target)
        if after:
            real(path, target)
        raise _Cut

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 7))
def test_an_enrolment_cut_off_at_any_file_can_be_given_again(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    token = register.issue_token(LAO)
    _cut_at(monkeypatch, number, after=after)
    try:
        agent.enrol(token)
        assert number > 5  # key, request, identity, key, link
    except _Cut:
        pass
    monkeypatch.undo()
    if not agent.places.identity.exists():
        agent.enrol(token)
    agent.report("a")
    assert agent.deliver()[-1].what == "delivered"
    assert list(register.agents()) == [agent.identity.agent_id]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_rotation_cut_off_at_any_file_is_finished(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    agent.enrol(register.issue_token(LAO))
    _cut_at(monkeypatch, number, after=after)
    try:
        rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
        assert number > 4  # next key, identity, key, identity
    except _Cut:
        pass
    monkeypatch.undo()
    agent.report("a")
    assert agent.deliver()[-1].what == "delivered"
    assert not agent.places.next_key.exists()
    active = [name for name, state in register.keys(agent.identity.agent_id).items() if state == "active"]
    assert active == [id_of(load_key(agent.places.key))]


# --- Rotation ---------------------------------------------------------------------------------------------------------


def test_a_key_is_replaced_after_90_days(agent: Agent, register: Receiver) -> None:
    agent.enrol(register.issue_token(LAO))
    before = id_of(load_key(agent.places.key))
    agent.clock.advance(89 * 86_400)
    agent.report("a")
    assert [step.what for step in agent.deliver()] == ["delivered"]
    agent.clock.advance(86_400)
    agent.report("b")
    assert [step.what for step in agent.deliver()] == ["rotated", "delivered"]
    after = id_of(load_key(agent.places.key))
    assert register.keys(agent.identity.agent_id) == {before: "retired", after: "active"}
    assert not agent.places.next_key.exists()
    assert agent.notes.events().count("key_rotated") == 1


@pytest.mark.parametrize("instant", ["made", "noted", "asked", "answered", "moved"])
def test_a_rotation_cut_off_at_any_instant_is_finished(agent: Agent, register: Receiver, instant: Moment) -> None:
    agent.enrol(register.issue_token(LAO))

    def passed(moment: Moment) -> None:
        if moment == instant:
            raise _Cut

    with pytest.raises(_Cut):
        rotate(
            agent.places,
            agent.register(),
            agent.clock,
            offset_s=None,
            deadline=Deadline.after(5),
            passed=passed,
        )
    agent.report("a")
    steps = [step.what for step in agent.deliver()]
    assert steps[-1] == "delivered"
    assert not agent.places.next_key.exists()
    active = [name for name, state in register.keys(agent.identity.agent_id).items() if state == "active"]
    assert active == [id_of(load_key(agent.places.key))]
    assert len(register.keys(agent.identity.agent_id)) == 2


@pytest.mark.parametrize("fault", ["commit_then_reset", "reset_before_answer", "html_200", "503", "json_200"])
def test_a_rotation_whose_answer_is_lost_is_asked_again(agent: Agent, register: Receiver, fault: str) -> None:
    agent.enrol(register.issue_token(LAO))
    agent.clock.advance(90 * 86_400)
    register.fault(fault, path=KEYS)
    row = agent.report("a")
    agent.step()
    assert "key_rotation_failed" in agent.notes.events()
    agent.deliver()
    agent.clock.advance(2 * 3600)
    agent.step()
    assert agent.state_of(row) == "acked"
    assert "gate_closed" not in agent.notes.events()
    assert not agent.places.next_key.exists()
    assert "rotation" not in [trouble.code for trouble in agent.link.troubles]
    active = [name for name, state in register.keys(agent.identity.agent_id).items() if state == "active"]
    assert active == [id_of(load_key(agent.places.key))]


def test_an_answer_that_another_key_signed_brings_in_no_key_of_its_own(
    agent: Agent, register: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.enrol(register.issue_token(LAO))
    known = agent.identity.register_keys
    stranger = Ed25519PrivateKey.generate()
    theirs = [{"id": id_of(stranger), "public_key": public_key_text(stranger.public_key())}]
    with monkeypatch.context() as between:
        between.setattr(
            Enrolment, "_signed", lambda _, said: signed_answer({**said, "register_keys": theirs}, stranger)
        )
        with pytest.raises(RotationError):
            rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
    assert agent.identity.register_keys == known
    rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
    assert agent.identity.register_keys == known


def test_a_revoked_key_cannot_rotate_itself_back(agent: Agent, register: Receiver) -> None:
    agent.enrol(register.issue_token(LAO))
    register.revoke(agent.identity.agent_id)
    with pytest.raises(RotationError) as caught:
        rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
    assert caught.value.status == 401
    register.stop()
    with pytest.raises(RouteError):
        rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
    assert set(register.keys(agent.identity.agent_id).values()) == {"revoked"}


def test_a_key_of_nobody_in_the_place_of_the_next_is_never_used(agent: Agent, register: Receiver) -> None:
    agent.enrol(register.issue_token(LAO))
    agent.places.next_key.write_bytes(b"half a file")
    agent.report("a")
    agent.deliver()
    assert len(register.reports()) == 1
    assert not agent.places.next_key.exists()
    identity = json.loads(agent.places.identity.read_text())
    assert id_of(load_key(agent.places.key)) in identity["keys_made"]


def test_a_rotation_goes_by_the_registers_time(agent: Agent, register: Receiver) -> None:
    agent.enrol(register.issue_token(LAO))
    agent.clock = FakeClock(agent.clock.now() + timedelta(days=1))
    done = rotate(agent.places, agent.register(), agent.clock, offset_s=None, deadline=Deadline.after(5))
    assert done.offset_s is not None
    assert abs(done.offset_s + 86_400) < 1
