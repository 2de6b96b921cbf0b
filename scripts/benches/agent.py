"""`scripts/bench agent [--kills 1000] [--cycles 500]`: an agent that is killed a thousand times, and one that runs for long.

Killed with SIGKILL at random instants of scan, enqueue, send and acknowledge are the real service and its child (with the real
outbox and sender, and a scripted scan of a fraction of a second) beside the reference register in this process, several
lives at once; and, faster, a process that does nothing but work on an outbox. Every scan that was ever seen finished is held
against what the register has: none may be missing, none there twice. Then the service's own memory over many delivered
cycles, and what one enqueue of 41 kB costs. Exit code 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.agent_life import AgentLife, Kills, kill_at_random, memory_over_cycles
from tests.unit.agent.outbox.killing import enqueue_times, kill_many

AT_ONCE = 2
MOST_DRIFT = 0.05
MOST_KILLS_OF_ONE_LIFE = 50


def main() -> int:
    """Print the figures; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench agent")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if os.name != "posix":
        print("The agent runs on Linux.")
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-agent-") as kept:
        folder = Path(kept)
        parts = (
            _outbox(folder, options.kills, options.seed),
            _lives(folder, options.kills, options.seed),
            _memory(folder, options.cycles),
        )
    return 0 if all(parts) else 1


def _outbox(folder: Path, kills: int, seed: int) -> bool:
    (folder / "outbox").mkdir()
    began = time.monotonic()
    tally = kill_many(folder / "outbox", kills, seed)
    taken = time.monotonic() - began
    print(
        f"outbox   {tally.kills} kills in {taken:.0f} s: {tally.enqueued} reports taken in, {tally.acknowledged} acknowledged;"
    )
    print(f"         lost, doubled or broken: {len(tally.faults)}", *tally.faults[:5], sep="\n         ")
    (folder / "timed").mkdir()
    p50, p99 = enqueue_times(folder / "timed")
    print(f"         enqueue of 41 kB: p50 {p50:.1f} ms, p99 {p99:.1f} ms", flush=True)
    return not tally.faults


def _lives(folder: Path, kills: int, seed: int) -> bool:
    shares = [min(MOST_KILLS_OF_ONE_LIFE, kills - at) for at in range(0, kills, MOST_KILLS_OF_ONE_LIFE)]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lives = list(
            pool.map(lambda each: _life(folder / f"life{each[0]}", each[1], seed + each[0]), enumerate(shares))
        )
    taken = time.monotonic() - began
    missing = sum(len(life.missing) for life in lives)
    doubled = sum(life.doubled for life in lives)
    finished = sum(len(life.finished) for life in lives)
    delivered = sum(len(set(life.delivered)) for life in lives)
    child = sum(life.child_kills for life in lives)
    print(f"service  {sum(life.kills for life in lives)} kills ({child} of them of a child at work) in {taken:.0f} s;")
    print(
        f"         scans finished {finished}, delivered {delivered}, killed before they were finished {_lost(lives)};"
    )
    print(f"         missing {missing}, doubled {doubled} (both must be 0)", flush=True)
    return missing == doubled == 0 and finished > 0


def _lost(lives: list[Kills]) -> int:
    return sum(len(life.lost) for life in lives)


def _life(folder: Path, kills: int, seed: int) -> Kills:
    folder.mkdir()
    with Receiver(Setup(store=folder / "register.sqlite")) as register:
        life = AgentLife(folder, register=register)
        life.enrol()
        try:
            return kill_at_random(life, kills, seed)
        finally:
            life.close()


def _memory(folder: Path, cycles: int) -> bool:
    (folder / "memory").mkdir()
    began = time.monotonic()
    with Receiver(Setup()) as register:
        life = AgentLife(folder / "memory", register=register)
        life.enrol()
        try:
            resident = memory_over_cycles(life, cycles)
        finally:
            life.close()
    part = max(1, len(resident) // 10)
    first, last = statistics.median(resident[:part]), statistics.median(resident[-part:])
    drift = last / first - 1
    print(
        f"memory   {cycles} delivered cycles in {time.monotonic() - began:.0f} s: {first / 2**20:.2f} MiB in the first tenth,"
    )
    print(
        f"         {last / 2**20:.2f} MiB in the last, {max(resident) / 2**20:.2f} MiB at most: {drift:+.1%} (at most ±5 %)"
    )
    return abs(drift) <= MOST_DRIFT


if __name__ == "__main__":
    sys.exit(main())
