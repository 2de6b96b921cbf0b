"""Random archives with gaps, lies and motion: what the plan and the verdict make of them, against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.footage.archive import Index
from cctv_probe.footage.draw import fraction
from cctv_probe.model.footage import Sample, Span
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
PATIENT = settings(max_examples=30, deadline=None)

ends = st.one_of(st.integers(1, 33), st.integers(32, 130))
seeds = st.text("0123456789abcdef", min_size=4, max_size=8)


@st.composite
def continuous(draw: st.DrawFn) -> tuple[Span, ...]:
    """Footage back to some instant, with whole days and hours missing; few where only some days are sampled."""
    end = draw(ends)
    begun = DAYS.bounds(end)[0] + draw(st.integers(0, 20)) * HOUR
    few = 1 if end > 31 else 8
    gone = draw(st.lists(st.integers(1, max(1, end - 1)), max_size=few, unique=True))
    holes = [whole_days(day, day) for day in gone]
    for day in draw(st.lists(st.integers(1, end), max_size=6, unique=True)):
        start = DAYS.instant(day, draw(st.integers(0, 15)) / 24)
        holes.append(Span(start, start + draw(st.integers(1, 7)) * HOUR))
    return without([Span(begun, NOW)], *holes)


@st.composite
def moving(draw: st.DrawFn) -> tuple[Span, ...]:
    """Pieces of 20 s to 5 min, some on each day, none on some days."""
    end, seed = draw(ends), draw(seeds)
    quiet = set(draw(st.lists(st.integers(1, max(1, end - 1)), max_size=1 if end > 31 else 6, unique=True)))
    spans = []
    for day in range(end + 1):
        for piece in range(0 if day in quiet else 12):
            start = DAYS.instant(day, (piece + fraction(seed, day, piece) * 0.5) / 12)
            length_s = 20 + 280 * fraction(seed, "length", day, piece)
            if start + timedelta(seconds=length_s) < NOW:
                spans.append(Span(start, start + timedelta(seconds=length_s), "motion"))
    return tuple(spans)


@st.composite
def claims(draw: st.DrawFn, spans: Sequence[Span]) -> Index:
    """What an index may say of `spans`: the truth, only its ends, too much, too little, or nothing."""
    honest = draw(st.sampled_from([listing, summary]))(spans)
    match draw(st.sampled_from(["truth", "too much", "too little", "nothing"])):
        case "too much":
            return listing([whole_days(0, draw(st.integers(1, 300)))])
        case "too little":
            return summary([whole_days(0, draw(st.integers(1, 20)))])
        case "nothing":
            return Index(None, None)
        case _:
            return honest


@PATIENT
@given(data=st.data(), spans=continuous(), jumps=st.booleans(), seed=seeds, declared=st.sampled_from([None, 7, 30, 90]))
def test_verified_days_are_true_to_a_day_whatever_the_index_says(
    data: st.DataObject, spans: tuple[Span, ...], jumps: bool, seed: str, declared: int | None
) -> None:
    truth = Truth(spans, jumps)
    found = verdict(truth, data.draw(claims(spans)), seed=seed, declared=declared)
    assert found.complete
    assert found.verified_days is not None
    assert abs(found.verified_days - truth.verified()) <= 1


@PATIENT
@given(spans=moving(), seed=seeds)
def test_motion_is_asked_for_where_the_index_lists_it(spans: tuple[Span, ...], seed: str) -> None:
    truth = Truth(spans)
    found = verdict(truth, listing(spans), seed=seed)
    assert found.recording_mode == "motion"
    assert found.coverage_of == "days"
    assert found.verified_days is not None
    assert abs(found.verified_days - truth.verified()) <= 1


@PATIENT
@given(spans=moving(), seed=seeds, kept=st.integers(0, 20))
def test_motion_that_is_listed_and_does_not_play_is_not_counted(spans: tuple[Span, ...], seed: str, kept: int) -> None:
    from_then_on = DAYS.bounds(kept)[0]
    truth = Truth(tuple(span for span in spans if span.start_utc >= from_then_on))
    found = verdict(truth, listing(spans), seed=seed)
    assert found.verified_days is not None
    assert abs(found.verified_days - truth.verified()) <= 1


@PATIENT
@given(data=st.data(), spans=continuous(), seed=seeds)
def test_every_whole_missing_day_that_was_sampled_is_a_gap(
    data: st.DataObject, spans: tuple[Span, ...], seed: str
) -> None:
    truth = Truth(spans)
    index = data.draw(claims(spans))
    samples = night(truth, index, seed=seed)
    found = judged(samples, index, seed=seed)
    sampled = {sample.day for sample in samples}
    for day in sampled:
        if 1 <= day < truth.verified() and not truth.has(day, DAYS):
            start, end = DAYS.bounds(day)
            assert any(gap.start_utc <= start and gap.end_utc >= end for gap in found.gaps), day


@PATIENT
@given(data=st.data(), spans=continuous(), seed=seeds)
def test_no_gap_is_made_up(data: st.DataObject, spans: tuple[Span, ...], seed: str) -> None:
    truth = Truth(spans)
    found = verdict(truth, data.draw(st.sampled_from([listing, summary]))(spans), seed=seed)
    for gap in found.gaps:
        middle = gap.start_utc + (gap.end_utc - gap.start_utc) / 2
        assert not truth.covers(middle), gap


@PATIENT
@given(data=st.data(), spans=continuous(), seed=seeds, most=st.integers(8, 40))
def test_small_nights_add_up_to_a_whole_verdict(
    data: st.DataObject, spans: tuple[Span, ...], seed: str, most: int
) -> None:
    """The archive stands still here: the same night again and again, a few samples each time."""
    truth, index = Truth(spans), data.draw(claims(spans))
    samples: list[Sample] = []
    for _ in range(40):
        before = len(samples)
        samples = night(truth, index, seed=seed, before=samples, most=most)
        if len(samples) == before:
            break
    found = judged(samples, index, seed=seed)
    assert found.complete
    assert abs((found.verified_days or 0) - truth.verified()) <= 1
    assert len({(sample.at_utc, sample.purpose == "long") for sample in samples}) == len(samples), "asked twice"


@PATIENT
@given(
    data=st.data(),
    kept_h=st.integers(30, 1200),
    nights=st.integers(2, 5),
    most=st.one_of(st.none(), st.integers(25, 60)),
)
def test_an_archive_that_overwrites_itself_is_judged_right_over_nights(
    data: st.DataObject, kept_h: int, nights: int, most: int | None
) -> None:
    samples: list[Sample] = []
    for number in range(nights):
        now = NOW + number * timedelta(days=1)
        spans = (Span(now - kept_h * HOUR, now),)
        truth = Truth(spans)
        index = data.draw(st.sampled_from([listing, summary]))(spans)
        samples = night(truth, index, seed=f"night {number}", now=now, before=samples, most=most)
        found = judged(samples, index, seed=f"night {number}", now=now)
    if found.complete:
        assert found.verified_days is not None
        assert abs(found.verified_days - truth.verified(now)) <= 1
        assert found.gaps == () or found.gaps[0].length_s < 3700


@PATIENT
@given(seed=seeds, spans=continuous())
def test_the_same_seed_asks_for_the_same_instants(seed: str, spans: tuple[Span, ...]) -> None:
    asked = []
    for _ in range(2):
        truth = Truth(spans)
        night(truth, summary(spans), seed=seed)
        asked.append([(ask.at_utc, ask.purpose) for ask in truth.asked])
    assert asked[0] == asked[1]
    other = Truth(spans)
    night(other, summary(spans), seed=seed + "f")
    assert [(ask.at_utc, ask.purpose) for ask in other.asked] != asked[0]
