"""All streams together stay under the ceiling, each gets its turn, and none waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.stream.ceiling import HEADERS, Ceiling

NEVER = threading.Event()


def test_no_more_streams_run_at_once_than_fit() -> None:
    ceiling = Ceiling(10_000_000)
    running, most = 0, 0
    lock = threading.Lock()
    begun = threading.Semaphore(0)

    def watch(_: int) -> None:
        nonlocal running, most
        with ceiling.share(4_000_000, NEVER):
            with lock:
                running += 1
                most = max(most, running)
            begun.release()
            threading.Event().wait(0.02)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(watch, range(8)))
    assert most == 2
    assert ceiling.peak_bps == 8_000_000 * HEADERS


def test_a_stream_larger_than_the_ceiling_runs_alone() -> None:
    ceiling = Ceiling(1_000_000)
    with (
        ceiling.share(8_000_000, NEVER),
        pytest.raises(StepError) as stopped,
        ceiling.share(100_000, NEVER, wait_s=0.05),
    ):
        pass
    assert stopped.value.ending is Ending.BUDGET_SPENT


def test_what_a_stream_really_sends_makes_room_for_others() -> None:
    ceiling = Ceiling(5_000_000)
    with ceiling.share(5_000_000, NEVER) as first:
        first.really(1_000_000)
        with ceiling.share(3_700_000, NEVER, wait_s=1.0):
            assert ceiling.peak_bps == 5_000_000 * HEADERS


def test_stopping_the_scan_ends_the_waiting() -> None:
    ceiling, stop = Ceiling(1_000_000), threading.Event()
    stop.set()
    with ceiling.share(1_000_000, NEVER), pytest.raises(StepError) as stopped, ceiling.share(1_000_000, stop):
        pass
    assert stopped.value.ending is Ending.INTERRUPTED


def test_two_streams_of_one_bit_rate_are_not_mistaken_for_each_other() -> None:
    ceiling = Ceiling(10_000_000)
    with ceiling.share(1_000_000, NEVER) as first:
        with ceiling.share(1_000_000, NEVER):
            pass
        first.really(2_000_000)
    with ceiling.share(9_000_000, NEVER, wait_s=0.1):
        assert ceiling.peak_bps == 9_000_000 * HEADERS
