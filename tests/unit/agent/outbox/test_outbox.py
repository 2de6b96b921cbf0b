"""What is accepted is on disk, keeps its id and its bytes, and goes out in order until its receipt is here."""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.agent.outbox import Outbox, OutboxError, inspect
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.outbox.bodies import HEADING, Say, days, deliver, outbox, put, receipt


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def box(tmp_path: Path, clock: FakeClock) -> Outbox:
    return outbox(tmp_path, clock)


def test_each_body_names_the_one_before_it(box: Outbox) -> None:
    made = [put(box, f"run {number}") for number in range(3)]
    bodies = [json.loads(box.body(row.report_id)) for row in made]
    assert [body["seq"] for body in bodies] == [1, 2, 3]
    assert [body["previous"] for body in bodies] == [None, made[0].digest, made[1].digest]
    assert [body["report_id"] for body in bodies] == [row.report_id for row in made]
    assert box.verify() == []


def test_the_digest_is_that_of_the_canonical_bytes_and_compressing_is_repeatable(box: Outbox) -> None:
    row = put(box, "one")
    sent = box.compressed(row.report_id)
    assert gzip.decompress(sent) == box.body(row.report_id)
    assert hashlib.sha256(box.body(row.report_id)).hexdigest() == row.digest
    assert sent[4:8] == bytes(4), "no time of compression in it"
    assert row.bytes == len(sent)


def test_the_same_run_is_accepted_once(box: Outbox, tmp_path: Path) -> None:
    first = put(box, "run")
    assert put(box, "run") == first
    assert put(outbox(tmp_path), "run").report_id == first.report_id
    assert len(box.rows()) == 1


def test_the_head_of_the_chain_lies_beside_the_file(box: Outbox) -> None:
    row = put(box, "run")
    head = json.loads(box.chain.read_text())
    assert (head["seq"], head["digest"], head["heading"]) == (1, row.digest, HEADING)


def test_everything_is_for_its_own_user_only(box: Outbox, tmp_path: Path) -> None:
    put(box, "run")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_writer_that_contradicts_its_slot_is_refused_and_nothing_is_kept(box: Outbox) -> None:
    with pytest.raises(ValueError, match="seq"):
        box.enqueue("report", lambda slot: {**HEADING, "seq": slot.seq + 1}, run_id=None)
    with pytest.raises(ValueError, match="kind"):
        box.enqueue("report", lambda slot: {**HEADING, "kind": "gap"}, run_id=None)
    assert box.rows() == []


def test_what_a_writer_raises_is_passed_on_as_it_is(box: Outbox) -> None:
    def unreadable(_: object) -> dict[str, Any]:
        raise FileNotFoundError("survey.json")

    with pytest.raises(FileNotFoundError, match=r"survey\.json"):
        box.enqueue("report", unreadable, run_id="run")
    assert put(box, "run").seq == 1


def test_the_oldest_goes_first_and_one_that_waits_holds_up_nothing(box: Outbox, clock: FakeClock) -> None:
    first, second, third = (put(box, f"run {number}") for number in range(3))
    assert box.next_due() == first
    box.begin(first.report_id)
    box.retry(first.report_id, clock.now() + timedelta(seconds=60), "connection refused")
    assert box.next_due() == second
    box.begin(second.report_id)
    box.acked(second.report_id, receipt(second))
    assert box.next_due() == third
    clock.advance(60)
    due = box.next_due()
    assert due is not None
    assert (due.seq, due.attempts, due.status) == (first.seq, 1, "connection refused")


def test_next_due_at_tells_when(box: Outbox, clock: FakeClock) -> None:
    assert box.next_due_at() is None
    row = put(box, "run")
    assert box.next_due_at() == clock.now()
    at = clock.now() + timedelta(minutes=10)
    box.begin(row.report_id)
    assert box.next_due_at() is None
    box.retry(row.report_id, at, "busy")
    assert box.next_due_at() == at
    assert box.next_due() is None
    assert box.next_due(at) is not None


def test_promise_4_only_a_receipt_that_names_report_and_digest_counts(box: Outbox) -> None:
    row, other = put(box, "run"), put(box, "other")
    box.begin(row.report_id)
    for wrong in ({}, receipt(other), {**receipt(row), "digest": "0" * 64}, {**receipt(row), "report_id": "?"}):
        with pytest.raises(OutboxError) as told:
            box.acked(row.report_id, wrong)
        assert told.value.code == "not_a_receipt"
    assert box.receipts() == []
    assert box.next_due() is not None


