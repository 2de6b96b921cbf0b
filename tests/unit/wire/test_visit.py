"""The notebook of a visit, its budget and the folder of a run: failures become rows, and nothing secret is written."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Host
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import FakeClock, utc_text
from cctv_probe.wire.deadline import Budget, Deadline
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate
from cctv_probe.wire.redaction import MARK, Redactor
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.visit import Visit

SECRET = "s3cret@:/?#%"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    made = RunFolder(tmp_path / "run", Redactor(frozenset({SECRET}), frozenset({"survey"})), FakeClock())
    yield made
    made.close()


@pytest.fixture
def visit(tmp_path: Path, folder: RunFolder) -> Iterator[Visit]:
    ledger = Ledger(tmp_path / "logins.sqlite", FakeClock())
    budget = Budget(5, 1000)
    login = DeviceLogin(("address:127.0.0.1",), None, ledger, GroupGate())
    http = HttpClient("127.0.0.1", budget)
    yield Visit(Host("127.0.0.1"), budget, FakeClock(), folder, login, http, lambda _: nullcontext())
    ledger.close()


def fails() -> int:
    raise StepError(Ending.REFUSED, Text(en=f"says {SECRET}\x1b[31m", th=f"บอกว่า {SECRET}"))


def breaks() -> int:
    raise KeyError(SECRET)


def test_a_step_that_fails_is_a_row_and_the_next_goes_on(visit: Visit) -> None:
    assert visit.step("one", lambda: 1) == 1
    assert visit.step(f"two {SECRET}", fails) is None
    assert visit.last_ending() is Ending.REFUSED
    assert visit.step("three", breaks) is None
    assert visit.step("four", lambda: 4) == 4
    assert [(one.step, one.ending) for one in visit.attempts] == [
        ("one", Ending.OK), (f"two {MARK}", Ending.REFUSED), ("three", Ending.BUG), ("four", Ending.OK)
    ]  # fmt: skip
    assert visit.attempts[1].line == Text(en=f"says {MARK}[31m", th=f"บอกว่า {MARK}")
    assert "KeyError" in visit.attempts[2].line.en
    assert SECRET not in repr(visit.attempts)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("plain", ["plain"]),
        (f"rtsp://survey:{SECRET}@10.0.0.1/live", ["rtsp://10.0.0.1/live"]),
        ("Evil\x1b[31m\u202eMaker\x00", ["Evil[31mMaker"]),
        (("onvif://x/" + SECRET, "\x07", "ไทย\u200b"), [("onvif://x/" + MARK, "ไทย")]),
        (25.0, [25.0]),
        (False, [False]),
        (0, [0]),
        (None, []),
        ("", []),
        ("\x00\n", []),
        ((), []),
        (("\x00",), []),
        ("x" * 10_000, ["x" * 500]),
    ],
)
def test_a_fact_is_kept_without_secrets_and_control_characters(visit: Visit, value: object, kept: list[object]) -> None:
    visit.note("device", "model", value, "test", Standing.CONFIGURED)  # type: ignore[arg-type] # values of every kind
    assert [item.value for item in visit.known("device", "model")] == kept


def test_a_finding_is_written_down_once(visit: Visit) -> None:
    for _ in range(2):
        visit.find("code", "low", Text(en=f"a {SECRET}", th="ก"))
    (finding,) = visit.findings
    assert finding.text.en == f"a {MARK}"


def test_raw_answers_are_kept_redacted_under_their_own_hash(folder: RunFolder) -> None:
    name = folder.keep(f"<a>{SECRET} survey</a>".encode())
    kept = (folder.path / "evidence" / name[0] / name).read_bytes()
    assert kept == f"<a>{MARK} {MARK}</a>".encode()
    assert hashlib.sha256(kept).hexdigest() == name
    assert folder.keep(f"<a>{SECRET} survey</a>".encode()) == name


def test_every_question_is_in_the_audit_log_without_secrets(folder: RunFolder) -> None:
    folder.asked("10.0.0.1", f"rtsp.DESCRIBE rtsp://a:{SECRET}@10.0.0.1/ก", login=True, outcome="ok")
    folder.close()
    folder.asked("10.0.0.1", "after the end", login=False, outcome="ok")
    (line,) = (folder.path / "audit.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "at_utc": "2026-11-23T02:00:00.000Z", "address": "10.0.0.1", "step": "rtsp.DESCRIBE rtsp://10.0.0.1/ก", "login": True,
        "outcome": "ok",
    }  # fmt: skip


def test_a_budget_gives_each_step_the_lesser_of_its_wish_and_what_is_left() -> None:
    budget = Budget(10, 100)
    assert 4 < budget.deadline(5).remaining_s() <= 5
    assert 9 < budget.deadline(50).remaining_s() <= 10
    assert (budget.cap_bytes(60), budget.cap_bytes(200)) == (60, 100)
    budget.spend_bytes(100)
    with pytest.raises(StepError) as raised:
        budget.deadline(1)
    assert raised.value.ending is Ending.BUDGET_SPENT


def test_a_budget_ends_with_its_time_or_when_the_user_stops() -> None:
    with pytest.raises(StepError) as raised:
        Budget(0, 100).deadline(1)
    assert raised.value.ending is Ending.BUDGET_SPENT
    stop = threading.Event()
    budget = Budget(10, 100, stop)
    stop.set()
    with pytest.raises(StepError) as raised:
        budget.deadline(1)
    assert raised.value.ending is Ending.INTERRUPTED


def test_a_deadline_that_has_passed_is_a_time_out() -> None:
    assert Deadline.after(5).check() > 4
    late = Deadline(time.monotonic() - 1)
    assert late.remaining_s() == 0
    with pytest.raises(StepError) as raised:
        late.check()
    assert raised.value.ending is Ending.TIMEOUT


def test_a_fake_clock_moves_when_told() -> None:
    clock = FakeClock()
    clock.advance(90)
    assert (utc_text(clock.now()), clock.monotonic()) == ("2026-11-23T02:01:30Z", 90.0)
