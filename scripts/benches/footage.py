"""`scripts/bench footage`: what proving recordings costs.

1. A folder of 50,000 files with times in their names: the time and memory of indexing it, and of doing so again from the cache.
2. The pure part: planning and judging one channel of 30 days with 60 presence samples, beside what a device needs to answer.

Medians; exit code 1 where a bound is missed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILES = 50_000
CHANNELS = 8
ROUNDS = 3
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)

_INDEX = """
import json, resource, sys, time
began = time.monotonic()
from datetime import UTC, datetime, timedelta
from pathlib import Path
from cctv_probe.footage.folders.archive import FolderArchive
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.wire.clock import SystemClock
clock = SystemClock()
now = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
with FileReader() as reader:
    archive = FolderArchive(Path(sys.argv[1]), reader, clock, state_folder=Path(sys.argv[2]))
    spans = [archive.index(channel, now - timedelta(days=400), now).spans for channel in archive.channels()]
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": time.monotonic() - began, "mb": peak_kb / 1024, "channels": len(spans), "spans": sum(map(len, spans))}))
"""


def fill(root: Path) -> None:
    """Files of ten minutes in folders of one day and channel, named as a recorder's export names them."""
    start = NOW - timedelta(minutes=10 * FILES / CHANNELS)
    for number in range(FILES):
        channel, place = number % CHANNELS + 1, number // CHANNELS
        begun = start + timedelta(minutes=10 * place)
        folder = root / f"camera {channel:02d}" / f"{begun:%Y-%m-%d}"
        if place % 144 == 0 or not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
        ended = begun + timedelta(minutes=10)
        (folder / f"NVR_ch{channel}_main_{begun:%Y%m%d%H%M%S}_{ended:%Y%m%d%H%M%S}.mp4").touch()


def indexed(root: Path, state: Path) -> dict[str, float]:
    """One indexing, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _INDEX, root, state], capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def bench_folder(kept: Path) -> bool:
    """Indexing without a cache and with one."""
    root = kept / "recordings"
    fill(root)
    time.sleep(6)  # a directory that has changed just now is read again: the cache would be measured empty
    first, again = [], []
    for number in range(ROUNDS):
        state = kept / f"state {number}"
        first.append(indexed(root, state))
        again.append(indexed(root, state))
    print(f"{FILES} files in {CHANNELS} channels; {first[0]['spans']:.0f} spans found")
    held = [
        verdict("first indexing, seconds", statistics.median(each["seconds"] for each in first), 20),
        verdict("from the cache, seconds", statistics.median(each["seconds"] for each in again), 2),
        verdict("memory, MB", max(each["mb"] for each in first + again), 200),
        verdict("channels not found", CHANNELS - first[0]["channels"], 0),
    ]
    return all(held)


def bench_pure() -> bool:
    """Planning and judging, without an archive to wait for."""
    from cctv_probe.footage.archive import Index
    from cctv_probe.footage.days import SiteDays
    from cctv_probe.footage.plan import Planner, Wish
    from cctv_probe.footage.verdict import Case, judge
    from cctv_probe.model.footage import Outcome, Sample, Span

    days = SiteDays.at(NOW)
    held = Span(days.bounds(30)[0], NOW)
    index = Index(held.start_utc, held.end_utc, (held,), spans_known=True)
    took = []
    for number in range(ROUNDS * 5):
        began = time.monotonic()
        planner = Planner(str(number), days, index, Wish(declared_days=30))
        samples: list[Sample] = []
        while asks := planner.next(samples):
            for ask in asks:
                there = held.start_utc <= ask.at_utc < held.end_utc
                outcome = Outcome.PLAYED if there else Outcome.MISSING
                samples.append(Sample(ask.at_utc, ask.day, outcome, ask.at_utc, purpose=ask.purpose))
        found = judge(Case(index, samples, days, declared_days=30, seeds=(str(number),)))
        took.append(time.monotonic() - began)
        if (found.verified_days, found.verdict) != (30, "match"):
            return verdict("wrong verdicts", 1, 0)
    print(f"30 days of one channel, {len(samples)} instants planned and judged")
    return verdict("planning and judging, seconds", statistics.median(took), 0.1)


def verdict(name: str, value: float, most: float) -> bool:
    """Print one figure beside its bound."""
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    """Run all."""
    with tempfile.TemporaryDirectory(prefix="cctv-probe-bench-") as kept:
        held = [bench_folder(Path(kept)), bench_pure()]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