def test_promise_12_receipts_stay_for_ever_bodies_for_seven_days(box: Outbox, clock: FakeClock) -> None:
    row = put(box, "run")
    deliver(box)
    clock.advance(days(6.9))
    assert box.housekeeping().bodies_removed == 0
    assert box.body(row.report_id)
    clock.advance(days(0.2))
    assert box.housekeeping().bodies_removed == 1
    with pytest.raises(OutboxError) as told:
        box.body(row.report_id)
    assert told.value.code == "no_body"
    for _ in range(40):
        clock.advance(days(100))
        box.housekeeping()
    assert box.receipts() == [receipt(row)]
    assert box.row(row.report_id).state == "acked"
    assert box.verify() == []
    assert put(box, "run").report_id == row.report_id, "the run is known for ever too"


def test_promise_3_acknowledging_a_hundred_times_counts_once(box: Outbox) -> None:
    row = put(box, "run")
    for _ in range(100):
        box.acked(row.report_id, receipt(row))
    assert len(box.receipts()) == 1
    assert box.next_due() is None


def test_a_held_report_is_not_sent_before_a_person_has_approved_it(box: Outbox) -> None:
    row = put(box, "run", held=True)
    assert box.next_due() is None
    assert box.next_due_at() is None
    assert (box.depth().held, box.depth().queued) == (1, 0)
    assert box.depth().bytes == row.bytes
    with pytest.raises(OutboxError):
        box.retry_now(row.report_id)
    assert box.release(row.report_id).state == "queued"
    assert [body["report_id"] for body in deliver(box)] == [row.report_id]


def test_promise_5_a_refused_report_waits_for_a_person_and_blocks_nothing(box: Outbox) -> None:
    bad, good = put(box, "bad"), put(box, "good")
    box.begin(bad.report_id)
    box.quarantine(bad.report_id, "record_refused")
    assert [body["report_id"] for body in deliver(box)] == [good.report_id]
    assert box.depth().quarantined == 1
    assert box.row(bad.report_id).status == "record_refused"
    assert box.retry_now(bad.report_id).state == "queued"
    assert [body["report_id"] for body in deliver(box)] == [bad.report_id]


def test_a_report_is_replaced_by_its_halves_in_one_step(box: Outbox) -> None:
    parent = put(box, "run")
    box.begin(parent.report_id)
    halves = [Say("left"), Say("right")]
    children = box.replace(parent.report_id, halves, "too_large")
    assert [child.seq for child in children] == [2, 3]
    assert {child.family for child in children} == {parent.report_id}
    assert box.row(parent.report_id).state == "replaced"
    assert [body["seq"] for body in deliver(box)] == [2, 3]

    def fails(_: object) -> dict[str, Any]:
        raise RuntimeError("no such record")

    other = put(box, "other")
    with pytest.raises(RuntimeError):
        box.replace(other.report_id, [Say("half"), fails], "too_large")
    assert box.row(other.report_id).state == "queued"
    assert len(box.rows()) == 4


def test_parts_of_another_kind_may_go_in_a_reports_place(box: Outbox) -> None:
    parent = put(box, "run")
    box.begin(parent.report_id)
    (child,) = box.replace(parent.report_id, [lambda _: {**HEADING, "kind": "records"}], "record_refused")
    assert child.kind == "records"
    with pytest.raises(ValueError, match="gap"):
        box.replace(child.report_id, [lambda _: {**HEADING, "kind": "gap"}], "record_refused")


def test_a_gap_may_be_made_anew_but_only_as_a_gap(box: Outbox) -> None:
    box.drop(put(box, "run").report_id)
    gap = box.next_due()
    assert gap is not None
    with pytest.raises(ValueError, match="report"):
        box.replace(gap.report_id, [lambda _: {**HEADING, "kind": "report"}], "enrolled_anew")
    (anew,) = box.replace(gap.report_id, [lambda _: {**HEADING, "gap": {"seqs": [[1, 1]]}}], "enrolled_anew")
    assert anew.kind == "gap"
    assert box.rows("dropped")[0].gap_seq == anew.seq
    assert json.loads(box.chain.read_text())["waiting_from"] == 1


def test_when_every_part_is_given_up_the_report_that_they_replaced_is_told_too(box: Outbox) -> None:
    parent = put(box, "run")
    left, right = box.replace(parent.report_id, [Say("left"), Say("right")], "too_large")
    box.drop(left.report_id)
    assert box.row(parent.report_id).state == "replaced"
    box.drop(right.report_id)
    (gathering,) = box.gathering()
    assert gathering.seqs == ((1, 3),)
    assert gathering.bytes == (left.bytes or 0) + (right.bytes or 0)
    box.acked(left.report_id, receipt(left))
    assert box.row(parent.report_id).state == "replaced"
    (gap,) = deliver(box)
    assert gap["gap"]["seqs"] == [[right.seq, right.seq]]


