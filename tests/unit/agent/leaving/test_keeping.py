"""The state on disk, and the way of a scan into the outbox: killed anywhere, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.leaving import pass_on as passing
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.pass_on import pass_on
from cctv_probe.agent.leaving.present import (
    FILE,
    DamagedStateError,
    Present,
    from_bytes,
    load_present,
    save_present,
    to_bytes,
)
from cctv_probe.agent.leaving.report import Author
from cctv_probe.agent.leaving.review import NotNotedError, approve, summary, waiting_lines
from cctv_probe.agent.outbox import Outbox, OutboxLimits
from cctv_probe.contract.report import GapBody, ReportBody
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.leaving.towns import after, camera, survey

AUTHOR = Author("01920000-0000-7000-8000-000000000009", "05810109", "cctv-probe 0.1.0")


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.sqlite", FakeClock(), OutboxLimits(free_disk_bytes=0))


def passed(tmp_path: Path, outbox: Outbox, told: dict[str, Any], **more: Any) -> passing.Passed:
    return pass_on(told, "reading", folder=tmp_path, outbox=outbox, author=AUTHOR, guard=Guard(), **more)


def bodies(outbox: Outbox) -> list[dict[str, Any]]:
    return [json.loads(outbox.body(row.report_id)) for row in sorted(outbox.rows(), key=lambda row: row.seq)]


def test_the_state_comes_back_from_its_file_which_is_for_its_owner_only(tmp_path: Path) -> None:
    present = after((survey([camera(1), camera(2)], 0), "reading"), (survey([camera(2)], 1), "reading"))
    save_present(present, tmp_path)
    assert load_present(tmp_path) == present
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert to_bytes(load_present(tmp_path)) == to_bytes(present)


def test_a_damaged_file_is_moved_aside(tmp_path: Path) -> None:
    save_present(after((survey([camera(1)], 0), "reading")), tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: len(whole) // 2])
    assert load_present(tmp_path) == Present()
    assert [path.name for path in tmp_path.iterdir()] == [f"{FILE}.damaged"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(0, 255))
def test_whatever_the_file_holds_only_its_own_error_is_raised(noise: bytes, at: int, byte: int) -> None:
    whole = bytearray(to_bytes(Present(runs=("a",), confirmed={"reading": "2026-11-01T02:00:00Z"})))
    whole[at % len(whole)] = byte
    for content in (noise, bytes(whole)):
        with suppress(DamagedStateError):
            assert isinstance(from_bytes(content), Present)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError) as raised:
        save_present(Present(), tmp_path / "nowhere")
    assert "nowhere" in raised.value.text.en


def test_reports_follow_each_other_and_carry_only_what_is_new(tmp_path: Path, outbox: Outbox) -> None:
    passed(tmp_path, outbox, survey([camera(1), camera(2)], 0))
    passed(tmp_path, outbox, survey([camera(1), camera(2), camera(3)], 1))
    first, second = bodies(outbox)
    assert ([each["id"] for each in first["records"]], len(first["manifest"])) == (
        ["serial:SN000001", "serial:SN000002"],
        2,
    )
    assert ([each["id"] for each in second["records"]], len(second["manifest"])) == (["serial:SN000003"], 3)
    assert (first["seq"], second["seq"]) == (1, 2)
    assert second["previous"] == outbox.row(first["report_id"]).digest
    assert all(ReportBody.model_validate(body) for body in (first, second))


def test_promise_1_a_scan_passed_on_twice_is_reported_once(tmp_path: Path, outbox: Outbox) -> None:
    told = survey([camera(1)], 0)
    once, again = passed(tmp_path, outbox, told), passed(tmp_path, outbox, told)
    assert (once.again, again.again, len(outbox.rows())) == (False, True, 1)
    assert once.noted()["cameras"] == 1


def test_promise_1_killed_between_outbox_and_state_nothing_is_lost_or_doubled(
    tmp_path: Path, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, state = survey([camera(1), camera(2)], 0), tmp_path

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(passing, "save_present", killed)
        with pytest.raises(KeyboardInterrupt):
            passed(state, outbox, told)
    assert load_present(state) == Present()
    passed(state, outbox, told)
    (body,) = bodies(outbox)
    kept = load_present(state)
    assert {each["id"]: each["digest"] for each in body["manifest"]} == {
        name: sent.digest for name, sent in kept.sent.items()
    }
    passed(state, outbox, survey([camera(1), camera(2)], 1))
    assert bodies(outbox)[1]["records"] == []


def test_what_the_outbox_refuses_is_carried_by_the_next_report(tmp_path: Path) -> None:
    told = survey([camera(1)], 0)
    full = Outbox(tmp_path / "outbox.sqlite", FakeClock(), OutboxLimits(free_disk_bytes=10), free_bytes=lambda: 5)
    assert passed(tmp_path, full, told).report_id is None
    roomy = Outbox(tmp_path / "outbox.sqlite", FakeClock(), OutboxLimits(free_disk_bytes=0))
    passed(tmp_path, roomy, survey([camera(1)], 1))
    (row,) = [row for row in roomy.rows() if row.kind == "report" and row.body_kept]
    assert [each["id"] for each in json.loads(roomy.body(row.report_id))["records"]] == ["serial:SN000001"]


def test_held_reports_wait_for_a_name_in_the_audit_log(tmp_path: Path, outbox: Outbox) -> None:
    held = passed(tmp_path, outbox, survey([camera(1)], 0), held=True).report_id
    assert held is not None
    assert outbox.next_due() is None
    noted: list[dict[str, object]] = []

    def refuses(event: str, **facts: object) -> bool:
        return False

    def notes(event: str, **facts: object) -> bool:
        noted.append({"event": event, **facts})
        return True

    with pytest.raises(NotNotedError):
        approve(outbox, [held], "somchai", refuses)
    assert outbox.next_due() is None
    assert approve(outbox, [held], "somchai", notes) == (held,)
    due = outbox.next_due()
    assert due is not None
    assert due.report_id == held
    assert noted == [{"event": "report_approved", "report_id": held, "approver": "somchai"}]


def test_a_summary_says_what_leaves_and_what_stays(tmp_path: Path, outbox: Outbox) -> None:
    closed = replace(camera(7), scope_class="closed")
    passed(tmp_path, outbox, survey([camera(1), closed], 0), held=True)
    (body,) = bodies(outbox)
    said = list(summary(body))
    english, thai = "\n".join(each.en for each in said), "\n".join(each.th for each in said)
    assert "It names 1 cameras" in english
    assert "Only the number leaves of 1 cameras in closed places" in english
    assert "ตลาด 1" in english
    assert "รหัสผ่าน" in thai
    assert "SN000007" not in json.dumps(body)
    assert "1 of them for approval" in next(iter(waiting_lines(outbox.rows()))).en


def test_a_gap_is_summed_up_too() -> None:
    gap = {"kind": "gap", "report_id": "x", "seq": 3, "gap": {"count": 4, "reason": "cap_age"}}
    assert "4 bodies" in list(summary(gap))[1].en
    assert GapBody.model_fields["kind"].is_required()
