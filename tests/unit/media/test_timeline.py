"""Frame rate, bit rate and groups of pictures from access units, whatever clocks, networks and encoders do to them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.key_pictures import KeyPictures
from cctv_probe.media.timeline import Measurement, Timeline

RATES = st.sampled_from([1.0, 2.0, 5.0, 8.0, 10.0, 12.0, 12.5, 15.0, 20.0, 24.0, 25.0, 29.97, 30.0, 50.0, 60.0])
SEEDS = st.integers(0, 10**6)
KEY_BYTES, OTHER_BYTES = 20_000, 2_000


def played(
    times_s: Sequence[float],
    arrived_s: Sequence[float] | None = None,
    *,
    gop: int = 25,
    clock_hz: int = 90_000,
    ticks: Callable[[float], int] = lambda at_s: round(at_s * 90_000),
    live: bool = True,
    lost: Sequence[int] = (),
    tell_packets: bool = False,
) -> Timeline:
    """A timeline that saw pictures shown at `times_s`; those numbered in `lost` never came."""
    timeline = Timeline(live=live)
    broken = False
    for number, shown_s in enumerate(times_s):
        if number in lost:
            broken = True
            if tell_packets:
                timeline.lose(15 if number % gop == 0 else 2)
            continue
        key = number % gop == 0
        came_s = (arrived_s or times_s)[number]
        size = KEY_BYTES if key else OTHER_BYTES
        timeline.add(AccessUnit("h264", ticks(shown_s), clock_hz, came_s, b"", size, key, broken and not tell_packets))
        broken = False
    return timeline


def measured(*arguments: object, **named: object) -> Measurement:
    measurement = played(*arguments, **named).measure()  # type: ignore[arg-type]
    assert measurement is not None
    return measurement


def constant(rate: float, seconds: float = 12.0) -> list[float]:
    return [number / rate for number in range(int(rate * seconds) + 1)]


def close(found: float, true: float) -> bool:
    """What the survey promises: within 2 % or 0.3 frames per second."""
    return abs(found - true) <= max(0.02 * true, 0.3)


def jittered(times_s: Sequence[float], chance: random.Random, worst_s: float) -> list[float]:
    """Arrival in order, each picture up to `worst_s` late."""
    late: list[float] = []
    for at_s in times_s:
        late.append(max(at_s + 5 + chance.uniform(0, worst_s), late[-1] if late else 0.0))
    return late


# --- Constant rates ---------------------------------------------------------------------------------------------------


@given(rate=RATES, seed=SEEDS, worst_s=st.floats(0, 0.2))
@settings(max_examples=60, deadline=None)
def test_a_constant_rate_is_found_whatever_arrival_does(rate: float, seed: int, worst_s: float) -> None:
    times_s = constant(rate)
    found = measured(times_s, jittered(times_s, random.Random(seed), worst_s))
    assert close(found.frame_rate, rate)
    assert abs(found.frame_rate - rate) <= found.plus_minus + 0.01 * rate
    assert found.basis == "rtp_timestamps"
    assert not found.variable
    assert not found.clock_disagrees
    assert found.wall_clock_frame_rate == pytest.approx(rate, rel=0.06)


@given(rate=RATES, seed=SEEDS, tell_packets=st.booleans())
@settings(max_examples=60, deadline=None)
def test_lost_pictures_are_counted_as_sent(rate: float, seed: int, tell_packets: bool) -> None:
    times_s = constant(rate)
    lost = [number for number in range(1, len(times_s) - 1) if random.Random(seed + number).random() < 0.05]
    found = measured(times_s, lost=lost, tell_packets=tell_packets)
    assert close(found.frame_rate, rate)
    assert found.count == len(times_s) - len(lost)
    assert found.lost_pictures == pytest.approx(len(lost), abs=2)
    assert (found.lost_packets >= 2 * len(lost)) if tell_packets else (found.lost_packets == 0)


@given(rate=RATES)
@settings(max_examples=20, deadline=None)
def test_timestamps_rounded_to_milliseconds(rate: float) -> None:
    found = measured(constant(rate), ticks=lambda at_s: round(at_s * 1000) * 90)
    assert close(found.frame_rate, rate)
    assert not found.variable


@given(rate=RATES, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_pictures_in_coding_order(rate: float, seed: int) -> None:
    """B pictures: each third picture is shown two before it was sent."""
    order = constant(rate)
    for first in range(1, len(order) - 3, 3):
        order[first : first + 3] = [order[first + 2], order[first], order[first + 1]]
    arrived_s = [number / rate for number in range(len(order))]
    assert close(measured(order, arrived_s).frame_rate, rate)


@given(rate=RATES, burst_s=st.floats(0.5, 4.0))
@settings(max_examples=40, deadline=None)
def test_a_burst_at_the_start_fools_neither_clock(rate: float, burst_s: float) -> None:
    times_s = constant(rate, 14)
    found = measured(times_s, [max(at_s, burst_s + at_s / 1000) for at_s in times_s])
    assert close(found.frame_rate, rate)
    assert found.basis == "rtp_timestamps"
    assert found.wall_clock_frame_rate is not None
    assert close(found.wall_clock_frame_rate, rate)


def test_pictures_arriving_in_clumps_are_as_many() -> None:
    times_s = constant(25)
    found = measured(times_s, [int(at_s / 0.2 + 1) * 0.2 for at_s in times_s])
    assert close(found.frame_rate, 25)
    assert found.basis == "rtp_timestamps"
    assert found.jitter_s is None


def test_a_sensor_at_30_that_skips_every_sixth_picture_is_constant_25() -> None:
    found = measured([number / 30 for number in range(360) if number % 6 != 5])
    assert close(found.frame_rate, 25)
    assert not found.variable


# --- Variable rates ---------------------------------------------------------------------------------------------------


def variable(seed: int) -> list[float]:
    """A smart codec: full rate while something moves, one picture a second else."""
    chance = random.Random(seed)
    times_s, end_s, fast = [0.0], 0.0, chance.random() < 0.5
    while end_s < 14:
        end_s += chance.uniform(2, 4)
        while times_s[-1] < end_s:
            times_s.append(times_s[-1] + (1 / chance.choice([15, 25]) if fast else 1.0))
        fast = not fast
    return times_s


@given(seed=SEEDS, worst_s=st.floats(0, 0.1), loss=st.sampled_from([0.0, 0.05]))
@settings(max_examples=60, deadline=None)
def test_a_variable_rate_is_its_mean_and_said_to_vary(seed: int, worst_s: float, loss: float) -> None:
    times_s, chance = variable(seed), random.Random(seed)
    true = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    lost = [number for number in range(1, len(times_s) - 1) if chance.random() < loss]
    found = measured(times_s, jittered(times_s, chance, worst_s), lost=lost, tell_packets=True)
    assert close(found.frame_rate, true)
    assert found.variable
    assert found.basis == "rtp_timestamps"
    assert found.plus_minus > 0.3


def test_a_pause_is_variable() -> None:
    assert measured([at_s for at_s in constant(25) if not 5 < at_s < 7]).variable


# --- Clocks that lie --------------------------------------------------------------------------------------------------


@given(
    rate=RATES,
    seed=SEEDS,
    worst_s=st.floats(0, 0.05),
    ticks_per_s=st.sampled_from([0, 1000, 8000, 48_000, 10**6, 10**9]),
)
@settings(max_examples=60, deadline=None)
def test_a_clock_that_is_not_90_khz_gives_way_to_the_wall_clock(
    rate: float, seed: int, worst_s: float, ticks_per_s: int
) -> None:
    times_s = constant(rate)
    arrived_s = jittered(times_s, random.Random(seed), worst_s)
    found = measured(times_s, arrived_s, ticks=lambda at_s: 7 + round(at_s * ticks_per_s))
    assert close(found.frame_rate, rate)
    assert found.basis == "wall_clock"
    assert found.clock_disagrees
    assert found.duration_s == pytest.approx(12, rel=0.05)


@given(pretended=st.sampled_from([25.0, 30.0]), share=st.sampled_from([0.2, 0.48, 0.8, 0.9, 1.2, 2.0]))
@settings(max_examples=20, deadline=None)
def test_timestamps_that_pretend_another_rate_are_not_believed(pretended: float, share: float) -> None:
    times_s = constant(pretended, 25)
    found = measured(times_s, [at_s / share for at_s in times_s])
    assert close(found.frame_rate, pretended * share)
    assert found.clock_disagrees


@given(rate=RATES, jump_s=st.sampled_from([-40_000.0, -10.0, 1.0, 2.5, 40.0, 40_000.0]), at_s=st.floats(4, 9))
@settings(max_examples=60, deadline=None)
def test_a_jump_of_the_timestamps_is_no_time(rate: float, jump_s: float, at_s: float) -> None:
    def ticks(shown_s: float) -> int:
        return round((shown_s + (jump_s if shown_s > at_s else 0.0) + 50_000) * 90_000)

    found = measured(constant(rate, 14), ticks=ticks)
    assert close(found.frame_rate, rate)


def test_one_picture_in_two_units_is_one_picture() -> None:
    timeline = Timeline()
    for number in range(300):
        for part in range(2):  # a device that sets the marker on the SEI
            arrived_s = number / 25 + part * 0.0001
            timeline.add(AccessUnit("h264", number * 3600, 90_000, arrived_s, b"", 100, number % 25 == 0 and part == 1))
    found = timeline.measure()
    assert found is not None
    assert found.frame_rate == pytest.approx(25)
    assert found.count == 300
    assert found.gop_frames == 25


def test_pictures_that_share_a_coarse_timestamp_are_all_counted() -> None:
    found = measured(constant(25), ticks=lambda at_s: int(at_s * 15) * 6000)
    assert close(found.frame_rate, 25)


def test_the_wall_clock_says_nothing_of_a_replay() -> None:
    times_s = constant(25)
    found = measured(times_s, [at_s / 8 for at_s in times_s], live=False)
    assert found.frame_rate == pytest.approx(25)
    assert not found.clock_disagrees
    assert found.wall_clock_frame_rate is None
    assert found.jitter_s is None


# --- The other figures ------------------------------------------------------------------------------------------------


def test_the_bit_rate_is_that_of_whole_groups_of_pictures() -> None:
    found = measured(constant(25, 11.9), gop=50)
    assert found.bit_rate_bps == (KEY_BYTES + 49 * OTHER_BYTES) * 8 // 2
    assert found.gop_frames == 50
    assert found.gop_s == pytest.approx(2)
    assert found.key_pictures == 6


def test_a_jump_does_not_spoil_the_bit_rate() -> None:
    found = measured(constant(25, 11.9), gop=50, ticks=lambda at_s: round((at_s + (9000 if at_s > 5 else 0)) * 90_000))
    assert found.bit_rate_bps == pytest.approx((KEY_BYTES + 49 * OTHER_BYTES) * 8 // 2, rel=0.02)
    assert found.gop_s == pytest.approx(2)


def test_jitter_grows_with_the_network() -> None:
    times_s = constant(25)
    calm = measured(times_s, jittered(times_s, random.Random(1), 0.002)).jitter_s
    rough = measured(times_s, jittered(times_s, random.Random(1), 0.03)).jitter_s
    assert calm is not None
    assert rough is not None
    assert calm < 0.002 < rough < 0.03


def test_damaged_pictures_are_counted() -> None:
    assert measured(constant(25), lost=[10, 70]).damaged == 2


def test_under_two_pictures_measure_nothing() -> None:
    assert Timeline().measure() is None
    assert played([0.0]).measure() is None
    assert played([0.0, 0.0], [1.0, 1.0]).measure() is None


def test_enough_is_ten_seconds_and_two_groups_by_both_clocks() -> None:
    assert not played(constant(25, 9.9)).enough()
    assert played(constant(25, 10)).enough()
    assert not played(constant(25, 12), gop=200).enough()
    assert played(constant(25, 12), gop=100).enough()
    burst = constant(25, 11)
    assert not played(burst, [max(at_s, 4.0) for at_s in burst]).enough()
    assert not played(constant(25, 11), ticks=lambda at_s: 0).enough()
    assert played(constant(25, 12), ticks=lambda at_s: 0).enough()
    assert played(constant(25, 12), [at_s / 8 for at_s in constant(25, 12)], live=False).enough()


def test_memory_is_bounded() -> None:
    timeline = Timeline(max_units=100)
    for number in range(1000):
        timeline.add(AccessUnit("mjpeg", number * 3600, 90_000, number / 25, b"", 10, True))
    found = timeline.measure()
    assert found is not None
    assert found.count == 100
    assert found.frame_rate == pytest.approx(25)


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**40), 2**40), st.integers(0, 10**9), st.floats(0, 100), st.integers(0, 10**7), st.booleans()
        ),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_nonsense_never_raises(rows: list[tuple[int, int, float, int, bool]]) -> None:
    timeline = Timeline()
    for (timestamp, clock_hz, _, size, key), arrived_s in zip(rows, sorted(row[2] for row in rows), strict=True):
        timeline.add(AccessUnit("h264", timestamp, clock_hz, arrived_s, b"", size, key, size % 3 == 0))
    found = timeline.measure()
    timeline.enough()
    assert found is None or (found.frame_rate > 0 and found.plus_minus >= 0 and found.bit_rate_bps >= 0)


# --- Whether anything happens between key pictures --------------------------------------------------------------------


def unchanging(sizes: Sequence[tuple[int, bool]], padding: bytes = b"") -> bool | None:
    timeline = Timeline()
    for number, (size, key) in enumerate(sizes):
        data = b"\x01" * size + padding
        timeline.add(AccessUnit("h264", number * 3600, 90_000, number / 25, data, len(data), key))
    found = timeline.measure()
    assert found is not None
    return found.unchanging


def test_nothing_between_key_pictures_is_seen_through_filler() -> None:
    still = [(9000, True), *[(30, False)] * 49] * 4
    living = [(9000, True), *[(600, False)] * 49] * 4
    filler = b"\x00\x00\x00\x01\x0c" + b"\xff" * 1500 + b"\x80"
    assert unchanging(still) is True
    assert unchanging(still, filler) is True
    assert unchanging(living) is False
    assert unchanging([(9000, True)] * 200) is True
    assert unchanging([(9000 + number % 7 * 20, True) for number in range(200)]) is False
    assert unchanging([(9000, True), (30, False)]) is None


# --- Which key pictures are kept --------------------------------------------------------------------------------------


def unit(arrived_s: float, *, key: bool = True, damaged: bool = False, codec: str = "h264") -> AccessUnit:
    return AccessUnit(codec, round(arrived_s * 90_000), 90_000, arrived_s, b"picture", 7, key, damaged)


@given(count=st.integers(3, 60), gap_s=st.floats(0.04, 4))
def test_three_key_pictures_are_kept_far_apart(count: int, gap_s: float) -> None:
    pictures = KeyPictures()
    for number in range(count):
        pictures.add(unit(number * gap_s))
    first, middle, newest = (kept.arrived_s for kept in pictures.chosen)
    assert first == 0
    assert newest == (count - 1) * gap_s
    assert 0.25 * newest <= middle <= 0.75 * newest


def test_key_pictures_never_fill_the_memory() -> None:
    pictures = KeyPictures()
    for number in range(20):
        data = bytes(8 * 1024 * 1024 + (number == 7))
        pictures.add(AccessUnit("h264", number, 90_000, float(number), data, len(data), True))
    assert [kept.arrived_s for kept in pictures.chosen] == [0, pytest.approx(9.5, abs=8), 19]
    assert sum(len(kept.data) for kept in pictures._held) <= 24 * 1024 * 1024


def test_only_whole_key_pictures_of_one_codec_are_kept() -> None:
    pictures = KeyPictures()
    for each in (unit(0, codec="h265"), unit(1), unit(2, key=False), unit(3, damaged=True), unit(4)):
        pictures.add(each)
    assert [kept.arrived_s for kept in pictures.chosen] == [1, 4]
