"""A damaged file is set aside, what can be read of it goes on, and a gap tells of the rest: the agent lives on."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.outbox import Outbox
from cctv_probe.agent.outbox.chain import Head, parse_head, read_head, write_head
from cctv_probe.agent.outbox.packing import UnreadableError, completed, packed, place_of, unpacked
from cctv_probe.agent.outbox.ranges import numbers, ranges
from cctv_probe.agent.outbox.schema import PAGE_BYTES
from cctv_probe.agent.outbox.terms import Slot
from tests.unit.agent.outbox.bodies import deliver, numbers_of, outbox, put

ROWS = 40


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    """Ten delivered, ten held, nineteen queued, one refused; closed."""
    box = outbox(tmp_path)
    for number in range(10):
        put(box, f"run {number}", 3_000)
    deliver(box)
    for number in range(10, 20):
        put(box, f"run {number}", 3_000, held=True)
    for number in range(20, ROWS):
        put(box, f"run {number}", 3_000)
    box.quarantine(box.rows()[-1].report_id, "record_refused")
    box.close()
    return box


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 100)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def over(at: int, count: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(at)
            file.write(random.Random(at).randbytes(count))

    return write


def middle(path: Path) -> None:
    over(path.stat().st_size // PAGE_BYTES // 2 * PAGE_BYTES, PAGE_BYTES)(path)


def half_the_pages(path: Path) -> None:
    for page in random.Random(7).sample(
        range(path.stat().st_size // PAGE_BYTES), path.stat().st_size // PAGE_BYTES // 2
    ):
        over(page * PAGE_BYTES, PAGE_BYTES)(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("something")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def removed(path: Path) -> None:
    path.unlink()


def of_a_later_version(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=2")
        db.execute("ALTER TABLE report ADD COLUMN colour TEXT")
    db.close()


def of_another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE report (colour TEXT)")
    db.close()


def without_its_state(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM state")
    db.close()


def impossible_state(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("UPDATE report SET state = 'flying' WHERE seq = 30")
    db.close()


def garbage_text(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE report SET status = CAST(X'FFFE80' AS TEXT) WHERE seq = 25")
    db.close()


ALL_CARRIED: list[Callable[[Path], None]] = [
    over(0, 100), over(0, PAGE_BYTES), of_a_later_version, without_its_state, impossible_state, garbage_text,
]  # fmt: skip
SOME_CARRIED: list[Callable[[Path], None]] = [truncated, middle, half_the_pages]
NONE_CARRIED: list[Callable[[Path], None]] = [emptied, a_folder, a_pipe, removed, of_another_program]


@pytest.mark.parametrize("harm", [*ALL_CARRIED, *SOME_CARRIED, *NONE_CARRIED])
def test_promise_12_whatever_happens_to_the_file_each_number_is_there_or_told_as_lost(
    box: Outbox, harm: Callable[[Path], None]
) -> None:
    before = {row.seq: row for row in box.rows()}
    bodies = {row.seq: box.body(row.report_id) for row in before.values()}
    box.close()
    harm(box.path)
    told = put(box, "after the damage")
    assert told.seq == ROWS + 1
    assert json.loads(box.body(told.report_id))["previous"] == before[ROWS].digest
    after = {row.seq: row for row in box.rows() if row.body_kept or row.state == "acked"}
    lost = {number for gap in box.gathering() for first, last in gap.seqs for number in range(first, last + 1)}
    undelivered = set(range(11, ROWS + 1))
    assert undelivered <= set(after) | lost
    assert not lost & set(after)
    for seq, row in after.items():
        if seq in bodies and row.body_kept:
            assert box.body(row.report_id) == bodies[seq]
            assert row.report_id == before[seq].report_id
    assert box.verify() == []
    if harm is not removed:
        assert [one for one in box.path.parent.iterdir() if ".corrupt-" in one.name]
    if harm in ALL_CARRIED:
        assert lost == set()
    if harm in NONE_CARRIED:
        assert undelivered <= lost
    assert_lives_on(box, lost)


def assert_lives_on(box: Outbox, lost: set[int]) -> None:
    sent = deliver(box)
    gaps = [body for body in sent if body["kind"] == "gap"]
    assert {number for gap in gaps for number in numbers_of(gap)} == lost
    assert all(gap["gap"]["reason"] == "corrupt" for gap in gaps)
    assert deliver(box) == []
    assert box.verify() == []


@pytest.mark.parametrize("harm", [over(0, PAGE_BYTES), middle, half_the_pages, truncated])
def test_what_waited_for_approval_still_does_after_damage(box: Outbox, harm: Callable[[Path], None]) -> None:
    harm(box.path)
    sent = {body["seq"] for body in deliver(box) if body["kind"] == "report"}
    assert not sent & set(range(11, 21))


def test_a_row_that_is_lost_is_made_again_from_its_body(box: Outbox) -> None:
    before = {row.seq: row for row in box.rows()}
    box.close()
    with sqlite3.connect(box.path) as db:
        db.execute("DELETE FROM report WHERE seq IN (15, 25)")
        db.execute("PRAGMA user_version=77")
    db.close()
    held, queued = (row for row in box.rows() if row.seq in (15, 25))
    assert (held.state, queued.state) == ("held", "queued")
    assert (queued.report_id, queued.digest, queued.run_id) == (before[25].report_id, before[25].digest, "run 24")
    assert put(box, "run 24", 3_000).seq == 25
    assert box.housekeeping().given_up == 0


def test_receipts_are_carried_over(box: Outbox) -> None:
    receipts = box.receipts()
    box.close()
    over(0, PAGE_BYTES)(box.path)
    assert box.receipts() == receipts
    assert len(receipts) == 10


def test_damage_in_one_body_costs_that_body_alone(box: Outbox) -> None:
    row = box.rows("queued")[3]
    with sqlite3.connect(box.path) as db:
        db.execute("UPDATE body SET gz = zeroblob(length(gz)) WHERE seq = ?", (row.seq,))
    db.close()
    assert [damage.code for damage in box.verify()] == ["body"]
    sent = deliver(box)
    assert row.seq not in {body["seq"] for body in sent if body["kind"] == "report"}
    (gap,) = [body for body in sent if body["kind"] == "gap"]
    assert (gap["gap"]["reason"], numbers_of(gap)) == ("corrupt", [row.seq])
    assert box.verify() == []


def test_damage_that_shows_only_while_the_file_is_open(box: Outbox) -> None:
    """A bad sector under a running service."""
    assert box.next_due() is not None
    with outbox(box.path.parent) as beside:  # so that its log is folded in and no page is cached
        beside.depth()
    box._file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # type: ignore[union-attr]  # it is open
    box._file._db.execute("PRAGMA shrink_memory").fetchall()  # type: ignore[union-attr]
    middle(box.path)
    put(box, "after")
    lost = {number for gap in box.gathering() for first, last in gap.seqs for number in range(first, last + 1)}
    assert_lives_on(box, lost)


def test_a_log_of_changes_that_is_garbage_loses_no_number_silently(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    put(box, "in the file")
    box.close()
    rows = [put(box, f"in the log {number}") for number in range(3)]
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("outbox.sqlite", "outbox.sqlite-wal", "chain.json"):
        shutil.copy(tmp_path / name, copy / name)
    (copy / "outbox.sqlite-wal").write_bytes(random.Random(1).randbytes(50_000))
    after = outbox(copy)
    sent = deliver(after)
    assert [body["seq"] for body in sent] == [1, 5]
    assert numbers_of(sent[1]) == [row.seq for row in rows]
    assert after.verify() == []


def test_an_older_copy_put_in_its_place_gives_no_number_twice(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    put(box, "one")
    box.close()
    shutil.copy(box.path, tmp_path / "backup")
    put(box, "two")
    box.close()
    shutil.copy(tmp_path / "backup", box.path)
    assert put(box, "three").seq == 3
    assert box.gathering()[0].seqs == ((2, 2),)
    assert box.verify() == []


def test_the_head_beside_it_may_be_lost_or_garbage(box: Outbox) -> None:
    for harm in (
        lambda: box.chain.write_bytes(b"\0\xff{"),
        box.chain.unlink,
        lambda: box.chain.write_text('{"seq": "9"}'),
    ):
        box.close()
        harm()
        assert len(box.rows()) >= ROWS
        head = read_head(box.chain)
        assert head is not None
        assert head.seq >= ROWS
    box.close()
    box.chain.unlink()
    box.chain.mkdir()
    put(box, "after")
    assert read_head(box.chain) is not None


def test_without_file_and_head_the_loss_is_told_without_numbers(box: Outbox) -> None:
    over(0, box.path.stat().st_size)(box.path)
    box.chain.unlink()
    put(box, "after")
    sent = deliver(box)
    assert [(body["kind"], body["seq"]) for body in sent] == [("report", 1), ("gap", 2)]
    assert sent[1]["gap"] == {
        "from_utc": None, "to_utc": None, "first_seq": None, "last_seq": None, "count": None, "bytes": None,
        "reason": "corrupt", "seqs": [],
    }  # fmt: skip
    assert deliver(box) == []


@pytest.mark.parametrize("after", ["marked", "moved"])
def test_a_kill_in_the_middle_of_setting_it_aside_loses_nothing(box: Outbox, after: str) -> None:
    (box.path.parent / "outbox.sqlite.salvage").write_text("outbox.sqlite.corrupt-20261123T020000Z")
    over(0, PAGE_BYTES)(box.path)
    if after == "moved":
        box.path.rename(box.path.parent / "outbox.sqlite.corrupt-20261123T020000Z")
        (box.path.parent / "outbox.sqlite.new").write_bytes(b"half")
    assert len(box.rows()) == ROWS
    assert box.gathering() == []
    assert not (box.path.parent / "outbox.sqlite.salvage").exists()


def test_only_the_youngest_damaged_files_are_kept(box: Outbox) -> None:
    for _ in range(5):
        over(0, PAGE_BYTES)(box.path)
        assert len(box.rows()) == ROWS
        box.close()
    names = [one.name for one in box.path.parent.iterdir() if ".corrupt-" in one.name and "page1" not in one.name]
    assert len(names) == 2


def test_an_outbox_used_by_two_is_set_aside_once(box: Outbox) -> None:
    beside = outbox(box.path.parent)
    assert len(beside.rows()) == len(box.rows())
    box._file.rebuild("by hand", sure=True)
    row = put(box, "after")
    assert beside.row(row.report_id) == row
    beside.close()
    assert box.row(row.report_id) == row, "closing the old file took nothing of the new one"
    assert put(box, "more").seq == row.seq + 1


# --- bytes → values ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_head_file_is_read_or_is_none(data: bytes) -> None:
    found = parse_head(data)
    assert found is None or found.seq >= 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_any_head_of_json_is_read_or_is_none(value: Any) -> None:
    found = parse_head(json.dumps({"seq": value, "digest": value, "waiting_from": value, "heading": value}).encode())
    assert found is None or isinstance(found.seq, int)


def test_a_head_comes_back_as_it_was_noted(tmp_path: Path) -> None:
    head = Head(7, "ab" * 32, 3, {"agent_id": "a", "lao_code": "ก"})
    write_head(tmp_path / "chain.json", head)
    assert read_head(tmp_path / "chain.json") == head


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body_or_unreadable(data: bytes) -> None:
    for read in (lambda: unpacked(data, None), lambda: place_of(data)):
        try:
            read()
        except UnreadableError:
            continue


@settings(max_examples=30)
@given(st.dictionaries(st.text(max_size=5).map("x{}".format), st.text(max_size=50), max_size=5), st.integers(0, 200))
def test_a_body_comes_back_as_it_was_and_a_changed_bit_is_noticed(more: dict[str, str], at: int) -> None:
    slot = Slot("id", 3, None, "2026-11-23T02:00:00Z")
    made = packed(completed("report", more, slot))
    assert place_of(unpacked(made.gz, made.digest))[:4] == ("id", 3, "report", "2026-11-23T02:00:00Z")
    at = at % len(made.gz)
    changed = bytes([*made.gz[:at], made.gz[at] ^ 1, *made.gz[at + 1 :]])
    try:
        assert json.loads(unpacked(changed, made.digest))["seq"] == 3  # a bit of gzip's own header
    except UnreadableError:
        pass


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_the_numbers(given_numbers: set[int]) -> None:
    found = ranges(given_numbers)
    assert numbers(found) == given_numbers
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))
