"""The verifier with real pictures and the real decoder: budgets, failures in the middle, nights that add up, loops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cctv_probe.footage.archive import ArchiveChannel, Index, Played, Wanted
from cctv_probe.footage.plan import Wish
from cctv_probe.footage.state import StateStore
from cctv_probe.footage.verifier import Allowance, Asked, Tools, Verified, verify, verify_all
from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.decoder import Decoders
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.footage import Outcome, Sample
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.deadline import Deadline
from tests.unit.footage.oracle import NOW, Truth, listing, today, whole_days
from tests.unit.footage.recordings import coded_picture

ONE = ArchiveChannel(1, "one")
SHORT = Wish(samples=6, every_night=2, long_pieces=1)


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    with Decoders(1) as made:
        yield made


@dataclass
class Recorder:
    """An archive in memory. `fails` may raise instead of answering; `unit` gives the coded picture of an instant."""

    truth: Truth
    claims: Index
    fails: Callable[[int, datetime], None] = lambda number, at: None
    unit: Callable[[datetime], bytes] | None = None
    late: timedelta = timedelta()
    asked: list[tuple[datetime, Wanted]] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    source = "recorder"

    def channels(self) -> tuple[ArchiveChannel, ...]:
        return (ONE, ArchiveChannel(2, "two"))

    def index(self, channel: ArchiveChannel, since_utc: datetime, until_utc: datetime) -> Index:
        return self.claims

    def play(self, channel: ArchiveChannel, at_utc: datetime, wanted: Wanted, deadline: Deadline) -> Played:
        assert self.busy.acquire(blocking=False), "two playbacks at a time"
        try:
            self.asked.append((at_utc, wanted))
            self.fails(len(self.asked), at_utc)
            if not self.truth.covers(at_utc):
                raise StepError(Ending.NOT_FOUND)
            data = self.unit(at_utc) if self.unit else picture(int(at_utc.timestamp()))
            unit = AccessUnit("h264", 0, 90000, 0.0, data, len(data), True)
            return Played(at_utc + self.late, "rtp.replay_extension", "h264", (unit,))
        finally:
            self.busy.release()


def picture(number: int) -> bytes:
    """Another picture for each number."""
    return coded_picture(20, number)


def recorder(days: int = 5, **more: object) -> Recorder:
    spans = (whole_days(0, days),)
    return Recorder(Truth(spans), listing(spans), **more)  # type: ignore[arg-type]


def run(
    archive: Recorder,
    decoders: Decoders,
    store: Path | None = None,
    allowance: Allowance | None = None,
    **asked: object,
) -> Verified:
    clock = FakeClock(asked.pop("now", NOW))  # type: ignore[arg-type]
    tools = Tools(decoders, clock, StateStore(store) if store else None, stop=asked.pop("stop", threading.Event()))  # type: ignore[arg-type]
    wanted = Asked(declared_days=5, wish=SHORT)
    return verify(archive, "recorder", ONE, replace(wanted, **asked), tools, allowance or Allowance())  # type: ignore[arg-type]


def outcomes(found: Verified) -> set[Outcome]:
    return {sample.outcome for sample in found.samples}


def test_a_sound_archive_is_verified_and_its_recording_described(decoders: Decoders) -> None:
    archive = recorder()
    found = run(archive, decoders)
    assert (found.retention.verified_days, found.retention.verdict) == (5, "match")
    assert found.stopped_by is None
    assert [(piece.resolution, piece.codec, piece.container) for piece in found.recorded] == [
        ("128x96", "h264", "not_observable")
    ]
    assert len(found.samples) == len(archive.asked)
    assert found.retention.seed == found.seed
    assert len({sample.picture_sha256 for sample in found.samples if sample.outcome is Outcome.PLAYED}) > 5


@pytest.mark.parametrize("late_s", [61, -3600])
def test_footage_of_another_time_is_missing(decoders: Decoders, late_s: int) -> None:
    found = run(recorder(late=timedelta(seconds=late_s)), decoders)
    assert (found.retention.verified_days, found.retention.played) == (0, 0)
    assert outcomes(found) == {Outcome.MISSING}
    assert any("instead" in sample.line and "แทน" in sample.line_th for sample in found.samples)


def test_a_minute_beside_is_near_enough(decoders: Decoders) -> None:
    assert run(recorder(late=timedelta(seconds=59)), decoders).retention.verified_days == 5


def test_a_loop_of_the_same_picture_is_no_footage(decoders: Decoders) -> None:
    found = run(recorder(unit=lambda at: picture(at.minute % 3)), decoders)
    assert (found.retention.verified_days, found.retention.verdict) == (0, "mismatch")
    assert "footage_repeats" in {finding.code for finding in found.retention.findings}


def test_a_loop_that_is_coded_anew_is_no_footage_either(decoders: Decoders) -> None:
    """The same noise, once with another quantiser for each instant."""
    coded = [coded_picture(quantiser) for quantiser in range(10, 22)]
    found = run(recorder(unit=lambda at: coded[at.minute % len(coded)]), decoders)
    assert found.retention.verified_days == 0


@pytest.mark.parametrize(
    ("data", "outcome"), [(b"", Outcome.UNPLAYABLE), (b"\0\0\0\1rubbish" * 20, Outcome.UNPLAYABLE)]
)
def test_what_cannot_be_decoded_is_not_played(decoders: Decoders, data: bytes, outcome: Outcome) -> None:
    found = run(recorder(days=2, unit=lambda at: data), decoders)
    assert outcome in outcomes(found)
    assert Outcome.PLAYED not in outcomes(found)
    assert found.retention.verified_days == 0


def stopping(after: int, ending: Ending) -> Callable[[int, datetime], None]:
    def fail(number: int, at: datetime) -> None:
        if number > after:
            raise StepError(ending)

    return fail


@pytest.mark.parametrize(
    ("ending", "asks"), [(Ending.TIMEOUT, 3), (Ending.BUSY, 3), (Ending.UNAUTHORIZED, 1), (Ending.HELD_BACK, 1)]
)
def test_a_recorder_that_stops_answering_is_left_alone_and_the_rest_is_kept(
    decoders: Decoders, tmp_path: Path, ending: Ending, asks: int
) -> None:
    archive = recorder(fails=stopping(10, ending))
    found = run(archive, decoders, tmp_path)
    assert len(archive.asked) == 10 + asks
    assert found.stopped_by == ending.sentence
    assert found.retention.verdict == "not_observed"
    assert found.retention.samples == 10
    again = recorder()
    resumed = run(again, decoders, tmp_path)
    assert resumed.retention.verdict == "match"
    assert {at for at, wanted in again.asked if wanted == "key"}.isdisjoint(at for at, _ in archive.asked[:10])


def test_nothing_is_lost_where_it_could_not_be_asked_at_all(decoders: Decoders) -> None:
    found = run(recorder(fails=stopping(0, Ending.UNREACHABLE)), decoders)
    assert (found.retention.verified_days, found.retention.verdict) == (None, "not_observed")
    assert found.retention.why is not None
    assert Ending.UNREACHABLE.sentence.en in found.retention.why.en


def test_samples_of_small_nights_add_up(decoders: Decoders, tmp_path: Path) -> None:
    verdicts, asked = [], []
    for number in range(8):
        archive = recorder(days=5)
        now = NOW + timedelta(days=number)
        archive.truth = Truth((whole_days(0, 5, now=now),))
        archive.claims = listing(archive.truth.spans)
        found = run(archive, decoders, tmp_path, Allowance(samples=9), now=now)
        verdicts.append(found.retention.verdict)
        asked.append(len(archive.asked))
        if found.retention.complete:
            break
    assert verdicts[0] == "not_observed"
    assert verdicts[-1] == "match"
    assert max(asked) == 9
    assert found.retention.nights == len(verdicts)
    assert found.retention.seed is not None
    assert len(found.retention.seed.split(",")) == len(verdicts)


def test_the_allowance_holds_for_the_night_not_for_the_run(decoders: Decoders, tmp_path: Path) -> None:
    run(recorder(), decoders, tmp_path, Allowance(samples=9))
    again = recorder()
    found = run(again, decoders, tmp_path, Allowance(samples=9))
    assert again.asked == []
    assert found.stopped_by is not None
    assert "budget" in found.stopped_by.en


def test_a_repeated_seed_repeats_the_draw_and_leaves_no_trace(decoders: Decoders, tmp_path: Path) -> None:
    first, second = recorder(), recorder()
    seed = run(first, decoders, tmp_path).seed
    run(recorder(), decoders, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    found = run(second, decoders, tmp_path, seed=seed)
    assert second.asked == first.asked
    assert found.retention.seed == seed
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    other = recorder()
    assert run(other, decoders).seed != seed
    assert other.asked != first.asked


def test_a_user_who_stops_gets_what_was_found(decoders: Decoders, tmp_path: Path) -> None:
    stop = threading.Event()

    def then_stop(number: int, at: datetime) -> None:
        if number == 7:
            stop.set()

    archive = recorder(fails=then_stop)
    found = run(archive, decoders, tmp_path, stop=stop)
    assert len(archive.asked) == 7
    assert found.stopped_by == Ending.INTERRUPTED.sentence
    assert len(StateStore(tmp_path).load("recorder", "one").samples) == 7


def test_channels_share_the_allowance_and_each_sample_is_told(decoders: Decoders) -> None:
    told: list[tuple[str, Sample]] = []
    tools = Tools(decoders, FakeClock(NOW), on_sample=lambda channel, sample: told.append((channel.token, sample)))
    archive = recorder()
    found = verify_all(archive, "recorder", lambda channel: Asked(5, wish=SHORT), tools, Allowance(samples=20))
    assert [each.channel.token for each in found] == ["one", "two"]
    assert [len(each.samples) for each in found] == [10, 10]
    assert [name for name, _ in told] == ["one"] * 10 + ["two"] * 10


def test_a_damaged_state_is_noted_and_the_check_goes_on(decoders: Decoders, tmp_path: Path) -> None:
    StateStore(tmp_path).path("recorder", "one").write_bytes(b"{")
    found = run(recorder(), decoders, tmp_path)
    assert found.retention.verified_days == 5
    assert "put aside" in found.notes[0].en


def test_an_index_that_cannot_be_had_does_not_stop_the_check(decoders: Decoders) -> None:
    archive = recorder()

    def broken(channel: ArchiveChannel, since_utc: datetime, until_utc: datetime) -> Index:
        raise StepError(Ending.FAULT)

    archive.index = broken  # type: ignore[method-assign]
    assert run(archive, decoders).retention.verified_days == 5


def test_days_are_those_of_the_site(decoders: Decoders) -> None:
    found = run(recorder(), decoders)
    assert found.days == today()