def test_dropping_is_told_to_the_register(box: Outbox) -> None:
    first, second, third = (put(box, f"run {number}") for number in range(3))
    box.drop(first.report_id, "a test by the technician")
    assert put(box, "run 0").state == "dropped", "a run that a person dropped is not taken anew"
    box.drop(second.report_id)
    box.drop(second.report_id)
    assert box.row(first.report_id).status == "a test by the technician"
    sent = deliver(box)
    assert [body["seq"] for body in sent] == [third.seq, 4]
    gap = sent[-1]["gap"]
    assert (gap["first_seq"], gap["last_seq"], gap["count"]) == (1, 2, 2)
    assert gap["bytes"] == (first.bytes or 0) + (second.bytes or 0)
    assert gap["reason"] == "dropped_by_person"
    with pytest.raises(OutboxError) as told:
        box.drop(box.rows()[-1].report_id)
    assert told.value.code == "wrong_state"


def test_a_gap_alone_is_sent_too(box: Outbox) -> None:
    box.drop(put(box, "run").report_id)
    assert box.depth().queued == 1
    assert box.next_due_at() is not None
    assert [body["kind"] for body in deliver(box)] == ["gap"]
    assert box.depth().queued == 0


def test_a_receipt_that_comes_late_takes_the_report_out_of_the_gap(box: Outbox) -> None:
    row, other = put(box, "run"), put(box, "other")
    box.drop(row.report_id)
    box.drop(other.report_id)
    box.acked(row.report_id, receipt(row))
    (gap,) = deliver(box)
    assert gap["gap"]["seqs"] == [[other.seq, other.seq]]


def test_what_is_being_sent_cannot_be_dropped_and_its_end_is_always_noted(box: Outbox) -> None:
    row = put(box, "run")
    box.begin(row.report_id)
    for forbidden in (lambda: box.drop(row.report_id), lambda: box.begin(row.report_id)):
        with pytest.raises(OutboxError) as told:
            forbidden()
        assert told.value.code == "busy"
    box.acked(row.report_id, receipt(row))
    box.retry(row.report_id, box.row(row.report_id).acked_utc or FakeClock().now(), "late")
    assert box.row(row.report_id).state == "acked"


def test_another_process_that_looks_leaves_what_is_being_sent_alone(box: Outbox, tmp_path: Path) -> None:
    row = put(box, "run")
    box.begin(row.report_id)
    with outbox(tmp_path) as beside:
        assert beside.next_due() is None
        assert beside.row(row.report_id).state == "sending"
    assert inspect(box.path).depth == box.depth()
    box.close()  # as the kernel does for a process that is killed
    with outbox(tmp_path) as beside:
        due = beside.next_due()
    assert due is not None
    assert (due.report_id, due.state, due.attempts) == (row.report_id, "queued", 1)


def test_a_sender_that_forgot_a_report_does_not_keep_it_for_ever(box: Outbox) -> None:
    forgotten, next_one = put(box, "run"), put(box, "next")
    box.begin(forgotten.report_id)
    box.begin(next_one.report_id)
    assert box.row(forgotten.report_id).state == "queued"


def test_an_unknown_report_is_said_to_be_unknown(box: Outbox) -> None:
    for ask in (box.body, box.begin, box.drop, box.release, box.retry_now, box.row):
        with pytest.raises(OutboxError) as told:
            ask("nobody")
        assert told.value.code == "unknown_report"


def test_inspecting_changes_nothing(box: Outbox, tmp_path: Path) -> None:
    assert inspect(tmp_path / "none.sqlite").depth is None
    put(box, "run")
    box.close()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    found = inspect(box.path)
    assert found.depth is not None
    assert (found.depth.queued, found.damage) == (1, ())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    box.path.write_bytes(b"no database at all" * 1000)
    assert [damage.code for damage in inspect(box.path).damage] == ["file"]
    assert box.path.read_bytes().startswith(b"no database")


def test_threads_of_one_process_share_it(box: Outbox) -> None:
    def work(name: int) -> None:
        for number in range(5):
            put(box, f"{name}/{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row.seq for row in box.rows()) == list(range(1, 21))
    assert box.verify() == []


def test_what_happened_is_told_after_it_is_on_disk(tmp_path: Path) -> None:
    told: list[str] = []

    def note(event: str, /, **facts: object) -> None:
        with outbox(tmp_path) as beside:
            told.append(f"{event} {facts.get('seq')} {len(beside.rows())}")

    box = outbox(tmp_path, on_event=note)
    row = put(box, "run")
    deliver(box)
    assert told == ["outbox_enqueued 1 1", "outbox_acknowledged 1 1"]
    assert row.seq == 1


def test_an_event_log_on_a_full_disk_stops_nothing(tmp_path: Path) -> None:
    def full(_: str, /, **facts: object) -> None:
        raise OSError(28, "No space left on device")

    assert put(outbox(tmp_path, on_event=full), "run").seq == 1
