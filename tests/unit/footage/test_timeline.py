"""The timeline of a channel: what the index claims and what samples proved, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from cctv_probe.footage.archive import ArchiveChannel, Index
from cctv_probe.footage.timeline import LEAST_DAYS, MOST_DAYS, timeline_of
from cctv_probe.footage.verifier import Verified
from cctv_probe.model.footage import Outcome, Retention, Sample, Span
from tests.unit.footage.oracle import listing, summary, today, whole_days

DAYS = today()


def verified(index: Index, samples: Sequence[Sample] = ()) -> Verified:
    retention = Retention(None, "not_assessed")
    return Verified(ArchiveChannel(1, "one"), index, retention, tuple(samples), (), DAYS, "seed", "folder")


def sample(day: int, outcome: Outcome = Outcome.PLAYED) -> Sample:
    return Sample(DAYS.instant(day, 0.5), day, outcome)


def test_every_day_that_is_claimed_is_marked_and_a_span_that_ends_at_midnight_claims_no_more() -> None:
    found = timeline_of(verified(listing([whole_days(4, 4), whole_days(1, 2)])), 10)
    assert [mark.day for mark in found.days] == list(range(11))
    assert [mark.day for mark in found.days if mark.claimed] == [1, 2, 4]
    assert [mark.date for mark in found.days[:2]] == [DAYS.date_of(0).isoformat(), DAYS.date_of(1).isoformat()]
    assert (found.declared_days, found.zone_name) == (10, "Asia/Bangkok")


def test_instants_that_said_nothing_are_not_counted() -> None:
    told = [sample(2), sample(2, Outcome.MISSING), sample(2, Outcome.NOT_ASKED), sample(3, Outcome.UNTIMED)]
    days = timeline_of(verified(listing([whole_days(1, 5)]), told), None).days
    assert [(mark.asked, mark.played) for mark in days[1:4]] == [(0, 0), (2, 1), (0, 0)]


def test_an_index_that_lists_nothing_claims_neither_yes_nor_no() -> None:
    days = timeline_of(verified(Index(None, None), [sample(9)]), None).days
    assert {mark.claimed for mark in days} == {None}
    assert len(days) == 10


def test_a_summary_claims_everything_between_its_ends() -> None:
    days = timeline_of(verified(summary([whole_days(6, 6), whole_days(3, 3)])), None).days
    assert [mark.day for mark in days if mark.claimed] == [3, 4, 5, 6]


def test_it_reaches_back_at_least_a_week_and_at_most_to_where_it_ends() -> None:
    assert len(timeline_of(verified(Index(None, None)), None).days) == LEAST_DAYS + 1
    ancient = Span(DAYS.bounds(1)[1] - timedelta(days=9000), DAYS.bounds(1)[1])
    assert len(timeline_of(verified(listing([ancient])), 10_000).days) == MOST_DAYS + 1


def test_an_index_in_the_future_claims_today_at_most() -> None:
    late = replace(whole_days(1, 1), end_utc=DAYS.bounds(0)[1] + timedelta(days=3))
    assert [mark.day for mark in timeline_of(verified(listing([late])), None).days if mark.claimed] == [0, 1]
