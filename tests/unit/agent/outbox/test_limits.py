"""Promise 2: what waits is delivered, or a gap tells exactly what was given up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cctv_probe.agent.outbox import Outbox, OutboxError, OutboxLimits
from cctv_probe.agent.outbox.sacrifice import Waiting, superseded, victims
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.outbox.bodies import Say, days, deliver, numbers_of, outbox, put

KIB = 1024


def limits(kib: int = 256 * KIB, **more: object) -> OutboxLimits:
    return OutboxLimits(bytes=kib * KIB, free_disk_bytes=0, **more)  # type: ignore[arg-type]  # the other limits by name


@pytest.mark.slow
def test_promise_2_ninety_days_offline_end_in_full_delivery(tmp_path: Path) -> None:
    """Hourly reports of 40 cameras: a few kilobytes each, once a day a full one."""
    clock = FakeClock()
    box = outbox(tmp_path, clock, limits())
    made = []
    for hour in range(90 * 24):
        made.append(put(box, f"run {hour}", 40_000 if hour % 24 == 0 else 4_000).digest)
        clock.advance(3600)
        if hour % 24 == 0:
            assert box.housekeeping().given_up == 0
    assert box.verify() == []
    assert box.depth().queued == 90 * 24
    rows = box.rows("queued")
    assert [row.digest for row in rows] == made
    sent = deliver(box)
    assert [body["seq"] for body in sent] == list(range(1, 90 * 24 + 1))
    assert {body["kind"] for body in sent} == {"report"}


def test_promise_2_over_the_cap_every_drop_is_reported_exactly(tmp_path: Path) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock, limits(64))
    made = {}
    for hour in range(4 * 24):
        row = put(box, f"run {hour}", 1_200)
        made[row.seq] = row
        clock.advance(3600)
        assert box.depth().bytes <= 64 * KIB
    waiting = {row.seq for row in box.rows("queued")}
    given_up = set(made) - waiting
    (gathering,) = box.gathering()
    assert given_up
    assert gathering.count == len(given_up)
    assert gathering.bytes == sum(made[seq].bytes or 0 for seq in given_up)
    assert gathering.reason == "cap_bytes"
    sent = deliver(box)
    gaps = [body for body in sent if body["kind"] == "gap"]
    assert [body["seq"] for body in sent if body["kind"] == "report"] == sorted(waiting)
    assert len(gaps) == 1, "gaps grow; there is not one for each drop"
    assert set(numbers_of(gaps[0])) == given_up
    assert gaps[0]["gap"]["bytes"] == gathering.bytes
    assert gaps[0]["gap"]["from_utc"] == "2026-11-23T02:00:00Z"
    assert box.verify() == []


def test_the_newest_report_of_each_day_stays_longest(tmp_path: Path) -> None:
    clock = FakeClock()  # 09:00 in Thailand
    box = outbox(tmp_path, clock, limits(100))
    last_of_day = {}
    for hour in range(10 * 24):
        row = put(box, f"run {hour}", 4_000)
        last_of_day[(clock.now() + timedelta(hours=7)).date()] = row.seq
        clock.advance(3600)
    assert set(last_of_day.values()) <= {row.seq for row in box.rows("queued")}


def test_when_only_one_a_day_is_left_the_oldest_goes(tmp_path: Path) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock, limits(40))
    for day in range(20):
        put(box, f"run {day}", 4_000)
        clock.advance(days(1))
    waiting = [row.seq for row in box.rows("queued")]
    assert waiting == list(range(21 - len(waiting), 21))
    assert 5 <= len(waiting) < 20


def test_delivered_bodies_go_before_anything_that_waits(tmp_path: Path) -> None:
    box = outbox(tmp_path, FakeClock(), limits(32))
    put(box, "delivered", 20_000)
    deliver(box)
    put(box, "waits", 20_000)
    assert box.gathering() == []
    assert [row.body_kept for row in box.rows()] == [False, True]


def test_gaps_are_never_given_up(tmp_path: Path) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock, limits(32))
    for number in range(8):
        box.drop(put(box, f"run {number}", 3_000).report_id)
    assert box.next_due() is not None  # the gap has its place now
    for number in range(30):
        put(box, f"more {number}", 3_000)
        clock.advance(days(10))
        box.housekeeping()
    kinds = [row.kind for row in box.rows("queued")]
    assert "gap" in kinds


def test_held_reports_count_and_are_given_up_like_the_others(tmp_path: Path) -> None:
    box = outbox(tmp_path, FakeClock(), limits(32))
    for number in range(10):
        put(box, f"run {number}", 8_000, held=True)
    assert box.depth().bytes <= 32 * KIB
    (gathering,) = box.gathering()
    assert gathering.count == 10 - box.depth().held


def test_what_is_being_sent_is_not_given_up(tmp_path: Path) -> None:
    box = outbox(tmp_path, FakeClock(), limits(32))
    row = put(box, "run", 8_000)
    box.begin(row.report_id)
    for number in range(10):
        put(box, f"more {number}", 8_000)
    assert box.row(row.report_id).state == "sending"
    assert box.body(row.report_id)


def test_a_report_larger_than_everything_that_may_wait_is_told_as_a_gap(tmp_path: Path) -> None:
    box = outbox(tmp_path, FakeClock(), limits(32))
    assert box.enqueue("report", Say("huge", 100_000), run_id="huge") is None
    assert box.enqueue("report", Say("huge", 100_000), run_id="huge") is None
    assert box.gathering()[0].count == 1
    assert put(box, "next").seq == 2


def test_age_gives_up_what_is_older_than_the_limit(tmp_path: Path) -> None:
    clock = FakeClock()
    box = outbox(tmp_path, clock)
    old, refused = put(box, "old"), put(box, "refused")
    box.quarantine(refused.report_id, "record_refused")
    clock.advance(days(60))
    young = put(box, "young")
    clock.advance(days(31))
    assert box.housekeeping().given_up == 2
    assert box.next_due() == young
    sent = deliver(box)
    assert {body["gap"]["reason"]: numbers_of(body) for body in sent if body["kind"] == "gap"} == {
        "cap_age": [old.seq],
        "quarantined": [refused.seq],
    }


def test_below_the_free_disk_floor_nothing_is_accepted_but_gaps_are(tmp_path: Path) -> None:
    free = [1 << 30]
    box = outbox(tmp_path, FakeClock(), OutboxLimits(), free_bytes=lambda: free[0])
    kept = put(box, "before")
    free[0] = (200 << 20) - 1
    assert box.enqueue("report", Say("refused"), run_id="refused") is None
    assert box.enqueue("report", Say("refused"), run_id="refused") is None
    assert box.enqueue("records", Say("too"), run_id="too") is None
    free[0] = 200 << 20
    after = put(box, "after")
    assert after.seq == 4
    sent = deliver(box)
    assert [body["seq"] for body in sent] == [kept.seq, after.seq, 5]
    assert (sent[-1]["gap"]["reason"], numbers_of(sent[-1])) == ("disk_full", [2, 3])
    assert box.verify() == []


def test_a_disk_that_runs_short_gets_delivered_bodies_back_at_once(tmp_path: Path) -> None:
    free = [1 << 30]
    box = outbox(tmp_path, FakeClock(), OutboxLimits(), free_bytes=lambda: free[0])
    for number in range(30):
        put(box, f"run {number}", 100_000)
    deliver(box)
    box.close()
    before = box.path.stat().st_size
    free[0] = 1000
    assert box.housekeeping().bodies_removed == 30
    box.close()
    assert box.path.stat().st_size < before / 10


def test_gaps_wait_until_it_is_known_who_we_are(tmp_path: Path) -> None:
    who: dict[str, object] = {}
    box = Outbox(tmp_path / "outbox.sqlite", FakeClock(), OutboxLimits(free_disk_bytes=0), heading=lambda: who or None)
    row = box.enqueue("report", lambda slot: {"previous": slot.previous}, run_id=None)
    assert row is not None
    box.drop(row.report_id)
    assert box.next_due() is None
    assert len(box.gathering()) == 1
    who |= {"agent_id": "a", "lao_code": "74010000", "clock_offset_s": 3.5, "program": "p"}
    (gap,) = deliver(box)
    assert (gap["agent_id"], gap["clock_offset_s"], numbers_of(gap)) == ("a", 3.5, [row.seq])


def test_a_gap_of_very_many_pieces_is_told_in_several_bodies(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    made = [put(box, f"run {number}", 0) for number in range(2_010)]
    for row in made[::2]:
        box.drop(row.report_id)
    gaps = [body for body in deliver(box) if body["kind"] == "gap"]
    assert len(gaps) == 2
    assert sorted(number for gap in gaps for number in numbers_of(gap)) == [row.seq for row in made[::2]]
    assert sum(gap["gap"]["count"] for gap in gaps) == 1_005
    assert box.gathering() == []


def test_an_unusable_place_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutboxError):
        outbox(tmp_path / "file").depth()


# --- the order, alone -------------------------------------------------------------------------------------------------


def waits(
    seq: int, day: date | None, hours: float, family: str = "", *, snapshot: bool = True, fixed: bool = False
) -> Waiting:
    return Waiting(seq, 10, snapshot, day, hours * 3600, family or str(seq), fixed)


MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_superseded_snapshots_go_first_then_the_oldest() -> None:
    waiting = [waits(1, MONDAY, 0), waits(2, MONDAY, 1), waits(3, MONDAY, 1.5, snapshot=False)]
    waiting += [waits(4, TUESDAY, 20), waits(5, TUESDAY, 21), waits(6, TUESDAY, 22, fixed=True)]
    assert victims(waiting, 1) == [1]
    assert victims(waiting, 30) == [1, 4, 5]
    assert victims(waiting, 1000) == [1, 4, 5, 2, 3]
    assert victims(waiting, 0) == []


def test_halves_of_the_newest_report_stay_together() -> None:
    waiting = [waits(1, MONDAY, 0), waits(2, MONDAY, 1, "split"), waits(3, MONDAY, 1, "split")]
    assert superseded(waiting) == {1}


def test_a_clock_that_restarts_in_1970_every_morning_does_not_make_one_day_of_all() -> None:
    first = date(1970, 1, 1)
    waiting = [waits(number, first, number * 24) for number in range(1, 10)]
    assert superseded(waiting) == set()
    waiting = [waits(number, first, number) for number in range(1, 49)]
    assert set(range(1, 49)) - superseded(waiting) == {24, 48}
