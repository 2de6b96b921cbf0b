"""What the verdict says of archives whose truth is known: the facts' own examples, every lie, every verdict word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cctv_probe.footage.archive import Index
from cctv_probe.footage.coverage import wilson
from cctv_probe.footage.findings import plausible
from cctv_probe.footage.plan import Planner, Wish
from cctv_probe.footage.presence import verified_days
from cctv_probe.model.footage import Outcome, Sample, Span
from cctv_probe.model.words import Text
from tests.unit.footage.oracle import (
    HOUR,
    NOW,
    Truth,
    judged,
    listing,
    night,
    summary,
    today,
    verdict,
    whole_days,
    without,
)

DAYS = today()
THIRTY = (whole_days(0, 30),)


def codes(found: object) -> set[str]:
    return {finding.code for finding in found.findings}  # type: ignore[attr-defined]


# --- The examples of the facts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [listing, summary])
def test_thirty_days_with_the_fourth_missing_are_thirty_days_with_one_gap(index: object) -> None:
    spans = without(THIRTY, whole_days(4, 4))
    found = verdict(Truth(spans), index(spans))  # type: ignore[operator]
    assert (found.verified_days, found.verdict, found.direction) == (30, "match", None)
    assert [(gap.start_utc, gap.end_utc) for gap in found.gaps] == [DAYS.bounds(4)]
    assert found.longest_gap_s == 86_400


def test_every_second_day_missing_shows_in_plain_sight() -> None:
    spans = without(THIRTY, *(whole_days(day, day) for day in range(2, 31, 2)))
    found = verdict(Truth(spans), summary(spans))
    assert found.verified_days == Truth(spans).verified() == 1
    assert found.oldest_playable_days == 29
    assert found.coverage_ratio == pytest.approx(0.5, abs=0.1)
    assert found.coverage_low is not None
    assert found.coverage_high is not None
    assert found.coverage_low < 0.5 < found.coverage_high
    assert len(found.gaps) == 14
    assert (found.verdict, found.direction) == ("mismatch", "overstated")


def test_sixty_of_sixty_bound_missing_footage_at_six_per_cent() -> None:
    low, high = wilson(60, 60)
    assert 1 - low == pytest.approx(0.06, abs=0.0005)
    assert high == pytest.approx(1.0)
    found = verdict(Truth(THIRTY), listing(THIRTY))
    assert found.coverage_low == pytest.approx(0.94, abs=0.001)
    assert found.samples >= 60


@pytest.mark.parametrize(
    ("present", "days"),
    [([], 0), ([False] * 9, 0), ([True] * 30, 30), ([True] * 3 + [False] + [True] * 26, 30), ([True] * 10 + [False] * 5 + [True] * 85, 100),
     ([False] + [True] * 18, 0), ([False] + [True] * 19, 20)],
)  # fmt: skip
def test_the_definition(present: list[bool], days: int) -> None:
    assert verified_days(dict(enumerate(present, 1))) == days


# --- The words of the verdict -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "declared", "word", "direction"),
    [
        (30, 30, "match", None),
        (29, 30, "match", None),
        (31, 30, "match", None),
        (32, 30, "match", "understated"),
        (28, 30, "mismatch", "overstated"),
        (7, 90, "mismatch", "overstated"),
        (90, 90, "match", None),
        (90, 30, "match", "understated"),
        (30, None, "undeclared", None),
    ],
)
def test_the_words(kept: int, declared: int | None, word: str, direction: str | None) -> None:
    spans = (whole_days(0, kept),)
    found = verdict(Truth(spans), listing(spans), declared=declared)
    assert (found.verified_days, found.verdict, found.direction) == (kept, word, direction)
    assert found.complete


def test_a_declared_value_that_cannot_be_believed_is_suspect() -> None:
    found = verdict(Truth(THIRTY), listing(THIRTY), declared=None, declared_suspect=True)
    assert (found.verdict, found.verified_days) == ("parse_suspect", 30)


def test_an_archive_that_answers_and_plays_nothing_has_no_days() -> None:
    found = verdict(Truth(()), listing(THIRTY))
    assert (found.verified_days, found.verdict, found.played) == (0, "mismatch", 0)
    assert codes(found) == {"footage_index_overstates"}
    assert found.coverage_ratio == 0


def test_an_archive_that_could_not_be_asked_is_unknown() -> None:
    busy = Text(en="busy with other users; try again later", th="มีผู้ใช้งานอื่นเต็มอยู่")
    found = verdict(Truth(THIRTY, answers=0), listing(THIRTY), stopped_by=busy)
    assert (found.verified_days, found.verdict, found.why_code) == (None, "not_observed", "footage_not_asked")
    assert found.why is not None
    assert "busy" in found.why.en
    assert "มีผู้ใช้งานอื่น" in found.why.th
    assert verdict(Truth((), answers=0), listing(()), declared=None).verdict == "not_assessed"


def test_too_few_samples_wait_for_another_night() -> None:
    samples = night(Truth(THIRTY), listing(THIRTY), most=12)
    found = judged(samples, listing(THIRTY))
    assert (found.verdict, found.why_code, found.complete) == ("not_observed", "footage_sampling_unfinished", False)
    assert found.samples == 12


def test_footage_without_a_time_of_its_own_proves_nothing() -> None:
    samples = [
        replace(sample, outcome=Outcome.UNTIMED, seen_utc=None) for sample in night(Truth(THIRTY), listing(THIRTY))
    ]
    found = judged(samples, listing(THIRTY))
    assert (found.verified_days, found.verdict, found.why_code) == (None, "not_observed", "footage_untimed")


# --- A new disk -------------------------------------------------------------------------------------------------------


def test_recording_that_began_lately_is_maturing() -> None:
    began = NOW - timedelta(days=6)
    spans = (Span(began, NOW),)
    found = verdict(Truth(spans), listing(spans, began_utc=began))
    assert (found.verified_days, found.verdict) == (6, "maturing")
    assert verdict(Truth(spans), listing(spans), began_utc=began).verdict == "maturing"
    assert verdict(Truth(spans), listing(spans, began_utc=began), declared=5).verdict == "match"


def test_a_beginning_is_no_excuse_for_what_is_gone_since() -> None:
    spans = (whole_days(0, 2),)
    began = NOW - timedelta(days=20)
    assert verdict(Truth(spans), listing(spans, began_utc=began)).verdict == "mismatch"
    assert verdict(Truth(spans), listing(spans, began_utc=NOW - timedelta(days=40))).verdict == "mismatch"


@pytest.mark.parametrize(("rolls", "word"), [(False, "maturing"), (True, "mismatch")])
def test_an_end_that_stays_where_it_is_over_nights_is_a_beginning(rolls: bool, word: str) -> None:
    samples: list[Sample] = []
    for number in range(3):
        now = NOW + timedelta(days=number)
        start = (now if rolls else NOW) - timedelta(days=6)
        spans = (Span(start, now),)
        samples = night(Truth(spans), summary(spans), now=now, before=samples, seed=str(number))
        found = judged(samples, summary(spans), now=now)
    assert found.verdict == word
    assert found.nights == 3


# --- Lies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jumps", [False, True])
def test_an_index_that_claims_more_than_the_disk_holds(jumps: bool) -> None:
    spans = (whole_days(0, 12),)
    found = verdict(Truth(spans, jumps=jumps), listing([whole_days(0, 90)]))
    assert (found.verified_days, found.claimed_days, found.direction) == (12, 90, "overstated")
    assert codes(found) == {"footage_index_overstates"} | ({"footage_jumps"} if jumps else set())


@pytest.mark.parametrize("pictures", [1, 2, 9, 100])
def test_a_loop_is_no_footage(pictures: int) -> None:
    found = verdict(Truth(THIRTY, pictures=pictures), listing(THIRTY))
    assert found.verified_days == 0
    assert found.verdict == "mismatch"
    assert "footage_repeats" in codes(found)


@pytest.mark.parametrize("seed", ["a", "b", "c", "d", "e", "f"])
def test_one_day_copied_over_all_others_is_no_footage(seed: str) -> None:
    found = verdict(Truth(THIRTY, copied=True), listing(THIRTY), seed=seed)
    assert (found.verified_days, found.played) == (0, 0)
    assert "footage_repeats" in codes(found)


def test_a_camera_that_hung_for_two_days_loses_those_days_only() -> None:
    samples = [
        replace(sample, picture_sha256="still") if 10 <= sample.day <= 11 else sample
        for sample in night(Truth(THIRTY), listing(THIRTY))
    ]
    found = judged(samples, listing(THIRTY))
    assert [(gap.start_utc, gap.end_utc) for gap in found.gaps] == [(DAYS.bounds(11)[0], DAYS.bounds(10)[1])]
    assert found.oldest_playable_days == 30


@pytest.mark.parametrize("flagged", [False, True])
def test_a_clip_kept_by_hand_is_no_history(flagged: bool) -> None:
    clip = whole_days(200, 200)
    index = listing([replace(clip, locked=True), *THIRTY]) if flagged else summary([clip, *THIRTY])
    found = verdict(Truth((clip, *THIRTY)), index)
    assert (found.verified_days, found.oldest_playable_days, found.verdict) == (30, 30, "match")
    assert found.coverage_ratio == 1.0
    assert ("footage_kept_by_hand" in codes(found)) is not flagged


def test_recording_that_stopped_is_said() -> None:
    spans = (whole_days(6, 30),)
    found = verdict(Truth(spans), summary(spans))
    assert (found.verified_days, found.oldest_playable_days) == (0, 30)
    assert "footage_stopped" in codes(found)
    assert found.gaps[0].end_utc == DAYS.bounds(1)[1]


@pytest.mark.parametrize(
    ("year", "code"), [(1970, "footage_date_unset"), (2569, "footage_date_buddhist"), (2031, "footage_date_future")]
)
def test_odd_dates_are_findings_and_no_history(year: int, code: str) -> None:
    odd = datetime(year, 11, 20, tzinfo=UTC)
    index = listing([Span(odd, odd + HOUR), *THIRTY])
    cleaned, findings = plausible(index, NOW)
    assert [finding.code for finding in findings] == [code]
    assert cleaned.spans == THIRTY
    found = verdict(Truth(THIRTY), index)
    assert (found.verified_days, found.claimed_days) == (30, 30)
    assert code in codes(found)
    assert plausible(Index(odd, NOW), NOW)[0].oldest_utc is None


# --- Modes ------------------------------------------------------------------------------------------------------------


def test_a_schedule_is_drawn_inside_its_hours_and_counted_in_days() -> None:
    spans = tuple(Span(DAYS.instant(day, 8 / 24), DAYS.instant(day, 18 / 24)) for day in range(1, 31))
    found = verdict(Truth(spans), listing(spans))
    assert (found.recording_mode, found.coverage_of, found.coverage_ratio) == ("schedule", "days", 1.0)
    assert (found.verified_days, found.gaps) == (30, ())


def test_hours_missing_from_continuous_recording_are_gaps_of_the_index() -> None:
    hole = Span(DAYS.instant(3, 0.25), DAYS.instant(3, 0.5))
    spans = without(THIRTY, hole)
    found = verdict(Truth(spans), listing(spans))
    assert found.recording_mode == "continuous"
    assert [(gap.start_utc, gap.end_utc, gap.known_from) for gap in found.gaps] == [
        (hole.start_utc, hole.end_utc, "index")
    ]
    denied = verdict(Truth(THIRTY), listing(without(THIRTY, whole_days(3, 3))))
    assert denied.gaps == (), "what the index leaves out and plays all the same is no gap"


def test_the_words_of_the_index_are_believed_about_its_mode() -> None:
    assert verdict(Truth(THIRTY), listing(THIRTY, recording_mode="event")).recording_mode == "event"
    named = (whole_days(0, 30, "motion"),)
    assert verdict(Truth(named), listing(named)).recording_mode == "motion"


# --- The plan ---------------------------------------------------------------------------------------------------------


def test_every_day_up_to_31_is_asked_for_and_every_part_of_the_day() -> None:
    truth = Truth((whole_days(0, 90),))
    night(truth, listing(truth.spans), declared=90)
    drawn = [ask for ask in truth.asked if ask.purpose == "presence"]
    asked = {ask.day for ask in truth.asked}
    assert set(range(1, 32)) <= asked
    assert {89, 90, 91} <= asked
    assert sum(31 < ask.day < 89 for ask in drawn) >= 10
    by_part = [0] * 8
    for ask in drawn:
        by_part[int(DAYS.local_hour(ask.at_utc) // 3)] += 1
    assert min(by_part) >= 3, "nights are asked as often as days"


def test_two_longer_pieces_one_by_day_and_one_by_night() -> None:
    truth = Truth(THIRTY)
    night(truth, listing(THIRTY))
    hours = sorted(DAYS.local_hour(ask.at_utc) for ask in truth.asked if ask.wanted == "long")
    assert len(hours) == 2
    assert sum(hour >= 20 or hour < 5 for hour in hours) == 1


def test_a_plan_ends_even_where_nothing_answers() -> None:
    truth = Truth(THIRTY, answers=0)
    night(truth, Index(None, None))
    assert len(truth.asked) <= Planner("s", DAYS, Index(None, None), Wish()).most_asks


def test_the_sentences_are_in_both_languages() -> None:
    found = verdict(Truth((whole_days(6, 12),), jumps=True), listing([whole_days(0, 90)]))
    for finding in found.findings:
        assert finding.text.en != finding.text.th
        assert "{" not in finding.text.en + finding.text.th
